"""The workbench page and the shared page."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from django.http import HttpResponse

from sandbox.sharing import services as sharing
from tests.sandbox.base import SandboxTest


def bootstrap(response: HttpResponse) -> dict[str, Any]:
    """Return the data a page hands to its script."""
    found = re.search(
        r'<script id="[^"]*" type="application/json">(.*?)</script>', response.content.decode(), re.S
    )
    assert found, "no json_script on the page"
    data: dict[str, Any] = json.loads(found[1])
    return data


class ScenarioPageTest(SandboxTest):
    """GET /scenarios/<uuid>/."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def test_the_owner_gets_what_the_workbench_starts_with(self) -> None:
        response = self.owner_client.get(f"/scenarios/{self.made.pk}/")
        self.assertTemplateUsed(response, "workbench/scenario.html")
        data = bootstrap(response)
        assert data["scenario"] == {"id": str(self.made.pk), "name": self.made.name, "revision": 1}
        assert data["can"] == {"edit": True, "run": True, "share": True, "download": True}
        assert data["user"] == {"key": str(self.owner.pk), "name": "owner", "guest": False}
        assert self.owner_client.get(data["urls"]["scenario"]).status_code == 200
        assert self.owner_client.get(data["urls"]["runs"]).status_code == 200
        assert "csrftoken" in response.cookies

    def test_others_get_404(self) -> None:
        for client in (self.mate_client, self.client):
            assert client.get(f"/scenarios/{self.made.pk}/").status_code == 404
            assert client.get(f"/scenarios/{self.made.pk}/picture.svg").status_code == 404
        for name in (uuid.uuid4(), "nonsense"):
            assert self.owner_client.get(f"/scenarios/{name}/").status_code == 404

    def test_a_shared_page(self) -> None:
        run = self.done(self.queued(self.made))
        _, token = sharing.create(self.made, self.owner, [run.pk])
        mate = {"key": str(self.mate.pk), "name": "mate", "guest": False}
        for client, user in ((self.client, None), (self.mate_client, mate)):
            response = client.get(f"/s/{token}/")
            self.assertTemplateUsed(response, "workbench/shared.html")
            assert response["Referrer-Policy"] == "no-referrer"
            data = bootstrap(response)
            assert (data["mode"], data["user"], data["runs"]) == ("shared", user, [str(run.pk)])
            assert client.get(data["urls"]["shared"]).status_code == 200
            assert client.get(data["urls"]["run_events"].replace("{run}", str(run.pk))).status_code == 200

    def test_a_share_that_is_not_there(self) -> None:
        assert self.client.get(f"/s/{'x' * 32}/").status_code == 404
