"""AWS contrasts, fact by fact (L1-L21): the same drawing, read by another provider."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netcore.control.idle import gateway_timeout_us
from netcore.forwarding.machines import derived_mac
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish
from tests.netcore.ask import ask, facts_of, fate, fates, one, packet, routes_used, visited
from tests.netcore.build import Net, net


def vpc(*, table: str | None = None) -> Net:
    """[a], [b] -- (web 10.0.1) ; [c] -- (db 10.0.2), one VPC."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16")
    if table:
        drawn.table(table)
    drawn.subnet("web", "10.0.1.0/24", table=table).subnet("db", "10.0.2.0/24", table=table)
    return drawn.vm("a", "web", "10.0.1.4").vm("b", "web", "10.0.1.5").vm("c", "db", "10.0.2.4")


def opened(drawn: Net) -> Net:
    """Return the drawing with a security group at every NIC that lets everything in."""
    drawn.group("open", "100 in allow * * * *")
    for nic in drawn.raw["topology"]["nics"].values():
        nic["security_group"] = "open"
    return drawn


def test_l5_sizes_and_reserved_addresses():
    for prefix, codes in (
        ("10.0.0.0/28", []),
        ("10.0.0.0/16", []),
        ("10.0.0.0/29", ["subnet-size"]),
        ("10.0.0.0/15", ["range-size", "subnet-size"]),
    ):
        outer = "10.0.0.0/15" if prefix.endswith("/15") else "10.0.0.0/16"
        drawn = net("aws").vnet("v", outer).subnet("s", prefix)
        assert [code for code, _ in drawn.problems()] == codes, prefix
    for last, good in ((0, False), (1, False), (2, False), (3, False), (4, True), (14, True), (15, False)):
        drawn = net("aws").vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/28").vm("a", "s", f"10.0.0.{last}")
        assert [code for code, _ in drawn.problems()] == ([] if good else ["address-reserved"])
    assert (
        net("aws")
        .vnet("v", "10.0.0.0/16", "fd00:1::/56")
        .subnet("s", "10.0.0.0/24", "fd00:1::/60")
        .problems()
    )


@pytest.mark.parametrize("profile", ["aws", "azure-2026"])
def test_l5_the_sizes_of_azure_are_others(profile: str):
    drawn = net(profile).vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/29")
    assert bool(drawn.problems()) == (profile == "aws")


@pytest.mark.parametrize(("profile", "receiver"), [("aws", "b"), ("azure-2026", None)])
def test_l1_a_frame_for_a_neighbour_goes_there(profile: str, receiver: str | None):
    """[a] --frame for b's MAC, packet for 8.8.8.8--> [b], whose source/destination check is off."""
    drawn = net(profile).vnet("v", "10.0.0.0/16").subnet("s", "10.0.1.0/24").vm("a", "s", "10.0.1.4")
    drawn.vm("b", "s", "10.0.1.5", ip_forwarding=True)
    done = ask(drawn, "vms/a", "8.8.8.8", destination_mac=derived_mac("b"))
    assert ("b" in visited(done.forward)) == (receiver == "b")
    assert done.forward.verdict.code == ("OS_FORWARDING_OFF" if receiver else "NO_OUTBOUND")


def test_l1_the_router_routes_and_nothing_is_flooded():
    drawn = vpc()
    assert fate(drawn, "vms/a", "vms/c") == "delivered"
    assert fate(drawn, "vms/a", "vms/b", destination_mac="02:aa:aa:aa:aa:aa") == "NO_L2"
    # The owner of the MAC gets the frame, and its check throws it away: it is neither source nor destination.
    drawn.vm("d", "web", "10.0.1.6")
    done = ask(drawn, "vms/a", "vms/b", destination_mac=derived_mac("d"))
    assert (done.forward.verdict.code, done.forward.verdict.at) == ("DST_NOT_OWNED", "nics/d")
    assert done.forward.verdict.facts == ("L11",)


@pytest.mark.parametrize(("neighbour", "reached"), [("10.0.1.9", True), ("10.0.2.9", False)])
def test_l2_neighbours_as_next_hops_of_guests(neighbour: str, reached: bool):
    """[a: guest route 192.0.2.0/24 via r] -- (web) -- {r} ; across subnets the guest's next hop is no use."""
    route = {"prefix": "192.0.2.0/24", "via": neighbour}
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").subnet("web", "10.0.1.0/24").subnet("db", "10.0.2.0/24")
    drawn.vm("a", "web", "10.0.1.4", guest={"routes": {"r": route}})
    subnet = "web" if neighbour.startswith("10.0.1") else "db"
    drawn.appliance("r", subnet, neighbour, loopback=["192.0.2.1"])
    assert ("r" in visited(ask(drawn, "vms/a", "192.0.2.1").forward)) == reached
    if reached:
        assert fate(drawn, "vms/a", "192.0.2.1") == "delivered"
        drawn.set("nics/r/ip_forwarding", False)
        assert fate(drawn, "vms/a", "192.0.2.1") == "DST_NOT_OWNED"


def test_l3_arp_names_the_owner_and_gratuitous_arp_moves_nothing():
    drawn = vpc()
    resolve = next(step for step in ask(drawn, "vms/a", "vms/b").forward.steps if step.decision == "resolve")
    assert resolve.after.destination_mac == derived_mac("b")
    assert fate(drawn, "vms/a", "10.0.1.77") == "NO_SUCH_HOST"  # nobody owns it, so nobody is named
    assert fate(drawn, "vms/a", "10.0.1.255") == "BROADCAST"
    # b claims a third VM's address in its guest: the platform's own table decides.
    drawn.vm("d", "web", "10.0.1.6").set("vms/b/guest", {"interfaces": {"b": {"added": ["10.0.1.6"]}}})
    assert visited(ask(drawn, "vms/a", "10.0.1.6").forward)[-1] == "d"


