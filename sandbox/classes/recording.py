"""Writing down how checks went and what score follows. Rows are added; nothing is changed silently."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.classes import queries
from sandbox.classes.models import Attempt, CheckRow, GradeEvent, Grading, Override, Submission
from sandbox.classes.scoring import Checked, Graded, Score, score
from sandbox.classes.timing import late_s


def finish(grading_id: Any, rows: Sequence[CheckRow], drawing: str) -> None:
    """Store what a grading found and, if it counts, the score that follows; harmless to repeat."""
    with transaction.atomic():
        grading = Grading.objects.select_for_update().get(pk=grading_id)
        if grading.finished is not None:
            return
        CheckRow.objects.bulk_create(rows)
        grading.finished = now()
        grading.fingerprint, grading.drawing = fingerprint(rows), drawing
        grading.save(update_fields=["finished", "fingerprint", "drawing"])
        if grading.counts:
            submission = grading.submission
            rescore(
                submission.attempt,
                gettext("Submission {number} was graded").format(number=submission.number),
                None,
            )


def fingerprint(rows: Sequence[CheckRow]) -> str:
    """Return the digest of how a drawing behaved: equal ones made the same mistakes.

    It holds which checks failed, where and with which code, but no address or name, which differ from
    learner to learner. Empty when nothing failed.
    """
    failed = [(row.check_id, row.state, row.code, row.at) for row in rows if row.state != "passed"]
    if not failed:
        return ""
    return hashlib.sha256(json.dumps(sorted(failed)).encode()).hexdigest()


def rescore(attempt: Attempt, cause: str, author: User | None, *, by_rules: bool = False) -> None:
    """Work out the score of an attempt again and append it to the history if it changed or is the first.

    The caller is in a transaction.

    Args:
        author: whose deed it is; what somebody did to this attempt stands in the history anyway.
        by_rules: they changed limits or rules, so where the score is the same there is nothing to tell.
    """
    locked = Attempt.objects.select_for_update().select_related("exercise").get(pk=attempt.pk)
    found = score_of(locked)
    if found is None or found.points is None:
        open_points = found.ungraded if found else 0.0
        Attempt.objects.filter(pk=locked.pk).update(score=None, ungraded=open_points)
        return
    same = locked.score == found.points and locked.ungraded == found.ungraded
    if same and (author is None or by_rules) and locked.history.exists():
        return
    GradeEvent.objects.create(
        attempt=locked, score=found.points, ungraded=found.ungraded, cause=cause[:300], author=author
    )
    Attempt.objects.filter(pk=locked.pk).update(score=found.points, ungraded=found.ungraded)


def score_of(attempt: Attempt, instead: Sequence[Grading] = ()) -> Score | None:
    """Return the score that follows from the gradings that count and what people have set.

    Args:
        instead: gradings, each taken in the place of the one that counts for its submission.
    """
    counting = Grading.objects.filter(submission__attempt=attempt, counts=True, finished__isnull=False)
    gradings = {one.submission_id: one for one in counting.select_related("submission")}
    gradings |= {one.submission_id: one for one in instead}
    rows: dict[Any, list[Checked]] = {one.pk: [] for one in gradings.values()}
    questions = set()
    for row in CheckRow.objects.filter(grading__in=rows).defer("counterexample"):
        rows[row.grading_id].append(Checked(row.check_id, row.points, row.earned, row.state))
        if row.kind == queries.QUESTION:
            questions.add(row.check_id)
    answered = queries.answered_before([attempt], questions).get(attempt.pk, frozenset())
    # What we failed to grade uses up nothing, so what a later submission is worth does not count it either.
    lost = set(Submission.objects.filter(queries.lost(), attempt=attempt).values_list("number", flat=True))
    lost -= {one.submission.number for one in gradings.values()}
    extension = queries.extension_of(attempt.exercise, attempt.enrolment_id) if attempt.exercise.due else None
    graded = [
        Graded(
            one.submission.number - sum(number < one.submission.number for number in lost),
            rows[one.pk],
            one.submission.hints,
            late_s(attempt.exercise, extension, one.submission.created),
            one.submission.after_reference,
            frozenset(one.submission.given),
            answered,
        )
        for one in sorted(gradings.values(), key=lambda one: one.submission.number)
    ]
    return score(attempt.exercise, graded, overrides_of(attempt))


def overrides_of(attempt: Attempt) -> dict[str, float]:
    """Return the points that people have set and not taken back, by check; "" is the whole score."""
    held: dict[str, float | None] = {}
    for one in Override.objects.filter(attempt=attempt).order_by("pk"):
        held[one.check_id] = one.points
    return {check: points for check, points in held.items() if points is not None}
