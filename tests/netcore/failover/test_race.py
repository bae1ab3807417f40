"""One failover, event by event."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict

import pytest

import netcore
from tests.netcore.failover.scenes import FAULT, Payload, design, metrics, pair, race, seeded, strips

BOTH = ("address-move", "balancer")
OUTCOMES = {"survived", "stalled", "reset", "hung", "never_started"}


def test_the_seeded_drawing_plays_both_designs_in_order() -> None:
    found = netcore.designs(seeded())
    assert [(made.id, made.mechanism) for made in found][:2] == [("address-move", "M1"), ("balancer", "M4")]
    assert all(made.title and made.description for made in found)


@pytest.mark.parametrize("wanted", BOTH)
def test_started_first_then_by_time_then_metrics(wanted: str) -> None:
    events = race(seeded(), wanted)
    assert [event["event"] for event in events].count("failover.started") == 1
    assert events[0]["event"] == "failover.started"
    assert events[-1]["event"] == "failover.metrics"
    times = [event.get("t_us", event.get("to_us")) for event in events[1:-1]]
    assert times == sorted(times)
    assert times[-1] <= events[0]["duration_us"]
    assert {event["design"] for event in events} == {wanted}
    assert events == json.loads(json.dumps(events))


@pytest.mark.parametrize("wanted", BOTH)
def test_events_have_exactly_the_agreed_fields(wanted: str) -> None:
    fields = {
        "failover.started": "design title mechanism seed fault duration_us flows assumptions",
        "failover.event": "design t_us lane kind text ref grade source",
        "failover.span": "design lane from_us to_us text",
        "failover.strip": "design flow direction from_us to_us delivered codes",
        "failover.moment": "design t_us down zones out moved ways",
        "failover.metrics": "design completes detect_us control_us data_us recover_new_us "
        "recover_existing_us calls windows_us lost lost_by_cause flows by_hand phases_us stall_us asymmetric "
        "dual_active_us whole beyond_us",
    }
    seen = set()
    for event in race(seeded(), wanted):
        seen.add(event["event"])
        assert set(event) == {"event", *fields[event["event"]].split()}
        if "lane" in event:
            assert event["lane"] in {"fault", "detect", "control", "data", "flows"}
    assert seen == set(fields)


@pytest.mark.parametrize("wanted", BOTH)
def test_strips_cover_the_whole_run_without_gaps(wanted: str) -> None:
    events = race(seeded(), wanted)
    lanes: dict[tuple[str, str], list[Payload]] = defaultdict(list)
    for strip in strips(events):
        lanes[(strip["flow"], strip["direction"])].append(strip)
    flows = [flow["id"] for flow in events[0]["flows"]]
    assert set(lanes) == {(flow, way) for flow in flows for way in ("forward", "return")}
    at_us = events[0]["fault"]["at_us"]
    for found in lanes.values():
        assert found[0]["from_us"] == at_us - 5_000_000
        assert found[0]["to_us"] == at_us
        assert found[0]["delivered"] == 1
        for before, after in itertools.pairwise(found):
            assert before["to_us"] == after["from_us"]
        assert found[-1]["to_us"] == events[0]["duration_us"]
        for strip in found:
            assert strip["to_us"] > strip["from_us"]
            assert strip["delivered"] + sum(strip["codes"].values()) == pytest.approx(1)


@pytest.mark.parametrize("wanted", BOTH)
def test_lost_packets_are_strips_times_rate(wanted: str) -> None:
    events = race(seeded(), wanted)
    rates = {flow["id"]: flow["packets_per_second"] for flow in events[0]["flows"]}
    lost: dict[str, float] = defaultdict(float)
    causes: dict[str, float] = defaultdict(float)
    for strip in strips(events):
        packets = rates[strip["flow"]] * (strip["to_us"] - strip["from_us"]) / 1e6
        lost[strip["direction"]] += packets * (1 - strip["delivered"])
        for code, share in strip["codes"].items():
            causes[code] += packets * share
    found = metrics(events)
    assert found["lost"]["forward"] > 0
    assert found["lost"]["forward"] == pytest.approx(lost["forward"], abs=1)
    assert found["lost"]["return"] == pytest.approx(lost["return"], abs=1)
    assert found["lost"]["total"] == found["lost"]["forward"] + found["lost"]["return"]
    assert found["lost_by_cause"] == {code: pytest.approx(packets, abs=1) for code, packets in causes.items()}


@pytest.mark.parametrize("wanted", BOTH)
@pytest.mark.parametrize("scenario", [seeded(), pair(), pair("udp"), pair(stateful=True)])
def test_the_five_outcomes_are_one_whole(wanted: str, scenario: netcore.Scenario) -> None:
    shares = metrics(race(scenario, wanted))["flows"]
    assert set(shares) == OUTCOMES
    assert all(0 <= share <= 1 for share in shares.values())
    assert sum(shares.values()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("wanted", BOTH)
def test_same_seed_same_bytes_and_another_seed_other_times(wanted: str) -> None:
    first, second, other = (json.dumps(race(seeded(), wanted, seed)) for seed in (7, 7, 8))
    assert first == second
    assert first != other


def test_designs_end_together_so_that_they_can_stand_side_by_side() -> None:
    scenario = seeded()
    events = list(netcore.race(scenario, tuple(design(scenario, wanted) for wanted in BOTH), FAULT))
    started = [event for event in events if event["event"] == "failover.started"]
    assert [event["design"] for event in started] == list(BOTH)
    assert len({event["duration_us"] for event in started}) == 1
    assert [event["event"] for event in events[-2:]] == ["failover.metrics"] * 2
    times = [event["t_us"] for event in events if event["event"] == "failover.event"]
    assert times == sorted(times)


@pytest.mark.parametrize("synced", [False, True])
def test_a_balancer_never_saves_established_tcp_on_the_dead_backend(synced: bool) -> None:
    """Fact J11: pinned, no reset, however well the appliances share sessions."""
    events = race(pair(stateful=True, session_sync=synced), "balancer")
    found = metrics(events)
    assert found["recover_new_us"] is not None
    down = next(strip for strip in strips(events) if strip["delivered"] < 1)
    dead = 1 - down["delivered"]
    assert found["recover_existing_us"]["never"] == pytest.approx(dead)
    assert found["flows"]["hung"] == pytest.approx(0.9 * dead)
    assert found["flows"]["stalled"] == found["flows"]["reset"] == 0


def test_a_balancer_moves_udp_at_mark_down() -> None:
    found = metrics(race(pair("udp"), "balancer"))
    assert found["recover_existing_us"]["never"] == 0
    assert found["recover_existing_us"]["p95"] == found["recover_new_us"]
    assert found["flows"]["stalled"] > 0.3
    assert found["flows"]["hung"] == 0


def test_a_moved_address_keeps_established_tcp_with_synced_sessions() -> None:
    found = metrics(race(pair(stateful=True, session_sync=True), "address-move"))
    assert found["completes"]
    assert found["recover_existing_us"]["never"] == 0
    assert found["flows"]["stalled"] == pytest.approx(0.9)
    # Users wait for the next retransmission, not for the repair.
    steps = {200_000, 600_000, 1_400_000, 3_000_000, 6_200_000, 12_600_000, 25_400_000, 51_000_000}
    steps |= {102_200_000, 204_600_000}
    assert found["recover_existing_us"]["p50"] in steps
    assert found["recover_existing_us"]["p50"] >= found["recover_new_us"]


def test_without_synced_sessions_the_state_check_resets_established_tcp() -> None:
    found = metrics(race(pair(stateful=True), "address-move"))
    assert found["completes"]
    assert found["flows"]["reset"] == pytest.approx(0.9)
    assert found["recover_existing_us"] == {"p50": None, "p95": None, "never": 1.0}


def test_a_translating_appliance_loses_sessions_even_if_they_are_synced() -> None:
    """Section 2.3: translated to its own address, which does not move."""
    raw = netcore.dump(seeded())
    for vm in ("fw1", "fw2"):
        raw["topology"]["vms"][vm]["guest"]["session_sync"] = True
    found = metrics(race(netcore.load(raw), "address-move"))
    assert found["recover_existing_us"]["never"] == 1


def test_losses_of_a_move_say_why_interval_by_interval() -> None:
    """Section 2.4: the dead holder, nobody, hosts that do not know yet, and then through."""
    codes = [
        tuple(strip["codes"])
        for strip in strips(race(pair(), "address-move"))
        if strip["direction"] == "forward"
    ]
    assert codes == [(), ("NH_STOPPED",), ("IP_IN_TRANSIT",), ("NH_STOPPED",), ()]


def test_the_answer_follows_its_own_sender() -> None:
    """A sender whose host knows the new place gets through while the other end's host does not."""
    seen = set()
    for seed in range(6):
        events = race(pair(), "address-move", seed)
        ends = {
            way: max(s["to_us"] for s in strips(events) if s["direction"] == way and s["delivered"] < 1)
            for way in ("forward", "return")
        }
        assert ends["forward"] <= ends["return"]
        seen.add(ends["forward"] < ends["return"])
    assert seen == {True, False}


