"""The gradebook as files, CSV and JSON. For staff only; callers ask ``access``."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final

from asgiref.sync import sync_to_async

from sandbox.classes import gradebook, queries
from sandbox.classes.models import CheckState, Course, Enrolment, Exercise

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What begins a formula in spreadsheets, or hides one."""

AT_ONCE: Final = 100
"""Learners that are read together where a whole course goes out check by check."""

CHECK_COLUMNS: Final = (
    "login",
    "name",
    "group",
    "exercise",
    "check",
    "kind",
    "hidden",
    "points",
    "of",
    "state",
    "by_hand",
    "given",
)

SCORE: Final = "score"
"""Kind of a line with a whole score."""

Part = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""Rows of ``gradebook.exercise_rows``, and the checks that have been met so far."""


def course_data(course: Course) -> dict[str, Any]:
    """Return the gradebook of a course as plain data, for JSON and for machines.

    ``given`` of a score is ``reference`` or ``checkpoint`` where that did a part of the work; the points are
    without what it did.
    """
    table = gradebook.course_table(course)
    return {
        "course": _course(course),
        "exercises": [{"id": str(one.pk), "title": one.title} for one in table["exercises"]],
        "learners": [
            {
                **_learner(row["place"]),
                "total": row["total"],
                "scores": [
                    {
                        "exercise": str(exercise.pk),
                        "score": cell["score"] if cell else None,
                        "ungraded": cell["ungraded"] if cell else 0,
                        "submissions": cell["made"] if cell else 0,
                        "predictions": cell["predictions"] if cell else None,
                        "behaviour": cell["behaviour"] if cell else None,
                        "given": cell["given"] if cell else "",
                    }
                    for exercise, cell in zip(table["exercises"], row["cells"], strict=True)
                ],
            }
            for row in table["rows"]
        ],
    }


def course_csv(course: Course) -> str:
    """Return the gradebook of a course as CSV; no cell can be taken for a formula.

    ``given`` are the titles of the exercises in which a checkpoint or the reference did a part of the work.
    """
    data = course_data(course)
    heading = ["login", "name", "group", "total", *(one["title"] for one in data["exercises"]), "given"]
    titles = [one["title"] for one in data["exercises"]]
    lines = [
        [
            *(one[key] for key in ("login", "name", "group", "total")),
            *(cell["score"] for cell in one["scores"]),
            "; ".join(title for title, cell in zip(titles, one["scores"], strict=True) if cell["given"]),
        ]
        for one in data["learners"]
    ]
    return csv_text([heading, *lines])


def exercise_data(exercise: Exercise) -> dict[str, Any]:
    """Return the gradebook of an exercise, check by check, as plain data.

    A learner's ``checks`` are ``{id: {"points", "state", "by_hand", "given"}}`` of the best submission;
    ``points`` are None where nobody could grade, which is no zero, and without what was ``given``. Of a
    learner ``by_hand`` says that the whole score is a person's; ``given``: ``reference``, ``checkpoint``, "".
    """
    table = gradebook.exercise_table(exercise)
    return {
        "exercise": {"id": str(exercise.pk), "title": exercise.title},
        "checks": table["checks"],
        "learners": [_told(row) for row in table["rows"]],
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **_learner(row["place"]),
        "score": row["attempt"].score if row["attempt"] else None,
        "ungraded": row["attempt"].ungraded if row["attempt"] else 0,
        "submissions": row["made"],
        "behaviour": row["behaviour"],
        "predictions": row["predictions"],
        "by_hand": row["overrides"].get("") is not None,
        "given": row["given"],
        "checks": _checks(row),
    }


def _checks(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for check_id, check in row["checks"].items():
        ungraded = check.state == CheckState.UNGRADED
        points = None if ungraded else check.earned
        found[check_id] = {
            "points": points,
            "state": str(check.state),
            "by_hand": False,
            "given": check.given,
        }
    for check_id, held in row["overrides"].items():
        if check_id and held is not None:
            known = found.get(check_id, {"state": None, "given": False})
            found[check_id] = {**known, "points": held, "by_hand": True}
    return found


def exercise_csv(exercise: Exercise) -> str:
    """Return the gradebook of an exercise as CSV: a column for each check, with its points.

    What nobody could grade reads ``ungraded``; a check of which there is no submission is empty.
    """
    data = exercise_data(exercise)
    kept = ("login", "name", "group", "score", "ungraded", "submissions", "behaviour", "predictions", "given")
    checks = [check["id"] for check in data["checks"]]
    lines = [
        [*(one[key] for key in kept), *(_points(one["checks"].get(check)) for check in checks)]
        for one in data["learners"]
    ]
    return csv_text([[*kept, *checks], *lines])


def _points(check: dict[str, Any] | None) -> Any:
    if check is None:
        return None
    return check["state"] if check["points"] is None else check["points"]


async def checks_json(course: Course) -> AsyncIterator[str]:
    """Yield ``{"course", "exercises"}`` as JSON, piece by piece; see ``exercise_data`` for an exercise.

    Its ``checks`` come behind its learners, for only these tell which checks there are.
    """
    yield f'{{"course": {_json(_course(course))}, "exercises": ['
    between = ""
    async for exercise, parts in _by_parts(course):
        about = {"id": str(exercise.pk), "title": exercise.title}
        yield f'{between}\n{{"exercise": {_json(about)}, "learners": ['
        between = checks = ""
        async for rows, found in parts:
            yield between + ",\n".join(_json(_told(row)) for row in rows)
            between, checks = ",\n", _json(found)
        yield f'], "checks": {checks or "[]"}}}'
        between = ","
    yield "]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


async def checks_csv(course: Course) -> AsyncIterator[str]:
    """Yield every check of every exercise of a course as CSV: a line for each learner, exercise and check.

    Before the checks of each learner and exercise comes the score, of kind ``score`` and without a check; it
    is there without work too, then without points. One line for each, because a spreadsheet makes columns of
    lines, and nobody reads hundreds of columns.
    """
    yield csv_text([CHECK_COLUMNS])
    async for exercise, parts in _by_parts(course):
        async for rows, checks in parts:
            yield csv_text(_lines(exercise, rows, checks))


def _lines(
    exercise: Exercise, rows: list[dict[str, Any]], checks: list[dict[str, Any]]
) -> Iterator[list[Any]]:
    for row in rows:
        one = _told(row)
        who, held = [one["login"], one["name"], one["group"], exercise.title], one["checks"]
        yield [*who, "", SCORE, 0, one["score"], 100, "", int(one["by_hand"]), one["given"]]
        for check in checks:
            found = held.get(check["id"])
            if found:
                about = [check["id"], check["kind"], int(check["hidden"])]
                got = [found["points"], check["points"], found["state"], int(found["by_hand"])]
                got.append(int(found["given"]))
                yield [*who, *about, *got]


async def _by_parts(course: Course) -> AsyncIterator[tuple[Exercise, AsyncIterator[Part]]]:
    """Yield each exercise with its rows, some learners at a time, so that no more of them is held."""
    places = [place async for place in queries.learners(course)]
    async for exercise in course.exercises.select_related("course", "pack").defer("pack__files"):
        yield exercise, _parts(exercise, places)


async def _parts(exercise: Exercise, places: list[Enrolment]) -> AsyncIterator[Part]:
    checks: dict[str, gradebook.Told] = {}
    for begin in range(0, len(places), AT_ONCE):
        some = places[begin : begin + AT_ONCE]
        rows = await sync_to_async(gradebook.exercise_rows)(exercise, some, checks)
        yield rows, await sync_to_async(gradebook.in_order)(exercise, checks)


def _course(course: Course) -> dict[str, str]:
    return {"id": str(course.pk), "title": course.title, "term": course.term}


def _learner(place: Enrolment) -> dict[str, str]:
    return {"id": str(place.pk), "login": place.login_name, "name": place.name, "group": place.group}


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV (RFC 4180). A text that a spreadsheet would run gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: Any) -> Any:
    if cell is None:
        return ""
    # Spreadsheets take full-width signs for plain ones; what a sign becomes may begin with a blank.
    if isinstance(cell, str) and unicodedata.normalize("NFKC", cell.lstrip(" \u3000")[:1]).startswith(_RISKY):
        return f"'{cell}"
    return cell
