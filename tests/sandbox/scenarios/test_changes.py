"""What an edit did to the drawing, in words: stored with the revision, read with the history.

[a1] -- (app-a) -- spoke-a == hub: {fw} == spoke-b -- (app-b) -- [b1]
"""

from __future__ import annotations

from typing import Any

from django.utils import translation

from sandbox.scenarios import changes, services
from sandbox.scenarios.models import Revision
from tests.sandbox.base import SandboxTest, seed

NIC = {"name": "web-1-nic", "vm": "web-1", "subnet": "app-a", "primary": True}
CONFIGURATIONS = {"ip1": {"address": "10.1.1.9", "primary": True}}


def put(path: str, value: Any) -> dict[str, Any]:
    """Return the operation that puts a value into the topology."""
    return {"op": "add", "path": f"/topology/{path}", "value": value}


def gone(path: str) -> dict[str, Any]:
    """Return the operation that takes a value out of the topology."""
    return {"op": "remove", "path": f"/topology/{path}"}


WEB = [put("vms/web-1", {"name": "web-1"}), put("nics/web-1-nic", NIC | {"configurations": CONFIGURATIONS})]
DENY = {"priority": 300, "direction": "Inbound", "access": "Deny", "protocol": "*"}

EDITS: tuple[tuple[list[dict[str, Any]], list[str]], ...] = (
    (WEB, ["Added VM web-1 to subnet app-a"]),
    ([gone("vms/a1"), gone("nics/a1-nic")], ["Deleted VM a1 from subnet app-a"]),
    ([gone("nics/a1-nic")], ["Deleted NIC a1-nic from VM a1"]),
    (
        [put("route_tables/rt-spoke-a/routes/to-spoke-b/next_hop_ip", "10.0.1.9")],
        ["Route 10.2.0.0/16 of rt-spoke-a now goes to 10.0.1.9"],
    ),
    (
        [put("route_tables/rt-spoke-a/routes/all", {"prefix": "0.0.0.0/0", "next_hop_type": "Internet"})],
        ["Added route 0.0.0.0/0 to route table rt-spoke-a"],
    ),
    (
        [gone("route_tables/rt-spoke-a/routes/to-spoke-b")],
        ["Deleted route 10.2.0.0/16 from route table rt-spoke-a"],
    ),
    ([put("nics/fw-nic/ip_forwarding", False)], ["Switched off IP forwarding of NIC fw-nic"]),
    (
        [put("peerings/hub-to-a/allow_access", False)],
        ["Switched off allow access of peering link hub → spoke-a"],
    ),
    ([put("subnets/app-a/route_table", None)], ["Subnet app-a no longer uses route table rt-spoke-a"]),
    ([put("subnets/app-a/route_table", "rt-spoke-b")], ["Subnet app-a now uses route table rt-spoke-b"]),
    ([put("nics/a1-nic/subnet", "shared")], ["Moved NIC a1-nic to subnet shared"]),
    (
        [put("nics/a1-nic/configurations/ipconfig1/address", "10.1.1.7")],
        ["Changed address of IP configuration ipconfig1 of a1-nic from 10.1.1.4 to 10.1.1.7"],
    ),
    ([put("vms/fw/guest/forwarding", False)], ["Switched off guest forwarding of VM fw"]),
    ([put("vms/a1/name", "shop")], ["Renamed VM a1 to shop"]),
    (
        [
            put("security_groups/g", {"name": "g", "rules": {"rest": DENY}}),
            put("subnets/app-b/security_group", "g"),
        ],
        ["Subnet app-b now uses security group g", "Added security group g"],
    ),
    (
        [
            put("peerings/a-to-b", {"vnet": "spoke-a", "remote_vnet": "spoke-b"}),
            put("peerings/b-to-a", {"vnet": "spoke-b", "remote_vnet": "spoke-a"}),
        ],
        ["Peered spoke-a with spoke-b"],
    ),
    ([{"op": "replace", "path": "/name", "value": "Shop"}], ["Renamed the drawing to Shop"]),
    ([{"op": "add", "path": "/profile", "value": "aws"}], ["Chose the rules aws"]),
    (
        [{"op": "add", "path": "/layout/vms~1a1", "value": {"x": 9, "y": 9, "folded": False}}],
        ["Moved 1 thing on the drawing"],
    ),
    ([{"op": "remove", "path": "/traffic/a-to-b"}], ["Deleted traffic a1 to b1"]),
)


