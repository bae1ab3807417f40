"""People come from a learning platform, and scores go back: with real signatures, over real HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.utils.html import escape
from django.utils.timezone import now
from jwcrypto.jwk import JWK
from lti_tool.models import Key

from sandbox.accounts.models import User
from sandbox.classes.lti import outside, passback, services
from sandbox.classes.lti.claims import role_of
from sandbox.classes.lti.presets import PRESETS
from sandbox.classes.models import (
    Attempt,
    Enrolment,
    Passback,
    Platform,
    Role,
    RosterState,
    SendState,
    ShowResults,
)
from sandbox.classes.services import grading
from tests.sandbox.classes.base import EVERYBODY, ClassroomTest
from tests.sandbox.classes.platform_stub import Stub

TEACHERS = {"owner", "instructor"}


@override_settings(LTI_PRIVATE_PLATFORMS=True)
class Launching(ClassroomTest):
    """A course whose platform is the stub."""

    def setUp(self) -> None:
        super().setUp()
        self.stub = Stub()
        self.addCleanup(self.stub.close)
        self.platform = services.add(self.course, "Campus", "other")
        services.complete(self.platform, self.stub.values)
        self.platform.refresh_from_db()
        self.browser = Client()

    def begin(self, client: Client | None = None) -> dict[str, str]:
        """Go to the sign-in as the platform's link does; return what the browser is to bring back."""
        answer = (client or self.browser).get(
            reverse("lti:sign_in", args=[self.platform.pk]),
            {
                "iss": self.stub.url,
                "login_hint": "1",
                "client_id": self.stub.client_id,
                "target_link_uri": "x",
            },
        )
        assert answer.status_code == 302, answer.content
        assert answer["Location"].startswith(f"{self.stub.url}/auth?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
        assert asked["redirect_uri"] == f"http://testserver{reverse('lti:launch', args=[self.platform.pk])}"
        return asked

    def finish(self, token: str, state: str, client: Client | None = None) -> Any:
        return (client or self.browser).post(
            reverse("lti:launch", args=[self.platform.pk]), {"id_token": token, "state": state}
        )

    def launch(self, client: Client | None = None, **claims: Any) -> Any:
        """Launch as the platform's link does and return the answer."""
        asked = self.begin(client)
        return self.finish(self.stub.sign(self.stub.claims(asked["nonce"], **claims)), asked["state"], client)

    def arrived(self, sub: str = "student-1") -> Enrolment:
        person = self.platform.registration.users.get(sub=sub)
        return Enrolment.objects.get(course=self.course, user=person.auth_user)


class LtiTest(Launching):
    """Who is let in, as whom, and what goes back."""

    def test_a_learner_is_let_in_and_comes_to_the_exercise_of_the_link(self) -> None:
        exercise = self.exercise()
        answer = self.launch(**self.stub.custom(exercise=str(exercise.pk)))
        assert answer.status_code == 302
        assert answer["Location"] == reverse("classes:exercise", args=[exercise.pk])
        assert self.browser.get(answer["Location"]).status_code == 200
        place = self.arrived()
        assert (place.role, place.shown, place.active) == (Role.LEARNER, "Name of student-1", True)
        assert place.user is not None
        assert not place.user.has_usable_password()
        people = User.objects.count()
        self.launch(Client(), **self.stub.custom(exercise=str(exercise.pk)))
        assert User.objects.count() == people

    def test_roles_follow_the_platform_and_an_owner_stays_one(self) -> None:
        for role, ours in (
            ("Instructor", Role.INSTRUCTOR),
            ("Learner", Role.LEARNER),
            ("Mentor", Role.OBSERVER),
        ):
            self.launch(Client(), role=role)
            assert self.arrived().role == ours
        place = self.arrived()
        place.role = Role.OWNER
        place.save()
        self.launch(Client(), role="Learner")
        assert self.arrived().role == Role.OWNER

    def test_only_roles_in_the_course_count(self) -> None:
        base = "http://purl.imsglobal.org/vocab/lis/v2"
        assert role_of([f"{base}/institution/person#Administrator"]) == Role.LEARNER
        assert role_of([f"{base}/system/person#Instructor", f"{base}/membership#Learner"]) == Role.LEARNER
        assistant = [f"{base}/membership/Instructor#TeachingAssistant", f"{base}/membership#Instructor"]
        assert role_of(assistant) == Role.ASSISTANT

    def test_a_forged_old_or_foreign_message_lets_nobody_in(self) -> None:
        asked = self.begin()
        claims = self.stub.claims(asked["nonce"])
        past = {**claims, "iat": 1, "exp": 2}
        for token, state in (
            (self.stub.sign(claims, JWK.generate(kty="RSA", size=2048)), asked["state"]),
            (self.stub.sign(past), asked["state"]),
            (self.stub.sign({**claims, "aud": "somebody-else"}), asked["state"]),
            (self.stub.sign({**claims, "nonce": "never-given"}), asked["state"]),
            (self.stub.sign(claims), "state-of-another-browser"),
            ("no token", asked["state"]),
            (self.stub.sign({**claims, "sub": "x" * 300}), asked["state"]),
            (self.stub.sign({**claims, "sub": 7}), asked["state"]),
        ):
            answer = self.finish(token, state)
            assert answer.status_code == 400
            assert "could not let you in" in answer.content.decode()
        assert "_auth_user_id" not in self.browser.session
        assert not self.platform.registration.users.exists()
        # The same message from a browser that never began is worth nothing either.
        assert self.finish(self.stub.sign(claims), asked["state"], Client()).status_code == 400

    def test_a_person_of_one_platform_is_nobody_of_another(self) -> None:
        self.launch()
        other = Stub()
        self.addCleanup(other.close)
        first, self.stub = self.stub, other
        self.platform = services.add(self.course, "Other", "moodle")
        services.complete(self.platform, other.values)
        self.launch(Client())
        assert first.client_id != other.client_id
        assert Enrolment.objects.filter(course=self.course, name="Name of student-1").count() == 2

    def test_a_closed_place_stays_closed(self) -> None:
        self.launch()
        Enrolment.objects.filter(pk=self.arrived().pk).update(active=False)
        answer = self.launch(Client())
        assert answer.status_code == 400
        assert "was closed" in answer.content.decode()

    def test_a_frame_is_offered_a_tab_of_its_own(self) -> None:
        answer = self.browser.get(
            reverse("lti:sign_in", args=[self.platform.pk]),
            {"iss": self.stub.url, "login_hint": '"><script>'},
            headers={"Sec-Fetch-Dest": "iframe"},
        )
        text = answer.content.decode()
        assert answer.status_code == 200
        assert 'target="_blank"' in text
        assert "<script>" not in text.replace("<script ", "")
        assert "X-Frame-Options" not in answer
        assert "frame-ancestors https: http:" in answer["Content-Security-Policy"]
        assert "lti1p3" not in str(answer.cookies)

    def test_an_instructor_chooses_links_and_the_platform_gets_them_signed(self) -> None:
        exercise = self.exercise()
        answer = self.launch(role="Instructor", sub="teacher-1", **self.stub.deep_linking())
        assert answer["Location"] == reverse("lti:choose", args=[self.platform.pk])
        assert exercise.title in self.browser.get(answer["Location"]).content.decode()
        answer = self.browser.post(answer["Location"], {"exercise": [str(exercise.pk), "nonsense"]})
        assert f"form-action 'self' {self.stub.url}" in answer["Content-Security-Policy"]
        found = re.search(r'name="JWT" value="([^"]+)"', answer.content.decode())
        assert found is not None
        message = jwt.decode(
            found[1], Key.objects.get().public_key, algorithms=["RS256"], audience=self.stub.url
        )
        (item,) = message["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
        assert item["custom"] == {"exercise": str(exercise.pk)}
        assert item["lineItem"]["scoreMaximum"] == 100
        assert message["https://purl.imsglobal.org/spec/lti-dl/claim/data"] == "opaque"
        # A learner who asks for links gets none.
        client = Client()
        answer = self.launch(client, **self.stub.deep_linking())
        assert client.get(answer["Location"]).status_code == 404

    def test_our_keys_are_public_and_only_public(self) -> None:
        (key,) = self.client.get(reverse("lti:keys")).json()["keys"]
        assert key["alg"] == "RS256"
        assert "d" not in key

    def scored(self, **rules: Any) -> Attempt:
        """Return the graded attempt of a learner who came from the platform."""
        exercise = self.exercise(**rules)
        self.launch(**self.stub.custom(exercise=str(exercise.pk)))
        place = self.arrived()
        assert place.user is not None
        self.places["student"], self.users["student"] = place, place.user
        attempt = self.begun(exercise, "student")
        self.solve(attempt)
        self.graded(attempt)
        attempt.refresh_from_db()
        return attempt

    def test_a_score_goes_to_the_column_of_the_link_once(self) -> None:
        attempt = self.scored()
        assert passback.send_due() == 1
        assert passback.send_due() == 0
        ((path, score),) = self.stub.scores
        assert path == "/columns/1/lineitem/scores"
        assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == (
            "student-1",
            attempt.score,
            100,
        )
        asked = jwt.decode(
            self.stub.tokens[0]["client_assertion"],
            Key.objects.get().public_key,
            algorithms=["RS256"],
            audience=self.stub.values["token_url"],
        )
        assert asked["sub"] == self.stub.client_id
        row = Passback.objects.get()
        assert (row.state, row.sent_points, row.note) == (SendState.SENT, attempt.score, "")
        # A human's word changes the score, and the platform hears of it.
        grading.override(attempt, self.owner, "", 12.5, "seen in class")
        assert passback.send_due() == 1
        assert self.stub.scores[-1][1]["scoreGiven"] == 12.5

    def test_what_the_learner_may_not_see_yet_is_not_sent(self) -> None:
        attempt = self.scored(results=ShowResults.ON_RELEASE)
        assert passback.send_due() == 0
        attempt.exercise.released = now()
        attempt.exercise.save()
        assert passback.send_due() == 1

    def test_a_platform_that_fails_is_asked_again_later_and_at_last_given_up(self) -> None:
        self.scored()
        self.stub.failing = 503
        assert passback.send_due() == 1
        row = Passback.objects.get()
        assert row.state == SendState.WAITING
        assert "503" in row.note
        assert row.due > now() + timedelta(seconds=20)
        assert passback.send_due() == 0
        waits = []
        for _ in range(passback.MOST_TRIES - 1):
            Passback.objects.update(due=now())
            assert passback.send_due() == 1
            waits.append(Passback.objects.get().due - now())
        assert waits[0] < waits[3] < waits[8]
        assert Passback.objects.get().state == SendState.FAILED
        Passback.objects.update(due=now())
        assert passback.send_due() == 0
        page = self.clients["owner"].get(reverse("lti:platforms", args=[self.course.pk])).content.decode()
        assert "Given up" in page
        self.stub.failing = 0
        self.clients["owner"].post(reverse("lti:send", args=[self.course.pk]))
        assert passback.send_due() == 1
        assert Passback.objects.get().state == SendState.SENT

    def test_a_row_that_lost_its_worker_is_sent_after_a_while(self) -> None:
        self.scored()
        row = Passback.objects.get()
        assert passback._take(row.pk) is not None
        assert passback.send_due() == 0
        Passback.objects.update(due=now())
        assert passback.send_due() == 1

    def test_names_and_roles_are_read_and_kept_for_whoever_comes(self) -> None:
        self.launch(role="Instructor", sub="teacher-1")
        self.stub.members = [
            {"user_id": "student-7", "name": "Seven", "roles": ["Learner"], "status": "Active"},
            {"user_id": "student-8", "name": "Eight", "roles": ["Learner"], "status": "Inactive"},
        ]
        for _ in range(2):
            services.read_members(self.platform)
        self.platform.refresh_from_db()
        assert (self.platform.roster, self.platform.roster_note) == (RosterState.READ, "2 people")
        place = Enrolment.objects.get(course=self.course, name="Seven")
        assert place.user is None
        assert not Enrolment.objects.filter(course=self.course, name="Eight").exists()
        self.launch(Client(), sub="student-7")
        assert Enrolment.objects.get(pk=place.pk).user is not None
        self.stub.failing = 500
        services.read_members(self.platform)
        self.platform.refresh_from_db()
        assert self.platform.roster == RosterState.FAILED
        assert "500" in self.platform.roster_note

    def test_a_list_of_nonsense_is_refused_with_words(self) -> None:
        self.launch(role="Instructor", sub="teacher-1")
        for nonsense in ([{"name": "nobody"}], ["text"], {"a": 1}):
            self.stub.members = nonsense  # type: ignore[assignment]
            services.read_members(self.platform)
            self.platform.refresh_from_db()
            assert self.platform.roster == RosterState.FAILED

    def test_an_instructor_sets_a_platform_up_by_copying(self) -> None:
        client = self.clients["instructor"]
        answer = client.post(
            reverse("lti:platforms", args=[self.course.pk]), {"name": "Canvas here", "kind": "canvas"}
        )
        made = Platform.objects.get(registration__name="Canvas here")
        assert answer["Location"] == reverse("lti:platform", args=[made.pk])
        page = client.get(answer["Location"]).content.decode()
        assert f"/lti/{made.pk}/launch/" in page
        assert "https://sso.canvaslms.com/api/lti/security/jwks" in page
        assert self.client.get(reverse("lti:sign_in", args=[made.pk])).status_code == 404
        taken = client.post(answer["Location"], self.stub.values)
        assert taken.status_code == 422
        assert "belongs to another course" in taken.content.decode()
        assert client.post(answer["Location"], {**self.stub.values, "client_id": "mine"}).status_code == 302

    def test_every_product_has_all_values_to_copy_and_says_where(self) -> None:
        client = self.clients["instructor"]
        products = {"canvas", "moodle", "blackboard", "d2l"}
        assert products < set(PRESETS)
        for kind in sorted(products):
            made = services.add(self.course, f"Ours {kind}", kind)
            path = reverse("lti:platform", args=[made.pk])
            answer = client.get(path)
            page = answer.content.decode()
            for tail in (f"/lti/{made.pk}/launch/", f"/lti/{made.pk}/sign-in/", reverse("lti:keys")):
                assert f"http://testserver{tail}" in page, (kind, tail)
            assert all(escape(str(step)) in page for step in PRESETS[kind].steps)
            form = answer.context["form"]
            values = {
                name: (form[name].value() or "").replace("{host}", "lms.example.org") for name in form.fields
            }
            open_ones = ("client_id", "audience", "host")
            assert all(value for name, value in values.items() if name not in open_ones)
            assert client.post(path, {**values, "client_id": f"it is {kind}"}).status_code == 302
            made.refresh_from_db()
            told = made.registration
            assert told is not None
            for address in (told.issuer, told.auth_url, told.token_url, told.keyset_url):
                assert address.startswith("https://") and "{" not in address, (kind, address)
            assert ("it%20is%20blackboard" in told.keyset_url) is (kind == "blackboard")

    def test_a_place_that_is_still_open_is_refused(self) -> None:
        made = services.add(self.course, "Moodle", "moodle")
        path = reverse("lti:platform", args=[made.pk])
        form = self.clients["instructor"].get(path).context["form"]
        values = {name: form[name].value() or "" for name in form.fields} | {"client_id": "mine"}
        answer = self.clients["instructor"].post(path, values)
        assert answer.status_code == 422 and "in the place of {host}" in answer.content.decode()
        assert {"issuer", "auth_url", "token_url", "keyset_url"} == set(answer.context["form"].errors)

    def test_one_host_is_put_into_all_addresses(self) -> None:
        made = services.add(self.course, "Moodle", "moodle")
        path = reverse("lti:platform", args=[made.pk])
        form = self.clients["instructor"].get(path).context["form"]
        values = {name: form[name].value() or "" for name in form.fields} | {"client_id": "mine"}
        answer = self.clients["instructor"].post(path, {**values, "host": "https://lms.example.org/login"})
        assert answer.status_code == 302
        made.refresh_from_db()
        told = made.registration
        assert told is not None and told.issuer == "https://lms.example.org"
        assert told.token_url == "https://lms.example.org/mod/lti/token.php"

    def test_a_refused_address_is_told_at_its_field_with_how_it_should_look(self) -> None:
        made = services.add(self.course, "Moodle", "moodle")
        path = reverse("lti:platform", args=[made.pk])
        form = self.clients["instructor"].get(path).context["form"]
        values = {
            name: (form[name].value() or "").replace("{host}", "lms.example.org") for name in form.fields
        }
        values |= {"client_id": "mine"}
        for wrong, words in (
            ("ftp://lms.example.org/token", "is not an https address"),
            ("no address", "This is no address."),
        ):
            answer = self.clients["instructor"].post(path, {**values, "token_url": wrong})
            errors = answer.context["form"].errors
            assert answer.status_code == 422 and set(errors) == {"token_url"}
            assert words in errors["token_url"][0]
            assert "It should look like https://lms.example.org/mod/lti/token.php" in errors["token_url"][0]

    def test_who_may_see_and_do_what(self) -> None:
        course, platform = [self.course.pk], [self.platform.pk]
        shown = {"platforms": course, "platform": platform}
        done = {"send": course, "members": platform, "choose": platform, "delete": platform}
        free = {"keys", "sign_in", "launch"}
        names = set(get_resolver("sandbox.classes.lti.urls").reverse_dict) - {""}
        names = {name for name in names if isinstance(name, str)}
        assert names == {*shown, *done, *free}
        for name, args in shown.items():
            for who in EVERYBODY:
                status = self.clients[who].get(reverse(f"lti:{name}", args=args)).status_code
                assert status == (200 if who in TEACHERS else 404), (name, who, status)
        for name, args in done.items():
            for who in (*(one for one in EVERYBODY if one not in TEACHERS), "owner"):
                status = self.clients[who].post(reverse(f"lti:{name}", args=args)).status_code
                assert status == (302 if who in TEACHERS else 404), (name, who, status)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://8.8.8.8/keys", "not an https address"),
        ("https://127.0.0.1/keys", "not on the Internet"),
        ("https://10.1.2.3/keys", "not on the Internet"),
        ("https://169.254.169.254/latest", "not on the Internet"),
        ("https://[::1]/keys", "not on the Internet"),
        ("https:///keys", "names no host"),
        ("file:///etc/passwd", "not an https address"),
    ],
)
def test_addresses_of_our_own_network_are_never_asked(address: str, words: str) -> None:
    with pytest.raises(outside.Unreachable, match=words):
        outside.check(address)
