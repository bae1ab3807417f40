"""Sockets of the bench's watchers: every message is heard, however the bytes come."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.sockets import Socket

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Transport:
    """Keeps what a socket writes."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True


def frame(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes([size])
    elif size < 1 << 16:
        head = b"\x7e" + size.to_bytes(2)
    else:
        head = b"\x7f" + size.to_bytes(8)
    return bytes([0x80 | kind]) + head + payload


def heard(pieces: list[bytes]) -> tuple[list[bytes], Transport, Socket]:
    """Return the messages a socket hears of pieces that come one after the other."""

    async def listen() -> tuple[list[bytes], Transport, Socket]:
        messages: list[bytes] = []
        transport, socket = Transport(), Socket(b"", messages.append)
        socket.connection_made(cast(asyncio.Transport, transport))
        for piece in pieces:
            socket.data_received(piece)
        return messages, transport, socket

    return asyncio.run(listen())


@given(st.lists(st.sampled_from((0, 1, 125, 126, 300, 70_000)), max_size=4), st.lists(st.integers(0, 72_000)))
def test_messages_are_heard_whole_and_in_order(sizes: list[int], cuts: list[int]) -> None:
    said = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    data = ACCEPTED + b"".join(frame(1, each) for each in said)
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[begin:end] for begin, end in pairwise(places)]
    assert heard(pieces)[0] == said


def test_a_ping_is_answered_with_what_it_says() -> None:
    _, transport, _ = heard([ACCEPTED, frame(9, b"here")])
    assert transport.written[1:] == [b"\x8a\x84\0\0\0\0here"]


def test_the_server_may_close() -> None:
    messages, transport, _ = heard([ACCEPTED, frame(1, b"last") + frame(8, b"\x03\xe8")])
    assert (messages, transport.closed) == ([b"last"], True)


def test_a_refusal_says_what_the_server_said() -> None:
    async def refused() -> None:
        socket = Socket(b"", lambda _: None)
        socket.connection_made(cast(asyncio.Transport, Transport()))
        socket.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        await socket.opened

    with pytest.raises(ConnectionError, match="403 Forbidden"):
        asyncio.run(refused())


def test_a_message_in_pieces_is_an_error() -> None:
    with pytest.raises(ValueError, match="in pieces"):
        heard([ACCEPTED, b"\x01\x01x"])
