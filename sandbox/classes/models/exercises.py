"""An exercise: a pack in a course, with its rules."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from sandbox.classes.models.appended import AppendedModel, AppendOnlyQuerySet
from sandbox.classes.models.packs import PackVersion
from sandbox.classes.models.people import Course, Enrolment

MOST_MINUTES: Final = 60 * 24 * 60
MOST_SUBMISSIONS: Final = 1000


class LatePolicy(models.TextChoices):
    """What becomes of a submission behind the due date."""

    REFUSE = "refuse", _("Refused")
    FULL = "full", _("Counts fully")
    PERCENT = "percent", _("Each day begun costs a percentage")


class Scoring(models.TextChoices):
    """How several submissions make one score."""

    GUARANTEE = "guarantee", _("Retrying never lowers, better always adds")
    BEST = "best", _("The best one")
    LAST = "last", _("The last one")


class ShowResults(models.TextChoices):
    """When a learner sees how the checks went."""

    AT_ONCE = "at_once", _("At once")
    ON_RELEASE = "on_release", _("When released")


class ShowHidden(models.TextChoices):
    """When a learner sees which hidden rule was broken."""

    AT_ONCE = "at_once", _("At once, the rule only")
    ON_RELEASE = "on_release", _("When released, the rule only")
    NEVER = "never", _("Never")


def full_worth() -> list[int]:
    """Return the worth of submissions where every one counts fully."""
    return [100]


class Exercise(models.Model):
    """A version of a pack set as an exercise.

    ``pack`` is what a new attempt gets; attempts that began keep theirs. ``worth`` are percentages by
    number of submission, the last one repeats: with [100, 80, 60] what the second submission adds counts
    for 80 %. ``submissions`` and ``minutes``: 0 is no limit. ``locks`` are JSON pointers into the document
    that learners may not change. ``exam``: no hints, no fixes, no sharing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="exercises")
    pack = models.ForeignKey(PackVersion, on_delete=models.RESTRICT, related_name="exercises")
    title = models.CharField(max_length=160)
    position = models.PositiveIntegerField(default=0)
    opens = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(null=True, blank=True)
    closes = models.DateTimeField(null=True, blank=True)
    late = models.CharField(max_length=16, choices=LatePolicy.choices, default=LatePolicy.PERCENT)
    late_percent = models.PositiveIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    submissions = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(MOST_SUBMISSIONS)])
    minutes = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(MOST_MINUTES)])
    scoring = models.CharField(max_length=16, choices=Scoring.choices, default=Scoring.GUARANTEE)
    worth = models.JSONField(default=full_worth)
    results = models.CharField(max_length=16, choices=ShowResults.choices, default=ShowResults.AT_ONCE)
    hidden = models.CharField(max_length=16, choices=ShowHidden.choices, default=ShowHidden.AT_ONCE)
    hints = models.BooleanField(default=True)
    hint_cost = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(100)])
    reference = models.BooleanField(default=False)
    locks = models.JSONField(default=list, blank=True)
    exam = models.BooleanField(default=False)
    released = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        """In the order of the course."""

        ordering = ("position", "created", "id")

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the exercise."""
        return reverse("classes:exercise", args=[self.pk])

    @property
    def hints_given(self) -> bool:
        """True where learners may take hints."""
        return self.hints and not self.exam

    @property
    def shows_results(self) -> bool:
        """True where learners see results now."""
        return self.results == ShowResults.AT_ONCE or self.released is not None

    @property
    def waits_for_release(self) -> bool:
        """True where something is told to learners only when it is released; in an exam, what is right."""
        later = ShowResults.ON_RELEASE, ShowHidden.ON_RELEASE
        return self.exam or self.results == later[0] or self.hidden == later[1]

    @property
    def shows_right(self) -> bool:
        """True where learners see now which option of a question was right; in an exam others still sit it.

        An answer is locked once and there is one attempt, so whoever is told cannot use it.
        """
        return self.shows_results and (not self.exam or self.released is not None)

    @property
    def shows_hidden(self) -> bool:
        """True where learners see now which hidden rule was broken."""
        if self.hidden == ShowHidden.NEVER or not self.shows_results:
            return False
        return self.hidden == ShowHidden.AT_ONCE or self.released is not None

    def worth_of(self, number: int) -> float:
        """Return what a submission, counted from 1, is worth, 0 to 1."""
        worth: list[Any] = self.worth or [100]
        return float(worth[min(number, len(worth)) - 1]) / 100


class Extension(AppendedModel):
    """Other limits for one learner, with the reason; the newest one holds.

    One that gives nothing takes the earlier ones back.
    """

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="extensions")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="extensions")
    due = models.DateTimeField(null=True, blank=True)
    extra_minutes = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(MOST_MINUTES)])
    extra_submissions = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MOST_SUBMISSIONS)]
    )
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created = models.DateTimeField(default=now, editable=False)

    objects = AppendOnlyQuerySet["Extension"].as_manager()

    class Meta:
        """In order."""

        ordering = ("id",)

    @property
    def gives(self) -> bool:
        """True where it gives something, and does not take back what was given."""
        return bool(self.due or self.extra_minutes or self.extra_submissions)

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.enrolment} in {self.exercise}"
