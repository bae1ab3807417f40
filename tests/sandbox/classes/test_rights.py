"""Every address of courses for every role, and what pages, API and sockets must never hold."""

from __future__ import annotations

import json
import re

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import get_resolver

from sandbox.classes.models import Broadcast, CheckRow, Grading, Invitation, PackVersion
from sandbox.classes.services import packs, people
from sandbox.runs.models import Kind, Run
from tests.sandbox.base import CommittedTest
from tests.sandbox.classes.base import EVERYBODY, Classroom, ClassroomTest
from tests.sandbox.runs.test_socket import Socket

STAFF = {"owner", "instructor", "assistant"}
TEACHERS = {"owner", "instructor"}
LEARNS = {*STAFF, "learner", "other_learner"}
MEMBERS = {*LEARNS, "observer"}
OWN = {"learner"}
"""The learner whose attempt the addresses name."""

GET: dict[str, set[str]] = {
    "course": MEMBERS,
    "exercise": MEMBERS,
    "submission": STAFF | OWN,
    "people": STAFF,
    "course_settings": TEACHERS,
    "exercise_new": TEACHERS,
    "gradebook": STAFF,
    "gradebook_csv": STAFF,
    "gradebook_json": STAFF,
    "checks_csv": STAFF,
    "checks_json": STAFF,
    "exercise_settings": TEACHERS,
    "grades": STAFF,
    "grades_csv": STAFF,
    "grades_json": STAFF,
    "attempt": STAFF,
    "wall": STAFF | {"observer"},
    "insight": STAFF | {"observer"},
    "history": STAFF,
    "packs": TEACHERS,
    "pack_export": TEACHERS,
    "draft": TEACHERS,
    "receipt": STAFF | OWN,
}
"""Who may look, by name of address; everybody else gets 404."""

POST: dict[str, set[str]] = {
    "course_settings": TEACHERS,
    "course_archive": {"owner"},
    "course_code": TEACHERS,
    "roster_import": TEACHERS,
    "invite": TEACHERS,
    "invitation_links": TEACHERS,
    "invitation_end": TEACHERS,
    "place_change": TEACHERS,
    "place_link": TEACHERS,
    "place_bind": TEACHERS,
    "start": LEARNS,
    "drawing": OWN,
    "hint": OWN,
    "answer": OWN,
    "reset": OWN,
    "reference": OWN,
    "checkpoint": OWN,
    "submit": OWN,
    "replay": STAFF | OWN,
    "hidden_why": STAFF,
    "exercise_new": TEACHERS,
    "exercise_settings": TEACHERS,
    "extend": TEACHERS,
    "extension_end": TEACHERS,
    "release": TEACHERS,
    "exercise_delete": TEACHERS,
    "regrade": TEACHERS,
    "regrade_apply": TEACHERS,
    "override": STAFF,
    "comment": STAFF,
    "send_hint": STAFF,
    "broadcast": STAFF,
    "broadcast_end": STAFF,
    "broadcast_copy": MEMBERS,
    "look": STAFF,
    "pack_new": TEACHERS,
    "pack_import": TEACHERS,
    "draft_new": TEACHERS,
    "draft_save": TEACHERS,
    "draft_publish": TEACHERS,
    "draft_open": TEACHERS,
    "draft_take": TEACHERS,
}

FREE = {"courses", "course_new", "join", "invitation"}
"""Addresses of who is signed in, of no course."""


_RUN = ("", "/events", "/export.csv", "/export.json", "/columns")


