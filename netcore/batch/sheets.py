"""Rows of a table in the making, and names that are counted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[Any]


class Sheet:
    """Rows of equal length; becomes an int32 table."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[Sequence[int]] = []
        self._known: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, *row: int) -> int:
        """Add a row and return its number."""
        assert len(row) == self.columns, (row, self.columns)
        self.rows.append(row)
        return len(self.rows) - 1

    def take(self, table: Table) -> None:
        """Begin with the rows of a table, by their numbers; no two of them may be equal."""
        for row in map(tuple, table.tolist()):
            self._known.setdefault(row, self.add(*row))

    def once(self, *row: int) -> int:
        """Return the number of an equal row, added if there is none."""
        found = self._known.get(row)
        if found is None:
            found = self._known[row] = self.add(*row)
        return found

    def table(self) -> Table:
        """Return the rows; an empty table has one row of -1, so that kernels may look at it."""
        if not self.rows:
            return np.full((1, self.columns), -1, np.int32)
        count = len(self.rows) * self.columns
        return np.fromiter(chain.from_iterable(self.rows), np.int32, count).reshape(-1, self.columns)


class Names:
    """Texts by number."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.texts = list(texts)
        self._numbers = {text: number for number, text in enumerate(texts)}

    def number(self, text: str) -> int:
        """Return the number of a text; a new text gets the next one."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


def column(values: Sequence[int], kind: Any = np.int32) -> Table:
    """Return numbers as an array that is never empty."""
    return np.array(values if len(values) else [0], kind)
