"""The gradebook: reads for its tables, and nothing else. For staff only; callers ask ``access``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from sandbox.classes import packs, queries, recording
from sandbox.classes.models import (
    Attempt,
    CheckRow,
    CheckState,
    Course,
    Enrolment,
    Exercise,
    Grading,
    Override,
    PackVersion,
)
from sandbox.classes.queries import QUESTION


def course_table(course: Course) -> dict[str, Any]:
    """Return ``{"exercises", "rows"}``: learners by exercises.

    Six queries, whatever their number; four more where something was given.

    A row is ``{"place", "cells", "total"}``; a cell is None or ``{"title", "attempt", "score", "ungraded",
    "made", "predictions", "behaviour", "given"}``; ``predictions`` and ``behaviour`` are of the best
    submission, as the machine gave them, or None; ``given`` is ``Attempt.went_on``.
    """
    exercises = list(course.exercises.all())
    attempts = Attempt.objects.filter(exercise__course=course)
    apart = _apart(course)
    rows: list[dict[str, Any]] = [{"place": place} for place in queries.learners(course)]
    _fill(rows, exercises, attempts, apart)
    for row in rows:
        row["total"] = round(sum(cell["score"] or 0 for cell in row["cells"] if cell), 2)
    return {"exercises": exercises, "rows": rows}


def course_rows(course: Course, by: str) -> list[dict[str, Any]]:
    """Return a row for each learner with what rows are sorted by: ``{"place", "total", "column"}``.

    ``column`` is the score of the exercise whose id ``by`` is, else None. The cells are read for the rows
    that are shown, see ``fill``: a large course has tens of thousands.
    """
    attempts = Attempt.objects.filter(exercise__course=course).order_by()
    totals = dict(attempts.values_list("enrolment").annotate(total=Sum("score")))
    column = (
        dict(attempts.filter(exercise=asked).values_list("enrolment", "score")) if (asked := _id(by)) else {}
    )
    return [
        {"place": place, "total": round(totals.get(place.pk) or 0, 2), "column": column.get(place.pk)}
        for place in queries.learners(course)
    ]


def _id(by: str) -> UUID | None:
    try:
        return UUID(by.lstrip("-"))
    except ValueError:
        return None


def fill(rows: list[dict[str, Any]], exercises: list[Exercise]) -> None:
    """Give rows their ``cells`` as in ``course_table``, without predictions and behaviour; one query."""
    places = [row["place"].pk for row in rows]
    _fill(rows, exercises, Attempt.objects.filter(exercise__in=exercises, enrolment__in=places), {})


def _fill(
    rows: list[dict[str, Any]],
    exercises: list[Exercise],
    attempts: QuerySet[Attempt],
    apart: dict[Any, tuple[float | None, float | None]],
) -> None:
    found = {(one.enrolment_id, one.exercise_id): one for one in attempts.annotate(made=queries.made())}
    for row in rows:
        row["cells"] = [_cell(one, found.get((row["place"].pk, one.pk)), apart) for one in exercises]


def _apart(course: Course) -> dict[Any, tuple[float | None, float | None]]:
    """Return the points of questions and of other checks in the best submission, by attempt."""
    own = queries.own_points(Attempt.objects.filter(exercise__course=course))
    rows = (
        Grading.objects.filter(
            submission__attempt__exercise__course=course, counts=True, finished__isnull=False
        )
        .annotate(
            predictions=Sum("rows__earned", filter=Q(rows__kind=QUESTION)),
            behaviour=Sum("rows__earned", filter=~Q(rows__kind=QUESTION)),
        )
        .order_by("submission__number")
        .values_list("pk", "submission__attempt", "submission__after_reference", "predictions", "behaviour")
    )
    asked = set(
        CheckRow.objects.filter(grading__in=own, kind=QUESTION).values_list("grading", "check_id")
        if own
        else ()
    )
    best: dict[Any, tuple[float, bool]] = {}
    found: dict[Any, tuple[float | None, float | None]] = {}
    for grading, attempt, after_reference, predictions, behaviour in rows:
        if grading in own:
            points = own[grading]
            questions = sum(value for check, value in points.items() if (grading, check) in asked)
            predictions = None if predictions is None else questions
            behaviour = None if behaviour is None else sum(points.values()) - questions
        rank = ((predictions or 0) + (behaviour or 0), not after_reference)
        if attempt not in best or rank >= best[attempt]:
            best[attempt], found[attempt] = rank, (predictions, behaviour)
    return found


def _cell(
    exercise: Exercise, attempt: Any, apart: dict[Any, tuple[float | None, float | None]]
) -> dict[str, Any] | None:
    if attempt is None:
        return None
    predictions, behaviour = apart.get(attempt.pk, (None, None))
    return {
        "title": exercise.title,
        "predictions": predictions,
        "behaviour": behaviour,
        "attempt": attempt,
        "score": attempt.score,
        "ungraded": attempt.ungraded,
        "made": attempt.made,
        "given": attempt.went_on,
    }


class Told(NamedTuple):
    """What tables and files tell of a ``CheckRow``; ``given``: a part, which ``earned`` is without."""

    grading_id: UUID
    position: int
    check_id: str
    kind: str
    title: str
    hidden: bool
    points: float
    earned: float
    state: str
    message: str
    given: bool = False


def exercise_table(exercise: Exercise) -> dict[str, Any]:
    """Return ``{"checks", "rows"}``: learners by checks, each with the best submission.

    See ``in_order`` and ``exercise_rows``.
    """
    checks: dict[str, Told] = {}
    rows = exercise_rows(exercise, queries.learners(exercise.course), checks)
    return {"checks": in_order(exercise, checks), "rows": rows}


def in_order(exercise: Exercise, checks: dict[str, Told]) -> list[dict[str, Any]]:
    """Return ``{"id", "kind", "title", "hidden", "points"}`` of checks in the order of the pack.

    Titles are in the names of the pack; of a check that only an earlier version has, in a learner's.
    """
    titles = packs.titles(exercise.pack) if checks else {}
    return [
        {
            "id": one.check_id,
            "kind": one.kind,
            "title": titles.get(one.check_id, one.title),
            "hidden": one.hidden,
            "points": one.points,
        }
        for one in sorted(checks.values(), key=lambda one: (one.position, one.check_id))
    ]


def exercise_rows(
    exercise: Exercise, places: Iterable[Enrolment], checks: dict[str, Told]
) -> list[dict[str, Any]]:
    """Return a row for each of some learners, each with the best submission.

    Four queries; three more where something was given.

    A row is ``{"place", "attempt", "made", "checks": {id: Told}, "overrides": {id: points}, "predictions",
    "behaviour", "given"}``; ``predictions`` and ``behaviour`` are points of questions and of all other
    checks, or None; ``given`` is ``Attempt.went_on``.

    Args:
        checks: by id; those that are met for the first time are added, as the first learner has them.
    """
    places = list(places)
    mine = exercise.attempts.filter(enrolment__in=[place.pk for place in places]).order_by()
    attempts = {one.enrolment_id: one for one in mine.annotate(made=queries.made())}
    ids = [one.pk for one in attempts.values()]
    own_points = queries.own_points(attempts.values())
    best = _best(list(attempts.values()), own_points)
    found: dict[UUID, dict[str, Told]] = {}
    told = CheckRow.objects.filter(grading__in=best.values()).order_by("position")
    for row in (Told(*values) for values in told.values_list(*Told._fields[:-1])):
        if row.grading_id in own_points:
            earned = own_points[row.grading_id].get(row.check_id, 0.0)
            row = row._replace(earned=earned, given=earned != row.earned)
        found.setdefault(row.grading_id, {})[row.check_id] = row
    overrides: dict[Any, dict[str, float | None]] = {}
    for held in Override.objects.filter(attempt__in=ids).order_by("pk"):
        overrides.setdefault(held.attempt_id, {})[held.check_id] = held.points
    rows = []
    for place in places:
        attempt = attempts.get(place.pk)
        own = found.get(best[attempt.pk], {}) if attempt and attempt.pk in best else {}
        for check, row in own.items():
            checks.setdefault(check, row)
        set_by_hand = overrides.get(attempt.pk, {}) if attempt else {}
        rows.append(
            {
                "place": place,
                "attempt": attempt,
                "made": attempt.made if attempt else 0,
                "given": attempt.went_on if attempt else "",
                "checks": own,
                "overrides": set_by_hand,
                "predictions": _points(own, set_by_hand, questions=True),
                "behaviour": _points(own, set_by_hand, questions=False),
            }
        )
    return rows


def _points(rows: dict[str, Told], overrides: dict[str, float | None], *, questions: bool) -> float | None:
    """Return the points of the questions of a submission, or of its other checks; None: there are none."""
    asked = [row for row in rows.values() if (row.kind == QUESTION) is questions]
    if not asked:
        return None
    held = [overrides.get(row.check_id) for row in asked]
    return round(sum(row.earned if one is None else one for row, one in zip(asked, held, strict=True)), 2)


def _best(attempts: Sequence[Attempt], own: dict[UUID, dict[str, float]]) -> dict[UUID, UUID]:
    """Return the finished grading that earned most, by attempt; of equal ones the later.

    Args:
        own: see ``queries.own_points``; what was given is nobody's best.
    """
    gradings = (
        Grading.objects.filter(submission__attempt__in=attempts, counts=True, finished__isnull=False)
        .annotate(total=Sum("rows__earned"))
        .order_by("submission__number")
        .values_list("pk", "submission__attempt", "submission__after_reference", "total")
    )
    best: dict[UUID, tuple[float, bool]] = {}
    found: dict[UUID, UUID] = {}
    for grading, attempt, after_reference, total in gradings:
        earned = sum(own[grading].values()) if grading in own else total or 0.0
        rank = (earned, not after_reference)
        if attempt not in best or rank >= best[attempt]:
            best[attempt], found[attempt] = rank, grading
    return found


def sorted_rows(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Return rows of a table in another order.

    By ``name``, ``group``, ``total``, ``score``, ``predictions``, ``behaviour`` or a column.
    A ``-`` in front turns it round. What has no value comes last either way.
    """
    key, down = by.lstrip("-"), by.startswith("-")
    valued = [(row, _value(row, key)) for row in rows]
    there = [(row, value) for row, value in valued if value is not None]
    there.sort(key=lambda pair: pair[1], reverse=down)
    return [row for row, _ in there] + [row for row, value in valued if value is None]


