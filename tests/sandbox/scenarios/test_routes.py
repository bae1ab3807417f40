"""Ask a scenario: effective routes, designs, the document as a file."""

from __future__ import annotations

import json

import netcore
from tests.sandbox.base import FAULT, SandboxTest, seed


class RoutesTest(SandboxTest):
    """GET /scenarios/{id}/routes and its neighbours."""

    def test_effective_routes_of_a_nic(self) -> None:
        made = self.scenario()
        body = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=web1-nic").json()
        assert body["nic"] == "web1-nic"
        rows = {
            (row["source"], row["state"], tuple(row["prefixes"]), row["next_hop_type"])
            for row in body["routes"]
        }
        assert ("User", "Active", ("0.0.0.0/0",), "VirtualAppliance") in rows
        default = next(
            row for row in body["routes"] if row["source"] == "User" and row["prefixes"] == ["0.0.0.0/0"]
        )
        assert default["next_hop_ips"] == ["172.16.136.68"]

    def test_of_an_older_revision(self) -> None:
        made = self.scenario()
        self.send(
            self.owner_client,
            "PATCH",
            f"/scenarios/{made.pk}",
            {"base": 1, "patch": [{"op": "remove", "path": "/topology/subnets/protected/route_table"}]},
        )

        def users(revision: str) -> int:
            path = f"/scenarios/{made.pk}/routes?nic=web1-nic{revision}"
            rows = self.send(self.owner_client, "GET", path).json()["routes"]
            return sum(row["source"] == "User" for row in rows)

        assert users("") == 0
        assert users("&revision=1") > 0

    def test_a_nic_that_is_not_there(self) -> None:
        made = self.scenario()
        response = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=nobody")
        assert self.error(response, 404)["code"] == "no_such_nic"

    def test_no_nic_named(self) -> None:
        made = self.scenario()
        response = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes")
        assert self.error(response, 422)["pointer"] == "?nic"

    def test_a_revision_that_is_not_there(self) -> None:
        made = self.scenario()
        self.error(self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=x&revision=9"), 404)
        self.error(self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=x&revision=0"), 422)

    def test_a_drawing_with_problems_says_them_instead(self) -> None:
        made = self.scenario("with-problems")
        response = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=pc1-nic")
        error = self.error(response, 422)
        assert error["code"] == "not_runnable"
        assert len(error["problems"]) > 4

    def test_designs_and_faults(self) -> None:
        made = self.scenario()
        body = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/designs").json()
        assert {design["mechanism"] for design in body["designs"]} >= {"M1", "M2", "M3", "M4"}
        (fault,) = body["faults"]
        refused = fault.pop("refused")
        assert fault == {
            "id": FAULT,
            "name": "Appliance 1 fails",
            "kind": "crash",
            "vm": "fw1",
            "at_us": 60000000,
            "designs": [],
        }
        assert "AWS" in refused["aws-address-move"]
        assert not set(refused) & {design["id"] for design in body["designs"]}

    def test_the_document_as_a_file_can_be_saved_again(self) -> None:
        made = self.scenario()
        response = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/document.json")
        assert (
            response["Content-Disposition"]
            == 'attachment; filename="two-firewalls-behind-a-load-balancer.json"'
        )
        document = json.loads(response.content)
        again = self.send(self.owner_client, "POST", "/scenarios", {"document": document})
        assert again.status_code == 201
        assert netcore.load(document) == netcore.load(seed("two-firewalls"))
