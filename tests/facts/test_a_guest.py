"""Facts A10-A23, the guest's half: what the platform gave, and what the VM believes."""

from __future__ import annotations

import pytest

from netcore.document.values import parse_address
from netcore.forwarding.machines import derived_mac
from netcore.forwarding.state import State
from tests.netcore.ask import ask, fate, fates, visited
from tests.netcore.build import Net, net


def pair(**guest: object) -> Net:
    """[a .4] -- (lan 10.0.0.0/24) -- [b .5], ``guest`` is what b believes."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("lan", "10.0.0.0/24")
        .vm("a", "lan", "10.0.0.4")
        .vm("b", "lan", "10.0.0.5", guest=dict(guest))
    )


def test_a10_secondary_address_must_be_typed_into_the_guest():
    """The fabric delivers to a secondary address; the guest takes it only when somebody typed it in."""
    one = pair().set("nics/b/configurations/ip2", {"address": "10.0.0.6"})
    done = ask(one, "vms/a", "10.0.0.6")
    assert done.forward.verdict.code == "GUEST_IP_MISMATCH"
    assert done.forward.verdict.at == "vms/b"
    assert "A10" in done.forward.verdict.facts
    typed = pair(interfaces={"b": {"added": ["10.0.0.6"]}}).set(
        "nics/b/configurations/ip2", {"address": "10.0.0.6"}
    )
    assert fates(typed, "vms/a", "10.0.0.6") == ("delivered", "delivered")


def test_a13_dhcp_gives_the_guest_what_the_control_plane_holds():
    done = ask(pair(), "vms/b", "vms/a")
    assert str(done.packet.source) == "10.0.0.5"


def test_a13_dhcpv6_gives_the_guest_its_ipv6_address():
    """[a] -- (lan, dual stack) -- [b]; only the IPv4 addresses are drawn as primary."""
    drawn = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
    drawn.vm("a", "lan", "10.0.0.4", "fd00:db8::4").vm("b", "lan", "10.0.0.5", "fd00:db8::5")
    assert fates(drawn, "vms/a", "fd00:db8::5") == ("delivered", "delivered")
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")


@pytest.mark.parametrize("address", ["168.63.129.16", "169.254.169.254"])
def test_a14_the_platform_answers_at_its_own_addresses(address: str):
    """Even where a table throws everything else away."""
    closed = pair().table("t", {"0.0.0.0/0": "None"}).set("subnets/lan/route_table", "t")
    done = ask(closed, "vms/a", address, "tcp/80")
    assert done.delivered
    assert done.back is None
    assert fate(closed, "vms/a", "198.51.100.1") == "ROUTE_NONE_USER"


def test_a15_host_routes_to_the_platform_come_with_dhcp():
    steps = ask(pair(), "vms/a", "168.63.129.16", "tcp/80").forward.steps
    assert "host route from DHCP" in steps[0].reason


def test_a16_unicast_dhcp_is_intercepted():
    assert fate(pair(), "vms/a", "vms/b", "udp/67", source_port=68) == "RESERVED_PORT"
    assert fate(pair(), "vms/a", "vms/b", "udp/67", source_port=6800) == "delivered"


def test_a17_guest_address_differs_from_the_nic():
    """b's guest was set to .9: .5 reaches the host and dies in the guest, .9 may not send, nobody owns .9."""
    wrong = pair(interfaces={"b": {"address": "10.0.0.9"}})
    assert fate(wrong, "vms/a", "10.0.0.5") == "GUEST_IP_MISMATCH"
    away = ask(wrong, "vms/b", "vms/a")
    assert away.forward.verdict.code == "SRC_NOT_OWNED"
    assert str(away.packet.source) == "10.0.0.9"
    assert "A17" in away.forward.verdict.facts
    assert fate(wrong, "vms/a", "10.0.0.9") == "NO_SUCH_HOST"


def test_a18_mac_is_derived_once_and_stays():
    assert derived_mac("b") == derived_mac("b") != derived_mac("c")
    same = pair(interfaces={"b": {"mac": derived_mac("b")}})
    assert fates(same, "vms/a", "vms/b") == ("delivered", "delivered")


