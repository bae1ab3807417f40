"""One run and its events. The row is the truth of a run; brokers, channels and browsers hold hints."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.models import Revision, Scenario, Upload


class Kind(models.TextChoices):
    """What a run does."""

    TRACE = "trace", _("Trace")
    COMPARE = "compare", _("Compare")
    WHY = "why", _("Why")
    FAILOVER = "failover", _("Failover")
    LIVE = "live", _("Live")
    TRIALS = "trials", _("Trials")
    SWEEP = "sweep", _("Sweep")
    MATRIX = "matrix", _("Matrix")
    REACH = "reach", _("Reach")
    EXPOSED = "exposed", _("Exposed")
    DIFFERENCE = "difference", _("Difference")
    IMPORT = "import", _("Import")
    GRADE = "grade", _("Grade")


RACES = (Kind.FAILOVER, Kind.LIVE, Kind.TRIALS, Kind.SWEEP)
"""Kinds that tell what becomes of traffic over time."""

QUESTIONS = (Kind.MATRIX, Kind.REACH, Kind.EXPOSED, Kind.DIFFERENCE)
"""Kinds that ask about all headers, or about all pairs, at once."""


class State(models.TextChoices):
    """Where a run stands. Only a worker that holds the lease, a cancel or the collector changes it."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.QUEUED, State.RUNNING)


class Run(models.Model):
    """One simulation of one revision, or one import of one file.

    ``kind``, ``revision`` (or ``upload``), ``parameters``, ``seed``, ``engine`` and ``language`` (that of who
    started it, in which events are told) repeat it to the byte.
    ``token`` and ``heartbeat`` are the lease: a worker writes only while the token is its own.
    ``attempts`` counts the workers that took the lease. ``last_seq`` is the number of stored events.
    ``published`` is when the broker was last told. An import has no scenario until it made one.
    ``background`` is what a page asked by itself after an edit: not listed, and kept for a short time only.
    ``mends``: it may say what would help; in an exam it does not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs")
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, null=True, related_name="runs")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, null=True, related_name="runs")
    upload = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    parameters = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=1)
    engine = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, default="en")
    background = models.BooleanField(default=False)
    mends = models.BooleanField(default=True)
    reason = models.TextField(blank=True, default="")
    token = models.CharField(max_length=32, blank=True, default="")
    heartbeat = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    last_seq = models.PositiveIntegerField(default=0)
    published = models.DateTimeField(null=True)
    created = models.DateTimeField(default=now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        """Newest first; the collector finds open runs quickly."""

        ordering = ("-created", "id")
        indexes = (
            models.Index(
                fields=("state", "created"),
                name="run_open",
                condition=models.Q(state__in=("queued", "running")),
            ),
            models.Index(fields=("scenario", "-created"), name="run_scenario_created"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="import", revision=None) | models.Q(revision__isnull=False),
                name="run_has_a_revision",
            ),
        )

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.id}"

    @property
    def is_open(self) -> bool:
        """True while more events may come."""
        return self.state in OPEN


class Event(models.Model):
    """One numbered fact of a run. Numbers begin at 1 and have no holes; a fact is never changed."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    payload = models.JSONField()

    class Meta:
        """Read in order."""

        ordering = ("run", "seq")
        constraints = (models.UniqueConstraint(fields=("run", "seq"), name="event_run_seq"),)

    def __str__(self) -> str:
        """Return the run id and number."""
        return f"{self.run_id} #{self.seq}"


class EventColumns(models.Model):
    """The table of numbers that came with an event; see ``columns`` for the bytes. Never changed."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="columns")
    seq = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        """Read in order."""

        ordering = ("run", "seq")
        constraints = (models.UniqueConstraint(fields=("run", "seq"), name="columns_run_seq"),)

    def __str__(self) -> str:
        """Return the run id and number."""
        return f"{self.run_id} #{self.seq}"


class LiveCommand(models.Model):
    """What somebody asked of a live run. The worker takes them in order of number; a row is never changed."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="commands")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    command = models.JSONField()
    created = models.DateTimeField(default=now)

    class Meta:
        """In order."""

        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="command_run_number"),)

    def __str__(self) -> str:
        """Return the run id and number."""
        return f"{self.run_id} command {self.number}"


class ChunkState(models.TextChoices):
    """Where a stretch of trials stands."""

    FREE = "free", _("Free")
    TAKEN = "taken", _("Taken")
    DONE = "done", _("Done")


class RunChunk(models.Model):
    """A stretch of the trials of a run, which any worker may play.

    The same stretch gives the same columns whoever plays it. ``part`` is the point of a sweep. ``token`` and
    ``taken`` are its lease: whoever holds the token writes the columns; a lease that ran out may be taken.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    part = models.PositiveIntegerField(default=0)
    first = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=ChunkState.choices, default=ChunkState.FREE)
    token = models.CharField(max_length=32, blank=True, default="")
    taken = models.DateTimeField(null=True)
    columns = models.JSONField(null=True)

    class Meta:
        """In the order of trials."""

        ordering = ("run", "part", "first")
        constraints = (models.UniqueConstraint(fields=("run", "part", "first"), name="chunk_run_part_first"),)

    def __str__(self) -> str:
        """Return the run id, point and first trial."""
        return f"{self.run_id} {self.part}/{self.first}"
