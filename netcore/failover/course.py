"""What a sequence of changes means for all flows together, in whole numbers.

Weights are integers, so that sums over trials are exact and hang on no order. Each drawn flow is spread over
the same number of source ports; a port of a flow weighs what the flow's connections weigh.

Source: reference on failover, sections 2.3 and 2.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from netcore.document.models import Flow
from netcore.failover.fates import Fate, Fates, FlowFate
from netcore.failover.moments import Change
from netcore.trace.packet import TCP, protocol_number

NEW_WINDOW_S = 60
"""New connections are counted as opened at a steady pace for so long after the fault."""

UNIT = 1_000_000
"""One connection, so that shares of one are whole numbers too."""

Series = tuple[Fate, ...]
"""Fate of one existing connection, moment by moment."""

Losses = tuple[tuple[str, int], ...]
"""Drop code and packets per second that it takes, times the number of ports."""


@dataclass(frozen=True, slots=True)
class Course:
    """The moments of one sequence of changes, without their times.

    Args:
        started: per moment, weight of the connection attempts that succeed.
        attempts: weight of all of them.
        existing: whether it is TCP, fates moment by moment, weight.
        unopened: weight of connections that could not be opened before the fault.
        losses: per moment, forward and back.
        crooked: per moment, weight of attempts that meet other stateful guests there than back.
    """

    started: tuple[int, ...]
    attempts: int
    existing: tuple[tuple[bool, Series, int], ...] = ()
    unopened: int = 0
    losses: tuple[tuple[Losses, Losses], ...] = ()
    crooked: tuple[int, ...] = ()


class Weights:
    """What each flow weighs.

    Args:
        new: share of newly opened connections where a flow does not say otherwise.
        ports: over which each flow is spread.

    Attributes:
        old: per flow, weight of the connections that were open, per port.
        new: the same for those opened after the fault.
        attempts: by what attempts are judged: ``new``, or all connections where nobody opens any.
        whole: old and new of all ports together.
    """

    def __init__(self, flows: Sequence[Flow], new: float, ports: int) -> None:
        share = round(new * UNIT)
        self.old = tuple(_old(flow, share) for flow in flows)
        self.new = tuple(_new(flow, share) for flow in flows)
        self.opens = any(self.new)
        self.attempts = self.new if self.opens else tuple(flow.connections * UNIT for flow in flows)
        self.whole = (sum(self.old) + sum(self.new)) * ports


def _old(flow: Flow, share: int) -> int:
    if flow.lifetime == "new":
        return 0
    whole = flow.lifetime == "long-lived" or flow.opens_per_second is not None
    return flow.connections * (UNIT if whole else UNIT - share)


def _new(flow: Flow, share: int) -> int:
    if flow.lifetime == "long-lived":
        return 0
    if flow.opens_per_second is not None:
        return round(flow.opens_per_second * NEW_WINDOW_S * UNIT)
    return flow.connections * (UNIT if flow.lifetime == "new" else share)


def course_of(fates: Fates, weights: Weights, changes: Sequence[int], catalogue: Sequence[Change]) -> Course:
    """Return the course of a sequence of changes.

    Args:
        changes: numbers in the catalogue, in order.
    """
    scene = fates.plan.scene
    flows = tuple(scene.drawn.traffic.values())
    moment = scene.start
    found = [fates.at(moment)]
    for number in changes:
        moment = catalogue[number].apply(moment)
        found.append(fates.at(moment))
    existing, unopened = _existing(flows, weights, found)
    asked = list(zip(weights.attempts, range(len(flows)), strict=True))
    return Course(
        tuple(sum(weight * at[index].opened for weight, index in asked) for at in found),
        sum(weights.attempts) * fates.ports,
        existing,
        unopened,
        tuple((_losses(flows, at, 0), _losses(flows, at, 1)) for at in found),
        tuple(sum(weight * at[index].crooked for weight, index in asked) for at in found),
    )


def _existing(
    flows: Sequence[Flow], weights: Weights, found: Sequence[tuple[FlowFate, ...]]
) -> tuple[tuple[tuple[bool, Series, int], ...], int]:
    counted: Counter[tuple[bool, Series]] = Counter()
    unopened = 0
    for index, flow in enumerate(flows):
        tcp, weight = protocol_number(flow.protocol) == TCP, weights.old[index]
        if not weight:
            continue
        alike = Counter(zip(*(at[index].existing for at in found), strict=True))
        for series, ports in alike.items():
            known = tuple(fate for fate in series if fate is not None)
            if len(known) < len(series):
                unopened += weight * ports
            else:
                counted[(tcp, known)] += weight * ports
    return tuple((tcp, series, weight) for (tcp, series), weight in counted.items()), unopened


def _losses(flows: Sequence[Flow], at: tuple[FlowFate, ...], side: int) -> Losses:
    rates: Counter[str] = Counter()
    for flow, fate in zip(flows, at, strict=True):
        for code, ports in (fate.back if side else fate.forward).ports:
            rates[code] += flow.packets_per_second * ports
    return tuple(sorted(rates.items()))
