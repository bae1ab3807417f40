"""`manage.py generate`: write the files made from others; `--check` says whether they are current."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.common.launch import frontend
from sandbox.common.launch.stages import ROOT, Trouble, explain, run

TYPES = frontend.SOURCES / "document" / "schema.ts"
"""The browser's types of the document, from the JSON Schema that netcore makes of its models."""

_BANNER = "/* Made by `python3 manage.py generate` from the models in netcore/document. Do not edit. */"


class Command(BaseCommand):
    help = "Write the generated files; with --check only say whether they are up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            frontend.install()
            text = _types()
        except Trouble as trouble:
            sys.exit(str(trouble))
        if TYPES.exists() and TYPES.read_text(encoding="utf-8") == text:
            return
        name = TYPES.relative_to(ROOT)
        if options["check"]:
            sys.exit(f"{name} is out of date: run `python3 manage.py generate`.")
        TYPES.parent.mkdir(exist_ok=True)
        TYPES.write_text(text, encoding="utf-8")
        print(f"wrote {name}")


def _types() -> str:
    # A process of its own: this app may not import netcore.
    program = "import json, netcore; print(json.dumps(netcore.schema()))"
    schema = run([sys.executable, "-c", program], "the schema of the document")
    tool = "node_modules/json-schema-to-typescript/dist/src/cli.js"
    done = subprocess.run(
        [frontend.program("node"), tool, "--bannerComment", _BANNER],
        cwd=frontend.SOURCES,
        input=schema,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise Trouble(explain(done.stderr, "making types of the schema"))
    return done.stdout
