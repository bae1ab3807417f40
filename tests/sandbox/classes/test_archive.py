"""A course that is put away: it can be read, and nothing in it changes."""

from __future__ import annotations

from sandbox.classes.models import Course, Enrolment
from sandbox.classes.services import people, work
from sandbox.runs.models import Run
from tests.sandbox.classes.test_rights import GET, POST, GradedClass

READS = {"course_archive", "drawing", "replay", "hidden_why", "broadcast_copy", "look"}
"""POSTs that change nothing in the course: copies for oneself; and taking it back."""


class ArchivedTest(GradedClass):
    """The class of the rights, archived."""

    def setUp(self) -> None:
        super().setUp()
        self.clients["owner"].post(f"/courses/{self.course.pk}/archive/")

    def test_it_is_read_as_before(self) -> None:
        writes = {"course_settings", "exercise_new", "exercise_settings", "packs", "pack_export", "draft"}
        for name, allowed in GET.items():
            for who in sorted(allowed):
                status = self.clients[who].get(self.path(name)).status_code
                assert status == (403 if name in writes else 200), (name, who, status)

    def test_nothing_in_it_changes_and_the_reason_is_said(self) -> None:
        before = Run.objects.count()
        for name, allowed in POST.items():
            if name in READS:
                continue
            for who in sorted(allowed):
                answer = self.clients[who].post(self.path(name), {})
                assert answer.status_code == 403, (name, who, answer.status_code)
                assert b"archived" in answer.content
        assert Run.objects.count() == before
        answer = self.send(self.clients["owner"], "POST", f"/courses/{self.course.pk}/roster", {"items": []})
        assert self.error(answer, 409)["code"] == "archived"
        page = self.clients["learner"].get(self.set.get_absolute_url()).content.decode()
        assert "nothing in it changes" in page and "/submit/" not in page

    def test_nobody_joins(self) -> None:
        try:
            people.join(self.users["outsider"], self.course.join_code)
        except people.NoSuchCode:
            assert not Enrolment.objects.filter(user=self.users["outsider"]).exists()
        else:
            raise AssertionError("somebody joined an archived course")

    def test_owners_take_it_back_and_nobody_else(self) -> None:
        path = f"/courses/{self.course.pk}/archive/"
        assert self.clients["instructor"].post(path, {"archived": "0"}).status_code == 404
        assert self.clients["owner"].post(path, {"archived": "0"}).status_code == 302
        assert Course.objects.get(pk=self.course.pk).archived is None
        again = type(self.attempt).objects.get(pk=self.attempt.pk)
        assert work.submit(again, self.users["learner"], tell=False)

    def test_lists_put_it_away_and_know_terms(self) -> None:
        owner, client = self.owner, self.clients["owner"]
        for title, term in (("Routing", "Spring"), ("Failover", "Autumn")):
            people.create_course(owner, title, term)

        def shown(query: str) -> set[str]:
            return {row["course"].title for row in client.get(f"/courses/{query}").context["rows"]}

        assert shown("") == {"Routing", "Failover"}
        assert shown("?term=Spring") == {"Routing"}
        assert shown("?term=None") == {"Routing", "Failover"}
        assert shown("?archived=1") == {"Networks"}
        listed = client.get("/api/v1/courses").json()["items"]
        assert [(one["title"], one["archived"]) for one in listed][-1] == ("Networks", True)
