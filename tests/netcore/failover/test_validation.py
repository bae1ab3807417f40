"""Published figures against the model."""

from __future__ import annotations

import pytest

from netcore.failover.validation.rows import ROWS
from netcore.failover.validation.run import SEED, Verdict, _play, document

PLAYED = [row for row in ROWS if all(case.draw is not None for case in row.cases)]


def test_every_row_of_the_reference_is_there_once() -> None:
    assert [row.id for row in ROWS] == [f"P{number}" for number in range(1, 18)]
    assert all(row.source and row.band and row.published for row in ROWS)
    assert all(case.n >= 2000 for row in ROWS for case in row.cases)


@pytest.mark.parametrize("row", PLAYED, ids=lambda row: row.id)
def test_a_row_that_is_played_holds(row) -> None:
    verdict = Verdict(row, tuple(_play(case) for case in row.cases))
    assert verdict.word == "holds", verdict.line


def test_the_page_says_what_is_missing() -> None:
    missing = [row for row in ROWS if row not in PLAYED]
    made = [Verdict(row, tuple(_play(case) for case in row.cases)) for row in missing]
    assert {verdict.word for verdict in made} <= {"missing"}
    page = document(made)
    assert f"0 of {len(missing)} rows hold" in page
    assert str(SEED) in page
