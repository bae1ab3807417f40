"""Facts K1-K9, C11 and F15: ways out to the Internet and in from it."""

from __future__ import annotations

import pytest

import netcore
from tests.netcore.ask import ask, facts_of, fate, fates
from tests.netcore.build import Net, net


def facts_of_problems(drawn: Net) -> set[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return {(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems}


def lab(profile: str = "azure-2026") -> Net:
    """[a] -- (lan) -- Internet -- (shop 198.51.100.9); a's group is open."""
    return (
        net(profile)
        .vnet("v", "10.0.0.0/16")
        .group("open", "100 in allow * * * *")
        .subnet("lan", "10.0.1.0/24", group="open")
        .vm("a", "lan", "10.0.1.4")
        .host("shop", "198.51.100.9")
    )


def published() -> Net:
    """[a] with public address 203.0.113.4."""
    return lab().public("pip", "203.0.113.4").set("nics/a/configurations/ip1/public_ip", "pip")


def source_outside(drawn: Net, flow: str = "tcp/443") -> str:
    """Return the source under which the shop sees a packet of a."""
    done = ask(drawn, "vms/a", "hosts/shop", flow).forward
    assert done.verdict.code is None
    return str(done.steps[-1].after.source)


def test_c11_protocols_of_a_public_address():
    for flow in ("tcp/443", "udp/53", "icmp", "esp"):
        assert source_outside(published(), flow) == "203.0.113.4"
    assert fate(published(), "vms/a", "hosts/shop", "ah") == "NO_OUTBOUND"


def test_f15_a_rule_does_not_mix_versions():
    drawn = lab().group("g", "100 in allow tcp 10.0.0.0/8,fd00::/8 * 443")
    assert "F15" in {fact for _, fact in facts_of_problems(drawn)}


def test_k1_the_edge_translates_and_the_guest_never_sees_it():
    outward = ask(published(), "vms/a", "hosts/shop")
    assert str(outward.forward.steps[0].after.source) == "10.0.1.4"
    assert source_outside(published()) == "203.0.113.4"
    assert outward.delivered
    inward = ask(published(), "hosts/shop", "203.0.113.4")
    assert str(inward.forward.steps[-1].after.destination) == "10.0.1.4"
    assert inward.delivered
    assert "K1" in facts_of(inward.forward)


def test_k2_order_of_the_ways_out():
    """NAT gateway, public address, outbound rule, default access: each is taken away in turn."""
    drawn = published().set("subnets/lan/default_outbound", True)
    drawn.public("nat", "203.0.113.5").nat("gw", "nat").set("subnets/lan/nat_gateway", "gw")
    drawn.public("lb", "203.0.113.6")
    drawn.balancer("elb", ["a"], public="lb", rules=("tcp/80",), outbound=True)
    assert source_outside(drawn) == "203.0.113.5"
    drawn.set("subnets/lan/nat_gateway", None)
    assert source_outside(drawn) == "203.0.113.4"
    drawn.set("nics/a/configurations/ip1/public_ip", None)
    assert source_outside(drawn) == "203.0.113.6"
    del drawn.raw["topology"]["load_balancers"]
    assert source_outside(drawn).startswith("192.0.2.")
    drawn.set("subnets/lan/default_outbound", False)
    assert fate(drawn, "vms/a", "hosts/shop") == "NO_OUTBOUND"


def test_k2_a_user_default_route_comes_before_all():
    drawn = published().table("t", {"0.0.0.0/0": "None"}).set("subnets/lan/route_table", "t")
    assert fate(drawn, "vms/a", "hosts/shop") == "ROUTE_NONE_USER"


def test_k3_default_outbound_depends_on_the_profile_and_the_subnet():
    assert fate(lab("azure-2026"), "vms/a", "hosts/shop") == "NO_OUTBOUND"
    assert fates(lab("azure-2021"), "vms/a", "hosts/shop") == ("delivered", "delivered")
    private = lab("azure-2021").set("subnets/lan/default_outbound", False)
    assert fate(private, "vms/a", "hosts/shop") == "NO_OUTBOUND"


def test_k3_no_icmp_and_no_help_from_a_route_to_the_internet():
    assert fate(lab("azure-2021"), "vms/a", "hosts/shop", "icmp") == "NO_OUTBOUND"
    drawn = lab().table("t", {"0.0.0.0/0": "Internet"}).set("subnets/lan/route_table", "t")
    assert fate(drawn, "vms/a", "hosts/shop") == "NO_OUTBOUND"


def test_k3_default_outbound_reaches_a_public_address_of_the_same_drawing_and_gets_its_answer():
    """[a] -- (lan) -- default access -- 203.0.113.4 -- [b] in the same subnet."""
    drawn = lab("azure-2021").public("pip", "203.0.113.4").vm("b", "lan", "10.0.1.5", public="pip")
    assert fates(drawn, "vms/a", "203.0.113.4") == ("delivered", "delivered")


def natted() -> Net:
    """[a] -- (lan, NAT gateway 203.0.113.5)"""
    return lab().public("nat", "203.0.113.5").nat("gw", "nat").set("subnets/lan/nat_gateway", "gw")


def test_k4_nat_gateway_carries_tcp_and_udp_and_lets_only_answers_in():
    for flow in ("tcp/443", "udp/53"):
        assert fates(natted(), "vms/a", "hosts/shop", flow) == ("delivered", "delivered")
    assert fate(natted(), "vms/a", "hosts/shop", "icmp") == "NO_OUTBOUND"
    done = ask(natted(), "hosts/shop", "203.0.113.5").forward.verdict
    assert (done.code, "K4" in done.facts) == ("STATE_MISSING", True)


def test_k4_at_most_16_addresses():
    drawn = lab()
    for number in range(17):
        drawn.public(f"p{number}", f"203.0.113.{number + 10}")
    assert facts_of_problems(drawn.nat("gw", *(f"p{number}" for number in range(16)))) == set()
    many = drawn.nat("gw", *(f"p{number}" for number in range(17)))
    assert ("nat-public-ips", "K4") in facts_of_problems(many)


@pytest.mark.parametrize(("source", "code"), [("10.0.1.4", "delivered"), ("10.0.1.5", "NO_OUTBOUND")])
def test_k7_an_outbound_rule_serves_the_primary_configuration(source: str, code: str):
    drawn = lab().vm("b", "lan", "10.0.1.4", "10.0.1.5", guest={"interfaces": {"b": {"added": ["10.0.1.5"]}}})
    del drawn.raw["topology"]["vms"]["a"], drawn.raw["topology"]["nics"]["a"]
    drawn.public("lb", "203.0.113.6").balancer("elb", ["b"], public="lb", rules=("tcp/80",), outbound=True)
    drawn.set("load_balancers/elb/pools/pool/members/b2", {"nic": "b", "configuration": "ip2"})
    assert fate(drawn, "vms/b", "hosts/shop", source_address=source) == code


def test_k8_inbound_needs_a_public_address():
    done = ask(lab(), "hosts/shop", "10.0.1.4").forward.verdict
    assert (done.code, "K8" in done.facts) == ("NO_SUCH_HOST", True)
    done = ask(natted(), "hosts/shop", "203.0.113.77").forward.verdict
    assert (done.code, "K8" in done.facts) == ("NO_SUCH_HOST", True)
    assert fate(published(), "hosts/shop", "203.0.113.4") == "delivered"


def test_k9_ipv6_has_no_default_way_out():
    drawn = (
        net("azure-2021")
        .vnet("v", "10.0.0.0/16", "fd00:db8::/48")
        .group("open", "100 in allow * * * *")
        .subnet("lan", "10.0.1.0/24", "fd00:db8::/64", group="open")
        .vm("a", "lan", "10.0.1.4", "fd00:db8::4")
        .host("shop", "2001:db8::9")
    )
    assert fate(drawn, "vms/a", "198.51.100.9") == "delivered"
    done = ask(drawn, "vms/a", "hosts/shop").forward.verdict
    assert (done.code, "K9" in done.facts) == ("NO_OUTBOUND", True)
    drawn.public("pip6", "2001:db8:1::4").set("nics/a/configurations/ip2/public_ip", "pip6")
    assert fates(drawn, "vms/a", "hosts/shop") == ("delivered", "delivered")
