"""A course with one person of each role, and a stranger who is signed in."""

from __future__ import annotations

from django.test import Client

from sandbox.accounts.models import User
from sandbox.classes.models import Course, Enrolment, Role
from sandbox.classes.services import people
from tests.sandbox.base import SandboxTest

ROLES = ("owner", "instructor", "assistant", "learner", "observer")
EVERYBODY = (*ROLES, "other_learner", "outsider", "nobody")


class ClassroomTest(SandboxTest):
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
