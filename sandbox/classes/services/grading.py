"""Grades: queue a grading, grade again, set points by hand, comment."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext

import netcore
from sandbox.accounts.models import User
from sandbox.classes import packs, queries, recording, runner
from sandbox.classes.models import (
    Attempt,
    CheckRow,
    Comment,
    Exercise,
    Grading,
    Override,
    PackVersion,
    Submission,
)
from sandbox.runs import services as runs
from sandbox.runs.models import OPEN, Kind, Run
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario

COMMENTS_PER_ATTEMPT: Final = 200


class GradingRefused(ValueError):
    """It cannot be done; the message says why, for people."""


def queue(submission: Submission, user: User, *, tell: bool = True) -> Grading:
    """Queue the first grading of a learner's submission and return it; its log tells what they may see.

    Raises:
        runs.services.TooManyRuns: the person waits for too many gradings.
    """
    attempt = submission.attempt
    grading = Grading.objects.create(submission=submission, pack_id=attempt.pack_id)
    exercise = attempt.exercise
    show, right = shown_to_learner(exercise), exercise.shows_right
    return _start(grading, user, show, right=right, many=False, tell=tell)


def shown_to_learner(exercise: Exercise) -> str:
    """Return how much the log of a learner's grading tells, by the rules of the exercise now."""
    if not exercise.shows_results:
        return runner.NOTHING
    return runner.RULES if exercise.shows_hidden else runner.VISIBLE


def _start(grading: Grading, user: User, show: str, *, right: bool, many: bool, tell: bool) -> Grading:
    parameters = {"grading": str(grading.pk), "show": show, "right": right}
    grading.run = runs.start_grading(user, grading.submission.revision, parameters, many=many, tell=tell)
    grading.save(update_fields=["run"])
    return grading


def regrade(
    submissions: Iterable[Submission], version: PackVersion, author: User, *, tell: bool = True
) -> list[Grading]:
    """Grade submissions again by a version of the pack, on trial: nothing counts before it is applied.

    Earlier trials of the same submissions are dropped.
    """
    made = []
    with transaction.atomic():
        for submission in submissions:
            _drop(queries.trials(submission=submission))
            trial = Grading.objects.create(submission=submission, pack=version, counts=False)
            made.append(_start(trial, author, runner.ALL, right=True, many=True, tell=tell))
    return made


def try_version(exercise: Exercise, version: PackVersion, author: User) -> list[Grading]:
    """Grade all submissions of an exercise again by a version of the pack that their attempts have, on trial.

    Submissions of attempts that have another pack are left alone: its checks are not about their drawings.
    Earlier trials of the exercise are dropped, so that all trials are by one version.
    """
    submissions = queries.to_be_tried(exercise, version).select_related("revision", "attempt")
    with transaction.atomic():
        drop_regrade(exercise)
        return regrade(submissions.defer("revision__document"), version, author)


def apply_regrade(exercise: Exercise, version: PackVersion, author: User) -> int:
    """Let the finished trials of an exercise by a version count and return how many.

    What counted before is kept, and what people have set stays.

    Raises:
        GradingRefused: trials are still to be done.
    """
    trials = queries.trials(
        submission__attempt__exercise=exercise, submission__attempt__pack__slug=version.slug, pack=version
    )
    if trials.filter(finished=None, run__state__in=OPEN).exists():
        raise GradingRefused(gettext("Not every submission is graded on trial yet."))
    trials = trials.filter(finished__isnull=False)
    moment, applied, attempts = now(), 0, {}
    with transaction.atomic():
        for trial in trials.select_related("submission__attempt", "pack"):
            old = Grading.objects.filter(submission=trial.submission, counts=True)
            old.update(counts=False, replaced=moment)
            applied += Grading.objects.filter(pk=trial.pk, counts=False).update(counts=True)
            attempts[trial.submission.attempt_id] = (trial.submission.attempt, trial.pack)
        for attempt, pack in attempts.values():
            recording.rescore(attempt, gettext("Graded again by {pack}").format(pack=pack), author)
    return applied


def drop_regrade(exercise: Exercise) -> None:
    """Forget the trials of an exercise; nothing changes."""
    _drop(queries.trials(submission__attempt__exercise=exercise))


def _drop(trials: QuerySet[Grading]) -> None:
    """Forget trials, and spare workers the runs that nobody would read."""
    for trial in trials.select_related("run"):
        if trial.run is not None:
            runs.cancel(trial.run)
    trials.delete()


