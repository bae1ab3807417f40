"""An exam: no fixes, no hints, no sharing, by no road through the server."""

from __future__ import annotations

import html
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from sandbox.classes.models import Attempt, Broadcast
from sandbox.classes.services import exercises, packs, work
from sandbox.classes.services import wall as walls
from sandbox.runs import services as runs
from sandbox.runs.models import Kind, Run, State
from sandbox.runs.work import work as computed
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario
from sandbox.sharing import services as sharing
from tests.sandbox.base import OUTBOUND, text_of
from tests.sandbox.classes.base import LAB, ClassroomTest


class ExamTest(ClassroomTest):
    """A learner sits an exam of an hour."""

    def setUp(self) -> None:
        super().setUp()
        self.user, self.browser = self.users["learner"], self.clients["learner"]
        self.set = self.exercise(exam=True, minutes=60, closes=now() + timedelta(days=1))
        self.attempt = self.begun(self.set)
        self.drawing = work.drawing(self.attempt, self.user)
        self.document = self.head(self.drawing).document
        self.lost = {**self.packet(self.attempt), "destination": "10.250.0.9"}

    def is_kept(self, drawing: Scenario) -> None:
        """Pass if a drawing is mended, copied, downloaded and shared by no road."""
        drawing = Scenario.objects.get(pk=drawing.pk)
        base = f"/scenarios/{drawing.pk}"
        why = {"kind": "why", "parameters": self.lost}
        for method, path, body in (
            ("POST", f"{base}/runs", why),
            ("POST", f"{base}/duplicate", None),
            ("GET", f"{base}/document.json", None),
            ("GET", f"{base}/document.json?revision=1", None),
        ):
            said = self.error(self.send(self.browser, method, path, body), 409)
            assert said["code"] == "in_exam", path
        assert self.browser.post(f"/scenarios/{drawing.pk}/duplicate/").status_code == 409
        self.error(self.send(self.browser, "POST", f"{base}/shares", {"runs": []}), 422)
        assert drawing.name not in text_of(self.browser.get("/settings/export/"))

    def renamed(self) -> Any:
        """Return the drawing with other names and ids of its VMs."""
        text = json.dumps(self.document)
        for number, name in enumerate(self.document["topology"]["vms"]):
            text = text.replace(name, f"other{number}")
        return json.loads(text)

    def test_the_drawing_is_kept_and_traces_run(self) -> None:
        self.is_kept(self.drawing)
        assert runs.start(self.user, self.head(self.drawing), Kind.TRACE, dict(self.lost), tell=False)
        can = self.browser.get(f"/api/v1/scenarios/{self.drawing.pk}").json()["can"]
        assert can == {"edit": True, "run": True, "share": False, "download": False}
        assert b"/duplicate/" not in self.browser.get("/").content

    def test_an_exam_with_results_at_once_is_released_for_what_is_told_afterwards(self) -> None:
        self.solve(self.attempt)
        self.graded(self.attempt)
        teacher, page = self.clients["instructor"], f"/exercises/{self.set.pk}/"
        told = "What to take away"
        self.assertNotContains(self.browser.get(page), told)
        self.assertContains(teacher.get(f"{page}grades/"), "Release results")
        teacher.post(f"{page}release/")
        self.assertContains(teacher.get(f"{page}grades/"), "Hide results again")
        self.assertContains(self.browser.get(page), told)
        self.assertNotContains(teacher.get(f"/exercises/{self.exercise().pk}/grades/"), "Release results")

    def test_what_runs_say_holds_nothing_that_would_help(self) -> None:
        traced = self.done(
            runs.start(self.user, self.head(self.drawing), Kind.TRACE, dict(self.lost), tell=False)
        )
        log = self.log(traced)
        assert traced.state == State.SUCCEEDED
        free = scenarios.create(self.owner, self.document)
        same = runs.start(self.owner, self.head(free), Kind.TRACE, dict(self.lost), tell=False)
        whole = list(computed(same))
        assert "What would help" in json.dumps(whole)
        assert "What would help" not in json.dumps(log)
        assert len(log) == len(whole) + 1

        def mends(value: Any) -> list[Any]:
            if isinstance(value, dict):
                own = [value["mend"]] if value.get("mend") else []
                return own + [found for one in value.values() for found in mends(one)]
            return [found for one in value for found in mends(one)] if isinstance(value, list) else []

        assert mends(whole) and not mends(log)

    def test_pasting_it_into_another_drawing_makes_that_one_of_the_exam(self) -> None:
        answer = self.send(self.browser, "POST", "/scenarios", {"document": self.document})
        self.is_kept(Scenario.objects.get(pk=json.loads(answer.content)["id"]))
        self.is_kept(scenarios.create(self.user, self.renamed()))

    def test_importing_it_as_a_file_does_too(self) -> None:
        file = SimpleUploadedFile("mine.json", json.dumps(self.document).encode())
        answer = self.browser.post("/api/v1/imports", {"file": file})
        run = self.done(Run.objects.get(pk=answer.json()["run"]["id"]))
        found = next(event for event in self.log(run) if event["event"] == "import.done")
        self.is_kept(Scenario.objects.get(pk=found["scenario"]))

    def test_building_it_up_by_edits_does_too(self) -> None:
        mine = scenarios.create(self.user, {"schema": 1, "name": "mine"})
        topology = self.document["topology"]
        patch = [{"op": "add", "path": "/topology", "value": {}}]
        patch += [{"op": "add", "path": f"/topology/{key}", "value": part} for key, part in topology.items()]
        scenarios.apply_patch(mine, 1, patch, self.user)
        self.is_kept(mine)

    def test_a_live_race_that_is_saved_stays_in_the_exam(self) -> None:
        copy = scenarios.create(self.owner, {"schema": 1, "name": "small"})
        source = Scenario.objects.get(pk=self.drawing.pk)
        scenarios.restrictions.bind(copy, source)
        copy.refresh_from_db()
        assert copy.exam and copy.follows == source

    def test_while_it_is_sat_nothing_else_is_mended_or_shared_either(self) -> None:
        own = scenarios.create(self.user, self.head(self.scenario()).document)
        with pytest.raises(scenarios.InExam):
            runs.start(self.user, self.head(own), Kind.WHY, dict(OUTBOUND), tell=False)
        with pytest.raises(sharing.NotShareable, match="until it is over"):
            sharing.create(own, self.user, [])
        files = packs.files_of(packs.SHIPPED / LAB)
        edits = files["reference/data-subnet.yml"].partition("\nanswers:")[0]
        files["checkpoints/half.yml"] = f"{edits}\n"
        with_half = self.pack_from(files, self.course)
        other = self.begun(self.exercise(reference=True, pack=with_half))
        with pytest.raises(work.WorkRefused, match="no hints"):
            work.take_hint(other, self.user)
        with pytest.raises(work.WorkRefused, match="no references"):
            work.go_on_from_reference(other, self.user)
        with pytest.raises(work.WorkRefused, match="no references"):
            work.go_on_from_checkpoint(other, self.user, "half")
        Attempt.objects.filter(pk=self.attempt.pk).update(started=now() - timedelta(hours=2))
        assert runs.start(self.user, self.head(own), Kind.WHY, dict(OUTBOUND), tell=False)
        assert sharing.create(own, self.user, [])
        assert work.take_hint(other, self.user) == 1
        assert work.go_on_from_checkpoint(other, self.user, "half")

    def test_when_the_time_is_over_its_drawing_still_does_not_leave(self) -> None:
        Attempt.objects.filter(pk=self.attempt.pk).update(started=now() - timedelta(hours=2))
        self.is_kept(self.drawing)
        self.is_kept(scenarios.create(self.user, self.document))

    def test_links_from_before_open_nothing_while_it_is_an_exam(self) -> None:
        practice = self.exercise()
        attempt = self.begun(practice)
        drawing = work.drawing(attempt, self.user)
        Attempt.objects.filter(pk=self.attempt.pk).delete()
        _, token = sharing.create(drawing, self.user, [])
        address = f"/api/v1/shared/{token}"
        assert self.client.get(address).status_code == 200
        practice.exam = True
        exercises.save(practice)
        for path in ("", "/routes?nic=x", "/rules?nic=x", "/guest?vm=x", "/health"):
            assert self.client.get(f"{address}{path}").status_code == 404, path
        assert self.client.get(f"/s/{token}/").status_code == 404
        assert self.send(self.mate_client, "POST", f"/shared/{token}/fork").status_code == 404
        self.is_kept(drawing)
        practice.exam = False
        exercises.save(practice)
        assert self.client.get(address).status_code == 200

    def test_a_counterexample_on_a_copy_stays_in_the_exam(self) -> None:
        self.break_it(self.attempt)
        grading = self.graded(self.attempt).gradings.get()
        row = next(one for one in grading.rows.filter(hidden=False) if one.counterexample)
        type(row)._base_manager.filter(pk=row.pk).update(
            counterexample={**row.counterexample, "patch": [{"op": "add", "path": "/seed", "value": 9}]}
        )
        answer = self.browser.post(f"/gradings/{grading.pk}/replay/{row.pk}/")
        copy = Scenario.objects.get(pk=answer["Location"].split("/")[2])
        assert copy.pk != self.drawing.pk
        self.is_kept(copy)

    def test_of_wrong_predictions_no_road_tells_what_was_right_before_the_release(self) -> None:
        files = dict(self.set.pack.files)
        files["checks.yml"] = files["checks.yml"].replace(
            "flow: web1 -> 10.10.1.1 icmp", "flow: web1 -> 10.10.1.255 icmp"
        )
        exercise = self.exercise(pack=self.pack_from(files, self.course), exam=True, minutes=60)
        attempt = self.begun(exercise, predicted=False)
        work.lock_answer(attempt, self.user, "first-address", "delivered")
        self.predict(attempt)
        page = self.graded(attempt).get_absolute_url()
        grading = attempt.submissions.get().gradings.get()
        row = grading.rows.get(check_id="first-address")
        assert row.state == "failed" and row.message and row.counterexample
        assert grading.run is not None
        replay = f"/gradings/{grading.pk}/replay/{row.pk}/"
        run = f"/api/v1/runs/{grading.run_id}"
        idea, told = "You may think that", row.message

        for path in (page, f"{run}/events", f"{run}/export.json", f"{run}/export.csv"):
            shown = text_of(self.browser.get(path))
            assert idea not in shown and told not in html.unescape(shown), path
        assert replay not in text_of(self.browser.get(page))
        assert self.browser.post(replay).status_code == 404
        assert self.clients["assistant"].post(replay).status_code != 404
        assert told in html.unescape(text_of(self.clients["assistant"].get(page)))
        exercises.release(exercise, True)
        shown = html.unescape(text_of(self.browser.get(page)))
        assert idea in shown and told in shown and replay in shown
        assert self.browser.post(replay).status_code == 302

    def test_no_drawing_of_it_is_shown_to_the_class(self) -> None:
        submission = self.graded(self.attempt)
        with pytest.raises(walls.WallRefused):
            walls.broadcast(self.set, self.owner, submission, "look")
        self.clients["assistant"].post(f"/submissions/{submission.pk}/broadcast/", {"note": "look"})
        assert not Broadcast.objects.exists()

    def test_who_teaches_is_not_held(self) -> None:
        tried = work.drawing(self.begun(self.set, "instructor"), self.users["instructor"])
        assert not Scenario.objects.get(pk=tried.pk).exam

    def test_an_exam_ends(self) -> None:
        teacher = self.clients["instructor"]
        path = f"/exercises/{self.set.pk}/settings/"
        form = teacher.get(path).context["form"]
        values = {name: form[name].value() for name in form.fields}
        body = {key: "" if value is None else value for key, value in values.items() if value is not False}
        assert teacher.post(path, {**body, "minutes": 0, "closes": ""}).status_code == 422
        assert teacher.post(path, {**body, "minutes": 30, "closes": ""}).status_code == 302