def ways_out(profile: str = "aws") -> Net:
    """[inner] -- (private) -- nat in (public) -- igw -- (h); [web] with a public address, [bare] without."""
    drawn = net(profile).vnet("vpc", "10.0.0.0/16")
    drawn.table("pub", {"0.0.0.0/0": "internet_gateways/igw"}, propagation=False)
    drawn.table("priv", {"0.0.0.0/0": "nat_gateways/nat"}, propagation=False)
    drawn.subnet("public", "10.0.0.0/24", table="pub", zone=1).subnet("private", "10.0.1.0/24", table="priv")
    drawn.subnet("alone", "10.0.2.0/24").internet_gateway("igw").public("p1", "203.0.113.1")
    drawn.public("p2", "203.0.113.2").nat_in("nat", "public", "p2").vm("inner", "private", "10.0.1.4")
    drawn.vm("web", "public", "10.0.0.4", public="p1").vm("bare", "public", "10.0.0.5")
    return opened(drawn.vm("shut", "alone", "10.0.2.4").host("h", "198.51.100.9"))


def test_l6_three_things_are_needed_for_the_internet():
    drawn = ways_out()
    assert fates(drawn, "vms/web", "hosts/h") == ("delivered", "delivered")
    assert fates(drawn, "hosts/h", "vms/web") == ("delivered", "delivered")
    assert ask(drawn, "vms/web", "hosts/h").forward.steps[-1].after.source.exploded == "203.0.113.1"
    assert fate(drawn, "vms/bare", "hosts/h") == "NO_OUTBOUND"  # no public address
    assert fate(drawn, "vms/shut", "hosts/h") == "ROUTE_NONE_SYSTEM"  # no route
    drawn.set("route_tables/pub/routes/r1", {"prefix": "0.0.0.0/0", "next_hop_type": "Internet"})
    assert fate(drawn, "vms/web", "hosts/h") == "delivered"
    drawn.raw["topology"].pop("internet_gateways")
    assert fate(drawn, "vms/web", "hosts/h") == "NO_GATEWAY"  # no gateway
    assert fate(drawn, "hosts/h", "vms/web") == "NO_GATEWAY"


def test_l6_a_nat_gateway_stands_in_a_subnet():
    drawn = ways_out()
    assert fates(drawn, "vms/inner", "hosts/h") == ("delivered", "delivered")
    assert ask(drawn, "vms/inner", "hosts/h").forward.steps[-1].after.source.exploded == "203.0.113.2"
    assert fates(drawn, "vms/inner", "hosts/h", "icmp") == ("delivered", "delivered")
    assert fate(drawn, "vms/inner", "hosts/h", "esp") == "NO_OUTBOUND"
    assert fate(drawn, "hosts/h", "203.0.113.2") == "STATE_MISSING"  # nobody asked for it
    lost = State(down_zones=frozenset({1}))
    assert fate(drawn, "vms/inner", "hosts/h", state=lost) == "NO_OUTBOUND"  # it has a zone
    drawn.set("nat_gateways/nat/subnet", "private")
    assert fate(drawn, "vms/inner", "hosts/h") == "NO_OUTBOUND"  # its subnet leads nowhere
    drawn.set("nat_gateways/nat/subnet", None)
    drawn.set("subnets/private/nat_gateway", "nat")
    assert fate(drawn, "vms/inner", "hosts/h") == "NO_OUTBOUND"  # to belong to a subnet means nothing


def test_l7_local_routes_the_longest_prefix_and_the_main_table():
    drawn = net("aws").vnet("vpc", "10.0.0.0/16", "10.9.0.0/16").table("main", {"192.0.2.0/24": "nics/fw"})
    drawn.table("own", {"192.0.0.0/16": "nics/fw", "192.0.2.0/24": "None"})
    drawn.subnet("web", "10.0.1.0/24").subnet("db", "10.9.2.0/24", table="own").subnet("dmz", "10.0.3.0/24")
    drawn.appliance("fw", "dmz", "10.0.3.9").vm("a", "web", "10.0.1.4").vm("c", "db", "10.9.2.4")
    drawn.set("vnets/vpc/main_route_table", "main")
    network = drawn.network()
    assert [row.text for row in network.routes("a").rows] == [
        "10.0.0.0/16 -> VnetLocal",
        "10.9.0.0/16 -> VnetLocal",
        "192.0.2.0/24 -> VirtualAppliance nics/fw",
    ]
    assert fate(network, "vms/a", "vms/c") == "delivered"
    assert "fw" in visited(ask(network, "vms/a", "192.0.2.1").forward)
    assert fate(network, "vms/c", "192.0.2.1") == "ROUTE_NONE_USER"
    assert "fw" in visited(ask(network, "vms/c", "192.0.3.1").forward)


def test_l7_static_before_propagated():
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").gateway("vgw", "192.0.2.0/24", "198.51.100.0/24")
    drawn.table("t", {"192.0.2.0/24": "nics/fw"}, propagation=True).subnet("web", "10.0.1.0/24", table="t")
    drawn.vm("a", "web", "10.0.1.4").subnet("dmz", "10.0.3.0/24").appliance("fw", "dmz", "10.0.3.9")
    rows = {(row.source.value, str(row.prefixes[0]), row.active) for row in drawn.network().routes("a").rows}
    assert ("VirtualNetworkGateway", "192.0.2.0/24", False) in rows
    assert ("User", "192.0.2.0/24", True) in rows
    assert ("VirtualNetworkGateway", "198.51.100.0/24", True) in rows
    assert "fw" in visited(ask(drawn, "vms/a", "192.0.2.1").forward)


