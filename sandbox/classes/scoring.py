"""From graded submissions to the score of an attempt. Pure.

The default keeps two guarantees, after PrairieLearn: retrying never lowers the score, and a better
submission always adds to it, by what it is better times what a submission of its number is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul

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
    ``after_reference``: nothing counts but the answers to the checks ``answered``, locked before that.
    """

    number: int
    checks: Sequence[Checked]
    hints: int = 0
    late_s: int = 0
    after_reference: bool = False
    given: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()


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
    if not graded:
        return None
    handed_in = [one for one in graded if not one.after_reference]
    ungraded = _ungraded(handed_in[-1], overrides) if handed_in else 0.0
    own = [one for one in earned_by_themselves(graded) if _gradable(one, overrides)]
    if not own:
        return Score(None, ungraded) if handed_in else Score(0.0)
    nets = _nets(exercise, own, overrides)
    factors = [exercise.worth_of(one.number) * late_factor(exercise, one.late_s) for one in own]
    if exercise.scoring == Scoring.LAST:
        last = max(0, sum(not one.after_reference for one in own) - 1)  # the reference comes once
        return Score(_rounded(max(map(mul, nets[last:], factors[last:]))), ungraded)
    if exercise.scoring == Scoring.BEST:
        return Score(_rounded(max(map(mul, nets, factors))), ungraded)
    total, best = 0.0, 0.0
    for net, factor in zip(nets, factors, strict=True):
        if factor <= 0:
            continue  # too late to count; it must not use up what a person may still add
        total += max(0.0, net - best) * factor
        best = max(best, net)
    return Score(_rounded(total), ungraded)


def _nets(exercise: Exercise, own: Sequence[Graded], overrides: Mapping[str, float]) -> list[float]:
    """Return what each submission has, whenever it came.

    One after the reference has what the best one before it has (the last one, where the last one counts), and
    the answers that were locked before the reference.
    """
    nets: list[float] = []
    base, most = None, 0.0
    for one in own:
        net = _net(exercise, _on_top(base, one) if base and one.after_reference else one, overrides)
        nets.append(net)
        if not one.after_reference and (base is None or net > most or exercise.scoring == Scoring.LAST):
            base, most = one, net
    return nets


def _on_top(base: Graded, one: Graded) -> Graded:
    before = {check.check: check.earned for check in base.checks}
    checks = [replace(check, earned=max(check.earned, before.get(check.check, 0.0))) for check in one.checks]
    return replace(one, checks=checks)


def earned_by_themselves(graded: Sequence[Graded]) -> list[Graded]:
    """Return submissions in which what was given counts no more than what was earned before that."""
    before: dict[str, float] = {}
    found = []
    for one in graded:
        checks = [replace(check, earned=_by_themselves(one, check, before)) for check in one.checks]
        found.append(replace(one, checks=checks))
        for check in checks:
            before[check.check] = max(before.get(check.check, 0.0), check.earned)
    return found


def _by_themselves(one: Graded, check: Checked, before: Mapping[str, float]) -> float:
    if one.after_reference and check.check not in one.answered:
        return 0.0
    if check.check in one.given:
        return min(check.earned, before.get(check.check, 0.0))
    return check.earned


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
