"""Hints that a run has news, from workers to sockets.

A hint carries nothing but the run: whoever gets one reads the table. So a hint may be lost, doubled or
late, and nobody outside this module knows how hints travel (today: groups of the channel layer).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from channels.layers import get_channel_layer

_SEND_TIMEOUT_S: Final = 2.0
_LISTEN_AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)


def group(run_id: UUID) -> str:
    """Return the name of a run's group: ``run.<uuid>``."""
    return f"run.{run_id}"


class _Sender:
    """Sends hints from one thread of its own, so that a worker never waits for the channel layer.

    One per process: a forked child makes a new one. At most one hint per run waits at a time.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._waiting: set[UUID] = set()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="run-hints", daemon=True).start()

    def send(self, run_id: UUID) -> None:
        with self._lock:
            if run_id in self._waiting:
                return
            self._waiting.add(run_id)
        asyncio.run_coroutine_threadsafe(self._send(run_id), self._loop)

    async def _send(self, run_id: UUID) -> None:
        with self._lock:
            self._waiting.discard(run_id)
        try:
            layer: Any = get_channel_layer()
            message = {"type": "run.hint"}
            await asyncio.wait_for(layer.group_send(group(run_id), message), _SEND_TIMEOUT_S)
        except Exception as error:
            # The table has it all; browsers look there by themselves every second while a run is open.
            log.warning("a hint for run %s was not sent: %r", run_id, error)


_sender: _Sender | None = None
_sender_lock = threading.Lock()


def hint(run_id: UUID) -> None:
    """Tell the sockets of a run that there is news. Returns at once, never raises."""
    global _sender
    with _sender_lock:
        if _sender is None or _sender.pid != os.getpid():
            _sender = _Sender()
    _sender.send(run_id)


class Hints:
    """Hints of one run for one socket: ``async with Hints(run_id) as hints: await hints.wait(1.0)``.

    Hints that come while the socket is busy are one hint. A channel layer that is away is tried again
    every second; what was missed meanwhile is one hint as well.
    """

    def __init__(self, run_id: UUID) -> None:
        """Keep the run; nothing is heard before ``async with``."""
        self._group = group(run_id)
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

    def wake(self) -> None:
        """Act as if a hint had come."""
        self._news.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when a hint came since the last call, or after the time."""
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout_s)
        self._news.clear()

    async def _listen(self) -> None:
        while True:
            layer: Any = get_channel_layer()
            channel = None
            try:
                channel = await layer.new_channel()
                await layer.group_add(self._group, channel)
                self._news.set()
                while True:
                    await layer.receive(channel)
                    self._news.set()
            except asyncio.CancelledError:
                if channel:
                    with contextlib.suppress(Exception):
                        await asyncio.wait_for(layer.group_discard(self._group, channel), _SEND_TIMEOUT_S)
                raise
            except Exception as error:
                log.warning("hints of %s are not heard, trying again: %r", self._group, error)
                await asyncio.sleep(_LISTEN_AGAIN_S)
