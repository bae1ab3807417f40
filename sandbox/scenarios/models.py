"""A saved document and its revisions."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import now


class Scenario(models.Model):
    """A document with a history.

    ``name`` repeats the name in the document of the newest revision, so that lists need not read
    documents. ``head`` is that revision; it is None only inside the transaction that creates the row.
    A deleted scenario keeps its row, because runs and shares point at it; nobody sees it.
    ``locks`` are JSON pointers into the document that edits leave as they are. ``exam``: the drawing is
    not copied, shared or mended by the engine. ``withheld`` are the questions that are answered before it
    runs, ``{"title", "url", "told"}`` each. ``marks`` are the addresses and forms by which a copy of it is
    known, and ``follows`` is the drawing that this one is such a copy of; see ``restrictions``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=120)
    head = models.OneToOneField(
        "Revision", on_delete=models.RESTRICT, null=True, editable=False, related_name="head_of"
    )
    created = models.DateTimeField(default=now, editable=False)
    updated = models.DateTimeField(default=now)
    deleted = models.DateTimeField(null=True, blank=True)
    locks = models.JSONField(default=list, blank=True)
    exam = models.BooleanField(default=False)
    withheld = models.JSONField(default=list, blank=True)
    marks = models.JSONField(default=list, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followers"
    )

    class Meta:
        """Newest first, per owner."""

        ordering = ("-updated", "id")
        indexes = (models.Index(fields=("owner", "-updated"), name="scenario_owner_updated"),)

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the scenario."""
        return f"/scenarios/{self.pk}/"


class ImmutableRevision(TypeError):
    """Somebody tried to change a stored revision."""


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions; a stored one cannot be changed."""

    def update(self, **values: Any) -> int:
        """Refuse: a change is a new revision."""
        raise ImmutableRevision("a revision is never changed; make a new one")

    def without_documents(self) -> RevisionQuerySet:
        """Return the rows without reading the documents, which may be megabytes each."""
        return self.defer("document")


class Revision(models.Model):
    """One state of a document, numbered from 1 within its scenario; never changed.

    ``problems`` is the number of problems the document had when it was saved; ``counts`` is the
    number of resources by kind (``{"vms": 4, ...}``), kept for lists. ``changes`` is what the edit did to
    the drawing (see ``changes.kept``); empty for revisions older than that.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created = models.DateTimeField(default=now)
    problems = models.PositiveIntegerField(default=0)
    description = models.TextField(blank=True, default="")
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)

    objects = RevisionQuerySet.as_manager()

    as_sent = False
    """Whether the document is just what the patch made that asked for it; known where it was made."""

    class Meta:
        """One row per number."""

        ordering = ("scenario", "number")
        constraints = (
            models.UniqueConstraint(fields=("scenario", "number"), name="revision_scenario_number"),
        )

    def __str__(self) -> str:
        """Return the scenario id and number."""
        return f"{self.scenario_id} revision {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; refuse to change a stored one."""
        if not self._state.adding:
            raise ImmutableRevision("a revision is never changed; make a new one")
        super().save(*args, **kwargs)


class Label(models.Model):
    """A name somebody gave to a revision, so that it is found again. Beside it: a revision never changes."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="label")
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Upload(models.Model):
    """A file somebody sent for import; its bytes are dropped when the import has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")
    created = models.DateTimeField(default=now)

    def __str__(self) -> str:
        """Return the file name."""
        return self.name
