"""Wide tables in pages: most rows say the same over long runs of columns, and rows are much alike.

A page is ``SIZE`` columns of one row. Equal pages are kept once, so a table of what every rule set says of
every address takes a tenth of its cells, grows with what is drawn, and stays in the caches of a processor.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from netcore.batch.distinct import distinct
from netcore.batch.engines import numba_is_here
from netcore.batch.loops import fast
from netcore.batch.sheets import Table

BITS: Final = 6
SIZE: Final = 1 << BITS


class Paged:
    """A table in pages; never changes.

    Attributes:
        pages: uint16 [row, page], number of each page; int32 where there are more than 65,536.
        cells: uint8 [number, SIZE], what the pages say; uint16 where a value is over 255.
        columns: how many columns the table has; the last page may be longer.
    """

    def __init__(self, pages: Table, cells: Table, columns: int) -> None:
        self.pages = pages
        self.cells = cells
        self.columns = columns

    def at(self, row: Table, column: Table) -> Table:
        """Return single values; rows and columns are int64, of shapes that fit each other."""
        page = self.pages.ravel().take(row * self.pages.shape[1] + (column >> BITS)).astype(np.int64)
        found: Table = self.cells.ravel().take((page << BITS) + (column & (SIZE - 1)))
        return found

    def grid(self, rows: Table, columns: Table) -> Table:
        """Return what some rows say at some columns: [row, column]; both are int64 of one dimension."""
        if not numba_is_here():
            return self.at(rows[:, None], columns)
        found = np.empty((len(rows), len(columns)), self.cells.dtype)
        _gather(self.pages, self.cells, rows, columns, found)
        return found

    def dense(self) -> Table:
        """Return the whole table, made anew at each call."""
        return self.rows(slice(None))

    def rows(self, which: Table | slice) -> Table:
        """Return some rows of it."""
        pages = self.pages[which]
        return np.ascontiguousarray(
            self.cells[pages].reshape(len(pages), pages.shape[1] * SIZE)[:, : self.columns]
        )

    def finer(self, places: Table) -> Paged:
        """Return the table with columns cut in parts.

        Args:
            places: int64 by later column, the one of this table that it is a part of: from the first to the
                last, none left out.
        """
        if len(places) == self.columns:
            return self
        # A later page has parts of one page, or of two that follow each other.
        inside = np.arange(0, len(places), SIZE)[:, None] + np.arange(SIZE)
        wanted = places[np.minimum(inside, len(places) - 1)]
        first = wanted[:, 0] >> BITS
        shifts = wanted - (first << BITS)[:, None]
        second = first + (shifts[:, -1] >= SIZE)
        heads, kind = distinct(list(shifts.T))
        shifts = shifts[heads]
        ones, others = self.pages[:, first].astype(np.int64), self.pages[:, second]
        said = (ones * len(self.cells) + others) * len(shifts) + kind
        firsts, number = distinct([said.ravel()])
        pairs, kinds = np.divmod(said.ravel()[firsts], len(shifts))
        both = np.hstack([self.cells[pairs // len(self.cells)], self.cells[pairs % len(self.cells)]])
        cells = np.take_along_axis(both, shifts[kinds], axis=1)
        kept, again = distinct(list(cells.T))
        pages = again[number].reshape(said.shape).astype(np.int32)
        return _narrow(pages, cells[kept], len(places))

    def and_rows(self, other: Paged, first: int) -> Paged:
        """Return the first rows of the table, and behind them those of another."""
        pages = np.vstack(
            [self.pages[:first].astype(np.int32), other.pages.astype(np.int32) + len(self.cells)]
        )
        return _narrow(pages, np.vstack([self.cells, other.cells]), self.columns)


class Pager:
    """A table in the making, row by row.

    Args:
        columns: how many there are.
    """

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._count = (columns + SIZE - 1) >> BITS
        self._rows: list[Table] = []
        self._broken: list[Table] = []
        self._cells: list[Table] = []

    def add(self, starts: Table, values: Table) -> None:
        """Add a row of runs.

        Args:
            starts: int64, ascending, first column of each run; the first is 0.
            values: uint16, what each run says.
        """
        if numba_is_here():
            first = np.empty(self._count, np.int32)
            most = min(len(starts), self._count)
            broken, cells = np.empty(most, np.int64), np.empty((most, SIZE), np.uint16)
            count = _cut(starts, values, first, broken, cells)
            broken, cells = broken[:count], cells[:count]
        else:
            columns = np.arange(self._count) << BITS
            first = values[np.searchsorted(starts, columns, side="right") - 1].astype(np.int32)
            broken = np.unique(starts[(starts & (SIZE - 1)) != 0] >> BITS)
            columns = (broken[:, None] << BITS) + np.arange(SIZE)
            cells = values[np.searchsorted(starts, columns, side="right") - 1]
        self._rows.append(first)
        self._broken.append(broken)
        self._cells.append(cells)

    def row(self, values: Table) -> None:
        """Add a row that is at hand column by column, uint16."""
        starts = np.flatnonzero(np.diff(values, prepend=np.uint16(values[0] + 1)))
        self.add(starts, values[starts])

    def made(self) -> Paged:
        """Return the table; one without rows has one of zeros."""
        if not self._rows:
            self.row(np.zeros(self.columns, np.uint16))
        pages, cells = np.vstack(self._rows), np.vstack(self._cells)
        rows = np.repeat(np.arange(len(pages)), [len(broken) for broken in self._broken])
        columns = np.concatenate(self._broken)
        pages[rows, columns] = -1
        # A page that says one value all over has that value as its number until here.
        known = np.zeros(int(pages.max(initial=0)) + 1, np.bool_)
        known[pages[pages >= 0]] = True
        even = np.flatnonzero(known)
        pages = (np.cumsum(known, dtype=np.int32) - np.int32(1))[pages]
        cells = np.vstack([np.repeat(even.astype(np.uint16)[:, None], SIZE, axis=1), cells])
        heads, kinds = distinct(list(cells.view(np.int64).T))
        pages[rows, columns] = kinds[len(even) :]
        return _narrow(pages, cells[heads], self.columns)


@fast
def _cut(starts: Table, values: Table, first: Table, broken: Table, cells: Table) -> Any:
    """Fill in the first value of each page, and the pages with more than one; return how many they are."""
    run, count = 0, 0
    for page in range(len(first)):
        column = page << BITS
        while run + 1 < len(starts) and starts[run + 1] <= column:
            run += 1
        first[page] = values[run]
        if run + 1 < len(starts) and starts[run + 1] < column + SIZE:
            inner = run
            for k in range(SIZE):
                while inner + 1 < len(starts) and starts[inner + 1] <= column + k:
                    inner += 1
                cells[count, k] = values[inner]
            broken[count] = page
            count += 1
    return count


@fast
def _gather(pages: Table, cells: Table, rows: Table, columns: Table, found: Table) -> None:
    for r in range(len(rows)):
        for c in range(len(columns)):
            found[r, c] = cells[pages[rows[r], columns[c] >> BITS], columns[c] & (SIZE - 1)]


def _narrow(pages: Table, cells: Table, columns: int) -> Paged:
    """Return a table of the smallest numbers that hold it."""
    return Paged(
        pages.astype(np.uint16) if len(cells) <= 65_536 else pages,
        cells.astype(np.uint8) if cells.max(initial=0) <= 255 else cells,
        columns,
    )
