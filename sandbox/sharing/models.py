"""A share link, and who opened it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from sandbox.runs.models import Run
from sandbox.scenarios.models import Revision, Scenario


class Share(models.Model):
    """A link to one revision and some of its runs, for whoever holds it.

    Only the hash of the token is kept; the token itself follows from the id and the server's secret key
    (``sharing.tokens``), so that rows alone open nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="shares")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="shares")
    runs = models.ManyToManyField(Run, related_name="shares", blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(default=now)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ("-created", "id")

    def __str__(self) -> str:
        """Return the id; the token is known to its holders only."""
        return f"share {self.id}"


class Visit(models.Model):
    """A signed-in person opened a link of somebody else, last at ``opened``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visits")
    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="visits")
    opened = models.DateTimeField(default=now)

    class Meta:
        """One row for each person and link; newest first."""

        ordering = ("-opened", "id")
        constraints = [models.UniqueConstraint(fields=("user", "share"), name="one_visit")]

    def __str__(self) -> str:
        """Return who opened what."""
        return f"{self.user_id} opened {self.share_id}"
