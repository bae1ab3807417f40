"""Locked answers in the words of their questions, on every page that shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.html import escape

import netcore
from sandbox.classes import packs
from sandbox.classes.answers import Incomplete, fields_of, in_words, said_of, value_of
from sandbox.classes.services import exercises, work
from tests.conftest import ROOT
from tests.sandbox.classes.base import ClassroomTest

AWS = "Yes. A subnet spans the region there as well."
RIGHT_AWS = "No. A subnet lies in one zone there, so two zones take two subnets for each tier."
RIGHT_STRETCH = "No. A network belongs to one region; another region takes another network."
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

    def test_a_submission_shows_its_answers_in_words(self) -> None:
        self.lock_wrongly()
        page = self.graded(self.attempt).get_absolute_url()
        for name in ("learner", "assistant"):
            shown = self.clients[name].get(page).content.decode()
            for words in (AWS, STRETCH):
                assert shown.count(f"Answer:</span> {escape(words)}</p>") == 1

    def test_the_right_option_of_a_wrong_choice_is_told_with_its_fact(self) -> None:
        before = self.graded(self.attempt).get_absolute_url()
        self.lock_wrongly()
        page = self.graded(self.attempt).get_absolute_url()
        for words, fact in ((RIGHT_AWS, "L4"), (RIGHT_STRETCH, "M1")):
            for name in ("learner", "assistant"):
                told = self.clients[name].get(page).content.decode()
                assert f"This is right: {escape(words)}" in told and f'href="/facts/?q={fact}"' in told
            assert escape(words) not in self.browser.get(before).content.decode()  # nothing was locked then
        other = self.begun(self.set, "other_learner")
        work.lock_answer(other, self.users["other_learner"], "aws", "one-zone")
        right = self.graded(other).get_absolute_url()
        assert b"This is right" not in self.clients["other_learner"].get(right).content

    def test_what_is_right_is_not_told_before_results_are_or_while_an_exam_goes_on(self) -> None:
        self.lock_wrongly()
        page = self.graded(self.attempt).get_absolute_url()
        for rules in ({"results": "on_release"}, {"exam": True, "minutes": 60}):
            for name, value in ({"results": "at_once", "exam": False} | rules).items():
                setattr(self.set, name, value)
            self.set.save()
            exercises.release(self.set, False)
            assert b"This is right" not in self.browser.get(page).content
            exercises.release(self.set, True)
            assert b"This is right" in self.browser.get(page).content

    def test_of_what_was_answered_rightly_or_not_at_all_nothing_is_told(self) -> None:
        shown = packs.pack_of(self.attempt.pack)
        assert netcore.right_choices(shown, 3, "aws", "same")[0]["right"] == RIGHT_AWS
        for check, answer in (
            ("aws", None),
            ("aws", "one-zone"),
            ("two-regions", None),
            ("two-regions", "pair"),  # it says to which question
            ("two-regions", {"stretch": "refused"}),
            ("nothing", "same"),
        ):
            assert netcore.right_choices(shown, 3, check, answer) == ()

    def test_every_answer_that_can_be_kept_can_be_shown(self) -> None:
        for check in packs.public_checks(self.attempt.pack, self.attempt.seed):
            for value in (None, True, 3, 2.50, "x", [1, ["x"]], {}, {"": "x"}, {"stretch": {"a": ["pair"]}}):
                assert isinstance(in_words(value, check), str)
        assert in_words(2.50, None) == "2.5"
        codes = {"name": "", "choices": {"NSG_IN": "the group … denies it"}}
        asked = {"questions": [{"ask": "", "fields": [codes]}]}
        assert in_words("NSG_IN", asked) == "NSG_IN: the group … denies it"


SHIPPED = sorted((ROOT / "sandbox" / "classes" / "packs").glob("lab-*"))
KEY = re.compile(r"[a-z]+(?:[-_][a-z0-9]+)+")
"""What a key looks like: small letters and digits with hyphens."""


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_no_form_of_a_lab_shows_keys(folder: Path) -> None:
    """Labels are words, and what may be chosen is said in words; only drop codes stand beside theirs."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    for check in netcore.public_checks(netcore.read_pack(files), 0):
        for question in fields_of(check.as_dict()):
            for shown in question["inputs"]:
                assert shown["label"] and not KEY.fullmatch(str(shown["label"])), shown
                for key, words in (shown.get("choices") or {}).items():
                    assert not KEY.search(str(words)) or not KEY.fullmatch(key) or key not in words, shown


def test_the_drop_codes_of_a_choice_are_kept_and_its_keys_are_not() -> None:
    choices = {"one-zone": "No.", "NSG_IN": "denied", "delivered": "delivered"}
    field = {"name": "", "label": "", "kind": "choice", "choices": choices}
    question = {"ask": "", "prompt": "", "unit": "", "flow": None, "profiles": [], "fields": [field]}
    (shown,) = fields_of({"id": "x", "questions": [question]})
    assert list(shown["inputs"][0]["choices"].values()) == ["No.", "NSG_IN: denied", "delivered"]


def test_every_question_of_a_check_is_told_with_its_own_words() -> None:
    where = {"name": "hop-1", "label": "fault 1: where", "choices": {}}
    kind = {"name": "kind-1", "label": "fault 1: kind", "choices": {"stopped": "a VM that is stopped"}}
    way = {"name": "", "label": "", "kind": "hops", "choices": {}}
    check = {
        "questions": [
            {"ask": "night", "prompt": "Which fault?", "fields": [where, kind]},
            {"ask": "way", "prompt": "Which way?", "fields": [way]},
        ]
    }
    answer = {
        "night": {"hop-1": "fw", "kind-1": "stopped"},
        "way": {
            "forward": {"stops": ["vms/fw", "vms/db"], "outcome": "delivered"},
            "back": {"stops": [], "outcome": "dropped"},
        },
    }
    told = said_of(answer, check, {"vms/fw": "guard"})
    assert [one["words"] for one in told] == [
        "fault 1: where: fw; fault 1: kind: a VM that is stopped",
        "there: guard, db, delivered; back: dropped",
    ]
    assert in_words(answer, check).startswith("Which fault? fault 1: where: fw;")


NIGHT = {"vms": {"fw": {"name": "Firewall"}}, "route_tables": {"spoke": {"name": "spoke-rt"}}}


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("hop", "fw", "fw"),
        ("hop", "firewall", "Firewall"),
        ("hop", "Vms/FW", "vms/fw"),
        ("hop", "spoke-rt", "spoke-rt"),
        ("hop", "route_tables/spoke/routes/out", "route_tables/spoke/routes/out"),
        ("hop", "Internet", "internet"),
        ("hop", "nobody", "nobody"),
        ("owner", "00:0D:3a:30:01:07", "00:0D:3a:30:01:07"),
        ("owner", "10.30.1.1", "10.30.1.1"),
        ("owner", "Router", "router"),
        ("hop", "the firewall", None),
        ("hop", "router", None),
        ("hop", "10.30.1.1", None),
        ("owner", "gamm", None),
    ],
)
def test_a_place_is_one_of_the_drawing_before_it_is_locked(kind: str, text: str, kept: str | None) -> None:
    field = {"name": "hop-1", "kind": kind, "label": "fault 1: where", "choices": {}}
    check = {"id": "night", "questions": [{"ask": "", "fields": [field]}]}
    if kept is None:
        with pytest.raises(Incomplete, match=f"Nothing in the drawing is called {text}."):
            value_of(check, {"night||hop-1": text}, {"topology": NIGHT})
    else:
        assert value_of(check, {"night||hop-1": text}, {"topology": NIGHT}) == {"hop-1": kept}
