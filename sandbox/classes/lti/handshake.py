"""The way in from a platform: sign-in, launch, and the keys it checks our messages with.

A browser that keeps no cookies of others inside a frame cannot finish the handshake there. So a sign-in that
comes in a frame answers with one link that opens the same sign-in in a tab of its own, where the cookies are
ours. The drawing needs the room anyway.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from lti_tool.models import Key
from lti_tool.utils import DjangoToolConfig
from pydantic import ValidationError
from pylti1p3.contrib.django import DjangoCacheDataStorage, DjangoMessageLaunch, DjangoOIDCLogin
from pylti1p3.exception import LtiException, OIDCException
from requests import RequestException

from sandbox.classes.lti import outside, services
from sandbox.classes.lti.claims import Launch
from sandbox.classes.models import Exercise, Platform

DEEP_LINK = "lti_deep_link"
"""Where a session keeps the settings of a deep linking request: platform id -> settings and deployment."""

_PARAMETERS = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "lti_deployment_id", "client_id")


@require_safe
@cache_control(public=True, max_age=300)
def keys(request: HttpRequest) -> HttpResponse:
    """Return the public keys that our messages are signed with (JWKS)."""
    return JsonResponse(Key.objects.as_jwks())


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """Begin a launch: send the browser back to its platform, or offer a tab of its own first.

    ``classes/lti/open.html``: ``platform``, ``parameters``.
    """
    platform = _platform(platform_id)
    given = request.POST if request.method == "POST" else request.GET
    if request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame", "embed", "object"):
        parameters = [(name, given[name][:2000]) for name in _PARAMETERS if name in given]
        response = render(request, "classes/lti/open.html", {"platform": platform, "parameters": parameters})
        ancestors = ["https:", "http:"] if settings.LTI_PRIVATE_PLATFORMS else ["https:"]
        response._csp_replace = {"frame-ancestors": ancestors}  # type: ignore[attr-defined]  # a link, no more
        return response
    config = DjangoToolConfig(platform.registration.uuid)
    handshake = DjangoOIDCLogin(request, config, launch_data_storage=DjangoCacheDataStorage())
    address = request.build_absolute_uri(reverse("lti:launch", args=[platform.pk]))
    try:
        return _response(handshake.redirect(address))
    except (OIDCException, LtiException) as error:
        return _refused(request, str(error), 400)


@csrf_exempt
@require_POST
def launch(request: HttpRequest, platform_id: UUID) -> HttpResponse:
    """End a launch: check what the platform signed, let its person in, and go where the link points."""
    platform = _platform(platform_id)
    config = DjangoToolConfig(platform.registration.uuid)
    message: Any = DjangoMessageLaunch(
        request,
        config,
        launch_data_storage=DjangoCacheDataStorage(),
        requests_session=outside.Session(),
    )
    try:
        message.validate()
        said = Launch.model_validate(message.get_launch_data())
        arrival = services.arrive(platform, said)
    except ValidationError as error:
        place = " / ".join(str(part) for part in error.errors()[0]["loc"])
        return _refused(
            request,
            gettext("The platform's message is not as LTI says, at {place}.").format(place=place),
            400,
        )
    except RequestException as error:
        return _refused(
            request, gettext("The platform's keys could not be read: {error}").format(error=error), 502
        )
    except (LtiException, *services.SHAPES) as error:
        return _refused(request, str(error), 400)
    request.session.flush()
    login(request, arrival.user, backend="django.contrib.auth.backends.ModelBackend")
    if message.is_deep_link_launch():
        request.session[DEEP_LINK] = {
            str(platform.pk): {"settings": said.deep_linking, "deployment": said.deployment_id}
        }
        return redirect("lti:choose", platform_id=platform.pk)
    exercise = exercise_of(platform, said)
    if exercise is None:
        return redirect(platform.course)
    services.remember_column(platform, arrival, exercise, said)
    return redirect("classes:exercise", exercise_id=exercise.pk)


def exercise_of(platform: Platform, said: Launch) -> Exercise | None:
    """Return the exercise a link of this course names; None: it names none, or one that is gone."""
    try:
        key = UUID(str(said.custom.get("exercise", "")))
    except ValueError:
        return None
    return Exercise.objects.filter(course=platform.course, pk=key).first()


def _platform(platform_id: UUID) -> Platform:
    found = Platform.objects.filter(
        pk=platform_id, registration__is_active=True, course__archived=None
    ).select_related("course", "registration")
    platform = found.first()
    if platform is None:
        raise Http404("There is no such platform.")
    return platform


def _response(value: Any) -> HttpResponse:
    assert isinstance(value, HttpResponse)
    return value


def _refused(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """Say why a launch failed. ``classes/lti/refused.html``: ``words``."""
    return render(request, "classes/lti/refused.html", {"words": words[:500]}, status=status)
