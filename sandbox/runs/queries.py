"""Reads of runs and their events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypedDict
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, F, Max, Min, Q, QuerySet

from sandbox.accounts.models import User
from sandbox.runs.models import OPEN, QUESTIONS, Event, EventColumns, Kind, LiveCommand, Run, State
from sandbox.scenarios.models import Scenario

LEASE: Final = timedelta(seconds=5)
"""A running run whose worker has not beaten for this long may be taken by another one."""

MAX_ATTEMPTS: Final = 3
"""So many workers may take a run; when the last of them dies too, the run has failed."""

_RESEND_FIRST_S: Final = 3.0
_RESEND_LONGEST_S: Final = 60.0


ENGINE_STARTS: Final = "runs:engine-starts"
"""Key of the cache that stands while a worker of questions compiles its kernels."""

log = logging.getLogger(__name__)

Payload = dict[str, Any]

_tellers: dict[str, Callable[[UUID, list[Payload]], list[Payload]]] = {}


def register(event: str, told: Callable[[UUID, list[Payload]], list[Payload]]) -> None:
    """Let a room above this one say what may be told now of stored events of a name.

    Args:
        told: takes the id of a run and such events, and returns as many, in order.
    """
    _tellers[event] = told


def _told_now(run_id: UUID, payloads: Sequence[Payload]) -> list[Payload]:
    """Return events with what may be told of them now; one call for each name that somebody registered."""
    found = list(payloads)
    for event, told in _tellers.items():
        places = [place for place, payload in enumerate(found) if payload.get("event") == event]
        if places:
            for place, payload in zip(places, told(run_id, [found[one] for one in places]), strict=True):
                found[place] = payload
    return found


class RunPayload(TypedDict):
    """A run as browsers see it."""

    id: str
    scenario: str | None
    revision: int | None
    kind: str
    state: str
    parameters: dict[str, Any]
    seed: int
    engine: str
    reason: str
    last_seq: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    engine_starts: bool


def payload(run: Run) -> RunPayload:
    """Return a run as plain data. Reads the revision unless it was selected with the run."""
    return {
        "id": str(run.id),
        "scenario": str(run.scenario_id) if run.scenario_id else None,
        "revision": run.revision.number if run.revision else None,
        "kind": run.kind,
        "state": run.state,
        "parameters": run.parameters,
        "seed": run.seed,
        "engine": run.engine,
        "reason": run.reason,
        "last_seq": run.last_seq,
        "created_at": run.created.isoformat(),
        "started_at": run.started.isoformat() if run.started else None,
        "finished_at": run.finished.isoformat() if run.finished else None,
        "engine_starts": run.state == State.QUEUED and run.kind in QUESTIONS and engine_starts(),
    }


def engine_starts() -> bool:
    """Return whether a worker of questions is compiling its kernels now; False while the cache is away."""
    try:
        return bool(cache.get(ENGINE_STARTS))
    except Exception as error:
        log.warning("whether the engine starts is not known: %r", error)
        return False


def visible() -> QuerySet[Run]:
    """Return runs that are not part of a deleted scenario, with their revision but no document."""
    return (
        Run.objects.filter(Q(scenario=None) | Q(scenario__deleted=None))
        .select_related("revision")
        .defer("revision__document")
    )


def runs_of(scenario: Scenario) -> QuerySet[Run]:
    """Return the runs of a scenario, newest first; one query."""
    return visible().filter(scenario=scenario)


def listed(scenario: Scenario) -> QuerySet[Run]:
    """Return the runs of a scenario that people asked for, newest first; one query."""
    return runs_of(scenario).filter(background=False)


def recent_runs(user: User, most: int) -> QuerySet[Run]:
    """Return the newest runs of a person's scenarios, newest first, each with its scenario.

    Without imports, which have no scenario at first, and what the page asks by itself after each edit.
    """
    own = visible().filter(owner=user, scenario__owner=user)
    found = own.filter(background=False).exclude(kind=Kind.IMPORT)
    return found.select_related("scenario").order_by("-created")[:most]


def open_runs(user: User, background: bool = False) -> QuerySet[Run]:
    """Return a person's queued and running runs: those they asked for, or those in the background.

    Without gradings, which have a limit of their own.
    """
    mine = Run.objects.filter(owner=user, state__in=OPEN, background=background)
    return mine.exclude(kind=Kind.GRADE)


def events_after(run_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    """Return up to ``limit`` events with numbers above ``after``, in order, as ``{"seq", "event", ...}``.

    Stops before a hole: what comes behind it is not handed out before the hole is filled.
    """
    found: list[dict[str, Any]] = []
    rows = Event.objects.filter(run_id=run_id, seq__gt=after).order_by("seq").values_list("seq", "payload")
    for seq, payload in rows[:limit]:
        if seq != after + len(found) + 1:
            break
        found.append({"seq": seq, **payload})
    return _told_now(run_id, found)


def columns_of(run_id: UUID, after: int) -> Iterator[bytes]:
    """Yield the tables that came with events behind ``after``, in order, a few at a time."""
    rows = EventColumns.objects.filter(run_id=run_id, seq__gt=after).order_by("seq")
    for content in rows.values_list("content", flat=True).iterator(chunk_size=20):
        yield bytes(content)


def last_columns(run_id: UUID) -> int:
    """Return the number of the last event that came with columns; 0 where none did."""
    found: int | None = EventColumns.objects.filter(run_id=run_id).aggregate(last=Max("seq"))["last"]
    return found or 0


def figures_of(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the stored events of a run in order, without their numbers, a few at a time."""
    rows = Event.objects.filter(run=run).order_by("seq").values_list("payload", flat=True)
    stored = rows.iterator(chunk_size=500)
    while payloads := [dict(payload) for payload in islice(stored, 500)]:
        yield from _told_now(run.pk, payloads)


