"""Who is asking, how large the request may be, and how often one may ask."""

from __future__ import annotations

import json
import logging
import math
from typing import Any, Final, NoReturn

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja.errors import HttpError
from ninja.parser import Parser
from ninja.security import APIKeyCookie
from ninja.throttling import SimpleRateThrottle

from sandbox.accounts.models import User
from sandbox.api.errors import Refusal

MAX_BODY_BYTES: Final = 8_000_000

SIGNED_OUT: Final = _("You are signed out. Sign in or continue as a guest, then try again.")
STALE_PAGE: Final = _("This page has gone out of date. Reload the page and try again.")

log = logging.getLogger(__name__)


class Visitor(APIKeyCookie):
    """Lets everybody through who passes the CSRF check; ``access`` decides what they see.

    A request that changes something needs the CSRF header, with or without a session. A body that is too
    large is refused before it is parsed.
    """

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Check the size before the CSRF check, which may read the body."""
        _check_size(request)
        try:
            return super().__call__(request)
        except HttpError as refused:
            if refused.status_code != 403:
                raise
            raise Refusal(403, str(STALE_PAGE), code="csrf") from refused

    def authenticate(self, request: HttpRequest, key: str | None) -> User | AnonymousUser:
        """Return the person, signed in or not."""
        return request.user


class SignedIn(Visitor):
    """Lets signed-in people through. Others get 401 before anything is looked up, so every id looks alike."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User:
        """Return who is signed in; raises 401."""
        return person(request)


def person(request: HttpRequest) -> User:
    """Return who is signed in.

    Raises:
        Refusal: 401, nobody is.
    """
    if not request.user.is_authenticated:
        raise Refusal(401, str(SIGNED_OUT))
    return request.user


def _check_size(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        raise Refusal(411, gettext("Send the length of the body."))
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        raise Refusal(
            413, gettext("A request may have {limit} MB at most.").format(limit=MAX_BODY_BYTES // 1_000_000)
        )


class StrictJson(Parser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, no Infinity. What is wrong is said with line and column."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; on an error, leave the sentence for ``errors`` on the request."""
        try:
            return json.loads(
                request.body.decode(),
                object_pairs_hook=_object,
                parse_constant=_no_constant,
                parse_float=_finite,
            )
        except _DuplicateKey as found:
            message = gettext(
                "The body has the key {found} twice in one object; each key may be there once."
            ).format(found=found)
            request.unreadable_code = "duplicate-key"  # type: ignore[attr-defined]
        except json.JSONDecodeError as found:
            message = gettext("The body is not JSON: {msg} at line {lineno}, column {colno}.").format(
                msg=found.msg, lineno=found.lineno, colno=found.colno
            )
        except RecursionError:
            message = gettext("The JSON in the body is nested too deeply.")
        except UnicodeDecodeError:
            message = gettext("The body is not UTF-8 text.")
        except ValueError as found:
            message = gettext("The body is not JSON: {found}.").format(found=found)
        request.unreadable_body = message  # type: ignore[attr-defined]
        raise ValueError(message)


class _DuplicateKey(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _DuplicateKey(repr(key[:80]))
        made[key] = value
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    if math.isinf(value := float(text)):
        raise ValueError(f"{text[:40]} is out of range")
    return value


class PerPerson(SimpleRateThrottle):
    """So many requests of one scope per person, or per address where nobody is signed in."""

    def __init__(self, scope: str, rate: str) -> None:
        """Keep the scope, which separates the counts."""
        self.scope = scope
        super().__init__(rate)

    def get_cache_key(self, request: HttpRequest) -> str:
        """Return who is counted."""
        who = (
            f"u{request.user.pk}" if request.user.is_authenticated else f"a{request.META.get('REMOTE_ADDR')}"
        )
        return f"api:{self.scope}:{who}"

    def allow_request(self, request: HttpRequest) -> bool:
        """Count; allow while the cache is away, for the limit only keeps the machine comfortable."""
        try:
            return bool(super().allow_request(request))
        except Exception:
            log.warning("the rate of %s was not counted", self.scope, exc_info=True)
            return True
