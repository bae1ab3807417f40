"""A language of brackets: refusals, problems, runs, cards, forms and sockets speak that of whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.test import Client

from sandbox.runs import services as runs
from sandbox.runs.models import Run
from tests.brackets import make_brackets
from tests.sandbox.base import OUTBOUND, CommittedTest, SandboxTest
from tests.sandbox.runs.test_socket import Socket

IN_BRACKETS = re.compile(r"\s*⟦.*⟧\s*", re.DOTALL)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("locale")
    make_brackets(folder)
    return folder


@pytest.fixture(autouse=True)
def brackets(catalogues: Any, settings: Any) -> None:
    settings.LOCALE_PATHS = [catalogues]
    settings.LANGUAGES = [("en", "English"), ("la", "Latin")]


def latin(client: Client) -> Client:
    """Return the client after the person has chosen the language."""
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "la"
    return client


class LanguageTest(SandboxTest):
    """The owner reads brackets; everybody else reads English."""

    def setUp(self) -> None:
        super().setUp()
        latin(self.owner_client)

    def test_refusals(self) -> None:
        made = self.scenario("first-packet")
        for method, path, body, status in (
            ("PATCH", f"/scenarios/{made.pk}", {"base": 1, "patch": [{"op": "add"}]}, 422),
            ("PATCH", f"/scenarios/{made.pk}", {"base": 9, "patch": []}, 409),
            ("GET", "/scenarios/nothing", None, 404),
            ("GET", "/profiles/nothing/switches", None, 404),
            ("POST", f"/scenarios/{made.pk}/runs", {"kind": "trace", "parameters": {"source": "x"}}, 422),
            ("POST", "/scenarios", {"document": {"schema": 1}}, 422),
        ):
            error = self.error(self.send(self.owner_client, method, path, body), status)
            assert "⟦" in error["message"] or "⟦" in str(error.get("problems")), (path, error)
        english = self.error(self.send(self.mate_client, "GET", "/scenarios/nothing"), 404)
        assert "⟦" not in english["message"]

    def test_problems_of_one_revision_are_told_to_each_in_their_own_language(self) -> None:
        made = self.scenario("with-problems")
        english, path = Client(), f"/scenarios/{made.pk}"
        english.force_login(self.owner)
        for _ in range(2):  # the second time they are kept
            for client, bracketed in ((english, False), (self.owner_client, True)):
                found = self.send(client, "GET", path).json()["problems"]
                assert found
                for problem in found:
                    assert bool(IN_BRACKETS.fullmatch(problem["hint"])) is bracketed, problem
                    assert bool(IN_BRACKETS.fullmatch(problem["expected"])) is bracketed, problem

    def test_a_run_is_told_in_the_language_of_who_started_it(self) -> None:
        made = self.scenario()
        body = {"kind": "trace", "parameters": OUTBOUND}
        for client, bracketed in ((self.owner_client, True), (Client(), False)):
            client.force_login(self.owner)
            answer = self.send(client, "POST", f"/scenarios/{made.pk}/runs", body)
            assert answer.status_code in (201, 202), answer.content
            run = self.done(Run.objects.order_by("-created")[0])
            assert (run.language, run.reason) == ("la" if bracketed else "en", "")
            told = list(_told(self.log(run)))
            assert len(told) > 20
            assert [text for text in told if bool(IN_BRACKETS.fullmatch(text)) is not bracketed] == []

    def test_the_reason_of_an_end_is_in_the_language_of_the_run(self) -> None:
        run = self.queued(self.scenario())
        Run.objects.filter(pk=run.pk).update(language="la", cancel=True)
        assert IN_BRACKETS.fullmatch(self.done(run).reason)

    def test_rules_and_choices(self) -> None:
        english = self.send(self.mate_client, "GET", "/rule-cards").json()["cards"]
        latin_cards = self.send(self.owner_client, "GET", "/rule-cards").json()["cards"]
        for one, other in zip(english, latin_cards, strict=True):
            assert other["statement"] == f"⟦{one['statement']}⟧"
        for path in ("/failover", "/profiles"):
            for client, bracketed in ((self.owner_client, True), (self.mate_client, False)):
                assert ("⟦" in str(self.send(client, "GET", path).json())) is bracketed

    def test_pages_forms_and_their_refusals(self) -> None:
        for path in ("/", "/templates/", "/glossary/", "/courses/", "/settings/"):
            headings = re.findall(r"<h1[^>]*>(.*?)</h1>", self.owner_client.get(path).content.decode(), re.S)
            assert headings and all("⟦" in text for text in headings), (path, headings)
        answer = self.owner_client.post("/courses/new/", {"title": ""})
        page = answer.content.decode()
        assert answer.status_code == 422
        for label in ("Title", "Term", "Description"):
            assert f"⟦{label}⟧" in page, label
        answer = self.owner_client.post("/courses/join/", {"code": "wrong"}, follow=True)
        assert "⟦No course lets people in with this code." in answer.content.decode()


class SocketLanguageTest(CommittedTest):
    """The socket of a run speaks the language of the browser."""

    async def test_what_is_no_message_is_refused_in_the_language_of_the_browser(self) -> None:
        made = await sync_to_async(self.scenario)()
        run = await sync_to_async(self.queued)(made)
        for language, bracketed in (("la", True), ("en", False)):
            socket = Socket(f"/ws/runs/{run.pk}/", self.owner_client)
            socket.scope["headers"].append((b"accept-language", language.encode()))
            await socket.open()
            await socket.send_to(text_data="nonsense")
            found = (await socket.until("error"))[-1]
            assert ("⟦" in found["message"]) is bracketed
            await socket.disconnect()
        await sync_to_async(runs.cancel)(run)


def _told(part: Any) -> Iterator[str]:
    """Yield the sentences of an event of a trace."""
    if isinstance(part, list):
        for one in part:
            yield from _told(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            said = key in ("reason", "sentence") or ("role" in part and key == "text")
            if said and value and isinstance(value, str):
                yield value
            yield from _told(value)
