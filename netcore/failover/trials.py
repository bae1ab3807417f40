"""Many trials of several designs, which share their draws: percentiles, intervals, what dominated.

A trial hangs on seed and number alone. Flows are not evaluated per trial but once per sequence of changes,
so a trial costs a few draws and some arithmetic.

Source: reference on failover, section 3.1 (minimum trials, common random numbers, order statistics).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf, isfinite, sqrt
from typing import Any

from netcore.document.models import Scenario
from netcore.failover.clock import SECOND_US
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.outcomes import Judge, quantile, weighted_quantile
from netcore.failover.plan import Design, Plan
from netcore.failover.race import fault_of
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile, timing_profile

Payload = dict[str, Any]

FIRST_REPORT = 50
"""Trials before the first progress."""

LONGEST_STEP = 2000
"""Most trials between two reports, so that a cancel is seen within about a second."""

FEWEST_FOR_P99 = 1000
"""Under so many trials no p99 is given."""

MOST_POINTS = 200
"""Most points of a distribution function."""

_CLOCKS = ("detect", "control", "data")


def trials(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    n: int,
    seed: int | None = None,
    first: int = 0,
) -> Iterator[Payload]:
    """Yield ``trials.progress`` after the first 50 trials and then every 5 %, ``trials.summary`` at the end.

    Args:
        designs: at least one; all see the same draws in the same trial.
        n: number of trials, at least 1.
        seed: None takes the scenario's.
        first: number of the first trial.

    Raises:
        NotFound: the scenario has no such fault, or there is no such design.
        NotModelled: a design cannot be played for this fault.
        ValueError: no trials are asked for.
    """
    if n < 1:
        raise ValueError(f"{n} trials are none")
    timing = timing_profile(scenario.timing)
    drawn = fault_of(scenario, fault)
    plans = [plan(scenario, design, drawn, timing) for design in designs]
    return _run(plans, timing, n, scenario.seed if seed is None else seed, first)


def _run(plans: list[Plan], timing: TimingProfile, n: int, seed: int, first: int) -> Iterator[Payload]:
    lanes = [_Lane(made, timing) for made in plans]
    step = max(1, min(ceil(n / 20), LONGEST_STEP))
    due = min(n, FIRST_REPORT)
    for done in range(1, n + 1):
        streams = Streams(seed, first + done - 1)
        for lane in lanes:
            lane.trial(streams)
        if done == due:
            yield {
                "event": "trials.progress",
                "done": done,
                "n": n,
                "designs": [lane.progress() for lane in lanes],
            }
            due = min(n, (done // step + 1) * step)
    yield {
        "event": "trials.summary",
        "n": n,
        "seed": seed,
        "designs": [lane.summary() for lane in lanes],
        "ratio": _ratio(lanes),
    }


@dataclass
class _Lane:
    """One design and what its trials gave; seconds, ``inf`` for never."""

    plan: Plan
    timing: TimingProfile
    new: list[float] = field(default_factory=list)
    """In the order of trials."""
    ranked: list[float] = field(default_factory=list)
    """The same, sorted."""
    lost: list[float] = field(default_factory=list)
    existing: dict[int | None, float] = field(default_factory=dict)
    clocks: tuple[list[float], list[float], list[float]] = field(default_factory=lambda: ([], [], []))
    dominated: list[int] = field(default_factory=lambda: [0, 0, 0])

    def __post_init__(self) -> None:
        self._judge: Judge | None = None

    def trial(self, streams: Streams) -> None:
        """Play one trial and keep its figures."""
        if self._judge is None:
            self._judge = Judge(Fates(self.plan, self.timing), self.timing)
        play = self.plan.mechanism.play(streams)
        outcome = self._judge.outcome(play)
        seconds = inf if outcome.new_us is None else outcome.new_us / SECOND_US
        self.new.append(seconds)
        insort(self.ranked, seconds)
        self.lost.append(outcome.lost_forward + outcome.lost_back)
        for time_us, share in outcome.existing:
            self.existing[time_us] = self.existing.get(time_us, 0.0) + share
        clocks = (play.clocks.detect_us, play.clocks.control_us, play.clocks.data_us)
        values = [inf if value is None else value for value in clocks]
        for kept, value in zip(self.clocks, values, strict=True):
            kept.append(value)
        self.dominated[values.index(max(values))] += 1

    def progress(self) -> Payload:
        """Return where the percentiles stand."""
        return {
            "design": self.plan.design.id,
            "p50": _json(quantile(self.ranked, 0.5)),
            "p95": _json(quantile(self.ranked, 0.95)),
        }

    def summary(self) -> Payload:
        """Return all figures of the design."""
        ranked, n, design = self.ranked, len(self.ranked), self.plan.design
        lost = sorted(self.lost)
        whole = sum(self.existing.values())
        finite = [seconds for seconds in ranked if isfinite(seconds)]
        return {
            "design": design.id,
            "title": design.title,
            "mechanism": design.mechanism,
            "new": {
                "p50": _json(quantile(ranked, 0.5)),
                "p95": _json(quantile(ranked, 0.95)),
                "p99": _json(quantile(ranked, 0.99)) if n >= FEWEST_FOR_P99 else None,
                "max": _json(ranked[-1]),
                "never": 1 - len(finite) / n,
            },
            "existing": {
                "p50": _seconds(weighted_quantile(self.existing.items(), 0.5)),
                "p95": _seconds(weighted_quantile(self.existing.items(), 0.95)),
                "never": self.existing.get(None, 0.0) / whole if whole else 0.0,
            },
            "lost": {"p50": round(quantile(lost, 0.5)), "p95": round(quantile(lost, 0.95))},
            "clocks": {
                name: _json(quantile(sorted(values), 0.5) / SECOND_US)
                for name, values in zip(_CLOCKS, self.clocks, strict=True)
            },
            "dominated": {name: count / n for name, count in zip(_CLOCKS, self.dominated, strict=True)},
            "interval": {"p50": interval(ranked, 0.5), "p95": interval(ranked, 0.95)},
            "ecdf": _ecdf(ranked),
        }


def interval(ranked: Sequence[float], share: float) -> list[float | None]:
    """Return the 95 % interval of a percentile from two order statistics; None for never.

    Source: ours; the number of values below the true percentile is binomial, taken as normal.
    """
    n = len(ranked)
    middle, reach = n * share, 1.96 * sqrt(n * share * (1 - share))
    low = max(1, floor(middle - reach))
    high = min(n, ceil(middle + reach) + 1)
    return [_json(ranked[low - 1]), _json(ranked[high - 1])]


def _ecdf(ranked: Sequence[float]) -> list[list[float]]:
    """Return points of the distribution function, as many as a chart can show; never is left out."""
    n = len(ranked)
    points = min(n, MOST_POINTS)
    ranks = sorted({ceil(n * (number + 1) / points) for number in range(points)})
    return [[ranked[rank - 1], rank / n] for rank in ranks if isfinite(ranked[rank - 1])]


def _ratio(lanes: Sequence[_Lane]) -> Payload | None:
    """Return the median over trials of how much slower the slowest design is than the fastest."""
    if len(lanes) < 2:
        return None
    order = sorted(lanes, key=lambda lane: quantile(lane.ranked, 0.5))
    fast, slow = order[0], order[-1]
    ratios = sorted(
        there / here for there, here in zip(slow.new, fast.new, strict=True) if isfinite(here) and here > 0
    )
    if not ratios:
        return None
    return {
        "slow": slow.plan.design.id,
        "fast": fast.plan.design.id,
        "p50": _json(quantile(ratios, 0.5)),
    }


def _json(seconds: float) -> float | None:
    return seconds if isfinite(seconds) else None


def _seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / SECOND_US
