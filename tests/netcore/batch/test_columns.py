"""Columns of a table in pages are of one kind exactly where every row says the same of them."""

from __future__ import annotations

import numpy as np
import pytest

from netcore.batch import pages
from netcore.batch.columns import told_apart
from netcore.batch.pages import SIZE, Paged, Pager
from netcore.batch.sheets import Table


def _table(luck: np.random.Generator, columns: int) -> tuple[Paged, Table]:
    pager, rows = Pager(columns), []
    for _ in range(40):
        starts = np.append(0, np.unique(luck.integers(1, columns, 9)))
        values = luck.integers(0, 4, len(starts)).astype(np.uint16)
        pager.add(starts, values)
        rows.append(np.repeat(values, np.diff(np.append(starts, columns))))
    return pager.made(), np.vstack(rows)


@pytest.mark.parametrize("seed", range(6))
def test_kinds_are_those_of_whole_columns(seed: int) -> None:
    luck = np.random.default_rng(seed)
    columns = 5 * SIZE + 7
    table, whole = _table(luck, columns)
    groups = [np.unique(luck.integers(0, columns, size)) for size in (1, 2, 30, 90, 0, 200)]
    asked = np.concatenate(groups)
    starts = np.append(0, np.cumsum([len(group) for group in groups]))
    before = luck.integers(0, 2, len(asked))
    found = told_apart(table, asked, starts, before)
    for first, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        for one in range(first, end):
            same = (whole[:, asked[first:end]] == whole[:, asked[one]][:, None]).all(axis=0)
            same &= before[first:end] == before[one]
            assert ((found[first:end] == found[one]) == same).all()


def test_rows_by_columns_are_those_of_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(3)
    table, whole = _table(luck, 300)
    rows, columns = luck.integers(0, 40, 11), luck.integers(0, 300, 70)
    assert (table.grid(rows, columns) == whole[np.ix_(rows, columns)]).all()
    monkeypatch.setattr(pages, "numba_is_here", lambda: False)
    assert (table.grid(rows, columns) == whole[np.ix_(rows, columns)]).all()


def test_a_table_is_the_same_without_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    one, whole = _table(np.random.default_rng(5), 4 * SIZE + 1)
    monkeypatch.setattr(pages, "numba_is_here", lambda: False)
    other, _ = _table(np.random.default_rng(5), 4 * SIZE + 1)
    assert (one.dense() == whole).all()
    assert (other.dense() == whole).all()
    assert len(one.cells) == len(other.cells)
