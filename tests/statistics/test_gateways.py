"""Gateways against the reference on failover: section 2.2 (M7, M9) and rows P8, P9, P10. Fixed seed."""

from __future__ import annotations

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams
from tests.netcore.failover.mechanisms.test_gateways import drawn

TRIALS = 20_000
SEED = 20210


def times(scenario: netcore.Scenario, wanted: str) -> tuple[list[float], list[float]]:
    """Sorted seconds until it is noticed, and until traffic goes the other way."""
    design = next(found for found in netcore.designs(scenario) if found.id == wanted)
    timing = netcore.timing_profile("published").changed({"failure.routing": 0})
    mechanism = plan(scenario, design, scenario.faults["f"], timing).mechanism
    clocks = [mechanism.play(Streams(SEED, trial)).clocks for trial in range(TRIALS)]
    detect = sorted((one.detect_us or 0) / 1e6 for one in clocks)
    return detect, sorted(((one.detect_us or 0) + (one.data_us or 0)) / 1e6 for one in clocks)


def near(ranked: list[float], p50: float, p95: float) -> None:
    """Within 3 % of p50 and 5 % of p95."""
    assert quantile(ranked, 0.5) == pytest.approx(p50, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(p95, rel=0.05)


def test_p8_vpn_planned() -> None:
    _, moved = times(drawn(fault="gateway-planned"), "vpn-active-standby")
    near(moved, 12.5, 14.8)
    assert moved[0] >= 9 and moved[-1] <= 16


def test_p9_vpn_unplanned() -> None:
    _, moved = times(drawn(), "vpn-active-standby")
    near(moved, 71.6, 123)
    assert 50 <= quantile(moved, 0.5) <= 95
    assert moved[-1] <= 185


def test_p10_circuit_with_bfd() -> None:
    detect, moved = times(drawn(kind="expressroute", bfd=True), "express-route")
    near(moved, 20, 40)
    assert detect[0] >= 0.6 and detect[-1] <= 0.95
    assert quantile(moved, 0.99) <= 62


def test_p10_circuit_without_bfd() -> None:
    detect, moved = times(drawn(kind="expressroute"), "express-route")
    near(moved, 171, 203)
    assert detect[0] >= 120 and detect[-1] <= 180
