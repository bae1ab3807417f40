"""A public address alone moves to the standby."""

from __future__ import annotations

import netcore
from tests.netcore.failover.scenes import FAULT, metrics, pair, race, seeded


def test_one_write_and_new_connections_come_back() -> None:
    found = metrics(race(seeded(), "public-address-move"))
    assert found["completes"] and found["calls"]["writes"] == 1
    assert found["recover_new_us"] is not None
    assert "IP_IN_TRANSIT" not in found["lost_by_cause"]


def test_without_a_public_address_it_says_why() -> None:
    assert "can be moved" in netcore.refusals(pair(), FAULT)["public-address-move"]
