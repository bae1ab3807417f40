"""Flows that differ, put together: same effect, same ends, same ports; then in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from netcore.batch.answers import ABSENT, CODE_NAMES, OUTCOMES, way_of
from netcore.batch.cells import Fate
from netcore.batch.changes import Block, Change, Course, Effect, Span, Told, names_text, ports_text
from netcore.batch.compile import Compiled
from netcore.batch.headers import SOURCE_PORT, Rows
from netcore.batch.parties import Pairs, Parties
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.control.network import Network
from netcore.errors import NotFound
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.walk import follow
from netcore.trace.model import Leg, Trace
from netcore.trace.packet import PROTOCOL_NUMBERS, Packet

MISSING: Final = 254
"""Outcome of what has no sender in one of the drawings."""

SENDER: Final = -2
RECEIVER: Final = -3
"""Instead of a place: at one of the two ends."""

_EFFECTS = tuple(Effect)

Networks = tuple[Network, Network]


class Side(NamedTuple):
    """What one drawing says of flows, as columns; ``later`` is the answer, or packet 3 where that fails."""

    outcome: Table
    code: Table
    at: Table
    later_outcome: Table
    later_code: Table
    later_at: Table
    way: Table
    way_back: Table
    connects: Table


END_COLUMNS: Final = Side._fields[:6]
"""Columns that say how a flow ended; ways count only where it comes about."""


class Found(NamedTuple):
    """Flows that differ. ``effects``: int64, a bit for each effect."""

    rows: Rows
    before: Side
    after: Side
    effects: Table


class PlaceNames:
    """Numbers for the places that verdicts of two drawings name."""

    def __init__(self, both: Iterable[Compiled], parties: Parties) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._vm_of: dict[str, str] = {}
        for compiled in both:
            for key, port in drawing_of(compiled.network).ports.items():
                if port.vm is not None:
                    self._vm_of[f"nics/{key}"] = f"vms/{port.vm}"
        self._owner: list[int] = []
        self._first_sender = np.cumsum([0, *(len(each.paths) for each in parties.senders)])
        self._senders = self._all(path for each in parties.senders for path in each.paths)
        self._first_receiver = np.cumsum([0, *(len(each.to) for each in parties.receivers)])
        self._receivers = self._all(to for each in parties.receivers for to, _ in each.to)

    def _all(self, texts: Iterable[str]) -> Table:
        return np.array([self._number(text) for text in texts] or [-1], np.int64)

    def _number(self, text: str) -> int:
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
            self._owner.append(found)
            owner = self._vm_of.get(text)
            if owner is not None:
                self._owner[found] = self._number(owner)
        return found

    def numbers(self, names: Iterable[str]) -> Table:
        """Return the numbers of many places."""
        return self._all(names)

    def owners(self) -> Table:
        """Return by number that of the VM a NIC belongs to, else its own."""
        return np.array(self._owner, np.int64)

    def sender(self, pairs: Pairs) -> Table:
        """Return the number of who sends."""
        found: Table = self._senders[self._first_sender[pairs.sender] + pairs.of_sender]
        return found

    def receiver(self, pairs: Pairs) -> Table:
        """Return the number of who has the address."""
        found: Table = self._receivers[self._first_receiver[pairs.receiver] + pairs.of_receiver]
        return found


def effects(before: Side, after: Side, even_before: Table, even_after: Table) -> Table:
    """Return the effects of flows that differ, as bits.

    Args:
        even_before, even_after: whether the answer passes the appliances of the request.
    """
    arrived, arrives = before.outcome == 0, after.outcome == 0
    both = before.connects & after.connects
    ways = (before.way != after.way) | (before.way_back != after.way_back)
    closed = before.connects & ~after.connects
    found = np.zeros(len(arrived), np.int64)
    for effect, where in (
        (Effect.OPENED, ~before.connects & after.connects),
        (Effect.CLOSED, closed & ~(arrived & arrives)),
        (Effect.ANSWER_LOST, closed & arrived & arrives),
        (Effect.REROUTED, both & ways),
        (Effect.ASYMMETRIC, after.connects & ~even_after & (even_before | ~before.connects)),
        (Effect.SYMMETRIC, both & ~even_before & even_after),
        (Effect.OTHERWISE, ~before.connects & ~after.connects),
    ):
        found |= np.where(where, 1 << _EFFECTS.index(effect), 0)
    # Who is reached may change although the flow comes about both times by a way of the same name.
    return np.where(found == 0, 1 << _EFFECTS.index(Effect.REROUTED), found)


def changes_of(
    networks: Networks, parties: Parties, pairs: Pairs, names: PlaceNames, found: list[Found]
) -> tuple[Change, ...]:
    """Return flows that differ, grouped."""
    groups: dict[tuple[int, int, tuple[Span, ...], bool], list[int]] = {}
    kinds: dict[tuple[int, ...], None] = {}
    number_of: dict[tuple[int, ...], int] = {}
    by_pair: dict[tuple[int, int, int], list[Span]] = {}
    for block in found:
        for pair, protocol, first, last, kind in _runs(block, kinds, number_of):
            by_pair.setdefault((pair, protocol, kind), []).append((first, last))
    for (pair, protocol, kind), spans in by_pair.items():
        key = (kind, protocol, _merged(spans), bool(pairs.spread[pair]))
        groups.setdefault(key, []).append(pair)
    listed = list(kinds)
    made = [
        _change(networks, parties, pairs, names, listed[kind], protocol, spans, spread, members)
        for (kind, protocol, spans, spread), members in groups.items()
    ]
    return tuple(sorted(made, key=lambda change: (_EFFECTS.index(change.effects[0]), -change.pairs())))


def _runs(
    found: Found, kinds: dict[tuple[int, ...], None], number_of: dict[tuple[int, ...], int]
) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield pair, protocol, first and last port, and the number of what became of it."""
    if not len(found.effects):
        return
    columns = [found.effects]
    columns += [getattr(side, name) for side in (found.before, found.after) for name in END_COLUMNS]
    each, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    numbers = []
    for row in map(tuple, each.tolist()):
        if row not in number_of:
            number_of[row] = len(kinds)
            kinds[row] = None
        numbers.append(number_of[row])
    kind = np.array(numbers, np.int64)[which.ravel()]
    rows = found.rows
    yield from zip(
        rows.pair.tolist(),
        rows.protocol.tolist(),
        rows.first.tolist(),
        rows.last.tolist(),
        kind.tolist(),
        strict=True,
    )


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """Return spans with those that touch put together."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and found[-1][1] + 1 >= first:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def _change(
    networks: Networks,
    parties: Parties,
    pairs: Pairs,
    names: PlaceNames,
    kind: tuple[int, ...],
    protocol: int,
    spans: tuple[Span, ...],
    spread: bool,
    members: list[int],
) -> Change:
    found = tuple(effect for index, effect in enumerate(_EFFECTS) if kind[0] >> index & 1)
    blocks = _blocks(parties, pairs, members)
    first = members[0]
    sender = parties.senders[pairs.sender[first]].paths[pairs.of_sender[first]]
    to, address = parties.receivers[pairs.receiver[first]].to[pairs.of_receiver[first]]
    ported = protocol in PORTED
    packet = Packet(
        source=sender,
        destination=str(address),
        protocol=_PROTOCOL_NAMES.get(protocol, str(protocol)),
        source_port=SOURCE_PORT if ported else 0,
        destination_port=spans[0][0] if ported else 0,
    )
    ports = spans if ported else ()
    before = _course(names, kind[1:7], sender, to)
    after = _course(names, kind[7:13], sender, to)

    @cache
    def told() -> Told:
        return _told(networks, found, blocks, packet, ports, before, after)

    return Change(found, blocks, packet.protocol, ports, before, after, spread, packet, told)


_PROTOCOL_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}


def _course(names: PlaceNames, kind: tuple[int, ...], sender: str, receiver: str) -> Course:
    def fate(outcome: int, code: int, at: int) -> Fate:
        place = {-1: None, SENDER: sender, RECEIVER: receiver}.get(at) if at < 0 else names.texts[at]
        return Fate(OUTCOMES[outcome], CODE_NAMES[code] or None, place)

    if kind[0] == MISSING:
        return Course(None)
    return Course(fate(*kind[:3]), None if kind[3] == ABSENT else fate(*kind[3:]))


def _blocks(parties: Parties, pairs: Pairs, members: list[int]) -> tuple[Block, ...]:
    """Return pairs as few blocks: senders with the same receivers are together."""
    to_of: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for pair in members:
        one, other = int(pairs.sender[pair]), int(pairs.receiver[pair])
        spread = bool(pairs.spread[pair])
        sender = (one, int(pairs.of_sender[pair]) if spread else -1)
        to_of.setdefault(sender, set()).add((other, int(pairs.of_receiver[pair]) if spread else -1))
    alike: dict[frozenset[tuple[int, int]], list[tuple[int, int]]] = {}
    for sender, receivers in to_of.items():
        alike.setdefault(frozenset(receivers), []).append(sender)
    blocks = []
    for these, senders in alike.items():
        paths = [
            path
            for group, one in senders
            for path in (parties.senders[group].paths if one < 0 else (parties.senders[group].paths[one],))
        ]
        tos = [
            (to, str(address))
            for group, one in sorted(these)
            for to, address in (
                parties.receivers[group].to if one < 0 else (parties.receivers[group].to[one],)
            )
        ]
        blocks.append(Block(tuple(paths), tuple(tos)))
    return tuple(sorted(blocks, key=lambda block: -block.pairs()))


_VERBS = {
    Effect.OPENED: "now comes about",
    Effect.CLOSED: "no longer arrives",
    Effect.ANSWER_LOST: "still arrives, but its answer is lost now",
    Effect.REROUTED: "goes another way now",
    Effect.ASYMMETRIC: "the answer now passes other appliances than the request",
    Effect.SYMMETRIC: "the answer passes the appliances of the request again",
    Effect.OTHERWISE: "fails for another reason now",
}


def _told(
    networks: Networks,
    found: tuple[Effect, ...],
    blocks: tuple[Block, ...],
    packet: Packet,
    ports: tuple[Span, ...],
    before: Course,
    after: Course,
) -> Told:
    """Walk the example in both drawings and say what happened."""
    traces = [_walked(network, packet) for network in networks]
    name = _namer(networks)
    block = blocks[0]
    senders = names_text([name(path) for path in block.senders])
    receivers = names_text([name(to) if "/" in to else "the Internet" for to, _ in block.receivers])
    more = sum(other.pairs() for other in blocks[1:])
    what = f"{packet.protocol} {ports_text(ports)}".strip()
    verbs = "; ".join(_VERBS[effect] for effect in found)
    ways = [_passed(trace, packet) for trace in traces]
    text = f"From {senders} to {receivers}: {what} {verbs}."
    if more:
        text += f" The same for {more:,} other {'pair' if more == 1 else 'pairs'}."
    if Effect.REROUTED in found or Effect.ASYMMETRIC in found:
        text += f" Before {_way(ways[0], name)}; now {_way(ways[1], name)}."
    last = traces[1]
    if last is None:
        text += " The sender is gone."
    elif not after.connects:
        text += f" {last.verdict.sentence}"
    elif not before.connects and traces[0] is not None:
        text += f" Before: {traces[0].verdict.sentence}"
    return Told(text, _decided(last), ways[0], ways[1])


def _namer(networks: Networks) -> Callable[[str], str]:
    """Return what people call the thing at a path, which one of the drawings may lack."""
    collections = [network.scenario.topology for network in networks[::-1]]

    def name(path: str) -> str:
        collection, _, key = path.partition("/")
        for topology in collections:
            thing = getattr(topology, collection).get(key)
            if thing is not None:
                return str(getattr(thing, "name", key))
        return path

    return name


def _walked(network: Network, packet: Packet) -> Trace | None:
    try:
        return follow(network, packet)
    except NotFound:
        return None


def _passed(trace: Trace | None, packet: Packet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the appliances of request and answer."""
    if trace is None:
        return (), ()
    ends = (packet.source, trace.forward.verdict.at)
    legs: tuple[Leg | None, ...] = (trace.forward, trace.back)
    one, other = (
        tuple(place for place in way_of(leg) if place.startswith("vms/") and place not in ends)
        if leg is not None
        else ()
        for leg in legs
    )
    return one, other


def _way(passed: tuple[tuple[str, ...], tuple[str, ...]], name: Callable[[str], str]) -> str:
    there, back = (", ".join(name(path) for path in way) for way in passed)
    if passed[0] == passed[1][::-1]:
        return f"through {there}" if there else "straight"
    return f"through {there or 'nobody'} and back through {back or 'nobody'}"


def _decided(trace: Trace | None) -> str:
    """Return the rule or route that decided last in the direction that matters."""
    legs = [leg for leg in (trace.third, trace.back, trace.forward) if leg is not None] if trace else []
    failed = next((leg for leg in legs if leg.verdict.code is not None), legs[-1] if legs else None)
    for step in reversed(failed.steps if failed is not None else ()):
        if step.matched is not None and step.matched.kind in ("rule", "route") and step.matched.ref:
            return step.matched.ref
    return ""
