"""What an edit did to all flows: both drawings are asked the same headers, and the answers compared.

Pairs of senders and addresses that behave alike in both drawings are asked once (``parties``), with one
header of each run of ports that no place on the way tells apart (``headers``). Where tables were brought up
to date instead of made anew, only pairs that the edit may concern are asked (``update``).
"""

from __future__ import annotations

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import ABSENT, Answers, Fates
from netcore.batch.changes import Difference
from netcore.batch.compile import Compiled
from netcore.batch.courses import Courses, choices_of, is_even, members_of
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
from netcore.batch.headers import SOURCE_PORT, Headers, Limits, Rows, is_simple, is_usual
from netcore.batch.packets import LOW, Packets
from netcore.batch.parties import Pairs, Parties, parties_of
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.batch.touched import Touched, touched_by
from netcore.batch.update import edited, updated
from netcore.control.network import Network
from netcore.document.models import Scenario

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
        return _Comparison(one, after, None).result()
    network = after if isinstance(after, Network) else Network(after)
    made = updated(one, network)
    if made is None:
        return _Comparison(one, Compiled(network), None).result()
    return _Comparison(one, made[0], touched_by(one, *made)).result()


def _compiled(given: Network | Scenario | Compiled) -> Compiled:
    if isinstance(given, Compiled):
        return given
    return Compiled(given if isinstance(given, Network) else Network(given))


