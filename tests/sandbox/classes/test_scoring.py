"""Scores and limits, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.classes.models import (
    MOST_MINUTES,
    Attempt,
    CheckState,
    Course,
    Exercise,
    Extension,
    LatePolicy,
    Scoring,
)
from sandbox.classes.scoring import Checked, Graded, Score, score
from sandbox.classes.timing import late_factor, limits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def graded(number: int, *earned: float, **more: Any) -> Graded:
    """Return a submission with a check for each number, 50 points each."""
    checks = [Checked(f"c{n}", 50, points, CheckState.PASSED) for n, points in enumerate(earned)]
    return Graded(number, checks, **more)


def exercise(**more: Any) -> Exercise:
    return Exercise(title="x", course=Course(title="c"), **more)


def points(of: Exercise, *submissions: Graded, **overrides: float) -> float | None:
    found = score(of, submissions, overrides)
    return found.points if found else None


def test_retrying_never_lowers() -> None:
    assert points(exercise(), graded(1, 50, 30), graded(2, 10, 0)) == 80


def test_better_always_adds_by_what_it_is_worth() -> None:
    less = exercise(worth=[100, 50])
    assert points(less, graded(1, 50, 0), graded(2, 50, 50)) == 75
    assert points(less, graded(1, 50, 0), graded(2, 0, 0), graded(3, 50, 50)) == 75


def test_best_and_last() -> None:
    tries = (graded(1, 50, 30), graded(2, 10, 0))
    assert points(exercise(scoring=Scoring.BEST), *tries) == 80
    assert points(exercise(scoring=Scoring.LAST), *tries) == 10


def test_hints_cost_what_is_submitted_after_them() -> None:
    costly = exercise(hint_cost=10)
    assert points(costly, graded(1, 50, 0)) == 50
    assert points(costly, graded(1, 50, 0), graded(2, 50, 50, hints=2)) == 80
    assert points(costly, graded(1, 50, 0), graded(2, 50, 0, hints=2)) == 50
    assert points(costly, graded(1, 5, 0, hints=2)) == 0


def test_a_day_late_costs_a_percentage_of_what_it_adds() -> None:
    assert points(exercise(), graded(1, 50, 0), graded(2, 50, 50, late_s=3600)) == 95
    assert points(exercise(), graded(1, 50, 50, late_s=100 * 86_400)) == 0


def test_after_the_reference_nothing_adds() -> None:
    assert points(exercise(), graded(1, 20, 0), graded(2, 50, 50, after_reference=True)) == 20
    assert points(exercise(), graded(1, 50, 50, after_reference=True)) == 0


def test_a_person_wins() -> None:
    assert points(exercise(), graded(1, 50, 0), c1=40) == 90
    assert points(exercise(), graded(1, 50, 0), graded(2, 50, 50), **{"": 12}) == 12
    assert points(exercise(), **{"": 12}) == 12


def test_what_could_not_be_graded_is_not_zero_but_open() -> None:
    rows = [Checked("a", 60, 60, CheckState.PASSED), Checked("b", 40, 0, CheckState.UNGRADED)]
    assert score(exercise(), [Graded(1, rows)], {}) == Score(60, 40)
    assert score(exercise(), [Graded(1, rows)], {"b": 30}) == Score(90, 0)
    assert score(exercise(), [], {}) is None


@pytest.mark.parametrize(
    ("late", "seconds", "factor"),
    [
        (LatePolicy.FULL, 10, 1.0),
        (LatePolicy.REFUSE, 10, 0.0),
        (LatePolicy.PERCENT, 0, 1.0),
        (LatePolicy.PERCENT, 1, 0.9),
        (LatePolicy.PERCENT, 86_401, 0.8),
    ],
)
def test_late(late: LatePolicy, seconds: int, factor: float) -> None:
    assert late_factor(exercise(late=late, late_percent=10), seconds) == pytest.approx(factor)


def test_before_it_opens_nothing_is_visible() -> None:
    found = limits(exercise(opens=NOON + DAY), None, None, 0, NOON)
    assert not found.visible and found.refusal


def test_an_extension_moves_the_due_date_and_what_closes() -> None:
    strict = exercise(due=NOON - DAY, late=LatePolicy.REFUSE)
    assert "closed" in limits(strict, None, None, 0, NOON).refusal
    longer = Extension(due=NOON + DAY)
    found = limits(strict, longer, None, 0, NOON)
    assert (found.refusal, found.late_s, found.due) == ("", 0, NOON + DAY)
    shut = exercise(due=NOON - 2 * DAY, closes=NOON - DAY)
    assert limits(shut, longer, None, 0, NOON).refusal == ""
    assert limits(shut, None, None, 0, NOON).refusal


@pytest.mark.parametrize("late", LatePolicy)
@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"due": NOON},
        {"closes": NOON},
        {"due": NOON - DAY, "closes": NOON},
        {"opens": NOON - 3 * DAY, "minutes": 30, "submissions": 2},
    ],
)
@pytest.mark.parametrize("extended", [NOON - 2 * DAY, NOON + DAY])
def test_an_extension_takes_nothing_away(late: LatePolicy, dates: dict[str, Any], extended: datetime) -> None:
    given, attempt = exercise(late=late, **dates), Attempt(started=NOON)
    moment = NOON + 2 * DAY
    plain = limits(given, None, attempt, 1, moment)
    more = limits(given, Extension(due=extended, extra_minutes=5, extra_submissions=1), attempt, 1, moment)
    for one, other in ((plain.due, more.due), (plain.closes, more.closes), (plain.ends, more.ends)):
        assert (one is None) == (other is None) and (other is None or one is None or other >= one)
    assert (plain.left is None) == (more.left is None) and (more.left or 0) >= (plain.left or 0)
    assert more.late_s <= plain.late_s and more.visible == plain.visible
    assert plain.refusal or not more.refusal


def test_the_time_limit_counts_from_the_start_of_the_attempt() -> None:
    timed, attempt = exercise(minutes=30), Attempt(started=NOON)
    assert limits(timed, None, attempt, 0, NOON + timedelta(minutes=29)).refusal == ""
    assert "over" in limits(timed, None, attempt, 0, NOON + timedelta(minutes=31)).refusal
    more = Extension(extra_minutes=15)
    assert limits(timed, more, attempt, 0, NOON + timedelta(minutes=31)).refusal == ""


def test_an_extension_of_more_minutes_than_a_calendar_holds_ends_too() -> None:
    timed, attempt = exercise(minutes=30), Attempt(started=NOON)
    found = limits(timed, Extension(extra_minutes=99_999_999_999), attempt, 0, NOON)
    assert found.ends == NOON + timedelta(minutes=30 + MOST_MINUTES)


def test_submissions_are_used_up() -> None:
    two = exercise(submissions=2)
    assert limits(two, None, None, 1, NOON).left == 1
    assert "used up" in limits(two, None, None, 2, NOON).refusal
    assert limits(two, Extension(extra_submissions=1), None, 2, NOON).left == 1


def test_what_nobody_could_grade_is_no_zero() -> None:
    none = Graded(1, [Checked("c0", 100, 0, CheckState.UNGRADED)])
    half = Graded(2, [Checked("c0", 50, 0, CheckState.UNGRADED), Checked("c1", 50, 40, CheckState.FAILED)])
    again = Graded(3, none.checks)
    for scoring in Scoring:
        rules = exercise(scoring=scoring)
        assert score(rules, [none], {}) == Score(None, 100)
        assert score(rules, [none, half], {}) == Score(40, 50)
        assert score(rules, [none, half, again], {}) == Score(40, 100)
        assert score(rules, [none], {"c0": 7}) == Score(7, 0)


@pytest.mark.parametrize("scoring", Scoring)
def test_after_the_reference_answers_from_before_it_add_and_nothing_lowers(scoring: Scoring) -> None:
    rules = exercise(scoring=scoring)
    after = graded(3, 50, 50, after_reference=True, answered=frozenset({"c1"}))
    assert points(rules, after) == 50
    assert points(rules, graded(1, 20, 0), after) == 70
    assert points(rules, graded(1, 20, 50), after) == 70
    best = {Scoring.LAST: 60}.get(scoring, 80)
    assert points(rules, graded(1, 30, 0), graded(2, 10, 0), after) == best
    assert points(rules, after, c0=40) == 90
