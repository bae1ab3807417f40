"""Many watchers of one run, and as many of peers: `python -m tests.bench.watching fan 200 3` (see ``TASKS``).

A broker, a database, two server processes, and here all clients and who tells the events. What a server does
is counted by its processor time; it has a core to itself where there are two. Prints readings as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import timedelta
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import redis
import uvloop

import tests.bench.cores  # before anything is started
import tests.services  # starts the broker and says where the database is
from tests.bench.measure import IN_TURN, slope
from tests.bench.sockets import Socket, opened

BYTES = 226
OURS, PUBSUB, CORE = "ours", "pub/sub layer", "core layer"
LONGEST_S = 180.0
RATE = 20
FANNED = {
    "each event": {OURS: (100, 1), PUBSUB: (40, 1), CORE: (40, 1)},
    "coalesced": {OURS: (1_000, 50), PUBSUB: (40, 20), CORE: (40, 20)},
}
"""Events to all clients, and how many are told before all must have them. Layers join nothing, and with more
than this on the way they are slower."""
STEADY_S = 6.0
SLOW_S = 60.0
GROWN = 40
"""Events to each number of clients."""
WHOLE_S = 600.0
"""A task that takes longer is given up."""
Task = Callable[["Bench", int, int], Coroutine[Any, Any, dict[str, Any]]]
"""``task(bench, clients, repetitions)`` gives readings, with servers that run."""
_SEQ = re.compile(rb'"seq":\s?(\d+)')


class Watchers:
    """Clients of one server: what each has received, in order, and how late it was."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.seen: list[list[int]] = [[] for _ in range(count)]
        self.sent: dict[int, float] = {}
        self.late: list[list[float]] = [[] for _ in range(count)]
        self._news = asyncio.Event()

    def hear(self, number: int, message: bytes) -> None:
        """Take a message that one client received."""
        now = time.perf_counter()
        for found in _SEQ.findall(message):
            seq = int(found)
            if seq in self.sent:
                self.seen[number].append(seq)
                self.late[number].append(now - self.sent[seq])
        self._news.set()

    async def until(self, seq: int, who: Sequence[int] | None = None, longest: float = LONGEST_S) -> bool:
        """Return whether all have received an event, at the latest after so many seconds."""
        end = time.perf_counter() + longest
        waiting = set(range(self.count) if who is None else who)
        while time.perf_counter() < end:
            waiting = {one for one in waiting if not self.seen[one] or self.seen[one][-1] < seq}
            if not waiting:
                return True
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.5)
        return False

    def lost(self) -> int:
        """Return how many events did not come, came twice, or came before an earlier one."""
        told = sorted(self.sent)
        found = 0
        for seen in self.seen:
            found += len(set(told) - set(seen)) + len(seen) - len(set(seen))
            found += sum(later < earlier for earlier, later in pairwise(seen))
        return found


