"""Facts G1-G6: peerings; H1-H15: gateways; I15 and I17: routing between guests."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import netcore
from netcore.control.peering import LinkState
from netcore.document.models import Direction
from tests.netcore.ask import ask, facts_of, fate, fates, routes_used, visited
from tests.netcore.build import Net, net


def facts_of_problems(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def two() -> Net:
    """[a] -- (left: v 10.0) ; [b] -- (right: w 10.1), not peered yet."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("left", "10.0.1.0/24")
        .vm("a", "left", "10.0.1.4")
        .vnet("w", "10.1.0.0/16")
        .subnet("right", "10.1.1.0/24")
        .vm("b", "right", "10.1.1.4")
    )


def hub(there: dict[str, Any] | None = None, **here: Any) -> Net:
    """[s1] -- (spoke1 10.1) -- (hub 10.0, gateway) -- (spoke2 10.2) -- [s2] ; {nva} in the hub."""
    return (
        net()
        .vnet("hub", "10.0.0.0/16")
        .subnet("dmz", "10.0.9.0/24")
        .appliance("nva", "dmz", "10.0.9.9")
        .table("t1", {"10.2.0.0/16": "10.0.9.9"})
        .table("t2", {"10.1.0.0/16": "10.0.9.9"})
        .vnet("spoke1", "10.1.0.0/16")
        .subnet("one", "10.1.1.0/24", table="t1")
        .vm("s1", "one", "10.1.1.4")
        .vnet("spoke2", "10.2.0.0/16")
        .subnet("two", "10.2.1.0/24", table="t2")
        .vm("s2", "two", "10.2.1.4")
        .peer("spoke1", "hub", there, **here)
        .peer("spoke2", "hub", there, **here)
    )


def office(**spoke: Any) -> Net:
    """[s1] -- (spoke1) -- (hub, VPN gateway) -- (office 192.168.7.9)"""
    flags = {"allow_gateway_transit": True, "use_remote_gateways": False}
    drawn = hub(flags, **spoke).gateway("gw", "192.168.7.0/24", vnet="hub")
    return drawn.host("office", "192.168.7.9", "gw")


def test_g1_both_links_or_nothing():
    drawn = two()
    assert drawn.network().peering("v", "w").state is LinkState.NONE
    drawn.link("v", "w")
    assert drawn.network().peering("v", "w").state is LinkState.INITIATED
    assert fate(drawn, "vms/a", "vms/b") != "delivered"
    assert fate(drawn, "vms/b", "vms/a") != "delivered"
    drawn.link("w", "v")
    assert drawn.network().peering("v", "w").state is LinkState.CONNECTED
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")


def test_g1_one_link_per_pair():
    drawn = two().link("v", "w").link("w", "v").set("peerings/again", {"vnet": "v", "remote_vnet": "w"})
    assert ("peering-twice", "G1") in facts_of_problems(drawn)
    assert ("peering-self", "G1") in facts_of_problems(two().link("v", "v"))


def test_g2_peers_share_no_address():
    drawn = two().vnet("x", "10.0.128.0/17").peer("v", "x")
    assert ("peering-overlap", "G2") in facts_of_problems(drawn)
    assert facts_of_problems(two().vnet("x", "10.0.128.0/17").peer("w", "x")) == set()


def test_g3_a_peer_of_a_peer_is_not_reached():
    """[a] -- v -- w -- x -- [c]"""
    drawn = two().peer("v", "w").vnet("x", "10.2.0.0/16").subnet("far", "10.2.1.0/24")
    drawn.vm("c", "far", "10.2.1.4").peer("w", "x")
    assert fate(drawn, "vms/b", "vms/c") == "delivered"
    assert fate(drawn, "vms/a", "vms/c") == "ROUTE_NONE_SYSTEM"
    assert "10.2.0.0/16" not in {str(p) for row in drawn.network().routes("a").rows for p in row.prefixes}


def test_g4_without_access_nothing_passes():
    """Either of the two links is enough to stop it, in both directions."""
    for flags in ({"allow_access": False}, {"there": {"allow_access": False}}):
        drawn = two().peer("v", "w", **flags)
        for way in (("vms/a", "vms/b"), ("vms/b", "vms/a")):
            done = ask(drawn, *way).forward.verdict
            assert done.code != "delivered"
            assert "G4" in done.facts


