"""A platform of a course, the people it sends, and the names it lists."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext
from lti_tool.models import Key, LtiContext, LtiDeployment, LtiRegistration, LtiUser
from pylti1p3.exception import LtiException
from pylti1p3.names_roles import NamesRolesProvisioningService
from pylti1p3.service_connector import ServiceConnector
from requests import RequestException

from sandbox.accounts.models import User
from sandbox.classes.lti import outside
from sandbox.classes.lti.claims import SCORE_SCOPE, Launch, role_of
from sandbox.classes.models import (
    Course,
    Enrolment,
    Exercise,
    Passback,
    Platform,
    PlatformKind,
    Role,
    RosterState,
)
from sandbox.classes.services import people

PLATFORMS_PER_COURSE = 10
MOST_MEMBERS = 2_000
ADDRESSES = ("auth_url", "token_url", "keyset_url")

SHAPES = (ValueError, KeyError, TypeError, AttributeError)
"""What PyLTI1p3 raises where a platform answers with another shape than it should."""


class BadAddress(people.PeopleRefused):
    """An address must not be asked; ``name`` is that of its field."""

    def __init__(self, name: str, message: str) -> None:
        """Keep the name."""
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Arrival:
    """Who came by a launch, where they sit, and from which course of the platform (None: from none)."""

    user: User
    place: Enrolment
    person: LtiUser
    context: LtiContext | None


def add(course: Course, name: str, kind: str) -> Platform:
    """Return a new platform of a course; it is complete once the platform's own values are known.

    Raises:
        people.PeopleRefused: the course has as many as it may.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if course.platforms.count() >= PLATFORMS_PER_COURSE:
            raise people.PeopleRefused(
                gettext("A course has {limit} platforms at most.").format(limit=PLATFORMS_PER_COURSE)
            )
        if not Key.objects.active().exists():
            Key.objects.generate()
        registration = LtiRegistration.objects.create(
            name=name, issuer="", client_id=f"not known yet {token_hex(8)}", is_active=False
        )
        return Platform.objects.create(course=course, registration=registration, kind=PlatformKind(kind))


def complete(platform: Platform, values: dict[str, str]) -> None:
    """Store what a platform calls itself and where it is; launches work from then on.

    Raises:
        people.PeopleRefused: another course holds the same issuer and client.
        BadAddress: an address must not be asked.
    """
    registration = platform.registration
    taken = LtiRegistration.objects.exclude(pk=registration.pk)
    if taken.filter(issuer=values["issuer"], client_id=values["client_id"]).exists():
        raise people.PeopleRefused(
            gettext("This client ID of this issuer belongs to another course already.")
        )
    for name in ADDRESSES:
        try:
            outside.check(values[name])
        except outside.Unreachable as error:
            raise BadAddress(name, str(error)) from error
    for name, value in values.items():
        setattr(registration, name, value)
    registration.is_active = True
    registration.save()


def arrive(platform: Platform, launch: Launch) -> Arrival:
    """Let the person of a launch into the course and return who and where; harmless to repeat.

    Raises:
        people.PeopleRefused: the place was closed by the course, or the course is full.
    """
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=platform.course_id)
        person = _person(platform, launch.sub, launch.called)
        if person.auth_user is None:
            person.auth_user = User.objects.create_user(f"lti-{token_hex(6)}", first_name=launch.called[:150])
            person.save(update_fields=["auth_user"])
        user: User = person.auth_user
        place = _place(platform, person, launch.called, launch.role, user)
        return Arrival(user, place, person, _context(platform, launch))


def _person(platform: Platform, subject: str, name: str) -> LtiUser:
    found, _made = LtiUser.objects.get_or_create(registration=platform.registration, sub=subject)
    if name and found.name != name:
        found.name = name
        found.save(update_fields=["name"])
    return found


