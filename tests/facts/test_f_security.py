"""Facts F1-F11: security groups on the way of a packet."""

from __future__ import annotations

import pytest

from netcore.forwarding.walk import establish
from tests.netcore.ask import ask, fate, fates, one, packet
from tests.netcore.build import Net, net

OPEN = ("100 in allow * * * *", "100 out allow * * * *")


def pair(subnet: str | None = None, nic: str | None = None) -> Net:
    """[a] -- (one) ; [b] -- (two), groups on b's side."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("one", "10.0.1.0/24")
        .subnet("two", "10.0.2.0/24", group=subnet)
        .vm("a", "one", "10.0.1.4")
        .vm("b", "two", "10.0.2.4", group=nic)
        .vm("b2", "two", "10.0.2.5")
        .host("client", "198.51.100.10")
    )
    return drawn.set("subnets/one/default_outbound", True).set("subnets/two/default_outbound", True)


def published(sku: str) -> Net:
    return pair().public("pip", "203.0.113.4", sku).set("nics/b/configurations/ip1/public_ip", "pip")


def test_f1_no_group_means_everything_is_allowed():
    assert fates(pair(), "vms/a", "vms/b") == ("delivered", "delivered")


def test_f1_a_standard_public_address_is_closed_without_a_group():
    closed = published("standard")
    done = ask(closed, "hosts/client", "vms/b").forward.verdict
    assert done.code == "NSG_IN"
    assert "F1" in done.facts
    assert fate(published("basic"), "hosts/client", "vms/b") == "delivered"
    opened = published("standard").group("g", *OPEN).set("nics/b/security_group", "g")
    assert fates(opened, "hosts/client", "vms/b") == ("delivered", "delivered")
    assert ask(closed, "vms/b", "hosts/client").delivered


def test_f1_a_standard_public_balancer_is_closed_without_a_group():
    drawn = pair().public("pip", "203.0.113.4").balancer("elb", ["b"], public="pip", rules=("tcp/443",))
    assert fate(drawn, "hosts/client", "203.0.113.4") == "NSG_IN"
    drawn.group("g", *OPEN).set("subnets/two/security_group", "g")
    assert fates(drawn, "hosts/client", "203.0.113.4") == ("delivered", "delivered")
    basic = pair().public("pip", "203.0.113.4", "basic")
    basic.balancer("elb", ["b"], public="pip", rules=("tcp/443",), sku="basic")
    assert fate(basic, "hosts/client", "203.0.113.4") == "delivered"


@pytest.mark.parametrize("denying", ["s", "n"])
def test_f2_both_groups_must_allow_in_their_order(denying: str):
    drawn = pair("s", "n")
    for group in ("s", "n"):
        rules = ("100 in deny tcp * * 443", "100 out deny tcp * * 443") if group == denying else OPEN
        drawn.group(group, *rules)
    inward = ask(drawn, "vms/a", "vms/b").forward
    assert inward.verdict.code == "NSG_IN"
    groups = [
        s.matched.ref.split("/")[1]
        for s in inward.steps
        if s.matched and s.matched.kind == "rule" and s.matched.ref
    ]
    assert groups == (["s"] if denying == "s" else ["s", "n"])
    outward = ask(drawn, "vms/b", "vms/a").forward
    assert outward.verdict.code == "NSG_OUT"
    groups = [
        s.matched.ref.split("/")[1]
        for s in outward.steps
        if s.matched and s.matched.kind == "rule" and s.matched.ref
    ]
    assert groups == (["n"] if denying == "n" else ["n", "s"])


def test_f2_applies_between_neighbours_too():
    drawn = pair("s").group("s", "100 in deny * * * *")
    assert fate(drawn, "vms/b2", "vms/b") == "NSG_IN"


def test_f3_first_match_by_priority_decides():
    drawn = pair("s").group("s", "200 in deny tcp * * 443", "150 in allow tcp 10.0.1.4 * 440-445")
    assert fate(drawn, "vms/a", "vms/b") == "delivered"
    assert fate(drawn, "vms/b2", "vms/b") == "NSG_IN"
    assert fate(drawn, "vms/a", "vms/b", "udp/443") == "delivered"


def test_f4_default_rules():
    drawn = (
        pair("s").group("s").public("pip", "203.0.113.4").set("nics/b/configurations/ip1/public_ip", "pip")
    )
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert fates(drawn, "vms/b", "hosts/client") == ("delivered", "delivered")
    assert fate(drawn, "hosts/client", "vms/b") == "NSG_IN"


def test_f5_answers_need_no_rule():
    drawn = pair("s").group("s", "100 out deny * * * *", "100 in allow * * * *")
    done = ask(drawn, "vms/a", "vms/b")
    assert done.delivered
    assert done.back is not None
    assert any("F5" in step.facts for step in done.back.steps)
    assert fate(drawn, "vms/b", "vms/a") == "NSG_OUT"


def test_f5_removing_a_rule_does_not_cut_flows_that_exist():
    state = establish(pair("s").group("s", *OPEN).network(), packet("vms/a", "vms/b"))
    closed = pair("s").group("s", "100 in deny * * * *").network()
    assert one(closed, "vms/a", "vms/b", state=state).delivered
    assert one(closed, "vms/a", "vms/b", state=state, source_port=50001).verdict.code == "NSG_IN"


def test_f6_outbound_rules_come_before_the_route():
    drawn = pair().group("g", "100 out deny * * * *").set("subnets/one/security_group", "g")
    drawn.table("t", {"10.0.2.0/24": "None"}).set("subnets/one/route_table", "t")
    assert fate(drawn, "vms/a", "vms/b") == "NSG_OUT"


def test_f7_inbound_rules_see_the_private_destination_and_the_client():
    drawn = published("standard").group("g", "100 in allow tcp 198.51.100.10 10.0.2.4 443")
    drawn.set("nics/b/security_group", "g")
    assert fate(drawn, "hosts/client", "vms/b") == "delivered"
    drawn.group("g", "100 in allow tcp 198.51.100.10 203.0.113.4 443")
    assert fate(drawn, "hosts/client", "vms/b") == "NSG_IN"


def test_f7_outbound_rules_see_the_private_source():
    drawn = pair().group("g", "100 out allow tcp 10.0.1.4 * *", "200 out deny * * * *")
    drawn.set("subnets/one/security_group", "g")
    assert fate(drawn, "vms/a", "hosts/client") == "delivered"


def test_f7_behind_a_balancer_rules_see_client_and_backend():
    drawn = pair("s").balancer("ilb", ["b"], subnet="two", address="10.0.2.100", rules=("tcp/443",))
    drawn.group("s", "100 in allow tcp 10.0.1.4 10.0.2.4 443", "200 in deny * * * *")
    assert fate(drawn, "vms/a", "10.0.2.100") == "delivered"
    drawn.group("s", "100 in allow tcp * 10.0.2.100 443", "200 in deny * * * *")
    assert fate(drawn, "vms/a", "10.0.2.100") == "NSG_IN"


def test_f8_virtual_network_tag_holds_peers_and_the_prefixes_of_user_routes():
    """With a user default route VirtualNetwork means any: the default rule lets strangers in."""
    drawn = published("standard").group("g").set("nics/b/security_group", "g")
    assert fate(drawn, "hosts/client", "vms/b") == "NSG_IN"
    drawn.table("t", {"0.0.0.0/0": "Internet"}).set("subnets/two/route_table", "t")
    assert fate(drawn, "hosts/client", "vms/b") == "delivered"


def test_f9_probes_come_from_the_platform_and_can_be_blocked():
    drawn = pair("s").balancer("ilb", ["b"], subnet="two", address="10.0.2.100", probe=8080)
    assert (
        fate(drawn.group("s", "100 in allow tcp VirtualNetwork * 443"), "vms/a", "10.0.2.100") == "delivered"
    )
    blocked = drawn.group("s", "100 in allow tcp VirtualNetwork * 443", "4096 in deny * * * *")
    done = ask(blocked, "vms/a", "10.0.2.100").forward.verdict
    assert done.code == "LB_NO_HEALTHY"
    assert "168.63.129.16" in done.sentence
    admitted = drawn.group(
        "s",
        "100 in allow tcp VirtualNetwork * 443",
        "110 in allow tcp AzureLoadBalancer * 8080",
        "4096 in deny * * * *",
    )
    assert fate(admitted, "vms/a", "10.0.2.100") == "delivered"


def test_f10_platform_traffic_is_not_subject_to_groups():
    drawn = pair("s").group("s", "100 out deny * * * *")
    assert fate(drawn, "vms/b", "168.63.129.16", "udp/53") == "delivered"
    assert fate(drawn, "vms/b", "198.51.100.10", "udp/53") == "NSG_OUT"


def test_f11_default_rules_deny_transit_to_the_internet():
    """[b] -- UDR --> {nva} with default rules: VNet -> VNet passes, VNet -> Internet is denied by 65500."""
    drawn = (
        pair()
        .subnet("dmz", "10.0.9.0/24", default_outbound=True)
        .group("g")
        .appliance("nva", "dmz", "10.0.9.4", snat=True)
        .set("nics/nva/security_group", "g")
        .table("t", {"0.0.0.0/0": "10.0.9.4", "10.0.1.0/24": "10.0.9.4"})
        .set("subnets/two/route_table", "t")
    )
    assert fate(drawn, "vms/b", "vms/a") == "delivered"
    done = ask(drawn, "vms/b", "hosts/client").forward.verdict
    assert (done.code, done.at) == ("NSG_IN", "nics/nva")
    assert "65500" in done.sentence
    assert "F11" in done.facts
    drawn.group("g", "100 in allow * 10.0.0.0/16 Internet *")
    assert fates(drawn, "vms/b", "hosts/client") == ("delivered", "delivered")
