"""One check against one drawing: the table of verbs, and the verbs that hold other checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonpatch

from netcore.checks.grading import changing, names, packets, questions, structure, timed
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.names import Unknown
from netcore.checks.language.check import After, Always, Check, Finally, ForAll, Holds, Never, Under
from netcore.checks.language.part import OfFlows
from netcore.document import reader
from netcore.profiles import profile_title
from netcore.words import say

VERBS: dict[str, Callable[[Any, Case], Finding]] = {
    "delivers": packets.delivers,
    "drops": packets.drops,
    "visits": packets.visits,
    "avoids": packets.avoids,
    "symmetric": packets.symmetric,
    "route": packets.route,
    "prop": structure.prop,
    "count": structure.count,
    "unchanged": structure.unchanged,
    "refused": structure.refused,
    "predict": questions.predict,
    "explain": questions.explain,
    "differs_at": questions.differs_at,
    "diagnose": questions.diagnose,
    "lost": timed.lost,
    "edits": structure.edits,
    "opens_nothing": structure.opens_nothing,
}
"""Verbs that hold no other check."""


def evaluate(check: Check, case: Case) -> Finding:
    """Return what a check finds in a drawing.

    Raises:
        CannotGrade: it cannot be answered; the message says why.
    """
    part = check.part
    try:
        if check.verb == "all":
            return every(part, case)
        if check.verb == "any":
            return _any(part, case)
        if isinstance(part, After):
            return _after(part, case)
        if isinstance(part, Under):
            return _under(part, case)
        if isinstance(part, ForAll):
            return _forall(check, part, case)
        if isinstance(part, Holds):
            return _holds(part, case)
        if isinstance(part, Never):
            return timed.never(part, case, evaluate)
        if isinstance(part, Always):
            return timed.always(part, case, evaluate)
        if isinstance(part, Finally):
            return timed.finally_(part, case, evaluate)
        return VERBS[check.verb](part, case)
    except Unknown as unknown:
        return failed(str(unknown))


def every(parts: tuple[Check, ...], case: Case, partial: bool = False) -> Finding:
    """Return whether all parts hold; of those that do not, the one with the smallest counterexample is told.

    Args:
        partial: the share is that of the parts, else nothing but 0 and 1.
    """
    found = [evaluate(part, case) for part in parts]
    broken = [one for one in found if not one.passed]
    if not broken:
        return PASSED
    told = min(broken, key=_size)
    share = sum(one.share for one in found) / len(found) if partial else 0.0
    return replace(told, share=share)


def _any(parts: tuple[Check, ...], case: Case) -> Finding:
    found = []
    for part in parts:
        found.append(evaluate(part, case))
        if found[-1].passed:
            return PASSED
    return replace(min(found, key=_size), share=0.0)


def _size(finding: Finding) -> tuple[Any, ...]:
    return (finding.counterexample is None, *finding.size)


def _after(part: After, case: Case) -> Finding:
    after = changing.changed(case, part.changes)
    if after.problems and not case.problems:
        problem = after.problems[0]
        return failed(
            say("With {words} the drawing cannot be run: {text}", words=after.made.words, text=problem.text)
        )
    return evaluate(part.check, after)


def _under(part: Under, case: Case) -> Finding:
    for profile in part.profiles:
        found = evaluate(part.check, case.under(profile))
        if not found.passed:
            return replace(
                found,
                message=say(
                    "Under {profile}: {message}", profile=profile_title(profile), message=found.message
                ),
            )
    return PASSED


def _holds(part: Holds, case: Case) -> Finding:
    """Return whether the learner knew whether a check holds."""
    said = questions.answer_of(part, case)
    if said not in ("yes", "no", True, False):
        return failed(say(questions.NO_ANSWER))
    found = evaluate(part.check, questions.about(part, case))
    if found.passed == (said in ("yes", True)):
        return PASSED
    if not found.passed:
        return replace(found, share=0.0)
    return Finding(0.0, say("It does hold."), _witness(part.check, questions.about(part, case)))


def _witness(check: Check, case: Case) -> dict[str, Any] | None:
    """Return the first packet of a check that holds, so that one may see it hold; None: it has no packet."""
    part = check.part
    if isinstance(part, After | Under | ForAll):
        inner = changing.changed(case, part.changes) if isinstance(part, After) else case
        inner = inner.under(part.profiles[0]) if isinstance(part, Under) else inner
        return _witness(part.check, inner)
    if check.verb in ("all", "any"):
        return next(filter(None, (_witness(one, case) for one in part)), None)
    if not isinstance(part, OfFlows):
        return None
    packets_of = (packet for flow in part.flows for packet in names.packets(case.topology, flow))
    return next((case.counterexample(packet) for packet in packets_of), None)


def _moved(case: Case, other: Case, found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a counterexample of another variant with the patch that makes it of the learner's drawing."""
    if found is None or case.drawing is None or other.drawing is None:
        return found
    there = jsonpatch.make_patch(reader.dump(case.drawing), reader.dump(other.drawing)).patch
    words = ", ".join(filter(None, ("in another variant", found["changes"])))
    return {**found, "patch": [*case.made.patch, *there, *found["patch"]], "changes": words}


def _forall(check: Check, part: ForAll, case: Case) -> Finding:
    """Return whether a check holds for this variant and for others that are drawn."""
    found = evaluate(part.check, case)
    if not found.passed:
        return found
    if case.reseat is None:
        raise CannotGrade(say("forall may not stand inside another forall."))
    for number in range(1, part.seeds + 1):
        other, same = case.reseat(case, number, check)
        found = evaluate(same.part.check, other)
        if not found.passed:
            message = say(
                "In another variant, with other addresses, order and source ports, it does not hold."
            )
            return replace(found, message=message, counterexample=_moved(case, other, found.counterexample))
    return PASSED
