"""The collector: what the broker forgot is told again, what kills workers is given up."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

from django.utils.timezone import now

from sandbox.runs import queries, runner, tasks
from sandbox.runs.models import Run, State
from tests.sandbox.base import SandboxTest

LONG_AGO = queries.LEASE + timedelta(seconds=1)


class CollectTest(SandboxTest):
    """One run in every situation."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.run_row = self.queued(self.made)

    def swept(self) -> list[str]:
        """Collect and return the ids the broker was told."""
        with mock.patch.object(tasks.execute, "apply_async") as told:
            tasks.collect()
        return [call.args[0][0] for call in told.call_args_list]

    def change(self, **values: object) -> None:
        Run.objects.filter(pk=self.run_row.pk).update(**values)

    def test_a_queued_run_nobody_was_told_of(self) -> None:
        assert self.swept() == [str(self.run_row.pk)]

    def test_a_queued_run_just_told_is_left_alone_for_a_moment(self) -> None:
        self.change(published=now())
        assert self.swept() == []
        self.change(published=now() - timedelta(seconds=4))
        assert self.swept() == [str(self.run_row.pk)]
        assert self.swept() == []

    def test_the_longer_a_run_waits_the_rarer_it_is_told(self) -> None:
        self.change(created=now() - timedelta(seconds=60), published=now() - timedelta(seconds=20))
        assert self.swept() == []
        self.change(published=now() - timedelta(seconds=40))
        assert self.swept() == [str(self.run_row.pk)]

    def test_a_running_run_with_a_beating_worker_is_left_alone(self) -> None:
        runner.claim(self.run_row.pk)
        assert self.swept() == []

    def test_a_running_run_whose_worker_is_gone(self) -> None:
        runner.claim(self.run_row.pk)
        self.change(heartbeat=now() - LONG_AGO)
        assert self.swept() == [str(self.run_row.pk)]
        assert self.done(self.run_row).state == State.SUCCEEDED

    def test_a_finished_run_is_left_alone(self) -> None:
        self.done(self.run_row)
        assert self.swept() == []

    def test_the_third_death_of_a_worker_fails_the_run_with_the_reason(self) -> None:
        for attempt in range(1, 4):
            assert runner.claim(self.run_row.pk) is not None, attempt
            self.change(heartbeat=now() - LONG_AGO, published=None)
            if attempt < 3:
                assert self.swept() == [str(self.run_row.pk)]
        assert runner.claim(self.run_row.pk) is None
        assert self.swept() == []
        run = Run.objects.get(pk=self.run_row.pk)
        assert run.state == State.FAILED
        assert "died 3 times" in run.reason
        assert [event["event"] for event in self.log(run)] == ["run.finished"]

    def test_a_slow_worker_that_beats_again_is_not_given_up(self) -> None:
        runner.claim(self.run_row.pk)
        self.change(attempts=3)
        assert runner.fail_poisoned() == []

    def test_a_broker_that_is_away_is_tried_again(self) -> None:
        with (
            mock.patch.object(tasks.execute, "apply_async", side_effect=ConnectionError),
            self.assertLogs("sandbox.runs.tasks", "WARNING"),
        ):
            tasks.collect()
        assert self.swept() == [str(self.run_row.pk)]

    def test_a_worker_collects_when_it_is_ready(self) -> None:
        from celery.signals import worker_ready

        with mock.patch.object(tasks.execute, "apply_async") as told:
            worker_ready.send(sender=None)
        told.assert_called_once()
