"""Facts M3, M4: zones, and what is lost with one."""

from __future__ import annotations

from netcore.forwarding.probes import noticed
from netcore.forwarding.state import State
from tests.netcore.ask import fate, fates, one, visited
from tests.netcore.build import Net, net

LOST = State(down_zones=frozenset({1}))
BOTH = ("delivered", "delivered")


def shared() -> Net:
    """[a1, zone 1] [a2, zone 2] -- (app) -- ilb 10.0.2.100 -- [b1, zone 1] [b2, zone 2] -- (db)"""
    drawn = net().vnet("v", "10.0.0.0/16").subnet("app", "10.0.1.0/24").subnet("db", "10.0.2.0/24")
    for zone in (1, 2):
        drawn.vm(f"a{zone}", "app", f"10.0.1.{zone + 3}", zone=zone)
        drawn.vm(f"b{zone}", "db", f"10.0.2.{zone + 3}", zone=zone)
    return drawn.balancer("ilb", ["b1", "b2"], subnet="db", address="10.0.2.100", probe=443)


def lanes(separate: bool = True) -> Net:
    """One lane for each zone: [aN] -- (app-N) -> UDR -> {fwN} -- (fw-N) -> NAT gateway of zone N -> Internet.

    With ``separate`` False both lanes share the subnets of lane 1, and so its routes and its NAT gateway.
    """
    drawn = net().vnet("v", "10.0.0.0/16").host("site", "198.51.100.7")
    for zone in (1, 2):
        drawn.public(f"pip{zone}", f"203.0.113.{zone}").nat(f"nat{zone}", f"pip{zone}")
        drawn.set(f"nat_gateways/nat{zone}/zone", zone)
        drawn.table(f"t{zone}", {"0.0.0.0/0": f"10.0.{zone}0.4"})
        drawn.group(
            f"g{zone}",
            f"100 in allow * 10.0.{zone}.0/24 * *",
            f"110 in allow * 10.0.{zone}0.0/24 * *",
            "200 in deny * VirtualNetwork * *",
        )
        drawn.subnet(f"app{zone}", f"10.0.{zone}.0/24", table=f"t{zone}", group=f"g{zone}")
        drawn.subnet(f"fw{zone}", f"10.0.{zone}0.0/24", nat_gateway=f"nat{zone}")
    for zone in (1, 2):
        lane, last = (zone, 4) if separate else (1, zone + 3)
        drawn.vm(f"a{zone}", f"app{lane}", f"10.0.{lane}.{last}", zone=zone)
        drawn.appliance(f"fw{zone}", f"fw{lane}", f"10.0.{lane}0.{last}", snat=True)
        drawn.set(f"vms/fw{zone}/zone", zone)
    return drawn


def test_m3_lanes_need_subnets_routes_groups_and_zonal_ways_out():
    network = lanes().network()
    for zone in (1, 2):
        done = one(network, f"vms/a{zone}", "hosts/site")
        assert visited(done.forward) == [f"a{zone}", f"fw{zone}"]
        assert str(done.forward.steps[-1].after.source) == f"203.0.113.{zone}"
    assert fate(network, "vms/a1", "vms/a2") == "NSG_IN"
    assert fates(network, "vms/a2", "hosts/site", state=LOST) == BOTH
    assert fate(network, "vms/a1", "hosts/site", state=LOST) == "VM_STOPPED"


def test_m3_in_shared_subnets_routing_does_not_see_zones():
    network = lanes(separate=False).network()
    done = one(network, "vms/a2", "hosts/site")
    assert visited(done.forward) == ["a2", "fw1"]
    assert str(done.forward.steps[-1].after.source) == "203.0.113.1"
    assert fate(network, "vms/a2", "hosts/site", state=LOST) == "NH_STOPPED"


def test_m4_a_lost_zone_takes_its_vms_and_nothing_else():
    network = shared().network()
    assert fates(network, "vms/a2", "vms/b2", state=LOST) == BOTH
    assert fate(network, "vms/a2", "vms/b1", state=LOST) == "VM_STOPPED"
    assert fate(network, "vms/a1", "vms/b2", state=LOST) == "VM_STOPPED"
    drop = one(network, "vms/a2", "vms/b1", state=LOST).forward.verdict
    assert "zone 1" in drop.sentence
    assert "M4" in drop.facts


def test_m4_routing_between_the_others_is_unchanged():
    network = shared().network()
    before = one(network, "vms/a2", "vms/b2").forward
    after = one(network, "vms/a2", "vms/b2", state=LOST).forward
    assert [step.reason for step in before.steps] == [step.reason for step in after.steps]


def test_m4_zonal_frontends_and_nat_gateways_are_lost_with_the_zone():
    drawn = shared().set("load_balancers/ilb/frontends/front/zones", [1])
    assert fate(drawn, "vms/a2", "10.0.2.100", state=LOST) == "ZONE_DOWN"
    drawn.set("load_balancers/ilb/frontends/front/zones", [2])
    network = drawn.network()
    assert fates(network, "vms/a2", "10.0.2.100", state=noticed(network, LOST)) == BOTH
    ways = lanes()
    assert fate(ways, "vms/fw1", "hosts/site", state=LOST) == "VM_STOPPED"
    ways.set("vms/fw1/zone", 2)
    assert fate(ways, "vms/fw1", "hosts/site", state=LOST) == "NO_OUTBOUND"


def test_m4_a_zone_is_more_than_the_vms_that_are_drawn_in_it():
    """A VM in no zone stays, whatever zone is lost."""
    drawn = shared().vm("c", "app", "10.0.1.9")
    every = State(down_zones=frozenset({1, 2, 3}))
    assert fate(drawn, "vms/c", "vms/c", state=every) == "delivered"
    assert fate(drawn, "vms/a2", "vms/c", state=LOST) == "delivered"


def test_m4_an_outbound_rule_is_lost_with_its_zonal_frontend():
    drawn = shared().public("pip", "203.0.113.4")
    drawn.balancer("elb", ["b2"], public="pip", rules=("tcp/443",), outbound=True)
    assert fate(drawn, "vms/b2", "198.51.100.7", state=LOST) == "delivered"
    drawn.set("load_balancers/elb/frontends/front/zones", [1])
    assert fate(drawn, "vms/b2", "198.51.100.7") == "delivered"
    assert fate(drawn, "vms/b2", "198.51.100.7", state=LOST) == "NO_OUTBOUND"
