"""How long many trials of many flows take, next to the same failover played packet by packet in SimPy.

The peer is what a simulation of processes does: every packet is an event that looks at the moment and counts.
It plays the same trials: the same draws, the same changes, the same fates of flows. First both must agree
about recovery and losses. It plays a few trials in full, and those stand for the rest.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import simpy

import netcore
from netcore.failover.clock import SECOND_US
from tests.bench.peers.failover import Opened, agree, by_packets
from tests.netcore.failover.scenes import FAULT, pair

TRIALS = 10_000
FLOWS = 1_000
PACKETS_PER_SECOND = 100

PEER_TRIALS = 2
"""So many trials the peer plays in full."""

PEER_FLOW_S = 200_000
"""Longer trials, in flows times seconds, the peer does not play: they take minutes each."""

GATE_TRIALS = 10
GATE_FLOWS = 4
"""Trials and flows over which both must agree before anything is measured."""


def lines(sizes: tuple[int, ...] = (FLOWS,), seconds: float = 0.0) -> Iterator[str]:
    """Yield the report line by line, as it is measured.

    Args:
        sizes: numbers of flows.
        seconds: above 0 only a tenth of the trials is played, for a quick look.

    Raises:
        Mismatch: the peer comes to another recovery or other losses.
    """
    trials = TRIALS // 10 if seconds else TRIALS
    yield (
        f"trials: {trials:,} trials, flows of {PACKETS_PER_SECOND} packets/s each way, one core, "
        f"Python {sys.version.split()[0]}, SimPy {simpy.__version__}"
    )
    few = drawing(GATE_FLOWS)
    for design in netcore.designs(few, FAULT):
        opened = Opened(few, design, FAULT, netcore.timing_profile("published"))
        words = agree(opened, GATE_TRIALS, PACKETS_PER_SECOND)
        yield f"same: {design.id}, means of {GATE_TRIALS} trials, ours and SimPy's: {words}"
    yield (
        f"{'flows':>8}  {'design':<24}{'open s':>8}{'play s':>8}{'trials/s':>10}{'packets':>14}"
        f"{'per packet s':>14}{'ratio':>12}"
    )
    for flows in sizes:
        scenario = drawing(flows)
        for design in netcore.designs(scenario, FAULT):
            opened_s, played_s = _ours(scenario, design, trials)
            peer = _peer(scenario, design, flows)
            row = f"{flows:>8,}  {design.id:<24}{opened_s:>8.2f}{played_s:>8.2f}{trials / played_s:>10,.0f}"
            if peer is None:
                yield row + f"{'not played: its trials are too long':>40}"
                continue
            whole = peer[0] * trials
            yield f"{row}{peer[1]:>14,.0f}{whole:>14,.0f}{whole / (opened_s + played_s):>11,.0f}x"
    yield (
        f"open: all connections once and the first trial, which the peer is given; packets: of one trial; "
        f"per packet: {PEER_TRIALS} trials played in full by SimPy, times {trials:,} / {PEER_TRIALS}"
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


def _peer(scenario: netcore.Scenario, design: netcore.Design, flows: int) -> tuple[float, float] | None:
    """Return processor seconds and packets of one trial of the peer; None where they are too long."""
    opened = Opened(scenario, design, FAULT, netcore.timing_profile("published"))
    trials = [opened.trial(number) for number in range(PEER_TRIALS)]
    if flows * max(trial.until_us for trial in trials) > PEER_FLOW_S * SECOND_US:
        return None
    began = time.process_time()
    packets = sum(by_packets(trial, opened, PACKETS_PER_SECOND).events for trial in trials)
    return (time.process_time() - began) / PEER_TRIALS, packets / PEER_TRIALS


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
