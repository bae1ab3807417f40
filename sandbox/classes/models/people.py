"""A course and who is in it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is in a course; ``access`` says what each may do."""

    OWNER = "owner", _("Owner")
    INSTRUCTOR = "instructor", _("Instructor")
    ASSISTANT = "assistant", _("Assistant")
    LEARNER = "learner", _("Learner")
    OBSERVER = "observer", _("Observer")


STAFF = (Role.OWNER, Role.INSTRUCTOR, Role.ASSISTANT)
"""Who sees the work of learners."""


class Course(models.Model):
    """A course in one term.

    ``join_code`` lets people in as learners while ``joinable``. Owners are enrolments of that role, so a
    course outlives the account of the person who made it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    term = models.CharField(max_length=40, blank=True, default="")
    description = models.TextField(max_length=4000, blank=True, default="")
    join_code = models.CharField(max_length=12, unique=True)
    joinable = models.BooleanField(default=True)
    created = models.DateTimeField(default=now, editable=False)
    archived = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created", "id")

    def __str__(self) -> str:
        """Return title and term."""
        return f"{self.title}, {self.term}" if self.term else self.title

    def get_absolute_url(self) -> str:
        """Return the page of the course."""
        return reverse("classes:course", args=[self.pk])


class Enrolment(models.Model):
    """One person's place in one course.

    A place from a roster has no person (``user`` None) until its invitation is taken. ``login`` is the
    name the roster has for the person. A place that is not ``active`` keeps its work and opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="enrolments"
    )
    login = models.CharField(max_length=150, blank=True, default="")
    name = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.LEARNER)
    group = models.CharField(max_length=60, blank=True, default="")
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=now, editable=False)

    class Meta:
        """By name; one place per person and course."""

        ordering = ("name", "login", "id")
        constraints = (
            models.UniqueConstraint(fields=("course", "user"), name="enrolment_course_user"),
            models.UniqueConstraint(
                fields=("course", "login"),
                name="enrolment_course_login",
                condition=~models.Q(login=""),
            ),
        )

    def __str__(self) -> str:
        """Return what the person is called here."""
        return self.shown

    @property
    def shown(self) -> str:
        """What the person is called in lists."""
        return self.name or self.login_name

    @property
    def login_name(self) -> str:
        """The login of the roster, else that of the account; what a person is told apart by."""
        return self.login or (self.user.get_username() if self.user else "")

    @property
    def is_staff(self) -> bool:
        """True for who sees the work of learners."""
        return self.role in STAFF


class Invitation(models.Model):
    """A link that lets one person in. Only the hash of its token is kept.

    With ``place`` it fills that place of the roster; otherwise it makes one of ``role`` and ``group``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invitations")
    place = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, null=True, blank=True, related_name="invitation"
    )
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.LEARNER)
    group = models.CharField(max_length=60, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now, editable=False)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created", "id")

    def __str__(self) -> str:
        """Return the id; the token is known to its holder only."""
        return f"invitation {self.id}"
