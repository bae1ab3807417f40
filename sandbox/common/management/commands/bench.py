"""`manage.py bench`: how fast the engine is on this machine, next to others in the same run."""

from __future__ import annotations

import datetime
import importlib
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

FOLDER = Path(__file__).resolve().parents[4] / "tests" / "bench"


class Command(BaseCommand):
    help = "Run the scripts in tests/bench, then measure the goals; a line for each promise."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="names of scripts and goals, such as walk or G3,G5")
        parser.add_argument("--sizes", default="", help="of scripts: VMs or flows, such as 100,1000")
        parser.add_argument("--seconds", type=float, default=0, help="of scripts: how long each number takes")
        parser.add_argument("--processes", type=int, default=3, help="of goals: fresh processes for each")
        parser.add_argument("--repetitions", type=int, default=5, help="of goals: readings in each process")
        parser.add_argument(
            "--no-page", action="store_true", help="of goals: leave docs/performance.md as it is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scripts, goals = _chosen(options["only"])
        for name in scripts:
            script = importlib.import_module(f"tests.bench.bench_{name}")  # there only in a checkout
            for line in script.lines(**_of_scripts(options)):
                self._say(line)
        if goals:
            self._goals(goals, options)

    def _goals(self, names: list[str], options: dict[str, Any]) -> None:
        from tests.bench import page, verdicts
        from tests.bench.goals import goals

        known, found = goals(), []
        self._say(f"machine: {page.machine()}; {page.versions()}")
        for group in verdicts.alike(known[name] for name in names):
            began = time.monotonic()
            runs = list(verdicts.in_processes(group, options["processes"], options["repetitions"]))
            for goal in group:
                for verdict in verdicts.judge(goal, [run[goal.id] for run in runs]):
                    self._say(verdict.line)
                    found.append(verdict)
            said = ", ".join(goal.id for goal in group)
            self._say(f"took {time.monotonic() - began:.0f} s: {said}")
        if not options["no_page"]:
            before = page.PAGE.read_text("utf-8") if page.PAGE.exists() else ""
            day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
            page.PAGE.write_text(page.text(known, found, day, before), "utf-8")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _chosen(only: str) -> tuple[list[str], list[str]]:
    """Return names of scripts and of goals; all of both where none is named.

    Raises:
        CommandError: there is no such script or goal.
    """
    from tests.bench.goals import goals

    scripts = [path.stem.removeprefix("bench_") for path in sorted(FOLDER.glob("bench_*.py"))]
    known = [*scripts, *goals()]
    wanted = [name.strip() for name in only.split(",") if name.strip()] or known
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise CommandError(f"There is no bench {', '.join(unknown)}; there are: {', '.join(known)}.")
    return [name for name in scripts if name in wanted], [name for name in goals() if name in wanted]


def _of_scripts(options: dict[str, Any]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if options["sizes"]:
        chosen["sizes"] = tuple(int(size) for size in options["sizes"].split(","))
    if options["seconds"]:
        chosen["seconds"] = options["seconds"]
    return chosen
