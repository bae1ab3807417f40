"""A cluster that fences the failed node through the control plane."""

from __future__ import annotations

import netcore
from tests.netcore.failover.scenes import FAULT, metrics, pair, race


def test_ten_to_fifteen_minutes() -> None:
    for seed in range(5):
        found = metrics(race(pair(), "fencing", seed))
        assert found["completes"] and 600_000_000 <= found["recover_new_us"] <= 900_000_000


def test_a_node_that_is_back_in_time_is_not_fenced() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT]["lasts_us"] = 60_000_000
    found = metrics(race(netcore.load(raw), "fencing"))
    assert found["recover_new_us"] == 60_000_000 and found["calls"]["writes"] == 0
