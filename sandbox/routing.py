"""Every socket address of the site."""

from __future__ import annotations

from sandbox.runs import routing as runs
from sandbox.sharing import routing as sharing

websocket_urlpatterns = [*runs.websocket_urlpatterns, *sharing.websocket_urlpatterns]
