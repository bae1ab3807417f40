"""A strict content security policy holds: on every address, for everybody, also where something fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from unittest import mock
from uuid import uuid4

from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from sandbox.accounts.models import User
from sandbox.classes.services import packs
from sandbox.sharing import services as sharing
from tests.sandbox.classes.base import LAB
from tests.sandbox.classes.test_lti import Launching

ADMIN = "admin"
SOURCE: Final = re.compile(r"'self'|'none'|'nonce-[^']+'|'sha(256|384|512)-[^']+'")
"""What a directive that can run something, or dress it up, may name."""

RUNS: Final = ("script-src", "style-src", "worker-src", "connect-src", "font-src", "object-src")
CLOSED: Final = ("base-uri", "frame-ancestors", "form-action")


def directives(response: HttpResponseBase) -> dict[str, list[str]]:
    """Return the policy of an answer by directive."""
    parts = [part.split() for part in response.headers.get("Content-Security-Policy", "").split(";")]
    return {part[0]: part[1:] for part in parts if part}


def loose(response: HttpResponseBase) -> list[str]:
    """Return what of an answer's policy is not strict."""
    policy = directives(response)
    found = [] if policy.get("default-src") == ["'none'"] else [f"default-src {policy.get('default-src')}"]
    for name in RUNS:
        found += [f"{name} {source}" for source in policy.get(name, []) if not SOURCE.fullmatch(source)]
    if "sandbox" not in policy:
        found += [f"{name} is open" for name in CLOSED if name not in policy]
    return found


INLINE: Final = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE),
    "a handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a style": re.compile(r"<style|<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "an address that runs": re.compile(r"javascript:", re.IGNORECASE),
}


def inline(response: HttpResponseBase) -> list[str]:
    """Return what a page holds that its policy stops."""
    text = response.content.decode() if hasattr(response, "content") else ""
    return [f"{name}: {match[0][:80]}" for name, what in INLINE.items() if (match := what.search(text))]


def addresses(resolver: Any = None, before: str = "", space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the site below the API, with the name it has."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            if str(one.pattern) != "api/v1/":
                yield from addresses(one, before + str(one.pattern), one.namespace or space)
        elif one.name:
            yield (f"{space}:{one.name}" if space else one.name), one


PAGES: Final = """
    workbench:home workbench:facts workbench:glossary workbench:settings workbench:scenario
    workbench:templates workbench:shared classes:courses classes:course classes:people classes:exercise
    classes:submission classes:exercise_settings classes:gradebook classes:grades classes:attempt classes:wall
    classes:insight classes:history classes:packs classes:draft lti:platforms lti:platform account_login
    account_signup account_reset_password account_logout admin:index admin:login
"""
"""Kinds of pages that must have been looked at, so that the walk is no walk past closed doors."""


class PolicyTest(Launching):
    """A course with work in it, a drawing that is shared, and a platform that lets people in."""

    def setUp(self) -> None:
        super().setUp()
        exercise = self.exercise()
        attempt = self.begun(exercise)
        self.solve(attempt)
        submission = self.graded(attempt)
        grading = submission.gradings.get()
        drawing = self.scenario()
        own = packs.publish(self.course, None, packs.files_of(packs.SHIPPED / LAB))
        _, token = sharing.create(drawing, self.owner, [])
        self.values: dict[str, Any] = {
            "course_id": self.course.pk,
            "place_id": self.places["learner"].pk,
            "exercise_id": exercise.pk,
            "attempt_id": attempt.pk,
            "submission_id": submission.pk,
            "grading_id": grading.pk,
            "row_id": 1,
            "check_id": "a",
            "number": 1,
            "version_id": exercise.pack_id,
            "draft_id": packs.draft_of(self.course, own).pk,
            "broadcast_id": uuid4(),
            "platform_id": self.platform.pk,
            "scenario_id": drawing.pk,
            "name": "first-packet",
            "token": token,
        }

    def test_every_address_has_a_strict_policy_and_its_pages_keep_it(self) -> None:
        wrong: list[str] = []
        pages: set[str] = set()
        root = Client()
        root.force_login(User.objects.create_superuser("root", password="root-password"))
        people = {"owner": self.owner_client, "learner": self.clients["learner"], "nobody": Client()}
        for name, pattern in addresses():
            values = {key: self.values.get(key, "1") for key in pattern.pattern.converters}
            try:
                address = reverse(name, kwargs=values)
            except NoReverseMatch:
                # Of allauth's and the admin's, with forms of their own, which take no part here.
                continue
            for who, client in {**people, **({"root": root} if name.startswith(ADMIN) else {})}.items():
                client.raise_request_exception = False
                response = client.get(address)
                wrong += [
                    f"{address} for {who}, {response.status_code}: {words}" for words in loose(response)
                ]
                if not response.headers.get("Content-Type", "").startswith("text/html"):
                    continue
                wrong += [f"{address} for {who} holds {words}" for words in inline(response)]
                if response.status_code == 200:
                    pages.add(name)
        assert not wrong, "\n".join(wrong)
        expected = set(PAGES.split())
        assert expected <= pages, expected - pages

    def test_failures_have_it_as_well(self) -> None:
        client = Client(raise_request_exception=False)
        strict = Client(enforce_csrf_checks=True)
        with mock.patch("sandbox.workbench.views.render", side_effect=RuntimeError("broken")):
            broken = client.get("/glossary/")
        answers = {
            400: self.finish("no token", "no state"),
            403: strict.post("/scenarios/new/"),
            404: client.get("/nowhere/"),
            405: client.post("/glossary/"),
            500: broken,
        }
        assert [answer.status_code for answer in answers.values()] == list(answers)
        for status, answer in answers.items():
            assert loose(answer) == [], status
            assert inline(answer) == [], status

    def test_a_launch_keeps_it_and_opens_no_more_than_it_must(self) -> None:
        answer = self.launch(role="Instructor", sub="teacher-1", **self.stub.deep_linking())
        assert loose(answer) == []
        chooser = self.browser.get(answer["Location"])
        assert (chooser.status_code, loose(chooser), inline(chooser)) == (200, [], [])
        back = self.browser.post(answer["Location"], {"exercise": [str(self.values["exercise_id"])]})
        assert (back.status_code, loose(back), inline(back)) == (200, [], [])
        assert directives(back)["form-action"] == ["'self'", self.stub.url]
        frame = self.browser.get(
            reverse("lti:sign_in", args=[self.platform.pk]),
            {"iss": self.stub.url, "login_hint": "1"},
            headers={"Sec-Fetch-Dest": "iframe"},
        )
        assert (frame.status_code, loose(frame), inline(frame)) == (200, [], [])
        assert directives(frame)["frame-ancestors"] == ["https:", "http:"]

    def test_the_policy_is_found_loose_where_it_is(self) -> None:
        """Of this test itself: it sees what it looks for."""
        response = Client().get("/glossary/")
        kept = response["Content-Security-Policy"]
        for looser in (
            "script-src 'unsafe-inline'",
            "style-src https:",
            "worker-src *",
            "default-src 'self'",
        ):
            name = looser.split()[0]
            response["Content-Security-Policy"] = re.sub(rf"{name} [^;]+", looser, kept)
            assert loose(response), looser
        del response["Content-Security-Policy"]
        assert len(loose(response)) == 1 + len(CLOSED)
        response.content = b'<p style="color: red"><a onclick="x()">x</a><script>1</script>'
        assert len(inline(response)) == 3
