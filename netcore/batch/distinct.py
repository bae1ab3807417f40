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


def packed(columns: Sequence[Table]) -> list[Table]:
    """Return fewer columns, int64, that tell the same rows apart.

    Args:
        columns: of equal length, not empty; integers below 2^62.
    """
    found: list[Table] = []
    room = 0
    for column in columns:
        lowest, highest = int(column.min()), int(column.max())
        count = highest - lowest + 1
        if count == 1:
            continue
        if room < count:
            found.append(np.zeros(len(column), np.int64))
            room = 1 << 62
        found[-1] = found[-1] * count + (column - lowest)
        room //= count
    return found or [np.zeros(len(columns[0]), np.int64)]


def distinct_lists(columns: Sequence[Table], starts: Table) -> Table:
    """Return the kind of each list of rows, int64; equal lists are of one kind.

    Args:
        columns: as for ``distinct``; the rows of one list stand together.
        starts: int64 [list + 1], where each list begins.
    """
    kinds = distinct(columns)[1]
    size = 16
    while size < 2 * len(starts):
        size *= 2
    found = np.empty(len(starts) - 1, np.int64)
    _number_lists(kinds, starts.astype(np.int64), np.full(size, -1, np.int64), found)
    return found


@fast
def _number_lists(rows: Table, starts: Table, slots: Table, kinds: Table) -> None:
    """Number lists by an open hash table of their first ones, whose length is a power of two."""
    mask = len(slots) - 1
    for k in range(len(kinds)):
        mixed = np.uint64(starts[k + 1] - starts[k])
        for c in range(starts[k], starts[k + 1]):
            mixed = (mixed ^ np.uint64(rows[c])) * np.uint64(0x9E37_79B9_7F4A_7C15)
            mixed ^= mixed >> np.uint64(32)
        slot = np.int64(mixed & np.uint64(mask))
        while slots[slot] >= 0:
            first = slots[slot]
            length = starts[first + 1] - starts[first]
            same = length == starts[k + 1] - starts[k]
            for c in range(length if same else 0):
                if rows[starts[first] + c] != rows[starts[k] + c]:
                    same = False
                    break
            if same:
                break
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = k
        kinds[k] = slots[slot]


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
