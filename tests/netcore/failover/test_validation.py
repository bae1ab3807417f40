"""Published figures against the model."""

from __future__ import annotations

from pathlib import Path

import pytest

import netcore
from netcore.failover.validation.rows import ROWS
from netcore.failover.validation.run import SEED, Verdict, _play, document

PLAYED = [row for row in ROWS if all(case.draw is not None for case in row.cases)]


def test_every_row_of_the_reference_is_there_once() -> None:
    assert [row.id for row in ROWS] == [f"P{number}" for number in range(1, 18)]
    assert all(row.source and row.band and row.published for row in ROWS)
    assert all(case.n >= 2000 for row in ROWS for case in row.cases)


def test_the_page_in_docs_is_of_these_rows() -> None:
    """Ids, cases, published figures and bands; the figures of ours are played by the tests below."""
    page = (Path(netcore.__file__).parents[1] / "docs" / "validation.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| P")]
    told = [[line[place].strip() for place in (0, 1, 2, 4)] for line in lines]
    assert told == [[row.id, row.title, row.published, row.band] for row in ROWS]
    held = sum(line[5].strip() == "holds" for line in lines)
    assert f"{held} of {len(ROWS)} rows hold" in page
    assert [line[0].strip() for line in lines if line[5].strip() == "missing"] == [
        row.id for row in ROWS if row not in PLAYED
    ]


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
