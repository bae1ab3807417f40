"""Several pollers around the same route tables: who writes, who yields, and what they undo for each other."""

from __future__ import annotations

import time
from typing import Any

import pytest

import netcore
from netcore.failover.mechanisms import route_pollers
from netcore.failover.mechanisms.route_pollers import PollersPlay
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingError
from tests.netcore.failover.scenes import FAULT, metrics, pair, race

SECOND_US = 1_000_000
SURE = {"failure.routes": 0, "control.degraded": 0}


def two_tables(**fault: Any) -> netcore.Scenario:
    """[a] -- (left) --> {fw1, fw2} --> (right) -- [b], with a table for each direction."""
    raw = netcore.dump(pair())
    topology = raw["topology"]
    topology["route_tables"]["back"] = {**topology["route_tables"]["via"], "name": "back"}
    topology["subnets"]["right"]["route_table"] = "back"
    raw["faults"][FAULT].update(fault)
    return netcore.load(raw)


def plays(scenario: netcore.Scenario, trials: int = 40, **numbers: Any) -> list[PollersPlay]:
    named = {name.replace("__", "."): value for name, value in numbers.items()}
    timing = netcore.timing_profile("published").changed({**SURE, **named})
    made = route_pollers.plan(Scene(scenario, scenario.faults[FAULT], timing)).mechanism
    found = [made.play(Streams(7, trial)) for trial in range(trials)]
    assert all(isinstance(play, PollersPlay) for play in found)
    return found  # type: ignore[return-value]


def kinds(play: PollersPlay) -> list[str]:
    return [act.kind for act in play.acts]


def held(play: PollersPlay) -> list[int]:
    """Where each table leads in the end, by the writes alone."""
    found = [0] * len(play.mechanism.writes)
    for act in sorted(play.acts, key=lambda act: act.end_us):
        if act.kind == "writes" and act.table is not None:
            found[act.table] = act.value
    return found


def test_one_poller_is_the_design_with_one() -> None:
    scenario = netcore.load(netcore.dump(two_tables()) | {"timing_overrides": {"pollers.count": 1}})
    several, one = (race(scenario, name, 11) for name in ("route-pollers", "route-poller"))
    told = {"design", "title"}
    assert {k: v for k, v in metrics(several).items() if k not in told} == {
        k: v for k, v in metrics(one).items() if k not in told
    }


def test_who_reads_first_leaves_the_tables_to_the_other() -> None:
    """Each table is written once, whoever comes first."""
    found = plays(two_tables(), pollers__count=3)
    assert {play.calls.writes for play in found} == {2}
    assert {play.calls.refusals for play in found} == {0}
    assert any("leaves" in kinds(play) for play in found)


def test_who_writes_unseen_writes_again_and_is_refused_meanwhile() -> None:
    found = plays(two_tables(), pollers__count=2, pollers__manner="writes")
    assert {play.calls.writes for play in found} == {4}
    met = [play for play in found if play.calls.refusals]
    assert met
    for play in found:
        assert held(play) == [1, 1]
        mine = sorted(
            (act.begin_us, act.end_us) for act in play.acts if act.kind == "writes" and act.table == 0
        )
        assert mine[0][1] <= mine[1][0], "a table takes one write at a time"


def test_two_notice_sooner_than_one() -> None:
    def mean_us(count: int) -> float:
        found = plays(two_tables(), 200, pollers__count=count)
        return sum(play.clocks.detect_us or 0 for play in found) / len(found)

    assert mean_us(2) < mean_us(1) - 3 * SECOND_US


def test_one_that_gives_up_does_no_harm_while_another_works() -> None:
    found = plays(two_tables(), 300, pollers__count=2, failure__routes=0.3)
    one = [play for play in found if "fails" in kinds(play) and play.completes]
    both = [play for play in found if not play.completes]
    assert one
    assert 0.05 < len(both) / len(found) < 0.15, "0.3 times 0.3"
    assert all(play.by_hand_us is not None for play in both)
    assert all(play.by_hand_us is None for play in one)


def test_routes_go_back_as_the_policy_says() -> None:
    """The appliance is away for two minutes; who waits for calm goes back five minutes after that."""
    scenario = two_tables(lasts_us=120 * SECOND_US)
    for policy, writes in (("never", 2), ("at once", 4), ("when calm", 4)):
        found = plays(scenario, pollers__failback=policy)
        assert {play.calls.writes for play in found} == {writes}
        back_us = [
            act.begin_us for play in found for act in play.acts if act.kind == "writes" and not act.value
        ]
        assert bool(back_us) == (policy != "never")
        if policy == "when calm":
            assert min(back_us) >= 420 * SECOND_US
        if policy == "at once":
            assert 120 * SECOND_US <= min(back_us) < max(back_us) < 200 * SECOND_US


def test_a_flapping_appliance_moves_routes_once_where_they_stay() -> None:
    """Away for a minute, back for a minute, three times."""
    step = {"kind": "pause", "vm": "fw1", "lasts_us": 60 * SECOND_US}
    then = [{**step, "after_us": at * SECOND_US} for at in (120, 240)]
    scenario = two_tables(kind="pause", lasts_us=60 * SECOND_US, then=then)
    assert {play.calls.writes for play in plays(scenario)} == {2}
    assert {play.calls.writes for play in plays(scenario, pollers__failback="when calm")} == {4}
    nervous = plays(scenario, pollers__failback="at once")
    assert min(play.calls.writes for play in nervous) > 6