def test_l9_targets_are_objects():
    drawn = vpc(table="t").subnet("dmz", "10.0.3.0/24").appliance("fw", "dmz", "10.0.3.9", "10.0.3.10")
    drawn.route("t", "r1", "192.0.2.0/24", "nics/fw")
    by_object = ask(drawn, "vms/a", "192.0.2.1").forward
    assert "fw" in visited(by_object)
    assert not any(step.assumption and "Routes name objects" in step.assumption for step in by_object.steps)
    drawn.route("t", "r1", "192.0.2.0/24", "10.0.3.10")
    by_address = ask(drawn, "vms/a", "192.0.2.1").forward
    assert "fw" in visited(by_address)
    assert any(step.assumption and "nics/fw" in step.assumption for step in by_address.steps)
    drawn.route("t", "r1", "192.0.2.0/24", "10.0.3.77")
    assert fate(drawn, "vms/a", "192.0.2.1") == "NH_UNREACHABLE"


def test_l9_a_stopped_target_has_no_fallback():
    drawn = vpc(table="t").subnet("dmz", "10.0.3.0/24").appliance("fw", "dmz", "10.0.3.9")
    drawn.route("t", "r1", "192.0.2.0/24", "nics/fw").route("t", "r2", "192.0.0.0/16", "None")
    drawn.set("vms/fw/power", "stopped")
    assert fate(drawn, "vms/a", "192.0.2.1") == "NH_STOPPED"


def test_l10_an_internet_gateway_steers_what_comes_in():
    """(h) -- igw -- {fw} -- [web] ; both ways by the appliance."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").table("in", {"10.0.1.0/24": "nics/fw"})
    drawn.table("app", {"0.0.0.0/0": "nics/fw"}).table("edge", {"0.0.0.0/0": "internet_gateways/igw"})
    drawn.internet_gateway("igw", table="in").public("p", "203.0.113.1").host("h", "198.51.100.9")
    drawn.subnet("web", "10.0.1.0/24", table="app").subnet("dmz", "10.0.3.0/24", table="edge")
    opened(drawn.vm("w", "web", "10.0.1.4", public="p").appliance("fw", "dmz", "10.0.3.9"))
    done = ask(drawn, "hosts/h", "vms/w")
    assert visited(done.forward) == ["fw", "w"]
    assert visited(done.back) == ["w", "fw"]
    assert fates(drawn, "hosts/h", "vms/w") == ("delivered", "delivered")
    drawn.set("internet_gateways/igw/route_table", None)
    assert visited(ask(drawn, "hosts/h", "vms/w").forward) == ["w"]


def test_l10_a_virtual_private_gateway_steers_what_comes_in():
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").table("in", {"10.0.1.0/24": "nics/fw"})
    drawn.table("t", propagation=True).gateway("vgw", "192.168.0.0/16", route_table="in")
    drawn.subnet("web", "10.0.1.0/24", table="t").subnet("dmz", "10.0.3.0/24", table="t")
    drawn.vm("w", "web", "10.0.1.4").appliance("fw", "dmz", "10.0.3.9")
    opened(drawn).host("h", "192.168.1.4", gateway="vgw")
    done = ask(drawn, "hosts/h", "vms/w")
    assert visited(done.forward) == ["fw", "w"]
    assert visited(done.back) == ["w"]
    assert fates(drawn, "hosts/h", "vms/w") == ("delivered", "delivered")


@pytest.mark.parametrize("off", [False, True])
def test_l11_source_destination_check(off: bool):
    """[a] -- route to {fw} -- [c]: the check of fw decides what it gets and what it sends."""
    drawn = (
        vpc(table="t").subnet("dmz", "10.0.3.0/24").vm("fw", "dmz", "10.0.3.9", guest={"forwarding": True})
    )
    drawn.route("t", "r1", "10.0.2.0/24", "nics/fw").set("nics/fw/ip_forwarding", off)
    done = ask(drawn, "vms/a", "vms/c")
    assert done.forward.verdict.code == (None if off else "DST_NOT_OWNED")
    if not off:
        assert done.forward.verdict.facts == ("L11",)
    forged = ask(drawn, "vms/fw", "vms/c", source_address="10.0.1.4").forward.verdict
    assert forged.code == (None if off else "SRC_NOT_OWNED")


def pair(there: bool = True, back: bool = True) -> Net:
    """[a] -- vpc one == vpc two -- [b], with routes by hand."""
    drawn = net("aws")
    for number, vnet, name in ((1, "one", "a"), (2, "two", "b")):
        route = {f"10.{3 - number}.0.0/16": "peerings/one-two"} if (there, back)[number - 1] else {}
        drawn.vnet(vnet, f"10.{number}.0.0/16").table(f"t{number}", route)
        drawn.subnet(f"s{number}", f"10.{number}.1.0/24", table=f"t{number}")
        drawn.vm(name, f"s{number}", f"10.{number}.1.4")
    return opened(drawn).peer("one", "two")


def test_l14_peering_needs_routes_on_both_sides():
    assert fates(pair(), "vms/a", "vms/b") == ("delivered", "delivered")
    assert fates(pair(back=False), "vms/a", "vms/b") == ("delivered", "ROUTE_NONE_SYSTEM")
    assert fate(pair(there=False), "vms/a", "vms/b") == "ROUTE_NONE_SYSTEM"
    assert "by itself" in ask(pair(there=False), "vms/a", "vms/b").forward.verdict.sentence
    # The same peering on Azure brings its routes.
    drawn = pair(False, False)
    drawn.raw["profile"] = "azure-2026"
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")


def test_l14_peering_is_not_transitive_and_lends_no_gateway():
    drawn = pair().vnet("three", "10.3.0.0/16").subnet("s3", "10.3.1.0/24").vm("c", "s3", "10.3.1.4")
    drawn.peer("two", "three").route("t1", "r9", "10.3.0.0/16", "peerings/one-two")
    assert fate(drawn, "vms/a", "vms/c") == "NO_SUCH_HOST"
    # By an appliance in two, the source is from one: the peering of two and three carries no transit.
    drawn.gateway("vgw", "192.168.0.0/16", vnet="two").route("t1", "r8", "192.168.0.0/16", "peerings/one-two")
    assert fate(drawn, "vms/a", "192.168.1.4") == "NO_SUCH_HOST"


@pytest.mark.parametrize(("said", "taken"), [(None, False), (False, False), (True, True)])
def test_l15_propagation_is_asked_for(said: bool | None, taken: bool):
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").gateway("vgw", "192.168.0.0/16").table("t")
    drawn.set("route_tables/t/gateway_propagation", said).subnet("web", "10.0.1.0/24", table="t")
    drawn.vm("a", "web", "10.0.1.4").host("h", "192.168.1.4", gateway="vgw")
    assert fate(drawn, "vms/a", "hosts/h") == ("delivered" if taken else "ROUTE_NONE_SYSTEM")
    drawn.route("t", "r1", "192.168.0.0/16", "gateways/vgw")
    assert fate(drawn, "vms/a", "hosts/h") == "delivered"


def star() -> Net:
    """[a], [b], [c] in three VPCs on one transit gateway; c's attachment has a table of its own."""
    drawn = net("aws")
    for number, name in enumerate("abc", start=1):
        drawn.vnet(f"v{name}", f"10.{number}.0.0/16").table(
            f"t{name}", {"10.0.0.0/8": "transit_gateways/tgw"}
        )
        drawn.subnet(f"s{name}", f"10.{number}.1.0/24", table=f"t{name}").vm(
            name, f"s{name}", f"10.{number}.1.4"
        )
    attachments: dict[str, tuple[str, str | None]] = {
        "to-a": ("va", "spokes"),
        "to-b": ("vb", "spokes"),
        "to-c": ("vc", "lonely"),
    }
    tables: dict[str, tuple[dict[str, str | None], list[str]]] = {
        "spokes": ({}, ["to-a", "to-b"]),
        "lonely": ({"10.2.0.0/16": "to-b"}, []),
    }
    return opened(drawn).transit("tgw", attachments, tables)


