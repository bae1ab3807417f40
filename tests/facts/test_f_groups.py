"""Facts F5, F8-F10 and F12-F15: groups of applications, admin rules, endpoints, ICMPv6, changed rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import netcore
from netcore.control.network import Network
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.security import filtered_at_endpoint
from netcore.forwarding.state import Sessions, State
from netcore.forwarding.walk import establish
from netcore.profiles import DEFAULT_PROFILE
from netcore.trace.model import Header
from tests.netcore.ask import ask, facts_of, fate, fates, one, packet
from tests.netcore.build import Net, net

OPEN = ("100 in allow * * * *", "100 out allow * * * *")


def tiers() -> Net:
    """[web] [web2] -- (front) ; [logic] [db] -- (back); one group on both subnets."""
    drawn = net().vnet("v", "10.0.0.0/16").group("g")
    drawn.subnet("front", "10.0.1.0/24", group="g").subnet("back", "10.0.2.0/24", group="g")
    drawn.vm("web", "front", "10.0.1.4").vm("web2", "front", "10.0.1.5")
    drawn.vm("logic", "back", "10.0.2.4").vm("db", "back", "10.0.2.5")
    for group, members in (("Web", ("web", "web2")), ("Logic", ("logic",)), ("Db", ("db",))):
        drawn.set(f"application_groups/{group}", {"name": group})
        for nic in members:
            wear(drawn, nic, group)
    return drawn


def wear(drawn: Net, nic: str, *groups: str) -> None:
    """Let the first IP configuration of a NIC wear application groups."""
    drawn.set(f"nics/{nic}/configurations/ip1/application_groups", list(groups))


def rule(drawn: Net, key: str, priority: int, access: str, **fields: Any) -> Net:
    """Add an inbound rule to group g."""
    value = {"priority": priority, "direction": "Inbound", "access": access, **fields}
    return drawn.set(f"security_groups/g/rules/{key}", value)


def guarded() -> Net:
    """Logic may reach Db on 1433, nobody else."""
    drawn = tiers()
    db = {"destination_groups": ["Db"], "destination_ports": ["1433"]}
    rule(drawn, "logic", 110, "Allow", protocol="tcp", source_groups=["Logic"], **db)
    return rule(drawn, "rest", 120, "Deny", **db)


def codes(drawn: Net) -> list[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return [(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems]


def test_f12_a_rule_with_groups_applies_to_their_members():
    drawn = guarded()
    assert fates(drawn, "vms/logic", "vms/db", "tcp/1433") == ("delivered", "delivered")
    denied = ask(drawn, "vms/web", "vms/db", "tcp/1433").forward
    assert denied.verdict.code == "NSG_IN"
    assert "120 rest" in denied.verdict.sentence
    assert fate(drawn, "vms/web", "vms/db", "tcp/22") == "delivered"
    assert "F12" in facts_of(ask(drawn, "vms/logic", "vms/db", "tcp/1433").forward)
    wear(drawn, "web", "Web", "Logic")
    assert fate(drawn, "vms/web", "vms/db", "tcp/1433") == "delivered"
    wear(drawn, "logic")
    assert fate(drawn, "vms/logic", "vms/db", "tcp/1433") == "NSG_IN"


def test_f12_a_group_is_of_configurations_and_not_of_machines():
    drawn = guarded()
    drawn.set("nics/web/configurations/ip2", {"address": "10.0.1.9", "application_groups": ["Logic"]})
    drawn.set("nics/web/configurations/ip1/primary", True)
    drawn.set("vms/web/guest", {"interfaces": {"web": {"added": ["10.0.1.9"]}}})
    assert fate(drawn, "vms/web", "vms/db", "tcp/1433", source_address="10.0.1.9") == "delivered"
    assert fate(drawn, "vms/web", "vms/db", "tcp/1433", source_address="10.0.1.4") == "NSG_IN"


def test_f12_members_of_a_strange_network_with_the_same_address_do_not_count():
    drawn = guarded().vnet("w", "10.0.0.0/16").subnet("far", "10.0.1.0/24").vm("x", "far", "10.0.1.4")
    wear(drawn, "logic")
    wear(drawn, "x", "Logic")
    rule(drawn, "logic", 110, "Allow", source_groups=["Logic"], destination_ports=["1433"])
    assert codes(drawn) == []
    assert fate(drawn, "vms/web", "vms/db", "tcp/1433") == "NSG_IN"


def test_f12_groups_stand_in_effective_rules():
    rules = netcore.effective_rules(guarded().network(), "db", "Inbound")
    shown = rules[0].as_dict()
    assert (shown["source_text"], shown["destination_text"]) == ("group Logic", "group Db port 1433")
    assert shown["source_prefixes"] == ["10.0.2.4/32"]
    assert shown["facts"] == ["F3", "F12"]
    assert shown["text"] == "110 logic: allow tcp group Logic -> group Db port 1433"


def test_f12_where_members_may_be():
    apart = guarded().vnet("w", "10.9.0.0/16").subnet("far", "10.9.1.0/24").vm("x", "far", "10.9.1.4")
    wear(apart, "x", "Web")
    assert codes(apart) == [("group-in-two-vnets", "F12")]
    apart.set("application_groups/Far", {"name": "Far"})
    wear(apart, "x", "Far")
    assert codes(apart) == []
    rule(apart, "both", 130, "Allow", source_groups=["Far"], destination_groups=["Db"])
    assert codes(apart) == [("rule-groups-apart", "F12")]


def test_f12_limits():
    drawn = tiers()
    for number in range(21):
        drawn.set(f"application_groups/a{number}", {"name": "a"})
    wear(drawn, "web", *(f"a{number}" for number in range(20)))
    assert codes(drawn) == []
    wear(drawn, "web", *(f"a{number}" for number in range(21)))
    assert codes(drawn) == [("too-many-groups", "F12")]
    full = tiers()
    for number in range(1000):
        rule(full, f"r{number}", 100 + number, "Allow")
    assert codes(full) == []
    rule(full, "r1000", 1100, "Allow")
    assert codes(full) == [("too-many-rules", "F12")]


def endpoint(policies: str) -> Run:
    """Return a run in a network with a private endpoint whose subnet has a group that denies all."""
    drawn = net().vnet("v", "10.0.0.0/16").group("g", "100 in deny * * * *")
    drawn.subnet("pe", "10.0.1.0/24", group="g", endpoint_policies=policies)
    drawn.set("private_endpoints/e", {"name": "e", "subnet": "pe", "address": "10.0.1.5"})
    network = drawn.network()
    return Run(network, drawing_of(network), State(), Sessions(), Phase.OPENING)


@pytest.mark.parametrize("policies", ["none", "route-tables", "security-groups", "all"])
def test_f13_a_private_endpoint_ignores_groups_unless_its_subnet_says_otherwise(policies: str):
    run = endpoint(policies)
    header = Header(source="10.0.2.4", destination="10.0.1.5", protocol=6, destination_port=443)
    end = filtered_at_endpoint(run, "e", header)
    if policies in ("security-groups", "all"):
        assert end is not None
        assert end.verdict.code == "NSG_IN"
    else:
        assert end is None
        assert run.steps[-1].facts == ("F13",)


@pytest.mark.parametrize(("policies", "expected"), [("none", "delivered"), ("security-groups", "NSG_IN")])
def test_f13_on_the_way_to_a_private_endpoint(policies: str, expected: str):
    drawn = net().vnet("v", "10.0.0.0/16").group("g", "100 in deny * * * *").subnet("lan", "10.0.2.0/24")
    drawn.subnet("pe", "10.0.1.0/24", group="g", endpoint_policies=policies).vm("a", "lan", "10.0.2.4")
    drawn.set("private_endpoints/e", {"name": "e", "subnet": "pe", "address": "10.0.1.5"})
    done = ask(drawn, "vms/a", "10.0.1.5").forward
    assert (done.verdict.code or "delivered") == expected
    assert ("F13" in facts_of(done)) == (policies == "none")


def ruled(*rules: dict[str, Any], group: tuple[str, ...] = ()) -> Net:
    """[a] [b] -- (lan) with admin rules and a group on b's NIC."""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("lan", "10.0.1.0/24").group("g", *group)
    drawn.vm("a", "lan", "10.0.1.4").vm("b", "lan", "10.0.1.5", group="g")
    for number, fields in enumerate(rules):
        value = {"name": f"r{number}", "priority": 10 + number, "direction": "Inbound", **fields}
        drawn.set(f"admin_rules/r{number}", value)
    return drawn