def test_times_to_recover_are_those_of_the_strips() -> None:
    events = race(pair(), "balancer")
    whole = [strip["from_us"] for strip in strips(events) if strip["delivered"] == 1]
    assert metrics(events)["recover_new_us"] == max(whole) - 20_000_000
    clocks = metrics(events)
    assert clocks["detect_us"] + clocks["control_us"] + clocks["data_us"] == clocks["recover_new_us"]
    assert clocks["control_us"] == 0
    assert clocks["beyond_us"] == 0


def test_clocks_that_run_beyond_the_recovery_say_by_how_much() -> None:
    """The last call and the last host may be ones that the flows do not need."""
    scenario = pair()
    found = metrics(race(scenario, "address-move"))
    whole = found["detect_us"] + found["control_us"] + found["data_us"]
    assert found["beyond_us"] == whole - found["recover_new_us"]
    *_, summary = netcore.trials(scenario, [design(scenario, "address-move")], FAULT, 20, 1)
    assert 0 <= summary["designs"][0]["beyond"] <= 1
    raw = netcore.dump(scenario)
    raw["faults"][FAULT]["conditions"] = ["failover-fails"]
    *_, never = netcore.trials(netcore.load(raw), [design(scenario, "vrrp")], FAULT, 5, 1)
    assert never["designs"][0]["beyond"] == 0