def test_l16_association_propagation_and_static_routes():
    assert fates(star(), "vms/a", "vms/b") == ("delivered", "delivered")
    assert fate(star(), "vms/a", "vms/c") == "ROUTE_NONE_SYSTEM"  # c propagates nowhere
    assert fates(star(), "vms/c", "vms/b") == ("delivered", "ROUTE_NONE_SYSTEM")  # b's table lacks c
    drawn = star()
    drawn.set("transit_gateways/tgw/tables/spokes/routes", {"r": {"prefix": "10.2.1.0/24"}})
    assert fate(drawn, "vms/a", "vms/b") == "ROUTE_NONE_USER"  # discarded, more specific than the propagated
    drawn = star()
    drawn.set("transit_gateways/tgw/attachments/to-a", {"vnet": "va"})
    assert fate(drawn, "vms/a", "vms/b") == "ROUTE_NONE_SYSTEM"  # associated with no table


def test_l16_the_subnet_needs_a_route_to_it():
    drawn = star()
    drawn.set("route_tables/ta/routes", {})
    assert fate(drawn, "vms/a", "vms/b") == "ROUTE_NONE_SYSTEM"
    drawn = star()
    drawn.raw["topology"]["transit_gateways"]["tgw"]["attachments"].pop("to-b")
    drawn.set("transit_gateways/tgw/tables", {"spokes": {"name": "s", "propagations": ["to-a"]}})
    drawn.set("transit_gateways/tgw/attachments/to-c", {"vnet": "vc", "table": "spokes"})
    assert fate(drawn, "vms/b", "vms/a") == "NH_UNREACHABLE"  # not attached


def test_l16_a_site_behind_a_transit_gateway():
    drawn = star().gateway("vpn", "192.168.0.0/16", vnet="vc").host("h", "192.168.1.4", gateway="vpn")
    drawn.set("transit_gateways/tgw/attachments/to-site", {"gateway": "vpn", "table": "spokes"})
    drawn.set("transit_gateways/tgw/tables/spokes/propagations", ["to-a", "to-b", "to-site"])
    drawn.route("ta", "r2", "192.168.0.0/16", "transit_gateways/tgw")
    assert fates(drawn, "vms/a", "hosts/h") == ("delivered", "delivered")
    assert fate(drawn, "vms/b", "hosts/h") == "ROUTE_NONE_SYSTEM"
    assert "L16" in facts_of(ask(drawn, "hosts/h", "vms/a").forward)
    assert routes_used(ask(drawn, "vms/a", "hosts/h").forward)


