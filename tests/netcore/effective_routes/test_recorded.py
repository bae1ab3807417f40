"""Effective routes of the engine against answers that real networks gave, compared as sets.

Left out: one route a gateway hands on from one of its two peers only.
"""

from __future__ import annotations

import pytest

from tests.netcore.ask import ask, fates, visited
from tests.netcore.build import Net, net
from tests.netcore.effective_routes.recorded import recorded, shown

VNG1 = "203.0.113.1"
HUB0 = "203.0.113.10"


def test_one_vm_and_nothing_else():
    """[vm]"""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("default", "10.0.0.0/24").vm("vm", "default", "10.0.0.4")
    assert shown(drawn, "vm") == recorded("""
        D 10.0.0.0/16 Local
        D 0.0.0.0/0 Internet
    """)
    discards = {
        str(prefix)
        for row in drawn.network().routes("vm").rows
        for prefix in row.prefixes
        if row.next_hop_type.value == "None"
    }
    assert discards >= {"10.0.0.0/8", "100.64.0.0/10", "192.168.0.0/16"}


def test_full_peering():
    """[left] -- (10.0.0.0/16) -- peering -- (10.1.0.0/16) -- [right]"""
    drawn = (
        net()
        .vnet("vnet-left", "10.0.0.0/16")
        .subnet("l1", "10.0.1.0/24")
        .vm("left", "l1", "10.0.1.4")
        .vnet("vnet-right", "10.1.0.0/16")
        .subnet("r1", "10.1.1.0/24")
        .vm("right", "r1", "10.1.1.4")
        .peer("vnet-left", "vnet-right")
    )
    assert shown(drawn, "left") == recorded("""
        D 10.0.0.0/16 Local
        D 10.1.0.0/16 Peering
        D 0.0.0.0/0 Internet
    """)
    assert shown(drawn, "right") == recorded("""
        D 10.1.0.0/16 Local
        D 10.0.0.0/16 Peering
        D 0.0.0.0/0 Internet
    """)


def two_sides(shared: str) -> Net:
    """[l0] [l1] [l2] -- (vnet-left 10.0) ; [r0] [r1] [r2] -- (vnet-right 10.1), both also with ``shared``."""
    drawn = net()
    for side, second in (("left", 0), ("right", 1)):
        drawn.vnet(f"vnet-{side}", f"10.{second}.0.0/16", shared)
        for number in range(3):
            key = f"{side}{number}"
            drawn.subnet(key, f"10.{second}.{number}.0/24")
            drawn.vm(f"{side}-{number}", key, f"10.{second}.{number}.4")
    return drawn


def subnet_peering(drawn: Net, left: list[str], right: list[str]) -> Net:
    """Join some subnets of the left with some of the right."""
    drawn.link("vnet-left", "vnet-right", subnets=left, remote_subnets=right)
    return drawn.link("vnet-right", "vnet-left", subnets=right, remote_subnets=left)


def test_subnet_peering():
    """Left subnet 1 with right subnets 0 and 2: every subnet of a side shows the same rows."""
    drawn = subnet_peering(two_sides("172.16.0.0/24"), ["left1"], ["right0", "right2"])
    for number in range(3):
        assert shown(drawn, f"left-{number}") == recorded("""
            D 10.0.0.0/16 Local
            D 172.16.0.0/24 Local
            D 10.1.0.0/24 Peering
            D 10.1.2.0/24 Peering
            D 0.0.0.0/0 Internet
        """)
        assert shown(drawn, f"right-{number}") == recorded("""
            D 10.1.0.0/16 Local
            D 172.16.0.0/24 Local
            D 10.0.1.0/24 Peering
            D 0.0.0.0/0 Internet
        """)
    pings = {
        key: fates(drawn, "vms/left-1", f"vms/{key}", "icmp") for key in ("right-0", "right-1", "right-2")
    }
    assert pings["right-0"] == pings["right-2"] == ("delivered", "delivered")
    assert pings["right-1"][0] == "ROUTE_NONE_SYSTEM"


