"""Every socket address of the site."""

from __future__ import annotations

from typing import Any

from django.urls import re_path

from sandbox.common.sockets import Nowhere
from sandbox.runs import routing as runs
from sandbox.sharing import routing as sharing

_nowhere: Any = Nowhere.as_asgi()  # re_path() is typed for views

websocket_urlpatterns = [
    *runs.websocket_urlpatterns,
    *sharing.websocket_urlpatterns,
    re_path("", _nowhere),
]
