"""Socket addresses of shared runs: the same socket, found by token, to look at only."""

from __future__ import annotations

from typing import Any

from django.urls import path

from sandbox.runs.consumers import RunConsumer
from sandbox.runs.models import Run
from sandbox.sharing.access import shared_run


def _find(user: Any, token: str, run_id: str) -> Run:
    return shared_run(token, run_id)


_socket: Any = RunConsumer.as_asgi(find=_find, may_cancel=False)  # path() is typed for views

websocket_urlpatterns = [path("ws/shared/<str:token>/runs/<str:run_id>/", _socket)]