def test_l4_a_subnet_lies_in_one_zone():
    def drawn(profile: str, zone: int | None = None) -> Net:
        made = (
            net(profile)
            .vnet("v", "10.0.0.0/16")
            .subnet("s", "10.0.1.0/24", **({"zone": zone} if zone else {}))
        )
        return made.vm("a", "s", "10.0.1.4", zone=1).vm("b", "s", "10.0.1.5", zone=2)

    assert drawn("aws").problems() == [("subnet-in-two-zones", "/topology/nics/b/subnet")]
    assert drawn("aws", 2).problems() == [("subnet-in-two-zones", "/topology/nics/a/subnet")]
    assert fate(drawn("azure-2026"), "vms/a", "vms/b") == "delivered"
    assert drawn("aws").set("vms/b/zone", 1).problems() == []
    assert drawn("aws").set("vms/b/zone", None).problems() == []


def inspected(prefix: str, target: str = "nics/fw") -> Net:
    """[a] -- (web 10.0.1) ; [c] -- (db 10.0.2) ; {fw} -- (dmz 10.0.3): web's table leads prefix to fw."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").table("t", {prefix: target})
    drawn.subnet("web", "10.0.1.0/24", table="t").subnet("db", "10.0.2.0/24").subnet("dmz", "10.0.3.0/24")
    drawn.vm("a", "web", "10.0.1.4").vm("b", "web", "10.0.1.5").vm("c", "db", "10.0.2.4")
    return drawn.appliance("fw", "dmz", "10.0.3.9").internet_gateway("igw")


@pytest.mark.parametrize(
    ("prefix", "target", "codes"),
    [
        ("10.0.2.0/24", "nics/fw", []),
        ("10.0.0.0/16", "nics/fw", []),
        ("10.0.2.0/25", "nics/fw", ["route-part-of-subnet"]),
        ("10.0.2.4/32", "10.0.3.9", ["route-part-of-subnet"]),
        ("10.0.2.0/24", "internet_gateways/igw", ["route-steers-nowhere"]),
        ("10.0.2.0/24", "None", ["route-steers-nowhere"]),
        ("10.0.2.0/24", "VnetLocal", []),
        ("192.0.2.0/25", "nics/fw", []),
    ],
)
def test_l8_inside_the_network_routes_are_for_whole_subnets(prefix: str, target: str, codes: list[str]):
    assert [code for code, _ in inspected(prefix, target).problems()] == codes
    azure = inspected(prefix, "10.0.3.9")
    azure.raw["profile"] = "azure-2026"
    assert azure.problems() == []  # any prefix will do there (D48)


def test_l8_steering_between_subnets_but_not_inside_one():
    assert visited(ask(inspected("10.0.2.0/24"), "vms/a", "vms/c").forward) == ["a", "fw", "c"]
    # The local route of the whole network may be replaced; neighbours still meet without the table.
    drawn = inspected("10.0.0.0/16")
    assert visited(ask(drawn, "vms/a", "vms/c").forward) == ["a", "fw", "c"]
    assert visited(ask(drawn, "vms/a", "vms/b").forward) == ["a", "b"]
    drawn = inspected("10.0.1.0/24")
    assert visited(ask(drawn, "vms/a", "vms/b").forward) == ["a", "b"]


def test_l9_objects_must_be_there_and_at_home_and_azure_refuses_them():
    for target, code in (
        ("nics/none", "dangling-reference"),
        ("vms/c", "route-target"),
        ("nics/far", "route-target-elsewhere"),
        ("nics/fw", None),
    ):
        drawn = inspected("192.0.2.0/24", target).vnet("far", "10.9.0.0/16").subnet("f", "10.9.1.0/24")
        drawn.vm("far", "f", "10.9.1.4")
        assert [found for found, _ in drawn.problems()] == ([code] if code else [])
    drawn = inspected("192.0.2.0/24")
    drawn.raw["profile"] = "azure-2026"
    assert [code for code, _ in drawn.problems()] == ["route-target-object"]


def test_l10_the_table_of_a_gateway_is_for_the_own_range():
    drawn = inspected("192.0.2.0/24").table("in", {"10.0.1.0/24": "nics/fw", "192.0.2.0/24": "nics/fw"})
    drawn.set("internet_gateways/igw/route_table", "in")
    assert [code for code, _ in drawn.problems()] == ["gateway-route-outside"]


def test_l12_an_address_moves_within_its_subnet_at_once():
    """[a] -- {old .9}, {new .10 in the same subnet}: the drawing is edited, and the next packet follows."""
    drawn = vpc().vm("old", "web", "10.0.1.9", "10.0.1.20").vm("new", "web", "10.0.1.10")
    for name in ("old", "new"):
        drawn.set(f"vms/{name}/guest", {"interfaces": {name: {"added": ["10.0.1.20"]}}})
    assert visited(ask(drawn, "vms/a", "10.0.1.20").forward) == ["a", "old"]
    moved = drawn.raw["topology"]["nics"]["old"]["configurations"].pop("ip2")
    drawn.set("nics/new/configurations/moved", moved)
    assert visited(ask(drawn, "vms/a", "10.0.1.20").forward) == ["a", "new"]
    assert visited(ask(drawn, "vms/c", "10.0.1.20").forward) == ["c", "new"]


def test_l13_an_address_does_not_leave_its_zone():
    drawn = net("aws").vnet("v", "10.0.0.0/16").subnet("s1", "10.0.1.0/24", zone=1)
    drawn.subnet("s2", "10.0.2.0/24", zone=2).vm("one", "s1", "10.0.1.9", zone=1)
    drawn.vm("two", "s2", "10.0.2.9", "10.0.1.20", zone=2)
    assert [code for code, _ in drawn.problems()] == ["address-outside-subnet"]
    # What moves instead is the target of a route.
    drawn = net("aws").vnet("v", "10.0.0.0/16").table("t", {"192.0.2.1/32": "nics/one"})
    drawn.subnet("s0", "10.0.0.0/24", table="t").subnet("s1", "10.0.1.0/24", zone=1)
    drawn.subnet("s2", "10.0.2.0/24", zone=2).vm("a", "s0", "10.0.0.4")
    for name, subnet, address, zone in (("one", "s1", "10.0.1.9", 1), ("two", "s2", "10.0.2.9", 2)):
        drawn.vm(name, subnet, address, zone=zone, ip_forwarding=True, guest={"loopback": ["192.0.2.1"]})
    assert visited(ask(drawn, "vms/a", "192.0.2.1").forward) == ["a", "one"]
    drawn.set("route_tables/t/routes/r1/target", "nics/two")
    assert visited(ask(drawn, "vms/a", "192.0.2.1").forward) == ["a", "two"]


def test_l20_groups_only_allow_and_keep_state():
    drawn = vpc().group("g", "100 in allow tcp 10.0.2.0/24 * 443").set("nics/a/security_group", "g")
    assert fates(drawn, "vms/c", "vms/a") == ("delivered", "delivered")  # the answer needs no rule
    assert fate(drawn, "vms/c", "vms/a", "tcp/22") == "NSG_IN"
    assert (
        fates(drawn, "vms/a", "vms/c", "tcp/22")[0] == "NSG_IN"
    )  # c wears the default group, and a does not
    drawn.group("out", "100 in allow * * * *", "100 out allow tcp * * 443").set(
        "nics/a/security_group", "out"
    )
    drawn.set("nics/c/security_group", "out")
    assert fate(drawn, "vms/a", "vms/c", "tcp/443") == "delivered"
    assert fate(drawn, "vms/a", "vms/c", "tcp/22") == "NSG_OUT"  # an outbound rule ends the open exit
    drawn.group("deny", "100 in deny * * * *").set("nics/a/security_group", "deny")
    assert [code for code, _ in drawn.problems()] == ["group-denies"]


def test_l20_the_default_group_lets_members_in():
    drawn = vpc().host("h", "198.51.100.9").public("p", "203.0.113.1").internet_gateway("igw")
    drawn.table("t", {"0.0.0.0/0": "internet_gateways/igw"}).set("subnets/web/route_table", "t")
    drawn.set("nics/a/configurations/ip1/public_ip", "p")
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "delivered")
    assert fates(drawn, "vms/a", "hosts/h") == ("delivered", "delivered")
    assert fate(drawn, "hosts/h", "vms/a") == "NSG_IN"
    drawn.group("g", "100 in allow tcp * * 443").set("nics/a/security_group", "g")
    assert fate(drawn, "hosts/h", "vms/a") == "delivered"


def test_l20_a_rule_may_name_the_group_of_others():
    drawn = vpc().group("front").group("back", "100 in allow tcp * * 5432")
    drawn.set("security_groups/back/rules/in-100/source_groups", ["front"])
    drawn.set("nics/a/security_group", "front").set("nics/c/security_group", "back")
    assert fate(drawn, "vms/a", "vms/c", "tcp/5432") == "delivered"
    assert fate(drawn, "vms/b", "vms/c", "tcp/5432") == "NSG_IN"
    drawn.set("security_groups/back/rules/in-100/source_groups", ["nobody"])
    assert [code for code, _ in drawn.problems()] == ["dangling-reference"]


def test_l20_lists_of_subnets_keep_no_state_and_end_with_deny():
    drawn = vpc().group("list", "100 in allow tcp 10.0.1.0/24 * 443").set("subnets/db/security_group", "list")
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "NSG_OUT")  # the answer needs a rule of its own
    drawn.group("list", "100 in allow tcp 10.0.1.0/24 * 443", "100 out allow tcp * 10.0.1.0/24 1024-65535")
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "delivered")
    drawn.group("list", "100 in deny tcp 10.0.1.4 * *", "110 in allow tcp * * 443", "100 out allow tcp * * *")
    assert fate(drawn, "vms/a", "vms/c") == "NSG_IN"  # a list may deny, in the order of its numbers
    assert fate(drawn, "vms/b", "vms/c") == "delivered"


def test_l20_a_list_is_asked_at_the_border_of_the_subnet_only():
    drawn = vpc().group("shut").set("subnets/web/security_group", "shut")
    assert fates(drawn, "vms/a", "vms/b") == ("delivered", "delivered")
    assert fate(drawn, "vms/a", "vms/c") == "NSG_OUT"
    assert fate(drawn, "vms/c", "vms/a") == "NSG_IN"


def test_l20_the_same_group_on_azure_is_stateful_at_both_levels():
    drawn = vpc().group("g", "100 in allow tcp 10.0.1.0/24 * 443", "4000 out deny * * * *")
    drawn.set("subnets/db/security_group", "g")
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "NSG_OUT")
    drawn.raw["profile"] = "azure-2026"
    assert fates(drawn, "vms/a", "vms/c") == ("delivered", "delivered")


@pytest.mark.parametrize("protocol", ["ipip", "gre", "89", "esp", "132"])
def test_l17_no_protocol_is_blocked(protocol: str):
    drawn = opened(vpc())
    assert fates(drawn, "vms/a", "vms/c", protocol) == ("delivered", "delivered")
    drawn.raw["profile"] = "azure-2026"
    assert (fate(drawn, "vms/a", "vms/c", protocol) == "delivered") == (protocol == "esp")


def test_l17_jumbo_inside_and_ordinary_outside():
    drawn = ways_out()
    large = {"size_bytes": 9001, "dont_fragment": True}
    assert fate(drawn, "vms/inner", "vms/web", **large) == "delivered"
    assert fate(drawn, "vms/web", "hosts/h", **large) == "MTU"
    assert fate(drawn, "vms/inner", "hosts/h", **large) == "MTU"
    assert fate(drawn, "vms/web", "hosts/h", size_bytes=1500, dont_fragment=True) == "delivered"
    whole = ask(drawn, "vms/web", "hosts/h", size_bytes=9001).forward
    assert whole.verdict.code is None
    assert (whole.steps[-1].after.fragment, whole.steps[-1].after.size_bytes) == (True, 1500)


@pytest.mark.parametrize(("region", "word"), [("westeurope", "delivered"), ("eastus", "MTU")])
def test_l17_a_peering_with_another_region_takes_less(region: str, word: str):
    drawn = pair().set("vnets/two/region", region).set("route_tables/t2/region", region)
    assert fate(drawn, "vms/a", "vms/b", size_bytes=9001, dont_fragment=True) == word


def inspecting(**balancer: object) -> Net:
    """[a] -- (web) -- endpoint (ends) == geneve == {fw1}, {fw2} (apps) ; [c] -- (db), both ways."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").table("w", {"10.0.2.0/24": "private_endpoints/end"})
    drawn.table("d", {"10.0.1.0/24": "private_endpoints/end"}).subnet("web", "10.0.1.0/24", table="w")
    drawn.subnet("db", "10.0.2.0/24", table="d").subnet("ends", "10.0.3.0/24").subnet("apps", "10.0.4.0/24")
    drawn.vm("a", "web", "10.0.1.4").vm("c", "db", "10.0.2.4")
    for number in (1, 2):
        drawn.vm(f"fw{number}", "apps", f"10.0.4.{number + 10}", guest={"forwarding": True})
    drawn.balancer("gwlb", ["fw1", "fw2"], subnet="apps", address="10.0.4.5", sku="gateway", probe=80)
    for key, value in balancer.items():
        drawn.set(f"load_balancers/gwlb/{key}", value)
    end = {"name": "end", "subnet": "ends", "address": "10.0.3.4", "service": "load_balancers/gwlb"}
    return opened(drawn.set("private_endpoints/end", end))


