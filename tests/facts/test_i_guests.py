"""Facts I15-I17, I19: BGP between guests, which the fabric ignores."""

from __future__ import annotations

from typing import Any

from tests.netcore.ask import ask, facts_of, fate, fates, routes_used, visited
from tests.netcore.build import Net, net


def process(asn: int, far: str, far_asn: int, *announces: str, **more: Any) -> dict[str, Any]:
    """Return a BGP process with one neighbour."""
    return {
        "asn": asn,
        "neighbours": {"n": {"address": far, "asn": far_asn, **more}},
        "announces": {str(n): {"prefix": prefix} for n, prefix in enumerate(announces)},
    }


def two(place: str = "two", address: str = "10.0.2.4", **guest: Any) -> Net:
    """{a} -- (one 10.0.1) ; {c} -- (two 10.0.2 or one), eBGP between them; 192.0.2.0/24 behind c."""
    drawn = net().vnet("v", "10.0.0.0/16").table("t").subnet("one", "10.0.1.0/24", table="t")
    drawn.table("u").subnet("two", "10.0.2.0/24", table="u")
    drawn.vm("a", "one", "10.0.1.4", guest={"bgp": process(65001, address, 65002), **guest})
    far = process(65002, "10.0.1.4", 65001, "192.0.2.0/24")
    return drawn.appliance("c", place, address, bgp=far, loopback=["192.0.2.1"])


def test_i15_the_session_is_up_the_route_is_there_and_the_fabric_ignores_it():
    drawn = two()
    assert fate(drawn, "vms/a", "vms/c", "tcp/179") == "delivered"
    network = drawn.network()
    assert [session.reason for session in network.bgp.sessions] == ["up"]
    assert [str(route.prefix) for route in network.learned_guest_routes["a"]] == ["192.0.2.0/24"]
    done = ask(drawn, "vms/a", "192.0.2.1").forward
    assert visited(done) == ["a"]
    assert routes_used(done) == ["Default route 0.0.0.0/0 -> Internet"]
    assert {"I15", "I17"} <= set(done.verdict.facts)
    assert "route table" in (done.verdict.mend or "")
    drawn.route("t", "none", "192.0.2.0/24", "None")
    done = ask(drawn, "vms/a", "192.0.2.1").forward
    assert (done.verdict.code, "I15" in done.verdict.facts) == ("ROUTE_NONE_USER", True)


def test_i15_sessions_need_both_sides_and_a_way():
    assert [s.reason for s in two().set("vms/c/guest/bgp", None).network().bgp.sessions] == ["no_speaker"]
    wrong = two().set("vms/c/guest/bgp/neighbours/n/asn", 65009)
    assert {s.reason for s in wrong.network().bgp.sessions} == {"one_sided"}
    assert {s.reason for s in two().set("vms/c/power", "stopped").network().bgp.sessions} == {"stopped"}
    far = two().vnet("w", "10.9.0.0/16").set("subnets/two/vnet", "w")
    far.set("subnets/two/prefixes", ["10.9.2.0/24"]).set("nics/c/configurations/ip1/address", "10.9.2.4")
    far.set("vms/a/guest/bgp/neighbours/n/address", "10.9.2.4")
    assert {s.reason for s in far.network().bgp.sessions} == {"unreachable"}
    far.peer("v", "w")
    assert {s.reason for s in far.network().bgp.sessions} == {"up"}


def test_i16_a_route_table_with_the_next_hop_makes_it_work():
    drawn = two().route("t", "u", "192.0.2.0/24", "10.0.2.4")
    done = ask(drawn, "vms/a", "192.0.2.1")
    assert done.delivered
    assert visited(done.forward) == ["a", "c"]
    drawn.set("nics/c/ip_forwarding", False)
    assert fate(drawn, "vms/a", "192.0.2.1") == "DST_NOT_OWNED"


def test_i16_every_subnet_that_sends_it_on_needs_the_route():
    """a -> c -> d, where d has the prefix: c's subnet needs it as well."""
    drawn = two().subnet("three", "10.0.3.0/24").route("t", "u", "192.0.2.0/24", "10.0.2.4")
    drawn.set("vms/c/guest/loopback", []).appliance("d", "three", "10.0.3.4", loopback=["192.0.2.1"])
    assert fate(drawn, "vms/a", "192.0.2.1") != "delivered"
    drawn.route("u", "u", "192.0.2.0/24", "10.0.3.4")
    assert visited(ask(drawn, "vms/a", "192.0.2.1").forward) == ["a", "c", "d"]
    assert fate(drawn, "vms/a", "192.0.2.1") == "delivered"


def test_i17_in_one_subnet_it_is_the_same():
    drawn = two("one", "10.0.1.5")
    assert [session.reason for session in drawn.network().bgp.sessions] == ["up"]
    done = ask(drawn, "vms/a", "192.0.2.1").forward
    assert visited(done) == ["a"]
    assert {"I15", "I17"} <= facts_of(done)


def tunnelled(kind: str) -> Net:
    """{a} == tunnel == {c}, BGP inside."""
    drawn = two()
    drawn.set("nics/a/ip_forwarding", False)
    for vm, far, inner in (("a", "10.0.2.4", 1), ("c", "10.0.1.4", 2)):
        ends = {"kind": kind, "remote": far, "address": f"172.16.0.{inner}"}
        drawn.set(f"vms/{vm}/guest/tunnels", {"t": ends})
        route = {"prefix": f"172.16.0.{3 - inner}/32", "tunnel": "t"}
        drawn.set(f"vms/{vm}/guest/routes", {"inner": route})
        drawn.set(f"vms/{vm}/guest/bgp/neighbours/n/address", f"172.16.0.{3 - inner}")
    return drawn


def test_i18_inside_a_tunnel_it_works_without_a_route_table():
    drawn = tunnelled("vxlan").set("nics/c/ip_forwarding", False)
    assert [session.guest_tunnels for session in drawn.network().bgp.sessions] == [("t", "t")]
    assert fates(drawn, "vms/a", "192.0.2.1") == ("delivered", "delivered")
    assert fate(tunnelled("gre"), "vms/a", "192.0.2.1") == "PROTO_BLOCKED"


def test_i19_two_tables_that_point_at_each_other():
    drawn = two().set("vms/a/guest/forwarding", True).set("nics/a/ip_forwarding", True)
    drawn.set("vms/c/guest/loopback", [])
    drawn.route("t", "u", "192.0.2.0/24", "10.0.2.4").route("u", "u", "192.0.2.0/24", "10.0.1.4")
    done = ask(drawn, "vms/a", "192.0.2.1").forward
    assert done.verdict.outcome.value == "looped"
    assert visited(done)[:3] == ["a", "c", "a"]
