"""`manage.py golden`: rewrite what golden cases expect from what the engine says; a person reads the diff."""

from __future__ import annotations

import importlib
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Rewrite expected.json of every case in tests/cases from the engine, and say which ones changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        golden = importlib.import_module("tests.netcore.cases")  # there only in a checkout
        changed = 0
        for case in golden.cases():
            path = case / "expected.json"
            text = golden.text_of(golden.answers(case))
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"changed: {case.relative_to(golden.FOLDER)}")
                changed += 1
        self.stdout.write(f"{changed} cases changed. Read the diff before you commit it.")
