"""Setting exercises: put a pack into a course, extend, release."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext

from sandbox.accounts.models import User
from sandbox.classes import packs, queries, recording
from sandbox.classes.models import Attempt, Course, Deed, Enrolment, Exercise, Extension, PackVersion
from sandbox.classes.services import work


class ExerciseRefused(ValueError):
    """It cannot be done; the message says why, for people."""


def add(course: Course, versions: Iterable[PackVersion]) -> list[Exercise]:
    """Set packs as exercises behind those that are there, with the default rules; return them."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        last = queries.last_position(course)
        return [
            Exercise.objects.create(course=course, pack=version, title=version.title, position=last + number)
            for number, version in enumerate(versions, 1)
        ]


def save(exercise: Exercise, author: User | None = None) -> None:
    """Store the rules of an exercise; scores follow, and drawings of attempts get its locks."""
    with transaction.atomic():
        exercise.save()
        attempts = Attempt.objects.filter(exercise=exercise).select_related("scenario", "enrolment", "pack")
        for attempt in attempts.defer("pack__files"):
            attempt.exercise = exercise
            if attempt.scenario is not None:
                work.restrict(attempt, attempt.scenario)
            if attempt.score is not None:
                cause = gettext("The rules of the exercise were changed")
                recording.rescore(attempt, cause, author, by_rules=True)


def extend(extension: Extension, author: User | None) -> None:
    """Store other limits for one learner, in the place of earlier ones, which are kept; the score follows."""
    extension.author = author
    cause = gettext("Extended: {reason}") if extension.gives else gettext("Extension taken back: {reason}")
    cause = cause.format(reason=extension.reason)
    with transaction.atomic():
        extension.save()
        attempts = Attempt.objects.filter(exercise=extension.exercise, enrolment=extension.enrolment)
        for attempt in attempts.exclude(score=None):
            recording.rescore(attempt, cause, author, by_rules=True)


def give(extension: Extension, author: User) -> None:
    """Extend on top of what holds for the learner: nothing that was given before is taken away.

    A date that is not named stays, and of minutes and of submissions the larger number counts; the extension
    is changed to what holds from now on.

    Raises:
        ExerciseRefused: the due date is not later than the one that holds, or nothing would be more.
    """
    exercise, place = extension.exercise, extension.enrolment
    with transaction.atomic():
        Exercise.objects.select_for_update().get(pk=exercise.pk)
        held = queries.extension_of(exercise, place.pk) or Extension()
        limits, _ = queries.limits_of(exercise, place)
        holds = limits.due or limits.closes
        if extension.due and holds and extension.due <= holds:
            words = gettext("{shown} has until {date} UTC now, and an extension ends later than that.")
            raise ExerciseRefused(words.format(shown=place.shown, date=_utc(holds)))
        extension.due = extension.due or held.due
        extension.extra_minutes = max(extension.extra_minutes, held.extra_minutes)
        extension.extra_submissions = max(extension.extra_submissions, held.extra_submissions)
        if _given(extension) == _given(held):
            words = gettext("{shown} has that already. What holds now: {holds}.")
            raise ExerciseRefused(words.format(shown=place.shown, holds=in_words(held)))
        extend(extension, author)


def _given(extension: Extension) -> tuple[datetime | None, int, int]:
    return extension.due, extension.extra_minutes, extension.extra_submissions


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def in_words(extension: Extension) -> str:
    """Return what an extension gives, in words."""
    found = []
    if extension.due:
        found.append(gettext("due {date} UTC").format(date=_utc(extension.due)))
    if minutes := extension.extra_minutes:
        found.append(
            ngettext("{count} more minute", "{count} more minutes", minutes).format(count=f"{minutes:,}")
        )
    if more := extension.extra_submissions:
        found.append(
            ngettext("{count} more submission", "{count} more submissions", more).format(count=f"{more:,}")
        )
    return ", ".join(found)


def hand_over(extension: Extension, place: Enrolment) -> None:
    """Give the learner of another place of the course what an extension gives; its author stays."""
    again = Extension(
        exercise=extension.exercise,
        enrolment=place,
        due=extension.due,
        extra_minutes=extension.extra_minutes,
        extra_submissions=extension.extra_submissions,
        reason=extension.reason,
    )
    extend(again, extension.author)


def take_back(exercise: Exercise, place: Enrolment, author: User, reason: str) -> None:
    """Take what was extended for a learner back; what was handed in counts as if it had not been.

    Raises:
        ExerciseRefused: nothing is extended for them.
    """
    with transaction.atomic():
        Exercise.objects.select_for_update().get(pk=exercise.pk)
        held = queries.extension_of(exercise, place.pk)
        if held is None or not held.gives:
            raise ExerciseRefused(gettext("Nothing is extended for {shown}.").format(shown=place.shown))
        extend(Extension(exercise=exercise, enrolment=place, reason=reason), author)


def go_on_with(exercise: Exercise, version: PackVersion, author: User) -> int:
    """Let the attempts of an exercise go on with another version of the pack they have; return how many.

    What they hand in from now on is graded by it. It stands in their records.
    """
    others = Attempt.objects.filter(exercise=exercise, pack__slug=version.slug).exclude(pack=version)
    with transaction.atomic():
        rows = list(others.select_related("pack", "scenario", "enrolment").defer("pack__files"))
        for attempt in rows:
            data: dict[str, Any] = {"before": attempt.pack.number, "version": version.number}
            if attempt.checkpoints:  # by names that the other version may not have
                data["gives"] = packs.given_by(attempt)
            attempt.pack, attempt.exercise = version, exercise
            attempt.save(update_fields=["pack"])
            work.write_down(attempt, Deed.VERSION, author, **data)
            if attempt.scenario is not None:
                work.restrict(attempt, attempt.scenario)
    return len(rows)


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
