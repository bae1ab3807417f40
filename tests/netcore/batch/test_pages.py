"""Tables in pages say what the whole table says, and keep equal pages once."""

from __future__ import annotations

import numpy as np
import pytest

from netcore.batch.pages import SIZE, Pager


@pytest.mark.parametrize("columns", [1, SIZE - 1, SIZE, SIZE + 1, 1_000])
@pytest.mark.parametrize("most", [3, 300])
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


@pytest.mark.parametrize("columns", [1, SIZE, SIZE + 1, 1_000])
@pytest.mark.parametrize("more", [0, 1, 7, 300])
def test_columns_can_be_cut_in_parts(columns: int, more: int) -> None:
    luck = np.random.default_rng(columns + more)
    whole = luck.integers(0, 300, (5, columns)).astype(np.uint16)
    whole[:, columns // 2 :] = 4
    pager = Pager(columns)
    for row in whole:
        pager.row(row)
    places = np.sort(np.append(np.arange(columns), luck.integers(0, columns, more)))
    finer = pager.made().finer(places)
    assert (finer.dense() == whole[:, places]).all()
    assert len(np.unique(finer.cells, axis=0)) == len(finer.cells)


def test_rows_of_another_table_come_behind() -> None:
    first, second = Pager(SIZE + 1), Pager(SIZE + 1)
    one, other = np.arange(SIZE + 1, dtype=np.uint16), np.full(SIZE + 1, 700, np.uint16)
    for pager, rows in ((first, (one, other)), (second, (other, one))):
        for row in rows:
            pager.row(row)
    both = first.made().and_rows(second.made(), 1)
    assert (both.dense() == np.vstack([one, other, one])).all()
    assert (both.rows(np.array([2, 1])) == np.vstack([one, other])).all()
    assert both.rows(slice(3, None)).shape == (0, SIZE + 1)
