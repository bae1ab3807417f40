"""Many trials of several designs, which share their draws, in stretches that anybody may play.

A trial hangs on seed and number alone. Flows are not evaluated per trial but once per sequence of changes,
so a trial costs a few draws and some arithmetic. Stretches give whole numbers, so that joining them gives
the same figures however the trials were cut.

Source: reference on failover, section 3.1 (minimum trials, common random numbers, order statistics).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import Any

from netcore.document.models import Scenario
from netcore.failover.availability import availability
from netcore.failover.columns import Columns, columns
from netcore.failover.designs import DESIGNS, plan
from netcore.failover.fates import Fates
from netcore.failover.outcomes import Judge
from netcore.failover.plan import Design, Plan
from netcore.failover.race import fault_of
from netcore.failover.rates import NOT_COUNTED, event_of
from netcore.failover.streams import Streams
from netcore.failover.summary import progress, ratios, summary_of, widest
from netcore.failover.timing import timing_of

Payload = dict[str, Any]

FIRST_REPORT = 50
"""Trials before the first progress."""

LONGEST_STEP = 2000
"""Most trials between two reports, so that a cancel is seen within about a second."""


def stretches(n: int) -> list[tuple[int, int]]:
    """Return how trials are cut for reports and for workers: pairs of first and number, in order.

    The first stretch is short, so that something is seen at once; then come at most twenty, or more where
    each would be longer than ``LONGEST_STEP``.
    """
    step = max(1, min(ceil(n / 20), LONGEST_STEP))
    ends = [min(n, FIRST_REPORT)]
    while ends[-1] < n:
        ends.append(min(n, (ends[-1] // step + 1) * step))
    return [(before, end - before) for before, end in zip([0, *ends], ends, strict=False)]


class Trials:
    """The designs of one question, ready to play any trial of it.

    Args:
        designs: at least one; all see the same draws in the same trial.
        fault: key of the scenario's faults.
        seed: None takes the scenario's.

    Raises:
        NotFound: the scenario has no such fault, or there is no such design.
        NotModelled: a design cannot be played for this fault.
    """

    def __init__(
        self, scenario: Scenario, designs: Sequence[Design], fault: str, seed: int | None = None
    ) -> None:
        self.timing = timing_of(scenario)
        self.seed = scenario.seed if seed is None else seed
        self.fault = fault_of(scenario, fault)
        self.plans = [plan(scenario, design, self.fault, self.timing) for design in designs]
        self._judges: list[Judge] | None = None

    def chunk(self, first: int, n: int) -> Payload:
        """Return the columns of the trials ``first`` to ``first + n - 1``, as plain JSON data."""
        if self._judges is None:
            self._judges = [Judge(Fates(made, self.timing), self.timing) for made in self.plans]
        found = [_empty(made) for made in self.plans]
        for trial in range(first, first + n):
            streams = Streams(self.seed, trial)
            for made, judge, kept in zip(self.plans, self._judges, found, strict=True):
                play = made.mechanism.play(streams)
                kept.add(play, judge.outcome(play))
        return {
            "first": first,
            "n": n,
            "seed": self.seed,
            "rate_of": event_of(self.fault.kind, self.fault.lasts_us),
            "no_month": NOT_COUNTED.get(self.fault.kind),
            "designs": [kept.as_dict() for kept in found],
        }


def _empty(made: Plan) -> Columns:
    alarms = made.false_alarms
    return Columns(
        made.design.id, false_alarms=(alarms.per_month, alarms.window_s) if alarms is not None else (0.0, 0.0)
    )


class Joined:
    """Stretches joined so far, in the order of their trials."""

    def __init__(self) -> None:
        self.done = 0
        self.seed = 0
        self.rate_of: str | None = None
        self.no_month: str | None = None
        self.designs: list[Columns] = []

    def take(self, chunk: Payload) -> None:
        """Take over the next stretch."""
        more = [columns(raw) for raw in chunk["designs"]]
        self.designs = self.designs or [Columns(found.design) for found in more]
        for kept, found in zip(self.designs, more, strict=True):
            kept.join(found)
        self.done += chunk["n"]
        self.seed, self.rate_of, self.no_month = chunk["seed"], chunk["rate_of"], chunk["no_month"]

    def progress(self, n: int) -> Payload:
        """Return ``trials.progress``; ``n`` is how many trials there will be."""
        by_id = {design.id: design for design in DESIGNS}
        return {
            "event": "trials.progress",
            "done": self.done,
            "n": n,
            "designs": [progress(found, by_id[found.design]) for found in self.designs],
        }

    def summary(self, target: Payload | None = None, rates: dict[str, float] | None = None) -> Payload:
        """Return ``trials.summary``; see ``merge``.

        ``no_month`` says why there is no ``availability``, where there is none.
        """
        by_id = {design.id: design for design in DESIGNS}
        pairs = ratios(self.designs)
        made = {
            "event": "trials.summary",
            "n": self.done,
            "seed": self.seed,
            "rate_of": self.rate_of,
            "no_month": self.no_month,
            "designs": [summary_of(found, by_id[found.design], target) for found in self.designs],
            "ratio": widest(self.designs, pairs),
            "ratios": pairs,
        }
        return {**made, "availability": availability(made, rates)}


def trial_chunk(
    scenario: Scenario, designs: Sequence[Design], fault: str, seed: int | None, first: int, n: int
) -> Payload:
    """Return the columns of some trials; see ``Trials``."""
    return Trials(scenario, designs, fault, seed).chunk(first, n)


def merge(
    chunks: Iterable[Payload], target: Payload | None = None, rates: dict[str, float] | None = None
) -> Payload:
    """Return the summary of stretches of trials of one question, given in any order.

    Args:
        target: ``{"recover_s": number or None, "lose_packets": number or None}``: what is asked for.
        rates: events per month that differ from the defaults; see ``availability``.

    Raises:
        ValueError: there is none, or they leave trials out or play some twice.
    """
    joined, due = Joined(), None
    for chunk in sorted(chunks, key=lambda chunk: int(chunk["first"])):
        if due is not None and chunk["first"] != due:
            raise ValueError(f"the stretches do not join: {due} is due and {chunk['first']} comes")
        due = chunk["first"] + chunk["n"]
        joined.take(chunk)
    if due is None:
        raise ValueError("no stretches are none")
    return joined.summary(target, rates)


def trials(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    n: int,
    seed: int | None = None,
    first: int = 0,
    target: Payload | None = None,
    rates: dict[str, float] | None = None,
) -> Iterator[Payload]:
    """Yield ``trials.progress`` after each of ``stretches`` and ``trials.summary`` at the end.

    Args:
        n: number of trials, at least 1.
        first: number of the first trial.
        target, rates: see ``merge``.

    Raises:
        NotFound, NotModelled: see ``Trials``.
        ValueError: no trials are asked for.
    """
    if n < 1:
        raise ValueError(f"{n} trials are none")
    return _run(Trials(scenario, designs, fault, seed), n, first, target, rates)


def _run(
    played: Trials, n: int, first: int, target: Payload | None, rates: dict[str, float] | None
) -> Iterator[Payload]:
    joined = Joined()
    for begin, length in stretches(n):
        joined.take(played.chunk(first + begin, length))
        yield joined.progress(n)
    yield joined.summary(target, rates)
