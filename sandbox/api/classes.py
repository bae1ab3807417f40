"""Courses for machines: list them, read and send a roster, read the gradebook."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from sandbox.api import schemas
from sandbox.api.auth import PerPerson, SignedIn, person
from sandbox.api.errors import Refusal
from sandbox.classes import access, exports, queries
from sandbox.classes.services import people

router = Router(tags=["courses"], auth=SignedIn())

_Errors = schemas.ErrorOut


class CourseOut(Schema):
    """A course of the person, and what they are in it."""

    id: str
    title: str
    term: str
    role: Literal["owner", "instructor", "assistant", "learner", "observer"]
    archived: bool
    url: str


class CourseList(Schema):
    """Courses, archived ones last, newest first."""

    items: list[CourseOut]


class PlaceOut(Schema):
    """A place in a course; ``here``: a person has taken it."""

    id: str
    login: str
    name: str
    role: Literal["owner", "instructor", "assistant", "learner", "observer"]
    group: str
    active: bool
    here: bool


class RosterOut(Schema):
    """All places of a course."""

    items: list[PlaceOut]


class RosterLineIn(Schema):
    """A person as a roster has them."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(min_length=1, max_length=150, pattern=r"^[^\x00-\x1f]+$")]
    name: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")] = ""
    role: Literal["instructor", "assistant", "learner", "observer"] = "learner"
    group: Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f]*$")] = ""


class RosterIn(Schema):
    """People to let in or invite; who is in already keeps the place."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[RosterLineIn], Field(max_length=people.MAX_ROSTER_ROWS)]


class RosterLineOut(Schema):
    """What became of a line; ``invitation`` is an address that is told this once."""

    login: str
    outcome: Literal["let in", "invited", "was there"]
    invitation: str | None


class RosterRead(Schema):
    """What became of a roster, line by line."""

    items: list[RosterLineOut]


class ScoreOut(Schema):
    """The score of one learner in one exercise; ``ungraded`` are points nobody could grade.

    ``predictions`` are points of questions, ``behaviour`` those of all other checks, in the best submission.
    ``given`` says what did a part of the work, which the points are without: a checkpoint or the reference.
    """

    exercise: str
    score: float | None
    ungraded: float
    submissions: int
    predictions: float | None
    behaviour: float | None
    given: Literal["", "checkpoint", "reference"]


class LearnerOut(Schema):
    """A learner's row of the gradebook."""

    id: str
    login: str
    name: str
    group: str
    total: float
    scores: list[ScoreOut]


class NamedOut(Schema):
    """An exercise by its title."""

    id: str
    title: str


class GradebookCourse(Schema):
    """Which course it is."""

    id: str
    title: str
    term: str


class GradebookOut(Schema):
    """The gradebook of a course."""

    course: GradebookCourse
    exercises: list[NamedOut]
    learners: list[LearnerOut]


@router.get("/courses", response={200: CourseList, 401: _Errors})
def list_courses(request: HttpRequest) -> dict[str, Any]:
    """Return the person's courses."""
    return {
        "items": [
            {
                "id": str(row["course"].pk),
                "title": row["course"].title,
                "term": row["course"].term,
                "role": row["place"].role,
                "archived": row["course"].archived is not None,
                "url": row["course"].get_absolute_url(),
            }
            for row in queries.courses_of(person(request))
        ]
    }


@router.get("/courses/{course_id}/roster", response={200: RosterOut, 401: _Errors, 404: _Errors})
def get_roster(request: HttpRequest, course_id: str) -> dict[str, Any]:
    """Return who is in a course, for staff."""
    course, _ = access.course(request.user, course_id, "see_work")
    return {
        "items": [
            {
                "id": str(place.pk),
                "login": place.login or (place.user.get_username() if place.user else ""),
                "name": place.name,
                "role": place.role,
                "group": place.group,
                "active": place.active,
                "here": place.user_id is not None,
            }
            for place in queries.places(course)
        ]
    }


@router.post(
    "/courses/{course_id}/roster",
    response={
        200: RosterRead,
        400: _Errors,
        401: _Errors,
        403: _Errors,
        404: _Errors,
        409: _Errors,
        422: _Errors,
        429: _Errors,
    },
    throttle=[PerPerson("roster", "30/m")],
)
def send_roster(request: HttpRequest, course_id: str, body: RosterIn) -> dict[str, Any]:
    """Let people in, or invite them, as a roster says. Repeating it makes nothing twice."""
    course, _ = access.course(request.user, course_id, "manage")
    rows = [(line.login, line.name, line.role, line.group) for line in body.items]
    try:
        lines = people.take_roster(course, person(request), rows)
    except people.PeopleRefused as error:
        raise Refusal(422, str(error)) from error
    return {
        "items": [
            {
                "login": line.login,
                "outcome": line.outcome,
                "invitation": (
                    request.build_absolute_uri(reverse("classes:invitation", args=[line.token]))
                    if line.token
                    else None
                ),
            }
            for line in lines
        ]
    }


@router.get("/courses/{course_id}/gradebook", response={200: GradebookOut, 401: _Errors, 404: _Errors})
def get_gradebook(request: HttpRequest, course_id: str) -> dict[str, Any]:
    """Return the gradebook of a course, for staff."""
    course, _ = access.course(request.user, course_id, "see_work")
    return exports.course_data(course)


@router.get(
    "/courses/{course_id}/gradebook.csv",
    response={200: None, 401: _Errors, 404: _Errors},
    openapi_extra={
        "responses": {
            200: {"description": "CSV (RFC 4180).", "content": {"text/csv": {"schema": {"type": "string"}}}}
        }
    },
)
def get_gradebook_csv(request: HttpRequest, course_id: str) -> HttpResponse:
    """Return the gradebook of a course as CSV; no cell of it can be taken for a formula."""
    course, _ = access.course(request.user, course_id, "see_work")
    response = HttpResponse(exports.course_csv(course), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="gradebook.csv"'
    return response
