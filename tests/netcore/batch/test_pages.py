"""Tables in pages say what the whole table says, and keep equal pages once."""

from __future__ import annotations

import numpy as np
import pytest

from netcore.batch.pages import SIZE, Pager


@pytest.mark.parametrize("columns", (1, SIZE - 1, SIZE, SIZE + 1, 1_000))
@pytest.mark.parametrize("most", (3, 300))
def test_pages_say_what_the_table_says(columns: int, most: int) -> None:
    luck = np.random.default_rng(columns)
    pager, rows = Pager(columns), []
    for _ in range(20):
        inner = np.unique(luck.integers(1, columns, 12)) if columns > 1 else np.zeros(0, np.int64)
        starts = np.concatenate([[0], inner])
        values = luck.integers(0, most, len(starts)).astype(np.uint16)
        pager.add(starts, values)
        rows.append(np.repeat(values, np.diff(np.append(starts, columns))))
    pager.row(rows[0])
    whole = np.vstack([*rows, rows[0]])
    paged = pager.made()
    assert (paged.dense() == whole).all()
    row, column = luck.integers(0, 21, 500), luck.integers(0, columns, 500)
    assert (paged.at(row, column) == whole[row, column]).all()
    assert paged.cells.dtype == (np.uint8 if whole.max() < 256 else np.uint16)
    assert (paged.pages[20] == paged.pages[0]).all()


def test_equal_pages_are_kept_once() -> None:
    pager = Pager(SIZE * 100)
    for _ in range(50):
        pager.add(np.array([0, SIZE * 50]), np.array([1, 2], np.uint16))
    assert len(pager.made().cells) == 2


def test_a_table_without_rows_says_zero() -> None:
    assert (Pager(SIZE + 1).made().dense() == np.zeros((1, SIZE + 1))).all()
