"""Large questions: what a run costs hangs on what differs, not on what is drawn or counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import netcore
from netcore.failover import crowd, fates
from netcore.failover.designs import plan
from netcore.failover.orchestration import MOST_POLLS_TOLD
from netcore.failover.timing import timing_of
from tests.netcore.failover.scenes import FAULT, Payload, design, metrics, pair, race, strips


def with_flows(count: int) -> netcore.Scenario:
    raw = netcore.dump(pair())
    flow = raw["traffic"].pop("a-b")
    raw["traffic"] = {f"flow-{number}": flow | {"name": f"flow {number}"} for number in range(count)}
    raw["timing_overrides"] = {"flows.ports": 4}
    return netcore.load(raw)


def test_flows_that_ask_the_same_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    class Counted(crowd.WalkedFlow):
        def __init__(self, plan: Any, key: str, ports: Sequence[int]) -> None:
            made.append(key)
            super().__init__(plan, key, ports)

    monkeypatch.setattr(crowd, "WalkedFlow", Counted)
    events = race(with_flows(50), "balancer")
    assert made == ["flow-0"]
    told = {event["flow"] for event in strips(events)}
    assert len(told) == 50
    moments = [event for event in events if event["event"] == "failover.moment"]
    assert all({way["flow"] for way in moment["ways"]} == told for moment in moments)


def test_many_flows_alike_lose_as_often_as_one() -> None:
    one, many = (metrics(race(with_flows(count), "balancer")) for count in (1, 10))
    assert many["recover_new_us"] == one["recover_new_us"]
    assert many["flows"] == pytest.approx(one["flows"])
    assert many["lost"]["total"] == pytest.approx(10 * one["lost"]["total"], rel=0.01)


def test_flows_alike_do_not_take_ports_from_each_other() -> None:
    raw = netcore.dump(with_flows(2000)) | {"timing_overrides": {}}
    scenario = netcore.load(raw)
    timing = timing_of(scenario)
    made = plan(scenario, design(scenario, "balancer"), scenario.faults[FAULT], timing)
    assert fates.Fates(made, timing).ports == timing.value("flows.ports")


def test_polls_without_number_are_told_by_their_number() -> None:
    raw = netcore.dump(pair())
    raw["timing_overrides"] = {"poll.period": 0.01, "operation": {"median": 300, "sigma": 0}}
    raw["timing_overrides"]["control.degraded"] = 0
    raw["timing_overrides"]["failure.move"] = 0
    events = race(netcore.load(raw), "address-move")
    told: list[Payload] = [event for event in events if str(event.get("text", "")).startswith("polled")]
    writes = metrics(events)["calls"]["writes"]
    assert len(told) <= writes * (MOST_POLLS_TOLD + 1)
    assert f"polled {30_000 - MOST_POLLS_TOLD} times more before that: still InProgress" in {
        event["text"] for event in told
    }
    assert metrics(events)["calls"]["polls"] == writes * 30_000
