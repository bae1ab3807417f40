"""Results as files: CSV for tables, JSON with everything a run needs to be repeated.

A cell that begins like a formula is quoted with an apostrophe, so that a spreadsheet shows it as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Payload = Mapping[str, Any]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that spreadsheets take for formulas."""


def export_json(events: Iterable[Payload], about: Payload) -> dict[str, Any]:
    """Return the results of a run: ``about`` and the events that hold figures.

    Args:
        about: what repeats it: seed, parameters, engine and so on.
    """
    return {"about": dict(about), "events": [dict(event) for event in events if _figures(event)]}


def export_csv(events: Iterable[Payload], about: Payload) -> str:
    """Return the results of a run as CSV: what repeats it, an empty line, then a table per kind of figure.

    Args:
        events: of a race, of trials or of a sweep.
        about: name and value, one row each.
    """
    lines: list[Sequence[Any]] = [(name, value) for name, value in _flat(about)]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        for kind, row in _rows(event):
            kinds.setdefault(kind, []).append(row)
    for kind, rows in kinds.items():
        heads = list(dict.fromkeys(name for row in rows for name in row))
        lines += [(), (kind,), heads, *([row.get(name) for name in heads] for row in rows)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(value) for value in line] for line in lines])
    return out.getvalue()


def _figures(event: Payload) -> bool:
    name = str(event.get("event"))
    return name.startswith(("failover.", "sweep.")) or name == "trials.summary"


def _rows(event: Payload) -> Iterable[tuple[str, dict[str, Any]]]:
    match event.get("event"):
        case "failover.metrics":
            yield "metrics", dict(_flat(event, skip=("event",)))
        case "failover.event":
            yield "timeline", dict(_flat(event, skip=("event",)))
        case "failover.strip":
            yield "strips", dict(_flat(event, skip=("event",)))
        case "trials.summary":
            for row in event["designs"]:
                yield "designs", dict(_flat(row, skip=("ecdf",)))
            for row in event.get("ratios", ()):
                yield "ratios", dict(row)
            for row in event.get("availability", ()):
                yield "availability", dict(row)
            for row in event["designs"]:
                for seconds, share in row["ecdf"]:
                    yield "distribution", {"design": row["design"], "seconds": seconds, "share": share}
        case "sweep.point":
            for row in event["designs"]:
                yield "points", {"parameter": event["parameter"], "value": event["value"], **row}
        case "sweep.summary":
            for row in event["designs"]:
                yield "best", dict(row)


def _flat(values: Payload, before: str = "", skip: Sequence[str] = ()) -> Iterable[tuple[str, Any]]:
    """Yield name and value; what is inside another is named ``outer.inner``."""
    for name, value in values.items():
        if name in skip:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list | tuple):
            yield f"{before}{name}", " ".join(map(str, value))
        else:
            yield f"{before}{name}", value


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
