"""Figures of the balancers of AWS: reference on failover, section 2.2. Fixed seed, N = 20 000."""

from __future__ import annotations

import pytest

import netcore
from netcore.failover.mechanisms import aws_gateway_balancer, aws_network_balancer
from netcore.failover.plan import Plan
from netcore.failover.scene import Scene
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams
from tests.netcore.failover.mechanisms.test_aws_balancers import gateway_balancer, network_balancer
from tests.netcore.failover.scenes import FAULT

SEED, TRIALS = 20210, 20_000


def scene(scenario: netcore.Scenario) -> Scene:
    timing = netcore.timing_profile("published").changed({"failure.balancer": 0})
    return Scene(scenario, scenario.faults[FAULT], timing)


def sums(made: Plan) -> list[float]:
    """Sorted seconds of all three clocks together: those of new flows."""
    found = []
    for trial in range(TRIALS):
        clocks = made.mechanism.play(Streams(SEED, trial)).clocks
        found.append(sum(part or 0 for part in (clocks.detect_us, clocks.control_us, clocks.data_us)) / 1e6)
    return sorted(found)


def close(ranked: list[float], p50: float, p95: float, p99: float) -> None:
    """Within 3 % of p50 and 5 % of p95 and p99."""
    assert quantile(ranked, 0.5) == pytest.approx(p50, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(p95, rel=0.05)
    assert quantile(ranked, 0.99) == pytest.approx(p99, rel=0.05)


@pytest.mark.parametrize(("interval_s", "row"), [(10, (40, 47, 49)), (30, (90, 105, 108))])
def test_section_2_2_network_balancer(interval_s: int, row: tuple[float, float, float]) -> None:
    close(sums(aws_network_balancer.plan(scene(network_balancer(interval_s=interval_s)))), *row)


def test_section_2_2_gateway_balancer_new_flows() -> None:
    for made in (aws_gateway_balancer.plan, aws_gateway_balancer.plan_rebalance):
        close(sums(made(scene(gateway_balancer()))), 26, 32, 34)


def test_section_2_2_gateway_balancer_open_flows_that_move() -> None:
    """When the balancer moves them; TCP notices with its next retransmission."""
    mechanism = aws_gateway_balancer.plan_rebalance(scene(gateway_balancer())).mechanism
    found = []
    for trial in range(TRIALS):
        play = mechanism.play(Streams(SEED, trial))
        found.append(play.changes[-1][0] / 1e6)
    close(sorted(found), 80, 156, 212)
