"""Rule sets as bit vectors: which rules match an address, a protocol or a port, one bit per rule.

The rules that match a packet are the AND of five vectors, and the first one is the lowest bit that is set:
the order of rules is that of bits. Addresses and ports that the same rules match share a vector by class.

Source: Lakshman and Stiliadis 1998 (Lucent bit vectors).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

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
from netcore.batch.loops import fast
from netcore.batch.pages import Pager
from netcore.batch.sheets import Sheet, Table, column
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
            for version, first, last in addresses.ranges():
                boundaries.range(version, first, last)

    def fill(self, atoms: Atoms) -> None:
        """Make the vectors."""
        self._finish_chains()
        ports = _port_cuts(self._all())
        self.port_atom = (np.searchsorted(ports, np.arange(LAST_PORT + 1), side="right") - 1).astype(
            np.uint16
        )
        numbers = sorted({PROTOCOL_NUMBERS[rule.protocol] for rule in self._all() if rule.protocol != "*"})
        self.protocol_class = np.zeros(256, np.uint8)
        self.protocol_class[numbers] = np.arange(1, len(numbers) + 1)
        pagers = [Pager(columns) for columns in (atoms.count, atoms.count, len(ports), len(ports))]
        self._words: list[Table] = []
        self._spans: dict[int, tuple[list[int], list[int]]] = {}
        self._used = 0
        sheet = Sheet(SET_COLUMNS)
        for rules in self.given:
            sheet.add(*self._vectors(rules.rules, pagers, atoms, ports, len(numbers) + 1))
        self.sets = sheet.table()
        self.sources, self.destinations, self.source_ports, self.destination_ports = (
            pager.made() for pager in pagers
        )
        self.bits = np.concatenate(self._words) if self._words else np.zeros(1, np.uint64)
        del self._words, self._spans

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
        found.port_atom = (np.searchsorted(ports, np.arange(LAST_PORT + 1), side="right") - 1).astype(
            np.uint16
        )
        cells = np.searchsorted(old, ports, side="right") - 1
        pagers = [Pager(len(where)) for where in (places, places, cells, cells)]
        found._spans = {}
        sheet = Sheet(SET_COLUMNS)
        protocols = int(found.protocol_class.max()) + 1
        for rules in added:
            sheet.add(*found._vectors(rules.rules, pagers, atoms, ports, protocols))
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
        del found._words, found._spans
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
        rules: tuple[EffectiveRule, ...],
        pagers: Sequence[Pager],
        atoms: Atoms,
        ports: Table,
        protocols: int,
    ) -> tuple[int, ...]:
        """Make the vectors of one set and return its row."""
        words = max(1, (len(rules) + 63) // 64)
        said = _columns(rules)
        sources = self._side(said["sources"], atoms, words, pagers[0])
        destinations = self._side(said["destinations"], atoms, words, pagers[1])
        protocol = self._put(_protocol_vectors(said["protocol"], self.protocol_class, protocols, words))
        from_ports = self._ports(said["source_ports"], ports, words, pagers[2])
        to_ports = self._ports(said["destination_ports"], ports, words, pagers[3])
        allow = self._put(_one_vector([each is RuleAccess.ALLOW for each in said["access"]], words))
        always = self._put(_one_vector([each is RuleAccess.ALWAYS_ALLOW for each in said["access"]], words))
        any_port = int(all(each is None for each in said["source_ports"]))
        return words, sources, destinations, protocol, from_ports, to_ports, allow, always, any_port

    def _side(self, sides: Sequence[AddressSet | None], atoms: Atoms, words: int, pager: Pager) -> int:
        """Make the vectors of one side's addresses: add the row of classes, return the offset."""
        some = [(number, side) for number, side in enumerate(sides) if side is not None]
        anyone = [number for number, side in enumerate(sides) if side is None]
        found = []
        for _, side in some:
            spans = self._spans.get(id(side))  # rules share sets
            if spans is None:
                spans = self._spans[id(side)] = atoms.spans(side.ranges())
            found.append(spans)
        firsts = [first for spans in found for first in spans[0]]
        ends = [end for spans in found for end in spans[1]]
        owner = [number for (number, _), spans in zip(some, found, strict=True) for _ in spans[0]]
        return self._classes(firsts, ends, owner, anyone, words, atoms.count, pager)

    def _ports(self, sides: Sequence[Spans], ports: Table, words: int, pager: Pager) -> int:
        """Make the vectors of one side's ports."""
        spans = [(number, *span) for number, side in enumerate(sides) if side is not None for span in side]
        anyone = [number for number, side in enumerate(sides) if side is None]
        if not spans:
            return self._classes((), (), (), anyone, words, len(ports), pager)
        limits = np.array(spans, np.int64).reshape(-1, 3)
        firsts = np.searchsorted(ports, limits[:, 1], side="right") - 1
        ends = np.searchsorted(ports, limits[:, 2], side="right")
        return self._classes(firsts, ends, limits[:, 0], anyone, words, len(ports), pager)

    def _classes(
        self,
        firsts: Sequence[int] | Table,
        ends: Sequence[int] | Table,
        owner: Sequence[int] | Table,
        anyone: Sequence[int],
        words: int,
        size: int,
        pager: Pager,
    ) -> int:
        """Find which cells share a vector. Cell ranges [first, end) belong to the rules ``owner``."""
        if len(owner) == 0:
            pager.add(np.zeros(1, np.int64), np.zeros(1, np.uint16))
            everywhere = np.zeros((1, words * 64), np.bool_)
            everywhere[0, anyone] = True
            return self._put(_packed(everywhere, words))
        one, other, owners, everyone = (np.array(each, np.int64) for each in (firsts, ends, owner, anyone))
        cuts, kinds, vectors = _shared(one, other, owners, everyone, words, size)
        if len(vectors) > LAST_PORT:
            raise OverflowError("a rule set has more classes of addresses than 16 bits can number")
        pager.add(cuts, kinds)
        return self._put(vectors)

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
        found = self._by_rules.get(said)
        if found is None:
            found = self._by_rules[said] = len(self.given)
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
        return {
            side for rule in self._all() for side in (rule.sources, rule.destinations) if side is not None
        }


