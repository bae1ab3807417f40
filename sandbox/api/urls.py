"""Addresses of the API, under ``/api/v1/``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from sandbox.api.api import api
from sandbox.api.errors import NOT_FOUND, error


def _in_one_shape(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the framework's own answer to a wrong method the shape of all errors."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        shaped = error(405, f"{request.method} is not possible here.")
        shaped["Allow"] = response.get("Allow", "")
        return shaped

    return answer


@csrf_exempt
def _nothing_here(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return error(404, NOT_FOUND)


_patterns, app_name, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = _in_one_shape(_pattern.callback)

urlpatterns = [*_patterns, re_path(r"", _nothing_here)]
