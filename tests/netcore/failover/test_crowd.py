"""Flows in arrays: what a race and its trials tell is what walking every flow tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from netcore.failover import crowd
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.streams import Streams
from netcore.failover.timing import timing_of
from tests.netcore.failover.scenes import FAULT, pair, seeded


def events(scenario: netcore.Scenario, design: netcore.Design) -> list[dict[str, Any]]:
    return [
        *netcore.race(scenario, (design,), FAULT),
        *netcore.trials(scenario, (design,), FAULT, 3),
    ]


def some(flows: int, protocol: str, **guest: Any) -> netcore.Scenario:
    """So many flows that differ, over four source ports each."""
    raw = netcore.dump(pair(protocol=protocol, **guest))
    flow = raw["traffic"].pop("a-b")
    raw["traffic"] = {
        f"f{number}": flow | {"name": f"flow {number}", "destination_port": 1000 + number}
        for number in range(flows)
    }
    raw["timing_overrides"] = {"flows.ports": 4}
    return netcore.load(raw)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(some(8, "tcp", stateful=True), id="stateful"),
        pytest.param(some(8, "udp", snat=True), id="translating"),
        pytest.param(seeded(timing_overrides={"flows.ports": 16}), id="two-firewalls"),
    ],
)
def test_arrays_tell_what_the_walk_tells(scenario: netcore.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    for design in netcore.designs(scenario, FAULT):
        monkeypatch.setattr(crowd, "FEWEST", 1)
        told = events(scenario, design)
        monkeypatch.setattr(crowd, "FEWEST", 10**9)
        assert json.dumps(told, default=str) == json.dumps(events(scenario, design), default=str)


def test_nothing_is_walked_that_arrays_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = some(20, "tcp", stateful=True)
    timing = timing_of(scenario)
    monkeypatch.setattr(crowd, "WalkedFlow", None)  # to walk a flow would fail
    for design in netcore.designs(scenario, FAULT):
        if design.mechanism in ("balancer", "route-rewrite"):
            made = plan(scenario, design, scenario.faults[FAULT], timing)
            fates = Fates(made, timing)
            for _, moment in made.scene.after(made.mechanism.play(Streams(1, 0)).changes):
                assert len(fates.at(moment)) == 20
