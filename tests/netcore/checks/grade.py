"""Checks in few words: ``find({"delivers": "a -> b"}, drawn)``, and packs made of plain data."""

from __future__ import annotations

import json
from typing import Any

import netcore
from netcore.checks.grading.case import Budget, Case, Finding, opened
from netcore.checks.grading.evaluate import evaluate
from netcore.checks.language.check import Check
from tests.netcore.build import Net


def find(
    check: dict[str, Any],
    drawn: Net | dict[str, Any],
    start: Net | None = None,
    answers: Any = None,
    budget: Budget | None = None,
    kept: dict[Any, Any] | None = None,
) -> Finding:
    """Return what a check finds in a drawing; ``start`` None: it is the starting one as well.

    ``kept`` holds races that were played already.
    """
    drawing, problems = opened(drawn.raw if isinstance(drawn, Net) else drawn)
    begun = drawing if start is None else opened(start.raw)[0]
    assert begun is not None
    case = Case(
        start=begun,
        drawing=drawing,
        problems=problems,
        answers=answers,
        budget=budget or Budget(),
        kept={} if kept is None else kept,
    )
    return evaluate(Check.model_validate(check), case)


def passes(check: dict[str, Any], drawn: Net, **more: Any) -> bool:
    return find(check, drawn, **more).passed


def question(found: Finding) -> tuple[str, str, str, int]:
    """Return source, destination, protocol and port of a counterexample."""
    assert found.counterexample is not None and found.counterexample["kind"] == "trace"
    asked = found.counterexample["question"]
    return asked["source"], asked["destination"], asked["protocol"], asked["destination_port"]


def entry(key: str, check: dict[str, Any], points: int, kind: str = "P", **more: Any) -> dict[str, Any]:
    """Return a row of checks.yml."""
    made = {"id": key, "kind": kind, "title": f"Title of {key}", "points": points, "check": check, **more}
    return made | ({"hidden": True, "rule": f"The rule of {key}."} if kind == "H" else {})


def files(
    drawn: Net,
    checks: list[dict[str, Any]],
    about: dict[str, Any] | None = None,
    reference: dict[str, Any] | None = None,
    wrong: dict[str, dict[str, Any]] | None = None,
    text: str = "Read, think, draw.\n",
) -> dict[str, bytes]:
    """Return the files of a pack."""
    raw: dict[str, Any] = {
        "pack.json": {
            "schema": 1,
            "id": "tried",
            "title": "Tried",
            "track": "Tests",
            "minutes": 5,
            "version": 1,
            "objective": "Know it.",
            "hints": ["Why?", "Look there.", "It works like this."],
            **(about or {}),
        },
        "scenario.json": drawn.raw,
        "checks.json": {"checks": checks},
        "reference/good.json": {"title": "Good", **(reference or {})},
    }
    for name, solution in (wrong or {}).items():
        raw[f"wrong/{name}.json"] = {"title": name, **solution}
    return {name: json.dumps(value).encode() for name, value in raw.items()} | {"text.md": text.encode()}


def pack_of(*args: Any, **more: Any) -> netcore.Pack:
    """Return the pack of ``files``."""
    return netcore.read_pack(files(*args, **more))


def results(pack: netcore.Pack, document: Any = None, answers: Any = None, seed: int = 0) -> dict[str, Any]:
    """Return the results of a drawing by check; None: the untouched one of the variant."""
    handed_in = netcore.variant(pack, seed).document if document is None else document
    return {one.check: one for one in netcore.grade(pack, handed_in, answers or {}, seed)}