def _place(platform: Platform, person: LtiUser, name: str, role: Role, user: User | None) -> Enrolment:
    """Return the place of a person of a platform; its role follows the platform, but never an owner's."""
    login = f"lti:{sha256(f'{platform.registration_id}:{person.sub}'.encode()).hexdigest()[:32]}"
    places = Enrolment.objects.filter(course=platform.course)
    found = (places.filter(user=user).first() if user else None) or places.filter(login=login).first()
    if found is None:
        if places.count() >= people.PLACES_PER_COURSE:
            raise people.PeopleRefused(
                gettext("The course has its {places_per_course} places taken.").format(
                    places_per_course=people.PLACES_PER_COURSE
                )
            )
        return Enrolment.objects.create(course=platform.course, user=user, login=login, name=name, role=role)
    if user is not None and not found.active:
        raise people.PeopleRefused(str(people.CLOSED))
    found.user = found.user or user
    found.name = name or found.name
    found.role = found.role if found.role == Role.OWNER else role
    found.save(update_fields=["user", "name", "role"])
    return found


def _context(platform: Platform, launch: Launch) -> LtiContext | None:
    if launch.context is None:
        return None
    deployment, _made = LtiDeployment.objects.get_or_create(
        registration=platform.registration, deployment_id=launch.deployment_id, defaults={"is_active": True}
    )
    context, _made = LtiContext.objects.get_or_create(deployment=deployment, id_on_platform=launch.context.id)
    context.title = launch.context.title
    if launch.members is not None:
        context.memberships_url = launch.members.context_memberships_url
    context.save()
    return context


def remember_column(platform: Platform, arrival: Arrival, exercise: Exercise, launch: Launch) -> None:
    """Note where the score of a learner goes, if the platform takes scores for this link."""
    endpoint = launch.endpoint
    if arrival.context is None or endpoint is None or not endpoint.lineitem:
        return
    if SCORE_SCOPE not in endpoint.scope or arrival.place.role != Role.LEARNER:
        return
    values = {
        "platform": platform,
        "context": arrival.context,
        "line_item": endpoint.lineitem,
        "subject": launch.sub,
    }
    found, made = Passback.objects.get_or_create(place=arrival.place, exercise=exercise, defaults=values)
    if not made and found.line_item != endpoint.lineitem:
        # Another link to the same exercise: its column has no score yet.
        Passback.objects.filter(pk=found.pk).update(**values, sent_points=None, tries=0, due=now())


def read_members(platform: Platform) -> None:
    """Read names and roles of every course that the platform has sent somebody from.

    What could not be read is noted at the platform; who was read before that keeps their place.
    """
    try:
        count = _read_members(platform)
    except (LtiException, RequestException, people.PeopleRefused, *SHAPES) as error:
        _note(platform, RosterState.FAILED, words(error))
    else:
        _note(platform, RosterState.READ, gettext("{count} people").format(count=count))


def _note(platform: Platform, state: RosterState, note: str) -> None:
    Platform.objects.filter(pk=platform.pk).update(roster=state, roster_note=note[:300], roster_at=now())


def _read_members(platform: Platform) -> int:
    contexts = LtiContext.objects.filter(deployment__registration=platform.registration)
    asked = list(contexts.exclude(memberships_url=""))
    if not asked:
        raise people.PeopleRefused(
            gettext("The platform has not said yet where its members are listed: open one link there once.")
        )
    connector = ServiceConnector(platform.registration.to_registration(), outside.Session())
    count = 0
    for context in asked:
        service = NamesRolesProvisioningService(
            connector, {"context_memberships_url": context.memberships_url}
        )
        address: str | None = None
        while count <= MOST_MEMBERS:
            members, address = service.get_members_page(address)
            for member in members:
                _member(platform, member)
            count += len(members)
            if not address or not members:
                break
        else:
            raise people.PeopleRefused(
                gettext("The platform lists more than {limit} people; the rest was left out.").format(
                    limit=MOST_MEMBERS
                )
            )
    return count


def _member(platform: Platform, member: Any) -> None:
    one = member if isinstance(member, dict) else {}
    subject, name, roles = one.get("user_id"), one.get("name") or "", one.get("roles") or []
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise people.PeopleRefused(gettext("The platform lists somebody without a user_id."))
    if not isinstance(name, str) or not isinstance(roles, list) or one.get("status", "Active") != "Active":
        return
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=platform.course_id)
        person = _person(platform, subject, name[:500])
        _place(platform, person, name[:120], role_of([str(role) for role in roles]), None)


def words(error: Exception) -> str:
    """Return what to tell of an error; some of the libraries' have no text."""
    return str(error) or type(error).__name__
