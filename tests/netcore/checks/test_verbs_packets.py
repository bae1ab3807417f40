"""Verbs about packets: each holds where it should, and fails with the smallest packet that breaks it."""

from __future__ import annotations

import pytest

from netcore.checks.grading.case import Budget, CannotGrade
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import find, passes, question


def steered(both: bool = True, **guest: bool) -> Net:
    """[a1, a2] -- (app) --> {fw} --> (db) -- [b1, b2]; with ``both`` the answer comes back by fw as well."""
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .table("out", {"10.0.2.0/24": "10.0.9.4"})
        .table("home", {"10.0.1.0/24": "10.0.9.4"})
        .subnet("app", "10.0.1.0/24", table="out")
        .subnet("db", "10.0.2.0/24", table="home" if both else None)
        .subnet("nva", "10.0.9.0/24")
    )
    for key, subnet, address in (
        ("a1", "app", "1.4"),
        ("a2", "app", "1.5"),
        ("b1", "db", "2.4"),
        ("b2", "db", "2.5"),
    ):
        drawn.vm(key, subnet, f"10.0.{address}")
    return drawn.appliance("fw", "nva", "10.0.9.4", **guest).host("out", "198.51.100.10")


def test_delivers_holds_for_pairs_names_and_whole_subnets() -> None:
    drawn = steered()
    assert passes({"delivers": "a1 <-> b1 tcp/1433"}, drawn)
    assert passes({"delivers": {"among": ["a1", "b1", "b2"], "service": "icmp"}}, drawn)
    assert passes({"delivers": "subnets/app -> subnets/db tcp/443"}, drawn)
    drawn.raw["topology"]["vms"]["a1"]["name"] = "Front End"
    assert passes({"delivers": {"from": "front end", "to": "b1"}}, drawn)


def test_the_counterexample_is_the_packet_with_the_fewest_hops_and_the_lowest_addresses() -> None:
    drawn = steered().set("vms/b1/power", "stopped").set("vms/b2/power", "stopped")
    found = find({"delivers": ["a2 -> b2 tcp/443", "a2 -> b1 tcp/443", "a1 -> b2 tcp/443"]}, drawn)
    assert not found.passed
    assert question(found) == ("vms/a1", "vms/b2", "tcp", 443)
    assert "b2" in found.message
    direct = find({"delivers": ["a1 -> b1 tcp/443", "a2 -> 10.0.1.77 tcp/443"]}, drawn)
    assert question(direct)[1] == "10.0.1.77", "it needs no appliance, so it is shorter"


def test_a_flow_that_stands_for_nobody_fails_instead_of_holding_for_all() -> None:
    drawn = steered().subnet("empty", "10.0.3.0/24")
    assert (
        find({"drops": "subnets/empty -> b1"}, drawn).message
        == "There is no VM for subnets/empty -> b1 tcp/443 in the drawing."
    )
    assert find({"delivers": "a9 -> b1"}, drawn).message == "There is no VM or host a9 in the drawing."


def test_delivers_asks_what_the_receiver_sees_and_who_it_is() -> None:
    drawn = steered(snat=True)
    assert passes({"delivers": {"flow": "a1 -> b1", "seen_as": "fw"}}, drawn)
    found = find({"delivers": {"flow": "a1 -> b1", "seen_as": "a1"}}, drawn)
    assert "10.0.9.4" in found.message
    assert passes({"delivers": {"flow": "a1 -> 10.0.2.5", "answered_by": "b2"}}, drawn)
    assert not passes({"delivers": {"flow": "a1 -> 10.0.2.5", "answered_by": "b1"}}, drawn)


def test_drops_asks_for_the_code_the_place_and_the_packet() -> None:
    drawn = steered(both=False, stateful=True)
    flow = "a1 -> b1 tcp/443"
    assert passes({"drops": {"flow": flow, "code": "STATE_MISSING", "at": "fw"}}, drawn)
    assert passes(
        {"drops": {"flow": flow, "code": ["NSG_IN", "STATE_MISSING"], "packet": "handshake"}}, drawn
    )
    wrong = find({"drops": {"flow": flow, "code": "NSG_IN"}}, drawn)
    assert "STATE_MISSING" in wrong.message and question(wrong)[0] == "vms/a1"
    assert not passes({"drops": {"flow": flow, "at": "b1"}}, drawn)
    arrives = find({"drops": {"flow": flow, "packet": "request"}}, drawn)
    assert not arrives.passed, "the request itself arrives, only packet 3 does not"
    assert find({"drops": "a1 -> b1 icmp"}, drawn).message.endswith("It is delivered.")


