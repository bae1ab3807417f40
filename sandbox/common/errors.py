"""What a browser or a program gets when no view answers: pages for people, JSON for the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views import defaults


def json_error(status: int, code: str, message: str) -> JsonResponse:
    """Return an error in the API's shape: ``{"error": {"code", "message"}}``."""
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    if _is_api(request):
        return json_error(400, "bad_request", gettext("The request could not be read."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    if _is_api(request):
        return json_error(403, "denied", gettext("This is not allowed."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: what is missing and what is not theirs look the same."""
    if _is_api(request):
        return json_error(404, "not_found", gettext("There is nothing here, or it is not yours to see."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Answer 500."""
    if _is_api(request):
        return json_error(500, "internal", gettext("We made a mistake; it is in our log."))
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
