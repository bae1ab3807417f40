"""Many trials of one failover next to the same model in SimPy, per change and per packet, and in numpy.

Every peer plays trials of the same seed and is given what forwarding says about the flows at each moment; so
is the engine, and asking forwarding is on nobody's clock. A trial of the engine holds its draws, the losses
by cause, the recovery, the fate of open connections, and its place in the distributions.
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass
from functools import cache
from typing import Any

import netcore
from netcore.failover.clock import SECOND_US
from netcore.failover.columns import Columns
from netcore.failover.spread import EXACT, NEVER
from netcore.failover.trials import LONGEST_STEP, Player
from tests.bench.measure import Goal, Mismatch, Readings, Target, paired, seconds, slope
from tests.bench.peers.failover import Opened, Trial, agree, by_changes, by_packets
from tests.bench.peers.failover_arrays import Arrays
from tests.bench.topologies import two_pools

TRIALS, FLOWS, RATE, SEED = 10_000, 1_000, 10, 42
BY_CHANGES, BY_PACKETS, BY_ARRAYS = 20, 1, 200
"""So many trials each peer plays in full; they stand for the rest."""

GROWTH = (1_000, 2_000, 5_000, 10_000, 20_000, 40_000)


@dataclass(frozen=True)
class Made:
    """One design of the two pools, opened, and trials for the peers."""

    opened: Opened
    trials: list[Trial]
    arrays: Arrays
    count: int
    rate: int
    player: Player

    def play(self, count: int, step: int = LONGEST_STEP) -> Columns:
        """Return so many trials of the engine, as ``netcore.trials`` plays them: ``step`` at a time."""
        kept = self.player.columns()
        for first in range(0, count, step):
            self.player.play(kept, SEED, first, min(step, count - first))
        return kept


@cache
def prepare(tiny: bool) -> Made:
    """Return the trials, after the engine and all peers have agreed about some of them."""
    count, flows, members, rate = (20, 4, 2, 100) if tiny else (TRIALS, FLOWS, 8, RATE)
    timing = netcore.timing_profile("published")
    drawn = two_pools(flows, members, rate)
    design = next(found for found in netcore.designs(drawn, "dies") if found.id == "balancer")
    opened = Opened(drawn, design, "dies", timing)
    agree(opened, 5 if tiny else BY_PACKETS, rate)
    trials = [opened.trial(number, SEED) for number in range(min(count, BY_ARRAYS))]
    made = Made(opened, trials, Arrays(opened, SEED), count, rate, Player(opened.plan, opened.judge))
    made.play(count)  # every sequence of changes has been met
    _, block = made.player.trials(SEED, 0, len(trials))
    for number, trial in enumerate(trials):
        lost, new = float(block.lost[number]), int(block.new[number])
        if abs(lost - trial.engine.lost) > 1e-9 * lost or new != _number(trial.engine.recovered_us):
            raise Mismatch(f"trial {number}: {trial.engine} by itself, {lost} lost and {new} us among others")
    apart = _apart(made)
    if apart["flow events, s"] > 1e-6:
        raise Mismatch(f"losses by SimPy's flow events are {apart['flow events, s']} s apart")
    for number, trial in enumerate(trials[:BY_CHANGES]):
        lost, recovered = made.arrays.play(number)
        if abs(lost.sum() - trial.engine.lost) > 1e-6 * trial.engine.lost:
            raise Mismatch(f"trial {number}: {trial.engine.lost} lost packets and {lost.sum()} by arrays")
        if recovered != trial.engine.recovered_us:
            raise Mismatch(f"trial {number}: recovery {trial.engine.recovered_us} and {recovered} by arrays")
    return made


def _number(time_us: int | None) -> int:
    return NEVER if time_us is None else time_us


def _apart(made: Made) -> dict[str, float]:
    """Return the largest error in seconds: lost by flow and direction, and recovery by packets."""
    per_second = made.rate * 2 * len(made.trials[0].changes[0][1])
    lost, late = [0.0], [0.0]
    for trial in made.trials[:BY_CHANGES]:
        other = by_changes(trial, made.opened, made.rate)
        lost.append(abs(other.lost - trial.engine.lost) / per_second)
    for trial in made.trials[:BY_PACKETS]:
        other = by_packets(trial, made.opened, made.rate)
        late.append(abs((other.recovered_us or 0) - (trial.engine.recovered_us or 0)) / SECOND_US)
    return {"flow events, s": max(lost), "packets, s": max(late)}


def measure(made: Made, repetitions: int) -> Readings:
    """Return how many times as long each peer takes for one trial."""

    def many(peer: Any, count: int) -> Any:
        return lambda: [peer(trial, made.opened, made.rate) for trial in made.trials[:count]]

    def arrays() -> Any:
        return [made.arrays.play(number) for number in range(BY_ARRAYS)]

    def against(peer: Any, count: int) -> list[float]:
        return paired(lambda: made.play(made.count), peer, repetitions, (made.count, count))

    return {
        "SimPy flow events": against(many(by_changes, BY_CHANGES), BY_CHANGES),
        "SimPy packets": against(many(by_packets, BY_PACKETS), BY_PACKETS),
        "numpy": against(arrays, BY_ARRAYS),
    }


def errors(made: Made, _repetitions: int) -> Readings:
    """Return how far ours and the peers are apart."""
    return {name: [value] for name, value in _apart(made).items()}


def growth(made: Made, repetitions: int) -> Readings:
    """Return the exponents of time and memory over the number of trials."""
    # Fewer than ``EXACT`` are kept one by one.
    sizes = [max(size * made.count // TRIALS, EXACT * size // GROWTH[0] + 1) for size in GROWTH]
    times = []
    for _ in range(repetitions):
        times.append(
            slope(sizes, [seconds(lambda n=size: made.play(n), time.process_time) for size in sizes])
        )
    # To a thousandth: whole numbers of Python take four bytes more when they pass a power of two.
    return {"time": times, "memory": [round(slope(sizes, [_peak(made, size) for size in sizes]), 3)]}


def _peak(made: Made, count: int) -> int:
    """Return the most bytes that playing so many trials takes, their figures among them."""
    tracemalloc.start()
    kept = made.play(count, EXACT)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.n == count
    return most


_TITLE = f"{TRIALS:,} trials of {FLOWS:,} flows through two pools of eight, probes every 5 s"

GOALS = (
    Goal(
        "G7",
        _TITLE,
        (
            Target("SimPy flow events", ">=", 900),
            Target("SimPy packets", ">=", 30_000),
            Target("numpy", ">=", 20),
        ),
        prepare,
        measure,
        processes=1,
    ),
    Goal(
        "G7b",
        "the same: largest error",
        (
            Target("flow events, s", "<=", 1e-6, spread=False),
            Target("packets, s", "<=", 0.2, spread=False),
        ),
        prepare,
        errors,
        processes=1,
    ),
    Goal(
        "S7",
        "the same, over the number of trials",
        (Target("time", "<=", 1.02), Target("memory", "<=", 0, spread=False)),
        prepare,
        growth,
        processes=1,
    ),
)
