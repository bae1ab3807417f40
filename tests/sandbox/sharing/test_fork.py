"""Fork what a link shows: POST /shared/{token}/fork."""

from __future__ import annotations

from django.test import Client, override_settings

from sandbox.accounts.models import User
from sandbox.scenarios.models import Scenario
from sandbox.sharing import services
from tests.sandbox.base import SandboxTest


class ForkTest(SandboxTest):
    """A link to the owner's scenario."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        _, self.token = services.create(self.made, self.owner, [])

    def test_a_stranger_becomes_a_guest_with_a_copy(self) -> None:
        response = self.send(self.client, "POST", f"/shared/{self.token}/fork")
        assert response.status_code == 201, response.content
        user = User.objects.get(pk=self.client.session["_auth_user_id"])
        assert user.is_guest
        copy = Scenario.objects.get(pk=response.json()["id"])
        assert (copy.owner, copy.name) == (user, self.made.name)
        assert self.head(copy).document == self.head(self.made).document
        assert self.send(self.client, "GET", f"/scenarios/{copy.pk}").status_code == 200
        self.error(self.send(self.owner_client, "GET", f"/scenarios/{copy.pk}"), 404)

    def test_a_person_gets_the_copy_as_themselves(self) -> None:
        people = User.objects.count()
        response = self.send(self.mate_client, "POST", f"/shared/{self.token}/fork")
        assert Scenario.objects.get(pk=response.json()["id"]).owner == self.mate
        assert User.objects.count() == people

    def test_the_copy_is_of_the_shared_revision(self) -> None:
        patch = [{"op": "replace", "path": "/name", "value": "Later"}]
        self.send(self.owner_client, "PATCH", f"/scenarios/{self.made.pk}", {"base": 1, "patch": patch})
        response = self.send(self.mate_client, "POST", f"/shared/{self.token}/fork")
        assert Scenario.objects.get(pk=response.json()["id"]).name == "Two firewalls behind a load balancer"

    def test_a_wrong_token_makes_nobody(self) -> None:
        people = User.objects.count()
        self.error(self.send(self.client, "POST", "/shared/wrong/fork"), 404)
        assert User.objects.count() == people

    def test_another_site_cannot_make_a_visitor_fork(self) -> None:
        client = Client(enforce_csrf_checks=True)
        self.error(self.send(client, "POST", f"/shared/{self.token}/fork"), 403)
        assert Scenario.objects.count() == 1

    @override_settings(GUESTS_PER_HOUR=1)
    def test_one_address_cannot_make_guests_without_end(self) -> None:
        answers = [self.send(Client(), "POST", f"/shared/{self.token}/fork").status_code for _ in range(2)]
        assert answers == [201, 429]
