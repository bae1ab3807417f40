"""What a sweep can vary: GET /scenarios/{id}/sweep-parameters, and a sweep of something else is refused."""

from __future__ import annotations

import pytest

from sandbox.runs.models import Kind
from sandbox.runs.parameters import BadParameters
from tests.sandbox.base import DESIGNS, FAULT, SandboxTest


class SweepParametersTest(SandboxTest):
    """A scenario with two appliances and a balancer."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def asked(self, fault: str, *designs: str) -> str:
        named = "".join(f"&designs={design}" for design in designs)
        return f"/scenarios/{self.made.pk}/sweep-parameters?fault={fault}{named}"

    def test_each_number_has_meaning_unit_grade_value_and_values(self) -> None:
        body = self.send(self.owner_client, "GET", self.asked(FAULT, *DESIGNS)).json()
        found = {one["name"]: one for one in body["items"]}
        assert found["poll.period"]["values"] == [1, 5, 10, 30, 60]
        assert (found["probe.interval"]["where"], found["probe.interval"]["unit"]) == ("drawing", "s")
        assert found["operation.median"]["meaning"] == "true duration of one network write: median"
        assert "bgp.hold" not in found

    def test_what_is_not_there_is_said_with_near_names(self) -> None:
        for path, words in (
            (self.asked(FAULT, "balanser"), "Did you mean balancer"),
            (self.asked("ghost", "balancer"), "no fault ghost"),
            (self.asked(FAULT, "route-server"), ""),
        ):
            answer = self.send(self.owner_client, "GET", path)
            self.error(answer, 422)
            assert words in answer.json()["error"]["message"]

    def test_a_sweep_of_what_no_design_uses_is_refused(self) -> None:
        sweep = {"fault": FAULT, "designs": ["balancer"], "parameter": "poll.period", "values": [1], "n": 5}
        with pytest.raises(BadParameters, match=r"use no number 'poll.period' for this fault\. "):
            self.queued(self.made, Kind.SWEEP, sweep)
        with pytest.raises(BadParameters, match=r"Did you mean probe\.interval"):
            self.queued(self.made, Kind.SWEEP, {**sweep, "parameter": "probe.intervall"})