def firewall_of_one_side() -> Net:
    """[left-0] -- (left, {fw} in its own subnet, which alone is peered) -- (right) -- [right-1]"""
    drawn = two_sides("172.16.0.0/16").subnet("AzureFirewallSubnet", "10.0.4.0/26", vnet="vnet-left")
    drawn.appliance("fw", "AzureFirewallSubnet", "10.0.4.4", stateful=True)
    drawn.table("tl", {"10.1.0.0/16": "10.0.4.4"}).table("tr", {"10.0.0.0/16": "10.0.4.4"})
    for number in range(3):
        drawn.set(f"subnets/left{number}/route_table", "tl").set(f"subnets/right{number}/route_table", "tr")
    subnet_peering(drawn, ["AzureFirewallSubnet"], ["right0", "right1", "right2"])
    for link in ("vnet-left-vnet-right", "vnet-right-vnet-left"):
        drawn.set(f"peerings/{link}/allow_forwarded", True)
    return drawn


def test_subnet_peering_of_a_firewall_only():
    drawn = firewall_of_one_side()
    assert shown(drawn, "left-0") == recorded("""
        D 10.0.0.0/16 Local
        D 172.16.0.0/16 Local
        D 10.1.0.0/24 Peering
        D 10.1.1.0/24 Peering
        D 10.1.2.0/24 Peering
        D 0.0.0.0/0 Internet
        U 10.1.0.0/16 Appliance 10.0.4.4
    """)
    assert shown(drawn, "right-1") == recorded("""
        D 10.1.0.0/16 Local
        D 172.16.0.0/16 Local
        D 10.0.4.0/26 Peering
        D 0.0.0.0/0 Internet
        U 10.0.0.0/16 Appliance 10.0.4.4
    """)


def test_subnet_peering_of_a_firewall_only_is_asymmetric():
    """Left to right goes past the firewall, and the answer meets it, which knows no such connection."""
    drawn = firewall_of_one_side()
    done = ask(drawn, "vms/left-0", "vms/right-1")
    assert visited(done.forward) == ["left-0", "right-1"]
    assert fates(drawn, "vms/left-0", "vms/right-1") == ("delivered", "STATE_MISSING")
    assert visited(ask(drawn, "vms/right-1", "vms/left-0").forward)[:2] == ["right-1", "fw"]


def test_active_passive_and_active_active_gateways():
    """[testvm1] -- (10.1, one public address) == tunnels == (10.2, two instances) -- [testvm2]"""
    drawn = (
        net()
        .vnet("v1", "10.1.0.0/16")
        .subnet("s1", "10.1.1.0/24")
        .vm("testvm1", "s1", "10.1.1.4")
        .public("pip", VNG1)
        .gateway("vng1", "10.2.0.4/32", "10.2.0.5/32", "10.3.0.10/32", "10.4.0.10/32", public_ip="pip")
        .vnet("v2", "10.2.0.0/16")
        .subnet("s2", "10.2.1.0/24")
        .vm("testvm2", "s2", "10.2.1.4")
        .gateway("vng2", "10.1.0.254/32", "10.3.0.10/32", "10.4.0.10/32", instances=["10.2.0.4", "10.2.0.5"])
    )
    assert shown(drawn, "testvm1") == recorded(f"""
        D 10.1.0.0/16 Local
        G 10.2.0.4/32 Gateway {VNG1}
        G 10.2.0.5/32 Gateway {VNG1}
        G 10.3.0.10/32 Gateway {VNG1}
        G 10.4.0.10/32 Gateway {VNG1}
        D 0.0.0.0/0 Internet
    """)
    assert shown(drawn, "testvm2") == recorded("""
        D 10.2.0.0/16 Local
        G 10.1.0.254/32 Gateway 10.2.0.4,10.2.0.5
        G 10.3.0.10/32 Gateway 10.2.0.4,10.2.0.5
        G 10.4.0.10/32 Gateway 10.2.0.4,10.2.0.5
        D 0.0.0.0/0 Internet
    """)


