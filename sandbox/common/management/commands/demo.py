"""`manage.py demo`: everything on this machine, from nothing to an address in the browser."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand

from sandbox.common.launch import broker, frontend, machine
from sandbox.common.launch.stages import ROOT, Trouble, run, stage
from sandbox.common.launch.supervisor import Supervisor

_ANSWER_S = 180.0


class Command(BaseCommand):
    help = "Start VNet Sandbox on this machine, with demo data. Ctrl-C ends it; the data stays."
    requires_system_checks: list[str] = []  # what they look for may not be built yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="web port; default: 8000 or the next free one")
        parser.add_argument("--no-open", action="store_true", help="do not open the browser")
        parser.add_argument(
            "--data", type=Path, default=ROOT / ".data", help="folder for everything that is kept"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
        try:
            _demo(options["port"], options["data"].expanduser().resolve(), open_it=not options["no_open"])
        except Trouble as trouble:
            sys.exit(str(trouble))
        except KeyboardInterrupt:
            sys.exit(130)
        except OSError as error:
            sys.exit(f"This machine refused: {error}.")


def _demo(port: int | None, data: Path, *, open_it: bool) -> None:
    port = machine.choose_port(port)
    lock = machine.prepare_folder(data)
    frontend.build()
    redis = broker.choose(os.environ.get("REDIS_URL"))
    supervisor = Supervisor(_environment(data, redis.url), data / "logs")
    try:
        with stage("broker", redis.name):
            if redis.command:
                supervisor.start("broker", redis.command)
                broker.wait_for_port(redis.port)
        with stage("database", "migrations and demo data"):
            prepare = [sys.executable, "-m", "sandbox.common.launch.prepare"]
            sign_in = run(prepare, "preparing the database", env=supervisor.env).strip().splitlines()[-1]
        with stage("server", "web and workers"):
            first, *others = _workers().items()
            supervisor.start("web", _web(port))
            supervisor.start(*first)
            address = f"http://127.0.0.1:{port}/"
            _wait_for_answer(address, supervisor)
            # Whoever opens the page traces first; the rest would only keep the page waiting.
            for name, command in others:
                supervisor.start(name, command)
        print(
            f"\nVNet Sandbox is ready: {address}\n{sign_in}\nCtrl-C ends it; the data stays in {data}",
            flush=True,
        )
        if open_it:
            webbrowser.open(address)
        while True:
            for line in supervisor.tend():
                print(line, flush=True)
            time.sleep(0.2)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave processes behind
        print("\nending ...", flush=True)
        supervisor.stop()
        lock.close()


def _environment(data: Path, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "sandbox.settings.local"),
        "SANDBOX_DATA": str(data),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or machine.secret_key(data),
        "REDIS_URL": redis_url,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # What is compiled for this machine is kept, so that only the first start compiles.
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR") or str(data / "kernels"),
        # The worker drops its run at once when it is asked to end: the run's lease brings it back.
        "REMAP_SIGTERM": "SIGQUIT",
    }


_PROCESSES: Final = {"interactive": "2", "batch": "2", "live": "4", "questions": "2", "grading": "2"}
"""Processes by queue."""


def _workers() -> dict[str, list[str]]:
    """Return the commands of the workers by name, one for each queue, so that no trace waits for trials.

    A live run waits most of its time, so a worker has room for several. The worker of questions about all
    headers makes compiled kernels ready before it takes the first one; nobody else waits for that.
    """
    celery = [sys.executable, "-m", "celery", "-A", "sandbox"]
    quiet = ["-l", "INFO", "--without-gossip", "--without-mingle"]
    worker, batch, live, questions, grading = (
        [*celery, "worker", "-Q", queue, "-c", count, "-n", f"demo-{queue}-{os.getpid()}@%h", *quiet]
        for queue, count in _PROCESSES.items()
    )
    if os.name == "nt":  # no fork, so no prefork pool, and no beat inside the worker
        threads = ["-P", "threads"]
        beat = [*celery, "beat", "-l", "INFO"]
        more = {"batch": batch, "live": live, "questions": questions, "grading": grading}
        threaded = {name: [*one, *threads] for name, one in more.items()}
        return {"worker": [*worker, *threads], **threaded, "beat": beat}
    return {
        "worker": [*worker, "-B"],
        "batch": batch,
        "live": live,
        "questions": questions,
        "grading": grading,
    }


def _web(port: int) -> list[str]:
    uvicorn = [sys.executable, "-m", "uvicorn", "sandbox.asgi:application", "--host", "127.0.0.1"]
    sockets = ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false"]
    return [*uvicorn, "--port", str(port), *sockets, "--no-access-log", "--timeout-graceful-shutdown", "3"]


def _wait_for_answer(address: str, supervisor: Supervisor) -> None:
    """Return when the server says that it is well."""
    end = time.monotonic() + _ANSWER_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        supervisor.tend()
    words = supervisor.last_words("web")
    raise Trouble(f"The web server did not answer within {_ANSWER_S:.0f} s. The end of its log:\n{words}")
