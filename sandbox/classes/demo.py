"""The course of the demo: every pack that comes with the sandbox, and learners at different points of it."""

from __future__ import annotations

from typing import Final

from django.db import transaction

import netcore
from sandbox.accounts.models import User
from sandbox.classes import packs
from sandbox.classes.models import Attempt, Course, Enrolment, Exercise, Role
from sandbox.classes.services import exercises, people, work
from sandbox.classes.services import packs as versions
from sandbox.runs import runner
from sandbox.scenarios import services as scenarios

TITLE: Final = "Azure networking, hands on"
TERM: Final = "Demo"
DESCRIPTION: Final = (
    "Twenty-seven labs, from the first packet to failover races. Every check looks at behaviour and answers "
    "with a packet."
)

LEARNERS: Final = (
    ("ada", "Ada Example", "A", ("wrong:0", "reference", "reference", "wrong:0")),
    ("ben", "Ben Example", "A", ("start", "wrong:0", "reference")),
    ("cleo", "Cleo Example", "A", ("wrong:1", "begun")),
    ("dan", "Dan Example", "B", ("wrong:1", "wrong:0")),
    ("eve", "Eve Example", "B", ("wrong:1", "hint", "start")),
    ("finn", "Finn Example", "B", ("reference", "begun")),
    ("gil", "Gil Example", "B", ()),
)
"""Login, name, group, and what each did, in the order of exercises: ``reference`` and ``wrong:n`` hand in a
solution of the pack, ``start`` the untouched drawing, ``hint`` takes one and hands in, ``begun`` began."""


def seed(owner: User) -> Course:
    """Make the course with its people and their work, or return it as it is; the newest packs are stored."""
    stored = versions.take_shipped()
    known = Enrolment.objects.filter(user=owner, role=Role.OWNER, course__title=TITLE).first()
    if known is not None:
        there = set(known.course.exercises.values_list("pack__slug", flat=True))
        exercises.add(known.course, [one for one in stored if one.slug not in there])
        return known.course
    course = people.create_course(owner, TITLE, TERM, DESCRIPTION)
    rows = exercises.add(course, stored)
    for row in rows:
        row.reference = True
        exercises.save(row)
    for login, name, group, deeds in LEARNERS:
        place = people.enrol(course, _learner(login), name=name, group=group, login=login)
        for row, deed in zip(rows, deeds, strict=False):
            _work(row, place, deed)
    return course


@transaction.atomic
def _learner(login: str) -> User:
    user, new = User.objects.get_or_create(username=f"demo-{login}")
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _work(exercise: Exercise, place: Enrolment, deed: str) -> None:
    user = place.user
    assert user is not None  # enrolled a moment ago
    attempt = work.start(exercise, place, user)
    if deed == "begun":
        return
    if deed == "hint":
        work.take_hint(attempt, user)
    if deed.startswith(("reference", "wrong")):
        _solve(attempt, user, deed)
    _predict(attempt, user)
    _, grading = work.submit(attempt, user, tell=False)
    assert grading.run_id is not None
    runner.execute(grading.run_id)


def _predict(attempt: Attempt, user: User) -> None:
    """Answer as the reference does what has to be answered before a submission and was not."""
    pack = packs.pack_of(attempt.pack)
    answers = netcore.solution(pack, "reference", sorted(pack.reference)[0], attempt.seed).answers
    for check in packs.unpredicted(attempt):
        work.lock_answer(attempt, user, check["id"], answers[check["id"]])


def _solve(attempt: Attempt, user: User, deed: str) -> None:
    folder, _, number = deed.partition(":")
    pack = packs.pack_of(attempt.pack)
    names = sorted(getattr(pack, folder))
    given = netcore.solution(pack, folder, names[int(number or 0) % len(names)], attempt.seed)
    drawing = work.drawing(attempt, user)
    scenarios.replace(drawing, netcore.handed_in(pack, given, attempt.seed), user)
    asked = {check["id"] for check in packs.public_checks(attempt.pack, attempt.seed) if check["questions"]}
    for check, value in given.answers.items():
        if check in asked:
            work.lock_answer(attempt, user, check, value)
