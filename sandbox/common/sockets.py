"""What sockets have in common: the language of whoever opened one, and the address where there is none."""

from __future__ import annotations

from typing import Any, Final

from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import HttpRequest
from django.utils.translation import get_language_from_request, override

NOT_FOUND: Final = 4404


class Language:
    """Serves a socket in the language of the browser, as ``LocaleMiddleware`` does for pages.

    It stands behind what reads the cookies.
    """

    def __init__(self, inner: Any) -> None:
        """Keep what comes behind it."""
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Serve."""
        request = HttpRequest()
        request.COOKIES = dict(scope.get("cookies", {}))
        accepted = dict(scope.get("headers", ())).get(b"accept-language", b"")
        request.META["HTTP_ACCEPT_LANGUAGE"] = accepted.decode("latin-1")
        with override(get_language_from_request(request)):
            return await self.inner(scope, receive, send)


class Nowhere(AsyncWebsocketConsumer):
    """Accepts, so that the refusal has a close code, and closes with 4404."""

    channel_layer_alias = None  # type: ignore[assignment]

    async def connect(self) -> None:
        """Refuse."""
        await self.accept()
        await self.close(NOT_FOUND)
