"""Cancel a run: POST /runs/{id}/cancel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import transaction
from django.utils.timezone import now

from sandbox.runs import events, queries, runner, services, tasks
from sandbox.runs.models import Run, State
from tests.sandbox.base import SandboxTest


class CancelTest(SandboxTest):
    """A run of the owner."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def test_a_queued_run_ends_at_once(self) -> None:
        run = self.queued(self.made)
        response = self.send(self.owner_client, "POST", f"/runs/{run.pk}/cancel")
        assert (response.status_code, response.json()["state"]) == (202, "cancelled")
        assert [event["event"] for event in self.log(run)] == ["run.finished"]
        runner.execute(run.pk)  # its message comes late
        assert Run.objects.get(pk=run.pk).last_seq == 1

    def test_a_running_run_ends_at_its_next_step_and_keeps_what_it_found(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(1000):
                if number == 3:
                    services.cancel(run)
                yield {"event": "step", "number": number}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "FLUSH_S", 0):
            run = self.done(self.queued(self.made))
        assert (run.state, run.last_seq) == (State.CANCELLED, 5)
        assert "4 events until then are kept" in run.reason
        assert self.log(run)[-1]["state"] == "cancelled"

    def test_cancelled_trials_are_counted_as_trials(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            yield {"event": "trials.progress", "done": 50, "n": 1000, "designs": []}
            services.cancel(run)
            yield {"event": "trials.progress", "done": 150, "n": 1000, "designs": []}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "FLUSH_S", 0):
            run = self.done(self.trials(self.made))
        assert run.state == State.CANCELLED
        assert run.reason == "Cancelled; the 150 of 1,000 trials until then are kept."

    def test_a_finished_run_stays_as_it_is(self) -> None:
        run = self.done(self.queued(self.made))
        response = self.send(self.owner_client, "POST", f"/runs/{run.pk}/cancel")
        assert (response.status_code, response.json()["state"]) == (202, "succeeded")
        assert len(self.log(run)) == run.last_seq

    def test_of_others_is_not_there(self) -> None:
        run = self.queued(self.made)
        self.error(self.send(self.mate_client, "POST", f"/runs/{run.pk}/cancel"), 404)
        assert Run.objects.get(pk=run.pk).state == State.QUEUED

    def lose_the_worker(self, run: Run) -> None:
        lease = runner.claim(run.pk)
        assert lease
        lease.store([{"event": "step"}])
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - 2 * queries.LEASE)

    def test_a_run_whose_worker_was_lost_ends_at_once(self) -> None:
        run = self.queued(self.made)
        self.lose_the_worker(run)
        found = services.cancel(run)
        assert (found.state, found.last_seq) == (State.CANCELLED, 2)
        assert found.reason == "Cancelled after its worker was lost. The one event until then is kept."
        assert self.log(run)[-1]["event"] == "run.finished"

    def test_nobody_waits_for_a_hint_while_the_row_is_locked(self) -> None:
        run = self.queued(self.made)
        self.lose_the_worker(run)
        with (
            mock.patch("sandbox.runs.fanout.hint") as hint,
            self.captureOnCommitCallbacks(execute=True) as later,
        ):
            with transaction.atomic():
                assert events.finish_lapsed(run.pk, State.CANCELLED, "over")
            assert not hint.called
        assert len(later) == 1
        hint.assert_called_once_with(run.pk)

    def test_a_cancel_before_the_lease_has_lapsed_is_ended_by_the_collector(self) -> None:
        run = self.queued(self.made)
        self.lose_the_worker(run)
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - timedelta(seconds=1))
        assert services.cancel(run).state == State.RUNNING
        Run.objects.filter(pk=run.pk).update(heartbeat=now() - 2 * queries.LEASE)
        tasks.collect()
        assert Run.objects.get(pk=run.pk).state == State.CANCELLED

    def test_deleting_the_scenario_ends_its_runs(self) -> None:
        waiting, lost = self.queued(self.made), self.queued(self.made)
        self.lose_the_worker(lost)
        assert self.send(self.owner_client, "DELETE", f"/scenarios/{self.made.pk}").status_code == 204
        assert not queries.open_runs(self.owner).exists()
        assert {run.state for run in Run.objects.filter(pk__in=[waiting.pk, lost.pk])} == {State.CANCELLED}

    def test_a_worker_stops_when_the_scenario_is_deleted(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(1000):
                if number == 3:
                    type(self.made).objects.filter(pk=self.made.pk).update(deleted=now())
                yield {"event": "step", "number": number}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "FLUSH_S", 0):
            run = self.done(self.queued(self.made))
        assert (run.state, run.last_seq) == (State.CANCELLED, 5)

    def test_a_run_that_stores_too_much_keeps_what_fits(self) -> None:
        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(100):
                yield {"event": "step", "number": number, "text": "x" * 1000}

        with mock.patch.object(runner, "work", work), mock.patch.object(runner, "MAX_BYTES", 10_000):
            run = self.done(self.queued(self.made))
        assert (run.state, run.last_seq) == (State.FAILED, 10)
        assert "may store" in run.reason
