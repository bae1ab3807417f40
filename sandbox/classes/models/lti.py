"""Learning platforms (LTI 1.3) that send people into a course and take scores back."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from lti_tool.models import LtiContext, LtiRegistration

from sandbox.classes.models.exercises import Exercise
from sandbox.classes.models.people import Course, Enrolment


class PlatformKind(models.TextChoices):
    """Whose product a platform is; it decides which values are proposed and what they are called there."""

    CANVAS = "canvas", "Canvas"
    MOODLE = "moodle", "Moodle"
    BLACKBOARD = "blackboard", "Blackboard"
    D2L = "d2l", "D2L Brightspace"
    OTHER = "other", _("Another platform")


class RosterState(models.TextChoices):
    """How the last reading of names and roles went."""

    NEVER = "", _("Never read")
    READING = "reading", _("Being read")
    READ = "read", _("Read")
    FAILED = "failed", _("Could not be read")


class Platform(models.Model):
    """One learning platform of one course.

    Whoever it sends is trusted as far as this course goes: people are known by the registration and the
    platform's own id for them, never by an email address or a user name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="platforms")
    registration = models.OneToOneField(LtiRegistration, on_delete=models.CASCADE, related_name="platform")
    kind = models.CharField(max_length=16, choices=PlatformKind.choices, default=PlatformKind.OTHER)
    roster = models.CharField(
        max_length=16, choices=RosterState.choices, blank=True, default=RosterState.NEVER
    )
    roster_note = models.CharField(max_length=300, blank=True, default="")
    roster_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        """Oldest first."""

        ordering = ("created", "id")

    def __str__(self) -> str:
        """Return the name people gave it."""
        return str(self.registration.name)

    @property
    def complete(self) -> bool:
        """True when everything is known that a launch needs."""
        return bool(self.registration.is_active)


class SendState(models.TextChoices):
    """Where a score stands on its way to the platform."""

    NOTHING = "nothing", _("Nothing to send yet")
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class Passback(models.Model):
    """The column of a platform's gradebook for one learner and exercise, and what was last sent there.

    ``line_item`` is the address the platform named at the launch, ``subject`` its id of the learner.
    ``sent_points`` None: nothing was sent so far. ``due`` is when the next try may be.
    """

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="passbacks")
    place = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="passbacks")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="passbacks")
    context = models.ForeignKey(LtiContext, on_delete=models.CASCADE, related_name="+")
    line_item = models.CharField(max_length=1000)
    subject = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=SendState.choices, default=SendState.NOTHING)
    points = models.FloatField(null=True, blank=True)
    sent_points = models.FloatField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    due = models.DateTimeField(default=now)
    note = models.CharField(max_length=300, blank=True, default="")
    sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One column per learner and exercise: the one that was last launched."""

        ordering = ("exercise", "place", "id")
        constraints = (models.UniqueConstraint(fields=("place", "exercise"), name="passback_place_exercise"),)

    def __str__(self) -> str:
        """Return whose and where it stands."""
        return f"{self.place}: {self.state}"