def _value(row: dict[str, Any], key: str) -> Any:
    if key == "name":
        return row["place"].shown.casefold()
    if key == "group":
        return row["place"].group.casefold() or None
    if key == "total":
        return row.get("total")
    if key in ("predictions", "behaviour"):
        return row.get(key)
    if key == "score":
        return row["attempt"].score if row.get("attempt") else None
    if "column" in row:
        return row["column"]
    check = row["checks"].get(key)
    return row["overrides"].get(key, check.earned if check else None)


UNGRADED: Final = "ungraded"
MISSING: Final = "missing"
FAILED: Final = "failed-"
"""What rows can be chosen by: points nobody could grade, nothing handed in, a failed check by its id."""


def filtered(rows: Iterable[dict[str, Any]], words: str, group: str, only: str = "") -> list[dict[str, Any]]:
    """Return the rows whose learner's name or login holds the words, of one group where one is named.

    Args:
        only: ``UNGRADED``, ``MISSING`` or ``FAILED`` with the id of a check; anything else leaves all. A
            check for which a person set points failed no more.
    """
    asked = words.casefold().strip()
    return [
        row
        for row in rows
        if (not group or row["place"].group == group)
        and asked in f"{row['place'].shown} {row['place'].login}".casefold()
        and _is(row, only)
    ]