class ChangesTest(SandboxTest):
    """The owner's hub with two spokes at revision 1."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario("hub-and-spokes")

    def items(self) -> list[dict[str, Any]]:
        answer = self.send(self.owner_client, "GET", f"/scenarios/{self.made.pk}/revisions")
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def test_a_revision_says_what_its_edit_did(self) -> None:
        for patch, expected in EDITS:
            made = self.scenario("hub-and-spokes")
            found = services.apply_patch(made, 1, patch, self.owner)
            told = [changes.words(one) for one in found.changes["first"]]
            assert sorted(told) == sorted(expected), patch

    def test_many_fields_of_one_thing_are_one_sentence(self) -> None:
        patch = [put("security_groups/g", {"name": "g", "rules": {"rest": DENY}})]
        services.apply_patch(self.made, 1, patch, self.owner)
        other = {"priority": 200, "direction": "Outbound", "access": "Allow", "protocol": "tcp"}
        services.apply_patch(self.made, 2, [put("security_groups/g/rules/rest", other)], self.owner)
        assert self.items()[0]["words"] == ["Changed priority, direction, access, protocol of rule rest of g"]

    def test_what_does_not_fit_into_a_row_is_counted(self) -> None:
        patch = [put(f"hosts/h{n}", {"name": f"h{n}", "address": f"203.0.113.{n}"}) for n in range(1, 15)]
        services.apply_patch(self.made, 1, patch, self.owner)
        newest, first = self.items()
        assert (len(newest["words"]), newest["more"]) == (changes.KEPT, 14 - changes.KEPT)
        assert newest["words"][0] == "Added host h1"
        assert (first["words"], first["more"]) == (["Created the drawing"], 0)

    def test_a_list_asks_once_and_reads_no_documents(self) -> None:
        for number in range(1, 6):
            services.apply_patch(self.made, number, [put("vms/a1/name", f"a{number}x")], self.owner)
        from sandbox.scenarios import queries

        with self.assertNumQueries(1):
            found = queries.revisions(self.made)
        assert found[0]["words"] == ["Renamed VM a4x to a5x"]

    def test_a_revision_from_before_the_words_has_none(self) -> None:
        Revision.objects.bulk_create(
            [Revision(scenario=self.made, number=2, document=seed("hub-and-spokes"), author=self.owner)]
        )
        assert (self.items()[0]["words"], self.items()[0]["more"]) == ([], 0)

    def test_words_are_made_when_they_are_read(self) -> None:
        services.apply_patch(self.made, 1, WEB, self.owner)
        stored = Revision.objects.get(scenario=self.made, number=2).changes["first"][0]
        with translation.override("en"):
            assert changes.words(stored) == "Added VM web-1 to subnet app-a"
        assert stored["say"] == "added_to" and "words" not in stored

    def test_any_two_revisions_are_compared(self) -> None:
        services.apply_patch(self.made, 1, WEB, self.owner)
        services.apply_patch(self.made, 2, [put("nics/fw-nic/ip_forwarding", False)], self.owner)
        path = f"/scenarios/{self.made.pk}/changes"

        def told(query: str) -> list[tuple[str, str]]:
            answer = self.send(self.owner_client, "GET", path + query)
            assert answer.status_code == 200, answer.content
            return [(one["path"], one["words"]) for one in answer.json()["items"]]

        switched = ("nics/fw-nic", "Switched off IP forwarding of NIC fw-nic")
        assert told("") == [switched]
        assert sorted(told("?before=1&after=3")) == [
            switched,
            ("vms/web-1", "Added VM web-1 to subnet app-a"),
        ]
        assert told("?before=3&after=1")[0][1] == "Deleted VM web-1 from subnet app-a"
        assert told("?after=1") == [("", "Created the drawing")]
        assert self.send(self.owner_client, "GET", f"{path}?after=9").status_code == 404
        assert self.send(self.mate_client, "GET", path).status_code == 404
