"""Sockets of watchers that cost next to nothing, so that what is measured is the server and not its clients.

A library's client takes several times as long for a message as the server does; with 200 of them on one
machine the clients alone would be seen. These can only what a watcher needs: open, hear, stop reading.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from typing import Final, cast

TEXT: Final = 1
_CLOSE: Final = 8
_PING: Final = 9
_GOING: Final = b"\x88\x82\0\0\0\0\x03\xe9"
"""Code 1001, masked with zeros: a client must mask."""


class Socket(asyncio.Protocol):
    """One WebSocket of RFC 6455, for whole messages without extensions.

    Args:
        hear: is given the bytes of each message of text.
    """

    def __init__(self, request: bytes, hear: Callable[[bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gone = asyncio.Event()
        self._request, self._hear = request, hear
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no children of it
        self._transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        """Say that the server will not have it, unless it was open."""
        self._gone.set()
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("the server closed the socket"))

    def data_received(self, data: bytes) -> None:
        """Hear every whole message; keep the rest."""
        data = self._rest + data
        if not self.opened.done():
            data = self._after_answer(data)
        place = 0
        while self.opened.done() and (found := _frame(data, place)):
            kind, begin, place = found
            if kind == TEXT:
                self._hear(data[begin:place])
            elif kind == _PING:
                said = data[begin:place]  # 125 bytes at most
                self._transport.write(bytes([0x8A, 0x80 | len(said), 0, 0, 0, 0]) + said)
            elif kind == _CLOSE:
                self._transport.close()
        self._rest = data[place:]

    def stop_reading(self) -> None:
        """Leave everything that comes where it is, in the buffers of the system."""
        self._transport.pause_reading()

    async def close(self) -> None:
        """Go, and return when the server has let go as well: many at once would be work beside the next."""
        self._transport.resume_reading()
        self._transport.write(_GOING)
        await self._gone.wait()

    def _after_answer(self, data: bytes) -> bytes:
        head, whole, rest = data.partition(b"\r\n\r\n")
        if not whole:
            return data
        if b" 101 " in head.split(b"\r\n")[0]:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(head.decode("latin-1")))
        return rest


def _frame(data: bytes, place: int) -> tuple[int, int, int] | None:
    """Return kind, first byte and end of the frame at a place, or None where some of it is missing.

    Raises:
        ValueError: a message is in several frames; nobody here sends such.
    """
    if len(data) < place + 2:
        return None
    first, size, begin = data[place], data[place + 1], place + 2
    if not first & 0x80 or not first & 0x0F:
        raise ValueError("a message came in pieces")
    if size >= 126:
        begin += 2 if size == 126 else 8
        size = int.from_bytes(data[place + 2 : begin])
    end = begin + size
    return (first & 0x0F, begin, end) if len(data) >= end else None


async def opened(
    port: int, where: str, headers: Mapping[str, str], hear: Callable[[bytes], None], longest_s: float
) -> Socket:
    """Return a socket that the server has accepted.

    Args:
        where: path and query.

    Raises:
        ConnectionError: the server refuses it.
        TimeoutError: it says nothing.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET /{where} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    request = "\r\n".join([*lines, "", ""]).encode()
    async with asyncio.timeout(longest_s):
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: Socket(request, hear), "127.0.0.1", port
        )
        await socket.opened
    return socket