def test_every_assumption_names_its_source() -> None:
    for wanted in BOTH:
        assumptions = race(seeded(), wanted)[0]["assumptions"]
        assert len(assumptions) > 5
        for assumption in assumptions:
            assert set(assumption) == {"name", "value", "grade", "source"}
            assert assumption["source"] and assumption["grade"] in {"A", "B", "C", "D", None}


def test_nobody_can_take_over_from_a_lone_vm() -> None:
    raw = netcore.dump(pair())
    raw["faults"]["lone"] = {"name": "a dies", "vm": "a", "at_us": 0}
    scenario = netcore.load(raw)
    for wanted in BOTH:
        with pytest.raises(netcore.NotModelled):
            list(netcore.simulate(scenario, design(scenario, wanted), "lone"))
    del raw["faults"][FAULT]
    assert netcore.designs(netcore.load(raw)) == ()


def test_a_pool_of_one_has_nobody_to_take_over() -> None:
    scenario = pair()
    balancer = design(scenario, "balancer")
    raw = netcore.dump(scenario)
    del raw["topology"]["load_balancers"]["ilb"]["pools"]["fws"]["members"]["fw2"]
    scenario = netcore.load(raw)
    with pytest.raises(netcore.NotModelled, match="take over"):
        list(netcore.simulate(scenario, balancer, FAULT))


def test_a_fault_that_is_not_drawn_is_not_found() -> None:
    scenario = seeded()
    with pytest.raises(netcore.NotFound):
        list(netcore.simulate(scenario, design(scenario, "balancer"), "nothing"))


def test_without_traffic_there_is_nothing_to_race_for() -> None:
    assert netcore.designs(seeded(traffic={})) == ()


def test_many_flows_are_spread_over_fewer_ports() -> None:
    raw = netcore.dump(pair())
    flow = raw["traffic"]["a-b"]
    # Flows that ask the same share their fates; these ask for a port each.
    raw["traffic"] = {
        f"f{number}": {**flow, "name": f"f{number}", "destination_port": 1000 + number}
        for number in range(256)
    }
    scenario = netcore.load(raw)
    spread = [
        assumption["value"]
        for scenario in (pair(), scenario)
        for event in itertools.islice(netcore.simulate(scenario, design(scenario, "balancer"), FAULT), 1)
        for assumption in event["assumptions"]
        if assumption["name"] == "flows: source ports"
    ]
    assert [text.partition(" source ports")[0] for text in spread] == [
        "each flow is spread over 64",
        "each flow is spread over 16",
    ]


def test_where_nothing_breaks_nothing_is_lost_and_nobody_acts() -> None:
    raw = netcore.dump(pair())
    raw["faults"] = {FAULT: {"name": "quiet", "kind": "nothing", "at_us": 10_000_000}}
    scenario = netcore.load(raw)
    for wanted in BOTH:
        found = metrics(race(scenario, wanted))
        assert found["lost"]["total"] == 0
        assert found["flows"]["survived"] == pytest.approx(1)
        assert found["calls"]["writes"] == 0


@pytest.mark.parametrize("wanted", ["vrrp", "balancer"])
def test_the_lane_of_flows_is_told_to_the_end_where_they_never_recover(wanted: str) -> None:
    scenario = pair()
    events = race(scenario, wanted)
    (span,) = [e for e in events if e["event"] == "failover.span" and e["lane"] == "flows"]
    found, ends_us = metrics(events), events[0]["duration_us"]
    if found["recover_new_us"] is None:
        assert (span["from_us"], span["to_us"]) == (20_000_000, ends_us)
        assert span["text"] == "new connections fail, to the end of the run"
    else:
        assert span["to_us"] == 20_000_000 + found["recover_new_us"]


def test_clocks_that_nobody_publishes_apart_say_so_and_win_nothing() -> None:
    scenario = pair()
    chosen = [one for one in netcore.designs(scenario) if one.id in ("fencing", "address-move")]
    *_, summary = netcore.trials(scenario, chosen, FAULT, 20, 1)
    move, fencing = summary["designs"]
    assert (move["whole"], sum(move["dominated"].values())) == (None, 1)
    assert "together" in fencing["whole"] and set(fencing["dominated"].values()) == {0}
    assert "together" in metrics(race(scenario, "fencing"))["whole"]
