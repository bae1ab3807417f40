"""From graded submissions to the score of an attempt. Pure.

The default keeps two guarantees, after PrairieLearn: retrying never lowers the score, and a better
submission always adds to it, by what it is better times what a submission of its number is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.classes.models import CheckState, Exercise, Scoring
from sandbox.classes.timing import late_factor


@dataclass(frozen=True)
class Checked:
    """One check of a graded submission, in points."""

    check: str
    points: float
    earned: float
    state: str


@dataclass(frozen=True)
class Graded:
    """One graded submission: its number from 1, without lost ones; its checks, and what it costs.

    ``given``: checks that a checkpoint did; they count no more than the learner had earned for them before.
    """

    number: int
    checks: Sequence[Checked]
    hints: int = 0
    late_s: int = 0
    after_reference: bool = False
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Score:
    """Points of an attempt, and the points nobody could grade, which are not zero points.

    ``points`` None: nothing at all could be graded.
    """

    points: float | None
    ungraded: float = 0.0


def score(exercise: Exercise, graded: Sequence[Graded], overrides: Mapping[str, float]) -> Score | None:
    """Return the score of an attempt; None: nothing was graded and nobody has set it.

    Args:
        graded: in order of number.
        overrides: points by check that a person has set, which win over every grading; under "" the
            whole score.
    """
    if "" in overrides:
        return Score(overrides[""])
    handed_in = [one for one in graded if not one.after_reference]
    if not handed_in:
        return Score(0.0) if graded else None
    ungraded = _ungraded(handed_in[-1], overrides)
    own = [one for one in handed_in if _gradable(one, overrides)]
    if not own:
        return Score(None, ungraded)
    nets = [_net(exercise, one, overrides) for one in earned_by_themselves(own)]
    factors = [exercise.worth_of(one.number) * late_factor(exercise, one.late_s) for one in own]
    if exercise.scoring == Scoring.LAST:
        return Score(_rounded(nets[-1] * factors[-1]), ungraded)
    if exercise.scoring == Scoring.BEST:
        return Score(_rounded(max(net * factor for net, factor in zip(nets, factors, strict=True))), ungraded)
    total, best = 0.0, 0.0
    for net, factor in zip(nets, factors, strict=True):
        if factor <= 0:
            continue  # too late to count; it must not use up what a person may still add
        total += max(0.0, net - best) * factor
        best = max(best, net)
    return Score(_rounded(total), ungraded)


def earned_by_themselves(own: Sequence[Graded]) -> list[Graded]:
    """Return submissions in which checks that were given count what was earned for them before."""
    before: dict[str, float] = {}
    found = []
    for one in own:
        checks = [
            replace(check, earned=min(check.earned, before.get(check.check, 0.0)))
            if check.check in one.given
            else check
            for check in one.checks
        ]
        found.append(replace(one, checks=checks))
        for check in checks:
            before[check.check] = max(before.get(check.check, 0.0), check.earned)
    return found


def _net(exercise: Exercise, one: Graded, overrides: Mapping[str, float]) -> float:
    earned = sum(overrides.get(check.check, check.earned) for check in one.checks)
    return max(0.0, earned - exercise.hint_cost * one.hints)


def _gradable(one: Graded, overrides: Mapping[str, float]) -> bool:
    """Return whether anything of a submission could be graded; one of which nothing could is no zero."""
    return any(check.state != CheckState.UNGRADED or check.check in overrides for check in one.checks)


def _ungraded(one: Graded, overrides: Mapping[str, float]) -> float:
    return sum(
        check.points
        for check in one.checks
        if check.state == CheckState.UNGRADED and check.check not in overrides
    )


def _rounded(points: float) -> float:
    return round(points, 2)
