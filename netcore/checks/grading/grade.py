"""Grading: a pack, a drawing and answers in; one result after the other out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from netcore.checks.grading import stopping
from netcore.checks.grading.asked import Asked, Withheld, asked
from netcore.checks.grading.case import Budget, CannotGrade, Case, Finding, opened, share
from netcore.checks.grading.evaluate import evaluate, every
from netcore.checks.grading.questions import given_to
from netcore.checks.language.check import Check, questions
from netcore.checks.language.questions import Predict
from netcore.checks.packs.mapping import between, drawn, shuffled
from netcore.checks.packs.models import Entry, Pack
from netcore.checks.packs.variants import Variant, entries, variant
from netcore.document.models import Scenario
from netcore.document.problems import Problem
from netcore.document.reader import dump
from netcore.errors import NetcoreError
from netcore.words import say

PORTS = 977
"""Source ports of variant n of ``forall`` lie n times so far on; a prime, so that none repeats soon."""

State = Literal["passed", "failed", "ungraded"]


@dataclass(frozen=True)
class CheckResult:
    """What became of one check.

    Args:
        check: id. ``title``: of a hidden check the rule that was broken, never more.
        earned: 0 to ``points``; 0 where ungraded, which is no score.
        message: why, in words; of a passed check empty.
        counterexample: None, or plain JSON data: ``kind`` trace with the ``question`` that a trace run takes,
            the ``patch`` that leads from the learner's drawing to the one it is about (empty: that drawing),
            and ``changes``, the patch in words; ``base`` start: the patch leads from the starting drawing.
            ``kind`` failover has the ``question`` of a failover run; ``kind`` drawing has ``at``, places to
            look at, where no packet shows it. A hidden check has none. Where hops were predicted,
            ``misconception`` may name the idea behind the first wrong one.
    """

    check: str
    kind: str
    title: str
    hidden: bool
    points: int
    earned: float
    state: State
    message: str = ""
    counterexample: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "check": self.check,
            "kind": self.kind,
            "title": self.title,
            "hidden": self.hidden,
            "points": self.points,
            "earned": self.earned,
            "state": self.state,
            "message": self.message,
            "counterexample": self.counterexample,
        }


@dataclass(frozen=True)
class PublicCheck:
    """What a learner may see of a check before it is graded.

    Args:
        questions: those of a check that asks something, in order.
    """

    id: str
    kind: str
    title: str
    points: int
    questions: tuple[Asked, ...] = ()

    @property
    def withholds(self) -> Withheld:
        """Return the most that one of its questions withholds until they are answered."""
        withheld = {question.withholds for question in self.questions}
        return "packets" if "packets" in withheld else "races" if "races" in withheld else ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "points": self.points,
            "questions": [question.as_dict() for question in self.questions],
            "withholds": self.withholds,
        }


def public_checks(pack: Pack, seed: int) -> tuple[PublicCheck, ...]:
    """Return what a learner may see: no hidden check, no truth, no solution."""
    return tuple(
        PublicCheck(
            entry.id,
            entry.kind,
            entry.title,
            entry.points,
            _asked(entry, seed),
        )
        for entry in entries(pack, seed)
        if not entry.hidden
    )


def _asked(entry: Entry, seed: int) -> tuple[Asked, ...]:
    """Return the questions of a check in an order of the variant's.

    As they are written where seed is 0 or the check says so.
    """
    shown = [asked(question, seed, entry.id) for question in questions(entry.check)]
    if seed and not entry.in_order:
        shown.sort(key=lambda one: drawn(seed, f"question|{entry.id}|{one.ask}", 1 << 30))
    return tuple(shown)


def right_choices(pack: Pack, seed: int, check: str, answer: Any) -> tuple[dict[str, str], ...]:
    """Return what would have been right where an answer to a check chose another option, as plain data.

    Each is ``{"prompt", "right", "fact"}``; none of a hidden check, and none of what was not answered. It
    gives the answer away, so who asks has to know that it is locked and that its result may be told.

    Args:
        answer: of the whole check: for one with several questions an object by ask.
    """
    entry = next((one for one in entries(pack, seed) if one.id == check and not one.hidden), None)
    found = []
    for question in questions(entry.check) if entry else ():
        if not isinstance(question, Predict) or question.choice is None:
            continue
        form, said = question.choice, given_to(question, answer)
        if said is not None and said != form.truth:
            right = {"right": form.options[form.truth], "fact": form.fact}
            found.append({"prompt": question.prompt, **right})
    return tuple(found)


def grade(
    pack: Pack,
    document: Mapping[str, Any] | Scenario,
    answers: Mapping[str, Any],
    seed: int,
    *,
    for_author: bool = False,
    only: Collection[str] | None = None,
    kept: dict[Any, Any] | None = None,
) -> Iterator[CheckResult]:
    """Yield the result of each check in the order of the pack; nothing is asked before it is wanted.

    Args:
        document: what the learner handed in: plain data, or a scenario.
        answers: check id -> answer; for a check with several questions an object by ask.
        seed: of the learner's variant.
        for_author: of hidden checks too all is told; no learner may see such results.
        only: ids of the checks that are asked; None: all.
        kept: what gradings of one pack and seed may share: the start compiled, and summaries of races. Hand
            in the same dictionary, empty at first. It changes no result.
    """
    kept = {} if kept is None else kept
    made, start, healthy = kept.get("start") or _start(pack, seed)
    kept["start"] = made, start, healthy
    if start is None:
        raise ValueError(f"The pack {pack.id} has no starting drawing for seed {seed}.")
    refusal = ""
    drawing: Scenario | None = None
    problems: tuple[Problem, ...] = ()
    try:
        drawing, problems = opened(dump(document) if isinstance(document, Scenario) else document)
    except CannotGrade as error:
        refusal = str(error)
    share(kept, start)
    share(kept, drawing)
    for entry in entries(pack, seed):
        if only is not None and entry.id not in only:
            continue
        stopping.look()
        case = Case(
            start=start,
            drawing=drawing,
            budget=Budget(),
            problems=problems,
            answers=answers.get(entry.id),
            seed=seed,
            refusal=refusal,
            reseat=_reseated(pack, entry),
            kept=kept,
            healthy=healthy,
            faults=tuple((put.fault.at, put.fault.kind) for put in made.faults),
        )
        yield _result(entry, case, secret=entry.hidden and not for_author)


def _start(pack: Pack, seed: int) -> tuple[Variant, Scenario | None, Scenario | None]:
    """Return a variant with its starting drawing, and that before faults were put in."""
    made = variant(pack, seed)
    return made, opened(made.document)[0], opened(made.healthy)[0] if made.faults else None


def _result(entry: Entry, case: Case, *, secret: bool) -> CheckResult:
    try:
        found = every(entry.check.part, case, True) if entry.partial else evaluate(entry.check, case)
    except (CannotGrade, NetcoreError) as error:  # what goes beyond the model is no failure of the learner
        return _told(entry, Finding(0.0), "ungraded", str(error), secret=secret)
    if found.passed:
        return _told(entry, found, "passed", "", secret=secret)
    return _told(entry, found, "failed", found.message, secret=secret)


def _told(entry: Entry, found: Finding, state: State, message: str, *, secret: bool) -> CheckResult:
    """Return a result; of a secret check nothing but the rule is told."""
    if secret and state != "passed":
        message = (entry.rule or "") if state == "failed" else say("The hidden check could not be graded.")
    return CheckResult(
        check=entry.id,
        kind=entry.kind,
        title=(entry.rule or "") if secret else entry.title,
        hidden=entry.hidden,
        points=entry.points,
        earned=0.0 if state == "ungraded" else round(entry.points * found.share, 2),
        state=state,
        message=message,
        counterexample=None if secret or state != "failed" else found.counterexample,
    )


def _reseated(pack: Pack, entry: Entry) -> Callable[[Case, int, Check], tuple[Case, Check]]:
    """Return what makes the case of another variant: same budget, other addresses, names, order and ports."""

    def other(case: Case, number: int, check: Check) -> tuple[Case, Check]:
        seed = 1 + drawn(case.seed + 1, f"forall|{entry.id}|{number}", 2**53)
        moved = between(pack.about.variants, case.seed, seed)

        def reread(scenario: Scenario | None) -> tuple[Scenario | None, tuple[Problem, ...]]:
            return (
                (None, case.problems)
                if scenario is None
                else opened(shuffled(moved.data(dump(scenario)), seed))
            )

        start, _ = reread(case.start)
        drawing, problems = reread(case.drawing)
        if start is None:
            raise CannotGrade(say("There is no starting drawing of that variant."))
        raw = check.model_dump(mode="json", by_alias=True, exclude_unset=True)
        made = replace(
            case,
            start=start,
            drawing=drawing,
            problems=problems,
            seed=seed,
            source_port=PORTS * number,
            reseat=None,
        )
        return made, Check.model_validate(moved.data(raw))

    return other
