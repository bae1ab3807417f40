"""`manage.py packs lint`: whether exercise packs keep their promises; exit code 1 where one does not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import netcore

PACKS = Path(__file__).parents[2] / "packs"
"""The packs that come with the program, a folder each."""


class Command(BaseCommand):
    help = "Lint exercise packs: folders with pack.yml; without one, all that come with the program."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        lint = actions.add_parser("lint", help="say everything that is wrong with packs")
        lint.add_argument("packs", nargs="*", metavar="PACK", help="folder of a pack, or its id")
        lint.add_argument("--json", action="store_true", help="write a line of JSON for each pack")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [_folder(name) for name in options["packs"]] or sorted(
            path.parent for path in PACKS.glob("*/pack.*")
        )
        refused = 0
        for folder in folders:
            problems = lint(folder)
            refused += bool(problems)
            if options["json"]:
                row = {"pack": folder.name, "problems": [problem.as_dict() for problem in problems]}
                self.stdout.write(json.dumps(row))
                continue
            self.stdout.write(f"{folder.name}: {'refused' if problems else 'ok'}")
            for problem in problems:
                self.stdout.write(f"  {problem.text}")
        self.stdout.write(f"packs: {len(folders) - refused} ok, {refused} refused")
        if refused:
            sys.exit(1)


def lint(folder: Path) -> tuple[netcore.PackProblem, ...]:
    """Return everything that is wrong with the pack of a folder."""
    try:
        pack = netcore.read_pack(files_of(folder))
    except netcore.PackRefused as error:
        return error.problems
    found = netcore.lint(pack)
    if pack.id != folder.name:
        message = f"The pack calls itself {pack.id}, and its folder {folder.name}."
        found = (netcore.PackProblem("pack.yml", "/id", "other-folder", message), *found)
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a pack by their path inside the folder; hidden ones are left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _folder(name: str) -> Path:
    """Return the folder that a name means: a path, or the id of a pack that comes with the program."""
    return Path(name) if Path(name).is_dir() else PACKS / name
