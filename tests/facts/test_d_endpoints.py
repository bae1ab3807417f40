"""Fact D67: private endpoints; and connected groups, which published effective routes show (fact D10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netcore.control.network import compile as compile_network
from netcore.profiles import profile
from tests.netcore.ask import ask, facts_of, fate, fates, routes_used, visited
from tests.netcore.build import Net, net

POLICIES = ("none", "security-groups", "route-tables", "all")


def lab(policies: str = "none", prefix: str | None = None, *, peered: bool = True) -> Net:
    """[c] -- (client, table) -- (home 10.1: endpoint .5 in its own subnet) ; {f}, a firewall in the hub."""
    drawn = net().vnet("home", "10.1.0.0/16").subnet("pe", "10.1.0.0/24", endpoint_policies=policies)
    drawn.set("private_endpoints/sql", {"name": "sql", "subnet": "pe", "address": "10.1.0.5"})
    drawn.vnet("hub", "10.9.0.0/16").subnet("fw", "10.9.0.0/24").appliance("f", "fw", "10.9.0.4", snat=True)
    drawn.peer("home", "hub", allow_forwarded=True).table("t", {prefix: "10.9.0.4"} if prefix else {})
    if peered:
        drawn.vnet("other", "10.2.0.0/16").peer("other", "home").peer("other", "hub", allow_forwarded=True)
        return drawn.subnet("client", "10.2.1.0/24", table="t").vm("c", "client", "10.2.1.4")
    return drawn.subnet("client", "10.1.1.0/24", table="t", vnet="home").vm("c", "client", "10.1.1.4")


def rows(drawn: Net, nic: str = "c") -> set[tuple[str, str]]:
    """Return state and prefix of the rows of private endpoints."""
    return {
        (row.state.value, str(prefix))
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if row.next_hop_type.value == "InterfaceEndpoint"
    }


def test_d67_a_route_in_its_network_and_in_direct_peers_only():
    drawn = (
        lab()
        .vnet("far", "10.3.0.0/16")
        .peer("far", "hub")
        .subnet("x", "10.3.1.0/24")
        .vm("x", "x", "10.3.1.4")
    )
    assert rows(drawn, "c") == rows(drawn, "f") == {("Active", "10.1.0.5/32")}
    assert rows(drawn, "x") == set()
    assert rows(lab(peered=False)) == {("Active", "10.1.0.5/32")}
    assert fate(drawn, "vms/x", "10.1.0.5") == "ROUTE_NONE_SYSTEM"


@pytest.mark.parametrize("peered", [True, False])
def test_d67_the_endpoint_takes_and_answers(peered: bool):
    done = ask(lab(peered=peered), "vms/c", "10.1.0.5")
    assert done.delivered
    assert done.forward.verdict.at == "private_endpoints/sql"
    assert routes_used(done.forward) == ["Default route 10.1.0.5/32 -> InterfaceEndpoint"]
    assert "D67" in facts_of(done.forward)
    assert str(done.back.steps[-1].after.destination if done.back else "") == (
        "10.2.1.4" if peered else "10.1.1.4"
    )


@pytest.mark.parametrize("peered", [True, False])
@pytest.mark.parametrize("policies", POLICIES)
@pytest.mark.parametrize(
    "prefix", ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24", "10.1.0.4/31", "10.1.0.5/32"]
)
def test_d67_which_user_routes_catch_it(peered: bool, policies: str, prefix: str):
    """As the documentation's table: only with policies for routes, and not with a supernet of the network."""
    drawn = lab(policies, prefix, peered=peered)
    long = int(prefix.split("/")[1]) >= 16
    caught = prefix.endswith("/32") or (policies in ("route-tables", "all") and long)
    assert rows(drawn) == {("Invalid" if caught else "Active", "10.1.0.5/32")}
    done = ask(drawn, "vms/c", "10.1.0.5")
    assert visited(done.forward) == (["c", "f"] if caught else ["c"])
    assert done.delivered


