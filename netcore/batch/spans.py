"""Sets of port numbers as spans, and of pairs of ports as bands: plain tuples that are always in one form.

Two sets are equal exactly when their tuples are, so results can be remembered by their operands.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

Spans = tuple[tuple[int, int], ...]
"""Port numbers: first and last of each run, ascending, with a gap between two runs."""

Bands = tuple[tuple[int, int, Spans], ...]
"""Pairs of ports: first and last source port of a band, and the destination ports of all of them.

Ascending; no band is empty, and two bands that touch have different destination ports.
"""

Operation = Literal["and", "or", "minus"]

LAST: Final = 65_535
EVERY: Final[Spans] = ((0, LAST),)
ALL_PAIRS: Final[Bands] = ((0, LAST, EVERY),)

MEMORY: Final = 1 << 16
"""Results that each operation remembers."""


def spans_of(runs: Iterable[tuple[int, int]]) -> Spans:
    """Return runs in any order, overlapping or not, as spans.

    Example:
        >>> spans_of([(443, 443), (80, 90), (85, 95)])
        ((80, 95), (443, 443))
    """
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def size(spans: Spans) -> int:
    """Return how many ports there are."""
    return sum(last - first + 1 for first, last in spans)


def holds(spans: Spans, port: int) -> bool:
    """Return whether a port is among them."""
    return any(first <= port <= last for first, last in spans)


@lru_cache(MEMORY)
def joined(one: Spans, other: Spans, operation: Operation) -> Spans:
    """Return two sets of ports combined.

    Example:
        >>> joined(((0, 9),), ((5, 20),), "minus")
        ((0, 4),)
    """
    if operation == "or":
        return spans_of((*one, *other))
    if operation == "and":
        return _both(one, other)
    return _without(one, other)


def _both(one: Spans, other: Spans) -> Spans:
    found = []
    left = right = 0
    while left < len(one) and right < len(other):
        first = max(one[left][0], other[right][0])
        last = min(one[left][1], other[right][1])
        if first <= last:
            found.append((first, last))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(found)


def _without(one: Spans, other: Spans) -> Spans:
    gaps = []
    start = 0
    for first, last in other:
        if start < first:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        gaps.append((start, LAST))
    return _both(one, tuple(gaps))


@lru_cache(MEMORY)
def joined_bands(one: Bands, other: Bands, operation: Operation) -> Bands:
    """Return two sets of pairs of ports combined."""
    if one == other:
        return () if operation == "minus" else one
    edges = sorted({edge for first, last, _ in (*one, *other) for edge in (first, last + 1)})
    found = []
    left = right = 0
    for first, after in itertools.pairwise(edges):
        while left < len(one) and one[left][1] < first:
            left += 1
        while right < len(other) and other[right][1] < first:
            right += 1
        here = one[left][2] if left < len(one) and one[left][0] <= first else ()
        there = other[right][2] if right < len(other) and other[right][0] <= first else ()
        found.append((first, after - 1, joined(here, there, operation)))
    return bands_of(found)


def bands_of(rows: Iterable[tuple[int, int, Spans]]) -> Bands:
    """Return rows that are ascending and do not overlap as bands."""
    bands: list[tuple[int, int, Spans]] = []
    for first, last, spans in rows:
        if not spans:
            continue
        if bands and bands[-1][1] + 1 == first and bands[-1][2] == spans:
            bands[-1] = (bands[-1][0], last, spans)
        else:
            bands.append((first, last, spans))
    return tuple(bands)


def pairs(sources: Spans, destinations: Spans) -> Bands:
    """Return all pairs of a source port and a destination port."""
    return tuple((first, last, destinations) for first, last in sources) if destinations else ()


def area(bands: Bands) -> int:
    """Return how many pairs there are."""
    return sum((last - first + 1) * size(spans) for first, last, spans in bands)


def row(bands: Bands, source: int) -> Spans:
    """Return the destination ports that go with one source port."""
    return next((spans for first, last, spans in bands if first <= source <= last), ())


def column(bands: Bands, destination: int) -> Spans:
    """Return the source ports that go with one destination port."""
    return spans_of((first, last) for first, last, spans in bands if holds(spans, destination))


@lru_cache(MEMORY)
def turned(bands: Bands) -> Bands:
    """Return the pairs with source and destination port changed about."""
    edges = {edge for _, _, spans in bands for first, last in spans for edge in (first, last + 1)}
    ordered = sorted(edges)
    return bands_of((first, after - 1, column(bands, first)) for first, after in itertools.pairwise(ordered))