DENY = ("100 in deny * * * *",)


@pytest.mark.parametrize(
    ("access", "group", "expected"),
    [
        ("Deny", OPEN, "NSG_IN"),
        ("Allow", OPEN, "delivered"),
        ("Allow", DENY, "NSG_IN"),
        ("AlwaysAllow", DENY, "delivered"),
    ],
)
def test_f14_admin_rules_come_before_groups(access: str, group: tuple[str, ...], expected: str):
    drawn = ruled({"access": access}, group=group)
    done = ask(drawn, "vms/a", "vms/b").forward
    assert (done.verdict.code or "delivered") == expected
    assert "F14" in facts_of(done)
    if access == "Deny":
        assert "F14" in done.verdict.facts
        assert done.verdict.sentence.endswith(
            "security admin rule 10 r0 denies 10.0.1.4 -> 10.0.1.5 tcp/443; no security group is asked."
        )


def test_f14_first_match_by_priority_in_both_directions_and_only_in_its_networks():
    first = ruled({"access": "AlwaysAllow", "destination_ports": ["443"]}, {"access": "Deny"}, group=DENY)
    assert fate(first, "vms/a", "vms/b", "tcp/443") == "delivered"
    assert fate(first, "vms/a", "vms/b", "tcp/22") == "NSG_IN"
    outward = ruled({"access": "Deny", "direction": "Outbound", "protocol": "udp"}, group=OPEN)
    assert fate(outward, "vms/a", "vms/b", "udp/53") == "NSG_OUT"
    assert fates(outward, "vms/a", "vms/b", "tcp/53") == ("delivered", "delivered")
    outward.vnet("w", "10.9.0.0/16").set("admin_rules/r0/vnets", ["w"])
    assert fate(outward, "vms/a", "vms/b", "udp/53") == "delivered"


