"""What a learner does: an attempt with its answers and record, and submissions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from sandbox.classes.models.appended import AppendedModel, AppendOnlyQuerySet
from sandbox.classes.models.exercises import Exercise
from sandbox.classes.models.packs import PackVersion
from sandbox.classes.models.people import Enrolment
from sandbox.scenarios.models import Revision, Scenario


class Attempt(models.Model):
    """A learner's work on an exercise: a private scenario, and the version of the pack and the seed it has.

    ``score`` and ``ungraded`` (points that could not be graded) repeat the newest ``GradeEvent``; None:
    nothing was graded yet. ``from_reference`` is when the learner went on from the reference solution;
    what is submitted after that adds nothing. ``checkpoints``: names of those the learner went on from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="attempts")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    pack = models.ForeignKey(PackVersion, on_delete=models.RESTRICT, related_name="attempts")
    scenario = models.OneToOneField(
        Scenario, on_delete=models.SET_NULL, null=True, blank=True, related_name="attempt"
    )
    seed = models.BigIntegerField()
    started = models.DateTimeField(default=now)
    from_reference = models.DateTimeField(null=True, blank=True)
    checkpoints = models.JSONField(default=list, blank=True)
    score = models.FloatField(null=True, blank=True)
    ungraded = models.FloatField(default=0)

    class Meta:
        """One per learner and exercise."""

        ordering = ("started", "id")
        constraints = (
            models.UniqueConstraint(fields=("exercise", "enrolment"), name="attempt_exercise_enrolment"),
        )

    def __str__(self) -> str:
        """Return who and what."""
        return f"{self.enrolment}: {self.exercise}"

    @property
    def went_on(self) -> str:
        """Return what gave a part of the work: ``reference``, ``checkpoint``, or "" where nothing did."""
        return "reference" if self.from_reference else "checkpoint" if self.checkpoints else ""


class Deed(models.TextChoices):
    """What is written into the record of an attempt."""

    STARTED = "started", _("Started")
    HINT = "hint", _("Took a hint")
    ANSWER = "answer", _("Locked an answer")
    RESET = "reset", _("Went back to the start")
    REFERENCE = "reference", _("Went on from the reference")
    CHECKPOINT = "checkpoint", _("Went on from a checkpoint")
    SUBMITTED = "submitted", _("Submitted")
    SENT = "sent", _("Got a hint from the instructor")
    VERSION = "version", _("Goes on with another version of the pack")


class AttemptEvent(AppendedModel):
    """One line of the record of an attempt."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="record")
    deed = models.CharField(max_length=16, choices=Deed.choices)
    data = models.JSONField(default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)

    objects = AppendOnlyQuerySet["AttemptEvent"].as_manager()

    class Meta:
        """In order."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Return the deed."""
        return self.get_deed_display()


class Answer(AppendedModel):
    """An answer to a question of an exercise; once it is there it is locked."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    check_id = models.CharField(max_length=80)
    value = models.JSONField()
    created = models.DateTimeField(default=now)

    objects = AppendOnlyQuerySet["Answer"].as_manager()

    class Meta:
        """One per question."""

        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("attempt", "check_id"), name="answer_attempt_check"),)

    def __str__(self) -> str:
        """Return the id of the check."""
        return self.check_id


class Submission(AppendedModel):
    """An immutable revision with the answers there were, numbered from 1 in its attempt.

    ``hints`` is how many hints were taken by then; ``after_reference``: the learner had gone on from the
    reference. ``given``: ids of the checks that checkpoints had done for the learner by then. How late it
    is follows from ``created`` and the dates of today (``timing.late_s``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField()
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="submissions")
    answers = models.JSONField(default=dict)
    hints = models.PositiveIntegerField(default=0)
    after_reference = models.BooleanField(default=False)
    given = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(default=now)

    objects = AppendOnlyQuerySet["Submission"].as_manager()

    class Meta:
        """In order."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("attempt", "number"), name="submission_attempt_number"),
        )

    def __str__(self) -> str:
        """Return the attempt and number."""
        return f"{self.attempt_id} submission {self.number}"

    def get_absolute_url(self) -> str:
        """Return the page of the submission."""
        return reverse("classes:submission", args=[self.pk])


class Broadcast(models.Model):
    """A drawing of somebody that is shown to the class without a name, until ``ended``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="broadcasts")
    document = models.JSONField()
    note = models.CharField(max_length=500, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created", "id")

    def __str__(self) -> str:
        """Return the exercise."""
        return f"shown in {self.exercise_id}"
