"""`manage.py bench`: how fast the engine is on this machine; prints numbers and judges nothing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

FOLDER = Path(__file__).resolve().parents[4] / "tests" / "bench"


class Command(BaseCommand):
    help = "Run the scripts in tests/bench one after the other and print their lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="one script by its name, such as walk")
        parser.add_argument("--sizes", default="", help="VMs of the drawings, such as 100,1000")
        parser.add_argument("--seconds", type=float, default=0, help="how long each number is measured")

    def handle(self, *args: Any, **options: Any) -> None:
        names = [path.stem.removeprefix("bench_") for path in sorted(FOLDER.glob("bench_*.py"))]
        if options["only"]:
            if options["only"] not in names:
                raise CommandError(f"There is no bench {options['only']}; there are: {', '.join(names)}.")
            names = [options["only"]]
        chosen: dict[str, Any] = {}
        if options["sizes"]:
            chosen["sizes"] = tuple(int(size) for size in options["sizes"].split(","))
        if options["seconds"]:
            chosen["seconds"] = options["seconds"]
        for name in names:
            script = importlib.import_module(f"tests.bench.bench_{name}")  # there only in a checkout
            for line in script.lines(**chosen):
                self.stdout.write(line)
                self.stdout.flush()
