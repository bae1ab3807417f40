"""What people do with runs: start, import, cancel."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import get_language, gettext

import netcore
from sandbox.accounts.models import User
from sandbox.runs import at_once, events, fanout, queries, runner, tasks
from sandbox.runs.models import OPEN, QUESTIONS, RACES, Kind, LiveCommand, Run, State
from sandbox.runs.parameters import BadParameters as BadParameters
from sandbox.runs.parameters import clean, clean_command
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Revision, Scenario, Upload
from sandbox.scenarios.queries import NotRunnable

OPEN_PER_PERSON: Final = 10
OPEN_TRIALS_PER_PERSON: Final = 3
OPEN_QUESTIONS_PER_PERSON: Final = 3
OPEN_LIVE_PER_PERSON: Final = 2
IN_BACKGROUND: Final = (Kind.MATRIX, Kind.DIFFERENCE)
KEPT_IN_BACKGROUND: Final = 10
"""So many runs that a page asked by itself are kept of each kind and scenario, and those that are shared."""
AWAY_AT_ONCE: Final = 5
"""Older ones go so many at a time: an edit waits for each time."""
OPEN_GRADINGS_PER_PERSON: Final = 5
COMMANDS_PER_MINUTE: Final = 60
COMMANDS_PER_RUN: Final = 2_000
STEPS_PER_RUN: Final = 200
"""As many as a fault can have."""

log = logging.getLogger(__name__)


class Over(Exception):
    """The run takes no commands or no cancel: it has ended, or it is not of a kind that does."""


class TooManyCommands(Exception):
    """More commands than a live run takes."""


class TooManyRuns(Exception):
    """The person has as many queued and running runs as one may have at a time."""


def start(
    owner: User,
    revision: Revision,
    kind: Kind,
    parameters: Any,
    *,
    tell: bool = True,
    background: bool = False,
) -> Run:
    """Queue a run of a revision and return it; a worker hears of it when the transaction is through.

    Args:
        parameters: raw; what ``parameters.clean`` makes of them is stored.
        tell: False leaves the broker alone, for callers that do the run themselves.
        background: a page asks by itself after an edit: the run is not listed, only the newest are kept, and
            those of the kind that are still open are cancelled: an earlier edit is worth nothing now.

    Raises:
        BadParameters: the parameters do not fit the kind or the revision, or such a kind has no background.
        scenarios.queries.NotRunnable: the drawing has problems.
        scenarios.services.InExam: the engine mends no drawing of an exam, nor for whoever sits one.
        scenarios.services.PredictFirst: the run would show what is to be predicted.
        TooManyRuns: wait for one to finish, or cancel one.
    """
    return _queue(_asked(owner, revision, kind, parameters, background), tell)


def _asked(owner: User, revision: Revision, kind: Kind, parameters: Any, background: bool) -> Run:
    """Return a run that is stored nowhere yet; raises as ``start``, but for the limits per person."""
    scenario = revision.scenario
    if kind is Kind.WHY and (scenario.exam or restrictions.sits_exam(owner)):
        raise scenarios.InExam(gettext("In an exam no edit that mends a drawing is looked for."))
    restrictions.may_tell(scenario, "races" if kind in RACES else "packets")
    if background and kind not in IN_BACKGROUND:
        raise BadParameters(
            [
                {
                    "pointer": "/background",
                    "message": gettext("No {kind} is asked in the background.").format(kind=kind),
                }
            ]
        )
    cleaned, seed = clean(kind, parameters, revision)
    run = _new(owner, kind, scenario_id=revision.scenario_id, revision=revision)
    run.background, run.mends = background, not scenario.exam
    run.parameters, run.seed = cleaned, seed
    return run


def _new(owner: User, kind: Kind, **fields: Any) -> Run:
    """Return a run of this engine, in the language of whoever asks."""
    language = get_language() or settings.LANGUAGE_CODE
    return Run(owner=owner, kind=kind, engine=netcore.ENGINE_VERSION, language=language, **fields)


def start_import(owner: User, upload: Upload) -> Run:
    """Queue the import of a file and return the run; its scenario is made by the worker.

    Raises:
        TooManyRuns: as ``start``.
    """
    return _queue(_new(owner, Kind.IMPORT, upload=upload, parameters={"name": upload.name}), True)


def start_grading(
    owner: User, revision: Revision, parameters: dict[str, Any], *, many: bool = False, tell: bool = True
) -> Run:
    """Queue the grading of a revision and return the run.

    It belongs to no scenario: a drawing that is deleted later is graded all the same. What it does is the
    business of whoever registered the kind (``work.register``).

    Args:
        many: without the limit per person, for those who grade a class; turns are fair in any case.

    Raises:
        TooManyRuns: the person waits for as many gradings as one may.
    """
    run = _new(owner, Kind.GRADE, revision=revision, parameters=parameters)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        mine = Run.objects.filter(owner=owner, kind=Kind.GRADE, state__in=OPEN)
        if not many and mine.count() >= OPEN_GRADINGS_PER_PERSON:
            raise TooManyRuns(
                gettext("You wait for {limit} gradings already, as many as one may at a time.").format(
                    limit=OPEN_GRADINGS_PER_PERSON
                )
            )
        _store(run, tell)
    return run


def _queue(run: Run, tell: bool) -> Run:
    most = getattr(settings, "OPEN_RUNS_PER_PERSON", OPEN_PER_PERSON)
    most_trials = min(most, OPEN_TRIALS_PER_PERSON)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=run.owner_id)  # two clicks at once must not both fit
        if run.background:
            _supersede(run)
            _make_room(run)
        kinds = list(queries.open_runs(run.owner, run.background).values_list("kind", flat=True))
        if len(kinds) >= most:
            raise TooManyRuns(
                gettext(
                    "You have {count} runs queued or running, which is as many as one may have at a time. "
                    "Wait for one to finish, or cancel one."
                ).format(count=len(kinds))
            )
        many = (Kind.TRIALS, Kind.SWEEP)
        if run.kind in many and sum(map(kinds.count, many)) >= most_trials:
            raise TooManyRuns(
                gettext(
                    "You have {most_trials} sets of trials or sweeps queued or running, as many as one may "
                    "have at a time. Wait for one to finish, or cancel one."
                ).format(most_trials=most_trials)
            )
        if run.kind in QUESTIONS and sum(map(kinds.count, QUESTIONS)) >= OPEN_QUESTIONS_PER_PERSON:
            raise TooManyRuns(
                gettext(
                    "You have {limit} questions about all headers queued or running, as many as one may have "
                    "at a time. Wait for one to finish, or cancel one."
                ).format(limit=OPEN_QUESTIONS_PER_PERSON)
            )
        if run.kind == Kind.LIVE and kinds.count(Kind.LIVE) >= OPEN_LIVE_PER_PERSON:
            raise TooManyRuns(
                gettext(
                    "You have {limit} live runs open, as many as one may have at a time. End one."
                ).format(limit=OPEN_LIVE_PER_PERSON)
            )
        _store(run, tell)
    return run


def _store(run: Run, tell: bool) -> None:
    run.published = run.created if tell else None
    run.save(force_insert=True)
    if tell:
        transaction.on_commit(lambda: tasks.publish(run.pk, Kind(run.kind)))


def ask_after_edit(owner: User, revision: Revision, parameters: Any) -> Run | None:
    """Ask for the matrix that a page wants in the background, together with the edit that it asks about.

    Of a small drawing it is made at once, see ``at_once``; else it is queued. The edit is saved whatever
    comes of this: None where the drawing cannot be run, or nobody can ask so.
    """
    try:
        run = _asked(owner, revision, Kind.MATRIX, parameters, background=True)
        with at_once.turn(revision, parameters) as mine:
            payloads = runner.play_unseen(run) if mine else []
        # Behind the work, so that nobody else waits for the database meanwhile.
        with transaction.atomic():
            _queue(run, tell=not mine)
            events.store(run.pk, 0, payloads)
        return run
    except (BadParameters, NotRunnable, TooManyRuns, scenarios.InExam, scenarios.PredictFirst):
        return None
    except Exception:
        # Of any kind: an answer that refuses would say that the edit is not saved, and the page would take
        # it back.
        log.exception("no matrix could be asked of %s", revision)
        return None


def _supersede(run: Run) -> None:
    """Cancel what the page asked of earlier edits and nobody waits for any more."""
    alike = Run.objects.filter(owner=run.owner_id, scenario=run.scenario_id, kind=run.kind, background=True)
    for earlier in alike.filter(state__in=OPEN, shares=None):
        cancel(earlier)


def _make_room(run: Run) -> None:
    """Delete the oldest of what pages asked by themselves; what a link shows stays."""
    alike = Run.objects.filter(scenario=run.scenario_id, kind=run.kind, background=True)
    over = alike.exclude(state__in=OPEN).filter(shares=None).order_by("-created")
    old = list(over.values_list("pk", flat=True)[KEPT_IN_BACKGROUND - 1 :])
    if len(old) >= AWAY_AT_ONCE:
        Run.objects.filter(pk__in=old).delete()


def command(run: Run, person: User, raw: Any) -> int:
    """Put a command into the inbox of a live run and return its number; its worker takes it within a tick.

    Args:
        raw: ``{"kind": "inject", "step": {...}}``, ``{"kind": "pace", "pace": x}`` or ``{"kind": "end"}``.

    Raises:
        BadParameters: it is none of these.
        Over: the run has ended, or it is no live one.
        TooManyCommands: wait a little, or end the run.
    """
    cleaned = clean_command(raw)
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.kind != Kind.LIVE:
            raise Over(gettext("Only a live run takes commands; this one plays by itself."))
        if not locked.is_open or locked.cancel:
            raise Over(gettext("The live run is over, so it takes no more commands."))
        sent = LiveCommand.objects.filter(run=locked)
        number = (sent.aggregate(last=Max("number"))["last"] or 0) + 1
        if (
            sent.filter(person=person, created__gte=now() - timedelta(minutes=1)).count()
            >= COMMANDS_PER_MINUTE
        ):
            raise TooManyCommands(
                gettext("A live run takes {limit} commands in a minute. Wait a little.").format(
                    limit=COMMANDS_PER_MINUTE
                )
            )
        steps = sent.filter(command__kind="inject").count() if cleaned["kind"] == "inject" else 0
        if steps >= STEPS_PER_RUN or number > COMMANDS_PER_RUN:
            raise TooManyCommands(
                gettext("A live run takes {limit} steps at most. End it and begin another.").format(
                    limit=STEPS_PER_RUN
                )
            )
        LiveCommand.objects.create(run=locked, number=number, person=person, command=cleaned)
    return number


def cancel_asked(run: Run) -> Run:
    """Cancel a run because a person asks for it, as ``cancel``.

    Raises:
        Over: it is a grading. Who hands in has handed in, and could else look at the checks and take it back.
    """
    if run.kind == Kind.GRADE:
        raise Over(gettext("A grading is not cancelled: it ends by itself."))
    return cancel(run)


def cancel(run: Run) -> Run:
    """Ask a run to stop and return it as it is now; a finished run stays as it is.

    A queued run ends at once. A running one ends at its next step, or at once when
    its worker is gone; what it stored is kept.
    """
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.state == State.QUEUED:
            reason = gettext("Cancelled before it began.")
            locked.state, locked.reason, locked.cancel, locked.finished = State.CANCELLED, reason, True, now()
            events.store(locked.pk, locked.last_seq, [events.finished_payload(State.CANCELLED, reason)])
            locked.last_seq += 1
            locked.save(update_fields=["state", "reason", "cancel", "finished", "last_seq"])
            runner.drop_upload(locked)
        elif locked.state == State.RUNNING:
            Run.objects.filter(pk=locked.pk).update(cancel=True)
            if events.finish_lapsed(locked.pk, State.CANCELLED, runner.lost_and_cancelled(locked)):
                runner.drop_upload(locked)
    fanout.hint(run.pk)
    return Run.objects.select_related("revision").defer("revision__document").get(pk=run.pk)


def delete_scenario(scenario: Scenario) -> None:
    """Hide a scenario from everybody and cancel its open runs."""
    scenarios.delete(scenario)
    for run in Run.objects.filter(scenario=scenario, state__in=OPEN):
        cancel(run)


def delete_person(user: User) -> None:
    """Delete an account with all that is its own: scenarios, runs, links. Open runs are cancelled first."""
    for run in Run.objects.filter(owner=user, state__in=OPEN):
        cancel(run)
    # What others ran on the person's drawings, as graders do, would hold their revisions.
    Run.objects.filter(revision__scenario__owner=user).exclude(owner=user).delete()
    user.delete()


def nudge(run_id: UUID) -> None:
    """Make the sockets of a run look at the table, and at their rights, again."""
    fanout.hint(run_id)
