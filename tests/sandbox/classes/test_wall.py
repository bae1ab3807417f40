"""The wall, insight and integrity: what a class does, hints to clusters, broadcasts, edit histories."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from unittest.mock import patch

from django.db.models import F

from sandbox.classes import packs, wall
from sandbox.classes.models import Attempt, AttemptEvent, Broadcast, Deed
from sandbox.classes.services import people, work
from sandbox.runs import services as runs
from sandbox.runs.models import Kind
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario
from tests.sandbox.classes.base import ClassroomTest


class WallTest(ClassroomTest):
    """Two learners whose VMs are stopped, and a third who solved the exercise."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise()
        self.users["third"] = self.mate
        self.clients["third"] = self.mate_client
        self.places["third"] = people.enrol(self.course, self.mate)
        self.attempts = {name: self.begun(self.set, name) for name in ("learner", "other_learner", "third")}
        for name in ("learner", "other_learner"):
            self.break_it(self.attempts[name])
        self.solve(self.attempts["third"])
        self.submissions = {name: self.graded(one) for name, one in self.attempts.items()}
        self.page = f"/exercises/{self.set.pk}/wall/"
        self.teacher = self.clients["assistant"]

    def mistaken(self, attempt: Attempt) -> None:
        """Trace a broadcast in the drawing of an attempt and predict that it arrives."""
        drawing, user = attempt.scenario, attempt.enrolment.user
        assert drawing is not None and user is not None
        head = self.head(drawing)
        first, second = [f"vms/{name}" for name in head.document["topology"]["vms"]][:2]
        asked = {"source": first, "destination": "255.255.255.255", "protocol": "udp", "destination_port": 67}
        said = {"forward": {"stops": [second], "outcome": "delivered"}}
        self.done(runs.start(user, head, Kind.TRACE, asked | {"prediction": said}, tell=False))

    def test_progress_counts_learners(self) -> None:
        assert wall.progress(self.set) == {
            "learners": 3,
            "began": 3,
            "handed_in": 3,
            "waiting": 0,
            "solved": 1,
        }

    def test_packets_die_grouped_by_code_and_place_in_the_names_of_the_pack(self) -> None:
        first = wall.tiles(self.set, hidden=True)["packets"][0]
        assert first["count"] == 2 and first["code"] and first["at"]

    def test_a_check_that_fails_without_a_packet_stands_apart(self) -> None:
        others = wall.tiles(self.set, hidden=True)["others"]
        assert others and not any(one["code"] or one["at"] for one in others)
        assert others[0]["title"] in self.teacher.get(f"/exercises/{self.set.pk}/wall/").content.decode()

    def test_equal_mistakes_are_one_cluster_and_who_has_none_is_in_none(self) -> None:
        clusters = wall.clusters(self.set)
        assert [len(one["attempts"]) for one in clusters] == [2]
        assert self.attempts["third"] not in clusters[0]["attempts"]

    def test_a_large_cluster_names_some_and_all_of_it_when_asked(self) -> None:
        path = f"/exercises/{self.set.pk}/wall/"
        page = self.teacher.get(path)
        (cluster,) = page.context["clusters"]
        assert cluster["mistakes"] and cluster["others"] == 0
        with patch("sandbox.classes.views.wall.NAMES", 1):
            self.assertContains(self.teacher.get(path), "and 1 more")
            whole = self.teacher.get(f"{path}?cluster={cluster['fingerprint']}")
            self.assertNotContains(whole, "and 1 more")
            assert len(whole.context["clusters"][0]["named"]) == 2
            self.assertContains(whole, f'data-refresh="?cluster={cluster["fingerprint"]}&amp;part=1"')
        observer = self.clients["observer"].get(f"{path}?cluster={cluster['fingerprint']}")
        assert observer.context["clusters"] == [] and observer.context["one"] is False

    def test_a_hint_reaches_its_cluster_and_nobody_else_and_costs_nothing(self) -> None:
        fingerprint = wall.clusters(self.set)[0]["fingerprint"]
        body = {"fingerprint": fingerprint, "text": "Is anybody awake?"}
        self.teacher.post(f"/exercises/{self.set.pk}/send-hint/", body)
        assert AttemptEvent.objects.filter(deed=Deed.SENT).count() == 2
        for name, told in (("learner", True), ("third", False)):
            page = self.clients[name].get(self.set.get_absolute_url()).content
            assert (b"Is anybody awake?" in page) is told
        assert self.graded(self.attempts["learner"]).hints == 0

    def test_what_cannot_be_kept_is_refused_in_words_and_nothing_is_sent(self) -> None:
        fingerprint = wall.clusters(self.set)[0]["fingerprint"]
        for text, words in (
            ("", "A hint has 1 to 1,000"),
            ("x" * 1001, "1,001 characters"),
            ("a\0b", "that is no text"),
        ):
            body = {"fingerprint": fingerprint, "text": text}
            answer = self.teacher.post(f"/exercises/{self.set.pk}/send-hint/", body, follow=True)
            assert words in answer.content.decode()
        for note, words in (("x" * 501, "501 characters"), ("a\0b", "that is no text")):
            path = f"/submissions/{self.submissions['learner'].pk}/broadcast/"
            assert words in self.teacher.post(path, {"note": note}, follow=True).content.decode()
        assert not AttemptEvent.objects.filter(deed=Deed.SENT).exists() and not Broadcast.objects.exists()

    def test_one_drawing_is_shown_without_a_name_until_it_is_not(self) -> None:
        place = self.places["learner"]
        place.name = "Somebody Particular"
        place.save()
        attempt = self.attempts["learner"]
        drawing = work.drawing(attempt, self.users["learner"])
        document = {**self.head(drawing).document, "description": "by Somebody Particular"}
        scenarios.replace(drawing, document, self.users["learner"])
        submission = self.graded(attempt)
        self.teacher.post(f"/submissions/{submission.pk}/broadcast/", {"note": "look"})
        shown = Broadcast.objects.get()
        assert "Somebody" not in str(shown.document)
        page = self.clients["third"].get(self.set.get_absolute_url()).content
        assert b"look" in page and b"Somebody" not in page
        before = Scenario.objects.filter(owner=self.mate).count()
        self.clients["third"].post(f"/broadcasts/{shown.pk}/copy/")
        copied = Scenario.objects.filter(owner=self.mate).order_by("-created").first()
        assert copied is not None and "Somebody" not in copied.name
        assert Scenario.objects.filter(owner=self.mate).count() == before + 1
        assert self.clients["outsider"].post(f"/broadcasts/{shown.pk}/copy/").status_code == 404
        self.teacher.post(f"/exercises/{self.set.pk}/broadcast/end/")
        assert self.clients["third"].post(f"/broadcasts/{shown.pk}/copy/").status_code == 404

    def test_an_observer_sees_numbers_without_names(self) -> None:
        place = self.places["learner"]
        place.name = "Somebody Particular"
        place.save()
        for path in (self.page, f"{self.page}?part=1", f"/exercises/{self.set.pk}/insight/"):
            seen = self.clients["observer"].get(path).content.decode()
            staff = self.teacher.get(path).content.decode()
            assert "Somebody" not in seen
            hidden = [row for row in wall.insight(self.set, hidden=True)["checks"] if row["hidden"]]
            assert hidden and not any(row["title"] in seen for row in hidden)
            assert "Somebody" in staff or "insight" in path

    def test_insight_says_what_was_hard(self) -> None:
        Attempt.objects.update(started=F("started") - timedelta(minutes=10))
        found = wall.insight(self.set, hidden=True)
        rows = {row["check_id"]: row for row in found["checks"]}
        assert (rows["all-talk"]["solved_by"], rows["all-talk"]["tried_by"]) == (1, 3)
        assert rows["all-talk"]["first"] == 1
        assert timedelta(minutes=10) < found["times"]["mean"] <= found["times"]["longest"]
        assert found["times"]["longest"] < timedelta(minutes=20)
        work_page = self.teacher.get(f"/exercises/{self.set.pk}/insight/").content.decode()
        assert work_page.count("<dd>10 minutes</dd>") == 2

    def test_the_same_wrong_answer_in_other_variants_is_one(self) -> None:
        exercise = self.exercise()
        prefixes = set()
        for name, seed in (("learner", 3), ("other_learner", 4)):
            attempt = self.begun(exercise, name, predicted=False)
            Attempt.objects.filter(pk=attempt.pk).update(seed=seed)
            attempt.refresh_from_db()
            (vnet,) = packs.variant_of(attempt).document["topology"]["vnets"].values()
            prefix = vnet["address_space"][0].replace(".0.0/16", ".2.0/24")
            prefixes.add(prefix)
            said = {"type": "VnetLocal", "source": "Default", "prefix": prefix}
            work.lock_answer(attempt, self.users[name], "which-route", said)
            self.predict(attempt)
            self.graded(attempt)
        assert len(prefixes) == 2
        (wrong,) = wall.insight(exercise, hidden=True)["answers"]
        assert wrong["title"] == "The route from web1 to app1" and wrong["count"] == 2
        assert "10.10.2.0/24" in wrong["value"]

    def test_insight_names_the_ideas_behind_wrong_predictions(self) -> None:
        assert wall.insight(self.set, hidden=True)["ideas"] == []
        for _ in range(2):
            self.mistaken(self.attempts["third"])
        (idea,) = wall.insight(self.set, hidden=True)["ideas"]
        assert (idea["id"], idea["learners"], idea["times"]) == ("broadcast", 1, 2)
        page = self.clients["observer"].get(f"/exercises/{self.set.pk}/insight/").content.decode()
        assert idea["name"] in page

    def test_equal_drawings_of_different_variants_are_found_and_the_start_is_not(self) -> None:
        assert [len(one["submissions"]) for one in wall.alike(self.set)] == [2]

    def test_what_the_teacher_tried_is_no_work_of_the_class(self) -> None:
        def told() -> object:
            found = wall.insight(self.set, hidden=True)
            alike = [sorted(one.pk for one in each["submissions"]) for each in wall.alike(self.set)]
            return found, wall.tiles(self.set, hidden=True), wall.progress(self.set), alike

        before = told()
        for name in ("owner", "assistant"):
            tried = self.begun(self.set, name, predicted=False)
            work.lock_answer(tried, self.users[name], "first-address", "ROUTE_NONE_SYSTEM")
            self.predict(tried)
            self.break_it(tried)
            work.take_hint(tried, self.users[name])
            self.graded(tried)
            self.mistaken(tried)
        assert told() == before

    def test_a_note_goes_with_a_drawing_that_is_shown(self) -> None:
        page = self.teacher.get(f"/exercises/{self.set.pk}/wall/").content.decode()
        assert 'name="note"' in page
        submission = self.attempts["learner"].submissions.get()
        self.teacher.post(f"/submissions/{submission.pk}/broadcast/", {"note": "Look at the group."})
        assert Broadcast.objects.get().note == "Look at the group."

    def test_the_history_of_a_drawing_is_replayed_by_staff_only(self) -> None:
        attempt = self.attempts["learner"]
        path = f"/attempts/{attempt.pk}/history/"
        steps = self.teacher.get(path).context["steps"]
        assert [step["number"] for step in steps] == [1, 2, 3]
        assert steps[-1]["submitted"] == 1
        assert steps[0]["words"] == ["Created the drawing"] and all(step["words"] for step in steps)
        before = Scenario.objects.count()
        looked = self.teacher.get(f"{path}?step=2")
        assert (looked.context["before"], looked.context["after"]) == ("1", "3")
        assert steps[1]["words"][0] in unescape(looked.content.decode())
        assert Scenario.objects.count() == before, "nothing is copied by looking"
        assert b'id="step"' not in self.teacher.get(f"{path}?step=9").content
        picture = f"/attempts/{attempt.pk}/revisions/2/picture.svg"
        assert self.teacher.get(picture).status_code == 200
        for name in ("learner", "other_learner", "observer", "outsider", "nobody"):
            assert self.clients[name].get(picture).status_code == 404
        assert self.teacher.get(f"/attempts/{attempt.pk}/revisions/9/picture.svg").status_code == 404
        answer = self.teacher.post(f"/attempts/{attempt.pk}/revisions/2/look/")
        assert self.teacher.get(answer["Location"]).status_code == 200
