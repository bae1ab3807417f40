"""Atoms: ranges of addresses that no table tells apart, numbered IPv4 first and in order.

Every start of a prefix that a route, rule or subnet names is a boundary, and every address that somebody
holds is an atom of its own. So a rewrite to a held address is a number known in advance, and an IPv6
address is as cheap as an IPv4 one once it is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from netcore.batch.sheets import Table
from netcore.document.values import Address, Network
from netcore.forwarding.hashing import folded

END = {4: 1 << 32, 6: 1 << 128}
LOW = 0xFFFF_FFFF_FFFF_FFFF


class Boundaries:
    """Boundaries of atoms in the making."""

    def __init__(self) -> None:
        self._starts: dict[int, set[int]] = {4: {0}, 6: {0}}

    def range(self, version: int, first: int, last: int) -> None:
        """Make a range from first to last address a union of atoms."""
        starts = self._starts[version]
        starts.add(first)
        if last + 1 < END[version]:
            starts.add(last + 1)

    def prefix(self, prefix: Network) -> None:
        """Make a prefix a union of atoms."""
        self.range(prefix.version, int(prefix.network_address), int(prefix.broadcast_address))

    def address(self, address: Address) -> None:
        """Make an address an atom of its own."""
        self.range(address.version, int(address), int(address))

    def atoms(self) -> Atoms:
        """Return the atoms."""
        return Atoms(sorted(self._starts[4]), sorted(self._starts[6]))


class Atoms:
    """All atoms of a network.

    Args:
        four: first addresses of IPv4 atoms, ascending.
        six: those of IPv6 atoms; their atoms are numbered on from the IPv4 ones.

    Attributes:
        count4: how many IPv4 atoms there are; a smaller number is an IPv4 atom.
        fold: uint64 by atom, its first address as the hash of flows sees it.
        level1, level2, level3: int32, IPv4 address -> atom by 16, 8 and 8 bits. A number below 0 says which
            block of 256 entries of the next level goes on: -1 the first.
        high, low: uint64, both halves of the first addresses of IPv6 atoms.
    """

    def __init__(self, four: list[int], six: list[int]) -> None:
        self.four = np.array(four, np.uint64)
        self.high = np.array([start >> 64 for start in six], np.uint64)
        self.low = np.array([start & LOW for start in six], np.uint64)
        self._six = six
        self._known = {start: index for index, start in enumerate(six)}
        self.count4 = len(four)
        self.count = len(four) + len(six)
        self.fold = np.concatenate([self.four, _folded_six(six)])
        self.level1, self.level2, self.level3 = _levels(self.four)

    def with_more(self, ranges: Iterable[tuple[int, int, int]]) -> Atoms:
        """Return atoms of which these ranges (version, first, last) are unions as well; these ones if so."""
        starts: dict[int, set[int]] = {4: set(), 6: set()}
        for version, first, last in ranges:
            starts[version] |= {first, last + 1} - {END[version]}
        known = dict(zip(self.four.tolist(), range(self.count4), strict=True)) if starts[4] else {}
        if starts[4] <= known.keys() and starts[6] <= self._known.keys():
            return self
        return Atoms(
            sorted(starts[4] | known.keys()) if starts[4] else self.four.tolist(),
            sorted(starts[6].union(self._six)),
        )

    def places(self, finer: Atoms) -> tuple[Table, Table]:
        """Return for each of finer atoms the one of these it lies in, and for each of these its first."""
        four = np.searchsorted(self.four, finer.four, side="right") - 1
        six = [self.count4 + self._before(start) for start in finer._six]
        inside = np.append(four, np.array(six, np.int64)).astype(np.int64)
        return inside, np.searchsorted(inside, np.arange(self.count))

    def of(self, address: Address) -> int:
        """Return the atom of an address."""
        number = int(address)
        if address.version == 4:
            return int(np.searchsorted(self.four, np.uint64(number), side="right")) - 1
        return self.count4 + self._before(number)

    def of_many(self, addresses: Sequence[Address]) -> Table:
        """Return the atoms of many addresses, int64."""
        numbers = np.array([int(one) if one.version == 4 else 0 for one in addresses], np.uint64)
        found = np.searchsorted(self.four, numbers, side="right").astype(np.int64) - 1
        for place, one in enumerate(addresses):
            if one.version == 6:
                found[place] = self.of(one)
        return found

    def span(self, version: int, first: int, last: int) -> tuple[int, int]:
        """Return the first atom of a range and the one behind its last."""
        if version == 4:
            ends = np.searchsorted(self.four, np.array([first, last], np.uint64), side="right")
            return int(ends[0]) - 1, int(ends[1])
        return self.count4 + self._before(first), self.count4 + self._before(last) + 1

    def spans(self, ranges: Iterable[tuple[int, int, int]]) -> tuple[Table, Table]:
        """Return for many ranges (version, first, last) their first atoms, and those behind the last."""
        found = list(ranges)
        firsts, ends = np.zeros(len(found), np.int64), np.zeros(len(found), np.int64)
        four = [index for index, each in enumerate(found) if each[0] == 4]
        if four:
            limits = np.array([found[index][1:] for index in four], np.uint64)
            firsts[four] = np.searchsorted(self.four, limits[:, 0], side="right") - 1
            ends[four] = np.searchsorted(self.four, limits[:, 1], side="right")
        for index, (version, first, last) in enumerate(found):
            if version == 6:
                firsts[index], ends[index] = self.span(6, first, last)
        return firsts, ends

    def _before(self, number: int) -> int:
        """Return the index of the IPv6 atom that holds an address."""
        known = self._known.get(number)
        if known is not None:
            return known
        low, high = 0, len(self._six)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._six[middle] <= number else (low, middle)
        return low


def _folded_six(six: list[int]) -> Table:
    from ipaddress import IPv6Address

    return np.array([folded(IPv6Address(start)) for start in six], np.uint64)


def _levels(four: Table) -> tuple[Table, Table, Table]:
    """Return the tables that find the atom of an IPv4 address in three steps at most."""
    level1, blocks = _level(four, np.arange(1 << 16, dtype=np.uint64) << np.uint64(16), 1 << 16)
    level2, blocks = _level(four, _below(blocks, 8), 1 << 8)
    level3, _ = _level(four, _below(blocks, 0), 1)
    return level1, level2, level3


def _level(four: Table, starts: Table, size: int) -> tuple[Table, Table]:
    """Return one level, and the starts of those of its entries that the next level goes on with."""
    first = (np.searchsorted(four, starts, side="right") - 1).astype(np.int32)
    last = (np.searchsorted(four, starts + np.uint64(size - 1), side="right") - 1).astype(np.int32)
    split = np.flatnonzero(first != last)
    first[split] = -1 - np.arange(len(split), dtype=np.int32)
    return first, starts[split]


def _below(blocks: Table, bits: int) -> Table:
    """Return the 256 starts inside each block."""
    inner = np.arange(256, dtype=np.uint64) << np.uint64(bits)
    found: Table = (blocks[:, None] + inner[None, :]).ravel()
    return found
