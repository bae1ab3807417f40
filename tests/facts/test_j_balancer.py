"""Facts J1-J19: balancers."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from tests.netcore.ask import fate, fates, one, packet, visited
from tests.netcore.build import Net, net


def facts_of_problems(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def lab(profile: str = "azure-2026") -> Net:
    """[a] -- (app 10.0.1, table ``t``) ; [b1] [b2] -- (db 10.0.2) ; {n1} {n2} -- (dmz 10.0.9)"""
    drawn = (
        net(profile)
        .vnet("v", "10.0.0.0/16")
        .table("t")
        .subnet("app", "10.0.1.0/24", table="t")
        .subnet("db", "10.0.2.0/24")
        .subnet("dmz", "10.0.9.0/24")
        .vm("a", "app", "10.0.1.4")
    )
    for number in (1, 2):
        drawn.vm(f"b{number}", "db", f"10.0.2.{number + 3}")
        drawn.appliance(f"n{number}", "dmz", f"10.0.9.{number + 3}")
    return drawn


def served(*rules: str, members: tuple[str, ...] = ("b1", "b2"), **more: Any) -> Net:
    """[a] -> 10.0.2.100 -> [b1] or [b2]"""
    rules = rules or ("tcp/443", "udp/53")
    return lab().balancer("ilb", list(members), subnet="db", address="10.0.2.100", rules=rules, **more)


def chosen(drawn: Net, **more: Any) -> set[str]:
    """Return the VMs that 60 flows from different source ports reach."""
    network = drawn.network()
    return {
        visited(one(network, "vms/a", "10.0.2.100", source_port=port, **more).forward)[-1]
        for port in range(50000, 50060)
    }


def test_j1_client_address_is_kept_and_the_answer_carries_the_frontend():
    done = one(served(), "vms/a", "10.0.2.100")
    assert str(done.forward.steps[-1].after.source) == "10.0.1.4"
    assert done.back is not None
    assert str(done.back.steps[-1].after.source) == "10.0.2.100"
    assert done.delivered


def test_j2_five_fields_spread_and_fewer_keep_a_client_together():
    assert chosen(served()) == {"b1", "b2"}
    for distribution in ("source-ip", "source-ip-protocol"):
        assert len(chosen(served("tcp/443", distribution=distribution))) == 1


def chain() -> Net:
    """[a] -> UDR -> ilb 10.0.9.100 -> {n1} or {n2} -> [b1], and the same way back."""
    drawn = lab().balancer("ilb", ["n1", "n2"], subnet="dmz", address="10.0.9.100")
    drawn.route("t", "out", "10.0.2.0/24", "10.0.9.100")
    return drawn.table("u", {"10.0.1.0/24": "10.0.9.100"}).set("subnets/db/route_table", "u")


def test_j3_both_directions_pick_the_same_appliance():
    network = chain().network()
    seen = set()
    for port in range(50000, 50040):
        done = one(network, "vms/a", "vms/b1", source_port=port)
        there, back = visited(done.forward), visited(done.back)
        assert there[1] == back[1]
        seen.add(there[1])
    assert seen == {"n1", "n2"}


def test_j4_ha_ports_carry_every_port():
    drawn = served("all")
    for flow in ("tcp/1", "tcp/443", "udp/9999"):
        assert fate(drawn, "vms/a", "10.0.2.100", flow) == "delivered"
    assert fate(served("tcp/443"), "vms/a", "10.0.2.100", "tcp/22") == "LB_NO_RULE"


def test_j4_ha_ports_are_for_internal_standard_balancers():
    public = lab().public("pip", "203.0.113.4").balancer("elb", ["b1"], public="pip", rules=("all",))
    assert ("ha-ports", "J4") in facts_of_problems(public)
    assert ("ha-ports", "J4") in facts_of_problems(served("all", sku="basic"))


def test_j5_icmp_needs_ha_ports_and_a_switch():
    from dataclasses import replace

    from netcore.control.network import compile as compile_network
    from netcore.profiles import profile

    assert fate(served("tcp/443"), "vms/a", "10.0.2.100", "icmp") == "LB_NO_RULE"
    assert fate(chain(), "vms/a", "vms/b1", "icmp") == "delivered"
    without = compile_network(chain().scenario(), replace(profile("azure-2026"), icmp_ha_ports=False))
    assert fate(without, "vms/a", "vms/b1", "icmp") == "LB_NO_RULE"
    assert fate(without, "vms/a", "vms/b1") == "delivered"


def test_j6_floating_ip_keeps_the_frontend_which_the_guest_must_own():
    off = one(served(), "vms/a", "10.0.2.100").forward
    assert str(off.steps[-1].after.destination) in {"10.0.2.4", "10.0.2.5"}
    on = served("tcp/443", floating_ip=True)
    assert fate(on, "vms/a", "10.0.2.100") == "GUEST_IP_MISMATCH"
    for number in (1, 2):
        on.set(f"vms/b{number}/guest/loopback", ["10.0.2.100"])
    assert fates(on, "vms/a", "10.0.2.100") == ("delivered", "delivered")
    assert str(one(on, "vms/a", "10.0.2.100").forward.steps[-1].after.destination) == "10.0.2.100"


def test_j6_as_next_hop_the_destination_stays():
    done = one(chain(), "vms/a", "vms/b1").forward
    assert {str(step.after.destination) for step in done.steps} == {"10.0.2.4"}


def test_j7_probes_come_from_the_platform_at_least_5_seconds_apart():
    drawn = (
        served(probe=8080).group("g", "100 in deny * 168.63.129.16 * *").set("nics/b1/security_group", "g")
    )
    assert chosen(drawn) == {"b2"}
    drawn.set("load_balancers/ilb/probes/probe/interval_s", 4)
    assert "J7" in {fact for _, fact in facts_of_problems(drawn)}
    drawn.set("load_balancers/ilb/probes/probe/interval_s", 5)
    assert facts_of_problems(drawn) == set()


@pytest.mark.parametrize(("flow", "stays"), [("tcp/443", True), ("udp/53", False)])
def test_j11_a_sick_member_keeps_its_tcp_flows_only(flow: str, stays: bool):
    drawn = served()
    network = drawn.network()
    before = visited(one(network, "vms/a", "10.0.2.100", flow).forward)[-1]
    asked = packet("vms/a", "10.0.2.100", flow)
    state = establish(network, asked)
    sick = State(unhealthy=frozenset({("ilb", "pool", before)}), pins=state.pins, sessions=state.sessions)
    old = visited(one(network, "vms/a", "10.0.2.100", flow, state=sick).forward)[-1]
    assert (old == before) is stays
    fresh = State(unhealthy=frozenset({("ilb", "pool", before)}))
    assert visited(one(network, "vms/a", "10.0.2.100", flow, state=fresh).forward)[-1] != before


@pytest.mark.parametrize(
    ("sku", "members", "stays"),
    [
        ("standard", ("b1", "b2"), True),
        ("standard", ("b1",), False),
        ("basic", ("b1", "b2"), False),
    ],
)
def test_j12_all_down(sku: str, members: tuple[str, ...], stays: bool):
    network = served("tcp/443", members=members, sku=sku).network()
    established = establish(network, packet("vms/a", "10.0.2.100"))
    sick = frozenset(("ilb", "pool", member) for member in members)
    assert fate(network, "vms/a", "10.0.2.100", state=State(unhealthy=sick)) == "LB_NO_HEALTHY"
    kept = State(unhealthy=sick, pins=established.pins, sessions=established.sessions)
    done = one(network, "vms/a", "10.0.2.100", state=kept).forward.verdict
    assert (done.code is None) is stays


def test_j15_a_backend_that_is_chosen_for_its_own_packet_fails():
    drawn = served("tcp/443")
    network = drawn.network()
    codes = [
        one(network, "vms/b1", "10.0.2.100", source_port=port).forward.verdict.code
        for port in range(50000, 50100)
    ]
    assert set(codes) == {None, "LB_HAIRPIN"}
    assert 25 <= codes.count("LB_HAIRPIN") <= 75
    alone = served("tcp/443", members=("b1",))
    assert fate(alone, "vms/b1", "10.0.2.100") == "LB_HAIRPIN"


def test_j17_one_network_per_pool_and_a_frontend_that_peers_reach():
    """[a] -- v -- w -- [c]: c reaches the frontend in v, and cannot be a member of its pool."""
    drawn = served("tcp/443").vnet("w", "10.8.0.0/16").subnet("far", "10.8.1.0/24")
    drawn.vm("c", "far", "10.8.1.4").peer("v", "w")
    assert fates(drawn, "vms/c", "10.0.2.100") == ("delivered", "delivered")
    member = {"nic": "c", "configuration": "ip1"}
    drawn.set("load_balancers/ilb/pools/pool/members/c", member)
    assert ("pool-in-two-vnets", "J17") in facts_of_problems(drawn)


def test_j19_members_of_an_internal_balancer_have_no_default_outbound():
    drawn = lab().set("subnets/db/default_outbound", True)
    assert fate(drawn, "vms/b1", "198.51.100.7") == "delivered"
    drawn.balancer("ilb", ["b1"], subnet="db", address="10.0.2.100", rules=("tcp/443",))
    assert fate(drawn, "vms/b1", "198.51.100.7") == "NO_OUTBOUND"
    assert fate(drawn, "vms/b2", "198.51.100.7") == "delivered"
