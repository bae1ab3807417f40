"""Facts J2, J12-J14, J16, J17: admin states, idle flows, zones, published ports and far frontends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netcore.control.idle import after_idle
from netcore.control.network import Network
from netcore.document.balancers import BalancingRule
from netcore.forwarding.probes import noticed
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from tests.netcore.ask import facts_of, fate, fates, one, packet, visited
from tests.netcore.build import Net, net

FRONT = "10.0.2.100"


def lab(**more: Any) -> Net:
    """[a] -- (app) ; ilb 10.0.2.100 -- [b1, zone 1] [b2, zone 2] [b3, zone 3] -- (db)"""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("app", "10.0.1.0/24").subnet("db", "10.0.2.0/24")
    drawn.vm("a", "app", "10.0.1.4")
    for number in (1, 2, 3):
        drawn.vm(f"b{number}", "db", f"10.0.2.{number + 3}", zone=number)
    more = {"rules": ("tcp/443", "udp/53"), "probe": 443, **more}
    return drawn.balancer("ilb", ["b1", "b2", "b3"], subnet="db", address=FRONT, **more)


def admin(drawn: Net, **states: str) -> Net:
    for member, state in states.items():
        drawn.set(f"load_balancers/ilb/pools/pool/members/{member}/admin_state", state)
    return drawn


def taken(drawn: Net | Network, flow: str = "tcp/443", state: State | None = None, **more: Any) -> set[str]:
    """Return the backends that 60 flows reach, or the codes of those that reach none."""
    network = drawn.network() if isinstance(drawn, Net) else drawn
    found = set()
    for port in range(50000, 50060):
        leg = one(network, "vms/a", FRONT, flow, state, source_port=port, **more).forward
        found.add(leg.verdict.code or visited(leg)[-1])
    return found


def test_j13_down_sends_new_flows_elsewhere_and_up_keeps_a_sick_member():
    assert taken(admin(lab(), b1="down")) == {"b2", "b3"}
    sick = State(unhealthy=frozenset({("ilb", "pool", "b1")}))
    assert taken(lab(), state=sick) == {"b2", "b3"}
    assert taken(admin(lab(), b1="up"), state=sick) == {"b1", "b2", "b3"}
    assert taken(admin(lab(), b1="down", b2="down", b3="down")) == {"LB_NO_HEALTHY"}


@pytest.mark.parametrize(("flow", "stays"), [("tcp/443", True), ("udp/53", False)])
def test_j13_down_keeps_tcp_and_moves_udp(flow: str, stays: bool):
    before = lab().network()
    member = visited(one(before, "vms/a", FRONT, flow).forward)[-1]
    state = establish(before, packet("vms/a", FRONT, flow))
    drained = admin(lab(), **{member: "down"}).network()
    done = one(drained, "vms/a", FRONT, flow, state)
    assert (visited(done.forward)[-1] == member) is stays
    assert ("J13" in facts_of(done.forward)) is stays
    alone = admin(lab(), b1="down", b2="down", b3="down").network()
    last = one(alone, "vms/a", FRONT, flow, state).forward.verdict
    assert (last.code is None) is stays


def test_j12_a_probe_may_take_all_down_for_all_up():
    sick = State(unhealthy=frozenset(("ilb", "pool", f"b{number}") for number in (1, 2, 3)))
    assert taken(lab(), state=sick) == {"LB_NO_HEALTHY"}
    brave = lab().set("load_balancers/ilb/probes/probe/all_down", "all")
    assert taken(brave, state=sick) == {"b1", "b2", "b3"}
    assert taken(brave, "udp/53", sick) == {"b1", "b2", "b3"}
    assert taken(admin(brave, b2="down"), state=sick) == {"b1", "b3"}


@pytest.mark.parametrize(("sku", "ends"), [("standard", None), ("basic", "LB_NO_HEALTHY")])
def test_j12_udp_ends_everywhere_and_tcp_on_basic(sku: str, ends: str | None):
    network = lab(sku=sku).network()
    sick = State(unhealthy=frozenset(("ilb", "pool", f"b{number}") for number in (1, 2, 3)))
    for flow, expected in (("tcp/443", ends), ("udp/53", "LB_NO_HEALTHY")):
        state = replace(establish(network, packet("vms/a", FRONT, flow)), unhealthy=sick.unhealthy)
        assert one(network, "vms/a", FRONT, flow, state).forward.verdict.code == expected


def rule(**more: Any) -> BalancingRule:
    drawn = {"name": "r", "frontend": "f", "pool": "p", "protocol": "tcp", "frontend_port": 1}
    return BalancingRule.model_validate({**drawn, "backend_port": 1, **more})


def test_j14_four_minutes_unless_the_rule_says_more():
    assert [after_idle(rule(), seconds) for seconds in (0, 239.9, 240, 3600)] == [
        "passes",
        "passes",
        "dropped",
        "dropped",
    ]
    assert after_idle(rule(idle_timeout_min=30), 1799) == "passes"
    assert after_idle(rule(idle_timeout_min=30), 1800) == "dropped"


def test_j14_a_reset_where_the_rule_has_it_and_never_from_ha_ports():
    assert after_idle(rule(tcp_reset=True), 240) == "reset"
    assert after_idle(rule(tcp_reset=True), 240, "basic") == "dropped"
    ha_ports = rule(tcp_reset=True, protocol="all", frontend_port=0, backend_port=0)
    assert after_idle(ha_ports, 240) == "dropped"
    assert after_idle(rule(tcp_reset=True, protocol="udp"), 240) == "dropped"


def test_j16_a_zone_redundant_frontend_survives_and_uses_the_other_zones():
    network = lab().network()
    lost = State(down_zones=frozenset({1}))
    assert taken(network, state=lost) == {"VM_STOPPED", "b2", "b3"}
    assert taken(network, state=noticed(network, lost)) == {"b2", "b3"}
    assert "J16" in facts_of(one(network, "vms/a", FRONT, state=lost).forward)
    assert taken(network, state=State(down_zones=frozenset({1, 2, 3}))) == {"ZONE_DOWN"}


def test_j16_a_zonal_frontend_dies_with_its_zone():
    drawn = lab().set("load_balancers/ilb/frontends/front/zones", [2]).network()
    assert taken(drawn) == {"b1", "b2", "b3"}
    assert taken(drawn, state=State(down_zones=frozenset({2}))) == {"ZONE_DOWN"}
    other = State(down_zones=frozenset({3}))
    assert taken(drawn, state=noticed(drawn, other)) == {"b1", "b2"}


def test_j16_established_flows_of_a_lost_zone_end():
    network = lab().network()
    member = visited(one(network, "vms/a", FRONT).forward)[-1]
    state = establish(network, packet("vms/a", FRONT))
    zones = frozenset({int(member[1:])})
    assert fate(network, "vms/a", FRONT, state=replace(state, down_zones=zones)) == "LB_FLOW_PINNED_DEAD"


def nat(drawn: Net, **more: Any) -> Net:
    """Publish port 5022 of the frontend at b2's port 22."""
    entry = {"name": "ssh", "frontend": "front", "nic": "b2", "configuration": "ip1"}
    ports = {"frontend_port": 5022, "backend_port": 22}
    return drawn.set("load_balancers/ilb/inbound_nat_rules/ssh", {**entry, **ports, **more})


