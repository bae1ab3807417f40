"""`manage.py generate`: write the files made from others; `--check` says whether they are current."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.common import frontend_shape
from sandbox.common.launch import frontend
from sandbox.common.launch.stages import ROOT, Trouble, explain, run

TYPES = frontend.SOURCES / "document" / "schema.ts"
"""The browser's types of the document, from the JSON Schema that netcore makes of its models."""

SHAPE = frontend.SOURCES / "document" / "shape.json"
"""The fields of every model for forms, from the same schema."""

PACKS = ROOT / "docs" / "schemas"
"""The JSON Schema of each kind of file of an exercise pack."""

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
            schema = _schema()
            made = {TYPES: _types(schema), SHAPE: frontend_shape.text(json.loads(schema)), **_packs()}
        except Trouble as trouble:
            sys.exit(str(trouble))
        for path, text in made.items():
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            name = path.relative_to(ROOT)
            if options["check"]:
                sys.exit(f"{name} is out of date: run `python3 manage.py generate`.")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")


def _schema() -> str:
    # A process of its own: this app may not import netcore.
    program = "import json, netcore; print(json.dumps(netcore.schema()))"
    return run([sys.executable, "-c", program], "the schema of the document")


def _packs() -> dict[Path, str]:
    program = "import json, netcore; print(json.dumps(netcore.pack_schemas()))"
    found = json.loads(run([sys.executable, "-c", program], "the schemas of exercise packs"))
    return {
        PACKS / f"{name}.schema.json": json.dumps(schema, indent=1) + "\n" for name, schema in found.items()
    }


def _types(schema: str) -> str:
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
