"""A course with one person of each role, and a stranger who is signed in."""

from __future__ import annotations

from typing import Any, Final

from django.test import Client

import netcore
from sandbox.accounts.models import User
from sandbox.classes import packs as stored
from sandbox.classes.models import Attempt, Course, Enrolment, Exercise, PackVersion, Role, Submission
from sandbox.classes.services import exercises, packs, people, work
from sandbox.runs import runner
from sandbox.runs.models import Run
from sandbox.scenarios import services as scenarios
from tests.sandbox.base import People, SandboxTest

LAB: Final = "lab-01-first-packet"

ROLES = ("owner", "instructor", "assistant", "learner", "observer")
EVERYBODY = (*ROLES, "other_learner", "outsider", "nobody")


class Classroom(People):
    """``owner``'s course; ``outsider`` is signed in and not in it, ``nobody`` is signed out."""

    def setUp(self) -> None:
        super().setUp()
        self.course = people.create_course(self.owner, "Networks", "2026")
        self.users: dict[str, User] = {"owner": self.owner}
        self.places: dict[str, Enrolment] = {"owner": Enrolment.objects.get(user=self.owner)}
        self.clients: dict[str, Client] = {"owner": self.owner_client, "nobody": self.client}
        for name in (*ROLES[1:], "other_learner", "outsider"):
            user = User.objects.create_user(name, password="a-password")
            self.users[name] = user
            self.clients[name] = Client()
            self.clients[name].force_login(user)
            if name != "outsider":
                role = Role.LEARNER if name == "other_learner" else Role(name)
                self.places[name] = people.enrol(self.course, user, role=role)

    def again(self, course: Course | None = None) -> Course:
        """Return the course, read again."""
        return Course.objects.get(pk=(course or self.course).pk)

    def pack(self, course: Course | None = None, lab: str = LAB) -> PackVersion:
        """Return a pack that comes with the sandbox, stored; the first one, if no other is named."""
        return packs.publish(course, None, packs.files_of(packs.SHIPPED / lab))

    def exercise(self, **rules: Any) -> Exercise:
        """Return an exercise of the course with the first pack; ``rules`` are its fields."""
        made = exercises.add(self.course, [self.pack()])[0]
        for name, value in rules.items():
            setattr(made, name, value)
        made.save()
        return made

    def begun(self, exercise: Exercise, name: str = "learner", *, predicted: bool = True) -> Attempt:
        """Return the attempt of a person, begun; what comes before a run is answered rightly, if asked."""
        attempt = work.start(exercise, self.places[name], self.users[name])
        if predicted:
            self.predict(attempt)
        return attempt

    def predict(self, attempt: Attempt) -> None:
        """Lock right answers to the predictions of an attempt that come before a run."""
        pack = stored.pack_of(attempt.pack)
        answers = netcore.solution(pack, "reference", sorted(pack.reference)[0], attempt.seed).answers
        assert attempt.enrolment.user is not None
        for check in stored.unpredicted(attempt):
            work.lock_answer(attempt, attempt.enrolment.user, check["id"], answers[check["id"]])

    def solve(self, attempt: Attempt, folder: str = "reference", name: str = "") -> None:
        """Put a solution of the pack into the drawing of an attempt, and its answers that are not locked."""
        pack = stored.pack_of(attempt.pack)
        name = name or sorted(getattr(pack, folder))[0]
        solution = netcore.solution(pack, folder, name, attempt.seed)
        user = attempt.enrolment.user
        assert user is not None
        drawing = work.drawing(attempt, user)
        scenarios.replace(drawing, netcore.handed_in(pack, solution, attempt.seed), user)
        answered = set(attempt.answers.values_list("check_id", flat=True))
        for check, value in solution.answers.items():
            if check not in answered:
                work.lock_answer(attempt, user, check, value)

    def packet(self, attempt: Attempt) -> dict[str, Any]:
        """Return a packet from the first VM of an attempt's drawing to the second."""
        assert attempt.scenario is not None
        first, second, *_ = self.head(attempt.scenario).document["topology"]["vms"]
        ends = {"source": f"vms/{first}", "destination": f"vms/{second}"}
        return {**ends, "protocol": "tcp", "destination_port": 443}

    def break_it(self, attempt: Attempt) -> None:
        """Solve an attempt, then stop every VM, so that packets die and say where."""
        self.solve(attempt)
        user = attempt.enrolment.user
        assert user is not None
        drawing = work.drawing(attempt, user)
        document = self.head(drawing).document
        stopped = {key: {**vm, "power": "stopped"} for key, vm in document["topology"]["vms"].items()}
        document = {**document, "topology": {**document["topology"], "vms": stopped}}
        scenarios.replace(drawing, document, user)

    def graded(self, attempt: Attempt) -> Submission:
        """Hand in what an attempt has and grade it as a worker would."""
        user = attempt.enrolment.user
        assert user is not None
        made, grading = work.submit(attempt, user, tell=False)
        assert grading.run_id is not None
        runner.execute(grading.run_id)
        grading.refresh_from_db()
        assert grading.finished is not None, grading.run and Run.objects.get(pk=grading.run_id).reason
        return made

    def pack_from(self, files: dict[str, str], course: Course | None = None) -> PackVersion:
        """Return a pack of files, stored."""
        return packs.publish(course, None, files)


class ClassroomTest(Classroom, SandboxTest):
    """Each test in a transaction that is undone."""