def test_a19_a_changed_mac_disconnects_the_vm():
    changed = pair(interfaces={"b": {"mac": "02:00:00:00:00:01"}})
    assert fate(changed, "vms/a", "vms/b") == "GUEST_MAC_MISMATCH"
    away = ask(changed, "vms/b", "vms/a").forward
    assert away.verdict.code == "GUEST_MAC_MISMATCH"
    assert away.verdict.at == "nics/b"
    assert away.steps[-1].assumption


def test_a20_only_the_control_plane_moves_an_address():
    """b claims a's address in its guest: traffic keeps reaching a; after the control plane moved it, b."""
    base = pair(interfaces={"b": {"added": ["10.0.0.7"]}}).vm("c", "lan", "10.0.0.6")
    held_by_c = base.set("nics/c/configurations/ip2", {"address": "10.0.0.7"}).set(
        "vms/c/guest/interfaces", {"c": {"added": ["10.0.0.7"]}}
    )
    assert visited(ask(held_by_c, "vms/a", "10.0.0.7").forward) == ["a", "c"]
    in_transit = State(in_transit=frozenset({parse_address("10.0.0.7")}))
    assert fate(held_by_c, "vms/a", "10.0.0.7", state=in_transit) == "IP_IN_TRANSIT"
    moved = pair(interfaces={"b": {"added": ["10.0.0.7"]}}).set(
        "nics/b/configurations/ip2", {"address": "10.0.0.7"}
    )
    assert visited(ask(moved, "vms/a", "10.0.0.7").forward) == ["a", "b"]


def test_a22_without_a_holder_nothing_is_delivered():
    assert fate(pair(), "vms/a", "10.0.0.77") == "NO_SUCH_HOST"
    assert fate(pair(), "vms/a", "10.0.200.1") == "NO_SUCH_HOST"


def test_a23_default_route_only_on_the_primary_nic():
    """[c] has two NICs: what comes from afar by the second is answered by the first, and dies there."""
    two = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("one", "10.0.1.0/24")
        .subnet("two", "10.0.2.0/24")
        .subnet("far", "10.0.3.0/24")
        .vm("a", "far", "10.0.3.4")
        .vm("c", "one", "10.0.1.4")
        .nic("c2", "c", "two", "10.0.2.4")
    )
    done = ask(two, "vms/a", "10.0.2.4")
    assert done.forward.verdict.code is None
    assert done.back is not None
    assert done.back.verdict.code == "SRC_NOT_OWNED"
    assert done.back.verdict.at == "nics/c"
    two.set("vms/c/guest/routes", {"far": {"prefix": "10.0.3.0/24", "nic": "c2"}})
    assert fates(two, "vms/a", "10.0.2.4") == ("delivered", "delivered")
    assert str(ask(two, "vms/c", "vms/a").packet.source) == "10.0.2.4"


def two_armed(**guest: object) -> Net:
    """[a] -- (far); [c] has its primary NIC in (one) and a second one in (two)."""
    return (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("one", "10.0.1.0/24")
        .subnet("two", "10.0.2.0/24")
        .subnet("far", "10.0.3.0/24")
        .vm("a", "far", "10.0.3.4")
        .vm("c", "one", "10.0.1.4", guest=dict(guest))
        .nic("c2", "c", "two", "10.0.2.4")
    )


def test_a23_policy_routing_answers_by_the_nic_that_was_asked():
    assert fates(two_armed(), "vms/a", "10.0.2.4") == ("delivered", "SRC_NOT_OWNED")
    done = ask(two_armed(policy_routing=True), "vms/a", "10.0.2.4")
    assert done.delivered
    assert any(step.at == "nics/c2" for step in done.back.steps if done.back)
    assert str(ask(two_armed(policy_routing=True), "vms/c", "vms/a").packet.source) == "10.0.1.4"