def test_f14_admin_rules_hold_without_any_group_and_spare_answers():
    drawn = ruled({"access": "Deny"}, group=OPEN).set("nics/b/security_group", None)
    assert fate(drawn, "vms/a", "vms/b") == "NSG_IN"
    drawn.set("admin_rules/r0/source", ["10.0.1.5"])
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert fate(drawn, "vms/b", "vms/a") == "NSG_IN"


def test_f14_always_allow_opens_a_public_address_without_a_group():
    drawn = ruled({"access": "AlwaysAllow"}).set("nics/b/security_group", None).host("client", "198.51.100.9")
    drawn.public("pip", "203.0.113.4").set("nics/b/configurations/ip1/public_ip", "pip")
    assert fates(drawn, "hosts/client", "203.0.113.4") == ("delivered", "delivered")
    drawn.set("admin_rules/r0/access", "Allow")
    done = ask(drawn, "hosts/client", "203.0.113.4").forward.verdict
    assert (done.code, done.facts) == ("NSG_IN", ("F1",))


def test_f14_admin_rules_stand_first_in_effective_rules():
    network = ruled({"access": "AlwaysAllow", "protocol": "tcp"}, group=OPEN).network()
    rows = [row.as_dict() for row in netcore.effective_rules(network, "b", "Inbound")]
    assert [row["where"] for row in rows] == ["admin", "nic", "nic", "nic", "nic"]
    assert rows[0]["text"] == "10 r0: always allow tcp * -> *"
    assert rows[0]["facts"] == ["F14"]
    assert [row["facts"] for row in rows[1:]] == [["F3"], ["F4"], ["F4"], ["F4"]]
    assert [row["default"] for row in rows] == [False, False, True, True, True]


def test_f14_an_admin_rule_can_deny_the_probe():
    drawn = ruled({"access": "Deny", "source": ["AzureLoadBalancer"]}, group=OPEN)
    drawn.balancer("ilb", ["b"], subnet="lan", address="10.0.1.100", probe=8080)
    done = ask(drawn, "vms/a", "10.0.1.100").forward.verdict
    assert done.code == "LB_NO_HEALTHY"
    assert "security admin rule r0 denies the probe" in done.sentence


def cut() -> tuple[State, Net]:
    """Return the state after [a] -> [b] was opened, and the network with a rule that denies it."""
    drawn = ruled(group=OPEN)
    state = establish(drawn.network(), packet("vms/a", "vms/b"))
    return state, ruled(group=DENY)


def test_f5_whether_a_changed_rule_cuts_flows_is_a_switch():
    state, closed = cut()
    assert one(closed.network(), "vms/a", "vms/b", state=state).delivered
    strict = Network(closed.scenario(), replace(DEFAULT_PROFILE, security_change_cuts_flows=True))
    done = one(strict, "vms/a", "vms/b", state=state).forward
    assert done.verdict.code == "NSG_IN"
    assert "F5" in done.verdict.facts
    assert done.steps[-1].assumption is not None
    opened = Network(ruled(group=OPEN).scenario(), strict.profile)
    assert one(opened, "vms/a", "vms/b", state=state).delivered


def test_f5_a_group_added_later_does_not_cut_flows_either():
    bare = ruled().set("nics/b/security_group", None).network()
    state = establish(bare, packet("vms/a", "vms/b"))
    closed = ruled(group=DENY).network()
    assert one(closed, "vms/a", "vms/b", state=state).delivered
    assert one(closed, "vms/a", "vms/b", state=state, source_port=50_001).verdict.code == "NSG_IN"


def tag_of(drawn: Net, name: str = "VirtualNetwork") -> list[str]:
    """Return the prefixes of a tag at b's NIC."""
    drawn.group("t", f"100 in allow * {name} * *").set("nics/b/security_group", "t")
    return netcore.effective_rules(drawn.network(), "b", "Inbound")[0].as_dict()["source_prefixes"]


