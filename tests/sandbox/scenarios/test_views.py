"""Ask what follows from a scenario: rules in force at a NIC, what a guest believes; also by link."""

from __future__ import annotations

from sandbox.sharing import services as sharing
from tests.sandbox.base import SandboxTest


class ViewsTest(SandboxTest):
    """GET /scenarios/{id}/rules and /guest, and the same of a shared revision."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.own = f"/scenarios/{self.made.pk}"

    def test_rules_in_force_come_by_direction_in_the_order_of_evaluation(self) -> None:
        body = self.send(self.owner_client, "GET", f"{self.own}/rules?nic=web1-nic").json()
        for direction in ("inbound", "outbound"):
            rows = body[direction]
            assert [row["priority"] for row in rows] == sorted(row["priority"] for row in rows)
            assert rows[0]["security_group"] == "nsg-allow-all"
            assert [row["default"] for row in rows] == [False, True, True, True]
            assert all(row["facts"] for row in rows)

    def test_a_guest_shows_addresses_neighbours_and_routes(self) -> None:
        body = self.send(self.owner_client, "GET", f"{self.own}/guest?vm=web1").json()
        assert (body["vm"], body["runs"]) == ("web1", True)
        assert body["nics"][0]["addresses"] == [{"address": "172.16.137.4", "origin": "lease", "given": True}]
        assert {line["mac"] for line in body["neighbours"]} == {"12:34:56:78:9a:bc"}
        assert "0.0.0.0/0" in {route["prefix"] for route in body["routes"]}

    def test_an_address_typed_into_the_guest_is_told_apart(self) -> None:
        guest = {"interfaces": {"web1-nic": {"added": ["172.16.137.99"]}}}
        patch = [{"op": "add", "path": "/topology/vms/web1/guest", "value": guest}]
        self.send(self.owner_client, "PATCH", self.own, {"base": 1, "patch": patch})
        body = self.send(self.owner_client, "GET", f"{self.own}/guest?vm=web1").json()
        typed = [one for one in body["nics"][0]["addresses"] if one["origin"] == "typed"]
        assert typed == [{"address": "172.16.137.99", "origin": "typed", "given": False}]

    def test_health_says_of_each_backend_by_rule_why_it_gets_nothing(self) -> None:
        backends = self.send(self.owner_client, "GET", f"{self.own}/health").json()["backends"]
        assert {(one["balancer"], one["rule"]) for one in backends} >= {("ilb", "ha-ports"), ("elb", "https")}
        assert all(one["healthy"] and one["reason"] == "" for one in backends)
        patch = [{"op": "add", "path": "/topology/vms/fw1/power", "value": "stopped"}]
        self.send(self.owner_client, "PATCH", self.own, {"base": 1, "patch": patch})
        after = self.send(self.owner_client, "GET", f"{self.own}/health").json()["backends"]
        down = [one for one in after if not one["healthy"]]
        assert down and all(one["member"] == "fw1" and one["reason"] for one in down)
        assert (
            self.send(self.owner_client, "GET", f"{self.own}/health?revision=1").json()["backends"]
            == backends
        )

    def test_health_has_the_warnings_of_the_drawing(self) -> None:
        assert self.send(self.owner_client, "GET", f"{self.own}/health").json()["warnings"] == []
        table = self.head(self.made).document["topology"]["route_tables"]
        key, name = next((key, name) for key in table for name in table[key]["routes"])
        route = {"prefix": "9.9.9.0/24", "next_hop_type": "VirtualAppliance", "next_hop_ip": "172.16.136.99"}
        patch = [{"op": "replace", "path": f"/topology/route_tables/{key}/routes/{name}", "value": route}]
        self.send(self.owner_client, "PATCH", self.own, {"base": 1, "patch": patch})
        warnings = self.send(self.owner_client, "GET", f"{self.own}/health").json()["warnings"]
        assert [warning["code"] for warning in warnings] == ["next-hop-unheld"]

    def test_routes_say_whether_the_platform_would_show_them(self) -> None:
        asked = f"{self.own}/routes?nic=web1-nic"
        assert self.send(self.owner_client, "GET", asked).json()["shown"] is True
        patch = [{"op": "add", "path": "/topology/vms/web1/power", "value": "stopped"}]
        self.send(self.owner_client, "PATCH", self.own, {"base": 1, "patch": patch})
        body = self.send(self.owner_client, "GET", asked).json()
        assert body["shown"] is False and "does not run" in body["reason"] and body["routes"]

    def test_what_is_not_there_is_said_as_such(self) -> None:
        for path, code in (("rules?nic=nobody", "no_such_nic"), ("guest?vm=nobody", "no_such_vm")):
            assert self.error(self.send(self.owner_client, "GET", f"{self.own}/{path}"), 404)["code"] == code

    def test_a_drawing_with_problems_says_them_instead(self) -> None:
        made = self.scenario("with-problems")
        for path in ("rules?nic=pc1-nic", "guest?vm=pc1", "health"):
            error = self.error(self.send(self.owner_client, "GET", f"/scenarios/{made.pk}/{path}"), 422)
            assert error["code"] == "not_runnable"

    def test_a_link_shows_the_same_to_anybody_and_to_nobody_once_it_is_revoked(self) -> None:
        share, token = sharing.create(self.made, self.owner, [])
        for path in ("rules?nic=web1-nic", "guest?vm=web1", "health"):
            own = self.send(self.owner_client, "GET", f"{self.own}/{path}").json()
            for client in (self.client, self.mate_client):
                assert self.send(client, "GET", f"/shared/{token}/{path}").json() == own
        sharing.revoke(share)
        for path in ("rules?nic=web1-nic", "guest?vm=web1", "health"):
            self.error(self.send(self.client, "GET", f"/shared/{token}/{path}"), 404)

    def test_the_profiles_are_there_for_everybody(self) -> None:
        items = self.send(self.client, "GET", "/profiles").json()["items"]
        assert {"azure-2026", "azure-2021", "aws"} <= {item["id"] for item in items}
        assert all(item["title"] and item["description"] for item in items)
