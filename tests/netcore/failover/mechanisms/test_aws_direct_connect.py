"""Mechanism A6: Direct Connect in a drawing that is read as AWS reads it."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.mechanisms.aws_direct_connect import agreed
from tests.netcore.failover.mechanisms.test_gateways import changed, course
from tests.netcore.failover.mechanisms.test_gateways import drawn as azure

ID = "aws-direct-connect"


def drawn(kind: str = "expressroute", times: tuple[int, int] | None = None, **more: Any) -> netcore.Scenario:
    """[a] -- (hub: virtual private gateway) == (office: router) -- [desk]; the table takes its routes."""
    raw = azure(kind=kind, **more).model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw["profile"] = "aws"
    raw["topology"]["route_tables"] = {"main": {"name": "main", "gateway_propagation": True, "routes": {}}}
    raw["topology"]["subnets"]["app"]["route_table"] = "main"
    if times is not None:
        speaker = raw["topology"]["sites"]["office"]["routers"]["r"]["bgp"]
        speaker |= {"keepalive_s": times[0], "hold_s": times[1]}
    return netcore.load(raw)


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [
        ({}, 60, 90),
        ({"times": (1, 3)}, 2, 3),
        ({"times": (10, 30)}, 20, 30),
        ({"bfd": True}, 0.6, 0.9),
        ({"fault": "gateway-planned"}, 0, 1),
    ],
)
def test_some_flows_are_lost_until_the_loss_is_noticed(
    options: dict[str, Any], low: float, high: float
) -> None:
    before, gap, after = course(drawn(**options), ID)
    assert before[1] == 1
    assert 0 < gap[1] < 1
    assert after[1] == 1
    assert low <= after[0] <= high


def test_a_half_that_is_back_in_time_is_not_missed() -> None:
    *_, after = course(changed(drawn(), lasts_us=5_000_000), ID)
    assert after == (5, 1, 1)


def test_the_lower_hold_time_counts_and_the_slowest_interface() -> None:
    speaker = azure(kind="expressroute").topology.sites["office"].routers["r"].bgp
    assert speaker is not None
    fast = speaker.model_copy(update={"keepalive_s": 1, "hold_s": 3})
    assert agreed(30, 90, ()) == (30, 90)
    assert agreed(30, 90, (speaker,)) == (30, 90)
    assert agreed(30, 90, (fast,)) == (1, 3)
    assert agreed(30, 90, (fast, speaker)) == (30, 90)


def test_what_it_rests_on_is_told() -> None:
    scenario = drawn(times=(1, 3))
    design = next(found for found in netcore.designs(scenario) if found.id == ID)
    made = plan(scenario, design, scenario.faults["f"], netcore.timing_profile("published"))
    told = {one.name: one for one in made.assumptions()}
    assert told["direct connect: agreed times"].value == "keepalive 1 s, hold 3 s"
    assert told["direct connect: after the detection"].grade == "D"


def test_it_says_why_it_does_not_fit() -> None:
    assert "kind vpn" in netcore.refusals(drawn(kind="vpn"), "f")[ID]
    assert "AWS" in netcore.refusals(azure(kind="expressroute"), "f")[ID]
    assert "express-route" in netcore.refusals(drawn(), "f")
    crash = changed(drawn(), kind="crash", vm="a", gateway=None)
    assert "takes no instance of a gateway" in netcore.refusals(crash, "f")[ID]
    down = drawn(up=False)
    assert "No connection" in netcore.refusals(down, "f")[ID]
