"""Facts K4-K7 and K9: SNAT ports, zones of NAT gateways, and IP versions at the edge."""

from __future__ import annotations

import pytest

import netcore
from netcore.document.outside import NatGateway
from netcore.forwarding.snat import after_silence, idle_timeout_min, snat_ports
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from netcore.profiles import DEFAULT_PROFILE
from netcore.trace.packet import TCP, UDP
from tests.netcore.ask import ask, fate, fates, one, packet
from tests.netcore.build import Net, net


def natted(addresses: int = 1) -> Net:
    """[a] [b] -- (lan, NAT gateway) -- Internet -- (shop) (bank)"""
    drawn = net().vnet("v", "10.0.0.0/16").group("g", "100 in allow * * * *").subnet("lan", "10.0.1.0/24")
    drawn.vm("a", "lan", "10.0.1.4").vm("b", "lan", "10.0.1.5")
    drawn.host("shop", "198.51.100.9").host("bank", "198.51.100.10")
    names = [f"nat{number}" for number in range(addresses)]
    for number, name in enumerate(names):
        drawn.public(name, f"203.0.113.{5 + number}")
    return drawn.nat("gw", *names).set("subnets/lan/nat_gateway", "gw")


def balanced(ports: int | None = None) -> Net:
    """[a] [b] -- (lan) in the pool of a balancer with an outbound rule."""
    drawn = natted().set("subnets/lan/nat_gateway", None).public("lb", "203.0.113.60")
    drawn.balancer("elb", ["a", "b"], public="lb", rules=("tcp/80",), outbound=True)
    return (
        drawn
        if ports is None
        else drawn.set("load_balancers/elb/outbound_rules/out/ports_per_backend", ports)
    )


def codes(drawn: Net) -> list[tuple[str, str | None]]:
    """Return code and fact of every problem."""
    return [(problem.code, problem.fact) for problem in netcore.read(drawn.document()).problems]


@pytest.mark.parametrize(("addresses", "ports"), [(1, 64_512), (16, 1_032_192)])
def test_k4_ports_of_a_nat_gateway(addresses: int, ports: int):
    drawn = natted(addresses).network()
    done = one(drawn, "vms/a", "hosts/shop", state=State(ports_in_use={"nat_gateways/gw": ports - 1}))
    assert done.delivered
    step = next(s for s in done.forward.steps if s.decision == "takes a port")
    assert f"{ports:,} SNAT ports" in step.reason
    assert f"{ports - 1:,} are in use" in step.reason
    full = one(drawn, "vms/a", "hosts/shop", state=State(ports_in_use={"nat_gateways/gw": ports}))
    assert full.verdict.code == "SNAT_EXHAUSTED"
    assert "K4" in full.verdict.facts


def test_k4_ports_run_out_for_one_destination_and_protocol_only():
    state = State(ports_in_use={"nat_gateways/gw tcp 198.51.100.9:443": 64_512})
    drawn = natted().network()
    assert fate(drawn, "vms/b", "hosts/shop", state=state) == "SNAT_EXHAUSTED"
    assert fate(drawn, "vms/b", "hosts/shop", "tcp/80", state=state) == "delivered"
    assert fate(drawn, "vms/b", "hosts/shop", "udp/443", state=state) == "delivered"
    assert fate(drawn, "vms/b", "hosts/bank", state=state) == "delivered"


def test_k4_two_senders_with_one_port_get_two_ports_outside():
    drawn = natted().network()
    state = establish(drawn, packet("vms/a", "hosts/shop"))
    second = one(drawn, "vms/b", "hosts/shop", state=state)
    assert second.delivered
    assert second.forward.steps[-1].after.source_port == 49_153
    assert second.back is not None
    assert second.back.steps[-1].after.destination_port == 49_152
    assert one(drawn, "vms/b", "hosts/bank", state=state).forward.steps[-1].after.source_port == 49_152
    again = one(drawn, "vms/a", "hosts/shop", state=state).forward
    assert again.steps[-1].after.source_port == 49_152


