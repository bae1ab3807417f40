"""Save a document: POST /scenarios."""

from __future__ import annotations

from django.test import override_settings

from sandbox.scenarios.models import Revision, Scenario
from tests.sandbox.base import SandboxTest, seed


class CreateTest(SandboxTest):
    """A document becomes revision 1 of a new scenario."""

    def test_saves_the_document_as_revision_1(self) -> None:
        response = self.send(self.owner_client, "POST", "/scenarios", {"document": seed("two-firewalls")})
        assert response.status_code == 201
        made = response.json()
        assert made["url"] == f"/scenarios/{made['id']}/"
        got = self.send(self.owner_client, "GET", f"/scenarios/{made['id']}").json()
        assert (got["name"], got["revision"]) == ("Two firewalls behind a load balancer", 1)
        assert got["can"] == {"edit": True, "run": True, "share": True, "download": True}
        assert got["document"]["topology"]["vms"].keys() == seed("two-firewalls")["topology"]["vms"].keys()
        assert (got["problems"], got["runnable"]) == ([], True)

    def test_counts_and_description_are_kept_for_lists(self) -> None:
        scenario = self.scenario()
        assert scenario.head
        assert scenario.head.counts["vms"] == 4
        assert scenario.head.counts["load_balancers"] == 2
        assert "firewalls" in scenario.head.description

    def test_a_drawing_with_problems_is_saved_and_says_them_all(self) -> None:
        made = self.send(self.owner_client, "POST", "/scenarios", {"document": seed("with-problems")}).json()
        got = self.send(self.owner_client, "GET", f"/scenarios/{made['id']}").json()
        assert not got["runnable"]
        assert len(got["problems"]) > 4
        for problem in got["problems"]:
            assert problem["code"] and problem["pointer"].startswith("/"), problem
            assert problem["expected"], problem
        assert Revision.objects.get(scenario=made["id"]).problems == len(got["problems"])

    def test_what_is_no_drawing_is_refused_with_all_reasons_and_not_saved(self) -> None:
        document = seed("first-packet")
        document["topology"]["vnets"]["shop"]["address_space"] = [10]
        document["topology"]["nics"]["web1-nic"]["colour"] = "blue"
        response = self.send(self.owner_client, "POST", "/scenarios", {"document": document})
        error = self.error(response, 422)
        assert error["code"] == "not_a_scenario"
        pointers = [problem["pointer"] for problem in error["problems"]]
        assert any("address_space" in pointer for pointer in pointers), pointers
        assert any("web1-nic" in pointer for pointer in pointers), pointers
        assert not Scenario.objects.exists()

    def test_text_a_database_cannot_hold_is_refused(self) -> None:
        for text in ("a\x00b", "half \ud800"):
            document = seed("first-packet") | {"description": text}
            response = self.send(self.owner_client, "POST", "/scenarios", {"document": document})
            self.error(response, 422)

    def test_backslash_u0000_as_text_is_fine(self) -> None:
        document = seed("first-packet") | {"description": "written as \\u0000"}
        response = self.send(self.owner_client, "POST", "/scenarios", {"document": document})
        assert response.status_code == 201

    def test_a_stranger_is_asked_to_sign_in(self) -> None:
        response = self.send(self.client, "POST", "/scenarios", {"document": seed("first-packet")})
        assert self.error(response, 401)["code"] == "sign_in"

    @override_settings(SCENARIOS_PER_PERSON=1)
    def test_a_person_may_keep_so_many(self) -> None:
        self.scenario()
        response = self.send(self.owner_client, "POST", "/scenarios", {"document": seed("first-packet")})
        assert "1 scenarios" in self.error(response, 429)["message"]
