"""Compiled look-ups of addresses; see ``lookup`` for the tables that they take."""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch.jit import kernel

I64: Any = np.int64
U64: Any = np.uint64


@kernel
def by_levels(entries: Any, bits: Any, low: Any, found: Any) -> None:
    """Fill ``found`` with the values of IPv4 addresses; see ``lookup.Levels``."""
    size, first, second = I64(1) << bits, 32 - bits, 24 - bits
    for row in range(len(low)):
        address = I64(low[row])
        entry = I64(entries[address >> first])
        if entry < -1:
            entry = I64(entries[size + (-2 - entry) * 256 + (address >> second & 255)])
            if entry < -1:
                entry = I64(entries[size + (-2 - entry) * 256 + (address & 255)])
        found[row] = entry


@kernel
def by_search(first: Any, bits: Any, starts: Any, values: Any, low: Any, found: Any) -> None:
    """Fill ``found`` with the values of IPv4 addresses; see ``lookup.Searched``."""
    shift = 32 - bits
    for row in range(len(low)):
        address = I64(low[row])
        bucket = address >> shift
        place = I64(first[bucket])
        count = I64(first[bucket + 1]) - place + 1
        while count > 1:
            half = count >> 1
            place = place + half if I64(starts[place + half]) <= address else place
            count -= half
        found[row] = values[place]


@kernel
def by_halves(
    first: Any, base: Any, shift: Any, starts: Any, values: Any, high: Any, low: Any, found: Any
) -> None:
    """Fill ``found`` with the values of IPv6 addresses; see ``lookup.Halves``."""
    highs, lows = starts
    buckets = U64(len(first) - 1)
    for row in range(len(low)):
        upper, lower = high[row], low[row]
        bucket = (upper >> shift) - base  # addresses below the window wrap around to large numbers
        place, count = I64(0), I64(len(highs))
        if bucket < buckets:
            place = I64(first[I64(bucket)])
            count = I64(first[I64(bucket) + 1]) - place + 1
        while count > 1:
            half = count >> 1
            there = place + half
            if highs[there] < upper or (highs[there] == upper and lows[there] <= lower):
                place = there
            count -= half
        found[row] = values[place]
