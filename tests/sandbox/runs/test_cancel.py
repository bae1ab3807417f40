"""Cancel a run: POST /runs/{id}/cancel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

from sandbox.runs import runner, services
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

    def test_a_finished_run_stays_as_it_is(self) -> None:
        run = self.done(self.queued(self.made))
        response = self.send(self.owner_client, "POST", f"/runs/{run.pk}/cancel")
        assert (response.status_code, response.json()["state"]) == (202, "succeeded")
        assert len(self.log(run)) == run.last_seq

    def test_of_others_is_not_there(self) -> None:
        run = self.queued(self.made)
        self.error(self.send(self.mate_client, "POST", f"/runs/{run.pk}/cancel"), 404)
        assert Run.objects.get(pk=run.pk).state == State.QUEUED
