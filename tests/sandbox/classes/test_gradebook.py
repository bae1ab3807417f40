"""The gradebook: sort, filter, set points by hand, grade again, release, export."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync

from sandbox.accounts.models import User
from sandbox.classes import exports, gradebook, packs
from sandbox.classes.models import (
    Attempt,
    CheckRow,
    Comment,
    Exercise,
    GradeEvent,
    Grading,
    Override,
    PackVersion,
    Role,
)
from sandbox.classes.services import exercises, grading, people
from sandbox.runs.models import Kind, Run, State
from tests.sandbox.base import text_of
from tests.sandbox.classes.base import ClassroomTest


class GradebookTest(ClassroomTest):
    """Two learners: one handed in the start, the other a solution."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise()
        self.low = self.begun(self.set)
        self.graded(self.low)
        self.high = self.begun(self.set, "other_learner")
        self.solve(self.high)
        self.graded(self.high)
        self.teacher = self.clients["instructor"]

    def score(self, attempt: Attempt) -> float | None:
        return Attempt.objects.get(pk=attempt.pk).score

    def edited(self, **rules: Any) -> Exercise:
        for name, value in rules.items():
            setattr(self.set, name, value)
        return self.set

    def order(self, path: str) -> list[str]:
        names = [one["place"].shown for one in self.teacher.get(path).context["rows"]]
        return [name for name in names if name in ("learner", "other_learner")]

    def test_tables_sort_and_filter(self) -> None:
        course = f"/courses/{self.course.pk}/gradebook/"
        assert self.order(course) == ["learner", "other_learner"]
        assert self.order(f"{course}?sort=-total") == ["other_learner", "learner"]
        assert self.order(f"{course}?sort=-{self.set.pk}") == ["other_learner", "learner"]
        assert self.order(f"{course}?q=OTHER") == ["other_learner"]
        assert self.order(f"{course}?group=none") == []
        checks = f"/exercises/{self.set.pk}/grades/"
        assert self.order(f"{checks}?sort=-all-talk") == ["other_learner", "learner"]
        assert self.order(f"{checks}?sort=score") == ["learner", "other_learner"]

    def test_tables_show_only_whose_work_needs_a_look(self) -> None:
        page, course = f"/exercises/{self.set.pk}/grades/", f"/courses/{self.course.pk}/gradebook/"
        assert self.order(f"{page}?only=failed-all-talk") == ["learner"]
        assert self.order(f"{page}?only=failed-nowhere") == []
        assert self.order(f"{page}?only=nonsense") == self.order(page) == ["learner", "other_learner"]
        grading.override(self.low, self.owner, "all-talk", 30.0, "Seen in person")
        assert self.order(f"{page}?only=failed-all-talk") == []
        for address in (page, course):
            assert self.order(f"{address}?only=missing") == self.order(f"{address}?only=ungraded") == []
        row = CheckRow.objects.filter(grading__submission__attempt=self.high, state="passed")[0]
        CheckRow._base_manager.filter(pk=row.pk).update(state="ungraded", earned=0)
        exercises.save(self.set)
        second = exercises.add(self.course, [self.pack(lab="lab-02-way-out")])[0]
        self.graded(self.begun(second))
        for address in (page, course):
            assert self.order(f"{address}?only=ungraded") == ["other_learner"]
        assert self.order(f"{course}?only=missing") == ["other_learner"]
        assert self.order(f"/exercises/{second.pk}/grades/?only=missing") == ["other_learner"]
        shown = self.teacher.get(f"{page}?only=ungraded")
        self.assertContains(shown, "&amp;only=ungraded")
        self.assertContains(shown, "Only: points nobody could grade.")

    def test_a_whole_score_set_by_hand_bears_its_mark_in_the_table(self) -> None:
        path = f"/exercises/{self.set.pk}/grades/"
        assert b"\xe2\x9c\x8e 77" not in self.teacher.get(path).content
        grading.override(self.low, self.users["instructor"], "", 77.0, "Seen in person")
        assert b"\xe2\x9c\x8e 77<" in self.teacher.get(path).content

    def test_tables_of_a_large_course_come_page_by_page_in_one_order(self) -> None:
        for number in range(105):
            user = User.objects.create_user(f"crowd-{number:03d}")
            people.enrol(self.course, user, name=f"Crowd {number:03d}")
        for path in (f"/courses/{self.course.pk}/gradebook/", f"/exercises/{self.set.pk}/grades/"):
            for sort in ("name", "-name", "-total", "score", f"-{self.set.pk}"):
                first, second = (self.teacher.get(f"{path}?sort={sort}&page={number}") for number in (1, 2))
                rows = [*first.context["rows"], *second.context["rows"]]
                assert (len(first.context["rows"]), len({row["place"].pk for row in rows})) == (100, 107)
                assert len(rows) == 107
            self.assertContains(first, f"?sort=-{self.set.pk}&amp;page=2")
        course = f"/courses/{self.course.pk}/gradebook/"
        best = self.teacher.get(f"{course}?sort=-{self.set.pk}").context["rows"][:2]
        assert [row["cells"][0]["attempt"] for row in best] == [self.high, self.low]
        best = self.teacher.get(f"{course}?sort=-total").context["rows"][:2]
        assert [row["total"] for row in best] == [self.score(self.high), self.score(self.low)]
        assert self.teacher.get(f"{course}?q=crowd&page=2").context["pages"].paginator.count == 105

    def test_paper_says_which_page_of_which_learners_it_is(self) -> None:
        for number in range(105):
            user = User.objects.create_user(f"crowd-{number:03d}")
            people.enrol(self.course, user, name=f"Crowd {number:03d}", group="<A>")
        for path in (f"/courses/{self.course.pk}/gradebook/", f"/exercises/{self.set.pk}/grades/"):
            whole = self.on_paper(f"{path}?page=2")
            assert whole.startswith("Page 2 of 2: learners 101 to 107 of 107. 2"), whole
            some = self.on_paper(f"{path}?q=crowd&group=%3CA%3E")
            assert "of 105. Found by “crowd”. Group &lt;A&gt;. 2" in some
            assert re.fullmatch(
                r"Found by “other_learner”\. [-\d]+ [:\d]+ UTC", self.on_paper(f"{path}?q=other_learner")
            )

    def on_paper(self, path: str) -> str:
        """Return the line that a page has on paper only."""
        (line,) = re.findall(
            r'<p class="print-only muted">(.*?)</p>', self.teacher.get(path).content.decode()
        )
        return line

    def test_a_column_says_its_maximum_and_whether_it_is_hidden_where_rows_stand_alone(self) -> None:
        response = self.teacher.get(f"/exercises/{self.set.pk}/grades/")
        labels = re.findall(r'data-label="([^"]+ /\d+)"', response.content.decode())
        checks = response.context["checks"]
        assert any(one["hidden"] for one in checks) and not all(one["hidden"] for one in checks)
        asked = [f"{one['id']}{' H' if one['hidden'] else ''} /{one['points']:g}" for one in checks]
        assert labels == asked * len(response.context["rows"])

    def test_comments_are_printed_where_there_are_some(self) -> None:
        path = f"/attempts/{self.low.pk}/"
        bare = '<section aria-labelledby="comments" class="no-print">'
        self.assertContains(self.teacher.get(path), bare)
        grading.comment(self.low, self.users["instructor"], "Look at routes")
        self.assertNotContains(self.teacher.get(path), bare)

    def test_tables_ask_a_fixed_number_of_queries(self) -> None:
        for path, queries in (
            (f"/courses/{self.course.pk}/gradebook/", 9),
            (f"/exercises/{self.set.pk}/grades/", 11),
        ):
            self.teacher.get(path)
            with self.assertNumQueries(queries):
                self.teacher.get(path)

    def test_a_person_wins_over_the_machine_and_stays_and_can_take_it_back(self) -> None:
        path = f"/attempts/{self.low.pk}/override/"
        before = self.score(self.low)
        assert before is not None
        self.teacher.post(path, {"check_id": "all-talk", "points": "30"})
        assert self.score(self.low) == before  # no reason, no points
        self.teacher.post(path, {"check_id": "all-talk", "points": "30", "reason": "said it in class"})
        assert self.score(self.low) == before + 30
        self.graded(self.low)
        assert self.score(self.low) == before + 30
        self.teacher.post(path, {"points": "12", "reason": "whole"})
        assert self.score(self.low) == 12
        self.teacher.post(path, {"reason": "not so"})
        self.teacher.post(path, {"check_id": "all-talk", "reason": "nor this"})
        assert self.score(self.low) == before
        assert Override.objects.count() == 4
        causes = list(GradeEvent.objects.filter(attempt=self.low).values_list("cause", flat=True))
        assert any("said it in class" in cause for cause in causes) and len(causes) == 5
        with pytest.raises(grading.GradingRefused):
            grading.override(self.low, self.owner, "all-talk", 31, "too many")

    def test_a_learner_sees_that_a_person_set_points_and_why_where_it_is_shared(self) -> None:
        pages = (self.set.get_absolute_url(), self.low.submissions.get().get_absolute_url())
        path = f"/attempts/{self.low.pk}/override/"
        browser = self.clients["learner"]
        for page in pages:
            self.assertNotContains(browser.get(page), "set by hand")
        self.teacher.post(path, {"check_id": "all-talk", "points": "7", "reason": "zz-kept"})
        for page in pages:
            self.assertContains(browser.get(page), "set by hand")
            self.assertNotContains(browser.get(page), "zz-kept")
        self.assertContains(browser.get(pages[1]), "7 / 30")
        for check in ("all-talk", "second-range", ""):
            body = {"check_id": check, "points": "9", "reason": f"zz-shared {check}", "told": "on"}
            self.teacher.post(path, body)
            self.assertContains(browser.get(pages[0]), f"zz-shared {check}")
            self.assertContains(browser.get(pages[1]), f"zz-shared {check}")
        self.assertContains(self.teacher.get(f"/attempts/{self.low.pk}/"), "told to the learner")
        self.assertNotContains(self.clients["other_learner"].get(pages[0]), "zz-shared")
        Exercise.objects.update(results="on_release")
        for page in pages:
            self.assertNotContains(browser.get(page), "zz-shared")
            self.assertNotContains(browser.get(page), "set by hand")
        Exercise.objects.update(results="at_once", hidden="never")
        self.assertNotContains(browser.get(pages[1]), "zz-shared second-range")

    def test_staff_replay_a_hidden_check_that_failed_and_its_learner_reads_nothing_of_it(self) -> None:
        first = CheckRow.objects.get(grading__submission__attempt=self.low, hidden=True)
        self.assertContains(
            self.teacher.post(f"/gradings/{first.grading_id}/hidden/{first.pk}/", follow=True),
            "There is no VM or host",
        )
        self.break_it(self.low)
        row = CheckRow.objects.get(grading__submission=self.graded(self.low), hidden=True)
        assert (row.state, row.counterexample) == ("failed", None)
        path = f"/gradings/{row.grading_id}/hidden/{row.pk}/"
        self.assertContains(self.clients["assistant"].get(row.grading.submission.get_absolute_url()), path)
        self.assertContains(self.clients["assistant"].get(f"/attempts/{self.low.pk}/"), "/hidden/")
        own = self.clients["learner"].get(row.grading.submission.get_absolute_url())
        self.assertNotContains(own, "/hidden/")
        for who in ("learner", "other_learner", "observer", "outsider"):
            assert self.clients[who].post(path).status_code == 404, who
        answer = self.clients["assistant"].post(path)
        assert answer.status_code == 302 and "/scenarios/" in answer["Location"]
        run = Run.objects.exclude(kind=Kind.GRADE).latest("created")
        assert run.owner == run.scenario.owner == self.users["assistant"]
        assert "annex1" in json.dumps(self.head(run.scenario).document)
        row.refresh_from_db()
        assert row.counterexample is None
        shown = CheckRow.objects.filter(grading=row.grading, hidden=False)[0]
        assert self.teacher.post(f"/gradings/{shown.grading_id}/hidden/{shown.pk}/").status_code == 404

    def test_what_is_wrong_with_points_set_by_hand_is_said(self) -> None:
        path = f"/attempts/{self.low.pk}/override/"
        reasoned = {"check_id": "", "reason": "seen in person"}
        for points, words in (
            ("-5", "Points are 0 or more."),
            ("7o", "Points are a number, such as 7.5."),
            ("1001", "There are 0 to 100 points for this."),
        ):
            answer = self.teacher.post(path, reasoned | {"points": points}, follow=True)
            self.assertContains(answer, words)
            self.assertNotContains(answer, "need a reason")
        answer = self.teacher.post(path, {"points": "7", "reason": ""}, follow=True)
        self.assertContains(answer, "Points set by hand need a reason.")
        assert not Override.objects.exists()
        self.teacher.post(path, reasoned | {"points": "72,5"})
        assert self.score(self.low) == 72.5

    def test_what_could_not_be_graded_is_open_and_not_zero(self) -> None:
        row = CheckRow.objects.filter(grading__submission__attempt=self.high, state="passed").first()
        assert row is not None
        CheckRow._base_manager.filter(pk=row.pk).update(state="ungraded", earned=0)
        exercises.save(self.set)
        found = Attempt.objects.get(pk=self.high.pk)
        assert (found.score, found.ungraded) == (100 - row.points, row.points)
        page = self.teacher.get(f"/courses/{self.course.pk}/gradebook/").content.decode()
        assert f"+{row.points:g}?" in page and "1 attempt has points nobody could grade" in page

    def test_a_comment_reaches_its_learner_only(self) -> None:
        self.teacher.post(f"/attempts/{self.low.pk}/comment/", {"text": "Look at <b>routes</b>"})
        assert Comment.objects.get().attempt == self.low
        page = self.clients["learner"].get(self.set.get_absolute_url()).content
        assert b"&lt;b&gt;routes" in page
        assert b"routes&lt;" not in self.clients["other_learner"].get(self.set.get_absolute_url()).content

    def easier(self) -> PackVersion:
        """Return a version of the pack in which the drawing as it starts passes what it failed."""
        files = dict(PackVersion.objects.get(pk=self.set.pack_id).files)
        files["checks.yml"] = files["checks.yml"].replace(
            """        - delivers: web1 -> app1 tcp/443
        - delivers: app1 -> data1 tcp/1433
        - delivers: data1 -> web1 icmp
""",
            "        - delivers: web1 -> app1 tcp/443\n",
        )
        return self.pack_from(files, self.course)

    def test_grading_again_shows_who_changes_before_anything_counts(self) -> None:
        self.teacher.post(f"/attempts/{self.high.pk}/override/", {"points": "50", "reason": "late by mail"})
        before = self.score(self.low)
        assert before is not None
        version = self.easier()
        page = f"/exercises/{self.set.pk}/"
        self.teacher.post(f"{page}regrade/", {"version": str(version.pk)})
        runs = Run.objects.filter(kind=Kind.GRADE, state=State.QUEUED)
        assert runs.count() == 2 and all(run.owner == self.users["instructor"] for run in runs)
        for run in runs:
            self.done(run)
        trial = self.teacher.get(f"{page}grades/").context["trial"]
        assert (trial["done"], trial["of"], trial["changed"]) == (2, 2, 1)
        assert trial["rows"][0]["attempt"] == self.low and trial["rows"][0]["after"] == before + 30
        assert self.score(self.low) == before
        self.let_count(version)
        assert self.score(self.low) == before + 30
        assert self.score(self.high) == 50
        assert Grading.objects.filter(counts=False, replaced__isnull=False).count() == 2

    def tried(self, version: PackVersion, *, all_done: bool = True) -> None:
        self.teacher.post(f"/exercises/{self.set.pk}/regrade/", {"version": str(version.pk)})
        first, *others = Run.objects.filter(kind=Kind.GRADE, state=State.QUEUED)
        for run in (first, *(others if all_done else ())):
            self.done(run)

    def let_count(self, version: PackVersion, *, follow: bool = False, **fields: str) -> Any:
        body = {"version": str(version.pk), **fields}
        return self.teacher.post(f"/exercises/{self.set.pk}/regrade/apply/", body, follow=follow)

    def test_the_pack_that_the_rules_have_now_grades_no_drawings_of_another(self) -> None:
        old, before = self.set.pack, self.score(self.low)
        other = self.pack(lab="lab-02-way-out")
        self.set.pack = other
        self.set.save()
        page = f"/exercises/{self.set.pk}/"
        assert list(self.teacher.get(f"{page}grades/").context["versions"]) == [old]
        assert self.teacher.post(f"{page}regrade/", {"version": str(other.pk)}).status_code == 404
        self.begun(self.set, "assistant")
        shown = self.teacher.get(f"{page}grades/")
        assert set(shown.context["versions"]) == {old, other}
        self.assertContains(shown, f"{other.title}, version")
        self.teacher.post(f"{page}regrade/", {"version": str(other.pk)})
        assert not Grading.objects.filter(counts=False).exists(), "nobody handed in work on that pack"
        self.tried(old)
        assert Grading.objects.filter(counts=False, pack=old).count() == 2
        self.let_count(old)
        assert self.score(self.low) == before

    def test_what_counts_is_the_trial_that_was_seen(self) -> None:
        before, easier = self.score(self.low), self.easier()
        self.tried(easier)
        self.tried(self.set.pack)
        page = self.teacher.get(f"/exercises/{self.set.pk}/grades/")
        self.assertContains(page, f'name="version" value="{self.set.pack_id}"')
        answer = self.let_count(easier)
        self.assertContains(answer, "not the trial you saw", status_code=409)
        assert self.score(self.low) == before
        assert not Grading.objects.filter(replaced__isnull=False).exists()
        self.let_count(self.set.pack)
        self.assertContains(self.let_count(self.set.pack), "applied or dropped", status_code=409)

    def test_what_was_handed_in_since_the_trial_is_told(self) -> None:
        self.tried(self.easier())
        page = f"/exercises/{self.set.pk}/grades/"
        self.assertNotContains(self.teacher.get(page), "since the trial")
        self.solve(self.low)
        self.graded(Attempt.objects.get(pk=self.low.pk))
        self.assertContains(self.teacher.get(page), "1 was handed in since the trial")

    def test_attempts_go_on_with_the_version_that_graded_them_again(self) -> None:
        begun = self.begun(self.set, "assistant")
        version = self.easier()
        self.tried(version)
        page = f"/exercises/{self.set.pk}/"
        trial = self.teacher.get(f"{page}grades/")
        assert (trial.context["trial"]["others"], trial.context["trial"]["same_start"]) == (3, True)
        self.assertContains(trial, 'name="go_on" checked')
        self.let_count(version, go_on="on")
        for attempt in (self.low, self.high, begun):
            assert Attempt.objects.get(pk=attempt.pk).pack == version
            line = attempt.record.get(deed="version")
            assert (line.author, line.data["version"]) == (self.users["instructor"], version.number)
        next_one = self.graded(Attempt.objects.get(pk=self.low.pk))
        assert next_one.gradings.get().pack == version
        self.assertContains(self.teacher.get(f"/attempts/{self.low.pk}/"), "Goes on with another version")

    def test_attempts_keep_their_version_where_nobody_says_so(self) -> None:
        version = self.easier()
        self.tried(version)
        self.let_count(version)
        assert Attempt.objects.get(pk=self.low.pk).pack == self.set.pack

    def test_another_start_is_said_and_not_taken_by_itself(self) -> None:
        files = dict(PackVersion.objects.get(pk=self.set.pack_id).files)
        files["scenario.yml"] = re.sub(r"(?m)^name: .*$", "name: Another start", files["scenario.yml"])
        self.tried(self.pack_from(files, self.course))
        page = self.teacher.get(f"/exercises/{self.set.pk}/grades/")
        assert not page.context["trial"]["same_start"]
        self.assertContains(page, "Their drawings began otherwise")
        self.assertNotContains(page, 'name="go_on" checked')

    def test_a_trial_counts_only_when_every_submission_was_tried(self) -> None:
        version = self.easier()
        self.tried(version, all_done=False)
        page = f"/exercises/{self.set.pk}/"
        self.assertContains(self.teacher.get(f"{page}grades/"), 'type="submit" disabled>Let it count')
        answer = self.let_count(version, follow=True)
        self.assertContains(answer, "Not every submission is graded on trial yet.")
        assert not Grading.objects.filter(counts=True, pack__number__gt=1).exists()

    def test_a_trial_that_is_dropped_changes_nothing(self) -> None:
        before = self.score(self.low)
        grading.regrade([self.low.submissions.get()], self.easier(), self.owner, tell=False)
        self.teacher.post(f"/exercises/{self.set.pk}/regrade/apply/", {"drop": "1"})
        assert not Grading.objects.filter(counts=False).exists()
        assert self.score(self.low) == before

    def test_a_second_trial_spares_workers_the_runs_of_the_first(self) -> None:
        for _ in range(2):
            grading.regrade([self.low.submissions.get()], self.easier(), self.owner, tell=False)
        (open_run,) = Run.objects.filter(kind=Kind.GRADE, state=State.QUEUED)
        assert Grading.objects.get(counts=False).run == open_run

    def test_exports_agree_and_hold_no_formula(self) -> None:
        place = self.places["learner"]
        place.name, place.group = '=HYPERLINK("http://x")', " @group"
        place.save()
        text = self.teacher.get(f"/courses/{self.course.pk}/gradebook.csv").content.decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        data = json.loads(self.teacher.get(f"/courses/{self.course.pk}/gradebook.json").content)
        assert [float(row["total"]) for row in rows] == [one["total"] for one in data["learners"]]
        assert {one["name"] for one in data["learners"]} == {"", place.name}
        named = next(row for row in rows if row["name"])
        assert named["name"] == f"'{place.name}" and named["group"] == "' @group"

    def test_exports_of_checks_agree_with_the_table_and_hold_no_formula(self) -> None:
        place = self.places["learner"]
        place.name = "=1+1"
        place.save()
        grading.override(self.low, self.users["instructor"], "all-talk", 7.5, "Seen in person")
        row = CheckRow.objects.filter(grading__submission__attempt=self.high, kind="P").first()
        assert row is not None
        CheckRow._base_manager.filter(pk=row.pk).update(state="ungraded", earned=0, check_id="@sum")
        path = f"/exercises/{self.set.pk}/grades"
        for address in (f"{path}/", f"/courses/{self.course.pk}/gradebook/"):
            page = self.teacher.get(address).content.decode()
            files = re.findall(r'href="([^"]+\.(?:csv|json))"', page)
            assert len(files) == len(set(files)) == (2 if address.startswith("/exercises") else 4)
            assert all(self.teacher.get(file).status_code == 200 for file in files)
        table = self.teacher.get(f"{path}/").context
        data = json.loads(self.teacher.get(f"{path}.json").content)
        assert [one["id"] for one in data["checks"]] == [one["id"] for one in table["checks"]]
        assert any(one["hidden"] for one in data["checks"])
        low, high = (
            next(one for one in data["learners"] if one["id"] == str(self.places[who].pk))
            for who in ("learner", "other_learner")
        )
        assert low["checks"]["all-talk"] == {
            "points": 7.5,
            "state": "failed",
            "by_hand": True,
            "given": False,
        }
        assert high["checks"]["@sum"] == {
            "points": None,
            "state": "ungraded",
            "by_hand": False,
            "given": False,
        }
        lines = list(csv.DictReader(io.StringIO(self.teacher.get(f"{path}.csv").content.decode())))
        by_name = {line["name"]: line for line in lines}
        assert by_name["'=1+1"]["all-talk"] == "7.5"
        assert [line["'@sum"] for line in lines if line["login"] == "other_learner"] == ["ungraded"]
        whole = self.whole()
        assert whole["exercises"] == [data]
        long = [one for one in self.lines() if one["kind"] != "score"]
        assert len(long) == sum(len(one["checks"]) for one in data["learners"])
        assert {(one["name"], one["points"]) for one in long if one["check"] == "all-talk"} >= {
            ("'=1+1", "7.5")
        }
        assert [(one["points"], one["state"]) for one in long if one["check"] == "'@sum"] == [
            ("", "ungraded")
        ]

    def whole(self) -> dict[str, Any]:
        """Return every check of the course, of the JSON that goes out."""
        found: dict[str, Any] = json.loads(
            text_of(self.teacher.get(f"/courses/{self.course.pk}/checks.json"))
        )
        return found

    def lines(self) -> list[dict[str, str]]:
        """Return the lines of the CSV with every check of the course."""
        text = text_of(self.teacher.get(f"/courses/{self.course.pk}/checks.csv"))
        return list(csv.DictReader(io.StringIO(text)))

    def test_every_check_of_a_course_goes_out_some_learners_at_a_time(self) -> None:
        """Two exercises, the second without work, and more learners than are read together."""
        second = exercises.add(self.course, [self.pack(lab="lab-02-way-out")])[0]
        for number in range(5):
            user = User.objects.create_user(f"crowd-{number}")
            people.enrol(self.course, user, role=Role.LEARNER)
        first = CheckRow.objects.filter(grading__submission__attempt=self.low).earliest("position")
        CheckRow._base_manager.filter(pk=first.pk).delete()
        at_once, in_parts = [], []
        for number, into in ((100, at_once), (2, in_parts)):
            with mock.patch.object(exports, "AT_ONCE", number):
                into += [self.whole(), self.lines()]
        assert at_once == in_parts
        first, other = at_once[0]["exercises"]
        assert (first["exercise"]["id"], other["exercise"]["id"]) == (str(self.set.pk), str(second.pk))
        assert len(first["learners"]) == len(other["learners"]) == 7
        assert first["checks"] and other["checks"] == []

    def test_lines_of_checks_hold_the_score_of_everybody_and_agree_with_the_json(self) -> None:
        person = User.objects.create_user("idle", first_name="Idle")
        people.enrol(self.course, person, role=Role.LEARNER, name="Idle")
        grading.override(self.low, self.users["instructor"], "", 77.5, "Seen in person")
        found = {one["login"]: one for one in self.lines() if one["kind"] == "score"}
        assert found.keys() == {"learner", "other_learner", "idle"}
        told = {login: (one["points"], one["by_hand"]) for login, one in found.items()}
        assert told == {"learner": ("77.5", "1"), "other_learner": ("100.0", "0"), "idle": ("", "0")}
        assert {(one["exercise"], one["check"], one["of"]) for one in found.values()} == {
            (self.set.title, "", "100")
        }
        (whole,) = self.whole()["exercises"]
        assert {one["login"]: (one["score"], one["by_hand"]) for one in whole["learners"]} == {
            "learner": (77.5, True),
            "other_learner": (100.0, False),
            "idle": (None, False),
        }

    def test_titles_of_checks_are_nobodys_variant(self) -> None:
        pack = packs.pack_of(self.set.pack)
        own = {check["title"] for check in packs.public_checks(self.set.pack, self.low.seed)}
        wanted = {check.id: check.rule or check.title for check in pack.checks}
        assert not own <= set(wanted.values()), "the learner has other names"
        path = f"/exercises/{self.set.pk}/grades"
        table = self.teacher.get(f"{path}/").context["checks"]
        data = json.loads(self.teacher.get(f"{path}.json").content)["checks"]
        for checks in (table, data, self.whole()["exercises"][0]["checks"]):
            assert {one["id"]: one["title"] for one in checks} == wanted

    def test_a_course_without_learners_or_exercises_goes_out_too(self) -> None:
        empty = people.create_course(self.users["instructor"], "Empty", "")
        path = f"/courses/{empty.pk}/checks"
        about = {"id": str(empty.pk), "title": "Empty", "term": ""}
        assert json.loads(text_of(self.teacher.get(f"{path}.json"))) == {"course": about, "exercises": []}
        assert text_of(self.teacher.get(f"{path}.csv")).count("\n") == 1
        exercises.add(empty, [self.pack()])
        (only,) = json.loads(text_of(self.teacher.get(f"{path}.json")))["exercises"]
        assert only["learners"] == only["checks"] == []

    def test_the_first_line_is_sent_before_anybody_is_read(self) -> None:
        with mock.patch.object(gradebook, "exercise_rows", side_effect=AssertionError("read too early")):
            response = self.teacher.get(f"/courses/{self.course.pk}/checks.csv")
            assert response.streaming

            async def first() -> str:
                async for piece in response:
                    return bytes(piece).decode()
                return ""

            assert async_to_sync(first)().startswith("login,name")

    def test_every_risky_beginning_is_made_harmless(self) -> None:
        for text in (
            "=1",
            "+1",
            "-1",
            "@a",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            "\u3000＝1",
        ):
            assert next(csv.reader(io.StringIO(exports.csv_text([[text]]), newline=""))) == [f"'{text}"]
        assert exports.csv_text([["a-b", 3, None, -2.5]]) == "a-b,3,,-2.5\r\n"

    def test_rules_of_an_exercise_are_saved_and_checked(self) -> None:
        path = f"/exercises/{self.set.pk}/settings/"
        form = self.teacher.get(path).context["form"]
        values = {name: form[name].value() for name in form.fields}
        body = {key: "" if value is None else value for key, value in values.items() if value is not False}
        good = {**body, "worth": "100, 80%", "locks": "/topology/vnets\n/name", "due": "2026-05-01T12:00"}
        assert self.teacher.post(path, good).status_code == 302
        self.set.refresh_from_db()
        assert (self.set.worth, self.set.locks) == ([100, 80], ["/topology/vnets", "/name"])
        self.low.scenario.refresh_from_db()  # type: ignore[union-attr]
        assert self.low.scenario is not None and self.low.scenario.locks == self.set.locks
        for wrong in (
            {"worth": "0"},
            {"worth": "80, 100"},
            {"worth": "a lot"},
            {"locks": "no pointer"},
            {"locks": "/topology/nope/x"},
            {"opens": "2026-06-01T12:00", "due": "2026-05-01T12:00"},
        ):
            assert self.teacher.post(path, {**body, **wrong}).status_code == 422, wrong

    def test_a_lock_of_what_is_not_drawn_is_refused_with_what_is_like_it(self) -> None:
        path = f"/exercises/{self.set.pk}/settings/"
        page = self.teacher.get(path)
        form = page.context["form"]
        values = {name: form[name].value() for name in form.fields}
        body = {key: "" if value is None else value for key, value in values.items() if value is not False}
        refused = self.teacher.post(path, {**body, "locks": "/topology/nope/x\n/topology/vms/weeb1"})
        assert refused.status_code == 422
        errors = refused.context["form"].errors["locks"]
        assert "has no /topology/nope/x." in errors[0] and "Do you mean /topology/vms/web1?" in errors[1]
        mistyped = self.teacher.post(path, {**body, "locks": "/topology/vnets/~2"})
        assert mistyped.status_code == 422
        assert "/topology/vnets/~2 is not a JSON pointer" in mistyped.context["form"].errors["locks"][0]
        self.set.refresh_from_db()
        assert self.set.locks == []
        offered = {pointer for _, rows in page.context["places"] for pointer, _ in rows}
        assert {"/topology/vms", "/topology/vms/web1"} <= offered
        assert self.teacher.post(path, {**body, "locks": "\n".join(offered)}).status_code == 302

    def test_an_extension_moves_no_date_where_there_is_none_and_says_so(self) -> None:
        path = f"/exercises/{self.set.pk}/extend/"
        body = {"enrolment": "learner", "due": "2031-01-01T12:00", "reason": "ill"}
        body |= {"extra_minutes": 0, "extra_submissions": 0}
        self.assertContains(self.teacher.post(path, body, follow=True), "there is none to extend")
        assert not self.set.extensions.exists()
        self.assertContains(self.teacher.post(path, body | {"reason": ""}, follow=True), "and why")
        exercises.save(self.edited(due=datetime(2030, 1, 1, tzinfo=UTC)))
        self.teacher.post(path, body)
        assert self.set.extensions.get().due == datetime(2031, 1, 1, 12, tzinfo=UTC)

    def test_an_extension_finds_its_learner_by_login_name_or_address(self) -> None:
        path = f"/exercises/{self.set.pk}/extend/"
        body = {"extra_minutes": 10, "extra_submissions": 0, "reason": "ill"}
        ann, other = self.places["learner"], self.places["other_learner"]
        for place, name in ((ann, "Ann Smith"), (other, "Joann Smith")):
            place.name = name
            place.save()
        User.objects.filter(pk=self.users["learner"].pk).update(email="ann@example.com")
        for minutes, words in ((10, "learner"), (20, " LEARNER "), (30, "ann@example.com")):
            self.teacher.post(path, body | {"enrolment": words, "extra_minutes": minutes})
        assert [one.enrolment for one in self.set.extensions.all()] == [ann, ann, ann]
        self.teacher.post(path, body | {"enrolment": "joann"})
        assert [one.enrolment for one in self.set.extensions.all()] == [ann, ann, ann, other]
        several = self.teacher.post(path, body | {"enrolment": "smith"}, follow=True)
        self.assertContains(several, "Ann Smith (learner), Joann Smith (other_learner). Write the login")
        self.assertContains(
            self.teacher.post(path, body | {"enrolment": "nobody"}, follow=True), "No learner here"
        )
        self.assertContains(
            self.teacher.post(path, body | {"enrolment": "observer"}, follow=True), "No learner"
        )
        assert self.set.extensions.count() == 4

    def test_an_extension_has_as_many_minutes_and_submissions_as_an_exercise_may(self) -> None:
        path = f"/exercises/{self.set.pk}/extend/"
        body = {"enrolment": "learner", "extra_minutes": 0, "extra_submissions": 0, "reason": "ill"}
        for field, most in (("extra_minutes", 86_400), ("extra_submissions", 1000)):
            for more in (most + 1, 99_999_999_999):
                answer = self.teacher.post(path, {**body, field: more}, follow=True)
                self.assertContains(answer, f"less than or equal to {most}")
                assert not self.set.extensions.exists()
        self.teacher.post(path, {**body, "extra_minutes": 86_400, "extra_submissions": 1000})
        given = self.set.extensions.get()
        assert (given.extra_minutes, given.extra_submissions) == (86_400, 1000)

    def test_the_rules_page_offers_learners_by_search_and_lists_none(self) -> None:
        path = f"/exercises/{self.set.pk}/settings/"
        for number in range(20):
            user = User.objects.create_user(f"crowd-{number:02}")
            people.enrol(self.course, user, role=Role.LEARNER, name=f"<Crowd> {number}")
        page = self.teacher.get(path)
        self.assertContains(page, 'list="learners"')
        self.assertNotContains(page, "crowd-")
        found = self.teacher.get(f"{path}?learner=crowd")
        self.assertContains(found, "<option", 10)
        self.assertContains(found, "&lt;Crowd&gt; 0")
        self.assertContains(self.teacher.get(f"{path}?learner=crowd-07"), "<option", 1)
        for words in ("", "%00", "observer", "teacher"):
            self.assertNotContains(self.teacher.get(f"{path}?learner={words}"), "<option")

    def test_an_extension_is_given_and_an_exercise_in_use_stays(self) -> None:
        path = f"/exercises/{self.set.pk}/"
        body = {"enrolment": "learner", "extra_minutes": 10, "extra_submissions": 2}
        self.teacher.post(f"{path}extend/", body)
        assert not self.set.extensions.exists()  # no reason
        self.teacher.post(f"{path}extend/", {**body, "reason": "ill"})
        assert self.set.extensions.get().extra_submissions == 2
        self.teacher.post(f"{path}delete/")
        assert self.course.exercises.count() == 1
        self.teacher.post(f"/exercises/{self.exercise().pk}/delete/")
        assert self.course.exercises.count() == 1
