"""Where the demo's Redis comes from: yours, one found on this machine, or a pretend one in pure Python."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.common.launch.stages import Trouble


@dataclass(frozen=True)
class Broker:
    """A Redis and how to start it.

    Attributes:
        name: for the person who reads the progress.
        url: for settings.
        port: where it will listen; 0 when it is not ours.
        command: starts it; empty when it runs already.
    """

    name: str
    url: str
    port: int = 0
    command: tuple[str, ...] = ()


def choose(redis_url: str | None) -> Broker:
    """Return the first that there is: REDIS_URL, redis-server, valkey-server, fakeredis."""
    if redis_url:
        return Broker("the Redis of REDIS_URL", redis_url)
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    for name in ("redis-server", "valkey-server"):
        program = shutil.which(name)
        if program:
            # Nothing is kept on disk: what counts is in the database.
            options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
            return Broker(f"{name} on port {port}", url, port, (program, *options))
    command = (sys.executable, "-P", str(Path(__file__).with_name("fake_redis.py")), str(port))
    return Broker(f"fakeredis on port {port}, as there is no redis-server here", url, port, command)


def free_port() -> int:
    """Return a port of this machine that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, seconds: float = 15) -> None:
    """Return when something listens; raises Trouble when nothing does in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Trouble(
        f"Nothing answered on port {port} within {seconds:.0f} s; see broker.log in the data folder."
    )
