"""Rows of numbers that are equal, found without sorting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.batch.loops import fast
from netcore.batch.sheets import Table


def distinct(columns: Sequence[Table]) -> tuple[Table, Table]:
    """Return which rows are the first of their kind, and the kind of each row, both int64.

    Args:
        columns: of equal length, integers or bool; at least one.

    Returns:
        kinds are numbered in the order of their first rows.
    """
    rows = np.empty((len(columns[0]), len(columns)), np.int64)
    for place, column in enumerate(columns):
        rows[:, place] = column.view(np.int64) if column.dtype == np.uint64 else column
    size = 16
    while size < 2 * len(rows):
        size *= 2
    firsts, kinds = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    count = int(_number(rows, np.full(size, -1, np.int64), firsts, kinds))
    return firsts[:count], kinds


@fast
def _number(rows: Table, slots: Table, firsts: Table, kinds: Table) -> Any:
    """Number rows by an open hash table, whose length is a power of two."""
    count = 0
    mask = len(slots) - 1
    for k in range(len(rows)):
        mixed = np.uint64(0)
        for c in range(rows.shape[1]):
            mixed = (mixed ^ np.uint64(rows[k, c])) * np.uint64(0x9E37_79B9_7F4A_7C15)
            mixed ^= mixed >> np.uint64(32)
        slot = np.int64(mixed & np.uint64(mask))
        while True:
            kind = slots[slot]
            if kind < 0:
                slots[slot] = count
                firsts[count] = k
                kinds[k] = count
                count += 1
                break
            same = True
            for c in range(rows.shape[1]):
                if rows[firsts[kind], c] != rows[k, c]:
                    same = False
                    break
            if same:
                kinds[k] = kind
                break
            slot = (slot + 1) & mask
    return count
