"""Failovers by calls of AWS, in drawings of AWS only."""

from __future__ import annotations

import netcore
from tests.netcore.build import net
from tests.netcore.failover.scenes import FAULT, metrics, pair, race

AWS = {"aws-address-move", "aws-interface-move", "aws-route-rewrite"}


def vpc(target: str = "nics/fw1") -> netcore.Scenario:
    """[a] -- (left) --> {fw1, fw2} -- (right) -- [b], by routes that name fw1's interface or address."""
    drawn = (
        net("aws")
        .vnet("vpc", "10.0.0.0/16")
        .table("l", {"10.0.2.0/24": target})
        .table("r", {"10.0.1.0/24": target})
        .subnet("left", "10.0.1.0/24", table="l")
        .subnet("right", "10.0.2.0/24", table="r")
        .subnet("dmz", "10.0.9.0/24")
        .vm("a", "left", "10.0.1.4")
        .vm("b", "right", "10.0.2.4")
        .appliance("fw1", "dmz", "10.0.9.4", stateful=True, session_sync=True)
        .appliance("fw2", "dmz", "10.0.9.5", stateful=True, session_sync=True)
        .group("open", "100 in allow * * * *", "100 out allow * * * *")
    )
    for nic in ("a", "b", "fw1", "fw2"):
        drawn.set(f"nics/{nic}/security_group", "open")
    raw = drawn.raw
    raw["traffic"] = netcore.dump(pair())["traffic"]
    raw["faults"] = netcore.dump(pair())["faults"]
    return netcore.load(raw)


def detachable(**nic: object) -> netcore.Scenario:
    """The same, and routes name a second interface of fw1, which can be detached."""
    raw = netcore.dump(vpc())
    for table in raw["topology"]["route_tables"].values():
        for route in table["routes"].values():
            route["target"] = "nics/moving"
    drawn = {**raw["topology"]["nics"]["fw1"], "name": "moving", "primary": False, **nic}
    drawn["configurations"] = {"primary": {"address": "10.0.9.40", "primary": True}}
    raw["topology"]["nics"]["moving"] = drawn
    return netcore.load(raw)


def test_an_interface_moves_with_all_it_holds_and_its_routes_stay() -> None:
    events = race(detachable(), "aws-interface-move")
    found = metrics(events)
    assert found["completes"] and found["calls"]["writes"] == 1
    assert 15_000_000 <= found["recover_new_us"] <= 120_000_000
    assert found["recover_existing_us"]["never"] == 0  # sessions are shared
    texts = [event["text"] for event in events if event["event"] == "failover.event"]
    assert any(text.startswith("Attach moving to fw2 is done") for text in texts)


def test_a_lost_flag_at_the_interface_forwards_nothing() -> None:
    raw = netcore.dump(detachable())
    raw["faults"][FAULT]["conditions"] = ["flag-lost"]
    assert metrics(race(netcore.load(raw), "aws-interface-move"))["recover_new_us"] is None


def test_a_primary_interface_cannot_be_detached() -> None:
    why = netcore.refusals(vpc(), FAULT)["aws-interface-move"]
    assert why.startswith("fw1 is the primary interface of fw1 and cannot be detached")
    raw = netcore.dump(detachable())
    for table in raw["topology"]["route_tables"].values():
        table["routes"] = {}
    assert "No route and no flow names" in netcore.refusals(netcore.load(raw), FAULT)["aws-interface-move"]


def test_each_provider_has_its_own_calls() -> None:
    assert not AWS & {design.id for design in netcore.designs(pair())}
    found = {design.id for design in netcore.designs(vpc())}
    assert "aws-route-rewrite" in found
    assert not {"route-rewrite", "address-move", "public-address-move"} & found


def test_a_replaced_target_takes_seconds_and_saves_synced_connections() -> None:
    """Section 4, scenario 12: route 5-10 s, polls nothing."""
    found = metrics(race(vpc(), "aws-route-rewrite", 3))
    assert found["completes"] and found["calls"]["polls"] == 0
    assert 5_000_000 <= found["recover_new_us"] <= 14_000_000
    assert found["flows"]["stalled"] > 0.85


def test_an_address_moves_in_seconds_and_an_interface_in_tens() -> None:
    address = metrics(race(vpc("10.0.9.4"), "aws-address-move"))
    whole = metrics(race(detachable(), "aws-interface-move"))
    assert 3_500_000 <= address["recover_new_us"] <= 12_000_000
    assert whole["recover_new_us"] > address["recover_new_us"]
    assert FAULT in vpc().faults


def test_a_hold_is_told_apart_from_the_silence() -> None:
    """MASTER after the silence (grade C), and only after the hold of 2 s (grade A) does it act."""
    events = [e for e in race(detachable(), "aws-interface-move") if e["event"] == "failover.event"]
    (master,) = [event for event in events if event["text"] == "fw2 says that it is MASTER"]
    (acts,) = [event for event in events if "has waited 2 s and takes over" in event["text"]]
    assert acts["t_us"] - master["t_us"] == 2_000_000
    assert (master["grade"], acts["grade"]) == ("C", "A")
