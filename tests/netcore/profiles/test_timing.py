"""The numbers of a timing profile: what a person may make of them."""

from __future__ import annotations

import pytest

import netcore
from netcore.profiles.timing import TimingError

PUBLISHED = netcore.timing_profile("published")


@pytest.mark.parametrize("name", ["flows.new", "recovered.share"])
def test_a_share_is_at_most_the_whole(name: str) -> None:
    assert PUBLISHED.changed({name: 1}).value(name) == 1
    with pytest.raises(TimingError, match=f"{name} lies between 0 and 1, not at 1.01"):
        PUBLISHED.changed({name: 1.01})


def test_a_part_of_an_interval_is_at_most_the_whole() -> None:
    with pytest.raises(TimingError, match=r"bgp\.phase lies between 0 and 1"):
        PUBLISHED.changed({"bgp.phase": {"high": 1.5}})


COUNTS = (
    "heartbeat.misses",
    "nva.probe_threshold",
    "express.bfd_multiplier",
    "direct.bfd_multiplier",
    "arm.bucket",
    "flows.ports",
)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("value", [0, 0.01, 0.5, 1.5, -1, 1e8])
def test_what_is_counted_is_a_whole_number_of_at_least_one(name: str, value: float) -> None:
    assert PUBLISHED.changed({name: 1}).value(name) == 1
    with pytest.raises(TimingError, match=name):
        PUBLISHED.changed({name: value})


@pytest.mark.parametrize(
    "name", ["poll.period", "heartbeat.interval", "arm.refill", "tcp.rto", "tcp.rto_max", "aws.routes.rate"]
)
def test_what_paces_or_divides_is_not_zero(name: str) -> None:
    with pytest.raises(TimingError, match=name):
        PUBLISHED.changed({name: 0})


LARGE = ("routes.scale", "aws.routes.free", "arm.bucket")
"""Numbers without a unit that may be large: of routes, and of writes."""


def test_a_number_without_a_unit_says_between_what_it_lies() -> None:
    for name, number in PUBLISHED.parameters.items():
        if number.kind == "constant" and number.unit == "1" and name not in LARGE:
            with pytest.raises(TimingError, match=f"{name} lies between"):
                PUBLISHED.changed({name: 1_000_000})
