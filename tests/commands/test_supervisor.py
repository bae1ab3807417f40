"""The demo's processes live while it lives, and not longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.common.launch import supervisor
from sandbox.common.launch.supervisor import Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def lives(pid: int) -> bool:
    """Tell whether a process runs; a dead one that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        if Path("/proc").is_dir():
            return False
    return subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode == 0


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    keeper = Supervisor(os.environ, tmp_path)
    try:
        keeper.start("sleeper", SLEEP)
        first = keeper.children[0].process.pid
        assert keeper.tend() == []
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: not lives(first))
        lines: list[str] = []
        wait_for(lambda: lines.extend(keeper.tend()) or keeper.children[0].process.pid != first)
        assert len(lines) == 1
        assert lines[0].startswith("sleeper ended with -9")
        assert lives(keeper.children[0].process.pid)
    finally:
        keeper.stop()
    assert not lives(keeper.children[0].process.pid)


def test_a_process_that_will_not_end_is_killed_with_its_children(tmp_path: Path) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen({SLEEP!r})\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    keeper = Supervisor(os.environ, tmp_path)
    keeper.start("stubborn", [sys.executable, "-c", stubborn])
    log = tmp_path / "stubborn.log"
    wait_for(lambda: log.read_text(encoding="utf-8").strip() != "")
    grandchild = int(log.read_text(encoding="utf-8"))
    began = time.monotonic()
    keeper.stop()
    assert time.monotonic() - began < supervisor.GRACE_S + 3
    assert not lives(keeper.children[0].process.pid)
    wait_for(lambda: not lives(grandchild))


def test_killing_the_parent_leaves_nothing_behind(tmp_path: Path) -> None:
    parent = (
        "import os, pathlib, time\n"
        "from sandbox.common.launch.supervisor import Supervisor\n"
        f"keeper = Supervisor(os.environ, pathlib.Path({str(tmp_path)!r}))\n"
        f"keeper.start('one', {SLEEP!r})\n"
        f"keeper.start('two', {SLEEP!r})\n"
        "print(*[child.process.pid for child in keeper.children], keeper._guard.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) == 3
    assert all(lives(pid) for pid in pids)
    process.kill()
    process.wait()
    wait_for(lambda: not any(lives(pid) for pid in pids))
