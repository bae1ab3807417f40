"""Facts D26-D29 and D40-D54: what a lookup does to a packet."""

from __future__ import annotations

import pytest

from netcore.trace.model import Outcome
from tests.netcore.ask import ask, fate, fates, one, routes_used, visited
from tests.netcore.build import Net, net


def lab(*, forwarding: bool = True) -> Net:
    """[a] -- (app 10.0.1) ; {nva} in (nva 10.0.9) ; [b] -- (db 10.0.2); table ``t`` on app."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t")
        .subnet("app", "10.0.1.0/24", table="t")
        .subnet("db", "10.0.2.0/24")
        .subnet("dmz", "10.0.9.0/24")
        .vm("a", "app", "10.0.1.4")
        .vm("b", "db", "10.0.2.4")
        .vm("nva", "dmz", "10.0.9.4", guest={"forwarding": forwarding}, ip_forwarding=True)
    )


def test_d26_equal_gateway_routes_share_flows_by_hash():
    """An active-active gateway gives two next hops; one flow keeps its own, many flows use both."""
    drawn = lab().gateway("gw", "10.9.0.0/16", instances=["10.0.250.4", "10.0.250.5"])
    drawn.host("office", "10.9.0.9", "gw")
    network = drawn.network()
    first = ask(network, "vms/a", "hosts/office").forward
    assert [branch.share for branch in first.branches] == [0.5, 0.5]
    assert {branch.label for branch in first.branches} == {"10.0.250.4", "10.0.250.5"}
    labels = {
        ask(network, "vms/a", "hosts/office", source_port=port).forward.branches[0].label
        for port in range(50000, 50040)
    }
    assert labels == {"10.0.250.4", "10.0.250.5"}


def test_d27_next_hop_is_not_looked_up_again():
    """The next hop 10.0.9.4 lies in a prefix that the same table throws away; the packet reaches it."""
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4").route("t", "trap", "10.0.9.0/24", "None")
    assert visited(ask(drawn, "vms/a", "vms/b").forward) == ["a", "nva", "b"]
    assert fate(drawn, "vms/a", "vms/nva") == "ROUTE_NONE_USER"


def test_d28_lookup_at_each_emitting_nic_and_nowhere_else():
    """What the appliance sends on is looked up in its own table; the table of the receiver plays no part."""
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4")
    drawn.table("back", {"10.0.0.0/16": "None"}).set("subnets/db/route_table", "back")
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "ROUTE_NONE_USER")
    drawn.table("mid", {"10.0.2.0/24": "None"}).set("subnets/dmz/route_table", "mid")
    done = ask(drawn, "vms/a", "vms/b").forward
    assert done.verdict.code == "ROUTE_NONE_USER"
    assert done.verdict.at == "nics/nva"


def test_d29_each_direction_is_looked_up_on_its_own():
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4")
    done = ask(drawn, "vms/a", "vms/b")
    assert visited(done.forward) == ["a", "nva", "b"]
    assert visited(done.back) == ["b", "a"]


def test_d29_stateful_appliance_drops_packet_3_of_a_half_seen_handshake():
    """Only app has a table: nva sees packet 1 and never the answer; UDP does not mind."""
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4").set("vms/nva/guest/stateful", True)
    done = ask(drawn, "vms/a", "vms/b", "tcp/1433")
    assert done.forward.verdict.outcome is Outcome.DELIVERED
    assert done.back is not None
    assert done.back.verdict.outcome is Outcome.DELIVERED
    assert done.third is not None
    assert (done.third.verdict.code, done.third.verdict.at) == ("STATE_MISSING", "vms/nva")
    assert "Packet 3" in done.third.verdict.sentence
    assert done.verdict.code == "STATE_MISSING"
    assert not done.delivered
    assert ask(drawn, "vms/a", "vms/b", "udp/53").delivered


def test_d29_stateful_appliance_drops_an_answer_without_its_request():
    """Only db has a table: the answer alone passes nva."""
    drawn = lab().table("u", {"10.0.1.0/24": "10.0.9.4"}).set("subnets/db/route_table", "u")
    drawn.set("vms/nva/guest/stateful", True)
    done = ask(drawn, "vms/a", "vms/b")
    assert done.back is not None
    assert (done.back.verdict.code, done.back.verdict.at) == ("STATE_MISSING", "vms/nva")
    assert ask(drawn, "vms/a", "vms/b", "udp/53").delivered


@pytest.mark.parametrize("repair", ["mirror route", "source translation"])
def test_d29_two_repairs_of_the_half_seen_handshake(repair: str):
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4").set("vms/nva/guest/stateful", True)
    if repair == "mirror route":
        drawn.table("u", {"10.0.1.0/24": "10.0.9.4"}).set("subnets/db/route_table", "u")
    else:
        drawn.set("vms/nva/guest/snat", True)
    done = ask(drawn, "vms/a", "vms/b")
    assert done.delivered
    assert visited(done.back) == ["b", "nva", "a"]
    seen = done.forward.steps[-1].after.source
    assert str(seen) == ("10.0.1.4" if repair == "mirror route" else "10.0.9.4")


def test_d40_each_next_hop_type_sends_its_own_way():
    """One table, five types; the answers name the route that decided."""
    drawn = lab().gateway("gw", "192.168.0.0/16").host("office", "192.168.10.4", "gw")
    drawn.set("route_tables/t/gateway_propagation", False).host("shop", "203.0.113.5")
    drawn.set("subnets/app/default_outbound", True)
    for key, prefix, hop in (
        ("inet", "203.0.113.0/24", "Internet"),
        ("none", "10.0.66.0/24", "None"),
        ("gw", "192.168.10.0/24", "VirtualNetworkGateway"),
        ("nva", "10.0.0.0/16", "10.0.9.4"),
        ("own", "10.0.2.0/24", "VnetLocal"),
    ):
        drawn.route("t", key, prefix, hop)
    drawn.subnet("lab", "10.0.40.0/24").vm("l", "lab", "10.0.40.4")
    network = drawn.network()
    assert visited(ask(network, "vms/a", "vms/b").forward) == ["a", "b"]
    assert visited(ask(network, "vms/a", "vms/l").forward) == ["a", "nva", "l"]
    assert ask(network, "vms/a", "hosts/office").delivered
    assert ask(network, "vms/a", "hosts/shop").delivered
    assert fate(network, "vms/a", "10.0.66.5") == "ROUTE_NONE_USER"
    assert fate(network, "vms/a", "192.168.20.5") == "ROUTE_NONE_SYSTEM"
    assert routes_used(ask(network, "vms/a", "vms/l").forward)[0] == (
        "User route 10.0.0.0/16 -> VirtualAppliance 10.0.9.4"
    )


def far(peered: bool) -> Net:
    """The appliance of the route stands in another virtual network."""
    drawn = lab().vnet("w", "10.8.0.0/16").subnet("wlan", "10.8.0.0/24").appliance("fw", "wlan", "10.8.0.4")
    drawn.route("t", "out", "10.0.2.0/24", "10.8.0.4")
    return drawn.peer("v", "w", allow_forwarded=True) if peered else drawn


def test_d41_next_hop_in_the_same_or_a_directly_peered_network():
    assert visited(ask(far(peered=True), "vms/a", "vms/b").forward) == ["a", "fw", "b"]
    assert fate(far(peered=False), "vms/a", "vms/b") == "NH_UNREACHABLE"


def test_d41_next_hop_two_peerings_away_is_not_reachable():
    drawn = (
        lab()
        .vnet("mid", "10.7.0.0/16")
        .vnet("w", "10.8.0.0/16")
        .subnet("wlan", "10.8.0.0/24")
        .appliance("fw", "wlan", "10.8.0.4")
        .peer("v", "mid")
        .peer("mid", "w")
        .route("t", "out", "10.0.2.0/24", "10.8.0.4")
    )
    assert fate(drawn, "vms/a", "vms/b") == "NH_UNREACHABLE"


def test_d42_a_dead_next_hop_still_wins():
    """No fallback to the system route, neither for a stopped appliance nor for an address nobody holds."""
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4").set("vms/nva/power", "stopped")
    done = ask(drawn, "vms/a", "vms/b").forward.verdict
    assert done.code == "NH_STOPPED"
    assert "no fallback" in (done.mend or "")
    nobody = lab().route("t", "out", "10.0.2.0/24", "10.0.9.99")
    assert fate(nobody, "vms/a", "vms/b") == "NH_UNREACHABLE"


def test_d42_a_stopped_next_hop_is_named_as_the_route_names_it():
    """The route names the second address of the appliance."""
    drawn = lab().vm("old", "dmz", "10.0.9.8", "10.0.9.9", power="stopped", ip_forwarding=True)
    done = ask(drawn.route("t", "o", "10.0.2.0/24", "10.0.9.9"), "vms/a", "vms/b").forward.verdict
    assert done.code == "NH_STOPPED"
    assert "10.0.9.9" in done.sentence
    assert "10.0.9.8" not in done.sentence


def test_d43_next_hop_needs_the_flag_and_the_guest():
    drawn = lab().route("t", "out", "10.0.2.0/24", "10.0.9.4")
    assert fate(drawn, "vms/a", "vms/b") == "delivered"
    assert fate(drawn.set("nics/nva/ip_forwarding", False), "vms/a", "vms/b") == "DST_NOT_OWNED"
    assert (
        fate(lab(forwarding=False).route("t", "o", "10.0.2.0/24", "10.0.9.4"), "vms/a", "vms/b")
        == "OS_FORWARDING_OFF"
    )


def test_d44_gateway_routes_need_a_vpn_gateway():
    drawn = lab().route("t", "gw", "192.168.0.0/16", "VirtualNetworkGateway")
    assert fate(drawn, "vms/a", "192.168.0.9") == "NO_GATEWAY"
    vpn = lab().route("t", "gw", "192.168.0.0/16", "VirtualNetworkGateway").gateway("gw", "192.168.0.0/16")
    vpn.host("office", "192.168.0.9", "gw")
    assert fates(vpn, "vms/a", "hosts/office") == ("delivered", "delivered")
    vpn.set("gateways/gw/kind", "expressroute")
    assert fate(vpn, "vms/a", "192.168.0.9") == "ROUTE_INVALID_NH"


def test_d44_the_gateway_of_a_peer_serves():
    drawn = (
        lab()
        .vnet("hub", "10.5.0.0/16")
        .gateway("gw", "192.168.0.0/16")
        .host("office", "192.168.0.9", "gw")
        .link("v", "hub", use_remote_gateways=True)
        .link("hub", "v", allow_gateway_transit=True)
        .route("t", "gw", "192.168.0.0/16", "VirtualNetworkGateway")
    )
    assert fates(drawn, "vms/a", "hosts/office") == ("delivered", "delivered")
    assert fates(drawn, "hosts/office", "vms/a") == ("delivered", "delivered")


def test_d45_vnet_local_punches_a_hole_and_stays_inside():
    """db is reached past the appliance; an address of a peered network is not reached by VnetLocal."""
    drawn = lab().route("t", "all", "10.0.0.0/16", "10.0.9.4").route("t", "db", "10.0.2.0/24", "VnetLocal")
    assert visited(ask(drawn, "vms/a", "vms/b").forward) == ["a", "b"]
    drawn.vnet("w", "10.8.0.0/16").subnet("wlan", "10.8.0.0/24").vm("c", "wlan", "10.8.0.4").peer("v", "w")
    assert fate(drawn, "vms/a", "vms/c") == "delivered"
    drawn.route("t", "w", "10.8.0.0/16", "VnetLocal")
    assert fate(drawn, "vms/a", "vms/c") == "NO_SUCH_HOST"


def test_d46_internet_route_with_a_private_destination_is_dropped():
    drawn = lab().route("t", "w", "10.8.0.0/16", "Internet").set("subnets/app/default_outbound", True)
    done = ask(drawn, "vms/a", "10.8.0.4").forward.verdict
    assert done.code == "NO_SUCH_HOST"
    assert "D46" in done.facts
    drawn.route("t", "p", "203.0.113.0/24", "Internet")
    assert fate(drawn, "vms/a", "203.0.113.7") == "delivered"


def test_d47_none_drops_and_says_whose_route_it_was():
    drawn = lab().route("t", "n", "10.0.2.0/24", "None")
    done = ask(drawn, "vms/a", "vms/b").forward
    assert done.verdict.code == "ROUTE_NONE_USER"
    assert done.steps[-1].matched is not None
    assert done.steps[-1].matched.ref == "route_tables/t/routes/n"
    assert [match.text for match in done.steps[-1].overridden] == []
    assert fate(lab(), "vms/a", "172.31.0.100") == "ROUTE_NONE_SYSTEM"


@pytest.mark.parametrize("prefix", ["10.0.1.0/24", "10.0.1.5/32"])
def test_d48_neighbours_in_one_subnet_can_be_steered(prefix: str):
    drawn = lab().vm("a2", "app", "10.0.1.5").route("t", "n", prefix, "10.0.9.4")
    assert visited(ask(drawn, "vms/a", "vms/a2").forward) == ["a", "nva", "a2"]


def test_d49_appliance_in_the_subnet_it_guards_loops():
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t", {"10.0.0.0/24": "10.0.0.9"})
        .subnet("lan", "10.0.0.0/24", table="t")
        .vm("a", "lan", "10.0.0.4")
        .vm("b", "lan", "10.0.0.5")
        .appliance("guard", "lan", "10.0.0.9")
    )
    done = ask(drawn, "vms/a", "vms/b").forward.verdict
    assert (done.outcome, done.code, done.at) == (Outcome.LOOPED, "LOOP", "vms/guard")
    drawn.set("vms/guard/guest/snat", True)
    assert fate(drawn, "vms/a", "vms/b") == "LOOP"


def test_d49_a_table_on_the_appliances_own_subnet_is_no_loop_by_itself():
    """Two subnets, one table on both clients' subnets, none on the appliance's: every pair passes it once."""
    drawn = lab().table("u", {"10.0.1.0/24": "10.0.9.4"}).set("subnets/db/route_table", "u")
    drawn.route("t", "o", "10.0.2.0/24", "10.0.9.4")
    done = ask(drawn, "vms/a", "vms/b")
    assert visited(done.forward).count("nva") == visited(done.back).count("nva") == 1


def test_d50_default_route_leads_to_the_internet():
    drawn = lab().host("shop", "198.51.100.9").set("subnets/app/default_outbound", True)
    assert routes_used(ask(drawn, "vms/a", "hosts/shop").forward) == ["Default route 0.0.0.0/0 -> Internet"]
    assert fates(drawn, "vms/a", "hosts/shop") == ("delivered", "delivered")


def test_d51_overridden_default_takes_what_matches_nothing_else():
    """Also private addresses nobody routes, for the None rows are gone; not the virtual network itself."""
    drawn = lab().route("t", "all", "0.0.0.0/0", "10.0.9.4")
    for address in ("198.51.100.7", "192.168.5.5"):
        assert visited(one(drawn, "vms/a", address).forward)[:2] == ["a", "nva"]
    assert visited(ask(drawn, "vms/a", "vms/b").forward) == ["a", "b"]


def published(**fw: object) -> Net:
    """[client] -- public address of [a]; a's subnet sends everything to {nva}."""
    return (
        lab()
        .route("t", "all", "0.0.0.0/0", "10.0.9.4")
        .public("pip", "203.0.113.4")
        .set("nics/a/configurations/ip1/public_ip", "pip")
        .group("g", "100 in allow * * * *")
        .set("nics/a/security_group", "g")
        .set("subnets/dmz/default_outbound", True)
        .set("vms/nva/guest", {"forwarding": True, **fw})
        .host("client", "198.51.100.10")
    )


