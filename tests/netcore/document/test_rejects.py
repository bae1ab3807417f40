"""Every problem a document can have: one file in ``tests/rejects`` each, with its exact messages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import netcore
from netcore.profiles import facts

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "rejects"
FILES = sorted(FOLDER.glob("*.json"))

MADE_BY_TESTS = {"too-large", "too-many-rules"}
"""Codes whose document is too big to be kept; ``test_limits`` and the test of fact F12 make it."""


def codes_in_source() -> set[str]:
    """Return every code that the package can give to a problem.

    They are the first argument of ``add`` and ``Problem`` and of the reader's ``_refused``, or are put
    into a variable ``code`` before.
    """
    found: set[str] = set()
    for path in sorted((ROOT / "netcore" / "document").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("add", "Problem", "_refused"):
                    found.update(_texts(node.args[0]))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                found.update(_texts(node.value))
    return found


def _texts(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def lines(path: Path) -> list[str]:
    """Return the problems of a file, one line each: code and text."""
    return [f"{problem.code} {problem.text}" for problem in netcore.read_text(path.read_bytes()).problems]


def test_there_are_rejects_and_none_is_alone():
    assert FILES
    messages = {path.name.removesuffix(".problems.txt") for path in FOLDER.glob("*.problems.txt")}
    assert {path.stem for path in FILES} == messages


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_messages(path: Path):
    expected = path.with_suffix(".problems.txt").read_text(encoding="utf-8").splitlines()
    assert expected
    assert lines(path) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_problem_says_all_there_is_to_say(path: Path):
    known = facts()
    for problem in netcore.read_text(path.read_bytes()).problems:
        assert problem.pointer == "" or problem.pointer.startswith("/")
        assert problem.found
        assert problem.expected
        assert problem.hint.endswith((".", "?"))
        assert problem.fact is None or problem.fact in known


def test_every_code_has_a_reject():
    shown = {problem.code for path in FILES for problem in netcore.read_text(path.read_bytes()).problems}
    source = codes_in_source()
    assert len(source) > 50
    assert source - shown - MADE_BY_TESTS == set()
    assert shown - source == set()
