"""A real Celery worker and a real beat as processes of their own, on the database of the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

import sandbox

ROOT = Path(sandbox.__file__).parent.parent


def environment() -> dict[str, str]:
    """Return the environment that names the test's own database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        if url.startswith("postgres:/") and not url.startswith("postgres://"):
            url = url.replace("postgres:/", "postgres:///", 1)
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings, "SANDBOX_ENV": "1"}


@contextlib.contextmanager
def celery(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``celery -A sandbox.celery ...``; whatever is left of it is killed at the end."""
    command = [sys.executable, "-m", "celery", "-A", "sandbox.celery", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def worker(
    concurrency: int = 1, queues: str = "interactive,batch"
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Run a prefork worker for some queues."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return celery("worker", "-P", "prefork", "-c", str(concurrency), "-Q", queues, *quiet)


def beat() -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Run the clock of the collector."""
    return celery("beat")


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes a process started."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listing.stdout.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == process.pid]


def until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when something is true; fail with what was awaited."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