def dual_stack() -> Net:
    """[main] -- (spoke1) -- (hub1: {nva}, VPN and ExpressRoute gateways) -- (spoke2), all dual stack."""
    table = {
        "10.11.0.0/20": "10.11.2.99",
        "0.0.0.0/0": "10.11.2.99",
        "fd00:db8:11::/56": "fd00:db8:11:2::99",
        "::/0": "fd00:db8:11:2::99",
    }
    return (
        net()
        .table("spoke", table, propagation=False)
        .vnet("hub1", "10.11.0.0/20", "10.11.16.0/20", "fd00:db8:11::/56", "fd00:db8:11:aa00::/56")
        .subnet("untrust", "10.11.1.0/24", "fd00:db8:11:1::/64")
        .vm("nva-untrust", "untrust", "10.11.1.9", "fd00:db8:11:1::9", ip_forwarding=True)
        .subnet("trust", "10.11.2.0/24", "fd00:db8:11:2::/64")
        .vm("nva-trust", "trust", "10.11.2.99", "fd00:db8:11:2::99", ip_forwarding=True)
        .subnet("endpoints", "10.11.7.0/24")
        .set("private_endpoints/one", {"name": "one", "subnet": "endpoints", "address": "10.11.7.88"})
        .set("private_endpoints/two", {"name": "two", "subnet": "endpoints", "address": "10.11.7.99"})
        .gateway("vpn", "10.10.0.0/24", instances=["10.11.16.14", "10.11.16.15"])
        .gateway(
            "er",
            "10.20.0.0/20",
            "10.20.16.0/20",
            "fd00:db8:20:aa00::/56",
            "fd00:db8:20::/56",
            kind="expressroute",
            instances=["10.20.88.110", "10.20.88.111"],
        )
        .vnet("spoke1", "10.1.0.0/20", "fd00:db8:1::/56")
        .subnet("main", "10.1.0.0/24", "fd00:db8:1::/64", table="spoke")
        .vm("main", "main", "10.1.0.5", "fd00:db8:1::5")
        .vnet("spoke2", "10.2.0.0/20", "fd00:db8:2::/56")
        .peer("hub1", "spoke1")
        .peer("hub1", "spoke2")
    )


def test_dual_stack_spoke_with_user_routes():
    assert shown(dual_stack(), "main") == recorded("""
        D 10.1.0.0/20 Local
        D 10.11.16.0/20 Peering
        -D 10.11.0.0/20 Peering
        -D 0.0.0.0/0 Internet
        D 10.11.7.88/32 InterfaceEndpoint
        D 10.11.7.99/32 InterfaceEndpoint
        U 10.11.0.0/20 Appliance 10.11.2.99
        U 0.0.0.0/0 Appliance 10.11.2.99
        D fd00:db8:1::/56 Local
        D fd00:db8:11:aa00::/56 Peering
        -D fd00:db8:11::/56 Peering
        -D ::/0 Internet
        U ::/0 Appliance fd00:db8:11:2::99
        U fd00:db8:11::/56 Appliance fd00:db8:11:2::99
    """)


def test_dual_stack_endpoints_with_policies():
    """The lab says that policies are on, and the recording that the routes are active: open.

    We keep to the document: a user route equal to the range of the endpoints overrides theirs (fact D67).
    """
    drawn = dual_stack().set("subnets/endpoints/endpoint_policies", "all")
    endpoints = {row for row in shown(drawn, "main") if row[3] == "InterfaceEndpoint"}
    assert endpoints == recorded("""
        -D 10.11.7.88/32 InterfaceEndpoint
        -D 10.11.7.99/32 InterfaceEndpoint
    """)


def test_dual_stack_hub_with_two_gateways():
    assert shown(dual_stack(), "nva-untrust") == recorded("""
        D 10.11.0.0/20 Local
        D 10.11.16.0/20 Local
        D 10.1.0.0/20 Peering
        D 10.2.0.0/20 Peering
        G 10.10.0.0/24 Gateway 10.11.16.14,10.11.16.15
        G 10.20.0.0/20 Gateway 10.20.88.110,10.20.88.111
        G 10.20.16.0/20 Gateway 10.20.88.110,10.20.88.111
        D 0.0.0.0/0 Internet
        D 10.11.7.88/32 InterfaceEndpoint
        D 10.11.7.99/32 InterfaceEndpoint
        D fd00:db8:11::/56 Local
        D fd00:db8:11:aa00::/56 Local
        D fd00:db8:1::/56 Peering
        D fd00:db8:2::/56 Peering
        G fd00:db8:20:aa00::/56 Gateway 10.20.88.110,10.20.88.111
        G fd00:db8:20::/56 Gateway 10.20.88.110,10.20.88.111
        D ::/0 Internet
    """)


