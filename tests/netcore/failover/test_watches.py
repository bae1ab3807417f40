"""Probes through long and many silences: few are worked out, and they find what all of them find."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.mechanisms.balancer import BalancerFailover
from netcore.failover.streams import Streams
from netcore.failover.timing import timing_of
from netcore.failover.watches import Met, Watch
from tests.netcore.failover.scenes import FAULT, design, pair

SECOND = 1_000_000


def watch(threshold: int = 2) -> Watch:
    scenario = pair(threshold=threshold)
    made = plan(scenario, design(scenario, "balancer"), scenario.faults[FAULT], timing_of(scenario))
    assert isinstance(made.mechanism, BalancerFailover)
    return made.mechanism.watches[0]


@pytest.mark.parametrize("threshold", [1, 2, 5])
def test_the_probes_that_tell_find_what_all_of_them_find(
    threshold: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, luck = watch(threshold), random.Random(threshold)
    for trial in range(60):
        times = sorted(luck.sample(range(1, 600), luck.randint(1, 12)))
        met: Met = tuple(
            (time_s * SECOND, luck.choice(["ok", "timeout", "refused", "timeout"])) for time_s in times
        )
        one = replace(drawn, met=((0, "ok"), *met))
        few = one.see(Streams(1, trial))
        with monkeypatch.context() as patch:
            patch.setattr(Watch, "_telling", lambda self, phase_us, interval_us, count: list(range(count)))
            every = one.see(Streams(1, trial))
        assert few == every


def test_a_pause_of_months_costs_no_more_than_one_of_seconds() -> None:
    one = replace(watch(), met=((0, "timeout"), (10**13, "ok")))
    assert len(one._telling(0, 5 * SECOND, 2_000_000)) < 40
    seen = one.see(Streams(1, 0))
    assert [turn.up for turn in seen.turns] == [False, True]
    assert seen.turns[1].at_us > 10**13


def test_a_trial_with_a_pause_of_months_is_quick() -> None:
    raw = netcore.dump(pair())
    raw["faults"][FAULT] |= {"kind": "pause", "lasts_us": 10**13}
    scenario = netcore.load(raw)
    events = list(netcore.trials(scenario, [design(scenario, "balancer")], FAULT, 50, 1))
    assert events[-1]["n"] == 50
