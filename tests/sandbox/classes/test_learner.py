"""A learner's way through an exercise: begin, hints, answers, submit, results, replay, reset."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

import netcore
from sandbox.classes import packs
from sandbox.classes.models import Attempt, AttemptEvent, Deed, Exercise, GradeEvent, Grading
from sandbox.classes.services import exercises, work
from sandbox.runs import runner
from sandbox.runs import services as runs
from sandbox.runs.models import Kind, Run
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario
from tests.sandbox.classes.base import ClassroomTest


class LearnerTest(ClassroomTest):
    """Lab 1: [web1] [app1] in two subnets; data1 is missing."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = self.clients["learner"]

    def test_beginning_makes_a_private_drawing_of_a_variant_once(self) -> None:
        exercise = self.exercise(locks=["/topology/vnets"])
        for _ in range(2):
            self.browser.post(f"{exercise.get_absolute_url()}start/")
        attempt = Attempt.objects.get()
        assert attempt.scenario is not None
        assert attempt.scenario.owner == self.users["learner"]
        assert attempt.scenario.locks == ["/topology/vnets"]
        other = self.begun(exercise, "other_learner")
        assert other.seed != attempt.seed
        url = attempt.scenario.get_absolute_url()
        assert self.browser.get(url).status_code == 200
        assert self.clients["other_learner"].get(url).status_code == 404
        assert self.clients["owner"].get(url).status_code == 404

    def test_the_page_says_what_a_worse_submission_does_by_the_scoring(self) -> None:
        for scoring, words in (
            ("guarantee", "A worse one never lowers the score"),
            ("best", "a worse one never lowers the score"),
            ("last", "a worse one lowers the score"),
        ):
            page = self.browser.get(self.begun(self.exercise(scoring=scoring)).exercise.get_absolute_url())
            self.assertContains(page, words)
            assert (b"never lowers the score" in page.content) == (scoring != "last")

    def test_when_the_attempt_is_over_the_drawing_is_not_put_back(self) -> None:
        exercise = self.exercise(reference=True)
        self.begun(exercise)
        offered = ("Back to the start", "Go on from the reference<")
        for words in offered:
            self.assertContains(self.browser.get(exercise.get_absolute_url()), words)
        exercise.closes = now() - timedelta(hours=1)
        exercise.save()
        for words in offered:
            self.assertNotContains(self.browser.get(exercise.get_absolute_url()), words)

    def test_a_lock_holds_in_the_names_that_a_learner_has(self) -> None:
        exercise = self.exercise(locks=["/topology/vms/web1"])
        found = self.begun(exercise)
        attempt = work.start(exercise, self.places["other_learner"], self.users["other_learner"])
        for one in (found, attempt):
            assert one.scenario is not None
            one.scenario.refresh_from_db()
            (pointer,) = one.scenario.locks
            machine = pointer.removeprefix("/topology/vms/")
            assert machine in self.head(one.scenario).document["topology"]["vms"], (one.seed, pointer)
            variant = netcore.variant(packs.pack_of(one.pack), one.seed)
            assert netcore.in_variant(packs.pack_of(one.pack), one.seed, "web1") == machine
            assert machine in variant.document["topology"]["vms"]

    def test_before_it_opens_a_learner_sees_nothing_of_it(self) -> None:
        exercise = self.exercise(opens=now() + timedelta(days=1))
        page = self.browser.get(exercise.get_absolute_url()).content
        assert b"Opens on" in page and b"checks look at" not in page
        self.browser.post(f"{exercise.get_absolute_url()}start/")
        assert not Attempt.objects.exists()
        self.clients["instructor"].post(f"{exercise.get_absolute_url()}start/")
        assert Attempt.objects.exists()

    def test_a_submission_is_graded_and_scored(self) -> None:
        exercise = self.exercise()
        attempt = self.begun(exercise)
        self.solve(attempt)
        made = self.graded(attempt)
        attempt.refresh_from_db()
        assert attempt.score == 100 and attempt.ungraded == 0
        page = self.browser.get(made.get_absolute_url()).content.decode()
        assert "✓ passed" in page and "failed" not in page
        assert GradeEvent.objects.get().score == 100

    def test_several_clicks_are_one_submission_until_it_is_graded(self) -> None:
        exercise = self.exercise(submissions=2)
        attempt = self.begun(exercise)
        path = f"/attempts/{attempt.pk}/submit/"
        pages = {self.browser.post(path)["Location"] for _ in range(3)}
        assert pages == {attempt.submissions.get().get_absolute_url()}
        assert attempt.record.filter(deed=Deed.SUBMITTED).count() == 1
        run = Run.objects.get(grading__submission__attempt=attempt)
        runner.execute(run.pk)
        self.browser.post(path)  # as it was, but graded: again on purpose
        assert attempt.submissions.count() == 2
        used_up = {self.browser.post(path)["Location"] for _ in range(2)}
        assert used_up == {attempt.submissions.get(number=2).get_absolute_url()}

    def test_what_changed_is_handed_in_though_the_one_before_waits(self) -> None:
        attempt = self.begun(self.exercise())
        first, _ = work.submit(attempt, self.users["learner"], tell=False)
        self.solve(attempt)
        second, _ = work.submit(attempt, self.users["learner"], tell=False)
        assert (first.number, second.number) == (1, 2)

    def test_an_empty_try_fails_with_reasons_and_a_worse_one_never_lowers(self) -> None:
        attempt = self.begun(self.exercise())
        self.solve(attempt)
        self.graded(attempt)
        work.reset(attempt, self.users["learner"])
        worse = self.graded(attempt)
        attempt.refresh_from_db()
        assert attempt.score == 100
        assert Grading.objects.get(submission=worse).rows.filter(state="failed").exists()
        assert AttemptEvent.objects.filter(deed=Deed.RESET).exists()

    def test_the_run_tells_check_by_check_and_nothing_of_hidden_ones_but_how_they_went(self) -> None:
        attempt = self.begun(self.exercise())
        self.graded(attempt)
        run = Run.objects.get(kind=Kind.GRADE)
        told = [event for event in self.log(run) if event["event"] == "grade.check"]
        hidden = list(Grading.objects.get().rows.filter(hidden=True))
        assert len(told) == told[0]["of"] and hidden
        for row in hidden:
            event = told[row.position - 1]
            assert event["check"] is None and "message" not in event
            assert event["title"] == (row.title if row.state == "failed" else "")

    def test_results_that_wait_for_release_are_in_no_page_and_no_log(self) -> None:
        exercise = self.exercise(results="on_release")
        attempt = self.begun(exercise)
        made = self.graded(attempt)
        log = self.log(Run.objects.get(kind=Kind.GRADE))
        assert all(event.get("check") is None and "state" not in event for event in log[:-1])
        paths = (made.get_absolute_url(), exercise.get_absolute_url(), self.course.get_absolute_url())
        for path in paths:
            page = self.browser.get(path).content.decode()
            assert "✕" not in page and "✓" not in page
        exercises.release(exercise, True)
        assert "✕ failed" in self.browser.get(made.get_absolute_url()).content.decode()

    def test_a_log_tells_what_may_be_told_now_and_not_when_it_was_written(self) -> None:
        exercise = self.exercise()
        attempt = self.begun(exercise)
        self.break_it(attempt)
        self.graded(attempt)
        run = Run.objects.get(kind=Kind.GRADE)
        stored = self.log(run)

        def told(**rules: str | bool) -> list[dict[str, Any]]:
            Exercise.objects.filter(pk=exercise.pk).update(**rules)
            path = f"/api/v1/runs/{run.pk}"
            events: list[dict[str, Any]] = self.browser.get(f"{path}/events").json()["events"]
            for file in ("export.json", "export.csv"):
                text = self.browser.get(f"{path}/{file}").content.decode()
                assert rules.get("results") is None or not any(word in text for word in messages)
            assert [event["seq"] for event in events] == list(range(1, len(stored) + 1))
            return [event for event in events if event["event"] == "grade.check"]

        messages: list[str] = []
        before = told()
        messages += [str(event["message"]) for event in before if event.get("message")]
        assert messages and any(event.get("hidden") for event in before)
        assert not any(event.get("hidden") for event in told(hidden="never"))
        assert any(event["kind"] == "Q" for event in told(hidden="at_once", exam=True) if event["check"])
        questions = [event for event in told() if event["check"] and event["kind"] == "Q"]
        assert not any(event["message"] for event in questions)
        hidden = told(results="on_release")
        assert all(set(event) == {"seq", "event", "number", "of", "check"} for event in hidden)
        assert all(event["check"] is None for event in hidden)
        assert self.log(run) == stored

    def test_a_counterexample_is_replayed_on_the_own_drawing(self) -> None:
        attempt = self.begun(self.exercise())
        self.break_it(attempt)
        grading = Grading.objects.get(submission=self.graded(attempt))
        rows = [row for row in grading.rows.filter(hidden=False) if row.counterexample]
        row = rows[0]
        assert row.code and row.at
        before = Run.objects.filter(kind=Kind.TRACE).count()
        answer = self.browser.post(f"/gradings/{grading.pk}/replay/{row.pk}/")
        assert Run.objects.filter(kind=Kind.TRACE).count() == before + 1
        assert "?run=" in answer["Location"]
        assert self.browser.get(answer["Location"]).status_code == 200

    def test_a_counterexample_on_a_changed_drawing_has_one_copy_that_stays_as_it_was(self) -> None:
        attempt = self.begun(self.exercise())
        self.break_it(attempt)
        made = self.graded(attempt)
        grading, user = Grading.objects.get(submission=made), self.users["learner"]
        row = next(one for one in grading.rows.filter(hidden=False) if one.counterexample)
        page = made.get_absolute_url()
        self.assertContains(self.browser.get(page), "Replay on my drawing")
        changed = {**(row.counterexample or {}), "patch": [{"op": "add", "path": "/seed", "value": 9}]}
        type(row)._base_manager.filter(pk=row.pk).update(counterexample=changed)
        self.assertContains(self.browser.get(page), "Replay on a copy", count=1)
        before = Scenario.objects.filter(owner=user).count()

        def copy() -> Scenario:
            answer = self.browser.post(f"/gradings/{grading.pk}/replay/{row.pk}/")
            assert self.browser.get(answer["Location"]).status_code == 200
            return Scenario.objects.get(pk=answer["Location"].split("/")[2])

        first = copy()
        document = self.head(first).document
        scenarios.replace(first, {**document, "name": "edited"}, user)
        assert copy() == first and Scenario.objects.filter(owner=user).count() == before + 1
        run = Run.objects.filter(kind=Kind.TRACE).order_by("-created").first()
        assert run is not None and run.revision is not None and run.revision.document == document
        scenarios.delete(first)
        assert copy() not in (first, attempt.scenario)
        staff = self.clients["assistant"].post(f"/gradings/{grading.pk}/replay/{row.pk}/")
        assert Scenario.objects.get(pk=staff["Location"].split("/")[2]).owner == self.users["assistant"]

    def test_an_answer_is_locked_once_it_is_given(self) -> None:
        attempt = self.begun(self.exercise(), predicted=False)
        path = f"/attempts/{attempt.pk}/answers/which-route/"
        self.browser.post(path, {})
        assert not attempt.answers.exists()  # incomplete
        fields = {
            "which-route||type": "VnetLocal",
            "which-route||source": "Default",
            "which-route||prefix": "10.0.0.0/8",
        }
        self.browser.post(path, {**fields, "which-route||prefix": "10.0.0.0\0"})
        assert not attempt.answers.exists()  # the database keeps no zero bytes
        self.browser.post(path, fields)
        self.browser.post(path, {**fields, "which-route||prefix": "10.1.0.0/16"})
        assert attempt.answers.get().value["prefix"] == "10.0.0.0/8"
        with pytest.raises(work.WorkRefused):
            work.lock_answer(attempt, self.users["learner"], "all-talk", "x")
        assert self.browser.post(f"/attempts/{attempt.pk}/answers/second-range/").status_code == 404

    def test_hints_come_one_by_one_are_logged_and_cost(self) -> None:
        attempt = self.begun(self.exercise(hint_cost=10))
        self.solve(attempt)
        for _ in range(4):
            self.browser.post(f"/attempts/{attempt.pk}/hint/")
        assert AttemptEvent.objects.filter(deed=Deed.HINT).count() == 3
        self.graded(attempt)
        attempt.refresh_from_db()
        assert attempt.score == 70

    def test_in_an_exam_there_are_no_hints_and_the_drawing_knows(self) -> None:
        attempt = self.begun(self.exercise(exam=True))
        with pytest.raises(work.WorkRefused):
            work.take_hint(attempt, self.users["learner"])
        assert attempt.scenario is not None
        attempt.scenario.refresh_from_db()
        assert attempt.scenario.exam

    def test_going_on_from_the_reference_is_marked_and_adds_nothing(self) -> None:
        attempt = self.begun(self.exercise(reference=True), predicted=False)
        self.browser.post(f"/attempts/{attempt.pk}/reference/")
        attempt.refresh_from_db()
        self.predict(attempt)
        made = self.graded(attempt)
        attempt.refresh_from_db()
        assert made.after_reference and attempt.score == 0
        closed = self.begun(self.exercise(), "other_learner")
        with pytest.raises(work.WorkRefused):
            work.go_on_from_reference(closed, self.users["other_learner"])

    def test_when_the_time_or_the_submissions_are_over_nothing_is_taken(self) -> None:
        attempt = self.begun(self.exercise(submissions=1, minutes=30))
        self.graded(attempt)
        with pytest.raises(work.WorkRefused, match="used up"):
            work.submit(attempt, self.users["learner"])
        late = self.begun(self.exercise(minutes=30), "other_learner")
        Attempt.objects.filter(pk=late.pk).update(started=now() - timedelta(hours=1))
        with pytest.raises(work.WorkRefused, match="over"):
            work.submit(Attempt.objects.get(pk=late.pk), self.users["other_learner"])

    def test_a_deleted_drawing_keeps_its_submissions_and_begins_anew(self) -> None:
        attempt = self.begun(self.exercise())
        made = self.graded(attempt)
        assert attempt.scenario is not None
        old = attempt.scenario
        runs.delete_scenario(old)
        assert self.browser.get(made.get_absolute_url()).status_code == 200
        self.browser.post(f"/attempts/{attempt.pk}/drawing/")
        assert Attempt.objects.get(pk=attempt.pk).scenario_id != old.pk

    def test_a_version_is_pinned_by_the_attempt(self) -> None:
        exercise = self.exercise()
        attempt = self.begun(exercise)
        files = dict(attempt.pack.files)
        files["text.md"] = "Another task."
        other = self.pack_from(files)
        exercise.pack = other
        exercises.save(exercise)
        attempt.refresh_from_db()
        assert attempt.pack != other
        assert self.begun(exercise, "other_learner").pack == other
        assert b"Another task." not in self.browser.get(exercise.get_absolute_url()).content

    def test_a_lost_worker_loses_nothing(self) -> None:
        attempt = self.begun(self.exercise())
        _, grading = work.submit(attempt, self.users["learner"], tell=False)
        run = Run.objects.get(pk=grading.run_id)
        self.done(run)
        rows = list(grading.rows.values_list("check_id", "state", "earned"))
        log = self.log(run)
        Run.objects.filter(pk=run.pk).update(state="running", last_seq=3, heartbeat=None)
        run.events.filter(seq__gt=3).delete()
        self.done(run)
        assert list(grading.rows.values_list("check_id", "state", "earned")) == rows
        assert self.log(run) == log
        assert GradeEvent.objects.count() == 1
