"""Setting exercises: put a pack into a course, extend, release."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from sandbox.classes import queries, recording
from sandbox.classes.models import Attempt, Course, Exercise, Extension, PackVersion
from sandbox.classes.services import work


def add(course: Course, versions: Iterable[PackVersion]) -> list[Exercise]:
    """Set packs as exercises behind those that are there, with the default rules; return them."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        last = queries.last_position(course)
        return [
            Exercise.objects.create(course=course, pack=version, title=version.title, position=last + number)
            for number, version in enumerate(versions, 1)
        ]


def save(exercise: Exercise) -> None:
    """Store the rules of an exercise; scores follow, and drawings of attempts get its locks."""
    with transaction.atomic():
        exercise.save()
        attempts = Attempt.objects.filter(exercise=exercise).select_related("scenario", "enrolment", "pack")
        for attempt in attempts.defer("pack__files"):
            attempt.exercise = exercise
            if attempt.scenario is not None:
                work.restrict(attempt, attempt.scenario)
            if attempt.score is not None:
                recording.rescore(attempt, gettext("The rules of the exercise were changed"), None)


def extend(extension: Extension) -> Extension:
    """Store other limits for one learner, in the place of earlier ones; return the row."""
    kept = {
        "due": extension.due,
        "extra_minutes": extension.extra_minutes,
        "extra_submissions": extension.extra_submissions,
        "reason": extension.reason,
    }
    return Extension.objects.update_or_create(
        exercise=extension.exercise, enrolment=extension.enrolment, defaults=kept
    )[0]


def release(exercise: Exercise, released: bool) -> None:
    """Show learners the results that wait for it, or hide them again."""
    Exercise.objects.filter(pk=exercise.pk).update(released=now() if released else None)


def delete(exercise: Exercise) -> bool:
    """Delete an exercise nobody has begun and return True; False: somebody has, so it stays."""
    with transaction.atomic():
        locked = Exercise.objects.select_for_update().get(pk=exercise.pk)
        if locked.attempts.exists():
            return False
        locked.delete()
    return True
