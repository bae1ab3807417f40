"""What is said after something was done to an account: on the next page, or not at all."""

from __future__ import annotations

from django.test import Client

from sandbox.accounts.models import User
from tests.sandbox.base import SandboxTest


class MessagesTest(SandboxTest):
    """A person signs in and out, and changes the password."""

    def setUp(self) -> None:
        self.person = User.objects.create_user("paula", password="a-password-of-hers")
        self.browser = Client()

    def sign_in(self) -> None:
        sent = {"login": "paula", "password": "a-password-of-hers"}
        assert self.browser.post("/accounts/login/", sent).status_code == 302

    def test_signing_in_and_out_is_seen_and_not_said_on_this_page_or_a_later_one(self) -> None:
        self.sign_in()
        for page in ("/", "/courses/", "/settings/"):
            assert "signed in as" not in self.browser.get(page).content.decode()
        self.browser.post("/accounts/logout/")
        assert "signed out" not in self.browser.get("/").content.decode()

    def test_a_changed_password_is_said_once_and_on_the_next_page(self) -> None:
        self.sign_in()
        sent = {"oldpassword": "a-password-of-hers", "password1": "Another-1-of-hers"}
        response = self.browser.post("/accounts/password/change/", sent | {"password2": sent["password1"]})
        shown = self.browser.get(response["Location"]).content.decode()
        assert 'role="status">Password successfully changed' in shown
        assert "successfully changed" not in self.browser.get("/courses/").content.decode()
