"""List scenarios: GET /scenarios."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.sandbox.base import SandboxTest


class ListTest(SandboxTest):
    """My scenarios."""

    def test_lists_mine_newest_first_with_counts_and_no_documents(self) -> None:
        first, second = self.scenario("first-packet"), self.scenario("two-firewalls")
        items = self.send(self.owner_client, "GET", "/scenarios").json()["items"]
        assert [item["id"] for item in items] == [str(second.pk), str(first.pk)]
        assert items[0]["counts"]["vms"] == 4
        assert (items[0]["revision"], items[0]["url"]) == (1, f"/scenarios/{second.pk}/")
        assert "document" not in items[0]

    def test_does_not_list_those_of_others(self) -> None:
        self.scenario()
        assert self.send(self.mate_client, "GET", "/scenarios").json()["items"] == []

    def test_a_stranger_is_asked_to_sign_in(self) -> None:
        self.error(self.send(self.client, "GET", "/scenarios"), 401)

    def test_queries_do_not_grow_with_rows(self) -> None:
        self.scenario("first-packet")
        with CaptureQueriesContext(connection) as one:
            self.send(self.owner_client, "GET", "/scenarios")
        for _ in range(5):
            self.scenario("first-packet")
        with CaptureQueriesContext(connection) as six:
            self.send(self.owner_client, "GET", "/scenarios")
        assert (len(one), len(six)) == (3, 3)  # session, person, scenarios
        assert not [query for query in six if '"document"' in query["sql"]]
