"""Routes rewritten to the standby: who gets through again, who does not, and why."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from tests.netcore.failover.scenes import FAULT, metrics, pair, race, strips


def edited(*conditions: str, two_tables: bool = False, **guest: Any) -> netcore.Scenario:
    raw = netcore.dump(pair(**guest))
    raw["faults"][FAULT]["conditions"] = list(conditions)
    topology = raw["topology"]
    if two_tables:
        table = topology["route_tables"]["via"]
        topology["route_tables"]["back"] = {**table, "name": "back"}
        topology["subnets"]["right"]["route_table"] = "back"
    return netcore.load(raw)


def test_synced_sessions_let_established_tcp_survive() -> None:
    """Section 4, scenario 3: what a balancer cannot save a rewrite can."""
    synced = metrics(race(edited(stateful=True, session_sync=True), "route-rewrite"))
    assert synced["completes"]
    assert synced["flows"]["stalled"] == pytest.approx(0.9)
    alone = metrics(race(edited(stateful=True), "route-rewrite"))
    assert alone["flows"]["reset"] == pytest.approx(0.9)
    assert alone["recover_new_us"] == synced["recover_new_us"]


def test_translation_to_its_own_address_loses_connections_even_if_synced() -> None:
    """Section 2.3: the answers still go to the dead appliance's address."""
    found = metrics(race(edited(stateful=True, session_sync=True, snat=True), "route-rewrite"))
    assert found["recover_new_us"] is not None
    assert found["recover_existing_us"]["never"] == 1


def test_nobody_is_without_an_owner() -> None:
    """Section 2.4: a route is replaced at once."""
    assert set(metrics(race(edited(), "route-rewrite"))["lost_by_cause"]) == {"NH_STOPPED"}


def test_lost_forwarding_flag_recovers_on_paper_only() -> None:
    """IP forwarding off on the NIC that takes over: completes, and nothing gets through."""
    for design in ("route-rewrite", "address-move"):
        events = race(edited("flag-lost"), design)
        found = metrics(events)
        assert found["completes"] and found["recover_new_us"] is None
        last = [strip for strip in strips(events) if strip["direction"] == "forward"][-1]
        assert last["delivered"] == 0
        assert last["codes"] == {"DST_NOT_OWNED": 1}


def test_forgotten_return_routes() -> None:
    """Section 4, scenario 4: forward is green, no handshake completes."""
    events = race(edited("return-route-forgotten", two_tables=True), "route-rewrite")
    found = metrics(events)
    assert found["completes"] and found["recover_new_us"] is None
    last = {strip["direction"]: strip for strip in strips(events)}
    assert last["forward"]["delivered"] == 1
    assert last["return"]["delivered"] == 0
    with pytest.raises(netcore.NotModelled, match="one table per direction"):
        race_of_one_table()


def race_of_one_table() -> None:
    scenario = edited("return-route-forgotten")
    wanted = next(d for d in netcore.designs(pair()) if d.id == "route-rewrite")
    list(netcore.simulate(scenario, wanted, FAULT))


def test_each_table_is_written_in_turn() -> None:
    events = race(edited(two_tables=True), "route-rewrite")
    ends = [e for e in events if e.get("lane") == "control" and " is done, " in e.get("text", "")]
    assert [event["ref"] for event in ends] == ["route_tables/back", "route_tables/via"]
    assert metrics(events)["calls"]["writes"] == 2


def test_an_agent_behind_the_dead_appliance_is_cut_off() -> None:
    """Section 4, scenario 13: its call never leaves, whoever else is healthy."""
    raw = netcore.dump(pair(snat=True))
    topology = raw["topology"]
    topology["route_tables"]["via"]["routes"]["out"] = {
        "prefix": "0.0.0.0/0",
        "next_hop_type": "VirtualAppliance",
        "next_hop_ip": "10.0.9.100",
    }
    topology["vms"]["a"]["guest"]["failover_agent"] = True
    topology["public_ips"] = {"out": {"name": "out", "address": "203.0.113.1"}}
    topology["nat_gateways"] = {"nat": {"name": "nat", "public_ips": ["out"]}}
    topology["subnets"]["dmz"]["nat_gateway"] = "nat"
    found = metrics(race(netcore.load(raw), "route-rewrite"))
    assert not found["completes"]
    assert found["calls"]["writes"] == 0


def test_a_pair_that_restarts_acts_only_when_it_is_back() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT].update(kind="pair-restarts", lasts_us=60_000_000)
    raw["topology"]["subnets"]["dmz"]["default_outbound"] = True
    found = metrics(race(netcore.load(raw), "route-rewrite"))
    assert found["recover_new_us"] == 60_000_000


def test_a_poller_notices_later() -> None:
    slow, fast = (metrics(race(edited(), name)) for name in ("route-poller", "route-rewrite"))
    assert 7_000_000 <= slow["detect_us"] <= 40_000_000
    assert slow["control_us"] == fast["control_us"]


def test_without_routes_there_is_nothing_to_rewrite() -> None:
    raw = netcore.dump(pair())
    for subnet in ("left", "right"):
        del raw["topology"]["subnets"][subnet]["route_table"]
    raw["topology"]["route_tables"] = {}
    assert "No route names" in netcore.refusals(netcore.load(raw), FAULT)["route-rewrite"]
