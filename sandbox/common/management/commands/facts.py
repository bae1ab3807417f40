"""`manage.py facts`: which facts have rule cards and tests; `--write` makes docs/coverage.md."""

from __future__ import annotations

import importlib
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Say how many facts are tested or not modelled, area by area."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/coverage.md as well")
        parser.add_argument("--check", action="store_true", help="fail when docs/coverage.md is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        facts = importlib.import_module("tests.facts.report")  # there only in a checkout
        found = facts.report()
        text = facts.text(found)
        if options["write"]:
            facts.COVERAGE.write_text(text, encoding="utf-8")
        for line in facts.figures(found):
            self.stdout.write(line)
        current = facts.COVERAGE.exists() and facts.COVERAGE.read_text(encoding="utf-8") == text
        if options["check"] and not current:
            sys.exit("docs/coverage.md is out of date: run `python3 manage.py facts --write`.")
