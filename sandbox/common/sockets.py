"""What all sockets share: the session of who opens one, and the socket of addresses where there is none."""

from __future__ import annotations

from typing import Any, Final

from channels.auth import AuthMiddleware
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.sessions import CookieMiddleware, InstanceSessionWrapper, SessionMiddleware

NOT_FOUND: Final = 4404


class _Session(SessionMiddleware):
    """The session for sockets, which only read it.

    The middleware of Channels looks at each message whether the session is to be saved with it. It never is
    with those of sockets, and looking takes a fifth of the time of a delivery.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Put the session into the scope; ``send`` stays as it is."""
        opened = InstanceSessionWrapper(scope, send)
        await opened.resolve_session()
        inner: Any = self.inner
        return await inner(opened.scope, receive, send)


def with_user(sockets: Any) -> Any:
    """Return an application for sockets that finds the person who opens one in ``scope["user"]``."""
    return CookieMiddleware(_Session(AuthMiddleware(sockets)))


class Nowhere(AsyncWebsocketConsumer):
    """Accepts, so that the refusal has a close code, and closes with 4404."""

    channel_layer_alias = None  # type: ignore[assignment]

    async def connect(self) -> None:
        """Refuse."""
        await self.accept()
        await self.close(NOT_FOUND)
