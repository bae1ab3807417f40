"""Hints that a run has news, from workers to sockets.

A hint brings the events it is about as text, so that nobody needs to read the table for what has just been
stored. But the table is the truth: a hint may be lost, doubled or late, and one that does not fit behind what
is known, or brings nothing, only says that the table has more. Nobody outside this module knows how hints
travel (today: groups of the channel layer).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple
from uuid import UUID

from channels.layers import get_channel_layer

HINT_CHARS: Final = 64_000
"""A hint with more text than this brings none."""

_SEND_TIMEOUT_S: Final = 2.0
_LISTEN_AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)


class Hint(NamedTuple):
    """News of a run: the next events behind number ``after`` as text, and the state the run has with them."""

    after: int
    texts: Sequence[str]
    state: str

    def then(self, later: Hint) -> Hint:
        """Return one hint for two; it brings nothing where they do not join, or are too long together."""
        texts = [*self.texts, *later.texts]
        joins = self.texts and later.texts and later.after == self.after + len(self.texts)
        fits = sum(map(len, texts)) <= HINT_CHARS
        return Hint(self.after, texts, later.state) if joins and fits else LOOK


LOOK: Final = Hint(0, (), "")
"""Brings nothing: look at the table."""


def group(run_id: UUID) -> str:
    """Return the name of a run's group: ``run.<uuid>``."""
    return f"run.{run_id}"


class _Sender:
    """Sends hints from one thread of its own, so that a worker never waits for the channel layer.

    One per process: a forked child makes a new one. At most one hint per run waits at a time: what comes
    meanwhile joins it.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._waiting: dict[UUID, Hint] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="run-hints", daemon=True).start()

    def send(self, run_id: UUID, hint: Hint) -> None:
        with self._lock:
            if (waiting := self._waiting.get(run_id)) is not None:
                self._waiting[run_id] = waiting.then(hint)
                return
            self._waiting[run_id] = hint
        asyncio.run_coroutine_threadsafe(self._send(run_id), self._loop)

    async def _send(self, run_id: UUID) -> None:
        with self._lock:
            after, texts, state = self._waiting.pop(run_id)
        try:
            layer: Any = get_channel_layer()
            message = {"type": "run.hint", "after": after, "texts": list(texts), "state": state}
            await asyncio.wait_for(layer.group_send(group(run_id), message), _SEND_TIMEOUT_S)
        except Exception as error:
            # The table has it all; browsers look there by themselves every second while a run is open.
            log.warning("a hint for run %s was not sent: %r", run_id, error)


_sender: _Sender | None = None
_sender_lock = threading.Lock()


def hint(run_id: UUID, news: Hint = LOOK) -> None:
    """Tell the sockets of a run that there is news. Returns at once, never raises."""
    global _sender
    with _sender_lock:
        if _sender is None or _sender.pid != os.getpid():
            _sender = _Sender()
    _sender.send(run_id, news)


class Hints:
    """Hints of one run: ``async with Hints(run_id) as hints: await hints.wait(1.0)``.

    Hints that come while nobody waits are one hint. A channel layer that is away is tried again
    every second; that some may have been missed meanwhile is a hint as well.
    """

    def __init__(self, run_id: UUID) -> None:
        """Keep the run; nothing is heard before ``async with``."""
        self._group = group(run_id)
        self._waiting: Hint | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Hints:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def hear(self, hint: Hint) -> None:
        """Take a hint for whoever waits."""
        self._waiting = self._waiting.then(hint) if self._waiting else hint
        self._news.set()

    async def wait(self, timeout_s: float) -> Hint:
        """Return what came since the last call, or ``LOOK`` after the time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        self._news.clear()
        found, self._waiting = self._waiting, None
        return found or LOOK

    async def _listen(self) -> None:
        while True:
            layer: Any = get_channel_layer()
            channel = None
            try:
                channel = await layer.new_channel()
                await layer.group_add(self._group, channel)
                self.hear(LOOK)
                while True:
                    said = await layer.receive(channel)
                    self.hear(Hint(said["after"], said["texts"], said["state"]))
            except asyncio.CancelledError:
                if channel:
                    with contextlib.suppress(Exception):
                        await asyncio.wait_for(layer.group_discard(self._group, channel), _SEND_TIMEOUT_S)
                raise
            except Exception as error:
                log.warning("hints of %s are not heard, trying again: %r", self._group, error)
                await asyncio.sleep(_LISTEN_AGAIN_S)
