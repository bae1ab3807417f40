"""Who may what in a course. All rights of the app stand here; what somebody may not see is 404.

The roles and what each may do are one table (``MAY``), asked through the rules of the ``rules`` library.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext
from rules.predicates import Predicate
from rules.rulesets import RuleSet

from sandbox.accounts.models import User
from sandbox.classes.models import (
    STAFF,
    Attempt,
    Broadcast,
    Course,
    Enrolment,
    Exercise,
    Grading,
    Invitation,
    PackDraft,
    PackVersion,
    Role,
    Submission,
)

Visitor = User | AnonymousUser
Row = TypeVar("Row", bound=Model)

MAY: Final[dict[str, frozenset[Role]]] = {
    "see": frozenset(Role),
    "learn": frozenset((*STAFF, Role.LEARNER)),
    "see_progress": frozenset((*STAFF, Role.OBSERVER)),
    "see_work": frozenset(STAFF),
    "grade": frozenset(STAFF),
    "manage": frozenset((Role.OWNER, Role.INSTRUCTOR)),
    "author": frozenset((Role.OWNER, Role.INSTRUCTOR)),
    "own": frozenset((Role.OWNER,)),
}
"""Abilities by role. Observers see numbers of the class without names; assistants grade; owners and
instructors set exercises, read and write packs with their references; owners also give out roles."""

STAYS: Final = frozenset({"see", "see_progress", "see_work", "own"})
"""What goes on in an archived course: reading, and for owners taking it back."""


class Archived(PermissionDenied):
    """The person may do this in the course, but it is archived; the message is for people."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(gettext("This course is archived: it can be read, and nothing in it changes."))


def _has(ability: str) -> Predicate:
    def has(user: Visitor, place: Enrolment | None) -> bool:
        if place is None or not place.active or place.user_id != user.pk:
            return False
        return place.role in MAY[ability] and (ability in STAYS or place.course.archived is None)

    return Predicate(has, name=ability)


RULES: Any = RuleSet()  # the library carries no types
for _ability in MAY:
    RULES.add_rule(_ability, _has(_ability))


def allowed(ability: str, user: Visitor, place: Enrolment | None) -> bool:
    """Return whether a person may do something in the course of a place, which is theirs."""
    return bool(RULES.test_rule(ability, user, place))


def place_of(user: Visitor, course: Course) -> Enrolment | None:
    """Return the person's active place in a course; None: there is none. One query."""
    if not user.is_authenticated:
        return None
    found = Enrolment.objects.filter(course=course, user=user, active=True).select_related("user").first()
    if found is not None:
        found.course = course  # so that rules read no course of their own
    return found


def can(user: Visitor, place: Enrolment | None) -> dict[str, bool]:
    """Return every ability and whether the place has it, for buttons."""
    return {ability: allowed(ability, user, place) for ability in MAY}


def course(user: Visitor, course_id: UUID | str, ability: str = "see") -> tuple[Course, Enrolment]:
    """Return a course and the person's place in it.

    Raises:
        Http404: no such course, or the person may not do this there.
        Archived: they might, if the course were not archived; so everywhere here.
    """
    found = _one(Course.objects.all(), course_id)
    return found, _demand(user, found, ability)


def invitation(user: Visitor, invitation_id: UUID | str) -> tuple[Invitation, Enrolment]:
    """Return an invitation and the place of somebody who may withdraw it.

    Raises:
        Http404: as ``course``.
    """
    found = _one(Invitation.objects.select_related("course"), invitation_id)
    return found, _demand(user, found.course, "manage")


def exercise(user: Visitor, exercise_id: UUID | str, ability: str = "see") -> tuple[Exercise, Enrolment]:
    """Return an exercise with course and pack, and the person's place.

    Whether it is open to learners is a rule of the exercise, see ``queries.limits_of``.

    Raises:
        Http404: as ``course``.
    """
    found = _one(Exercise.objects.select_related("course", "pack").defer("pack__files"), exercise_id)
    return found, _demand(user, found.course, ability)


def attempt(user: Visitor, attempt_id: UUID | str, ability: str = "see_work") -> tuple[Attempt, Enrolment]:
    """Return an attempt and the person's place: their own attempt, or any with ``ability``.

    Raises:
        Http404: no such attempt, or neither theirs nor theirs to see.
    """
    rows = Attempt.objects.select_related("exercise__course", "enrolment__user", "scenario", "pack")
    found = _one(rows.defer("pack__files"), attempt_id)
    return found, _own_or(user, found, ability)


