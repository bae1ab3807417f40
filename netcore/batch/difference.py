"""What an edit did to all flows: both drawings are asked the same headers, and the answers compared.

Pairs of senders and addresses that behave alike in both drawings are asked once (``parties``), with one
header of each run of ports that no place on the way tells apart (``headers``). Where tables were brought up
to date instead of made anew, only pairs that the edit may concern are asked (``update``).
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import ABSENT, Answers, Fates
from netcore.batch.changes import Difference
from netcore.batch.compile import Compiled
from netcore.batch.courses import Courses, choices_of, is_even, members_of
from netcore.batch.decisions import SOURCE_PORT
from netcore.batch.edits import edited
from netcore.batch.forward import forward
from netcore.batch.grouping import (
    END_COLUMNS,
    MISSING,
    RECEIVER,
    SENDER,
    Found,
    PlaceNames,
    Side,
    changes_of,
    effects,
)
from netcore.batch.headers import Headers, Limits, Rows
from netcore.batch.packets import Packets
from netcore.batch.parties import Groups, Pairs, People, alike_in_both, parties_of, people_of
from netcore.batch.passing import is_simple, usual_vms
from netcore.batch.sheets import Table
from netcore.batch.standins import fair, stand_ins
from netcore.batch.touched import MOST_EDITS, Touched, touched_by
from netcore.batch.update import updated
from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.forwarding.drawing import drawing_of
from netcore.trace.packet import TCP, UDP
from netcore.words import say

BLOCK = 1 << 18
"""Flows that are asked together."""


def difference(before: Network | Scenario | Compiled, after: Network | Scenario | Compiled) -> Difference:
    """Return everything that an edit did to the flows of a drawing; see ``Difference`` for what is asked.

    Args:
        before, after: scenarios must be without problems. What was compiled before is kept, so ask with the
            compiled network where many edits of one drawing are asked about.
    """
    one = _compiled(before)
    if isinstance(after, Compiled):
        return Comparison(one, after, None).result()
    network = after if isinstance(after, Network) else Network(after)
    made = updated(one, network)
    if made is None:
        return Comparison(one, Compiled(network), None).result()
    return Comparison(one, made[0], touched_by(one, *made)).result()


def _compiled(given: Network | Scenario | Compiled) -> Compiled:
    if isinstance(given, Compiled):
        return given
    return Compiled(given if isinstance(given, Network) else Network(given))


class Comparison:
    """Two drawings, what is asked of them, and where the answers differ."""

    def __init__(self, one: Compiled, other: Compiled, touched: Touched | None) -> None:
        self._both = (one, other)
        self._touched = touched
        even = is_even(one) and is_even(other) and choices_of(one) == choices_of(other)
        self._apart = not even
        people = people_of(one, other, None if touched is None else touched.update.moved)
        if self._apart:
            alike = np.arange(len(people.vms))
        else:
            alike = alike_in_both(people, one, other) if touched is None else touched.alike
        self._parties = parties = parties_of(people, alike)
        self._headers = Headers(one, other)
        moved = _moved(one, other, people.vms if touched is None else touched.update.moved)
        self._moved = np.zeros(len(people.senders), np.bool_)
        self._moved[: len(people.vms)] = [vm in moved for vm in people.vms]
        members = members_of(one) | members_of(other)
        self._ends = [_ends_of(compiled, people) for compiled in self._both]
        sends = np.array([path in members for path in people.senders], np.bool_)
        takes = np.array([to in members for to in people.to], np.bool_)
        self._member_sends, self._member_takes = _any(parties.senders, sends), _any(parties.receivers, takes)
        self._names = PlaceNames(self._both, people)
        self._courses = [Courses(compiled) for compiled in self._both]

    def result(self) -> Difference:
        """Return the difference."""
        touched = self._touched
        pairs, like, rows = self._asked()
        asked = np.flatnonzero(rows.like == np.arange(len(rows.like)))
        found = [
            self._compared(pairs, rows, asked[begin : begin + BLOCK]) for begin in range(0, len(asked), BLOCK)
        ]
        networks = (self._both[0].network, self._both[1].network)
        return Difference(
            changes_of(networks, self._parties, pairs, like, self._names, rows, found),
            edited(networks[0].scenario, networks[1].scenario) if touched is None else touched.update.edited,
            self._headers.source_ports,
            len(asked),
            len(pairs.sender),
            tuple(self._headers.firsts[self._headers.sampled].tolist()) if pairs.spread.any() else (),
            touched is not None,
            (say(_BY_HASH),) if self._apart else (),
            self._both[1] if touched is None or touched.edits < MOST_EDITS else None,
        )

    def _asked(self) -> tuple[Pairs, Table, Rows]:
        """Return the pairs to ask, by pair the one that is asked for it, and the headers of each of those."""
        shape = len(self._parties.senders), len(self._parties.receivers)
        if self._touched is None:
            pairs = self._pairs(np.ones(shape, np.bool_))
            like, known = self.like(pairs, np.zeros(len(pairs.sender), np.int64))
            return pairs, like, self._rows(pairs, known, np.unique(like), None)
        marks = self._touched.marks(self._parties)
        pairs = self._pairs(marks.wholly | marks.partly | marks.ends)
        limits = self._headers.limits(self._touched.spans)
        mark = np.select([each[pairs.sender, pairs.receiver] for each in marks], [0, 1, 2])
        like, known = self.like(pairs, mark)
        firsts = np.unique(like)
        parts = [
            self._rows(pairs, known, firsts[mark[firsts] == 0], None),
            self._rows(pairs, known, firsts[mark[firsts] == 1], limits),
            self._rows(pairs, known, firsts[mark[firsts] == 2], limits, otherwise=True),
        ]
        return pairs, like, Rows.together(parts)

    def like(self, pairs: Pairs, mark: Table) -> tuple[Table, Table]:
        """Return by pair the first one that fares alike, of those with the same mark; see ``stand_ins``."""
        sender, receiver = self._places(pairs)
        ends, apart = (self._ends[0], self._ends[1]), np.where(pairs.spread, -1, mark)
        return stand_ins(self._both, ends, self._headers, sender, receiver, apart, self._moved[sender])

    def _pairs(self, wanted: Table) -> Pairs:
        """Return one pair for each two groups, or all their pairs where a hash matters."""
        parties = self._parties
        senders, receivers = parties.senders, parties.receivers
        one, other = np.nonzero(wanted)
        spread = self._member_sends[one] | self._member_takes[other] | self._apart
        if spread.any() and not self._apart:
            some = np.flatnonzero(spread)
            plain = parties.plain[other[some]]
            heads = senders.heads()[one[some]], receivers.heads()[other[some]]
            for end in self._ends:
                plain &= end.direct(*heads)
            spread[some] = ~(plain | fair(self._both, (self._ends[0], self._ends[1]), *heads))
        own = parties.people.own
        single = [
            (i, k, j, n)
            for i, j in zip(one[spread].tolist(), other[spread].tolist(), strict=True)
            for k, sender in enumerate(senders.members(i))
            for n, receiver in enumerate(receivers.members(j))
            if own[receiver] != sender
        ]
        one, other = one[~spread], other[~spread]
        same = parties.holders[other] == one
        keep = ~(same & (senders.sizes()[one] == 1))
        one, other, same = one[keep], other[keep], same[keep]
        columns = [one, same.astype(np.int64), other, np.zeros(len(one), np.int64)]
        more = np.array(single, np.int64).reshape(-1, 4)
        flags = np.append(np.zeros(len(one), np.bool_), np.ones(len(more), np.bool_))
        one, same, other, none = (np.append(have, add) for have, add in zip(columns, more.T, strict=True))
        return Pairs(one, same, other, none, flags)

    def _places(self, pairs: Pairs) -> tuple[Table, Table]:
        """Return the rows of ``People`` of both ends."""
        return (
            self._parties.senders.row(pairs.sender, pairs.of_sender),
            self._parties.receivers.row(pairs.receiver, pairs.of_receiver),
        )

    def _rows(
        self, pairs: Pairs, known: Table, chosen: Table, limits: Limits | None, *, otherwise: bool = False
    ) -> Rows:
        people = self._parties.people
        part = Pairs(*(column[chosen] for column in pairs))
        sender, receiver = self._places(part)
        versions = people.version[receiver]
        every = ~people.plain[receiver]
        for compiled, end in zip(self._both, self._ends, strict=True):
            every |= ~end.usual(sender, receiver) if is_simple(compiled) else True
        one, other = (end.told(sender, receiver) for end in self._ends)
        return self._headers.rows(
            chosen, versions, (one, other), every, known[chosen], part.spread, limits, otherwise=otherwise
        )

    def _compared(self, pairs: Pairs, all_rows: Rows, numbers: Table) -> Found:
        """Ask some headers of both drawings, and return those that fare otherwise."""
        rows = Rows(*(column[numbers] for column in all_rows))
        sender, receiver = (place[rows.pair] for place in self._places(pairs))
        asked = [end.packets(sender, receiver, rows) for end in self._ends]
        answers = [forward(compiled, packets) for compiled, packets in zip(self._both, asked, strict=True)]
        sides = [
            _side(self._names, end, sender, receiver, given)
            for end, given in zip(self._ends, answers, strict=True)
        ]
        connected = sides[0].connects & sides[1].connects
        ways = (sides[0].way != sides[1].way) | (sides[0].way_back != sides[1].way_back)
        ends = np.zeros(len(sender), np.bool_)
        for column in END_COLUMNS:
            ends |= getattr(sides[0], column) != getattr(sides[1], column)
        ends &= sides[0].connects | sides[1].connects | self._there(sender, receiver)
        differ = np.flatnonzero(np.where(connected, ends | ways, ends))
        chosen = [Side(*(column[differ] for column in side)) for side in sides]
        even = []
        for courses, packets, given, side in zip(self._courses, asked, answers, chosen, strict=True):
            told = np.ones(len(differ), np.bool_)
            told[side.connects] = courses.symmetric(packets, given, differ[side.connects])
            even.append(told)
        told_of = effects(chosen[0], chosen[1], even[0], even[1])
        return Found(numbers[differ], chosen[0], chosen[1], told_of)

    def _there(self, sender: Table, receiver: Table) -> Table:
        """Return whether both drawings have both ends: what never was and does not come about is no news."""
        one, other = self._ends
        same: Table = (one.source[sender] >= 0) == (other.source[sender] >= 0)
        same &= (one.taker[receiver] >= 0) == (other.taker[receiver] >= 0)
        return same


def _moved(one: Compiled, other: Compiled, vms: Iterable[str]) -> frozenset[str]:
    """Return those of some VMs that send from other addresses in the second drawing, or that one lacks."""
    machines = [drawing_of(compiled.network).machines for compiled in (one, other)]
    found = set()
    for vm in vms:
        sources = [
            [port.source(version) for port in each[vm].ports for version in (4, 6)] if vm in each else None
            for each in machines
        ]
        if None in sources or sources[0] != sources[1]:
            found.add(vm)
    return frozenset(found)


def _any(groups: Groups, rows: Table) -> Table:
    """Return bool by group whether any of its rows is True."""
    found = np.zeros(len(groups), np.bool_)
    found[groups.of[rows]] = True
    return found


_BY_HASH = (
    "A hash decides per flow between things that are not alike, so flows from port 49152 were asked one by "
    "one, and nothing is said of others."
)


class _Ends:
    """The people of a comparison in one drawing, as numbers.

    Attributes:
        source: int64 by sender, its row; -1: this drawing lacks it.
        taker: int64 by address, the row of the VM that has it; -1: none.
    """

    def __init__(self, compiled: Compiled, people: People) -> None:
        self.people = people
        self._senders, self._ways = compiled.senders, compiled.routes.paged
        vms = compiled.guests.vms
        count = len(compiled.guests.ids)
        senders = len(compiled.senders)
        if compiled.senders == people.senders:
            self.source = np.arange(senders)
        else:
            row_of = {path: row for row, path in enumerate(compiled.senders)}
            self.source = np.array([row_of.get(path, -1) for path in people.senders], np.int64)
        holds = (people.own >= 0) & (people.own < len(people.vms))
        self.taker = np.where(holds, self.source[people.own], -1)
        self._atom = compiled.atoms.find(people.version, people.high, people.low).astype(np.int64)
        hosts = np.ones(senders - count + 1, np.bool_)
        self._usual = np.append(usual_vms(compiled), hosts)
        only = np.append(vms[:count, at.VM_NIC], np.full(senders - count + 1, -1)).astype(np.int64)
        nics = np.vstack([compiled.nics, np.full((1, at.NIC_COLUMNS), -1, np.int32)])
        self._out = nics[only, at.NIC_OUT].astype(np.int64)
        self._in = nics[only, at.NIC_IN].astype(np.int64)
        self._table = nics[only, at.NIC_TABLE].astype(np.int64)
        outside = compiled.send[count:senders]
        self._atoms = {
            version: np.concatenate([nics[only[:count], column], outside[:, by_host], [-1]]).astype(np.int64)
            for version, column, by_host in (
                (4, at.NIC_SOURCE4, at.SEND_SOURCE4),
                (6, at.NIC_SOURCE6, at.SEND_SOURCE6),
            )
        }
        kind = compiled.routes.ways[:, at.WAY_KIND]
        self._straight = np.isin(kind, (at.WAY_LOCAL, at.WAY_PEER, at.WAY_DROP))

    def direct(self, sender: Table, receiver: Table) -> Table:
        """Return bool: neither request nor answer is handed to anybody on the way.

        Only of IPv4 and guests about which nothing is special; of all others it is False.
        """
        source, taker = self.source[sender], self.taker[receiver]
        here, there = self._table[source], self._table[taker]
        atom, to = self._atoms[4][source], self._atom[receiver]
        found = self._straight[self._ways.at(_index(here), _index(to))]
        found &= self._straight[self._ways.at(_index(there), _index(atom))]
        found &= (here >= 0) & (atom >= 0) & self._usual[source] & (there >= 0) & self._usual[taker]
        known: Table = found & (self.people.version[receiver] == 4)
        return known

    def usual(self, sender: Table, receiver: Table) -> Table:
        """Return whether nothing is special about both guests."""
        found: Table = self._usual[self.source[sender]] & self._usual[self.taker[receiver]]
        return found

    def told(self, sender: Table, receiver: Table) -> Table:
        """Return what ``Headers.rows`` needs to know of the ends."""
        source = self.source[sender]
        found = np.empty((len(sender), 4), np.int64)
        found[:, 0] = self._atoms[4][source]
        six = np.flatnonzero(self.people.version[receiver] != 4)
        found[six, 0] = self._atoms[6][source[six]]
        found[:, 1] = self._atom[receiver]
        found[:, 2] = self._out[source]
        found[:, 3] = self._in[self.taker[receiver]]
        return found

    def packets(self, sender: Table, receiver: Table, rows: Rows) -> Packets:
        """Return the requests; who is missing is asked as somebody else, and the answer not looked at."""
        people = self.people
        ported = (rows.protocol == TCP) | (rows.protocol == UDP)
        return Packets(
            self._senders,
            np.maximum(self.source[sender], 0).astype(np.int32),
            people.high[receiver],
            people.low[receiver],
            people.version[receiver],
            rows.protocol,
            np.where(ported, np.uint16(SOURCE_PORT), np.uint16(0)),
            rows.first.astype(np.uint16),
        )


_ENDS: WeakKeyDictionary[Compiled, _Ends] = WeakKeyDictionary()


def _ends_of(compiled: Compiled, people: People) -> _Ends:
    """Return the people in a drawing, as they were last made if they are the same."""
    found = _ENDS.get(compiled)
    if found is None or found.people is not people:
        found = _ENDS[compiled] = _Ends(compiled, people)
    return found


def _index(numbers: Table) -> Table:
    """Return numbers to look up by; what is unknown is looked up as well, and not believed."""
    return np.maximum(numbers, 0).astype(np.int64)


def _side(names: PlaceNames, ends: _Ends, sender: Table, receiver: Table, answers: Answers) -> Side:
    """Return answers as they are compared."""
    number, owner_of = names.numbers(answers.names)
    missing = ends.source[sender] < 0
    sends, takes = names.senders[sender], names.receivers[receiver]

    def place(fates: Fates) -> Table:
        where = number[fates.at]
        owner = owner_of[fates.at]
        found = np.where(owner == takes, RECEIVER, where)
        return np.where(owner == sends, SENDER, found)

    third = (answers.third.outcome != 0) & (answers.third.outcome != ABSENT)
    third &= answers.back.outcome == 0
    forward_at, later_at = place(answers.forward), place(answers.back)
    later_outcome, later_code = answers.back.outcome, answers.back.code
    if third.any():
        later_outcome = np.where(third, answers.third.outcome, later_outcome)
        later_code = np.where(third, answers.third.code, later_code)
        later_at = np.where(third, place(answers.third), later_at)
    return Side(
        np.where(missing, MISSING, answers.forward.outcome),
        np.where(missing, 0, answers.forward.code),
        np.where(missing, -1, forward_at),
        np.where(missing, ABSENT, later_outcome),
        np.where(missing, 0, later_code),
        np.where(missing, -1, later_at),
        answers.forward.way,
        answers.back.way,
        ~missing & answers.delivered(),
    )
