"""`manage.py test`: the checks, then every test on PostgreSQL and on SQLite, with real Redis and browser.

Without arguments three passes run side by side; whichever ends takes the next one of the list.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import BaseCommand

from sandbox.common.launch import checks, frontend, stages, tools
from sandbox.common.launch.stages import ROOT, Trouble

HELP = """usage: manage.py test [pytest arguments]

Without arguments: the checks of `check_all`, then all tests on PostgreSQL and once more on SQLite.
With arguments, such as `tests/sandbox -k share -x`: only those tests, without the checks.

DB=pg or DB=sqlite runs one of the two. TEST_DATABASE_URL and TEST_REDIS_URL name servers of your own.
CI=true makes every skipped test a failure, except those that lack the shared reference folder."""

DATABASES = {"pg": "PostgreSQL", "sqlite": "SQLite"}

ON_BOTH = "test_journey.py"
"""Browser test that runs on either database: from the first page to a link for others. What hands do in the
other ones no database can change, so they run on PostgreSQL alone."""

ON_ONE = ("runs/test_large.py", "runs/test_live.py", "runs/test_prefork.py")
"""Long tests below tests/sandbox of what workers compute: they run on PostgreSQL alone as well."""

WITHOUT_DATABASE = (
    "netcore",
    "facts",
    "kernel",
    "cases",
    "rejects",
    "properties",
    "statistics",
    "architecture",
    "commands",
)
"""Folders of tests that meet no database of the run; they run once."""

SIDE_BY_SIDE = 3
"""As many passes at a time: half of the time they wait for browsers, brokers and clocks, and the smallest
machine of CI has two processors."""

NOTHING_COLLECTED = 5
"""Exit code of pytest that is right for some arguments on the second database."""


class Pass(NamedTuple):
    """One run of pytest: what it is called, its database and its arguments."""

    title: str
    database: str
    args: tuple[str, ...]


class Counts(NamedTuple):
    """What one pass counted; ``code`` is pytest's exit code."""

    code: int
    passed: int
    failed: int
    skipped: int


class Command(BaseCommand):
    help = "Run the checks and all tests; see `manage.py test --help`."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand all arguments on to pytest, in its own language."""
        args = argv[2:]
        if args in (["--help"], ["-h"]):
            print(HELP)
            return
        try:
            sys.exit(_test(args))
        except Trouble as trouble:
            sys.exit(str(trouble))
        except KeyboardInterrupt:
            sys.exit(130)


def _test(args: list[str]) -> int:
    tools.install_missing()
    frontend.build()
    os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".data" / "kernels"))  # where the demo keeps them
    failed_checks = [] if args else _checked()
    passes = _passes(args)
    own_server = "TEST_DATABASE_URL" in os.environ  # on one server passes would share the test's database
    together = SIDE_BY_SIDE if len(passes) > len(DATABASES) and not own_server else 1
    with ThreadPoolExecutor(max_workers=together) as pool:
        results = list(pool.map(_pytest, passes, [number > 0 for number in range(len(passes))]))
    passed, failed, skipped = (sum(column) for column in list(zip(*results, strict=True))[1:])
    failed += len(failed_checks)
    broken = any(counts.code not in (0, NOTHING_COLLECTED) for counts in results) or not passed
    if failed_checks:
        print(f"failed checks: {', '.join(failed_checks)}")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {max(failed, int(broken))} failed", flush=True)
    return 1 if failed or broken else 0


def _checked() -> list[str]:
    """Run the checks and return those that failed; the kernels of the engine are compiled beside them.

    Compiled once, before passes side by side would each do it within the time limit of a test.
    """
    compiling = [sys.executable, "-m", "tests.warm_kernels"]
    with ThreadPoolExecutor(max_workers=1) as pool:
        kernels = pool.submit(stages.run, compiling, "The kernels of the engine did not compile")
        failed = checks.run_all()
        with stages.stage("kernels", "compile"):
            kernels.result()
    return failed


def _passes(args: list[str]) -> list[Pass]:
    """Return the runs of pytest, the longest first, so that the last ones end together."""
    only = os.environ.get("DB")
    databases = {only: DATABASES.get(only, only)} if only else DATABASES
    if args or only:
        return [Pass(title, database, tuple(args)) for database, title in databases.items()]
    engine = tuple(f"tests/{name}" for name in WITHOUT_DATABASE)
    others = tuple(f"--ignore={folder}" for folder in engine)
    browser = sorted((ROOT / "tests" / "browser").glob("test_*.py"))
    once = tuple(f"--ignore={file.relative_to(ROOT)}" for file in browser if file.name != ON_BOTH)
    once += tuple(f"--ignore=tests/sandbox/{name}" for name in ON_ONE)
    return [
        Pass(f"{DATABASES['pg']}, browser", "pg", ("tests/browser",)),
        Pass(DATABASES["pg"], "pg", (*others, "--ignore=tests/browser")),
        Pass(DATABASES["sqlite"], "sqlite", (*others, *once)),
        Pass("Facts, properties, commands", "sqlite", engine[1:]),
        Pass("Engine", "sqlite", engine[:1]),
    ]


def _pytest(one: Pass, quiet: bool) -> Counts:
    """Run pytest in a process of its own; a quiet pass prints what it said when it is over."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        env = {**os.environ, "DB": one.database, "DJANGO_SETTINGS_MODULE": "sandbox.settings.local"}
        slowest = ("--durations=10", "--durations-min=10")  # CI has minutes, so these are seen
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *slowest, *one.args]
        if not quiet:
            print(f"\n{one.title}", flush=True)
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            encoding="utf-8",
            errors="replace",
        )
        if quiet:
            print(f"\n{one.title}\n{done.stdout}", flush=True)
        if not report.exists():
            return Counts(done.returncode, 0, 0, 0)
        suite = ElementTree.parse(report).getroot().find("testsuite")
        counts = {
            key: int(value)
            for key, value in (suite.attrib if suite is not None else {}).items()
            if value.isdigit()
        }
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    skipped = counts.get("skipped", 0)
    return Counts(done.returncode, counts.get("tests", 0) - failed - skipped, failed, skipped)
