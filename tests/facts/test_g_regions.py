"""Facts G7-G9, G11, G12, D68: across regions, next hops in a hub, spoke to spoke; M1, M2, M5: regions."""

from __future__ import annotations

from dataclasses import replace

import pytest

import netcore
from netcore.control.network import compile as compile_network
from netcore.profiles import profile
from tests.netcore.ask import ask, fate, fates, routes_used, visited
from tests.netcore.build import Net, net


def pair(far: str = "eastus") -> Net:
    """[a] -- (v 10.0, westeurope) -- peering -- (w 10.1) -- [b] {nva}, balancer 10.1.1.100 in front of b."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("t")
        .subnet("left", "10.0.1.0/24", table="t")
        .vm("a", "left", "10.0.1.4")
        .vnet("w", "10.1.0.0/16", region=far)
        .subnet("right", "10.1.1.0/24")
        .vm("b", "right", "10.1.1.4")
        .appliance("nva", "right", "10.1.1.9", snat=True)
    )
    return drawn.peer("v", "w", allow_forwarded=True)


def spokes(**changes: object) -> Net:
    """[s1] -- (spoke1) -- (hub {nva}) -- (spoke2) -- [s2], complete for spoke to spoke."""
    drawn = net().vnet("hub", "10.0.0.0/16").subnet("dmz", "10.0.9.0/24").appliance("nva", "dmz", "10.0.9.9")
    for number, other in ((1, 2), (2, 1)):
        drawn.table(f"t{number}", {f"10.{other}.0.0/16": "10.0.9.9"})
        drawn.vnet(f"spoke{number}", f"10.{number}.0.0/16")
        drawn.subnet(f"sub{number}", f"10.{number}.1.0/24", table=f"t{number}")
        drawn.vm(f"s{number}", f"sub{number}", f"10.{number}.1.4")
        drawn.link("hub", f"spoke{number}").link(f"spoke{number}", "hub", allow_forwarded=True)
    for path, value in changes.items():
        drawn.set(path, value)
    return drawn


@pytest.mark.parametrize("far", ["westeurope", "eastus"])
def test_g7_next_hop_in_a_peered_network_of_any_region(far: str):
    drawn = pair(far).public("pip", "203.0.113.5").set("nics/nva/configurations/ip1/public_ip", "pip")
    drawn.group("open", "100 in allow * * * *").set("nics/nva/security_group", "open")
    drawn.route("t", "out", "0.0.0.0/0", "10.1.1.9")
    done = ask(drawn, "vms/a", "198.51.100.7")
    assert done.delivered
    assert visited(done.forward) == ["a", "nva"]


@pytest.mark.parametrize("far", ["westeurope", "eastus"])
def test_g7_a_standard_balancer_as_next_hop_of_any_region(far: str):
    drawn = pair(far).balancer("lb", ["nva"], subnet="right", address="10.1.1.100")
    drawn.route("t", "out", "10.9.0.0/16", "10.1.1.100")
    assert visited(ask(drawn, "vms/a", "10.9.0.1").forward) == ["a", "nva"]


@pytest.mark.parametrize(
    ("far", "sku", "expected"),
    [
        ("eastus", "basic", "NO_SUCH_HOST"),
        ("eastus", "standard", "delivered"),
        ("westeurope", "basic", "delivered"),
    ],
)
def test_g8_a_basic_frontend_is_not_reached_over_a_global_peering(far: str, sku: str, expected: str):
    drawn = pair(far).balancer("lb", ["b"], subnet="right", address="10.1.1.100", rules=("tcp/443",), sku=sku)
    assert fate(drawn, "vms/a", "10.1.1.100") == expected
    assert ("G8" in ask(drawn, "vms/a", "10.1.1.100").forward.verdict.facts) == (expected != "delivered")


def test_g8_a_basic_frontend_is_no_next_hop_over_a_global_peering():
    for far, code in (("eastus", "NO_SUCH_HOST"), ("westeurope", "")):
        drawn = pair(far).balancer(
            "lb", ["nva"], subnet="right", address="10.1.1.100", sku="basic", rules=("tcp/443",)
        )
        drawn.route("t", "out", "10.9.0.0/16", "10.1.1.100")
        done = ask(drawn, "vms/a", "10.9.0.1").forward
        assert ("G8" in done.verdict.facts) == bool(code)


def test_g8_gateways_over_a_global_peering_by_year():
    drawn = pair().gateway("gw", "192.168.7.0/24", vnet="w").host("office", "192.168.7.9", "gw")
    drawn.set("peerings/v-w/use_remote_gateways", True).set("peerings/w-v/allow_gateway_transit", True)
    assert fates(drawn, "vms/a", "hosts/office") == ("delivered", "delivered")
    old = compile_network(drawn.scenario(), replace(profile("azure-2026"), global_transit=False))
    assert fate(old, "vms/a", "hosts/office") == "ROUTE_NONE_SYSTEM"
    assert fate(old, "hosts/office", "vms/a") == "GW_TRANSIT_OFF"


@pytest.mark.parametrize(("far", "expected"), [("eastus", "NO_SUCH_HOST"), ("westeurope", "delivered")])
def test_g8_a_basic_frontend_is_not_reached_from_a_gateway_in_another_region(far: str, expected: str):
    drawn = pair(far).gateway("gw", "192.168.7.0/24", vnet="v").host("office", "192.168.7.9", "gw")
    drawn.set("peerings/w-v/use_remote_gateways", True).set("peerings/v-w/allow_gateway_transit", True)
    drawn.balancer("lb", ["b"], subnet="right", address="10.1.1.100", rules=("tcp/443",), sku="basic")
    assert fate(drawn, "hosts/office", "10.1.1.100") == expected
    drawn.table("g", {"10.1.1.0/25": "10.1.1.100"}).subnet("gs", "10.0.255.0/27", vnet="v", table="g")
    drawn.set("subnets/gs/name", "GatewaySubnet")
    verdict = ask(drawn, "hosts/office", "vms/b").forward.verdict
    assert ("G8" in verdict.facts) == (far == "eastus")


def test_g9_a_peering_takes_no_step_more_in_another_region():
    near, far = (ask(pair(region), "vms/a", "vms/b").forward for region in ("westeurope", "eastus"))
    assert [step.place for step in near.steps] == [step.place for step in far.steps]
    assert near.steps[-1].after == far.steps[-1].after


def test_g9_a_network_cannot_have_more_than_500_peers():
    assert netcore.LIMITS["vnets"] - 1 <= 500


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("delivered", "delivered")),
        ({"subnets/sub1/route_table": None}, ("ROUTE_NONE_SYSTEM", None)),
        ({"subnets/sub2/route_table": None}, ("delivered", "ROUTE_NONE_SYSTEM")),
        ({"nics/nva/ip_forwarding": False}, ("DST_NOT_OWNED", None)),
        ({"vms/nva/guest": {"forwarding": False}}, ("OS_FORWARDING_OFF", None)),
        ({"peerings/spoke2-hub/allow_forwarded": False}, ("PEERING_FORWARDED_OFF", None)),
        ({"peerings/spoke1-hub/allow_forwarded": False}, ("delivered", "PEERING_FORWARDED_OFF")),
    ],
    ids=["all", "no-route", "no-route-back", "nic", "guest", "spoke2", "spoke1"],
)
def test_g11_spoke_to_spoke_needs_all_of_it(changes: dict[str, object], expected: tuple[str, str | None]):
    assert fates(spokes(**changes), "vms/s1", "vms/s2") == expected


def test_g12_networks_of_different_regions_are_peered():
    drawn = pair()
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert routes_used(ask(drawn, "vms/a", "vms/b").forward) == [
        "Default route 10.1.0.0/16 -> VNetGlobalPeering"
    ]


def test_d68_a_peering_beats_gateways_between_the_same_networks():
    drawn = pair("westeurope").gateway("g1", "10.1.0.0/16", "10.1.1.0/24", vnet="v")
    drawn.gateway("g2", "10.0.0.0/16", "10.0.1.0/24", vnet="w")
    done = ask(drawn, "vms/a", "vms/b")
    assert routes_used(done.forward) == ["Default route 10.1.0.0/16 -> VNetPeering"]
    assert (done.forward.verdict.code, done.back is not None and done.back.verdict.code) == (None, None)
    alone = drawn.set("peerings/v-w/disconnected", True)
    assert routes_used(ask(alone, "vms/a", "10.1.1.4").forward)[0].startswith(
        "VirtualNetworkGateway route 10.1.1.0/24"
    )


def test_d68_a_user_route_to_the_gateway_beats_the_peering():
    drawn = (
        pair("westeurope")
        .gateway("g1", "10.1.0.0/16", vnet="v")
        .route("t", "u", "10.1.0.0/16", "VirtualNetworkGateway")
    )
    assert routes_used(ask(drawn, "vms/a", "10.1.1.4").forward) == [
        "User route 10.1.0.0/16 -> VirtualNetworkGateway"
    ]


def test_m1_a_virtual_network_has_one_region():
    drawn = pair().set("vnets/v/region", ["westeurope", "eastus"])
    assert {pointer for _, pointer in drawn.problems()} == {"/topology/vnets/v/region"}
    away = pair().set("route_tables/t/region", "eastus")
    assert [code for code, _ in away.problems()] == ["route-table-region"]


def test_m2_a_subnet_spans_the_zones():
    """[vm1, zone 1] [vm2, zone 2] -- one subnet"""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.1.0/24")
    drawn.vm("vm1", "s", "10.0.1.4", zone=1).vm("vm2", "s", "10.0.1.5", zone=2).vm("vm3", "s", "10.0.1.6")
    for destination in ("vms/vm2", "vms/vm3"):
        done = ask(drawn, "vms/vm1", destination)
        assert done.delivered
        assert routes_used(done.forward) == ["Default route 10.0.0.0/16 -> VnetLocal"]
    drawn.set("subnets/s/zone", 3)
    assert ask(drawn, "vms/vm1", "vms/vm2").delivered


def test_m5_regions_are_joined_by_global_peering_or_by_vpn():
    peered = pair()
    assert fates(peered, "vms/a", "vms/b") == ("delivered", "delivered")
    vpn = pair()
    del vpn.raw["topology"]["peerings"]
    for number, vnet in enumerate(("v", "w")):
        vpn.subnet(f"g{number}", f"10.{number}.255.0/27", vnet=vnet).set(
            f"subnets/g{number}/name", "GatewaySubnet"
        )
        vpn.gateway(f"gw{number}", vnet=vnet, instances=[f"10.{number}.255.4"])
    vpn.connect("c", "gw0", remote_gateway="gw1").connect("d", "gw1", remote_gateway="gw0")
    assert vpn.problems() == []
    assert fates(vpn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert routes_used(ask(vpn, "vms/a", "vms/b").forward)[0].startswith(
        "VirtualNetworkGateway route 10.1.0.0/16"
    )
