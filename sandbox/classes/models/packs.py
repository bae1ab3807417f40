"""Stored packs. A version never changes; a draft is where the next one is written."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from sandbox.classes.models.people import Course


class ImmutablePack(TypeError):
    """Somebody tried to change a stored version of a pack."""


class PackVersionQuerySet(models.QuerySet["PackVersion"]):
    """Versions; a stored one cannot be changed."""

    def update(self, **values: Any) -> int:
        """Refuse: a change is a new version."""
        raise ImmutablePack("a version of a pack is never changed; publish a new one")


class PackVersion(models.Model):
    """One version of a pack: the files as they were.

    ``files`` maps paths to texts. ``course`` None: it came with the sandbox and every course may use it.
    ``digest`` is the SHA-256 of all paths and texts. ``title``, ``track`` and ``minutes`` repeat pack.yml
    for lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="packs")
    slug = models.SlugField(max_length=80)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    track = models.CharField(max_length=80, blank=True, default="")
    minutes = models.PositiveIntegerField(default=0)
    files = models.JSONField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    created = models.DateTimeField(default=now, editable=False)

    objects = PackVersionQuerySet.as_manager()

    class Meta:
        """By slug, oldest first; numbers begin at 1 in each course."""

        ordering = ("slug", "number")
        constraints = (
            models.UniqueConstraint(fields=("course", "slug", "number"), name="pack_course_slug_number"),
            models.UniqueConstraint(
                fields=("slug", "number"), name="pack_slug_number", condition=models.Q(course=None)
            ),
        )

    def __str__(self) -> str:
        """Return slug and number."""
        return f"{self.slug} version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; refuse to change a stored one."""
        if not self._state.adding:
            raise ImmutablePack("a version of a pack is never changed; publish a new one")
        super().save(*args, **kwargs)


class PackDraft(models.Model):
    """A pack that is being written in a course. ``base`` is the version it began as.

    ``base`` is None for a new pack; where it was published under another id, it is what came of that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="drafts")
    slug = models.SlugField(max_length=80)
    files = models.JSONField(default=dict)
    base = models.ForeignKey(PackVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    saved = models.PositiveIntegerField(default=1)
    updated = models.DateTimeField(default=now)

    class Meta:
        """One draft per pack and course."""

        ordering = ("slug",)
        constraints = (models.UniqueConstraint(fields=("course", "slug"), name="draft_course_slug"),)

    def __str__(self) -> str:
        """Return the slug."""
        return f"draft of {self.slug}"
