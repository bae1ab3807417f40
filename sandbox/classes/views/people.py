"""Courses and who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sandbox.classes import access, exports, queries
from sandbox.classes.forms import CourseForm, InviteForm, PlaceForm
from sandbox.classes.models import Enrolment, Role
from sandbox.classes.services import people
from sandbox.classes.views.shared import page, paged, person, refused, said


@login_required
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """Show the person's courses, of one term with ``?term=``; archived ones with ``?archived=1`` only.

    ``classes/courses.html``: ``rows`` (see ``queries.courses_of``), ``code`` (the text of ``?code=``),
    ``terms`` (of the rows), ``term`` (the chosen one), ``archived`` (whether those are shown), ``put_away``
    (how many archived ones there are), ``total`` (how many courses there are).
    """
    found = queries.courses_of(person(request))
    archived = request.GET.get("archived") == "1"
    rows = [row for row in found if bool(row["course"].archived) is archived]
    terms = list(dict.fromkeys(row["course"].term for row in rows if row["course"].term))
    term = request.GET.get("term", "")
    term = term if term in terms else ""
    context = {
        "rows": [row for row in rows if not term or row["course"].term == term],
        "code": request.GET.get("code", "")[:20],
        "terms": terms,
        "term": term,
        "archived": archived,
        "put_away": sum(bool(row["course"].archived) for row in found),
        "total": len(found),
    }
    return render(request, "classes/courses.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    """Make a course. ``classes/course_new.html``: ``form``."""
    form = CourseForm(request.POST or None)
    form.fields.pop("joinable")
    if request.method == "POST" and form.is_valid():
        try:
            made = people.create_course(person(request), **form.cleaned_data)
        except people.PeopleRefused as error:
            return refused(request, error, reverse("classes:courses"))
        return redirect(made)
    return render(request, "classes/course_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Join a course by its code (``code``)."""
    try:
        place = people.join(person(request), request.POST.get("code", ""))
    except people.PeopleRefused as error:
        return refused(request, error, reverse("classes:courses"))
    return redirect(place.course)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the person wants to join, then let them in. ``classes/invitation.html``: nothing.

    The page names no course, so that a token that leaked tells nothing before it is used. Its address is told
    to no other site; to this one it is, for a browser that tells nobody posts from ``Origin: null``, which
    the protection against forged requests refuses.
    """
    if request.method == "POST":
        try:
            place = people.accept(person(request), token)
        except people.PeopleRefused as error:
            return refused(request, error, reverse("classes:courses"))
        return redirect(place.course)
    response = render(request, "classes/invitation.html")
    response["Referrer-Policy"] = "same-origin"
    return response


@require_safe
def course(request: HttpRequest, course_id: str) -> HttpResponse:
    """Show a course: its exercises and where the person stands.

    ``classes/course.html``: ``rows`` (see ``queries.exercises_for``).
    """
    found, place = access.course(request.user, course_id)
    return page(request, "course.html", found, place, {"rows": queries.exercises_for(found, place)})


@require_http_methods(["GET", "HEAD", "POST"])
def course_settings(request: HttpRequest, course_id: str) -> HttpResponse:
    """Change title, term and description. ``classes/course_settings.html``: ``form``."""
    found, place = access.course(request.user, course_id, "manage")
    form = CourseForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        return said(request, gettext("Saved."), found.get_absolute_url())
    status = 422 if form.errors else 200
    return page(request, "course_settings.html", found, place, {"form": form}, status)


@require_POST
def course_archive(request: HttpRequest, course_id: str) -> HttpResponse:
    """Put the course away, or take it back (``archived`` 0); owners only."""
    found, _ = access.course(request.user, course_id, "own")
    archived = request.POST.get("archived") != "0"
    people.archive(found, archived)
    words = gettext("The course is archived: it can be read.") if archived else gettext("The course goes on.")
    return said(request, words, found.get_absolute_url())


@require_POST
def course_code(request: HttpRequest, course_id: str) -> HttpResponse:
    """Give the course another join code."""
    found, _ = access.course(request.user, course_id, "manage")
    people.new_code(found)
    return said(request, gettext("The course has a new code; the old one is void."), _people(found.pk))


@require_safe
def roster(request: HttpRequest, course_id: str) -> HttpResponse:
    """Show who is in a course: those that ``?q=`` finds, of ``?role=``.

    ``classes/people.html``: ``places``, ``pages``, ``asked`` (see ``paged``), ``here`` (the whole question,
    so that a change comes back to it), ``query``, ``role``, ``roles``, ``form`` (of an invitation), ``link``
    (a new one, once), ``same`` (see ``queries.same_login``), ``invitations`` (open ones of who is on no
    roster), ``waiting`` (how many places wait for their person).
    """
    found, place = access.course(request.user, course_id, "see_work")
    link = request.session.pop("invitation_link", "") if request.method == "GET" else ""
    words, role = request.GET.get("q", "")[:100], request.GET.get("role", "")
    role = role if role in Role.values else ""
    context = paged(request, queries.found_places(found, words, role))
    context |= {"places": list(context["pages"]), "here": _question(request), "query": words, "role": role}
    context |= {"roles": Role, "form": InviteForm(), "link": link}
    if access.allowed("manage", request.user, place):
        context["same"] = queries.same_login(found)
        context["invitations"] = list(people.open_invitations(found))
        context["waiting"] = found.enrolments.filter(user=None, active=True).exclude(login="").count()
    return page(request, "people.html", found, place, context)


def _question(request: HttpRequest) -> str:
    """Return what an address of the page of people asks, and nothing else that may stand in it."""
    asked = {name: request.GET[name] for name in ("q", "role", "page") if request.GET.get(name)}
    return urlencode(asked)


@require_POST
def roster_import(request: HttpRequest, course_id: str) -> HttpResponse:
    """Read a roster (``file``) and show what became of each line, with the links of new invitations.

    ``classes/roster.html``: ``lines`` (line and address of its invitation, or None), ``csv`` (the address
    of a file of the links, which holds the file itself; empty: there are none).
    """
    found, place = access.course(request.user, course_id, "manage")
    file = request.FILES.get("file")
    if file is None:
        return refused(request, gettext("Choose a CSV file first."), _people(found.pk))
    if (file.size or 0) > people.MAX_ROSTER_BYTES:
        return refused(
            request,
            gettext("A roster may have {max_roster_bytes} kB.").format(
                max_roster_bytes=people.MAX_ROSTER_BYTES // 1000
            ),
            _people(found.pk),
        )
    try:
        lines = people.read_roster(found, person(request), file.read())
    except people.PeopleRefused as error:
        return refused(request, error, _people(found.pk))
    shown = [(line, _link(request, line.token) if line.token else None) for line in lines]
    links = _links_csv((line, link) for line, link in shown if link)
    context = {"lines": shown, "csv": f"data:text/csv;charset=utf-8,{quote(links)}" if links else ""}
    response = page(request, "roster.html", found, place, context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def invite(request: HttpRequest, course_id: str) -> HttpResponse:
    """Make an invitation (``role``, ``group``); its link is shown once on the page of people."""
    found, place = access.course(request.user, course_id, "manage")
    form = InviteForm(request.POST)
    if not form.is_valid():
        return refused(request, gettext("Choose a role from the list."), _people(found.pk))
    role = Role(form.cleaned_data["role"])
    if role in (Role.INSTRUCTOR, Role.OWNER) and not access.allowed("own", request.user, place):
        return refused(request, gettext("Only an owner makes instructors."), _people(found.pk))
    token = people.invite(found, person(request), role=role, group=form.cleaned_data["group"])
    request.session["invitation_link"] = _link(request, token)
    return redirect(_people(found.pk))


def _links_csv(lines: Iterable[tuple[people.RosterLine, str]]) -> str:
    """Return links of invitations as CSV; empty where there are none."""
    rows = [(line.login, line.name, link) for line, link in lines]
    return exports.csv_text([("login", "name", "invitation"), *rows]) if rows else ""


@require_POST
def invitation_links(request: HttpRequest, course_id: str) -> HttpResponse:
    """Send CSV with a new link for each place of the roster that waits for its person; earlier ones end."""
    found, _ = access.course(request.user, course_id, "manage")
    lines = people.invite_again(found, person(request))
    made = _links_csv((line, _link(request, line.token)) for line in lines)
    if not made:
        return refused(request, gettext("Nobody of the roster is waited for."), _people(found.pk))
    response = HttpResponse(made, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invitations.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def invitation_end(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """Withdraw an invitation; those of who is to teach are withdrawn by owners only."""
    found, own = access.invitation(request.user, invitation_id)
    if _teaches(found.role) and not access.allowed("own", request.user, own):
        return refused(request, gettext("Only an owner changes who teaches."), _people(found.course_id))
    people.withdraw(found)
    words = gettext("The invitation is withdrawn; its link lets nobody in any more.")
    return said(request, words, _people(found.course_id))


@require_POST
def place_link(request: HttpRequest, place_id: str) -> HttpResponse:
    """Make a new link for a place of the roster that waits for its person; the earlier one ends."""
    found, own = access.enrolment(request.user, place_id, "manage")
    target = _back(request, found)
    if found.user_id is not None or not found.active:
        return refused(request, gettext("Nobody is waited for there."), target)
    if _teaches(found.role) and not access.allowed("own", request.user, own):
        return refused(request, gettext("Only an owner changes who teaches."), target)
    token = people.invite(found.course, person(request), place=found)
    request.session["invitation_link"] = _link(request, token)
    return redirect(target)


@require_POST
def place_bind(request: HttpRequest, place_id: str) -> HttpResponse:
    """Join a place of the roster that waits with that of the account of the same user name."""
    found, own = access.enrolment(request.user, place_id, "manage")
    target = _back(request, found)
    if _teaches(found.role) and not access.allowed("own", request.user, own):
        return refused(request, gettext("Only an owner changes who teaches."), target)
    try:
        made = people.bind(found)
    except people.PeopleRefused as error:
        return refused(request, error, target)
    return said(request, gettext("{shown} has one place now.").format(shown=made.shown), target)


def _teaches(role: str) -> bool:
    return role in (Role.OWNER, Role.INSTRUCTOR)


def _back(request: HttpRequest, place: Enrolment) -> str:
    """Return the page of people with what was asked there."""
    asked = _question(request)
    return _people(place.course_id) + (f"?{asked}" if asked else "")


@require_POST
def place_change(request: HttpRequest, place_id: str) -> HttpResponse:
    """Change role, group or state of a place; who teaches is changed by owners only.

    Back to the page of people with what the address asks (``q``, ``role``, ``page``).
    """
    found, own = access.enrolment(request.user, place_id, "manage")
    form = PlaceForm(request.POST)
    target = _back(request, found)
    if not form.is_valid():
        return refused(request, gettext("Choose from the lists."), target)
    cleaned = form.cleaned_data
    role = Role(cleaned["role"]) if cleaned["role"] else None
    touches_teaching = _teaches(found.role) or (role is not None and _teaches(role))
    if touches_teaching and not access.allowed("own", request.user, own):
        return refused(request, gettext("Only an owner changes who teaches."), target)
    active = {"1": True, "0": False}.get(cleaned["active"])
    group = cleaned["group"] if "group" in request.POST else None
    try:
        people.change(found, role=role, group=group, active=active)
    except people.PeopleRefused as error:
        return refused(request, error, target)
    return said(request, gettext("{shown} was changed.").format(shown=found.shown), target)


def _people(course_id: object) -> str:
    return reverse("classes:people", args=[course_id])


def _link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("classes:invitation", args=[token]))
