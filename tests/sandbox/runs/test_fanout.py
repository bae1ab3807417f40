"""Hints on their way: at once while Redis answers, and never waited for twice while it does not."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from unittest import mock
from uuid import UUID, uuid4

import pytest
import redis
from django.test import override_settings

from sandbox.runs import fanout
from tests import services

HERE = threading.current_thread().name
LONGEST_S = 20.0


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    """Run a Redis of its own, which a test may stop, and let hints go there."""
    url = services.own_redis()
    client = redis.Redis.from_url(url)
    with override_settings(REDIS_URL=url), mock.patch.object(fanout, "_ANSWER_S", 0.3):
        yield client


class Sent:
    """What a sender publishes, by whom; and what a listener hears of it."""

    def __init__(self, server: redis.Redis) -> None:
        self.run_id = uuid4()
        self.sender = fanout._Sender()
        self.by: list[str] = []
        self._listener = server.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._listener.subscribe(f"run.{self.run_id}")
        assert self._listener.get_message(timeout=LONGEST_S) is None
        publish = self.sender._publish

        def watched(run_id: UUID, hint: fanout.Hint) -> None:
            self.by.append(threading.current_thread().name)
            publish(run_id, hint)

        self.sender._publish = watched  # type: ignore[method-assign]

    def send(self, seq: int) -> None:
        self.sender.send(self.run_id, fanout.Hint(seq - 1, [str(seq)], "running"))

    def heard(self, last: int) -> list[str]:
        """Return the texts of all hints up to one."""
        found: list[str] = []
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end and str(last) not in found:
            message = self._listener.get_message(timeout=1.0)
            found += fanout.from_bytes(message["data"]).texts if message else []
        return found


def test_whoever_has_news_sends_it(server: redis.Redis) -> None:
    sent = Sent(server)
    for seq in (1, 2, 3):
        sent.send(seq)
    assert sent.heard(3) == ["1", "2", "3"]
    assert sent.by == [HERE] * 3


def test_nobody_waits_twice_for_a_redis_that_hangs(
    server: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    sent = Sent(server)
    sent.send(1)
    process = server.info()["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        for seq in (2, 3, 4):
            sent.send(seq)
        assert sent.by.count(HERE) == 2
        assert "a hint for run" in caplog.text
    finally:
        os.kill(process, signal.SIGCONT)
    assert sent.heard(4)[-1] == "4"
    assert set(sent.by) == {HERE, "run-hints"}
    # What nobody waits for any more is sent at once again.
    end = time.monotonic() + LONGEST_S
    while not sent.sender._answers and time.monotonic() < end:
        time.sleep(0.01)
    before = sent.by.count(HERE)
    sent.send(5)
    assert sent.heard(5) == ["5"]
    assert sent.by.count(HERE) == before + 1


def test_who_cannot_take_a_hint_waits_for_it_and_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_hint: fanout.Hint) -> bool:
        raise RuntimeError("no")

    hints = fanout.Hints(uuid4(), broken)
    hint = fanout.Hint(0, ["1"], "running")
    hints.hear(hint)
    assert "a hint was not taken" in caplog.text
    assert asyncio.run(hints.wait(LONGEST_S)) == hint


def test_a_redis_that_is_away_from_the_start_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}/0"):
        sender = fanout._Sender()
        sender.send(uuid4(), fanout.LOOK)
    assert "was not sent" in caplog.text
