"""The standard network: the same for the same seed, and the same as a drawing."""

from __future__ import annotations

import hashlib

import netcore
from tests.bench import drawing, workload
from tests.bench.workload import TINY, Hop, Workload


def digest(network: Workload) -> str:
    """Return a name of everything that is drawn by chance."""
    numbers = [tuple(map(int, route)) for routes in network.routes for route in routes]
    numbers += [tuple(map(int, rule)) for both in network.rules for rules in both for rule in rules]
    for column in workload.flows(network, 1_000):
        numbers.append(tuple(map(int, column)))
    return hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]


def test_a_seed_gives_the_same_network_and_flows_for_ever() -> None:
    assert digest(workload.build(TINY)) == "6a4a518751480517"
    assert digest(workload.build()) == "52f4e29700056bf6"


def test_the_standard_network_has_its_size() -> None:
    network = workload.build()
    assert len(network.vm_address) == 10_000
    assert sum(map(len, network.routes)) == 51_015
    assert sum(len(rules) for both in network.rules for rules in both) == 20_598


def test_the_drawing_of_a_network_can_be_run() -> None:
    network = workload.build(TINY)
    scenario = netcore.load(drawing.document(network))
    assert len(scenario.topology.vms) == len(network.vm_address)
    compiled = netcore.compile(scenario)
    rows = netcore.effective_routes(compiled, drawing.vm_name(network, 0))
    assert {row.next_hop_type.value for row in rows} >= {"VnetLocal", "VNetPeering", "VirtualNetworkGateway"}
    drawn = drawing.drawn_routes(network.routes[4])
    assert {route.hop for route in drawn} >= {Hop.APPLIANCES, Hop.NONE, Hop.GATEWAY}


def test_flows_of_the_network_are_questions_to_the_engine() -> None:
    network = workload.build(TINY)
    compiled = netcore.compile(drawing.scenario(network))
    flows = workload.flows(network, 40)
    found = [netcore.trace(compiled, drawing.packet(network, flows, row)) for row in range(40)]
    assert {trace.forward.verdict.outcome.value for trace in found} == {"delivered", "dropped"}
