"""Who reaches whom by routes alone, next to following packets through a network without rules."""

from __future__ import annotations

import numpy as np
import pytest

import netcore
from netcore.batch.compile import Compiled
from netcore.batch.routed import routes_alone
from netcore.document.models import Scenario
from tests.bench import drawing, workload
from tests.netcore.batch.drawn import KINDS
from tests.netcore.batch.test_matrix import SMALL, arrives, pool


def without_rules(scenario: Scenario) -> Compiled:
    """The same drawing, with everything allowed."""
    raw = netcore.dump(scenario)
    topology = raw["topology"]
    for thing in (*topology.get("subnets", {}).values(), *topology.get("nics", {}).values()):
        thing.pop("security_group", None)
    for name in ("security_groups", "admin_rules"):
        topology.pop(name, None)
    return Compiled(netcore.compile(netcore.load(raw)))


def assert_routes(with_rules: Compiled, open_: Compiled) -> int:
    """Hold every answer against a packet, and return how many there were."""
    found = routes_alone(with_rules)
    said = 0
    for source in found.vms:
        for to in found.vms:
            by_routes = found.reaches(source, to) if source != to else None
            if by_routes is not None:
                said += 1
                assert by_routes == arrives(open_, source, to, 6, 443), (source, to)
    return said


def test_the_standard_network_whatever_its_rules_say():
    scenario = drawing.scenario(workload.build(SMALL))
    compiled = Compiled(netcore.compile(scenario))
    assert assert_routes(compiled, without_rules(scenario)) > 500


def test_a_pool_on_the_way_and_a_member_that_is_asked_for():
    network = pool().network()
    compiled = Compiled(network)
    assert assert_routes(compiled, without_rules(network.scenario)) > 10
    found = routes_alone(compiled)
    assert found.reaches("a", "b") is True
    said = found.as_dict()
    assert len(said["classes"]) == len(said["reaches"]) == len(said["unknown"])


@pytest.mark.parametrize("seed", range(8))
def test_random_drawings(seed: int):
    network = KINDS["azure"](seed).network()
    assert_routes(Compiled(network), without_rules(network.scenario))


def test_nobody_in_the_network():
    found = routes_alone(Compiled(netcore.compile(netcore.load({"schema": 1, "name": "empty"}))))
    assert found.vms == () and np.asarray(found.ends).size == 0
