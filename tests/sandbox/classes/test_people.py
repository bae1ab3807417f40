"""Make a course, join it, invite, read a roster, change roles."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.test import Client
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.classes.models import Course, Enrolment, Extension, Invitation, Role
from sandbox.classes.queries import extension_of, same_login
from sandbox.classes.services import exercises, people
from tests.sandbox.classes.base import ClassroomTest


class PeopleTest(ClassroomTest):
    """The course of ``ClassroomTest``."""

    def roster(self, text: str) -> list[people.RosterLine]:
        return people.read_roster(self.course, self.owner, text.encode())

    def role_of(self, name: str) -> str:
        return Enrolment.objects.get(course=self.course, user=self.users[name]).role

    def test_who_makes_a_course_owns_it(self) -> None:
        answer = self.mate_client.post("/courses/new/", {"title": "Mine", "term": "", "description": ""})
        made = Course.objects.get(title="Mine")
        assert answer["Location"] == made.get_absolute_url()
        assert made.enrolments.get().role == Role.OWNER
        listed = self.mate_client.get("/courses/").content.decode()
        assert "Mine" in listed and "Networks" not in listed

    def test_a_code_lets_in_as_a_learner_until_it_is_renewed(self) -> None:
        code = self.course.join_code
        self.clients["owner"].post(f"/courses/{self.course.pk}/code/")
        self.mate_client.post("/courses/join/", {"code": code})
        assert not Enrolment.objects.filter(user=self.mate).exists()
        self.mate_client.post("/courses/join/", {"code": f" {self.again().join_code.upper()} "})
        assert Enrolment.objects.get(user=self.mate).role == Role.LEARNER

    def test_a_code_with_a_character_no_code_has_opens_nothing(self) -> None:
        answer = self.clients["outsider"].post("/courses/join/", {"code": "abc\0"}, follow=True)
        assert b"No course lets people in" in answer.content

    def test_a_closed_place_opens_nothing_and_the_code_does_not_open_it(self) -> None:
        people.change(self.places["learner"], active=False)
        assert self.clients["learner"].get(self.course.get_absolute_url()).status_code == 404
        self.clients["learner"].post("/courses/join/", {"code": self.course.join_code})
        assert self.clients["learner"].get(self.course.get_absolute_url()).status_code == 404

    def test_an_invitation_lets_one_person_in_once(self) -> None:
        token = people.invite(self.course, self.owner, role=Role.ASSISTANT, group="B")
        assert token not in str(Invitation.objects.values_list().get())
        shown = self.mate_client.get(f"/courses/invitations/{token}/")
        assert b"Networks" not in shown.content and shown["Referrer-Policy"] == "same-origin"
        self.mate_client.post(f"/courses/invitations/{token}/")
        place = Enrolment.objects.get(user=self.mate)
        assert (place.role, place.group) == (Role.ASSISTANT, "B")
        with pytest.raises(people.NoSuchCode):
            people.accept(self.users["outsider"], token)

    def test_an_invitation_is_accepted_as_a_browser_sends_it(self) -> None:
        path = f"/courses/invitations/{people.invite(self.course, self.owner)}/"
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.mate)
        shown = browser.get(path)
        body = {"csrfmiddlewaretoken": str(shown.context["csrf_token"])}
        # The Fetch standard: under no-referrer a posted form's Origin is null, under same-origin it is told.
        told = "null" if shown["Referrer-Policy"] == "no-referrer" else "http://testserver"
        assert browser.post(path, body, headers={"origin": "null"}).status_code == 403
        answer = browser.post(path, body, headers={"origin": told})
        self.assertRedirects(answer, self.course.get_absolute_url())

    def test_an_invitation_opens_no_place_that_was_closed(self) -> None:
        place = people.enrol(self.course, self.mate)
        people.change(place, active=False)
        with pytest.raises(people.PeopleRefused, match="was closed"):
            people.accept(self.mate, people.invite(self.course, self.owner))

    def test_an_invitation_is_for_a_learner_unless_another_role_is_chosen(self) -> None:
        page = self.owner_client.get(f"{self.course.get_absolute_url()}people/")
        self.assertContains(page, '<option value="learner" selected>Learner</option>', html=True)
        assert str(page.context["form"]["role"]).count("selected") == 1

    def test_the_link_of_an_invitation_is_shown_once(self) -> None:
        page = f"/courses/{self.course.pk}/people/"
        self.owner_client.post(f"{page}invite/", {"role": "learner", "group": ""})
        assert b"/courses/invitations/" in self.owner_client.get(page).content
        assert b"/courses/invitations/" not in self.owner_client.get(page).content

    def test_a_roster_lets_accounts_in_and_invites_the_others(self) -> None:
        lines = self.roster("name;login;group\nMate;mate;A\nNew one;newone;B\n")
        assert [(line.number, line.outcome) for line in lines] == [(2, "let in"), (3, "invited")]
        place = Enrolment.objects.get(login="newone")
        assert place.user is None and place.group == "B"
        fresh = User.objects.create_user("anything")
        assert people.accept(fresh, lines[1].token).pk == place.pk
        again = self.roster("login,name,group\nmate,Mate M,\nnewone,,C\n")
        assert [line.outcome for line in again] == ["was there", "was there"]
        place.refresh_from_db()
        assert (place.group, place.name, place.user) == ("C", "New one", fresh)

    def test_a_roster_with_a_wrong_line_changes_nothing_and_names_the_line(self) -> None:
        before = self.course.enrolments.count()
        for text, named in (
            ("login,role\nmate,learner\nx,king\n", "Line 3"),
            ("login,role\nx,owner\n", "no role"),
            ("name\nx\n", "login"),
            ("login,shoe size\nx,1\n", "shoe size"),
            ("login\nx\nx\n", "twice"),
            ("login\nx,y\n", "more cells"),
            ("login,login\nx,y\n", "The column login is there twice"),
            ("login,group,Group \nx,A,B\n", "The column group is there twice"),
            ("login\nx\0\n", "Line 2"),
            ("login,name\nx,X\ny,Ann\u202egnp\n", "Line 3: there is a character that is no text"),
            ("login,name\nx,A\u200bnn\n", "Line 2: there is a character that is no text"),
            ("login,group\nx,A\tB\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,A\u200cnn\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,\u0639\u0644\u06cc\u200c\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,\u06cc\u200c\u200c\u0631\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,\u06cc \u200d\u0631\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,\u06cc\u202e\u0631\n", "Line 2: there is a character that is no text"),
            ("login,name\nx,e\u0301\u200c\u0301\n", "Line 2: there is a character that is no text"),
            ("login\n\u06cc\u200c\u0631\n", "Line 2: there is a character that is no text"),
        ):
            with pytest.raises(people.PeopleRefused, match=named):
                self.roster(text)
        with pytest.raises(people.PeopleRefused, match="UTF-8"):
            people.read_roster(self.course, self.owner, b"login\n\xff\xfe\n")
        assert self.course.enrolments.count() == before

    def test_names_have_joiners_where_their_script_does(self) -> None:
        """Persian, Kannada, and the Bengali form in which the joiner stands before the virama."""
        names = {
            "persian": "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
            "kannada": "\u0cb0\u0cbe\u0c9c\u0ccd\u200c\u0c95\u0cc1\u0cae\u0cbe\u0cb0\u0ccd",
            "sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
            "bengali": "\u09b0\u200d\u09cd\u09af\u09be\u09ac",
        }
        self.roster("login,name\n" + "".join(f"{login},{name}\n" for login, name in names.items()))
        kept = Enrolment.objects.filter(login__in=names).values_list("login", "name")
        assert dict(kept) == names

    def test_a_roster_takes_places_only_for_who_is_not_there_yet(self) -> None:
        self.roster("login\nmate\nnewone\n")
        count = self.course.enrolments.count()
        with patch.object(people, "PLACES_PER_COURSE", count + 1):
            # One is there by the login of an invitation, one by an account that joined with the code.
            lines = self.roster("login,group\nmate,A\nnewone,B\nlearner,C\nanother,D\n")
            assert [line.outcome for line in lines] == ["was there", "was there", "was there", "invited"]
            assert [line.waits for line in lines] == [False, True, False, False]
            with pytest.raises(people.PeopleRefused, match=f"more than its {count + 1} places"):
                self.roster("login\nmate\none-more\n")
        assert self.course.enrolments.count() == count + 1

    def test_a_roster_comes_in_over_the_page_with_its_links(self) -> None:
        file = SimpleUploadedFile("class.csv", b"login\nnewone\n", "text/csv")
        answer = self.owner_client.post(f"/courses/{self.course.pk}/people/roster/", {"file": file})
        assert b"/courses/invitations/" in answer.content and "no-store" in answer["Cache-Control"]

    def verified(self, user: User, address: str) -> None:
        EmailAddress.objects.create(user=user, email=address, verified=True)

    def places_of(self, login: str) -> list[Enrolment]:
        return list(self.course.enrolments.filter(Q(login=login) | Q(user__username=login)))

    def test_whoever_joined_by_code_gets_the_place_of_the_roster_when_it_is_read_again(self) -> None:
        text = "login,name,group\nnewguy,New Guy,B\n"
        token = self.roster(text)[0].token
        user = User.objects.create_user("newguy")
        place = people.join(user, self.course.join_code)
        assert len(self.places_of("newguy")) == 2, "a user name alone proves nothing"
        assert self.roster(text)[0].outcome == "was there"
        (one,) = self.places_of("newguy")
        assert (one.pk, one.user, one.name, one.group) == (place.pk, user, "New Guy", "B")
        with pytest.raises(people.NoSuchCode):
            people.accept(self.mate, token)

    def test_an_account_made_after_the_roster_is_let_in_when_it_is_read_again(self) -> None:
        self.roster("login\nnewguy\n")
        user = User.objects.create_user("newguy")
        assert self.roster("login\nnewguy\n")[0].outcome == "let in"
        assert [one.user for one in self.places_of("newguy")] == [user]
        assert not Invitation.objects.exists()

    def test_a_verified_address_gets_the_place_of_the_roster_by_code(self) -> None:
        self.roster("login,name,role\nNew@Example.org,New Guy,assistant\n")
        liar = User.objects.create_user("new@example.org", email="new@example.org")
        EmailAddress.objects.create(user=liar, email="new@example.org", verified=False)
        place = people.join(liar, self.course.join_code)
        assert (place.role, place.name) == (Role.LEARNER, ""), "neither is proved to be theirs"
        user = User.objects.create_user("anything")
        self.verified(user, "new@example.org")
        place = people.join(user, self.course.join_code)
        assert (place.role, place.name, place.login) == (Role.ASSISTANT, "New Guy", "New@Example.org")
        assert self.roster("login\nNew@Example.org\n")[0].outcome == "was there"

    def test_a_place_that_somebody_has_goes_to_nobody_else(self) -> None:
        token = self.roster("login\nnewguy\n")[0].token
        fresh = User.objects.create_user("another-name")
        people.accept(fresh, token)
        stranger = User.objects.create_user("newguy")
        people.join(stranger, self.course.join_code)
        self.roster("login,name\nnewguy,New Guy\n")
        assert Enrolment.objects.get(login="newguy").user == fresh
        assert Enrolment.objects.get(user=stranger).name == ""

    def test_a_link_of_the_roster_joins_who_has_joined_by_code(self) -> None:
        token = self.roster("login,name\nnewguy,New Guy\n")[0].token
        place = people.join(self.mate, self.course.join_code)
        assert people.accept(self.mate, token).pk == place.pk
        assert Enrolment.objects.get(login="newguy").user == self.mate

    def test_extensions_of_a_place_that_waits_go_to_who_takes_it(self) -> None:
        token = self.roster("login,name\nnewguy,New Guy\n")[0].token
        kept, exercise = Enrolment.objects.get(login="newguy"), self.exercise(due=now() - timedelta(days=1))
        later = {"due": now() + timedelta(days=1), "extra_submissions": 2}
        owner = self.users["owner"]
        exercises.give(Extension(exercise=exercise, enrolment=kept, reason="ill {so}", **later), owner)
        place = people.join(self.mate, self.course.join_code)
        people.accept(self.mate, token)
        held = extension_of(exercise, place.pk)
        assert held is not None and (held.author, held.reason) == (owner, "ill {so}")
        assert (held.due, held.extra_submissions) == tuple(later.values())

    def test_small_and_capital_letters_of_a_login_are_the_same(self) -> None:
        self.roster("login,name\nCase-One,Case\n")
        with pytest.raises(people.PeopleRefused, match="Line 3: case-two is there twice"):
            self.roster("login\nCase-Two\ncase-two\n")
        (line,) = self.roster("login,name\ncase-one,Case One\n")
        kept = Enrolment.objects.get(login="case-one")
        assert line.outcome == "was there" and kept.name == "Case One"
        assert not Enrolment.objects.filter(login="Case-One").exists()
        user = User.objects.create_user("CASE-ONE")
        people.join(user, self.course.join_code)
        assert same_login(self.course) == {"case-one"}
        people.bind(kept)
        assert Enrolment.objects.get(login="case-one").user == user
        User.objects.create_user("Case-one")
        self.roster("login\ncAse-one\n")
        assert Enrolment.objects.get(login="cAse-one").user == user

    def test_two_places_of_one_user_name_are_joined_by_who_teaches(self) -> None:
        self.roster("login,name\nnewguy,New Guy\n")
        kept = Enrolment.objects.get(login="newguy")
        page = f"/courses/{self.course.pk}/people/"
        assert "Join the two" not in self.owner_client.get(page).content.decode()
        user = User.objects.create_user("newguy")
        people.join(user, self.course.join_code)
        assert "Join the two" in self.owner_client.get(page).content.decode()
        self.owner_client.post(f"/places/{kept.pk}/bind/")
        assert [one.user for one in self.places_of("newguy")] == [user]

    def test_who_is_invited_gets_a_new_link(self) -> None:
        old = self.roster("login\nnewguy\n")[0].token
        place = Enrolment.objects.get(login="newguy")
        page = f"/courses/{self.course.pk}/people/"
        self.owner_client.post(f"/places/{place.pk}/link/")
        shown = self.owner_client.get(page).content.decode()
        assert old not in shown
        token = re.findall(r"/courses/invitations/([\w-]+)/", shown)[0]
        with pytest.raises(people.NoSuchCode):
            people.accept(self.mate, old)
        assert people.accept(self.mate, token).pk == place.pk

    def test_links_come_as_csv(self) -> None:
        page = f"/courses/{self.course.pk}/people/"
        file = SimpleUploadedFile("class.csv", b"login,name\nnewguy,=1+1\nother,\n", "text/csv")
        shown = self.owner_client.post(f"{page}roster/", {"file": file})
        held = unquote(shown.context["csv"]).partition(",")[2]
        assert held.splitlines()[0] == "login,name,invitation" and "newguy,'=1+1,http" in held
        sent = self.owner_client.post(f"{page}links.csv")
        assert "attachment" in sent["Content-Disposition"] and "no-store" in sent["Cache-Control"]
        tokens = re.findall(r"/courses/invitations/([\w-]+)/", sent.content.decode())
        assert len(tokens) == 2 and {people.accept(self.mate, tokens[0]).login} <= {"newguy", "other"}

    def test_open_invitations_are_listed_and_withdrawn(self) -> None:
        token = people.invite(self.course, self.users["instructor"], role=Role.ASSISTANT, group="B")
        page = f"/courses/{self.course.pk}/people/"
        listed = self.owner_client.get(page).context["invitations"]
        assert [(one.role, one.group, one.created_by.username) for one in listed] == [
            ("assistant", "B", "instructor")
        ]
        self.clients["instructor"].post(f"/invitations/{listed[0].pk}/withdraw/")
        assert self.owner_client.get(page).context["invitations"] == []
        with pytest.raises(people.NoSuchCode):
            people.accept(self.mate, token)

    def test_an_instructor_gets_no_link_to_a_place_that_teaches(self) -> None:
        people.invite(self.course, self.owner, role=Role.INSTRUCTOR)
        made = Invitation.objects.get()
        self.roster("login,role\nnewguy,instructor\n")
        place = Enrolment.objects.get(login="newguy")
        teacher = self.clients["instructor"]
        before = set(Invitation.objects.values_list("pk", "token_hash"))
        for path in (f"/invitations/{made.pk}/withdraw/", f"/places/{place.pk}/link/"):
            teacher.post(path)
        teacher.post(f"/courses/{self.course.pk}/people/links.csv")
        assert set(Invitation.objects.values_list("pk", "token_hash")) == before

    def test_only_an_owner_changes_who_teaches(self) -> None:
        def change(by: str, whom: str, **body: Any) -> None:
            self.clients[by].post(f"/places/{self.places[whom].pk}/change/", body)

        change("instructor", "learner", role="instructor")
        assert self.role_of("learner") == Role.LEARNER
        change("instructor", "owner", active="0")
        assert self.role_of("owner") == Role.OWNER and Enrolment.objects.get(user=self.owner).active
        change("instructor", "learner", role="assistant", group="G")
        assert self.role_of("learner") == Role.ASSISTANT
        change("owner", "instructor", role="owner")
        assert self.role_of("instructor") == Role.OWNER

    def test_a_roster_of_an_instructor_changes_nobody_who_teaches(self) -> None:
        author = self.users["instructor"]
        second = self.users["second"] = User.objects.create_user("second")
        people.enrol(self.course, second, role=Role.INSTRUCTOR)
        for line in ("learner,instructor", "newone,instructor", "second,learner"):
            with pytest.raises(people.PeopleRefused, match="Line 2: only an owner"):
                people.read_roster(self.course, author, f"login,role\n{line}\n".encode())
            login, role = line.split(",")
            with pytest.raises(people.PeopleRefused, match="Line 1: only an owner"):
                people.take_roster(self.course, author, [(login, "", role, "")])
        assert (self.role_of("learner"), self.role_of("second")) == (Role.LEARNER, Role.INSTRUCTOR)
        assert not Invitation.objects.exists()
        same = "login,role\nsecond,instructor\nlearner,assistant\n"
        people.read_roster(self.course, author, same.encode())
        assert self.role_of("learner") == Role.ASSISTANT
        self.roster("login,role\nsecond,learner\n")
        assert self.role_of("second") == Role.LEARNER

    def test_the_last_owner_stays(self) -> None:
        with pytest.raises(people.PeopleRefused):
            people.change(self.places["owner"], role=Role.LEARNER)
        with pytest.raises(people.PeopleRefused):
            people.change(self.places["owner"], active=False)

    def test_a_course_outlives_the_account_that_made_it(self) -> None:
        people.change(self.places["instructor"], role=Role.OWNER)
        self.owner.delete()
        assert self.again().enrolments.filter(role=Role.OWNER).count() == 1

    def test_lists_ask_a_fixed_number_of_queries(self) -> None:
        client = self.clients["instructor"]
        course = self.course.get_absolute_url()
        for path, queries in (("/courses/", 3), (course, 7), (f"{course}people/", 9)):
            client.get(path)
            with self.assertNumQueries(queries):
                client.get(path)

    def crowd(self, count: int) -> None:
        """Give the course so many more learners, the last with an e-mail address."""
        for number in range(count):
            user = User.objects.create_user(f"crowd-{number:03d}", email=f"c{number}@example.org")
            people.enrol(self.course, user, name=f"Çrowd {number:03d}", login=f"login-{number:03d}")

    def test_a_large_course_comes_page_by_page_and_every_place_is_on_one(self) -> None:
        self.crowd(130)
        path = f"{self.course.get_absolute_url()}people/"
        first, second = (self.owner_client.get(f"{path}?page={number}") for number in (1, 2))
        places = [*first.context["places"], *second.context["places"]]
        assert len(first.context["places"]) == 100
        assert len({one.pk for one in places}) == len(places) == self.course.enrolments.count()
        self.assertContains(first, "?page=2")
        with self.assertNumQueries(9):
            self.owner_client.get(path)

    def test_people_are_found_and_what_was_asked_stays(self) -> None:
        self.crowd(105)
        path = f"{self.course.get_absolute_url()}people/"

        def shown(asked: str) -> list[str]:
            return [
                one.login or one.user.username
                for one in self.owner_client.get(f"{path}?{asked}").context["places"]
            ]

        assert shown("q=rowd 003") == shown("q=LOGIN-003") == shown("q=c3@Example.org") == ["login-003"]
        assert shown("q=c3@exam") == []  # no address is found out letter by letter
        assert shown("role=instructor") == ["instructor"] and len(shown("role=none")) == 100
        assert shown("q=%00") == shown("")
        page = self.owner_client.get(f"{path}?q=crowd&role=learner").content.decode()
        assert 'value="crowd"' in page and '<option value="learner" selected>' in page
        assert "?q=crowd&amp;role=learner&amp;page=2" in page
        place = Enrolment.objects.get(login="login-003")
        change = f"/places/{place.pk}/change/?q=crowd&role=learner&next=//elsewhere"
        assert change.split("&next")[0].replace("&", "&amp;") in page
        answer = self.owner_client.post(change, {"role": "learner", "group": "Z"})
        assert answer["Location"] == f"{path}?q=crowd&role=learner"
