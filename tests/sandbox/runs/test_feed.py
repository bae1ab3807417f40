"""One reader for all sockets of a run: the ring, slow browsers, rights that end in the middle, leaving."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any
from unittest import mock
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.consumer import AsyncConsumer

from sandbox.runs import events, fanout, feed, queries, runner
from sandbox.runs.consumers import RunConsumer
from sandbox.runs.models import Run
from sandbox.sharing import services as sharing
from tests.sandbox.base import CommittedTest
from tests.sandbox.runs.test_socket import Socket, numbers


def behind(ring: feed.Ring, after: int) -> tuple[list[int], int] | None:
    """Return the numbers in a message of a ring, and what it says is the last."""
    found = ring.behind(after)
    return (numbers([json.loads(found[0])]), found[1]) if found else None


def texts(first: int, last: int) -> list[str]:
    """Return events as text."""
    return [events.encode({"seq": seq, "event": "step"}) for seq in range(first, last + 1)]


def test_a_ring_keeps_the_newest_and_says_what_it_forgot() -> None:
    ring = feed.Ring(10)
    ring.add(texts(11, 13))
    assert behind(ring, 10) == ([11, 12, 13], 13)
    assert behind(ring, 12) == ([13], 13)
    assert behind(ring, 9) is None
    ring.add(texts(14, 14))
    assert behind(ring, 12) == ([13, 14], 14)
    with mock.patch.object(feed, "RING_EVENTS", 2):
        ring.add(texts(15, 15))
    assert behind(ring, 12) is None
    assert behind(ring, 13) == ([14, 15], 15)
    with mock.patch.object(feed, "RING_CHARS", 10):
        ring.add(texts(16, 16))
    assert (ring.last, behind(ring, 15)) == (16, None)


def test_a_message_of_a_ring_has_a_bounded_number_of_events() -> None:
    ring = feed.Ring(0)
    ring.add(texts(1, feed.EVENTS_AT_ONCE + 1))
    assert behind(ring, 0) == (list(range(1, feed.EVENTS_AT_ONCE + 1)), feed.EVENTS_AT_ONCE)
    assert behind(ring, feed.EVENTS_AT_ONCE) == ([feed.EVENTS_AT_ONCE + 1], feed.EVENTS_AT_ONCE + 1)


def test_hints_that_wait_are_one_while_they_join_and_are_short() -> None:
    first, second = fanout.Hint(4, ["a", "b"], "running"), fanout.Hint(6, ["c"], "succeeded")
    assert first.then(second) == fanout.Hint(4, ["a", "b", "c"], "succeeded")
    assert second.then(first) == first.then(first) == fanout.LOOK
    assert first.then(fanout.LOOK) == fanout.LOOK.then(second) == fanout.LOOK
    with mock.patch.object(fanout, "HINT_CHARS", 2):
        assert first.then(second) == fanout.LOOK


def test_a_hint_travels_as_it_is_and_what_is_none_says_look() -> None:
    for hint in (fanout.Hint(7, texts(8, 9), "running"), fanout.LOOK):
        found = fanout.from_bytes(hint.as_bytes())
        assert found == fanout.Hint(hint.after, list(hint.texts), hint.state)
    odd = events.encode({"seq": 1, "event": "step", "text": "two\nlines \u2028 é"})
    assert fanout.from_bytes(fanout.Hint(0, [odd], "running").as_bytes()).texts == [odd]
    assert [fanout.from_bytes(data) for data in (b"", b"x y", b"1", b"\xff")] == [fanout.LOOK] * 4


class FeedTest(CommittedTest):
    """Some browsers watch one run."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.run_row = self.queued(self.made)

    def steps(self, lease: Any, count: int) -> None:
        lease.store([{"event": "step"} for _ in range(count)])

    async def socket(self) -> Socket:
        socket = await Socket(f"/ws/runs/{self.run_row.pk}/", self.owner_client).open()
        assert (await socket.message())["type"] == "hello"
        return socket

    async def test_many_sockets_take_what_hints_bring_and_read_no_table(self) -> None:
        with mock.patch("sandbox.runs.feed._LOOK_WHILE_OPEN_S", 60.0):
            sockets = [await self.socket() for _ in range(5)]
            lease = await sync_to_async(runner.claim)(self.run_row.pk)
            await sync_to_async(self.steps)(lease, 3)
            for socket in sockets:
                await socket.until("state")
            with mock.patch.object(queries, "events_after", wraps=queries.events_after) as read:
                for last in range(6, 36, 3):
                    await sync_to_async(self.steps)(lease, 3)
                    for socket in sockets:
                        assert numbers(await socket.until("events")) == list(range(last - 2, last + 1))
                # The look that follows the beginning of listening may still have been due.
                assert read.call_count <= 1
            for socket in sockets:
                await socket.disconnect()

    async def test_hints_that_are_lost_or_come_twice_leave_neither_holes_nor_doubles(self) -> None:
        socket = await self.socket()
        lease = await sync_to_async(runner.claim)(self.run_row.pk)
        await socket.until("state")
        with mock.patch("sandbox.runs.fanout.hint") as lost:
            await sync_to_async(self.steps)(lease, 2)
        await sync_to_async(self.steps)(lease, 2)
        for late in lost.call_args_list * 2:
            fanout.hint(*late.args)
        await sync_to_async(self.steps)(lease, 2)
        messages: list[dict[str, Any]] = []
        while 6 not in numbers(messages):
            messages.append(await socket.message())
        assert numbers(messages) == [1, 2, 3, 4, 5, 6]
        await socket.disconnect()

    async def test_what_is_told_while_the_table_is_read_is_there_once(self) -> None:
        socket = await self.socket()
        lease = await sync_to_async(runner.claim)(self.run_row.pk)
        await sync_to_async(self.steps)(lease, 1)
        assert numbers(await socket.until("events")) == [1]
        read, told = feed._read, threading.Event()

        def slow(run_id: UUID, after: int, state: str) -> Any:
            if not told.is_set():
                told.set()
                self.steps(lease, 2)
                time.sleep(0.3)  # so that the hint is heard before the table is read
            return read(run_id, after, state)

        with mock.patch.object(feed, "_read", slow):
            await sync_to_async(fanout.hint)(self.run_row.pk)
            await sync_to_async(told.wait)(5)
            found: list[int] = []
            while 3 not in found:
                found += numbers([await socket.message()])
        await sync_to_async(self.steps)(lease, 1)
        while 4 not in found:
            found += numbers([await socket.message()])
        assert found == [2, 3, 4]
        await socket.disconnect()

    async def test_a_batch_too_long_for_a_hint_is_read_from_the_table(self) -> None:
        socket = await self.socket()
        lease = await sync_to_async(runner.claim)(self.run_row.pk)
        with mock.patch.object(fanout, "HINT_CHARS", 50):
            await sync_to_async(self.steps)(lease, 3)
        assert numbers(await socket.until("events")) == [1, 2, 3]
        await socket.disconnect()

    async def test_a_browser_that_stays_behind_the_ring_reads_the_table(self) -> None:
        with mock.patch.object(feed, "RING_EVENTS", 2):
            socket = await self.socket()
            lease = await sync_to_async(runner.claim)(self.run_row.pk)
            await sync_to_async(self.steps)(lease, 30)
            found: list[int] = []
            while 30 not in found:
                found += numbers([await socket.message()])
            assert found == list(range(1, 31))
            await socket.disconnect()

    async def test_a_browser_that_takes_nothing_holds_up_no_other(self) -> None:
        sockets = [await self.socket(), await self.socket()]
        plain = RunConsumer.tell
        stuck: list[RunConsumer] = []

        async def send(consumer: RunConsumer, text: str) -> None:
            if consumer in stuck or not stuck:
                stuck.append(consumer)
                await asyncio.Event().wait()
            await plain(consumer, text)

        with mock.patch.object(RunConsumer, "tell", send):
            lease = await sync_to_async(runner.claim)(self.run_row.pk)
            for _ in range(20):
                await sync_to_async(self.steps)(lease, 10)
            found: list[list[int]] = []
            for socket in sockets:
                messages: list[dict[str, Any]] = []
                while 200 not in numbers(messages) and not await socket.receive_nothing(1.0):
                    messages.append(await socket.message())
                found.append(numbers(messages))
            assert sorted(found) == [[], list(range(1, 201))]
            for socket in sockets:
                await socket.disconnect()

    async def test_rights_that_end_in_the_middle_close_their_sockets_alone(self) -> None:
        share, token = await sync_to_async(sharing.create)(self.made, self.owner, [self.run_row.pk])
        holder = await Socket(f"/ws/shared/{token}/runs/{self.run_row.pk}/", self.client).open()
        owner = await self.socket()
        lease = await sync_to_async(runner.claim)(self.run_row.pk)
        await sync_to_async(self.steps)(lease, 3)
        assert numbers(await holder.until("events")) == [1, 2, 3]
        with mock.patch("sandbox.runs.fanout.hint"):  # the hint is lost: about a second later all the same
            await sync_to_async(sharing.revoke)(share)
            assert await holder.close_code() == 4404
        await sync_to_async(self.steps)(lease, 1)
        found = numbers(await owner.until("events"))
        while 4 not in found:
            found += numbers([await owner.message()])
        assert found == [1, 2, 3, 4]
        await owner.disconnect()

    async def test_a_deleted_run_closes_its_sockets(self) -> None:
        socket = await self.socket()
        await sync_to_async(Run.objects.filter(pk=self.run_row.pk).delete)()
        assert await socket.close_code() == 4404

    async def test_a_browser_that_leaves_during_a_send_is_no_error(self) -> None:
        await self._nobody_there(ConnectionResetError("left"))

    async def test_a_browser_that_slept_until_the_server_closed_is_no_error(self) -> None:
        with self.assertLogs("sandbox.runs.consumers", "INFO") as said:
            await self._nobody_there(RuntimeError("Unexpected ASGI message after the close."))
        assert {record.levelname for record in said.records} == {"INFO"}
        assert "Unexpected ASGI message" in said.output[0]

    async def _nobody_there(self, error: Exception) -> None:
        """Hold a socket to saying nothing of an error with which the server answers each message."""
        socket = await self.socket()
        left = mock.AsyncMock(side_effect=error)
        with mock.patch.object(AsyncConsumer, "send", left), self.assertNoLogs(level="ERROR"):
            await sync_to_async(self.done)(self.run_row)
            await socket.send_to("{}")
            while left.await_count < 2:
                await asyncio.sleep(0.01)
            await socket.disconnect()

    async def test_the_last_socket_ends_the_reader(self) -> None:
        first, second = await self.socket(), await self.socket()
        feeds = next(found for found in feed._feeds.values() if str(self.run_row.pk) in found)
        await first.disconnect()
        assert str(self.run_row.pk) in feeds
        await second.disconnect()
        assert str(self.run_row.pk) not in feeds
