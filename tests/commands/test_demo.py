"""`manage.py demo` as a person starts it: a process of its own, with its own data folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.common.launch.broker import free_port
from tests.commands.test_supervisor import lives, wait_for
from tests.conftest import ROOT

# What tests.services says to this run is not for the demo.
NOT_FOR_THE_DEMO = (
    "REDIS_URL",
    "DATABASE_URL",
    "SANDBOX_DATA",
    "CONN_MAX_AGE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DB",
)


def clean_environment(**changes: str) -> dict[str, str]:
    return {**{key: value for key, value in os.environ.items() if key not in NOT_FOR_THE_DEMO}, **changes}


class Demo:
    """A running demo."""

    def __init__(self, data: Path, env: dict[str, str], *args: str) -> None:
        command = [sys.executable, "manage.py", "demo", "--no-open", "--data", str(data), *args]
        # Tests that run in the background of a shell ignore Ctrl-C, and what they start would as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output = ""
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line
            if line.startswith("Ctrl-C"):
                break
        found = re.search(r"ready: (http://127\.0\.0\.1:\d+/)\n", self.output)
        assert found, self.output
        self.address = found[1]

    def health(self) -> dict[str, str]:
        with urllib.request.urlopen(f"{self.address}healthz", timeout=5) as answer:
            health: dict[str, str] = json.load(answer)
            return health

    def processes(self) -> dict[int, str]:
        """Return what runs below the demo: command lines by process."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        below, found = {self.process.pid}, {}
        for _ in range(4):  # generations
            for pid, parent, command in rows:
                if int(parent) in below and int(pid) not in below:
                    below.add(int(pid))
                    found[int(pid)] = command
        return found


@contextmanager
def demo(data: Path, env: dict[str, str], *args: str) -> Iterator[Demo]:
    running = Demo(data, env, *args)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.mark.timeout(900)  # two whole starts, on whatever machine this is
def test_start_work_end_and_start_again_without_redis(tmp_path: Path) -> None:
    """One life of a demo: first start, a crash inside, Ctrl-C, second start on the pretend Redis, kill -9."""
    port = free_port()
    with demo(tmp_path, clean_environment(), "--port", str(port)) as first:
        assert first.address == f"http://127.0.0.1:{port}/"
        assert re.search(r"^Sign in as demo with the password \S+$", first.output, re.MULTILINE)
        assert re.search(
            r"^broker +(redis|valkey)-server on port \d+ ... [\d.]+ s$", first.output, re.MULTILINE
        )
        assert first.health()["status"] == "ok"
        key = (tmp_path / "secret-key").read_text(encoding="utf-8")
        assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0

        web = next(pid for pid, command in first.processes().items() if "uvicorn" in command)
        os.kill(web, signal.SIGKILL)
        wait_for(lambda: not lives(web))
        wait_for(lambda: _answers(first))

        children = first.processes()
        assert len(children) >= 5  # guard, broker, web, worker and its pool
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(60) == 130
        assert not [pid for pid in children if lives(pid)]

    # The folder of Python alone: no redis-server on this PATH.
    only_python = clean_environment(PATH=str(Path(sys.executable).parent))
    with demo(tmp_path, only_python) as second:
        assert re.search(r"^broker +fakeredis on port \d+", second.output, re.MULTILINE)
        assert "vite build" not in second.output
        assert second.health()["status"] == "ok"
        assert (tmp_path / "secret-key").read_text(encoding="utf-8") == key

        taken = subprocess.run(
            [sys.executable, "manage.py", "demo", "--no-open", "--data", str(tmp_path)],
            cwd=ROOT, env=clean_environment(), capture_output=True, text=True,
        )  # fmt: skip
        assert taken.returncode == 1
        assert (
            taken.stderr == f"Another demo uses {tmp_path}. End it, or choose another folder with --data.\n"
        )

        children = second.processes()
        second.process.kill()
        wait_for(lambda: not any(lives(pid) for pid in children))


def _answers(running: Demo) -> bool:
    try:
        return running.health()["status"] == "ok"
    except OSError:
        return False


def _refusal(*args: str) -> str:
    command = [sys.executable, "manage.py", "demo", "--no-open", *args]
    done = subprocess.run(
        command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        line = _refusal("--port", str(port), "--data", str(tmp_path / "data"))
    assert line == f"Port {port} is in use. Choose another with --port, or leave it out."
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_none_is_one_line(tmp_path: Path) -> None:
    assert _refusal("--port", "70000", "--data", str(tmp_path)).startswith("70000 is no port")


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    line = _refusal("--data", str(tmp_path / "file" / "data"))
    assert line.startswith("The data folder ")
    assert "cannot be written" in line


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """A real, small and full disk; only root may make one."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("shared: only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("shared: this machine lets nobody mount a small disk")
    try:
        assert _refusal("--data", str(tmp_path)).startswith("The disk is full")
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)
