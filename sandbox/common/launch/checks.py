"""Everything that is checked without running the product, each with a line and a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sandbox.common.launch import frontend
from sandbox.common.launch.stages import ROOT


@dataclass(frozen=True)
class Check:
    """One program that says yes (exit code 0) or no.

    Attributes:
        env: changes to the environment.
    """

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    env: tuple[tuple[str, str], ...] = ()


def checks() -> list[Check]:
    """Return the checks, slowest first."""
    python, manage = sys.executable, str(ROOT / "manage.py")
    node = frontend.program("node")
    bin_folder, source = Path(python).parent, frontend.SOURCES

    def npm(name: str, script: str, *args: str) -> Check:
        return Check(name, (node, f"node_modules/{script}", *args), source)

    return [
        Check("mypy", (python, "-m", "mypy")),
        npm("eslint", "eslint/bin/eslint.js", ".", "--max-warnings=0"),
        npm("vitest", "vitest/vitest.mjs", "run"),
        npm("tsc", "typescript/bin/tsc", "--noEmit"),
        Check("imports", (str(bin_folder / "lint-imports"), "--no-logo")),
        Check("migrations", (python, manage, "makemigrations", "--check", "--dry-run")),
        Check("settings", (python, manage, "check", "--deploy", "--fail-level", "WARNING"), env=PRODUCTION),
        Check("generated", (python, manage, "generate", "--check")),
        Check("facts", (python, manage, "facts", "--check")),
        Check("ruff check", (python, "-m", "ruff", "check", "--output-format", "concise")),
        Check("ruff format", (python, "-m", "ruff", "format", "--check")),
    ]


PRODUCTION = (
    ("DJANGO_SETTINGS_MODULE", "sandbox.settings.production"),
    ("SECRET_KEY", "only-to-look-at-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz"),
    ("ALLOWED_HOSTS", "sandbox.example"),
    ("DATABASE_URL", "postgres://user:password@database/name"),
    ("REDIS_URL", "redis://redis/0"),
)


def run_all() -> list[str]:
    """Run every check, two at a time, and return the names of those that failed."""
    failed = []
    todo = checks()
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, (output, code, seconds) in zip(todo, pool.map(_run, todo), strict=True):
            print(f"{check.name:<13} {'ok' if code == 0 else 'FAILED'} {seconds:.1f} s", flush=True)
            if code:
                failed.append(check.name)
                print(output.strip()[-20_000:], flush=True)
    return failed


def _run(check: Check) -> tuple[str, int, float]:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=check.folder,
        env={**frontend.environment(), "SANDBOX_DATA": os.devnull, "NO_COLOR": "1", **dict(check.env)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.stdout, done.returncode, time.monotonic() - began
