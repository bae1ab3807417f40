"""The beta-PERT distribution: three points that people name, lowest, most likely, highest.

It is a beta distribution with shape 4 (reference on failover, section 2), stretched from lowest to highest.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

CELLS = 2000
"""Cells of the table of the distribution function; the error is far below a thousandth of the range."""

SHAPE = 4
"""Weight of the most likely value (reference on failover, section 2)."""


def pert(low: float, mode: float, high: float, u: float) -> float:
    """Return the value below which a share ``u`` of all values lies.

    Example:
        >>> round(pert(0, 5, 10, 0.5), 3)
        5.0
    """
    if high <= low:
        return low
    table = _reached((mode - low) / (high - low))
    cell = min(max(1, bisect_left(table, u)), CELLS)
    inside = (u - table[cell - 1]) / (table[cell] - table[cell - 1]) if table[cell] > table[cell - 1] else 0.0
    return low + (high - low) * (cell - 1 + inside) / CELLS


@lru_cache(maxsize=64)
def _reached(mode: float) -> tuple[float, ...]:
    """Return the distribution function on [0, 1] at the borders of the cells, by the midpoint rule."""
    first, second = SHAPE * mode, SHAPE * (1 - mode)
    middles = ((number + 0.5) / CELLS for number in range(CELLS))
    densities = [x**first * (1 - x) ** second for x in middles]
    whole = sum(densities)
    found, reached = [0.0], 0.0
    for density in densities:
        reached += density / whole
        found.append(reached)
    return tuple(found)