def test_g4_without_access_the_peer_leaves_the_tag():
    """[a] -- v -- w -- [b]: a rule for VirtualNetwork does not hold w any more."""

    def peers_in_tag(**flags: Any) -> bool:
        drawn = two().peer("v", "w", **flags).group("g").set("nics/a/security_group", "g")
        sets = drawn.network().rules("a", Direction.INBOUND)
        rule = next(rule for rule in sets[0].rules if rule.priority == 65000)
        assert rule.sources is not None
        return ip_address("10.1.1.4") in rule.sources

    assert peers_in_tag()
    assert not peers_in_tag(allow_access=False)


def test_g5_the_receiving_link_admits_forwarded_packets():
    """[s1] -> {nva} -> [s2]: the links of the spokes decide, those of the hub do not."""
    assert fate(hub(), "vms/s1", "vms/s2") == "PEERING_FORWARDED_OFF"
    assert fate(hub({"allow_forwarded": True}), "vms/s1", "vms/s2") == "PEERING_FORWARDED_OFF"
    open_spokes = hub({"allow_forwarded": False}, allow_forwarded=True)
    assert fates(open_spokes, "vms/s1", "vms/s2") == ("delivered", "delivered")
    done = ask(open_spokes, "vms/s1", "vms/s2")
    assert visited(done.forward) == ["s1", "nva", "s2"]
    assert "G5" in facts_of(done.forward)


def test_g5_direct_and_translated_packets_do_not_need_it():
    assert fate(hub(), "vms/s1", "vms/nva") == "delivered"
    assert fate(hub().set("vms/nva/guest/snat", True), "vms/s1", "vms/s2") == "delivered"


def test_g6_a_spoke_uses_the_gateway_of_its_hub():
    drawn = office(use_remote_gateways=True)
    assert routes_used(ask(drawn, "vms/s1", "hosts/office").forward) == [
        "VirtualNetworkGateway route 192.168.7.0/24 -> VirtualNetworkGateway"
    ]
    assert fates(drawn, "vms/s1", "hosts/office") == ("delivered", "delivered")
    assert fates(drawn, "hosts/office", "vms/s1") == ("delivered", "delivered")


def test_g6_without_it_the_spoke_learns_nothing_and_is_not_reached():
    drawn = office()
    assert fate(drawn, "vms/s1", "hosts/office") == "ROUTE_NONE_SYSTEM"
    assert fate(drawn, "hosts/office", "vms/s1") == "GW_TRANSIT_OFF"


def test_g6_what_the_link_of_a_spoke_requires():
    closed = hub(use_remote_gateways=True, there={"use_remote_gateways": False}).gateway("gw", vnet="hub")
    assert ("remote-gateway", "G6") in facts_of_problems(closed)
    assert facts_of_problems(office(use_remote_gateways=True)) == facts_of_problems(office())
    own = office(use_remote_gateways=True).gateway("gw1", vnet="spoke1")
    assert ("remote-gateway", "G6") in facts_of_problems(own)


def test_h1_one_gateway_of_a_kind():
    drawn = two().gateway("g1", vnet="v").gateway("g2", vnet="v", kind="expressroute")
    assert facts_of_problems(drawn) == set()
    assert ("gateway-twice", "H1") in facts_of_problems(drawn.gateway("g3", vnet="v"))


def hops(drawn: Net, nic: str = "a") -> set[tuple[str, tuple[str, ...]]]:
    """Return prefix and next hops of the gateway routes."""
    return {
        (str(prefix), tuple(str(hop) for hop in row.next_hop_ips))
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.source.value == "VirtualNetworkGateway" and row.active
    }


def test_h4_next_hop_of_gateway_routes():
    passive = two().public("pip", "203.0.113.9").gateway("g", "192.168.7.0/24", vnet="v", public_ip="pip")
    assert hops(passive) == {("192.168.7.0/24", ("203.0.113.9",))}
    active = two().gateway("g", "192.168.7.0/24", vnet="v", instances=["10.0.250.5", "10.0.250.4"])
    assert hops(active) == {("192.168.7.0/24", ("10.0.250.4", "10.0.250.5"))}


