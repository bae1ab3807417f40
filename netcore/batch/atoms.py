"""Atoms: ranges of addresses that no table tells apart, numbered IPv4 first and in order.

Every start of a prefix that a route, rule or subnet names is a boundary, and every address that somebody
holds is an atom of its own. So a rewrite to a held address is a number known in advance, and an IPv6
address is as cheap as an IPv4 one once it is found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np

from netcore.batch.lookup import Halves, Lookup, table_of
from netcore.batch.sheets import Table
from netcore.control.prefixes import ends
from netcore.document.values import Address, Network
from netcore.forwarding.hashing import folded

END = {4: 1 << 32, 6: 1 << 128}

MOST_BYTES = 16_000_000
"""The table that finds IPv4 atoms stays small enough for caches."""


_LOW = (1 << 64) - 1


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
        self.range(prefix.version, *ends(prefix))

    def ranges(self, limits: Sequence[tuple[int, int]], version: int = 4) -> None:
        """Make many ranges from first to last address unions of atoms."""
        starts = self._starts[version]
        starts.update([first for first, _ in limits])
        starts.update([last + 1 for _, last in limits])
        starts.discard(END[version])

    def address(self, address: Address) -> None:
        """Make an address an atom of its own."""
        self.range(address.version, int(address), int(address))

    def addresses(self, addresses: Collection[Address]) -> None:
        """Make each of many addresses an atom of its own."""
        for version in self._starts:
            numbers = [int(address) for address in addresses if address.version == version]
            self.ranges([*zip(numbers, numbers, strict=True)], version)

    def atoms(self) -> Atoms:
        """Return the atoms; the same ones as for an earlier network with the same boundaries."""
        return _atoms(tuple(sorted(self._starts[4])), tuple(sorted(self._starts[6])))


class Atoms:
    """All atoms of a network; they never change.

    Args:
        four: first addresses of IPv4 atoms, ascending.
        six: those of IPv6 atoms; their atoms are numbered on from the IPv4 ones.
        find6: finds the same IPv6 atoms under other numbers.

    Attributes:
        count4: how many IPv4 atoms there are; a smaller number is an IPv4 atom.
        fold: uint64 by atom, its first address as the hash of flows sees it.
        high, low: halves of the first addresses of IPv6 atoms.
        find4, find6: address -> atom, for many addresses.
    """

    def __init__(self, four: list[int], six: list[int], find6: Halves | None = None) -> None:
        self.four = np.array(four, np.uint64)
        self.high = np.array([start >> 64 for start in six], np.uint64)
        self.low = np.array([start & _LOW for start in six], np.uint64)
        self._six = six
        # Where an IPv4 atom begins, and behind the last one: what tables name are whole atoms.
        self._starts = {start: index for index, start in enumerate((*four, END[4]))}
        self.count4 = len(four)
        self.count = len(four) + len(six)
        self.fold = np.concatenate([self.four, _folded_six(six)])
        self.find4: Lookup = table_of(four, np.arange(self.count4), 4, MOST_BYTES)
        numbers = np.arange(self.count4, self.count, dtype=np.int32)
        self.find6 = Halves(six, numbers) if find6 is None else find6.valued(numbers)

    def find(self, version: Table, high: Table, low: Table, *, numpy: bool = False) -> Table:
        """Return int32, the atoms of many addresses.

        Args:
            version, high, low: as in ``Packets``.
            numpy: do it without the compiled kernel.
        """
        four, six = (table.by_numpy if numpy else table for table in (self.find4, self.find6))
        is_six = version == 6
        if not is_six.any():
            return four(high, low)
        found = np.empty(len(version), np.int32)
        for table, rows in ((four, np.flatnonzero(~is_six)), (six, np.flatnonzero(is_six))):
            found[rows] = table(high[rows], low[rows])
        return found

    def with_more(self, ranges: Iterable[tuple[int, int, int]]) -> Atoms:
        """Return atoms of which these ranges (version, first, last) are unions as well; these ones if so."""
        starts: dict[int, set[int]] = {4: set(), 6: set()}
        for version, first, last in ranges:
            starts[version] |= {first, last + 1} - {END[version]}
        known = dict(zip(self.four.tolist(), range(self.count4), strict=True)) if starts[4] else {}
        four = sorted(starts[4] | known.keys()) if starts[4] else self.four.tolist()
        if starts[6] <= set(self._six):
            return self if len(four) == self.count4 else Atoms(four, self._six, self.find6)
        return Atoms(four, sorted(starts[6].union(self._six)))

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
            known = self._starts.get(number)
            if known is not None:
                return known
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

    def spans(self, ranges: Iterable[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
        """Return for many ranges (version, first, last) their first atoms, and those behind the last."""
        starts = self._starts
        firsts, ends = [], []
        for version, first, last in ranges:
            start, end = (starts.get(first), starts.get(last + 1)) if version == 4 else (None, None)
            if start is None or end is None:
                start, end = self.span(version, first, last)
            firsts.append(start)
            ends.append(end)
        return firsts, ends

    def spans_of(self, limits: Sequence[tuple[int, int]]) -> tuple[Table, Table]:
        """Return the same for many ranges of IPv4 (first, last) that are whole atoms, as int64."""
        addresses = np.fromiter(chain.from_iterable(limits), np.uint64, 2 * len(limits))
        found = self.find4(addresses, addresses).astype(np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1] + 1

    def _before(self, number: int) -> int:
        """Return the index of the IPv6 atom that holds an address."""
        return bisect_right(self._six, number) - 1


def _folded_six(six: list[int]) -> Table:
    from ipaddress import IPv6Address

    return np.array([folded(IPv6Address(start)) for start in six], np.uint64)


@lru_cache(maxsize=4)
def _atoms(four: tuple[int, ...], six: tuple[int, ...]) -> Atoms:
    """Return atoms; most edits of a drawing leave all boundaries where they are."""
    return Atoms(list(four), list(six))
