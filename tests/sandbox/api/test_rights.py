"""Every address of the API, asked by everybody who may not."""

from __future__ import annotations

import json
import uuid

from django.test import Client

from sandbox.api.api import api
from sandbox.classes.services import people
from sandbox.runs import services
from sandbox.runs.models import Kind
from sandbox.sharing import services as sharing
from tests.sandbox.base import OUTBOUND, SandboxTest

RUN = {"kind": "trace", "parameters": OUTBOUND}

ENDPOINTS = (
    ("GET", "/scenarios/{scenario}", None),
    ("PATCH", "/scenarios/{scenario}", {"base": 1, "patch": []}),
    ("DELETE", "/scenarios/{scenario}", None),
    (
        "POST",
        "/scenarios/{scenario}/edits",
        {"base": 1, "edits": [[{"op": "test", "path": "/schema", "value": 1}]]},
    ),
    ("GET", "/scenarios/{scenario}/changes", None),
    ("POST", "/scenarios/{scenario}/duplicate", None),
    ("GET", "/scenarios/{scenario}/document.json", None),
    ("GET", "/scenarios/{scenario}/revisions", None),
    ("PUT", "/scenarios/{scenario}/revisions/1/label", {"label": "x"}),
    ("GET", "/scenarios/{scenario}/routes?nic=web1-nic", None),
    ("GET", "/scenarios/{scenario}/rules?nic=web1-nic", None),
    (
        "POST",
        "/scenarios/{scenario}/preview",
        {"base": 1, "patch": [{"op": "test", "path": "/schema", "value": 1}], "nic": "web1-nic"},
    ),
    ("GET", "/scenarios/{scenario}/guest?vm=web1", None),
    ("GET", "/scenarios/{scenario}/health", None),
    ("GET", "/scenarios/{scenario}/designs", None),
    ("GET", "/scenarios/{scenario}/sweep-parameters?fault=appliance-1-fails&designs=balancer", None),
    ("GET", "/scenarios/{scenario}/runs", None),
    ("POST", "/scenarios/{scenario}/runs", RUN),
    ("GET", "/scenarios/{scenario}/shares", None),
    ("POST", "/scenarios/{scenario}/shares", {"runs": []}),
    ("GET", "/runs/{run}", None),
    ("GET", "/runs/{run}/events", None),
    ("GET", "/runs/{run}/columns", None),
    ("GET", "/runs/{run}/export.csv", None),
    ("GET", "/runs/{run}/export.json", None),
    ("POST", "/runs/{run}/cancel", None),
    ("POST", "/runs/{live}/commands", {"kind": "end"}),
    ("DELETE", "/shares/{share}", None),
    ("GET", "/courses/{course}/roster", None),
    ("POST", "/courses/{course}/roster", {"items": []}),
    ("GET", "/courses/{course}/gradebook", None),
    ("GET", "/courses/{course}/gradebook.csv", None),
)
OPEN = {
    ("GET", "/scenarios"),
    ("POST", "/scenarios"),
    ("POST", "/imports"),
    ("GET", "/shared/{token}"),
    ("GET", "/shared/{token}/routes"),
    ("GET", "/shared/{token}/rules"),
    ("GET", "/shared/{token}/guest"),
    ("GET", "/shared/{token}/health"),
    ("GET", "/shared/{token}/runs/{run_id}/events"),
    ("GET", "/shared/{token}/runs/{run_id}/columns"),
    ("GET", "/shared/{token}/runs/{run_id}/export.csv"),
    ("GET", "/shared/{token}/runs/{run_id}/export.json"),
    ("POST", "/shared/{token}/fork"),
    ("GET", "/courses"),
    ("GET", "/rule-cards"),
    ("GET", "/profiles"),
    ("GET", "/profiles/{profile_id}/switches"),
    ("GET", "/failover"),
    ("GET", "/timing"),
    ("GET", "/timing/{profile_id}"),
    ("GET", "/schema/scenario.json"),
}
"""Addresses that name nothing of the owner; each has tests of its own."""


