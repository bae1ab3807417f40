"""What comes of a run, read once for all the sockets of a process.

Each watched run has one reader here. It takes the events that hints bring, and reads the table where they
bring none or leave a gap; it keeps the newest events as text in a ring and wakes the sockets. A socket holds
a number alone, and takes what lies behind it from the ring, or from the table where the ring does not reach
back. So a slow browser costs one number and no queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from itertools import islice
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.http import Http404

from sandbox.runs import fanout, queries
from sandbox.runs.events import encode
from sandbox.runs.models import OPEN, Kind, State
from sandbox.runs.queries import RunPayload

EVENTS_AT_ONCE: Final = 500
"""So many events are in one message at most."""
RING_EVENTS: Final = 2_000
RING_CHARS: Final = 1_000_000

_LOOK_WHILE_OPEN_S: Final = 1.0
_LOOK_WHEN_DONE_S: Final = 15.0

log = logging.getLogger(__name__)

Check = Callable[[], object]
"""Raises Http404 when its sockets may not see the run (any more)."""


class Ring:
    """The newest events of a run as text: without holes, bounded in number and length."""

    def __init__(self, last: int) -> None:
        """Begin empty behind the event number ``last``."""
        self.last = last
        self._texts: deque[str] = deque()
        self._chars = 0
        self._made = (-1, -1, "")

    def add(self, texts: Sequence[str]) -> None:
        """Append the texts of the next events, and forget the oldest where there are too many."""
        self._texts.extend(texts)
        self.last += len(texts)
        self._chars += sum(map(len, texts))
        while len(self._texts) > RING_EVENTS or self._chars > RING_CHARS:
            self._chars -= len(self._texts.popleft())

    def behind(self, after: int) -> tuple[str, int] | None:
        """Return a message with what comes behind a number and its last number; None: not kept any more.

        The message made last is kept, as most sockets stand at the same number.
        """
        if self._made[:2] != (after, self.last):
            skipped = after - (self.last - len(self._texts))
            if skipped < 0:
                return None
            found = list(islice(self._texts, skipped, skipped + EVENTS_AT_ONCE))
            if len(found) < self.last - after:
                return message(found), after + len(found)
            self._made = (after, self.last, message(found))
        return self._made[2], self.last


class Feed:
    """The run for the sockets of this process; made and ended by ``follow``."""

    def __init__(self, run: RunPayload) -> None:
        """Begin behind the events the row speaks of, in the loop that runs."""
        self.run = run
        self.broken = False
        self.turn = 0
        self._looking = False
        self.ring = Ring(run["last_seq"])
        self._run_id = UUID(run["id"])
        self._loop = asyncio.get_running_loop()
        self._waiting: list[asyncio.Future[None]] = []
        self._check_now = asyncio.Event()
        self._checked = time.monotonic()
        self._checks: dict[Hashable, tuple[Check, int]] = {}
        self._refused: set[Hashable] = set()
        self._task: asyncio.Task[None] | None = None

    def may_see(self, who: Hashable) -> bool:
        """Return whether these sockets could see the run when they were last checked."""
        return who not in self._refused

    def wake(self) -> None:
        """Let all sockets look at the feed again."""
        self.turn += 1
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():  # its socket was closed meanwhile
                one.set_result(None)

    def after(self, turn: int) -> asyncio.Future[None]:
        """Return what is done once there was news since ``turn``; for one socket alone, which may cancel it.

        A future for each and nothing around it: it is made anew for each event and browser. Asking which
        loop runs is a call of the system, a tenth of what a delivery costs.
        """
        one: asyncio.Future[None] = self._loop.create_future()
        if turn == self.turn:
            self._waiting.append(one)
        else:
            one.set_result(None)
        return one

    def join(self, who: Hashable, check: Check) -> None:
        """Take a socket, which was checked just now; the first one starts the reader."""
        self._refused.discard(who)
        self._checks[who] = (check, self._checks.get(who, (check, 0))[1] + 1)
        self._task = self._task or asyncio.create_task(self._work())

    def leave(self, who: Hashable) -> asyncio.Task[None] | None:
        """Let a socket go; after the last one return the reader, which is to be ended."""
        check, count = self._checks.pop(who)
        if count > 1:
            self._checks[who] = (check, count - 1)
        return None if self._checks else self._task

    async def _work(self) -> None:
        try:
            async with fanout.Hints(self._run_id, self._take) as hints, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read_on(hints))
                tasks.create_task(self._check_on())
        except* Exception as errors:
            log.exception("the feed of run %s broke", self._run_id, exc_info=errors)
            self.broken = True
            self.wake()

    async def _read_on(self, hints: fanout.Hints) -> None:
        hint = fanout.LOOK
        while self._checks:
            news = self._told(hint)
            # The row is read behind its events: its state never runs ahead of what belongs to it.
            if not news or hint.state != self.run["state"]:
                news = await self._look() or news
            # A hint without an event may mean that somebody's rights changed.
            if not news or time.monotonic() - self._checked >= self._interval():
                self._check_now.set()
            # A task that is cancelled while it reads or is hinted at may not hear of it.
            if self._checks:
                hint = await hints.wait(self._interval())

    def _take(self, hint: fanout.Hint) -> bool:
        """Take a hint while the reader waits, so that its events are on their way before it runs.

        A new state is left to it: it reads the row, and finds the events of the hint known.
        """
        return not self._looking and self._told(hint) and hint.state == self.run["state"]

    def _told(self, hint: fanout.Hint) -> bool:
        """Take the events a hint brings; False where there are none, or some are missing before them.

        Those of a grading are read, for what may be told of them can have changed.
        """
        known = self.ring.last - hint.after
        if not hint.texts or known < 0 or self.run["kind"] == Kind.GRADE:
            return False
        if known < len(hint.texts):
            self.ring.add(hint.texts[known:])
            self.wake()
        return True

    async def _look(self) -> bool:
        """Read what the table has, and return whether it had events; it may be more than a message takes."""
        read = database_sync_to_async(_read)
        said, found = None, False
        self._looking = True  # what a hint brings meanwhile, the table may bring as well
        while True:
            row, texts = await read(self._run_id, self.ring.last, self.run["state"])
            said = said or row
            found = found or bool(texts)
            self.ring.add(texts)
            if len(texts) < EVENTS_AT_ONCE:
                break
            self.wake()
        self._looking = False
        self.run = said or self.run
        self.wake()
        return found

    async def _check_on(self) -> None:
        """Check all sockets when the reader says so; apart from it, so that many checks delay no event."""
        may_see = database_sync_to_async(_may_see)
        while self._checks:
            await self._check_now.wait()
            self._check_now.clear()
            self._checked = time.monotonic()
            for who, (check, _) in list(self._checks.items()):
                if not await may_see(check):
                    self._refused.add(who)
                    self.wake()

    def _interval(self) -> float:
        return _LOOK_WHILE_OPEN_S if self.run["state"] in OPEN else _LOOK_WHEN_DONE_S


_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Feed]] = WeakKeyDictionary()


@contextlib.asynccontextmanager
async def follow(run: RunPayload, who: Hashable, check: Check) -> AsyncIterator[Feed]:
    """Yield the feed of a run, one per process and run.

    Args:
        run: the run as it was when the socket was checked at connect.
        who: sockets that say the same here have the same rights, and are checked together.
        check: checks them, in a thread of the database.
    """
    feeds = _feeds.setdefault(asyncio.get_running_loop(), {})
    feed = feeds.get(run["id"])
    if feed is None or feed.broken:
        feed = feeds[run["id"]] = Feed(run)
    feed.join(who, check)
    try:
        yield feed
    finally:
        if (reader := feed.leave(who)) is not None:
            if feeds.get(run["id"]) is feed:
                del feeds[run["id"]]
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader


def message(texts: Sequence[str]) -> str:
    """Return the message ``Events`` of events that are text already."""
    return '{"type":"events","events":[' + ",".join(texts) + "]}"


def stored(run_id: UUID, after: int) -> list[str]:
    """Return the next events behind a number as text, ``EVENTS_AT_ONCE`` at most; one query."""
    return [encode(event) for event in queries.events_after(run_id, after, EVENTS_AT_ONCE)]


def _may_see(check: Check) -> bool:
    try:
        check()
    except Http404:
        return False
    return True


def _read(run_id: UUID, after: int, state: str) -> tuple[RunPayload | None, list[str]]:
    """Return the run, where its state may be another one than we know, and the next events."""
    if state == State.RUNNING:
        # A run that has begun changes its state together with its last event only; this saves its row.
        found = queries.events_after(run_id, after, EVENTS_AT_ONCE)
        if found and found[-1]["event"] != "run.finished":
            return None, [encode(event) for event in found]
    run = queries.visible().filter(pk=run_id).first()
    return queries.payload(run) if run else None, stored(run_id, after)
