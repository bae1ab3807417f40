"""Who is in a course: make one, join, invite, read a roster, change a role."""

from __future__ import annotations

import csv
import io
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy

from sandbox.accounts import services as accounts
from sandbox.accounts.models import User
from sandbox.classes import access
from sandbox.classes.models import Course, Enrolment, Invitation, Role
from sandbox.classes.services import exercises

INVITATION_LIFETIME: Final = timedelta(days=60)
MAX_ROSTER_BYTES: Final = 500_000
MAX_ROSTER_ROWS: Final = 2_000
COURSES_PER_PERSON: Final = 50
PLACES_PER_COURSE: Final = 3_000

CLOSED: Final = gettext_lazy("Your place in this course was closed. Ask who teaches it.")

OUTCOMES: Final = {
    "let in": gettext_lazy("let in"),
    "invited": gettext_lazy("invited"),
    "was there": gettext_lazy("was there"),
}

_JOINERS: Final = "\u200c\u200d"
_VIRAMA: Final = 9
"""The combining class of the signs that take the vowel off a letter."""

_TOKEN_BYTES: Final = 24
_CODE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_COLUMNS: Final = ("login", "name", "role", "group")


class PeopleRefused(ValueError):
    """It cannot be done; the message says why, for people."""


class NoSuchCode(PeopleRefused):
    """No course lets anybody in with this code, or this link is over."""


@dataclass(frozen=True)
class RosterLine:
    """What became of one line of a roster; ``link`` is the token of a new invitation, shown once.

    ``outcome`` is a key of ``OUTCOMES``; ``waits``: it is the place of somebody who was invited before.
    """

    number: int
    login: str
    name: str
    outcome: str
    token: str = ""
    waits: bool = False

    @property
    def words(self) -> str:
        """Return the outcome in words."""
        return gettext("was invited before") if self.waits else str(OUTCOMES[self.outcome])


def token_hash(token: str) -> str:
    """Return how the token of an invitation is kept."""
    return sha256(token.encode()).hexdigest()


def create_course(owner: User, title: str, term: str = "", description: str = "") -> Course:
    """Make a course with its owner and return it.

    Raises:
        PeopleRefused: the person owns as many as one may.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Enrolment.objects.filter(user=owner, role=Role.OWNER).count() >= COURSES_PER_PERSON:
            raise PeopleRefused(
                gettext("You own {limit} courses, which is as many as one may have.").format(
                    limit=COURSES_PER_PERSON
                )
            )
        course = Course.objects.create(title=title, term=term, description=description, join_code=_new_code())
        enrol(course, owner, role=Role.OWNER)
    return course


def enrol(
    course: Course, user: User, *, role: Role = Role.LEARNER, group: str = "", name: str = "", login: str = ""
) -> Enrolment:
    """Give a person a place in a course and return it; who is in already keeps role, group and name.

    A place that was closed is opened again. Where the roster keeps a place for the person, they get that one,
    with its role, group and name: if its login is an e-mail address that they have verified. That is as good
    as the link of its invitation. A user name is not, for anybody may have chosen it before the person of the
    roster came: whoever has only that gets a place of their own, and who teaches joins the two (``bind``).

    Raises:
        PeopleRefused: the course is full.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        found = Enrolment.objects.filter(course=course, user=user).first()
        kept = None if found is not None else _kept_for(course, user)
        if kept is not None:
            found = _fill(kept, user)
        elif found is None:
            if course.enrolments.count() >= PLACES_PER_COURSE:
                raise PeopleRefused(
                    gettext("The course has its {limit} places taken.").format(limit=PLACES_PER_COURSE)
                )
            found = Enrolment.objects.create(
                course=course, user=user, role=role, group=group, name=name, login=login
            )
        elif not found.active:
            found.active = True
            found.save(update_fields=["active"])
    return found


def join(user: User, code: str) -> Enrolment:
    """Let a person into the course of a code, as a learner.

    Raises:
        NoSuchCode: there is none, it is archived, or it lets nobody in by code.
        PeopleRefused: the course is full, or the person's place was closed by the course.
    """
    code = code.replace("\0", " ").strip().lower()  # the database takes no such character
    course = Course.objects.filter(join_code=code, joinable=True, archived=None).first()
    if course is None:
        raise NoSuchCode(gettext("No course lets people in with this code. Ask who teaches it."))
    if Enrolment.objects.filter(course=course, user=user, active=False).exists():
        raise PeopleRefused(str(CLOSED))
    return enrol(course, user)


