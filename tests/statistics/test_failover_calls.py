"""Figures of failovers by calls: reference on failover, sections 2.2 and 5. Fixed seeds, N = 20 000."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.failover.mechanisms import aws_address_move, aws_interface_move, aws_route_rewrite, route_rewrite
from netcore.failover.plan import Plan
from netcore.failover.scene import Scene
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams
from tests.netcore.failover.mechanisms.test_aws import detachable, vpc
from tests.netcore.failover.scenes import FAULT, pair

SEED, TRIALS = 20210, 20_000
CERTAIN = {"failure.routes": 0, "failure.aws": 0}


def scene(scenario: netcore.Scenario, **changes: Any) -> Scene:
    timing = netcore.timing_profile("published").changed({**CERTAIN, **changes})
    return Scene(scenario, scenario.faults[FAULT], timing)


def sums(made: Plan) -> list[float]:
    """Sorted seconds of all three clocks together."""
    found = []
    for trial in range(TRIALS):
        clocks = made.mechanism.play(Streams(SEED, trial)).clocks
        found.append(sum(part or 0 for part in (clocks.detect_us, clocks.control_us, clocks.data_us)) / 1e6)
    return sorted(found)


def close(made: Plan, p50: float, p95: float) -> None:
    ranked = sums(made)
    assert quantile(ranked, 0.5) == pytest.approx(p50, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(p95, rel=0.05)


def test_section_2_2_two_routes() -> None:
    close(route_rewrite.plan(scene(pair())), 21.5, 33.9)


def test_section_2_2_two_routes_by_a_poller() -> None:
    close(route_rewrite.plan_poller(scene(pair())), 41.1, 59.7)


def test_section_2_2_and_p12_address_of_aws() -> None:
    made = aws_address_move.plan(scene(vpc("10.0.9.4")))
    close(made, 6.0, 7.8)
    assert 4.8 <= quantile(sums(made), 0.5) <= 7.2


def test_section_2_2_and_p13_interface_of_aws() -> None:
    made = aws_interface_move.plan(scene(detachable()))
    ranked = sums(made)
    assert quantile(ranked, 0.5) == pytest.approx(36, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(69, rel=0.05)
    assert quantile(ranked, 0.05) >= 15


@pytest.mark.parametrize(("routes", "published"), [(50, 95), (200, 175)])
def test_p6_controller_time(routes: int, published: float) -> None:
    """Median within 20 %."""
    found = route_rewrite.controller_s(netcore.timing_profile("published"), routes)
    assert found == pytest.approx(published, rel=0.2)


@pytest.mark.parametrize(("routes", "published"), [(50, 5), (100, 5), (200, 15), (500, 90)])
def test_p7_controller_time_of_aws(routes: int, published: float) -> None:
    """Within 20 % or 2 s."""
    found = aws_route_rewrite.controller_s(netcore.timing_profile("published"), routes)
    assert found == pytest.approx(published, rel=0.2, abs=2)
