"""Every exercise pack that comes with the sandbox keeps its promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netcore

PACKS = Path(__file__).parents[3] / "sandbox" / "classes" / "packs"
LABS = 27


def test_all_labs_are_there() -> None:
    assert len(list(PACKS.glob("lab-*/pack.yml"))) == LABS


def test_each_lab_says_afterwards_why_and_by_which_facts_that_it_teaches() -> None:
    for folder in PACKS.glob("lab-*"):
        pack = netcore.read_pack(
            {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        )
        named = {
            fact
            for ids in re.findall(r"\(([A-Z]\d+(?:, [A-Z]\d+)*)\)", pack.after)
            for fact in ids.split(", ")
        }
        assert len(named) >= 2 and named <= set(pack.about.facts), folder.name


def shipped(name: str) -> netcore.Pack:
    folder = PACKS / name
    return netcore.read_pack(
        {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    )


def test_the_mistakes_that_the_first_lab_waits_for_have_names() -> None:
    pack = shipped("lab-01-first-packet")
    for solution, check, idea in (
        ("own-table", "which-route", "subnet-routes"),
        ("own-router", "first-address", "gateway"),
    ):
        given = netcore.solution(pack, "wrong", solution, 7)
        drawn = netcore.handed_in(pack, given, 7)
        (found,) = netcore.grade(pack, drawn, given.answers, 7, only=[check])
        assert found.counterexample is not None
        assert found.counterexample["misconception"]["id"] == idea


def test_numbered_questions_come_in_their_order() -> None:
    pack = shipped("lab-20-the-failover-race")
    for seed in range(6):
        (cards,) = (one for one in netcore.public_checks(pack, seed) if one.id == "cards")
        assert [one.ask for one in cards.questions] == ["card-1", "card-2", "card-3"]


@pytest.mark.parametrize("folder", sorted(PACKS.glob("lab-*")), ids=lambda folder: folder.name)
def test_references_pass_and_wrong_solutions_fail(folder: Path) -> None:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    pack = netcore.read_pack(files)
    assert netcore.lint(pack, netcore.lint_seeds(pack)) == ()
