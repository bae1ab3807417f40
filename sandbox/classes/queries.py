"""Reads of courses. What a learner may not see is not read here and taken away later, but not read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.classes.models import STAFF, Attempt, Course, Enrolment, Exercise, Extension, Role
from sandbox.classes.timing import Limits, limits


def courses_of(user: User) -> list[dict[str, Any]]:
    """Return a person's courses, newest first: ``course``, ``place``, ``learners``, ``exercises``."""
    places = (
        Enrolment.objects.filter(user=user, active=True)
        .select_related("course")
        .annotate(
            learners=Count(
                "course__enrolments",
                filter=Q(course__enrolments__role=Role.LEARNER, course__enrolments__active=True),
                distinct=True,
            ),
            exercises=Count("course__exercises", distinct=True),
        )
        .order_by("course__archived", "-course__created")
    )
    return [
        {"course": one.course, "place": one, "learners": one.learners, "exercises": one.exercises}
        for one in places
    ]


def places(course: Course) -> QuerySet[Enrolment]:
    """Return all places of a course with their people, staff first, then by name; one query."""
    return (
        course.enrolments.select_related("user")
        .annotate(staff=Count("pk", filter=Q(role__in=STAFF)))
        .order_by("-active", "-staff", "group", "name", "login")
    )


def learners(course: Course) -> QuerySet[Enrolment]:
    """Return the active learners of a course who are there, by group and name."""
    found = course.enrolments.filter(role=Role.LEARNER, active=True).exclude(user=None)
    return found.select_related("user").order_by("group", "name", "login", "pk")


def exercises_for(course: Course, place: Enrolment) -> list[dict[str, Any]]:
    """Return a course's exercises for one person, in order.

    Each is ``{"exercise", "limits", "attempt", "made"}``; ``attempt`` is their own or None.
    Three queries, whatever their number.
    """
    moment = now()
    attempts = {
        one.exercise_id: one
        for one in Attempt.objects.filter(enrolment=place).annotate(made=Count("submissions"))
    }
    extensions = {one.exercise_id: one for one in Extension.objects.filter(enrolment=place)}
    rows = []
    for exercise in course.exercises.select_related("pack").defer("pack__files"):
        attempt = attempts.get(exercise.pk)
        made = attempt.made if attempt else 0
        found = limits(exercise, extensions.get(exercise.pk), attempt, made, moment)
        rows.append({"exercise": exercise, "limits": found, "attempt": attempt, "made": made})
    return rows


def limits_of(exercise: Exercise, place: Enrolment) -> tuple[Limits, Attempt | None]:
    """Return the limits of one person in one exercise now, and their attempt."""
    attempt = (
        Attempt.objects.filter(exercise=exercise, enrolment=place)
        .select_related("scenario", "exercise", "pack", "enrolment")
        .defer("pack__files")
        .annotate(made=Count("submissions"))
        .first()
    )
    extension = Extension.objects.filter(exercise=exercise, enrolment=place).first()
    return limits(exercise, extension, attempt, attempt.made if attempt else 0, now()), attempt


def last_position(course: Course) -> int:
    """Return the position of the last exercise of a course; 0 without one."""
    found: int | None = course.exercises.aggregate(last=Max("position"))["last"]
    return found or 0
