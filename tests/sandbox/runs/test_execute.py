"""Do a run: what a worker stores, in which order, and how it ends."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

import netcore
from sandbox.runs import events, limits, runner
from sandbox.runs.models import Kind, Run, State
from sandbox.runs.work import RunRefused
from tests.sandbox.base import DESIGNS, FAULT, SandboxTest


class ExecuteTest(SandboxTest):
    """The owner's scenario with two firewalls."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def failing(self, error: Exception, after: int = 3) -> Any:
        """Return a patch that makes the work say some events and then raise."""

        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(after):
                yield {"event": "step", "number": number}
            raise error

        return mock.patch.object(runner, "work", work)

    def test_a_trace_says_every_step_then_the_verdicts_then_that_it_finished(self) -> None:
        run = self.done(self.queued(self.made))
        log = self.log(run)
        assert (run.state, run.reason, run.last_seq) == (State.SUCCEEDED, "", len(log))
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
        names = [event["event"] for event in log]
        assert names[0] == "trace.step"
        assert names[-1] == "run.finished"
        verdicts = [event for event in log if event["event"] == "trace.verdict"]
        assert [verdict["direction"] for verdict in verdicts] == ["forward", "return"]
        assert {verdict["verdict"]["outcome"] for verdict in verdicts} == {"delivered"}
        assert log[-1] == {"seq": len(log), "event": "run.finished", "state": "succeeded", "reason": ""}
        assert run.started and run.finished and run.started <= run.finished
        assert (run.engine, run.attempts, run.token) == (netcore.ENGINE_VERSION, 1, "")

    def test_nothing_but_the_lease_and_the_storing_stands_before_the_first_event(self) -> None:
        run = self.queued(self.made)
        with CaptureQueriesContext(connection) as asked:
            self.done(run)
        words = [query["sql"].split(maxsplit=1)[0] for query in asked.captured_queries]
        work = [word for word in words if word in ("SELECT", "INSERT", "UPDATE", "DELETE")]
        assert work[: work.index("INSERT")] == ["UPDATE", "SELECT", "UPDATE"]

    def test_the_same_run_twice_gives_the_same_log(self) -> None:
        designs = list(DESIGNS)
        for kind, parameters in (
            (Kind.TRACE, None),
            (Kind.FAILOVER, {"fault": FAULT, "designs": designs}),
            (Kind.TRIALS, {"fault": FAULT, "designs": designs, "n": 500}),
        ):
            first, second = (self.done(self.queued(self.made, kind, parameters)) for _ in range(2))
            assert first.state == State.SUCCEEDED, first.reason
            assert self.log(first) == self.log(second), kind

    def test_a_race_tells_both_designs_on_one_clock(self) -> None:
        designs = list(DESIGNS)
        run = self.done(self.queued(self.made, Kind.FAILOVER, {"fault": FAULT, "designs": designs}))
        assert run.state == State.SUCCEEDED, run.reason
        log = self.log(run)
        assert {event["design"] for event in log if "design" in event} == set(designs)
        moments = [event["t_us"] for event in log if event["event"] == "failover.event"]
        assert moments == sorted(moments)
        assert sum(event["event"] == "failover.metrics" for event in log) == len(designs)

    def test_trials_report_progress_and_a_summary(self) -> None:
        run = self.done(self.trials(self.made, 1000))
        assert run.state == State.SUCCEEDED, run.reason
        log = self.log(run)
        progress = [event["done"] for event in log if event["event"] == "trials.progress"]
        assert progress == sorted(progress)
        assert progress[-1] == 1000
        assert log[-2]["event"] == "trials.summary"
        assert (log[-2]["n"], log[-2]["seed"]) == (1000, 7)

    def test_an_error_of_the_engine_ends_the_run_in_words_and_keeps_what_was_found(self) -> None:
        run = self.queued(self.made)
        with self.failing(KeyError("x")), self.assertLogs("sandbox.runs.runner", "ERROR"):
            run = self.done(run)
        assert run.state == State.FAILED
        assert "our mistake" in run.reason
        assert [event["event"] for event in self.log(run)] == ["step"] * 3 + ["run.finished"]
        assert self.log(run)[-1]["reason"] == run.reason

    def test_what_the_engine_refuses_is_said_as_it_says_it(self) -> None:
        with self.failing(netcore.NotModelled("IPv6 through this gateway is not modelled")):
            run = self.done(self.queued(self.made))
        assert (run.state, run.reason) == (State.FAILED, "IPv6 through this gateway is not modelled")

    def test_no_memory_no_depth_and_no_time_each_have_a_sentence(self) -> None:
        class Interrupt(Exception):
            pass

        for error, words in (
            (MemoryError(), "memory"),
            (RecursionError(), "nested too deeply"),
            (runner.TookTooLong(), "20 seconds"),
            (Interrupt(), "20 seconds"),
            (RunRefused("Not like this."), "Not like this."),
        ):
            with self.failing(error):
                run = self.queued(self.made)
                runner.execute(run.pk, (Interrupt,))
            run.refresh_from_db()
            assert run.state == State.FAILED
            assert words in run.reason

    def test_a_run_that_takes_all_memory_fails_at_the_first_time_and_keeps_what_it_found(self) -> None:
        """To the last byte: nothing is left for the sentence, nor for what waits to be stored."""

        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(300):
                yield {"event": "step", "number": number}
            kept: list[Any] = []
            for size in (1_000_000, 10_000, *range(1000, 0, -8)):
                with contextlib.suppress(MemoryError):
                    while True:
                        kept = [bytes(size), kept]
            raise MemoryError

        run = self.queued(self.made)
        before = resource.getrlimit(resource.RLIMIT_AS)
        with mock.patch.object(runner, "work", work), limits.memory(200_000_000):
            assert runner.execute(run.pk)
        run.refresh_from_db()
        assert (run.state, run.attempts, run.last_seq) == (State.FAILED, 1, 301)
        assert "more memory" in run.reason
        assert resource.getrlimit(resource.RLIMIT_AS) == before

    def test_a_run_over_its_time_is_stopped_between_two_events(self) -> None:
        with mock.patch.dict(runner.TIME_LIMITS_S, {Kind.TRACE: 0}):
            run = self.done(self.queued(self.made))
        assert run.state == State.FAILED
        assert "took longer" in run.reason

    def test_a_run_cannot_fill_the_log_without_end(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            while True:
                yield {"event": "again"}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "MAX_EVENTS", 500):
            run = self.done(self.queued(self.made))
        assert (run.state, run.last_seq) == (State.FAILED, 501)
        assert "500 events" in run.reason

    def test_the_first_event_is_stored_before_the_second_is_asked_for(self) -> None:
        stored: list[int] = []

        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(5):
                stored.append(len(self.log(run)))
                yield {"event": "step", "number": number}

        with mock.patch.object(runner, "work", work):
            run = self.done(self.queued(self.made))
        assert stored[1] == 1
        assert len(self.log(run)) == 6

    def test_later_events_are_stored_in_batches(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(1000):
                yield {"event": "step", "number": number}

        sizes: list[int] = []
        store = events.store

        def counted(run_id: Any, last_seq: int, payloads: Any) -> None:
            sizes.append(len(payloads))
            store(run_id, last_seq, payloads)

        with mock.patch.object(runner, "work", work), mock.patch.object(events, "store", counted):
            run = self.done(self.queued(self.made))
        assert (sum(sizes), run.last_seq) == (1001, 1001)
        assert len(sizes) < 30
        assert max(sizes) <= runner.FLUSH_EVENTS
