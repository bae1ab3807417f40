"""Many failovers: progress, percentiles, shared draws."""

from __future__ import annotations

import itertools
import json

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.statistics import interval
from netcore.failover.streams import Streams
from tests.netcore.failover.scenes import FAULT, Payload, design, metrics, pair, race, seeded


def run(scenario: netcore.Scenario, n: int, seed: int = 3, first: int = 0) -> list[Payload]:
    return list(netcore.trials(scenario, both(scenario), FAULT, n, seed, first))


def both(scenario: netcore.Scenario) -> tuple[netcore.Design, ...]:
    return tuple(design(scenario, wanted) for wanted in ("address-move", "balancer"))


def test_progress_comes_after_fifty_trials_and_then_every_twentieth() -> None:
    done = [event["done"] for event in run(pair(), 1000) if event["event"] == "trials.progress"]
    assert done == list(range(50, 1001, 50))
    assert [e["done"] for e in run(pair(), 7)[:-1]] == [7]


def test_a_cancel_is_seen_long_before_the_end() -> None:
    """Nothing is computed ahead: who stops asking stops the work."""
    scenario = pair()
    events = netcore.trials(scenario, netcore.designs(scenario), FAULT, 100_000, 1)
    seen = list(itertools.islice(events, 3))
    events.close()  # type: ignore[attr-defined]
    assert [event["done"] for event in seen] == [50, 2000, 4000]


def test_events_have_exactly_the_agreed_fields() -> None:
    *progress, summary = run(pair(), 200)
    for event in progress:
        assert set(event) == {"event", "done", "n", "designs"}
        assert all(set(one) == {"design", "title", "p50", "p95", "ecdf"} for one in event["designs"])
    outer = {"event", "n", "seed", "rate_of", "no_month", "designs", "ratio", "ratios", "availability"}
    assert set(summary) == outer
    assert summary["event"] == "trials.summary"
    assert (summary["n"], summary["seed"]) == (200, 3)
    fields = (
        "design title mechanism new existing stall lost lost_by_cause flows clocks phases dominated interval "
        "whole beyond ecdf asymmetric false_alarms dual_active_s calls target"
    )
    for one in summary["designs"]:
        assert set(one) == set(fields.split())
        assert set(one["new"]) == {"p50", "p95", "p99", "max", "mean", "never", "by_hand"}
        assert set(one["existing"]) == {"p50", "p95", "never"}
        assert sum(one["dominated"].values()) == pytest.approx(1)
        low, high = one["interval"]["p50"]
        assert low < one["new"]["p50"] < high
    assert summary == json.loads(json.dumps(summary))


def test_p99_needs_a_thousand_trials() -> None:
    for n, given in ((999, False), (1000, True)):
        for one in run(pair(), n)[-1]["designs"]:
            assert (one["new"]["p99"] is not None) is given


def test_the_distribution_rises_to_one_in_at_most_200_points() -> None:
    for one in run(pair(), 1000)[-1]["designs"]:
        seconds, shares = zip(*one["ecdf"], strict=True)
        assert len(shares) <= 200
        assert list(seconds) == sorted(seconds)
        assert list(shares) == sorted(set(shares))
        assert shares[-1] == 1
        assert seconds[-1] == one["new"]["max"]
        assert next(s for s, share in one["ecdf"] if share >= 0.5) == one["new"]["p50"]


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (json.dumps(run(pair(), 300, seed)) for seed in (3, 3, 4))
    assert first == second
    assert first != other


def test_a_trial_hangs_on_its_number_and_not_on_the_call() -> None:
    whole = run(pair(), 3)[-1]["designs"]
    single = [run(pair(), 1, first=number)[-1]["designs"] for number in range(3)]
    for index, one in enumerate(whole):
        found = [made[index]["new"]["max"] for made in single]
        assert len(set(found)) == 3
        assert max(found) == one["new"]["max"]
        assert sorted(found)[1] == one["new"]["p50"]


def test_the_first_trial_is_the_race_that_is_shown() -> None:
    scenario = seeded()
    for one in run(scenario, 1)[-1]["designs"]:
        shown = metrics(race(scenario, one["design"], 3))
        assert one["new"]["max"] == shown["recover_new_us"] / 1e6
        assert one["clocks"]["detect"] == shown["detect_us"] / 1e6
        assert one["lost"]["p50"] == pytest.approx(shown["lost"]["total"], abs=1)


def test_designs_share_their_luck() -> None:
    """Common random numbers: alone or beside another, a design has the same trials; names draw the same."""
    scenario = pair()
    both = run(scenario, 200)[-1]["designs"]
    for place, wanted in enumerate(("address-move", "balancer")):
        alone = list(netcore.trials(scenario, (design(scenario, wanted),), FAULT, 200, 3))[-1]
        assert alone["designs"][0] == both[place]
        assert alone["ratio"] is None
    assert Streams(3, 5).uniform("repair") == Streams(3, 5).uniform("repair")
    assert Streams(3, 5).uniform("repair") != Streams(3, 6).uniform("repair")


def test_both_designs_ask_for_shared_numbers_by_the_same_name() -> None:
    """A repair by hand takes the same time for both in one trial."""
    timing = netcore.timing_profile("published").changed({"failure.move": 1, "failure.balancer": 1})
    scenario = pair()
    plays = []
    for wanted in both(scenario):
        mechanism = plan(scenario, wanted, scenario.faults[FAULT], timing).mechanism
        plays.append(mechanism.play(Streams(1, 0)))
    assert not any(play.completes for play in plays)
    assert plays[0].changes[-1][0] == plays[1].changes[-1][0]


def test_the_ratio_is_the_median_of_ratios() -> None:
    summary = run(pair(), 15)[-1]
    ratios = []
    for number in range(15):
        move, balancer = (one["new"]["max"] for one in run(pair(), 1, first=number)[-1]["designs"])
        ratios.append(move / balancer)
    assert summary["ratio"] == {
        "slow": "address-move",
        "fast": "balancer",
        "p50": pytest.approx(sorted(ratios)[7]),
    }


def test_which_clock_dominates() -> None:
    move, balancer = run(pair(), 300)[-1]["designs"]
    assert move["dominated"]["control"] > 0.95
    assert balancer["dominated"]["detect"] > 0.95
    assert balancer["clocks"]["control"] == 0


def test_the_interval_is_made_of_order_statistics() -> None:
    """For 1000 values the ranks of the median's 95 % interval are 469 and 532."""
    ranked = [float(number) for number in range(1, 1001)]
    assert interval(ranked, 0.5) == [469.0, 532.0]
    assert interval([float("inf")] * 100, 0.5) == [None, None]


def test_no_trials_are_refused() -> None:
    scenario = pair()
    with pytest.raises(ValueError, match="none"):
        netcore.trials(scenario, netcore.designs(scenario), FAULT, 0)


def test_an_unknown_fault_is_not_found() -> None:
    scenario = pair()
    with pytest.raises(netcore.NotFound):
        list(netcore.trials(scenario, netcore.designs(scenario), "nothing", 10))
