"""Hints that a run has news, from workers to sockets.

A hint brings the events it is about as text, so that nobody needs to read the table for what has just been
stored. But the table is the truth: a hint may be lost, doubled or late, and one that does not fit behind what
is known, or brings nothing, only says that the table has more. Nobody outside this module knows how hints
travel: Redis publishes them to a channel for each run. Not through the channel layer, which takes several
times as long for it (`docs/performance.md`, G10).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import redis
from django.conf import settings
from redis import asyncio as redis_asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

HINT_CHARS: Final = 64_000
"""A hint with more text than this brings none."""

_ANSWER_S: Final = 2.0
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

    def as_bytes(self) -> bytes:
        """Return it as it travels: a line for each event; JSON has no line feed of its own."""
        return "\n".join((f"{self.after} {self.state}", *self.texts)).encode()


LOOK: Final = Hint(0, (), "")
"""Brings nothing: look at the table."""


def from_bytes(data: bytes) -> Hint:
    """Return the hint that ``as_bytes`` wrote; ``LOOK`` for what it cannot have written."""
    try:
        head, *texts = data.decode().split("\n")
        after, state = head.split(" ")
        return Hint(int(after), texts, state)
    except ValueError:
        return LOOK


def _channel(run_id: UUID) -> bytes:
    return f"run.{run_id}".encode()


class _Sender:
    """Sends hints: at once while Redis answers, and from a thread of its own while it does not.

    So whoever has news waits for Redis once in an outage at most, and never for somebody else's hint. One per
    process: a forked child makes a new one. At most one hint per run waits for the thread at a time: what
    comes meanwhile joins it.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._client: redis.Redis | None = None
        self._answers = True
        self._sends = threading.Lock()
        self._waiting: dict[UUID, Hint] = {}
        self._lock = threading.Lock()
        self._runs: SimpleQueue[UUID] = SimpleQueue()
        threading.Thread(target=self._send_on, name="run-hints", daemon=True).start()

    def send(self, run_id: UUID, hint: Hint) -> None:
        if self._answers and not self._waiting and self._sends.acquire(blocking=False):
            try:
                self._publish(run_id, hint)
            finally:
                self._sends.release()
            if self._answers:
                return
        with self._lock:
            waiting = self._waiting.get(run_id)
            self._waiting[run_id] = waiting.then(hint) if waiting else hint
        if not waiting:
            self._runs.put(run_id)

    def _send_on(self) -> None:
        while True:
            run_id = self._runs.get()
            with self._sends:
                with self._lock:
                    hint = self._waiting.pop(run_id)
                self._publish(run_id, hint)

    def _publish(self, run_id: UUID, hint: Hint) -> None:
        try:
            self._client = self._client or redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=_ANSWER_S,
                socket_connect_timeout=_ANSWER_S,
                retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),  # a Redis that hangs is asked once
                single_connection_client=True,  # asking a pool for one takes as long as sending
            )
            self._client.publish(_channel(run_id), hint.as_bytes())
            self._answers = True
        except Exception as error:
            # Of any kind: an error that got out would end a run, or the thread, and no later hint would be
            # sent. The table has it all; browsers look there by themselves every second while a run is open.
            # That the time of a task is over may be raised here too; who does a run looks at its time itself.
            self._answers = False
            log.warning("a hint for run %s was not sent: %r", run_id, error)


_sender: _Sender | None = None
_sender_lock = threading.Lock()


def hint(run_id: UUID, news: Hint = LOOK) -> None:
    """Tell the sockets of a run that there is news. Never raises.

    Waits for Redis once in an outage, some seconds at most.
    """
    global _sender
    with _sender_lock:
        if _sender is None or _sender.pid != os.getpid():
            _sender = _Sender()
    _sender.send(run_id, news)


class Hints:
    """Hints of one run: ``async with Hints(run_id, take) as hints: await hints.wait(1.0)``.

    ``take`` is called with a hint at once and says whether nothing else is to be done about it; what is left
    is waited for. Hints that come while nobody waits are one hint. When Redis begins to tell, at first or
    again, some may have been missed before; so that is a hint as well. While it is away it is tried again
    every second.
    """

    def __init__(self, run_id: UUID, take: Callable[[Hint], bool]) -> None:
        """Keep the run; nothing is heard before ``async with``."""
        self.channel = _channel(run_id)
        self._take = take
        self._waiting: Hint | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Hints:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._line = _lines.get(loop) or _lines.setdefault(loop, _Line())
        await self._line.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self._line.remove(self)

    def hear(self, hint: Hint) -> None:
        """Have a hint taken, or keep it for whoever waits; none is taken before an earlier one."""
        try:
            if self._waiting is None and self._take(hint):
                return
        except Exception:  # who waits meets it again; other runs are heard on the same connection
            log.exception("a hint was not taken")
        self._waiting = self._waiting.then(hint) if self._waiting else hint
        self._news.set()

    async def wait(self, timeout_s: float) -> Hint:
        """Return what came since the last call and was not taken, or ``LOOK`` after the time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        self._news.clear()
        found, self._waiting = self._waiting, None
        return found or LOOK


class _Line:
    """The one connection on which the hints of all runs come that are watched in an event loop."""

    def __init__(self) -> None:
        self._hearers: dict[bytes, set[Hints]] = {}
        self._open: Any = None  # redis-py's PubSub, while it listens
        self._task: asyncio.Task[None] | None = None

    async def add(self, hints: Hints) -> None:
        known = self._hearers.setdefault(hints.channel, set())
        known.add(hints)
        self._task = self._task or asyncio.create_task(self._listen())
        if len(known) > 1:
            hints.hear(LOOK)
        elif self._open:
            with contextlib.suppress(
                redis.RedisError, OSError
            ):  # who listens notices as well, and begins anew
                await self._open.subscribe(hints.channel)

    async def remove(self, hints: Hints) -> None:
        known = self._hearers[hints.channel]
        known.discard(hints)
        if known:
            return
        del self._hearers[hints.channel]
        if self._hearers:
            if self._open:
                with contextlib.suppress(redis.RedisError, OSError):
                    await self._open.unsubscribe(hints.channel)
            return
        _lines.pop(asyncio.get_running_loop(), None)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while self._hearers:
            client = redis_asyncio.Redis.from_url(
                settings.REDIS_URL, socket_connect_timeout=_ANSWER_S, retry=AsyncRetry(NoBackoff(), 0)
            )
            try:
                async with client, client.pubsub() as opened:
                    while new := self._hearers.keys() - opened.channels.keys():
                        await opened.subscribe(*new)
                    self._open = opened
                    while self._hearers:
                        self._pass_on(await opened.get_message(timeout=None))
            except Exception as error:
                log.warning("hints of runs are not heard, trying again: %r", error)
            finally:
                self._open = None
            await asyncio.sleep(_LISTEN_AGAIN_S)

    def _pass_on(self, message: dict[str, Any] | None) -> None:
        if message is None or message["type"] not in ("subscribe", "message"):
            return
        hint = from_bytes(message["data"]) if message["type"] == "message" else LOOK
        for hints in self._hearers.get(message["channel"], ()):
            hints.hear(hint)


_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()
