"""Facts B6 and B7: groups of guests that share an address by themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from netcore.control.network import Network
from netcore.forwarding.state import State
from netcore.profiles import profile
from tests.netcore.ask import ask, fate, fates, visited
from tests.netcore.build import Net, net

VIP = "10.0.0.10"


def pair(unicast: bool = False, holder: str = "", **more: Any) -> Net:
    """[b .5, priority 110] [c .6, priority 100] share .10; [a .4] beside them, [d] in another subnet."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16", "fd00:db8::/48")
        .subnet("lan", "10.0.0.0/24", "fd00:db8::/64")
        .subnet("other", "10.0.1.0/24")
        .vm("a", "lan", "10.0.0.4")
        .vm("d", "other", "10.0.1.4")
    )
    for vm, own, other, priority in (("b", "10.0.0.5", "10.0.0.6", 110), ("c", "10.0.0.6", "10.0.0.5", 100)):
        group = {"address": VIP, "priority": priority, "peers": [other] if unicast else [], **more}
        drawn.vm(vm, "lan", own, guest={"redundancy": {"g": group}, "services": {"web": {"protocol": "tcp"}}})
    if holder:
        drawn.set(f"nics/{holder}/configurations/vip", {"address": VIP})
    return drawn


def masters(drawn: Net | Network, state: State | None = None) -> tuple[str, ...]:
    network = drawn.network() if isinstance(drawn, Net) else drawn
    (group,) = netcore.redundancy(network, state)
    return group.masters


@pytest.mark.parametrize(
    ("kind", "mac"),
    [("vrrp", "00:00:5e:00:01:01"), ("carp", "00:00:5e:00:01:01"), ("hsrp", "00:00:0c:9f:f0:01")],
)
def test_b6_hellos_by_multicast_are_lost_and_everybody_is_master(kind: str, mac: str):
    (group,) = netcore.redundancy(pair(kind=kind).network())
    assert group.masters == ("b", "c")
    assert [hello.code for member in group.members for hello in member.hellos] == ["MULTICAST"] * 2
    assert group.mac == mac
    assert group.holder is None
    assert json.loads(json.dumps(group.as_dict()))["masters"] == ["b", "c"]


def test_b6_ipv6_groups_fare_no_better():
    (group,) = netcore.redundancy(pair(address="fd00:db8::10").network())
    assert group.masters == ("b", "c")
    assert group.members[0].hellos[0].destination == "ff02::12"


def test_b6_unicast_peers_talk_and_yet_the_fabric_does_not_know_the_address():
    drawn = pair(unicast=True)
    (group,) = netcore.redundancy(drawn.network())
    assert [(member.vm, member.role) for member in group.members] == [("b", "master"), ("c", "backup")]
    assert group.members[1].hears == ("b",)
    for vm in ("a", "c", "d"):
        assert fate(drawn, f"vms/{vm}", VIP) == "NO_SUCH_HOST"


def test_b6_a_hello_that_a_rule_denies_makes_a_second_master():
    drawn = pair(unicast=True).group("g", "100 in deny udp 10.0.0.5 * *").set("nics/c/security_group", "g")
    assert masters(drawn) == ("b", "c")
    walled = pair(unicast=True).set("vms/c/guest/firewall", {"no": {"protocol": "udp"}})
    assert masters(walled) == ("b", "c")


def test_b6_peers_in_unconnected_networks_never_meet():
    """The same group, twice: two networks with the same addresses and no peering are two groups."""
    drawn = pair(unicast=True).vnet("w", "10.0.0.0/16").subnet("wlan", "10.0.0.0/24")
    drawn.vm("e", "wlan", "10.0.0.7", guest={"redundancy": {"g": {"address": VIP, "priority": 200}}})
    found = netcore.redundancy(drawn.network())
    assert [group.masters for group in found] == [("b",), ("e",)]


def test_b6_the_backup_takes_over_and_the_address_stays_where_the_platform_has_it():
    drawn = pair(unicast=True, holder="b")
    assert fates(drawn, "vms/a", VIP) == ("delivered", "delivered")
    dead = State(down_vms=frozenset({"b"}))
    assert masters(drawn, dead) == ("c",)
    assert fate(drawn, "vms/a", VIP, state=dead) == "VM_STOPPED"
    assert visited(ask(drawn, "vms/c", VIP, state=dead).forward) == ["c"]


def test_b6_a_backup_that_the_platform_delivers_to_does_not_take_it():
    done = ask(pair(unicast=True, holder="c"), "vms/a", VIP).forward.verdict
    assert (done.code, done.at) == ("GUEST_IP_MISMATCH", "vms/c")
    assert "B6" in done.facts
    assert fate(pair(unicast=True, holder="c"), "vms/a", VIP, state=State(masters=frozenset())) != "delivered"


def test_b7_only_the_master_itself_reaches_the_shared_address():
    drawn = pair(unicast=True)
    assert visited(ask(drawn, "vms/b", VIP).forward) == ["b"]
    assert fate(drawn, "vms/b", VIP) == "delivered"
    done = ask(drawn, "vms/a", VIP).forward.verdict
    assert done.code == "NO_SUCH_HOST"
    assert "B7" in done.facts


def test_b6_another_provider_drops_the_hellos_too():
    network = Network(pair().scenario(), profile("aws"))
    assert masters(network) == ("b", "c")
    assert masters(Network(pair(unicast=True).scenario(), profile("aws"))) == ("b",)


def test_b6_the_guest_knows_its_role():
    network = pair(unicast=True, holder="b").network()
    (role,) = netcore.guest_view(network, "b").redundancy
    assert (role.role, role.heard, role.holder) == ("master", True, "nics/b")
    (role,) = netcore.guest_view(network, "c").redundancy
    assert (role.role, role.heard) == ("backup", False)


def test_b6_equal_priorities_go_by_address():
    drawn = pair(unicast=True).set("vms/b/guest/redundancy/g/priority", 100)
    assert masters(drawn) == ("c",)


def test_b6_a_lost_zone_takes_its_master_with_it():
    drawn = pair(unicast=True).set("vms/b/zone", 1).set("vms/c/zone", 2)
    assert masters(drawn, State(down_zones=frozenset({1}))) == ("c",)
    (group,) = netcore.redundancy(drawn.network(), State(down_zones=frozenset({1})))
    assert [(member.vm, member.role) for member in group.members] == [("b", "down"), ("c", "master")]