@pytest.mark.parametrize(
    ("guest", "code", "at"),
    [
        ({"stateful": True}, "STATE_MISSING", "vms/nva"),
        ({}, "NO_OUTBOUND", "nics/nva"),
        ({"snat": True}, "STATE_MISSING", "hosts/client"),
    ],
    ids=["stateful", "plain", "source translation"],
)
def test_d52_inbound_breaks_when_the_default_route_is_overridden(guest: dict[str, bool], code: str, at: str):
    done = ask(published(**guest), "hosts/client", "vms/a")
    assert done.forward.verdict.outcome is Outcome.DELIVERED
    assert done.back is not None
    assert (done.back.verdict.code, done.back.verdict.at) == (code, at)


def test_d52_a_more_specific_internet_route_repairs_it():
    drawn = published(stateful=True).route("t", "client", "198.51.100.0/24", "Internet")
    assert fates(drawn, "hosts/client", "vms/a") == ("delivered", "delivered")


def test_d53_a_default_route_from_on_premises_takes_the_internet_away():
    drawn = lab().gateway("gw", "0.0.0.0/0").host("shop", "198.51.100.9")
    drawn.set("subnets/app/default_outbound", True)
    done = ask(drawn, "vms/a", "hosts/shop").forward
    assert routes_used(done) == ["VirtualNetworkGateway route 0.0.0.0/0 -> VirtualNetworkGateway"]
    assert done.verdict.outcome is Outcome.NOT_MODELLED
    drawn.set("route_tables/t/gateway_propagation", False)
    assert fate(drawn, "vms/a", "hosts/shop") == "delivered"


def test_d54_default_route_none_closes_the_internet_only():
    drawn = lab().route("t", "all", "0.0.0.0/0", "None").set("subnets/app/default_outbound", True)
    assert fate(drawn, "vms/a", "198.51.100.9") == "ROUTE_NONE_USER"
    assert fate(drawn, "vms/a", "vms/b") == "delivered"
