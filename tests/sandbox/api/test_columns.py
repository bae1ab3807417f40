"""GET columns of a run: its owner, whoever holds a share link of it, and nobody else."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

from sandbox.runs import services
from sandbox.runs.columns import decode
from sandbox.runs.models import EventColumns, Kind, Run
from sandbox.sharing import services as sharing
from tests.sandbox.base import API, SandboxTest

MATRIX = {"protocol": "tcp", "ports": [443, 22]}


class ColumnsTest(SandboxTest):
    """A matrix of the owner, shared; another one that is not."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.matrix = self.done(self.queued(self.made, Kind.MATRIX, MATRIX))
        self.other = self.done(self.queued(self.made, Kind.EXPOSED, {}))
        self.share, self.token = sharing.create(self.made, self.owner, [self.matrix.pk])
        self.path = f"/runs/{self.matrix.pk}/columns"
        self.shared = f"/shared/{self.token}/runs/{self.matrix.pk}/columns"

    def get(self, client: Client, path: str, **headers: str) -> HttpResponse:
        return client.get(f"{API}{path}", headers=headers)  # type: ignore[return-value]

    def test_the_owner_gets_every_table_that_the_events_announce(self) -> None:
        answer = self.get(self.owner_client, self.path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
        announced = [event for event in self.log(self.matrix) if event["event"] == "run.columns"]
        tables = decode(answer.content)
        assert [table.table for table in tables] == [event["table"] for event in announced]
        assert len(answer.content) == sum(event["bytes"] for event in announced)

    def test_only_what_is_behind_a_number(self) -> None:
        announced = [event for event in self.log(self.matrix) if event["event"] == "run.columns"]
        rest = decode(self.get(self.owner_client, f"{self.path}?after={announced[1]['seq']}").content)
        assert [table.table for table in rest] == [event["table"] for event in announced[2:]]
        assert self.get(self.owner_client, f"{self.path}?after={self.matrix.last_seq}").content == b""

    def test_what_has_ended_is_kept_by_the_browser_of_that_person(self) -> None:
        answer = self.get(self.owner_client, self.path)
        assert "immutable" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]
        again = self.get(self.owner_client, self.path, if_none_match=answer["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert self.get(self.owner_client, self.path, if_none_match='"other"').status_code == 200

    def test_what_goes_on_is_asked_again(self) -> None:
        queued = self.queued(self.made, Kind.MATRIX, MATRIX)
        answer = self.get(self.owner_client, f"/runs/{queued.pk}/columns")
        assert answer.content == b""
        assert "no-cache" in answer["Cache-Control"]
        self.done(queued)
        later = self.get(self.owner_client, f"/runs/{queued.pk}/columns", if_none_match=answer["ETag"])
        assert (later.status_code, len(later.content) > 0) == (200, True)

    def test_who_holds_the_link_gets_the_same_bytes(self) -> None:
        whole = self.get(self.owner_client, self.path).content
        for client in (self.client, self.mate_client):
            assert self.get(client, self.shared).content == whole
            self.error(self.get(client, f"/shared/{self.token}/runs/{self.other.pk}/columns"), 404)

    def test_a_revoked_link_gives_nothing_not_even_304(self) -> None:
        etag = self.get(self.client, self.shared)["ETag"]
        sharing.revoke(self.share)
        self.error(self.get(self.client, self.shared, if_none_match=etag), 404)

    def test_strangers_get_404_not_even_304(self) -> None:
        etag = self.get(self.owner_client, self.path)["ETag"]
        for client in (self.client, self.mate_client):
            self.error(self.get(client, self.path, if_none_match=etag), self.missing(client))

    def test_a_deleted_scenario_takes_its_columns_out_of_reach(self) -> None:
        services.delete_scenario(self.made)
        self.error(self.get(self.owner_client, self.path), 404)
        self.error(self.get(self.client, self.shared), 404)

    def test_columns_go_with_their_run(self) -> None:
        assert EventColumns.objects.filter(run=self.matrix).exists()
        Run.objects.get(pk=self.matrix.pk).delete()
        assert not EventColumns.objects.filter(run=self.matrix.pk).exists()

    def test_an_export_says_what_was_asked(self) -> None:
        answer = self.send(self.owner_client, "GET", f"/runs/{self.matrix.pk}/export.json")
        assert answer.json()["about"]["parameters"] == MATRIX
        assert self.send(self.owner_client, "GET", f"/runs/{self.matrix.pk}/export.csv").status_code == 200
