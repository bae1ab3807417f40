"""One number varied, and results as files."""

from __future__ import annotations

import csv
import io
import json

import pytest

import netcore
from netcore.failover.export import export_csv, export_json
from netcore.failover.sweeping import parameters, sweep, varied
from netcore.profiles.timing import TimingError
from tests.netcore.failover.scenes import FAULT, Payload, design, pair, seeded


def swept(parameter: str, values: list[float | str], n: int = 100) -> list[Payload]:
    scenario = pair()
    return list(sweep(scenario, netcore.designs(scenario)[:2], FAULT, parameter, values, n, 1))


def medians(events: list[Payload], wanted: str) -> list[float]:
    return [
        row["p50"]
        for event in events
        if event["event"] == "sweep.point"
        for row in event["designs"]
        if row["design"] == wanted
    ]


def test_a_longer_probe_interval_is_slower_for_the_balancer_alone() -> None:
    events = swept("probe.interval", [5, 10, 20])
    assert [event["event"] for event in events] == ["sweep.point"] * 3 + ["sweep.summary"]
    balancer, move = medians(events, "balancer"), medians(events, "address-move")
    assert balancer == sorted(balancer) and balancer[2] > 3 * balancer[0]
    assert len(set(move)) == 1  # the same luck at every point
    assert events[-1]["values"] == [5, 10, 20]
    assert events[-1]["designs"][1]["best_value"] == 5
    for event in events[:-1]:
        assert set(event) == {"event", "parameter", "value", "designs"}
        for row in event["designs"]:
            assert set(row) == {
                "design",
                "title",
                "p50",
                "p95",
                "p99",
                "never",
                "lost_p50",
                "month_s",
                "false_per_month",
            }
            assert row["p99"] is None  # under 1,000 trials
    assert events == json.loads(json.dumps(events))


def test_thresholds_and_timing_numbers_are_varied() -> None:
    threshold = medians(swept("probe.threshold", [1, 2, 3]), "balancer")
    assert threshold[2] - threshold[0] == pytest.approx(10, abs=0.5)
    poll = medians(swept("poll.period", [1, 10, 30]), "address-move")
    assert poll == sorted(poll)
    operation = medians(swept("operation.median", [2, 20]), "address-move")
    assert operation[1] > operation[0]
    refused = medians(swept("probe.failure", ["silent", "refused"]), "balancer")
    assert refused[0] - refused[1] == pytest.approx(5, abs=0.5)


def test_routes_are_drawn_as_copies() -> None:
    made = varied(pair(), "routes", 50)
    assert [len(table.routes) for table in made.topology.route_tables.values()] == [50]
    netcore.load(netcore.dump(made))
    with pytest.raises(netcore.NotModelled):
        varied(pair(), "routes", 1)


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("probe.interval", 1, netcore.NotModelled),
        ("probe.interval", 5.5, netcore.NotModelled),
        ("bgp.hold", 30, netcore.NotModelled),
        ("poll.period", 0, TimingError),
        ("operation.mean", 3, TimingError),
        ("guess", 3, netcore.NotFound),
        ("guess.median", 3, netcore.NotFound),
    ],
)
def test_what_cannot_be_varied_is_said(parameter: str, value: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        varied(pair(), parameter, value)


def test_a_name_that_is_not_there_is_answered_with_near_ones() -> None:
    with pytest.raises(netcore.NotFound, match=r"Did you mean .*poll\.period"):
        varied(pair(), "pol.period", 3)
    with pytest.raises(netcore.NotFound, match=r"There are probe\.interval, probe\.threshold"):
        varied(pair(), "@@@@", 1)


def test_every_parameter_is_named() -> None:
    found = parameters(pair())
    assert {"probe.interval", "routes", "bgp.hold", "poll.period", "operation.median"} <= set(found)
    assert len(found) == len(set(found))


ABOUT = {"seed": 3, "engine": "1", "parameters": {"n": 20, "fault": "=HYPERLINK(1)"}}


def test_trials_as_csv_and_json_say_what_repeats_them() -> None:
    scenario = seeded()
    events = list(netcore.trials(scenario, netcore.designs(scenario)[:2], FAULT, 20, 3))
    text = export_csv(events, ABOUT)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[:4] == [
        ["seed", "3"],
        ["engine", "1"],
        ["parameters.n", "20"],
        ["parameters.fault", "'=HYPERLINK(1)"],
    ]
    heads = rows[rows.index(["designs"]) + 1]
    assert {"design", "new.p50", "lost.p95", "flows.hung", "clocks.detect"} <= set(heads)
    assert ["distribution"] in rows and ["availability"] in rows and ["ratios"] in rows
    made = export_json(events, ABOUT)
    assert made["about"] == ABOUT
    assert [event["event"] for event in made["events"]] == ["trials.summary"]


def test_a_race_and_a_sweep_have_tables() -> None:
    scenario = pair()
    raced = list(netcore.race(scenario, (design(scenario, "balancer"),), FAULT))
    rows = list(csv.reader(io.StringIO(export_csv(raced, {}))))
    assert ["metrics"] in rows and ["timeline"] in rows and ["strips"] in rows
    rows = list(csv.reader(io.StringIO(export_csv(swept("poll.period", [1, 10], 10), {}))))
    assert ["points"] in rows and ["best"] in rows


def test_no_cell_begins_like_a_formula() -> None:
    event = {"event": "failover.event", "text": "@SUM(1)", "ref": "-1+1", "lane": "+x", "kind": "=y"}
    rows = list(csv.reader(io.StringIO(export_csv([event], {}))))
    assert rows[-1] == ["'@SUM(1)", "'-1+1", "'+x", "'=y"]
