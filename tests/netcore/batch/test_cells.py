"""Cells of headers, against following packets one by one: golden drawings and random ones."""

from __future__ import annotations

import json
import random
from ipaddress import ip_address

import pytest

import netcore
from netcore.batch.cells import cells
from netcore.batch.portsets import box
from netcore.errors import NotFound
from tests.netcore.batch.agreement import assert_agrees, pairs
from tests.netcore.batch.drawn import KINDS
from tests.netcore.build import net
from tests.netcore.cases import FOLDER, cases

CASES = [case for case in cases() if netcore.read(json.loads((case / "scenario.json").read_text())).runnable]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_golden_drawings(case):
    network = netcore.compile(netcore.load(json.loads((case / "scenario.json").read_text())))
    luck = random.Random(case.name)
    for source, destination in pairs(network, luck, 4):
        assert_agrees(network, source, destination, luck, 4)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("kind", KINDS)
def test_random_drawings(kind: str, seed: int):
    network = KINDS[kind](seed).network()
    luck = random.Random(seed)
    for source, destination in pairs(network, luck, 10):
        assert_agrees(network, source, destination, luck, 8)


def test_rules_on_both_sides_and_a_translation_in_between():
    """[a] -> {front 10.0.0.100 tcp/80 -> 8080} -> [b]; b's group lets 8080 in and nothing else."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24")
    drawn.group("g", "100 in allow tcp * * 8080", "200 in deny * * * *")
    drawn.vm("a", "s", "10.0.0.4").vm("b", "s", "10.0.0.5", group="g")
    drawn.balancer("lb", ["b"], subnet="s", address="10.0.0.100", rules=("tcp/80",), backend_port=8080)
    network = drawn.network()
    assert cells(network, "vms/a", ip_address("10.0.0.100")).must_connect is box({6}, None, ((80, 80),))
    assert cells(network, "vms/a", ip_address("10.0.0.5")).must_connect is box({6}, None, ((8080, 8080),))
    assert cells(network, "vms/b", ip_address("10.0.0.4")).unknown.text() == "nothing"


def test_what_a_choice_per_flow_leaves_open_may_arrive_and_need_not():
    """[a] -> {front 10.0.0.100} -> [b], [c]; only b answers tcp/22."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("a", "s", "10.0.0.4")
    drawn.vm("b", "s", "10.0.0.5")
    drawn.vm("c", "s", "10.0.0.6", guest={"services": {"web": {"protocol": "tcp", "port": 80}}})
    drawn.balancer("lb", ["b", "c"], subnet="s", address="10.0.0.100", rules=("all",))
    asked = cells(drawn.network(), "vms/a", ip_address("10.0.0.100"), box({6}))
    assert asked.must_connect is box({6}, None, ((80, 80),))
    assert (6, 1, 22) in asked.may_connect
    assert (6, 1, 22) not in asked.must_connect


def test_the_internet_may_send_from_any_address():
    """Internet -> 203.0.113.1 [a], whose group lets one range in."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").public("p", "203.0.113.1")
    drawn.group("g", "100 in allow tcp 198.51.100.0/24 * 443").vm("a", "s", "10.0.0.4", group="g", public="p")
    network, to = drawn.network(), ip_address("203.0.113.1")
    near, far = ip_address("198.51.100.9"), ip_address("192.0.2.9")
    assert cells(network, "internet", to, None, near).may_arrive is box({6}, None, ((443, 443),))
    assert not cells(network, "internet", to, None, far).may_arrive
    with pytest.raises(NotFound):
        cells(network, "internet", to)