def _is(row: dict[str, Any], only: str) -> bool:
    if "marks" in row:
        return only not in (UNGRADED, MISSING) or only in row["marks"]
    if only == UNGRADED:
        return bool(row["attempt"] and row["attempt"].ungraded)
    if only == MISSING:
        return not row["made"]
    if only.startswith(FAILED):
        check = only.removeprefix(FAILED)
        failed = check in row["checks"] and row["checks"][check].state == CheckState.FAILED
        return failed and row["overrides"].get(check) is None
    return True


def mark(rows: list[dict[str, Any]], course: Course) -> None:
    """Give rows of ``course_rows`` their ``marks``, by which they are chosen.

    ``UNGRADED``: in one exercise at least. ``MISSING``: of one exercise at least nothing was handed in.
    """
    attempts = Attempt.objects.filter(exercise__course=course).order_by()
    ungraded = set(attempts.filter(ungraded__gt=0).values_list("enrolment", flat=True))
    made = attempts.annotate(made=queries.made()).filter(made__gt=0).values_list("enrolment", flat=True)
    handed_in, exercises = Counter(made), course.exercises.count()
    for row in rows:
        place = row["place"].pk
        marks = ((UNGRADED, place in ungraded), (MISSING, handed_in[place] < exercises))
        row["marks"] = {name for name, holds in marks if holds}


