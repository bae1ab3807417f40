"""How the values of many trials lie: counts that add up in any order, in a memory that trials do not fill.

Up to ``EXACT`` trials every value is kept. Beyond, values that share a bucket stand for one another: a bucket
keeps its weight and the largest value it was given. A percentile is then a value of some trial, at most one
part in ``2**BITS`` (0.1 %) above the true one, and the largest of all is exact.

Source: ours, after HdrHistogram (buckets of equal relative width, which merge without loss).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from math import inf

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.int64]

NEVER = -1
"""Stands for None in arrays."""

EXACT = 500
"""Up to so many trials nothing is rounded."""

BITS = 10
"""A power of two is cut into ``2**BITS`` buckets; smaller numbers have one each."""

TOP = 40
"""From ``2**TOP`` on, all values share a bucket: as microseconds, 12 days."""

_BUCKETS = (TOP - BITS + 1 << BITS) + 1

Pair = tuple[int | None, int]
"""A value, None for never, and its weight."""


class Spread:
    """Whole numbers from 0 on, or never, and their weights."""

    __slots__ = ("_most", "_values", "_weights", "never")

    def __init__(self) -> None:
        self._values: dict[int, int] = {}
        self._weights: Values | None = None
        self._most: Values | None = None
        self.never = 0

    def add(self, values: Values, weights: Values | int = 1, *, rough: bool) -> None:
        """Take values; ``NEVER`` is one of them.

        Args:
            rough: whether there are more than ``EXACT`` trials in all.
        """
        if rough:
            self._pour()
        each = np.broadcast_to(np.asarray(weights, np.int64), values.shape)
        alive = values >= 0
        if not alive.all():
            self.never += int(each[~alive].sum())
            values, each = values[alive], each[alive]
        if self._weights is not None and self._most is not None:
            places = buckets(values)
            np.add.at(self._weights, places, each)
            np.maximum.at(self._most, places, values)
            return
        kept, places = np.unique(values, return_inverse=True)
        sums = np.zeros(len(kept), np.int64)
        np.add.at(sums, places, each)
        for value, weight in zip(kept.tolist(), sums.tolist(), strict=True):
            self._values[value] = self._values.get(value, 0) + weight

    def join(self, pairs: Sequence[Pair], *, rough: bool) -> None:
        """Take over what ``pairs`` of another gave."""
        found = [(NEVER if value is None else value, weight) for value, weight in pairs]
        values, weights = np.array(found, np.int64).reshape(-1, 2).T
        self.add(values, weights, rough=rough)

    def pairs(self) -> list[Pair]:
        """Return values and weights, sorted by value, None last."""
        if self._weights is None or self._most is None:
            found: list[Pair] = sorted(self._values.items())
        else:
            places = np.flatnonzero(self._weights)
            found = list(zip(self._most[places].tolist(), self._weights[places].tolist(), strict=True))
        return [*found, (None, self.never)] if self.never else found

    def ranked(self, unit: int = 1) -> Ranked:
        """Return the values in order, divided by ``unit``; a weight says how often one is there."""
        pairs = self.pairs()
        return Ranked([inf if value is None else value / unit for value, _ in pairs], [w for _, w in pairs])

    def _pour(self) -> None:
        """Sort what is kept into buckets, once."""
        if self._weights is not None:
            return
        kept, self._values = self._values, {}
        self._weights, self._most = np.zeros(_BUCKETS, np.int64), np.zeros(_BUCKETS, np.int64)
        if kept:
            self.add(np.array(list(kept), np.int64), np.array(list(kept.values()), np.int64), rough=True)


class Ranked:
    """Numbers in ascending order, equal ones counted and not repeated.

    Args:
        values: ascending.
        counts: how often each is there.
    """

    __slots__ = ("_ends", "_values")

    def __init__(self, values: Sequence[float], counts: Sequence[int]) -> None:
        self._values = values
        self._ends = list(accumulate(counts))

    def __len__(self) -> int:
        """Return how many there are."""
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, rank: int) -> float:
        """Return the number of a rank, counted from 0, or from the end below.

        Raises:
            IndexError: there are not so many.
        """
        place = rank + len(self) if rank < 0 else rank
        if not 0 <= place < len(self):
            raise IndexError(rank)
        return self._values[bisect_left(self._ends, place + 1)]


def buckets(values: Values) -> Values:
    """Return the bucket of each value, ascending with it.

    Example:
        >>> buckets(np.array([0, 1, 2047, 2048, 2049, 2050, 1 << 50])).tolist()
        [0, 1, 2047, 2048, 2048, 2049, 31744]
    """
    # The exponent of a double is the place of the highest bit; all values below 2**TOP are exact doubles.
    exponents = (np.minimum(values, 1 << TOP).astype(np.float64).view(np.int64) >> 52) - 1023
    shift = np.maximum(exponents - BITS, 0)
    return np.where(values >> TOP > 0, _BUCKETS - 1, (shift << BITS) + (values >> shift))
