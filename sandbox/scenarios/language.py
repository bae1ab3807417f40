"""The language of whoever is served, for pages, runs, sockets and the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.decorators import sync_only_middleware
from django.utils.translation import get_language, get_language_from_request, override
from django.utils.translation.trans_real import translation

import netcore


def engine_language(code: str | None) -> netcore.Language | None:
    """Return what the engine speaks in a language of ours; None: English, as it is written.

    The catalogue is asked directly: Django's ``gettext`` looks up the language anew for each of the many
    sentences of a walk, which would double its time.
    """
    if not code or code == settings.LANGUAGE_CODE:
        return None
    catalogue = translation(code)
    return netcore.Language(code, catalogue.gettext, catalogue.ngettext)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Let the sandbox and the engine speak a language inside of the block."""
    with override(code), netcore.speaking(engine_language(code)):
        yield


@sync_only_middleware
def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Let the engine speak the language of the request; it stands behind ``LocaleMiddleware``."""

    def served(request: HttpRequest) -> Any:
        with netcore.speaking(engine_language(get_language())):
            return get_response(request)

    return served


class Sockets:
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
        with speaking(get_language_from_request(request)):
            return await self.inner(scope, receive, send)
