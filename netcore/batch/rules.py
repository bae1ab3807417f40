"""Rule sets as bit vectors: which rules match an address, a protocol or a port, one bit per rule.

The rules that match a packet are the AND of five vectors, and the first one is the lowest bit that is set:
the order of rules is that of bits. Addresses and ports that the same rules match share a vector by class.

Source: Lakshman and Stiliadis 1998 (Lucent bit vectors).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np

from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.layout import (
    CHAIN_COLUMNS,
    CHAIN_COUNT,
    CHAIN_START,
    SET_COLUMNS,
    SET_PROTOCOL,
    SET_WORDS,
)
from netcore.batch.pages import Pager
from netcore.batch.sheets import Sheet, Table, column
from netcore.batch.sides import Side, atoms_of, cells_of, places, side_of, vectors_of
from netcore.control.prefixes import AddressSet
from netcore.control.rules import EffectiveRule, PortSpan, RuleAccess, RuleSet
from netcore.trace.packet import PROTOCOL_NUMBERS

LAST_PORT = 65_535

Spans = tuple[PortSpan, ...] | None

_SAYS = attrgetter("access", "protocol", "sources", "source_ports", "destinations", "destination_ports")
"""What two rules must have in common to say the same."""


class Rules:
    """The rule sets of a network, and the chains of them that NICs ask.

    Args:
        chains: every chain that may be asked; equal ones may stand here more than once.

    Attributes:
        number: chain -> its number, by identity of the tuple.
        chains, sets, chain_sets: see ``layout``; a chain is a run of ``chain_sets``.
        sources, destinations: [set, atom], class of an address.
        never_deny: bool [chain, 0 for IPv4 and 1 for IPv6], whether it lets everything pass.
        port_atom: uint16 by port; ``source_ports``, ``destination_ports``: [set, port atom], class of a port.
        protocol_class: uint8 by protocol number, the same for all sets.
        bits: uint64; vectors of all sets. A vector of class c begins at offset + c x words of the set.
    """

    def __init__(self, chains: Iterable[tuple[RuleSet, ...]]) -> None:
        self._kept = list(chains)
        self.given: list[RuleSet] = []
        self._by_rules: dict[tuple[object, ...], int] = {}
        self._by_id: dict[int, int] = {}
        self._chain_sheet = Sheet(CHAIN_COLUMNS)
        self._chain_sets: list[int] = []
        self.number: dict[int, int] = {}
        known: dict[tuple[object, ...], int] = {}
        for chain in self._kept:
            if id(chain) in self.number:
                continue
            sets = tuple((self._set(rules), rules.stateful, rules.where != "admin") for rules in chain)
            if sets not in known:
                known[sets] = self._chain(sets)
            self.number[id(chain)] = known[sets]

    def bound(self, boundaries: Boundaries) -> None:
        """Make every address range of the rules a union of atoms."""
        for addresses in self._address_sets():
            for version in (4, 6):
                boundaries.ranges(addresses.of(version), version)

    def fill(self, atoms: Atoms) -> None:
        """Make the vectors."""
        self._finish_chains()
        ports = _port_cuts(self._all())
        self.port_atom = _port_atom(ports)
        numbers = sorted({PROTOCOL_NUMBERS[rule.protocol] for rule in self._all() if rule.protocol != "*"})
        self.protocol_class = np.zeros(256, np.uint8)
        self.protocol_class[numbers] = np.arange(1, len(numbers) + 1)
        pagers = [Pager(columns) for columns in (atoms.count, atoms.count, len(ports), len(ports))]
        self._words: list[Table] = []
        self._used = 0
        sheet = Sheet(SET_COLUMNS)
        sheet.rows += self._vectors(self.given, pagers, atoms, ports, len(numbers) + 1)
        self.sets = sheet.table()
        self.sources, self.destinations, self.source_ports, self.destination_ports = (
            pager.made() for pager in pagers
        )
        self.bits = np.concatenate(self._words) if self._used else np.zeros(1, np.uint64)
        del self._words

    def more(self, chains: Iterable[tuple[RuleSet, ...]], atoms: Atoms, places: Table) -> Rules:
        """Return these rules and some chains besides.

        Args:
            atoms: all boundaries of these rules are among theirs, and those of the new chains.
            places: earlier atom by atom.
        """
        found = copy.copy(self)
        found._kept, found.given = [*self._kept], [*self.given]
        found._by_rules, found._by_id = dict(self._by_rules), dict(self._by_id)
        found.number = dict(self.number)
        found._chain_sheet = Sheet(CHAIN_COLUMNS)
        found._chain_sheet.rows = [*self._chain_sheet.rows]
        found._chain_sets = [*self._chain_sets]
        for chain in chains:
            if id(chain) in found.number:
                continue
            found._kept.append(chain)
            sets = tuple((found._set(rules), rules.stateful, rules.where != "admin") for rules in chain)
            found.number[id(chain)] = found._chain(sets)
        added = found.given[len(self.given) :]
        named = {rule.protocol for rules in added for rule in rules.rules} - {"*"}
        found._words, found._used = [self.bits[: self._used]], self._used
        found._tell_apart({PROTOCOL_NUMBERS[name] for name in named}, len(self.given))
        found._finish_chains()
        old = cuts_of(self.port_atom)
        ports = np.union1d(old, _port_cuts(rule for rules in added for rule in rules.rules))
        found.port_atom = _port_atom(ports)
        cells = np.searchsorted(old, ports, side="right") - 1
        pagers = [Pager(len(where)) for where in (places, places, cells, cells)]
        sheet = Sheet(SET_COLUMNS)
        protocols = int(found.protocol_class.max()) + 1
        sheet.rows += found._vectors(added, pagers, atoms, ports, protocols)
        kept = [table.finer(places) for table in (self.sources, self.destinations)]
        kept += [table.finer(cells) for table in (self.source_ports, self.destination_ports)]
        if added:
            found.sets = np.vstack([found.sets[: len(self.given)], sheet.table()])
            kept = [
                table.and_rows(pager.made(), len(self.given))
                for table, pager in zip(kept, pagers, strict=True)
            ]
        found.sources, found.destinations, found.source_ports, found.destination_ports = kept
        found.bits = np.concatenate(found._words) if found._used else self.bits
        del found._words
        return found

    def _tell_apart(self, numbers: set[int], count: int) -> None:
        """Give each protocol that no rule has named so far a class of its own.

        Until now it was of class 0, with all that no rule names, so the vector of class 0 is the one that
        the first ``count`` sets, which are made already, have for it. The vectors of a set stand together:
        the old ones are put down again, with the new ones behind them.
        """
        new = sorted(number for number in numbers if not self.protocol_class[number])
        if not new:
            return
        classes = int(self.protocol_class.max()) + 1
        self.protocol_class = self.protocol_class.copy()
        self.protocol_class[new] = np.arange(classes, classes + len(new))
        self.sets = self.sets.copy()
        for row in self.sets[:count]:
            words, offset = int(row[SET_WORDS]), int(row[SET_PROTOCOL])
            vectors = self.bits[offset : offset + classes * words].reshape(classes, words)
            unnamed = np.repeat(vectors[:1], len(new), axis=0)
            row[SET_PROTOCOL] = self._put(np.vstack([vectors, unnamed]))

    def _finish_chains(self) -> None:
        """Make the tables of chains."""
        self.chains, self.chain_sets = self._chain_sheet.table(), column(self._chain_sets)
        free = [[_never_denies(rules.rules, version) for version in (4, 6)] for rules in self.given]
        never = np.array(free, np.bool_).reshape(-1, 2)
        runs = [(row[CHAIN_START], row[CHAIN_COUNT]) for row in self._chain_sheet.rows]
        said = [never[self._chain_sets[first : first + count]].all(axis=0) for first, count in runs]
        self.never_deny = np.array(said) if said else np.ones((1, 2), np.bool_)

    @property
    def source_class(self) -> Table:
        """Return all of ``sources``, made anew at each call; so is what follows."""
        return self.sources.dense()

    @property
    def destination_class(self) -> Table:
        """Return all of ``destinations``."""
        return self.destinations.dense()

    def _vectors(
        self,
        given: Sequence[RuleSet],
        pagers: Sequence[Pager],
        atoms: Atoms,
        ports: Table,
        protocols: int,
    ) -> Iterator[tuple[int, ...]]:
        """Make the vectors of sets and yield their rows."""
        rules = [rule for each in given for rule in each.rules]
        starts = np.cumsum([0, *(len(each.rules) for each in given)])
        sides = (
            side_of([rule.sources for rule in rules], starts, lambda sets: atoms_of(sets, atoms)),
            side_of([rule.destinations for rule in rules], starts, lambda sets: atoms_of(sets, atoms)),
            side_of([rule.source_ports for rule in rules], starts, lambda spans: cells_of(spans, ports)),
            side_of([rule.destination_ports for rule in rules], starts, lambda spans: cells_of(spans, ports)),
        )
        words = np.maximum(1, (np.diff(starts) + 63) // 64)
        offsets = [self._classes(side, words, pager) for side, pager in zip(sides, pagers, strict=True)]
        said = self._said(rules, starts, words, protocols)
        any_port = np.diff(sides[2].any_starts) == np.diff(starts)
        rows = np.stack([*offsets, np.cumsum(words), words, any_port], axis=1).tolist()
        for from_, to, from_ports, to_ports, end, count, any_ in rows:
            protocol = self._put(said[:, end - count : end])
            allow, always = protocol + protocols * count, protocol + (protocols + 1) * count
            yield count, from_, to, protocol, from_ports, to_ports, allow, always, any_

    def _classes(self, side: Side, words: Table, pager: Pager) -> Table:
        """Find which cells share a vector, set by set; return where the vectors of each set begin."""
        cuts, kinds, cut_starts, vectors, vector_starts = vectors_of(*side, words, pager.columns)
        if (np.diff(vector_starts) > LAST_PORT * words).any():
            raise OverflowError("a rule set has more classes of addresses than 16 bits can number")
        for first, end in pairwise(cut_starts.tolist()):
            pager.add(cuts[first:end], kinds[first:end])
        found: Table = self._put(vectors) + vector_starts[:-1]
        return found

    def _said(self, rules: Sequence[EffectiveRule], starts: Table, words: Table, protocols: int) -> Table:
        """Return vectors of what rules say, uint64 [vector, word], the words of one set together.

        One vector per class of protocols, of which 0 is what no rule names; then which rules allow, and which
        always allow.
        """
        bit = places(starts) + np.repeat(64 * (np.cumsum(words) - words), np.diff(starts))
        said = np.zeros((protocols + 2, 64 * int(words.sum())), np.bool_)
        class_of = {name: int(self.protocol_class[number]) for name, number in PROTOCOL_NUMBERS.items()}
        kinds = np.array([class_of.get(rule.protocol, -1) for rule in rules], np.int64)
        named = kinds >= 0
        said[kinds[named], bit[named]] = True
        said[:protocols, bit[~named]] = True
        for row, access in ((protocols, RuleAccess.ALLOW), (protocols + 1, RuleAccess.ALWAYS_ALLOW)):
            said[row, bit] = [rule.access is access for rule in rules]
        return _packed(said)

    def _put(self, vectors: Table) -> int:
        offset = self._used
        self._words.append(vectors.ravel())
        self._used += vectors.size
        return offset

    def _set(self, rules: RuleSet) -> int:
        """Return the number of a rule set; sets that say the same are one."""
        found = self._by_id.get(id(rules.rules))
        if found is not None:
            return found
        said = tuple(map(_SAYS, rules.rules))
        found = self._by_rules.setdefault(said, len(self.given))
        if found == len(self.given):
            self.given.append(rules)
        self._by_id[id(rules.rules)] = found
        return found

    def _chain(self, sets: tuple[tuple[int, bool, bool], ...]) -> int:
        start = len(self._chain_sets)
        self._chain_sets += [number for number, _, _ in sets]
        stateless = [number for number, stateful, _ in sets if not stateful]
        self._chain_sets += stateless
        grouped = int(any(group for _, _, group in sets))
        return self._chain_sheet.add(start, len(sets), start + len(sets), len(stateless), grouped)

    def _all(self) -> Iterable[EffectiveRule]:
        return (rule for rules in self.given for rule in rules.rules)

    def _address_sets(self) -> set[AddressSet]:
        # By id first, as most rules share them.
        sides = {id(side): side for rule in self._all() for side in (rule.sources, rule.destinations)}
        return {side for side in sides.values() if side is not None}


def _port_cuts(rules: Iterable[EffectiveRule]) -> Table:
    said = {spans for rule in rules for spans in (rule.source_ports, rule.destination_ports) if spans}
    cuts = {0}.union(*({first, last + 1} for spans in said for first, last in spans))
    return np.array(sorted(cut for cut in cuts if cut <= LAST_PORT), np.int64)


def _port_atom(cuts: Table) -> Table:
    """Return the port atom of each port, uint16: the opposite of ``cuts_of``."""
    found: Table = np.searchsorted(cuts, np.arange(LAST_PORT + 1), side="right") - 1
    return found.astype(np.uint16)


def cuts_of(port_atom: Table) -> Table:
    """Return the first port of each port atom, int64."""
    found: Table = np.append(0, np.flatnonzero(port_atom[1:] != port_atom[:-1]) + 1)
    return found


def _never_denies(rules: tuple[EffectiveRule, ...], version: int) -> bool:
    """Return whether no packet of a family meets a rule that denies: none meets what follows one for all."""
    for rule in rules:
        if rule.access is RuleAccess.DENY:
            return False
        anyone = all(_is_anyone(side, version) for side in (rule.sources, rule.destinations))
        if anyone and rule.protocol == "*" and _any_port(rule.source_ports, rule.destination_ports):
            return True
    return True


def _is_anyone(side: AddressSet | None, version: int) -> bool:
    last = (1 << (32 if version == 4 else 128)) - 1
    return side is None or (version, 0, last) in side.ranges()


def _any_port(*sides: Spans) -> bool:
    return all(side is None or (0, LAST_PORT) in side for side in sides)


def _packed(matching: Table) -> Table:
    """Return rows of booleans as rows of 64-bit words, the first one as the lowest bit.

    Args:
        matching: bool [row, bit], whole words of bits.
    """
    found: Table = np.packbits(matching, axis=1, bitorder="little").view(np.uint64)
    return found
