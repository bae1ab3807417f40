"""Every kind of fault counts under its own rate and words, or says why no month is counted."""

from __future__ import annotations

from typing import Any, get_args

import pytest

import netcore
from netcore.document.faults import CONDITIONS, FIELDS, WORDS, Condition, FaultKind
from netcore.failover.rates import NOT_COUNTED, RATES, event_of
from tests.netcore.failover.scenes import FAULT, design, pair

COUNTED = [
    ("crash", None, "crash", "crashes of a VM"),
    ("pause", None, "pause-5", "pauses up to 5 s"),
    ("pause", 5_000_000, "pause-5", "pauses up to 5 s"),
    ("pause", 8_000_000, "pause-10", "pauses of 5 to 10 s"),
    ("pause", 30_000_000, "pause-30", "longer pauses"),
    ("forwarding-stops", None, "forwarding-stops", "guests that stop forwarding"),
    ("graceful-stop", None, "graceful-stop", "stops of a VM in order"),
    ("link-lost", None, "link-lost", "losses of a link"),
    ("zone-lost", None, "zone-lost", "losses of a zone"),
    ("region-lost", None, "region-lost", "losses of a region"),
    ("gateway-planned", None, "gateway-planned", "maintenances of a gateway instance"),
    ("gateway-unplanned", None, "gateway-unplanned", "crashes of a gateway instance"),
]


@pytest.mark.parametrize(("kind", "lasts_us", "event", "words"), COUNTED)
def test_each_kind_has_its_own_rate_and_words(
    kind: str, lasts_us: int | None, event: str, words: str
) -> None:
    assert event_of(FaultKind(kind), lasts_us) == event
    assert RATES[event].words == words
    assert RATES[event].grade == "D"


def test_every_kind_is_counted_or_says_why_not() -> None:
    counted = {FaultKind(kind) for kind, *_ in COUNTED}
    assert counted | set(NOT_COUNTED) == set(FaultKind)
    assert not counted & set(NOT_COUNTED)
    assert {event for _, _, event, _ in COUNTED} == set(RATES)
    assert all(event_of(kind, None) is None for kind in NOT_COUNTED)


def test_words_and_fields_are_there_for_every_kind_and_condition() -> None:
    assert set(WORDS) == set(FIELDS) == set(FaultKind)
    assert set(CONDITIONS) == set(get_args(Condition))


def summary(**fault: Any) -> dict[str, Any]:
    raw = netcore.dump(pair())
    raw["faults"][FAULT] = {"name": "one", "at_us": 60_000_000, "vm": "fw1", **fault}
    scenario = netcore.load(raw)
    *_, last = netcore.trials(scenario, [design(scenario, "balancer")], FAULT, 20, 1)
    return dict(last)


def test_nothing_has_no_month_and_says_why() -> None:
    found = summary(kind="nothing")
    assert (found["rate_of"], found["availability"]) == (None, [])
    assert found["no_month"] == "Nothing fails here."


def test_a_month_names_what_it_counts() -> None:
    found = summary(kind="pause", lasts_us=30_000_000)
    (month,) = found["availability"]
    assert (month["event"], month["words"]) == ("pause-30", "longer pauses")
    assert found["no_month"] is None


def test_a_sweep_of_what_has_no_rate_has_no_month() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT] = {"name": "one", "at_us": 60_000_000, "vm": "fw1", "kind": "probe-blocked"}
    scenario = netcore.load(raw)
    chosen = [design(scenario, "balancer")]
    point, last = netcore.sweep(scenario, chosen, FAULT, "probe.interval", [5], 5, 1)
    assert point["designs"][0]["month_s"] is None
    assert (last["designs"][0]["best_month_value"], last["designs"][0]["best_month_s"]) == (None, None)
