"""Documents that were stored by an older engine are read as they were meant."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from netcore.document.upgrade import upgraded
from netcore.failover.adverts import silence_s


def drawing(**overrides: Any) -> dict[str, Any]:
    return {"schema": 1, "name": "a", "timing_overrides": overrides}


@pytest.mark.parametrize("silence", [7.22, {"value": 7.22}])
def test_a_silence_becomes_the_interval_that_gives_it(silence: Any) -> None:
    raw = drawing(**{"vrrp.silence": silence, "poll.period": 5})
    reading = netcore.read(raw)
    assert not reading.problems
    assert reading.document is not None
    overrides = reading.document.timing_overrides
    assert set(overrides) == {"vrrp.interval", "poll.period"}
    interval = overrides["vrrp.interval"]
    assert isinstance(interval, float) and silence_s(interval, 100) == pytest.approx(7.22)
    assert "vrrp.silence" in raw["timing_overrides"], "what was handed in stays as it was"


def test_an_interval_that_is_told_besides_wins() -> None:
    assert upgraded(drawing(**{"vrrp.silence": 7.22, "vrrp.interval": 2})) == drawing(**{"vrrp.interval": 2})


def test_what_is_no_drawing_is_left_alone() -> None:
    for raw in (None, [], {"timing_overrides": [1]}, drawing(**{"poll.period": 5})):
        assert upgraded(raw) is raw
