"""The longest prefix that holds an address, for many addresses at once.

Prefixes become ranges that do not overlap, each with one value, and leading bits of an address lead to its
range. IPv4 has three forms: two or three levels of direct entries, and a search among few ranges where levels
would be too large. A compiled kernel finds values, numpy where numba is not installed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, Final

import numpy as np

from netcore.batch.engines import numba_is_here
from netcore.batch.sheets import Table

WIDTH: Final = {4: 32, 6: 128}
LOW: Final = 0xFFFF_FFFF_FFFF_FFFF

LEVELS: Final = (24, 16)
"""Bits of the first of the direct levels, the quickest form first; all further levels have 8."""

BUCKETS: Final = (18, 16, 8)
"""Bits that lead to the ranges to search, the quickest form first."""

WINDOW: Final = 16
"""Bits that lead to the IPv6 ranges to search."""

NONE: Final = -1
"""Instead of a value, where no prefix holds the address."""

_MOST: Final = 1 << 31


class Lookup(ABC):
    """A table of addresses, ready for arrays; never changes."""

    def __call__(self, high: Table, low: Table) -> Table:
        """Return int32, the value of each address, or -1.

        Args:
            high: uint64, the upper halves of IPv6 addresses; ignored for IPv4.
            low: uint64, the lower halves; for IPv4 the addresses, uint32 or uint64.
        """
        if not numba_is_here():
            return self.by_numpy(high, low)
        found = np.empty(len(low), np.int32)
        self._by_numba(high, low, found)
        return found

    @abstractmethod
    def by_numpy(self, high: Table, low: Table) -> Table:
        """Return the same without numba."""

    @abstractmethod
    def _by_numba(self, high: Table, low: Table, found: Table) -> None:
        """Fill in the same by the compiled kernel."""


class Levels(Lookup):
    """Direct entries by leading bits.

    Source: two levels are DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998).

    Attributes:
        entries: int32 by the first ``bits`` bits, then blocks of 256 by 8 bits more. A number below -1 says
            which block goes on: -2 the first.
    """

    def __init__(self, starts: Table, values: Table, bits: int) -> None:
        self.bits = bits
        rest = WIDTH[4] - bits
        level, blocks = _evenly(starts, values, bits), _split(starts, rest)
        levels, known = [level], 0
        places = blocks
        while len(blocks):
            level[places] = -2 - known - np.arange(len(blocks), dtype=np.int32)
            known += len(blocks)
            rest -= 8
            numbers: Table = (blocks[:, None] * 256 + np.arange(256)).ravel()
            level = values[np.searchsorted(starts, numbers << rest, side="right") - 1]
            levels.append(level)
            blocks = _split(starts, rest)
            places = np.searchsorted(numbers, blocks)
        self.entries = np.concatenate(levels)

    @staticmethod
    def size(starts: Table, bits: int) -> int:
        """Return the bytes that such a table will take."""
        blocks = sum(len(_split(starts, rest)) for rest in range(WIDTH[4] - bits, 0, -8))
        return 4 * ((1 << bits) + 256 * blocks)

    def by_numpy(self, _high: Table, low: Table) -> Table:
        """Return the same without numba."""
        addresses, shift = low.astype(np.int64), WIDTH[4] - self.bits
        found: Table = self.entries.take(addresses >> shift)
        rows = np.flatnonzero(found < NONE)
        while len(rows):
            shift -= 8
            place = -2 - found.take(rows).astype(np.int64) << 8
            place += addresses.take(rows) >> shift & 255
            place += 1 << self.bits
            inner = self.entries.take(place)
            found[rows] = inner
            rows = rows.take(np.flatnonzero(inner < NONE))
        return found

    def _by_numba(self, _high: Table, low: Table, found: Table) -> None:
        from netcore.batch.numba_lookup import by_levels

        by_levels(self.entries, self.bits, low, found)


class Searched(Lookup):
    """Leading bits say which ranges to search.

    Source: DXR (Zec, Rizzo, Mikuc, CCR 42(5) 2012).

    Attributes:
        first: int32 by the first ``bits`` bits, the range of the first such address; one more ends it.
        starts: uint32, first addresses of ranges; ``values``: int32.
    """

    def __init__(self, starts: Table, values: Table, bits: int) -> None:
        self.bits = bits
        last = np.int32(len(starts) - 1)
        self.first = np.append(_evenly(starts, np.arange(len(starts), dtype=np.int32), bits), last)
        self.starts, self.values = starts.astype(np.uint32), values

    @staticmethod
    def size(starts: Table, bits: int) -> int:
        """Return the bytes that such a table will take."""
        return 4 * ((1 << bits) + 1 + 2 * len(starts))

    def by_numpy(self, _high: Table, low: Table) -> Table:
        """Return the same without numba."""
        found: Table = self.values[np.searchsorted(self.starts, low.astype(np.uint32), side="right") - 1]
        return found

    def _by_numba(self, _high: Table, low: Table, found: Table) -> None:
        from netcore.batch.numba_lookup import by_search

        by_search(self.first, self.bits, self.starts, self.values, low, found)


class Halves(Lookup):
    """IPv6: a window of bits says which ranges to search; addresses outside it are searched for in all.

    Attributes:
        first: int32 by the bits of the window, the range that holds the first such address; one more ends it.
        base, shift: uint64; bucket b of the window has the upper halves that give ``base + b`` shifted.
        high, low: uint64, both halves of first addresses; ``values``: int32.
    """

    def __init__(self, starts: Sequence[int], values: Table) -> None:
        self.high = np.array([start >> 64 for start in starts], np.uint64)
        self.low = np.array([start & LOW for start in starts], np.uint64)
        self.values = values
        base, shift = _window(self.high)
        buckets = (np.arange(1 << WINDOW, dtype=np.uint64) + np.uint64(base)) << np.uint64(shift)
        first = self._places(buckets, np.zeros(len(buckets), np.uint64))
        end = np.uint64(((base + (1 << WINDOW)) << shift) - 1)
        last = np.searchsorted(self.high, end, side="right") - 1
        self.first = np.append(first, last).astype(np.int32)
        self.base, self.shift = np.uint64(base), np.uint64(shift)

    def valued(self, values: Table) -> Halves:
        """Return the same ranges with other values, int32."""
        found = copy(self)
        found.values = values
        return found

    @staticmethod
    def size(starts: Sequence[int]) -> int:
        """Return the bytes that such a table will take."""
        return 4 * ((1 << WINDOW) + 1) + (16 + 16 + 4) * len(starts)

    def by_numpy(self, high: Table, low: Table) -> Table:
        """Return the same without numba."""
        found: Table = self.values[self._places(high, low)]
        return found

    def _by_numba(self, high: Table, low: Table, found: Table) -> None:
        from netcore.batch.numba_lookup import by_halves

        by_halves(self.first, self.base, self.shift, (self.high, self.low), self.values, high, low, found)

    def _places(self, high: Table, low: Table) -> Table:
        found: Table = np.searchsorted(_texts(self.high, self.low), _texts(high, low), side="right") - 1
        return found


def lookup_table(
    prefixes: Iterable[tuple[int, int, int]], version: int, most_bytes: int | None = None
) -> Lookup:
    """Return a table that gives the value of the longest prefix of each address.

    Args:
        prefixes: first address, length, value; in any order, none twice. Values are 0 or more, below 2**31.
        version: 4 or 6.
        most_bytes: how large the table may be; None takes the quickest form.

    Raises:
        ValueError: a prefix has bits behind its length, or a value is out of range; no form is small enough.

    Example:
        >>> find = lookup_table([(0, 0, 7), (10 << 24, 8, 1)], 4)
        >>> find(np.zeros(2, np.uint64), np.array([9 << 24, 10 << 24], np.uint64)).tolist()
        [7, 1]
    """
    starts, values = ranges_of(prefixes, WIDTH[version])
    return table_of(starts, values, version, most_bytes)


def table_of(
    starts: Sequence[int], values: Sequence[int] | Table, version: int, most_bytes: int | None = None
) -> Lookup:
    """Return a table of ranges.

    Args:
        starts: first addresses, ascending; the first is 0, and each range ends where the next begins.
        values: by range, -1 for none.
        version, most_bytes: as for ``lookup_table``.

    Raises:
        ValueError: no form is small enough.
    """
    numbers = np.array(values, np.int32)

    def fits(size: int) -> bool:
        return most_bytes is None or size <= most_bytes

    if version == 6:
        if fits(Halves.size(starts)):
            return Halves(starts, numbers)
    else:
        firsts = np.array(starts, np.int64)
        form: Any
        for form, choices in ((Levels, LEVELS), (Searched, BUCKETS)):
            for bits in choices:
                if fits(form.size(firsts, bits)):
                    made: Lookup = form(firsts, numbers, bits)
                    return made
    raise ValueError(f"no table of {len(starts)} ranges has at most {most_bytes} bytes")


def ranges_of(prefixes: Iterable[tuple[int, int, int]], width: int) -> tuple[list[int], list[int]]:
    """Return where the longest prefix changes, ascending from 0, and its values; -1 where there is none.

    Args:
        width: bits of an address.

    Raises:
        ValueError: a prefix has bits behind its length, or a value is out of range.
    """
    starts, values = [0], [NONE]
    inside: list[tuple[int, int]] = []

    def begin(at: int) -> None:
        value = inside[-1][1] if inside else NONE
        if starts[-1] == at:
            values[-1] = value
        else:
            starts.append(at)
            values.append(value)

    for base, length, value in sorted(prefixes):
        size = 1 << (width - length)
        if base & (size - 1) or not 0 <= value < _MOST:
            raise ValueError(f"not a prefix with a value: {base:#x}/{length}, {value}")
        while inside and inside[-1][0] <= base:
            end, _ = inside.pop()
            begin(end)
        inside.append((base + size, value))
        begin(base)
    while inside:
        end, _ = inside.pop()
        if end < 1 << width:
            begin(end)
    return starts, values


def _evenly(starts: Table, values: Table, bits: int) -> Table:
    """Return the value at the first address of every block of equal leading bits."""
    shift = WIDTH[4] - bits
    counts: Table = np.diff(starts + ((1 << shift) - 1) >> shift, append=1 << bits)
    return np.repeat(values, counts)


def _split(starts: Table, rest: int) -> Table:
    """Return the blocks of ``rest`` trailing bits that more than one range is in, ascending."""
    return np.unique(starts[starts & ((1 << rest) - 1) != 0] >> rest)


def _window(high: Table) -> tuple[int, int]:
    """Return base and shift of the window in which searches take the fewest steps.

    Args:
        high: upper halves of first addresses, ascending.
    """
    every = np.log2(len(high) + 1)
    found, fewest = (0, 64 - WINDOW), np.inf
    for shift in range(64 - WINDOW, -1, -1):
        buckets, counts = np.unique(high >> np.uint64(shift), return_counts=True)
        uppers = buckets >> np.uint64(WINDOW)
        upper = int(uppers[np.bincount(np.unique(uppers, return_inverse=True)[1], counts).argmax()])
        inside = counts[uppers == upper]
        steps = inside @ np.log2(inside + 1) + (len(high) - inside.sum()) * every
        if steps < fewest:
            found, fewest = (upper << WINDOW, shift), steps
    return found


def _texts(high: Table, low: Table) -> Table:
    """Return addresses in a form that numpy puts in their order: texts of 16 bytes."""
    halves = np.empty((len(low), 2), ">u8")
    halves[:, 0], halves[:, 1] = high, low
    return halves.view("S16").ravel()
