"""Facts D12, D63-D65 and D69: routes shown, platform subnets, old routes in hosts, doubtful routes."""

from __future__ import annotations

import pytest

import netcore
from netcore.control.network import Network
from netcore.control.programming import DELAY_US, rerouted
from tests.netcore.ask import ask, facts_of, fate, visited
from tests.netcore.build import Net, net


def lab(hop: str = "10.0.9.9") -> Net:
    """[a] -- (app, table) ; [b] -- (db) ; {nva} -- (dmz)"""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t", {"10.0.2.0/24": hop})
        .subnet("app", "10.0.1.0/24", table="t")
        .vm("a", "app", "10.0.1.4")
        .subnet("db", "10.0.2.0/24")
        .vm("b", "db", "10.0.2.4")
        .subnet("dmz", "10.0.9.0/24")
        .appliance("nva", "dmz", "10.0.9.9")
    )


def found(drawn: Net) -> list[tuple[str, str, str | None]]:
    """Return code, pointer and fact of every problem."""
    return [(p.code, p.pointer, p.fact) for p in netcore.read(drawn.document()).problems]


def warned(drawn: Net) -> list[tuple[str, str, str | None]]:
    """Return code, pointer and fact of every warning."""
    return [(p.code, p.pointer, p.fact) for p in netcore.warnings(drawn.scenario())]


def test_d12_routes_are_shown_while_the_vm_runs_and_never_for_gateways():
    drawn = lab().gateway("gw", "192.168.7.0/24").nic("spare", None, "app", "10.0.1.9")
    network = drawn.network()
    assert netcore.routes_shown(network, "nics/a") == (True, "")
    assert netcore.routes_shown(network, "nics/spare")[0] is False
    assert netcore.routes_shown(network, "gateways/gw")[0] is False
    stopped = drawn.set("vms/a/power", "stopped").network()
    shown, why = netcore.routes_shown(stopped, "nics/a")
    assert (shown, "a does not run" in why) == (False, True)
    assert netcore.effective_routes(stopped, "a") == netcore.effective_routes(network, "a")
    for ref in ("nics/none", "gateways/none", "vms/a"):
        with pytest.raises(netcore.NotFound):
            netcore.routes_shown(network, ref)


def gateway_subnet(routes: dict[str, str], propagation: bool = True) -> Net:
    """[b] -- (v) with a gateway and a table on its GatewaySubnet."""
    drawn = lab().gateway("gw", "192.168.7.0/24", vnet="v").table("g", routes, propagation)
    return drawn.subnet("GatewaySubnet", "10.0.255.0/27", vnet="v", table="g")


def test_d63_what_the_table_of_a_gateway_subnet_may_not_say():
    at = "/topology/subnets/GatewaySubnet/route_table"
    assert found(gateway_subnet({"10.0.2.0/24": "10.0.9.9", "10.0.0.0/16": "10.0.9.9"})) == []
    assert found(gateway_subnet({"0.0.0.0/0": "10.0.9.9"})) == [("gateway-subnet-default", at, "D63")]
    assert found(gateway_subnet({"0.0.0.0/0": "Internet"})) == [("gateway-subnet-default", at, "D63")]
    assert found(gateway_subnet({}, propagation=False)) == [("gateway-subnet-propagation", at, "D63")]
    unsaid = gateway_subnet({}).set("route_tables/g/gateway_propagation", None)
    assert found(unsaid) == []
    assert found(lab().route("t", "all", "0.0.0.0/0", "10.0.9.9")) == []


def test_f13_a_gateway_subnet_takes_no_security_group():
    drawn = gateway_subnet({}).group("g").set("subnets/GatewaySubnet/security_group", "g")
    at = "/topology/subnets/GatewaySubnet/security_group"
    assert found(drawn) == [("platform-subnet-group", at, "F13")]


def test_d63_a_route_inside_the_gateway_subnet_is_warned_of():
    drawn = gateway_subnet({"10.0.255.0/27": "10.0.9.9"})
    assert found(drawn) == []
    assert warned(drawn) == [("gateway-subnet-own", "/topology/route_tables/g/routes/r1/prefix", "D63")]
    assert warned(gateway_subnet({"10.0.255.0/27": "VnetLocal"})) == []
    assert warned(gateway_subnet({"10.0.0.0/16": "10.0.9.9"})) == []


def test_d64_a_route_server_subnet_takes_neither_table_nor_group():
    drawn = lab().subnet("RouteServerSubnet", "10.0.250.0/27", vnet="v")
    assert found(drawn) == []
    drawn.group("g").set("subnets/RouteServerSubnet/route_table", "t")
    drawn.set("subnets/RouteServerSubnet/security_group", "g")
    at = "/topology/subnets/RouteServerSubnet"
    assert found(drawn) == [
        ("platform-subnet-group", f"{at}/security_group", "D64"),
        ("platform-subnet-table", f"{at}/route_table", "D64"),
    ]


