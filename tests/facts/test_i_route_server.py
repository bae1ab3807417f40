"""Facts I1-I14: route servers, what they learn, program and tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import netcore
from netcore.control.announcements import BgpRoute
from netcore.control.network import compile as compile_network
from netcore.profiles import profile
from tests.netcore.ask import ask, facts_of, fate, fates, one, visited
from tests.netcore.build import Net, net

RS = ("10.0.3.4", "10.0.3.5")


def codes(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def speaker(asn: int, *announces: str, servers: tuple[str, ...] = RS, **neighbour: Any) -> dict[str, Any]:
    """Return the BGP process of an appliance that has a route server as neighbour."""
    return {
        "asn": asn,
        "neighbours": {
            f"rs{number}": {"address": address, "asn": 65515, **neighbour}
            for number, address in enumerate(servers)
        },
        "announces": {f"a{number}": {"prefix": prefix} for number, prefix in enumerate(announces)},
    }


def server(drawn: Net, vnet: str = "hub", key: str = "rs", **peers: tuple[str, int]) -> Net:
    """Add a route server; peers are id -> address and AS number."""
    value = {
        "name": key,
        "vnet": vnet,
        "peers": {name: {"name": name, "address": a, "asn": asn} for name, (a, asn) in peers.items()},
    }
    return drawn.set(f"route_servers/{key}", value)


def hub(**peers: tuple[str, int]) -> Net:
    """[a] -- (hub 10.0: route server) ; [s] -- (spoke 10.1, uses it) ; [x] -- (other 10.2, does not)"""
    drawn = net().vnet("hub", "10.0.0.0/16").subnet("app", "10.0.1.0/24").vm("a", "app", "10.0.1.4")
    drawn.subnet("dmz", "10.0.2.0/24").subnet("rss", "10.0.3.0/27", name="RouteServerSubnet")
    drawn.vnet("spoke", "10.1.0.0/16").subnet("sp", "10.1.1.0/24").vm("s", "sp", "10.1.1.4")
    drawn.vnet("other", "10.2.0.0/16").subnet("ot", "10.2.1.0/24").vm("x", "ot", "10.2.1.4")
    flags = {"allow_gateway_transit": True, "allow_forwarded": True}
    drawn.link("hub", "spoke", **flags).link("spoke", "hub", use_remote_gateways=True, allow_forwarded=True)
    drawn.peer("hub", "other", allow_forwarded=True)
    return server(drawn, **peers)


def pair(one: Any = None, two: Any = None) -> Net:
    """{n1} and {n2} in the hub announce 172.16.0.0/16, where [far] is a loopback of both."""
    drawn = hub(n1=("10.0.2.4", 65001), n2=("10.0.2.5", 65002))
    for key, address, asn, bgp in (("n1", "10.0.2.4", 65001, one), ("n2", "10.0.2.5", 65002, two)):
        process = bgp or speaker(asn, "172.16.0.0/16")
        drawn.appliance(key, "dmz", address, bgp=process, loopback=["172.16.0.9"])
    return drawn


def learned(drawn: Net, nic: str) -> dict[str, tuple[str, ...]]:
    """Return next hops of the active learned routes by prefix."""
    return {
        str(prefix): tuple(str(hop) for hop in row.next_hop_ips)
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.source.value == "VirtualNetworkGateway" and row.active
    }


def told(drawn: Net, who: str, prefix: str) -> list[BgpRoute]:
    """Return what a speaker has for a prefix, best first."""
    return [route for route in drawn.network().bgp.of(who) if str(route.prefix) == prefix]


def states(drawn: Net, *who: str) -> set[str]:
    """Return why the sessions of two speakers are up or down."""
    return {session.reason for session in drawn.network().bgp.between(*who)}


def test_i1_two_speakers_and_both_sides_must_agree():
    drawn = pair()
    assert codes(drawn) == set()
    sessions = drawn.network().bgp.between("route_servers/rs", "vms/n1")
    assert {str(end.address) for s in sessions for end in s.ends if end.kind == "server"} == set(RS)
    assert states(drawn, "route_servers/rs", "vms/n1") == {"up"}
    half = pair(speaker(65001, "172.16.0.0/16", servers=RS[:1]))
    assert states(half, "route_servers/rs", "vms/n1") == {"up", "one_sided"}
    assert states(pair().set("vms/n1/power", "stopped"), "route_servers/rs", "vms/n1") == {"stopped"}
    assert states(pair().set("route_servers/rs/peers/n1/asn", 65009), "route_servers/rs", "vms/n1") == {
        "one_sided"
    }


def test_i1_an_appliance_in_a_peered_network_is_a_neighbour_too_and_one_further_away_is_not():
    drawn = hub(n=("10.2.1.9", 65003)).appliance("n", "ot", "10.2.1.9", bgp=speaker(65003, "172.16.0.0/16"))
    assert states(drawn, "route_servers/rs", "vms/n") == {"up"}
    assert learned(drawn, "a") == {"172.16.0.0/16": ("10.2.1.9",)}
    drawn.raw["topology"]["peerings"].clear()
    assert {session.reason for session in drawn.network().bgp.sessions} == {"unreachable"}
    assert learned(drawn, "a") == {}


def test_i1_the_subnet_the_number_and_the_addresses():
    assert ("route-server-subnet", "I1") in codes(pair().set("subnets/rss/name", "else"))
    assert ("route-server-asn", "I1") in codes(pair().set("route_servers/rs/asn", 65010))
    for wrong in (["10.0.3.4"], ["10.0.3.4", "10.0.1.9"], ["10.0.3.4", "10.0.3.4"]):
        assert ("route-server-addresses", "I1") in codes(pair().set("route_servers/rs/addresses", wrong))
    assert ("platform-subnet", "I1") in codes(pair().vm("v", "rss", "10.0.3.9"))
    assert ("asn-reserved", "H5") in codes(pair().set("route_servers/rs/peers/n1/asn", 65515))


def test_i2_packets_go_straight_to_the_bgp_next_hop():
    drawn = pair(two=speaker(65002))
    assert learned(drawn, "a") == {"172.16.0.0/16": ("10.0.2.4",)}
    done = ask(drawn, "vms/a", "172.16.0.9")
    assert done.delivered
    assert visited(done.forward) == ["a", "n1"]
    assert not any(step.place == "gateway" for step in done.forward.steps)
    assert "I2" in facts_of(done.forward)
    row = next(row for row in drawn.network().routes("a").rows if row.source.value == "VirtualNetworkGateway")
    assert (row.next_hop_type.value, row.ref) == ("VirtualNetworkGateway", "route_servers/rs")
    drawn.table("t", propagation=False).set("subnets/app/route_table", "t")
    assert learned(drawn, "a") == {}


def test_i3_equal_paths_share_and_a_shorter_one_wins_alone():
    drawn = pair()
    assert learned(drawn, "a") == {"172.16.0.0/16": ("10.0.2.4", "10.0.2.5")}
    used = {visited(one(drawn, "vms/a", "172.16.0.9", f"tcp/{port}").forward)[-1] for port in range(1, 30)}
    assert used == {"n1", "n2"}
    drawn = pair(two=speaker(65002, "172.16.0.0/16", prepend=1))
    assert learned(drawn, "a") == {"172.16.0.0/16": ("10.0.2.4",)}


def test_i4_lower_times_are_agreed_to():
    from netcore.control.timers import negotiated, noticed

    drawn = pair()
    session = drawn.network().bgp.between("route_servers/rs", "vms/n1")[0]
    assert (session.keepalive_s, session.hold_s) == (60, 180)
    drawn.set("vms/n1/guest/bgp/keepalive_s", 3).set("vms/n1/guest/bgp/hold_s", 9)
    session = drawn.network().bgp.between("route_servers/rs", "vms/n1")[0]
    assert (session.keepalive_s, session.hold_s) == negotiated(60, 180, 3, 9) == (3, 9)
    assert (noticed(60, 180).earliest_s, noticed(60, 180).latest_s) == (120, 180)
    assert noticed(60, 180, graceful=True).latest_s == 0


def test_i4_until_then_packets_go_to_the_dead_one():
    from netcore.forwarding.state import State

    drawn = pair(two=speaker(65002))
    assert fate(drawn, "vms/a", "172.16.0.9", state=State(down_vms=frozenset({"n1"}))) == "NH_STOPPED"
    assert learned(drawn.set("vms/n1/power", "stopped"), "a") == {}


def test_i5_eight_neighbours_one_server_and_a_thousand_routes():
    peers = {f"p{number}": (f"10.0.2.{number + 10}", 65010 + number) for number in range(9)}
    assert ("route-server-peers", "I5") in codes(hub(**peers))
    assert ("route-server-twice", "I5") in codes(server(pair(), key="rs2"))
    small = replace(profile("azure-2026"), route_server_route_limit=2)
    for count, left in ((2, 2), (3, 0)):
        prefixes = [f"172.16.{number}.0/24" for number in range(count)]
        drawn = pair(speaker(65001, *prefixes), speaker(65002))
        network = compile_network(drawn.scenario(), small)
        rows = [row for row in network.routes("a").rows if row.source.value == "VirtualNetworkGateway"]
        assert len(rows) == left
        reasons = {s.reason for s in network.bgp.between("route_servers/rs", "vms/n1")}
        assert reasons == {"up" if left else "too_many"}
    assert profile("azure-2026").route_server_route_limit == 1000


@pytest.mark.parametrize("prefix", ["10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/16", "10.2.1.0/24"])
def test_i6_nothing_inside_joined_networks_is_injected(prefix: str):
    drawn = pair(speaker(65001, prefix, "10.0.0.0/8"), speaker(65002))
    assert learned(drawn, "a") == {"10.0.0.0/8": ("10.0.2.4",)}
    assert [route.reason for route in told(drawn, "route_servers/rs", prefix) if route.session][:1] == [
        "not_injected"
    ]
    assert visited(ask(drawn, "vms/a", "10.1.1.4").forward) == ["a", "s"]
    assert visited(ask(drawn, "vms/a", "10.77.0.1").forward)[:2] == ["a", "n1"]


def test_i7_spokes_need_remote_gateways():
    drawn = pair(two=speaker(65002))
    assert set(learned(drawn, "s")) == {"172.16.0.0/16"}
    assert fates(drawn, "vms/s", "172.16.0.9") == ("delivered", "delivered")
    assert learned(drawn, "x") == {}
    heard = {str(route.prefix) for route in drawn.network().bgp.of("vms/n1") if route.session}
    assert heard == {"10.0.0.0/16", "10.1.0.0/16"}


def test_i8_the_own_default_route_comes_back():
    """{n1} announces 0.0.0.0/0: its own packets loop, until its subnet says Internet."""
    drawn = pair(speaker(65001, "0.0.0.0/0"), speaker(65002)).host("shop", "203.0.113.1")
    drawn.public("pip", "198.51.100.7").set("nics/n1/configurations/ip1/public_ip", "pip")
    assert fate(drawn, "vms/n1", "hosts/shop") == "LOOP"
    assert visited(ask(drawn, "vms/a", "hosts/shop").forward)[:2] == ["a", "n1"]
    drawn.table("t", {"0.0.0.0/0": "Internet"}).set("subnets/dmz/route_table", "t")
    assert fate(drawn, "vms/n1", "hosts/shop") == "delivered"


def regions(override: bool = True, tunnel: bool = False, **table: str) -> Net:
    """(s1) - (hub1: {n1}, rs1) == (hub2: {n2}, rs2) - (s2 10.12): n1 learns s2 from n2 and tells rs1."""
    drawn = net()
    for number, other in ((1, 2), (2, 1)):
        drawn.vnet(f"hub{number}", f"10.{number}.0.0/16", f"172.3{number - 1}.0.0/24")
        drawn.table(f"t{number}", table if number == 1 else {})
        drawn.subnet(f"nva{number}", f"10.{number}.2.0/24", table=f"t{number}" if table else None)
        drawn.subnet(f"rss{number}", f"10.{number}.3.0/27", name="RouteServerSubnet")
        servers = (f"10.{number}.3.4", f"10.{number}.3.5")
        bgp = speaker(65000 + number, servers=servers, override_asn=override)
        far = f"192.168.9.{other}" if tunnel else f"10.{other}.2.4"
        bgp["neighbours"]["far"] = {"address": far, "asn": 65000 + other}
        more: dict[str, Any] = {}
        if tunnel:
            ends = {"remote": f"10.{other}.2.4", "address": f"192.168.9.{number}"}
            # Without it the outer packet would follow the far hub's range into the tunnel itself.
            more["routes"] = {"far": {"prefix": f"10.{other}.2.4/32", "via": f"10.{number}.2.1"}}
            more["tunnels"] = {"t": {"kind": "vxlan", "key": 7, **ends}}
        drawn.appliance(f"n{number}", f"nva{number}", f"10.{number}.2.4", bgp=bgp, **more)
        drawn.vnet(f"spoke{number}", f"10.1{number}.0.0/16")
        drawn.subnet(f"sp{number}", f"10.1{number}.1.0/24").vm(
            f"s{number}", f"sp{number}", f"10.1{number}.1.4"
        )
        drawn.link(f"hub{number}", f"spoke{number}", allow_gateway_transit=True, allow_forwarded=True)
        drawn.link(f"spoke{number}", f"hub{number}", use_remote_gateways=True, allow_forwarded=True)
        server(drawn, f"hub{number}", f"rs{number}", nva=(f"10.{number}.2.4", 65000 + number))
    return drawn.peer("hub1", "hub2", allow_forwarded=True)


def test_i9_two_regions_without_a_tunnel_loop():
    drawn = regions()
    assert codes(drawn) == set()
    assert learned(drawn, "s1")["10.12.0.0/16"] == ("10.1.2.4",)
    assert learned(drawn, "n1")["10.12.0.0/16"] == ("10.1.2.4",)
    done = ask(drawn, "vms/s1", "vms/s2").forward
    assert (done.verdict.outcome.value, visited(done)) == ("looped", ["s1", "n1"])


def test_i9_ways_out():
    assert fates(regions(tunnel=True), "vms/s1", "vms/s2") == ("delivered", "delivered")
    drawn = regions(**{"10.12.0.0/16": "10.2.2.4"})
    drawn.route("t2", "r1", "10.11.0.0/16", "10.1.2.4")
    for number in (1, 2):
        drawn.set(f"route_tables/t{number}/gateway_propagation", False)
        drawn.set(f"subnets/nva{number}/route_table", f"t{number}")
    assert fates(drawn, "vms/s1", "vms/s2") == ("delivered", "delivered")


def test_i10_a_path_with_65515_is_refused_unless_rewritten():
    drawn = regions(override=False)
    refused = [r for r in told(drawn, "route_servers/rs1", "10.12.0.0/16") if r.state == "refused"]
    assert [(route.reason, 65515 in route.as_path) for route in refused][:1] == [("own_asn", True)]
    assert "10.12.0.0/16" not in learned(drawn, "s1")
    rewritten = told(regions(), "route_servers/rs1", "10.12.0.0/16")[0]
    assert rewritten.as_path == (65001, 65002, 65001)


def test_i11_a_balancer_as_next_hop():
    """Both appliances announce their balancer: one next hop, and the answer finds the same appliance."""
    both = [speaker(asn, "172.16.0.0/16", next_hop="10.0.2.36") for asn in (65001, 65002)]
    drawn = pair(*both).balancer("lb", ["n1", "n2"], subnet="dmz", address="10.0.2.36")
    assert learned(drawn, "a") == {"172.16.0.0/16": ("10.0.2.36",)}
    done = ask(drawn, "vms/a", "172.16.0.9")
    assert done.delivered
    assert any(step.place == "balancer" for step in done.forward.steps)


def branches(**gateway: Any) -> Net:
    """(office 192.168.1: asn 65050) == VPN gateway of the hub, route server, {n1}, {n2}."""
    drawn = pair(speaker(65001, "172.16.0.0/16", "0.0.0.0/0"), speaker(65002))
    drawn.subnet("gws", "10.0.255.0/27", name="GatewaySubnet", vnet="hub")
    drawn.gateway("gw", vnet="hub", **{"instances": ["10.0.255.4", "10.0.255.5"], **gateway})
    drawn.site("office", "192.168.1.0/24", routers={"r": "192.168.1.1"})
    near = {
        "asn": 65050,
        "neighbours": {str(n): {"address": f"10.0.255.{n}", "asn": 65515} for n in (4, 5, 30)},
        "announces": {"o": {"prefix": "192.168.1.0/24"}},
    }
    drawn.set("sites/office/routers/r/bgp", near).connect("c", "gw", "office", bgp=True)
    return drawn.host("desk", "192.168.1.9", site="office")


def test_i12_branch_to_branch_is_off_by_default_and_needs_an_active_active_gateway():
    drawn = branches()
    heard = lambda net_, who: {str(r.prefix) for r in net_.network().bgp.of(who) if r.session}  # noqa: E731
    assert "192.168.1.0/24" not in heard(drawn, "vms/n1")
    assert "172.16.0.0/16" not in heard(drawn, "sites/office/routers/r")
    assert fate(drawn, "hosts/desk", "172.16.0.9") == "NO_SUCH_HOST"
    drawn.set("route_servers/rs/branch_to_branch", True)
    assert "192.168.1.0/24" in heard(drawn, "vms/n1")
    assert "172.16.0.0/16" in heard(drawn, "sites/office/routers/r")
    assert "0.0.0.0/0" not in heard(drawn, "sites/office/routers/r")
    assert fates(drawn, "hosts/desk", "172.16.0.9") == ("delivered", "delivered")
    passive = branches(instances=[]).set("route_servers/rs/branch_to_branch", True)
    assert states(passive, "route_servers/rs", "gateways/gw") == {"not_active_active"}
    assert "172.16.0.0/16" not in heard(passive, "sites/office/routers/r")


def test_i12_no_advertise_stays_with_the_receiver():
    drawn = branches().set("route_servers/rs/branch_to_branch", True)
    drawn.set("vms/n1/guest/bgp/announces/a0/no_advertise", True)
    assert "172.16.0.0/16" in learned(drawn, "a")
    assert told(drawn, "sites/office/routers/r", "172.16.0.0/16") == []
    assert told(drawn, "vms/n2", "172.16.0.0/16") == []


def test_i13_preference_for_one_prefix():
    """ExpressRoute, VPN and an appliance know 192.168.1.0/24; a longer prefix wins whatever the setting."""
    drawn = branches().gateway("er", "192.168.1.0/24", vnet="hub", kind="expressroute", public_ip="pip")
    drawn.public("pip", "198.51.100.9").set("gateways/er/learned/l1/as_path", [12076, 65060, 65061])
    drawn.set("vms/n1/guest/bgp/announces/b", {"prefix": "192.168.1.0/24", "as_path": [65070, 65071]})
    drawn.set("vms/n1/guest/bgp/announces/c", {"prefix": "192.168.1.128/25"})
    instances = ("10.0.255.4", "10.0.255.5")
    expected = {"expressroute": ("198.51.100.9",), "vpn": instances, "as-path": instances}
    for setting, hops in expected.items():
        drawn.set("route_servers/rs/preference", setting)
        assert learned(drawn, "a")["192.168.1.0/24"] == hops
        assert learned(drawn, "a")["192.168.1.128/25"] == ("10.0.2.4",)
    drawn.set("gateways/er/learned/l1/as_path", [])
    assert learned(drawn, "a")["192.168.1.0/24"] == ("198.51.100.9",)


def test_i14_the_route_to_the_server_rests_on_itself():
    drawn = pair()
    route = told(drawn, "vms/n1", "10.0.0.0/16")[0]
    assert (str(route.next_hop) in RS, route.recursive) == (True, True)
    assert not any(str(r.prefix) == "10.0.0.0/16" for r in drawn.network().learned_guest_routes["n1"])
    drawn.set("vms/n1/guest/routes", {"rs": {"prefix": "10.0.3.0/27", "via": "10.0.2.1"}})
    assert not told(drawn, "vms/n1", "10.0.0.0/16")[0].recursive
    assert any(str(r.prefix) == "10.0.0.0/16" for r in drawn.network().learned_guest_routes["n1"])
