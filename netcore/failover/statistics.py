"""Order statistics: percentiles, intervals and distribution functions of sorted values."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, inf, isfinite, sqrt
from typing import Protocol

MOST_POINTS = 200
"""Most points of a distribution function."""


class Ranked(Protocol):
    """Numbers in ascending order: a sorted list, or ``spread.Ranked``."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def __getitem__(self, rank: int, /) -> float:
        """Return the number of a rank."""
        ...


def quantile(ranked: Ranked, share: float) -> float:
    """Return the smallest of sorted values with at least ``share`` of them at or below (order statistic)."""
    return ranked[max(0, min(len(ranked), ceil(share * len(ranked) - 1e-9)) - 1)]


def weighted_quantile(values: Iterable[tuple[int | None, float]], share: float) -> int | None:
    """Return the value with at least ``share`` of the weight at or below; None, for never, comes last."""
    finite = [(inf if value is None else value, weight) for value, weight in values]
    ranked = sorted((value, weight) for value, weight in finite if weight > 0)
    total = sum(weight for _, weight in ranked)
    reached: float = 0
    for value, weight in ranked:
        reached += weight
        if reached >= share * total * (1 - 1e-9):
            return None if value == inf else int(value)
    return None


def interval(ranked: Ranked, share: float) -> list[float | None]:
    """Return the 95 % interval of a percentile from two order statistics; None for never.

    Source: ours; the number of values below the true percentile is binomial, taken as normal.
    """
    n = len(ranked)
    middle, reach = n * share, 1.96 * sqrt(n * share * (1 - share))
    low = max(1, floor(middle - reach))
    high = min(n, ceil(middle + reach) + 1)
    return [finite_or_none(ranked[low - 1]), finite_or_none(ranked[high - 1])]


def distribution(ranked: Ranked, most: int = MOST_POINTS) -> list[list[float]]:
    """Return points of the distribution function, as many as a chart can show; never is left out."""
    n = len(ranked)
    points = min(n, most)
    ranks = sorted({ceil(n * (number + 1) / points) for number in range(points)})
    return [[ranked[rank - 1], rank / n] for rank in ranks if isfinite(ranked[rank - 1])]


def finite_or_none(value: float) -> float | None:
    """Return a number as JSON has it; None for never."""
    return value if isfinite(value) else None
