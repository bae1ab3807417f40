"""The open points of section N as switches: each changes what it says, and nothing else has to be drawn."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.control.probes import failures_needed, successes_needed
from netcore.control.programming import moving, stale_routes
from netcore.document.balancers import Probe
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from netcore.profiles.switches import SWITCHES
from tests.netcore.ask import ask, fate, packet
from tests.netcore.build import Net, net


def switched(drawn: Net, **values: Any) -> Net:
    """Return the drawing with switches set."""
    drawn.raw["switches"] = values
    return drawn


def two(profile: str = "azure-2026") -> Net:
    """[a] -- (s) -- [b]"""
    drawn = net(profile).vnet("v", "10.0.0.0/16").subnet("s", "10.0.1.0/24")
    return drawn.vm("a", "s", "10.0.1.4").vm("b", "s", "10.0.1.5")


def test_every_row_has_a_switch_and_its_default_changes_nothing():
    assert {switch.point for switch in SWITCHES.values()} == {f"N{number}" for number in range(1, 11)}
    for profile in netcore.profiles():
        defaults = {name: found["default"] for name, found in netcore.switches(profile.id).items()}
        drawn = switched(two(profile.id), **defaults)
        assert drawn.problems() == []
        assert drawn.network().profile == two(profile.id).network().profile
    assert "protocols" not in netcore.switches("aws")  # there every protocol passes (L17)


def test_n1_protocols():
    assert fate(two(), "vms/a", "vms/b", "esp") == "delivered"
    assert fate(switched(two(), protocols="seed2019"), "vms/a", "vms/b", "esp") == "PROTO_BLOCKED"
    assert fate(two("azure-2021"), "vms/a", "vms/b", "ah") == "PROTO_BLOCKED"
    assert fate(switched(two("azure-2021"), protocols="docs2024"), "vms/a", "vms/b", "ah") == "delivered"


def test_n2_probe_counting():
    probe = Probe(name="p", port=80, threshold=3)
    needed = {}
    for value in ("one", "number-of-probes", "threshold"):
        counting = switched(two(), probe_counting=value).network().profile.probe_counting
        needed[value] = failures_needed(probe, counting), successes_needed(probe, counting)
    assert needed == {"one": (1, 1), "number-of-probes": (3, 1), "threshold": (3, 3)}


@pytest.mark.parametrize(("value", "word"), [(True, "delivered"), (False, "LB_NO_RULE")])
def test_n3_icmp_through_ha_ports(value: bool, word: str):
    drawn = two().balancer("lb", ["b"], subnet="s", address="10.0.1.9")
    assert fate(switched(drawn, icmp_ha_ports=value), "vms/a", "10.0.1.9", "icmp") == word


def test_n4_none_rows_and_default_routes():
    def rows(drawn: Net) -> int:
        return sum(row.next_hop_type.value == "None" for row in drawn.network().routes("a").rows)

    def by_user() -> Net:
        drawn = net().vnet("v", "10.0.0.0/16").table("t", {"0.0.0.0/0": "Internet"})
        return drawn.subnet("s", "10.0.1.0/24", table="t").vm("a", "s", "10.0.1.4")

    def learned() -> Net:
        return two().gateway("gw", "0.0.0.0/0")

    assert (rows(by_user()), rows(switched(by_user(), none_rows_gone_with_internet=True))) == (4, 0)
    assert (rows(learned()), rows(switched(learned(), none_rows_gone_with_learned_default=False))) == (0, 4)


@pytest.mark.parametrize("value", [True, False])
def test_n5_rules_that_change_and_flows_that_are_open(value: bool):
    opened = establish(two().network(), packet("vms/a", "vms/b"))
    shut = switched(two().group("g", "100 in deny * * * *"), security_change_cuts_flows=value)
    shut.set("nics/b/security_group", "g")
    assert fate(shut, "vms/a", "vms/b") == "NSG_IN"  # a new flow either way
    assert fate(shut, "vms/a", "vms/b", state=opened) == ("NSG_IN" if value else "delivered")


def test_n6_failover_of_vpn_gateways():
    old = switched(two(), vpn_failover="2016").network().profile
    assert (old.vpn_interruption_s(planned=False), old.vpn_interruption_s(planned=True)) == (
        (60, 90),
        (10, 15),
    )
    assert two().network().profile.vpn_interruption_s(planned=False) == (60, 180)
    assert two("azure-2021").network().profile.vpn_interruption_s(planned=False) == (60, 90)


@pytest.mark.parametrize(("value", "word"), [(True, "delivered"), (False, "NO_OUTBOUND")])
def test_n7_default_outbound_access(value: bool, word: str):
    assert fate(switched(two(), default_outbound=value), "vms/a", "198.51.100.9") == word


def chain() -> Net:
    """[a] -- (s) -- {fw} -- (t) -- [c], and back the same way."""
    drawn = net().vnet("v", "10.0.0.0/16").table("out", {"10.0.2.0/24": "10.0.3.9"})
    drawn.table("back", {"10.0.1.0/24": "10.0.3.9"}).subnet("s", "10.0.1.0/24", table="out")
    drawn.subnet("t", "10.0.2.0/24", table="back").subnet("n", "10.0.3.0/24").appliance("fw", "n", "10.0.3.9")
    return drawn.vm("a", "s", "10.0.1.4").vm("b", "s", "10.0.1.5").vm("c", "t", "10.0.2.4")


def hops(drawn: Net, destination: str) -> list[str | None]:
    """Return what a traceroute from a shows."""
    return [hop.at for hop in netcore.traceroute(drawn.network(), packet("vms/a", destination, "icmp"))]


def test_n8_traceroute():
    assert hops(chain(), "vms/c") == ["vms/fw", "vms/c"]
    assert hops(chain(), "vms/b") == ["vms/b"]
    assert hops(chain().set("vms/c/power", "stopped"), "vms/c") == ["vms/fw", None]
    off = switched(chain(), traceroute=False)
    assert hops(off, "vms/c") == []
    assert ask(off, "vms/a", "vms/c").delivered


@pytest.mark.parametrize(("value", "seconds"), [("half-a-minute", 30), ("seconds", 5)])
def test_n9_speed_of_route_programming(value: str, seconds: int):
    before = two().network()
    after = switched(two().table("t", {"10.0.9.0/24": "None"}), route_programming=value)
    network = after.set("subnets/s/route_table", "t").network()
    assert set(stale_routes(before, network, seconds * 1_000_000 - 1)) == {"a", "b"}
    assert stale_routes(before, network, seconds * 1_000_000) == {}


@pytest.mark.parametrize(("value", "seconds"), [("one-minute", 60), ("two-minutes", 120)])
def test_n9_speed_of_address_moves(value: str, seconds: int):
    network = switched(two(), address_move=value).network()
    address = network.nic("b").configurations["ip1"].address
    on_the_way = moving(network, [address], seconds * 1_000_000 - 1)
    assert fate(network, "vms/a", "vms/b", state=State(in_transit=on_the_way)) == "IP_IN_TRANSIT"
    done = moving(network, [address], seconds * 1_000_000)
    assert fate(network, "vms/a", "vms/b", state=State(in_transit=done)) == "delivered"


def test_n10_the_shared_range_of_the_none_rows():
    assert fate(two("azure-2021"), "vms/a", "172.16.0.1") == "ROUTE_NONE_SYSTEM"
    without = switched(two("azure-2021"), none_route_172_16=False)
    rows = [str(row.prefixes[0]) for row in without.network().routes("a").rows]
    assert "172.16.0.0/12" not in rows
    assert "10.0.0.0/8" in rows
    assert fate(without, "vms/a", "172.16.0.1") == "NO_SUCH_HOST"  # it leaves for the Internet, to nobody