def test_d67_a_route_beside_the_endpoint_does_not_catch_it():
    assert rows(lab("all", "10.1.1.0/24")) == {("Active", "10.1.0.5/32")}


def test_d67_a_longer_route_between_range_and_endpoint_still_catches_it():
    """The longest user route that holds the endpoint decides, whatever shorter ones there are."""
    drawn = lab("all", "0.0.0.0/0").route("t", "in", "10.1.0.0/24", "10.9.0.4")
    assert rows(drawn) == {("Invalid", "10.1.0.5/32")}


def test_d67_only_the_range_that_holds_the_endpoint_counts():
    """The network has a /16 and a /20; the endpoint is in the /20, so a /18 does not catch it."""
    drawn = lab("all", "10.5.0.0/18").set("vnets/home/address_space", ["10.1.0.0/16", "10.5.0.0/20"])
    drawn.set("subnets/pe/prefixes", ["10.5.0.0/24"]).set("private_endpoints/sql/address", "10.5.0.5")
    assert rows(drawn) == {("Active", "10.5.0.5/32")}
    drawn.set("route_tables/t/routes/r1/prefix", "10.5.0.0/20")
    assert rows(drawn) == {("Invalid", "10.5.0.5/32")}


def test_d67_a_firewall_that_does_not_translate_misses_the_answer():
    drawn = lab("all", "10.1.0.0/16").set("vms/f/guest", {"forwarding": True, "stateful": True})
    done = ask(drawn, "vms/c", "10.1.0.5")
    assert visited(done.forward) == ["c", "f"]
    assert done.back is not None
    assert visited(done.back) == ["c"]


def test_d67_a_subnet_peering_shows_only_endpoints_of_joined_subnets():
    drawn = lab().subnet("apps", "10.1.1.0/24", vnet="home")
    for subnets, expected in ((["apps"], set()), (["pe", "apps"], {("Active", "10.1.0.5/32")})):
        drawn.set("peerings/home-other/subnets", subnets).set("peerings/other-home/remote_subnets", subnets)
        assert rows(drawn) == expected


def test_d67_access_off_and_forwarded_packets_as_for_every_peering():
    assert (
        fate(lab().set("peerings/home-other/allow_access", False), "vms/c", "10.1.0.5")
        == "PEERING_NOT_CONNECTED"
    )
    drawn = lab("all", "10.1.0.0/16").set("vms/f/guest", {"forwarding": True})
    drawn.set("peerings/home-hub/allow_forwarded", False)
    assert fate(drawn, "vms/c", "10.1.0.5") == "PEERING_FORWARDED_OFF"


def test_d67_an_ipv6_endpoint_has_a_route_of_its_own():
    drawn = lab(peered=False).set("vnets/home/address_space", ["10.1.0.0/16", "fd00:1::/48"])
    drawn.set("subnets/pe/prefixes", ["10.1.0.0/24", "fd00:1::/64"])
    drawn.set("private_endpoints/six", {"name": "six", "subnet": "pe", "address": "fd00:1::5"})
    assert rows(drawn) == {("Active", "10.1.0.5/32"), ("Active", "fd00:1::5/128")}


def test_d67_a_provider_without_such_routes_delivers_all_the_same():
    network = compile_network(
        lab(peered=False).scenario(), replace(profile("azure-2026"), endpoint_routes=False)
    )
    done = ask(network, "vms/c", "10.1.0.5")
    assert done.delivered
    assert routes_used(done.forward) == ["Default route 10.1.0.0/16 -> VnetLocal"]


def test_d67_the_address_of_an_endpoint_is_an_address_of_its_subnet():
    codes = [code for code, _ in lab().set("private_endpoints/sql/address", "10.1.0.2").problems()]
    assert codes == ["address-reserved"]
    assert lab().set(
        "private_endpoints/two", {"name": "two", "subnet": "pe", "address": "10.1.0.5"}
    ).problems() == [("address-twice", "/topology/private_endpoints/two/address")]


