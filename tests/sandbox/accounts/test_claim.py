"""A guest keeps the account: /accounts/claim/."""

from __future__ import annotations

import pytest
from django.test import Client

from sandbox.accounts import services as accounts
from sandbox.accounts.models import User
from sandbox.scenarios import services
from sandbox.scenarios.models import Scenario
from tests.sandbox.base import SandboxTest, seed

GOOD = {"username": "ada", "password1": "correct-horse-battery", "password2": "correct-horse-battery"}


class ClaimTest(SandboxTest):
    """A guest with one scenario."""

    def setUp(self) -> None:
        super().setUp()
        self.guest = accounts.new_guest()
        self.guest_client = Client()
        self.guest_client.force_login(self.guest)
        self.made = services.create(self.guest, seed("first-packet"))

    def test_what_the_guest_made_stays_theirs(self) -> None:
        response = self.guest_client.post("/accounts/claim/", GOOD)
        self.assertRedirects(response, "/", fetch_redirect_response=False)
        user = User.objects.get(pk=self.guest.pk)
        assert (user.username, user.is_guest) == ("ada", False)
        assert user.check_password(GOOD["password1"])
        assert Scenario.objects.get(owner=user).pk == self.made.pk

    def test_stays_signed_in_and_can_sign_in_elsewhere(self) -> None:
        self.guest_client.post("/accounts/claim/", GOOD)
        assert self.guest_client.get(f"/api/v1/scenarios/{self.made.pk}").status_code == 200
        assert Client().login(username="ada", password=GOOD["password1"])

    def test_a_name_that_is_taken_is_refused(self) -> None:
        response = self.guest_client.post("/accounts/claim/", GOOD | {"username": "owner"})
        assert response.status_code == 422
        assert User.objects.get(pk=self.guest.pk).is_guest

    def test_a_weak_password_is_refused(self) -> None:
        response = self.guest_client.post(
            "/accounts/claim/", GOOD | {"password1": "1234", "password2": "1234"}
        )
        assert response.status_code == 422
        assert User.objects.get(pk=self.guest.pk).is_guest

    def test_cannot_be_claimed_twice(self) -> None:
        accounts.claim(self.guest, "ada", GOOD["password1"])
        with pytest.raises(accounts.NotAGuest):
            accounts.claim(self.guest, "eve", "another-long-password")
        assert not User.objects.filter(username="eve").exists()

    def test_a_person_is_sent_home_and_a_stranger_to_sign_in(self) -> None:
        assert self.owner_client.get("/accounts/claim/")["Location"] == "/"
        response = self.client.get("/accounts/claim/")
        assert response.status_code == 302
        assert "login" in response["Location"]