class RightsTest(SandboxTest):
    """Scenario, run and share of the owner."""

    def setUp(self) -> None:
        super().setUp()
        made = self.scenario()
        share, _ = sharing.create(made, self.owner, [])
        live = services.start(
            self.owner, made.head, Kind.LIVE, {"designs": ["balancer"], "protects": "fw1", "pace": 1.0}
        )
        run = self.done(self.queued(made))
        course = people.create_course(self.owner, "Networks")
        self.names = {
            "course": course.pk,
            "scenario": made.pk,
            "run": run.pk,
            "live": live.pk,
            "share": share.pk,
        }

    def test_others_get_the_same_404_as_for_what_does_not_exist(self) -> None:
        nothing = dict.fromkeys(self.names, uuid.uuid4())
        nonsense = dict.fromkeys(self.names, "nonsense")
        for method, path, body in ENDPOINTS:
            for client in (self.mate_client, self.client):
                answers = {
                    self.send(client, method, path.format(**names), body).content
                    for names in (self.names, nothing, nonsense)
                }
                assert len(answers) == 1, (method, path, answers)
                answer = self.send(client, method, path.format(**self.names), body)
                self.error(answer, self.missing(client))

    def test_signed_out_is_said_in_words(self) -> None:
        response = self.send(self.client, "GET", f"/scenarios/{self.names['scenario']}")
        assert "You are signed out" in self.error(response, 401)["message"]

    def test_others_changed_nothing(self) -> None:
        before = self.send(self.owner_client, "GET", f"/scenarios/{self.names['scenario']}").content
        for method, path, body in ENDPOINTS:
            self.send(self.mate_client, method, path.format(**self.names), body)
        after = self.send(self.owner_client, "GET", f"/scenarios/{self.names['scenario']}").content
        assert before == after

    def test_the_owner_gets_in_everywhere(self) -> None:
        last = [entry for entry in ENDPOINTS if entry[0] != "DELETE"] + [
            ("DELETE", "/shares/{share}", None),
            ("DELETE", "/scenarios/{scenario}", None),
        ]
        for method, path, body in last:
            response = self.send(self.owner_client, method, path.format(**self.names), body)
            assert response.status_code < 300, (method, path, response.content)

    def test_no_address_is_forgotten_here(self) -> None:
        schema = api.get_openapi_schema(path_prefix="")
        known = {(method.upper(), path) for path, methods in schema["paths"].items() for method in methods}
        names = {
            "{scenario}": "{scenario_id}",
            "{run}": "{run_id}",
            "{live}": "{run_id}",
            "{share}": "{share_id}",
            "{course}": "{course_id}",
        }
        tested = set(OPEN)
        for method, path, _ in ENDPOINTS:
            shape = path.split("?")[0]
            for short, long in names.items():
                shape = shape.replace(short, long)
            tested.add((method, shape.replace("/revisions/1/", "/revisions/{number}/")))
        assert known == tested


class CsrfTest(SandboxTest):
    """Nothing is changed without the token, whoever asks."""

    def test_every_change_needs_the_token(self) -> None:
        made = self.scenario()
        names = {
            "course": people.create_course(self.owner, "Networks").pk,
            "scenario": made.pk,
            "run": self.queued(made).pk,
            "live": self.queued(made).pk,
            "share": sharing.create(made, self.owner, [])[0].pk,
        }
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.owner)
        changes = [
            (method, path.format(**names), body) for method, path, body in ENDPOINTS if method != "GET"
        ]
        changes += [("POST", "/scenarios", {"document": {}}), ("POST", "/imports", None)]
        for method, path, body in changes:
            assert "Reload the page" in self.error(self.send(client, method, path, body), 403)["message"]

    def test_with_the_token_it_goes_through(self) -> None:
        made = self.scenario()
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.owner)
        client.get("/facts/")
        client.get("/")
        token = client.cookies["csrftoken"].value
        response = client.post(
            f"/api/v1/scenarios/{made.pk}/runs",
            json.dumps(RUN),
            content_type="application/json",
            headers={"x-csrftoken": token},
        )
        assert response.status_code == 202, response.content