class GradedClass(ClassroomTest):
    """The learner has a broken, graded submission."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise(reference=True)
        self.attempt = self.begun(self.set)
        self.break_it(self.attempt)
        self.submission = self.graded(self.attempt)
        self.grading = Grading.objects.get(submission=self.submission)
        shown = self.grading.rows.filter(hidden=False, counterexample__isnull=False).first()
        assert shown is not None
        self.row = shown
        broken = self.grading.rows.filter(hidden=True, state="failed").first()
        assert broken is not None
        self.hidden = broken
        self.draft = packs.draft_of(self.course, self.attempt.pack)
        document = {"schema": 1, "name": "shown"}
        people.invite(self.course, self.owner)
        self.invitation = Invitation.objects.get(course=self.course)
        self.broadcast = Broadcast.objects.create(exercise=self.set, document=document)

    def path(self, name: str) -> str:
        """Return the address of a name with the ids of this class."""
        keys = {
            "course_id": self.course.pk,
            "exercise_id": self.set.pk,
            "attempt_id": self.attempt.pk,
            "submission_id": self.submission.pk,
            "grading_id": self.grading.pk,
            "row_id": self.hidden.pk if name == "hidden_why" else self.row.pk,
            "place_id": self.places["other_learner"].pk,
            "invitation_id": self.invitation.pk,
            "check_id": "which-route",
            "broadcast_id": self.broadcast.pk,
            "name": "half",
            "number": 1,
            "version_id": self.attempt.pack_id,
            "draft_id": self.draft.pk,
        }
        pattern = self.patterns()[name]
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(keys[found[1]]), pattern)

    def patterns(self) -> dict[str, str]:
        resolver = next(
            one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "classes"
        )
        return {one.name: str(one.pattern) for one in resolver.url_patterns}


class RightsTest(GradedClass):
    """Every address of courses, asked by every role."""

    def test_every_address_stands_in_a_table(self) -> None:
        assert set(self.patterns()) == {*GET, *POST, *FREE}

    def test_who_may_look(self) -> None:
        for name, allowed in GET.items():
            for who in EVERYBODY:
                status = self.clients[who].get(self.path(name)).status_code
                assert status == (200 if who in allowed else 404), (name, who, status)

    def test_who_may_do(self) -> None:
        version = PackVersion.objects.get()
        for name, allowed in POST.items():
            for who in EVERYBODY:
                if who in allowed:
                    continue
                before = Run.objects.count()
                status = self.clients[who].post(self.path(name), {"version": str(version.pk)}).status_code
                assert status == 404, (name, who, status)
                assert Run.objects.count() == before

    def test_who_may_is_let_through(self) -> None:
        for name, allowed in POST.items():
            if name in ("course_archive", "exercise_delete", "invitation_end", "regrade", "draft_publish"):
                continue  # tested where they do something
            for who in sorted(allowed):
                Broadcast.objects.update(ended=None)
                status = self.clients[who].post(self.path(name), {}).status_code
                assert status in (200, 302, 409, 422), (name, who, status)

    def secrets(self) -> dict[str, list[str]]:
        """Return texts that must not be read by learners, by what they are."""
        files = PackVersion.objects.values_list("files", flat=True).get(pk=self.attempt.pack_id)
        hidden = self.grading.rows.filter(hidden=True)
        passed = [row.title for row in hidden if row.state != "failed"]
        failed = [row.title for row in hidden if row.state == "failed"]
        of_hidden, wrong = ["192.168.40.0", "annex"], ["own-router", "own-table"]
        # Words that the pack does not hold any more would be found nowhere, and prove nothing.
        assert all(word in json.dumps(files) for word in (*of_hidden, *wrong))
        return {
            "hidden checks": [*(row.check_id for row in hidden), *passed, *of_hidden],
            "rules before they are shown": failed,
            "solutions": [
                json.dumps(title)[1:-1]
                for title in re.findall(r"^title: (.+)$", files["reference/data-subnet.yml"], re.M)
            ],
            "wrong solutions": wrong,
        }

    def reachable(self, client: Client) -> list[tuple[str, str]]:
        """Return every page and API answer about the exercise that a browser gets, by path."""
        runs = [str(pk) for pk in Run.objects.filter(kind=Kind.GRADE).values_list("pk", flat=True)]
        paths = [self.path(name) for name in GET]
        paths += [f"/api/v1/runs/{run}{tail}" for run in runs for tail in _RUN]
        assert self.attempt.scenario is not None
        scenario = f"/api/v1/scenarios/{self.attempt.scenario.pk}"
        paths += [
            f"/api/v1/courses/{self.course.pk}/{tail}" for tail in ("roster", "gradebook", "gradebook.csv")
        ]
        paths += [
            "/api/v1/courses",
            "/courses/",
            "/",
            scenario,
            f"{scenario}/runs",
            f"{scenario}/document.json",
        ]
        answers = []
        for path in paths:
            answer = client.get(path)
            if answer.status_code == 200:
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
                answers.append((path, content.decode()))
        return answers

    def test_learners_never_read_hidden_checks_or_solutions(self) -> None:
        secrets = self.secrets()
        assert secrets["hidden checks"] and secrets["solutions"]
        for who in ("learner", "other_learner", "observer", "outsider", "nobody"):
            answers = self.reachable(self.clients[who])
            assert answers or who in ("outsider", "nobody")
            for path, text in answers:
                for kind in ("hidden checks", "solutions", "wrong solutions"):
                    for secret in secrets[kind]:
                        assert secret not in text, (who, path, kind, secret)

    def test_broken_hidden_rules_are_read_when_they_are_shown_and_not_before(self) -> None:
        rules = self.secrets()["rules before they are shown"]
        if not rules:
            pytest.fail("the broken drawing must break a hidden rule")
        seen = "".join(text for _, text in self.reachable(self.clients["learner"]))
        assert all(rule in seen for rule in rules)
        self.set.hidden = "never"
        self.set.save()
        again = self.graded(self.attempt)
        page = self.clients["learner"].get(again.get_absolute_url()).content.decode()
        run = Grading.objects.get(submission=again).run
        assert run is not None
        log = json.dumps(self.log(run))
        assert not any(rule in page or rule in log for rule in rules)

    def test_a_counterexample_of_a_hidden_check_is_replayed_by_nobody_who_learns(self) -> None:
        hidden = self.grading.rows.filter(hidden=True).first()
        assert hidden is not None
        CheckRow._base_manager.filter(pk=hidden.pk).update(counterexample={"kind": "trace", "question": {}})
        assert (
            self.clients["learner"].post(f"/gradings/{self.grading.pk}/replay/{hidden.pk}/").status_code
            == 404
        )

    def test_other_learners_find_nothing_of_a_learner(self) -> None:
        place = self.places["learner"]
        place.name = "Somebody Particular"
        place.save()
        for who in ("other_learner", "observer", "outsider", "nobody"):
            for path, text in self.reachable(self.clients[who]):
                assert "Somebody Particular" not in text, (who, path)
                assert str(self.attempt.pk) not in text, (who, path)

    def test_the_trial_of_a_regrade_is_not_the_learners(self) -> None:
        trial = Grading.objects.create(submission=self.submission, pack=self.attempt.pack, counts=False)
        path = f"/gradings/{trial.pk}/replay/{self.row.pk}/"
        assert self.clients["learner"].post(path).status_code == 404

    def test_a_place_that_was_closed_keeps_nothing_open(self) -> None:
        people.change(self.places["learner"], active=False)
        for name in GET:
            assert self.clients["learner"].get(self.path(name)).status_code == 404, name


class SocketRightsTest(Classroom, CommittedTest):
    """The learner has a broken, graded submission, and everybody opens the socket of its grading."""

    async def test_only_whoever_handed_in_hears_of_a_grading_and_no_more_than_they_may_see(self) -> None:
        run, hidden = await sync_to_async(self.graded_run)()
        assert hidden
        for who in EVERYBODY:
            socket = Socket(f"/ws/runs/{run.pk}/", self.clients[who])
            if who != "learner":
                await socket.connect()
                assert await socket.close_code() == 4404, who
                continue
            await socket.open()
            said = ""
            while "run.finished" not in said:
                said += json.dumps(await socket.message())
            await socket.disconnect()  # first: a socket that is left open holds up the end of the test
            assert "all-talk" in said and not any(text in said for text in hidden)

    def graded_run(self) -> tuple[Run, list[str]]:
        """Return the run of a grading, and the ids of hidden checks with the rules that were not broken."""
        attempt = self.begun(self.exercise())
        self.break_it(attempt)
        grading = Grading.objects.get(submission=self.graded(attempt))
        assert grading.run is not None
        rows = grading.rows.filter(hidden=True)
        kept = [row.title for row in rows if row.state != "failed"]
        return grading.run, [*(row.check_id for row in rows), *kept]