def test_l18_an_endpoint_as_target_leads_through_an_appliance():
    done = one(inspecting(), "vms/a", "vms/c")
    there, back = visited(done.forward), visited(done.back)
    assert there in (["a", "fw1", "c"], ["a", "fw2", "c"])
    assert back == there[::-1]  # both directions meet the same appliance
    outer = next(step.after for step in done.forward.steps if step.after.inner is not None)
    assert (outer.protocol, outer.destination_port) == (17, 6081)
    assert str(done.forward.steps[-1].after.source) == "10.0.1.4"
    assert "L18" in facts_of(done.forward)
    shut = inspecting().set("vms/fw1/power", "stopped").set("vms/fw2/power", "stopped")
    assert fate(shut, "vms/a", "vms/c") == "LB_NO_HEALTHY"


@pytest.mark.parametrize("flow", ["tcp/443", "udp/443"])
@pytest.mark.parametrize(("rebalance", "word"), [(None, "LB_FLOW_PINNED_DEAD"), (True, "delivered")])
def test_l18_flows_of_a_target_that_fails(rebalance: bool | None, word: str, flow: str):
    network = inspecting(**({} if rebalance is None else {"rebalance": rebalance})).network()
    question = packet("vms/a", "vms/c", flow)
    opened_flow = establish(network, question)
    chosen = visited(one(network, "vms/a", "vms/c", flow).forward)[1]
    dead = replace(opened_flow, down_vms=frozenset({chosen}), unhealthy=frozenset({("gwlb", "pool", chosen)}))
    done = one(network, "vms/a", "vms/c", flow, state=dead)
    assert (done.forward.verdict.code or "delivered") == word
    # A new flow goes to the healthy one either way.
    fresh = State(down_vms=dead.down_vms, unhealthy=dead.unhealthy)
    assert chosen not in visited(one(network, "vms/a", "vms/c", flow, state=fresh).forward)


