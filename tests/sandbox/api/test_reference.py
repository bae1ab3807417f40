"""What the engine knows: rule cards, timing profiles, the schema, the description of the API."""

from __future__ import annotations

from tests.sandbox.base import SandboxTest


class ReferenceTest(SandboxTest):
    """Anybody may ask."""

    def test_rule_cards_with_the_facts_they_name(self) -> None:
        body = self.send(self.client, "GET", "/rule-cards").json()
        assert body["cards"]
        for card in body["cards"]:
            assert card["id"] and card["statement"]
            for fact in card["facts"]:
                assert fact in body["facts"]

    def test_a_timing_profile_says_where_every_number_comes_from(self) -> None:
        body = self.send(self.client, "GET", "/timing/published").json()
        assert body["numbers"]
        for number in body["numbers"]:
            assert number["name"] and number["source"], number
            assert number["grade"] in "ABCD"

    def test_a_timing_profile_that_is_not_there(self) -> None:
        self.error(self.send(self.client, "GET", "/timing/nothing"), 404)

    def test_a_profile_says_what_a_drawing_may_set_otherwise(self) -> None:
        azure = self.send(self.client, "GET", "/profiles/azure-2026/switches").json()
        aws = self.send(self.client, "GET", "/profiles/aws/switches").json()
        assert (len(azure["switches"]), len(aws["switches"])) == (12, 9)
        for switch in azure["switches"] + aws["switches"]:
            assert switch["text"] and switch["point"].startswith("N") and switch["facts"]
            assert switch["default"] in switch["choices"]
        assert "cross_zone" in azure["unknown"] and "route_servers" in aws["unknown"]

    def test_a_profile_that_is_not_there(self) -> None:
        self.error(self.send(self.client, "GET", "/profiles/nothing/switches"), 404)

    def test_what_faults_are_made_of_and_how_often_they_happen(self) -> None:
        body = self.send(self.client, "GET", "/failover").json()
        schema = self.send(self.client, "GET", "/schema/scenario.json").json()["$defs"]
        assert [one["kind"] for one in body["kinds"]] == schema["FaultKind"]["enum"]
        rates = {one["name"]: one for one in body["rates"]}
        for one in body["kinds"]:
            assert one["words"] and set(one["fields"]) <= set(schema["Fault"]["properties"])
            assert (one["rate"] in rates) != bool(one["no_month"])
        assert rates["crash"]["grade"] == "D" and rates["crash"]["words"] == "crashes of a VM"
        assert {one["condition"] for one in body["conditions"]} >= {"flag-lost", "failover-fails"}

    def test_the_schema_of_the_document(self) -> None:
        body = self.send(self.client, "GET", "/schema/scenario.json").json()
        assert "topology" in body["properties"]

    def test_the_api_describes_itself_with_its_refusals(self) -> None:
        body = self.client.get("/api/v1/openapi.json").json()
        assert "/api/v1/scenarios/{scenario_id}" in body["paths"]
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                assert operation.get("description") or operation.get("summary"), (method, path)
                if "{" in path:
                    assert "404" in operation["responses"], (method, path)
                if method != "get":
                    assert "403" in operation["responses"], (method, path)
