"""Going on from a checkpoint: the drawing is put there, the record says so, and what it did earns nothing."""

from __future__ import annotations

import pytest

from sandbox.classes.models import Attempt, AttemptEvent, Deed, Exercise
from sandbox.classes.services import packs, work
from tests.sandbox.classes.base import LAB, ClassroomTest


class CheckpointsTest(ClassroomTest):
    """Lab 1 with a checkpoint at which all VMs are there: one visible check and the hidden one are done."""

    def setUp(self) -> None:
        super().setUp()
        files = packs.files_of(packs.SHIPPED / LAB)
        edits = files["reference/data-subnet.yml"].partition("\n")[2].partition("answers:")[0]
        files["checkpoints/built.yml"] = (
            f"title: The last subnet is built\ngives: [all-talk, second-range]\n{edits}"
        )
        self.pack_there = self.pack_from(files, self.course)
        self.user, self.browser = self.users["learner"], self.clients["learner"]

    def of(self, **rules: bool) -> tuple[Exercise, Attempt]:
        made = self.exercise(pack=self.pack_there, **rules)
        return made, self.begun(made)

    def test_it_is_offered_by_what_it_does_and_hidden_checks_go_unnamed(self) -> None:
        exercise, _ = self.of(reference=True)
        page = self.browser.get(exercise.get_absolute_url()).content.decode()
        offer = page[page.index("Go on from a checkpoint") :].split("</details>")[0]
        assert "The last subnet is built" in offer and "talk" in offer
        assert "One more address range" not in page

    def test_what_it_did_earns_nothing_and_the_rest_counts(self) -> None:
        _, attempt = self.of(reference=True)
        for _ in range(2):
            answer = self.browser.post(f"/attempts/{attempt.pk}/checkpoints/built/")
            assert answer.status_code == 302
        attempt.refresh_from_db()
        assert attempt.checkpoints == ["built"]
        assert AttemptEvent.objects.filter(deed=Deed.CHECKPOINT).count() == 2
        made = self.graded(attempt)
        attempt.refresh_from_db()
        assert made.given == ["all-talk", "second-range"]
        assert attempt.score == 100 - 30 - 10

    def test_points_of_before_stay(self) -> None:
        _, attempt = self.of(reference=True)
        self.solve(attempt)
        self.graded(attempt)
        work.go_on_from_checkpoint(attempt, self.user, "built")
        self.graded(Attempt.objects.get(pk=attempt.pk))
        attempt.refresh_from_db()
        assert attempt.score == 100

    def test_it_is_refused_where_the_exercise_has_none(self) -> None:
        for rules in ({"reference": False}, {"reference": True, "exam": True}):
            exercise, attempt = self.of(**rules)
            before = self.head(work.drawing(attempt, self.user)).number
            assert (
                "Go on from a checkpoint"
                not in self.browser.get(exercise.get_absolute_url()).content.decode()
            )
            self.browser.post(f"/attempts/{attempt.pk}/checkpoints/built/")
            assert self.head(work.drawing(attempt, self.user)).number == before

    def test_one_that_is_not_there_is_refused(self) -> None:
        _, attempt = self.of(reference=True)
        with pytest.raises(work.Refused, match="no such checkpoint"):
            work.go_on_from_checkpoint(attempt, self.user, "other")