def test_l18_hash_and_idle_times():
    for distribution, spread in (("5-tuple", True), ("source-ip", False), ("source-ip-protocol", False)):
        drawn = inspecting()
        drawn.set("load_balancers/gwlb/rules/all/distribution", distribution)
        network = drawn.network()
        seen = {
            visited(one(network, "vms/a", "vms/c", source_port=port).forward)[1]
            for port in range(50000, 50024)
        }
        assert (len(seen) > 1) == spread, distribution
    network = inspecting().network()
    rule = network.scenario.topology.load_balancers["gwlb"].rules["all"]
    assert gateway_timeout_us(network.profile, rule, 6) == 350_000_000
    assert gateway_timeout_us(network.profile, rule, 17) == 120_000_000
    azure = net().vnet("v", "10.0.0.0/16").network().profile
    assert gateway_timeout_us(azure, rule, 6) == 240_000_000


def test_l18_azure_has_no_such_endpoints():
    drawn = inspecting()
    drawn.raw["profile"] = "azure-2026"
    assert {code for code, _ in drawn.problems()} == {"route-target-object", "unknown-to-provider"}


def balanced(**balancer: object) -> Net:
    """[a], [b] behind a network balancer whose frontend stands with them; [c] far away in zone 2."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16").subnet("web", "10.0.1.0/24", zone=1)
    drawn.subnet("far", "10.0.2.0/24", zone=2).vm("a", "web", "10.0.1.4").vm("c", "far", "10.0.2.4")
    drawn.balancer("nlb", ["a"], subnet="web", address="10.0.1.9", rules=("tcp/443",))
    for key, value in balancer.items():
        drawn.set(f"load_balancers/nlb/{key}", value)
    return opened(drawn)


def test_l19_a_target_cannot_reach_itself_by_its_balancer():
    assert fates(balanced(), "vms/c", "10.0.1.9") == ("delivered", "delivered")
    kept = ask(balanced(), "vms/a", "10.0.1.9").forward.verdict
    assert (kept.code, kept.facts) == ("LB_HAIRPIN", ("L19",))
    assert fates(balanced(preserve_client_ip=False), "vms/a", "10.0.1.9") == ("delivered", "delivered")
    hidden = ask(balanced(preserve_client_ip=False), "vms/c", "10.0.1.9")
    assert hidden.delivered
    assert str(hidden.forward.steps[-1].after.source) == "10.0.1.9"


@pytest.mark.parametrize(("cross_zone", "reached"), [(None, {"a"}), (False, {"a"}), (True, {"a", "c"})])
def test_l19_cross_zone_is_off_by_default(cross_zone: bool | None, reached: set[str]):
    drawn = balanced(**({} if cross_zone is None else {"cross_zone": cross_zone}))
    drawn.set("load_balancers/nlb/pools/pool/members/c", {"nic": "c", "configuration": "ip1"})
    opened(drawn.vm("d", "web", "10.0.1.20"))
    network = drawn.network()
    seen = {
        visited(one(network, "vms/d", "10.0.1.9", source_port=port).forward)[-1]
        for port in range(50000, 50024)
    }
    assert seen == reached
    if cross_zone is None:
        drawn.set("vms/a/power", "stopped")
        assert fate(drawn, "vms/d", "10.0.1.9") == "LB_NO_HEALTHY"


@pytest.mark.parametrize(
    ("profile", "flow", "silent", "word"),
    [
        ("aws", "tcp/443", True, "LB_FLOW_RESET"),
        ("aws", "tcp/443", False, "LB_FLOW_RESET"),
        ("aws", "udp/443", True, "delivered"),
        ("azure-2026", "tcp/443", True, "LB_FLOW_PINNED_DEAD"),
        ("azure-2026", "tcp/443", False, "delivered"),
        ("azure-2026", "udp/443", True, "delivered"),
    ],
)
def test_l19_open_tcp_flows_of_an_unhealthy_target_are_reset(
    profile: str, flow: str, silent: bool, word: str
):
    """[client] -- balancer -- [a], [b]; the target of an open flow is out of rotation, dead or not."""
    drawn = net(profile).vnet("vpc", "10.0.0.0/16").subnet("web", "10.0.1.0/24")
    for number, name in enumerate(("client", "a", "b")):
        drawn.vm(name, "web", f"10.0.1.{number + 4}")
    drawn.balancer("nlb", ["a", "b"], subnet="web", address="10.0.1.9", rules=(flow,))
    network = opened(drawn).network()
    before = establish(network, packet("vms/client", "10.0.1.9", flow))
    chosen = visited(one(network, "vms/client", "10.0.1.9", flow).forward)[-1]
    sick = frozenset({("nlb", "pool", chosen)})
    after = replace(before, unhealthy=sick, down_vms=frozenset({chosen} if silent else ()))
    verdict = one(network, "vms/client", "10.0.1.9", flow, state=after).forward.verdict
    assert (verdict.code or "delivered") == word
    if word == "LB_FLOW_RESET":
        assert verdict.facts == ("L19",)
    fresh = State(unhealthy=sick, down_vms=after.down_vms)
    assert one(network, "vms/client", "10.0.1.9", flow, state=fresh).delivered


def test_l19_flows_of_a_target_in_rotation_are_not_reset():
    """Until the checks have failed often enough, flows of a dead target hang as anywhere."""
    network = opened(balanced()).network()
    before = establish(network, packet("vms/c", "10.0.1.9", "tcp/443"))
    dead = replace(before, down_vms=frozenset({"a"}))
    assert one(network, "vms/c", "10.0.1.9", "tcp/443", state=dead).forward.verdict.code == (
        "LB_FLOW_PINNED_DEAD"
    )


def test_l21_the_router_speaks_no_routing_protocol():
    drawn = opened(vpc())
    assert fate(drawn, "vms/a", "10.0.1.1", "tcp/179") == "NO_SUCH_HOST"
    assert fate(drawn, "vms/a", "vms/c", "tcp/179") == "delivered"  # VMs may speak it among themselves
    drawn.set("route_servers/rs", {"name": "rs", "vnet": "vpc"})
    assert "unknown-to-provider" in {code for code, _ in drawn.problems()}


def test_l21_what_guests_learn_from_each_other_the_fabric_ignores():
    """[a: bgp] -- (web) ... (db) -- [c: bgp, announces 192.0.2.0/24]"""

    def speaker(asn: int, address: str, other: int, prefix: str | None = None) -> dict[str, object]:
        announces = {"p": {"prefix": prefix}} if prefix else {}
        neighbours = {"n": {"address": address, "asn": other}}
        return {"bgp": {"asn": asn, "neighbours": neighbours, "announces": announces}}

    drawn = opened(vpc())
    drawn.set("vms/a/guest", speaker(65001, "10.0.2.4", 65002))
    drawn.set("vms/c/guest", {**speaker(65002, "10.0.1.4", 65001, "192.0.2.0/24"), "loopback": ["192.0.2.1"]})
    assert fate(drawn, "vms/a", "192.0.2.1") == "ROUTE_NONE_SYSTEM"
    drawn.table("t", {"192.0.2.0/24": "nics/c"}).set("subnets/web/route_table", "t")
    assert fate(drawn.set("nics/c/ip_forwarding", True), "vms/a", "192.0.2.1") == "delivered"
