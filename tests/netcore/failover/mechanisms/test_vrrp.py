"""Redundancy groups: the guest becomes master, the fabric does not care; a switch does."""

from __future__ import annotations

import pytest

import netcore
from netcore.failover.adverts import priority_of, silence_s
from tests.netcore.failover.scenes import FAULT, metrics, pair, race


@pytest.mark.parametrize("seed", range(5))
def test_p14_never_in_the_cloud_and_in_four_seconds_on_a_switch(seed: int) -> None:
    """P14: 2.6-3.7 s on a switch; in a virtual network never, in every trial."""
    cloud, switch = (metrics(race(pair(), name, seed)) for name in ("vrrp", "vrrp-on-a-switch"))
    assert not cloud["completes"] and cloud["recover_new_us"] is None and cloud["data_us"] is None
    assert switch["completes"] and 2_600_000 <= switch["recover_new_us"] <= 3_700_000
    assert cloud["detect_us"] == switch["detect_us"]
    assert cloud["calls"]["writes"] == switch["calls"]["writes"] == 0


def test_the_guest_says_master_and_the_address_stays() -> None:
    texts = [event["text"] for event in race(pair(), "vrrp") if event["event"] == "failover.event"]
    assert "fw2 says that it is MASTER" in texts
    assert any("the fabric does not follow" in text for text in texts)


def test_lost_hellos_make_two_masters() -> None:
    """A multicast hello never arrives, so both are master before anything breaks (fact B5)."""
    raw = netcore.dump(pair())
    for vm, priority in (("fw1", 100), ("fw2", 90)):
        group = {"address": "10.0.9.50", "priority": priority}
        raw["topology"]["vms"][vm]["guest"]["redundancy"] = {"vip": group}
    texts = [event.get("text", "") for event in race(netcore.load(raw), "vrrp")]
    assert any("fw1 and fw2 are both master of 10.0.9.50" in text for text in texts)


def test_a_short_pause_makes_no_master() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT].update(kind="pause", lasts_us=2_000_000)
    found = metrics(race(netcore.load(raw), "vrrp-on-a-switch"))
    assert found["detect_us"] is None and found["recover_new_us"] == 2_000_000


def test_rarer_advertisements_never_help() -> None:
    scenario = pair()
    switch = [design for design in netcore.designs(scenario) if design.id == "vrrp-on-a-switch"]
    *points, _ = netcore.sweep(scenario, switch, FAULT, "vrrp.interval", (0.1, 1, 3, 10), 100, 1)
    medians = [point["designs"][0]["p50"] for point in points]
    assert medians == sorted(medians)
    for interval, median in zip((0.1, 1, 3, 10), medians, strict=True):
        assert 2.5 * interval <= median <= 3.7 * interval


@pytest.mark.parametrize(("priority", "longest"), [(100, 3.609375), (254, 3.0078125), (1, 3.99609375)])
def test_the_drawn_priority_makes_the_skew(priority: int, longest: float) -> None:
    assert silence_s(1, priority) == longest
    raw = netcore.dump(pair())
    raw["topology"]["vms"]["fw2"]["guest"]["redundancy"] = {
        "vip": {"address": "10.0.9.50", "priority": priority}
    }
    assert priority_of(netcore.load(raw), "fw2") == priority
    assert priority_of(netcore.load(raw), "fw1") == 100
