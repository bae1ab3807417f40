"""Facts H1-H3, H5, H8, H11, H14, H15, K10, D63: gateways with connections, and the sites behind them."""

from __future__ import annotations

from typing import Any

import netcore
from netcore.forwarding.state import State
from tests.netcore.ask import ask, facts_of, fate, fates, one, visited, word
from tests.netcore.build import Net, net


def codes(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def hub(instances: tuple[str, ...] = (), **gateway: Any) -> Net:
    """[a] -- (hub 10.0: gateway gw) ; [s] -- (spoke 10.1, uses it) ; [x] -- (other 10.2, does not)"""
    drawn = (
        net()
        .vnet("hub", "10.0.0.0/16")
        .subnet("app", "10.0.1.0/24")
        .vm("a", "app", "10.0.1.4")
        .subnet("gws", "10.0.255.0/27", name="GatewaySubnet")
        .vnet("spoke", "10.1.0.0/16")
        .subnet("sp", "10.1.1.0/24")
        .vm("s", "sp", "10.1.1.4")
        .vnet("other", "10.2.0.0/16")
        .subnet("ot", "10.2.1.0/24")
        .vm("x", "ot", "10.2.1.4")
    )
    drawn.gateway("gw", vnet="hub", instances=list(instances), **gateway)
    drawn.link("spoke", "hub", use_remote_gateways=True).link("hub", "spoke", allow_gateway_transit=True)
    return drawn.peer("other", "hub")


def office(instances: tuple[str, ...] = (), **connection: Any) -> Net:
    """hub == tunnel == (office 192.168.1: router 192.168.1.1) -- [desk]"""
    drawn = hub(instances).site("office", "192.168.1.0/24", routers={"r": "192.168.1.1"})
    return drawn.connect("c", "gw", "office", **connection).host("desk", "192.168.1.9", site="office")


PAIR = ("10.0.255.4", "10.0.255.5")


def rows(drawn: Net, nic: str) -> dict[str, tuple[str, ...]]:
    """Return next hops of the active gateway routes by prefix."""
    return {
        str(prefix): tuple(str(hop) for hop in row.next_hop_ips)
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.source.value == "VirtualNetworkGateway" and row.active
    }


def test_h1_a_connected_gateway_has_its_subnet_and_no_vm_is_in_it():
    assert codes(office()) == set()
    assert ("gateway-without-subnet", "H1") in codes(office().set("subnets/gws/name", "else"))
    assert ("platform-subnet", "H1") in codes(office().vm("v", "gws", "10.0.255.9"))


def test_h6_both_ways_over_a_connection():
    """The site reaches the hub and the spoke that uses its gateway, and not the other network."""
    drawn = office()
    for vm in ("a", "s"):
        assert fates(drawn, f"vms/{vm}", "hosts/desk") == ("delivered", "delivered")
        assert fates(drawn, "hosts/desk", f"vms/{vm}") == ("delivered", "delivered")
    assert fate(drawn, "hosts/desk", "vms/x") == "GW_TRANSIT_OFF"
    assert fate(drawn, "hosts/desk", "10.9.0.1") == "NO_SUCH_HOST"
    assert fates(drawn, "vms/a", "192.168.1.77") == ("delivered", "delivered")
    assert rows(drawn, "a") == rows(drawn, "s") == {"192.168.1.0/24": ()}
    assert rows(drawn, "x") == {}


def test_h2_the_standby_takes_over():
    drawn = office()
    assert (
        fate(drawn, "vms/a", "hosts/desk", state=State(down_instances=frozenset({("gw", 0)}))) == "delivered"
    )
    both = State(down_instances=frozenset({("gw", 0), ("gw", 1)}))
    done = ask(drawn, "vms/a", "hosts/desk", state=both).forward.verdict
    assert (done.code, "H2" in done.facts) == ("NO_GATEWAY", True)
    assert fate(drawn, "hosts/desk", "vms/a", state=both) == "GW_ROUTE_WITHDRAWN"


def way_of(drawn: Net, port: int, state: State | None = None) -> tuple[int, int]:
    """Return the instances that one flow of ``a`` uses, out and back."""
    done = one(drawn, "vms/a", "hosts/desk", f"tcp/{port}", state)
    assert done.delivered
    assert done.back is not None
    text = next(step.matched.text for step in done.forward.steps if step.matched)
    out = next((s.reason for s in done.forward.steps if s.decision == "one of 2"), text)
    back = next(step.reason for step in done.back.steps if step.decision == "into c")
    return int(out.rstrip(".").endswith(PAIR[1])), int("gw:1" in back)


def test_h3_each_flow_keeps_its_tunnel_until_its_instance_fails():
    """Flows are spread over both instances, and the way back is chosen apart; failing moves all to one."""
    drawn = office(PAIR)
    assert rows(drawn, "a") == {"192.168.1.0/24": PAIR}
    ways = {port: way_of(drawn, port) for port in range(1, 40)}
    assert set(ways.values()) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert ways == {port: way_of(drawn, port) for port in ways}
    down = State(down_instances=frozenset({("gw", 1)}))
    for port in (1, 2, 3, 4, 5, 6):
        done = one(drawn, "vms/a", "hosts/desk", f"tcp/{port}", down)
        assert done.delivered
        assert not any("gw:1" in s.reason or s.decision == "one of 2" for s in done.forward.steps)
    assert "H3" in facts_of(ask(drawn, "hosts/desk", "vms/a").forward)


def test_h5_reserved_numbers():
    assert codes(office().set("gateways/gw/asn", 65010)) == set()
    for asn in (8074, 8075, 12076, 65517, 65518, 65519, 65520):
        assert ("asn-reserved", "H5") in codes(office().set("gateways/gw/asn", asn))
    for asn in (65515, 65520):
        router = office().set("sites/office/routers/r/bgp", {"asn": asn})
        assert ("asn-reserved", "H5") in codes(router)


def test_h7_what_is_withdrawn_is_gone():
    """With the tunnel or the router down the rows go; a user route that still points there drops."""
    for change in (("connections/c/up", False), ("sites/office/routers/r/power", "stopped")):
        drawn = office().set(*change)
        assert rows(drawn, "a") == {}
        assert fate(drawn, "vms/a", "hosts/desk") == "ROUTE_NONE_SYSTEM"
        drawn.table("t", {"192.168.1.0/24": "VirtualNetworkGateway"}).set("subnets/app/route_table", "t")
        assert fate(drawn, "vms/a", "hosts/desk") == "GW_ROUTE_WITHDRAWN"
        assert fate(drawn, "hosts/desk", "vms/a") == "GW_ROUTE_WITHDRAWN"


def two_sites() -> Net:
    """(office) == gw == (plant), without BGP."""
    drawn = office().site("plant", "192.168.2.0/24").connect("d", "gw", "plant")
    return drawn.host("mill", "192.168.2.9", site="plant")


def test_h8_no_transit_between_typed_in_connections():
    drawn = two_sites()
    assert fates(drawn, "vms/a", "hosts/mill") == ("delivered", "delivered")
    assert fate(drawn, "hosts/desk", "hosts/mill") == "NO_SUCH_HOST"
    drawn.gateway("far", "172.20.0.0/16", vnet="hub", kind="expressroute").host("er", "172.20.0.9", "far")
    assert fate(drawn, "hosts/er", "vms/a") == "delivered"
    done = ask(drawn, "hosts/er", "hosts/desk").forward.verdict
    assert (done.code, "H8" in done.facts) == ("GW_TRANSIT_OFF", True)


def test_h8_a_policy_based_gateway_has_one_static_tunnel():
    drawn = office()
    drawn.set("gateways/gw/routing", "policy-based")
    assert codes(drawn) == set()
    assert fates(drawn, "vms/a", "hosts/desk") == ("delivered", "delivered")
    assert ("policy-based", "H8") in codes(two_sites().set("gateways/gw/routing", "policy-based"))
    assert ("policy-based", "H8") in codes(drawn.set("connections/c/bgp", True))


def test_h11_a_circuit_speaks_bgp():
    drawn = office().set("gateways/gw/kind", "expressroute")
    assert ("circuit-without-bgp", "H11") in codes(drawn)
    assert codes(drawn.set("connections/c/bgp", True)) == set()


def test_h14_instances_stand_in_the_gateway_subnet_and_the_far_address_is_a_host_route():
    assert ("gateway-instance", "H14") in codes(office(("10.0.1.9", "10.0.255.5")))
    assert rows(office(bgp=True, prefixes=[]), "a") == {"192.168.1.1/32": ()}


def test_h15_a_gateway_address_as_next_hop():
    """A user route may name an instance; the gateway forwards what it is handed."""
    for instances, address in ((PAIR, PAIR[1]), ((), "10.0.255.30")):
        drawn = office(instances).table("t", {"192.168.1.0/24": address}, propagation=False)
        drawn.set("subnets/app/route_table", "t")
        done = ask(drawn, "vms/a", "hosts/desk")
        assert done.delivered
        step = next(step for step in done.forward.steps if "H15" in step.facts)
        assert step.assumption is not None


def test_k10_ipv6_does_not_pass_a_vpn_gateway():
    drawn = office()
    drawn.set("vnets/hub/address_space", ["10.0.0.0/16", "fd00:a::/48"])
    drawn.set("subnets/app/prefixes", ["10.0.1.0/24", "fd00:a:0:1::/64"])
    drawn.set("nics/a/configurations/ip2", {"address": "fd00:a:0:1::4"})
    drawn.set("sites/office/prefixes", ["192.168.1.0/24", "fd00:1::/64"])
    drawn.host("six", "fd00:1::9", site="office")
    assert fates(drawn, "vms/a", "hosts/desk") == ("delivered", "delivered")
    assert "fd00:1::/64" not in rows(drawn, "a")
    assert fate(drawn, "hosts/six", "fd00:a:0:1::4") == "NO_GATEWAY"
    drawn.table("t", {"fd00:1::/64": "VirtualNetworkGateway"}).set("subnets/app/route_table", "t")
    done = ask(drawn, "vms/a", "hosts/six").forward.verdict
    assert (done.code, "K10" in done.facts) == ("NO_GATEWAY", True)


def screened(**frontend: Any) -> Net:
    """(office) == gw -> table of the GatewaySubnet -> {fw} -> [a] and [s]"""
    drawn = office().subnet("dmz", "10.0.9.0/24", vnet="hub").appliance("fw", "dmz", "10.0.9.9", **frontend)
    drawn.table("t", {"10.0.1.0/24": "10.0.9.9", "10.1.0.0/16": "10.0.9.9"})
    return drawn.set("subnets/gws/route_table", "t").set("peerings/spoke-hub/allow_forwarded", True)


def test_d63_the_table_of_the_gateway_subnet_steers_what_enters():
    drawn = screened()
    for vm in ("a", "s"):
        done = ask(drawn, "hosts/desk", f"vms/{vm}")
        assert visited(done.forward) == ["fw", vm]
        assert visited(done.back) == [vm]
        assert "D63" in facts_of(done.forward)
    assert visited(ask(drawn, "hosts/desk", "10.0.9.9").forward) == ["fw"]
    drawn.route("t", "none", "10.0.7.0/24", "None")
    assert fate(drawn, "hosts/desk", "10.0.7.4") == "ROUTE_NONE_USER"
    drawn.set("vms/fw/power", "stopped")
    assert fate(drawn, "hosts/desk", "vms/a") == "NH_STOPPED"


def test_d63_one_way_only_breaks_a_stateful_appliance_and_a_balancer_mends_it():
    """On-premises -> fw -> a, and the answer straight to the gateway: packet 3 finds no session."""
    assert word(ask(screened(stateful=True), "hosts/desk", "vms/a").verdict) == "STATE_MISSING"
    drawn = office().subnet("dmz", "10.0.9.0/24", vnet="hub")
    for number in (1, 2):
        drawn.appliance(f"fw{number}", "dmz", f"10.0.9.{number + 6}", stateful=True)
    drawn.balancer("lb", ["fw1", "fw2"], subnet="dmz", address="10.0.9.36")
    drawn.table("t", {"10.0.1.0/24": "10.0.9.36"}).set("subnets/gws/route_table", "t")
    drawn.table("back", {"192.168.1.0/24": "10.0.9.36"}, propagation=False)
    drawn.set("subnets/app/route_table", "back")
    for port in range(20):
        assert one(drawn, "hosts/desk", "vms/a", f"tcp/{port + 1}").delivered


def pair(**mirror: Any) -> Net:
    """[a] -- (v 10.0: gv) == (w 10.9: gw, active-active) -- [b]"""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("va", "10.0.1.0/24").vm("a", "va", "10.0.1.4")
    drawn.subnet("vg", "10.0.0.0/27", name="GatewaySubnet").gateway("gv")
    drawn.vnet("w", "10.9.0.0/16").subnet("wb", "10.9.1.0/24").vm("b", "wb", "10.9.1.4")
    drawn.subnet("wg", "10.9.0.0/27", name="GatewaySubnet")
    drawn.gateway("gw", instances=["10.9.0.4", "10.9.0.5"], asn=65020)
    return drawn.connect("c", "gv", remote_gateway="gw", **mirror)


def test_h3_gateway_to_gateway():
    """One drawn connection joins two networks; a second one only says what the other side sends."""
    drawn = pair()
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert fates(drawn, "vms/b", "vms/a") == ("delivered", "delivered")
    drawn.connect("d", "gw", remote_gateway="gv", prefixes=["10.0.1.4/32"])
    assert rows(drawn, "b") == {"10.0.1.4/32": ("10.9.0.4", "10.9.0.5")}
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert fate(drawn.set("connections/d/up", False), "vms/a", "vms/b") == "ROUTE_NONE_SYSTEM"


def test_connections_have_one_far_end():
    assert ("connection-ends", None) in codes(hub().connect("c", "gw"))
    assert ("connection-ends", None) in codes(hub().connect("c", "gw", remote_gateway="gw"))
    assert ("dangling-reference", None) in codes(office(router="nobody"))
    assert ("dangling-reference", None) in codes(hub().connect("c", "none", "nowhere"))
