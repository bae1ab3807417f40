"""Verbs over time and over all headers, and questions about races."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

import netcore
from netcore.checks.grading.case import Budget, CannotGrade, Case
from netcore.checks.grading.racing import NotPlayable, scenario_of
from netcore.checks.language.timed import Race
from tests.conftest import ROOT
from tests.netcore.build import net
from tests.netcore.checks.grade import find, question
from tests.netcore.checks.test_verbs_packets import steered

SEED = json.loads((ROOT / "sandbox/scenarios/seeds/failover-01-balancer.json").read_text())
KEPT: dict[Any, Any] = {}
RACE = {"fault": "appliance-1-fails", "design": "balancer", "trials": 40, "seeds": 2}


def ask(check: dict[str, Any], **more: Any) -> Any:
    return find(check, SEED, kept=KEPT, **more)


def test_lost_is_held_against_a_share_of_the_trials() -> None:
    assert ask({"lost": {"race": RACE, "at_most": 30}}).passed
    found = ask({"lost": {"race": RACE, "figure": "new.p50", "at_most": 5}})
    assert not found.passed and "new flows, 50 of 100: " in found.message
    example = found.counterexample
    assert example["kind"] == "failover" and example["question"]["designs"] == ["balancer"]
    assert found.size[0] > 5


def test_the_timeline_that_is_told_can_be_replayed_and_breaks_the_bound() -> None:
    found = ask({"lost": {"race": RACE, "figure": "new.p50", "at_most": 5}})
    scenario = netcore.load(SEED)
    design = next(one for one in netcore.all_designs() if one.id == "balancer")
    *_, metrics = netcore.simulate(scenario, design, RACE["fault"], found.counterexample["question"]["seed"])
    assert metrics["recover_new_us"] / 1e6 == found.size[0] > 5


def test_a_design_that_cannot_be_played_fails_with_the_reason() -> None:
    found = ask({"lost": {"race": {**RACE, "design": "gateway-balancer"}, "at_most": 30}})
    title = next(one.title for one in netcore.all_designs() if one.id == "gateway-balancer")
    assert found.message == f"{title}: No gateway balancer gives flows to Appliance 1."
    assert (
        "no fault or traffic called none"
        in ask({"lost": {"race": {**RACE, "fault": "none"}, "at_most": 1}}).message
    )


def test_never_recovering_is_more_than_any_bound() -> None:
    found = ask({"lost": {"race": {**RACE, "design": "vrrp"}, "figure": "new.p50", "at_most": 1e9}})
    assert "new flows, 50 of 100: never in 40 trials" in found.message
    assert ask({"lost": {"race": {**RACE, "design": "vrrp"}, "figure": "new.p50", "at_least": 60}}).passed


def test_moments_are_looked_at_one_by_one() -> None:
    flow = {"delivers": "web1 -> client tcp/443"}
    assert ask({"finally": {"race": RACE, "check": flow}}).passed
    forwards = {"prop": {"path": "nics/*/ip_forwarding", "given": True}}
    assert ask({"always": {"race": RACE, "check": forwards}}).passed
    moves = {**RACE, "design": "address-move"}
    found = ask({"always": {"race": moves, "check": flow}})
    assert not found.passed and "after the fault it does not hold. web1 -> client" in found.message
    assert found.counterexample["t_us"] >= SEED["faults"]["appliance-1-fails"]["at_us"]
    assert ask({"finally": {"race": moves, "check": flow}}).passed
    held = ask({"never": {"race": moves, "check": {"drops": "web1 -> client tcp/443"}}})
    assert not held.passed and "it holds" in held.message


def test_who_may_tune_the_timers_is_said_by_setting() -> None:
    mine = json.loads(json.dumps(SEED))
    mine["faults"] = {}
    case = Case(start=netcore.load(SEED), drawing=netcore.load(mine), budget=Budget())
    assert scenario_of(Race.model_validate(RACE), case)[1].faults
    with pytest.raises(NotPlayable):
        scenario_of(Race.model_validate({**RACE, "setting": "drawing"}), case)
    only = scenario_of(Race.model_validate({**RACE, "flows": "udp-open"}), case)[1]
    assert list(only.traffic) == ["udp-open"]


def test_a_race_of_the_start_takes_what_it_names_of_the_drawing_and_nothing_else() -> None:
    """The learner's fault never ends anything, and all numbers are good: only what is named counts."""
    start, mine = (json.loads(json.dumps(SEED)) for _ in range(2))
    fault = RACE["fault"]
    start["timing_overrides"] = {"poller.tries": 20, "pollers.busy": 30, "auth": {"median": 2}}
    mine["timing_overrides"] = {"poller.tries": 4, "routes.noise": {"median": 0.1}}
    mine["faults"][fault] |= {"conditions": ["failover-fails"], "lasts_us": 1_000_000}
    mine["traffic"] = {}
    case = Case(start=netcore.load(start), drawing=netcore.load(mine), budget=Budget())
    own = ["poller.tries", "pollers.busy", "conditions"]
    made = scenario_of(Race.model_validate({**RACE, "own": own}), case)[1]
    assert made.timing_overrides == {"poller.tries": 4, "auth": {"median": 2}}
    assert list(made.faults[fault].conditions) == ["failover-fails"]
    assert made.faults[fault].lasts_us == case.start.faults[fault].lasts_us
    assert made.traffic == case.start.traffic
    assert not scenario_of(Race.model_validate(RACE), case)[1].faults[fault].conditions


