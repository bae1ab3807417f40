"""Facts H5-H14, H16, D53: BGP between gateways and sites, and the times of its sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import netcore
from netcore.control.network import compile as compile_network
from netcore.control.timers import negotiated, noticed
from netcore.forwarding.state import State
from netcore.profiles import profile
from netcore.profiles.timing_gateways import PLATFORM_TIMERS
from tests.netcore.ask import ask, facts_of, fate, fates, visited
from tests.netcore.build import Net, net

PAIR = ("10.0.255.4", "10.0.255.5")


def router(asn: int, *announces: str, neighbours: tuple[str, ...] = ("10.0.255.30",), **more: Any) -> Any:
    """Return the BGP process of a site's router with a gateway of AS number 65515 as neighbour."""
    return {
        "asn": asn,
        "neighbours": {str(n): {"address": a, "asn": 65515, **more} for n, a in enumerate(neighbours)},
        "announces": {str(n): {"prefix": prefix} for n, prefix in enumerate(announces)},
    }


def hub() -> Net:
    """[a] -- (hub 10.0: VPN gateway gw) ; [s] -- (spoke 10.1, uses it)"""
    drawn = net().vnet("hub", "10.0.0.0/16").subnet("app", "10.0.1.0/24").vm("a", "app", "10.0.1.4")
    drawn.subnet("gws", "10.0.255.0/27", name="GatewaySubnet").gateway("gw")
    drawn.vnet("spoke", "10.1.0.0/16").subnet("sp", "10.1.1.0/24").vm("s", "sp", "10.1.1.4")
    drawn.link("spoke", "hub", use_remote_gateways=True).link("hub", "spoke", allow_gateway_transit=True)
    return drawn


def office(drawn: Net | None = None, number: int = 1, *announces: str, **bgp: Any) -> Net:
    """Add (officeN 192.168.N: router 192.168.N.1, AS 6505N) over connection cN, and host [deskN] there."""
    drawn = drawn or hub()
    name = f"office{number}"
    drawn.site(name, f"192.168.{number}.0/24", routers={"r": f"192.168.{number}.1"})
    process = router(65050 + number, *(announces or (f"192.168.{number}.0/24",)), **bgp)
    drawn.set(f"sites/{name}/routers/r/bgp", process)
    drawn.connect(f"c{number}", "gw", name, bgp=True)
    return drawn.host(f"desk{number}", f"192.168.{number}.9", site=name)


def learned(drawn: Net, nic: str = "a") -> dict[str, tuple[str, ...]]:
    """Return next hops of the active gateway routes by prefix."""
    return {
        str(prefix): tuple(str(hop) for hop in row.next_hop_ips)
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.source.value == "VirtualNetworkGateway" and row.active
    }


def told(drawn: Net, who: str) -> dict[str, tuple[int, ...]]:
    """Return the AS paths of what others told a speaker and it uses."""
    return {
        str(route.prefix): route.as_path
        for route in drawn.network().bgp.of(who)
        if route.session is not None and route.state == "best"
    }


def reasons(drawn: Net) -> set[str]:
    """Return why the sessions are up or down."""
    return {session.reason for session in drawn.network().bgp.sessions}


def test_h5_neighbours_need_each_other_and_different_numbers():
    drawn = office()
    assert reasons(drawn) == {"up"}
    assert fates(drawn, "vms/a", "hosts/desk1") == ("delivered", "delivered")
    assert reasons(office().set("gateways/gw/asn", 65051)) == {"one_sided"}
    same = office().set("gateways/gw/asn", 65051)
    same.set("sites/office1/routers/r/bgp/neighbours/0/asn", 65051)
    assert reasons(same) == {"same_asn"}
    assert learned(same) == {"192.168.1.1/32": ()}
    silent = office().set("sites/office1/routers/r/bgp", None)
    assert reasons(silent) == {"no_speaker"}
    assert fate(silent, "hosts/desk1", "vms/a") == "GW_ROUTE_WITHDRAWN"
    assert reasons(office().set("connections/c1/up", False)) == {"connection_down"}


