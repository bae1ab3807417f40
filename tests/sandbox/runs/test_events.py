"""Read the log: GET /runs/{id}/events."""

from __future__ import annotations

from sandbox.runs import queries
from sandbox.runs.models import Event
from tests.sandbox.base import SandboxTest


class EventsTest(SandboxTest):
    """A finished trace."""

    def setUp(self) -> None:
        super().setUp()
        self.run_row = self.done(self.queued(self.scenario()))
        self.path = f"/runs/{self.run_row.pk}/events"

    def test_everything_from_the_start(self) -> None:
        body = self.send(self.owner_client, "GET", self.path).json()
        assert body["events"] == self.log(self.run_row)
        assert (body["state"], body["last_seq"]) == ("succeeded", self.run_row.last_seq)

    def test_page_by_page(self) -> None:
        log, after = [], 0
        while page := self.send(self.owner_client, "GET", f"{self.path}?after={after}&limit=2").json()[
            "events"
        ]:
            assert len(page) <= 2
            log += page
            after = page[-1]["seq"]
        assert log == self.log(self.run_row)

    def test_nothing_behind_a_hole_is_handed_out(self) -> None:
        Event.objects.filter(run=self.run_row, seq=3).delete()
        assert [event["seq"] for event in queries.events_after(self.run_row.pk, 0, 500)] == [1, 2]
        assert queries.events_after(self.run_row.pk, 2, 500) == []

    def test_odd_numbers_are_refused(self) -> None:
        for query in ("after=-1", "after=x", "limit=0", "limit=1001", "after=99999999999"):
            self.error(self.send(self.owner_client, "GET", f"{self.path}?{query}"), 422)

    def test_two_queries_behind_the_session(self) -> None:
        with self.assertNumQueries(4):  # session, person, run, events
            self.send(self.owner_client, "GET", self.path)

    def test_the_run_itself(self) -> None:
        body = self.send(self.owner_client, "GET", f"/runs/{self.run_row.pk}").json()
        assert (body["state"], body["kind"], body["reason"]) == ("succeeded", "trace", "")
        assert body["parameters"]["source"] == "vms/web1"
        assert body["created_at"] <= body["started_at"] <= body["finished_at"]
