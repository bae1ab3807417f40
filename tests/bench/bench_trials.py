"""How long many trials of many flows take, next to the same failover played packet by packet.

The peer is what a simulation of processes does: every packet is an event on a heap that looks at the moment,
counts, and puts its next one on the heap. It is written with heapq alone; SimPy adds generators to the same
heap, which is not expected to be faster; that was not measured. It plays a small part, and its rate stands
for the rest.
"""

from __future__ import annotations

import heapq
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import netcore
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.streams import Streams
from tests.netcore.failover.scenes import FAULT, pair

TRIALS = 10_000
FLOWS = 1_000
PACKETS_PER_SECOND = 100
LASTS_S = 30
"""So long after the fault packets are counted at least (settled_us)."""

PEER_EVENTS = 300_000


def lines(sizes: tuple[int, ...] = (FLOWS,), seconds: float = 0.0) -> Iterator[str]:
    """Yield the report line by line, as it is measured.

    Args:
        sizes: numbers of flows.
        seconds: above 0 only a tenth of the trials is played, for a quick look.
    """
    trials = TRIALS // 10 if seconds else TRIALS
    yield (
        f"trials: {trials:,} trials, flows of {PACKETS_PER_SECOND} packets/s each way, one core, "
        f"Python {sys.version.split()[0]}"
    )
    yield (
        f"{'flows':>8}  {'design':<16}{'open s':>8}{'play s':>8}{'trials/s':>10}{'per packet s':>14}"
        f"{'ratio':>12}"
    )
    for flows in sizes:
        scenario = drawing(flows)
        for design in netcore.designs(scenario, FAULT):
            opened, played = _ours(scenario, design, trials)
            each = _peer(scenario, design, PEER_EVENTS)
            peer = each * trials * flows * PACKETS_PER_SECOND * 2 * LASTS_S
            yield (
                f"{flows:>8,}  {design.id:<16}{opened:>8.2f}{played:>8.2f}{trials / played:>10,.0f}"
                f"{peer:>14,.0f}{peer / (opened + played):>11,.0f}x"
            )
    yield (
        f"open: all connections once and the first trial; per packet: {PEER_EVENTS:,} events of a heap, "
        "the rest reckoned from their rate"
    )


def drawing(flows: int) -> netcore.Scenario:
    """Return two appliances behind a balancer and so many flows through them."""
    raw = netcore.dump(pair(rate=PACKETS_PER_SECOND))
    flow = raw["traffic"]["a-b"]
    raw["traffic"] = {
        f"f{number}": {**flow, "name": f"flow {number}", "destination_port": 1024 + number}
        for number in range(flows)
    }
    return netcore.load(raw)


def _ours(scenario: netcore.Scenario, design: netcore.Design, trials: int) -> tuple[float, float]:
    began = time.process_time()
    played = netcore.prepare_trials(scenario, (design,), FAULT, 1)
    joined = netcore.join_trials()
    joined.take(played.chunk(0, 1))
    opened = time.process_time() - began
    began = time.process_time()
    joined.take(played.chunk(1, trials - 1))
    joined.summary()
    return opened, time.process_time() - began


def _peer(scenario: netcore.Scenario, design: netcore.Design, events: int) -> float:
    """Return processor seconds per packet event of the heap."""
    timing = netcore.timing_profile("published")
    made = plan(scenario, design, scenario.faults[FAULT], timing)
    fates = Fates(made, timing)
    play = made.mechanism.play(Streams(1, 0))
    changes: list[tuple[int, Any]] = [(0, fates.at(made.scene.start))]
    changes += [(time_us, fates.at(moment)) for time_us, moment in made.scene.after(play.changes)]
    times = [time_us for time_us, _ in changes]
    gap_us = 1_000_000 // PACKETS_PER_SECOND
    heap = [
        (number * gap_us // len(scenario.traffic), number, index, side)
        for number, index in enumerate(range(len(scenario.traffic)))
        for side in (0, 1)
    ]
    heapq.heapify(heap)
    lost, number = 0, len(heap)
    began = time.process_time()
    for _ in range(events):
        time_us, _, index, side = heap[0]
        flow = changes[bisect_right(times, time_us) - 1][1][index]
        lost += flow.new[number % len(flow.new)][side] is not None
        number += 1
        heapq.heapreplace(heap, (time_us + gap_us, number, index, side))
    return (time.process_time() - began) / events


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
