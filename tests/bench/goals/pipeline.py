"""All that becomes of packets: routes, security groups, which appliance of each pool, who receives them.

The peer is ``peers.loop``, from the same workload without the engine; it answers the same packets first, with
the same appliances, and so does the engine's second implementation. There and back the two and the plain loop
in C (``programs``) agree too; that is measured beside it, and nothing is promised of it.

The peer does less: it says which of four things became of a packet and which appliances it reached. Ours says
also where and why, how often the packet was put on the wire, and by a name which guests and NICs it passed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.bench import ours, workload
from tests.bench.measure import Goal, Readings, Target, engine, paired, same
from tests.bench.peers.loop import DELIVERED, Loop, pytricia

FLOWS, BY_LOOP, BY_SEARCH, BY_NUMPY = 2_000_000, 20_000, 500, 200_000


@dataclass(frozen=True)
class Made:
    """The standard network and flows, for ours and for the peer."""

    compiled: Any
    packets: Any
    flows: workload.Flows
    loop: Loop


def prepare(tiny: bool) -> Made:
    """Return both, after they have given the same answers."""
    (forward,) = engine("forward")
    pytricia()
    network = workload.build(workload.TINY if tiny else workload.N10K)
    flows = workload.flows(network, 2_000 if tiny else FLOWS)
    first = workload.Flows(*(column[:BY_LOOP] for column in flows))
    compiled = ours.compiled(network)
    few = ours.packets(compiled, network, first)
    found = forward(compiled, few)
    ours.mostly_arrays(found)
    loop = Loop(network)
    answers = loop.fates(flows, len(first.source))
    same("two peers", Loop(network, trie=False).fates(flows, BY_SEARCH), answers[:BY_SEARCH])
    for row, (mine, others) in enumerate(zip(ours.fates(found), answers, strict=True)):
        same(f"flow {row}", mine, others)
    for row, (fate, appliances) in enumerate(loop.ways(flows, len(first.source))):
        same(f"packet {row}", answers[row][0], fate)
        if fate == DELIVERED:
            named = ours.way(
                network, int(flows.source[row]), appliances, loop.vm_at[int(flows.destination[row])]
            )
            same(f"the way of packet {row}", int(found.forward.way[row]), named)
    same("numba and numpy give the same answers", ours.equal(found, ours.by_numpy(compiled, few)), True)
    return Made(compiled, ours.packets(compiled, network, flows), flows, loop)


def measure(made: Made, repetitions: int) -> Readings:
    """Return how many times as long the loop takes, by one thread and by two."""
    (forward,) = engine("forward")
    count = len(made.packets)
    shares = (count, min(count, BY_LOOP))

    def peer() -> Any:
        return made.loop.ways(made.flows, BY_LOOP)

    return {
        "1 thread": paired(
            lambda: forward(made.compiled, made.packets, back=False), peer, repetitions, shares
        ),
        "2 threads": paired(
            lambda: forward(made.compiled, made.packets, threads=2, back=False),
            peer,
            repetitions,
            shares,
            time.perf_counter,
        ),
    }


def by_numpy(made: Made, repetitions: int) -> Readings:
    """Return the same where numba is not installed."""
    packets = made.packets.take(slice(0, BY_NUMPY))
    shares = (len(packets), min(len(packets), BY_LOOP))
    return {
        "1 thread": paired(
            lambda: ours.by_numpy(made.compiled, packets, back=False),
            lambda: made.loop.ways(made.flows, BY_LOOP),
            repetitions,
            shares,
        )
    }


_WHAT = "2 million flows through the standard network of 10,000 VMs, over a pytricia loop"

GOALS = (
    Goal("G3", _WHAT, (Target("1 thread", ">=", 75), Target("2 threads", ">=", 150)), prepare, measure),
    Goal("G3b", f"{_WHAT}, without numba", (Target("1 thread", ">=", 35),), prepare, by_numpy),
)