def test_k4_an_open_flow_keeps_its_port_when_there_is_none_for_new_ones():
    drawn = natted().network()
    opened = establish(drawn, packet("vms/a", "hosts/shop"))
    full = State(sessions=opened.sessions, ports_in_use={"nat_gateways/gw": 64_512})
    assert one(drawn, "vms/a", "hosts/shop", state=full).delivered
    assert fate(drawn, "vms/a", "hosts/shop", state=full, source_port=50_000) == "SNAT_EXHAUSTED"


def test_k4_silence_ends_a_mapping():
    gateway = NatGateway(name="gw", idle_timeout_min=10)
    assert idle_timeout_min(NatGateway(name="gw"), TCP) == 4
    assert (idle_timeout_min(gateway, TCP), idle_timeout_min(gateway, UDP)) == (10, 4)
    assert after_silence(gateway, TCP, 599) == "open"
    assert after_silence(gateway, TCP, 600) == "reset"
    assert after_silence(gateway, UDP, 240) == "new"
    assert "bad-value" in dict(codes(natted().set("nat_gateways/gw/idle_timeout_min", 121)))


def test_k4_where_a_nat_gateway_may_not_be():
    assert codes(natted().subnet("gws", "10.0.9.0/24", nat_gateway="gw")) == []
    gateways = (
        natted().subnet("gws", "10.0.9.0/24", nat_gateway="gw").set("subnets/gws/name", "GatewaySubnet")
    )
    assert codes(gateways) == [("nat-gateway-subnet", "K4")]
    two = natted().vnet("w", "10.9.0.0/16").subnet("far", "10.9.1.0/24", nat_gateway="gw")
    assert codes(two) == [("nat-in-two-vnets", "K4")]


def test_k5_a_zonal_nat_gateway_dies_with_its_zone_and_answers_with_it():
    drawn = natted().set("nat_gateways/gw/zone", 2)
    assert fates(drawn, "vms/a", "hosts/shop", state=State(down_zones=frozenset({1}))) == ("delivered",) * 2
    lost = State(down_zones=frozenset({2}))
    done = ask(drawn, "vms/a", "hosts/shop", state=lost).forward.verdict
    assert (done.code, "K5" in done.facts) == ("NO_OUTBOUND", True)
    assert "zone 2" in done.sentence
    opened = establish(drawn.network(), packet("vms/a", "hosts/shop"))
    late = State(down_zones=frozenset({2}), sessions=opened.sessions)
    assert fate(drawn, "hosts/shop", "203.0.113.5", state=late, source_port=443) != "delivered"
    assert codes(natted().set("nat_gateways/gw/zone", [1, 2])) == [("wrong-type", None)]


def test_k5_a_nat_gateway_without_a_zone_is_taken_to_survive():
    done = one(natted(), "vms/a", "hosts/shop", state=State(down_zones=frozenset({2})))
    assert done.delivered
    assert any("K5" in step.facts and step.assumption for step in done.forward.steps)


@pytest.mark.parametrize(
    ("pool", "ports"),
    [
        (1, 1024),
        (50, 1024),
        (51, 512),
        (100, 512),
        (101, 256),
        (200, 256),
        (201, 128),
        (400, 128),
        (401, 64),
        (800, 64),
        (801, 32),
        (1000, 32),
    ],
)
def test_k6_ports_allotted_by_the_size_of_the_pool(pool: int, ports: int):
    assert snat_ports(DEFAULT_PROFILE, pool) == ports
    assert pool * ports <= DEFAULT_PROFILE.frontend_snat_ports


def test_k6_without_a_free_port_new_flows_to_that_destination_fail():
    drawn = balanced().network()
    mine = "load_balancers/elb/outbound_rules/out/a"
    full = State(ports_in_use={f"{mine} tcp 198.51.100.9:443": 1024})
    done = one(drawn, "vms/a", "hosts/shop", state=full).verdict
    assert (done.code, "K6" in done.facts) == ("SNAT_EXHAUSTED", True)
    assert "1,024" in done.sentence
    assert fate(drawn, "vms/a", "hosts/bank", state=full) == "delivered"
    assert fate(drawn, "vms/b", "hosts/shop", state=full) == "delivered"
    assert fate(drawn, "vms/a", "hosts/bank", state=State(ports_in_use={mine: 1024})) == "SNAT_EXHAUSTED"
    assert fate(drawn, "vms/a", "hosts/shop", state=State(ports_in_use={mine: 1023})) == "delivered"


