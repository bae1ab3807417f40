"""Predictions are locked before anything runs, whichever way somebody tries to look first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sandbox.classes import exports, gradebook, wall
from sandbox.classes.models import Answer, Attempt, Broadcast, Submission
from sandbox.classes.services import exercises, work
from sandbox.runs import services as runs
from sandbox.runs.models import QUESTIONS, RACES, Kind, Run
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario
from sandbox.sharing import services as sharing
from tests.sandbox.base import text_of
from tests.sandbox.classes.base import ClassroomTest

BROADCAST = "flow: web1 -> 255.255.255.255 udp/67"
LOOKS = ("routes?nic=x", "rules?nic=x", "guest?vm=x", "health")


def bodies(packet: dict[str, Any]) -> dict[str, Any]:
    """Return parameters of every kind of run that asks something of a drawing."""
    race = {"fault": "f", "designs": ["balancer"]}
    return {
        Kind.TRACE: packet,
        Kind.COMPARE: {"packet": packet, "profile": "aws"},
        Kind.WHY: packet,
        Kind.FAILOVER: race,
        Kind.LIVE: {"designs": ["balancer"]},
        Kind.TRIALS: race,
        Kind.SWEEP: {**race, "parameter": "x", "values": [1]},
        Kind.MATRIX: {"ports": [443]},
        Kind.REACH: {"source": packet["source"]},
        Kind.EXPOSED: {},
        Kind.DIFFERENCE: {"before": 1},
    }


class PredictionsTest(ClassroomTest):
    """Lab 1 asks for a route and for the fate of a ping before the first packet."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise()
        self.attempt = self.begun(self.set, predicted=False)
        self.user, self.browser = self.users["learner"], self.clients["learner"]
        self.drawing = work.drawing(self.attempt, self.user)
        self.page = self.set.get_absolute_url()
        self.trace = self.packet(self.attempt)
        self.bodies = bodies(self.trace)

    def refusal(self, drawing: Scenario, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.send(self.browser, method, f"/scenarios/{drawing.pk}/{path}", body)
        return self.error(answer, 409)

    def everything_is_refused(self, drawing: Scenario) -> None:
        for kind, parameters in self.bodies.items():
            for background in (False, True) if kind in runs.IN_BACKGROUND else (False,):
                body = {"kind": kind, "parameters": parameters, "background": background}
                said = self.refusal(drawing, "POST", "runs", body)
                assert said["code"] == "predict_first", kind
        for look in LOOKS:
            assert self.refusal(drawing, "GET", look)["code"] == "predict_first", look
        nic = next(iter(self.head(drawing).document["topology"].get("nics", {"nics": {}})))
        patch = [{"op": "replace", "path": "/name", "value": "mine"}]
        preview = {"base": self.head(drawing).number, "patch": patch, "nic": nic}
        assert self.refusal(drawing, "POST", "preview", preview)["code"] == "predict_first"
        assert not Run.objects.filter(owner=self.user).exists()

    def test_every_kind_of_run_is_listed_here(self) -> None:
        assert {*self.bodies, Kind.IMPORT, Kind.GRADE} == set(Kind)
        assert set(RACES) | set(QUESTIONS) < set(self.bodies)

    def test_before_that_nothing_runs_and_the_answer_leads_to_the_question(self) -> None:
        self.everything_is_refused(self.drawing)
        said = self.refusal(self.drawing, "POST", "runs", {"kind": "trace", "parameters": self.trace})
        assert "Pinging the subnet's first address" in said["message"]
        assert [one["url"] for one in said["questions"]] == [
            f"{self.page}#check-which-route",
            f"{self.page}#check-first-address",
        ]
        shown = self.browser.get(self.page).content.decode()
        assert "2 predictions come first" in shown and 'href="#check-which-route"' in shown
        answer = self.browser.get(f"/api/v1/scenarios/{self.drawing.pk}").json()
        assert len(answer["withheld"]) == 2 and answer["can"]["share"] is False

    def test_a_copy_of_any_kind_is_no_way_round(self) -> None:
        document = self.head(self.drawing).document
        assert self.browser.post(f"/scenarios/{self.drawing.pk}/duplicate/").status_code == 409
        assert self.refusal(self.drawing, "POST", "duplicate")["code"] == "predict_first"
        assert self.refusal(self.drawing, "GET", "document.json")["code"] == "predict_first"
        with pytest.raises(sharing.NotShareable):
            sharing.create(self.drawing, self.user, [])
        assert text_of(self.browser.get("/settings/export/")) == "[]\n"
        text = json.dumps(document)
        for number, name in enumerate(document["topology"]["vms"]):
            text = text.replace(name, f"other{number}")
        renamed = json.loads(text)
        for copy in (document, renamed):
            made = self.send(self.browser, "POST", "/scenarios", {"document": copy})
            pasted = Scenario.objects.get(pk=json.loads(made.content)["id"])
            self.everything_is_refused(pasted)

    def test_a_drawing_that_becomes_a_copy_by_an_edit_is_one(self) -> None:
        document = self.head(self.drawing).document
        empty = scenarios.create(self.user, {"schema": 1, "name": "mine"})
        patch = [{"op": "add", "path": "/topology", "value": document["topology"]}]
        scenarios.apply_patch(empty, 1, patch, self.user)
        self.everything_is_refused(Scenario.objects.get(pk=empty.pk))

    def test_deleting_the_drawing_is_no_way_round(self) -> None:
        document = self.head(self.drawing).document
        runs.delete_scenario(self.drawing)
        pasted = scenarios.create(self.user, document)
        self.everything_is_refused(pasted)
        self.attempt.refresh_from_db()
        anew = work.drawing(self.attempt, self.user)
        self.everything_is_refused(anew)
        self.predict(self.attempt)
        for one in (anew, pasted):
            assert not Scenario.objects.get(pk=one.pk).withheld

    def test_a_drawing_of_ones_own_is_not_touched(self) -> None:
        own = scenarios.create(self.user, self.head(self.scenario()).document)
        assert (own.withheld, own.exam, own.follows_id) == ([], False, None)

    def test_once_they_are_locked_all_of_it_runs_and_leaves(self) -> None:
        copy = scenarios.create(self.user, self.head(self.drawing).document)
        self.predict(self.attempt)
        for drawing in (self.drawing, copy):
            body = {"kind": "trace", "parameters": self.trace}
            answer = self.send(self.browser, "POST", f"/scenarios/{drawing.pk}/runs", body)
            assert answer.status_code == 202, answer.content
            for look in (*LOOKS, "document.json"):
                path = f"/scenarios/{drawing.pk}/{look}"
                assert self.send(self.browser, "GET", path).status_code in (200, 404), look
        assert b"come first" not in self.browser.get(self.page).content

    def test_one_is_not_enough_and_a_wrong_one_is(self) -> None:
        work.lock_answer(self.attempt, self.user, "which-route", {"type": "None"})
        said = self.refusal(self.drawing, "POST", "runs", {"kind": "trace", "parameters": self.trace})
        assert len(said["questions"]) == 1
        work.lock_answer(self.attempt, self.user, "first-address", "delivered")
        assert runs.start(self.user, self.head(self.drawing), Kind.TRACE, dict(self.trace), tell=False)

    def test_questions_about_races_withhold_races_only(self) -> None:
        withheld = [{"title": "Lanes", "url": "/x", "told": "races"}]
        scenarios.restrict(self.drawing, [], False, withheld)
        head = self.head(self.drawing)
        assert runs.start(self.user, head, Kind.TRACE, dict(self.trace), tell=False)
        for kind in RACES:
            with pytest.raises(scenarios.PredictFirst):
                runs.start(self.user, head, kind, self.bodies[kind], tell=False)
        restrictions.may_tell(head.scenario, "packets")

    def test_a_grading_tells_of_packets_so_it_comes_after_them(self) -> None:
        answer = self.browser.post(f"/attempts/{self.attempt.pk}/submit/")
        assert answer["Location"] == f"{self.page}#check-which-route"
        assert not Submission.objects.exists()
        assert "Predictions come first" in self.browser.get(self.page).content.decode()

    def test_a_locked_answer_stays_and_is_scored_apart_from_behaviour(self) -> None:
        work.lock_answer(self.attempt, self.user, "which-route", {"type": "None"})
        work.lock_answer(self.attempt, self.user, "first-address", "NO_SUCH_HOST")
        fields = {"first-address||": "delivered", "first-address|": "delivered"}
        self.browser.post(f"/attempts/{self.attempt.pk}/answers/first-address/", fields)
        assert Answer.objects.get(check_id="first-address").value == "NO_SUCH_HOST"
        self.solve(self.attempt)
        made = self.graded(self.attempt)
        rows = gradebook.exercise_table(self.set)["rows"]
        mine = next(row for row in rows if row["attempt"])
        assert (mine["predictions"], mine["behaviour"]) == (10, 70)
        assert Attempt.objects.get().score == 80
        page = self.clients["instructor"].get(f"/exercises/{self.set.pk}/grades/").content.decode()
        assert "Predictions" in page and "Behaviour" in page
        mine_shown = self.browser.get(made.get_absolute_url()).content.decode()
        assert "Predictions" in mine_shown
        data = exports.course_data(self.course)
        score = next(one for one in data["learners"] if one["login"] == "learner")["scores"][0]
        assert (score["predictions"], score["behaviour"]) == (10, 70)

    def test_a_wrong_one_is_told_the_idea_behind_it_once_results_are_shown(self) -> None:
        files = dict(self.attempt.pack.files)
        files["checks.yml"] = files["checks.yml"].replace("flow: web1 -> 10.10.1.1 icmp", BROADCAST)
        assert BROADCAST in files["checks.yml"]
        exercise = self.exercise(pack=self.pack_from(files, self.course), results="on_release")
        attempt = self.begun(exercise, predicted=False)
        work.lock_answer(attempt, self.user, "first-address", "delivered")
        self.predict(attempt)
        page = self.graded(attempt).get_absolute_url()
        idea = "You may think that broadcast and multicast reach the neighbours."
        assert idea in self.clients["assistant"].get(page).content.decode()
        assert idea not in self.browser.get(page).content.decode()
        exercises.release(exercise, True)
        shown = self.browser.get(page).content.decode()
        assert idea in shown and 'href="/facts/?q=B5"' in shown
        (row,) = wall.insight(exercise, hidden=False)["ideas"]
        assert (row["id"], row["learners"]) == ("broadcast", 1)

    def test_after_the_end_predictions_can_still_be_locked_so_that_the_drawing_runs(self) -> None:
        self.set.submissions = 1
        self.set.save()
        self.predict(self.attempt)
        self.graded(self.attempt)
        late = self.begun(self.set, "other_learner", predicted=False)
        self.set.minutes = 1
        self.set.save()
        Attempt.objects.filter(pk=late.pk).update(started="2020-01-01T00:00:00Z")
        again = Attempt.objects.get(pk=late.pk)
        self.predict(again)
        with pytest.raises(work.WorkRefused, match="over"):
            work.submit(again, self.users["other_learner"])

    def test_the_drawing_of_somebody_else_is_looked_at_afterwards(self) -> None:
        shown = Broadcast.objects.create(exercise=self.set, document={"schema": 1, "name": "shown"})
        copy = f"/broadcasts/{shown.pk}/copy/"
        for client in (self.browser, self.clients["other_learner"]):
            assert client.post(copy)["Location"] == self.page
        self.predict(self.attempt)
        assert self.browser.post(copy)["Location"].startswith("/scenarios/")

    def test_staff_who_try_it_are_asked_too(self) -> None:
        attempt = self.begun(self.set, "instructor", predicted=False)
        drawing = work.drawing(attempt, self.users["instructor"])
        client: Client = self.clients["instructor"]
        answer = self.send(client, "GET", f"/scenarios/{drawing.pk}/health")
        assert self.error(answer, 409)["code"] == "predict_first"
