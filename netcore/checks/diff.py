"""What an edit did to packets: opened, closed, rerouted, made asymmetric, let out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from netcore.checks.flows import representative
from netcore.checks.paths import path_of
from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.errors import NotFound
from netcore.forwarding.state import State
from netcore.forwarding.walk import trace
from netcore.trace.effects import OF_PACKETS, Effect
from netcore.trace.model import Outcome, Place, Trace, Verdict
from netcore.trace.packet import Packet

PACKETS = 1000
"""Most packets that are asked where nobody says which."""

STEPS = 250_000
"""Once so many steps were walked, no further packet is asked. Ours: some five seconds on one core, which
walks 50,000 to 60,000 steps a second on the longest ways there are."""

_RANK = {Outcome.DELIVERED: 2, Outcome.AMBIGUOUS: 1}
"""How much of the flows arrives: all, some, none."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a packet in one drawing.

    Args:
        verdict: of the connection; None where the drawing lacks one of its ends.
        forward: guests, balancers, gateways and the edge on the way of the request, in order.
        back: the same of the answer; empty where none came.
        outside: source address that the request had on the Internet; None if it was not there.
        steps: how many were walked to know it, on all ways together.
    """

    verdict: Verdict | None
    forward: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    outside: str | None = None
    steps: int = field(default=0, compare=False)

    @property
    def rank(self) -> int:
        """Return 2 when all flows arrive, 1 when some do, else 0."""
        return 0 if self.verdict is None else _RANK.get(self.verdict.outcome, 0)

    @property
    def symmetric(self) -> bool:
        """Return whether the answer passed the same appliances and gateways as the request."""
        return not self.back or _between(self.forward) == _between(self.back)[::-1]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "verdict": None if self.verdict is None else self.verdict.model_dump(mode="json"),
            "forward": list(self.forward),
            "back": list(self.back),
            "outside": self.outside,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One packet that fares otherwise."""

    effect: Effect
    packet: Packet
    before: Fate
    after: Fate

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "effect": self.effect.value,
            "packet": self.packet.model_dump(mode="json"),
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """What an edit did.

    Args:
        changes: by effect, then in the order in which packets were asked; a packet may have two effects.
        asked: how many packets were asked.
        total: how many would stand for the drawings; more than ``asked`` where the limit or
            the budget of steps cut some off.
    """

    changes: tuple[Change, ...]
    asked: int
    total: int

    def of(self, effect: Effect) -> tuple[Change, ...]:
        """Return the changes of one effect."""
        return tuple(change for change in self.changes if change.effect is effect)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data: a list for each effect."""
        lists = {effect.value: [change.as_dict() for change in self.of(effect)] for effect in OF_PACKETS}
        return {"asked": self.asked, "total": self.total, **lists}


def diff(
    before: Network | Scenario,
    after: Network | Scenario,
    packets: Iterable[Packet] | None = None,
    state: State | None = None,
    limit: int = PACKETS,
) -> Diff:
    """Return what becomes of packets otherwise in the second drawing.

    Args:
        before: compiled, or a scenario without problems.
        packets: None asks the packets that stand for both drawings, at most ``limit`` of each; which ones is
            written in ``flows``.

    Source: ours. A path is what a packet passes outside the fabric; two drawings differ where it does.
    """
    networks = [Network(given) if isinstance(given, Scenario) else given for given in (before, after)]
    if packets is None:
        found = [representative(network.scenario, limit) for network in networks]
        asked = tuple(dict.fromkeys(packet for flows in found for packet in flows.packets))
        total = max(max(flows.total for flows in found), len(asked))
    else:
        asked = tuple(dict.fromkeys(packets))
        total = len(asked)
    one, other = networks
    if (one.scenario, one.profile) == (other.scenario, other.profile):
        return Diff((), len(asked), total)
    changes: list[Change] = []
    steps = done = 0
    for packet in asked:
        if steps > STEPS:
            break
        fates = [fate_of(network, packet, state) for network in networks]
        steps += sum(found.steps for found in fates)
        done += 1
        changes.extend(changes_of(packet, *fates))
    changes.sort(key=lambda change: OF_PACKETS.index(change.effect))
    return Diff(tuple(changes), done, total)


def fate_of(network: Network, packet: Packet, state: State | None = None) -> Fate:
    """Return what becomes of a packet, in short."""
    try:
        done = trace(network, packet, state)
    except NotFound:
        return Fate(None)
    return fate(done)


def fate(done: Trace) -> Fate:
    """Return a trace in short."""
    left = [step for step in done.forward.steps if step.place is Place.EDGE]
    outside = str(left[-1].after.source) if left else None
    return Fate(
        done.verdict,
        path_of(done.forward.steps),
        path_of(done.back.steps) if done.back else (),
        outside,
        walked(done),
    )


def walked(done: Trace) -> int:
    """Return how many steps the ways of all directions have."""
    legs = [leg for leg in (done.forward, done.back, done.third) if leg is not None]
    return sum(len(way.steps) for leg in legs for way in leg.branches or (leg,))


def changes_of(packet: Packet, before: Fate, after: Fate) -> Iterator[Change]:
    """Yield how the fates of one packet differ."""
    if after.rank != before.rank:
        effect = Effect.OPENED if after.rank > before.rank else Effect.CLOSED
        yield Change(effect, packet, before, after)
        return
    if after.rank == 0:
        if _code(after) != _code(before):
            yield Change(Effect.OTHERWISE, packet, before, after)
        return
    if (before.forward, before.back) != (after.forward, after.back):
        yield Change(Effect.REROUTED, packet, before, after)
    if before.symmetric != after.symmetric:
        effect = Effect.SYMMETRIC if after.symmetric else Effect.ASYMMETRIC
        yield Change(effect, packet, before, after)
    if None not in (before.outside, after.outside) and before.outside != after.outside:
        yield Change(Effect.OUTBOUND, packet, before, after)


def _code(fate: Fate) -> str | None:
    return None if fate.verdict is None else fate.verdict.code


def _between(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the VMs and gateways that a path passes between its ends."""
    return tuple(name for name in path[1:-1] if name.startswith(("vms/", "gateways/")))
