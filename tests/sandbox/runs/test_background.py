"""What a page asks by itself after an edit: not listed, under a limit of its own, soon forgotten."""

from __future__ import annotations

from typing import Any
from unittest import mock

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
            assert self.start(background=True).status_code == 202
        self.error(self.start(background=True), 429)
        for _ in range(services.OPEN_QUESTIONS_PER_PERSON):
            assert self.start().status_code == 202
        self.error(self.start(), 429)

    def test_only_the_newest_are_kept_and_what_a_link_shows(self) -> None:
        revision = self.head(self.made)
        runs = []
        for _ in range(services.KEPT_IN_BACKGROUND + 3):
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
