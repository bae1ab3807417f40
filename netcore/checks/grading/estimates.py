"""Answers about races: numbers, buckets, rankings, and the design that meets a requirement."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf
from typing import Any

from netcore.checks.grading import figures, racing
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.language.questions import BucketForm, DesignForm, NumberForm, RankingForm
from netcore.checks.language.timed import Figure, Race
from netcore.words import say

NEVER = "never"


def number(form: NumberForm, case: Case, said: Any) -> Finding:
    """Return whether a number lies in the band around the truth; ``never`` where nothing recovers."""
    if said != NEVER and (isinstance(said, bool) or not isinstance(said, int | float)):
        return failed(say("The answer is no number."))
    truth = form.truth if form.figure is None else _truth(form.figure, case)
    if truth is None:
        return PASSED if said == NEVER else failed(say("It never recovers."))
    band = max(form.within, abs(truth) * form.within_percent / 100)
    right = said != NEVER and abs(said - truth) <= band + 1e-9
    return PASSED if right else _other(form.figure, case, say("Another number is right."))


def bucket(form: BucketForm, case: Case, said: Any) -> Finding:
    """Return whether a figure lies between the bounds that were said."""
    if said not in form.keys:
        return failed(say("The answer is none of the choices."))
    truth = _truth(form.figure, case)
    place = len(form.bounds) + 1 if truth is None else sum(truth >= bound for bound in form.bounds)
    if said == form.keys[place]:
        return PASSED
    return _other(form.figure, case, say("Another range is right for {figure}.", figure=_of(form.figure)))


def ranking(form: RankingForm, case: Case, said: Any) -> Finding:
    """Return how much of an order is right: all pairs in order is all, half of them nothing."""
    if isinstance(said, str):
        said = [one.strip() for one in said.split(",")]
    if (
        not isinstance(said, list)
        or not all(isinstance(one, str) for one in said)
        or sorted(one for one in said if one != NEVER) != sorted(form.designs)
    ):
        return failed(say("The answer does not order all designs."))
    found = _figures(form.race, case, form.designs, form.figure)
    place, cut = {}, said.index(NEVER) if NEVER in said else len(said)
    for rank, one in enumerate(said):
        place[one] = inf if rank > cut else rank
    pairs = list(combinations(form.designs, 2))
    right = sum(_agree(found[a], found[b], place[a], place[b]) for a, b in pairs)
    share = max(0.0, 2 * right / len(pairs) - 1)
    if right == len(pairs):
        return PASSED
    return Finding(
        share, say("Some designs stand in another order."), _example(form.race, case, form.designs)
    )


def _agree(one: float, other: float, first: float, second: float) -> bool:
    """Return whether two designs are told in their order; of two that are equal any goes."""
    if one == other:
        return (first == inf) == (one == inf) and (second == inf) == (other == inf)
    return (
        (first < second) == (one < other)
        and (first == inf) == (one == inf)
        and (second == inf) == (other == inf)
    )


def design(form: DesignForm, case: Case, said: Any) -> Finding:
    """Return whether a design meets the requirements, and is the cheapest of those where prices are given."""
    if said not in (*form.designs, "none"):
        return failed(say("The answer is none of the choices."))
    try:
        found = racing.summaries(form.race, case, form.designs)
    except racing.NotPlayable as error:
        raise CannotGrade(str(error)) from error
    good = [
        one
        for one, summary in found.items()
        if summary is not None
        and one not in form.excluded
        and all(_keeps(racing.figure_of(summary, asked.figure), asked) for asked in form.meets)
    ]
    if form.prices and good:
        cheapest = min(form.prices.get(one, inf) for one in good)
        good = [one for one in good if form.prices.get(one, inf) == cheapest]
    if said in (good or ["none"]):
        return PASSED
    summary = found.get(said)
    if summary is None and said == "none":
        return Finding(0.0, say("One of them does meet it."), _example(form.race, case, good))
    if summary is None:
        return failed(f"{figures.design(said)}: {racing.why_not(form.race, case, said)}")
    asked = next(
        (one for one in form.meets if not _keeps(racing.figure_of(summary, one.figure), one)), form.meets[0]
    )
    value, title = racing.figure_of(summary, asked.figure), figures.design(said)
    if said in form.excluded:
        return failed(say("{said} is not allowed here.", said=title))
    message = figures.broken(asked, said, value, form.race.trials)
    if all(_keeps(racing.figure_of(summary, one.figure), one) for one in form.meets):
        message = say("{said} meets it, and another one does at a lower price.", said=title)
    return Finding(0.0, message, _example(form.race, case, (said,)))


def _keeps(value: float | None, asked: Any) -> bool:
    if value is None:
        return asked.at_most is None
    return (asked.at_most is None or value <= asked.at_most) and (
        asked.at_least is None or value >= asked.at_least
    )


def _truth(figure: Figure, case: Case) -> float | None:
    """Return a figure; None for never.

    Raises:
        CannotGrade: the design cannot be played.
    """
    value = _figures(figure.race, case, (figure.race.design,), figure.figure)[figure.race.design]
    return None if value == inf else value


def _figures(race: Race, case: Case, designs: tuple[str, ...], name: str) -> dict[str, float]:
    try:
        found = racing.summaries(race, case, designs)
    except racing.NotPlayable as error:
        raise CannotGrade(str(error)) from error
    values = {}
    for one, summary in found.items():
        if summary is None:
            raise CannotGrade(f"{figures.design(one)}: {racing.why_not(race, case, one)}")
        value = racing.figure_of(summary, name)
        values[one] = inf if value is None else value
    return values


def _other(figure: Figure | None, case: Case, message: str) -> Finding:
    """Return a wrong answer with a timeline to look at."""
    if figure is None:
        return failed(message)
    return Finding(0.0, message, _example(figure.race, case))


def _of(figure: Figure) -> str:
    """Return a figure and the design it is of, in words."""
    told = figures.words(figure.figure)
    return say("{figure}, with {design}", figure=told, design=figures.design(figure.race.design))


def _example(race: Race, case: Case, designs: Sequence[str] = ()) -> dict[str, Any]:
    """Return the first timeline of a race that was played before."""
    made, _ = racing.scenario_of(race, case)
    return racing.example(race, made, case.start.seed, designs)
