"""What the rule sets of a drawing decide between two addresses, port by port.

A request may meet the sets of both NICs, and those of every NIC that packets may pass (``passing``). Each set
has cuts of its own: the ports at which its rules begin to say something else.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct_lists
from netcore.batch.loops import fast, inner
from netcore.batch.pages import BITS, SIZE
from netcore.batch.passing import doors, middles, sets_of
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.trace.packet import TCP, UDP

PROTOCOLS = {4: (TCP, UDP, 1, 50, 51), 6: (TCP, UDP, 58, 50, 51)}
"""Protocols that are asked, by IP version: TCP, UDP, ICMP, ESP, AH."""

SOURCE_PORT = 49_152
"""Source port of what is asked; the first one that systems choose from (RFC 6335)."""


_SIDES: WeakKeyDictionary[Compiled, tuple[bytes, Side]] = WeakKeyDictionary()


def side_of(compiled: Compiled, firsts: Table) -> Side:
    """Return the rule sets of a drawing with their cuts, as they were last made if they are the same."""
    key = firsts.tobytes()
    found = _SIDES.get(compiled)
    if found is None or found[0] != key:
        found = _SIDES[compiled] = key, Side(compiled, firsts)
    return found[1]


class Met(NamedTuple):
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


class Side:
    """The rule sets of one drawing, with their own cuts."""

    def __init__(self, compiled: Compiled, firsts: Table) -> None:
        self._rules = rules = compiled.rules
        self._firsts = firsts
        self._chains, self._chain_sets, self._sets = (
            table.astype(np.int64) for table in (rules.chains, rules.chain_sets, rules.sets)
        )
        self._middle = np.array(sorted(sets_of(compiled, middles(compiled))), np.int64)
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
        self._passed: Table = np.logical_or.reduce(change[sorted(sets_of(compiled, passed))], axis=0)

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

    def asks_as(self, other: Side) -> bool:
        """Return whether another drawing has the same rule sets and chains, and the same on the way."""
        one, two = self._rules.given, other._rules.given
        if len(one) != len(two) or any(here is not there for here, there in zip(one, two, strict=True)):
            return False
        tables = ((each._chains, each._chain_sets, each._middle) for each in (self, other))
        return all(np.array_equal(here, there) for here, there in zip(*tables, strict=True))

    def met(self, ends: Table, *, at_ends: bool = True, between: bool = True) -> Met:
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
        return Met(keys[:count], kinds, np.array(codes, np.int64))

    def sayings(self, met: Met) -> Table:
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
        met: Met,
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
        keys: as in ``Met``.
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
        decided, place: see ``Side.mark``.
        kinds: by set met and row a number of a key; ``codes``: see ``Met``.
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
