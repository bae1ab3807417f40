"""What is handed in after the reference is nobody's own work: in tables, files, insight and pages."""

from __future__ import annotations

import csv
import io
import json

from sandbox.classes import wall
from sandbox.classes.models import Attempt, Submission
from sandbox.classes.services import work
from tests.sandbox.base import text_of
from tests.sandbox.classes.base import ClassroomTest

ASKED = {"which-route", "first-address"}
"""The questions of the first lab; 30 points of 100."""


class AfterReferenceTest(ClassroomTest):
    """``learner`` locked predictions, handed in the start, took the reference; ``other_learner`` solved."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise(reference=True)
        self.taken = self.begun(self.set)
        self.first = self.graded(self.taken)
        self.own = Attempt.objects.get(pk=self.taken.pk).score
        self.second = self.with_reference(self.taken)
        self.solved = self.begun(self.set, "other_learner")
        self.solve(self.solved)
        self.graded(self.solved)
        self.teacher = self.clients["instructor"]
        self.page = f"/exercises/{self.set.pk}/grades"

    def with_reference(self, attempt: Attempt) -> Submission:
        user = attempt.enrolment.user
        assert user is not None
        work.go_on_from_reference(attempt, user)
        attempt = Attempt.objects.get(pk=attempt.pk)
        self.predict(attempt)
        return self.graded(attempt)

    def test_the_table_and_its_files_hold_what_the_learner_did(self) -> None:
        assert self.own is not None and 0 < self.own < 100
        rows = {row["place"].shown: row for row in self.teacher.get(f"{self.page}/").context["rows"]}
        row = rows["learner"]
        assert row["predictions"] + row["behaviour"] == self.own
        assert (row["given"], rows["other_learner"]["given"]) == ("reference", "")
        self.assertContains(self.teacher.get(f"{self.page}/"), ">reference</span>", 1)
        data = json.loads(self.teacher.get(f"{self.page}.json").content)
        told = {one["login"]: one for one in data["learners"]}["learner"]
        assert sum(one["points"] for one in told["checks"].values()) == self.own
        assert told["given"] == "reference"
        lines = list(csv.DictReader(io.StringIO(self.teacher.get(f"{self.page}.csv").content.decode())))
        assert {one["login"]: one["given"] for one in lines} == {"learner": "reference", "other_learner": ""}

    def test_the_gradebook_of_the_course_says_so_too(self) -> None:
        course = f"/courses/{self.course.pk}/gradebook"
        self.assertContains(self.teacher.get(f"{course}/"), ">reference</span>", 1)
        data = json.loads(self.teacher.get(f"{course}.json").content)
        told = {one["login"]: one["scores"][0] for one in data["learners"]}
        assert told["learner"]["predictions"] + told["learner"]["behaviour"] == self.own
        assert told["other_learner"]["predictions"] + told["other_learner"]["behaviour"] == 100
        assert (told["learner"]["given"], told["other_learner"]["given"]) == ("reference", "")
        api = self.send(self.teacher, "GET", f"/courses/{self.course.pk}/gradebook").json()
        assert {one["login"]: one["scores"][0]["given"] for one in api["learners"]} == {
            login: one["given"] for login, one in told.items()
        }
        lines = list(csv.DictReader(io.StringIO(self.teacher.get(f"{course}.csv").content.decode())))
        assert {one["login"]: one["given"] for one in lines}["learner"] == self.set.title
        checks = text_of(self.teacher.get(f"/courses/{self.course.pk}/checks.csv"))
        scores = [one for one in csv.DictReader(io.StringIO(checks)) if one["kind"] == "score"]
        assert {one["login"]: one["given"] for one in scores} == {"learner": "reference", "other_learner": ""}

    def test_the_page_of_an_attempt_shows_the_best_own_submission_and_marks_the_others(self) -> None:
        page = self.teacher.get(f"/attempts/{self.taken.pk}/")
        assert page.context["best"]["submission"] == self.first
        assert sum(row.own for row, _ in page.context["rows"]) == self.own
        self.assertContains(page, ">from the reference</span>", 1)

    def test_insight_counts_what_learners_solved_themselves(self) -> None:
        found = wall.insight(self.set, hidden=True)
        by_check = {one["check_id"]: one for one in found["checks"]}
        assert (by_check["all-talk"]["solved_by"], by_check["all-talk"]["tried_by"]) == (1, 2)
        assert {by_check[check]["solved_by"] for check in ASKED} == {2}
        assert found["went_on"] == 1
        self.assertContains(
            self.teacher.get(f"/exercises/{self.set.pk}/insight/"), "Went on from the reference"
        )

    def test_drawings_of_the_reference_are_alike_and_no_matter(self) -> None:
        third = Attempt.objects.get(pk=self.solved.pk)
        self.with_reference(third)
        assert wall.alike(self.set) == []
        newest = wall._newest(self.set)
        assert self.second not in [one.submission for one in newest] and len(newest) == 2

    def test_answers_locked_before_the_reference_are_the_learners_own(self) -> None:
        page = self.clients["learner"].get(self.second.get_absolute_url())
        own = {row["check_id"]: row["own"] for row in page.context["rows"] if not row["hidden"]}
        assert sum(own.pop(check) for check in ASKED) == 30 and not any(own.values())
        assert page.context["sums"]["earned"] == page.context["sums"]["asked_earned"] == 30


class OnlyReferenceTest(ClassroomTest):
    """Nothing was handed in before the reference."""

    def test_a_prediction_locked_before_it_earns_and_one_after_it_does_not(self) -> None:
        exercise = self.exercise(reference=True)
        for name, before in (("learner", True), ("other_learner", False)):
            attempt = self.begun(exercise, name, predicted=before)
            work.go_on_from_reference(attempt, self.users[name])
            attempt = Attempt.objects.get(pk=attempt.pk)
            self.predict(attempt)
            self.graded(attempt)
            assert Attempt.objects.get(pk=attempt.pk).score == (30 if before else 0)
