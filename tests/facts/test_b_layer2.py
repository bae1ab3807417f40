"""Facts B1-B10: there is no layer 2; the fabric forwards by destination address only."""

from __future__ import annotations

import pytest

from tests.netcore.ask import ask, fate, fates, routes_used, visited
from tests.netcore.build import Net, net

ROUTER = "12:34:56:78:9a:bc"


def trio() -> Net:
    """[a .4] [b .5] [c .6] in one subnet; [d] in another."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("lan", "10.0.0.0/24")
        .subnet("other", "10.0.1.0/24")
        .vm("a", "lan", "10.0.0.4")
        .vm("b", "lan", "10.0.0.5")
        .vm("c", "lan", "10.0.0.6")
        .vm("d", "other", "10.0.1.4")
    )


def test_b1_neighbours_are_reached_by_a_route_and_not_by_layer_2():
    assert routes_used(ask(trio(), "vms/a", "vms/b").forward) == ["Default route 10.0.0.0/16 -> VnetLocal"]


def test_b2_destination_mac_plays_no_part():
    """A frame for c with b's MAC goes to c; one for an unused address with c's MAC goes nowhere."""
    mac_of_b = "00:0d:3a:00:00:01"
    drawn = trio().set("nics/b/mac", mac_of_b)
    done = ask(drawn, "vms/a", "vms/c", destination_mac=mac_of_b)
    assert visited(done.forward) == ["a", "c"]
    assert any("B2" in step.facts for step in done.forward.steps)
    assert fate(drawn, "vms/a", "10.0.0.77", destination_mac=mac_of_b) == "NO_SUCH_HOST"


@pytest.mark.parametrize(
    ("destination", "asked"),
    [("10.0.0.5", "10.0.0.5"), ("10.0.0.77", "10.0.0.77"), ("10.0.1.4", "10.0.0.1")],
    ids=["neighbour", "nobody", "other subnet asks for the gateway"],
)
def test_b3_every_arp_request_gets_the_same_answer(destination: str, asked: str):
    steps = ask(trio(), "vms/a", destination).forward.steps
    arp = next(step for step in steps if "B3" in step.facts)
    assert asked in arp.reason
    assert ROUTER in arp.reason
    assert arp.after.destination_mac == ROUTER


def test_b4_ipv6_default_router():
    dual = (
        net()
        .vnet("v", "10.0.0.0/16", "fd00:db8::/48")
        .subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
        .vm("a", "lan", "10.0.0.4", "fd00:db8::4")
        .vm("b", "lan", "10.0.0.5", "fd00:db8::5")
    )
    for vm, address in (("a", "fd00:db8::4"), ("b", "fd00:db8::5")):
        dual.set(f"nics/{vm}/configurations/ip2", {"address": address, "primary": True})
    done = ask(dual, "vms/a", "fd00:db8::5")
    assert done.delivered
    assert "fe80::1234:5678:9abc" in next(s for s in done.forward.steps if "B4" in s.facts).reason


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        ("255.255.255.255", "BROADCAST"),
        ("10.0.0.255", "BROADCAST"),
        ("224.0.0.5", "MULTICAST"),
        ("224.0.0.18", "MULTICAST"),
        ("239.1.1.1", "MULTICAST"),
    ],
)
def test_b5_broadcast_and_multicast_vanish_at_the_sender(destination: str, code: str):
    done = ask(trio(), "vms/a", destination, "udp/5000").forward
    assert done.verdict.code == code
    assert done.verdict.at == "nics/a"


def test_b5_dhcp_with_the_platform_is_the_exception():
    done = ask(trio(), "vms/a", "255.255.255.255", "udp/67", source_port=68, source_address="0.0.0.0")
    assert done.delivered


def vip() -> Net:
    """10.0.0.10 exists only in the guests of b and c; d wants to reach it."""
    believed = {"added": ["10.0.0.10"]}
    return (
        trio().set("vms/b/guest/interfaces", {"b": believed}).set("vms/c/guest/interfaces", {"c": believed})
    )


def test_b6_vrrp_fails_by_multicast_and_then_by_the_unknown_address():
    assert fate(vip(), "vms/b", "224.0.0.18", "112") == "MULTICAST"
    assert fate(vip(), "vms/b", "vms/c", "udp/694") == "delivered"
    assert fate(vip(), "vms/d", "10.0.0.10") == "NO_SUCH_HOST"


def test_b7_an_address_only_in_a_guest_is_reached_only_by_itself():
    assert fate(vip(), "vms/b", "10.0.0.10") == "delivered"
    assert visited(ask(vip(), "vms/b", "10.0.0.10").forward) == ["b"]
    done = ask(vip(), "vms/a", "10.0.0.10").forward.verdict
    assert done.code == "NO_SUCH_HOST"
    assert "B7" in done.facts


@pytest.mark.parametrize("last", [0, 1, 2, 3])
def test_b8_reserved_addresses_do_not_answer(last: int):
    done = ask(trio(), "vms/a", f"10.0.1.{last}", "icmp").forward.verdict
    assert done.code == "NO_SUCH_HOST"
    assert "B8" in done.facts


def test_b9_only_guests_lower_the_ttl():
    """Direct: 64 arrives as 64. Through one appliance: 63. With TTL 1 the appliance drops it."""
    drawn = trio().appliance("nva", "other", "10.0.1.9")
    direct = ask(drawn, "vms/a", "vms/d").forward
    assert direct.steps[-1].after.ttl == 64
    drawn.table("t", {"10.0.1.4/32": "10.0.1.9"}).set("subnets/lan/route_table", "t")
    through = ask(drawn, "vms/a", "vms/d").forward
    assert visited(through) == ["a", "nva", "d"]
    assert through.steps[-1].after.ttl == 63
    assert fate(drawn, "vms/a", "vms/d", ttl=1) == "TTL"
    assert fate(drawn, "vms/a", "vms/d", ttl=2) == "delivered"


def test_b10_next_hop_of_a_guest_route_is_ignored():
    """a's guest says 10.0.1.0/24 via b; the packet never visits b."""
    drawn = trio().set("vms/a/guest/routes", {"r": {"prefix": "10.0.1.0/24", "via": "10.0.0.5"}})
    done = ask(drawn, "vms/a", "vms/d")
    assert visited(done.forward) == ["a", "d"]
    assert "10.0.0.5" in done.forward.steps[0].reason
    assert fates(drawn, "vms/a", "vms/d") == ("delivered", "delivered")


