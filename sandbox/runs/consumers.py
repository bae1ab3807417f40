"""The socket of a run: checks rights, relays the table, takes three kinds of messages."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404
from django.utils.translation import gettext

from sandbox.runs import access, feed, queries, services
from sandbox.runs.events import Error, Hello, StateMessage, encode
from sandbox.runs.models import Run, State
from sandbox.runs.queries import RunPayload

NOT_FOUND: Final = 4404
TOO_BIG: Final = 1009
TOO_MANY: Final = 1008
BROKEN: Final = 1011

MAX_MESSAGE_CHARS: Final = 4_096
COMMANDS: Final = 20
"""So many commands are taken from one socket ..."""
COMMANDS_S: Final = 10.0
"""... within so many seconds."""

_ORDER: Final[dict[str, int]] = {State.QUEUED: 0, State.RUNNING: 1}
"""A run goes through its states in this order; all others are its end."""

log = logging.getLogger(__name__)

Find = Callable[..., Run]
"""``find(user, **url_arguments)``: the run, or Http404."""


class RunConsumer(AsyncWebsocketConsumer):
    """Relays one run to one browser.

    Sends ``hello``, then every stored event behind ``?after=`` in order, then what comes, and ``state``
    when the run changes its state, always after the events that belong to it. Events come from the feed
    of the run at the speed of the browser, as many in a message as wait.

    Rights are checked at connect, at every command, and by the feed about every second; whoever may not
    see the run (any more) gets close code 4404.
    """

    # Hints come through the feed, which survives a channel layer that is away.
    channel_layer_alias = None  # type: ignore[assignment]

    def __init__(self, find: Find = access.run_read, may_cancel: bool = True) -> None:
        """Keep how the run is found and whether this socket may cancel it."""
        super().__init__()
        self._find_run = find
        self._may_cancel = may_cancel
        self._resume_after: int | None = None
        self._commands: deque[float] = deque()
        self._feed: feed.Feed | None = None
        self._left = False
        self._relay_task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept, so that a refusal has a close code; then relay or refuse."""
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[0]
        after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        try:
            run = await database_sync_to_async(lambda: queries.payload(self._look()))()
        except Http404:
            await self.accept()
            await self.close(NOT_FOUND)
            return
        await self.accept()
        self._relay_task = asyncio.create_task(self._relay(run, after))

    async def disconnect(self, code: int) -> None:
        """Stop relaying."""
        self._left = True
        if self._relay_task:
            self._relay_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._relay_task

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message: ``cancel``, ``resume`` with ``after``, or ``command`` with one for a live run."""
        if len(text_data or bytes_data or "") > MAX_MESSAGE_CHARS:
            await self.close(TOO_BIG)
            return
        if self._too_many_commands():
            await self.close(TOO_MANY)
            return
        command = _parse(text_data)
        try:
            run = await self._find()
            if command.get("type") == "cancel":
                await self._cancel(run)
            elif command.get("type") == "resume" and _is_seq(command.get("after")):
                self._resume_after = command["after"]
                if self._feed:
                    self._feed.wake()
            elif command.get("type") == "command":
                await self._command(run, command.get("command"))
            else:
                await self._error(
                    gettext(
                        "A message is a JSON object: {type: cancel}, {type: resume, after: number} or {type: "
                        "command, command: {...}}."
                    )
                )
        except Http404:
            await self.close(NOT_FOUND)

    async def _cancel(self, run: Run) -> None:
        if not self._may_cancel:
            await self._error(gettext("Only its owner can cancel this run."))
            return
        try:
            await database_sync_to_async(services.cancel_asked)(run)
        except services.Over as error:
            await self._error(str(error))

    async def _command(self, run: Run, command: Any) -> None:
        if not self._may_cancel:
            await self._error(gettext("Only who may write the scenario can steer this run."))
            return
        try:
            person: Any = self.scope["user"]
            await database_sync_to_async(services.command)(run, person, command)
        except (services.BadParameters, services.Over, services.TooManyCommands) as error:
            await self._error(str(error))

    def _look(self) -> Run:
        return self._find_run(self.scope["user"], **self.scope["url_route"]["kwargs"])

    async def _find(self) -> Run:
        return await database_sync_to_async(self._look)()

    async def _relay(self, run: RunPayload, after: int) -> None:
        person: Any = self.scope["user"]
        who = (self._find_run, person.pk, *self.scope["url_route"]["kwargs"].values())
        try:
            async with feed.follow(run, who, self._look) as self._feed:
                await self._say(Hello(type="hello", run=run))
                await self._pass_on(self._feed, who, run, after)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("the socket of run %s broke", run["id"])
            await self.close(BROKEN)

    async def _pass_on(self, news: feed.Feed, who: Hashable, run: RunPayload, after: int) -> None:
        """Send what comes until the socket may not see the run any more; then close."""
        said = run["state"]
        # A task that is cancelled while it reads may not hear of it.
        while not self._left:
            if news.broken or not news.may_see(who):
                await self.close(BROKEN if news.broken else NOT_FOUND)
                return
            if self._resume_after is not None:
                after, self._resume_after = self._resume_after, None
            turn, current = news.turn, news.run
            if after < news.ring.last:
                text, reached = news.ring.behind(after) or await self._stored(run, after)
                if reached > after:
                    after = reached
                    await self.tell(text)
                    continue
            elif _ORDER.get(current["state"], 2) > _ORDER.get(said, 2):
                said = current["state"]
                await self._say(StateMessage(type="state", run=current))
                continue
            await news.after(turn)

    async def _stored(self, run: RunPayload, after: int) -> tuple[str, int]:
        """Return what the ring does not keep any more; nothing before a hole."""
        texts = await database_sync_to_async(feed.stored)(UUID(run["id"]), after)
        return feed.message(texts), after + len(texts)

    async def tell(self, text: str) -> None:
        """Send a message, unless the browser left meanwhile: ``disconnect`` comes next then.

        Without what Channels does to it first: this is done for each event and browser.
        """
        with _unless_gone():
            await AsyncConsumer.send(self, {"type": "websocket.send", "text": text})

    async def close(self, *args: Any, **kwargs: Any) -> None:
        """Close, unless the browser was faster."""
        with _unless_gone():
            await super().close(*args, **kwargs)

    async def _error(self, message: str) -> None:
        await self._say(Error(type="error", message=message))

    async def _say(self, message: Hello | StateMessage | Error) -> None:
        await self.tell(encode(message))

    def _too_many_commands(self) -> bool:
        moment = time.monotonic()
        while self._commands and self._commands[0] < moment - COMMANDS_S:
            self._commands.popleft()
        self._commands.append(moment)
        return len(self._commands) > COMMANDS


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """Let pass what a server raises where there is nobody any more.

    An OSError, where the browser left. A RuntimeError, where the server closed the socket by itself while a
    message waited: a browser that sleeps answers no ping. What else it might be is said in the log.
    """
    try:
        yield
    except OSError:
        pass
    except RuntimeError as error:
        log.info("a socket was closed before a message was sent: %s", error)


def _is_seq(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _parse(text: str | None) -> dict[str, Any]:
    try:
        command = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return command if isinstance(command, dict) else {}