def regrade_table(exercise: Exercise) -> dict[str, Any]:
    """Return what a trial of grading again would change.

    ``{"pack", "done", "of", "failed", "changed", "rows"}``: the version, how many of how many trials are
    done, how many ended without a grading, how many attempts change. A row is ``{"attempt", "before",
    "after", "changed", "done"}``: both scores, and whether all trials of the attempt are done. ``waits``: how
    many trials are still to be done; ``since``: how many submissions were handed in after it began and are no
    part of it; ``others``: how many attempts have another version of the pack now, and
    ``same_start`` whether all of those begin with the drawing that this version has.
    """
    trials = list(
        queries.trials(submission__attempt__exercise=exercise).select_related(
            "submission__attempt__enrolment__user", "submission__attempt__exercise", "pack", "run"
        )
    )
    by_attempt: dict[Any, list[Grading]] = {}
    for trial in trials:
        by_attempt.setdefault(trial.submission.attempt_id, []).append(trial)
    rows: list[dict[str, Any]] = []
    for of_one in by_attempt.values():
        attempt = of_one[0].submission.attempt
        done = [trial for trial in of_one if trial.finished]
        found = recording.score_of(attempt, done)
        after = found.points if found else None
        whole = len(done) == len(of_one)
        changed = whole and after != attempt.score
        rows.append(
            {"attempt": attempt, "before": attempt.score, "after": after, "changed": changed, "done": whole}
        )
    rows.sort(key=lambda row: (not row["changed"], row["attempt"].enrolment.shown.casefold()))
    ended = [
        trial for trial in trials if trial.run is not None and not trial.run.is_open and not trial.finished
    ]
    pack = trials[0].pack if trials else None
    return {
        "pack": pack,
        "waits": sum(trial.run is not None and trial.run.is_open and not trial.finished for trial in trials),
        "since": _since(exercise, trials),
        **(_others(exercise, pack) if pack else {"others": 0, "same_start": True}),
        "done": sum(trial.finished is not None for trial in trials),
        "of": len(trials),
        "failed": len(ended),
        "rows": rows,
        "changed": sum(row["changed"] for row in rows),
    }


def _since(exercise: Exercise, trials: Sequence[Grading]) -> int:
    if not trials:
        return 0
    began = min(trial.created for trial in trials)
    later = queries.to_be_tried(exercise, trials[0].pack).filter(created__gt=began)
    return later.exclude(pk__in=[trial.submission_id for trial in trials]).count()


def trial_version(exercise: Exercise) -> PackVersion | None:
    """Return the version of the pack by which submissions are graded on trial; None: there is no trial."""
    trial = queries.trials(submission__attempt__exercise=exercise).select_related("pack").first()
    return trial.pack if trial else None


def _others(exercise: Exercise, version: PackVersion) -> dict[str, Any]:
    attempts = exercise.attempts.filter(pack__slug=version.slug).exclude(pack=version)
    others = list(attempts.select_related("pack").defer("pack__files"))
    one_of_each = {one.pack_id: one for one in others}.values()
    same = all(packs.same_start(one.pack, version, one.seed) for one in one_of_each)
    return {"others": len(others), "same_start": same}


def needs_a_person(course: Course) -> int:
    """Return how many attempts have points that nobody could grade."""
    return Attempt.objects.filter(exercise__course=course, ungraded__gt=0).count()