def test_b10_guest_route_chooses_the_nic_and_with_it_source_and_table():
    """[a] has a second NIC in ``other``, whose table throws 10.9/16 away; the first NIC's subnet has none."""
    drawn = (
        trio()
        .vnet("w", "10.9.0.0/16")
        .subnet("wlan", "10.9.0.0/24")
        .vm("far", "wlan", "10.9.0.4")
        .peer("v", "w")
        .nic("a2", "a", "other", "10.0.1.7")
        .table("t", {"10.9.0.0/16": "None"})
        .set("subnets/other/route_table", "t")
    )
    assert fate(drawn, "vms/a", "vms/far") == "delivered"
    drawn.set("vms/a/guest/routes", {"r": {"prefix": "10.9.0.0/16", "nic": "a2"}})
    done = ask(drawn, "vms/a", "vms/far")
    assert str(done.packet.source) == "10.0.1.7"
    assert done.forward.verdict.code == "ROUTE_NONE_USER"


@pytest.mark.parametrize("destination", ["ff02::1", "ff02::5", "ff0e::1"])
def test_b5_ipv6_multicast_vanishes_as_well(destination: str):
    drawn = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
    done = ask(drawn.vm("a", "lan", "10.0.0.4", "fd00:db8::4"), "vms/a", destination, "udp/5000").forward
    assert (done.verdict.code, done.verdict.at) == ("MULTICAST", "nics/a")


def test_b2_ipv6_destination_mac_plays_no_part():
    dual = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
    for number, vm in enumerate("abc", start=4):
        dual.vm(vm, "lan", f"10.0.0.{number}", f"fd00:db8::{number}")
    dual.set("nics/b/mac", "00:0d:3a:00:00:01")
    done = ask(dual, "vms/a", "fd00:db8::6", destination_mac="00:0d:3a:00:00:01")
    assert visited(done.forward) == ["a", "c"]
    assert done.delivered


def test_b3_the_receiver_sees_frames_from_the_router_only():
    last = ask(trio(), "vms/a", "vms/b").forward.steps[-1].after
    assert last.source_mac == ROUTER
    assert last.destination_mac != ROUTER
