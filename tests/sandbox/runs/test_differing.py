"""A run of the difference between two revisions of one scenario."""

from __future__ import annotations

from typing import Any

import pytest

import netcore
from sandbox.runs import queries
from sandbox.runs.columns import Read, decode
from sandbox.runs.differing import EFFECTS
from sandbox.runs.models import Kind, State
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import services
from tests.sandbox.base import SandboxTest, seed

pytestmark = pytest.mark.timeout(900)
"""The first run compiles the kernels where the engine is new: a minute of processor, and others may work."""

RULES = "/topology/security_groups/nsg-allow-all/rules"
DENY = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Deny",
    "protocol": "tcp",
    "destination_ports": ["22", "8000-8080"],
}


class DifferingTest(SandboxTest):
    """Revision 2 denies two runs of ports that revision 1 let through."""

    def setUp(self) -> None:
        super().setUp()
        document = seed("two-firewalls")
        document["topology"]["security_groups"]["nsg-allow-all"]["rules"]["allow-all-in"]["priority"] = 200
        self.made = services.create(self.owner, document)
        services.apply_patch(self.made, 1, [{"op": "add", "path": f"{RULES}/no", "value": DENY}], self.owner)

    def start(self, parameters: Any, **more: Any) -> Any:
        body = {"kind": "difference", "parameters": parameters, **more}
        return self.send(self.owner_client, "POST", f"/scenarios/{self.made.pk}/runs", body)

    def asked(self) -> tuple[list[dict[str, Any]], dict[str, Read]]:
        run = self.done(self.queued(self.made, Kind.DIFFERENCE, {"before": 1}))
        assert run.state == State.SUCCEEDED, run.reason
        tables = decode(b"".join(queries.columns_of(run.pk, 0)))
        return self.log(run), {table.table: table for table in tables}

    def test_what_the_edit_closed_is_told_in_words_and_as_columns(self) -> None:
        log, tables = self.asked()
        done = log[-2]
        assert done["event"] == "difference.done"
        assert done["counts"]["closed"] > 0
        assert done["edited"] == ["security_groups/nsg-allow-all/rules/no"]
        told = [event for event in log if event["event"] == "difference.change"]
        changes = tables["changes"].columns
        assert len(told) == min(20, len(changes["pairs"])) == min(20, done["changes"])
        ports = tables["ports"].columns
        for event in told:
            assert event["text"]
            assert event["pairs"] == changes["pairs"][event["number"]]
            bits = int(changes["effects"][event["number"]])
            assert event["effects"] == [name for place, name in enumerate(EFFECTS) if bits >> place & 1]
            mine = ports["change"] == event["number"]
            runs = [list(run) for run in zip(ports["first"][mine], ports["last"][mine], strict=True)]
            assert event["ports"] == runs
        closed = next(event for event in told if event["effects"] == ["closed"])
        packet = netcore.Packet.model_validate(closed["example"])
        fates = [netcore.trace(netcore.load(self.revision(number)), packet).delivered for number in (1, 2)]
        assert fates == [True, False]

    def test_side_effects_are_named_and_told_first(self) -> None:
        services.apply_patch(
            self.made,
            2,
            [
                {"op": "remove", "path": f"{RULES}/no"},
                {"op": "replace", "path": f"{RULES}/allow-all-out/priority", "value": 200},
                {"op": "add", "path": f"{RULES}/out", "value": {**DENY, "direction": "Outbound"}},
            ],
            self.owner,
        )
        self.made.refresh_from_db()
        log = self.log(self.done(self.queued(self.made, Kind.DIFFERENCE, {"before": 1})))
        told = [event for event in log if event["event"] == "difference.change"]
        marks = [event["side_effect"] for event in told]
        assert marks == sorted(marks, reverse=True)
        lost = [event for event in told if event["side_effect"] and "closed" in event["effects"]]
        assert lost, "outbound access to the Internet is lost"
        assert all(one["to"] == "internet" for one in lost[0]["receivers"])
        assert log[-2]["side_effects"] >= len(lost)

    def test_pairs_follow_from_blocks_and_their_members(self) -> None:
        _, tables = self.asked()
        ends, members = tables["ends"].columns, tables["members"].columns
        counted = [0] * len(tables["changes"].columns["pairs"])
        for block, change in enumerate(tables["blocks"].columns["change"].tolist()):
            mine = members["block"] == block
            senders, receivers = (
                [ends["path"][end] for end in members["end"][mine & (members["receives"] == side)].tolist()]
                for side in (0, 1)
            )
            counted[change] += sum(one != other for one in senders for other in receivers)
        assert counted == tables["changes"].columns["pairs"].tolist()

    def test_the_second_revision_is_the_newest_unless_it_is_named(self) -> None:
        assert self.start({"before": 1}).json()["revision"] == 2
        assert self.start({"before": 2}, revision=1).json()["revision"] == 1

    def test_revisions_that_are_not_there_or_the_same_are_refused(self) -> None:
        for parameters, words in (
            ({"before": 9}, "no revision 9"),
            ({"before": 2}, "name another one"),
            ({"before": 0}, "greater than or equal to 1"),
            ({}, "Field required"),
        ):
            error = self.error(self.start(parameters), 422)
            assert words in error["message"]
            assert error["pointer"] == "/parameters/before"

    def test_a_revision_of_somebody_else_cannot_be_named(self) -> None:
        body = {"kind": "difference", "parameters": {"before": 1}}
        self.error(self.send(self.mate_client, "POST", f"/scenarios/{self.made.pk}/runs", body), 404)

    def test_a_revision_with_problems_is_refused_with_all_of_them(self) -> None:
        self.made = self.scenario("with-problems")
        services.apply_patch(
            self.made, 1, [{"op": "replace", "path": "", "value": seed("two-firewalls")}], self.owner
        )
        error = self.error(self.start({"before": 1}), 422)
        assert error["code"] == "not_runnable"

    def revision(self, number: int) -> Any:
        return self.made.revisions.get(number=number).document

    def test_the_next_edit_goes_on_from_what_is_known_of_this_one(self) -> None:
        """The arrays of revision 2 are those of revision 1 brought up to date, and answer as new ones do."""
        self.asked()
        second = self.made.revisions.get(number=2)
        kept = scenario_queries.compared(second)
        assert kept is not scenario_queries.arrays(second)
        services.apply_patch(self.made, 2, [{"op": "remove", "path": f"{RULES}/no"}], self.owner)
        self.made.refresh_from_db()
        run = self.done(self.queued(self.made, Kind.DIFFERENCE, {"before": 2}))
        done = self.log(run)[-2]
        assert done["counts"]["opened"] > 0
        assert scenario_queries.compared(second) is kept
        anew = netcore.difference(netcore.load(self.revision(2)), netcore.load(self.revision(3)))
        assert done["changes"] == len(anew.changes)
        assert done["counts"]["opened"] == sum(change.pairs() for change in anew.of(netcore.Effect.OPENED))