@pytest.mark.parametrize("number", [1, 2])
def test_spokes_through_the_appliance_of_a_hub(number: int):
    """[spoke1] -- (10.0.1) -- (hub 10.0.0: {nva .166}) -- (10.0.2) -- [spoke2]"""
    drawn = net().vnet("hub", "10.0.0.0/24").subnet("h", "10.0.0.128/25").appliance("nva", "h", "10.0.0.166")
    drawn.table("t", {"0.0.0.0/0": "10.0.0.166", "10.0.0.0/16": "10.0.0.166"})
    for spoke in (1, 2):
        drawn.vnet(f"v{spoke}", f"10.0.{spoke}.0/24").subnet(f"s{spoke}", f"10.0.{spoke}.0/24", table="t")
        drawn.vm(f"spoke{spoke}", f"s{spoke}", f"10.0.{spoke}.4").peer(
            "hub", f"v{spoke}", allow_forwarded=True
        )
    assert shown(drawn, f"spoke{number}") == recorded(f"""
        D 10.0.{number}.0/24 Local
        D 10.0.0.0/24 Peering
        -D 0.0.0.0/0 Internet
        U 0.0.0.0/0 Appliance 10.0.0.166
        U 10.0.0.0/16 Appliance 10.0.0.166
    """)


def halves(*, up: bool, transit: bool) -> Net:
    """[spoke] -- (10.8) -- (10.1, gateway) == tunnel with two half-defaults"""
    learned = ("0.0.0.0/1", "128.0.0.0/1") if up else ()
    drawn = (
        net()
        .vnet("gv", "10.1.0.0/16")
        .subnet("g", "10.1.1.0/24")
        .vm("near", "g", "10.1.1.4")
        .gateway("gw", *learned, instances=["10.1.0.6", "10.1.0.7"])
        .vnet("sv", "10.8.0.0/16")
        .subnet("s", "10.8.1.0/24")
        .vm("spoke", "s", "10.8.1.4")
    )
    return drawn.link("gv", "sv", allow_gateway_transit=True).link("sv", "gv", use_remote_gateways=transit)


HALVES = """
    G 0.0.0.0/1 Gateway 10.1.0.6,10.1.0.7
    G 128.0.0.0/1 Gateway 10.1.0.6,10.1.0.7
"""


@pytest.mark.parametrize("up", [False, True])
def test_two_half_defaults_at_the_gateway(up: bool):
    base = """
        D 10.1.0.0/16 Local
        D 10.8.0.0/16 Peering
        D 0.0.0.0/0 Internet
    """
    assert shown(halves(up=up, transit=True), "near") == recorded(base + (HALVES if up else ""))


@pytest.mark.parametrize(("up", "transit"), [(False, True), (True, False), (True, True)])
def test_two_half_defaults_at_the_spoke(up: bool, transit: bool):
    base = """
        D 10.8.0.0/16 Local
        D 10.1.0.0/16 Peering
        D 0.0.0.0/0 Internet
    """
    expected = recorded(base + (HALVES if up and transit else ""))
    assert shown(halves(up=up, transit=transit), "spoke") == expected


def test_hub_of_nine_spokes_with_bgp_to_another_hub():
    """[h0] -- (hub 0, gateway) -- nine spokes, [s1] in the first; the far hub and its spokes are learned."""
    learned = ["10.0.10.158/32", *(f"10.0.{number}.0/24" for number in range(10, 20))]
    drawn = net().public("pip", HUB0).vnet("hub0", "10.0.0.0/24").subnet("h", "10.0.0.0/25")
    drawn.vm("h0", "h", "10.0.0.4").gateway("gw", *learned, public_ip="pip")
    for number in range(1, 10):
        drawn.vnet(f"v{number}", f"10.0.{number}.0/24")
        drawn.link("hub0", f"v{number}", allow_gateway_transit=True)
        drawn.link(f"v{number}", "hub0", use_remote_gateways=True)
    drawn.subnet("s", "10.0.1.0/25", vnet="v1").vm("s1", "s", "10.0.1.4")
    members = [f"v{number}" for number in range(1, 10)]
    drawn.set("connected_groups/mesh", {"name": "mesh", "vnets": members})
    gateway = "".join(f"G {prefix} Gateway {HUB0}\n" for prefix in learned)
    spokes = "".join(f"D 10.0.{number}.0/24 Peering\n" for number in range(1, 10))
    own = "D 0.0.0.0/0 Internet\n"
    assert shown(drawn, "h0") == recorded(own + "D 10.0.0.0/24 Local\n" + spokes + gateway)
    mesh = "".join(f"D 10.0.{number}.0/24 ConnectedGroup\n" for number in range(2, 10))
    near = "D 10.0.1.0/24 Local\nD 10.0.0.0/24 Peering\n"
    assert shown(drawn, "s1") == recorded(own + near + mesh + gateway)
    groups = [row for row in drawn.network().routes("s1").rows if row.next_hop_type.value == "ConnectedGroup"]
    assert [len(row.prefixes) for row in groups] == [8]
