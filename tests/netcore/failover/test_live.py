"""Races that people steer while they play."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from typing import Any

import pytest

import netcore
from tests.netcore.failover.scenes import SEEDS, Payload, pair, seeded

SECOND = 1_000_000
CRASH = {"kind": "crash", "vm": "fw1"}
RESTORE = {"kind": "restore", "vm": "fw1"}
PAIR = ("address-move", "balancer", "balancer-active-passive", "route-rewrite", "vrrp", "fencing")


def live(scenario: netcore.Scenario, *designs: str, seed: int = 7) -> netcore.LiveRace:
    chosen = [one for name in designs for one in netcore.all_designs() if one.id == name]
    return netcore.live_race(scenario, chosen, seed, "fw1")


def told(events: list[Payload]) -> list[Payload]:
    """What is told of time: without the first and last event of each design, and what was cut at the end."""
    return [one for one in events if one["event"] not in ("failover.started", "failover.metrics")]


def when(event: Payload) -> float:
    return float(event.get("t_us", event.get("to_us", -1)))


def texts(events: list[Payload], design: str) -> list[str]:
    return [one["text"] for one in events if one["event"] == "failover.event" and one["design"] == design]


def replayed(
    race: netcore.LiveRace, scenario: netcore.Scenario, names: tuple[str, ...], seed: int
) -> list[Payload]:
    chosen = [one for name in names for one in netcore.all_designs() if one.id == name]
    document = netcore.load(race.saved())
    return list(netcore.race(document, chosen, race.fault_id, seed))


def same(a: list[Payload], b: list[Payload]) -> None:
    """Compare what two races tell, with ties of one time in any order."""
    key = lambda one: (when(one), one["design"], repr(sorted(one.items(), key=str)))  # noqa: E731
    assert sorted(a, key=key) == sorted(b, key=key)


def until_both_end(a: list[Payload], b: list[Payload], now: int) -> tuple[list[Payload], list[Payload]]:
    """A replay ends once all has settled, and cuts there what goes on."""
    end = min(now, max(map(when, b)) - 1)
    return [one for one in a if when(one) <= end], [one for one in b if when(one) <= end]


def test_begins_in_quiet_and_tells_what_a_crash_does():
    race = live(pair(), "address-move", "balancer")
    first = race.start()
    assert [one["event"] for one in first[:2]] == ["failover.started"] * 2
    assert first[0]["live"] is True and "duration_us" not in first[0]
    assert race.until(5 * SECOND) == []
    race.inject(CRASH, 5 * SECOND)
    events = race.until(60 * SECOND)
    assert all(5 * SECOND < when(one) <= 60 * SECOND for one in events)
    assert any("Appliance" in text or "takes over" in text for text in texts(events, "address-move"))
    assert any("out of the rotation" in text for text in texts(events, "balancer"))
    last = race.end(61 * SECOND)
    assert [one["event"] for one in last[-2:]] == ["failover.metrics"] * 2
    assert {one["to_us"] for one in last if one["event"] == "failover.strip"} == {61 * SECOND}


def test_a_race_that_ends_early_tells_of_no_recovery_that_nobody_saw():
    def metrics(at_s: int) -> list[Payload]:
        race = live(pair(), "address-move", "balancer")
        race.start()
        race.until(5 * SECOND)
        race.inject(CRASH, 5 * SECOND)
        race.until(6 * SECOND)
        return [one for one in race.end(at_s * SECOND) if one["event"] == "failover.metrics"]

    for early, late in zip(metrics(7), metrics(300), strict=True):
        assert late["recover_new_us"] is not None and late["detect_us"] > 2 * SECOND
        assert early["recover_new_us"] is None and early["detect_us"] is None
        assert early["completes"] is False and early["by_hand"] is False
        assert early["recover_existing_us"]["never"] >= late["recover_existing_us"]["never"]
        assert (early["recover_existing_us"]["p95"] or 0) <= 7 * SECOND
        assert early["lost"]["total"] < late["lost"]["total"]


def test_strips_have_no_gaps():
    race = live(pair(), *PAIR)
    events = race.start() + race.until(3 * SECOND)
    race.inject(CRASH, 3 * SECOND)
    events += race.until(9 * SECOND)
    race.inject(RESTORE, 9 * SECOND)
    events += race.end(40 * SECOND)
    for design in PAIR:
        for direction in ("forward", "return"):
            mine = [
                (one["from_us"], one["to_us"])
                for one in events
                if one["event"] == "failover.strip"
                and (one["design"], one["direction"]) == (design, direction)
            ]
            assert mine[0][0] == 0 and mine[-1][1] == 40 * SECOND
            assert all(a[1] == b[0] for a, b in itertools.pairwise(mine))


def test_the_saved_timeline_tells_the_same():
    scenario = pair()
    race = live(scenario, *PAIR)
    events = race.start() + race.until(3 * SECOND)
    for at_us, step in ((3, CRASH), (20, RESTORE), (50, {"kind": "pause", "vm": "fw2", "lasts_us": SECOND})):
        events += race.until(at_us * SECOND)
        race.inject(step, at_us * SECOND)
    events += race.until(90 * SECOND)
    same(*until_both_end(told(events), told(replayed(race, scenario, PAIR, 7)), 90 * SECOND))
    assert race.fault().name.startswith("Live: crash of ")
    assert len(race.fault().then) == 3


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (RESTORE, "runs already"),
        ({"kind": "crash", "vm": "nobody"}, "names a VM"),
        ({"kind": "crash"}, "names a VM"),
        ({"kind": "earthquake"}, "no step of a fault"),
        ({"kind": "nothing"}, "changes nothing"),
        ({"kind": "link-lost", "link": "peerings/none"}, "peering"),
        ({"kind": "edit", "edits": [{"pointer": "/topology/nics/none/vm", "value": 1}]}, "edit"),
    ],
)
def test_a_step_that_cannot_be_played_is_refused_and_changes_nothing(step: dict[str, Any], words: str):
    race = live(pair(), "address-move", "balancer")
    race.start()
    with pytest.raises(netcore.NetcoreError, match=words):
        race.inject(step, SECOND)
    assert race.fault().then == ()
    assert race.until(30 * SECOND) == []


def test_who_is_down_cannot_fail_again():
    race = live(pair(), "balancer")
    race.start()
    race.inject(CRASH, SECOND)
    with pytest.raises(netcore.NetcoreError, match="down already"):
        race.inject(CRASH, 2 * SECOND)


def test_the_past_is_closed():
    race = live(pair(), "balancer")
    race.start()
    race.until(10 * SECOND)
    with pytest.raises(netcore.NetcoreError, match="already"):
        race.inject(CRASH, 9 * SECOND)
    assert race.inject(CRASH, 10 * SECOND) == 10 * SECOND + 1


def test_a_second_failover_that_nobody_models_is_said():
    """fw1 dies, its addresses move to fw2, fw1 is back, fw2 dies: this pair acts once only."""
    race = live(pair(), "address-move", "balancer")
    race.start()
    race.until(SECOND)
    race.inject(CRASH, SECOND)
    race.until(200 * SECOND)
    race.inject(RESTORE, 200 * SECOND)
    race.until(250 * SECOND)
    race.inject({"kind": "crash", "vm": "fw2"}, 250 * SECOND)
    events = race.until(300 * SECOND)
    assert any("second failover is not modelled" in text for text in texts(events, "address-move"))
    assert any("out of the rotation" in text for text in texts(events, "balancer"))


def test_a_standby_that_is_away_takes_nothing_over():
    race = live(pair(), "address-move", "route-rewrite", "vrrp")
    race.start()
    race.inject({"kind": "crash", "vm": "fw2"}, SECOND)
    race.until(10 * SECOND)
    race.inject(CRASH, 10 * SECOND)
    events = race.until(100 * SECOND)
    for design in ("address-move", "route-rewrite", "vrrp"):
        assert not any("takes over" in text or "MASTER" in text for text in texts(events, design))
        assert any("is away itself" in text for text in texts(events, design))


MOVE = {"kind": "move-address", "address": "10.0.9.100", "nic": "fw2"}


def outages(events: list[Payload], design: str) -> list[tuple[int, int]]:
    return [
        (one["from_us"], one["to_us"])
        for one in events
        if one["event"] == "failover.span"
        and one["design"] == design
        and one["text"] == "new connections fail"
    ]


def test_an_operator_moves_an_address_by_two_writes():
    """The address is nowhere between the writes; then hosts learn where it is."""
    race = live(pair(), "address-move", "balancer")
    race.start()
    race.inject(MOVE, SECOND)
    events = race.until(200 * SECOND)
    told = texts(events, "address-move")
    assert [text for text in told if text.startswith("operator")] == [
        "operator: PUT fw1 without 10.0.9.100 sent",
        "operator: PUT fw1 without 10.0.9.100 is done",
        "operator: PUT fw2 with 10.0.9.100 sent",
        "operator: PUT fw2 with 10.0.9.100 is done",
    ]
    assert sum("programmed: 10.0.9.100 is at fw2" in text for text in told) == 2
    (gap,) = outages(events, "address-move")
    assert gap[0] > SECOND and gap[1] > gap[0]
    assert any("not played in this lane" in text and "ilb" in text for text in texts(events, "balancer"))
    assert outages(events, "balancer") == []


def test_it_may_move_back_and_twice_to_one_place_is_nothing_to_do():
    race = live(pair(), "address-move")
    race.start()
    race.inject(MOVE, SECOND)
    race.until(100 * SECOND)
    race.inject(MOVE, 100 * SECOND)
    events = race.until(200 * SECOND)
    assert any("nothing to do" in text for text in texts(events, "address-move"))
    assert outages(events, "address-move") == []
    race.inject(MOVE | {"nic": "fw1"}, 200 * SECOND)
    events = race.until(400 * SECOND)
    assert "operator: PUT fw2 without 10.0.9.100 sent" in texts(events, "address-move")
    race.inject({"kind": "crash", "vm": "fw2"}, 400 * SECOND)
    events = race.until(500 * SECOND)
    assert outages(events, "address-move") == []


def test_a_move_before_the_failover_spares_it():
    race = live(pair(), "address-move")
    race.start()
    race.inject(MOVE, SECOND)
    race.until(100 * SECOND)
    race.inject(CRASH, 100 * SECOND)
    events = race.until(300 * SECOND)
    assert any("takes over" in text for text in texts(events, "address-move"))
    assert outages(events, "address-move") == []


@pytest.mark.parametrize(
    ("designs", "step", "words"),
    [
        (("balancer",), MOVE, "frontend of ilb"),
        (("address-move",), MOVE | {"nic": "a"}, "between fw1 and fw2"),
        (("address-move",), MOVE | {"nic": "nobody"}, "names an address and a NIC"),
        (("balancer",), MOVE | {"address": "10.0.9.4"}, "primary"),
        (("balancer",), MOVE | {"address": "10.0.9.77"}, "Nobody holds"),
    ],
)
def test_a_move_that_no_design_can_play_is_refused(
    designs: tuple[str, ...], step: dict[str, Any], words: str
):
    race = live(pair(), *designs)
    race.start()
    with pytest.raises(netcore.NetcoreError, match=words):
        race.inject(step, SECOND)


def test_an_address_that_the_design_leaves_alone_moves_as_well():
    """A secondary address of fw1, which the balancer design keeps as drawn."""
    raw = netcore.dump(pair())
    raw["topology"]["nics"]["fw1"]["configurations"]["more"] = {"address": "10.0.9.50"}
    race = live(netcore.load(raw), "balancer")
    race.start()
    race.inject(MOVE | {"address": "10.0.9.50"}, SECOND)
    assert "operator: PUT fw2 with 10.0.9.50 is done" in texts(race.until(100 * SECOND), "balancer")


INSIDE = ("172.16.136.68", "172.16.136.70")
"""The inside frontend of the seeded drawing, and a primary address, which stays where it is."""

MOVES = ("crash", "restore", "pause", "graceful-stop", "move-address")


@pytest.mark.parametrize(("drawn", "seed"), [("pair", 1), ("pair", 2), ("pair", 3), ("seeded", 4)])
def test_what_was_told_hangs_on_nothing_that_comes_later(seed: int, drawn: str):
    """Random crashes and mends; each step must leave what was told as it is, and the replay must agree."""
    scenario, luck = (pair() if drawn == "pair" else seeded()), random.Random(seed)
    vms = ("fw1", "fw2")
    nics = sorted(key for key, nic in scenario.topology.nics.items() if nic.vm in vms)
    chosen = [one.id for one in netcore.all_designs() if _plays(scenario, one)]
    race = netcore.live_race(
        scenario, [one for one in netcore.all_designs() if one.id in chosen], seed, vms[0]
    )
    events, now = race.start(), 0
    for _ in range(6):
        now += round(luck.choice((0.3, 2, 9, 40, 700)) * luck.random() * SECOND)
        events += race.until(now)
        step = {"kind": luck.choice(MOVES), "vm": luck.choice(vms)}
        if step["kind"] == "move-address":
            # An address of a frontend, which some of the designs let move between NICs.
            address = "10.0.9.100" if drawn == "pair" else luck.choice(INSIDE)
            step = {"kind": "move-address", "address": address, "nic": luck.choice(nics)}
        if step["kind"] == "pause":
            step["lasts_us"] = round(luck.random() * 20 * SECOND)
        try:
            race.inject(step, now)
        except netcore.NetcoreError:
            continue
    now += 30 * SECOND
    events += race.until(now)
    same(*until_both_end(told(events), told(replayed(race, scenario, tuple(chosen), seed)), now))


def test_silences_that_are_just_too_short_are_told_as_they_were():
    """fw1 is away for longer and longer, so that each detector gives up at each of its steps in turn."""
    scenario = pair()
    chosen = tuple(one.id for one in netcore.all_designs() if _plays(scenario, one))
    race = live(scenario, *chosen)
    events, now = race.start(), SECOND
    for number in range(1, 9):
        for step in (CRASH, RESTORE):
            events += race.until(now)
            race.inject(step, now)
            now += round(number * 1.1 * SECOND)
    events += race.until(now)
    assert any("hello 2 of" in text for text in texts(events, "address-move"))
    same(*until_both_end(told(events), told(replayed(race, scenario, chosen, 7)), now))


@pytest.mark.parametrize("drawn", ["failover-09-route-server", "failover-12-aws", "failover-12-aws-gateway"])
def test_the_same_holds_for_sessions_and_for_aws(drawn: str):
    scenario = netcore.load(json.loads((SEEDS / f"{drawn}.json").read_text(encoding="utf-8")))
    luck = random.Random(drawn)
    vms = sorted(key for key, vm in scenario.topology.vms.items() if vm.guest.forwarding)[:2]
    refused = netcore.live_refusals(scenario, vms[0])
    chosen = [one for one in netcore.all_designs() if one.id not in refused]
    race = netcore.live_race(scenario, chosen, 3, vms[0])
    events, now = race.start(), 0
    for _ in range(6):
        now += round(luck.choice((2, 40, 300)) * luck.random() * SECOND)
        events += race.until(now)
        with contextlib.suppress(netcore.NetcoreError):
            race.inject({"kind": luck.choice(MOVES[:4]), "vm": luck.choice(vms)}, now)
    now += 60 * SECOND
    events += race.until(now)
    again = replayed(race, scenario, tuple(one.id for one in chosen), 3)
    assert chosen
    assert race.fault().then
    same(*until_both_end(told(events), told(again), now))


def _plays(scenario: netcore.Scenario, design: netcore.Design) -> bool:
    try:
        netcore.live_race(scenario, [design], 1, "fw1")
    except netcore.NotModelled:
        return False
    return True