def moment(before: Network, after: Network, elapsed_us: int) -> netcore.State:
    """Return the moment some time after a change."""
    return netcore.State(stale=netcore.stale_routes(before, after, elapsed_us))


def test_d65_a_host_sends_by_its_old_routes_until_it_has_the_new_ones():
    """[a] reached [b] directly; a user route through {nva} is added."""
    before = lab("VnetLocal").network()
    after = lab().network()
    assert rerouted(before, after) == {"a"}
    for elapsed, way in ((0, ["a", "b"]), (DELAY_US - 1, ["a", "b"]), (DELAY_US, ["a", "nva", "b"])):
        done = ask(after, "vms/a", "vms/b", state=moment(before, after, elapsed)).forward
        assert visited(done) == way
        assert ("D65" in facts_of(done)) == (elapsed < DELAY_US)
        assert any(step.assumption and "half a minute" in step.assumption for step in done.steps) == (
            elapsed < DELAY_US
        )


def test_d65_an_answer_follows_the_routes_of_its_own_host():
    before, after = lab("VnetLocal").network(), lab().network()
    done = ask(after, "vms/b", "vms/a", state=moment(before, after, 0))
    assert "D65" not in facts_of(done.forward)
    assert done.back is not None
    assert "D65" in facts_of(done.back)


def test_d65_an_old_route_to_something_that_is_gone_drops():
    """The peering and the gateway that an old route leads to are removed; the host does not know yet."""
    drawn = (
        lab().vnet("w", "10.8.0.0/16").subnet("far", "10.8.1.0/24").vm("c", "far", "10.8.1.4").peer("v", "w")
    )
    drawn.gateway("gw", "192.168.7.0/24", vnet="v")
    before = drawn.network()
    del drawn.raw["topology"]["peerings"]
    del drawn.raw["topology"]["gateways"]
    after = drawn.network()
    state = moment(before, after, 0)
    for destination in ("10.8.1.4", "192.168.7.1"):
        assert fate(after, "vms/a", destination, state=state) == "ROUTE_INVALID_NH"
        assert fate(after, "vms/a", destination) == "ROUTE_NONE_SYSTEM"


def test_d65_a_nic_that_was_not_there_has_only_the_new_routes():
    before = net().vnet("v", "10.0.0.0/16").subnet("db", "10.0.2.0/24").vm("b", "db", "10.0.2.4").network()
    after = lab().network()
    state = netcore.State(stale={"a": before})
    assert visited(ask(after, "vms/a", "vms/b", state=state).forward) == ["a", "nva", "b"]


def test_d65_the_delay_is_a_number_of_the_timing_profile():
    parameters = {row.name: row for row in netcore.timing_profile("published").parameters.values()}
    row = parameters["routes.programming"]
    assert (row.values["value"], row.unit, row.grade) == (30, "s", "C")
    assert row.values["value"] * 1_000_000 == DELAY_US


def test_d69_a_user_route_that_repeats_a_system_route_is_warned_of_and_runs():
    for prefix, hop in (("10.0.0.0/16", "VnetLocal"), ("0.0.0.0/0", "Internet"), ("10.0.0.0/8", "None")):
        drawn = lab().route("t", "same", prefix, hop)
        assert found(drawn) == []
        assert warned(drawn) == [
            ("route-equals-system", "/topology/route_tables/t/routes/same/prefix", "D69")
        ]
        assert fate(drawn, "vms/a", "10.0.9.9") == "delivered"
    for prefix, hop in (("10.0.0.0/16", "10.0.9.9"), ("10.0.9.0/24", "VnetLocal"), ("0.0.0.0/0", "None")):
        assert warned(lab().route("t", "other", prefix, hop)) == []


def test_d69_a_table_that_nothing_uses_is_not_asked():
    assert warned(lab().table("spare", {"10.0.0.0/16": "VnetLocal", "10.9.0.0/16": "10.0.0.77"})) == []


def test_d42_a_next_hop_that_nobody_holds_is_warned_of():
    drawn = (
        lab("10.0.9.77")
        .vnet("w", "10.8.0.0/16")
        .subnet("far", "10.8.1.0/24")
        .appliance("n", "far", "10.8.1.9")
    )
    drawn.route("t", "peer", "10.7.0.0/16", "10.8.1.9")
    at = "/topology/route_tables/t/routes"
    assert warned(drawn) == [
        ("next-hop-unheld", f"{at}/peer/next_hop_ip", "D42"),
        ("next-hop-unheld", f"{at}/r1/next_hop_ip", "D42"),
    ]
    assert warned(drawn.peer("v", "w")) == [("next-hop-unheld", f"{at}/r1/next_hop_ip", "D42")]
    assert warned(drawn.set("route_tables/t/routes/r1/next_hop_ip", "10.0.9.9")) == []
