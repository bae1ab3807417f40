"""Asking addresses that other people wrote down: never inside our own network, never for long, never much."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext

TIMEOUT_S: Final = (5, 10)
MOST_BYTES: Final = 2_000_000


class Unreachable(requests.RequestException):
    """An address must not be asked, or answers too much; the message says why."""


def check(url: str) -> None:
    """Pass if an address may be asked: https to a public host.

    Raises:
        Unreachable: it may not.
    """
    parts = urlsplit(url)
    private = settings.LTI_PRIVATE_PLATFORMS
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Unreachable(gettext("{url!r:.120} is not an https address.").format(url=url))
    if not parts.hostname:
        raise Unreachable(gettext("{url!r:.120} names no host.").format(url=url))
    if private:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise Unreachable(
            gettext("There is no host {hostname:.120}.").format(hostname=parts.hostname)
        ) from error
    for *_, address in found:
        if not ip_address(str(address[0]).split("%", 1)[0]).is_global:
            raise Unreachable(
                gettext("{hostname:.120} is not on the Internet.").format(hostname=parts.hostname)
            )


class Session(requests.Session):
    """A session of requests that checks every address and bounds time and size of every answer."""

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask one address; redirections are not followed.

        Raises:
            requests.RequestException: it must not be asked, did not answer in time, or answered too much.
        """
        check(str(url))
        kwargs |= {"timeout": TIMEOUT_S, "allow_redirects": False, "stream": True}
        response = super().request(method, url, *args, **kwargs)
        body = bytearray()
        for part in response.iter_content(65_536):
            body += part
            if len(body) > MOST_BYTES:
                response.close()
                raise Unreachable(
                    gettext("{hostname} answers with too much.").format(hostname=urlsplit(str(url)).hostname)
                )
        response._content = bytes(body)
        return response
