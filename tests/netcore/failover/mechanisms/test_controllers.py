"""Controllers that a drawing names: each with its own interval, threshold and rights.

    [a] -- (left, table via) --> {fw1, fw2} --> (right, table back) -- [b]

Who may not write a table is refused with 403 AuthorizationFailed, and the routes there stay.
Source: Azure RBAC, overview; facts D60, D65 (a route moves when its table is written, not before).
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.failover.mechanisms import route_pollers
from netcore.failover.mechanisms.route_pollers import PollersPlay
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.failover.sweepable import sweepable
from tests.netcore.failover.mechanisms.test_route_pollers import SURE, held, kinds, plays, two_tables
from tests.netcore.failover.scenes import FAULT, design, metrics, race

SECOND_US = 1_000_000
TABLES = ("back", "via")
"""In the order in which they are written."""


def drawn(*controllers: dict[str, Any], **fault: Any) -> netcore.Scenario:
    """The drawing of pollers with some controllers in it: ``c1``, ``c2`` and so on."""
    raw = netcore.dump(two_tables(**fault))
    raw["controllers"] = {
        f"c{place}": {"name": f"robot {place}", **one} for place, one in enumerate(controllers, 1)
    }
    return netcore.load(raw)


def only(*tables: str) -> dict[str, Any]:
    return {"scope": "tables", "tables": list(tables)}


def told(scenario: netcore.Scenario, seed: int = 3, **numbers: Any) -> list[str]:
    raw = netcore.dump(scenario)
    raw["timing_overrides"] = {**SURE, **numbers}
    return [event.get("text", "") for event in race(netcore.load(raw), "route-pollers", seed)]


def test_controllers_without_settings_are_the_pollers_of_the_timing_profile() -> None:
    """The same draws, whether two are drawn or counted."""
    two, counted = (race(one, "route-pollers", 5) for one in (drawn({}, {}), two_tables()))
    assert metrics(two) == metrics(counted)


def test_a_drawing_of_an_older_engine_has_none() -> None:
    raw = netcore.dump(two_tables())
    del raw["controllers"]
    assert netcore.load(raw) == two_tables()


def test_each_looks_in_its_own_interval_and_believes_in_its_own_time() -> None:
    found = plays(drawn({"interval_s": 300, "tries_s": 60}, {"interval_s": 2, "tries_s": 1}), 60)
    first = [play.acts[0] for play in found]
    assert all(act.kind == "decides" for act in first)
    assert sum(act.poller == 1 for act in first) > 55
    for act in first:
        if act.poller == 1:
            assert act.begin_us <= 2 * SECOND_US
            assert 2 * SECOND_US <= act.end_us - act.begin_us <= 5 * SECOND_US, (
                "1 s, and 1 to 4 s of its start"
            )


def test_who_may_write_nothing_is_refused_and_the_routes_stay() -> None:
    """One refusal for each table, and then silence until a person mends it (facts D60, D65)."""
    for manner in ("reads", "writes"):
        for play in plays(drawn(only()), pollers__manner=manner):
            assert kinds(play) == ["decides", "denied", "denied"]
            assert (play.calls.writes, play.calls.denied, play.calls.refusals) == (0, 2, 0)
            assert held(play) == [0, 0]
            assert not play.completes
            by_hand_us = play.by_hand_us
            assert by_hand_us is not None
            moments = list(play.mechanism.scene.after(play.changes))
            assert {moment.settings for at_us, moment in moments if at_us < by_hand_us} == {(0, 0)}
            assert moments[-1][1].settings == (1, 1), "a person has the right"


def test_a_table_that_it_may_write_moves_and_the_other_stays() -> None:
    for play in plays(drawn(only("via"))):
        assert (play.calls.writes, play.calls.denied) == (1, 1)
        assert held(play) == [0, 1]
        assert not play.completes and play.by_hand_us is not None


def test_the_outage_goes_on_until_somebody_mends_it() -> None:
    whole, half = (metrics(race(drawn(one), "route-pollers", 5)) for one in (only(*TABLES), only("via")))
    assert half["recover_new_us"] > 5 * whole["recover_new_us"]
    assert (whole["calls"]["denied"], half["calls"]["denied"]) == (0, 1)


def test_two_with_half_of_the_rights_each_do_it_together() -> None:
    for play in plays(drawn(only("via"), only("back"))):
        assert held(play) == [1, 1]
        assert play.completes and play.by_hand_us is None
        assert play.calls.writes == 2


def test_a_right_to_everything_is_the_right_to_the_tables() -> None:
    wide, narrow = (race(drawn(one), "route-pollers", 7) for one in ({}, only(*TABLES)))
    assert metrics(wide) == metrics(narrow)
    assert metrics(race(drawn({"tables": ["via"]}), "route-pollers", 7)) == metrics(wide), "roles add up"


def test_the_timeline_names_who_was_refused_what_and_why() -> None:
    texts = told(drawn(only("via")))
    (text,) = (text for text in texts if "403" in text)
    assert text.startswith("robot 1: PUT back with ")
    assert "refused (403 AuthorizationFailed)" in text
    assert "back" in text.partition("AuthorizationFailed")[2]
    assert "robot 1 finds that fw1 does not answer" in texts
    assert "the failover is finished by hand" in texts


def test_the_assumptions_name_each_controller_and_its_rights() -> None:
    events = race(drawn(only("via"), {"interval_s": 7}), "route-pollers", 3)
    rows = [row for event in events for row in event.get("assumptions", [])]
    named = {row["name"]: row["value"] for row in rows if row["name"].startswith("controller ")}
    assert set(named) == {"controller robot 1", "controller robot 2"}
    assert "via" in named["controller robot 1"] and "7 s" in named["controller robot 2"]
    assert any("AuthorizationFailed" in row["value"] for row in rows)


def test_one_that_goes_back_is_not_refused_where_it_never_wrote() -> None:
    """The appliance answers again: who reads leaves the table that never moved."""
    found = plays(drawn(only("via"), lasts_us=200 * SECOND_US), pollers__failback="at once")
    for play in found:
        assert held(play) == [0, 0]
        assert play.calls.denied == 1


def test_one_that_restarts_is_refused_anew() -> None:
    for play in plays(drawn(only("back")), pollers__restart=60):
        assert kinds(play).count("restarts") == 1
        assert kinds(play).count("denied") == 1, "it had not got to the other table before"
        assert held(play) == [1, 0]


def test_numbers_that_nobody_goes_by_are_not_offered() -> None:
    """Of controllers with all settings of their own neither the count nor the pace of the profile counts."""
    asked = {
        case: {one.name for one in sweepable(scenario, FAULT, [design(scenario, "route-pollers")])}
        for case, scenario in (
            ("own", drawn({"interval_s": 5, "tries_s": 5})),
            ("usual", drawn({}, {"interval_s": 5})),
        )
    }
    assert not {"pollers.count", "poller.wait.high", "poller.tries"} & asked["own"]
    assert {"poller.wait.high", "poller.tries"} <= asked["usual"]
    assert "pollers.count" not in asked["usual"]


rights = st.lists(
    st.sampled_from([only(), only("via"), only("back"), only(*TABLES), {}]), min_size=1, max_size=4
)


@settings(max_examples=40)
@given(
    rights,
    st.sampled_from(["reads", "writes"]),
    st.sampled_from(["never", "at once", "when calm"]),
    st.sampled_from([0, 60]),
    st.sampled_from([None, 40, 200, 900]),
)
def test_nobody_writes_what_it_may_not(
    controllers: list[dict[str, Any]], manner: str, failback: str, restart: int, lasts_s: int | None
) -> None:
    """Whatever else they do; and a table that nobody may write never moves by itself."""
    fault = {} if lasts_s is None else {"lasts_us": lasts_s * SECOND_US}
    scenario = drawn(*controllers, **fault)
    numbers = {"pollers.manner": manner, "pollers.failback": failback, "pollers.restart": restart}
    timing = netcore.timing_profile("published").changed({**SURE, **numbers})
    made = route_pollers.plan(Scene(scenario, scenario.faults[FAULT], timing)).mechanism
    may = [
        set(TABLES if one.scope == "subscription" else one.tables) for one in scenario.controllers.values()
    ]
    for trial in range(5):
        play = made.play(Streams(11, trial))
        assert isinstance(play, PollersPlay)
        for act in play.acts:
            if act.table is None:
                continue
            allowed = TABLES[act.table] in may[act.poller]
            assert allowed or act.kind in ("denied", "leaves")
            assert not (allowed and act.kind == "denied")
        for place, table in enumerate(TABLES):
            if not any(table in one for one in may):
                assert held(play)[place] == 0


@pytest.mark.parametrize("seed", [3, 11, 12])
@pytest.mark.parametrize("own", [{}, only(), only("via"), only("back"), only(*TABLES)], ids=str)
def test_one_controller_alone_is_the_design_with_one(own: dict[str, Any], seed: int) -> None:
    """Its pace and its rights count there as well."""
    scenario = drawn({"interval_s": 9, "tries_s": 2, **own})
    several, one = (metrics(race(scenario, name, seed)) for name in ("route-pollers", "route-poller"))
    apart = {"design", "title"}
    assert {k: v for k, v in several.items() if k not in apart} == {
        k: v for k, v in one.items() if k not in apart
    }


def test_the_design_with_one_tells_the_refusal_too() -> None:
    texts = [event.get("text", "") for event in race(drawn(only("via"), {}), "route-poller", 3)]
    assert [text for text in texts if "403 AuthorizationFailed" in text and text.startswith("PUT back")]
    assert "the failover is finished by hand" in texts
    numbers = {
        one.name
        for one in sweepable(drawn({"interval_s": 5}, {}), FAULT, [design(drawn({}), "route-poller")])
    }
    assert "poller.tries" in numbers and "poller.wait.high" not in numbers and "pollers.count" not in numbers


# What a hostile drawing costs.


def test_hundreds_of_controllers_are_refused_before_anything_is_read() -> None:
    raw = netcore.dump(two_tables())
    raw["controllers"] = {f"c{number}": {"name": "x"} for number in range(500)}
    (problem,) = netcore.read(raw).problems
    assert (problem.code, problem.pointer) == ("too-many", "/controllers")


@pytest.mark.parametrize(
    ("field", "value"),
    [("interval_s", 0.001), ("interval_s", 1e9), ("tries_s", -1), ("tries_s", 1e9), ("scope", "planet")],
)
def test_settings_out_of_bounds_are_problems_by_name(field: str, value: object) -> None:
    raw = netcore.dump(two_tables())
    raw["controllers"] = {"c1": {"name": "x", field: value}}
    reading = netcore.read(raw)
    assert reading.document is None
    assert {problem.pointer for problem in reading.problems} == {f"/controllers/c1/{field}"}


def test_rights_to_very_many_tables_are_read_and_warned_of_soon() -> None:
    """As many controllers, tables and rights as a document may have, none of them there or none of use."""
    raw = netcore.dump(two_tables())
    names = [f"table-{number}" for number in range(1_900)]
    raw["topology"]["route_tables"] |= {name: {"name": name, "routes": {}} for name in names}
    for tables in ([f"{name}-gone" for name in names[:500]], names[-500:]):
        raw["controllers"] = {f"c{number}": {"name": "x", **only(*tables)} for number in range(8)}
        begun = time.monotonic()
        reading = netcore.read(raw)
        assert len(reading.problems) == (1_001 if tables[0].endswith("gone") else 0)
        if reading.runnable and reading.document is not None:
            found = [one.code for one in netcore.warnings(reading.document)]
            assert found.count("controller-right-unused") == 8
        assert time.monotonic() - begun < 15
    raw["controllers"] = {"c1": {"name": "x", **only(*names)}}
    (problem,) = netcore.read(raw).problems
    assert problem.pointer == "/controllers/c1/tables"


def many_tables(count: int, controllers: int, **own: Any) -> netcore.Scenario:
    """[n1] .. [nN], each in a subnet of its own with a table of its own that leads to fw1."""
    raw = netcore.dump(drawn(*[own] * controllers))
    topology = raw["topology"]
    via = topology["route_tables"]["via"]
    for number in range(count):
        topology["route_tables"][f"t{number}"] = {**via, "name": f"t{number}"}
    return netcore.load(raw)


@pytest.mark.parametrize("own", [only(), {}, only("via")], ids=["nothing", "everything", "one table"])
@pytest.mark.parametrize("manner", ["reads", "writes"])
def test_controllers_of_very_many_tables_are_refused_by_name_and_soon(
    own: dict[str, Any], manner: str
) -> None:
    scenario = many_tables(1900, 8, interval_s=1, tries_s=0, **own)
    begun = time.monotonic()
    with pytest.raises(netcore.NotModelled, match=r"route tables"):
        plays(scenario, 1, pollers__manner=manner, routes__base=0, routes__span=0)
    assert time.monotonic() - begun < 20


def test_controllers_that_look_every_second_for_ever_are_refused_by_name_and_soon() -> None:
    """Eight of them meet a write that takes most of a day."""
    scenario = drawn(*[{"interval_s": 1, "tries_s": 0}] * 8)
    begun = time.monotonic()
    with pytest.raises(netcore.NotModelled, match=r"interval_s"):
        plays(scenario, 1, routes__base=80_000)
    assert time.monotonic() - begun < 5
