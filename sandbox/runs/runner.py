"""A worker's way through one run: take the lease, store events in batches, end the run in words."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import BooleanField, DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext

import netcore
from sandbox.runs import events, limits, queries
from sandbox.runs.chunks import Stopped
from sandbox.runs.events import LeaseLost, Payload
from sandbox.runs.live import LIVE_S
from sandbox.runs.models import QUESTIONS, Event, Kind, Run, State
from sandbox.runs.work import RunRefused, work
from sandbox.scenarios import services as scenario_services
from sandbox.scenarios.language import speaking

BEAT_S: Final = 1.0
FLUSH_S: Final = 0.05
FLUSH_EVENTS: Final = 200
CANCEL_S: Final = 0.25
"""So often a run that waits looks whether somebody cancelled it."""
MAX_EVENTS: Final = 200_000
MAX_BYTES: Final = 20_000_000
"""So many bytes of events, JSON text and columns, a run may store. Our assumption (grade D)."""

TIME_LIMITS_S: Final = {
    Kind.TRACE: 20,
    Kind.COMPARE: 20,
    Kind.WHY: 60,
    Kind.IMPORT: 30,
    Kind.GRADE: 120,
    Kind.FAILOVER: 120,
    Kind.LIVE: LIVE_S + 120,
    Kind.TRIALS: 900,
    Kind.SWEEP: 900,
    **dict.fromkeys(QUESTIONS, 300),
}
"""Seconds a run may take on a worker before it fails; what was stored by then is kept."""

log = logging.getLogger(__name__)


class TookTooLong(Exception):
    """The run is over its time."""


class _Cancelled(Exception):
    """Somebody asked to stop."""


@dataclass
class Lease:
    """The right of this worker to write the run; ``last_seq`` moves with what it stores.

    ``stopped``: the run was to go no further when the lease was taken.
    """

    run: Run
    token: str
    last_seq: int
    stopped: bool = False
    began: float = field(default_factory=time.monotonic)
    lost: bool = False

    @property
    def limit_s(self) -> int:
        """Seconds the run may take."""
        return TIME_LIMITS_S[Kind(self.run.kind)]

    def store(self, payloads: list[Payload], finish: tuple[State, str] | None = None) -> None:
        """Append to the log; raises LeaseLost."""
        self.last_seq = events.append(self.run.pk, self.token, self.last_seq, payloads, finish)

    def is_stopped(self) -> bool:
        """Return whether the run is to go no further."""
        return Run.objects.filter(queries.stopped(), pk=self.run.pk).exists()


class _Unseen(Lease):
    """Of a run that nobody knows of before it has ended: nobody can stop it, and its events are kept here."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, "", 0)
        self.payloads: list[Payload] = []

    def store(self, payloads: list[Payload], finish: tuple[State, str] | None = None) -> None:
        self.payloads += payloads
        self.last_seq = len(self.payloads)

    def is_stopped(self) -> bool:
        return False


