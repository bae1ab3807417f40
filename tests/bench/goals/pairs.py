"""Who reaches whom by one port, for all pairs of VMs, next to asking pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench import ours, workload
from tests.bench.measure import Goal, Readings, Target, engine, missing, no_readings, paired, same
from tests.bench.peers.loop import DELIVERED, Loop
from tests.bench.workload import TCP, Flows, Workload

PORT, SOURCE_PORT = 443, 40_000
BY_LOOP, BY_FORCE = 100_000, 2_000_000
"""So many pairs are asked one by one; they stand for the rest."""


@dataclass(frozen=True)
class Made:
    """The network and some pairs."""

    network: Workload
    compiled: Any
    some: Flows
    loop: Loop


def _some(network: Workload, count: int) -> Flows:
    """Return so many pairs of VMs, drawn by seed 13."""
    draw = np.random.default_rng(13)
    vms = len(network.vm_address)
    return Flows(
        draw.integers(0, vms, count).astype(np.int32),
        network.vm_address[draw.integers(0, vms, count)],
        np.full(count, TCP, np.uint8),
        np.full(count, SOURCE_PORT, np.uint16),
        np.full(count, PORT, np.uint16),
    )


def prepare(tiny: bool) -> Made:
    """Return the network, after the matrix and the loop have said the same about many pairs."""
    engine("compile_network", "forward", "matrix")
    network = workload.build(workload.TINY if tiny else workload.N10K)
    made = Made(network, ours.compiled(network), _some(network, 1_000 if tiny else BY_FORCE), Loop(network))
    matrix = ours.pair_by_pair(ours.pairs(made.compiled, TCP, PORT), network)
    asked = made.loop.fates(made.some, BY_LOOP)
    rows = {address: number for number, address in enumerate(network.vm_address.tolist())}
    for sender, there, (fate, _) in zip(
        made.some.source.tolist(), made.some.destination.tolist(), asked, strict=False
    ):
        same(f"VM {sender} to {there}", bool(matrix[sender, rows[there]]), fate == DELIVERED)
    return made


def measure(made: Made, repetitions: int) -> Readings:
    """Return how many times as long it takes to ask pair by pair."""
    (forward,) = engine("forward")
    pairs, some = len(made.network.vm_address) ** 2, len(made.some.source)
    packets = ours.packets(made.compiled, made.network, made.some)

    def matrix() -> Any:
        return ours.pairs(made.compiled, TCP, PORT)

    return {
        "own arrays, pair by pair": paired(
            matrix, lambda: forward(made.compiled, packets), repetitions, (pairs, some)
        ),
        "pytricia loop": paired(
            matrix,
            lambda: made.loop.fates(made.some, BY_LOOP),
            repetitions,
            (pairs, min(some, BY_LOOP)),
        ),
    }


GOALS = (
    Goal(
        "G4",
        "all 100 million pairs of the standard network, tcp/443",
        (Target("own arrays, pair by pair", ">=", 10), Target("pytricia loop", ">=", 5_000)),
        prepare,
        measure,
    ),
    Goal(
        "G4b",
        "by routes alone, who reaches a destination",
        (Target("networkx", ">=", 800),),
        missing("netcore.batch has no walk by routes alone yet; networkx stands ready in the environment"),
        no_readings,
    ),
)