def test_k6_a_rule_may_say_how_many_ports():
    mine = {"load_balancers/elb/outbound_rules/out/a": 8}
    assert fate(balanced(8), "vms/a", "hosts/shop", state=State(ports_in_use=mine)) == "SNAT_EXHAUSTED"
    assert fate(balanced(16), "vms/a", "hosts/shop", state=State(ports_in_use=mine)) == "delivered"
    assert codes(balanced(32_000)) == []
    assert codes(balanced(32_008)) == [("outbound-ports", "K6")]


def test_k7_a_secondary_configuration_leaves_by_its_public_address_only():
    drawn = balanced().public("own", "203.0.113.70")
    drawn.set("nics/a/configurations/ip2", {"address": "10.0.1.9"})
    drawn.set("vms/a/guest", {"interfaces": {"a": {"added": ["10.0.1.9"]}}})
    drawn.set("load_balancers/elb/pools/pool/members/a2", {"nic": "a", "configuration": "ip2"})
    assert fate(drawn, "vms/a", "hosts/shop", source_address="10.0.1.9") == "NO_OUTBOUND"
    drawn.set("nics/a/configurations/ip2/public_ip", "own")
    done = one(drawn, "vms/a", "hosts/shop", source_address="10.0.1.9")
    assert str(done.forward.steps[-1].after.source) == "203.0.113.70"


def dual() -> Net:
    """[a] -- (lan, NAT gateway), IPv4 and IPv6; (six 2001:db8::9) on the Internet."""
    drawn = natted().host("six", "2001:db8::9")
    drawn.set("vnets/v/address_space", ["10.0.0.0/16", "fd00:db8::/48"])
    drawn.set("subnets/lan/prefixes", ["10.0.1.0/24", "fd00:db8:0:1::/64"])
    return drawn.set("nics/a/configurations/ip6", {"address": "fd00:db8:0:1::4", "primary": True})


def test_k9_ipv6_leaves_by_a_public_address_or_an_outbound_rule_of_its_own():
    assert fate(dual(), "vms/a", "hosts/six") == "NO_OUTBOUND"
    public = dual().public("p6", "2001:db8:1::4").set("nics/a/configurations/ip6/public_ip", "p6")
    assert fates(public, "vms/a", "hosts/six") == ("delivered", "delivered")
    ruled = dual().public("f6", "2001:db8:1::6")
    ruled.balancer("elb", ["a"], public="f6", rules=("tcp/80",), outbound=True)
    ruled.set("load_balancers/elb/pools/pool/members/a/configuration", "ip6")
    done = one(ruled, "vms/a", "hosts/six")
    assert done.delivered
    assert str(done.forward.steps[-1].after.source) == "2001:db8:1::6"


def test_k9_nothing_translates_ipv6_to_ipv4():
    public = dual().public("p6", "2001:db8:1::4").set("nics/a/configurations/ip6/public_ip", "p6")
    done = ask(public, "vms/a", "64:ff9b::c633:6409").forward.verdict
    assert (done.code, "K9" in done.facts) == ("NO_SUCH_HOST", True)


def test_k3_fragments_leave_by_a_public_address_only():
    drawn = natted()
    assert fate(drawn, "vms/a", "hosts/shop", fragment=True) == "NO_OUTBOUND"
    drawn.set("subnets/lan/nat_gateway", None).set("subnets/lan/default_outbound", True)
    assert fate(drawn, "vms/a", "hosts/shop", fragment=True) == "NO_OUTBOUND"
    drawn.set("nat_gateways", {}).set("nics/a/configurations/ip1/public_ip", "nat0")
    assert fate(drawn, "vms/a", "hosts/shop", fragment=True) == "delivered"