def test_f8_virtual_network_holds_ranges_peers_platform_and_learned_prefixes():
    drawn = ruled()
    assert tag_of(drawn) == ["10.0.0.0/16", "168.63.129.16/32"]
    drawn.vnet("w", "10.9.0.0/16").peer("v", "w")
    assert "10.9.0.0/16" in tag_of(drawn)
    drawn.gateway("gw", "172.20.0.0/16", vnet="v")
    assert "172.20.0.0/16" in tag_of(drawn)
    drawn.table("rt", {"192.0.2.0/24": "None"}, propagation=False).set("subnets/lan/route_table", "rt")
    assert {"192.0.2.0/24", "172.20.0.0/16"} <= set(tag_of(drawn))


def test_f8_virtual_network_holds_the_sites_behind_connections():
    drawn = ruled().gateway("gw", vnet="v").subnet("gws", "10.0.250.0/24", vnet="v")
    drawn.set("subnets/gws/name", "GatewaySubnet")
    router = {"name": "r", "address": "172.30.0.1", "public_address": "198.51.100.1"}
    drawn.set("sites/dc", {"name": "dc", "prefixes": ["172.30.0.0/16"], "routers": {"r": router}})
    assert "172.30.0.0/16" not in tag_of(drawn)
    drawn.set("connections/c", {"name": "c", "gateway": "gw", "site": "dc", "router": "r"})
    assert "172.30.0.0/16" in tag_of(drawn)


def test_f9_the_internet_is_what_is_neither_private_nor_here():
    drawn = ruled().vnet("w", "198.51.100.0/24").peer("v", "w")
    internet = netcore.effective_rules(drawn.network(), "b", "Outbound")[1].destinations
    assert internet is not None
    for text, inside in (("203.0.113.9", True), ("198.51.100.9", False), ("10.9.9.9", False)):
        assert (
            netcore.Packet(source="vms/a", destination="x", source_address=text).source_address in internet
        ) is inside


@pytest.mark.parametrize(
    ("tag", "destination"),
    [("AzurePlatformDNS", "168.63.129.16"), ("AzurePlatformIMDS", "169.254.169.254")],
)
def test_f10_only_rules_with_platform_tags_reach_the_platform(tag: str, destination: str):
    drawn = ruled(group=("100 out deny * * * *",))
    assert fate(drawn, "vms/b", destination, "udp/53") == "delivered"
    drawn.group("g", f"100 out deny udp * {tag} 53")
    assert fate(drawn, "vms/b", destination, "udp/53") == "NSG_OUT"
    assert fate(drawn, "vms/b", destination, "tcp/80") == "delivered"


def dual() -> Net:
    """[a] [b] -- (lan), both with IPv4 and IPv6."""
    drawn = net().vnet("v", "10.0.0.0/16", "fd00:db8::/48").group("g", *DENY)
    drawn.subnet("lan", "10.0.1.0/24", "fd00:db8:0:1::/64")
    drawn.vm("a", "lan", "10.0.1.4", "fd00:db8:0:1::4").vm(
        "b", "lan", "10.0.1.5", "fd00:db8:0:1::5", group="g"
    )
    for nic in ("a", "b"):
        drawn.set(f"nics/{nic}/configurations/ip2/primary", True)
    return drawn


def test_f15_icmpv6_passes_every_group():
    there = "fd00:db8:0:1::5"
    assert fates(dual(), "vms/a", there, "icmpv6") == ("delivered", "delivered")
    assert fate(dual(), "vms/a", there, "tcp/443") == "NSG_IN"
    assert fate(dual(), "vms/a", "10.0.1.5", "icmp") == "NSG_IN"
    step = next(s for s in ask(dual(), "vms/a", there, "icmpv6").forward.steps if s.facts == ("F15",))
    assert step.assumption is not None
    strict = Network(dual().scenario(), replace(DEFAULT_PROFILE, icmpv6_filtered=True))
    assert fate(strict, "vms/a", there, "icmpv6") == "NSG_IN"


def test_f15_ipv6_prefixes_decide_about_ipv6_only():
    drawn = dual().group("g", "100 in allow tcp fd00:db8:0:1::4 * 443", "200 in deny * * * *")
    assert fates(drawn, "vms/a", "fd00:db8:0:1::5") == ("delivered", "delivered")
    assert fate(drawn, "vms/a", "10.0.1.5") == "NSG_IN"
    drawn.group("g", "100 in allow tcp fd00:db8::/48 10.0.0.0/8 443")
    assert codes(drawn) == [("rule-mixed-versions", "F15")]
    mixed = ruled({"access": "Deny", "source": ["10.0.0.0/8", "fd00::/8"]})
    assert codes(mixed) == [("rule-mixed-versions", "F15")]
