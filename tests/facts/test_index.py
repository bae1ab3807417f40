"""The list of facts: complete against the fact sheet, and no fact both tested and given up."""

from __future__ import annotations

import re
import warnings

import netcore
from netcore.profiles.fact_index import AREAS, FACTS, NOT_MODELLED, SEED_MAP, STATEMENTS, spread
from tests.facts.report import ROOT, figures, report, text

SHARED = ROOT.parent / "shared" / "reference"


def shared(name: str) -> str | None:
    """Return a file of the reference, or say loudly that it is not there."""
    path = SHARED / name
    if path.exists():
        return path.read_text(encoding="utf-8")
    warnings.warn(f"{name} is not there: {len(FACTS)} fact ids are compared with nothing", stacklevel=2)
    return None


def test_the_index_has_every_fact_of_the_sheet_once():
    assert len(FACTS) == len(set(FACTS)) == 221
    assert [area.letter for area in AREAS] == list("ABCDEFGHIJKLM")
    sheet = shared("facts.md")
    if sheet is not None:
        assert re.findall(r"^- \*\*([A-M]\d+) ", sheet, re.MULTILINE) == list(FACTS)


def test_cards_and_tests_are_about_facts_of_the_index():
    found = report()
    assert set(found.cards) <= set(FACTS)
    assert set(found.tests) <= set(FACTS)


def test_what_is_not_modelled_has_no_card_and_no_test_and_a_reason():
    found = report()
    assert not set(NOT_MODELLED) & (set(found.cards) | set(found.tests))
    assert set(NOT_MODELLED) <= set(FACTS)
    assert all(gone.reason and gone.verdict for gone in NOT_MODELLED.values())


def test_every_statement_names_facts_and_labs():
    ids = [says.id for says in STATEMENTS]
    assert ids == [f"S{number:02}" for number in range(1, 33)]
    assert all(spread(says.facts) and says.labs for says in STATEMENTS)
    assert {lab for says in STATEMENTS for lab in says.labs} == set(range(1, 28))
    for _, facts, names in SEED_MAP:
        assert spread(facts)
        assert set(names.split()) <= set(ids)
    assert {name for _, _, names in SEED_MAP for name in names.split()} == set(ids)


def test_the_map_agrees_with_the_fact_sheet_and_the_catalogue():
    sheet, catalogue = shared("facts.md"), shared("exercises.md")
    if sheet is not None:
        rows = re.findall(
            r"^\| (?!Seed|#|-|N\d|Short)[^|]+ \| ([A-P]\d[^|]*) \|$", sheet.split("## P.")[1], re.MULTILINE
        )
        assert [spread(row) for row in rows] == [spread(facts) for _, facts, _ in SEED_MAP]
    if catalogue is not None:
        found = re.findall(r"^\| (S\d\d) \| [^|]+ \| ([\d, ]+) \|$", catalogue, re.MULTILINE)
        labs = [(key, tuple(int(lab) for lab in row.split(","))) for key, row in found]
        assert labs == [(says.id, says.labs) for says in STATEMENTS]


def test_the_last_line_and_the_page():
    found = report()
    last = figures(found)[-1]
    assert re.fullmatch(r"facts: \d+ tested, \d+ not modelled, of 221", last)
    page = text(found)
    assert last in page
    assert all(f"| {fact} |" in page for fact in FACTS)
    assert len(netcore.rule_cards()) > 0