def test_h6_the_other_side_learns_peers_that_use_the_gateway_and_no_others():
    """(office) -> (hub) and, by transit, -> (spoke1); an address nobody has told it is not reached."""
    assert fate(office(use_remote_gateways=True), "hosts/office", "vms/nva") == "delivered"
    assert fate(office(use_remote_gateways=True), "hosts/office", "vms/s1") == "delivered"
    done = ask(office(use_remote_gateways=True), "hosts/office", "172.20.0.1").forward.verdict
    assert (done.code, "H6" in done.facts) == ("NO_SUCH_HOST", True)


def test_h7_prefixes_inside_the_network_are_filtered():
    drawn = two().gateway("g", "10.0.0.0/16", "10.0.7.0/24", "10.0.0.0/8", "0.0.0.0/0", vnet="v")
    assert {prefix for prefix, _ in hops(drawn)} == {"10.0.0.0/8", "0.0.0.0/0"}


def test_h7_too_many_prefixes_close_the_session():
    from dataclasses import replace

    from netcore.control.network import compile as compile_network
    from netcore.profiles import profile

    narrow = replace(profile("azure-2026"), gateway_prefix_limit=2)
    for count, left in ((2, 2), (3, 0)):
        learned = [f"192.168.{number}.0/24" for number in range(count)]
        network = compile_network(two().gateway("g", *learned, vnet="v").scenario(), narrow)
        rows = [row for row in network.routes("a").rows if row.source.value == "VirtualNetworkGateway"]
        assert len(rows) == left
    assert profile("azure-2026").gateway_prefix_limit == 4000


def test_h9_shorter_as_path_wins():
    drawn = two().gateway("g", "192.168.7.0/24", "192.168.7.0/24", vnet="v", instances=["10.0.250.4"])
    drawn.set("gateways/g/learned/l1/as_path", [65001, 65001]).set("gateways/g/learned/l2/as_path", [65002])
    rows = [row for row in drawn.network().routes("a").rows if row.source.value == "VirtualNetworkGateway"]
    assert [row.ref for row in rows] == ["gateways/g/learned/l2"]


def test_h10_expressroute_before_vpn_and_length_before_both():
    drawn = two().gateway("vpn", "192.168.7.0/24", "192.168.7.128/25", vnet="v", instances=["10.0.250.4"])
    drawn.gateway("er", "192.168.7.0/24", vnet="v", kind="expressroute", instances=["10.0.250.12"])
    assert hops(drawn) == {
        ("192.168.7.0/24", ("10.0.250.12",)),
        ("192.168.7.128/25", ("10.0.250.4",)),
    }


def test_h15_a_gateway_does_not_translate():
    done = ask(office(use_remote_gateways=True), "vms/s1", "hosts/office").forward
    assert str(done.steps[-1].after.source) == "10.1.1.4"
    assert "H15" in facts_of(done)


def behind(same: bool) -> Net:
    """[a] -- (one) ; {c} -- (one or two), and 192.0.2.0/24 behind c, which a's guest has learned."""
    drawn = net().vnet("v", "10.0.0.0/16").table("t").subnet("one", "10.0.1.0/24", table="t")
    drawn.subnet("two", "10.0.2.0/24")
    routes = {"bgp": {"prefix": "192.0.2.0/24", "via": "10.0.1.5" if same else "10.0.1.1"}}
    drawn.vm("a", "one", "10.0.1.4", guest={"routes": routes})
    place, address = ("one", "10.0.1.5") if same else ("two", "10.0.2.4")
    return drawn.appliance("c", place, address, loopback=["192.0.2.1"])


def test_i15_the_fabric_ignores_what_guests_have_learned():
    drawn = behind(same=False)
    assert fate(drawn, "vms/a", "vms/c", "tcp/179") == "delivered"
    done = ask(drawn, "vms/a", "192.0.2.1").forward
    assert routes_used(done) == ["Default route 0.0.0.0/0 -> Internet"]
    assert visited(done) == ["a"]
    drawn.route("t", "u", "192.0.2.0/24", "10.0.2.4")
    assert fate(drawn, "vms/a", "192.0.2.1") == "delivered"


def test_i17_neighbours_are_no_exception():
    done = ask(behind(same=True), "vms/a", "192.0.2.1").forward
    assert visited(done) == ["a"]
    assert "B10" in facts_of(done)
