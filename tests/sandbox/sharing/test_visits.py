"""Who opened a link finds it at home, as long as it opens something."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.test import Client, override_settings
from django.utils.timezone import now

from sandbox.sharing import services
from sandbox.sharing.models import Share, Visit
from sandbox.sharing.tokens import token_of
from tests.sandbox.base import SandboxTest


class VisitTest(SandboxTest):
    """GET /s/TOKEN/ and what stands at home afterwards."""

    def setUp(self) -> None:
        super().setUp()
        self.share, self.token = services.create(self.scenario(), self.owner, [])
        self.address = f"/s/{self.token}/"

    def shown(self, client: Client) -> list[str]:
        return [visit["url"] for visit in client.get("/").context["visits"]]

    def test_a_link_that_was_opened_stands_at_home_once(self) -> None:
        for _ in range(2):
            assert self.mate_client.get(self.address).status_code == 200
        assert self.shown(self.mate_client) == [self.address]
        self.assertContains(self.mate_client.get("/"), "revision 1, by owner")
        assert self.mate_client.get(self.shown(self.mate_client)[0]).status_code == 200

    def test_nobody_else_is_shown_it(self) -> None:
        self.mate_client.get(self.address)
        self.client.get(self.address)
        self.owner_client.get(self.address)  # their own scenario is not shared with them
        assert self.shown(self.owner_client) == []
        assert Visit.objects.count() == 1
        self.assertNotContains(self.client.get("/"), self.token)

    def test_what_opens_nothing_vanishes(self) -> None:
        self.mate_client.get(self.address)
        Share.objects.update(expires=now() - timedelta(seconds=1))
        assert self.shown(self.mate_client) == []
        Share.objects.update(expires=None)
        assert self.shown(self.mate_client) == [self.address]
        services.revoke(self.share)
        assert self.shown(self.mate_client) == []

    def test_a_deleted_scenario_vanishes(self) -> None:
        self.mate_client.get(self.address)
        self.owner_client.post(f"/scenarios/{self.share.scenario_id}/delete/")
        assert self.shown(self.mate_client) == []

    def test_a_link_of_another_secret_key_opens_and_is_left_out(self) -> None:
        self.mate_client.get(self.address)
        self.mate.refresh_from_db()
        with override_settings(SECRET_KEY="another" * 8):
            self.mate_client.force_login(self.mate)
            assert self.mate_client.get(self.address).status_code == 200
            assert self.shown(self.mate_client) == []

    def test_no_token_follows_from_an_id_alone(self) -> None:
        some = UUID(int=1)
        with override_settings(SECRET_KEY="another" * 8):
            other = token_of(some)
        assert other != token_of(some) and len(other) == 43
