"""A grading that ends without a result is our fault: it takes nothing from the learner."""

from __future__ import annotations

import json
from unittest import mock

import pytest

from sandbox.classes.models import Attempt, GradeEvent, Grading, Submission
from sandbox.classes.services import grading as gradings
from sandbox.classes.services import work
from sandbox.runs.models import Kind, Run, State
from tests.sandbox.classes.base import ClassroomTest


class LostTest(ClassroomTest):
    """Two submissions are allowed, and the second is worth half."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise(submissions=2, worth=[100, 50])
        self.attempt = self.begun(self.set)
        self.user = self.users["learner"]

    def lose(self) -> Submission:
        """Hand in, and let the grader break with an error of its own."""
        made, grading = work.submit(self.attempt, self.user, tell=False)
        run = Run.objects.get(pk=grading.run_id)
        with mock.patch("sandbox.classes.runner.netcore.grade", side_effect=ZeroDivisionError):
            assert self.done(run).state == State.FAILED
        return made

    def left(self) -> int:
        found: int = self.clients["learner"].get(self.set.get_absolute_url()).context["limits"].left
        return found

    def test_it_is_no_zero_and_uses_up_no_submission(self) -> None:
        made = self.lose()
        assert Attempt.objects.get().score is None
        assert not GradeEvent.objects.exists()
        assert self.left() == 2
        page = self.clients["learner"].get(made.get_absolute_url()).content.decode()
        assert "could not be graded" in page and "uses up no submission" in page
        course = self.clients["learner"].get(self.course.get_absolute_url())
        assert course.context["rows"][0]["made"] == 0

    def test_the_gradebook_counts_it_as_no_try(self) -> None:
        self.lose()
        self.solve(self.attempt)
        self.graded(self.attempt)
        staff = self.clients["instructor"]
        rows = staff.get(f"/exercises/{self.set.pk}/grades/").context["rows"]
        assert {row["place"].shown: row["made"] for row in rows}["learner"] == 1
        data = json.loads(staff.get(f"/courses/{self.course.pk}/gradebook.json").content)
        assert {one["login"]: one["scores"][0]["submissions"] for one in data["learners"]}["learner"] == 1

    def test_the_next_one_is_worth_what_the_lost_one_would_have_been(self) -> None:
        self.lose()
        self.solve(self.attempt)
        self.graded(self.attempt)
        assert Attempt.objects.get().score == 100
        assert self.left() == 1
        self.lose()
        self.graded(self.attempt)
        with pytest.raises(work.WorkRefused, match="used up"):
            work.submit(self.attempt, self.user)

    def test_what_waits_counts_and_what_was_graded_again_counts_too(self) -> None:
        work.submit(self.attempt, self.user, tell=False)
        assert self.left() == 1
        self.solve(self.attempt)  # the same again would be the one that waits
        made = self.lose()
        assert self.left() == 1
        (trial,) = gradings.regrade([made], self.attempt.pack, self.owner, tell=False)
        self.done(Run.objects.get(pk=trial.run_id))
        gradings.apply_regrade(self.set, self.attempt.pack, self.owner)
        assert self.left() == 0

    def test_a_run_that_is_gone_is_lost_as_well(self) -> None:
        work.submit(self.attempt, self.user, tell=False)
        Run.objects.filter(kind=Kind.GRADE).delete()
        assert Grading.objects.get().run is None and self.left() == 2

    def test_nobody_looks_at_checks_and_takes_the_submission_back(self) -> None:
        _, grading = work.submit(self.attempt, self.user, tell=False)
        answer = self.send(self.clients["learner"], "POST", f"/runs/{grading.run_id}/cancel")
        assert self.error(answer, 409)["code"] == "over"
        assert json.loads(answer.content)["error"]["message"].startswith("A grading is not cancelled")
        assert Run.objects.get(pk=grading.run_id).state == State.QUEUED
