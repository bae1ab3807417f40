"""The goals, a module for each family; ``find`` gives them by their names, in order.

To add one: write a module with ``GOALS`` and name it in ``FAMILIES``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache

from tests.bench.measure import Goal

FAMILIES = (
    "lookup",
    "pipeline",
    "programs",
    "pairs",
    "headers",
    "edits",
    "growth",
    "trials",
    "calendar",
    "fleet",
    "classroom",
    "web",
    "browser",
)


@cache
def goals() -> Mapping[str, Goal]:
    """Return all goals by name: of the browser B1, ..., of courses C1, then G1, ..., of scaling S1, ..."""
    modules = [importlib.import_module(f"tests.bench.goals.{family}") for family in FAMILIES]
    found = {goal.id: goal for module in modules for goal in module.GOALS}
    return dict(sorted(found.items(), key=lambda item: _order(item[0])))


def _order(name: str) -> tuple[str, int, str]:
    digits = "".join(sign for sign in name if sign.isdigit())
    return name[0], int(digits), name