def test_one_that_restarts_halfway_finishes_what_it_finds() -> None:
    """Who reads goes on with the table that is left, who does not writes all of them again."""
    for manner, writes in (("reads", 2), ("writes", 3)):
        found = plays(two_tables(), pollers__count=1, pollers__restart=60, pollers__manner=manner)
        for play in found:
            assert held(play) == [1, 1] and play.calls.writes == writes
            assert kinds(play).count("restarts") == 1
            assert (play.clocks.control_us or 0) > 60 * SECOND_US


@pytest.mark.parametrize(
    ("manner", "failback", "leads", "writes"),
    [
        ("reads", "never", 1, 2),
        ("reads", "at once", 0, 2),
        ("reads", "when calm", 0, 4),
        ("writes", "never", 1, 3),
        ("writes", "at once", 0, 3),
        ("writes", "when calm", 0, 5),
    ],
)
def test_tables_are_whole_again_where_the_appliance_answers_before_the_restart_is_over(
    manner: str, failback: str, leads: int, writes: int
) -> None:
    """Nobody has to repair by hand what a poller left halfway."""
    found = plays(
        two_tables(lasts_us=40 * SECOND_US),
        pollers__count=1,
        pollers__restart=60,
        pollers__manner=manner,
        pollers__failback=failback,
    )
    half = [play for play in found if "restarts" in kinds(play)]
    assert half
    for play in half:
        assert (held(play), play.calls.writes) == ([leads] * 2, writes)
        assert (play.completes, play.by_hand_us) == (True, None)
        *_, (_, last) = play.mechanism.scene.after(play.changes)
        assert set(last.settings) == {leads}
        assert (play.clocks.control_us or 0) > 60 * SECOND_US


def test_the_story_says_that_a_poller_finishes_what_it_finds() -> None:
    raw = netcore.dump(two_tables(lasts_us=40 * SECOND_US))
    raw["timing_overrides"] = {"pollers.count": 1, "pollers.restart": 60, **SURE}
    texts = [event.get("text", "") for event in race(netcore.load(raw), "route-pollers", 3)]
    assert "poller 1 finds a switch halfway and finishes it" in texts


def test_a_second_one_finishes_what_the_first_forgot() -> None:
    alone, two = (plays(two_tables(), pollers__count=count, pollers__restart=600) for count in (1, 2))
    assert min(play.clocks.control_us or 0 for play in alone) > 600 * SECOND_US
    assert max(play.clocks.control_us or 0 for play in two) < 100 * SECOND_US
    assert all(held(play) == [1, 1] for play in two)


def test_a_short_hiccup_moves_nothing() -> None:
    found = plays(two_tables(kind="pause", lasts_us=4 * SECOND_US))
    assert {play.calls.writes for play in found} == {0}
    assert {play.clocks.detect_us for play in found} == {None}


def test_hosts_learn_of_the_newest_write_only() -> None:
    """Going back while hosts still learn of the way there: nobody learns the old news afterwards."""
    scenario = two_tables(lasts_us=20 * SECOND_US, kind="pause")
    found = plays(
        scenario,
        pollers__failback="at once",
        poller__tries=0,
        poller__wait={"low": 0, "high": 1},
        programming={"median": 60, "sigma": 0},
    )
    for play in found:
        scene = play.mechanism.scene
        *_, (_, last) = scene.after(play.changes)
        assert held(play) == [0, 0]
        assert set(last.settings) == {0}
        assert not last.stale


def test_the_story_names_each_poller() -> None:
    raw = netcore.dump(two_tables())
    raw["timing_overrides"] = {"pollers.count": 2, "pollers.manner": "writes", **SURE}
    texts = [event.get("text", "") for event in race(netcore.load(raw), "route-pollers", 3)]
    for wanted in ("poller 1 finds that fw1 does not answer", "poller 2 finds that fw1 does not answer"):
        assert wanted in texts
    assert any("refused (429): another operation is changing it" in text for text in texts) or (
        sum(" is done" in text for text in texts) == 4
    )


def test_pollers_that_do_too_much_are_refused_with_the_setting_that_makes_them() -> None:
    """Eight of them meet a write that takes most of a day, and either try or look every second."""
    slow = {"pollers__count": 8, "routes__base": 80_000, "poller__wait": {"low": 0, "high": 0.001}}
    for manner, setting in (("writes", r"pollers\.busy"), ("reads", r"poller\.wait")):
        begun = time.monotonic()
        with pytest.raises(netcore.NotModelled, match=setting):
            plays(two_tables(), 1, pollers__manner=manner, pollers__busy=1, **slow)
        assert time.monotonic() - begun < 5


def test_pollers_of_an_appliance_that_never_rests_are_refused() -> None:
    step = {"kind": "pause", "vm": "fw1", "lasts_us": 60 * SECOND_US}
    then = [{**step, "after_us": at * 120 * SECOND_US} for at in range(1, 200)]
    scenario = two_tables(kind="pause", lasts_us=60 * SECOND_US, then=then)
    eager = {"pollers__count": 8, "pollers__manner": "writes", "pollers__failback": "at once"}
    with pytest.raises(netcore.NotModelled, match=r"pollers\.count"):
        plays(scenario, 1, routes__base=0, routes__span=0, **eager)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pollers.busy", 0.5),
        ("routes.base", 500_000),
        ("routes.span", 500_000),
        ("routes.degraded", {"median": 500_000}),
        ("routes.noise", {"median": 500_000}),
    ],
)
def test_numbers_that_would_keep_pollers_busy_for_ever_are_refused(name: str, value: object) -> None:
    with pytest.raises(TimingError, match=name.replace(".", r"\.")):
        netcore.timing_profile("published").changed({name: value})


@pytest.mark.parametrize("count", [0, 9, 1.5])
def test_numbers_of_pollers_that_are_refused(count: float) -> None:
    with pytest.raises(TimingError, match=r"pollers\.count"):
        netcore.timing_profile("published").changed({"pollers.count": count})