def override(
    attempt: Attempt, author: User, check_id: str, points: float | None, reason: str, *, told: bool = False
) -> None:
    """Set points by hand for a check, or for the whole score with ``check_id`` ""; None takes it back.

    What a person sets wins over every grading, until it is taken back.

    Args:
        told: the learner may read the reason.

    Raises:
        GradingRefused: the check has not so many points, or there is no such check.
    """
    whole = 100.0 if not check_id else _points_of(attempt, check_id)
    if points is not None and not 0 <= points <= whole:
        raise GradingRefused(gettext("There are 0 to {whole:g} points for this.").format(whole=whole))
    with transaction.atomic():
        Override.objects.create(
            attempt=attempt, check_id=check_id, points=points, reason=reason, told=told, author=author
        )
        what = (
            gettext("of check {check_id}").format(check_id=check_id) if check_id else gettext("of the whole")
        )
        done = gettext("taken back") if points is None else gettext("set by hand")
        recording.rescore(
            attempt,
            gettext("Points {what} {done}: {reason}").format(what=what, done=done, reason=reason),
            author,
        )


def _points_of(attempt: Attempt, check_id: str) -> float:
    for check in packs.pack_of(attempt.pack).checks:
        if check.id == check_id:
            return float(check.points)
    raise GradingRefused(gettext("There is no such check."))


def comment(attempt: Attempt, author: User, text: str) -> Comment:
    """Say something to a learner about an attempt.

    Raises:
        GradingRefused: there are too many comments.
    """
    if attempt.comments.count() >= COMMENTS_PER_ATTEMPT:
        raise GradingRefused(
            gettext("An attempt has {limit} comments at most.").format(limit=COMMENTS_PER_ATTEMPT)
        )
    return Comment.objects.create(attempt=attempt, author=author, text=text)


_KINDS: Final = {"trace": Kind.TRACE, "failover": Kind.FAILOVER}


def replay(grading: Grading, row: CheckRow, document: Any, user: User) -> tuple[Scenario, Run | None]:
    """Return the drawing of a counterexample, and the run that replays it; None: it is a place to look at.

    It plays on the submitted revision where the drawing is the person's own and unchanged; else on a copy,
    the same one each time, as it was at first.

    Raises:
        GradingRefused: the counterexample cannot be replayed.
        scenarios.PredictFirst: predictions about the drawing are not locked yet.
        scenarios.Invalid: the drawing cannot be saved as a copy.
        runs.services.TooManyRuns, scenarios.TooManyScenarios: the person has too many of them.
    """
    found = row.counterexample or {}
    kind = str(found.get("kind"))
    if kind not in ("trace", "failover", "drawing"):
        raise GradingRefused(
            gettext("This counterexample is no packet, timeline or place, so it is not replayed.")
        )
    revision = grading.submission.revision
    if row.on_copy or revision.scenario.owner_id != user.pk or revision.scenario.deleted is not None:
        pack = packs.pack_of(grading.pack)
        copy = runner.drawing_of(pack, grading.submission.attempt.seed, document, found)
        copy = {**copy, "name": gettext("{copy} (counterexample)").format(copy=copy["name"][:80])}
        made = scenarios.create(user, copy, scenario_id=_id_of_copy(row, user))
        if revision.scenario.owner_id == user.pk:
            restrictions.bind(made, revision.scenario)
        else:
            scenarios.restrict(made, [], revision.scenario.exam)
        first = scenario_queries.revision(made, 1)
        assert first is not None
        revision = first
    try:
        if kind == "drawing":
            return revision.scenario, None
        return revision.scenario, runs.start(user, revision, _KINDS[kind], found["question"])
    except runs.BadParameters as error:
        raise GradingRefused(str(error)) from error
    except scenario_queries.NotRunnable as error:
        raise GradingRefused(str(error)) from error


def why_hidden(grading: Grading, row: CheckRow) -> netcore.CheckResult:
    """Return a hidden check of a submission, graded again with all that is told of it, for who teaches only.

    Nothing of it is stored: what is stored may be read by the learner one day.
    """
    submission = grading.submission
    (found,) = netcore.grade(
        packs.pack_of(grading.pack),
        submission.revision.document,
        submission.answers,
        submission.attempt.seed,
        for_author=True,
        only=[row.check_id],
    )
    return found


def _id_of_copy(row: CheckRow, user: User) -> UUID:
    """Return the id of a person's copy for a counterexample: another one once they have deleted a copy.

    It cannot be guessed, for whoever saves a drawing may choose its id.
    """
    what = f"{row.grading_id} {row.check_id} {user.pk}"
    digests = (salted_hmac("sandbox.classes.replay", f"{what} {number}").digest() for number in count())
    ids = (UUID(bytes=digest[:16]) for digest in digests)
    return next(one for one in ids if not Scenario.objects.filter(pk=one, deleted__isnull=False).exists())
