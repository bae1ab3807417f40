"""What silences a VM, one thing over another: it runs again when the last of them is over.

{fw1 in zone 1}, {fw2 in zone 2} behind two balancers
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import netcore
from tests.netcore.failover.scenes import SEEDS, Payload, design

SECOND = 1_000_000
AT_US = 60 * SECOND


def drawn(**fault: Any) -> netcore.Scenario:
    raw = json.loads((SEEDS / "two-firewalls.json").read_text(encoding="utf-8"))
    raw["topology"]["vms"]["fw1"]["zone"], raw["topology"]["vms"]["fw2"]["zone"] = 1, 2
    raw["faults"] = {"g": {"name": "g", "at_us": AT_US, **fault}}
    return netcore.load(raw)


def step(kind: str, after_s: int, lasts_s: int | None = None, **more: Any) -> Payload:
    made = {"kind": kind, "after_us": after_s * SECOND, **(more or {"vm": "fw1"})}
    return made if lasts_s is None else {**made, "lasts_us": lasts_s * SECOND}


def told(scenario: netcore.Scenario) -> list[Payload]:
    return list(netcore.simulate(scenario, design(scenario, "balancer"), "g", 1))


def gone(events: list[Payload]) -> list[tuple[float, bool]]:
    """Return when fw1 stops and starts, for forwarding: dead, or in a zone that is lost."""
    found: list[tuple[float, bool]] = []
    for event in events:
        if event["event"] == "failover.moment":
            dead = "vms/fw1" in event["down"] or 1 in event["zones"]
            if not found or found[-1][1] is not dead:
                found.append(((event["t_us"] - AT_US) / SECOND, dead))
    return found[1:]


def says(events: list[Payload], words: str) -> list[float]:
    return [(event["t_us"] - AT_US) / SECOND for event in events if words in event.get("text", "")]


CRASH = {"kind": "crash", "vm": "fw1"}
PAUSE = {"kind": "pause", "vm": "fw1"}
ZONE = {"zone": 1}


@pytest.mark.parametrize(
    ("fault", "then", "expected"),
    [
        (CRASH, [step("pause", 3, 2)], [(0, True)]),
        (
            PAUSE,
            [step("restore", 2), step("pause", 4, 0), step("crash", 5)],
            [(0, True), (2, False), (5, True)],
        ),
        ({**PAUSE, "lasts_us": 5 * SECOND}, [step("crash", 2)], [(0, True)]),
        ({**PAUSE, "lasts_us": 5 * SECOND}, [step("pause", 2, 9)], [(0, True), (11, False)]),
        ({**PAUSE, "lasts_us": 20 * SECOND}, [step("pause", 2, 3)], [(0, True), (20, False)]),
        (
            {**PAUSE, "lasts_us": 20 * SECOND},
            [step("restore", 2), step("crash", 5, 30)],
            [(0, True), (2, False), (5, True), (35, False)],
        ),
        (CRASH, [step("zone-lost", 5, 10, **ZONE)], [(0, True)]),
        ({**PAUSE, "lasts_us": 8 * SECOND}, [step("zone-lost", 5, 10, **ZONE)], [(0, True), (15, False)]),
        (
            {"kind": "zone-lost", "zone": 1, "lasts_us": 10 * SECOND},
            [step("crash", 5, 20)],
            [(0, True), (25, False)],
        ),
    ],
)
def test_a_vm_runs_again_when_the_last_silence_is_over(
    fault: Payload, then: list[Payload], expected: list[tuple[float, bool]]
) -> None:
    events = told(drawn(**fault, then=then))
    assert gone(events) == expected
    back = {time_s for time_s, dead in expected if not dead}
    assert back <= set(says(events, "Appliance 1 runs again"))


def test_who_is_in_a_lost_zone_cannot_be_restored() -> None:
    scenario = drawn(kind="zone-lost", zone=1, then=[step("restore", 5)])
    assert netcore.refusals(scenario, "g")["balancer"] == "Appliance 1 cannot run again: its zone 1 is lost."
    later = drawn(kind="zone-lost", zone=1, lasts_us=4 * SECOND, then=[step("restore", 5)])
    assert "balancer" not in netcore.refusals(later, "g")


def test_who_is_in_a_lost_region_cannot_be_restored() -> None:
    region = next(iter(drawn(**CRASH).topology.vnets.values())).region
    lost = {"kind": "region-lost", "region": region}
    refused = netcore.refusals(drawn(**lost, then=[step("restore", 5)]), "g")["balancer"]
    assert refused == f"Appliance 1 cannot run again: its region {region} is lost."
    later = drawn(**lost, lasts_us=4 * SECOND, then=[step("restore", 5)])
    assert "balancer" not in netcore.refusals(later, "g")


def test_probes_are_told_when_they_fail_and_none_behind_the_one_that_decides() -> None:
    events = told(drawn(**PAUSE, lasts_us=17 * SECOND))
    probes = [event for event in events if "on Appliance 1 unanswered" in event.get("text", "")]
    assert len({event["t_us"] for event in probes}) == 2
    out = min(event["t_us"] for event in events if "is out of the rotation" in event.get("text", ""))
    assert max(event["t_us"] for event in probes) < out
