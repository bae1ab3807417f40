"""Many trials of several designs, which share their draws, in stretches that anybody may play.

A trial hangs on seed and number alone. Flows are not evaluated per trial but once per sequence of changes,
so a trial costs a few draws and some arithmetic, and many are computed together. Stretches give whole
numbers, so that joining them gives the same figures however the trials were cut.

Source: reference on failover, section 3.1 (minimum trials, common random numbers, order statistics).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np

from netcore.document.models import Scenario
from netcore.failover.availability import availability
from netcore.failover.clock import SECOND_US
from netcore.failover.columns import Columns
from netcore.failover.designs import DESIGNS, plan
from netcore.failover.draws import Draws
from netcore.failover.fates import Fates
from netcore.failover.outcomes import Judge
from netcore.failover.plan import Design, Plan
from netcore.failover.plays import Plays, plays_of
from netcore.failover.race import fault_of
from netcore.failover.rates import NOT_COUNTED, event_of
from netcore.failover.ratios import Pair
from netcore.failover.reduction import Block, Engine, Reduction
from netcore.failover.spread import Values
from netcore.failover.summary import progress, ratios, summary_of, widest
from netcore.failover.timing import timing_of
from netcore.words import say

Payload = dict[str, Any]

FIRST_REPORT = 50
"""Trials before the first progress."""

LONGEST_STEP = 2000
"""Most trials between two reports, and most that are in memory together."""


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
        target: ``{"recover_s": number or None, "lose_packets": number or None}``: what is asked for.
        engine: None: numba where it is there. The trials are the same.

    Raises:
        NotFound: the scenario has no such fault, or there is no such design.
        NotModelled: a design cannot be played for this fault.
    """

    def __init__(
        self,
        scenario: Scenario,
        designs: Sequence[Design],
        fault: str,
        seed: int | None = None,
        target: Payload | None = None,
        *,
        engine: Engine | None = None,
    ) -> None:
        self.timing = timing_of(scenario)
        self.seed = scenario.seed if seed is None else seed
        self.fault = fault_of(scenario, fault)
        self.target = target
        self.plans = [plan(scenario, design, self.fault, self.timing) for design in designs]
        self._engine = engine
        self._players: list[Player] | None = None

    @property
    def players(self) -> list[Player]:
        """Who plays each design, in order; the first use opens all connections."""
        if self._players is None:
            judges = [Judge(Fates(made, self.timing), self.timing) for made in self.plans]
            self._players = [
                Player(made, judge, self._engine) for made, judge in zip(self.plans, judges, strict=True)
            ]
        return self._players

    def chunk(self, first: int, n: int, between: Callable[[], None] | None = None) -> Payload:
        """Return the columns of the trials ``first`` to ``first + n - 1``, as plain JSON data.

        Args:
            between: called before whatever may take long; what it raises ends the stretch.
        """
        found = [player.columns() for player in self.players]
        pairs = [Pair(one.design, other.design) for one, other in combinations(found, 2)]
        for begin in range(first, first + n, LONGEST_STEP):
            count = min(LONGEST_STEP, first + n - begin)
            times = [
                player.play(kept, self.seed, begin, count, self.target, between)
                for player, kept in zip(self.players, found, strict=True)
            ]
            for pair, (one, other) in zip(pairs, combinations(times, 2), strict=True):
                pair.add(one, other)
        return {
            "first": first,
            "n": n,
            "seed": self.seed,
            "rate_of": event_of(self.fault.kind, self.fault.lasts_us),
            "no_month": say(NOT_COUNTED[self.fault.kind]) if self.fault.kind in NOT_COUNTED else None,
            "target": self.target,
            "designs": [kept.as_dict() for kept in found],
            "pairs": [pair.as_dict() for pair in pairs],
        }


