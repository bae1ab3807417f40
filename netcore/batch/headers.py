"""Which headers stand for all others between a sender and an address, in two drawings at once.

Ports are cut where a rule, a service or a balancer of either drawing compares them. Between two VMs about
which nothing is special, only cuts count at which a rule set that may be asked decides otherwise; the rule
sets are those of both NICs and of every NIC that packets may pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct, distinct_lists
from netcore.batch.loops import fast, inner
from netcore.batch.pages import BITS, SIZE
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.document.balancers import BalancingRule, InboundNatRule
from netcore.document.guests import GuestFirewallRule
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.machines import Machine
from netcore.forwarding.redundancy import HELLO_FLOWS
from netcore.trace.packet import PROTOCOL_NUMBERS, TCP, UDP

PROTOCOLS = {4: (TCP, UDP, 1, 50, 51), 6: (TCP, UDP, 58, 50, 51)}
"""Protocols that are asked, by IP version: TCP, UDP, ICMP, ESP, AH."""

SOURCE_PORT = 49_152
"""Source port of what is asked; the first one that systems choose from (RFC 6335)."""

CHUNK = 4_096
"""Pairs that are cut together, so that memory stays small."""

MOST_SETS: Final = 32
"""So many decisions are noted of a cell, two bits each; where more sets are met every run is asked."""


STRAIGHT: Final = (at.WAY_LOCAL, at.WAY_PEER, at.WAY_DROP, at.WAY_INTERNET)
"""Ways on which no NIC is passed."""


class Rows(NamedTuple):
    """Headers by pair: ``pair`` int64, ``protocol`` uint8, ``first`` and ``last`` port int32.

    Where a protocol has no ports both are 0. ``like``, int64, is the first row of the same pair and protocol
    whose ports fare alike: it is asked for all of them.
    """

    pair: Table
    protocol: Table
    first: Table
    last: Table
    like: Table

    @staticmethod
    def together(parts: Sequence[Rows]) -> Rows:
        """Return all rows of several tables."""
        starts = np.append(0, np.cumsum([len(part.pair) for part in parts]))
        moved = [part._replace(like=part.like + start) for part, start in zip(parts, starts, strict=False)]
        return Rows(*(np.concatenate(each) for each in zip(*moved, strict=True)))


class Limits(NamedTuple):
    """Headers that an edit of rules may concern: bool by protocol number and cut."""

    portless: Table
    cuts: dict[int, Table]


class Headers:
    """Cuts of the ports of two drawings.

    Attributes:
        firsts: first ports of the cells, ascending from 0; a cell goes to the next one.
        source_ports: requests from these ports fare alike.
        sampled: bool by cell: it is always asked where a hash matters.
    """

    def __init__(self, one: Compiled, other: Compiled) -> None:
        self._both = (one, other)
        cuts = {0, SOURCE_PORT, SOURCE_PORT + 1}
        special: dict[int, set[int]] = {protocol: set(cuts) for protocol in PORTED}
        for compiled in self._both:
            cuts |= _changes(compiled.rules.port_atom)
            for protocol, ports in _special_ports(compiled):
                special[protocol] |= ports
        cuts |= {cut for found in special.values() for cut in found}
        self.firsts = np.array(sorted(cut for cut in cuts if cut < 65_536), np.int64)
        self.lasts = np.append(self.firsts[1:], 65_536) - 1
        self.special = {
            protocol: np.isin(self.firsts, np.array(sorted(found))) for protocol, found in special.items()
        }
        told = sorted(cuts - {SOURCE_PORT, SOURCE_PORT + 1} | {65_536})
        place = int(np.searchsorted(told, SOURCE_PORT, side="right"))
        self.source_ports = (told[place - 1], told[place] - 1)
        self.sampled = np.logical_or.reduce(list(self.special.values()))
        self._sides = [_side(compiled, self.firsts) for compiled in self._both]
        self._same_sets = self._sides[0].asks_as(self._sides[1])
        self._named = {protocol: self._named_cells(protocol) for protocol in PORTED}

    def _named_cells(self, protocol: int) -> Table:
        """Return a number by cell: of those with the same, rules alone tell between usual VMs."""
        found = np.zeros(len(self.firsts), np.int64)
        if protocol == UDP:
            carried = [compiled.carried for compiled in self._both]
            tables = [table[self.firsts] for each in carried for table in (each.from_port, each.to_port)]
            found = distinct(tables)[1]
        alone = np.flatnonzero(self.special[protocol] & (self.firsts == self.lasts))
        found[alone] = len(self.firsts) + alone
        return found

    def rows(
        self,
        pairs: Table,
        versions: Table,
        ends: tuple[Table, Table],
        every: Table,
        known: Table,
        spread: Table,
        limits: Limits | None = None,
        *,
        otherwise: bool = False,
    ) -> Rows:
        """Return the headers to ask for each pair.

        Args:
            pairs: int64, numbers of pairs.
            versions: 4 or 6, beside ``pairs``.
            ends: per drawing int64 [pair, 4]: atoms of sender and address, chains that the request meets
                at both NICs; -1: none.
            every: bool: all cuts count, as places on the way may rewrite or compare otherwise.
            known: bool: only rule sets that are known compare; their cuts are enough.
            spread: bool: a hash matters, so that what is asked stands for its first port alone.
            limits: which headers matter at all; None: all.
            otherwise: only headers that a rule set at one of the ends treats otherwise in the second drawing.
        """
        none = np.zeros(0, np.int64)
        parts = [Rows(none, none.astype(np.uint8), none, none, none)]
        for version, protocols in PROTOCOLS.items():
            chosen = np.flatnonzero(versions == version)
            for begin in range(0, len(chosen), CHUNK):
                rows = chosen[begin : begin + CHUNK]
                told = np.flatnonzero(~every[rows])
                met = [side.met(end[rows[told]]) for side, end in zip(self._sides, ends, strict=True)]
                whole = rows[every[rows]]
                cuts = np.ones((len(whole), len(self.firsts)), np.bool_)
                some = known[whole]
                cuts[some] = np.logical_or(
                    *(side.cut(end[whole[some]]) for side, end in zip(self._sides, ends, strict=True))
                )
                for protocol in protocols:
                    cut = self._cut(
                        protocol, every[rows], cuts, spread[rows], told, met, limits, otherwise=otherwise
                    )
                    parts.append(cut._replace(pair=pairs[rows[cut.pair]]))
        return Rows.together(parts)

    def _cut(
        self,
        protocol: int,
        every: Table,
        cuts: Table,
        spread: Table,
        told: Table,
        met: list[_Met],
        limits: Limits | None,
        *,
        otherwise: bool,
    ) -> Rows:
        """Return the headers to ask, with the place of the pair instead of its number.

        Args:
            cuts: bool by cell, of each pair of ``every``: which cuts count.
            told: pairs that ``met`` knows about.
        """
        ported = protocol in PORTED
        wanted = np.ones(len(self.firsts) if ported else 1, np.bool_)
        if limits is not None:
            wanted = limits.cuts[protocol] if ported else limits.portless[protocol : protocol + 1]
        marks = np.zeros((len(every), len(wanted)), np.uint8)
        if ported:
            marks[:, self.special[protocol]] = 1
            marks[np.ix_(spread, self.sampled)] = 1
        marks[every] |= cuts if ported else True
        said = [np.zeros(marks.shape, np.uint8) for _ in self._sides]
        decided = np.zeros(marks.shape, np.uint64)
        if wanted.any() and (ported or otherwise):
            place = 0
            for side, each, into in zip(self._sides, met, said, strict=True):
                side.mark(marks, into, decided, place, told, each, protocol, wanted)
                place += len(each.codes)
        row, cell, last = _runs(marks, np.flatnonzero(wanted))
        if otherwise:
            kept = every[row] | (said[0][row, cell] != said[1][row, cell])
            row, cell, last = row[kept], cell[kept], last[kept]
        like = np.arange(len(row))
        if ported and sum(len(each.codes) for each in met) <= MOST_SETS:
            asked, place = [], 0
            for each in met:
                asked.append(_asked_until(each.codes, place))
                place += len(each.codes)
            (before, after), (until, until_later) = said, asked
            named = self._named[protocol]
            _alike(like, row, cell, every | spread, decided, before, after, until, until_later, named)
        first, last = (self.firsts[cell], self.lasts[last]) if ported else (cell, last)
        last = np.where(spread[row], first, last)
        return Rows(row, np.full(len(row), protocol, np.uint8), first, last, like)

    def decisions(self, ends: Sequence[Table], watched: Sequence[Table], *, moved: bool) -> list[Table]:
        """Return what rule sets decide that pairs may meet in both drawings, in columns of numbers.

        Where they are equal each set says the same of every protocol and port.

        Args:
            ends: as in ``rows``, of each drawing.
            watched: int64 by pair, of each drawing: sets on the way tell pairs with one number not apart.
            moved: whether some have other addresses in the second drawing.
        """
        columns: list[Table] = []
        for side, each, seen in zip(self._sides, ends, watched, strict=True):
            if columns and self._same_sets and not moved and np.array_equal(each[:, 2:], ends[0][:, 2:]):
                break
            met = side.met(each, between=False)
            columns += list(side.sayings(met)[met.kinds])
            firsts, kinds = distinct([seen])
            met = side.met(each[firsts], at_ends=False)
            said = distinct([np.zeros(len(firsts), np.int64), *side.sayings(met)[met.kinds]])[1]
            columns.append(said[kinds])
        return columns

    def limits(self, spans: Iterable[tuple[str, Iterable[tuple[int, int]] | None]]) -> Limits:
        """Return limits of rules by protocol, ``*`` for any, and destination ports; None: any."""
        portless = np.zeros(256, np.bool_)
        cuts = {protocol: np.zeros(len(self.firsts), np.bool_) for protocol in PORTED}
        for name, ports in spans:
            numbers = range(256) if name == "*" else (PROTOCOL_NUMBERS[name],)
            portless[list(numbers)] = True
            for number in PORTED.intersection(numbers):
                for first, last in ((0, 65_535),) if ports is None else ports:
                    cuts[number] |= (self.firsts <= last) & (self.lasts >= first)
        return Limits(portless, cuts)


def _asked_until(codes: Table, place: int) -> Table:
    """Return by code of the set that denies, or 0, the bits of ``decided`` that count: no later set is asked.

    Args:
        codes: of the sets of one drawing in turn, whose bits begin at ``place``.
    """
    # Those of the other drawing always count.
    found = np.full(256, (1 << 64) - 1, np.uint64)
    for number, code in enumerate(codes.tolist()):
        if code:
            later = (1 << 2 * len(codes)) - (1 << 2 * (number + 1))
            found[code] = (1 << 64) - 1 - (later << 2 * place)
    return found


@fast
def _alike(
    like: Table,
    rows: Table,
    cells: Table,
    alone: Table,
    decided: Table,
    said: Table,
    said_later: Table,
    until: Table,
    until_later: Table,
    named: Table,
) -> None:
    """Write for each run the first one of its row that fares alike.

    Args:
        like: filled with the numbers of the runs.
        rows, cells: row and first cell of each run, ascending.
        alone: bool by row: each run stands for itself.
        decided, said, said_later: see ``_Side.mark``, of both drawings.
        until, until_later: see ``_asked_until``, of both drawings.
        named: by cell, see ``Headers._named_cells``.
    """
    heads, sayings = np.empty(decided.shape[1], np.int64), np.empty(decided.shape[1], np.uint64)
    count, reached, noted = 0, 0, np.uint64(0)
    for k in range(len(like)):
        row, cell = rows[k], cells[k]
        if alone[row]:
            continue
        if k == 0 or row != rows[k - 1]:
            count, reached, noted = 0, 0, np.uint64(0)
        for each in range(reached, cell + 1):
            noted ^= decided[row, each]
        reached = cell + 1
        saying = noted & until[said[row, cell]] & until_later[said_later[row, cell]]
        for n in range(count):
            if sayings[n] == saying and named[cells[heads[n]]] == named[cell]:
                like[k] = heads[n]
                break
        if like[k] == k:
            heads[count], sayings[count] = k, saying
            count += 1


def _runs(marks: Table, cells: Table) -> tuple[Table, Table, Table]:
    """Return row, first and last cell of each run of some cells between marks."""
    if not len(cells):
        return (np.zeros(0, np.int64),) * 3
    begins = marks[:, cells] == 1
    # A run begins at a mark, and where the cell before is not asked about.
    begins |= np.append(True, np.diff(cells) > 1)
    row, place = np.nonzero(begins)
    last = np.append(place[1:], 0) - 1
    last[np.append(row[1:] != row[:-1], True)] = len(cells) - 1
    return row, cells[place], cells[last]


_SIDES: WeakKeyDictionary[Compiled, tuple[bytes, _Side]] = WeakKeyDictionary()


def _side(compiled: Compiled, firsts: Table) -> _Side:
    """Return the rule sets of a drawing with their cuts, as they were last made if they are the same."""
    key = firsts.tobytes()
    found = _SIDES.get(compiled)
    if found is None or found[0] != key:
        found = _SIDES[compiled] = key, _Side(compiled, firsts)
    return found[1]


class _Met(NamedTuple):
    """What requests meet.

    Args:
        keys: set, whether ports stand the other way round, and classes of both addresses; -1: nothing.
        kinds: by set met and row, a number of a key.
        codes: by set met: odd of the sets of the sender, even of those of the receiver, from 1 and 2 on; 0 of
            those on the way.
    """

    keys: Table
    kinds: Table
    codes: Table


class _Side:
    """The rule sets of one drawing, with their own cuts."""

    def __init__(self, compiled: Compiled, firsts: Table) -> None:
        self._rules = rules = compiled.rules
        self._firsts = firsts
        self._chains, self._chain_sets, self._sets = (
            table.astype(np.int64) for table in (rules.chains, rules.chain_sets, rules.sets)
        )
        self._middle = np.array(sorted(_sets_of(compiled, middles(compiled))), np.int64)
        sides = rules.sources, rules.destinations
        self._classes = tuple(table for side in sides for table in (side.pages, side.cells))
        cell = rules.port_atom[firsts].astype(np.int64)
        every = np.arange(len(rules.sets))
        self._every = every[:, None]
        self._from = rules.source_ports.at(self._every, cell).astype(np.int64)
        self._to = rules.destination_ports.at(self._every, cell).astype(np.int64)
        fixed = rules.port_atom[[SOURCE_PORT]].astype(np.int64)
        self._fixed = np.stack(
            [side.at(every, fixed) for side in (rules.source_ports, rules.destination_ports)],
            axis=1,
        ).astype(np.int64)
        change = np.zeros(self._to.shape, np.bool_)
        change[:, 0] = True
        change[:, 1:] = (self._to[:, 1:] != self._to[:, :-1]) | (self._from[:, 1:] != self._from[:, :-1])
        self._starts = np.append(0, np.cumsum(change.sum(axis=1))).astype(np.int64)
        self._cuts = np.nonzero(change)[1].astype(np.int64)
        self._change = change
        passed = [*doors(compiled), *middles(compiled).tolist()]
        self._passed: Table = np.logical_or.reduce(change[sorted(_sets_of(compiled, passed))], axis=0)

    def cut(self, ends: Table) -> Table:
        """Return bool by row and cell whether a set is cut there that a request may meet, rewritten or not.

        Args:
            ends: as in ``Headers.rows``.
        """
        found = np.repeat(self._passed[None], len(ends), axis=0)
        for chain in ends[:, 2:].T:
            kinds, of = np.unique(np.maximum(chain, 0), return_inverse=True)
            for kind, number in enumerate(kinds.tolist()):
                start, count = self._chains[number, [at.CHAIN_START, at.CHAIN_COUNT]].tolist()
                sets = self._chain_sets[start : start + count]
                found[(of == kind) & (chain >= 0)] |= self._change[sets].any(axis=0)
        return found

    def asks_as(self, other: _Side) -> bool:
        """Return whether another drawing has the same rule sets and chains, and the same on the way."""
        one, two = self._rules.given, other._rules.given
        if len(one) != len(two) or any(here is not there for here, there in zip(one, two, strict=True)):
            return False
        tables = ((each._chains, each._chain_sets, each._middle) for each in (self, other))
        return all(np.array_equal(here, there) for here, there in zip(*tables, strict=True))

    def met(self, ends: Table, *, at_ends: bool = True, between: bool = True) -> _Met:
        """Return what requests meet, by row.

        Args:
            ends: as in ``Headers.rows``.
            at_ends, between: whether sets of the two ends are meant, and those on the way.
        """
        counts = self._chains[np.maximum(ends[:, 2:], 0), at.CHAIN_COUNT] * (ends[:, 2:] >= 0) * at_ends
        outs, ins = counts.max(axis=0, initial=0).tolist()
        middle = self._middle if between else self._middle[:0]
        codes = [*range(1, 2 * outs, 2), *[0] * (2 * len(middle)), *range(2, 2 * ins + 1, 2)]
        kinds = np.empty((len(codes), len(ends)), np.int64)
        size, count = 1 << 10, -1
        while count < 0:
            size *= 4
            keys, slots = np.empty(size // 2 + 1, np.int64), np.full(size, -1, np.int64)
            chains = middle, self._chains, self._chain_sets
            count = int(_meet(kinds, keys, slots, ends, outs, *chains, *self._classes))
        return _Met(keys[:count], kinds, np.array(codes, np.int64))

    def sayings(self, met: _Met) -> Table:
        """Return a number by key: the sets of those with the same one say the same of all headers."""
        rules = self._rules
        numbers = sorted({number for protocols in PROTOCOLS.values() for number in protocols})
        classes = rules.protocol_class[numbers].astype(np.int64)
        ported = np.isin(numbers, sorted(PORTED))
        of = np.maximum(met.keys, 0) >> 33
        most = np.where(met.keys >= 0, (self._starts[of + 1] - self._starts[of]) * len(numbers), 0)
        said, starts = np.empty(int(most.sum()), np.int64), np.zeros(len(met.keys) + 1, np.int64)
        _say(
            said,
            starts,
            met.keys,
            self._sets,
            rules.bits,
            self._from,
            self._to,
            self._fixed,
            classes,
            ported,
            self._starts,
            self._cuts,
        )
        return distinct_lists([said[: starts[-1]]], starts)

    def mark(
        self,
        marks: Table,
        said: Table,
        decided: Table,
        place: int,
        rows: Table,
        met: _Met,
        protocol: int,
        wanted: Table,
    ) -> None:
        """Mark the cuts at which a rule set decides otherwise.

        Args:
            marks, said: uint8 by row and cell; ``said`` gets the set of an end that denies first.
            decided: uint64 by row and cell, two bits for each set met; those of this drawing begin at
                ``place``. Noted is how they differ from the cell before.
            rows: those that ``met`` tells about.
            wanted: bool by cell.
        """
        rules, ported = self._rules, protocol in PORTED
        every = np.arange(len(rules.sets))
        starts = self._starts if ported else np.append(every, len(every))
        cuts = self._cuts if ported else np.zeros(len(every), np.int64)
        of = np.maximum(met.keys, 0) >> 33
        offsets = np.append(0, np.cumsum(np.where(met.keys >= 0, starts[of + 1] - starts[of], 0)))
        decisions = np.empty(offsets[-1], np.uint8)
        _decide(
            decisions,
            met.keys,
            offsets,
            self._sets,
            rules.bits,
            self._from,
            self._to,
            self._fixed if ported else np.stack([self._from[:, 0], self._to[:, 0]], axis=1),
            int(rules.protocol_class[protocol]),
            starts,
            cuts,
        )
        below = np.append(0, np.cumsum(wanted)).astype(np.int64)
        which = met.kinds, met.codes, met.keys
        _mark(marks, said, decided, place, rows, *which, offsets, decisions, starts, cuts, below)


@fast
def _meet(
    kinds: Table,
    keys: Table,
    slots: Table,
    ends: Table,
    outs: Any,
    middles: Table,
    chains: Table,
    chain_sets: Table,
    source_pages: Table,
    source_cells: Table,
    destination_pages: Table,
    destination_cells: Table,
) -> Any:
    """Fill in the keys of what requests meet, and by set met and row the number of one; return how many.

    The sets stand in the order in which they may be asked: those of the sender's chain, those on the way,
    each of them also for an answer that comes another way, and those of the receiver's chain.

    Args:
        slots: an open hash table of keys, all -1; -1 is returned where it is too small.
        outs: how many sets of senders there are at most.
        middles: sets on the way.
    """
    mask, count, between = len(slots) - 1, 0, 2 * len(middles)
    for n in range(len(kinds)):
        for k in range(len(ends)):
            s, turned = np.int64(-1), 0
            if outs <= n < outs + between:
                s, turned = middles[(n - outs) >> 1], (n - outs) & 1
            else:
                chain = ends[k, 2] if n < outs else ends[k, 3]
                number = n if n < outs else n - outs - between
                if chain >= 0 and number < chains[chain, at.CHAIN_COUNT]:
                    s = chain_sets[chains[chain, at.CHAIN_START] + number]
            key = np.int64(-1)
            if s >= 0 and ends[k, 0] >= 0 and ends[k, 1] >= 0:
                a, b = ends[k, turned], ends[k, 1 - turned]
                one = np.int64(source_cells[source_pages[s, a >> BITS], a & (SIZE - 1)])
                two = np.int64(destination_cells[destination_pages[s, b >> BITS], b & (SIZE - 1)])
                key = ((s * 2 + turned) << 32) | one << 16 | two
            slot = np.int64((np.uint64(key) * np.uint64(0x9E37_79B9_7F4A_7C15)) >> np.uint64(32)) & mask
            while slots[slot] >= 0 and keys[slots[slot]] != key:
                slot = (slot + 1) & mask
            if slots[slot] < 0:
                if 2 * (count + 1) > len(slots):
                    return -1
                slots[slot], keys[count] = count, key
                count += 1
            kinds[n, k] = slots[slot]
    return count


@fast
def _decide(
    decisions: Table,
    keys: Table,
    offsets: Table,
    sets: Table,
    bits: Table,
    from_class: Table,
    to_class: Table,
    fixed: Table,
    protocol: Any,
    starts: Table,
    cuts: Table,
) -> None:
    """Write what a rule set says of two addresses, cut by cut.

    Args:
        keys: as in ``_Met``.
        offsets: where decisions of each key begin.
        fixed: by set, class of the source port as source and as destination.
        starts, cuts: cells at which a set's own ports are cut.
    """
    for k in range(len(keys)):
        if keys[k] < 0:
            continue
        s, turned = keys[k] >> 33, (keys[k] >> 32) & 1
        for c in range(starts[s], starts[s + 1]):
            here, there = fixed[s, 0], to_class[s, cuts[c]]
            if turned == 1:
                here, there = from_class[s, cuts[c]], fixed[s, 1]
            decisions[offsets[k] + c - starts[s]] = _decision(keys[k], sets, bits, protocol, here, there)


@fast
def _say(
    said: Table,
    limits: Table,
    keys: Table,
    sets: Table,
    bits: Table,
    from_class: Table,
    to_class: Table,
    fixed: Table,
    protocols: Table,
    ported: Table,
    starts: Table,
    cuts: Table,
) -> None:
    """Write for each key the cuts at which its set decides otherwise, protocol by protocol.

    Args:
        said: protocol, cut and decision in one number; ``limits``: where those of each key begin.
        protocols: their classes; ``ported``: bool. As for the rest see ``_decide``.
    """
    used = 0
    for k in range(len(keys)):
        if keys[k] >= 0:
            s, turned = keys[k] >> 33, (keys[k] >> 32) & 1
            for p in range(len(protocols)):
                before = -1
                for c in range(starts[s], starts[s + 1] if ported[p] else starts[s] + 1):
                    here, there = fixed[s, 0], to_class[s, cuts[c]]
                    if not ported[p]:
                        here, there = from_class[s, 0], to_class[s, 0]
                    elif turned == 1:
                        here, there = from_class[s, cuts[c]], fixed[s, 1]
                    decision = _decision(keys[k], sets, bits, protocols[p], here, there)
                    if decision != before:
                        said[used] = (p << 32 | cuts[c]) << 2 | decision
                        used += 1
                        before = decision
        limits[k + 1] = used


@inner
def _decision(key: Any, sets: Table, bits: Table, protocol: Any, here: Any, there: Any) -> Any:
    """Return what a set says of two addresses, a class of protocols and classes of both ports."""
    s = key >> 33
    width = sets[s, at.SET_WORDS]
    one = sets[s, at.SET_SOURCE] + ((key >> 16) & 0xFFFF) * width
    two = sets[s, at.SET_DESTINATION] + (key & 0xFFFF) * width
    three = sets[s, at.SET_PROTOCOL] + protocol * width
    four = sets[s, at.SET_SOURCE_PORT] + here * width
    five = sets[s, at.SET_DESTINATION_PORT] + there * width
    decision = _NO_RULE
    for w in range(width):
        found = bits[one + w] & bits[two + w] & bits[three + w] & bits[four + w] & bits[five + w]
        if found != 0:
            lowest = found & (~found + np.uint64(1))
            decision = _DENIED
            if lowest & bits[sets[s, at.SET_ALWAYS] + w]:
                decision = _ALWAYS
            elif lowest & bits[sets[s, at.SET_ALLOW] + w]:
                decision = _ALLOWED
            break
    return decision


_NO_RULE: Final = 0
_DENIED: Final = 1
_ALLOWED: Final = 2
_ALWAYS: Final = 3
_SETTLED: Final = 255
"""Of a cell: a set that always allows keeps the later ones of its chain from being asked."""


@fast
def _mark(
    marks: Table,
    said: Table,
    decided: Table,
    place: Any,
    rows: Table,
    kinds: Table,
    codes: Table,
    keys: Table,
    offsets: Table,
    decisions: Table,
    starts: Table,
    cuts: Table,
    wanted: Table,
) -> None:
    """Mark cuts by row.

    Args:
        said: by row and cell the code of the set that denies first, of those at the two ends.
        decided, place: see ``_Side.mark``.
        kinds: by set met and row a number of a key; ``codes``: see ``_Met``.
        wanted: by cell, how many cells below it are asked about.
    """
    cells = marks.shape[1]
    for k in range(len(rows)):
        row, settled = rows[k], False
        for n in range(len(kinds)):
            kind, code = kinds[n, k], codes[n]
            if settled and (n == 0 or code == 0 or (code ^ codes[n - 1]) & 1):
                settled = False
                for cell in range(cells):
                    if said[row, cell] == _SETTLED:
                        said[row, cell] = 0
            if keys[kind] < 0:
                continue
            s, before, noted = keys[kind] >> 33, -1, 0
            for c in range(starts[s], starts[s + 1]):
                cell = cuts[c]
                end = cuts[c + 1] if c + 1 < starts[s + 1] else cells
                if wanted[end] == wanted[cell]:
                    before = -1
                    continue
                decision = decisions[offsets[kind] + c - starts[s]]
                # What an earlier set has denied meets no later one.
                if before >= 0 and decision != before and not (said[row, cell] and said[row, cell - 1]):
                    marks[row, cell] = 1
                before = decision
                if decision != noted:
                    decided[row, cell] ^= np.uint64(decision ^ noted) << np.uint64(2 * ((place + n) & 31))
                    noted = decision
                if code and decision in (_DENIED, _ALWAYS):
                    settled |= decision == _ALWAYS
                    for each in range(cell, end):
                        if said[row, each] == 0:
                            said[row, each] = code if decision == _DENIED else _SETTLED
        if settled:
            for cell in range(cells):
                if said[row, cell] == _SETTLED:
                    said[row, cell] = 0


def middles(compiled: Compiled) -> Table:
    """Return the NICs that packets between others may pass: next hops of routes, and members behind them."""
    ways = compiled.routes.ways
    found = set(ways[ways[:, at.WAY_KIND] == at.WAY_NIC, at.WAY_A].tolist())
    fronts = compiled.balancers.frontends
    for front in set(ways[ways[:, at.WAY_KIND] == at.WAY_FRONTEND, at.WAY_A].tolist()):
        start = int(fronts[front, at.FRONT_RULES])
        for rule in compiled.balancers.rules[start : start + int(fronts[front, at.FRONT_RULED])]:
            members = int(rule[at.RULE_MEMBERS])
            count = int(rule[at.RULE_COUNT])
            found |= set(compiled.balancers.members[members : members + count, at.MEMBER_NIC].tolist())
    return np.array(sorted(found - {-1}), np.int64)


def doors(compiled: Compiled) -> set[int]:
    """Return the NICs that are reached under other addresses than their own."""
    found = {*compiled.balancers.members[:, at.MEMBER_NIC].tolist()}
    found |= {*compiled.balancers.published[:, at.PUBLISH_NIC].tolist()}
    public = compiled.owners.public
    found |= {*public[public[:, at.PUBLIC_KIND] == at.PUBLIC_NIC, at.PUBLIC_ID].tolist()}
    return {int(nic) for nic in found if 0 <= nic < len(compiled.nic_ids)}


def is_simple(compiled: Compiled) -> bool:
    """Return whether nothing on the way between VMs rewrites, keeps sessions or has routes of its own."""
    if compiled.carried.by_mac or compiled.carried.vpc:
        return False
    return all(_only_passes(compiled, nic) for nic in compiled.nics[middles(compiled)])


def _only_passes(compiled: Compiled, nic: Table) -> bool:
    if nic[at.NIC_VM] < 0:
        return True
    return not int(nic[at.NIC_FLAGS]) & (at.WRONG_MAC | at.HARD) and is_usual(compiled, int(nic[at.NIC_VM]))


def is_usual(compiled: Compiled, vm: int) -> bool:
    """Return whether a guest has one NIC, sends from it, and neither rewrites nor filters."""
    return bool(_usual(compiled.guests.vms[vm]))


def usual_vms(compiled: Compiled) -> Table:
    """Return by VM what ``is_usual`` does."""
    return _usual(compiled.guests.vms[: len(compiled.guests.ids)])


def _usual(rows: Table) -> Table:
    common = (rows[..., at.VM_FLAGS] & _SPECIAL) == 0
    found: Table = common & (rows[..., at.VM_NIC] >= 0) & (rows[..., at.VM_FORWARDED] == 0)
    return found


_SPECIAL = at.HARD | at.SNAT | at.FIREWALLED | at.POLICY | at.STATEFUL


def _sets_of(compiled: Compiled, nics: Iterable[int]) -> set[int]:
    """Return the rule sets that some NICs ask."""
    found: set[int] = set()
    for row in compiled.nics[list(nics)]:
        for side in (at.NIC_OUT, at.NIC_IN):
            chain = compiled.rules.chains[row[side]]
            start = int(chain[at.CHAIN_START])
            found |= set(compiled.rules.chain_sets[start : start + int(chain[at.CHAIN_COUNT])].tolist())
    return found


def _changes(port_atom: Table) -> set[int]:
    return {0, *(np.flatnonzero(port_atom[1:] != port_atom[:-1]) + 1).tolist()}


_SPECIAL_PORTS: WeakKeyDictionary[Compiled, list[tuple[int, set[int]]]] = WeakKeyDictionary()


def keep_ports(earlier: Compiled, later: Compiled, vms: Iterable[str]) -> None:
    """Take over what is known of the ports of an earlier network with the same balancers.

    Args:
        vms: those whose guests may be others.
    """
    found = _special_ports(earlier)
    machines = drawing_of(later.network).machines
    more = {port for vm in vms for port in _guest_ports(machines[vm])}
    if more:
        found = [(protocol, ports | (more if protocol in PORTED else set())) for protocol, ports in found]
    _SPECIAL_PORTS[later] = found


def _special_ports(compiled: Compiled) -> list[tuple[int, set[int]]]:
    found = _SPECIAL_PORTS.get(compiled)
    if found is None:
        found = _SPECIAL_PORTS[compiled] = list(_special(compiled))
    return found


def _special(compiled: Compiled) -> Iterable[tuple[int, set[int]]]:
    """Yield by protocol the ports that something else than rules compares."""
    carried = compiled.carried
    for table in (carried.from_port, carried.to_port):
        yield UDP, _changes(table) | {67, 68, 69, 546, 547, 548}
    topology = compiled.network.scenario.topology
    named: set[int] = set()
    for balancer in topology.load_balancers.values():
        balancing: list[BalancingRule | InboundNatRule] = [*balancer.rules.values()]
        balancing += balancer.inbound_nat_rules.values()
        for each in balancing:
            named |= _around(each.frontend_port, each.backend_port or 0)
    for machine in drawing_of(compiled.network).machines.values():
        named |= _guest_ports(machine)
    for protocol in PORTED:
        yield protocol, named


def _guest_ports(machine: Machine) -> set[int]:
    """Return the cuts at ports that a guest compares."""
    guest = machine.guest
    found: set[int] = set()
    for service in (guest.services or {}).values():
        found |= _around(service.port)
    for entry in guest.port_forwards.values():
        found |= _around(entry.port, entry.to_port or 0)
    for rules in machine.firewall.values():
        for rule in rules:
            for first, last in _firewall_ports(rule):
                found |= _around(first, last)
    if guest.redundancy:
        found |= _around(*(port for _, port in HELLO_FLOWS))
    return found


def _around(*ports: int) -> set[int]:
    return {cut for port in ports for cut in (port, port + 1)}


def _firewall_ports(rule: GuestFirewallRule) -> Iterable[tuple[int, int]]:
    for text in rule.destination_ports:
        if text != "*":
            first, _, last = text.partition("-")
            yield int(first), int(last or first)
