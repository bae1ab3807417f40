"""Continue as a guest: POST /guest/."""

from __future__ import annotations

from django.test import Client, override_settings

from sandbox.accounts.models import User
from tests.sandbox.base import SandboxTest


class GuestTest(SandboxTest):
    """A stranger tries first."""

    def test_a_stranger_becomes_a_guest_with_a_session(self) -> None:
        response = self.client.post("/guest/")
        self.assertRedirects(response, "/", fetch_redirect_response=False)
        user = User.objects.get(pk=self.client.session["_auth_user_id"])
        assert user.is_guest
        assert not user.has_usable_password()

    def test_goes_to_next_when_it_is_ours(self) -> None:
        response = self.client.post("/guest/", {"next": "/facts/"})
        self.assertRedirects(response, "/facts/", fetch_redirect_response=False)

    def test_never_goes_elsewhere(self) -> None:
        for target in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
            response = Client().post("/guest/", {"next": target})
            assert response["Location"] == "/", target

    def test_somebody_signed_in_stays_who_they_are(self) -> None:
        before = User.objects.count()
        self.owner_client.post("/guest/")
        assert User.objects.count() == before
        assert self.owner_client.session["_auth_user_id"] == str(self.owner.pk)

    def test_a_get_makes_nobody(self) -> None:
        before = User.objects.count()
        assert self.client.get("/guest/").status_code == 405
        assert User.objects.count() == before

    def test_needs_the_csrf_token(self) -> None:
        assert Client(enforce_csrf_checks=True).post("/guest/").status_code == 403

    @override_settings(GUESTS_PER_HOUR=2)
    def test_one_address_cannot_make_guests_without_end(self) -> None:
        answers = [Client().post("/guest/").status_code for _ in range(3)]
        assert answers == [302, 302, 429]
