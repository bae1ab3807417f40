"""How long until a first event is at a socket: `python -m tests.bench.starting told 300 3` (see ``TASKS``).

``told`` asks about the way alone: a Celery task sends one event, ours to the feed of a run, the peer's to a
group of a channel layer. ``clicked`` asks about a whole run: request, queue, engine, socket.
Prints readings as JSON, and milliseconds to the standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from tests.bench.watching import LONGEST_S, OURS, PUBSUB, Bench, environment, event, p95, readings

CLICK_S = 0.1
"""A run's first event is to be seen within so long of the click."""
APART_S = 0.01
WARM = 20


class Reader:
    """Hears one socket: ``await reader.until(words)``."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.hear = self._heard.put_nowait

    async def until(self, words: str) -> str:
        """Return all messages up to the first one with these words."""
        said = ""
        async with asyncio.timeout(LONGEST_S):
            while words not in said:
                said += (await self._heard.get()).decode()
        return said


@contextlib.asynccontextmanager
async def _reading(bench: Bench, where: str, which: str = OURS) -> AsyncIterator[Reader]:
    reader = Reader()
    socket = await bench.socket(which, where, reader.hear)
    try:
        yield reader
    finally:
        await socket.close()


async def told(bench: Bench, times: int, repetitions: int) -> dict[str, list[float]]:
    """G10: the time from ``delay()`` to the event at the socket, over that of the peer's layer."""
    from asgiref.sync import sync_to_async

    from tests.bench.peers.layers import PATHS, first_event
    from tests.bench.telling import append, tell

    (light, _), (stored, token) = [await sync_to_async(bench.run)() for _ in range(2)]
    sends: dict[str, tuple[str, Callable[[int], Any]]] = {
        PUBSUB: (PATHS[PUBSUB], lambda seq: first_event.delay(json.dumps({"seq": seq, **event()}))),
        "told": (f"ws/runs/{light.pk}/", lambda seq: tell.delay(str(light.pk), seq - 1, event())),
        "stored": (
            f"ws/runs/{stored.pk}/",
            lambda seq: append.delay(str(stored.pk), token, seq - 1, event()),
        ),
    }
    found: dict[str, list[float]] = {}
    async with contextlib.AsyncExitStack() as stack:
        readers = {
            name: await stack.enter_async_context(_reading(bench, where, PUBSUB if name == PUBSUB else OURS))
            for name, (where, _) in sends.items()
        }
        seq = 0

        async def round_of(times: int) -> dict[str, list[float]]:
            nonlocal seq
            late: dict[str, list[float]] = {name: [] for name in sends}
            for _ in range(times):
                seq += 1
                for name, (_, send) in sends.items():
                    began = time.perf_counter()
                    await asyncio.to_thread(send, seq)
                    await readers[name].until(f'"seq": {seq},' if name == PUBSUB else f'"seq":{seq},')
                    late[name].append(time.perf_counter() - began)
                    await asyncio.sleep(APART_S)
            return late

        await round_of(WARM)
        for _ in range(repetitions):
            late = await round_of(times)
            for figure, of in (("p50", statistics.median), ("p95", lambda values: p95([values]))):
                said = {name: of(values) for name, values in late.items()}
                # What storing first costs is said beside it: the peer stores nothing.
                print(figure, {name: round(value * 1e3, 2) for name, value in said.items()}, file=sys.stderr)
                found.setdefault(f"{figure} over the pub/sub layer's", []).append(said["told"] / said[PUBSUB])
    return found


async def clicked(bench: Bench, times: int, repetitions: int) -> dict[str, list[float]]:
    """G10b: the time from asking for a run to its first event, over a tenth of a second."""
    secret = "x" * 32
    headers = {
        "Cookie": f"{bench.cookie}; csrftoken={secret}",
        "X-CSRFToken": secret,
        "Content-Type": "application/json",
    }
    where = f"/api/v1/scenarios/{bench.revision.scenario_id}/runs"
    body = json.dumps({"kind": "trace", "revision": bench.revision.number, "parameters": bench.asked})

    def ask() -> str:
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", bench.servers[OURS].port, timeout=LONGEST_S)
        ) as server:
            server.request("POST", where, body, headers)
            answer = server.getresponse()
            said = answer.read()
        assert answer.status == 202, said
        run: str = json.loads(said)["id"]
        return run

    async def click() -> float:
        began = time.perf_counter()
        run = await asyncio.to_thread(ask)
        async with _reading(bench, f"ws/runs/{run}/?after=0") as reader:
            # A run may have ended before the socket is open; then its first message says so.
            said = await reader.until('"events":')
            found = time.perf_counter() - began
            if '"state":"succeeded"' not in said:
                await reader.until('"state":"succeeded"')
        await asyncio.sleep(APART_S)
        return found

    found: dict[str, list[float]] = {"p50": [], "p95": []}
    for _ in range(3):
        await click()
    for _ in range(repetitions):
        late = [await click() for _ in range(times)]
        for name, value in zip(found, (statistics.median(late), p95([late])), strict=True):
            print(name, round(value * 1e3, 1), "ms", file=sys.stderr)
            found[name].append(value / CLICK_S)
    return found


@contextlib.contextmanager
def workers() -> Iterator[None]:
    """Run a worker of the product and one of the peer, alike."""
    from tests.sandbox.runs import worker

    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    alike = ("-P", "prefork", "-c", "1", "-l", "error", *quiet)
    command = [sys.executable, "-m", "celery", "-A", "tests.bench.peers.layers:queue", "worker", "-Q", "peer"]
    with worker.celery("worker", "-Q", "interactive", "-I", "tests.bench.telling", *alike):
        peer = subprocess.Popen([*command, *alike, "-n", "peer@%h"], env=environment())
        try:
            yield
        finally:
            peer.terminate()
            peer.wait(20)


TASKS = {"told": told, "clicked": clicked}

if __name__ == "__main__":
    task, times, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(readings(TASKS[task], times, repetitions, workers)))
