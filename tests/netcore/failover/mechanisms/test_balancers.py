"""Balancers through faults of many kinds: what probes meet, and who is in rotation when."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.streams import Streams
from netcore.forwarding.probes import probe_meets
from netcore.forwarding.state import State
from tests.netcore.failover.scenes import FAULT, metrics, pair, race
from tests.netcore.failover.scenes import design as chosen

SECOND = 1_000_000


def broken(kind: str, change: Any = None, threshold: int = 2, **fault: Any) -> netcore.Scenario:
    raw = netcore.dump(pair(threshold=threshold))
    raw["faults"] = {FAULT: {"name": kind, "kind": kind, "vm": "fw1", "at_us": 10 * SECOND, **fault}}
    if change:
        change(raw)
    return netcore.load(raw)


def plays(scenario: netcore.Scenario, wanted: str, n: int = 300) -> list[Any]:
    timing = netcore.timing_profile("published").changed({"failure.balancer": 0, "failure.move": 0})
    made = plan(scenario, chosen(scenario, wanted), scenario.faults[FAULT], timing)
    return [made.mechanism.play(Streams(7, number)) for number in range(n)]


def texts(scenario: netcore.Scenario, wanted: str) -> list[str]:
    return [event["text"] for event in race(scenario, wanted) if event["event"] == "failover.event"]


def deep(raw: dict[str, Any]) -> None:
    for vm in ("fw1", "fw2"):
        service = {"protocol": "tcp", "port": 22, "needs_forwarding": True}
        raw["topology"]["vms"][vm]["guest"]["services"] = {"deep": service}


def test_p17_a_green_probe_in_front_of_a_dead_path_is_never_noticed() -> None:
    """P17: detection never, in every trial, and everything on the appliance is lost."""
    scenario = broken("forwarding-stops")
    for play in plays(scenario, "balancer"):
        assert play.clocks.detect_us is None
        assert not play.completes
    found = metrics(race(scenario, "balancer"))
    assert found["recover_new_us"] is None
    assert "OS_FORWARDING_OFF" in found["lost_by_cause"]
    assert any("goes on being answered" in text for text in texts(scenario, "balancer"))


def test_a_deep_probe_notices_that_nothing_is_forwarded_and_not_at_once() -> None:
    scenario = broken("forwarding-stops", deep)
    found = [play.clocks.detect_us / SECOND for play in plays(scenario, "balancer")]
    assert 5 <= min(found) <= max(found) <= 10
    told = metrics(race(scenario, "balancer"))
    assert told["recover_new_us"] > 5 * SECOND


def test_a_probe_through_the_appliance_takes_a_healthy_one_out() -> None:
    def through(raw: dict[str, Any]) -> None:
        for vm in ("fw1", "fw2"):
            service = {"protocol": "tcp", "port": 22, "needs_vms": ["b"]}
            raw["topology"]["vms"][vm]["guest"]["services"] = {"through": service}
        raw["faults"][FAULT]["vm"] = "b"

    scenario = broken("crash", through)
    told = texts(scenario, "balancer")
    assert sum("out of the rotation" in text for text in told) == 2
    assert any("fw1 refused" in text for text in told)
    network = netcore.compile(scenario)
    probe = scenario.topology.load_balancers["ilb"].probes["alive"]
    member = ("ilb", "fws", "fw1")
    assert probe_meets(network, State(), member, probe) == "ok"
    assert probe_meets(network, State(down_vms=frozenset({"b"})), member, probe) == "refused"


def test_a_blocked_probe_forces_a_failover_that_hurts_nobody_new() -> None:
    """The documented way to test a failover (fact F9): the appliance still forwards until it is out."""
    scenario = broken("probe-blocked")
    found = metrics(race(scenario, "balancer"))
    assert found["detect_us"] >= 10 * SECOND
    assert found["lost"]["total"] == 0
    assert any("out of the rotation" in text for text in texts(scenario, "balancer"))


@pytest.mark.parametrize(
    ("threshold", "seconds", "share"),
    [(1, 5, 0), (1, 8, 0.6), (1, 10, 1), (2, 10, 0), (2, 12, 0.4), (2, 15, 1), (3, 15, 0), (3, 20, 1)],
)
def test_a_pause_marks_a_member_down_with_the_probability_of_its_length(
    threshold: int, seconds: int, share: float
) -> None:
    """Section 2.6; P16 for n=2: 0 % of pauses of 5 s, 100 % of 30 s."""
    scenario = broken("pause", threshold=threshold, lasts_us=seconds * SECOND)
    found = [play.clocks.detect_us is not None for play in plays(scenario, "balancer", 1000)]
    assert sum(found) / len(found) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize(("seconds", "share"), [(5, 0.0), (30, 1.0)])
def test_p16_pauses_of_five_and_thirty_seconds(seconds: int, share: float) -> None:
    scenario = broken("pause", lasts_us=seconds * SECOND)
    found = [play.clocks.detect_us is not None for play in plays(scenario, "balancer", 1000)]
    assert sum(found) / len(found) == share


def test_a_member_that_comes_back_is_put_back() -> None:
    scenario = broken("pause", lasts_us=30 * SECOND)
    assert any("in the rotation of pool fws of ilb again" in text for text in texts(scenario, "balancer"))
    play = plays(scenario, "balancer", 1)[0]
    assert play.changes[-1][0] > 30 * SECOND


def test_an_active_passive_pair_recovers_when_both_have_turned() -> None:
    """max(the balancer marks A down, the standby has taken over and answers)."""
    scenario = broken("crash")
    found = metrics(race(scenario, "balancer-active-passive"))
    assert 10 * SECOND <= found["recover_new_us"] <= 16 * SECOND
    assert any("takes over" in text for text in texts(scenario, "balancer-active-passive"))
    start = plan(
        scenario,
        chosen(scenario, "balancer-active-passive"),
        scenario.faults[FAULT],
        netcore.timing_profile("published"),
    ).scene.start
    assert start.unhealthy == {("ilb", "fws", "fw2")}


def test_an_active_passive_pair_whose_hellos_go_on_never_fails_over() -> None:
    scenario = broken("forwarding-stops", deep)
    for play in plays(scenario, "balancer-active-passive", 20):
        assert play.clocks.detect_us is None


def test_a_balancer_that_never_acts_does_not_keep_the_standby_from_taking_over() -> None:
    """The standby enters by itself; only the dead one stays in rotation until a person takes it out."""
    scenario = broken("crash", lambda raw: raw["faults"][FAULT].update(conditions=["failover-fails"]))
    found = metrics(race(scenario, "balancer-active-passive"))
    assert found["by_hand"]
    assert found["recover_new_us"] is not None
    assert any("answers the probe" in text for text in texts(scenario, "balancer-active-passive"))


@pytest.mark.parametrize("design", ["address-move", "balancer-active-passive"])
def test_a_pair_is_active_twice_until_the_old_one_hears_the_new(design: str) -> None:
    """Section 2.6: a pause above the hellos flips the pair, and then the old master comes back."""
    back = metrics(race(broken("pause", lasts_us=30 * SECOND), design))
    assert 0 < back["dual_active_us"] <= SECOND
    assert metrics(race(broken("crash"), design))["dual_active_us"] == 0
    assert any("both are active" in text for text in texts(broken("pause", lasts_us=30 * SECOND), design))
