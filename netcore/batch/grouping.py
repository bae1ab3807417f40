"""Flows that differ, put together: same effect, same ends, same ports; then in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import ABSENT, CODE_NAMES, OUTCOMES, way_of
from netcore.batch.cells import Fate
from netcore.batch.changes import (
    INTERNET,
    Block,
    Change,
    Changes,
    Course,
    Span,
    Told,
    names_text,
    ports_text,
)
from netcore.batch.compile import Compiled
from netcore.batch.decisions import SOURCE_PORT
from netcore.batch.distinct import distinct, distinct_lists
from netcore.batch.headers import Rows
from netcore.batch.once import once
from netcore.batch.parties import Pairs, Parties, People
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.control.network import Network
from netcore.errors import NotFound
from netcore.forwarding.walk import follow
from netcore.trace.effects import OF_FLOWS, Effect
from netcore.trace.model import Leg, Trace
from netcore.trace.packet import PROTOCOL_NUMBERS, Packet
from netcore.words import say, say_many

MISSING: Final = 254
"""Outcome of what has no sender in one of the drawings."""

SENDER: Final = -2
RECEIVER: Final = -3
"""Instead of a place: at one of the two ends."""

_EFFECTS = OF_FLOWS

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
    """Flows that differ.

    Args:
        rows: int64, numbers of rows; whatever is like them differs as they do.
        effects: int64, a bit for each effect.
    """

    rows: Table
    before: Side
    after: Side
    effects: Table


class PlaceNames:
    """Numbers for the places that verdicts of two drawings name.

    Attributes:
        texts: by number.
        senders, receivers: int64 by row of ``People``, who sends and who has the address.
    """

    def __init__(self, both: tuple[Compiled, ...], people: People) -> None:
        self.texts, self._numbers = _numbered_names(both[0])
        for each in (*(compiled.names for compiled in both[1:]), people.senders, people.to):
            if each is not both[0].names:
                self._add(each)
        self.senders, self.receivers = self._all(people.senders), self._all(people.to)
        owner = np.arange(len(self.texts))
        for compiled in both:
            number = self._all(compiled.names)
            nics = compiled.nics[compiled.nics[:, at.NIC_VM] >= 0]
            owner[number[nics[:, at.NIC_AT]]] = number[compiled.guests.vms[nics[:, at.NIC_VM], at.VM_AT]]
        self._owner = owner

    def _add(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = len(self.texts)
                self.texts.append(name)

    def _all(self, texts: Iterable[str]) -> Table:
        return np.array([self._numbers[text] for text in texts], np.int64)

    def numbers(self, names: Iterable[str]) -> tuple[Table, Table]:
        """Return by name its number, and that of the VM a NIC belongs to, else its own; last: -1 for none."""
        self._add(names)  # there may be places that only a walk names
        self._owner = np.append(self._owner, np.arange(len(self._owner), len(self.texts)))
        found = self._all(names)
        return np.append(found, -1), np.append(self._owner[found], -1)


@once
def _numbers(compiled: Compiled) -> dict[str, int]:
    return {name: number for number, name in enumerate(compiled.names)}


def _numbered_names(compiled: Compiled) -> tuple[list[str], dict[str, int]]:
    """Return the names of a network, and the number of each, in copies."""
    return list(compiled.names), dict(_numbers(compiled))


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
    networks: Networks,
    parties: Parties,
    pairs: Pairs,
    like: Table,
    names: PlaceNames,
    rows: Rows,
    found: list[Found],
) -> Changes:
    """Return flows that differ, grouped.

    Args:
        like: int64 by pair, the pair that was asked for it.
    """
    kinds: dict[tuple[int, ...], int] = {}
    kind_of = np.full(len(rows.like), -1, np.int64)
    for block in found:
        kind_of[block.rows] = _numbered(block, kinds)
    if not kinds:
        none = np.zeros(0, np.int64)
        return Changes(_no_change, none, none, np.zeros(0, np.bool_))
    every = kind_of[rows.like]
    some = np.flatnonzero(every >= 0)
    pair, protocol, first, last, _ = (column[some] for column in rows)
    kind = every[some]
    firsts, of = distinct([pair, protocol, kind])
    # The rows of one pair and protocol stand in the order of their ports.
    order = np.argsort(of, kind="stable")
    of, first, last = of[order], first[order], last[order]
    begins = np.append(True, (of[1:] != of[:-1]) | (last[:-1] + 1 != first[1:]))
    starts = np.flatnonzero(begins)
    spans = np.stack([first[starts], last[np.append(starts[1:], len(first)) - 1]], axis=1).astype(np.int32)
    limits = np.searchsorted(of[starts], np.arange(len(firsts) + 1))
    pair, protocol, kind = pair[firsts], protocol[firsts], kind[firsts]
    heads, group = distinct([kind, protocol, distinct_lists(list(spans.T), limits), pairs.spread[pair]])
    listed = list(kinds)
    bits = np.array([row[0] for row in listed], np.int64)[kind[heads]]
    count = np.bincount(group, np.bincount(like, _sizes(parties, pairs))[pair]).astype(np.int64)
    outside = np.bincount(group, _is_outside(parties, pairs)[pair]) > 0
    alike = np.argsort(like, kind="stable")
    begin, end = (np.searchsorted(like[alike], pair, side=side) for side in ("left", "right"))
    ranks = np.argsort(np.lexsort((-count, _lowest(bits))))
    ordered = np.argsort(ranks)
    members = np.argsort(ranks[group], kind="stable")
    ends = np.searchsorted(ranks[group][members], np.arange(len(heads) + 1))

    def make(number: int) -> Change:
        head = int(heads[ordered[number]])
        told = tuple((a, b) for a, b in spans[limits[head] : limits[head + 1]].tolist())
        some = members[ends[number] : ends[number + 1]].tolist()
        some = np.sort(np.concatenate([alike[begin[each] : end[each]] for each in some]))
        spread = bool(pairs.spread[some[0]])
        which = listed[int(kind[head])], int(protocol[head])
        return _change(networks, parties, pairs, names, *which, told, spread, some)

    return Changes(make, bits[ordered], count[ordered], outside[ordered])


def _no_change(number: int) -> Change:
    raise IndexError(number)


def _sizes(parties: Parties, pairs: Pairs) -> Table:
    """Return how many pairs of sender and address each pair of groups stands for; nobody sends to itself."""
    senders, receivers = parties.senders.sizes()[pairs.sender], parties.receivers.sizes()[pairs.receiver]
    own = parties.holders[pairs.receiver] == pairs.sender
    found: Table = np.where(pairs.spread, 1, receivers * (senders - own))
    return found


def _is_outside(parties: Parties, pairs: Pairs) -> Table:
    """Return bool by pair whether the receiver is the Internet."""
    found: Table = pairs.receiver == parties.receivers.of[parties.people.to.index(INTERNET)]
    return found


def _lowest(bits: Table) -> Table:
    """Return the place of the lowest bit."""
    found: Table = np.log2(bits & -bits).astype(np.int64)
    return found


def _numbered(found: Found, kinds: dict[tuple[int, ...], int]) -> Table:
    """Return the numbers of what became of flows."""
    columns = [found.effects]
    columns += [getattr(side, name) for side in (found.before, found.after) for name in END_COLUMNS]
    firsts, which = distinct(columns)
    told = zip(*(column[firsts].tolist() for column in columns), strict=True)
    numbers: Table = np.array([kinds.setdefault(row, len(kinds)) for row in told], np.int64)
    return numbers[which]


def _change(
    networks: Networks,
    parties: Parties,
    pairs: Pairs,
    names: PlaceNames,
    kind: tuple[int, ...],
    protocol: int,
    spans: tuple[Span, ...],
    spread: bool,
    members: Table,
) -> Change:
    found = tuple(effect for index, effect in enumerate(_EFFECTS) if kind[0] >> index & 1)
    blocks = _blocks(parties, pairs, members)
    people, first = parties.people, members[0]
    sender = people.senders[parties.senders.row(pairs.sender[first], pairs.of_sender[first])]
    row = int(parties.receivers.row(pairs.receiver[first], pairs.of_receiver[first]))
    to, address = people.to[row], people.texts[row]
    ported = protocol in PORTED
    packet = Packet(
        source=sender,
        destination=address,
        protocol=_PROTOCOL_NAMES.get(protocol, str(protocol)),
        source_port=SOURCE_PORT if ported else 0,
        destination_port=spans[0][0] if ported else 0,
    )
    ports = spans if ported else ()
    before = _course(names, kind[1:7], sender, to)
    after = _course(names, kind[7:13], sender, to)

    told: list[Told] = []

    def tell() -> Told:
        if not told:
            told.append(_told(networks, found, blocks, packet, ports, before, after))
        return told[0]

    return Change(found, blocks, packet.protocol, ports, before, after, spread, packet, tell)


_PROTOCOL_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}


def _course(names: PlaceNames, kind: tuple[int, ...], sender: str, receiver: str) -> Course:
    def fate(outcome: int, code: int, at: int) -> Fate:
        place = {-1: None, SENDER: sender, RECEIVER: receiver}.get(at) if at < 0 else names.texts[at]
        return Fate(OUTCOMES[outcome], CODE_NAMES[code] or None, place)

    if kind[0] == MISSING:
        return Course(None)
    return Course(fate(*kind[:3]), None if kind[3] == ABSENT else fate(*kind[3:]))


def _blocks(parties: Parties, pairs: Pairs, members: Table) -> tuple[Block, ...]:
    """Return pairs as few blocks: senders with the same receivers are together.

    Args:
        members: pairs, ascending.
    """
    people = parties.people
    one, other = pairs.sender[members], pairs.receiver[members]
    spread = bool(pairs.spread[members[0]])
    if spread:  # each stands for itself alone
        one = parties.senders.row(one, pairs.of_sender[members])
        other = parties.receivers.row(other, pairs.of_receiver[members])
        order = np.lexsort((other, one))
        one, other = one[order], other[order]
    to_of: dict[int, list[int]] = {}
    for sender, receiver in zip(one.tolist(), other.tolist(), strict=True):
        to_of.setdefault(sender, []).append(receiver)
    alike: dict[tuple[int, ...], list[int]] = {}
    for sender, receivers in to_of.items():
        alike.setdefault(tuple(receivers), []).append(sender)
    blocks = []
    for these, senders in alike.items():
        takers: Iterable[int] = these
        if not spread:
            senders = [row for group in senders for row in parties.senders.members(group)]
            takers = [row for group in these for row in parties.receivers.members(group)]
        tos = tuple([(people.to[row], people.texts[row]) for row in takers])
        blocks.append(Block(tuple([people.senders[row] for row in senders]), tos))
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
    receivers = names_text([name(to) if "/" in to else say("the Internet") for to, _ in block.receivers])
    more = sum(other.pairs() for other in blocks[1:])
    what = f"{packet.protocol} {ports_text(ports)}".strip()
    verbs = "; ".join(say(_VERBS[effect]) for effect in found)
    ways = [_passed(trace, packet) for trace in traces]
    text = say(
        "From {senders} to {receivers}: {what} {verbs}.",
        senders=senders,
        receivers=receivers,
        what=what,
        verbs=verbs,
    )
    if more:
        text += " " + say_many(
            "The same for {count:,} other pair.", "The same for {count:,} other pairs.", more
        )
    if Effect.REROUTED in found or Effect.ASYMMETRIC in found:
        was, now = (_way(way, name) for way in ways)
        text += " " + say("Before {before}; now {after}.", before=was, after=now)
    last = traces[1]
    if last is None:
        text += " " + say("The sender is gone.")
    elif not after.connects:
        text += f" {last.verdict.sentence}"
    elif not before.connects and traces[0] is not None:
        text += " " + say("Before: {sentence}", sentence=traces[0].verdict.sentence)
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
        return say("through {there}", there=there) if there else say("straight")
    nobody = say("nobody")
    return say("through {there} and back through {back}", there=there or nobody, back=back or nobody)


def _decided(trace: Trace | None) -> str:
    """Return the rule or route that decided last in the direction that matters."""
    legs = [leg for leg in (trace.third, trace.back, trace.forward) if leg is not None] if trace else []
    failed = next((leg for leg in legs if leg.verdict.code is not None), legs[-1] if legs else None)
    for step in reversed(failed.steps if failed is not None else ()):
        if step.matched is not None and step.matched.kind in ("rule", "route") and step.matched.ref:
            return step.matched.ref
    return ""
