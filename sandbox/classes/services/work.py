"""What learners do: begin, take a hint, answer, reset, go on from a checkpoint or the reference, submit."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.classes import packs, queries
from sandbox.classes.models import (
    Answer,
    Attempt,
    AttemptEvent,
    Deed,
    Enrolment,
    Exercise,
    Grading,
    Role,
    Submission,
)
from sandbox.classes.services import grading as gradings
from sandbox.runs.models import OPEN
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario

MAX_ANSWER_CHARS: Final = 4_000
MAX_RESETS: Final = 200
_PUT_BACK: Final = (Deed.RESET, Deed.REFERENCE, Deed.CHECKPOINT)

_SEEDS: Final = 2**31


class WorkRefused(ValueError):
    """It cannot be done now; the message says why, for people."""


class PredictionsOpen(WorkRefused):
    """Predictions come before the first grading; ``url`` leads to the first one that is open."""

    def __init__(self, questions: list[dict[str, str]]) -> None:
        """Name them."""
        titles = ", ".join(one["title"] for one in questions)
        super().__init__(
            gettext("Predictions come first: lock your answer to {titles}, then submit.").format(
                titles=titles
            )
        )
        self.url = questions[0]["url"]


def start(exercise: Exercise, place: Enrolment, user: User) -> Attempt:
    """Begin an exercise and return the attempt; who has begun gets the same one.

    Learners get a variant of their own by a random seed.

    Raises:
        WorkRefused: the exercise is not open to this person.
        scenarios.TooManyScenarios: the person may not keep more drawings.
    """
    limits, known = queries.limits_of(exercise, place)
    if known is not None:
        return known
    if limits.refusal and place.role == Role.LEARNER:
        raise WorkRefused(limits.refusal)
    try:
        with transaction.atomic():
            attempt = Attempt.objects.create(
                exercise=exercise,
                enrolment=place,
                pack=exercise.pack,
                seed=1 + secrets.randbelow(_SEEDS - 1),
            )
            attempt.scenario = _drawing(attempt, user)
            attempt.save(update_fields=["scenario"])
            write_down(attempt, Deed.STARTED, user, seed=attempt.seed)
    except IntegrityError:  # two clicks at once
        return Attempt.objects.get(exercise=exercise, enrolment=place)
    return attempt


def _drawing(attempt: Attempt, user: User) -> Scenario:
    made = scenarios.create(user, packs.variant_of(attempt).document)
    restrict(attempt, made)
    return made


def restrict(attempt: Attempt, scenario: Scenario) -> None:
    """Tell the drawing of an attempt what is not done with it, by its exercise and the answers by now.

    Who teaches holds the pack with its solutions, so only a learner's drawing is one of an exam.
    """
    exercise = attempt.exercise
    exam = exercise.exam and attempt.enrolment.role == Role.LEARNER
    scenarios.restrict(scenario, packs.locks_of(attempt), exam, packs.open_predictions(attempt))


def drawing(attempt: Attempt, user: User) -> Scenario:
    """Return the drawing of an attempt, a new one from the start where the old one was deleted."""
    if attempt.scenario is not None and attempt.scenario.deleted is None:
        return attempt.scenario
    with transaction.atomic():
        old, attempt.scenario = attempt.scenario, _drawing(attempt, user)
        if old is not None:
            restrictions.succeed(old, attempt.scenario)
        Attempt.objects.filter(pk=attempt.pk).update(scenario=attempt.scenario)
        write_down(attempt, Deed.RESET, user, deleted=True)
    return attempt.scenario


def write_down(attempt: Attempt, deed: Deed, author: User | None, **data: Any) -> AttemptEvent:
    """Append a line to the record of an attempt and return it."""
    return AttemptEvent.objects.create(attempt=attempt, deed=deed, author=author, data=data)


def take_hint(attempt: Attempt, user: User) -> int:
    """Take the next hint and return its number, from 1; it stands in the record.

    Raises:
        WorkRefused: there are no hints in this exercise, or no more, or the person sits an exam.
    """
    if not attempt.exercise.hints_given:
        raise WorkRefused(gettext("There are no hints in this exercise."))
    _not_in_exam(attempt, user)
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=attempt.pk)
        number = queries.hints_taken(attempt) + 1
        if number > len(packs.variant_of(attempt).hints):
            raise WorkRefused(gettext("There are no more hints."))
        write_down(attempt, Deed.HINT, user, number=number)
    return number


def lock_answer(attempt: Attempt, user: User, check_id: str, value: Any) -> Answer:
    """Lock the answer to the questions of one check and return it; it cannot be changed afterwards.

    A prediction is locked after the end too, for the drawing would never run otherwise; it counts no more.

    Raises:
        WorkRefused: the time is over, there is no such question, it was answered, or the answer is too long.
    """
    asked = {check["id"]: check for check in packs.public_checks(attempt.pack, attempt.seed)}
    if check_id not in asked or not asked[check_id]["questions"]:
        raise WorkRefused(gettext("There is no such question."))
    if not asked[check_id]["withholds"]:
        _still_open(attempt)
    if len(json.dumps(value)) > MAX_ANSWER_CHARS:
        raise WorkRefused(gettext("An answer has {limit} characters at most.").format(limit=MAX_ANSWER_CHARS))
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=attempt.pk)
        if Answer.objects.filter(attempt=attempt, check_id=check_id).exists():
            raise WorkRefused(gettext("This was answered before; an answer is locked once it is given."))
        made = Answer.objects.create(attempt=attempt, check_id=check_id, value=value)
        write_down(attempt, Deed.ANSWER, user, check=check_id)
        if attempt.scenario is not None:
            restrict(attempt, attempt.scenario)
    return made


def _not_in_exam(attempt: Attempt, user: User) -> None:
    if attempt.enrolment.role == Role.LEARNER and restrictions.sits_exam(user):
        raise WorkRefused(
            gettext("You sit an exam: until it is over there are no hints and no references, here too.")
        )


def reset(attempt: Attempt, user: User) -> None:
    """Put the drawing back to the start of the learner's variant, as its newest revision.

    Raises:
        WorkRefused: the time is over.
    """
    _still_open(attempt)
    with transaction.atomic():
        _replace(attempt, user, packs.variant_of(attempt).document)
        write_down(attempt, Deed.RESET, user)


def go_on_from_reference(attempt: Attempt, user: User) -> None:
    """Put the drawing to the reference solution and mark it: what is submitted after that adds nothing.

    Raises:
        WorkRefused: the exercise does not allow it, the time is over, or the person sits an exam.
    """
    if not attempt.exercise.reference or attempt.exercise.exam:
        raise WorkRefused(gettext("This exercise does not go on from its reference."))
    _not_in_exam(attempt, user)
    _still_open(attempt)
    with transaction.atomic():
        _replace(attempt, user, packs.reference_document(attempt))
        Attempt.objects.filter(pk=attempt.pk, from_reference=None).update(from_reference=now())
        write_down(attempt, Deed.REFERENCE, user)


def go_on_from_checkpoint(attempt: Attempt, user: User, name: str) -> str:
    """Put the drawing to a checkpoint of the pack, mark it, and return the checkpoint's title.

    What is submitted after that earns nothing more for the checks that the checkpoint does.

    Raises:
        WorkRefused: the exercise does not allow it, there is no such checkpoint, the time is over, or the
            person sits an exam.
    """
    if not attempt.exercise.reference or attempt.exercise.exam:
        raise WorkRefused(gettext("This exercise does not go on from checkpoints."))
    titles = {one.name: one.title for one in packs.checkpoints(attempt)}
    if name not in titles:
        raise WorkRefused(gettext("There is no such checkpoint."))
    _not_in_exam(attempt, user)
    _still_open(attempt)
    with transaction.atomic():
        locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
        _replace(attempt, user, packs.checkpoint_document(attempt, name))
        if name not in locked.checkpoints:
            locked.checkpoints = [*locked.checkpoints, name]
            locked.save(update_fields=["checkpoints"])
        gives = sorted(packs.gives_of(attempt, [name]))
        write_down(attempt, Deed.CHECKPOINT, user, checkpoint=titles[name], gives=gives)
    return titles[name]


def _replace(attempt: Attempt, user: User, document: Any) -> None:
    lines = AttemptEvent.objects.filter(attempt=attempt, deed__in=_PUT_BACK)
    if lines.count() >= MAX_RESETS:
        raise WorkRefused(gettext("A drawing is put back {limit} times at most.").format(limit=MAX_RESETS))
    scenarios.replace(drawing(attempt, user), document, user)


def submit(attempt: Attempt, user: User, *, tell: bool = True) -> tuple[Submission, Grading]:
    """Hand in the newest revision with the answers there are, and queue its grading.

    A second click hands in nothing new: while the same waits for its grading, that submission is returned.

    Args:
        tell: as in ``runs.services.start``.

    Raises:
        WorkRefused: nothing may be submitted now; the message says why.
        PredictionsOpen: a grading shows packets, so predictions are locked before it.
        runs.services.TooManyRuns: the person waits for too many gradings.
    """
    with transaction.atomic():
        locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
        answers = {answer.check_id: answer.value for answer in locked.answers.all()}
        if waiting := _waiting(locked, answers):
            return waiting
        _still_open(attempt)
        if questions := packs.open_predictions(attempt):
            raise PredictionsOpen(questions)
        revision = scenario_queries.revision(drawing(attempt, user))
        assert revision is not None  # a scenario has one from the start
        made = Submission.objects.create(
            attempt=locked,
            number=locked.submissions.count() + 1,
            revision=revision,
            answers=answers,
            hints=queries.hints_taken(locked),
            after_reference=locked.from_reference is not None,
            given=packs.given_by(locked),
        )
        write_down(locked, Deed.SUBMITTED, user, number=made.number, revision=revision.number)
        grading = gradings.queue(made, user, tell=tell)
    return made, grading


def _waiting(attempt: Attempt, answers: dict[str, Any]) -> tuple[Submission, Grading] | None:
    """Return the newest submission with its grading, if it waits and hands in what would be handed in now."""
    newest = attempt.submissions.last()
    if newest is None or attempt.scenario is None or attempt.scenario.deleted is not None:
        return None
    head = scenario_queries.revision(attempt.scenario)
    if head is None or newest.revision_id != head.pk or newest.answers != answers:
        return None
    waiting = Grading.objects.filter(submission=newest, counts=True, finished=None, run__state__in=OPEN)
    grading = waiting.select_related("run").first()
    return None if grading is None else (newest, grading)


def _still_open(attempt: Attempt) -> None:
    limits, _ = queries.limits_of(attempt.exercise, attempt.enrolment)
    if limits.refusal and attempt.enrolment.role == Role.LEARNER:
        raise WorkRefused(limits.refusal)
