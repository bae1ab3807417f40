"""Golden cases: worked examples of the documentation, answered as written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.netcore.cases import FOLDER, answers, cases

CASES = cases()


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_case(case: Path):
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert answers(case) == expected
