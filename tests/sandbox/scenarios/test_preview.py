"""Ask what an edit would make of a NIC, before it is saved."""

from __future__ import annotations

from typing import Any
from unittest import mock

from sandbox.scenarios import queries
from sandbox.scenarios.models import Revision, Scenario
from tests.sandbox.base import SandboxTest

TABLE = "/topology/route_tables/rt-protected/routes"


class PreviewTest(SandboxTest):
    """POST /scenarios/{id}/preview."""

    def ask(self, made: Scenario, *patch: dict[str, Any], nic: str = "web1-nic", base: int = 1) -> Any:
        body = {"base": base, "patch": list(patch), "nic": nic}
        return self.send(self.owner_client, "POST", f"/scenarios/{made.pk}/preview", body)

    def test_a_route_as_it_is_typed_is_shown_in_force_and_nothing_is_saved(self) -> None:
        made = self.scenario()
        route = {"prefix": "198.51.100.0/24", "next_hop_type": "None"}
        body = self.ask(made, {"op": "add", "path": f"{TABLE}/typed", "value": route}).json()
        row = next(row for row in body["routes"]["routes"] if row["prefixes"] == ["198.51.100.0/24"])
        assert (row["source"], row["state"], row["next_hop_type"]) == ("User", "Active", "None")
        assert body["runnable"] and body["problems"] == []
        assert Revision.objects.filter(scenario=made).count() == 1
        saved = self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/routes?nic=web1-nic").json()
        assert ["198.51.100.0/24"] not in [row["prefixes"] for row in saved["routes"]]

    def test_a_rule_that_never_decides_names_what_stands_before_it(self) -> None:
        made = self.scenario()
        deny = {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "tcp"}
        group = {
            "name": "g",
            "rules": {"first": deny, "second": {**deny, "priority": 110, "access": "Allow"}},
        }
        body = self.ask(
            made,
            {"op": "add", "path": "/topology/security_groups/g", "value": group},
            {"op": "add", "path": "/topology/nics/web1-nic/security_group", "value": "g"},
        ).json()
        mine = {
            rule["name"]: rule["shadowed_by"] for rule in body["rules"]["inbound"] if rule["where"] == "nic"
        }
        assert mine["second"] == ["security_groups/g/rules/first"]
        assert mine["first"] is None
        assert body["rules"]["judged"]

    def test_an_edit_with_problems_says_them_and_no_routes(self) -> None:
        made = self.scenario()
        route = {"prefix": "198.51.100.0/24", "next_hop_type": "VirtualAppliance"}
        body = self.ask(made, {"op": "add", "path": f"{TABLE}/typed", "value": route}).json()
        assert not body["runnable"] and body["routes"] is None and body["rules"] is None
        assert body["problems"][0]["pointer"].startswith(f"{TABLE}/typed")

    def test_what_does_not_fit_or_is_not_there_is_named(self) -> None:
        made = self.scenario()
        test = {"op": "test", "path": "/schema", "value": 1}
        assert self.error(self.ask(made, {"op": "remove", "path": f"{TABLE}/none"}), 422)["code"] == "patch"
        assert self.error(self.ask(made, test, nic="ghost"), 404)["code"] == "no_such_nic"
        self.error(self.ask(made, test, base=9), 404)
        self.error(self.ask(made), 422)

    def test_a_large_drawing_is_shown_once_it_is_saved(self) -> None:
        made = self.scenario()
        with mock.patch.object(queries, "MOST_PREVIEWED", 1):
            refused = self.error(self.ask(made, {"op": "test", "path": "/schema", "value": 1}), 413)
        assert "once it is saved" in refused["message"]

    def test_many_rules_are_shown_without_a_judgement(self) -> None:
        made = self.scenario()
        path = f"/scenarios/{made.pk}/rules?nic=web1-nic"
        with mock.patch.object(queries, "MOST_JUDGED", -1):
            body = self.send(self.owner_client, "GET", path).json()
        assert not body["judged"]
        assert self.send(self.owner_client, "GET", path).json()["judged"]