class LocksTest(ClassroomTest):
    """The virtual networks and the name are locked, on every road that writes."""

    def test_locked_parts_stay_on_every_road(self) -> None:
        attempt = self.begun(self.exercise(locks=["/topology/vnets", "/name"]))
        user, browser = self.users["learner"], self.clients["learner"]
        drawing = work.drawing(attempt, user)
        document = self.head(drawing).document
        base = f"/scenarios/{drawing.pk}"
        vnet = next(iter(document["topology"]["vnets"]))
        moved = {**document["topology"]["vnets"][vnet], "address_space": ["10.9.0.0/16"]}
        for patch in (
            [{"op": "remove", "path": f"/topology/vnets/{vnet}"}],
            [{"op": "replace", "path": f"/topology/vnets/{vnet}", "value": moved}],
            [{"op": "add", "path": "/topology/vnets/more", "value": moved}],
            [{"op": "replace", "path": "", "value": self.head(self.scenario()).document}],
            [{"op": "replace", "path": "/topology", "value": {}}],
            [{"op": "move", "from": "/topology/vnets", "path": "/notes/x"}],
            [{"op": "copy", "from": "/description", "path": "/name"}],
        ):
            self.error(self.send(browser, "PATCH", base, {"base": 1, "patch": patch}), 422)
        assert browser.post(f"{base}/rename/", {"name": "Mine"}).status_code == 409
        assert self.head(drawing).number == 1
        patch = [{"op": "replace", "path": "/description", "value": "mine"}]
        assert self.send(browser, "PATCH", base, {"base": 1, "patch": patch}).status_code == 200
        work.reset(attempt, user)
        assert self.head(drawing).document["topology"]["vnets"] == document["topology"]["vnets"]
