"""Facts D1-D30 and D60-D66: which routes a NIC has, and which of them wins."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

import netcore
from netcore.control.network import compile as compile_network
from netcore.profiles import profile
from tests.netcore.ask import ask, fate, fates, visited
from tests.netcore.build import Net, net

PROFILES = ("azure-2021", "azure-2026")
NONE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"}

Row = tuple[str, str, str, str]


def lab(*ranges: str, profile: str = "azure-2026") -> Net:
    """[a] -- (app), table ``t``."""
    first = (ranges or ("10.0.0.0/16",))[0]
    start = first.split("/")[0]
    return (
        net(profile)
        .vnet("v", *(ranges or ("10.0.0.0/16",)))
        .table("t")
        .subnet("app", f"{start}/24", table="t")
        .vm("a", "app", start.rsplit(".", 1)[0] + ".4")
    )


def rows(drawn: Net, nic: str = "a") -> set[Row]:
    """Return source, state, prefix and next hop type of every row."""
    return {
        (row.source.value, row.state.value, str(prefix), row.next_hop_type.value)
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
    }


def none_rows(drawn: Net) -> set[str]:
    """Return the prefixes of the built-in None routes that are left."""
    return {prefix for source, _, prefix, hop in rows(drawn) if hop == "None" and source == "Default"}


def winner(drawn: Net, destination: str, nic: str = "a") -> tuple[str, str, str]:
    """Return source, prefix and next hop type of the route that wins."""
    chosen = drawn.network().routes(nic).select(ip_address(destination))
    route = chosen.routes[0]
    return route.source.value, str(chosen.prefix), route.next_hop_type.value


@pytest.mark.parametrize("profile", PROFILES)
def test_d1_implicit_routes_of_every_subnet(profile: str):
    local = ("Default", "Active", "192.0.2.0/24", "VnetLocal")
    internet = ("Default", "Active", "0.0.0.0/0", "Internet")
    discards = {("Default", "Active", prefix, "None") for prefix in NONE}
    assert rows(lab("192.0.2.0/24", profile=profile)) == {local, internet, *discards}


def test_d2_local_routes_stand_for_ranges_and_not_for_subnets():
    drawn = lab("10.0.0.0/16", "10.7.0.0/16").subnet("db", "10.0.2.0/24").subnet("x", "10.7.1.0/24")
    local = {prefix for _, _, prefix, hop in rows(drawn) if hop == "VnetLocal"}
    assert local == {"10.0.0.0/16", "10.7.0.0/16"}


def test_d3_range_equal_to_a_discarded_one_turns_local():
    drawn = lab("10.0.0.0/8")
    assert none_rows(drawn) == NONE - {"10.0.0.0/8"}
    assert ("Default", "Active", "10.0.0.0/8", "VnetLocal") in rows(drawn)


def test_d4_range_around_a_discarded_one_removes_it():
    drawn = lab("172.0.0.0/8")
    assert none_rows(drawn) == NONE - {"172.16.0.0/12"}
    assert winner(drawn, "172.16.0.9") == ("Default", "172.0.0.0/8", "VnetLocal")


def test_d5_range_inside_a_discarded_one_leaves_it():
    drawn = lab("10.0.0.0/16")
    assert none_rows(drawn) == NONE
    assert fate(drawn, "vms/a", "10.99.0.1") == "ROUTE_NONE_SYSTEM"


@pytest.mark.parametrize("hop", ["10.0.9.9", "VirtualNetworkGateway"])
def test_d6_user_default_route_removes_all_discards(hop: str):
    drawn = lab().route("t", "all", "0.0.0.0/0", hop)
    assert none_rows(drawn) == set()
    assert winner(drawn, "192.168.5.5")[1] == "0.0.0.0/0"


def test_d6_learned_default_route_does_the_same():
    assert none_rows(lab().gateway("gw", "0.0.0.0/0")) == set()


@pytest.mark.parametrize("hop", ["Internet", "None"])
def test_d6_other_default_routes_leave_them(hop: str):
    assert none_rows(lab().route("t", "all", "0.0.0.0/0", hop)) == NONE


def test_d6_an_ipv6_default_route_leaves_the_ipv4_discards():
    drawn = lab("10.0.0.0/16", "fd00:db8::/48").set("subnets/app/prefixes", ["10.0.0.0/24", "fd00:db8::/64"])
    drawn.route("t", "six", "::/0", "fd00:db8::9")
    assert none_rows(drawn) == NONE
    assert none_rows(drawn.route("t", "four", "0.0.0.0/0", "10.0.9.9")) == set()


def test_d7_user_route_with_the_very_prefix_removes_only_that_row():
    drawn = lab().route("t", "ten", "10.0.0.0/8", "10.0.9.9")
    assert none_rows(drawn) == NONE - {"10.0.0.0/8"}
    assert {state for _, state, prefix, _ in rows(drawn) if prefix == "10.0.0.0/8"} == {"Active"}


def test_d8_the_list_of_discards_belongs_to_the_profile():

    more = replace(profile("azure-2026"), none_prefixes=(ip_network("198.18.0.0/15"),))
    view = compile_network(lab().scenario(), more)
    discards = {str(p) for row in view.routes("a").rows for p in row.prefixes if row.next_hop_type == "None"}
    assert discards == {"198.18.0.0/15"}


def test_d9_overridden_system_routes_stay_listed_as_invalid():
    drawn = lab().vnet("w", "10.8.0.0/16").peer("v", "w")
    for number, prefix in enumerate(("10.0.0.0/16", "10.8.0.0/16", "0.0.0.0/0")):
        drawn.route("t", f"u{number}", prefix, "10.0.9.9")
    assert {row for row in rows(drawn) if row[1] == "Invalid"} == {
        ("Default", "Invalid", "10.0.0.0/16", "VnetLocal"),
        ("Default", "Invalid", "10.8.0.0/16", "VNetPeering"),
        ("Default", "Invalid", "0.0.0.0/0", "Internet"),
    }


def test_d10_peering_and_gateway_add_to_every_subnet_and_an_endpoint_to_its_own():
    drawn = lab().vnet("w", "10.8.0.0/16", "10.9.0.0/16").peer("v", "w")
    drawn.subnet("db", "10.0.2.0/24", vnet="v", service_endpoints=["Microsoft.Storage"])
    drawn.vm("b", "db", "10.0.2.4").tag("Microsoft.Storage", "203.0.113.0/24")
    drawn.gateway("gw", "192.168.7.0/24", vnet="v")
    common = {
        ("Default", "Active", "10.8.0.0/16", "VNetPeering"),
        ("Default", "Active", "10.9.0.0/16", "VNetPeering"),
        ("VirtualNetworkGateway", "Active", "192.168.7.0/24", "VirtualNetworkGateway"),
    }
    endpoint = ("Default", "Active", "203.0.113.0/24", "VirtualNetworkServiceEndpoint")
    assert common <= rows(drawn, "a")
    assert common <= rows(drawn, "b")
    assert endpoint not in rows(drawn, "a")
    assert endpoint in rows(drawn, "b")


def test_d11_a_peer_of_another_region_shows_as_global():
    drawn = lab().vnet("w", "10.8.0.0/16", region="eastus").peer("v", "w")
    assert ("Default", "Active", "10.8.0.0/16", "VNetGlobalPeering") in rows(drawn)


def test_d20_longest_prefix_then_user_then_learned_then_system():
    drawn = lab().gateway("gw", "203.0.113.0/24", "198.51.100.0/24", "0.0.0.0/0")
    drawn.route("t", "wide", "203.0.0.0/16", "None").route("t", "same", "198.51.100.0/24", "None")
    assert winner(drawn, "203.0.113.7")[:2] == ("VirtualNetworkGateway", "203.0.113.0/24")
    assert winner(drawn, "203.0.1.7")[:2] == ("User", "203.0.0.0/16")
    assert winner(drawn, "198.51.100.7")[:2] == ("User", "198.51.100.0/24")
    assert winner(drawn, "192.0.2.7")[:2] == ("VirtualNetworkGateway", "0.0.0.0/0")


def test_d21_vnet_route_beats_bgp():
    """[a] -- (app) ; a gateway of the peer has learned a part of v, which v ignores."""
    drawn = lab().vnet("hub", "10.8.0.0/16").gateway("gw", "10.0.1.0/24", "10.0.0.0/15")
    drawn.link("v", "hub", use_remote_gateways=True).link("hub", "v", allow_gateway_transit=True)
    assert winner(drawn, "10.0.1.4") == ("Default", "10.0.0.0/16", "VnetLocal")
    assert winner(drawn, "10.1.0.4")[:2] == ("VirtualNetworkGateway", "10.0.0.0/15")


def test_d21_peering_and_service_endpoint_routes_beat_bgp():
    drawn = lab().vnet("w", "10.8.0.0/16").peer("v", "w").tag("Microsoft.Storage", "203.0.112.0/23")
    drawn.set("subnets/app/service_endpoints", ["Microsoft.Storage"])
    drawn.gateway("gw", "10.8.1.0/24", "203.0.113.0/24", vnet="v")
    assert winner(drawn, "10.8.1.4") == ("Default", "10.8.0.0/16", "VNetPeering")
    assert winner(drawn, "203.0.113.4")[2] == "VirtualNetworkServiceEndpoint"


def test_d22_user_routes_win_when_as_long_or_longer():
    longer = lab().route("t", "u", "10.0.1.0/24", "10.0.9.9")
    assert winner(longer, "10.0.1.4") == ("User", "10.0.1.0/24", "VirtualAppliance")
    assert winner(longer, "10.0.2.4") == ("Default", "10.0.0.0/16", "VnetLocal")
    equal = lab().route("t", "u", "10.0.0.0/16", "10.0.9.9")
    assert winner(equal, "10.0.2.4")[0] == "User"
    shorter = lab().route("t", "u", "10.0.0.0/8", "10.0.9.9")
    assert winner(shorter, "10.0.2.4")[0] == "Default"


def test_d23_longer_learned_route_beats_a_shorter_user_route():
    drawn = lab().gateway("gw", "10.5.0.0/16").route("t", "u", "10.0.0.0/8", "10.0.9.9")
    assert winner(drawn, "10.5.0.4")[0] == "VirtualNetworkGateway"
    drawn.set("route_tables/t/gateway_propagation", False)
    assert winner(drawn, "10.5.0.4")[:2] == ("User", "10.0.0.0/8")


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8"])
def test_d24_longer_peering_route_beats_a_shorter_user_route(prefix: str):
    drawn = lab().vnet("w", "10.8.0.0/16").peer("v", "w").route("t", "u", prefix, "10.0.9.9")
    assert winner(drawn, "10.8.0.4") == ("Default", "10.8.0.0/16", "VNetPeering")


def test_d25_ties_of_service_tags():
    """One prefix by five names; the names are taken away one after the other."""
    names = ["203.0.113.0/24", "Storage.WestEurope", "Storage", "AzureCloud.WestEurope", "AzureCloud"]
    drawn = lab()
    for name in names[1:]:
        drawn.tag(name, "203.0.113.0/24")
    for number, name in enumerate(reversed(names)):
        drawn.route("t", f"r{number}", name, "None")
    for number in range(len(names) - 1, -1, -1):
        chosen = drawn.network().routes("a").select(ip_address("203.0.113.7")).routes
        assert [route.ref for route in chosen] == [f"route_tables/t/routes/r{number}"]
        del drawn.raw["topology"]["route_tables"]["t"]["routes"][f"r{number}"]


def test_d25_at_most_25_routes_by_tag():
    def with_tags(count: int) -> list[str]:
        drawn = lab()
        for number in range(count):
            drawn.tag(f"Service{number}", f"203.0.113.{number}/32")
            drawn.route("t", f"r{number}", f"Service{number}", "None")
        return [code for code, _ in drawn.problems()]

    assert with_tags(25) == []
    assert with_tags(26) == ["too-many-tag-routes"]


def test_d30_only_the_destination_counts():
    """[a] has two addresses; port, protocol and source change nothing about the route."""
    drawn = lab().subnet("dmz", "10.0.9.0/24").appliance("nva", "dmz", "10.0.9.9").subnet("db", "10.0.2.0/24")
    drawn.vm("b", "db", "10.0.2.4").route("t", "u", "10.0.2.0/24", "10.0.9.9")
    network = drawn.network()
    for flow in ("tcp/443", "tcp/22", "udp/53", "icmp"):
        assert visited(ask(network, "vms/a", "vms/b", flow).forward) == ["a", "nva", "b"]


def test_d60_a_table_belongs_to_the_region_of_its_subnets():
    drawn = lab().set("route_tables/t/region", "eastus")
    assert [(p.code, p.fact) for p in netcore.read(drawn.document()).problems] == [
        ("route-table-region", "D60")
    ]


def test_d60_one_table_serves_many_subnets():
    drawn = lab().subnet("db", "10.0.2.0/24", table="t").vm("b", "db", "10.0.2.4")
    drawn.route("t", "u", "203.0.113.0/24", "None")
    assert rows(drawn, "a") == rows(drawn, "b")


def test_d61_a_table_acts_on_what_leaves_and_not_on_what_arrives():
    """[b] -- (db, no table) ; [a] -- (app, table throws all of db away)"""
    drawn = lab().subnet("db", "10.0.2.0/24").vm("b", "db", "10.0.2.4")
    drawn.route("t", "u", "10.0.0.0/16", "None")
    assert fates(drawn, "vms/b", "vms/a") == ("delivered", "ROUTE_NONE_USER")


def test_d62_a_table_without_propagation_has_no_learned_route():
    drawn = (
        lab()
        .gateway("gw", "192.168.7.0/24", "0.0.0.0/0")
        .subnet("db", "10.0.2.0/24")
        .vm("b", "db", "10.0.2.4")
    )
    drawn.set("route_tables/t/gateway_propagation", False)
    assert not {row for row in rows(drawn, "a") if row[0] == "VirtualNetworkGateway"}
    assert {row[2] for row in rows(drawn, "b") if row[0] == "VirtualNetworkGateway"} == {
        "192.168.7.0/24",
        "0.0.0.0/0",
    }


def test_d66_service_endpoint_beats_a_user_default_route():
    drawn = lab().tag("Microsoft.Storage", "203.0.113.0/24").route("t", "all", "0.0.0.0/0", "None")
    drawn.set("subnets/app/service_endpoints", ["Microsoft.Storage"])
    assert fate(drawn, "vms/a", "203.0.113.7") == "delivered"
    assert fate(drawn, "vms/a", "198.51.100.7") == "ROUTE_NONE_USER"
