"""A run that lost its worker goes on behind its last stored event."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils.timezone import now

from sandbox.runs import events, queries, runner
from sandbox.runs.models import Event, Run, State
from tests.sandbox.base import SandboxTest

TRIALS = 200
"""Enough for a score of events to die between."""

LONG_AGO = queries.LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """As SIGKILL: nothing after it is done by the worker."""


class ResumeTest(SandboxTest):
    """Trials whose worker dies."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        whole = self.done(self.trials(self.made, TRIALS))
        assert whole.state == State.SUCCEEDED, whole.reason
        self.whole = self.log(whole)
        assert len(self.whole) > 3, "too few events to die between"

    def die_after(self, run: Run, stored: int) -> None:
        """Do a run on a worker that is killed when so many events are stored; let its lease run out."""
        append = events.append

        def dying(run_id: object, token: str, last_seq: int, payloads: object, finish: object = None) -> int:
            if last_seq >= stored:
                raise Killed
            return append(run_id, token, last_seq, payloads, finish)  # type: ignore[arg-type]

        with (
            mock.patch.object(events, "append", dying),
            mock.patch.object(runner, "FLUSH_S", 0),
            pytest.raises(Killed),
        ):
            runner.execute(run.pk)
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - LONG_AGO)

    def test_no_event_is_lost_and_none_is_there_twice(self) -> None:
        for stored in range(1, len(self.whole) - 1):
            run = self.trials(self.made, TRIALS)
            self.die_after(run, stored)
            assert Run.objects.get(pk=run.pk).state == State.RUNNING
            assert self.log(run) == self.whole[:stored]
            run = self.done(run)
            assert (run.state, run.attempts) == (State.SUCCEEDED, 2)
            assert self.log(run) == self.whole

    def test_a_log_the_engine_does_not_repeat_is_not_continued(self) -> None:
        run = self.trials(self.made, TRIALS)
        self.die_after(run, 2)
        Event.objects.filter(run=run, seq=2).update(payload={"event": "trials.progress", "done": 1})
        with self.assertLogs("sandbox.runs.runner", "ERROR"):
            run = self.done(run)
        assert (run.state, run.last_seq) == (State.FAILED, 3)
        assert "did not repeat" in run.reason

    def test_a_run_is_not_continued_on_another_engine(self) -> None:
        run = self.trials(self.made, TRIALS)
        self.die_after(run, 2)
        Run.objects.filter(pk=run.pk).update(engine="0.0.0-before")
        run = self.done(run)
        assert (run.state, run.last_seq) == (State.FAILED, 3)
        assert "0.0.0-before" in run.reason

    def test_a_cancel_while_nobody_works_is_kept(self) -> None:
        run = self.trials(self.made, TRIALS)
        self.die_after(run, 2)
        Run.objects.filter(pk=run.pk).update(cancel=True)
        run = self.done(run)
        assert (run.state, run.last_seq) == (State.CANCELLED, 3)

    def test_a_database_that_is_away_does_not_end_the_run(self) -> None:
        run = self.trials(self.made, TRIALS)
        with (
            mock.patch.object(events, "append", side_effect=OperationalError("gone")),
            self.assertLogs("sandbox.runs.runner", "ERROR"),
        ):
            runner.execute(run.pk)
        assert Run.objects.get(pk=run.pk).state == State.RUNNING
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - LONG_AGO)
        assert self.done(run).state == State.SUCCEEDED
        assert self.log(run) == self.whole
