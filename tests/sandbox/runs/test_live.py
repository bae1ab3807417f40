"""A live run: its clock, its inbox, who may steer it, what a lost worker leaves, and what is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.test import override_settings

import netcore
from sandbox.runs import live, queries, runner, services
from sandbox.runs.models import Kind, LiveCommand, Run, State
from sandbox.scenarios.models import Scenario
from tests.sandbox.base import DESIGNS, SandboxTest

VM = "fw1"
CRASH = {"kind": "inject", "step": {"kind": "crash", "vm": VM}}
RESTORE = {"kind": "inject", "step": {"kind": "restore", "vm": VM}}
END = {"kind": "end"}


class Wall:
    """The clock on the wall, which only sleeping moves; ``at`` does something when it shows a time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.plans: list[tuple[float, Callable[[], object]]] = []

    def at(self, second: float, what: Callable[[], object]) -> None:
        self.plans.append((second, what))

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        due = [one for one in self.plans if one[0] <= self.now]
        self.plans = [one for one in self.plans if one[0] > self.now]
        for _, what in due:
            what()


class LiveTest(SandboxTest):
    """The owner's scenario with two firewalls, played at ten times the pace of the wall."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.wall = Wall()
        clock = mock.patch.object(live, "time", self.wall)
        clock.start()
        self.addCleanup(clock.stop)

    def live(self, **more: Any) -> Run:
        parameters = {"designs": list(DESIGNS), "protects": VM, "pace": 10.0, "seed": 5, **more}
        return self.queued(self.made, Kind.LIVE, parameters)

    def ask(self, run: Run, command: Any) -> int:
        return services.command(run, self.owner, command)

    def plan(self, run: Run, *planned: tuple[float, Any]) -> None:
        for second, command in planned:
            self.wall.at(second, lambda command=command: self.ask(run, command))

    def post(self, run: Run, command: Any, client: Any = None) -> Any:
        return self.send(client or self.owner_client, "POST", f"/runs/{run.pk}/commands", command)

    def test_plays_what_people_ask_for_and_saves_it(self) -> None:
        run = self.live()
        self.plan(run, (0.5, CRASH), (6, RESTORE), (6.5, CRASH), (9, END))
        run = self.done(run)
        assert run.state == State.SUCCEEDED, run.reason
        log = self.log(run)
        assert log[0] == {
            "seq": 1,
            "event": "live.started",
            "designs": list(DESIGNS),
            "protects": VM,
            "pace": 10.0,
        }
        commands = [one for one in log if one["event"] == "live.command"]
        assert [(one["number"], one["accepted"], one["by"]) for one in commands] == [
            (number, True, "owner") for number in (1, 2, 3, 4)
        ]
        assert abs(commands[0]["t_us"] - 5_000_000) <= 1_000_000
        times = [one.get("t_us", one.get("to_us")) for one in log]
        known = [one for one in times if one is not None]
        assert known == sorted(known)
        clocks = [one for one in log if one["event"] == "live.clock"]
        assert len(clocks) >= 8 and clocks[-1]["over"] is True
        assert [one["event"] for one in log[-4:]] == [
            "failover.metrics",
            "failover.metrics",
            "live.saved",
            "run.finished",
        ]
        saved = Scenario.objects.get(pk=log[-2]["scenario"])
        assert saved.owner == self.owner and "(live, " in saved.name
        assert log[-2]["url"] == saved.get_absolute_url()
        document = netcore.load(self.head(saved).document)
        assert [step.kind.value for step in document.faults[log[-2]["fault"]].then] == [
            "crash",
            "restore",
            "crash",
        ]

    def test_the_saved_timeline_replays_to_the_same(self) -> None:
        run = self.live()
        self.plan(run, (0.5, CRASH), (6, RESTORE), (9, END))
        log = self.log(self.done(run))
        saved = self.head(Scenario.objects.get(pk=log[-2]["scenario"]))
        race = {"fault": log[-2]["fault"], "designs": list(DESIGNS), "seed": 5}
        again = self.log(self.done(services.start(self.owner, saved, Kind.FAILOVER, race, tell=False)))
        end = log[-2 - len(DESIGNS) - 1].get("to_us")

        def told(events: list[dict[str, Any]]) -> list[str]:
            kept = [{k: v for k, v in one.items() if k != "seq"} for one in events]
            return sorted(
                repr(sorted(one.items()))
                for one in kept
                if one["event"] in ("failover.event", "failover.moment", "failover.span", "failover.strip")
                and one.get("t_us", one.get("to_us", 0)) < end
            )

        assert told(log) and told(log) == told(again)

    def test_a_refusal_is_an_event_and_the_run_goes_on(self) -> None:
        run = self.live()
        self.plan(run, (1, RESTORE), (2, CRASH), (3, END))
        log = self.log(self.done(run))
        commands = [one for one in log if one["event"] == "live.command"]
        assert [one["accepted"] for one in commands] == [False, True, True]
        assert "runs already" in commands[0]["reason"]

    def test_a_pause_stops_the_clock(self) -> None:
        run = self.live()
        self.plan(run, (1, {"kind": "pace", "pace": 0}), (50, {"kind": "pace", "pace": 60}), (51, END))
        log = self.log(self.done(run))
        commands = [one["t_us"] for one in log if one["event"] == "live.command"]
        assert commands[0] == commands[1]
        assert abs(commands[2] - commands[1] - 60_000_000) < 6_000_000

    def test_ends_by_itself_when_nobody_asks_for_anything(self) -> None:
        run = self.done(self.live())
        assert run.state == State.SUCCEEDED
        assert self.wall.now >= live.IDLE_S

    def test_a_cancel_stops_without_saving(self) -> None:
        run = self.live()
        self.wall.at(1, lambda: Run.objects.filter(pk=run.pk).update(cancel=True))
        with mock.patch.object(runner, "CANCEL_S", 0):
            run = self.done(run)
        assert run.state == State.CANCELLED
        assert Scenario.objects.count() == 1

    def test_a_run_that_lost_its_worker_goes_on_behind_its_log(self) -> None:
        whole = None
        for cut in (1, 4, 9, 30, 60, 75, 90):
            with self.subTest(cut=cut):
                self.wall.now, self.wall.plans = 0.0, []
                run = self.live()
                self.plan(run, (0.5, CRASH), (6, RESTORE), (9, END))
                real = runner.events.append

                def dying(*arguments: Any, real: Any = real, run: Run = run, cut: int = cut) -> int:
                    last = real(*arguments)
                    if last >= cut and Run.objects.get(pk=run.pk).attempts == 1:
                        raise _Killed
                    return int(last)

                with mock.patch.object(runner.events, "append", dying):
                    try:
                        runner.execute(run.pk)
                    except _Killed:
                        Run.objects.filter(pk=run.pk).update(heartbeat=None, state=State.RUNNING)
                before = self.log(run)
                assert before[-1]["event"] != "run.finished"
                self.wall.now += 1000
                run = self.done(run)
                assert (run.state, run.attempts) == (State.SUCCEEDED, 2), run.reason
                log = self.log(run)
                assert log[: len(before)] == before
                kinds = [one["command"]["kind"] for one in log if one["event"] == "live.command"]
                assert kinds == ["inject", "inject", "end"]
                times = [one.get("t_us", one.get("to_us")) for one in log]
                known = [one for one in times if one is not None]
                assert known == sorted(known)
                assert whole is None or len(log) > 0
                whole = log
                Scenario.objects.exclude(pk=self.made.pk).delete()

    def test_who_may_steer(self) -> None:
        run = self.live()
        assert self.post(run, CRASH).json() == {"number": 1}
        assert self.post(run, CRASH).status_code == 202
        assert self.post(run, CRASH, self.mate_client).status_code == 404
        assert self.post(run, CRASH, self.client).status_code in (401, 403, 404)
        assert [row.number for row in queries.commands_after(run.pk, 1)] == [2]

    def test_malformed_commands_are_refused_in_words(self) -> None:
        run = self.live()
        for wrong in (
            {},
            {"kind": "dance"},
            {"kind": "pace", "pace": -1},
            {"kind": "pace", "pace": 1e9},
            {"kind": "inject"},
            {"kind": "inject", "step": {"kind": "earthquake"}},
            {"kind": "end", "now": True},
        ):
            response = self.post(run, wrong)
            assert response.status_code == 422, wrong
            assert response.json()["error"]["message"]
        assert not LiveCommand.objects.exists()

    def test_a_run_that_is_over_or_not_live_takes_none(self) -> None:
        run = self.live()
        self.plan(run, (1, END))
        self.done(run)
        assert self.post(run, CRASH).status_code == 409
        assert self.post(self.queued(self.made), CRASH).status_code == 409

    def test_too_many_commands_are_refused(self) -> None:
        run = self.live()
        for _ in range(services.COMMANDS_PER_MINUTE):
            self.ask(run, {"kind": "pace", "pace": 1})
        assert self.post(run, CRASH).status_code == 429

    def test_two_live_runs_at_once(self) -> None:
        self.live()
        self.live()
        body = {"kind": "live", "parameters": {"designs": list(DESIGNS), "protects": VM}}
        response = self.send(self.owner_client, "POST", f"/scenarios/{self.made.pk}/runs", body)
        assert response.status_code == 429
        assert "live" in response.json()["error"]["message"]

    def test_parameters_are_checked(self) -> None:
        for wrong in (
            {"protects": "nobody"},
            {"designs": []},
            {"designs": ["route-server"]},
            {"pace": 0.1},
            {"pace": 500},
            {"fault": "x"},
        ):
            with self.subTest(wrong=wrong), pytest.raises(services.BadParameters):
                self.live(**wrong)

    @override_settings(SCENARIOS_PER_PERSON=1)
    def test_no_room_for_what_was_played_is_said(self) -> None:
        run = self.live()
        self.plan(run, (1, END))
        run = self.done(run)
        assert run.state == State.FAILED
        assert "could not be saved" in run.reason


class _Killed(BaseException):
    """The worker dies here."""
