"""`manage.py check_all`: format, lint, types, imports, migrations, settings, front end, generated files."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.common.launch import checks, frontend
from sandbox.common.launch.stages import Trouble


class Command(BaseCommand):
    help = "Check everything that can be checked without running the product; all of it, whatever fails."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            frontend.build()
            failed = checks.run_all()
        except Trouble as trouble:
            sys.exit(str(trouble))
        if failed:
            sys.exit(f"failed: {', '.join(failed)}")
