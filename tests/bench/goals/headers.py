"""Who reaches whom with which headers, all of them, next to engines of binary decision diagrams.

Exact counts of delivered headers must be equal in every cell, sending subnet by receiving subnet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import netcore
from netcore.profiles import profile
from tests.bench import drawing, ours
from tests.bench.measure import Goal, Mismatch, NotMeasured, Readings, Target, by_size, paired, seconds, slope
from tests.bench.peers.decisions import NODES, Decisions, Engine, by_cudd, by_oxidd, fabric_of
from tests.bench.workload import N10K, TINY, Size, Workload, build

FEW_NODES = 1_000_000
CARRIED = fabric_of(profile("azure-2026"))
"""Of the profile that the drawing of the network takes."""

N40K = Size(vnets=200)
SIZES = tuple(Size(vnets=vnets) for vnets in (5, 10, 25, 50, 100, 200))

_PEERS: dict[str, Callable[[int], Engine]] = {"oxidd": by_oxidd, "CUDD": by_cudd}


@dataclass(frozen=True)
class Made:
    """A network, for ours as a drawing and for the peers as it is."""

    network: Workload
    scenario: netcore.Scenario
    nodes: int

    def ours(self) -> Any:
        """Return all counts by the product, compile included."""
        return ours.header_counts(self.network, self.scenario)

    def peer(self, name: str) -> Any:
        """Return all counts by decision diagrams.

        Raises:
            NotMeasured: the package is not installed.
        """
        return Decisions(self.network, _PEERS[name](self.nodes), CARRIED).counts()


def _drawn(size: Size, nodes: int) -> Made:
    network = build(size)
    return Made(network, drawing.scenario(network), nodes)


def _made(size: Size, nodes: int) -> Made:
    """Return a network, after ours and oxidd have counted the same in every cell."""
    made = _drawn(size, nodes)
    mine, others = made.ours(), made.peer("oxidd")
    if mine.shape != others.shape or (mine != others).any():
        cells = int((mine != others).sum())
        raise Mismatch(f"headers differ in {cells} cells; in all {mine.sum()} and {others.sum()}")
    return made


def standard(tiny: bool) -> Made:
    """Return the standard network of 10,000 VMs."""
    return _made(TINY, FEW_NODES) if tiny else _made(N10K, NODES)


def large(tiny: bool) -> Made:
    """Return the network of 40,000 VMs."""
    return _made(TINY, FEW_NODES) if tiny else _made(N40K, NODES)


def against(*names: str) -> Any:
    """Return the measurement next to some of the peers."""

    def measure(made: Made, repetitions: int) -> Readings:
        found: dict[str, list[float] | str] = {
            "JFactory": "it is a part of Batfish in Java, and no package of it can be installed here"
        }
        for name in names:
            try:
                found[name] = paired(made.ours, lambda which=name: made.peer(which), repetitions)
            except NotMeasured as error:
                found[name] = str(error)
        return found

    return measure


def sizes(tiny: bool) -> list[Made]:
    """Return networks of growing size."""
    if tiny:
        return [_made(TINY, FEW_NODES)]
    return [_drawn(size, NODES) for size in SIZES]


def growth(networks: list[Made], repetitions: int) -> Readings:
    """Return the exponents over VMs, of all sizes and of the last factor of four."""
    vms = [len(made.network.vm_address) for made in networks]
    if len(vms) < 4:
        return {"exponent": "one size has no slope", "last factor 4": "one size has no slope"}
    for made in networks[:3]:  # caches are warm, and whatever compiles has compiled
        made.ours()
    times = by_size(networks, lambda made: seconds(made.ours), repetitions)
    return {
        "exponent": [slope(vms, one) for one in times],
        "last factor 4": [slope(vms[-3:], one[-3:]) for one in times],
    }


GOALS = (
    Goal(
        "G5",
        "all headers from all VMs to all VMs of the standard network, compile included",
        (Target("CUDD", ">=", 18), Target("oxidd", ">=", 6), Target("JFactory", ">=", 3)),
        standard,
        against("CUDD", "oxidd"),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G5b",
        "the same for 40,000 VMs",
        (Target("oxidd", ">=", 7), Target("JFactory", ">=", 5)),
        large,
        against("oxidd"),
        processes=1,
        repetitions=2,
    ),
    Goal(
        "S5",
        "all headers, time over VMs, 1,000 to 40,000",
        (Target("exponent", "<=", 1.25, range=40), Target("last factor 4", "<=", 1.45, range=4)),
        sizes,
        growth,
        processes=1,
        repetitions=3,
    ),
)
