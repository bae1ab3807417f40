"""What every test may count on."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.services import FOLDER, database_url

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

NO_SHARED = "the shared reference folder is absent"
"""The one reason to skip that CI accepts; any other skip fails there."""


def pytest_configure(config: pytest.Config) -> None:
    """Make password hashing quick; no test is about its strength. Leave matrices to workers.

    Whether a process has its kernels depends on the tests before; what is about that asks for it.
    """
    from django.conf import settings

    # How long one example takes says more about what else the machine does than about the program.
    hypothesis.settings.register_profile("all", deadline=None)
    hypothesis.settings.load_profile("all")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MATRIX_AT_ONCE = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last: Playwright leaves an event loop running that others would trip over.

    Of these, the ones with a worker come last: it stays, and no other test may have its runs done.
    """
    items.sort(key=lambda item: ("tests/browser/" in item.path.as_posix(), "worker" in _fixtures(item)))


def _fixtures(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped for want of something is a failure: a dead test must be loud."""
    if os.environ.get("CI") == "true" and _dead(session.config) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what did not run, and why."""
    reasons = _skip_reasons(config)
    without_shared = len(reasons) - len(_dead(config))
    if without_shared:
        terminalreporter.write_line(f"{without_shared} skipped: {NO_SHARED}")
    for reason in sorted(set(_dead(config))):
        terminalreporter.write_line(f"{reasons.count(reason)} skipped: {reason}")


def _dead(config: pytest.Config) -> list[str]:
    return [reason for reason in _skip_reasons(config) if "shared" not in reason]


def _skip_reasons(config: pytest.Config) -> list[str]:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [
        str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        for report in reports
    ]


@pytest.fixture
def shared() -> Path:
    """The folder with other people's files and the recorded answers; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED)
    return SHARED


@pytest.fixture(autouse=True)
def fresh_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forget throttles and limits between tests that use the database."""
    yield
    if {"db", "transactional_db", "asgi_server"} & set(request.fixturenames):
        from django.core.cache import cache

        cache.clear()


@pytest.fixture
def asgi_server(transactional_db: None) -> Iterator[str]:
    """The whole site on a real port, sockets included; yields its address.

    In a thread of this process, so it sees the database of the test.
    """
    import uvicorn

    from sandbox.asgi import application

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_level="warning", ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    _wait(lambda: server.started, "the web server", thread.is_alive)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


class Worker:
    """A Celery worker with beat, in processes of its own, on the database and Redis of the test."""

    def __init__(self) -> None:
        from django.db import connection

        name = str(connection.settings_dict["NAME"])
        self.log = FOLDER / f"worker-{time.monotonic_ns()}.log"
        env = {**os.environ, "DATABASE_URL": database_url(name), "REMAP_SIGTERM": "SIGQUIT"}
        command = [sys.executable, "-m", "celery", "-A", "sandbox", "worker", "-B", "-c", "2", "-l", "INFO"]
        command += ["-n", f"test-{time.monotonic_ns()}@%h", "--without-gossip", "--without-mingle"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            _wait(self._is_ready, "the worker", lambda: self.process.poll() is None, seconds=180)
        except AssertionError:
            self.kill()
            raise

    def _is_ready(self) -> bool:
        return b" ready." in self.log.read_bytes()

    def kill(self) -> None:
        """End it at once, as a crash would, pool included."""
        self._signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End it in order, or by force when that takes too long."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.kill()

    def _signal(self, sign: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, sign)


@pytest.fixture(scope="session")
def workers(django_db_setup: None) -> Iterator[list[Worker]]:
    """The worker that the tests share, once one has asked for it; ends with the session."""
    running: list[Worker] = []
    yield running
    for one in running:
        one.stop()


@pytest.fixture
def worker(transactional_db: None, workers: list[Worker]) -> Iterator[Worker]:
    """A running Celery worker. Its start takes seconds, so it stays for the next test if it is idle."""
    if not workers:
        workers.append(Worker())
    yield workers[0]
    if not _comes_to_rest():
        workers.pop().stop()


def _comes_to_rest(seconds: float = 10) -> bool:
    """Cancel what is open and return whether it ended in time."""
    from sandbox.runs.models import OPEN, Run

    open_runs = Run.objects.filter(state__in=OPEN)
    open_runs.update(cancel=True)
    end = time.monotonic() + seconds
    while open_runs.exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _wait(ready: Any, what: str, alive: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert alive(), f"{what} ended before it was ready"
        assert time.monotonic() < end, f"{what} was not ready within {seconds} s"
        time.sleep(0.02)
