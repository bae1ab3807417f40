"""Make, list and revoke share links, and what they open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from sandbox.runs.models import Run
from sandbox.sharing import services
from sandbox.sharing.models import Share
from tests.sandbox.base import OUTBOUND, SandboxTest


class ShareTest(SandboxTest):
    """The owner's scenario with one finished trace."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.run_row = self.done(self.queued(self.made))
        self.path = f"/scenarios/{self.made.pk}/shares"

    def share(self, *runs: Run) -> tuple[str, str]:
        """Return id and token of a new link."""
        body = {"runs": [str(run.pk) for run in runs]}
        response = self.send(self.owner_client, "POST", self.path, body)
        assert response.status_code == 201, response.content
        made = response.json()
        assert made["url"].startswith("http://testserver/s/"), made
        return made["id"], made["url"].rstrip("/").rsplit("/", 1)[1]

    def edit(self) -> None:
        patch = [{"op": "replace", "path": "/name", "value": "Later"}]
        self.send(self.owner_client, "PATCH", f"/scenarios/{self.made.pk}", {"base": 1, "patch": patch})

    def test_whoever_holds_the_link_sees_scenario_and_run(self) -> None:
        _, token = self.share(self.run_row)
        for client in (self.client, self.mate_client, self.owner_client):
            body = self.send(client, "GET", f"/shared/{token}").json()
            assert (body["name"], body["revision"]) == (self.made.name, 1)
            assert body["can"] == {"fork": True}
            assert [run["id"] for run in body["runs"]] == [str(self.run_row.pk)]
            path = f"/shared/{token}/runs/{self.run_row.pk}/events"
            assert self.send(client, "GET", path).json()["events"] == self.log(self.run_row)
            routes = self.send(client, "GET", f"/shared/{token}/routes?nic=web1-nic").json()
            assert routes["routes"]

    def test_a_link_opens_nothing_else(self) -> None:
        other = self.done(self.queued(self.made))
        _, token = self.share(self.run_row)
        for path in (
            f"/shared/{token}/runs/{other.pk}/events",
            f"/shared/{token}/runs/nonsense/events",
            f"/shared/{token}x",
            "/shared/none",
            f"/runs/{self.run_row.pk}",
            f"/scenarios/{self.made.pk}",
        ):
            status = 404 if path.startswith("/shared/") else 401
            self.error(self.send(self.client, "GET", path), status)

    def test_a_link_stays_at_its_revision(self) -> None:
        _, token = self.share(self.run_row)
        self.edit()
        body = self.send(self.client, "GET", f"/shared/{token}").json()
        assert (body["revision"], body["name"]) == (1, "Two firewalls behind a load balancer")
        _, with_run = self.share(self.run_row)
        assert self.send(self.client, "GET", f"/shared/{with_run}").json()["revision"] == 1
        _, without = self.share()
        assert self.send(self.client, "GET", f"/shared/{without}").json()["revision"] == 2

    def test_runs_that_do_not_belong_together_are_refused(self) -> None:
        self.edit()
        later = self.queued(self.made)
        elsewhere = self.queued(self.scenario())
        for runs in ([self.run_row, later], [elsewhere]):
            body = {"runs": [str(run.pk) for run in runs]}
            error = self.error(self.send(self.owner_client, "POST", self.path, body), 422)
            assert error["code"] == "not_shareable"
        self.error(self.send(self.owner_client, "POST", self.path, {"runs": ["nonsense"]}), 422)
        assert not Share.objects.exists()

    def test_the_token_is_long_and_not_stored(self) -> None:
        share_id, token = self.share()
        assert len(token) >= 32
        row = Share.objects.values().get(pk=share_id)
        assert token not in str(row)

    def test_the_list_does_not_show_tokens(self) -> None:
        share_id, token = self.share(self.run_row)
        response = self.send(self.owner_client, "GET", self.path)
        item = response.json()["items"][0]
        assert (item["id"], item["revision"], item["runs"]) == (share_id, 1, [str(self.run_row.pk)])
        assert token not in response.content.decode()

    def test_revoked_is_gone(self) -> None:
        share_id, token = self.share(self.run_row)
        assert self.send(self.owner_client, "DELETE", f"/shares/{share_id}").status_code == 204
        for path in ("", "/routes?nic=web1-nic", f"/runs/{self.run_row.pk}/events"):
            self.error(self.send(self.client, "GET", f"/shared/{token}{path}"), 404)
        assert self.client.get(f"/s/{token}/").status_code == 404
        assert self.send(self.owner_client, "GET", self.path).json()["items"] == []
        self.error(self.send(self.owner_client, "DELETE", f"/shares/{share_id}"), 404)

    def test_expired_is_gone(self) -> None:
        share_id, token = self.share()
        expires = Share.objects.get(pk=share_id).expires
        assert expires
        assert expires > now() + timedelta(days=30)
        Share.objects.filter(pk=share_id).update(expires=now() - timedelta(seconds=1))
        self.error(self.send(self.client, "GET", f"/shared/{token}"), 404)

    def test_only_the_owner_makes_lists_and_revokes(self) -> None:
        share_id, _ = self.share()
        for client in (self.mate_client, self.client):
            self.error(self.send(client, "POST", self.path, {"runs": []}), self.missing(client))
            self.error(self.send(client, "GET", self.path), self.missing(client))
            self.error(self.send(client, "DELETE", f"/shares/{share_id}"), self.missing(client))
        assert Share.objects.get(pk=share_id).revoked is None

    def test_answers_are_not_handed_to_other_sites_by_referrer(self) -> None:
        _, token = self.share()
        assert self.send(self.client, "GET", f"/shared/{token}")["Referrer-Policy"] == "no-referrer"

    def test_a_scenario_has_so_many_links(self) -> None:
        for _ in range(services.SHARES_PER_SCENARIO):
            services.create(self.made, self.owner, [])
        self.error(self.send(self.owner_client, "POST", self.path, {"runs": []}), 422)

    def test_a_holder_runs_nothing(self) -> None:
        self.share(self.run_row)
        body: dict[str, Any] = {"kind": "trace", "parameters": OUTBOUND}
        self.error(self.send(self.mate_client, "POST", f"/scenarios/{self.made.pk}/runs", body), 404)
        self.error(self.send(self.mate_client, "POST", f"/runs/{self.run_row.pk}/cancel"), 404)