def about(run: Run) -> dict[str, Any]:
    """Return what repeats a run, as the head of an export."""
    said = payload(run)
    kept = ("id", "kind", "state", "reason", "scenario", "revision", "seed", "engine", "parameters")
    return {key: value for key, value in said.items() if key in kept}


def commands_after(run_id: UUID, number: int) -> list[LiveCommand]:
    """Return what was asked of a live run behind a number, in order, with the people; one query."""
    rows = LiveCommand.objects.filter(run_id=run_id, number__gt=number).select_related("person")
    return list(rows.order_by("number"))


def next_grading() -> UUID | None:
    """Return the queued grading whose turn it is; None: nothing is queued.

    Turns go round by person: first whoever has the fewest in work, then whose last turn is longest ago,
    then who waits longest.
    """
    gradings = Run.objects.filter(kind=Kind.GRADE)
    waiting = set(gradings.filter(state=State.QUEUED).values_list("owner_id", flat=True))
    people = (
        gradings.filter(owner_id__in=waiting)
        .values("owner_id")
        .annotate(
            busy=Count("pk", filter=Q(state=State.RUNNING)),
            last=Max("started"),
            since=Min("created", filter=Q(state=State.QUEUED)),
        )
        .order_by("busy", F("last").asc(nulls_first=True), "since", "owner_id")
    )
    for person in people[:1]:
        queued = gradings.filter(owner_id=person["owner_id"], state=State.QUEUED)
        return queued.order_by("created", "pk").values_list("pk", flat=True).first()
    return None


def claimable(now: datetime) -> Q:
    """Return the condition under which a worker may take a run."""
    expired = Q(state=State.RUNNING) & (Q(heartbeat__lt=now - LEASE) | Q(heartbeat=None))
    return (Q(state=State.QUEUED) | expired) & Q(attempts__lt=MAX_ATTEMPTS)


def lost(now: datetime) -> Iterable[Run]:
    """Yield the runs the broker should hear of again.

    These are running runs whose worker is gone, and queued ones that nobody took. The wait between two
    messages for a queued run grows with its age, so that a long queue is not filled with repetitions.
    """
    for run in Run.objects.filter(claimable(now)).only(
        "id", "kind", "state", "published", "created", "heartbeat"
    ):
        since = (now - run.published).total_seconds() if run.published else None
        age = (now - run.created).total_seconds()
        wait = min(_RESEND_LONGEST_S, max(_RESEND_FIRST_S, age / 2))
        if run.state == State.RUNNING:
            wait = _RESEND_FIRST_S
        if since is None or since >= wait:
            yield run


def lapsed(now: datetime) -> QuerySet[Run]:
    """Return the running runs whose worker is gone."""
    return Run.objects.filter(Q(heartbeat__lt=now - LEASE) | Q(heartbeat=None), state=State.RUNNING)


def stopped() -> Q:
    """Return the condition under which a run shall go no further: cancelled, or its scenario was deleted."""
    return Q(cancel=True) | Q(scenario__deleted__isnull=False)


def poisoned(now: datetime) -> QuerySet[Run]:
    """Return the running runs whose last allowed worker is gone as well."""
    return lapsed(now).filter(attempts__gte=MAX_ATTEMPTS)
