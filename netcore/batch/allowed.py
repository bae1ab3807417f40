"""The headers that chains of rules allow, by class of sender and receiver: numbered sets of spans."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from netcore.batch import kernel_space as kernel
from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.distinct import distinct
from netcore.batch.rules import cuts_of
from netcore.batch.sheets import Table

PORTS: Final = 65_536


class Kind(NamedTuple):
    """Protocols that rules and the fabric treat alike: ``numbers``, and their class for rules."""

    name: str
    rule_class: int
    numbers: tuple[int, ...]


class AllowedSets:
    """The allowed sets of chains, made chain by chain; equal ones are one.

    Args:
        atoms: address of each row.
        chains: those that will be added, in this order.
    """

    def __init__(self, compiled: Compiled, kinds: list[Kind], atoms: Table, chains: list[int]) -> None:
        self._rules = compiled.rules
        self._atoms = atoms
        self._protocols = np.array([kind.rule_class for kind in kinds], np.int64)
        self._portless = np.array([kind.name in ("icmp", "none") for kind in kinds], np.bool_)
        self._first_ports = cuts_of(self._rules.port_atom)
        self._sourced, self._bits = _sourced(compiled)
        asked = np.unique(np.concatenate([np.zeros(0, np.int64), *(self._sets(chain) for chain in chains)]))
        self._place = np.searchsorted(asked, np.arange(len(self._rules.sets)))
        sides = self._rules.sources, self._rules.destinations
        self._classes = tuple(side.grid(asked, atoms) for side in sides)
        self._sides: tuple[list[Table], list[Table]] = ([], [])
        self._ids: list[Table] = []
        self._base: list[int] = []
        self._width: list[int] = []
        self._used = 0
        self._memory = _Memory(len(kinds))
        self._memory.put_full(self._portless)
        self.full = 0

    def _sets(self, chain: int) -> Table:
        """Return the rule sets of a chain, in order."""
        row = self._rules.chains[chain]
        start, count = int(row[at.CHAIN_START]), int(row[at.CHAIN_COUNT])
        found: Table = self._rules.chain_sets[start : start + count].astype(np.int64)
        return found

    def add(self, chain: int, sending: Table, receiving: Table, staged: bool) -> None:
        """Make the sets of a chain, as far as its senders and receivers need them.

        Args:
            sending, receiving: rows that ask it.
        """
        sets = self._sets(chain)
        (sources, of_source, sent), (destinations, of_destination, taken) = (
            _side(classes[self._place[sets]]) for classes in self._classes
        )
        used = np.zeros((len(sources), len(destinations)), np.bool_)
        if staged:
            used[np.ix_(sent, taken)] = True
        used[np.ix_(of_source[sending], taken)] = True
        used[np.ix_(sent, of_destination[receiving])] = True
        ids = np.full(used.shape, kernel.NOT_MADE, np.int32)
        if len(sets) == 0:
            ids[:] = self.full
        else:
            classes = self._rules.destination_ports.rows(sets).T
            change = np.ones(len(classes), np.bool_)
            change[1:] = (classes[1:] != classes[:-1]).any(axis=1)
            cuts = self._first_ports[change]
            while not kernel.chain_sets(
                used,
                sources,
                destinations,
                self._rules.sets[sets],
                self._bits,
                self._sourced[sets],
                self._protocols,
                self._portless,
                cuts,
                np.ascontiguousarray(classes[change]).astype(np.int64),
                ids,
                *self._memory.tables(),
            ):
                self._memory.grow()
        self._sides[0].append(of_source)
        self._sides[1].append(of_destination)
        self._base.append(self._used)
        self._width.append(ids.shape[1])
        self._ids.append(ids.ravel())
        self._used += ids.size

    def tables(self) -> tuple[Table, Table, Table, Table, Table]:
        """Return classes of sources [sender, chain], of destinations [chain, receiver], and their ids."""
        if not self._ids:
            none = np.zeros((1, len(self._atoms)), np.uint16)
            return none.T.copy(), none, np.zeros(1, np.int64), np.ones(1, np.int64), np.zeros(1, np.int32)
        # There may be as many classes as there are rows; fewer fit in half the room.
        kind = np.uint16 if len(self._atoms) < PORTS else np.int32
        sources, destinations = (np.array(side, kind) for side in self._sides)
        return (
            np.ascontiguousarray(sources.T),
            destinations,
            np.array(self._base, np.int64),
            np.array(self._width, np.int64),
            np.concatenate(self._ids),
        )

    def open(self, chain: int) -> bool:
        """Return whether a chain that stages ask lets everything pass, by its place among those added."""
        if chain < 0:
            return False
        made = self._ids[chain]
        return bool((made[made != kernel.NOT_MADE] == self.full).all())

    def spans(self) -> tuple[Table, Table, Table]:
        """Return offsets, first ports and ports behind the last."""
        return self._memory.offsets, self._memory.lows, self._memory.highs


class _Memory:
    """Known sets of spans, see ``kernel_space.chain_sets``."""

    def __init__(self, kinds: int) -> None:
        self._kinds = max(1, kinds)
        self.keys = np.zeros(1 << 14, np.uint64)
        self.key_set = np.full(1 << 14, -1, np.int64)
        self.offsets = np.zeros((1 << 13) * self._kinds + 1, np.int64)
        self.lows, self.highs = np.zeros(1 << 18, np.int32), np.zeros(1 << 18, np.int32)
        self.state = np.zeros(2, np.int64)

    def tables(self) -> tuple[Table, ...]:
        """Return what the kernel takes."""
        return self.keys, self.key_set, self.offsets, self.lows, self.highs, self.state

    def put_full(self, portless: Table) -> None:
        """Make the set of all headers number 0."""
        kinds = len(portless)
        low = np.zeros(self._kinds, np.int32)
        high = np.where(portless, 1, PORTS).astype(np.int32) if kinds else np.zeros(1, np.int32)
        ends = np.arange(self._kinds + 1, dtype=np.int64)
        kernel._interned(low, high, ends, kinds, kinds, *self.tables())

    def grow(self) -> None:
        """Double everything; known sets keep their numbers."""
        self.offsets = np.concatenate([self.offsets, np.zeros_like(self.offsets)])
        self.lows = np.concatenate([self.lows, np.zeros_like(self.lows)])
        self.highs = np.concatenate([self.highs, np.zeros_like(self.highs)])
        keys, key_set = self.keys, self.key_set
        size = len(keys) * 2
        self.keys, self.key_set = np.zeros(size, np.uint64), np.full(size, -1, np.int64)
        for key, number in zip(keys.tolist(), key_set.tolist(), strict=True):
            if number >= 0:
                place = key & (size - 1)
                while self.key_set[place] >= 0:
                    place = (place + 1) & (size - 1)
                self.keys[place], self.key_set[place] = key, number


def _side(rows: Table) -> tuple[Table, Table, Table]:
    """Return the classes of a chain on one side, [class, set], which one each row has, and those it has.

    Args:
        rows: [set, row], class of each row by each set of the chain.
    """
    if len(rows) == 1:
        of = rows[0]
        has = np.bincount(of, minlength=1) > 0
        return np.arange(len(has))[:, None], of, np.flatnonzero(has)
    if len(rows) == 0:
        return np.zeros((1, 1), np.int64), np.zeros(rows.shape[1], np.int64), np.zeros(1, np.int64)
    if not rows.size:  # nobody is plain
        none = np.zeros(0, np.int64)
        return np.zeros((0, len(rows)), np.int64), none, none
    firsts, of = distinct(list(rows))
    return rows[:, firsts].T.astype(np.int64), of, np.arange(len(firsts))


def _sourced(compiled: Compiled) -> tuple[Table, Table]:
    """Return where the rules of each set stand that look at source ports, and the bits with them added."""
    rules = compiled.rules
    offsets, more, used = [], [], len(rules.bits)
    for index, given in enumerate(rules.given):
        words = int(rules.sets[index, at.SET_WORDS])
        bits = np.zeros(words * 64, np.bool_)
        bits[: len(given.rules)] = [rule.source_ports is not None for rule in given.rules]
        offsets.append(used)
        more.append(np.packbits(bits, bitorder="little").view(np.uint64))
        used += words
    return np.array(offsets or [0], np.int64), np.concatenate([rules.bits, *more])
