"""Which addresses of a group the rows of a table in pages do not tell apart, without looking at every cell.

The addresses of a group lie in a few pages, and most rows have the same pages there: such rows are looked at
once, and one that says the same of all addresses tells nothing. The others split the kinds known so far.
"""

from __future__ import annotations

import numpy as np

from netcore.batch.loops import fast
from netcore.batch.pages import BITS, SIZE, Paged
from netcore.batch.sheets import Table


def told_apart(table: Paged, columns: Table, starts: Table, kinds: Table) -> Table:
    """Return kinds of columns, int64, that are finer where the table says different things.

    Args:
        columns: int64, those of one group together and ascending.
        starts: int64 [group + 1], where each group begins.
        kinds: int64 beside ``columns``, 0 or more.

    Returns:
        two columns of one group have equal numbers if their kinds are equal and the table says the same of
        both in every row; numbers of different groups mean nothing to each other.
    """
    found = kinds.copy()
    _split(table.pages, table.cells, columns, starts, found)
    return found


@fast
def _split(pages: Table, cells: Table, columns: Table, starts: Table, kinds: Table) -> None:
    """Split the kinds of each group by each row that differs from the ones before."""
    rows = len(pages)
    size = 16
    while size < 2 * rows:
        size *= 2
    seen = np.empty(size, np.int64)
    for g in range(len(starts) - 1):
        first, end = starts[g], starts[g + 1]
        if end - first < 2:
            continue
        places, count = np.empty(end - first, np.int64), 0
        for k in range(first, end):
            if count == 0 or places[count - 1] != columns[k] >> BITS:
                places[count] = columns[k] >> BITS
                count += 1
        seen[:] = -1
        for r in range(rows):
            mixed = np.uint64(0)
            for p in range(count):
                mixed = (mixed ^ np.uint64(pages[r, places[p]])) * np.uint64(0x9E37_79B9_7F4A_7C15)
                mixed ^= mixed >> np.uint64(32)
            slot = np.int64(mixed & np.uint64(size - 1))
            while seen[slot] >= 0:
                same = True
                for p in range(count):
                    if pages[seen[slot], places[p]] != pages[r, places[p]]:
                        same = False
                        break
                if same:
                    break
                slot = (slot + 1) & (size - 1)
            if seen[slot] < 0:
                seen[slot] = r
                _split_by(pages, cells, r, columns[first:end], kinds[first:end])


@fast
def _split_by(pages: Table, cells: Table, row: int, columns: Table, kinds: Table) -> None:
    """Split the kinds of one group by what one row says."""
    values = np.empty(len(columns), np.int64)
    even = True
    for k in range(len(columns)):
        values[k] = cells[pages[row, columns[k] >> BITS], columns[k] & (SIZE - 1)]
        even = even and values[k] == values[0]
    if even:
        return
    size = 16
    while size < 2 * len(columns):
        size *= 2
    slots = np.full(size, -1, np.int64)  # kind and value -> first column that has both
    split = np.empty(len(columns), np.int64)
    for k in range(len(columns)):
        mixed = np.uint64(kinds[k] << 16 | values[k]) * np.uint64(0x9E37_79B9_7F4A_7C15)
        slot = np.int64(mixed >> np.uint64(32) & np.uint64(size - 1))
        while slots[slot] >= 0:
            other = slots[slot]
            if kinds[other] == kinds[k] and values[other] == values[k]:
                break
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = k
        split[k] = slots[slot]
    kinds[:] = split
