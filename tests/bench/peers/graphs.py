"""The peer of routes alone: a graph for each destination, in which who reaches it is who is an ancestor."""

from __future__ import annotations

import networkx

from tests.bench.peers.loop import POOL
from tests.bench.workload import Hop

THERE = -1
"""The destination, beside the numbers of subnets."""


def reaching(hops: list[int]) -> set[int]:
    """Return the subnets whose packets arrive, from the hop of each subnet for one destination."""
    graph = networkx.DiGraph()
    graph.add_node(THERE)
    for subnet, hop in enumerate(hops):
        if hop >= POOL:
            graph.add_edge(subnet, hop - POOL + 1)
        elif hop <= Hop.PEERING:
            graph.add_edge(subnet, THERE)
    found: set[int] = networkx.ancestors(graph, THERE)
    return found
