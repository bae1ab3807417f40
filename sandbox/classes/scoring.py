"""From graded submissions to the score of an attempt. Pure.

The default keeps two guarantees, after PrairieLearn: retrying never lowers the score, and a better
submission always adds to it, by what it is better times what a submission of its number is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """One graded submission: its number from 1, its checks, and what it costs."""

    number: int
    checks: Sequence[Checked]
    hints: int = 0
    late_s: int = 0
    after_reference: bool = False


@dataclass(frozen=True)
class Score:
    """Points of an attempt, and the points nobody could grade, which are not zero points."""

    points: float
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
    own = [one for one in graded if not one.after_reference]
    if not own:
        return Score(0.0) if graded else None
    nets = [_net(exercise, one, overrides) for one in own]
    factors = [exercise.worth_of(one.number) * late_factor(exercise, one.late_s) for one in own]
    ungraded = _ungraded(own[-1], overrides)
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


def _net(exercise: Exercise, one: Graded, overrides: Mapping[str, float]) -> float:
    earned = sum(overrides.get(check.check, check.earned) for check in one.checks)
    return max(0.0, earned - exercise.hint_cost * one.hints)


def _ungraded(one: Graded, overrides: Mapping[str, float]) -> float:
    return sum(
        check.points
        for check in one.checks
        if check.state == CheckState.UNGRADED and check.check not in overrides
    )


def _rounded(points: float) -> float:
    return round(points, 2)
