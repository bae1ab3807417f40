"""Addresses of the API, under ``/api/v1/``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sandbox.api.api import api
from sandbox.api.errors import error


def _in_one_shape(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the framework's own answer to a wrong method the shape of all errors."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        shaped = error(405, gettext("{method} is not possible here.").format(method=request.method))
        shaped["Allow"] = response.get("Allow", "")
        return shaped

    return answer


app_name = "api"

_patterns, _, _ = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        # The framework would answer every method with the description.
        _view = require_safe(_pattern.callback) if _pattern.name == "openapi-json" else _pattern.callback
        _pattern.callback = _in_one_shape(_view)

urlpatterns = _patterns
