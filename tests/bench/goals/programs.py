"""The pipeline next to programs that are no Python: the kernel of Linux, ns-3, and the same decisions in C.

The first two forward packets one way, which is more work than a verdict, and decide less: they show what it
takes to run a network to see what becomes of a packet; ours answers for the first packets of flows alone. The
third is what a plain loop without interpreter can do.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.bench import workload
from tests.bench.goals import pipeline
from tests.bench.measure import Goal, Readings, Target, engine, paired, same, seconds
from tests.bench.ours import fate_columns
from tests.bench.peers import namespaces, prefixes, programs
from tests.bench.peers.plain_c import PlainC
from tests.bench.peers.prefixes import Prefixes

ROUTERS, ROUTES, PACKETS = 2, 250, 20_000
"""Of ns-3."""

FLOODED_S = 1.0
"""So long the kernel is flooded for one reading."""


@dataclass(frozen=True)
class Forwarding:
    """The pipeline, and a peer that says how many seconds one packet takes it."""

    ours: pipeline.Made
    packet_seconds: Callable[[], float]


def kernel(tiny: bool) -> Forwarding:
    """Return the pipeline and the kernel with the largest table, after its routes have proved right.

    Raises:
        NotMeasured: the machine cannot have namespaces, or there is no compiler.
    """
    chain = namespaces.Chain(largest(tiny))
    return Forwarding(pipeline.prepare(tiny), lambda: chain.seconds(0.05 if tiny else FLOODED_S))


def largest(tiny: bool) -> Prefixes:
    """Return the prefixes of the largest table of the standard network."""
    return prefixes.largest_table(workload.TINY if tiny else workload.N10K, 1).prefixes


def simulator(tiny: bool) -> Forwarding:
    """Return the pipeline and two routers in ns-3, after all their packets have arrived.

    Raises:
        NotMeasured: ns-3 or a compiler is not installed.
    """
    libraries = ("applications", "point-to-point", "internet", "network", "core")
    program = programs.compiled("chain.cc", *(f"-lns3-{name}" for name in libraries))
    packets = 200 if tiny else PACKETS
    simulated(program, packets // 10)
    return Forwarding(pipeline.prepare(tiny), lambda: simulated(program, packets))


def simulated(program: Path, packets: int) -> float:
    """Return the seconds of one packet in ns-3.

    Raises:
        Mismatch: a packet is lost.
    """
    command = [str(program), str(ROUTERS), str(ROUTES), str(packets)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    arrived, used = said.split()
    same("packets that arrive", int(arrived), packets)
    return float(used) / packets


def over_packets(made: Forwarding, repetitions: int) -> Readings:
    """Return how many packets ours answers for in the time of one."""
    (forward,) = engine("forward")
    ours = made.ours

    def answer() -> None:
        forward(ours.compiled, ours.packets, back=False)

    answer()
    found = []
    for _ in range(repetitions):
        mine = seconds(answer) / len(ours.packets)
        found.append(made.packet_seconds() / mine)
    return {"flows over packets": found}


@dataclass(frozen=True)
class Twice:
    """The pipeline and the same decisions in C."""

    ours: pipeline.Made
    peer: PlainC


def in_c(tiny: bool) -> Twice:
    """Return both, after they have given all flows the same fates.

    Raises:
        NotMeasured: there is no C compiler.
    """
    programs.compiled(*PlainC.SOURCE)
    (forward,) = engine("forward")
    made = pipeline.prepare(tiny)
    peer = PlainC(made.loop.network)
    found = zip(fate_columns(forward(made.compiled, made.packets)), peer.fates(made.flows), strict=True)
    for name, (mine, others) in zip(("packets", "answers"), found, strict=True):
        same(f"{name} with another fate in C", np.flatnonzero(mine != others).tolist()[:5], [])
    return Twice(made, peer)


def over_c(made: Twice, repetitions: int) -> Readings:
    """Return how many flows ours answers in the time in which C answers one."""
    (forward,) = engine("forward")
    ours = made.ours
    flows = paired(
        lambda: forward(ours.compiled, ours.packets), lambda: made.peer.fates(ours.flows), repetitions
    )
    return {"over C": flows}


GOALS = (
    Goal(
        "G3c",
        "the first packets of the same flows next to packets through two routers of the Linux kernel, "
        "which look up routes alone: no rules",
        (Target("flows over packets", ">=", 40),),
        kernel,
        over_packets,
        processes=1,
    ),
    Goal(
        "G3d",
        "the first packets of the same flows next to packets through two routers in ns-3 with 250 routes: "
        "no rules",
        (Target("flows over packets", ">=", 200),),
        simulator,
        over_packets,
        processes=1,
    ),
    Goal(
        "G3e",
        "the same next to a plain loop in C, there and back: no IPv6, NAT or sessions, no names of ways",
        (Target("over C", ">=", 0.85),),
        in_c,
        over_c,
        processes=2,
    ),
)
