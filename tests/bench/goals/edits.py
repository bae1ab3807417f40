"""One route changed: the compiled network is brought up to date and what it touches is walked anew.

The updates are drawn from seed 9: a route of a random table is added, or one added before is taken away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.bench.measure import Goal, Target, missing, no_readings
from tests.bench.workload import Hop, Origin, Route, Workload, address, mask

UPDATES, SEED = 5_000, 9
"""Tries; those that would add a route that is there already are left out (4,729 remain of the standard)."""


class Update(NamedTuple):
    """One route of one subnet's table comes or goes."""

    adds: bool
    subnet: int
    route: Route


def updates(network: Workload, tries: int = UPDATES) -> list[Update]:
    """Return the updates of a network, in order."""
    draw = np.random.default_rng(SEED)
    size = network.size
    drawn = [
        {(one.prefix, one.length) for one in routes if one.origin is Origin.USER} for routes in network.routes
    ]
    live: list[tuple[int, Route]] = []
    found: list[Update] = []
    for _ in range(tries):
        if live and draw.random() < 0.5:
            found.append(Update(False, *live.pop(int(draw.integers(len(live))))))
            continue
        subnet = int(draw.integers(len(network.routes)))
        length = int(draw.choice([16, 20, 24, 26, 28, 32], p=[0.05, 0.1, 0.4, 0.15, 0.15, 0.15]))
        vnet, side = int(draw.integers(size.vnets)), int(draw.integers(4))
        prefix = (address(10, vnet, side, 0) + int(draw.integers(256))) & mask(length)
        number = int(draw.choice([-1, 0, 1]))
        hop = Hop.NONE if number < 0 else Hop.APPLIANCES
        taken = {(there, one.prefix, one.length) for there, one in live}
        if (prefix, length) in drawn[subnet] or (subnet, prefix, length) in taken:
            continue
        live.append((subnet, Route(prefix, length, Origin.USER, hop, max(number, 0))))
        found.append(Update(True, *live[-1]))
    return found


_NOT_YET = "netcore.batch has no update of a compiled network yet"


GOALS = (
    Goal(
        "G6",
        "one route added or taken away in the standard network, and what it touches walked anew",
        (Target("whole compile over mean update", ">=", 15_000), Target("p99 over mean", "<=", 6)),
        missing(_NOT_YET),
        no_readings,
    ),
    Goal(
        "S6",
        "time of an update over VMs",
        (Target("exponent", "<=", 0.35),),
        missing(_NOT_YET),
        no_readings,
    ),
)
