"""The home page: landing for strangers, my scenarios for people."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sandbox.runs.models import Kind
from sandbox.scenarios.models import Scenario
from tests.sandbox.base import OUTBOUND, SandboxTest, seed


class HomeTest(SandboxTest):
    """GET / and the small forms on it."""

    def test_a_stranger_lands(self) -> None:
        response = self.client.get("/")
        assert response.status_code == 200
        self.assertTemplateUsed(response, "workbench/landing.html")
        assert "csrftoken" in response.cookies

    def test_a_person_sees_their_scenarios(self) -> None:
        made = self.scenario()
        response = self.owner_client.get("/")
        self.assertTemplateUsed(response, "workbench/home.html")
        self.assertContains(response, "Two firewalls behind a load balancer")
        self.assertContains(response, f"/scenarios/{made.pk}/")
        assert self.mate_client.get("/").context["cards"] == []

    def test_names_are_text(self) -> None:
        self.send(
            self.owner_client,
            "POST",
            "/scenarios",
            {
                "document": seed("first-packet")
                | {"name": "<script>alert(1)</script>", "description": "<b>x</b>"}
            },
        )
        response = self.owner_client.get("/")
        self.assertNotContains(response, "<script>alert(1)")
        self.assertNotContains(response, "<b>x</b>")

    def test_the_newest_runs_with_a_way_back_to_each(self) -> None:
        made = self.scenario()
        run = self.queued(made, Kind.TRACE, OUTBOUND)
        response = self.owner_client.get("/")
        self.assertContains(response, f"{made.get_absolute_url()}?run={run.pk}")
        assert self.mate_client.get("/").context["runs"] == []
        assert self.owner_client.get("/?q=two").context["runs"] == []

    def test_finds_by_name(self) -> None:
        self.scenario("first-packet")
        self.scenario("two-firewalls")
        cards = self.owner_client.get("/?q=packet").context["cards"]
        assert [card["name"] for card in cards] == ["First packet"]
        assert self.owner_client.get("/?q=%00").status_code == 200

    def test_page_by_page(self) -> None:
        for _ in range(30):
            self.scenario("first-packet")
        first, second = self.owner_client.get("/"), self.owner_client.get("/?page=2")
        assert (len(first.context["cards"]), len(second.context["cards"])) == (24, 6)
        assert first.context["total"] == 30
        assert self.owner_client.get("/?page=nonsense").status_code == 200

    def test_queries_do_not_grow_with_rows(self) -> None:
        self.scenario("first-packet")
        self.owner_client.get("/")
        with CaptureQueriesContext(connection) as one:
            self.owner_client.get("/")
        for _ in range(8):
            self.scenario("first-packet")
        with CaptureQueriesContext(connection) as nine:
            self.owner_client.get("/")
        assert (len(one), len(nine)) == (6, 6)  # session, person, count, scenarios, runs, links opened

    def test_new_duplicate_rename_delete_without_a_script(self) -> None:
        response = self.owner_client.post("/scenarios/new/")
        made = Scenario.objects.get()
        self.assertRedirects(response, f"/scenarios/{made.pk}/", fetch_redirect_response=False)
        self.owner_client.post(f"/scenarios/{made.pk}/rename/", {"name": "Mine"})
        assert Scenario.objects.get().name == "Mine"
        assert self.owner_client.post(f"/scenarios/{made.pk}/rename/", {"name": ""}).status_code == 422
        self.owner_client.post(f"/scenarios/{made.pk}/duplicate/")
        assert Scenario.objects.count() == 2
        self.owner_client.post(f"/scenarios/{made.pk}/delete/")
        assert Scenario.objects.filter(deleted=None).count() == 1

    def test_others_cannot(self) -> None:
        made = self.scenario()
        for client in (self.mate_client, self.client):
            for action in ("duplicate", "rename", "delete"):
                assert client.post(f"/scenarios/{made.pk}/{action}/", {"name": "x"}).status_code == 404
        assert "login" in self.client.post("/scenarios/new/")["Location"]
        assert Scenario.objects.get().name == made.name
