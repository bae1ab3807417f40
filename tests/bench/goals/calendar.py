"""The calendar of simulated time next to SimPy's: so many processes, each waiting again and again.

Delays are whole microseconds for both, and both must wake the same processes in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from netcore.failover.clock import Clock
from tests.bench.measure import Goal, Readings, Target, paired, same

PROCESSES, EVENTS, SEED = 1_000, 400_000, 5


@dataclass(frozen=True)
class Waits:
    """Delays in microseconds, taken one after the other by whoever wakes."""

    processes: int
    events: int
    delays: list[int]


def waits(processes: int, events: int) -> Waits:
    """Return exponential delays with a mean of one second."""
    drawn = np.random.default_rng(SEED).exponential(1, events + 2 * processes)
    return Waits(processes, events, (drawn * 1e6).astype(int).tolist())


def ours(given: Waits) -> list[int]:
    """Return who woke, in order, by the engine's calendar."""
    clock: Clock[int] = Clock()
    delays = iter(given.delays)
    for process in range(given.processes):
        clock.at(next(delays), process)
    woken: list[int] = []
    for now_us, process in clock.run():
        woken.append(process)
        if len(woken) == given.events:
            break
        clock.at(now_us + next(delays), process)
    return woken


def peer(given: Waits) -> list[int]:
    """Return the same by SimPy."""
    env = simpy.Environment()
    delays = iter(given.delays)
    woken: list[int] = []
    done = env.event()

    def process(number: int) -> Any:
        while True:
            yield env.timeout(next(delays))
            woken.append(number)
            if len(woken) == given.events:
                done.succeed()
                return

    for number in range(given.processes):
        env.process(process(number))
    env.run(done)
    return woken[: given.events]


def prepare(tiny: bool) -> Waits:
    """Return the delays, after both have woken the same processes."""
    given = waits(20, 500) if tiny else waits(PROCESSES, EVENTS)
    same("who wakes when", ours(given), peer(given))
    return given


def measure(given: Waits, repetitions: int) -> Readings:
    """Return how many times as long SimPy takes."""
    return {
        "SimPy, plain": paired(lambda: ours(given), lambda: peer(given), repetitions),
        "SimPy, compiled": (
            "the product has no use for a compiled calendar: a race puts some dozens of changes on it, and "
            "trials are judged in arrays without one"
        ),
    }


GOALS = (
    Goal(
        "G8",
        f"event calendar, {PROCESSES:,} processes, {EVENTS:,} events",
        (Target("SimPy, compiled", ">=", 15), Target("SimPy, plain", ">=", 2.5)),
        prepare,
        measure,
    ),
)
