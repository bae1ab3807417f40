"""Dates that move: scores follow, with author and reason, and earlier extensions stay on record."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now

from sandbox.classes.models import Attempt, Extension, GradeEvent
from sandbox.classes.services import exercises
from tests.sandbox.classes.base import ClassroomTest

HOUR = timedelta(hours=1)


class ExtensionTest(ClassroomTest):
    """A learner handed in a solution an hour behind the due date, which costs ten percent."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise(due=now() - HOUR)
        self.attempt = self.begun(self.set)
        self.solve(self.attempt)
        self.submission = self.graded(self.attempt)
        self.teacher = self.clients["instructor"]
        self.page = f"/exercises/{self.set.pk}/"

    def score(self) -> float | None:
        return Attempt.objects.get(pk=self.attempt.pk).score

    def newest(self) -> GradeEvent:
        return GradeEvent.objects.filter(attempt=self.attempt).order_by("-pk")[0]

    def extend(self, days: int, reason: str = "ill") -> None:
        due = (now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
        body = {"enrolment": "learner", "due": due, "extra_minutes": 0, "extra_submissions": 0}
        self.teacher.post(f"{self.page}extend/", body | {"reason": reason})

    def is_late(self) -> bool:
        pages = [
            self.clients["learner"].get(self.set.get_absolute_url()),
            self.teacher.get(f"/attempts/{self.attempt.pk}/"),
        ]
        marks = {'<span class="badge">late</span>' in page.content.decode() for page in pages}
        own = self.clients["learner"].get(self.submission.get_absolute_url()).content.decode()
        (found,) = marks | {"Late by" in own}
        return found

    def test_an_extension_counts_for_what_was_handed_in_and_says_who_gave_it_and_why(self) -> None:
        assert (self.score(), self.is_late()) == (90, True)
        self.extend(1)
        assert (self.score(), self.is_late()) == (100, False)
        event = self.newest()
        assert event.author == self.users["instructor"] and event.cause == "Extended: ill"

    def test_a_moved_due_date_counts_for_what_was_handed_in_and_says_who_moved_it(self) -> None:
        self.set.due = now() + HOUR
        exercises.save(self.set, self.owner)
        assert (self.score(), self.is_late()) == (100, False)
        assert self.newest().author == self.owner
        self.set.due = now() - timedelta(days=1, hours=1)
        exercises.save(self.set, self.owner)
        assert (self.score(), self.is_late()) == (80, True)
        count = GradeEvent.objects.count()
        exercises.save(self.set, self.owner)
        assert GradeEvent.objects.count() == count, "nothing changed, so there is nothing to tell"

    def test_the_page_of_rules_gives_its_author_too(self) -> None:
        form = self.teacher.get(f"{self.page}settings/").context["form"]
        values = {name: form[name].value() for name in form.fields}
        body = {key: "" if value is None else value for key, value in values.items() if value is not False}
        due = (now() + HOUR).strftime("%Y-%m-%dT%H:%M")
        answer = self.teacher.post(f"{self.page}settings/", body | {"due": due})
        assert answer.status_code == 302, answer.context["form"].errors
        assert self.score() == 100 and self.newest().author == self.users["instructor"]

    def test_earlier_extensions_are_kept_and_the_newest_can_be_taken_back(self) -> None:
        self.extend(1, "ill")
        self.extend(2, "ill again")
        rows = list(Extension.objects.values_list("reason", "author__username"))
        assert rows == [("ill", "instructor"), ("ill again", "instructor")]
        end = f"{self.page}extensions/{self.places['learner'].pk}/end/"
        self.teacher.post(end, {"reason": "the wrong person"})
        assert (self.score(), self.is_late()) == (90, True)
        assert self.newest().cause == "Extension taken back: the wrong person"
        rules = self.teacher.get(f"{self.page}settings/")
        for words in ("ill again", "the wrong person", "taken back"):
            self.assertContains(rules, words)
        self.assertNotContains(rules, "Take it back")
        self.assertContains(self.teacher.post(end, follow=True), "Nothing is extended for learner")
        assert Extension.objects.count() == 3

    def test_an_extension_says_what_is_extended(self) -> None:
        body = {"enrolment": "learner", "extra_minutes": 0, "extra_submissions": 0, "reason": "ill"}
        self.assertContains(self.teacher.post(f"{self.page}extend/", body, follow=True), "what is extended")
        assert not Extension.objects.exists()

    def test_a_second_extension_takes_nothing_of_the_first_away(self) -> None:
        self.extend(3)
        assert self.score() == 100
        body = {"enrolment": "learner", "due": "", "extra_minutes": 30, "extra_submissions": 2}
        answer = self.teacher.post(f"{self.page}extend/", body | {"reason": "more"}, follow=True)
        self.assertContains(answer, "UTC, 30 more minutes, 2 more submissions.")
        first, second = Extension.objects.all()
        assert (self.score(), second.due, second.extra_minutes) == (100, first.due, 30)
        less = body | {"extra_minutes": "", "extra_submissions": 3, "reason": "and more"}
        self.teacher.post(f"{self.page}extend/", less)
        newest = Extension.objects.order_by("-pk")[0]
        assert (newest.due, newest.extra_minutes, newest.extra_submissions) == (first.due, 30, 3)
        answer = self.teacher.post(f"{self.page}extend/", less, follow=True)
        self.assertContains(answer, "learner has that already. What holds now: due ")
        assert Extension.objects.count() == 3

    def test_a_date_that_is_not_later_than_what_holds_is_refused(self) -> None:
        self.extend(3)
        for days in (1, 3):
            self.extend(days, "sooner")
        answer = self.teacher.get(f"{self.page}settings/")
        self.assertContains(answer, "learner has until ")
        (held,) = Extension.objects.all()
        assert held.due is not None
        self.extend(4, "later")
        assert Extension.objects.count() == 2

    def test_a_learner_ends_no_extension(self) -> None:
        place = self.places["learner"]
        self.extend(1)
        assert self.clients["learner"].post(f"{self.page}extensions/{place.pk}/end/").status_code == 404
        assert Extension.objects.count() == 1