class Bench:
    """Servers, a person with a run that goes on for ever, and a way to tell events.

    Attributes:
        servers: by who is watched, while they run.
    """

    def __init__(self) -> None:
        import django

        os.environ["CONN_MAX_AGE"] = "60"  # as in production; the tests have another one
        django.setup()
        from django.core.management import call_command
        from django.test import Client

        from sandbox.accounts.models import User
        from sandbox.scenarios import queries, services
        from tests.sandbox.base import OUTBOUND, seed

        call_command("migrate", verbosity=0)
        self.owner = User.objects.create_user("owner", password="owner-password")
        revision = queries.revision(services.create(self.owner, seed("two-firewalls")))
        assert revision is not None
        self.revision = revision
        self.asked = dict(OUTBOUND)
        browser = Client()
        browser.force_login(self.owner)
        self.cookie = f"sessionid={browser.cookies['sessionid'].value}"
        self.servers: dict[str, Server] = {}

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Run a server process of the product and one of the peers until the end."""
        alone = {key: value for key, value in environment().items() if key != "DJANGO_SETTINGS_MODULE"}
        with (
            served("sandbox.asgi:application", environment()) as ours,
            served("tests.bench.peers.layers:application", alone) as theirs,
        ):
            self.servers = {OURS: ours, PUBSUB: theirs, CORE: theirs}
            yield

    async def socket(self, which: str, where: str, hear: Callable[[bytes], None]) -> Socket:
        """Open a socket of a server, as the person."""
        port = self.servers[which].port
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{port}"}
        return await opened(port, where, headers, hear, LONGEST_S)

    def run(self) -> tuple[Any, str]:
        """Return a new run that is being worked at, and its lease."""
        from django.utils.timezone import now

        from sandbox.runs import runner, services
        from sandbox.runs.models import Kind, Run

        run = services.start(self.owner, self.revision, Kind.TRACE, self.asked, tell=False)
        lease = runner.claim(run.pk)
        assert lease is not None
        # No worker is to take it for lost.
        Run.objects.filter(pk=run.pk).update(heartbeat=now() + timedelta(hours=1))
        return run, lease.token

    @contextlib.asynccontextmanager
    async def watched(
        self, which: str, count: int, stored: bool = True
    ) -> AsyncIterator[tuple[Watchers, Callable[[int, int], Awaitable[None]], Sequence[Socket]]]:
        """Open so many sockets; yields the watchers, ``tell(first, count)`` and the sockets.

        Args:
            stored: ours are stored before they are sent; a peer stores nothing.
        """
        from asgiref.sync import sync_to_async

        from sandbox.runs import events
        from sandbox.runs.models import State
        from tests.bench.peers.layers import GROUP, PATHS, layer

        run, token = await sync_to_async(self.run)() if which == OURS else (None, "")
        told = 0
        where = f"ws/runs/{run.pk}/" if run else PATHS[which]
        watchers = Watchers(count)

        async def tell(first: int, many: int) -> None:
            nonlocal told
            told = first + many - 1
            for seq in range(first, first + many):
                watchers.sent[seq] = time.perf_counter()
            if run:
                payloads = [event() for _ in range(many)]
                if stored:
                    await sync_to_async(events.append)(run.pk, token, first - 1, payloads)
                else:
                    events.tell(run.pk, first - 1, payloads)
                return
            for seq in range(first, first + many):
                text = json.dumps({"type": "events", "events": [{"seq": seq, **event()}]})
                await layer(which).group_send(GROUP, {"type": "event", "text": text})

        async with contextlib.AsyncExitStack() as stack:
            clients = []
            for number in range(count):
                hear = partial(watchers.hear, number)
                clients.append(await self.socket(which, where, hear))
                stack.push_async_callback(clients[-1].close)
            await tell(1, 1)
            assert await watchers.until(1), f"{which}: the first event did not come"
            yield watchers, tell, clients
            if run:  # a person may have some runs only at a time
                last = told if stored else 0
                await sync_to_async(events.append)(run.pk, token, last, [], (State.SUCCEEDED, ""))


def event() -> dict[str, Any]:
    """Return an event of ``BYTES``."""
    made = {"event": "bench", "data": ""}
    made["data"] = "x" * (BYTES - len(json.dumps(made)))
    return made


def environment() -> dict[str, str]:
    """Return the environment of servers and workers."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}


class Server(NamedTuple):
    """A server process."""

    pid: int
    port: int


@contextlib.contextmanager
def served(application: str, variables: Mapping[str, str]) -> Iterator[Server]:
    """Run a server process; all are alike."""
    port = tests.services.free_port()
    options = ["--ws", "websockets-sansio", "--loop", "uvloop", "--ws-per-message-deflate", "false"]
    command = [sys.executable, "-m", "uvicorn", application, *options]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--lifespan", "off", "--log-level", "error"], env=variables
    )
    tests.bench.cores.bind_server(process.pid)
    try:
        _until_open(port, process)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(20)


def _until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    import socket

    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def used(pid: int) -> float:
    """Return the processor time of a process, in seconds: of the clock that Linux keeps for each."""
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3) numbers it


