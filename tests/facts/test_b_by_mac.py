"""Fact B11 against B2 and B3: a fabric that forwards by MAC inside a subnet, and one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netcore.control.network import Network
from netcore.forwarding.machines import derived_mac
from netcore.forwarding.state import State
from netcore.profiles import DEFAULT_PROFILE
from tests.netcore.ask import ask, facts_of, fate, fates, routes_used, visited
from tests.netcore.build import Net, net

BY_MAC = replace(
    DEFAULT_PROFILE, id="by-mac", arp="owner", unicast_by_mac=True, router_mac="02:00:0a:00:00:01"
)


def lan() -> Net:
    """[a .4] [b .5, forwards] [c .6] in one subnet; [d] in another."""
    return (
        net()
        .vnet("v", "10.0.0.0/16", "fd00:db8::/48")
        .subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
        .subnet("other", "10.0.1.0/24")
        .vm("a", "lan", "10.0.0.4", "fd00:db8::4")
        .appliance("b", "lan", "10.0.0.5", "fd00:db8::5")
        .vm("c", "lan", "10.0.0.6", "fd00:db8::6")
        .vm("d", "other", "10.0.1.4")
    )


def by_mac(drawn: Net) -> Network:
    """Return a drawing under the profile that forwards by MAC."""
    return Network(drawn.scenario(), BY_MAC)


def test_b11_a_neighbour_is_reached_without_a_route():
    done = ask(by_mac(lan()), "vms/a", "vms/c")
    assert done.delivered
    assert routes_used(done.forward) == []
    assert "B11" in facts_of(done.forward)
    assert done.forward.steps[-1].after.source_mac == derived_mac("a")
    assert routes_used(ask(lan(), "vms/a", "vms/c").forward)


def test_b11_other_subnets_are_reached_by_the_router():
    done = ask(by_mac(lan()), "vms/a", "vms/d")
    assert done.delivered
    assert routes_used(done.forward) == ["Default route 10.0.0.0/16 -> VnetLocal"]


def test_b11_a_frame_for_a_neighbours_mac_reaches_it_whatever_the_destination():
    """a sends 8.8.8.8 with b's MAC: b gets it there, and never on the other kind of fabric."""
    drawn = lan().set("vms/b/guest/forwarding", False)
    sent: dict[str, Any] = {"destination_mac": derived_mac("b")}
    assert visited(ask(by_mac(drawn), "vms/a", "192.0.2.8", **sent).forward) == ["a", "b"]
    assert "b" not in visited(ask(drawn, "vms/a", "192.0.2.8", **sent).forward)
    checked = lan().set("nics/b/ip_forwarding", False)
    assert fate(by_mac(checked), "vms/a", "192.0.2.8", **sent) == "DST_NOT_OWNED"


def test_b11_nothing_is_flooded():
    for mac in ("02:00:00:00:00:99", derived_mac("d"), derived_mac("a")):
        done = ask(by_mac(lan()), "vms/a", "vms/c", destination_mac=mac).forward.verdict
        assert done.code == "NO_L2"


@pytest.mark.parametrize("destination", ["10.0.1.4", "192.0.2.1"])
def test_b11_a_guest_route_by_a_neighbour_works(destination: str):
    """a's guest sends everything by b: b sees it on this fabric only."""
    drawn = lan().set("vms/a/guest/routes", {"r": {"prefix": "0.0.0.0/0", "via": "10.0.0.5"}})
    assert "b" in visited(ask(by_mac(drawn), "vms/a", destination).forward)
    assert "b" not in visited(ask(drawn, "vms/a", destination).forward)


def test_b11_ipv6_neighbours_too():
    done = ask(by_mac(lan()), "vms/a", "fd00:db8::6")
    assert done.delivered
    assert routes_used(done.forward) == []
    assert fates(lan(), "vms/a", "fd00:db8::6") == ("delivered", "delivered")


def test_b11_nobody_answers_for_an_address_without_a_holder():
    assert fate(by_mac(lan()), "vms/a", "10.0.0.77") == "NO_SUCH_HOST"
    done = ask(by_mac(lan()), "vms/a", "10.0.0.77").forward
    assert done.verdict.at == "vms/a"
    across = lan().set("vms/a/guest/routes", {"r": {"prefix": "0.0.0.0/0", "via": "10.0.1.4"}})
    assert ask(by_mac(across), "vms/a", "192.0.2.1").forward.verdict.at == "vms/a"
    moving = State(in_transit=frozenset({ask(lan(), "vms/c", "vms/a").packet.source}))
    assert fate(by_mac(lan()), "vms/a", "vms/c", state=moving) == "IP_IN_TRANSIT"


def test_b11_a_balancer_in_the_subnet_is_a_neighbour():
    drawn = lan().balancer("ilb", ["c"], subnet="lan", address="10.0.0.10", rules=("tcp/443",))
    done = ask(by_mac(drawn), "vms/a", "10.0.0.10")
    assert done.delivered
    assert visited(done.forward) == ["a", "c"]


@pytest.mark.parametrize("asked", ["10.0.0.6", "10.0.0.77", "10.0.0.1", "fd00:db8::6"])
def test_b3_a_question_by_arp_is_answered_by_the_host(asked: str):
    done = ask(lan(), "vms/a", asked, frame="arp")
    assert done.delivered
    assert done.back is None
    assert visited(done.forward) == ["a"]
    assert "12:34:56:78:9a:bc" in done.forward.steps[-1].reason


def test_b11_a_question_by_arp_is_answered_with_the_owner():
    done = ask(by_mac(lan()), "vms/a", "10.0.0.6", frame="arp")
    assert derived_mac("c") in done.forward.steps[-1].reason
    assert visited(done.forward) == ["a"]
    assert fate(by_mac(lan()), "vms/a", "10.0.0.77", frame="arp") == "NO_SUCH_HOST"


@pytest.mark.parametrize("network", [lan(), by_mac(lan())], ids=["by address", "by mac"])
def test_b6_a_gratuitous_arp_moves_nothing(network: Net | Network):
    """c announces b's address as its own; nobody hears it, and b keeps its traffic."""
    done = ask(network, "vms/c", "10.0.0.5", frame="arp", source_address="10.0.0.5").forward
    assert done.verdict.code == "NO_L2"
    assert {"A20", "B6"} <= set(done.verdict.facts)
    assert "stays with NIC b" in done.verdict.sentence
    assert visited(ask(network, "vms/a", "10.0.0.5").forward) == ["a", "b"]


def test_a19_frames_from_a_changed_mac_do_not_even_ask():
    spoofed = lan().set("vms/a/guest/interfaces", {"a": {"mac": "02:00:00:00:00:01"}})
    done = ask(spoofed, "vms/a", "vms/c", frame="arp").forward
    assert done.verdict.code == "GUEST_MAC_MISMATCH"
    assert done.steps[-1].before.source_mac == "02:00:00:00:00:01"