class Heart:
    """Beats for a lease from a thread, so that one long step of the work does not lose it.

    It stops beyond twice the time limit: a step that hangs for ever must not hold the run for ever.
    """

    def __init__(self, lease: Lease) -> None:
        """Keep the lease."""
        self._lease = lease
        self._stop = Flag()
        self._thread = Thread(target=self._beat, name=f"heart-{lease.run.pk}", daemon=True)

    def __enter__(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join(5)

    def _beat(self) -> None:
        lease, used = self._lease, False
        try:
            while not self._stop.wait(BEAT_S):
                if time.monotonic() - lease.began > 2 * lease.limit_s:
                    return
                used = True
                mine = Run.objects.filter(pk=lease.run.pk, token=lease.token, state=State.RUNNING)
                try:
                    if not mine.update(heartbeat=now()) and not self._stop.is_set():
                        lease.lost = True
                        return
                except DatabaseError:
                    log.warning("run %s: a beat failed", lease.run.pk, exc_info=True)
                except MemoryError:
                    # The run that has it all is about to end; the next beat finds some again.
                    continue
        finally:
            if used:
                connection.close()


def claim(run_id: UUID) -> Lease | None:
    """Take the lease of a run; None when it is held, finished or gone. Two queries: people wait meanwhile."""
    token, moment = uuid.uuid4().hex, now()
    free = Run.objects.filter(queries.claimable(moment), pk=run_id)
    started = Coalesce(F("started"), Value(moment, DateTimeField()))
    lease = {"state": State.RUNNING, "token": token, "heartbeat": moment, "attempts": F("attempts") + 1}
    if not free.update(started=started, **lease):
        return None
    stopped = ExpressionWrapper(queries.stopped(), output_field=BooleanField())
    known = Run.objects.select_related("revision", "upload", "owner").annotate(stopped=stopped)
    run = known.get(pk=run_id)
    return Lease(run, token, run.last_seq, run.stopped)


def execute(run_id: UUID, interrupts: tuple[type[Exception], ...] = ()) -> bool:
    """Do a run to its end and return True; False when another worker has it.

    It ends succeeded, failed or cancelled, with a reason.

    Args:
        interrupts: what the pool raises inside a run that is over its time.
    """
    lease = claim(run_id)
    if lease is None:
        return False
    with Heart(lease), speaking(lease.run.language):
        try:
            state, reason = _play(lease, interrupts)
            lease.store([], (state, reason))
            drop_upload(lease.run)
        except LeaseLost:
            log.info("run %s went to another worker", run_id)
        except (OperationalError, InterfaceError):
            # The database is away or busy: nothing can be said now. The lease runs out, and whoever
            # takes the run next continues behind the last stored event.
            log.exception("run %s is left to the collector", run_id)
    return True


def play_unseen(run: Run) -> list[Payload]:
    """Do a run that is stored nowhere yet, put into it how it ended, and return all its events."""
    lease = _Unseen(run)
    run.started, run.attempts = now(), 1
    with speaking(run.language):
        state, reason = _play(lease, ())
    payloads = [*lease.payloads, events.finished_payload(state, reason)]
    run.state, run.reason, run.last_seq, run.finished = state, reason, len(payloads), now()
    return payloads


def drop_upload(run: Run) -> None:
    """Forget the file of an import that has ended."""
    if run.upload_id:
        scenario_services.drop_upload(run.upload_id)


def _play(lease: Lease, interrupts: tuple[type[Exception], ...]) -> tuple[State, str]:
    """Store the events of the run and return how it ended."""
    run = lease.run
    if lease.stopped:
        return State.CANCELLED, _cancelled(lease)
    if lease.last_seq and run.engine != netcore.ENGINE_VERSION:
        return State.FAILED, (
            gettext(
                "The run began on engine {engine} and lost its worker; this worker has engine "
                "{engine_version}, so the rest would not fit. Start it again."
            ).format(engine=run.engine, engine_version=netcore.ENGINE_VERSION)
        )
    if run.engine != netcore.ENGINE_VERSION:
        _name_engine(lease)
    over_time: tuple[type[Exception], ...] = (TookTooLong, *interrupts)
    try:
        _store_all(lease, work(run))
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except (_Cancelled, Stopped):
        return State.CANCELLED, _cancelled(lease)
    except over_time:
        return State.FAILED, (
            gettext(
                "The run took longer than the {limit_s} seconds it may take and was stopped. What it "
                "found until then is kept."
            ).format(limit_s=lease.limit_s)
        )
    except MemoryError:
        return State.FAILED, gettext("The run needed more memory than a run may use and was stopped.")
    except RunRefused as refusal:
        if refusal.payload is not None and lease.last_seq == 0:
            lease.store([refusal.payload])
        return State.FAILED, str(refusal)
    except netcore.NetcoreError as error:
        return State.FAILED, str(error)
    except RecursionError:
        log.exception("run %s: recursion", run.pk)
        return State.FAILED, gettext("The document is nested too deeply for the engine.")
    except Exception as error:
        log.exception("run %s failed", run.pk)
        return State.FAILED, (
            gettext(
                "The engine stopped with an error of its own ({name}). This is our mistake and not the "
                "drawing's; it is in the log under the id of this run."
            ).format(name=type(error).__name__)
        )
    return State.SUCCEEDED, ""


def _name_engine(lease: Lease) -> None:
    run = lease.run
    run.engine = netcore.ENGINE_VERSION
    mine = Run.objects.filter(pk=run.pk, token=lease.token, state=State.RUNNING)
    if not mine.update(engine=run.engine):
        raise LeaseLost


def _cancelled(lease: Lease) -> str:
    if not lease.last_seq:
        return gettext("Cancelled before it began.")
    words = kept(lease.run, lease.last_seq)
    return gettext("Cancelled; {rest}").format(rest=words[0].lower() + words[1:])


def kept(run: Run, last_seq: int) -> str:
    """Return how much of an unfinished run is kept, in what people count: trials, values, else events."""
    if run.kind == Kind.TRIALS:
        last = Event.objects.filter(run=run, seq=last_seq).values_list("payload", flat=True).first()
        done = (last or {}).get("done")
        if done is not None:
            return gettext("The {done:,} of {whole:,} trials until then are kept.").format(
                done=done, whole=run.parameters["n"]
            )
    if run.kind == Kind.SWEEP:
        whole = len(run.parameters["values"])
        return gettext("What {count} of {whole} values gave until then is kept.").format(
            count=last_seq, whole=whole
        )
    return ngettext(
        "The one event until then is kept.", "The {count} events until then are kept.", last_seq
    ).format(count=last_seq)


def _store_all(lease: Lease, payloads: Iterator[Payload | None]) -> None:
    """Store what is not stored yet: the first event at once, then batches by time or size.

    None among the payloads is no event: the work waits, so what there is is stored and a cancel heard.

    Raises:
        LeaseLost, TookTooLong, and whatever the work raises. What came before is stored in each case.
    """
    stored, flushed, size, number = lease.last_seq, float("-inf"), 0, 0
    batch: list[Payload] = []
    try:
        for payload in payloads:
            if payload is None:
                _check(lease, number, size)
                batch, pending = [], batch
                if pending:
                    lease.store(pending)
                if pending or time.monotonic() - flushed >= CANCEL_S:
                    flushed = time.monotonic()
                    if lease.is_stopped():
                        raise _Cancelled
                continue
            number += 1
            # What is stored already counts as well: a run that lost its worker ends at the same event.
            size += events.size_of(payload)
            _check(lease, number, size)
            if number < stored:
                continue
            if number == stored:
                _same_as_stored(lease, number, payload)
                continue
            batch.append(payload)
            if len(batch) >= FLUSH_EVENTS or time.monotonic() - flushed >= FLUSH_S:
                batch, pending = [], batch
                lease.store(pending)
                flushed = time.monotonic()
                if lease.is_stopped():
                    raise _Cancelled
    except MemoryError as error:
        limits.lift(error)
        raise
    finally:
        if batch and not lease.lost:
            lease.store(batch)


def _check(lease: Lease, number: int, size: int) -> None:
    if lease.lost:
        raise LeaseLost
    if time.monotonic() - lease.began > lease.limit_s:
        raise TookTooLong
    if number > MAX_EVENTS:
        raise RunRefused(
            gettext("The run made more than the {limit} events it may make.").format(limit=MAX_EVENTS)
        )
    if size > MAX_BYTES:
        raise RunRefused(
            gettext(
                "The run found more than the {limit} MB it may store and was stopped. What it found "
                "until then is kept."
            ).format(limit=MAX_BYTES // 1_000_000)
        )


def _same_as_stored(lease: Lease, number: int, payload: Payload) -> None:
    """Refuse to continue a log that the work does not repeat."""
    known: Any = Event.objects.values_list("payload", flat=True).get(run=lease.run, seq=number)
    if known != payload:
        log.error("run %s: event %d is not what it was", lease.run.pk, number)
        raise RunRefused(
            gettext(
                "The engine did not repeat what it had said before its worker was lost. Start the run again."
            )
        )


def end_stopped() -> list[UUID]:
    """End the cancelled runs whose worker is gone, with the reason; return their ids."""
    ended = []
    for run in queries.lapsed(now()).filter(queries.stopped()):
        if events.finish_lapsed(run.pk, State.CANCELLED, lost_and_cancelled(run)):
            drop_upload(run)
            ended.append(run.pk)
    return ended


def lost_and_cancelled(run: Run) -> str:
    """Return why a cancelled run without a worker has ended."""
    with speaking(run.language):
        return gettext("Cancelled after its worker was lost. {kept}").format(kept=kept(run, run.last_seq))


def fail_poisoned() -> list[UUID]:
    """Fail the runs whose last allowed worker died, with the reason; return their ids."""
    failed = []
    for run in queries.poisoned(now()):
        with speaking(run.language):
            reason = gettext(
                "The worker died {attempts} times while it did this run, so it is not tried again. {kept}"
            ).format(attempts=run.attempts, kept=kept(run, run.last_seq))
        token = uuid.uuid4().hex
        if not queries.poisoned(now()).filter(pk=run.pk, token=run.token).update(token=token):
            continue  # another collector has it, or its worker was only slow
        events.append(run.pk, token, run.last_seq, [], (State.FAILED, reason))
        drop_upload(run)
        failed.append(run.pk)
    return failed