class Player:
    """Plays and judges trials of one design."""

    def __init__(self, plan: Plan, judge: Judge, engine: Engine | None = None) -> None:
        self.plan = plan
        self._compiled = None if engine is None else engine == "numba"
        self._reduction = Reduction(judge, engine)

    def columns(self) -> Columns:
        """Return columns without any trial."""
        alarms, scale = self.plan.false_alarms, self._reduction.judge.scale
        return Columns(
            self.plan.design.id,
            {"flows": scale.flows, "packets": scale.packets, "attempts": scale.attempts},
            false_alarms=(alarms.per_month, alarms.window_s) if alarms is not None else (0.0, 0.0),
        )

    def play(
        self,
        kept: Columns,
        seed: int,
        first: int,
        count: int,
        target: Payload | None = None,
        between: Callable[[], None] | None = None,
    ) -> Values:
        """Add trials to columns, and return when new flows recover in each.

        Args:
            count: at most ``LONGEST_STEP``, for all are in memory together.
        """
        plays, block = self.trials(seed, first, count, between)
        kept.add(plays, block)
        kept.met += _met(block, target) if target else 0
        return block.new

    def trials(
        self, seed: int, first: int, count: int, between: Callable[[], None] | None = None
    ) -> tuple[Plays, Block]:
        """Return trials one by one: how they went, and what they come to."""
        plays = plays_of(self.plan.mechanism, Draws(seed, first, count, compiled=self._compiled), between)
        return plays, self._reduction.block(plays, between)


def _met(block: Block, target: Payload) -> int:
    """Return how many trials meet a target."""
    recover_s, lose = target.get("recover_s"), target.get("lose_packets")
    good = np.ones(len(block.new), np.bool_)
    if recover_s is not None:
        good &= (block.new >= 0) & (block.new <= recover_s * SECOND_US)
    if lose is not None:
        good &= block.lost <= lose
    return int(good.sum())


class Joined:
    """Stretches joined so far, in the order of their trials."""

    def __init__(self) -> None:
        self.done = 0
        self.seed = 0
        self.rate_of: str | None = None
        self.no_month: str | None = None
        self.target: Payload | None = None
        self.designs: list[Columns] = []
        self.pairs: list[Pair] = []

    def take(self, chunk: Payload) -> None:
        """Take over the next stretch."""
        self.designs = self.designs or [Columns(raw["design"]) for raw in chunk["designs"]]
        self.pairs = self.pairs or [Pair(raw["first"], raw["second"]) for raw in chunk["pairs"]]
        for kept, raw in zip(self.designs, chunk["designs"], strict=True):
            kept.join(raw)
        for pair, raw in zip(self.pairs, chunk["pairs"], strict=True):
            pair.join(raw)
        self.done += chunk["n"]
        for name in ("seed", "rate_of", "no_month", "target"):
            setattr(self, name, chunk[name])

    def progress(self, n: int) -> Payload:
        """Return ``trials.progress``; ``n`` is how many trials there will be."""
        by_id = {design.id: design for design in DESIGNS}
        return {
            "event": "trials.progress",
            "done": self.done,
            "n": n,
            "designs": [progress(found, by_id[found.design]) for found in self.designs],
        }

    def summary(self, rates: dict[str, float] | None = None) -> Payload:
        """Return ``trials.summary``; see ``merge``.

        ``no_month`` says why there is no ``availability``, where there is none.
        """
        by_id = {design.id: design for design in DESIGNS}
        rows = [summary_of(found, by_id[found.design], self.target) for found in self.designs]
        pairs = ratios(self.pairs, rows)
        made = {
            "event": "trials.summary",
            "n": self.done,
            "seed": self.seed,
            "rate_of": self.rate_of,
            "no_month": self.no_month,
            "designs": rows,
            "ratio": widest(pairs, rows),
            "ratios": pairs,
        }
        return {**made, "availability": availability(made, rates)}


def trial_chunk(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    seed: int | None,
    first: int,
    n: int,
    target: Payload | None = None,
) -> Payload:
    """Return the columns of some trials; see ``Trials``."""
    return Trials(scenario, designs, fault, seed, target).chunk(first, n)


def merge(chunks: Iterable[Payload], rates: dict[str, float] | None = None) -> Payload:
    """Return the summary of stretches of trials of one question, given in any order.

    Args:
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
    return joined.summary(rates)


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
        target: see ``Trials``.
        rates: see ``merge``.

    Raises:
        NotFound, NotModelled: see ``Trials``.
        ValueError: no trials are asked for.
    """
    if n < 1:
        raise ValueError(f"{n} trials are none")
    return _run(Trials(scenario, designs, fault, seed, target), n, first, rates)


def _run(played: Trials, n: int, first: int, rates: dict[str, float] | None) -> Iterator[Payload]:
    joined = Joined()
    for begin, length in stretches(n):
        joined.take(played.chunk(first + begin, length))
        yield joined.progress(n)
    yield joined.summary(rates)
