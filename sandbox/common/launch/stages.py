"""Progress in plain lines, and failures in one sentence."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent

_DISK = ("no space left", "enospc", "os error 28", "disk is full", "disk quota")
# Whole words: a ModuleNotFoundError is no ENOTFOUND.
_NETWORK = re.compile(
    r"\b(enotfound|eai_again|econnrefused|econnreset|etimedout|enetunreach|network request)\b"
)


class Trouble(Exception):
    """Something a person can mend; its text is the whole message."""


@contextmanager
def stage(name: str, doing: str) -> Iterator[None]:
    """Print one line: what is done, and the seconds it took when it is done."""
    began = time.monotonic()
    print(f"{name:<13} {doing} ...", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str], what: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return its output.

    Raises:
        Trouble: it failed; the sentence names a full disk or a missing network when that is the cause.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise Trouble(explain(done.stdout, what))
    return done.stdout


def explain(output: str, what: str) -> str:
    """Return why a program failed, from what it wrote."""
    text = output.lower()
    if any(word in text for word in _DISK):
        return "The disk is full: make about 1 GB free and run this again."
    if _NETWORK.search(text):
        return f"No network: {what} did not work. Connect and run this again."
    return f"{what} did not work:\n{output.strip()[-3000:]}"
