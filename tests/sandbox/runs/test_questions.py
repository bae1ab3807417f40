"""Runs that ask about a packet: its ways and its text, another profile, what would mend it."""

from __future__ import annotations

from typing import Any

import netcore
from sandbox.runs.models import Kind, State
from sandbox.scenarios import services
from sandbox.sharing import services as sharing
from tests.sandbox.base import OUTBOUND, SandboxTest, seed

INSIDE = OUTBOUND | {"destination": "vms/app1"}
DENY = {"priority": 100, "direction": "Outbound", "access": "Deny"}


def _said(*stops: str) -> dict[str, Any]:
    return {"forward": {"stops": stops, "outcome": "delivered"}}


class QuestionsTest(SandboxTest):
    """The owner's scenario with two firewalls."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def asked(self, kind: Kind, parameters: Any) -> list[dict[str, Any]]:
        run = self.done(self.queued(self.made, kind, parameters))
        assert run.state == State.SUCCEEDED, run.reason
        return self.log(run)

    def test_a_trace_names_every_way_with_its_steps_and_is_told_as_a_text(self) -> None:
        log = self.asked(Kind.TRACE, OUTBOUND)
        ways = [event for event in log if event["event"] == "trace.branch"]
        assert {way["label"] for way in ways if way["packet"] == 1} == {"Appliance 1", "Appliance 2"}
        assert sum(way["share"] for way in ways if way["packet"] == 1) == 1
        assert all(way["steps"] for way in ways)
        text = next(event for event in log if event["event"] == "trace.text")["paragraphs"]
        assert text[0]["role"] == "summary"
        assert len(text) > 10

    def test_a_prediction_is_kept_with_the_run_and_held_against_the_trace(self) -> None:
        prediction = {"forward": {"stops": ["internet"], "outcome": "delivered"}}
        run = self.done(self.queued(self.made, Kind.TRACE, OUTBOUND | {"prediction": prediction}))
        hops = [{"verdict": "forwarded", "next": "internet"}, {"verdict": "delivered"}]
        assert run.parameters["prediction"] == {"forward": {"hops": hops}}
        found = next(event for event in self.log(run) if event["event"] == "trace.prediction")
        assert (found["right"], found["back"]) == (False, None)
        assert found["forward"]["hops"][0]["was"].startswith("load_balancers/")

    def test_step_by_step_the_log_holds_no_more_than_was_predicted(self) -> None:
        first = {"at": OUTBOUND["source"], "verdict": "forwarded", "next": "internet"}
        prediction = {"forward": {"hops": [first]}, "stepwise": True}
        log = self.log(self.done(self.queued(self.made, Kind.TRACE, OUTBOUND | {"prediction": prediction})))
        told = [event["event"] for event in log]
        assert "trace.step" in told and "trace.prediction" in told
        assert not {"trace.verdict", "trace.text", "trace.branch"} & set(told)
        whole = self.asked(Kind.TRACE, OUTBOUND)
        assert told.count("trace.step") < sum(event["event"] == "trace.step" for event in whole)
        judged = next(event for event in log if event["event"] == "trace.prediction")
        assert judged["open"] and judged["score"] == {"right": 0, "of": 1}

    def test_a_prediction_that_an_older_version_stored_is_still_judged(self) -> None:
        old = {"forward": {"stops": ["internet"], "outcome": "delivered"}}
        run = self.queued(self.made, Kind.TRACE, OUTBOUND)
        run.parameters = run.parameters | {"prediction": old}
        run.save(update_fields=["parameters"])
        assert any(event["event"] == "trace.prediction" for event in self.log(self.done(run)))

    def test_who_says_nothing_hears_nothing_of_predictions(self) -> None:
        assert not any(event["event"] == "trace.prediction" for event in self.asked(Kind.TRACE, OUTBOUND))

    def test_two_profiles_part_at_a_step_with_a_rule_each(self) -> None:
        packet = OUTBOUND | {"protocol": "esp", "destination_port": 0, "source_port": 0}
        log = self.asked(Kind.COMPARE, {"packet": packet, "profile": "azure-2021"})
        legs = [event for event in log if event["event"] == "compare.leg"]
        assert {leg["side"] for leg in legs} == {"a", "b"}
        done = next(event for event in log if event["event"] == "compare.done")
        assert (done["same"], done["packet"]) == (False, 1)
        assert (done["a"]["profile"], done["b"]["profile"]) == ("azure-2026", "azure-2021")
        assert done["b"]["card"]["id"] == "protocols-carried"
        first = next(leg for leg in legs if leg["side"] == "b" and leg["packet"] == 1)
        assert first["steps"][done["index"]] == done["b"]["step"]

    def test_a_profile_that_refuses_the_drawing_says_why_instead(self) -> None:
        log = self.asked(Kind.COMPARE, {"packet": OUTBOUND, "profile": "aws"})
        done = next(event for event in log if event["event"] == "compare.done")
        assert done["same"] is False
        assert done["b"]["problems"] or done["b"]["verdict"]

    def test_a_drawing_with_problems_can_be_compared(self) -> None:
        self.made = self.scenario("with-problems")
        packet = {"source": "vms/pc1", "destination": "10.0.0.9"}
        log = self.asked(Kind.COMPARE, {"packet": packet, "profile": "azure-2021"})
        assert log[-2]["event"] == "compare.done"
        assert log[-2]["a"]["problems"]

    def test_every_edit_that_is_told_delivers_the_packet(self) -> None:
        document = seed("two-firewalls")
        document["topology"]["security_groups"]["nsg-allow-all"]["rules"] = {"deny": DENY}
        self.made = services.create(self.owner, document)
        log = self.asked(Kind.WHY, INSIDE)
        edits = [event for event in log if event["event"] == "why.edit"]
        assert edits
        assert log[-2]["event"] == "why.done"
        base = self.head(self.made)
        for edit in edits:
            assert edit["sentence"]
            for effect in ("opens", "breaks", "reroutes"):
                assert len(edit[effect]["packets"]) <= edit[effect]["count"]
            changed = services.create(self.owner, base.document)
            services.apply_patch(changed, 1, edit["patch"], self.owner)
            network = netcore.compile(netcore.load(self.head(changed).document))
            assert netcore.trace(network, netcore.Packet.model_validate(INSIDE)).delivered, edit["sentence"]

    def test_what_cannot_be_asked_is_said_at_its_place(self) -> None:
        path = f"/scenarios/{self.made.pk}/runs"
        compare = {"packet": OUTBOUND, "profile": "azure-2021"}
        for kind, parameters, pointer in (
            ("trace", OUTBOUND | {"destination": "web9"}, "/parameters/destination"),
            ("why", OUTBOUND | {"destination": "web9"}, "/parameters/destination"),
            ("trace", OUTBOUND | {"prediction": _said("vms/ghost")}, "/parameters/prediction"),
            ("trace", OUTBOUND | {"prediction": {"forward": 3}}, "/parameters/prediction/forward"),
            (
                "trace",
                OUTBOUND | {"prediction": _said(*["internet"] * 17)},
                "/parameters/prediction/forward",
            ),
            (
                "trace",
                OUTBOUND | {"prediction": {"forward": {"hops": []}}},
                "/parameters/prediction/forward/hops",
            ),
            ("compare", compare | {"profile": "gcp"}, "/parameters/profile"),
            ("compare", compare | {"packet": OUTBOUND | {"source": "vms/x"}}, "/parameters/packet/source"),
            ("compare", compare | {"packet": {}}, "/parameters/packet/source"),
            ("compare", {"packet": OUTBOUND}, "/parameters/profile"),
        ):
            response = self.send(self.owner_client, "POST", path, {"kind": kind, "parameters": parameters})
            error = self.error(response, 422)
            assert (error["code"], error["pointer"]) == ("parameters", pointer), parameters

    def test_only_the_owner_asks_and_a_link_shows_the_answer(self) -> None:
        body = {"kind": "compare", "parameters": {"packet": OUTBOUND, "profile": "azure-2021"}}
        for client in (self.mate_client, self.client):
            self.error(
                self.send(client, "POST", f"/scenarios/{self.made.pk}/runs", body), self.missing(client)
            )
        run = self.done(self.queued(self.made, Kind.COMPARE, body["parameters"]))
        for client in (self.mate_client, self.client):
            self.error(self.send(client, "GET", f"/runs/{run.pk}/events"), self.missing(client))
        _, token = sharing.create(self.made, self.owner, [run.pk])
        answer = self.send(self.client, "GET", f"/shared/{token}/runs/{run.pk}/events").json()
        assert answer["events"][-1]["event"] == "run.finished"
