"""Locked answers in the words of their questions, on every page that shows them."""

from __future__ import annotations

from django.utils.html import escape

from sandbox.classes import packs
from sandbox.classes.answers import in_words
from sandbox.classes.services import work
from tests.sandbox.classes.base import ClassroomTest

AWS = "Yes. A subnet spans the region there as well."
STRETCH = "Yes, if the two are a pair of regions."


class AnswersTest(ClassroomTest):
    """Lab 3 asks two questions with a choice: one alone in its check, one beside other parts."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise(pack=self.pack(lab="lab-03-one-region"))
        self.attempt = self.begun(self.set)
        self.user, self.browser = self.users["learner"], self.clients["learner"]

    def lock_wrongly(self) -> None:
        work.lock_answer(self.attempt, self.user, "aws", "same")
        work.lock_answer(self.attempt, self.user, "two-regions", {"stretch": "pair"})

    def test_a_choice_is_shown_in_its_words(self) -> None:
        self.lock_wrongly()
        self.graded(self.attempt)
        own, staff = self.browser, self.clients["assistant"]
        for page, told in (
            (own.get(self.set.get_absolute_url()), (AWS, STRETCH)),
            (staff.get(f"/attempts/{self.attempt.pk}/"), (AWS, STRETCH)),
            (staff.get(f"/exercises/{self.set.pk}/insight/"), (AWS,)),  # questions alone
        ):
            shown = page.content.decode()
            for words in told:
                assert shown.count(f">{escape(words)}<") + shown.count(f"</span> {escape(words)}<") == 1

    def test_every_answer_that_can_be_kept_can_be_shown(self) -> None:
        for check in packs.public_checks(self.attempt.pack, self.attempt.seed):
            for value in (None, True, 3, 2.50, "x", [1, ["x"]], {}, {"": "x"}, {"stretch": {"a": ["pair"]}}):
                assert isinstance(in_words(value, check), str)
        assert in_words(2.50, None) == "2.5"
        codes = {"name": "", "choices": {"NSG_IN": "the group … denies it"}}
        asked = {"questions": [{"ask": "", "fields": [codes]}]}
        assert in_words("NSG_IN", asked) == "NSG_IN: the group … denies it"
