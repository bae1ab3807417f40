"""What people do with runs: start, import, cancel."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

import netcore
from sandbox.accounts.models import User
from sandbox.runs import events, fanout, queries, runner, tasks
from sandbox.runs.models import Kind, Run, State
from sandbox.runs.parameters import BadParameters as BadParameters
from sandbox.runs.parameters import clean
from sandbox.scenarios.models import Revision, Upload

OPEN_PER_PERSON: Final = 10
OPEN_TRIALS_PER_PERSON: Final = 3


class TooManyRuns(Exception):
    """The person has as many queued and running runs as one may have at a time."""


def start(owner: User, revision: Revision, kind: Kind, parameters: Any, *, tell: bool = True) -> Run:
    """Queue a run of a revision and return it; a worker hears of it when the transaction is through.

    Args:
        parameters: raw; what ``parameters.clean`` makes of them is stored.
        tell: False leaves the broker alone, for callers that do the run themselves.

    Raises:
        BadParameters: the parameters do not fit the kind or the revision.
        scenarios.queries.NotRunnable: the drawing has problems.
        TooManyRuns: wait for one to finish, or cancel one.
    """
    cleaned, seed = clean(kind, parameters, revision)
    run = Run(owner=owner, scenario_id=revision.scenario_id, revision=revision, kind=kind)
    run.parameters, run.seed = cleaned, seed
    return _queue(run, tell)


def start_import(owner: User, upload: Upload) -> Run:
    """Queue the import of a file and return the run; its scenario is made by the worker.

    Raises:
        TooManyRuns: as ``start``.
    """
    return _queue(Run(owner=owner, upload=upload, kind=Kind.IMPORT, parameters={"name": upload.name}), True)


def _queue(run: Run, tell: bool) -> Run:
    most = getattr(settings, "OPEN_RUNS_PER_PERSON", OPEN_PER_PERSON)
    most_trials = min(most, OPEN_TRIALS_PER_PERSON)
    run.engine = netcore.ENGINE_VERSION
    with transaction.atomic():
        User.objects.select_for_update().get(pk=run.owner_id)  # two clicks at once must not both fit
        kinds = list(queries.open_runs(run.owner).values_list("kind", flat=True))
        if len(kinds) >= most:
            raise TooManyRuns(
                f"You have {len(kinds)} runs queued or running, which is as many as one may have at a time. "
                "Wait for one to finish, or cancel one."
            )
        many = (Kind.TRIALS, Kind.SWEEP)
        if run.kind in many and sum(map(kinds.count, many)) >= most_trials:
            raise TooManyRuns(
                f"You have {most_trials} sets of trials or sweeps queued or running, as many as one may have "
                "at a time. Wait for one to finish, or cancel one."
            )
        run.published = run.created if tell else None
        run.save(force_insert=True)
        if tell:
            transaction.on_commit(lambda: tasks.publish(run.pk, Kind(run.kind)))
    return run


def cancel(run: Run) -> Run:
    """Ask a run to stop and return it as it is now; a finished run stays as it is.

    A queued run ends at once. A running one ends at its next step; what it stored is kept.
    """
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.state == State.QUEUED:
            reason = "Cancelled before it began."
            locked.state, locked.reason, locked.cancel, locked.finished = State.CANCELLED, reason, True, now()
            events.store(locked.pk, locked.last_seq, [events.finished_payload(State.CANCELLED, reason)])
            locked.last_seq += 1
            locked.save(update_fields=["state", "reason", "cancel", "finished", "last_seq"])
            runner.drop_upload(locked)
        elif locked.state == State.RUNNING:
            Run.objects.filter(pk=locked.pk).update(cancel=True)
    fanout.hint(run.pk)
    return queries.visible().get(pk=run.pk)


def nudge(run_id: UUID) -> None:
    """Make the sockets of a run look at the table, and at their rights, again."""
    fanout.hint(run_id)
