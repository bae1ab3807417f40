"""What a page asks by itself after an edit: not listed, under a limit of its own, soon forgotten."""

from __future__ import annotations

from typing import Any
from unittest import mock
from uuid import UUID

from django.core.cache import cache

from sandbox.runs import queries, reaching, services, tasks
from sandbox.runs.models import Kind, Run
from sandbox.sharing import services as sharing
from tests.sandbox.base import OUTBOUND, SandboxTest

MATRIX = {"protocol": "tcp", "ports": [443]}


class BackgroundTest(SandboxTest):
    """POST /scenarios/ID/runs with `background`."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.path = f"/scenarios/{self.made.pk}/runs"

    def start(self, kind: str = "matrix", parameters: Any = None, **more: Any) -> Any:
        body = {"kind": kind, "parameters": parameters or MATRIX, **more}
        return self.send(self.owner_client, "POST", self.path, body)

    def listed(self) -> list[str]:
        response: Any = self.send(self.owner_client, "GET", self.path)
        return [run["id"] for run in response.json()["items"]]

    def test_it_is_followed_by_its_id_and_listed_nowhere(self) -> None:
        run = self.start(background=True).json()
        assert self.listed() == []
        assert self.owner_client.get("/").context["runs"] == []
        assert self.send(self.owner_client, "GET", f"/runs/{run['id']}").status_code == 200
        assert self.send(self.mate_client, "GET", f"/runs/{run['id']}").status_code == 404
        asked = self.start().json()
        assert self.listed() == [asked["id"]]

    def test_it_leaves_room_for_what_people_ask(self) -> None:
        for _ in range(services.OPEN_QUESTIONS_PER_PERSON):
            revision = self.head(self.scenario())
            services.start(self.owner, revision, Kind.MATRIX, MATRIX, tell=False, background=True)
        self.error(self.start(background=True), 429)
        for _ in range(services.OPEN_QUESTIONS_PER_PERSON):
            assert self.start().status_code == 202
        self.error(self.start(), 429)

    def test_only_the_newest_edit_is_worth_an_answer(self) -> None:
        self.edit("Another", None)
        first, second = (self.start(background=True).json()["id"] for _ in range(2))
        other = self.start("difference", {"before": 1}, background=True).json()["id"]
        mine = self.start().json()["id"]
        newest = self.start(background=True).json()["id"]
        states = dict(Run.objects.values_list("pk", "state"))
        assert [states[UUID(one)] for one in (first, second, other, mine, newest)] == [
            "cancelled",
            "cancelled",
            "queued",
            "queued",
            "queued",
        ]

    def edit(self, name: str, matrix: Any, path: str = "", **body: Any) -> dict[str, Any]:
        patch = [{"op": "replace", "path": "/name", "value": name}]
        base = self.head(self.made).number
        sent = {"base": base, "matrix": matrix, **(body or {"patch": patch})}
        method = "POST" if path else "PATCH"
        answer: Any = self.send(self.owner_client, method, f"/scenarios/{self.made.pk}{path}", sent)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def test_it_is_asked_with_the_edit_in_one_request(self) -> None:
        answer = self.edit("First", MATRIX)
        assert answer["run"]["revision"] == answer["revision"] == 2
        run = Run.objects.get(pk=answer["run"]["id"])
        assert (run.kind, run.parameters, run.background, run.state) == ("matrix", MATRIX, True, "queued")
        two = [[{"op": "replace", "path": "/name", "value": name}] for name in "ab"]
        answer = self.edit("", MATRIX, "/edits", edits=two)
        assert answer["run"]["revision"] == answer["revision"] == 4
        assert Run.objects.get(pk=run.pk).state == "cancelled"
        assert self.edit("Nothing asked", None)["run"] is None

    def test_an_edit_is_saved_whatever_is_asked(self) -> None:
        assert self.edit("First", {"protocol": "nonsense"})["run"] is None
        with mock.patch.object(services, "clean", side_effect=RuntimeError("ours")):
            answer = self.edit("Second", MATRIX)
        assert (answer["revision"], answer["run"]) == (3, None)
        broken = [{"op": "remove", "path": "/topology/vnets/hub"}]
        answer = self.edit("", MATRIX, patch=broken)
        assert (answer["revision"], answer["runnable"], answer["run"]) == (4, False, None)

    def test_only_the_newest_are_kept_and_what_a_link_shows(self) -> None:
        revision = self.head(self.made)
        runs = []
        for _ in range(1 + services.KEPT_IN_BACKGROUND + services.AWAY_AT_ONCE):
            run = services.start(self.owner, revision, Kind.MATRIX, MATRIX, tell=False, background=True)
            runs.append(services.cancel(run).pk)
            if len(runs) == 1:
                sharing.create(self.made, self.owner, runs)
        kept = set(Run.objects.values_list("pk", flat=True))
        assert kept == {runs[0], *runs[-services.KEPT_IN_BACKGROUND :]}

    def test_other_kinds_have_no_background(self) -> None:
        error = self.error(self.start("trace", OUTBOUND, background=True), 422)
        assert error["pointer"] == "/background"

    def test_who_waits_is_told_that_the_engine_starts(self) -> None:
        run = self.queued(self.made, Kind.MATRIX, MATRIX)
        said: list[bool] = []

        def compiling() -> None:
            said.append(queries.payload(run)["engine_starts"])

        with mock.patch.object(reaching, "warm", compiling):
            tasks.warm("questions")
        assert said == [True]
        assert queries.payload(run)["engine_starts"] is False
        cache.set(queries.ENGINE_STARTS, True)
        assert (
            queries.payload(self.queued(self.made))["engine_starts"] is False
        )  # a trace waits for no kernel
