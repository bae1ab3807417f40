"""Results of a run as a file. Whoever calls has asked ``access`` first."""

from __future__ import annotations

from typing import Any

import netcore
from sandbox.runs import queries
from sandbox.runs.models import Run


def as_csv(run: Run) -> str:
    """Return what a run found as CSV, with what repeats it at the head."""
    return netcore.export_csv(queries.figures_of(run), queries.about(run))


def as_json(run: Run) -> dict[str, Any]:
    """Return what a run found as plain JSON data, with what repeats it."""
    return netcore.export_json(queries.figures_of(run), queries.about(run))