def _kept_for(course: Course, user: User) -> Enrolment | None:
    """Return the place that a roster keeps for an e-mail address which a person has verified."""
    addresses = accounts.verified_addresses(user)
    if not addresses:
        return None
    free = Enrolment.objects.filter(course=course, user=None).exclude(login="").order_by("pk")
    kept = next((place for place in free if place.login.lower() in addresses), None)
    if kept is not None and not kept.active:
        raise PeopleRefused(str(CLOSED))
    return kept


def _fill(kept: Enrolment, user: User) -> Enrolment:
    """Give a person the place that is kept for them and return theirs; its invitation ends.

    Who has a place in the course keeps it, with all work in it, and it takes over what the roster says. A
    place that is kept is nobody's, so it has no work and no grades; the extensions that hold are given anew.
    """
    mine = Enrolment.objects.filter(course=kept.course_id, user=user).first()
    if mine is None:
        kept.user = user
        kept.save(update_fields=["user"])
        Invitation.objects.filter(place=kept, used=None).delete()
        return kept
    has = mine.extensions.values_list("exercise_id", flat=True)
    newest = {one.exercise_id: one for one in kept.extensions.exclude(exercise__in=list(has))}
    for one in newest.values():
        exercises.hand_over(one, mine)
    kept.delete()  # before its login goes to the other one: a course has each once
    mine.login, mine.name, mine.group = kept.login, kept.name or mine.name, kept.group or mine.group
    if mine.role == Role.LEARNER:
        mine.role = kept.role
    mine.save(update_fields=["login", "name", "group", "role"])
    return mine


def bind(place: Enrolment) -> Enrolment:
    """Join a place of the roster that waits with that of the account of the same login, and return it.

    For who teaches, who knows whether they are one person; ``queries.same_login`` finds such places.

    Raises:
        PeopleRefused: the place is taken, or nobody of that login is in the course as a learner.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=place.course_id)
        kept = Enrolment.objects.filter(pk=place.pk, user=None).exclude(login="").first()
        user = accounts.account_of(kept.login) if kept is not None else None
        if kept is None or user is None or not kept.course.enrolments.filter(user=user).exists():
            raise PeopleRefused(gettext("There are no two places of this login any more."))
        return _fill(kept, user)


def archive(course: Course, archived: bool) -> None:
    """Put a course away, so that it can be read and nothing in it changes, or take it back."""
    Course.objects.filter(pk=course.pk).update(archived=now() if archived else None)


def new_code(course: Course) -> None:
    """Give a course another join code; the old one lets nobody in any more."""
    course.join_code = _new_code()
    course.save(update_fields=["join_code"])


def _new_code() -> str:
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(10))


def invite(
    course: Course,
    author: User,
    *,
    role: Role = Role.LEARNER,
    group: str = "",
    place: Enrolment | None = None,
) -> str:
    """Return the token of a new invitation for one person; it cannot be read again later.

    An earlier invitation to the same place ends.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        if place is not None:
            Invitation.objects.filter(place=place).delete()
        Invitation.objects.create(
            course=course,
            place=place,
            role=place.role if place else role,
            group=place.group if place else group,
            token_hash=token_hash(token),
            created_by=author,
            expires=now() + INVITATION_LIFETIME,
        )
    return token


def accept(user: User, token: str) -> Enrolment:
    """Let a person in by the token of an invitation and return their place.

    Raises:
        NoSuchCode: the token opens nothing, or was used.
        PeopleRefused: the course is full, or the person's place was closed by the course.
    """
    with transaction.atomic():
        found = (
            Invitation.objects.select_for_update()
            .filter(token_hash=token_hash(token), used=None, expires__gt=now(), course__archived=None)
            .first()
        )
        if found is None:
            raise NoSuchCode(
                gettext("This invitation was used, has ended, or was withdrawn. Ask for another one.")
            )
        course = found.course
        mine = Enrolment.objects.filter(course=course, user=user).first()
        if mine is not None and not mine.active:
            raise PeopleRefused(str(CLOSED))
        if found.place_id and found.place and found.place.user_id is None:
            # Who has joined by the code before is told by the link to be the person of the roster.
            return _fill(Enrolment.objects.select_for_update().get(pk=found.place_id), user)
        if mine is not None:
            return mine
        place = enrol(course, user, role=Role(found.role), group=found.group)
        found.used = now()
        found.save(update_fields=["used"])
    return place


def open_invitations(course: Course) -> QuerySet[Invitation]:
    """Return the invitations of a course that let somebody in who is on no roster, newest first."""
    found = course.invitations.filter(place=None, used=None, expires__gt=now())
    return found.select_related("created_by")


def withdraw(invitation: Invitation) -> None:
    """End an invitation: its link lets nobody in any more. A place of the roster stays."""
    Invitation.objects.filter(pk=invitation.pk, used=None).delete()


