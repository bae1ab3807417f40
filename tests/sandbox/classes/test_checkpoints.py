"""Going on from a checkpoint: drawing, record, what it costs; and what a pack tells after the work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

import netcore
from sandbox.classes import packs as stored
from sandbox.classes.models import Attempt, AttemptEvent, Deed, Exercise, PackVersion, Submission
from sandbox.classes.services import exercises, packs, work
from sandbox.scenarios import services as scenarios
from tests.sandbox.base import text_of
from tests.sandbox.classes.base import ClassroomTest

CHAIN = "lab-13-three-in-a-row"
GIVEN = {"long-chain", "no-circles"}
"""What the checkpoint of that lab does for a learner."""

AFTER = "What to take away"


class WithChain(ClassroomTest):
    """Lab 13: [app] -- {fw} -- {ids} -- {log} -- [db]; its checkpoint lacks the short chain of web."""

    def setUp(self) -> None:
        super().setUp()
        self.user, self.browser = self.users["learner"], self.clients["learner"]

    def chain(self, **rules: Any) -> Exercise:
        files = packs.files_of(packs.SHIPPED / CHAIN)
        made = exercises.add(self.course, [packs.publish(None, None, files)])[0]
        Exercise.objects.filter(pk=made.pk).update(**{"reference": True, **rules})
        return Exercise.objects.get(pk=made.pk)

    def goes_on(self, attempt: Attempt) -> Attempt:
        answer = self.browser.post(f"/attempts/{attempt.pk}/checkpoints/long-chain/", follow=True)
        assert "The drawing is at the checkpoint now" in answer.content.decode()
        return Attempt.objects.get(pk=attempt.pk)


class CheckpointsTest(WithChain):
    """Of 100 points the checkpoint takes 50: the long chain and the guard against circles."""

    def points(self, made: Submission) -> dict[str, float]:
        grading = made.gradings.get()
        return {row.check_id: row.earned for row in grading.rows.all()}

    def test_the_page_offers_it_with_what_it_takes(self) -> None:
        attempt = self.begun(self.chain())
        page = self.browser.get(attempt.exercise.get_absolute_url()).content.decode()
        (offered,) = stored.checkpoints(attempt)
        assert offered.title in page and all(title in page for title in offered.gives)
        assert {check["title"] for check in stored.public_checks(attempt.pack, attempt.seed)} >= {
            *offered.gives
        }

    def test_the_drawing_is_the_checkpoint_of_the_own_variant_and_the_record_says_so(self) -> None:
        attempt = self.goes_on(self.begun(self.chain()))
        assert attempt.scenario is not None
        drawn, meant = (
            netcore.read(one).document
            for one in (
                self.head(attempt.scenario).document,
                stored.checkpoint_document(attempt, "long-chain"),
            )
        )
        assert drawn is not None and meant is not None and drawn.topology == meant.topology
        assert attempt.checkpoints == ["long-chain"] and attempt.from_reference is None
        line = AttemptEvent.objects.get(attempt=attempt, deed=Deed.CHECKPOINT)
        assert line.data["checkpoint"] == stored.checkpoints(attempt)[0].title
        staff = self.clients["instructor"].get(f"/attempts/{attempt.pk}/").content.decode()
        assert "went on from checkpoint" in staff and line.data["checkpoint"] in staff
        self.goes_on(attempt)
        assert Attempt.objects.get().checkpoints == ["long-chain"]

    def test_what_it_does_adds_nothing_and_the_rest_counts_whole(self) -> None:
        attempt = self.goes_on(self.begun(self.chain()))
        made = self.graded(attempt)
        earned = self.points(made)
        assert set(made.given) == GIVEN
        assert earned["long-chain"] == 35 and earned["no-circles"] == 15, "the rows say how the drawing is"
        answered = sum(points for check, points in earned.items() if check not in GIVEN)
        assert Attempt.objects.get().score == answered
        page = self.browser.get(attempt.exercise.get_absolute_url()).content.decode()
        assert "from a checkpoint" in page
        assert "what it did, which adds nothing" in self.browser.get(made.get_absolute_url()).content.decode()
        self.solve(attempt)
        self.graded(attempt)
        assert Attempt.objects.get().score == 100 - 50

    def test_the_page_of_a_submission_says_what_counts_first_and_marks_the_rest(self) -> None:
        attempt = self.goes_on(self.begun(self.chain()))
        made = self.graded(attempt)
        score = Attempt.objects.get().score
        for who in ("learner", "instructor"):
            page = self.clients[who].get(made.get_absolute_url())
            text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
            assert f"Points that count {score:g} of 100" in text and "50 more are what it did" in text
            assert "from a checkpoint 0 / 35" in text and "from a checkpoint 0 / 15" in text
            assert " 35 / 35" not in text and " 15 / 15" not in text
            assert page.context["given"] == 50
        work.go_on_from_reference(attempt, self.user)
        after = self.graded(Attempt.objects.get())
        earned = sum(self.points(after).values())
        page = self.browser.get(after.get_absolute_url())
        locked_before = page.context["sums"]["asked_earned"]
        assert page.context["sums"]["earned"] == locked_before == score > 0
        assert page.context["given"] == earned - locked_before
        self.assertContains(page, "from the reference")
        first = self.graded(self.begun(self.chain(), "other_learner"))
        page = self.clients["other_learner"].get(first.get_absolute_url())
        assert page.context["given"] is None
        self.assertNotContains(page, "Points that count")

    def test_tables_show_what_counts_and_what_the_drawing_earned(self) -> None:
        attempt = self.goes_on(self.begun(self.chain(), predicted=False))
        self.predict(attempt)
        earned = sum(self.points(self.graded(attempt)).values())
        score = Attempt.objects.get().score
        assert score is not None and score == earned - 50
        for name, path in (
            ("learner", attempt.exercise.get_absolute_url()),
            ("instructor", f"/attempts/{attempt.pk}/"),
        ):
            page = self.clients[name].get(path)
            assert [row["own"] for row in page.context["submissions"]] == [score]
            self.assertContains(page, f"({earned:g} with what was given)")
        work.go_on_from_reference(attempt, self.user)
        self.graded(Attempt.objects.get())
        rows = self.browser.get(attempt.exercise.get_absolute_url()).context["submissions"]
        assert [row["own"] for row in rows] == [score, score], "the prediction was locked before"
        assert rows[0]["earned"] > score

    def test_what_was_earned_before_stays(self) -> None:
        attempt = self.begun(self.chain())
        document = stored.checkpoint_document(attempt, "long-chain")
        scenarios.replace(work.drawing(attempt, self.user), document, self.user)
        self.graded(attempt)
        before = Attempt.objects.get().score
        assert before is not None and before >= 50
        attempt = self.goes_on(attempt)
        self.solve(attempt)
        self.graded(attempt)
        assert Attempt.objects.get().score == 100

    def test_what_it_did_stays_given_when_the_attempt_goes_on_with_another_version(self) -> None:
        files = packs.files_of(packs.SHIPPED / CHAIN)
        name = next(path for path in files if path.startswith("checkpoints/"))
        text = files.pop(name)
        renamed = packs.publish(self.course, None, files | {"checkpoints/renamed.yml": text})
        fewer = packs.publish(
            self.course, None, files | {name: re.sub(r", no-circles|no-circles, ", "", text)}
        )
        for version in (renamed, fewer):
            attempt = self.goes_on(self.begun(self.chain()))
            assert exercises.go_on_with(attempt.exercise, version, self.owner) == 1
            attempt = Attempt.objects.get(pk=attempt.pk)
            assert attempt.pack == version
            assert set(stored.given_by(attempt)) == GIVEN
            # Records from before they said what a checkpoint did.
            lines = AttemptEvent._base_manager.filter(attempt=attempt, deed=Deed.CHECKPOINT)
            lines.update(data={"checkpoint": "x"})
            assert set(stored.given_by(attempt)) == GIVEN
            assert set(self.graded(attempt).given) == GIVEN

    def test_it_is_offered_only_where_the_exercise_goes_on_from_its_reference(self) -> None:
        attempt = self.begun(self.chain(reference=False))
        assert stored.checkpoints(attempt)[0].title not in (
            self.browser.get(attempt.exercise.get_absolute_url()).content.decode()
        )
        with pytest.raises(work.WorkRefused, match="does not go on"):
            work.go_on_from_checkpoint(attempt, self.user, "long-chain")
        Exercise.objects.update(reference=True, exam=True)
        with pytest.raises(work.WorkRefused, match="does not go on"):
            work.go_on_from_checkpoint(Attempt.objects.get(), self.user, "long-chain")
        Exercise.objects.update(exam=False, closes=now() - timedelta(days=1))
        with pytest.raises(work.WorkRefused, match="closed"):
            work.go_on_from_checkpoint(Attempt.objects.get(), self.user, "long-chain")

    def test_who_sits_an_exam_goes_on_from_none_in_another_exercise(self) -> None:
        attempt = self.begun(self.chain())
        self.begun(self.exercise(exam=True, minutes=60))
        with pytest.raises(work.WorkRefused, match="sit an exam"):
            work.go_on_from_checkpoint(attempt, self.user, "long-chain")

    def test_a_name_that_is_none_and_the_attempt_of_somebody_else(self) -> None:
        attempt = self.begun(self.chain())
        with pytest.raises(work.WorkRefused, match="no such checkpoint"):
            work.go_on_from_checkpoint(attempt, self.user, "eight-routes")
        for who in ("other_learner", "instructor", "outsider"):
            answer = self.clients[who].post(f"/attempts/{attempt.pk}/checkpoints/long-chain/")
            assert answer.status_code == 404, who
        assert not Attempt.objects.get().checkpoints


class AfterwardsTest(WithChain):
    """What a pack tells after the work gives answers away, so nobody reads it while they can still earn."""

    def setUp(self) -> None:
        super().setUp()
        files = packs.files_of(packs.SHIPPED / CHAIN)
        files["after.md"] = "The mirror of a chain (D30), zz-after, from 10.72.1.4.\n"
        self.version: PackVersion = packs.publish(None, None, files)

    def told(self, attempt: Attempt, who: str = "learner") -> bool:
        page = self.clients[who].get(attempt.exercise.get_absolute_url()).content.decode()
        assert ("zz-after" in page) == (AFTER in page)
        return "zz-after" in page

    def of(self, **rules: Any) -> Exercise:
        made = exercises.add(self.course, [self.version])[0]
        Exercise.objects.filter(pk=made.pk).update(**rules)
        return Exercise.objects.get(pk=made.pk)

    def test_not_while_something_can_be_earned_and_then_it_is(self) -> None:
        attempt = self.begun(self.of())
        assert not self.told(attempt)
        self.graded(attempt)
        assert not self.told(attempt), "a submission that earned something is not the end"
        self.solve(attempt)
        self.graded(attempt)
        assert self.told(attempt), "everything is earned"
        other = self.begun(attempt.exercise, "other_learner")
        assert not self.told(other, "other_learner"), "each for themselves"

    def test_it_is_told_in_the_words_of_the_own_variant(self) -> None:
        attempt = self.begun(self.of(submissions=1))
        self.graded(attempt)
        Attempt.objects.update(seed=3)
        start = stored.variant_of(Attempt.objects.get())
        address = start.after.rpartition("from ")[2].strip()
        page = self.browser.get(attempt.exercise.get_absolute_url()).content.decode()
        assert address != "10.72.1.4." and f"zz-after, from {address}" in page
        assert '<a href="/facts/?q=D30">D30</a>' in page

    def test_when_nothing_more_can_be_handed_in(self) -> None:
        for rules in ({"submissions": 1}, {"closes": now() - timedelta(days=1)}):
            attempt = self.begun(self.of())
            if "submissions" in rules:
                self.graded(attempt)
            Exercise.objects.filter(pk=attempt.exercise.pk).update(**rules)
            assert self.told(attempt), rules
        late = self.begun(self.of(minutes=30))
        assert not self.told(late)
        Attempt.objects.filter(pk=late.pk).update(started=now() - timedelta(hours=1))
        assert self.told(late)

    def test_results_that_are_held_back_hold_it_back_too(self) -> None:
        attempt = self.begun(self.of(results="on_release"))
        self.solve(attempt)
        self.graded(attempt)
        assert not self.told(attempt), "that it is there would say that everything is earned"
        Exercise.objects.filter(pk=attempt.exercise.pk).update(released=now())
        assert self.told(attempt)

    def test_in_an_exam_only_after_the_release(self) -> None:
        attempt = self.begun(self.of(exam=True, submissions=1))
        self.graded(attempt)
        assert not self.told(attempt)
        Exercise.objects.filter(pk=attempt.exercise.pk).update(released=now())
        assert self.told(attempt)

    def test_no_other_answer_of_the_server_has_it_before(self) -> None:
        attempt = self.begun(self.of())
        drawing = work.drawing(attempt, self.user)
        for path in (
            f"/api/v1/scenarios/{drawing.pk}",
            f"/scenarios/{drawing.pk}/",
            f"/courses/{self.course.pk}/",
            "/settings/export/",
        ):
            answer = self.browser.get(path)
            assert answer.status_code == 200 and "zz-after" not in text_of(answer), path
