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


@pytest.mark.parametrize("folder", sorted(PACKS.glob("lab-*")), ids=lambda folder: folder.name)
def test_references_pass_and_wrong_solutions_fail(folder: Path) -> None:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    pack = netcore.read_pack(files)
    assert netcore.lint(pack, netcore.lint_seeds(pack)) == ()
