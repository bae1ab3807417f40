"""Figures of a route server: reference on failover, sections 2.2 and 5 (P11). Fixed seeds, N = 20 000."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams

SEED, TRIALS = 20210, 20_000
DRAWN = (
    Path(netcore.__file__).parents[1] / "sandbox" / "scenarios" / "seeds" / "failover-09-route-server.json"
)


def sums(fault: str, keepalive: int = 60, hold: int = 180) -> list[float]:
    """Sorted seconds of all three clocks together."""
    raw = json.loads(DRAWN.read_text(encoding="utf-8"))
    for vm in ("fw1", "fw2"):
        raw["topology"]["vms"][vm]["guest"]["bgp"] |= {"keepalive_s": keepalive, "hold_s": hold}
    scenario = netcore.load(raw)
    timing = netcore.timing_profile("published").changed({"failure.routing": 0})
    design = next(found for found in netcore.all_designs() if found.id == "route-server")
    mechanism = plan(scenario, design, scenario.faults[fault], timing).mechanism
    found = []
    for trial in range(TRIALS):
        clocks = mechanism.play(Streams(SEED, trial)).clocks
        found.append(sum(part or 0 for part in (clocks.detect_us, clocks.control_us, clocks.data_us)) / 1e6)
    return sorted(found)


@pytest.mark.parametrize(
    ("keepalive", "hold", "p50", "p95"),
    [(60, 180, 171, 191), (20, 60, 62, 76), (10, 30, 35, 49), (5, 15, 21, 35)],
)
def test_section_2_2_crash(keepalive: int, hold: int, p50: float, p95: float) -> None:
    ranked = sums("appliance-1-fails", keepalive, hold)
    assert quantile(ranked, 0.5) == pytest.approx(p50, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(p95, rel=0.05)


def test_section_2_2_graceful_stop() -> None:
    ranked = sums("graceful")
    assert quantile(ranked, 0.5) == pytest.approx(8.5, rel=0.03)
    assert quantile(ranked, 0.95) == pytest.approx(22, rel=0.05)
