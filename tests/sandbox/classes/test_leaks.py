"""Every address and every method, asked by every role: the secrets of a course reach nobody they are not for.

The addresses are read from the URL resolver and the socket routes, so a new one is asked as well; it fails
here until it is listed, and so looked at once.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver

from sandbox.accounts.services import new_guest
from sandbox.classes.models import Broadcast, CheckRow, Course, Grading, Invitation, Role
from sandbox.classes.services import exercises, packs, people, work
from sandbox.classes.services import grading as gradings
from sandbox.routing import websocket_urlpatterns
from sandbox.runs import services as runs
from sandbox.runs.models import Kind
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Scenario
from sandbox.sharing import services as sharing
from tests.sandbox.base import text_of
from tests.sandbox.classes.base import LAB, ClassroomTest

TEACHERS: Final = {"owner", "instructor"}
STAFF: Final = {*TEACHERS, "assistant"}
ASKING: Final = (
    "nobody",
    "guest",
    "rival",
    "outsider",
    "observer",
    "other_learner",
    "learner",
    "assistant",
    "instructor",
    "owner",
)
"""``rival`` owns another course, ``guest`` has no password, ``learner`` handed in; ``outsider``: in none."""

SECRETS: Final[dict[str, set[str]]] = {
    "zz-hidden-check": TEACHERS,
    "zz-hidden-thing": STAFF,
    "zz-reference": TEACHERS,
    "zz-other-reference": TEACHERS,
    "zz-checkpoint": TEACHERS,
    "zz-wrong": TEACHERS,
    "zz-last-hint": TEACHERS,
    "zz-after": TEACHERS,
    "zz-draft": TEACHERS,
    "zz-drawing": {*STAFF, "learner"},
    "zz-name": STAFF,
    "zz-comment": {*STAFF, "learner"},
    "zz-reason": STAFF,
    "zz-trial-rule": STAFF,
    "zz-own-drawing": {"other_learner"},
    "zz-rivals": {"rival"},
}
"""Marks in what is secret, and who may read each. Who ran something on a copy of their own may read that."""

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

OTHERS: Final = ("admin/", "accounts/")
"""Addresses of Django and allauth, which know nothing of courses but what the admin shows to its staff."""

LISTED: Final = frozenset(
    [
        "healthz",
        "set_language",
        "texts",
        "workbench:home",
        "workbench:facts",
        "workbench:glossary",
        "workbench:reference",
        "workbench:settings",
        "workbench:settings_export",
        "workbench:settings_delete",
        "workbench:templates",
        "workbench:template_picture",
        "workbench:template_use",
        "workbench:scenario_new",
        "workbench:scenario",
        "workbench:scenario_picture",
        "workbench:scenario_duplicate",
        "workbench:scenario_rename",
        "workbench:scenario_delete",
        "workbench:attempt_picture",
        "workbench:draft_picture",
        "workbench:shared",
        "accounts:guest",
        "classes:courses",
        "classes:course_new",
        "classes:join",
        "classes:invitation",
        "classes:course",
        "classes:course_settings",
        "classes:course_archive",
        "classes:course_code",
        "classes:people",
        "classes:roster_import",
        "classes:invite",
        "classes:invitation_links",
        "classes:invitation_end",
        "classes:place_change",
        "classes:place_link",
        "classes:place_bind",
        "classes:exercise",
        "classes:start",
        "classes:drawing",
        "classes:hint",
        "classes:answer",
        "classes:reset",
        "classes:reference",
        "classes:checkpoint",
        "classes:submit",
        "classes:submission",
        "classes:replay",
        "classes:hidden_why",
        "classes:exercise_new",
        "classes:gradebook",
        "classes:gradebook_csv",
        "classes:gradebook_json",
        "classes:checks_csv",
        "classes:checks_json",
        "classes:exercise_settings",
        "classes:extend",
        "classes:extension_end",
        "classes:release",
        "classes:exercise_delete",
        "classes:grades",
        "classes:grades_csv",
        "classes:grades_json",
        "classes:regrade",
        "classes:regrade_apply",
        "classes:attempt",
        "classes:override",
        "classes:comment",
        "classes:wall",
        "classes:insight",
        "classes:send_hint",
        "classes:broadcast_end",
        "classes:broadcast",
        "classes:broadcast_copy",
        "classes:history",
        "classes:look",
        "classes:packs",
        "classes:pack_new",
        "classes:pack_import",
        "classes:pack_export",
        "classes:draft_new",
        "classes:draft",
        "classes:draft_save",
        "classes:draft_publish",
        "classes:draft_open",
        "classes:draft_take",
        "classes:receipt",
        "lti:keys",
        "lti:sign_in",
        "lti:launch",
        "lti:choose",
        "lti:platforms",
        "lti:send",
        "lti:platform",
        "lti:members",
        "lti:delete",
        "api:openapi-json",
        "api:api-root",
        "api:list_scenarios",
        "api:create_scenario",
        "api:get_scenario",
        "api:edit_scenario",
        "api:edit_scenario_often",
        "api:delete_scenario",
        "api:list_revisions",
        "api:list_changes",
        "api:label_revision",
        "api:duplicate_scenario",
        "api:download_document",
        "api:health",
        "api:effective_routes",
        "api:effective_rules",
        "api:guest_view",
        "api:preview_edit",
        "api:sweep_parameters",
        "api:failover_designs",
        "api:import_file",
        "api:list_runs",
        "api:start_run",
        "api:get_run",
        "api:get_events",
        "api:get_columns",
        "api:cancel_run",
        "api:send_command",
        "api:export_csv",
        "api:export_json",
        "api:create_share",
        "api:list_shares",
        "api:revoke_share",
        "api:get_shared",
        "api:get_shared_routes",
        "api:get_shared_health",
        "api:get_shared_rules",
        "api:get_shared_guest",
        "api:get_shared_events",
        "api:export_shared_csv",
        "api:get_shared_columns",
        "api:export_shared_json",
        "api:fork_shared",
        "api:list_courses",
        "api:get_roster",
        "api:send_roster",
        "api:get_gradebook",
        "api:get_gradebook_csv",
        "api:rule_cards",
        "api:profiles",
        "api:profile_switches",
        "api:failover_choices",
        "api:timing_profiles",
        "api:timing_profile",
        "api:scenario_schema",
    ]
)
"""Every address of ours. Before you add one: who may read what it answers?"""

PUBLIC: Final = frozenset(
    [
        "healthz",
        "texts",
        "set_language",
        "workbench:facts",
        "workbench:glossary",
        "workbench:reference",
        "workbench:templates",
        "workbench:template_picture",
        "lti:keys",
        "api:openapi-json",
        "api:rule_cards",
        "api:profiles",
        "api:profile_switches",
        "api:failover_choices",
        "api:timing_profiles",
        "api:timing_profile",
        "api:scenario_schema",
    ]
)
"""Addresses that read nothing of anybody; two roles ask them, for the pages around their words."""

LONG: Final = frozenset({("classes:draft_publish", "POST", ""), ("classes:draft", "GET", "?tab=try")})
"""What grades whole packs, and so takes seconds: not asked by those who may do it, who may read all packs."""

SOCKETS: Final = frozenset({"ws/runs/<str:run_id>/", "ws/shared/<str:token>/runs/<str:run_id>/", ""})
"""Socket addresses; ``test_rights`` opens those of runs with every role."""

QUERIES: Final = {
    "classes:wall": ("", "?part=1"),
    "classes:draft": (
        "?tab=preview",
        "?tab=try",
        "?file=checks.yml",
        "?file=reference/data-subnet.yml",
        "?file=reference/other.yml",
        "?file=checkpoints/half.yml",
        "?file=wrong/own-router.yml",
    ),
    "api:effective_routes": ("?nic=web1-nic",),
    "api:effective_rules": ("?nic=web1-nic",),
    "api:guest_view": ("?vm=web1",),
    "api:sweep_parameters": ("?fault=x&designs=balancer",),
}
"""What pages take besides, where it shows other parts."""


def addresses(resolver: Any = None, before: str = "", names: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and route of every address of the site."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one, route, names + (f"{one.namespace}:" if one.namespace else ""))
        else:
            yield names + (one.name or ""), route


@override_settings(SECURE_SSL_REDIRECT=False)
class LeaksTest(ClassroomTest):
    """A course full of marks: a pack, a draft, a learner's drawing with its grading, a trial of a regrade."""

    def setUp(self) -> None:
        super().setUp()
        logging.disable(logging.CRITICAL)  # some ten thousand answers
        self.addCleanup(logging.disable, logging.NOTSET)
        self.users["guest"], self.users["rival"] = new_guest(), self.mate
        for name in ("guest", "rival"):
            self.clients[name] = Client()
            self.clients[name].force_login(self.users[name])
        cookie = settings.SESSION_COOKIE_NAME
        self.sessions = {
            who: client.cookies[cookie].value if cookie in client.cookies else None
            for who, client in self.clients.items()
        }
        rivals = people.create_course(self.mate, "zz-rivals course", "zz-rivals term")
        self.set = exercises.add(self.course, [self.marked("zz-hidden-check", rule="A broken rule.")])[0]
        self.attempt = self.begun(self.set)
        place = self.places["learner"]
        place.name = "zz-name of the learner"
        place.save()
        self.break_it(self.attempt)
        drawing = work.drawing(self.attempt, self.users["learner"])
        document = self.head(drawing).document
        marked = {**document, "name": "zz-drawing", "description": "zz-drawing words"}
        scenarios.replace(drawing, marked, self.users["learner"])
        packet, head = self.packet(self.attempt), self.head(drawing)
        self.trace = self.done(runs.start(self.users["learner"], head, Kind.TRACE, packet, tell=False))
        self.submission = self.graded(self.attempt)
        self.grading = Grading.objects.get(submission=self.submission)
        assert CheckRow.objects.filter(hidden=True, state="failed").exists()
        gradings.comment(self.attempt, self.owner, "zz-comment")
        gradings.override(self.attempt, self.owner, "all-talk", 3.0, "zz-reason")
        trial = self.marked("zz-hidden-check again", rule="zz-trial-rule")
        (again,) = gradings.regrade([self.submission], trial, self.owner, tell=False)
        assert again.run is not None
        self.done(again.run)
        self.trial = Grading.objects.get(pk=again.pk)
        self.draft = packs.draft_of(self.course, self.attempt.pack)
        packs.save_draft(self.draft, 1, {**self.draft.files, "text.md": "zz-draft"})
        theirs = work.drawing(self.begun(self.set, "other_learner"), self.users["other_learner"])
        own = {**self.head(theirs).document, "name": "zz-own-drawing"}
        scenarios.replace(theirs, own, self.users["other_learner"])
        open_drawing = self.scenario()
        _, token = sharing.create(open_drawing, self.owner, [])
        shown = Broadcast.objects.create(exercise=self.set, document={"schema": 1, "name": "shown"})
        platform = self.platform()
        row = self.grading.rows.filter(hidden=False, counterexample__isnull=False).first()
        assert row is not None and self.grading.run is not None and self.trial.run is not None
        self.invitation = people.invite(self.course, self.owner, role=Role.LEARNER)
        self.ids: dict[str, tuple[Any, ...]] = {
            "course_id": (self.course.pk, rivals.pk),
            "exercise_id": (self.set.pk,),
            "attempt_id": (self.attempt.pk,),
            "submission_id": (self.submission.pk,),
            "grading_id": (self.grading.pk, self.trial.pk),
            "row_id": (row.pk, *self.grading.rows.filter(hidden=True).values_list("pk", flat=True)[:1]),
            "place_id": (place.pk,),
            "invitation_id": tuple(Invitation.objects.values_list("pk", flat=True)),
            "check_id": ("which-route",),
            "broadcast_id": (shown.pk,),
            "number": (1, 3),
            "version_id": (self.attempt.pack_id, trial.pk),
            "draft_id": (self.draft.pk,),
            "platform_id": (platform,),
            "scenario_id": (drawing.pk,),
            "run_id": (self.grading.run.pk, self.trial.run.pk, self.trace.pk),
            "share_id": (token,),
            "token": (token,),
            "name": ("two-firewalls", "half"),
            "profile_id": ("azure-2026",),
        }
        self.bodies = self.made_bodies(drawing)

    def marked(self, title: str, rule: str) -> Any:
        """Return a version of the first lab with marks where learners must not read; its rule is given."""
        files = packs.files_of(packs.SHIPPED / LAB)
        checks = files["checks.yml"].replace("title: One more address range", f"title: {title}")
        checks = re.sub(r"rule: When .*", f"rule: {rule}", checks)
        files["checks.yml"] = checks.replace("name: annex,", "name: zz-hidden-thing,").replace(
            "subnet: annex}", "subnet: zz-hidden-thing}"
        )
        hint = "  - Every subnet receives one system route for each address range of its virtual network."
        files["pack.yml"] = files["pack.yml"].replace(hint, "  - zz-last-hint")
        files["after.md"] = "zz-after the work.\n"
        for path in files:
            if path.startswith(("reference/", "wrong/")):
                mark = f"zz-{path.split('/')[0]}"
                files[path] = re.sub(r"^title: .*$", f"title: {mark} one", files[path], flags=re.M)
        edits = files["reference/data-subnet.yml"]
        assert "\nanswers:" in edits
        files["reference/other.yml"] = edits.replace(
            "\nanswers:", "\n  - add_vm: {name: zz-other-reference, subnet: data}\nanswers:"
        )
        half = edits[: edits.index("\nanswers:")].replace("zz-reference one", "zz-checkpoint one")
        files["checkpoints/half.yml"] = f"{half}\n  - add_vm: {{name: zz-checkpoint, subnet: data}}\n"
        whole = "".join(files.values())
        marks = (
            "zz-hidden-check",
            "zz-hidden-thing",
            "zz-last-hint",
            "zz-after",
            "zz-checkpoint",
            "zz-reference",
            "zz-other-reference",
            "zz-wrong",
            rule,
        )
        assert all(mark in whole for mark in marks)
        return packs.publish(self.course, None, files)

    def platform(self) -> Any:
        from sandbox.classes.lti import services as lti

        return lti.add(Course.objects.get(pk=self.course.pk), "Platform", "moodle").pk

    def made_bodies(self, drawing: Scenario) -> dict[str, dict[str, Any]]:
        """Return what is sent, by name of address, where an empty body would be refused at once."""
        version = str(self.attempt.pack_id)
        renaming = {"op": "replace", "path": "/name", "value": "zz-drawing again"}
        nic = next(iter(self.head(drawing).document["topology"]["nics"]))
        return {
            "api:create_scenario": {"document": {"schema": 1, "name": "x"}},
            "api:edit_scenario": {"base": 3, "patch": [renaming]},
            "api:edit_scenario_often": {"base": 3, "edits": [[renaming]]},
            "api:preview_edit": {"base": 3, "patch": [renaming], "nic": nic},
            "api:label_revision": {"label": "x"},
            "api:start_run": {"kind": "trace", "parameters": self.packet(self.attempt)},
            "api:create_share": {"runs": []},
            "api:send_roster": {"items": []},
            "api:send_command": {"kind": "end"},
            "classes:override": {"check_id": "all-talk", "points": "1", "reason": "x"},
            "classes:comment": {"text": "x"},
            "classes:send_hint": {"fingerprint": self.grading.fingerprint, "text": "x"},
            "classes:regrade": {"version": version},
            "classes:draft_save": {"path": "text.md", "text": "x", "base": "2"},
            "classes:draft_take": {"scenario": f"/scenarios/{drawing.pk}/"},
            "classes:invite": {"role": "learner"},
            "classes:place_change": {"group": "x"},
            "classes:broadcast": {"note": "x"},
            "classes:course_new": {"title": "x"},
            "workbench:scenario_rename": {"name": "x"},
        }

    def paths(self, route: str) -> Iterator[str]:
        """Yield the addresses of a route with the ids of this class."""
        found = re.search(r"<(?:\w+:)?(\w+)>", route)
        if found is None:
            yield f"/{route}"
            return
        for value in self.ids[found[1]]:
            yield from self.paths(route[: found.start()] + str(value) + route[found.end() :])

    def as_they_are(self, who: str) -> Client:
        """Return a person's browser as if nothing was done with it; a new one would load the site anew."""
        client = self.clients[who]
        client.raise_request_exception = False
        session = self.sessions[who]
        client.cookies.clear()
        if session is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        return client

    def answer(self, who: str, name: str, method: str, path: str) -> tuple[int, str]:
        """Return status and text of an answer, of a redirection the page behind it; nothing stays done."""
        cache.clear()
        body = self.bodies.get(name, {}) if method != "GET" else {}
        client = self.as_they_are(who)
        with transaction.atomic():
            if name.startswith("api:") and method != "GET":
                data, kind = json.dumps(body), "application/json"
                found = client.generic(method, path, data, content_type=kind)
            elif method == "POST":
                found = client.post(path, body)
            else:
                found = client.generic(method, path)
            said = _text(found)
            if found.status_code in (301, 302) and found["Location"].startswith("/"):
                said += _text(client.get(found["Location"]))
            transaction.set_rollback(True)
        return found.status_code, said

    def readers(self, who: str, asked: str, said: str) -> set[str]:
        """Return the secrets in an answer; each is for the person who asked."""
        found = {secret for secret in SECRETS if secret in said} if "zz-" in said else set()
        for secret in found:
            assert who in SECRETS[secret], (who, asked, secret)
        return found

    @pytest.mark.timeout(600)
    def test_no_secret_reaches_whom_it_is_not_for(self) -> None:
        seen: dict[str, set[str]] = {secret: set() for secret in SECRETS}
        for name, method, path in self.asked():
            long = (name, method, path[path.find("?") :] if "?" in path else "") in LONG
            for who in ("nobody", "learner") if name in PUBLIC else ASKING:
                if long and who in TEACHERS:
                    continue
                status, said = self.answer(who, name, method, path)
                assert status < 500, (who, method, path, status)
                if status == 405:
                    break  # said before anybody asks who it is
                for secret in self.readers(who, f"{method} {path}", said):
                    seen[secret].add(who)
        for path in self.what_django_and_allauth_answer():
            for who in ("nobody", "learner", "owner"):
                status, said = self.answer(who, "", "GET", path)
                assert status < 500, (who, path)
                self.readers(who, path, said)
        # Each was read by somebody who may, so it would have been found where it must not be.
        assert all(seen.values()), seen

    def asked(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, method and path of everything that is asked; a path that has several names, once."""
        known = set()
        for name, route in addresses():
            if route.startswith(OTHERS):
                continue
            for method in METHODS if name.startswith("api:") else METHODS[:2]:
                for path in self.paths(route):
                    for query in QUERIES.get(name, ("",)) if method == "GET" else ("",):
                        body = json.dumps(self.bodies.get(name)) if method != "GET" else ""
                        if (method, path + query, body) not in known:
                            known.add((method, path + query, body))
                            yield name, method, path + query

    def what_django_and_allauth_answer(self) -> Iterator[str]:
        """Yield the addresses of Django and allauth that have no parts but numbers."""
        for _, route in addresses():
            if route.startswith(OTHERS) and "(?P" not in route:
                yield "/" + re.sub(r"<(\w+:)?\w+>", "1", route)


def test_every_address_is_listed() -> None:
    assert {name for name, route in addresses() if not route.startswith(OTHERS)} == LISTED


def test_every_socket_is_listed() -> None:
    assert {str(one.pattern) for one in websocket_urlpatterns} == SOCKETS


def _text(response: Any) -> str:
    return text_of(response) + str(response.get("Location", ""))
