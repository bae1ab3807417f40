"""The history of a scenario: GET /scenarios/{id}/revisions and the names of revisions."""

from __future__ import annotations

from typing import Any

from sandbox.scenarios import queries, services
from tests.sandbox.base import SandboxTest


class RevisionsTest(SandboxTest):
    """A scenario with three revisions."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario("first-packet")
        for number in (1, 2):
            patch = [{"op": "replace", "path": "/name", "value": f"Name {number}"}]
            services.apply_patch(self.made, number, patch, self.owner)

    def history(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.send(self.owner_client, "GET", f"/scenarios/{self.made.pk}/revisions{query}")
        assert answer.status_code == 200, answer.content
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def label(self, number: int, words: str) -> int:
        path = f"/scenarios/{self.made.pk}/revisions/{number}/label"
        return int(self.send(self.owner_client, "PUT", path, {"label": words}).status_code)

    def test_newest_first_with_who_and_when(self) -> None:
        items = self.history()
        assert [item["revision"] for item in items] == [3, 2, 1]
        assert items[0]["author"] == "owner" and items[0]["label"] is None
        assert [item["revision"] for item in self.history("?before=3")] == [2, 1]

    def test_a_revision_gets_a_name_another_and_none(self) -> None:
        assert self.label(2, "  Before the exam ") == 204
        assert self.history()[1]["label"] == "Before the exam"
        assert self.label(2, "After") == 204
        assert self.history()[1]["label"] == "After"
        assert self.label(2, "") == 204
        assert self.history()[1]["label"] is None

    def test_a_revision_that_is_not_there_has_no_name(self) -> None:
        assert self.label(9, "x") == 404
        assert self.label(1, "y" * 81) == 422

    def test_the_list_reads_no_documents_and_asks_once(self) -> None:
        with self.assertNumQueries(1):
            queries.revisions(self.made)