def test_a23_policy_routing_of_an_appliance_keeps_forwarded_answers_on_their_nic():
    """[a] -- c2 [c, forwards] c -- [b]: b's answer leaves c by c2 again, whatever c's default route says."""
    drawn = two_armed(forwarding=True, policy_routing=True)
    drawn.set("nics/c/ip_forwarding", True).set("nics/c2/ip_forwarding", True)
    drawn.subnet("s4", "10.0.4.0/24").vm("b", "s4", "10.0.4.4")
    drawn.table("ta", {"10.0.4.0/24": "10.0.2.4"}).set("subnets/far/route_table", "ta")
    drawn.table("tb", {"10.0.3.0/24": "10.0.1.4"}).set("subnets/s4/route_table", "tb")
    done = ask(drawn, "vms/a", "vms/b")
    assert done.delivered
    assert [step.at for step in done.back.steps if step.place == "nic" and step.at][-2] == "nics/c2"


@pytest.mark.parametrize(
    ("hook", "asked", "fate_of"),
    [
        ("input", ("vms/a", "vms/b"), "OS_FIREWALL"),
        ("output", ("vms/a", "vms/b"), "delivered"),
        ("output", ("vms/b", "vms/a"), "OS_FIREWALL"),
        ("input", ("vms/b", "vms/a"), "delivered"),
        ("forward", ("vms/a", "vms/b"), "delivered"),
    ],
)
def test_a22_a_guests_firewall_has_the_last_word(hook: str, asked: tuple[str, str], fate_of: str):
    """The fabric delivers; what the firewall in b says is a matter of b, and answers of its flows pass."""
    walled = pair(firewall={"all": {"hook": hook}})
    done = ask(walled, *asked)
    assert (done.forward.verdict.code or "delivered") == fate_of
    assert done.back is None or done.back.verdict.code is None


def test_a22_the_first_rule_of_a_guests_firewall_decides():
    rules = {
        "web": {"priority": 10, "access": "Allow", "protocol": "tcp", "destination_ports": ["80", "400-443"]},
        "friends": {"priority": 20, "access": "Allow", "source": "10.0.0.4/32", "protocol": "udp"},
        "rest": {"priority": 30},
    }
    walled = pair(firewall=rules)
    assert [fate(walled, "vms/a", "vms/b", flow) for flow in ("tcp/443", "tcp/22", "udp/53", "icmp")] == [
        "delivered",
        "OS_FIREWALL",
        "delivered",
        "OS_FIREWALL",
    ]


@pytest.mark.parametrize("source", ["168.63.129.16", "169.254.169.254"])
@pytest.mark.parametrize("open_nic", [False, True], ids=["checked", "IP forwarding on"])
def test_a14_only_the_platform_sends_from_its_addresses(source: str, open_nic: bool):
    drawn = pair().set("nics/a/ip_forwarding", open_nic)
    done = ask(drawn, "vms/a", "vms/b", source_address=source).forward.verdict
    assert (done.code, done.at) == ("SRC_NOT_OWNED", "nics/a")
    assert "A14" in done.facts


def test_a13_guests_ask_for_their_ipv6_address_by_multicast_to_the_platform():
    drawn = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
    drawn.vm("a", "lan", "10.0.0.4", "fd00:db8::4")
    asked = {"source_port": 546, "source_address": "fe80::4"}
    assert fate(drawn, "vms/a", "ff02::1:2", "udp/547", **asked) == "delivered"
    assert fate(drawn, "vms/a", "ff02::1:2", "udp/548", **asked) == "MULTICAST"
    assert fate(drawn, "vms/a", "ff02::1", "udp/547", **asked) == "MULTICAST"


def test_a16_a_lease_is_renewed_with_the_platform_itself():
    assert fate(pair(), "vms/a", "168.63.129.16", "udp/67", source_port=68) == "delivered"
    assert fate(pair(), "vms/a", "vms/b", "udp/67", source_port=67) == "delivered"


def test_a15_a_second_nic_leads_to_the_platform_only_by_its_own_route():
    """The host routes of DHCP are on the primary NIC; a guest route may say otherwise."""
    drawn = two_armed()
    assert "nics/c" in {step.at for step in ask(drawn, "vms/c", "168.63.129.16", "tcp/80").forward.steps}
    drawn.set("vms/c/guest/routes", {"p": {"prefix": "168.63.129.16/32", "nic": "c2"}})
    assert "nics/c2" in {step.at for step in ask(drawn, "vms/c", "168.63.129.16", "tcp/80").forward.steps}