class _Comparison:
    """Two drawings, what is asked of them, and where the answers differ."""

    def __init__(self, one: Compiled, other: Compiled, touched: Touched | None) -> None:
        self._both = (one, other)
        self._touched = touched
        even = is_even(one) and is_even(other) and choices_of(one) == choices_of(other)
        self._apart = not even
        self._parties = parties_of(
            one, other, apart=not even, refined=None if touched is None else touched.classes
        )
        self._headers = Headers(one, other)
        members = members_of(one) | members_of(other)
        self._ends = [_Ends(compiled, self._parties) for compiled in self._both]
        parties = self._parties
        self._member_sends = np.array([not members.isdisjoint(each.paths) for each in parties.senders])
        self._member_takes = np.array(
            [any(to in members for to, _ in each.to) for each in parties.receivers], np.bool_
        )
        self._names = PlaceNames(self._both, parties)
        self._courses = [Courses(compiled) for compiled in self._both]

    def result(self) -> Difference:
        """Return the difference."""
        touched = self._touched
        pairs, rows = self._asked()
        found = []
        for begin in range(0, len(rows.pair), BLOCK):
            block = Rows(*(each[begin : begin + BLOCK] for each in rows))
            found.append(self._compared(pairs, block))
        networks = (self._both[0].network, self._both[1].network)
        return Difference(
            changes_of(networks, self._parties, pairs, self._names, found),
            edited(networks[0].scenario, networks[1].scenario) if touched is None else touched.update.edited,
            self._headers.source_ports,
            len(rows.pair),
            len(pairs.sender),
            tuple(self._headers.firsts.tolist()) if pairs.spread.any() else (),
            touched is not None,
            (_BY_HASH,) if self._apart else (),
        )

    def _asked(self) -> tuple[Pairs, Rows]:
        """Return the pairs to ask, and the headers of each."""
        shape = len(self._parties.senders), len(self._parties.receivers)
        if self._touched is None:
            pairs = self._pairs(np.ones(shape, np.bool_))
            return pairs, self._rows(pairs, np.arange(len(pairs.sender)), None)
        touched = self._touched
        wholly, partly = touched.pairs(self._parties)
        pairs = self._pairs(wholly | partly)
        whole = wholly[pairs.sender, pairs.receiver]
        parts = [
            self._rows(pairs, np.flatnonzero(whole), None),
            self._rows(pairs, np.flatnonzero(~whole), self._headers.limits(touched.spans)),
        ]
        return pairs, Rows(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    def _pairs(self, wanted: Table) -> Pairs:
        """Return one pair for each two groups, or all their pairs where a hash matters."""
        senders, receivers = self._parties.senders, self._parties.receivers
        spread = self._member_sends[:, None] | self._member_takes[None, :] | self._apart
        if spread.any() and not self._apart:
            plain = np.array([each.plain for each in receivers], np.bool_)
            spread &= ~(self._ends[0].direct() & self._ends[1].direct() & plain)
        group = {path: index for index, each in enumerate(senders) for path in each.paths}
        own = np.array([group.get(each.to[0][0], -1) for each in receivers])
        one, other = np.nonzero(wanted & ~spread)
        same = own[other] == one
        alone = np.array([len(each.paths) == 1 for each in senders], np.bool_)
        keep = ~(same & alone[one])
        one, other, same = one[keep], other[keep], same[keep]
        columns = [one, same.astype(np.int64), other, np.zeros(len(one), np.int64)]
        single = [
            (i, k, j, n)
            for i, j in np.argwhere(wanted & spread).tolist()
            for k, path in enumerate(senders[i].paths)
            for n, (to, _) in enumerate(receivers[j].to)
            if path != to
        ]
        more = np.array(single, np.int64).reshape(-1, 4)
        flags = np.append(np.zeros(len(one), np.bool_), np.ones(len(more), np.bool_))
        one, same, other, none = (np.append(have, add) for have, add in zip(columns, more.T, strict=True))
        return Pairs(one, same, other, none, flags)

    def _rows(self, pairs: Pairs, chosen: Table, limits: Limits | None) -> Rows:
        parties = self._parties
        part = Pairs(*(column[chosen] for column in pairs))
        versions = np.array([each.to[0][1].version for each in parties.receivers])[part.receiver]
        every = ~np.array([each.plain for each in parties.receivers], np.bool_)[part.receiver]
        every |= part.spread
        for compiled, end in zip(self._both, self._ends, strict=True):
            every |= ~(is_simple(compiled) & end.usual(part))
        one, other = (end.told(part, versions) for end in self._ends)
        rows = self._headers.rows(chosen, versions, (one, other), every, limits)
        last = np.where(pairs.spread[rows.pair], rows.first, rows.last)
        return rows._replace(last=last)

    def _compared(self, pairs: Pairs, rows: Rows) -> Found:
        """Ask some headers of both drawings, and return those that fare otherwise."""
        part = Pairs(*(column[rows.pair] for column in pairs))
        asked = [end.packets(part, rows) for end in self._ends]
        answers = [forward(compiled, packets) for compiled, packets in zip(self._both, asked, strict=True)]
        sides = [_side(self._names, end, part, given) for end, given in zip(self._ends, answers, strict=True)]
        connected = sides[0].connects & sides[1].connects
        ways = (sides[0].way != sides[1].way) | (sides[0].way_back != sides[1].way_back)
        ends = np.zeros(len(part.sender), np.bool_)
        for column in END_COLUMNS:
            ends |= getattr(sides[0], column) != getattr(sides[1], column)
        differ = np.flatnonzero(np.where(connected, ends | ways, ends))
        chosen = [Side(*(column[differ] for column in side)) for side in sides]
        even = []
        for courses, packets, given, end, side in zip(
            self._courses, asked, answers, self._ends, chosen, strict=True
        ):
            told = np.ones(len(differ), np.bool_)
            told[side.connects] = courses.symmetric(
                packets, given, differ[side.connects], end.receiver_vm(part)
            )
            even.append(told)
        told_of = effects(chosen[0], chosen[1], even[0], even[1])
        return Found(Rows(*(column[differ] for column in rows)), chosen[0], chosen[1], told_of)


_BY_HASH = (
    "A hash decides per flow between things that are not alike, so flows from port 49152 were asked one by "
    "one, and nothing is said of others."
)


_STRAIGHT = (at.WAY_LOCAL, at.WAY_PEER, at.WAY_DROP)
"""Ways on which nobody chooses."""


class _Ends:
    """The parties of one drawing as numbers."""

    def __init__(self, compiled: Compiled, parties: Parties) -> None:
        self._compiled = compiled
        row_of = {path: row for row, path in enumerate(compiled.senders)}
        vms = compiled.guests.vms
        count = len(compiled.guests.ids)
        paths = [path for each in parties.senders for path in each.paths]
        self._first_sender = np.cumsum([0, *(len(each.paths) for each in parties.senders)])
        self._source = np.array([row_of.get(path, -1) for path in paths], np.int64)
        tos = [to for each in parties.receivers for to in each.to]
        self._first_receiver = np.cumsum([0, *(len(each.to) for each in parties.receivers)])
        self._receiver = np.array(
            [row_of[to] if to.startswith("vms/") and to in row_of else -1 for to, _ in tos], np.int64
        )
        numbers = [int(address) for _, address in tos]
        self._high = np.array([number >> 64 for number in numbers], np.uint64)
        self._low = np.array([number & LOW for number in numbers], np.uint64)
        self._version = np.array([address.version for _, address in tos], np.uint8)
        self._atom = compiled.atoms.of_many([address for _, address in tos])
        usual = np.array([is_usual(compiled, vm) for vm in range(count)] + [True] * len(row_of), np.bool_)
        self._usual = np.append(usual[: len(row_of)], True)
        only = np.append(vms[:count, at.VM_NIC], np.full(len(row_of) - count + 1, -1)).astype(np.int64)
        nics = np.vstack([compiled.nics, np.full((1, at.NIC_COLUMNS), -1, np.int32)])
        self._out = nics[only, at.NIC_OUT].astype(np.int64)
        self._in = nics[only, at.NIC_IN].astype(np.int64)
        self._table = nics[only, at.NIC_TABLE].astype(np.int64)
        hosts = compiled.send[count : len(row_of)]
        self._atoms = {
            version: np.concatenate([nics[only[:count], column], hosts[:, by_host], [-1]]).astype(np.int64)
            for version, column, by_host in (
                (4, at.NIC_SOURCE4, at.SEND_SOURCE4),
                (6, at.NIC_SOURCE6, at.SEND_SOURCE6),
            )
        }

    def sender(self, pairs: Pairs) -> Table:
        """Return the row of who sends; -1: this drawing lacks it."""
        found: Table = self._source[self._first_sender[pairs.sender] + pairs.of_sender]
        return found

    def receiver_vm(self, pairs: Pairs) -> Table:
        """Return the row of the VM that has the address; -1: none."""
        found: Table = self._receiver[self._place(pairs)]
        return found

    def direct(self) -> Table:
        """Return bool [senders, receivers]: neither request nor answer is handed to anybody on the way.

        Only of IPv4 and guests about which nothing is special; of all others it is False.
        """
        senders, receivers = self._source[self._first_sender[:-1]], self._first_receiver[:-1]
        takers = self._receiver[receivers]
        here, there = self._table[senders], self._table[takers]
        atoms, to = self._atoms[4][senders], self._atom[receivers]
        compiled = self._compiled
        straight = np.isin(compiled.routes.ways[:, at.WAY_KIND], _STRAIGHT)
        ways = compiled.routes.paged
        found = straight[ways.at(_index(here)[:, None], _index(to))]
        found &= straight[ways.at(_index(there)[:, None], _index(atoms))].T
        found &= ((here >= 0) & (atoms >= 0) & self._usual[senders])[:, None]
        known: Table = found & ((there >= 0) & self._usual[takers] & (self._version[receivers] == 4))
        return known

    def _place(self, pairs: Pairs) -> Table:
        found: Table = self._first_receiver[pairs.receiver] + pairs.of_receiver
        return found

    def usual(self, pairs: Pairs) -> Table:
        """Return whether nothing is special about both guests."""
        found: Table = self._usual[self.sender(pairs)] & self._usual[self.receiver_vm(pairs)]
        return found

    def told(self, pairs: Pairs, versions: Table) -> Table:
        """Return what ``Headers.rows`` needs to know of the ends."""
        sender, receiver = self.sender(pairs), self.receiver_vm(pairs)
        atoms = np.where(versions == 4, self._atoms[4][sender], self._atoms[6][sender])
        found: Table = np.stack(
            [atoms, self._atom[self._place(pairs)], self._out[sender], self._in[receiver]], axis=1
        )
        return found

    def packets(self, pairs: Pairs, rows: Rows) -> Packets:
        """Return the requests; who is missing is asked as somebody else, and the answer not looked at."""
        place = self._place(pairs)
        return Packets(
            self._compiled.senders,
            np.maximum(self.sender(pairs), 0).astype(np.int32),
            self._high[place],
            self._low[place],
            self._version[place],
            rows.protocol,
            np.where(np.isin(rows.protocol, list(PORTED)), SOURCE_PORT, 0).astype(np.uint16),
            rows.first.astype(np.uint16),
        )


def _index(numbers: Table) -> Table:
    """Return numbers to look up by; what is unknown is looked up as well, and not believed."""
    return np.maximum(numbers, 0).astype(np.int64)


def _side(names: PlaceNames, ends: _Ends, pairs: Pairs, answers: Answers) -> Side:
    """Return answers as they are compared."""
    number = names.numbers(answers.names)
    missing = ends.sender(pairs) < 0
    sender, receiver = names.sender(pairs), names.receiver(pairs)

    def place(fates: Fates) -> Table:
        where = np.where(fates.at >= 0, number[fates.at], -1)
        owner = np.where(where >= 0, names.owners()[where], -1)
        found = np.where(owner == receiver, RECEIVER, where)
        return np.where((owner == sender) & (where >= 0), SENDER, found)

    third = (answers.third.outcome != 0) & (answers.third.outcome != ABSENT)
    third &= answers.back.outcome == 0
    forward_at, back_at, third_at = (place(leg) for leg in (answers.forward, answers.back, answers.third))
    later_outcome = np.where(third, answers.third.outcome, answers.back.outcome)
    later_code = np.where(third, answers.third.code, answers.back.code)
    return Side(
        np.where(missing, MISSING, answers.forward.outcome).astype(np.int64),
        np.where(missing, 0, answers.forward.code).astype(np.int64),
        np.where(missing, -1, forward_at).astype(np.int64),
        np.where(missing, ABSENT, later_outcome).astype(np.int64),
        np.where(missing, 0, later_code).astype(np.int64),
        np.where(missing, -1, np.where(third, third_at, back_at)).astype(np.int64),
        answers.forward.way,
        answers.back.way,
        ~missing & answers.delivered(),
    )
