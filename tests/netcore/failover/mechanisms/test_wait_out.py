"""A pause that nobody answers."""

from __future__ import annotations

import netcore
from tests.netcore.failover.scenes import FAULT, metrics, pair, race


def test_everything_goes_on_after_the_pause() -> None:
    raw = netcore.dump(pair(stateful=True))
    raw["faults"][FAULT].update(kind="pause", lasts_us=5_000_000)
    found = metrics(race(netcore.load(raw), "wait-out"))
    assert found["completes"] and found["recover_new_us"] == 5_000_000
    assert found["recover_existing_us"]["never"] == 0
    assert found["calls"]["writes"] == 0


def test_a_crash_is_no_pause() -> None:
    assert "is no pause" in netcore.refusals(pair(), FAULT)["wait-out"]
