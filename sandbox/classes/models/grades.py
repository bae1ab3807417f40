"""What checks and people said of submissions. Rows are added, never changed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from sandbox.classes.models.appended import AppendedModel, AppendOnlyQuerySet
from sandbox.classes.models.packs import PackVersion
from sandbox.classes.models.work import Attempt, Submission
from sandbox.runs.models import Run


class Grading(models.Model):
    """One grading of one submission by one version of the pack.

    ``finished`` is set by the worker with the last row. ``counts``: it is the grading that the score uses;
    the trial of a regrade does not count until somebody applies it. ``fingerprint`` is the digest of how
    every check went, so that equal mistakes are found; ``drawing`` that of the drawing in the names of the
    pack, without the layout, "" while it is as it was at the start.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="gradings")
    pack = models.ForeignKey(PackVersion, on_delete=models.RESTRICT, related_name="gradings")
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="grading")
    counts = models.BooleanField(default=True)
    replaced = models.DateTimeField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    drawing = models.CharField(max_length=64, blank=True, default="")
    created = models.DateTimeField(default=now)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Oldest first; one grading of a submission counts."""

        ordering = ("created", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("submission",), name="grading_counts_once", condition=models.Q(counts=True)
            ),
        )

    def __str__(self) -> str:
        """Return the submission."""
        return f"grading of {self.submission_id}"


class CheckState(models.TextChoices):
    """How a check went."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    UNGRADED = "ungraded", _("Could not be graded")


def is_about_another(counterexample: Any) -> bool:
    """Return whether a check changed the drawing for a counterexample, or asked about the starting one."""
    return any((counterexample or {}).get(name) for name in ("patch", "profile", "base"))


class CheckRow(AppendedModel):
    """How one check of one grading went.

    ``code`` and ``at`` say where the counterexample ends, with the names the pack has, so that the same
    mistake of two learners reads the same; empty where there is no packet.
    """

    grading = models.ForeignKey(Grading, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    check_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=4)
    title = models.CharField(max_length=300)
    hidden = models.BooleanField(default=False)
    points = models.FloatField()
    earned = models.FloatField()
    state = models.CharField(max_length=16, choices=CheckState.choices)
    message = models.TextField(blank=True, default="")
    counterexample = models.JSONField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True, default="")
    at = models.CharField(max_length=200, blank=True, default="")

    right: Sequence[dict[str, str]] = ()
    """The options that would have been right, where a reader puts them in (``queries.rows_for_staff``)."""

    held: dict[str, Any] | None = None
    """Points that a person set, where a reader puts them in (``queries.set_by_hand``)."""

    own: float | None = None
    """What of ``earned`` counts, where a checkpoint or the reference gave a part and a reader puts it in."""

    objects = AppendOnlyQuerySet["CheckRow"].as_manager()

    class Meta:
        """In the order of the pack."""

        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("grading", "check_id"), name="check_row_grading_check"),
        )

    @property
    def on_copy(self) -> bool:
        """Return whether the counterexample is about another drawing than the one handed in."""
        return is_about_another(self.counterexample)

    @property
    def idea(self) -> dict[str, Any] | None:
        """Return the misconception that a wrong prediction points to; None: none shows."""
        return (self.counterexample or {}).get("misconception")

    def __str__(self) -> str:
        """Return check and state."""
        return f"{self.check_id} {self.state}"


class Override(AppendedModel):
    """A person's word on a check, or on the whole score (``check_id`` empty); the newest one holds.

    ``points`` None takes earlier ones back. Its learner sees that a person set points, and the reason where
    ``told`` says so.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="overrides")
    check_id = models.CharField(max_length=80, blank=True, default="")
    points = models.FloatField(null=True)
    reason = models.CharField(max_length=500)
    told = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)

    objects = AppendOnlyQuerySet["Override"].as_manager()

    class Meta:
        """In order."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Return the points."""
        return f"{self.check_id or 'score'}: {self.points}"


class Comment(models.Model):
    """What staff say to a learner about an attempt."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(max_length=4000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)

    class Meta:
        """In order."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Return the beginning."""
        return self.text[:60]


class GradeEvent(AppendedModel):
    """The score of an attempt as it became, and why. The newest one is the score."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="history")
    score = models.FloatField()
    ungraded = models.FloatField(default=0)
    cause = models.CharField(max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)

    objects = AppendOnlyQuerySet["GradeEvent"].as_manager()

    class Meta:
        """In order."""

        ordering = ("id",)

    def __str__(self) -> str:
        """Return the score."""
        return f"{self.score:g}"
