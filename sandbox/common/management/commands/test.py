"""`manage.py test`: the checks, then every test on PostgreSQL and on SQLite, with real Redis and browser."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from django.core.management.base import BaseCommand

from sandbox.common.launch import checks, frontend, tools
from sandbox.common.launch.stages import ROOT, Trouble

HELP = """usage: manage.py test [pytest arguments]

Without arguments: the checks of `check_all`, then all tests on PostgreSQL and once more on SQLite.
With arguments, such as `tests/sandbox -k share -x`: only those tests, without the checks.

DB=pg or DB=sqlite runs one of the two. TEST_DATABASE_URL and TEST_REDIS_URL name servers of your own.
CI=true makes every skipped test a failure, except those that lack the shared reference folder."""

DATABASES = {"pg": "PostgreSQL", "sqlite": "SQLite"}
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
"""Folders of tests that meet no database of the run; they run on the first pass only."""


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
    failed_checks = [] if args else checks.run_all()
    passed, failed, skipped, broken = 0, len(failed_checks), 0, False
    for number, database in enumerate([os.environ["DB"]] if os.environ.get("DB") else DATABASES):
        print(f"\n{DATABASES.get(database, database)}", flush=True)
        leave_out = [] if args or number == 0 else [f"--ignore=tests/{name}" for name in WITHOUT_DATABASE]
        code, counts = _pytest([*args, *leave_out], database)
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
        # 5: nothing was collected, which is right for some arguments on the second pass.
        broken = broken or code not in ((0, 5) if number else (0,))
    if failed_checks:
        print(f"failed checks: {', '.join(failed_checks)}")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {max(failed, int(broken))} failed", flush=True)
    return 1 if failed or broken else 0


def _pytest(args: list[str], database: str) -> tuple[int, tuple[int, int, int]]:
    """Run pytest in a process of its own; return its exit code and (passed, failed, skipped)."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        env = {**os.environ, "DB": database, "DJANGO_SETTINGS_MODULE": "sandbox.settings.local"}
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *args]
        code = subprocess.run(command, cwd=ROOT, env=env).returncode
        if not report.exists():
            return code, (0, 0, 0)
        suite = ElementTree.parse(report).getroot().find("testsuite")
        counts = {
            key: int(value)
            for key, value in (suite.attrib if suite is not None else {}).items()
            if value.isdigit()
        }
    failed = counts.get("failures", 0) + counts.get("errors", 0)
    skipped = counts.get("skipped", 0)
    return code, (counts.get("tests", 0) - failed - skipped, failed, skipped)
