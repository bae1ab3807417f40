"""Keeps the demo's processes alive, and leaves none behind however it ends.

Run as a program, this file is the guard: it is told the pids of the children through a pipe and ends them
when the pipe breaks, which it does even when the supervisor is killed with -9. So it uses the standard
library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 6.0
"""Seconds a process has to end by itself before it is killed."""

_STEADY_S = 10.0
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has none


@dataclass
class Child:
    """One process that shall run; ``process`` is the one that does now."""

    name: str
    command: tuple[str, ...]
    process: subprocess.Popen[bytes]
    began: float
    failures: int = 0
    again_at: float = 0.0


class Supervisor:
    """Starts processes, starts them again when they die, ends them all.

    Each child is a session of its own: Ctrl-C reaches us alone, and a child's own children end with it.
    """

    def __init__(self, env: Mapping[str, str], logs: Path) -> None:
        """Keep where to run; output goes to ``logs/<name>.log``."""
        self.env = dict(env)
        self.logs = logs
        self.children: list[Child] = []
        self._guard = subprocess.Popen(
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, env=self.env, start_new_session=True
        )

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that shall run until the end."""
        self.children.append(Child(name, tuple(command), self._spawn(name, command), time.monotonic()))

    def tend(self) -> list[str]:
        """Start again what died; return a line for each. Call a few times per second.

        A child that dies at once again and again waits longer each time, at most half a minute.
        """
        lines = []
        for child in self.children:
            code, now = child.process.poll(), time.monotonic()
            if code is None:
                continue
            if not child.again_at:
                child.failures = 0 if now - child.began > _STEADY_S else child.failures + 1
                child.again_at = now + min(30.0, 2.0**child.failures - 1)
                _end_group(child.process.pid, _KILL)
                self._tell_guard(-child.process.pid)
                lines.append(f"{child.name} ended with {code}; it is started again ({self._log(child.name)})")
            if now >= child.again_at:
                child.process, child.began = self._spawn(child.name, child.command), now
                child.again_at = 0.0
        return lines

    def stop(self) -> None:
        """End everything, what was started first last; returns when no process is left."""
        first, rest = self.children[:1], self.children[1:]
        for group in (rest, first):  # the broker last, or the worker would wait for it
            running = {child.process.pid: child.process for child in group}
            end(running, lambda pid, running=running: running[pid].poll() is not None)  # type: ignore[misc]
            for process in running.values():
                process.wait()
        if self._guard.stdin:
            self._guard.stdin.close()
        self._guard.wait()

    def last_words(self, name: str) -> str:
        """Return the end of a child's log."""
        with contextlib.suppress(OSError):
            return self._log(name).read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        return ""

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._tell_guard(process.pid)
        return process

    def _tell_guard(self, pid: int) -> None:
        """Name a child to the guard; minus means that it is gone."""
        if self._guard.stdin:
            self._guard.stdin.write(b"%d\n" % pid)
            self._guard.stdin.flush()


def end(pids: Iterable[int], is_gone: Callable[[int], bool]) -> None:
    """Ask processes to end, wait for them as long as the grace, then kill what is left of their groups."""
    waiting = set(pids)
    for pid in waiting:
        _end_group(pid, signal.SIGTERM)
    left, deadline = waiting, time.monotonic() + GRACE_S
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {pid for pid in left if not is_gone(pid)}
    for pid in waiting:
        _end_group(pid, _KILL)


def _end_group(pid: int, sign: int) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True)
        else:
            os.killpg(pid, sign)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def guard() -> None:
    """Read pids until the pipe breaks, then end them."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    pids: set[int] = set()
    for line in sys.stdin:
        pid = int(line)
        pids = pids | {pid} if pid > 0 else pids - {-pid}
    end(pids, _is_gone)


if __name__ == "__main__":
    guard()
