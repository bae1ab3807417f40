"""The lease: one worker at a time, and a worker that lost it writes nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils.timezone import now

from sandbox.runs import events, queries, runner
from sandbox.runs.models import Event, Run, State
from tests.sandbox.base import CommittedTest, SandboxTest

LONG_AGO = queries.LEASE + timedelta(seconds=1)


class LeaseTest(SandboxTest):
    """One queued run."""

    def setUp(self) -> None:
        super().setUp()
        self.run_row = self.queued(self.scenario())

    def lapse(self) -> None:
        """Make the lease of the run run out."""
        Run.objects.filter(pk=self.run_row.pk).update(heartbeat=now() - LONG_AGO)

    def test_a_held_run_is_not_taken(self) -> None:
        assert runner.claim(self.run_row.pk) is not None
        assert runner.claim(self.run_row.pk) is None

    def test_a_run_whose_lease_ran_out_is_taken_with_another_token(self) -> None:
        first = runner.claim(self.run_row.pk)
        self.lapse()
        second = runner.claim(self.run_row.pk)
        assert first and second
        assert first.token != second.token
        assert Run.objects.get(pk=self.run_row.pk).attempts == 2

    def test_a_finished_run_is_not_taken(self) -> None:
        run = self.done(self.run_row)
        log = self.log(run)
        runner.execute(run.pk)  # the message is delivered again
        assert (self.log(run), Run.objects.get(pk=run.pk).attempts) == (log, 1)

    def test_a_run_that_does_not_exist_is_no_error(self) -> None:
        run_id = self.run_row.pk
        Run.objects.all().delete()
        runner.execute(run_id)

    def test_a_worker_that_lost_the_lease_writes_nothing(self) -> None:
        lease = runner.claim(self.run_row.pk)
        assert lease
        lease.store([{"event": "mine"}])
        self.lapse()
        runner.claim(self.run_row.pk)
        with pytest.raises(events.LeaseLost):
            lease.store([{"event": "too late"}])
        with pytest.raises(events.LeaseLost):
            lease.store([], (State.FAILED, "too late"))
        assert [event["event"] for event in self.log(self.run_row)] == ["mine"]
        assert Run.objects.get(pk=self.run_row.pk).state == State.RUNNING

    def test_a_worker_that_loses_the_lease_in_the_middle_stops_silently(self) -> None:
        seen: list[int] = []

        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(1000):
                seen.append(number)
                if number == 1:
                    self.lapse()
                    assert runner.claim(run.pk)
                yield {"event": "step", "number": number}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "FLUSH_S", 0):
            runner.execute(self.run_row.pk)
        run = Run.objects.get(pk=self.run_row.pk)
        assert (len(seen), run.state, run.last_seq) == (2, State.RUNNING, 1)

    def test_numbers_are_unique_in_the_database(self) -> None:
        constraints = {constraint.name for constraint in Event._meta.constraints}
        assert "event_run_seq" in constraints


class BeatTest(CommittedTest):
    """The heart beats while a single step takes long."""

    def test_a_long_step_keeps_the_lease(self) -> None:
        run = self.queued(self.scenario())
        lease = runner.claim(run.pk)
        assert lease
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - LONG_AGO)
        beaten = threading.Event()
        update = type(Run.objects.all()).update

        def seen(query: Any, **values: Any) -> int:
            rows = update(query, **values)
            if set(values) == {"heartbeat"}:
                beaten.set()
            return rows

        with (
            mock.patch.object(runner, "BEAT_S", 0.02),
            mock.patch.object(type(Run.objects.all()), "update", seen),
            runner.Heart(lease),
        ):
            assert beaten.wait(10)
        assert runner.claim(run.pk) is None
        assert not lease.lost

    def test_the_heart_notices_that_the_lease_is_lost(self) -> None:
        run = self.queued(self.scenario())
        lease = runner.claim(run.pk)
        assert lease
        Run.objects.filter(pk=run.pk).update(token="another")
        heart = runner.Heart(lease)
        with mock.patch.object(runner, "BEAT_S", 0.02), heart:
            heart._thread.join(10)
        assert lease.lost

    def test_of_many_workers_at_once_one_gets_the_run(self) -> None:
        run = self.queued(self.scenario())
        got: list[Any] = []
        ready = threading.Barrier(4)

        def claim() -> None:
            try:
                ready.wait(10)
                got.append(runner.claim(run.pk))
            finally:
                connection.close()

        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sum(lease is not None for lease in got) == 1
        assert Run.objects.get(pk=run.pk).attempts == 1
