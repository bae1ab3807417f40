"""Rule sets as bit vectors: which rules match an address, a protocol or a port, one bit per rule.

The rules that match a packet are the AND of five vectors, and the first one is the lowest bit that is set:
the order of rules is that of bits. Addresses and ports that the same rules match share a vector by class.

Source: Lakshman and Stiliadis 1998 (Lucent bit vectors).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.layout import CHAIN_COLUMNS, SET_COLUMNS
from netcore.batch.sheets import Sheet, Table, column
from netcore.control.prefixes import AddressSet
from netcore.control.rules import EffectiveRule, PortSpan, RuleAccess, RuleSet
from netcore.trace.packet import PROTOCOL_NUMBERS

LAST_PORT = 65_535

CLASSES = ("source_class", "destination_class", "source_port_class", "destination_port_class")

Spans = tuple[PortSpan, ...] | None


_NO_CELLS = np.zeros(0, np.int64)


class Rules:
    """The rule sets of a network, and the chains of them that NICs ask.

    Args:
        chains: every chain that may be asked; equal ones may stand here more than once.

    Attributes:
        number: chain -> its number, by identity of the tuple.
        chains, sets, chain_sets: see ``layout``; a chain is a run of ``chain_sets``.
        source_class, destination_class: [set, atom], class of an address; uint8 where no set has more than
            256 classes, else uint16.
        port_atom: uint16 by port; ``source_port_class``, ``destination_port_class``: [set, port atom].
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
        self.chains = self._chain_sheet.table()
        self.chain_sets = column(self._chain_sets)
        count = max(1, len(self.given))
        ports = self._port_cuts()
        self.port_atom = (np.searchsorted(ports, np.arange(LAST_PORT + 1), side="right") - 1).astype(
            np.uint16
        )
        numbers = sorted({PROTOCOL_NUMBERS[rule.protocol] for rule in self._all() if rule.protocol != "*"})
        self.protocol_class = np.zeros(256, np.uint8)
        self.protocol_class[numbers] = np.arange(1, len(numbers) + 1)
        self.source_class: Table = np.zeros((count, atoms.count), np.uint16)
        self.destination_class: Table = np.zeros((count, atoms.count), np.uint16)
        self.source_port_class: Table = np.zeros((count, len(ports)), np.uint16)
        self.destination_port_class: Table = np.zeros((count, len(ports)), np.uint16)
        self._words: list[Table] = []
        self._spans: dict[int, tuple[Table, Table]] = {}
        self._used = 0
        self._most = 0
        sheet = Sheet(SET_COLUMNS)
        for index, rules in enumerate(self.given):
            sheet.add(*self._vectors(index, rules.rules, atoms, ports, len(numbers) + 1))
        self.sets = sheet.table()
        if max(self._most, 1) <= 256:
            for name in CLASSES:
                setattr(self, name, getattr(self, name).astype(np.uint8))
        self.bits = np.concatenate(self._words) if self._words else np.zeros(1, np.uint64)
        del self._words, self._spans

    def _vectors(
        self, index: int, rules: tuple[EffectiveRule, ...], atoms: Atoms, ports: Table, protocols: int
    ) -> tuple[int, ...]:
        """Make the vectors of one set and return its row."""
        words = max(1, (len(rules) + 63) // 64)
        sources = self._side([rule.sources for rule in rules], atoms, words, self.source_class[index])
        destinations = self._side(
            [rule.destinations for rule in rules], atoms, words, self.destination_class[index]
        )
        protocol = self._put(_protocol_vectors(rules, self.protocol_class, protocols, words))
        from_ports = self._ports(
            [rule.source_ports for rule in rules], ports, words, self.source_port_class[index]
        )
        to_ports = self._ports(
            [rule.destination_ports for rule in rules], ports, words, self.destination_port_class[index]
        )
        allow = self._put(_one_vector([rule.access is RuleAccess.ALLOW for rule in rules], words))
        always = self._put(_one_vector([rule.access is RuleAccess.ALWAYS_ALLOW for rule in rules], words))
        any_port = int(all(rule.source_ports is None for rule in rules))
        return words, sources, destinations, protocol, from_ports, to_ports, allow, always, any_port

    def _side(self, sides: Sequence[AddressSet | None], atoms: Atoms, words: int, classes: Table) -> int:
        """Make the vectors of one side's addresses: fill in the classes, return the offset."""
        named = [number for number, side in enumerate(sides) if side is not None]
        found = [self._span(side, atoms) for side in sides if side is not None]
        owner = np.repeat(np.array(named, np.int64), [len(firsts) for firsts, _ in found])
        firsts, ends = (np.concatenate([_NO_CELLS, *(both[end] for both in found)]) for end in (0, 1))
        anyone = [number for number, side in enumerate(sides) if side is None]
        return self._classes(firsts, ends, owner, anyone, len(sides), words, classes)

    def _span(self, side: AddressSet, atoms: Atoms) -> tuple[Table, Table]:
        """Return the atoms of a set of addresses; rules share sets."""
        found = self._spans.get(id(side))
        if found is None:
            found = self._spans[id(side)] = atoms.spans(side.ranges())
        return found

    def _ports(self, sides: Sequence[Spans], ports: Table, words: int, classes: Table) -> int:
        """Make the vectors of one side's ports."""
        spans = [(number, *span) for number, side in enumerate(sides) if side is not None for span in side]
        limits = np.array([span[1:] for span in spans], np.int64).reshape(-1, 2)
        firsts = np.searchsorted(ports, limits[:, 0], side="right") - 1
        ends = np.searchsorted(ports, limits[:, 1], side="right")
        anyone = [number for number, side in enumerate(sides) if side is None]
        return self._classes(firsts, ends, [span[0] for span in spans], anyone, len(sides), words, classes)

    def _classes(
        self,
        firsts: Table,
        ends: Table,
        owner: Sequence[int] | Table,
        anyone: Sequence[int],
        rules: int,
        words: int,
        classes: Table,
    ) -> int:
        """Find which cells share a vector. Cell ranges [first, end) belong to the rules ``owner``."""
        size = len(classes)
        if len(owner) == 0:
            classes[:] = 0
            matching = np.zeros((1, max(1, rules)), np.bool_)
            matching[:, anyone] = True
            return self._put(_packed(matching, words))
        cuts = np.unique(np.concatenate([[0], firsts, ends]).astype(np.int64))
        cuts = cuts[cuts < size]
        rule = np.array(owner, np.int64)
        change = np.zeros((len(cuts) + 1, max(1, rules)), np.int32)
        np.add.at(change, (np.searchsorted(cuts, firsts), rule), 1)
        np.add.at(change, (np.searchsorted(cuts, ends), rule), -1)
        matching = np.cumsum(change[:-1], axis=0) > 0
        matching[:, anyone] = True
        packed = _packed(matching, words)
        seen: dict[bytes, int] = {}
        kind = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in packed], np.uint16)
        self._most = max(self._most, len(seen))
        if len(seen) > LAST_PORT:
            raise OverflowError("a rule set has more classes of addresses than 16 bits can number")
        classes[:] = np.repeat(kind, np.diff(np.append(cuts, size)))
        vectors = np.frombuffer(b"".join(seen), np.uint64).reshape(len(seen), words)
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
        said = tuple(
            (
                rule.access,
                rule.protocol,
                rule.sources,
                rule.source_ports,
                rule.destinations,
                rule.destination_ports,
            )
            for rule in rules.rules
        )
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

    def _port_cuts(self) -> Table:
        cuts = {0}
        for rule in self._all():
            for spans in (rule.source_ports, rule.destination_ports):
                for first, last in spans or ():
                    cuts |= {first, last + 1}
        return np.array(sorted(cut for cut in cuts if cut <= LAST_PORT), np.int64)


def _packed(matching: Table, words: int) -> Table:
    """Return rows of booleans as rows of 64-bit words, the first boolean as the lowest bit."""
    padded = np.zeros((len(matching), words * 64), np.bool_)
    padded[:, : matching.shape[1]] = matching
    found: Table = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    return found


def _one_vector(bits: Sequence[bool], words: int) -> Table:
    return _packed(np.array(bits, np.bool_).reshape(1, -1), words)


def _protocol_vectors(rules: tuple[EffectiveRule, ...], classes: Table, count: int, words: int) -> Table:
    """Return a vector per class of protocols; class 0 is what no rule names."""
    matching = np.zeros((count, max(1, len(rules))), np.bool_)
    for index, rule in enumerate(rules):
        if rule.protocol == "*":
            matching[:, index] = True
        else:
            matching[classes[PROTOCOL_NUMBERS[rule.protocol]], index] = True
    return _packed(matching, words)
