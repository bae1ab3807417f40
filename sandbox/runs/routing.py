"""Socket addresses of runs."""

from __future__ import annotations

from typing import Any

from django.urls import path

from sandbox.runs.consumers import RunConsumer

_socket: Any = RunConsumer.as_asgi()  # path() is typed for views

websocket_urlpatterns = [path("ws/runs/<str:run_id>/", _socket)]