def megabytes(pid: int) -> float:
    """Return the memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def cost(bench: Bench, which: str, clients: int, events: int, together: int) -> float:
    """Return the server's processor time for one event to one client.

    Args:
        together: so many events are told before all clients must have them.
    """
    async with bench.watched(which, clients) as (watchers, tell, _):
        pid = bench.servers[which].pid
        before, seq = used(pid), 2
        while seq < 2 + events:
            await tell(seq, together)
            seq += together
            assert await watchers.until(seq - 1), f"{which}: event {seq - 1} did not come to all"
        return (used(pid) - before) / (events * clients)


async def fan(bench: Bench, clients: int, repetitions: int) -> dict[str, list[float]]:
    """G9: how many times as much a delivery costs the server of a peer."""
    found: dict[str, list[float]] = {}
    for _ in range(repetitions):
        for how, asked in FANNED.items():
            costs: dict[str, list[float]] = {which: [] for which in asked}
            for _ in range(IN_TURN):
                for which, (events, together) in asked.items():
                    costs[which].append(await cost(bench, which, clients, events, together))
            middle = {which: statistics.median(each) for which, each in costs.items()}
            for peer in (PUBSUB, CORE):
                found.setdefault(f"{peer}, {how}", []).append(middle[peer] / middle[OURS])
    return found


async def _steady(bench: Bench, which: str, clients: int, seconds: float, stop: float = 0.0) -> Watchers:
    """Tell events at an even rate; the broker stops for some seconds in the middle.

    What the broker did not pass on must be stored; how late events are is told of such that are not.
    """
    async with bench.watched(which, clients, stored=stop > 0) as (watchers, tell, _):
        broker: int = redis.from_url(os.environ["REDIS_URL"]).info()["process_id"]
        began, number = time.perf_counter(), int(seconds * RATE)
        stopped = False
        for step in range(number):
            await asyncio.sleep(max(0.0, began + step / RATE - time.perf_counter()))
            if stop and not stopped and step == number // 3:
                stopped = True
                asyncio.get_running_loop().call_later(stop, os.kill, broker, signal.SIGCONT)
                os.kill(broker, signal.SIGSTOP)
            await tell(2 + step, 1)
        await watchers.until(1 + number, longest=20)
        return watchers


def p95(values: Iterable[Iterable[float]]) -> float:
    """Return the 95th percentile of all."""
    return statistics.quantiles(chain.from_iterable(values), n=20)[-1]


async def rate(bench: Bench, clients: int, repetitions: int) -> dict[str, list[float]]:
    """G9b: how late events are at an even rate, and how many are lost, also when the broker is away."""
    late, lost = [], 0
    for _ in range(repetitions):
        ours, theirs = [await _steady(bench, which, clients, STEADY_S) for which in (OURS, PUBSUB)]
        late.append(p95(ours.late) / p95(theirs.late))
        lost += ours.lost()
    outage = await _steady(bench, OURS, clients, 9, stop=5.0)
    return {
        "p95 over the pub/sub layer's": late,
        "lost": [lost],
        "lost after an outage of 5 s": [outage.lost()],
    }


async def slow(bench: Bench, clients: int, repetitions: int) -> dict[str, list[float]]:
    """G9c: one client stops reading; how much the server grows, and how late the others' events are."""
    grown, late = [], []
    for _ in range(repetitions):
        _, usual = await _flooded(bench, clients, SLOW_S / 6, stops=False)
        more, slower = await _flooded(bench, clients, SLOW_S, stops=True)
        grown.append(more)
        late.append(slower / usual)
    return {"server grows, MB": [max(grown)], "p95 of the others": late}


async def _flooded(bench: Bench, clients: int, seconds: float, *, stops: bool) -> tuple[float, float]:
    """Return by how many megabytes the server grows, and how late events are for all clients but the first.

    Args:
        stops: the first client does not read meanwhile.
    """
    async with bench.watched(OURS, clients) as (watchers, tell, sockets):
        if stops:
            sockets[0].stop_reading()
        pid = bench.servers[OURS].pid
        before, seq, began = megabytes(pid), 2, time.perf_counter()
        while time.perf_counter() < began + seconds:
            await tell(seq, 20)
            seq += 20
            assert await watchers.until(seq - 1, range(1, clients))
        return megabytes(pid) - before, p95(watchers.late[1:])


async def grow(bench: Bench, clients: int, repetitions: int) -> dict[str, list[float]]:
    """S8: the exponent of the server's processor time for a delivery over clients."""
    sizes = [max(2, clients * share // 500) for share in (50, 100, 200, 500)]
    found = []
    for _ in range(repetitions):
        times = [
            statistics.median([await cost(bench, OURS, size, GROWN, 1) for _ in range(IN_TURN)])
            for size in sizes
        ]
        found.append(slope(sizes, times))
    return {"exponent": found}


TASKS: dict[str, Task] = {"fan": fan, "rate": rate, "slow": slow, "grow": grow}


def readings(
    task: Task, clients: int, repetitions: int, beside: Callable[[], Any] = contextlib.nullcontext
) -> dict[str, Any]:
    """Return the readings of one task.

    Args:
        beside: what else runs meanwhile, as a context.
    """
    bench = Bench()
    with bench.serving(), beside():
        work = task(bench, clients, repetitions)
        return uvloop.run(asyncio.wait_for(work, WHOLE_S))


if __name__ == "__main__":
    print(json.dumps(readings(TASKS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]))))
