"""Trials and sweeps in stretches: the same log whoever plays what, in whatever order, and after a death."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils.timezone import now

import netcore
from netcore.failover.outcomes import Judge
from sandbox.runs import chunks, runner, services
from sandbox.runs.models import ChunkState, Kind, Run, RunChunk, State
from sandbox.runs.parameters import BadParameters
from tests.sandbox.base import FAULT, SandboxTest

DESIGNS = ["address-move", "balancer"]
RACE: dict[str, Any] = {"fault": FAULT, "designs": DESIGNS, "seed": 7}
SWEEP = {**RACE, "parameter": "probe.interval", "values": [5, 10], "n": 60}
N = 300


class ChunksTest(SandboxTest):
    """A run whose stretches are played by others before, between and after."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        chunks._ready.clear()

    def lay_out(self, run: Run) -> None:
        """Make the stretches of a run as its worker would, and let it run."""
        Run.objects.filter(pk=run.pk).update(state=State.RUNNING, engine=netcore.ENGINE_VERSION)
        rows = [RunChunk(run=run, part=p, first=f, n=n) for p, f, n in chunks.questions(run)]
        RunChunk.objects.bulk_create(rows)

    def give_back(self, run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(state=State.QUEUED)

    def test_helpers_in_any_order_give_the_same_log(self) -> None:
        whole = self.log(self.done(self.trials(self.made, N)))
        for seed in range(3):
            run = self.trials(self.made, N)
            self.lay_out(run)
            rows = list(RunChunk.objects.filter(run=run))
            random.Random(seed).shuffle(rows)
            for row in rows[: len(rows) - seed]:
                RunChunk.objects.filter(pk=row.pk).update(state=ChunkState.TAKEN, token="mine")
                row.token = "mine"
                assert chunks.play(run, row)
            self.give_back(run)
            done = self.done(run)
            assert done.state == State.SUCCEEDED, done.reason
            assert self.log(run) == whole
            assert not RunChunk.objects.filter(run=run).exists()

    def test_a_helper_plays_until_nothing_is_left(self) -> None:
        run = self.trials(self.made, 100)
        self.lay_out(run)
        count = RunChunk.objects.filter(run=run).count()
        assert sum(chunks.help_once(run.pk) for _ in range(count + 3)) == count
        assert not RunChunk.objects.filter(run=run).exclude(state=ChunkState.DONE).exists()

    def test_the_stretch_of_a_killed_helper_is_played_by_somebody_else(self) -> None:
        whole = self.log(self.done(self.trials(self.made, N)))
        run = self.trials(self.made, N)
        self.lay_out(run)
        dead = chunks.take(run.pk)
        assert dead is not None
        RunChunk.objects.filter(pk=dead.pk).update(taken=now() - chunks.LEASE - timedelta(seconds=1))
        self.give_back(run)
        self.done(run)
        assert self.log(run) == whole

    def test_only_the_holder_of_the_lease_writes(self) -> None:
        run = self.trials(self.made, 100)
        self.lay_out(run)
        slow = chunks.take(run.pk)
        assert slow is not None
        RunChunk.objects.filter(pk=slow.pk).update(taken=now() - chunks.LEASE - timedelta(seconds=1))
        quick = chunks.take(run.pk)
        assert quick is not None
        assert quick.pk == slow.pk
        assert not chunks.play(run, slow)
        assert chunks.play(run, quick)

    def test_nobody_helps_a_run_that_is_cancelled_over_or_of_another_engine(self) -> None:
        run = self.trials(self.made, 100)
        self.lay_out(run)
        for change in ({"cancel": True}, {"state": State.FAILED}, {"engine": "another"}):
            was = Run.objects.filter(pk=run.pk).values(*change).get()
            Run.objects.filter(pk=run.pk).update(**change)
            assert not chunks.help_once(run.pk)
            Run.objects.filter(pk=run.pk).update(**was)
        assert chunks.help_once(run.pk)

    def test_what_fails_at_a_helper_is_given_back(self) -> None:
        run = self.trials(self.made, 100)
        self.lay_out(run)
        with mock.patch.object(chunks, "play", side_effect=MemoryError), self.assertLogs(chunks.log):
            assert not chunks.help_once(run.pk)
        assert not RunChunk.objects.filter(run=run).exclude(state=ChunkState.FREE).exists()

    def test_a_cancel_while_others_play_is_seen(self) -> None:
        run = self.trials(self.made, N)
        self.lay_out(run)
        RunChunk.objects.filter(run=run).update(state=ChunkState.TAKEN, token="away", taken=now())
        self.give_back(run)
        with mock.patch.object(chunks.time, "sleep", side_effect=lambda _: services.cancel(run)):
            done = self.done(run)
        assert done.state == State.CANCELLED

    def test_a_cancel_is_seen_within_a_stretch(self) -> None:
        run = self.trials(self.made, 50)
        played: list[int] = []

        def walked(judge: Any, changes: tuple[int, ...]) -> Any:
            played.append(1)
            services.cancel(run)
            return course(judge, changes)

        course = Judge.course
        with mock.patch.object(Judge, "course", walked), mock.patch.object(chunks, "_ASK_S", 0):
            done = self.done(run)
        assert done.state == State.CANCELLED
        assert len(played) == 1

    def test_help_is_called_for_where_there_is_much_to_do(self) -> None:
        with mock.patch.object(chunks.current_app, "send_task") as sent:
            self.done(self.trials(self.made, 100))
            assert sent.call_count == 0
            self.done(self.trials(self.made, chunks.WORTH_HELP))
            assert sent.call_count == chunks.MOST_HELPERS
        with (
            mock.patch.object(chunks.current_app, "send_task", side_effect=OSError),
            self.assertLogs(chunks.log),
        ):
            done = self.done(self.trials(self.made, chunks.WORTH_HELP))
        assert done.state == State.SUCCEEDED

    def test_trials_take_a_target_and_rates(self) -> None:
        asked = {**RACE, "n": 50, "target": {"recover_s": 20}, "rates": {"crash": 2, "pause-5": 1}}
        run = self.done(self.queued(self.made, Kind.TRIALS, asked))
        summary = self.log(run)[-2]
        assert summary["designs"][1]["target"]["recover_s"] == 20
        assert [one["per_month"] for one in summary["availability"]] == [2, 2]
        with pytest.raises(BadParameters):
            self.queued(self.made, Kind.TRIALS, {**asked, "target": {"recover_s": -1}})
        with pytest.raises(BadParameters, match="There is no rate 'quake'"):
            self.queued(self.made, Kind.TRIALS, {**asked, "rates": {"quake": 1}})

    def test_a_sweep_tells_its_points_in_order(self) -> None:
        whole = self.done(self.queued(self.made, Kind.SWEEP, SWEEP))
        events = self.log(whole)
        names = [event["event"] for event in events]
        assert names == ["sweep.point", "sweep.point", "sweep.summary", "run.finished"], whole.reason
        assert [event["value"] for event in events[:2]] == [5, 10]
        scenario = netcore.load(self.head(self.made).document)
        known = {design.id: design for design in netcore.all_designs()}
        plain = netcore.sweep(
            scenario, [known[one] for one in DESIGNS], FAULT, SWEEP["parameter"], [5, 10], 60, 7
        )
        assert [{k: v for k, v in e.items() if k != "seq"} for e in events[:3]] == list(plain)
        run = self.queued(self.made, Kind.SWEEP, SWEEP)
        self.lay_out(run)
        while chunks.help_once(run.pk):
            pass
        self.give_back(run)
        self.done(run)
        assert self.log(run) == events

    def test_a_sweep_that_makes_no_sense_is_refused_at_its_place(self) -> None:
        for change, pointer in (
            ({"parameter": "guess"}, "/parameters/parameter"),
            ({"values": [5, 1]}, "/parameters/values/1"),
            ({"values": []}, "/parameters/values"),
            ({"values": list(range(5, 25)), "n": 10_000}, "/parameters/n"),
            ({"parameter": "poll.period", "values": [0]}, "/parameters/values/0"),
        ):
            with pytest.raises(BadParameters) as refused:
                self.queued(self.made, Kind.SWEEP, {**SWEEP, **change})
            assert refused.value.pointer == pointer

    def test_the_time_of_a_sweep_is_limited(self) -> None:
        assert Kind.SWEEP in runner.TIME_LIMITS_S
