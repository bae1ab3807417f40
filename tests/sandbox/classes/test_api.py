"""Rosters and gradebooks for machines."""

from __future__ import annotations

import json

from sandbox.classes.models import Enrolment, Role
from tests.sandbox.classes.base import EVERYBODY, ClassroomTest

STAFF = {"owner", "instructor", "assistant"}


class CoursesApiTest(ClassroomTest):
    """The course of ``ClassroomTest``."""

    def test_everybody_lists_their_courses_and_the_rest_is_for_staff(self) -> None:
        for who in EVERYBODY:
            answer = self.clients[who].get("/api/v1/courses")
            if who == "nobody":
                assert answer.status_code == 401
                continue
            roles = [row["role"] for row in answer.json()["items"]]
            expected = {"other_learner": ["learner"], "outsider": []}.get(who, [who])
            assert roles == expected
            for tail in ("roster", "gradebook", "gradebook.csv"):
                status = self.clients[who].get(f"/api/v1/courses/{self.course.pk}/{tail}").status_code
                assert status == (200 if who in STAFF else 404), (who, tail)

    def test_a_roster_is_sent_and_read_again(self) -> None:
        path = f"/courses/{self.course.pk}/roster"
        body = {"items": [{"login": "newone", "name": "New", "group": "A"}, {"login": "mate"}]}
        answer = self.send(self.clients["instructor"], "POST", path, body)
        made = json.loads(answer.content)["items"]
        assert [line["outcome"] for line in made] == ["invited", "let in"]
        assert "/courses/invitations/" in made[0]["invitation"] and made[1]["invitation"] is None
        read = json.loads(self.send(self.clients["assistant"], "GET", path).content)["items"]
        assert {"login": "newone", "here": False}.items() <= next(
            {key: line[key] for key in ("login", "here")} for line in read if line["login"] == "newone"
        ).items()
        assert Enrolment.objects.get(user=self.mate).role == Role.LEARNER
        again = json.loads(self.send(self.clients["instructor"], "POST", path, body).content)["items"]
        assert [line["outcome"] for line in again] == ["was there", "was there"]

    def test_a_roster_that_cannot_be_is_refused_whole(self) -> None:
        path = f"/courses/{self.course.pk}/roster"
        before = self.course.enrolments.count()
        for items in ([{"login": "x"}, {"login": "x"}], [{"login": ""}], [{"login": "y", "role": "owner"}]):
            self.error(self.send(self.clients["owner"], "POST", path, {"items": items}), 422)
        self.error(self.send(self.clients["assistant"], "POST", path, {"items": []}), 404)
        assert self.course.enrolments.count() == before
