"""What a sweep offers is used by the designs, can be played, and nothing else is offered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import netcore
from netcore.failover.sweepable import read_by
from netcore.profiles.timing import STATED, timing_profile
from tests.netcore.failover.mechanisms.test_aws_direct_connect import drawn as direct_connect
from tests.netcore.failover.mechanisms.test_gateways import drawn as azure

SEEDS = Path(netcore.__file__).parents[1] / "sandbox" / "scenarios" / "seeds"
FILES = sorted(SEEDS.glob("failover-*.json"))


def seed(name: str) -> netcore.Scenario:
    return netcore.load(json.loads((SEEDS / f"failover-{name}.json").read_text(encoding="utf-8")))


def offered(scenario: netcore.Scenario, fault: str, *ids: str) -> dict[str, netcore.Sweepable]:
    chosen = [design for design in netcore.designs(scenario, fault) if not ids or design.id in ids]
    return {one.name: one for one in netcore.sweep_parameters(scenario, fault, chosen)}


def test_only_what_the_designs_use_is_offered() -> None:
    balancer = offered(seed("01-balancer"), "appliance-1-fails", "balancer")
    assert {"probe.interval", "probe.threshold", "probe.spread.high", "flows.new"} <= set(balancer)
    assert not {"bgp.hold", "routes", "poll.period", "heartbeat.interval", "vrrp.interval"} & set(balancer)
    server = offered(seed("09-route-server"), "appliance-1-fails")
    assert {"bgp.hold", "bgp.keepalive", "server.withdraw.median"} <= set(server)
    assert "probe.interval" not in server
    calls = offered(seed("12-aws"), "appliance-1-fails", "aws-route-rewrite")
    assert "routes" in calls
    assert not {"poll.period", "arm.bucket"} & set(calls)  # an answer is the end, and Azure is not asked


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_value_that_is_offered_can_be_played(path: Path) -> None:
    """Of each number of the drawing the least and the greatest value are played, of the first drawing all."""
    scenario = netcore.load(json.loads(path.read_text(encoding="utf-8")))
    fault, drawn = next(iter(scenario.faults.items()))
    chosen = [design for design in netcore.all_designs() if design.id in drawn.designs]
    found = netcore.sweep_parameters(scenario, fault, chosen)
    assert found
    for one in found:
        assert one.meaning and one.value in one.values, one
        assert one.where == "drawing" or one.grade in "ABCD"
        if one.where == "drawing":
            played = one.values if path == FILES[0] else tuple(dict.fromkeys((one.values[0], one.values[-1])))
            *_, last = netcore.sweep(scenario, chosen, fault, one.name, played, 1, 1)
            assert last["values"] == list(played)
        for value in one.values:
            netcore.sweep_scenario(scenario, one.name, value)


def test_shares_stay_shares_and_the_poll_period_goes_down_to_a_second() -> None:
    found = offered(seed("02-address-move"), "appliance-1-fails", "address-move")
    assert found["poll.period"].values == (1, 5, 10, 30, 60)
    assert max(found["recovered.share"].values) == 1
    assert found["heartbeat.misses"].values == (1, 2, 3, 5, 10)


def used() -> Iterator[str]:
    """Names of the numbers that some design reads in some drawing."""
    drawings = [netcore.load(json.loads(path.read_text(encoding="utf-8"))) for path in FILES]
    for scenario in (*drawings, direct_connect(), direct_connect(bfd=True), azure("expressroute", bfd=True)):
        for fault in scenario.faults:
            yield from read_by(scenario, fault, netcore.designs(scenario, fault))


def test_every_number_of_a_timing_profile_is_used_somewhere_or_not_offered() -> None:
    shown = {number["name"] for number in timing_profile().as_dict()["numbers"]}
    assert not shown & STATED
    assert shown - set(used()) == set()
