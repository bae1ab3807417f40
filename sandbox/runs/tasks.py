"""Celery's side of runs: shells that take ids. Without it runs are slow, never wrong."""

from __future__ import annotations

import logging
import time
from typing import Final
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.utils.timezone import now

from sandbox.runs import chunks, limits, queries, reaching, runner
from sandbox.runs.models import QUESTIONS, Kind, Run

QUESTION_QUEUE: Final = "questions"

QUEUES: Final = {
    Kind.TRACE: "interactive",
    Kind.COMPARE: "interactive",
    Kind.WHY: "interactive",
    Kind.FAILOVER: "interactive",
    Kind.IMPORT: "interactive",
    Kind.TRIALS: "batch",
    Kind.SWEEP: "batch",
    Kind.LIVE: "live",
    Kind.GRADE: "grading",
    **dict.fromkeys(QUESTIONS, QUESTION_QUEUE),
}

_FORGET_S: Final = 120
"""A message nobody took for this long is dropped by the broker; the collector has sent another by then."""

_COMPILES_S: Final = 300

log = logging.getLogger(__name__)


@shared_task(name="runs.execute", ignore_result=True)
def execute(run_id: str) -> None:
    """Do one run; harmless when it is done, held or gone."""
    with limits.memory():
        runner.execute(UUID(run_id), (SoftTimeLimitExceeded,))


@shared_task(name="runs.grade", ignore_result=True)
def grade(run_id: str) -> None:
    """Do one grading: a message is a turn, and whose turn it is, is decided when a worker is free.

    So somebody who queues two hundred waits behind somebody who queues one, whoever came first.
    """
    with limits.memory():
        while (turn := queries.next_grading()) is not None:
            if runner.execute(turn, (SoftTimeLimitExceeded,)):
                return
        # Nothing is queued; this may be a run that lost its worker.
        runner.execute(UUID(run_id), (SoftTimeLimitExceeded,))


@shared_task(name=chunks.TASK, ignore_result=True)
def help_with(run_id: str) -> None:
    """Play one stretch of a run's trials, and ask for more help while there is something to do.

    One stretch at a time, so that a worker also comes to what others wait for.
    """
    with limits.memory():
        more = chunks.help_once(UUID(run_id))
    if more:
        chunks.call_helpers(UUID(run_id), 1)


@shared_task(name="runs.collect", ignore_result=True)
def collect() -> None:
    """End cancelled runs without a worker, fail those that killed theirs, publish what nobody works on."""
    runner.end_stopped()
    runner.fail_poisoned()
    for run in queries.lost(now()):
        Run.objects.filter(pk=run.pk).update(published=now())
        publish(run.pk, Kind(run.kind))


def collect_at_start() -> None:
    """Collect lapsed runs when a worker is ready; a failure waits for the next time."""
    try:
        collect()
    except Exception:
        log.exception("collecting at the start failed")


def warm() -> None:
    """Have the compiled kernels ready; a failure is only logged, as the first question compiles them too."""
    began = time.monotonic()
    try:
        # For those who wait meanwhile; a worker that dies here must not say so for ever.
        cache.set(queries.ENGINE_STARTS, True, timeout=_COMPILES_S)
        try:
            reaching.warm()
        finally:
            cache.delete(queries.ENGINE_STARTS)
    except Exception:
        log.exception("the kernels could not be made ready")
    else:
        log.info("the kernels were ready after %.1f s", time.monotonic() - began)


def publish(run_id: UUID, kind: Kind) -> None:
    """Tell the broker of a run marked as published. Never raises, never retries: the collector does."""
    limit_s = runner.TIME_LIMITS_S[kind]
    try:
        (grade if kind is Kind.GRADE else execute).apply_async(
            (str(run_id),),
            queue=QUEUES[kind],
            retry=False,
            expires=_FORGET_S,
            soft_time_limit=limit_s + 5,
            time_limit=limit_s + 15,
        )
    except Exception as error:
        log.warning("run %s was not published, the collector will: %r", run_id, error)
        Run.objects.filter(pk=run_id).update(published=None)
