"""Trials in stretches: the run lays them out, every worker may play some, the run joins them in order.

The worker that holds the run plays stretches itself, so one worker is enough; others that are called only
make it faster. A stretch gives the same columns whoever plays it, so a lease that ran out is simply taken
again, and a stretch played twice does no harm: only the holder of its token writes.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from celery import current_app
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext

import netcore
from sandbox.runs import limits, queries
from sandbox.runs.models import OPEN, ChunkState, Kind, Run, RunChunk, State
from sandbox.scenarios import templates
from sandbox.scenarios.language import speaking
from sandbox.scenarios.models import Revision

Payload = dict[str, Any]

TASK: Final = "runs.help"

LEASE: Final = timedelta(seconds=5)
"""A stretch that was taken so long ago and is not there may be taken by somebody else."""

MOST_HELPERS: Final = 7
"""So many other workers are called at once."""

WORTH_HELP: Final = 4000
"""Under so many trials the run's own worker is done before help would come."""

_LOOK_S: Final = 0.05
_ASK_S: Final = 0.5
"""So often it is asked within a stretch whether the run is to stop."""

_FORGET_S: Final = 60

_ready: OrderedDict[tuple[UUID, int], netcore.Trials] = OrderedDict()
"""Questions this process has opened the connections of; the last few, by run and point."""

_MOST_READY: Final = 4

log = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody asked to stop while a stretch was played."""


def warm() -> None:
    """Have what judges trials compiled: play two of a template."""
    scenario = netcore.load(templates.templates()["two-firewalls"].document)
    fault = sorted(scenario.faults)[0]
    for _ in netcore.trials(scenario, netcore.designs(scenario, fault), fault, 2):
        pass


def designs(run: Run) -> tuple[netcore.Design, ...]:
    """Return the designs that a run names."""
    known = {design.id: design for design in netcore.all_designs()}
    return tuple(known[wanted] for wanted in run.parameters["designs"])


def questions(run: Run) -> list[tuple[int, int, int]]:
    """Return the stretches of a run in order: point, first trial, number of trials."""
    points = len(run.parameters["values"]) if run.kind == Kind.SWEEP else 1
    return [
        (part, first, n)
        for part in range(points)
        for first, n in netcore.trial_stretches(run.parameters["n"])
    ]


def played(run: Run, wanted: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, Payload]]:
    """Yield point and columns of each stretch in order; play what nobody plays.

    Raises:
        Stopped: the run is to stop.
        netcore.NetcoreError: the trials cannot be played.
    """
    _trials(run, 0)  # what cannot be played is said before anybody is called
    RunChunk.objects.exclude(run__state__in=OPEN).delete()
    rows = [RunChunk(run=run, part=part, first=first, n=n) for part, first, n in wanted]
    RunChunk.objects.bulk_create(rows, ignore_conflicts=True)
    if sum(n for _, _, n in wanted) >= WORTH_HELP:
        call_helpers(run.pk, min(MOST_HELPERS, len(wanted) - 1))
    for part, first, n in wanted:
        yield part, _columns(run, part, first, n)
    RunChunk.objects.filter(run=run).delete()


def _columns(run: Run, part: int, first: int, n: int) -> Payload:
    """Return the columns of one stretch; play others while somebody else has it."""
    place = RunChunk.objects.filter(run=run, part=part, first=first)
    while True:
        found = place.first()
        if found is None:  # somebody tidied up after another attempt at this run
            return _chunk(run, part, first, n)
        if found.columns is not None:
            columns: Payload = found.columns
            return columns
        cancelled = Run.objects.filter(pk=run.pk, cancel=True).exists()
        taken = None if cancelled else take(run.pk)
        if taken is not None:
            play(run, taken)
        elif cancelled:
            raise Stopped
        else:
            time.sleep(_LOOK_S)


def take(run_id: UUID) -> RunChunk | None:
    """Take the lease of the first stretch that nobody has; None: there is none."""
    while True:
        moment = now()
        free = Q(state=ChunkState.FREE) | Q(state=ChunkState.TAKEN, taken__lt=moment - LEASE)
        found = RunChunk.objects.filter(free, run=run_id).order_by("part", "first").first()
        if found is None:
            return None
        token = uuid.uuid4().hex
        mine = RunChunk.objects.filter(free, pk=found.pk)
        if mine.update(state=ChunkState.TAKEN, token=token, taken=moment):
            found.token = token
            return found


def play(run: Run, chunk: RunChunk) -> bool:
    """Play a stretch and store its columns; False: its lease was lost meanwhile, and nothing is stored."""
    columns = _chunk(run, chunk.part, chunk.first, chunk.n)
    mine = RunChunk.objects.filter(pk=chunk.pk, token=chunk.token, state=ChunkState.TAKEN)
    return bool(mine.update(state=ChunkState.DONE, columns=columns))


def _chunk(run: Run, part: int, first: int, n: int) -> Payload:
    """Play a stretch; some trials take long, so a cancel is looked for before each that may.

    Raises:
        Stopped: the run is to stop.
    """
    asked = time.monotonic()

    def between() -> None:
        nonlocal asked
        if time.monotonic() - asked >= _ASK_S:
            asked = time.monotonic()
            if Run.objects.filter(queries.stopped(), pk=run.pk).exists():
                raise Stopped

    return _trials(run, part).chunk(first, n, between)


def help_once(run_id: UUID) -> bool:
    """Play one stretch of a run that another worker holds; False where there is nothing to do.

    What fails here is given back: the worker that holds the run meets the same and says it.
    """
    mine = Run.objects.filter(pk=run_id, state=State.RUNNING, cancel=False, engine=netcore.ENGINE_VERSION)
    run = mine.select_related("revision").first()
    chunk = take(run_id) if run is not None else None
    if run is None or chunk is None:
        return False
    try:
        with speaking(run.language):
            return play(run, chunk)
    except Exception as error:
        if isinstance(error, MemoryError):
            limits.lift(error)
        if not isinstance(error, Stopped):
            log.warning("run %s: a stretch of trials was given back", run_id, exc_info=True)
        given = RunChunk.objects.filter(pk=chunk.pk, token=chunk.token, state=ChunkState.TAKEN)
        given.update(state=ChunkState.FREE, token="")
        return False


def call_helpers(run_id: UUID, count: int) -> None:
    """Ask other workers for help. Never raises: without them the run is slow and not wrong."""
    try:
        for _ in range(count):
            current_app.send_task(TASK, (str(run_id),), queue="batch", retry=False, expires=_FORGET_S)
    except Exception as error:
        log.warning("run %s: nobody was called to help: %r", run_id, error)


def _trials(run: Run, part: int) -> netcore.Trials:
    """Return the trials of one point, ready to play; kept for the next stretch."""
    key = (run.pk, part)
    found = _ready.pop(key, None)
    if found is None:
        scenario = netcore.load(_revision(run).document)
        if run.kind == Kind.SWEEP:
            value = run.parameters["values"][part]
            scenario = netcore.sweep_scenario(scenario, run.parameters["parameter"], value)
        asked = run.parameters
        found = netcore.prepare_trials(scenario, designs(run), asked["fault"], run.seed, asked.get("target"))
    _ready[key] = found
    while len(_ready) > _MOST_READY:
        _ready.popitem(last=False)
    return found


def _revision(run: Run) -> Revision:
    if run.revision is None:
        raise netcore.NotModelled(gettext("The run names no revision."))
    return run.revision