def test_j1_an_inbound_nat_rule_publishes_a_port_of_one_backend():
    network = nat(lab()).network()
    assert taken(network, "tcp/5022") == {"b2"}
    assert taken(network) == {"b1", "b2", "b3"}
    done = one(network, "vms/a", FRONT, "tcp/5022")
    arrived, answered = done.forward.steps[-1].after, done.back.steps[-1].after if done.back else None
    assert (str(arrived.destination), arrived.destination_port) == ("10.0.2.5", 22)
    assert answered is not None
    assert (str(answered.source), answered.source_port) == (FRONT, 5022)
    assert fate(network, "vms/a", FRONT, "udp/5022") == "LB_NO_RULE"


def test_j1_an_inbound_nat_rule_asks_no_probe():
    sick = State(unhealthy=frozenset({("ilb", "pool", "b2")}))
    assert taken(nat(lab()), "tcp/5022", sick) == {"b2"}
    assert taken(nat(lab()), "tcp/5022", State(down_vms=frozenset({"b2"}))) == {"VM_STOPPED"}
    assert fate(nat(lab()), "vms/b2", FRONT, "tcp/5022") == "LB_HAIRPIN"
    assert fate(nat(lab()), "vms/b1", FRONT, "tcp/5022") == "delivered"


def test_f7_behind_an_inbound_nat_rule_groups_see_the_backend():
    """client on the Internet -> 203.0.113.4:5022 -> [b2]:22, whose group allows 22 and not 5022."""
    drawn = nat(lab()).public("pip", "203.0.113.4").host("client", "198.51.100.7")
    drawn.set("load_balancers/ilb/frontends/front", {"name": "front", "public_ip": "pip"})
    drawn.group("wrong", "100 in allow tcp Internet * 5022").group("right", "100 in allow tcp Internet * 22")
    drawn.set("nics/b2/security_group", "wrong")
    assert fate(drawn, "hosts/client", "203.0.113.4", "tcp/5022") == "NSG_IN"
    drawn.set("nics/b2/security_group", "right")
    assert fates(drawn, "hosts/client", "203.0.113.4", "tcp/5022") == ("delivered", "delivered")


