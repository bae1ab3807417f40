"""Delete and duplicate a scenario."""

from __future__ import annotations

from sandbox.scenarios.models import Scenario
from sandbox.sharing import services as sharing
from tests.sandbox.base import SandboxTest


class DeleteTest(SandboxTest):
    """DELETE /scenarios/{id}: gone for everybody."""

    def test_everything_of_it_is_gone(self) -> None:
        made = self.scenario()
        run = self.done(self.queued(made))
        _, token = sharing.create(made, self.owner, [run.pk])
        assert self.send(self.owner_client, "DELETE", f"/scenarios/{made.pk}").status_code == 204
        for path in (
            f"/scenarios/{made.pk}",
            f"/scenarios/{made.pk}/runs",
            f"/runs/{run.pk}",
            f"/runs/{run.pk}/events",
            f"/shared/{token}",
        ):
            self.error(self.send(self.owner_client, "GET", path), 404)
        assert self.send(self.owner_client, "GET", "/scenarios").json()["items"] == []
        assert self.owner_client.get(f"/s/{token}/").status_code == 404

    def test_twice_is_404(self) -> None:
        made = self.scenario()
        self.send(self.owner_client, "DELETE", f"/scenarios/{made.pk}")
        self.error(self.send(self.owner_client, "DELETE", f"/scenarios/{made.pk}"), 404)


class DuplicateTest(SandboxTest):
    """POST /scenarios/{id}/duplicate."""

    def test_the_copy_has_its_own_history(self) -> None:
        made = self.scenario()
        response = self.send(self.owner_client, "POST", f"/scenarios/{made.pk}/duplicate")
        assert response.status_code == 201
        copy = Scenario.objects.get(pk=response.json()["id"])
        assert copy.name == f"{made.name} (copy)"
        assert self.head(copy).number == 1
        assert self.head(copy).document["topology"] == self.head(made).document["topology"]

    def test_a_long_name_still_fits(self) -> None:
        made = self.scenario()
        patch = [{"op": "replace", "path": "/name", "value": "x" * 120}]
        self.send(self.owner_client, "PATCH", f"/scenarios/{made.pk}", {"base": 1, "patch": patch})
        response = self.send(self.owner_client, "POST", f"/scenarios/{made.pk}/duplicate")
        assert response.status_code == 201
