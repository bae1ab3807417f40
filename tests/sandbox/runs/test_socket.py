"""The socket of a run: /ws/runs/<uuid>/."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from typing import Any
from unittest import mock

import redis
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from sandbox.asgi import application
from sandbox.runs import events, fanout, runner, services
from sandbox.runs.models import Event, Kind, Run, State
from sandbox.scenarios.models import Scenario
from tests.sandbox.base import CommittedTest

WAIT_S = 5


class Socket(WebsocketCommunicator):
    """A browser's socket with its session cookie and origin."""

    def __init__(self, path: str, client: Client, origin: str = "http://localhost") -> None:
        headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
        if settings.SESSION_COOKIE_NAME in client.cookies:
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={value}".encode()))
        super().__init__(application, path, headers=headers)

    async def open(self) -> Socket:
        """Connect; fail when it is refused."""
        connected, code = await self.connect(timeout=WAIT_S)
        assert connected, code
        return self

    async def message(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = json.loads(await self.receive_from(timeout=WAIT_S))
        return message

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages up to and with the first of a type."""
        found = []
        while not found or found[-1]["type"] != kind:
            found.append(await self.message())
        return found

    async def close_code(self) -> int:
        """Return the code the server closes with; messages before it are dropped."""
        while True:
            output = await self.receive_output(timeout=WAIT_S)
            if output["type"] == "websocket.close":
                return int(output["code"])


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of all events in messages, in order."""
    return [
        event["seq"] for message in messages if message["type"] == "events" for event in message["events"]
    ]


class SocketTest(CommittedTest):
    """The owner's finished or running trace."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def socket(self, run: Run, after: Any = None, client: Client | None = None) -> Socket:
        query = "" if after is None else f"?after={after}"
        return Socket(f"/ws/runs/{run.pk}/{query}", client or self.owner_client)

    async def test_says_hello_then_everything_stored(self) -> None:
        run = await sync_to_async(lambda: self.done(self.queued(self.made)))()
        socket = await self.socket(run).open()
        hello = await socket.message()
        assert (hello["type"], hello["run"]["id"], hello["run"]["state"]) == (
            "hello",
            str(run.pk),
            "succeeded",
        )
        stored = await socket.message()
        assert stored == {"type": "events", "events": await sync_to_async(self.log)(run)}
        await socket.disconnect()

    async def test_takes_commands_to_a_live_run(self) -> None:
        parameters = {"designs": ["balancer"], "protects": "fw1"}
        run = await sync_to_async(self.queued)(self.made, Kind.LIVE, parameters)
        socket = await self.socket(run).open()
        await socket.message()
        crash = {"kind": "inject", "step": {"kind": "crash", "vm": "fw1"}}
        for good, wrong in ((crash, {"kind": "dance"}), ({"kind": "end"}, None)):
            await socket.send_to(json.dumps({"type": "command", "command": good}))
            await socket.send_to(json.dumps({"type": "command", "command": wrong}))
            # Messages are taken in order, so behind this answer the good one is in the inbox.
            assert (await socket.message())["type"] == "error"
        done = await sync_to_async(self.done)(run)
        assert done.state == State.SUCCEEDED
        log = await sync_to_async(self.log)(run)
        said = [one for one in log if one["event"] == "live.command"]
        assert [(one["number"], one["command"]["kind"], one["accepted"]) for one in said] == [
            (1, "inject", True),
            (2, "end", True),
        ]
        await socket.send_to(json.dumps({"type": "command", "command": {"kind": "end"}}))
        messages = await socket.until("error")
        assert "over" in messages[-1]["message"]
        await socket.disconnect()

    async def test_goes_on_behind_the_last_number(self) -> None:
        run = await sync_to_async(lambda: self.done(self.queued(self.made)))()
        socket = await self.socket(run, run.last_seq - 2).open()
        assert numbers(await socket.until("events")) == [run.last_seq - 1, run.last_seq]
        await socket.disconnect()

    async def test_an_odd_number_means_from_the_start(self) -> None:
        run = await sync_to_async(lambda: self.done(self.queued(self.made)))()
        for after in ("-1", "x", "1e3", "", "9" * 30):
            socket = await self.socket(run, after).open()
            assert numbers(await socket.until("events"))[0] == 1, after
            await socket.disconnect()

    async def test_brings_what_comes_in_order_and_the_state_after_its_events(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        assert (await socket.message())["run"]["state"] == "queued"

        def work(run: Run) -> Iterator[dict[str, Any]]:
            for number in range(300):
                yield {"event": "step", "number": number}

        with mock.patch.object(runner, "work", work):
            await sync_to_async(runner.execute)(run.pk)
        messages = []
        while not messages or messages[-1].get("run", {}).get("state") != "succeeded":
            messages.append(await socket.message())
        assert numbers(messages) == list(range(1, 302))
        assert messages[-1]["type"] == "state"
        await socket.disconnect()

    async def test_a_hint_arrives_long_before_the_next_look(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        with mock.patch("sandbox.runs.feed._LOOK_WHILE_OPEN_S", 60.0):
            socket = await self.socket(run).open()
            await socket.message()
            await asyncio.sleep(0.3)  # the socket listens by then; nothing tells us when
            lease = await sync_to_async(runner.claim)(run.pk)
            assert lease
            await sync_to_async(lease.store)([{"event": "now"}])
            assert numbers(await socket.until("events")) == [1]
            await socket.disconnect()

    async def test_lost_hints_lose_nothing(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        await socket.message()
        with mock.patch.object(fanout, "hint"):
            run = await sync_to_async(self.done)(run)
            messages = []
            while run.last_seq not in numbers(messages):
                messages.append(await socket.message())
        assert numbers(messages) == list(range(1, run.last_seq + 1))
        await socket.disconnect()

    async def test_a_redis_that_is_away_loses_nothing(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        with self.settings(REDIS_URL="redis://127.0.0.1:1/0"), mock.patch.object(fanout, "_sender", None):
            socket = await self.socket(run).open()
            run = await sync_to_async(self.done)(run)
            messages: list[dict[str, Any]] = []
            while run.last_seq not in numbers(messages):
                messages.append(await socket.message())
            await socket.disconnect()
        assert numbers(messages) == list(range(1, run.last_seq + 1))

    async def test_hints_are_heard_again_when_the_connection_to_redis_was_lost(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        client = redis.Redis.from_url(settings.REDIS_URL)
        with mock.patch("sandbox.runs.feed._LOOK_WHILE_OPEN_S", 60.0):
            socket = await self.socket(run).open()
            lease = await sync_to_async(runner.claim)(run.pk)
            assert lease
            for number in range(1, 4):
                await sync_to_async(lease.store)([{"event": "now"}])
                assert numbers(await socket.until("events")) == [number]
                assert client.client_kill_filter(_type="pubsub")
            await socket.disconnect()

    async def test_a_gap_is_not_jumped(self) -> None:
        run = await sync_to_async(lambda: self.done(self.queued(self.made)))()
        third = await sync_to_async(Event.objects.get)(run=run, seq=3)
        await sync_to_async(third.delete)()
        socket = await self.socket(run).open()
        assert numbers(await socket.until("events")) == [1, 2]
        await sync_to_async(Event.objects.create)(run=run, seq=3, payload=third.payload)
        await sync_to_async(services.nudge)(run.pk)
        assert numbers(await socket.until("events"))[:2] == [3, 4]
        await socket.disconnect()

    async def test_resume_reads_again_from_a_number(self) -> None:
        run = await sync_to_async(lambda: self.done(self.queued(self.made)))()
        socket = await self.socket(run, run.last_seq).open()
        await socket.message()
        await socket.send_to(json.dumps({"type": "resume", "after": run.last_seq - 1}))
        assert numbers(await socket.until("events")) == [run.last_seq]
        await socket.disconnect()

    async def test_cancel(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        await socket.message()
        await socket.send_to(json.dumps({"type": "cancel"}))
        messages = await socket.until("state")
        assert messages[-1]["run"]["state"] == "cancelled"
        assert numbers(messages) == [1]
        await socket.disconnect()

    async def test_what_is_no_command_is_answered(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        await socket.message()
        for text in (
            "hello",
            "[]",
            "{}",
            '{"type": "explode"}',
            '{"type": "resume", "after": -1}',
            "[" * 2000,
        ):
            await socket.send_to(text)
            assert (await socket.message())["type"] == "error", text
        await socket.disconnect()

    async def test_a_long_message_and_a_flood_are_closed(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        await socket.send_to("x" * 5000)
        assert await socket.close_code() == 1009
        socket = await self.socket(run).open()
        for _ in range(30):
            await socket.send_to("{}")
        assert await socket.close_code() == 1008

    async def test_who_may_not_see_it_gets_4404(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        for client in (self.mate_client, self.client):
            socket = await self.socket(run, client=client).open()
            assert await socket.close_code() == 4404
        for path in (uuid.uuid4(), "nonsense"):
            socket = await Socket(f"/ws/runs/{path}/", self.owner_client).open()
            assert await socket.close_code() == 4404

    async def test_an_address_where_nothing_is_gets_4404(self) -> None:
        for path in ("/ws/nothing/", "/ws/", "/"):
            socket = await Socket(path, self.owner_client).open()
            assert await socket.close_code() == 4404

    async def test_another_site_is_refused(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = Socket(f"/ws/runs/{run.pk}/", self.owner_client, origin="https://evil.example")
        connected, _ = await socket.connect(timeout=WAIT_S)
        assert not connected

    async def test_rights_are_asked_again_at_every_command(self) -> None:
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        await socket.message()
        with mock.patch("sandbox.runs.feed._LOOK_WHILE_OPEN_S", 60.0):
            await sync_to_async(lambda: Scenario.objects.filter(pk=self.made.pk).update(owner=self.mate))()
            await sync_to_async(lambda: Run.objects.filter(pk=run.pk).update(owner=self.mate))()
            await socket.send_to(json.dumps({"type": "cancel"}))
            assert await socket.close_code() == 4404
        assert (await sync_to_async(Run.objects.get)(pk=run.pk)).state == State.QUEUED

    async def test_a_slow_browser_holds_no_queue(self) -> None:
        """Thousands of events while the browser reads nothing: afterwards it gets them from the table."""
        run = await sync_to_async(self.queued)(self.made)
        socket = await self.socket(run).open()
        lease = await sync_to_async(runner.claim)(run.pk)
        assert lease
        for start in range(0, 3000, 100):
            batch: list[events.Payload] = [{"event": "step", "number": start + n} for n in range(100)]
            await sync_to_async(lease.store)(batch)
        messages: list[dict[str, Any]] = []
        while 3000 not in numbers(messages):
            messages.append(await socket.message())
        assert numbers(messages) == list(range(1, 3001))
        assert len(messages) < 60
        await socket.disconnect()