def test_a_race_leaves_to_the_drawing_how_its_controllers_go_about_it_and_not_who_they_are() -> None:
    start, mine = (json.loads(json.dumps(SEED)) for _ in range(2))
    robot = {"name": "robot", "interval_s": 60, "scope": "tables", "tables": []}
    start["controllers"] = {"robot": robot, "other": {"name": "other"}}
    mine["controllers"] = {"robot": {**robot, "interval_s": 5}, "mine": {"name": "mine"}}
    case = Case(start=netcore.load(start), drawing=netcore.load(mine), budget=Budget())
    made = scenario_of(Race.model_validate({**RACE, "own": ["controllers"]}), case)[1]
    assert {key: one.interval_s for key, one in made.controllers.items()} == {"robot": 5, "other": None}
    kept = scenario_of(Race.model_validate(RACE), case)[1]
    assert kept.controllers == case.start.controllers


@pytest.mark.parametrize(
    ("more", "why"),
    [({"own": ["poller.trys"]}, "poller.trys"), ({"own": ["auth"], "setting": "drawing"}, "own is for")],
)
def test_what_a_race_may_not_leave_to_the_drawing(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Race.model_validate({**RACE, **more})


def test_a_race_that_takes_too_many_steps_is_ungraded() -> None:
    with pytest.raises(CannotGrade, match="more steps"):
        ask({"lost": {"race": RACE, "at_most": 30}}, budget=Budget(10_000))


@pytest.mark.parametrize(
    ("predict", "right", "wrong"),
    [
        (
            {"bucket": {"figure": {"race": RACE, "figure": "new.p50"}, "bounds": [5, 30, 180]}},
            "5-to-30",
            "under-5",
        ),
        (
            {"bucket": {"figure": {"race": {**RACE, "design": "vrrp"}, "figure": "new.p50"}, "bounds": [5]}},
            "never",
            "over-5",
        ),
        ({"number": {"figure": {"race": RACE, "figure": "new.p50"}, "within_percent": 40}}, 13, 80),
        (
            {"ranking": {"race": RACE, "designs": ["vrrp", "address-move", "balancer"]}},
            ["balancer", "address-move", "never", "vrrp"],
            ["vrrp", "balancer", "address-move"],
        ),
        (
            {"ranking": {"race": RACE, "designs": ["address-move", "balancer"]}},
            "balancer, address-move, never",
            "address-move, balancer, never",
        ),
        (
            {"design": {"race": RACE, "designs": ["balancer", "address-move"], "meets": [{"at_most": 30}]}},
            "balancer",
            "address-move",
        ),
        (
            {
                "design": {
                    "race": RACE,
                    "designs": ["balancer", "address-move"],
                    "meets": [{"at_most": 300}],
                    "prices": {"balancer": 4, "address-move": 1},
                }
            },
            "address-move",
            "balancer",
        ),
        ({"design": {"race": RACE, "designs": ["balancer"], "meets": [{"at_most": 1}]}}, "none", "balancer"),
    ],
)
def test_questions_about_races(predict: dict[str, Any], right: Any, wrong: Any) -> None:
    check = {"predict": {"prompt": "?", **predict}}
    assert ask(check, answers=right).passed
    assert not ask(check, answers=wrong).passed
    for nonsense in (None, 3.5e300, ["x"], {"a": 1}):
        assert not ask(check, answers=nonsense).passed


# All headers


def test_never_arrives_is_proven_or_broken_by_the_smallest_header() -> None:
    drawn = steered().group("shut", "100 in deny tcp * * 22").set("subnets/db/security_group", "shut")
    never = {"arrives": {"from": "subnets/app", "to": "b1", "protocol": "tcp", "ports": "22"}}
    assert find({"never": never}, drawn).passed
    wider = {"arrives": {**never["arrives"], "ports": "20-25"}}
    found = find({"never": wider}, drawn)
    assert question(found) == ("vms/a1", "10.0.2.4", "tcp", 20)
    stopped = {
        "after": {"changes": {"stop": "fw"}, "check": {"never": {"arrives": {"from": "a1", "to": "b1"}}}}
    }
    assert find(stopped, drawn).passed, "nothing gets there but by the firewall"
    assert not find({"never": {"arrives": {"from": "a1", "to": "b1"}}}, drawn).passed


def test_never_loops_finds_the_packet_that_does() -> None:
    assert find({"never": {"loops": True}}, steered()).passed
    looping = steered().set("subnets/nva/route_table", "out")
    found = find({"never": {"loops": True}}, looping)
    assert not found.passed and question(found)[1] == "10.0.2.4"


def test_ends_of_proofs_are_named_as_elsewhere() -> None:
    drawn = net().vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24").vm("a", "s", "10.0.0.4")
    drawn.raw["topology"]["vms"]["a"]["name"] = "Front"
    assert find({"never": {"arrives": {"from": "internet", "to": "front"}}}, drawn).passed
    assert "no VM or host b" in find({"never": {"arrives": {"from": "b", "to": "*"}}}, drawn).message