@pytest.mark.parametrize("policies", POLICIES)
def test_f13_the_group_of_its_subnet_counts_only_with_policies(policies: str):
    drawn = lab(policies).group("g", "100 in deny * * * *").set("subnets/pe/security_group", "g")
    expected = "NSG_IN" if policies in ("security-groups", "all") else "delivered"
    assert fate(drawn, "vms/c", "10.1.0.5") == expected


def test_d67_as_a_next_hop_is_not_modelled():
    assert (
        fate(
            lab(prefix="203.0.113.0/24").set("route_tables/t/routes/r1/next_hop_ip", "10.1.0.5"),
            "vms/c",
            "203.0.113.9",
        )
        == "NOT_MODELLED"
    )


def test_d67_as_a_next_hop_of_a_gateway_is_not_modelled():
    drawn = lab().gateway("gw", "192.168.7.0/24", vnet="home").host("office", "192.168.7.9", "gw")
    drawn.table("g", {"10.1.1.0/24": "10.1.0.5"}).subnet("gs", "10.1.255.0/27", vnet="home", table="g")
    drawn.set("subnets/gs/name", "GatewaySubnet")
    assert fate(drawn, "hosts/office", "10.1.1.4") == "NOT_MODELLED"
    assert fates(drawn, "hosts/office", "10.1.0.5") == ("delivered", "delivered")


def mesh() -> Net:
    """[a] [b] [c] in three networks of one connected group; a and b are peered as well."""
    drawn = net()
    for number, key in enumerate("abc"):
        drawn.vnet(key, f"10.{number}.0.0/16").subnet(key, f"10.{number}.1.0/24").vm(
            key, key, f"10.{number}.1.4"
        )
    drawn.peer("a", "b")
    return drawn.set("connected_groups/mesh", {"name": "mesh", "vnets": ["a", "b", "c"]})


def group_rows(drawn: Net, nic: str) -> list[list[str]]:
    """Return the prefixes of each row of a connected group."""
    return [
        [str(prefix) for prefix in row.prefixes]
        for row in drawn.network().routes(nic).rows
        if row.next_hop_type.value == "ConnectedGroup"
    ]


def test_d10_a_connected_group_is_one_row_and_a_peering_comes_before_it():
    drawn = mesh()
    assert group_rows(drawn, "a") == [["10.2.0.0/16"]]
    assert group_rows(drawn, "c") == [["10.0.0.0/16", "10.1.0.0/16"]]
    assert routes_used(ask(drawn, "vms/a", "vms/b").forward) == ["Default route 10.1.0.0/16 -> VNetPeering"]
    done = ask(drawn, "vms/a", "vms/c")
    assert done.delivered
    assert routes_used(done.forward) == ["Default route 10.2.0.0/16 -> ConnectedGroup"]
    assert visited(done.forward) == ["a", "c"]


def test_d10_a_connected_group_counts_as_the_virtual_network_for_rules():
    drawn = mesh().group("g").set("nics/c/security_group", "g")
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "delivered")


def test_d10_what_is_not_known_of_connected_groups_is_not_modelled():
    twice = mesh().vnet("d", "10.2.0.0/16").set("connected_groups/mesh/vnets", ["a", "c", "d"])
    assert fate(twice, "vms/a", "10.2.1.4") == "NOT_MODELLED"
    hop = mesh().table("t", {"203.0.113.0/24": "10.2.1.4"}).set("subnets/a/route_table", "t")
    assert fate(hop, "vms/a", "203.0.113.9") == "NOT_MODELLED"
    forwarded = mesh().table("t", {"10.2.0.0/16": "10.1.1.9"}).set("subnets/a/route_table", "t")
    forwarded.appliance("nva", "b", "10.1.1.9")
    forwarded.set("peerings/b-a/allow_forwarded", True)
    assert fate(forwarded, "vms/a", "vms/c") == "NOT_MODELLED"
