"""Trials in stretches: the same bytes however they are cut, and what a summary says beyond percentiles."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.failover.availability import availability
from netcore.failover.columns import Columns
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.outcomes import OUTCOMES, Judge
from netcore.failover.streams import Streams
from netcore.failover.trials import merge, stretches, trial_chunk
from tests.netcore.failover.scenes import FAULT, Payload, metrics, pair, race, seeded


def chunks(
    cuts: list[int], scenario: netcore.Scenario | None = None, target: Payload | None = None
) -> list[Payload]:
    drawn = scenario or pair()
    made = []
    for first, end in itertools.pairwise(cuts):
        raw = trial_chunk(drawn, netcore.designs(drawn)[:2], FAULT, 5, first, end - first, target)
        made.append(json.loads(json.dumps(raw)))  # as another worker would send it
    return made


@pytest.mark.parametrize("n", [400, 1400])
def test_one_stretch_or_eight_in_any_order_give_the_same_bytes(n: int) -> None:
    """With every value kept, and with values in buckets."""
    whole = json.dumps(merge(chunks([0, n])))
    pieces = chunks([0, 50, 51, 120, 180, 200, 290, 333, n])
    for seed in range(3):
        random.Random(seed).shuffle(pieces)
        assert json.dumps(merge(pieces)) == whole
    drawn = pair()
    *_, summary = netcore.trials(drawn, netcore.designs(drawn)[:2], FAULT, n, 5)
    assert json.dumps(summary) == whole


def test_stretches_that_do_not_join_are_refused() -> None:
    first, second, third = chunks([0, 5, 10, 15], pair())
    for wrong in ([], [first, third], [first, second, second]):
        with pytest.raises(ValueError):
            merge(wrong)


@pytest.mark.parametrize("n", [1, 7, 50, 51, 1000, 9999, 100_000])
def test_stretches_cover_all_trials_once(n: int) -> None:
    due = 0
    for first, length in stretches(n):
        assert first == due
        assert 0 < length <= 5000
        due += length
    assert due == n
    assert stretches(n)[0][1] == min(n, 50)


def test_columns_survive_json() -> None:
    for n in (30, 600):
        (chunk,) = chunks([0, n])
        for raw in chunk["designs"]:
            kept = Columns(raw["design"])
            kept.join(raw)
            assert json.loads(json.dumps(kept.as_dict())) == raw


def test_every_pair_of_designs_has_a_ratio_and_the_widest_is_named() -> None:
    summary = merge(chunks([0, 60]))
    assert {(one["slow"], one["fast"]) for one in summary["ratios"]} == {("address-move", "balancer")}
    assert summary["ratios"][0]["p50"] == summary["ratio"]["p50"]
    assert summary["ratios"][0]["n"] <= 60


def test_a_target_is_met_or_not_with_a_margin() -> None:
    easy = merge(chunks([0, 300], pair(), {"recover_s": 20}))
    hard = merge(chunks([0, 300], pair(), {"recover_s": 12, "lose_packets": 0}))
    move, balancer = easy["designs"]
    assert balancer["target"]["passed"]
    assert balancer["target"]["share"] > 0.99
    assert balancer["target"]["margin_s"] == pytest.approx(20 - balancer["new"]["p95"])
    assert not move["target"]["passed"]
    assert move["target"]["margin_s"] < 0
    assert all(one["target"]["share"] == 0 for one in hard["designs"])
    assert hard["designs"][1]["target"]["margin_packets"] < 0
    assert merge(chunks([0, 300], pair()))["designs"][0]["target"] is None


def test_causes_outcomes_and_calls_are_means_over_trials() -> None:
    summary = merge(chunks([0, 100], seeded()))
    for one in summary["designs"]:
        assert sum(one["flows"].values()) == pytest.approx(1, abs=1e-12)
        assert sum(one["lost_by_cause"].values()) == pytest.approx(one["lost"]["mean"])
        assert one["dual_active_s"] == 0
        with_rto, without = one["stall"]["with_rto"], one["stall"]["without_rto"]
        if with_rto["worst"] is not None:
            assert with_rto["worst"] >= without["worst"]
    move, balancer = summary["designs"]
    assert move["calls"]["writes"] > 2
    assert move["calls"]["lowest_tokens"] > 190
    assert balancer["calls"] == {"writes": 0, "polls": 0, "refusals": 0, "denied": 0, "lowest_tokens": None}
    assert move["phases"]["decide"] > 0
    assert balancer["phases"]["decide"] == 0


def test_repair_by_hand_is_told_apart_from_never() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT]["conditions"] = ["failover-fails"]
    scenario = netcore.load(raw)
    *_, summary = netcore.trials(scenario, netcore.designs(scenario)[:2], FAULT, 20, 1)
    assert [one["new"]["by_hand"] for one in summary["designs"]] == [1, 1]
    assert [one["new"]["never"] for one in summary["designs"]] == [0, 0]
    assert not any(
        one["new"]["by_hand"]
        for one in merge(chunks([0, 5], pair()))["designs"]
        if one["design"] == "balancer"
    )


def test_a_month_by_the_default_rates() -> None:
    """Section 2.7: one crash in 90 days behind a balancer is 4.3 s a month, far inside 99.99 % (259 s)."""
    summary = merge(chunks([0, 1000], pair()))
    balancer = next(one for one in summary["availability"] if one["design"] == "balancer")
    assert 4.2 <= balancer["seconds"] < 6  # a trial in a thousand waits for a repair by hand
    assert balancer["budget_s"] == pytest.approx(259.2)
    assert balancer["met"]
    assert balancer["grade"] == "D"
    often = availability(summary, {"crash": 30})
    assert often[1]["seconds"] == pytest.approx(90 * balancer["seconds"])
    assert often[1]["source"] == "changed by the person who runs it"


def drawn_flow(**fields: Any) -> netcore.Scenario:
    raw = netcore.dump(pair())
    raw["traffic"]["a-b"] |= fields
    return netcore.load(raw)


def flows(scenario: netcore.Scenario, wanted: str = "balancer") -> dict[str, float]:
    return dict(metrics(race(scenario, wanted))["flows"])


def test_long_lived_flows_open_nothing_and_new_ones_were_not_open() -> None:
    old = flows(drawn_flow(lifetime="long-lived"))
    assert old["never_started"] == 0
    assert old["hung"] == pytest.approx(0.5, abs=0.2)
    new = flows(drawn_flow(lifetime="new"))
    assert new["hung"] == 0
    assert 0 < new["never_started"] < 0.2
    assert new["survived"] == pytest.approx(1 - new["never_started"])


def test_opens_per_second_weigh_against_connections() -> None:
    few = flows(drawn_flow(connections=1000, opens_per_second=0.01))
    many = flows(drawn_flow(connections=10, opens_per_second=10))
    assert few["never_started"] < 0.001
    assert many["never_started"] > 0.05


def test_udp_moves_to_a_healthy_instance_and_icmp_needs_no_session() -> None:
    """Section 2.3: UDP and pings go on at mark-down; only TCP stays pinned to the dead one."""
    for protocol in ("udp", "icmp"):
        found = flows(pair(protocol, stateful=True))
        assert found["hung"] == found["reset"] == 0
        assert found["stalled"] > 0.2
    moved = flows(pair("icmp", stateful=True), "address-move")
    assert moved["hung"] == moved["reset"] == 0


def test_two_balancers_that_hash_apart_are_told_as_asymmetric() -> None:
    """Section 2.5: one balancer carries both directions through one instance."""
    found = metrics(race(pair(stateful=True), "balancer"))["asymmetric"]
    assert found == {"before": 0, "worst": 0, "after": 0}
    raw = netcore.dump(pair(stateful=True))
    balancers = raw["topology"]["load_balancers"]
    second = json.loads(json.dumps(balancers["ilb"]))
    second["frontends"]["in"]["address"] = "10.0.9.101"
    balancers["ilb2"] = {**second, "name": "ilb2"}
    table = raw["topology"]["route_tables"]["via"]
    raw["topology"]["route_tables"]["back"] = json.loads(json.dumps({**table, "name": "back"}))
    for route in raw["topology"]["route_tables"]["back"]["routes"].values():
        route["next_hop_ip"] = "10.0.9.101"
    raw["topology"]["subnets"]["right"]["route_table"] = "back"
    found = metrics(race(netcore.load(raw), "balancer"))["asymmetric"]
    assert found["before"] == pytest.approx(0.5, abs=0.2)


@settings(max_examples=30)
@given(
    st.sampled_from(("tcp", "udp", "icmp")),
    st.booleans(),
    st.sampled_from(("mixed", "long-lived", "new")),
    st.integers(1, 1000),
    st.one_of(st.none(), st.floats(0.001, 1000)),
    st.integers(0, 1000),
)
def test_five_outcomes_are_exactly_the_whole(
    protocol: str, stateful: bool, lifetime: str, connections: int, opens: float | None, trial: int
) -> None:
    raw = netcore.dump(pair(protocol, stateful=stateful))
    raw["traffic"]["a-b"] |= {"lifetime": lifetime, "connections": connections, "opens_per_second": opens}
    raw["traffic"]["b-a"] = {**raw["traffic"]["a-b"], "source": "vms/b", "destination": "vms/a"}
    scenario = netcore.load(raw)
    timing = netcore.timing_profile("published").changed({"flows.ports": 4})
    for design in netcore.designs(scenario):
        made = plan(scenario, design, scenario.faults[FAULT], timing)
        judge = Judge(Fates(made, timing), timing)
        outcome = judge.outcome(made.mechanism.play(Streams(1, trial)))
        assert sum(outcome.weights) == outcome.scale.flows
        assert len(outcome.weights) == len(OUTCOMES)
        assert min(outcome.weights) >= 0


def test_a_document_names_a_timing_profile_and_changes_numbers_of_it() -> None:
    medians = {}
    for name in ("optimistic", "published", "reported-slow"):
        raw = netcore.dump(pair()) | {"timing": name}
        medians[name] = merge(chunks([0, 200], netcore.load(raw)))["designs"][0]["new"]["p50"]
    assert medians["optimistic"] < medians["published"] < medians["reported-slow"]
    raw = netcore.dump(pair()) | {"timing_overrides": {"poll.period": 1}}
    quick = netcore.load(raw)
    assert merge(chunks([0, 200], quick))["designs"][0]["new"]["p50"] < medians["published"] - 10
    told = race(quick, "address-move")[0]["assumptions"]
    poll = next(one for one in told if one["name"].startswith("poll.period"))
    assert (poll["value"], poll["grade"]) == ("1 s", "D")
    assert poll["source"] == "changed by the person who runs it"
    assert any(one["name"].startswith("control.degraded") for one in told)


def test_every_changed_number_of_a_profile_has_its_own_source() -> None:
    published = netcore.timing_profile("published").parameters
    for name in ("reported-slow", "optimistic"):
        profile = netcore.timing_profile(name).parameters
        changed = [key for key in profile if profile[key].values != published[key].values]
        assert 3 < len(changed) < 10
        assert all(profile[key].source != published[key].source for key in changed)
        assert list(profile) == list(published)
