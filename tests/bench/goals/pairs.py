"""Who reaches whom by one port, for all pairs of VMs, next to asking pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench import drawing, ours, workload
from tests.bench.measure import Goal, Readings, Target, engine, paired, same
from tests.bench.peers.graphs import reaching
from tests.bench.peers.loop import DELIVERED, Loop
from tests.bench.workload import TCP, Flows, Workload

PORT, SOURCE_PORT = 443, 40_000
BY_LOOP, BY_FORCE = 100_000, 2_000_000
"""So many pairs are asked one by one; they stand for the rest."""

DESTINATIONS = 200
"""So many destinations are asked of graphs."""


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


@dataclass(frozen=True)
class Routes:
    """Routes alone: ours ready to walk, and for some destinations the next hop of every subnet."""

    space: Any
    hops: list[list[int]]


def by_routes(tiny: bool) -> Routes:
    """Return the network, after ours and networkx have found the same senders for some destinations."""
    network = workload.build(workload.TINY if tiny else workload.N10K)
    compiled = ours.compiled(network)
    (routes_alone,) = engine("routes_alone")
    routed, loop = routes_alone(compiled), Loop(network)
    step = max(1, len(network.vm_address) // DESTINATIONS)
    chosen = range(0, len(network.vm_address), step)
    hops = [loop.hops(int(network.vm_address[vm])) for vm in chosen]
    size = network.size
    for vm, each in zip(chosen, hops, strict=True):
        name, found = drawing.vm_name(network, vm), reaching(each)
        for subnet in range(len(each)):
            last = subnet * size.vms + size.vms - 1  # no appliance
            sender = drawing.vm_name(network, last - 1 if last == vm else last)
            by_ours = routed.reaches(sender, name)
            if by_ours is not None:  # the pool's choice, where a member of it is asked for
                same(f"routes from {sender} to {name}", by_ours, subnet in found)
    return Routes(ours.space(compiled), hops)


def measure_routes(made: Routes, repetitions: int) -> Readings:
    """Return how many times as long networkx takes for one destination."""
    few, all_ = len(made.hops), len(made.space.rows)
    return {
        "networkx": paired(
            lambda: ours.walk_routes(made.space),
            lambda: [reaching(each) for each in made.hops],
            repetitions,
            (all_, few),
        )
    }


GOALS = (
    Goal(
        "G4",
        "all 100 million pairs of the standard network, tcp/443",
        (Target("own arrays, pair by pair", ">=", 10), Target("pytricia loop", ">=", 5_000)),
        prepare,
        measure,
        processes=1,
    ),
    Goal(
        "G4b",
        "by routes alone, who reaches a destination",
        (Target("networkx", ">=", 800),),
        by_routes,
        measure_routes,
    ),
)
