"""Pages about the platforms of a course."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from celery import current_app
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from sandbox.classes import access
from sandbox.classes.lti import passback, services
from sandbox.classes.lti.forms import NewPlatformForm, PlatformForm, looks_wrong
from sandbox.classes.lti.handshake import DEEP_LINK
from sandbox.classes.lti.presets import PRESETS
from sandbox.classes.models import Enrolment, Exercise, Platform, RosterState
from sandbox.classes.services import people
from sandbox.classes.views.shared import page, refused, said


@require_http_methods(["GET", "HEAD", "POST"])
def platforms(request: HttpRequest, course_id: str) -> HttpResponse:
    """Show the platforms of a course and where scores stand; POST makes a platform.

    ``classes/lti/platforms.html``: ``form``, ``rows``, ``scores`` (see ``passback.table``).
    """
    course, place = access.course(request.user, course_id, "manage")
    form = NewPlatformForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add(course, **form.cleaned_data)
        except people.PeopleRefused as error:
            return refused(request, error, reverse("lti:platforms", args=[course.pk]))
        return redirect("lti:platform", platform_id=made.pk)
    rows = course.platforms.select_related("registration")
    context = {"form": form, "rows": rows, "scores": passback.table(course)}
    return page(request, "lti/platforms.html", course, place, context, 422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def platform(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """Show what to copy into a platform, and take what comes from there.

    ``classes/lti/platform.html``: ``platform``, ``form``, ``ours`` (label, address), ``steps``.
    """
    found, place = _manage(request, platform_id)
    preset = PRESETS[found.kind]
    registration = found.registration
    fields = ("issuer", "client_id", "auth_url", "token_url", "keyset_url", "audience")
    initial = {
        name: getattr(registration, name) if found.complete else getattr(preset, name, "") for name in fields
    }
    form = PlatformForm(request.POST.dict() or None, preset=preset, initial=initial)
    here = reverse("lti:platform", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            services.complete(found, form.cleaned_data)
        except services.BadAddress as error:
            form.add_error(error.name, looks_wrong(str(error), error.name, preset))
        except people.PeopleRefused as error:
            form.add_error(None, str(error))
        else:
            return said(request, _("Saved. Links of this platform work now."), here)
    ours = [
        (_("Sign-in address"), _absolute(request, "lti:sign_in", found)),
        (_("Launch address"), _absolute(request, "lti:launch", found)),
        (_("Key address"), request.build_absolute_uri(reverse("lti:keys"))),
        (_("Host of this site"), request.get_host()),
    ]
    context = {"platform": found, "form": form, "ours": ours, "steps": preset.steps}
    return page(request, "lti/platform.html", found.course, place, context, 422 if form.errors else 200)


@require_POST
def members(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """Ask a worker to read names and roles of a platform."""
    found, _place = _manage(request, platform_id)
    Platform.objects.filter(pk=found.pk).update(roster=RosterState.READING, roster_note="")
    current_app.send_task("lti.read_members", (str(found.pk),), queue="batch", retry=False, expires=600)
    target = reverse("lti:platforms", args=[found.course_id])
    return said(request, _("Names and roles are being read."), target)


@require_POST
def delete(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """Forget a platform: its links end; people, work and scores stay."""
    found, _place = _manage(request, platform_id)
    course_id = found.course_id
    found.registration.delete()
    return said(request, _("The platform was removed."), reverse("lti:platforms", args=[course_id]))


@require_POST
def send(request: HttpRequest, course_id: str) -> HttpResponse:
    """Send once more the scores that wait or were given up."""
    course, _place = access.course(request.user, course_id, "manage")
    count = passback.again(course)
    text = ngettext("{n} score is sent again.", "{n} scores are sent again.", count).format(n=count)
    return said(request, text, reverse("lti:platforms", args=[course.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """Let an instructor choose what links of the platform point to; POST hands them over (deep linking).

    ``classes/lti/choose.html``: ``platform``, ``exercises``; ``classes/lti/return.html``: ``target``,
    ``message``, ``platform``.
    """
    found, place = _manage(request, platform_id)
    request_of = request.session.get(DEEP_LINK, {}).get(str(found.pk))
    target = str((request_of or {}).get("settings", {}).get("deep_link_return_url", ""))
    if urlsplit(target).scheme not in ("https", "http"):
        words = _("This page answers a platform that asks for links. Choose this tool there once more.")
        return refused(request, words, reverse("lti:platforms", args=[found.course_id]))
    exercises = Exercise.objects.filter(course=found.course)
    if request.method != "POST":
        return page(
            request, "lti/choose.html", found.course, place, {"platform": found, "exercises": exercises}
        )
    chosen = exercises.filter(pk__in=[key for key in request.POST.getlist("exercise") if _is_id(key)])
    if not chosen:
        return refused(request, _("Choose at least one exercise."), request.path)
    launch = _absolute(request, "lti:launch", found)
    link = DeepLink(found.registration.to_registration(), request_of["deployment"], request_of["settings"])
    message = link.get_response_jwt([_resource(exercise, launch) for exercise in chosen])
    context = {"platform": found, "target": target, "message": message}
    response = render(request, "classes/lti/return.html", context)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(target))
    response._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]
    return response


def _resource(exercise: Exercise, launch: str) -> DeepLinkResource:
    column = LineItem().set_label(exercise.title).set_score_maximum(100).set_resource_id(str(exercise.pk))
    return (
        DeepLinkResource()
        .set_title(exercise.title)
        .set_url(launch)
        .set_custom_params({"exercise": str(exercise.pk)})
        .set_target("window")
        .set_lineitem(column)
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _absolute(request: HttpRequest, name: str, platform: Platform) -> str:
    return request.build_absolute_uri(reverse(name, args=[platform.pk]))


def _manage(request: HttpRequest, platform_id: UUID) -> tuple[Platform, Enrolment]:
    """Return a platform of a course that the person manages.

    Raises:
        Http404: there is none, or it is not theirs to manage.
    """
    found = Platform.objects.filter(pk=platform_id).select_related("course", "registration").first()
    if found is None:
        raise Http404("There is no such platform.")
    _course, place = access.course(request.user, found.course_id, "manage")
    return found, place