def test_h6_what_a_gateway_announces():
    """Ranges of its network and of spokes, typed-in prefixes, routes of others; no default, no overlap."""
    drawn = office(office(None, 1, "192.168.1.0/24", "0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/16"), 2)
    drawn.site("typed", "192.168.3.0/24").connect("c3", "gw", "typed")
    assert told(drawn, "sites/office2/routers/r") == {
        "10.0.0.0/16": (65515,),
        "10.1.0.0/16": (65515,),
        "192.168.3.0/24": (65515,),
        "192.168.1.0/24": (65515, 65051),
        "172.16.0.0/16": (65515, 65051),
    }
    drawn.set("peerings/hub-spoke/allow_gateway_transit", False)
    drawn.set("peerings/spoke-hub/use_remote_gateways", False)
    assert "10.1.0.0/16" not in told(drawn, "sites/office2/routers/r")
    assert fate(drawn, "hosts/desk2", "vms/s") == "GW_TRANSIT_OFF"


def test_h7_what_a_gateway_takes():
    drawn = office(None, 1, "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "0.0.0.0/0")
    assert set(learned(drawn)) == {"10.0.0.0/8", "0.0.0.0/0", "192.168.1.1/32"}
    refused = {str(r.prefix): r.reason for r in drawn.network().bgp.of("gateways/gw") if r.reason}
    assert refused == {"10.0.0.0/16": "in_network", "10.0.0.0/24": "in_network"}


def test_h7_the_session_closes_above_the_limit():
    narrow = replace(profile("azure-2026"), gateway_prefix_limit=2)
    for count, up in ((2, True), (3, False)):
        prefixes = [f"172.16.{number}.0/24" for number in range(count)]
        network = compile_network(office(None, 1, *prefixes).scenario(), narrow)
        assert [session.up for session in network.bgp.sessions] == [up]
        assert {session.reason for session in network.bgp.sessions} == {"up" if up else "too_many"}


def test_h7_four_thousand_prefixes():
    for count, up in ((4000, True), (4001, False)):
        prefixes = [f"172.{16 + n // 4096}.{n % 4096 // 16}.{n % 16 * 16}/28" for n in range(count)]
        assert (reasons(office(None, 1, *prefixes)) == {"up"}) is up


def test_h8_two_connections_with_bgp_are_joined():
    drawn = office(office(), 2)
    assert fates(drawn, "hosts/desk1", "hosts/desk2") == ("delivered", "delivered")
    assert "H8" in facts_of(ask(drawn, "hosts/desk1", "hosts/desk2").forward)
    assert fate(drawn.set("connections/c2/bgp", False), "hosts/desk2", "hosts/desk1") == "NO_SUCH_HOST"


def circuit(drawn: Net, number: int = 7, weight: int = 0, *announces: str) -> Net:
    """Add an ExpressRoute gateway er with (plantN 192.168.N), host [millN] there."""
    if "er" not in drawn.raw["topology"]["gateways"]:
        drawn.gateway("er", vnet="hub", kind="expressroute", instances=["10.0.255.12", "10.0.255.13"])
    name = f"plant{number}"
    drawn.site(name, f"192.168.{number}.0/24", routers={"r": f"192.168.{number}.1"})
    process = router(65060 + number, *(announces or (f"192.168.{number}.0/24",)))
    process["neighbours"] = {"edge": {"address": "172.31.0.2", "asn": 12076}}
    drawn.set(f"sites/{name}/routers/r/bgp", process)
    drawn.connect(f"e{number}", "er", name, bgp=True, weight=weight)
    return drawn.host(f"mill{number}", f"192.168.{number}.9", site=name)


def test_h8_vpn_and_expressroute_meet_only_by_a_route_server():
    drawn = circuit(office(hub().set("gateways/gw/instances", list(PAIR)), neighbours=PAIR))
    assert fates(drawn, "vms/a", "hosts/mill7") == ("delivered", "delivered")
    assert fate(drawn, "hosts/desk1", "hosts/mill7") == "NO_SUCH_HOST"
    drawn.subnet("rss", "10.0.3.0/27", name="RouteServerSubnet", vnet="hub")
    drawn.set("route_servers/rs", {"name": "rs", "vnet": "hub"})
    assert fate(drawn, "hosts/desk1", "hosts/mill7") == "NO_SUCH_HOST"
    drawn.set("route_servers/rs/branch_to_branch", True)
    assert fates(drawn, "hosts/desk1", "hosts/mill7") == ("delivered", "delivered")
    assert fates(drawn, "hosts/mill7", "hosts/desk1") == ("delivered", "delivered")


def test_h9_the_shorter_path_counts_and_a_weight_only_for_expressroute():
    """Both sites announce 172.16.0.0/16; prepending moves the traffic, a weight of a VPN does not."""

    def used(drawn: Net) -> set[str]:
        trace = ask(drawn, "vms/a", "172.16.0.9")
        return {step.at or "" for leg in (trace.forward, *trace.forward.branches) for step in leg.steps} & {
            f"connections/{kind}{number}" for kind in "ce" for number in (1, 2)
        }

    vpn = office(office(None, 1, "172.16.0.0/16"), 2, "172.16.0.0/16")
    assert used(vpn) == {"connections/c1", "connections/c2"}
    assert used(vpn.set("connections/c1/weight", 100)) == {"connections/c1", "connections/c2"}
    vpn.set("sites/office1/routers/r/bgp/neighbours/0/prepend", 2)
    assert used(vpn) == {"connections/c2"}
    er = circuit(circuit(hub(), 1, 0, "172.16.0.0/16"), 2, 0, "172.16.0.0/16")
    er.raw["topology"]["gateways"].pop("gw")
    assert used(er) == {"connections/e1", "connections/e2"}
    er.set("sites/plant1/routers/r/bgp/neighbours/edge/prepend", 2)
    assert used(er) == {"connections/e2"}
    assert used(er.set("connections/e1/weight", 10)) == {"connections/e1"}


def test_h10_expressroute_before_vpn_whatever_the_path():
    drawn = office(None, 1, "172.16.0.0/16", "172.16.9.0/24")
    circuit(drawn, 7, 0, "172.16.0.0/16").set("sites/plant7/routers/r/bgp/neighbours/edge/prepend", 5)
    rows = learned(drawn)
    assert rows["172.16.0.0/16"] == ("10.0.255.12", "10.0.255.13")
    assert rows["172.16.9.0/24"] == ()


def test_h11_a_circuit_has_two_sessions_and_is_no_transit():
    drawn = circuit(circuit(hub()), 8)
    sessions = drawn.network().bgp.between("gateways/er", "sites/plant7/routers/r")
    assert [(s.up, s.one.asn) for s in sessions] == [(True, 12076), (True, 12076)]
    assert learned(drawn)["192.168.7.0/24"] == ("10.0.255.12", "10.0.255.13")
    assert told(drawn, "sites/plant8/routers/r") == {"10.0.0.0/16": (12076,), "10.1.0.0/16": (12076,)}
    assert fate(drawn, "hosts/mill7", "hosts/mill8") == "NO_SUCH_HOST"
    half = State(down_instances=frozenset({("er", 0)}))
    assert fates(drawn, "vms/a", "hosts/mill7", state=half) == ("delivered", "delivered")
    default = circuit(hub(), 7, 0, "0.0.0.0/0")
    default.raw["topology"]["gateways"].pop("gw")
    assert "0.0.0.0/0" in learned(default)


def test_h12_times_of_a_circuit():
    drawn = circuit(hub())
    session = drawn.network().bgp.between("gateways/er", "sites/plant7/routers/r")[0]
    assert (session.keepalive_s, session.hold_s) == (60, 180)
    for asked, got in ((10, 10), (3, 10)):
        drawn.set("sites/plant7/routers/r/bgp/hold_s", asked).set("sites/plant7/routers/r/bgp/keepalive_s", 1)
        session = drawn.network().bgp.between("gateways/er", "sites/plant7/routers/r")[0]
        assert (session.keepalive_s, session.hold_s) == (3, got)
    timing = netcore.timing_profile("published")
    missed_s = timing.value("express.bfd_interval") * timing.value("express.bfd_multiplier")
    assert missed_s == pytest.approx(0.9)
    assert timing["express.converge"].draw(1.0) <= 60


def test_h13_times_of_a_vpn_gateway_are_fixed():
    drawn = office()
    for hold, keepalive in ((180, 60), (9, 3)):
        drawn.set("sites/office1/routers/r/bgp/hold_s", hold)
        drawn.set("sites/office1/routers/r/bgp/keepalive_s", keepalive)
        session = drawn.network().bgp.sessions[0]
        assert (session.keepalive_s, session.hold_s) == (60, 180)
    assert negotiated(60, 180, 100, 300) == (60, 180)
    assert PLATFORM_TIMERS["vpn"].grade == "D"
    assert noticed(60, 180).earliest_s == 120


def test_h2_how_long_it_stands_still():
    """W26: 10 to 15 s when planned; else 60 to 90 s by the text of 2016, 1 to 3 min by that of 2025."""
    timing = netcore.timing_profile("published")
    planned, unplanned = timing["vpn.planned"], timing["vpn.unplanned"]
    assert (planned.draw(0.0), planned.draw(1.0)) == pytest.approx((10, 15))
    assert unplanned.draw(0.0) <= 60
    assert unplanned.draw(0.5) == pytest.approx(75, abs=15)
    assert unplanned.draw(1.0) == pytest.approx(180, abs=0.01)


def test_h14_the_neighbour_is_a_host_route():
    """An active-standby gateway speaks from the last address of its subnet, an active-active one from two."""
    drawn = office()
    assert [str(session.one.address) for session in drawn.network().bgp.sessions] == ["10.0.255.30"]
    assert set(learned(drawn)) == {"192.168.1.0/24", "192.168.1.1/32"}
    active = office(hub().set("gateways/gw/instances", list(PAIR)), neighbours=PAIR)
    assert {str(session.one.address) for session in active.network().bgp.sessions} == set(PAIR)
    assert learned(active)["192.168.1.0/24"] == PAIR
    half = office(hub().set("gateways/gw/instances", list(PAIR)), neighbours=PAIR[:1])
    assert learned(half)["192.168.1.0/24"] == PAIR[:1]


def test_h16_nobody_speaks_with_the_networks_own_router():
    drawn = hub()
    for address, reason in (("10.0.1.1", "router"), ("10.0.255.30", "gateway"), ("10.0.1.77", "no_speaker")):
        neighbour = {"n": {"address": address, "asn": 65515}}
        drawn.set("vms/a/guest/bgp", {"asn": 65001, "neighbours": neighbour})
        session = drawn.network().bgp.sessions[0]
        assert (session.up, session.reason) == (False, reason)
        assert session.as_dict()["state"] == "down"
    assert (
        "H16"
        in drawn.set("vms/a/guest/bgp/neighbours/n/address", "10.0.1.1")
        .network()
        .bgp.sessions[0]
        .as_dict()["facts"]
    )


def test_h16_the_rules_of_2021_know_no_route_server():
    drawn = hub().set("route_servers/rs", {"name": "rs", "vnet": "hub", "peers": {}})
    for rules in ("azure-2021", "azure-2026"):
        found = netcore.read({**drawn.raw, "profile": rules}).problems
        unknown = [one.pointer for one in found if one.code == "unknown-to-provider"]
        assert unknown == (["/topology/route_servers/rs"] if rules == "azure-2021" else [])


def test_d53_a_default_route_told_by_bgp_takes_the_internet_away():
    drawn = office(None, 1, "0.0.0.0/0").host("shop", "203.0.113.5").public("pip", "198.51.100.4")
    drawn.set("nics/a/configurations/ip1/public_ip", "pip")
    done = ask(drawn, "vms/a", "hosts/shop").forward
    assert done.verdict.outcome.value == "not modelled"
    assert any(step.place == "gateway" for step in done.steps)
    drawn.table("t", propagation=False).set("subnets/app/route_table", "t")
    assert fate(drawn, "vms/a", "hosts/shop") == "delivered"
    assert visited(ask(drawn, "vms/a", "hosts/shop").forward) == ["a"]
