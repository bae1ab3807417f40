"""Trials judged together come to what the walk and `Judge` say of each alone, compiled or not."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.failover.course import Course
from netcore.failover.designs import plan, playable
from netcore.failover.draws import Draws
from netcore.failover.fates import Fates
from netcore.failover.moments import Calls, Clocks
from netcore.failover.outcomes import OUTCOMES, Judge, Outcome
from netcore.failover.plays import Plays, plays_of
from netcore.failover.reduction import Block, Engine, Reduction
from netcore.failover.spread import NEVER
from netcore.failover.streams import Streams
from netcore.failover.timing import timing_of
from netcore.failover.trials import Player, Trials
from tests.netcore.failover.scenes import FAULT, design, pair, seeded

FATES = ((None, None), (None, None), ("VM_DOWN", "VM_DOWN"), (None, "STATE_MISSING"), ("LB_FLOW_RESET", None))
ENGINES: tuple[Engine, ...] = ("numba", "numpy")
SEEDS = Path(netcore.__file__).parents[1] / "sandbox" / "scenarios" / "seeds"


@cache
def judge_of(fault: str = FAULT) -> Judge:
    """Return a judge that is given its courses by hand."""
    raw = netcore.dump(pair())
    raw["faults"]["quiet"] = {"name": "quiet", "kind": "nothing", "at_us": 0}
    drawn = netcore.load(raw)
    timing = netcore.timing_profile("published")
    made = plan(drawn, design(drawn, "balancer"), drawn.faults[fault], timing)
    return Judge(Fates(made, timing), timing)


@st.composite
def courses(draw: Any, judge: Judge) -> Course:
    """Return moments of any kind that one sequence of changes could go through."""
    moments, attempts = draw(st.integers(1, 6)), sum(judge.weights.attempts) * 64
    shares = draw(st.lists(st.sampled_from((0, 0.5, 0.98, 0.995, 1)), min_size=moments, max_size=moments))
    left, existing = judge.weights.whole // 2, []
    for _ in range(draw(st.integers(0, 3))):
        series = tuple(draw(st.lists(st.sampled_from(FATES), min_size=moments, max_size=moments)))
        existing.append((draw(st.booleans()), series, draw(st.integers(1, left // 4))))
    code = st.tuples(st.sampled_from(("VM_DOWN", "NO_ROUTE")), st.integers(1, 10**9))
    codes = st.lists(code, max_size=2).map(tuple)
    losses = tuple((draw(codes), draw(codes)) for _ in range(moments))
    crooked = draw(st.lists(st.integers(0, attempts), min_size=moments, max_size=moments))
    return Course(
        tuple(round(share * attempts) for share in shares),
        attempts,
        tuple(existing),
        draw(st.integers(0, left // 8)),
        losses,
        tuple(crooked),
    )


def plays(changes: tuple[int, ...], rows: list[list[int]], until: list[int]) -> Plays:
    """Return trials that all go through the same changes."""
    count = len(rows)
    zeros = [np.zeros(count, np.int64) for _ in range(4)]
    made = Plays(*zeros, np.ones(count, bool), np.zeros(count, bool), np.array(until, np.int64))
    times = np.array(rows, np.int64).reshape(count, len(changes))
    made.groups[changes] = np.arange(count), times
    return made


def agree(found: Block, outcomes: list[Outcome]) -> None:
    """Compare a block with the outcomes of its trials, one by one."""
    assert found.new.tolist() == [NEVER if one.new_us is None else one.new_us for one in outcomes]
    for lost, one in zip(found.lost.tolist(), outcomes, strict=True):
        assert lost == pytest.approx(one.packets / one.scale.packets, rel=1e-12)
    assert found.outcomes == [sum(one.weights[number] for one in outcomes) for number in range(len(OUTCOMES))]
    causes: Counter[str] = Counter()
    for one in outcomes:
        for side in one.lost:
            causes.update(side)
    assert {code: lost for code, lost in found.causes.items() if lost} == {
        code: lost for code, lost in causes.items() if lost
    }
    assert found.crooked == sum(max(one.crooked, default=0) for one in outcomes)
    ends: Counter[tuple[Any, ...]] = Counter()
    for one in outcomes:
        for end, weight in one.ends:
            time_us = NEVER if end.time_us is None else end.time_us
            ends[OUTCOMES.index(end.outcome), time_us, end.stall_us, end.repair_us] += weight
    ours: Counter[tuple[Any, ...]] = Counter()
    for row, weight in zip(found.ends.tolist(), found.weights.tolist(), strict=True):
        ours[tuple(row)] += weight
    assert ours == ends


@pytest.mark.parametrize("fault", [FAULT, "quiet"])
@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(data=st.data())
def test_any_course_is_judged_as_judge_does(engine: Engine, fault: str, data: st.DataObject) -> None:
    judge = judge_of(fault)
    course = data.draw(courses(judge))
    changes = tuple(range(len(course.started) - 1))
    time_us = st.one_of(st.integers(0, 120_000_000), st.sampled_from((0, 200_000, 600_000, 60_000_000)))
    row = st.lists(time_us, min_size=len(changes), max_size=len(changes)).map(sorted)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    judge._courses = {changes: course}
    single = [
        SimpleNamespace(changes=list(zip(times, changes, strict=True)), clocks=Clocks(0, 0, 0))
        for times in rows
    ]
    outcomes = [judge.outcome(play) for play in single]  # type: ignore[arg-type]
    until = [max([times[-1] + 15_000_000 if times else 0, 30_000_000]) for times in rows]
    agree(Reduction(judge, engine).block(plays(changes, rows, until)), outcomes)


@pytest.mark.parametrize(
    "name",
    ["failover-01-balancer", "failover-03-route-rewrite", "failover-07-two-balancers", "failover-12-aws"],
)
def test_every_design_is_judged_as_the_walk_says(name: str) -> None:
    """Each fault, each design: all trials together, alone and one by one."""
    raw = json.loads((SEEDS / f"{name}.json").read_text("utf-8"))
    raw["timing_overrides"] = {**raw.get("timing_overrides", {}), "flows.ports": 4, "failure.balancer": 0.2}
    scenario = netcore.load(raw)
    timing, told = timing_of(scenario), 0
    for fault in scenario.faults.values():
        for made in playable(scenario, fault, timing):
            judge = Judge(Fates(made, timing), timing)
            draws = Draws(7, 3, 25)
            single = [made.mechanism.play(Streams(7, trial)) for trial in range(3, 28)]
            outcomes = [judge.outcome(play) for play in single]
            for engine in ENGINES:
                at_once = plays_of(made.mechanism, draws)
                agree(Reduction(judge, engine).block(at_once), outcomes)
            assert at_once.detect.tolist() == [_or(play.clocks.detect_us) for play in single]
            assert at_once.data.tolist() == [_or(play.clocks.data_us) for play in single]
            assert at_once.decide.tolist() == [play.decide_us for play in single]
            assert at_once.mended.tolist() == [play.by_hand_us is not None for play in single]
            together, alone = _columns(made, judge, "numba"), _columns(made, judge, "numpy")
            assert json.dumps(together) == json.dumps(alone)
            told += 1
    assert told >= 2


def _or(time_us: int | None) -> int:
    return NEVER if time_us is None else time_us


def _columns(made: Any, judge: Judge, engine: Engine) -> Any:
    player = Player(made, judge, engine)
    kept = player.columns()
    player.play(kept, 7, 0, 25)
    return kept.as_dict()


def test_a_balancer_says_its_trials_at_once_and_leaves_out_those_that_are_mended() -> None:
    raw = netcore.dump(pair()) | {"timing_overrides": {"failure.balancer": 0.3}}
    drawn = netcore.load(raw)
    made = plan(drawn, design(drawn, "balancer"), drawn.faults[FAULT], timing_of(drawn))
    found = made.mechanism.many(Draws(1, 0, 100))  # type: ignore[attr-defined]
    assert 10 < found.alone.sum() < 60
    at_once, singly = (plays_of(made.mechanism, Draws(1, 0, 100), singly=singly) for singly in (False, True))
    for name in ("detect", "decide", "control", "data", "apart", "mended", "until"):
        assert getattr(at_once, name).tolist() == getattr(singly, name).tolist(), name
    rows = [
        {
            place: (changes, times.tolist())
            for changes, (places, all_times) in one.groups.items()
            for place, times in zip(places.tolist(), all_times, strict=True)
        }
        for one in (at_once, singly)
    ]
    assert rows[0] == rows[1]


def test_figures_take_no_more_room_for_more_trials() -> None:
    drawn = pair()
    player = Trials(drawn, (design(drawn, "balancer"),), FAULT).players[0]
    sizes = []
    for trials in (1_000, 8_000):
        tracemalloc.start()
        kept = player.columns()
        for first in range(0, trials, 500):
            player.play(kept, 1, first, 500)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert kept.n == trials
    assert sizes[1] < 1.02 * sizes[0]


def test_calls_and_what_two_do_at_once_are_added_up() -> None:
    class Calling:
        def play(self, streams: Streams) -> Any:
            return SimpleNamespace(
                changes=[],
                clocks=Clocks(None, 2, 3),
                by_hand_us=None,
                dual_active_us=5,
                decide_us=1,
                calls=Calls(1, 2, 3, 9.0 - streams.trial),
            )

    made = plays_of(Calling(), Draws(1, 0, 3))  # type: ignore[arg-type]
    assert (made.calls, made.lowest_tokens, made.dual_active_us) == ((3, 6, 9), 7.0, 15)
    assert made.detect.tolist() == [NEVER] * 3
    assert list(made.groups) == [()]


def test_the_summary_is_the_same_with_and_without_numba() -> None:
    drawn = seeded()
    chosen = netcore.designs(drawn)[:2]
    found = [json.dumps(Trials(drawn, chosen, FAULT, 5, engine=one).chunk(0, 700)) for one in ENGINES]
    assert found[0] == found[1]