def invite_again(course: Course, author: User) -> list[RosterLine]:
    """Return a new invitation for each place of the roster that waits for its person; earlier links end.

    Places of who teaches only if the author may give them out.
    """
    free = course.enrolments.filter(user=None, active=True).exclude(login="")
    if not access.allowed("own", author, access.place_of(author, course)):
        free = free.exclude(role__in=(Role.OWNER, Role.INSTRUCTOR))
    return [
        RosterLine(number, place.login, place.name, "invited", invite(course, author, place=place))
        for number, place in enumerate(free, 1)
    ]


def read_roster(course: Course, author: User, content: bytes) -> list[RosterLine]:
    """Read a roster into a course and say what became of each line, in order.

    The file is CSV in UTF-8 with a heading: ``login`` and, in any order and each as one likes, ``name``,
    ``role`` (learner, assistant, observer, instructor) and ``group``. A login that is the user name of an
    account, or an e-mail address that its person has verified, is let in at once; for every other one a place
    is kept with an invitation. Repeating a roster changes names, roles and groups, and makes nothing twice;
    whoever came in the meantime by themselves gets the place that waits for their login. Who teaches is
    changed by owners only. Nothing is stored when a line is refused.

    Raises:
        PeopleRefused: the file or one of its lines cannot be; the message names the line.
    """
    if len(content) > MAX_ROSTER_BYTES:
        raise PeopleRefused(
            gettext("A roster may have {limit} kB at most.").format(limit=MAX_ROSTER_BYTES // 1000)
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PeopleRefused(gettext("The roster is not UTF-8 text. Save it as CSV UTF-8.")) from error
    rows = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        lines = list(rows)
    except csv.Error as error:
        raise PeopleRefused(
            gettext("Line {line_num} is not CSV: {error}.").format(line_num=rows.line_num, error=error)
        ) from error
    heading = [name.strip().lower() for name in rows.fieldnames or ()]
    if "login" not in heading:
        raise PeopleRefused(gettext("The first line names the columns; one of them is login."))
    unknown = sorted(set(heading) - set(_COLUMNS))
    if unknown:
        raise PeopleRefused(
            gettext("There is no column {unknown!r:.60}. Columns are {limit}.").format(
                unknown=unknown[0], limit=", ".join(_COLUMNS)
            )
        )
    twice = sorted(name for name in _COLUMNS if heading.count(name) > 1)
    if twice:
        raise PeopleRefused(gettext("The column {name} is there twice.").format(name=twice[0]))
    if len(lines) > MAX_ROSTER_ROWS:
        raise PeopleRefused(gettext("A roster may have {limit} lines at most.").format(limit=MAX_ROSTER_ROWS))
    entries = [_entry(number, line) for number, line in enumerate(lines, 2)]
    return _take(course, author, entries)


def take_roster(course: Course, author: User, rows: Sequence[tuple[str, str, str, str]]) -> list[RosterLine]:
    """Take login, name, role and group of people into a course, as ``read_roster`` does; lines from 1.

    Raises:
        PeopleRefused: as ``read_roster``.
    """
    cells = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    return _take(course, author, [_entry(number, line) for number, line in enumerate(cells, 1)])


def _take(
    course: Course, author: User, entries: Sequence[tuple[int, str, str, Role, str]]
) -> list[RosterLine]:
    seen: set[str] = set()
    for number, login, *_ in entries:
        if login.casefold() in seen:
            raise PeopleRefused(
                gettext("Line {number}: {login} is there twice.").format(number=number, login=login)
            )
        seen.add(login.casefold())
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if course.enrolments.count() + len(seen - _there(course, seen)) > PLACES_PER_COURSE:
            raise PeopleRefused(
                gettext("The course would have more than its {limit} places.").format(limit=PLACES_PER_COURSE)
            )
        owns = access.allowed("own", author, access.place_of(author, course))
        return [_place(course, author, owns, *entry) for entry in entries]


def _there(course: Course, logins: set[str]) -> set[str]:
    """Return those of some logins, in small letters, that have a place, as ``_place`` finds it."""
    by_login = course.enrolments.values_list("login", flat=True)
    by_account = course.enrolments.filter(user__is_guest=False).values_list("user__username", flat=True)
    return logins & {login.casefold() for login in (*by_login, *by_account)}


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _entry(number: int, line: Mapping[Any, Any]) -> tuple[int, str, str, Role, str]:
    if None in line:
        raise PeopleRefused(gettext("Line {number} has more cells than the heading.").format(number=number))
    cells = {str(key).strip().lower(): str(value or "").strip() for key, value in line.items()}
    # Characters that are not seen make one name look like another, or turn the rest of a line round.
    shown = (cell if column == "login" else _without_joiners(cell) for column, cell in cells.items())
    if any(unicodedata.category(one) in ("Cc", "Cf") for cell in shown for one in cell):
        raise PeopleRefused(
            gettext("Line {number}: there is a character that is no text.").format(number=number)
        )
    login = cells["login"]
    if not login or len(login) > 150:
        raise PeopleRefused(gettext("Line {number}: a login has 1 to 150 characters.").format(number=number))
    wanted = cells.get("role", "").lower() or Role.LEARNER
    if wanted not in set(Role) - {Role.OWNER}:
        raise PeopleRefused(
            gettext("Line {number}: there is no role {wanted!r:.40}.").format(number=number, wanted=wanted)
        )
    if len(cells.get("name", "")) > 120 or len(cells.get("group", "")) > 60:
        raise PeopleRefused(
            gettext("Line {number}: a name has 120 characters at most, a group 60.").format(number=number)
        )
    return number, login, cells.get("name", ""), Role(wanted), cells.get("group", "")


def _without_joiners(text: str) -> str:
    """Return a text without the joiners that its script is written with.

    U+200C and U+200D change what is seen between letters that join, as in Persian and Urdu, and beside the
    virama of Indic scripts; anywhere else nobody sees them, and they stay.

    Source: RFC 5892, appendices A.1 and A.2, widened to names as they are written.
    """
    joins = (
        one in _JOINERS and _joins(text[place - 1 : place], text[place + 1 : place + 2])
        for place, one in enumerate(text)
    )
    return "".join(one for one, joined in zip(text, joins, strict=True) if not joined)


def _joins(before: str, after: str) -> bool:
    around = (before, after)
    if not all(one and unicodedata.category(one)[0] in "LM" for one in around):
        return False
    sides = {unicodedata.bidirectional(one) for one in around}
    arabic = "AL" in sides and sides <= {"AL", "NSM"}  # its vowel signs have the class of marks
    return arabic or any(unicodedata.combining(one) == _VIRAMA for one in around)


def _place(
    course: Course, author: User, owns: bool, number: int, login: str, name: str, role: Role, group: str
) -> RosterLine:
    """Take one line of a roster.

    The person who reads the roster says that an account of this login is this learner, so a place that waits
    is filled, also where the person has joined by the code. Nothing of anybody's goes to somebody else by it:
    a place that somebody has is never given to another account, and one that waits has no work.
    """
    user = accounts.account_of(login)
    same = list(Enrolment.objects.filter(course=course, login__iexact=login))
    known = next((place for place in same if place.login == login), next(iter(same), None))
    if known is None and user is not None:
        known = Enrolment.objects.filter(course=course, user=user).first()
    waits = known is not None and known.active and known.user_id is None and user is not None
    mine = Enrolment.objects.filter(course=course, user=user).first() if waits else None
    for before in {one.role if one is not None else None for one in (known, mine if waits else known)}:
        if before not in (role, Role.OWNER) and Role.INSTRUCTOR in (before, role) and not owns:
            raise PeopleRefused(
                gettext("Line {number}: only an owner changes who teaches.").format(number=number)
            )
    if known is not None:
        outcome = "was there" if mine is not None or not waits else "let in"
        if waits and user is not None:
            known = _fill(known, user)
        if known.role != Role.OWNER:
            known.role = role
        known.name, known.group, known.login = name or known.name, group or known.group, login
        known.save(update_fields=["name", "group", "login", "role"])
        return RosterLine(number, login, known.name, outcome, waits=known.user_id is None)
    made = Enrolment.objects.create(course=course, user=user, login=login, name=name, role=role, group=group)
    if user is not None:
        return RosterLine(number, login, name, "let in")
    return RosterLine(number, login, name, "invited", invite(course, author, place=made))


def change(
    place: Enrolment, *, role: Role | None = None, group: str | None = None, active: bool | None = None
) -> None:
    """Change a place in a course.

    Raises:
        PeopleRefused: the course would be left without an owner.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=place.course_id)
        locked = Enrolment.objects.get(pk=place.pk)
        gone = (role is not None and role != Role.OWNER) or active is False
        if locked.role == Role.OWNER and gone and not _other_owners(locked).exists():
            raise PeopleRefused(
                gettext("A course keeps at least one owner. Make somebody else an owner first.")
            )
        locked.role = role if role is not None else locked.role
        locked.group = group[:60] if group is not None else locked.group
        locked.active = active if active is not None else locked.active
        locked.save(update_fields=["role", "group", "active"])


def _other_owners(place: Enrolment) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(course_id=place.course_id, role=Role.OWNER, active=True).exclude(
        pk=place.pk
    )
