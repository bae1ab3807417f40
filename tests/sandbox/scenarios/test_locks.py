"""Drawings with locked parts, and drawings of an exam."""

from __future__ import annotations

import pytest

from sandbox.runs import services as runs
from sandbox.runs.models import Kind
from sandbox.scenarios import services
from sandbox.scenarios.models import Scenario
from sandbox.sharing import services as sharing
from tests.sandbox.base import OUTBOUND, SandboxTest, seed


class LocksTest(SandboxTest):
    """[client] -- {firewalls} -- [web1], with the spaces of the hub locked."""

    def locked(self, exam: bool = False) -> Scenario:
        made = self.scenario()
        vnet = next(iter(seed("two-firewalls")["topology"]["vnets"]))
        self.pointer = f"/topology/vnets/{vnet}"
        services.restrict(made, [self.pointer], exam)
        return Scenario.objects.get(pk=made.pk)

    def test_an_edit_of_a_locked_part_is_refused_and_names_it(self) -> None:
        made = self.locked()
        patch = [{"op": "remove", "path": self.pointer}]
        answer = self.send(self.owner_client, "PATCH", f"/scenarios/{made.pk}", {"base": 1, "patch": patch})
        assert self.pointer in self.error(answer, 422)["message"]
        assert self.head(made).number == 1

    def test_the_rest_may_be_edited(self) -> None:
        made = self.locked()
        patch = [{"op": "replace", "path": "/description", "value": "mine"}]
        assert services.apply_patch(made, 1, patch, self.owner).number == 2

    def test_replacing_the_document_goes_beyond_locks_and_keeps_what_was(self) -> None:
        made = self.locked()
        assert services.replace(made, seed("first-packet"), self.owner).number == 2
        assert services.queries.revision(made, 1) is not None

    def test_a_drawing_of_an_exam_is_not_mended_copied_or_shared(self) -> None:
        made = self.locked(exam=True)
        head = self.head(made)
        with pytest.raises(services.InExam):
            runs.start(self.owner, head, Kind.WHY, dict(OUTBOUND), tell=False)
        assert runs.start(self.owner, head, Kind.TRACE, dict(OUTBOUND), tell=False)
        with pytest.raises(sharing.NotShareable):
            sharing.create(made, self.owner, [])
        assert self.owner_client.post(f"/scenarios/{made.pk}/duplicate/").status_code == 409
        body = {"kind": "why", "parameters": dict(OUTBOUND)}
        answer = self.send(self.owner_client, "POST", f"/scenarios/{made.pk}/runs", body)
        assert self.error(answer, 409)["code"] == "in_exam"
