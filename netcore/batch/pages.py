"""Wide tables in pages: most rows say the same over long runs of columns, and rows are much alike.

A page is ``SIZE`` columns of one row. Equal pages are kept once, so a table of what every rule set says of
every address takes a tenth of its cells, grows with what is drawn, and stays in the caches of a processor.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from netcore.batch.distinct import distinct
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
        self._columns = columns
        self._starts = np.arange(0, columns, SIZE)
        self._inside = np.arange(SIZE)
        self._rows: list[Table] = []
        self._broken: list[Table] = []
        self._cells: list[Table] = []
        self._values: list[int] = []
        self._even = np.full(1, -1, np.int32)

    def add(self, starts: Table, values: Table) -> None:
        """Add a row of runs.

        Args:
            starts: int64, ascending, first column of each run; the first is 0.
            values: uint16, what each run says.
        """
        first = values[np.searchsorted(starts, self._starts, side="right") - 1]
        inner = starts[(starts & (SIZE - 1)) != 0] >> BITS
        broken = inner[np.diff(inner, prepend=-1) != 0]
        columns = (broken[:, None] << BITS) + self._inside
        cells = values[np.searchsorted(starts, columns.ravel(), side="right") - 1]
        self._rows.append(self._evenly(first))
        self._broken.append(broken)
        self._cells.append(cells.astype(np.uint16).reshape(-1, SIZE))

    def row(self, values: Table) -> None:
        """Add a row that is at hand column by column, uint16."""
        starts = np.flatnonzero(np.diff(values, prepend=np.uint16(values[0] + 1)))
        self.add(starts, values[starts])

    def made(self) -> Paged:
        """Return the table; one without rows has one of zeros."""
        if not self._rows:
            self.row(np.zeros(self._columns, np.uint16))
        pages, cells = np.vstack(self._rows), np.vstack(self._cells)
        even = np.repeat(np.array(self._values, np.uint16)[:, None], SIZE, axis=1)
        cells = np.vstack([even, cells])
        heads, kinds = distinct(list(cells.view(np.int64).T))
        rows = np.repeat(np.arange(len(pages)), [len(broken) for broken in self._broken])
        pages[rows, np.concatenate(self._broken)] = kinds[len(even) :]
        return _narrow(pages, cells[heads], self._columns)

    def _evenly(self, values: Table) -> Table:
        """Return the numbers of pages that say one value all over."""
        most = int(values.max(initial=0))
        if most >= len(self._even):
            more = np.full(most + 1 - len(self._even), -1, np.int32)
            self._even = np.concatenate([self._even, more])
        found: Table = self._even[values]
        if (found < 0).any():
            for value in np.unique(values[found < 0]).tolist():
                self._even[value] = len(self._values)
                self._values.append(value)
            found = self._even[values]
        return found


def _narrow(pages: Table, cells: Table, columns: int) -> Paged:
    """Return a table of the smallest numbers that hold it."""
    return Paged(
        pages.astype(np.uint16) if len(cells) <= 65_536 else pages,
        cells.astype(np.uint8) if cells.max(initial=0) <= 255 else cells,
        columns,
    )