def attempt_as(user: Visitor, attempt_id: UUID | str, ability: str) -> tuple[Attempt, Enrolment]:
    """Return an attempt for somebody who may do something to it as staff, be it their own or not.

    Raises:
        Http404: as ``attempt``.
    """
    found, place = attempt(user, attempt_id, "see_work")
    return found, _require(user, place, ability)


def own_attempt(user: Visitor, attempt_id: UUID | str) -> tuple[Attempt, Enrolment]:
    """Return the person's own attempt; nobody changes that of another.

    Raises:
        Http404: no such attempt, or not theirs.
    """
    found, place = attempt(user, attempt_id)
    if found.enrolment_id != place.pk:
        raise Http404("There is no such thing.")
    return found, _require(user, place, "learn")


def submission(
    user: Visitor, submission_id: UUID | str, ability: str | None = None
) -> tuple[Submission, Enrolment]:
    """Return a submission with its attempt, and the person's place: their own, or any for staff.

    Args:
        ability: what the person wants to do to it as staff, be it their own or not.

    Raises:
        Http404: as ``attempt``.
    """
    rows = Submission.objects.select_related(
        "attempt__exercise__course",
        "attempt__enrolment__user",
        "attempt__scenario",
        "attempt__pack",
        "revision",
    ).defer("revision__document", "attempt__pack__files")
    found = _one(rows, submission_id)
    place = _own_or(user, found.attempt, "see_work")
    return found, place if ability is None else _require(user, place, ability)


def grading(user: Visitor, grading_id: UUID | str) -> tuple[Grading, Enrolment]:
    """Return a grading: that of an own submission if it counts, or any for staff.

    Raises:
        Http404: as ``attempt``.
    """
    rows = Grading.objects.select_related(
        "submission__attempt__exercise__course", "submission__revision__scenario", "run", "pack"
    )
    found = _one(rows.defer("pack__files"), grading_id)
    place = _own_or(user, found.submission.attempt, "see_work")
    if not (found.counts or allowed("see_work", user, place)):
        raise Http404("There is no such thing.")
    return found, place


def broadcast(user: Visitor, broadcast_id: UUID | str) -> tuple[Broadcast, Enrolment]:
    """Return a drawing that is shown to the class now, for everybody in the course.

    Raises:
        Http404: as ``course``, or it is shown no more.
    """
    rows = Broadcast.objects.filter(ended=None).select_related("exercise__course")
    found = _one(rows, broadcast_id)
    return found, _demand(user, found.exercise.course, "see")


def enrolment(user: Visitor, enrolment_id: UUID | str, ability: str) -> tuple[Enrolment, Enrolment]:
    """Return a place in a course and the person's own place there.

    Raises:
        Http404: as ``course``.
    """
    found = _one(Enrolment.objects.select_related("course", "user"), enrolment_id)
    return found, _demand(user, found.course, ability)


def draft(user: Visitor, draft_id: UUID | str) -> tuple[PackDraft, Enrolment]:
    """Return a draft of a pack, for its authors.

    Raises:
        Http404: as ``course``.
    """
    found = _one(PackDraft.objects.select_related("course", "base"), draft_id)
    return found, _demand(user, found.course, "author")


def packs(course: Course) -> QuerySet[PackVersion]:
    """Return the versions a course may use: its own and those that came with the sandbox; no files."""
    shipped = PackVersion.objects.filter(course=None)
    return (shipped | PackVersion.objects.filter(course=course)).defer("files")


def _own_or(user: Visitor, attempt: Attempt, ability: str) -> Enrolment:
    place = place_of(user, attempt.exercise.course)
    own = place is not None and place.pk == attempt.enrolment_id
    if place is None or not (own or allowed(ability, user, place)):
        raise Http404("There is no such thing.")
    return place


def _demand(user: Visitor, course: Course, ability: str) -> Enrolment:
    return _require(user, place_of(user, course), ability)


def _require(user: Visitor, place: Enrolment | None, ability: str) -> Enrolment:
    if place is None or not allowed(ability, user, place):
        if place is not None and place.role in MAY[ability]:
            raise Archived
        raise Http404("There is no such thing.")
    return place


def _one(rows: QuerySet[Row], row_id: UUID | str) -> Row:
    try:
        found: Any = rows.filter(pk=UUID(str(row_id))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404("There is no such thing.")
    return found  # type: ignore[no-any-return]
