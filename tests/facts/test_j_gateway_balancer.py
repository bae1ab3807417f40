"""Fact J21: gateway balancers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netcore.forwarding.probes import noticed
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from netcore.trace.model import Leg, Step
from tests.netcore.ask import fate, fates, one, packet, visited, word
from tests.netcore.build import Net, net

SITE = "203.0.113.4"
OWN = "203.0.113.5"
OUT = "203.0.113.6"


def lab(chain: bool = True, **guest: Any) -> Net:
    """client -- elb 203.0.113.4 -> [w1] [w2], and [w1] has 203.0.113.5; glb -> {f1} {f2} elsewhere.

    The appliances stand in a virtual network of their own, not peered with that of the web servers.
    """
    drawn = net().host("client", "198.51.100.7").vnet("p", "10.9.0.0/16").subnet("dmz", "10.9.0.0/24")
    for number in (1, 2):
        drawn.vm(f"f{number}", "dmz", f"10.9.0.{number + 3}", guest={"forwarding": True, **guest})
    drawn.balancer("glb", ["f1", "f2"], subnet="dmz", address="10.9.0.100", sku="gateway", probe=22)
    drawn.set("load_balancers/glb/pools/pool/internal", {"port": 10802, "key": 900})
    drawn.set("load_balancers/glb/pools/pool/external", {"port": 10803, "key": 901})
    drawn.public("site", SITE).public("own", OWN).public("out", OUT)
    drawn.group("web", "100 in allow tcp Internet * 443")
    drawn.vnet("c", "10.0.0.0/16").subnet("web", "10.0.0.0/24", group="web")
    drawn.vm("w1", "web", "10.0.0.4", public="own").vm("w2", "web", "10.0.0.5").vm("w3", "web", "10.0.0.6")
    drawn.balancer("elb", ["w1", "w2"], public="site", rules=("tcp/443",))
    drawn.balancer("olb", ["w3"], public="out", rules=("tcp/443",), outbound=True)
    if chain:
        for balancer in ("elb", "olb"):
            drawn.set(f"load_balancers/{balancer}/frontends/front/gateway_balancer", "glb")
        drawn.set("nics/w1/configurations/ip1/gateway_balancer", "glb")
    return drawn


def tunnels(leg: Leg | None) -> list[tuple[str, str, int]]:
    """Return source, destination and port of each outer packet, in order."""
    steps: list[Step] = [step for step in leg.steps if step.decision == "wrap"] if leg else []
    return [(str(s.after.source), str(s.after.destination), s.after.destination_port) for s in steps]


def test_j21_a_chained_frontend_sends_both_directions_through_one_appliance():
    network = lab().network()
    seen = set()
    for port in range(50000, 50030):
        done = one(network, "hosts/client", SITE, source_port=port)
        assert done.delivered
        there, back = visited(done.forward), visited(done.back)
        assert there[0] == back[1]
        assert there[1] == back[0]
        seen.add(there[0])
    assert seen == {"f1", "f2"}


def test_j21_both_tunnels_carry_the_packet_unchanged():
    done = one(lab().network(), "hosts/client", SITE)
    name = {"f1": "10.9.0.4", "f2": "10.9.0.5"}[visited(done.forward)[0]]
    front = "10.9.0.100"
    assert tunnels(done.forward) == [(front, name, 10803), (name, front, 10802)]
    assert tunnels(done.back) == [(front, name, 10802), (name, front, 10803)]
    inner = {step.after.inner for step in done.forward.steps if step.after.inner is not None}
    assert {(str(h.source), str(h.destination), h.destination_port) for h in inner if h} == {
        ("198.51.100.7", SITE, 443)
    }
    assert str(done.forward.steps[-1].after.source) == "198.51.100.7"
    assert done.back is not None
    assert str(done.back.steps[-1].after.source) == SITE


def test_j21_a_pool_without_tunnels_has_those_of_the_profile():
    drawn = lab()
    for side in ("internal", "external"):
        drawn.set(f"load_balancers/glb/pools/pool/{side}", None)
    done = one(drawn, "hosts/client", SITE)
    assert [port for _, _, port in tunnels(done.forward)] == [10801, 10800]


def test_j21_an_instance_address_is_chained_both_ways():
    network = lab().network()
    asked = one(network, "hosts/client", OWN)
    assert asked.delivered
    assert visited(asked.forward)[0] in {"f1", "f2"}
    out = one(network, "vms/w1", "198.51.100.7")
    assert out.delivered
    assert visited(out.forward)[1] == visited(out.back)[0]
    assert visited(out.forward)[1] in {"f1", "f2"}


def test_j21_what_leaves_by_an_outbound_rule_of_a_chained_frontend_passes_too():
    done = one(lab(), "vms/w3", "198.51.100.7")
    assert done.delivered
    assert visited(done.forward)[1] in {"f1", "f2"}
    assert str(done.forward.steps[-1].after.source) == OUT


def test_j21_without_a_chain_nothing_passes():
    done = one(lab(chain=False), "hosts/client", SITE)
    assert done.delivered
    assert not {"f1", "f2"} & set(visited(done.forward))


def test_j21_only_internet_flows():
    drawn = lab()
    assert visited(one(drawn, "vms/w2", "vms/w1", "tcp/443").forward) == ["w2", "w1"]
    drawn.subnet("more", "10.9.1.0/24", vnet="p").vm("m", "more", "10.9.1.4")
    assert fate(drawn, "vms/m", "10.9.0.100") == "LB_NO_RULE"
    drawn.table("t", {"0.0.0.0/0": "10.9.0.100"}).set("subnets/more/route_table", "t")
    assert fate(drawn, "vms/m", "198.51.100.7") == "LB_NO_RULE"


def test_j21_the_appliance_must_run_and_forward():
    assert fate(lab(forwarding=False), "hosts/client", SITE) == "OS_FORWARDING_OFF"
    network = lab().network()
    dead = State(down_vms=frozenset({"f1"}))
    ends = {
        word(one(network, "hosts/client", SITE, state=dead, source_port=port).forward.verdict)
        for port in range(50000, 50030)
    }
    assert ends == {"delivered", "VM_STOPPED"}
    after = noticed(network, dead)
    assert {
        visited(one(network, "hosts/client", SITE, state=after, source_port=port).forward)[0]
        for port in range(50000, 50030)
    } == {"f2"}
    both = State(unhealthy=frozenset({("glb", "pool", "f1"), ("glb", "pool", "f2")}))
    assert fate(network, "hosts/client", SITE, state=both) == "LB_NO_HEALTHY"


def test_j21_no_ip_forwarding_flag_no_peering_and_no_route():
    raw = lab().raw["topology"]
    assert "peerings" not in raw
    assert "route_tables" not in raw
    assert not any(nic.get("ip_forwarding") for nic in raw["nics"].values())
    assert fates(lab(), "hosts/client", SITE) == ("delivered", "delivered")


def test_j21_security_groups_of_the_appliance_see_the_tunnel():
    drawn = lab().group("shut", "100 in deny udp * * 10803").set("subnets/dmz/security_group", "shut")
    assert fate(drawn, "hosts/client", SITE) == "NSG_IN"
    drawn.group("shut", "100 in deny tcp Internet * *")
    assert fates(drawn, "hosts/client", SITE) == ("delivered", "delivered")


@pytest.mark.parametrize(("key", "expected"), [(901, "delivered"), (7, "LB_NO_RULE")])
def test_j21_tunnels_drawn_in_the_guest_must_fit(key: int, expected: str):
    outer = {"kind": "vxlan", "remote": "10.9.0.100", "port": 10803, "key": key}
    inner = {"kind": "vxlan", "remote": "10.9.0.100", "port": 10802, "key": 900}
    drawn = lab(tunnels={"outer": outer, "inner": inner})
    assert fate(drawn, "hosts/client", SITE) == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("load_balancers/elb/frontends/front/gateway_balancer", "olb"),
        ("nics/w2/configurations/ip1/gateway_balancer", "glb"),
        ("load_balancers/elb/sku", "basic"),
        ("public_ips/site/sku", "basic"),
    ],
)
def test_j21_wrong_chains_are_refused(path: str, value: str):
    assert "gateway-chain" in {code for code, _ in lab().set(path, value).problems()}


def test_j21_ha_ports_only_and_private():
    assert lab().problems() == []
    other = lab().set("load_balancers/glb/rules/all/protocol", "tcp")
    other.set("load_balancers/glb/rules/all/frontend_port", 443)
    other.set("load_balancers/glb/rules/all/backend_port", 443)
    assert {code for code, _ in other.problems()} == {"gateway-balancer"}


def test_j21_stateful_appliances_see_both_directions():
    network = lab(stateful=True).network()
    for port in range(50000, 50020):
        assert one(network, "hosts/client", SITE, source_port=port).delivered
        assert one(network, "vms/w3", "198.51.100.7", source_port=port).delivered
    moved = establish(network, packet("hosts/client", SITE))
    first = visited(one(network, "hosts/client", SITE).forward)[0]
    state = replace(moved, unhealthy=frozenset({("glb", "pool", first)}))
    assert one(network, "hosts/client", SITE, state=state).delivered
    dead = replace(state, down_vms=frozenset({first}))
    assert fate(network, "hosts/client", SITE, state=dead) == "LB_FLOW_PINNED_DEAD"


def test_j21_the_firewall_of_the_appliance_decides_on_the_packet_inside():
    shut = {"hook": "forward", "protocol": "tcp", "destination_ports": ["443"]}
    assert fate(lab(firewall={"web": shut}), "hosts/client", SITE) == "OS_FIREWALL"
    other = {**shut, "destination_ports": ["22"]}
    assert fates(lab(firewall={"ssh": other}), "hosts/client", SITE) == ("delivered", "delivered")