@pytest.mark.parametrize("distribution", ["source-ip", "source-ip-protocol"])
def test_j2_distribution_modes_hold_for_ipv6(distribution: str):
    drawn = net().vnet("v", "10.0.0.0/16", "2001:db8::/48").subnet("s", "10.0.1.0/24", "2001:db8:0:1::/64")
    drawn.vm("a", "s", "10.0.1.4", "2001:db8:0:1::4")
    for number in (5, 6, 7):
        drawn.vm(f"b{number}", "s", f"10.0.1.{number}", f"2001:db8:0:1::{number}")
    front = "2001:db8:0:1::100"
    rules = ("tcp/443", "udp/443")

    def reached(mode: str, *flows: str) -> set[str]:
        drawn.balancer("ilb", ["b5", "b6", "b7"], subnet="s", address=front, rules=rules, distribution=mode)
        for key in ("b5", "b6", "b7"):
            drawn.set(f"load_balancers/ilb/pools/pool/members/{key}/configuration", "ip2")
        network = drawn.network()
        return {
            visited(one(network, "vms/a", front, flow, source_port=port).forward)[-1]
            for port in range(50000, 50040)
            for flow in flows
        }

    for name in ("a", "b5", "b6", "b7"):
        for number in (1, 2):
            address = drawn.raw["topology"]["nics"][name]["configurations"][f"ip{number}"]["address"]
            drawn.set(f"nics/{name}/configurations/ip{number}", {"address": address, "primary": True})
    assert len(reached("5-tuple", "tcp/443")) == 3
    assert len(reached(distribution, "tcp/443")) == 1
    assert len(reached("source-ip", "tcp/443", "udp/443")) == 1


def test_j17_a_frontend_in_a_peered_network_needs_the_peering():
    """[a] -- v (frontend) -- peering -- w [c]: the pool stands in w."""
    drawn = lab().vnet("w", "10.8.0.0/16").subnet("far", "10.8.1.0/24").vm("c", "far", "10.8.1.4")
    drawn.balancer("ilb", ["c"], subnet="db", address=FRONT, rules=("tcp/443",))
    assert [code for code, _ in drawn.problems()] == ["pool-out-of-reach"]
    drawn.peer("v", "w")
    assert drawn.problems() == []
    assert fates(drawn, "vms/a", FRONT) == ("delivered", "delivered")


def test_j17_a_far_client_reaches_the_frontend_over_a_global_peering():
    drawn = lab().vnet("w", "10.8.0.0/16", region="eastus").subnet("far", "10.8.1.0/24")
    drawn.vm("c", "far", "10.8.1.4").peer("v", "w")
    assert fates(drawn, "vms/c", FRONT) == ("delivered", "delivered")


def test_c10_fragments_need_an_ha_ports_rule():
    assert fate(lab(), "vms/a", FRONT, fragment=True) == "LB_NO_RULE"
    assert fate(lab(), "vms/a", FRONT) == "delivered"
    assert fate(lab(rules=("all",)), "vms/a", FRONT, fragment=True) == "delivered"
