"""Scores on their way to a platform's gradebook: what is due is in rows, so nothing is lost with a worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.timezone import now
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.exception import LtiException
from pylti1p3.grade import Grade
from pylti1p3.service_connector import ServiceConnector
from requests import RequestException

from sandbox.classes.lti import outside
from sandbox.classes.lti.claims import SCORE_SCOPE
from sandbox.classes.lti.services import SHAPES, words
from sandbox.classes.models import Attempt, Course, Passback, SendState, ShowResults

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=6)
MOST_TRIES: Final = 12
"""The first eleven waits add up to about a day."""

AT_ONCE: Final = 20
"""Most scores sent by one message to a worker, so that it is soon free again."""

_TAKEN_FOR: Final = timedelta(minutes=2)
"""A row that is being sent is nobody else's for so long."""


def due() -> QuerySet[Passback]:
    """Return the columns whose score is not what the platform has, and whose time has come.

    Scores that the learner may not see yet stay here until they are released.
    """
    scores = Attempt.objects.filter(enrolment=OuterRef("place"), exercise=OuterRef("exercise"))
    shown = Q(exercise__results=ShowResults.AT_ONCE) | Q(exercise__released__isnull=False)
    rows = Passback.objects.annotate(score=Subquery(scores.values("score")[:1]))
    changed = Q(sent_points__isnull=True) | ~Q(sent_points=F("score"))
    given_up = Q(state=SendState.FAILED) & Q(points=F("score"))
    return (
        rows.filter(shown, changed, score__isnull=False, due__lte=now())
        .exclude(given_up)
        .order_by("due", "pk")
    )


def send_due() -> int:
    """Send what is due, at most ``AT_ONCE``; return how many were tried."""
    tried = 0
    for row_id in list(due().values_list("pk", flat=True)[:AT_ONCE]):
        row = _take(row_id)
        if row is not None:
            tried += 1
            _send(row)
    return tried


def _take(row_id: int) -> Passback | None:
    """Claim a row for a while, with the score as it is now; None: somebody else has it."""
    with transaction.atomic():
        row = due().filter(pk=row_id).select_for_update(of=("self",)).first()
        if row is None:
            return None
        points = row.score  # type: ignore[attr-defined]  # annotated
        row.tries = row.tries + 1 if row.points == points else 1
        row.points, row.state, row.due = points, SendState.WAITING, now() + _TAKEN_FOR
        row.save(update_fields=["tries", "points", "state", "due"])
    return row


def _send(row: Passback) -> None:
    registration = row.platform.registration.to_registration()
    service = AssignmentsGradesService(
        ServiceConnector(registration, outside.Session()),
        {"lineitem": row.line_item, "scope": [SCORE_SCOPE]},
    )
    attempt = Attempt.objects.get(enrolment=row.place_id, exercise=row.exercise_id)
    grade = (
        Grade()
        .set_user_id(row.subject)
        .set_score_given(row.points or 0.0)
        .set_score_maximum(100)
        .set_timestamp(now().isoformat(timespec="milliseconds"))
        .set_activity_progress("Completed")
        .set_grading_progress("PendingManual" if attempt.ungraded else "FullyGraded")
    )
    try:
        service.put_grade(grade)
    except (LtiException, RequestException, *SHAPES) as error:
        _later(row, error)
    else:
        row.state, row.sent_points, row.sent, row.note, row.tries = SendState.SENT, row.points, now(), "", 0
        row.due = now()
        row.save(update_fields=["state", "sent_points", "sent", "note", "tries", "due"])


def _later(row: Passback, error: Exception) -> None:
    row.state = SendState.FAILED if row.tries >= MOST_TRIES else SendState.WAITING
    row.due = now() + min(FIRST_WAIT * 2 ** (row.tries - 1), LONGEST_WAIT)
    row.note = words(error)[:300]
    row.save(update_fields=["state", "due", "note"])


def again(course: Course) -> int:
    """Send once more what waits or was given up; return how many."""
    rows = Passback.objects.filter(exercise__course=course).exclude(state=SendState.SENT)
    return rows.update(state=SendState.WAITING, tries=0, due=now(), points=None)


def table(course: Course) -> QuerySet[Passback]:
    """Return every column of a course with its people, exercises and platforms, troubles first."""
    order = (SendState.FAILED, SendState.WAITING, SendState.NOTHING, SendState.SENT)
    whens = [When(state=state, then=Value(rank)) for rank, state in enumerate(order)]
    rows = Passback.objects.filter(exercise__course=course)
    return rows.select_related("place", "place__user", "exercise", "platform__registration").order_by(
        Case(*whens, output_field=IntegerField()), "exercise__position", "place__name", "pk"
    )
