"""Settings: how pages look, take everything along, delete the account."""

from __future__ import annotations

import json
from typing import cast

from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from sandbox.accounts.models import User
from sandbox.runs.models import Kind, Run
from sandbox.scenarios.models import Scenario
from tests.sandbox.base import OUTBOUND, SandboxTest


class SettingsTest(SandboxTest):
    """The owner has one scenario; the mate has another."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def exported(self, user: User) -> list[dict[str, object]]:
        client = AsyncClient()
        client.force_login(user)

        async def read() -> bytes:
            response = await client.get("/settings/export/")
            assert "attachment" in response["Content-Disposition"]
            streamed = cast(StreamingHttpResponse, response)
            return b"".join([part async for part in aiter(streamed)])

        documents: list[dict[str, object]] = json.loads(async_to_sync(read)())
        return documents

    def test_strangers_sign_in_first(self) -> None:
        for path in ("/settings/", "/settings/export/"):
            assert self.client.get(path).status_code == 302
        assert self.client.post("/settings/delete/", {"name": self.owner.username}).status_code == 302
        assert User.objects.filter(pk=self.owner.pk).exists()

    def test_everything_of_ones_own_in_one_file_and_nothing_else(self) -> None:
        assert [one["name"] for one in self.exported(self.owner)] == [self.made.name]
        assert self.exported(self.mate) == []

    def test_deleting_needs_the_name(self) -> None:
        refused = self.owner_client.post("/settings/delete/", {"name": "somebody else"})
        self.assertContains(refused, "nothing was deleted", status_code=422)
        assert Scenario.objects.filter(pk=self.made.pk).exists()

    def test_deleting_takes_scenarios_runs_and_links_along(self) -> None:
        self.queued(self.made, Kind.TRACE, OUTBOUND)
        self.send(self.owner_client, "POST", f"/scenarios/{self.made.pk}/shares", {"runs": []})
        response = self.owner_client.post("/settings/delete/", {"name": self.owner.username})
        self.assertRedirects(response, "/", fetch_redirect_response=False)
        assert not User.objects.filter(pk=self.owner.pk).exists()
        assert not Scenario.objects.filter(pk=self.made.pk).exists() and not Run.objects.exists()
        assert self.owner_client.get("/settings/").status_code == 302