def test_visits_wants_the_order_and_the_way_back() -> None:
    drawn = steered()
    assert passes({"visits": {"flow": "a1 -> b1", "stops": ["fw"], "back": "mirror", "only": True}}, drawn)
    half = steered(both=False)
    assert passes({"visits": {"flow": "a1 -> b1", "stops": ["fw"]}}, half)
    found = find({"visits": {"flow": "a1 -> b1", "stops": ["fw"], "back": ["fw"]}}, half)
    assert found.message.startswith("a1 -> b1 tcp/443: The answer goes")
    assert not passes({"visits": {"flow": "a1 -> a2", "stops": ["fw"]}}, drawn)


def test_avoids_does_not_hold_for_what_does_not_arrive() -> None:
    drawn = steered()
    assert passes({"avoids": {"flow": "a1 <-> a2", "stops": ["fw"]}}, drawn)
    assert "passes fw" in find({"avoids": {"flow": "a1 -> b1", "stops": ["fw"]}}, drawn).message
    drawn.set("vms/a2/power", "stopped")
    assert not passes({"avoids": {"flow": "a1 -> a2", "stops": ["fw"]}}, drawn)
    assert passes({"avoids": {"flow": "a1 -> a2", "stops": ["fw"], "arrives": False}}, drawn)


def test_symmetric_compares_both_ways() -> None:
    assert passes({"symmetric": "a1 <-> b1"}, steered())
    found = find({"symmetric": "a1 -> b1"}, steered(both=False))
    assert question(found)[:2] == ("vms/a1", "vms/b1")


def test_route_names_type_source_prefix_and_hop() -> None:
    drawn = steered()
    right = {
        "nic": "a1",
        "to": "b1",
        "type": "VirtualAppliance",
        "source": "User",
        "prefix": "10.0.2.0/24",
        "hop": "fw",
    }
    assert passes({"route": right}, drawn)
    for field, other in (
        ("type", "VnetLocal"),
        ("source", "Default"),
        ("prefix", "10.0.0.0/16"),
        ("hop", "b1"),
    ):
        found = find({"route": {**right, field: other}}, drawn)
        assert "10.0.2.0/24 -> VirtualAppliance 10.0.9.4 (User)" in found.message, field


def test_a_next_hop_is_a_whole_address_and_one_thing() -> None:
    drawn = steered().set("route_tables/out/routes/r1/next_hop_ip", "10.0.9.44")
    assert not passes({"route": {"nic": "a1", "to": "b1", "hop": "fw"}}, drawn)
    assert passes({"route": {"nic": "a1", "to": "b1", "hop": "10.0.9.44"}}, drawn)
    for several, number in (("vms/*", 5), ("subnets/app", 2)):
        found = find({"route": {"nic": "a1", "to": "b1", "hop": several}}, drawn)
        assert found.message == f"{several} stands for {number} things, and one is meant."


def test_every_way_of_a_balancer_must_do_what_is_asked() -> None:
    drawn = (
        net()
        .vnet("v", "10.0.0.0/16")
        .subnet("s", "10.0.0.0/24")
        .vm("a", "s", "10.0.0.4")
        .vm("b1", "s", "10.0.0.5")
        .vm("b2", "s", "10.0.0.6", guest={"firewall": {"no": {"access": "Deny"}}})
        .balancer("lb", ["b1", "b2"], subnet="s", address="10.0.0.10")
    )
    found = find({"delivers": "a -> 10.0.0.10 tcp/443"}, drawn)
    assert not found.passed
    found = find({"drops": "a -> 10.0.0.10 tcp/443"}, drawn)
    assert "Some of its flows are delivered." in found.message


def test_a_check_that_takes_too_many_steps_is_ungraded() -> None:
    with pytest.raises(CannotGrade, match="more steps"):
        find({"delivers": "subnets/app -> subnets/db"}, steered(), budget=Budget(60))