def _port_cuts(rules: Iterable[EffectiveRule]) -> Table:
    said = {spans for rule in rules for spans in (rule.source_ports, rule.destination_ports) if spans}
    cuts = {0}.union(*({first, last + 1} for spans in said for first, last in spans))
    return np.array(sorted(cut for cut in cuts if cut <= LAST_PORT), np.int64)


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


@fast
def _shared(
    firsts: Table, ends: Table, owner: Table, anyone: Table, words: int, size: int
) -> tuple[Table, Table, Table]:
    """Return where runs of cells begin, the vector of each run by number, and the vectors, no two equal.

    Args:
        firsts, ends, owner: cells [first, end) belong to a rule; ``anyone``: rules that all cells belong to.
        size: number of cells.
    """
    limits = np.sort(np.concatenate((np.zeros(1, np.int64), firsts, ends)))
    cuts = np.empty(len(limits), np.int64)
    count = 0
    for k in range(len(limits)):
        if limits[k] < size and (k == 0 or limits[k] != limits[k - 1]):
            cuts[count] = limits[k]
            count += 1
    cuts = cuts[:count].copy()
    vectors = np.zeros((count, words), np.uint64)
    starts, stops = np.searchsorted(cuts, firsts), np.searchsorted(cuts, ends)
    for k in range(len(owner)):
        for run in range(starts[k], stops[k]):
            vectors[run, owner[k] >> 6] |= np.uint64(1) << np.uint64(owner[k] & 63)
    for k in range(len(anyone)):
        for run in range(count):
            vectors[run, anyone[k] >> 6] |= np.uint64(1) << np.uint64(anyone[k] & 63)
    slots_count = 16
    while slots_count < 2 * count:
        slots_count *= 2
    slots, kinds = np.full(slots_count, -1, np.int64), np.empty(count, np.uint16)
    known = 0
    for run in range(count):
        mixed = np.uint64(0)
        for w in range(words):
            mixed = (mixed ^ vectors[run, w]) * np.uint64(0x9E37_79B9_7F4A_7C15)
            mixed ^= mixed >> np.uint64(32)
        slot = np.int64(mixed & np.uint64(slots_count - 1))
        while slots[slot] >= 0 and (vectors[slots[slot]] != vectors[run]).any():
            slot = (slot + 1) & (slots_count - 1)
        if slots[slot] < 0:
            slots[slot] = known
            vectors[known] = vectors[run]  # those before it are done
            known += 1
        kinds[run] = slots[slot]
    return cuts, kinds, vectors[:known].copy()


def _packed(matching: Table, words: int) -> Table:
    """Return rows of booleans as rows of 64-bit words, the first boolean as the lowest bit."""
    padded = np.zeros((len(matching), words * 64), np.bool_)
    padded[:, : matching.shape[1]] = matching
    found: Table = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    return found


def _one_vector(bits: Sequence[bool], words: int) -> Table:
    return _packed(np.array(bits, np.bool_).reshape(1, -1), words)


def _columns(rules: tuple[EffectiveRule, ...]) -> dict[str, tuple[Any, ...]]:
    """Return rules column by column."""
    columns = zip(*rules, strict=True) if rules else [()] * len(EffectiveRule._fields)
    return dict(zip(EffectiveRule._fields, columns, strict=True))


def _protocol_vectors(protocols: Sequence[str], classes: Table, count: int, words: int) -> Table:
    """Return a vector per class of protocols; class 0 is what no rule names."""
    matching = np.zeros((count, max(1, len(protocols))), np.bool_)
    for index, protocol in enumerate(protocols):
        if protocol == "*":
            matching[:, index] = True
        else:
            matching[classes[PROTOCOL_NUMBERS[protocol]], index] = True
    return _packed(matching, words)
