"""`manage.py packs`: lint, import and export exercise packs, and verify receipts of them.

Lint says whether packs keep their promises, with exit code 1 where one does not; import stores folders as
versions that every course may use, or one, unless lint refuses; export writes a stored version as a folder.
Verify holds a receipt against the site's own key and stored pack, and ends with the exit codes of
`netcore verify`. The site is the one whose data folder `--data` names, as for `demo`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

import netcore
from sandbox.classes import packs
from sandbox.classes.models import Course, PackVersion
from sandbox.classes.services import packs as services

_NO_SITE: Final = (
    "The database of this site, whose data folder is {folder}, has no packs that can be read. Start `demo` "
    "once to make it, or name another folder: packs --data FOLDER ..."
)


class Command(BaseCommand):
    help = "Lint, import or export exercise packs, which are folders with pack.yml; verify a receipt."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "data folder of the site: that of `demo --data`; default: .data"
        parser.add_argument("--data", type=Path, help=words)
        # Before the action and behind it; there without a default, which would undo the one before.
        site = ArgumentParser(add_help=False, allow_abbrev=False)
        site.add_argument("--data", type=Path, help=words, default=SUPPRESS)
        actions = parser.add_subparsers(dest="action", required=True)
        lint = actions.add_parser("lint", help="say everything that is wrong with packs")
        lint.add_argument("packs", nargs="*", metavar="PACK", help="folder of a pack, or its id")
        lint.add_argument("--seeds", type=int, default=4, help="how many variants are tried; default 4")
        lint.add_argument("--json", action="store_true", help="write a line of JSON for each pack")

        stored = actions.add_parser(
            "import", parents=[site], help="store packs as versions that every course may use"
        )
        stored.add_argument("packs", nargs="*", metavar="PACK", help="folder of a pack, or its id")
        stored.add_argument("--course", help="id or title of the course whose pack it is; else all")
        stored.add_argument("--force", action="store_true", help="store also what lint refuses")
        written = actions.add_parser("export", parents=[site], help="write a stored pack into a folder")
        written.add_argument("pack", help="its id")
        written.add_argument("folder", type=Path, help="where a folder of its id is made")
        written.add_argument("--course", help="id or title of the course whose pack it is")
        written.add_argument("--version", dest="number", type=int, help="number; the newest without one")

        verify = actions.add_parser(
            "verify",
            parents=[site],
            help="say whether a receipt is of this site: the key of the site, and the stored pack it names. "
            "Exit codes: 0 it is proved, 1 it is not as it says, 2 it cannot be read, 3 unverified",
        )
        verify.add_argument("receipt", type=Path, metavar="RECEIPT", help="file of a receipt")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        if options["data"] is not None:
            sys.exit(_in_folder(options["data"].expanduser().resolve()))
        actions = {
            "lint": self._lint,
            "import": self._import,
            "export": self._export,
            "verify": self._verify,
        }
        try:
            actions[options["action"]](options)
        except DatabaseError as error:
            raise CommandError(_NO_SITE.format(folder=settings.DATA_DIR), returncode=2) from error

    def _import(self, options: dict[str, Any]) -> None:
        course = _course(options["course"])
        for folder in _folders(options["packs"]):
            problems = () if options["force"] else lint(folder, 4)
            if problems:
                lines = "\n".join(f"  {problem.text}" for problem in problems)
                raise CommandError(f"{folder.name}: lint refuses it; --force stores it anyway.\n{lines}")
            try:
                made = services.publish(course, None, services.files_of(folder))
            except services.PackNotTaken as error:
                lines = "\n".join(f"  {netcore.PackProblem(**one).text}" for one in error.problems)
                raise CommandError(f"{folder.name}: {error}\n{lines}") from error
            except UnicodeDecodeError as error:
                raise CommandError(
                    f"{folder.name}: a file in it is not UTF-8 text, so it is not stored."
                ) from error
            except OSError as error:
                raise CommandError(f"{folder.name}: it cannot be read. {error}") from error
            self.stdout.write(f"{made.slug}: version {made.number}")

    def _export(self, options: dict[str, Any]) -> None:
        every = PackVersion.objects.filter(slug=options["pack"])
        versions = every.filter(course=_course(options["course"]))
        if options["number"] is not None:
            versions = versions.filter(number=options["number"])
        found = versions.order_by("-number").first()
        if found is None:
            courses = Course.objects.filter(pk__in=every.exclude(course=None).values("course"))
            named = "".join(f"\n  --course {course.pk}  {course}" for course in courses)
            others = f" Courses have packs of this id:{named}" if named else ""
            raise CommandError(f"There is no such version of {options['pack']}.{others}")
        folder = options["folder"] / found.slug
        try:
            for path, text in found.files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{found} cannot be written into {folder}. {error}") from error
        self.stdout.write(f"{found}: {len(found.files)} files in {folder}")

    def _verify(self, options: dict[str, Any]) -> None:
        try:
            made = json.loads(options["receipt"].read_bytes())
            stored, lacking = self._stored(_digest(made))
            found = netcore.verify_receipt(made, stored, packs.receipt_key())
        except (OSError, ValueError, netcore.NetcoreError) as error:
            raise CommandError(f"{options['receipt']}: {error}", returncode=2) from error
        self.stdout.write(found.text)
        if stored is None:
            self.stdout.write(f"  {lacking}")
        if found.verdict != "good":
            sys.exit({"bad": 1, "unverified": 3}[found.verdict])

    def _stored(self, digest: str) -> tuple[netcore.Pack | None, str]:
        """Return the stored pack of a digest, or why there is none: without a database the key is left."""
        try:
            return packs.pack_by_digest(digest), "No pack stored here is the one that the receipt names."
        except DatabaseError:
            return None, _NO_SITE.format(folder=settings.DATA_DIR)

    def _lint(self, options: dict[str, Any]) -> None:
        folders = _folders(options["packs"])
        refused = 0
        for folder in folders:
            if not options["json"]:
                # Before it is tried: a pack with races takes a while, and this says which one it is.
                self.stdout.write(f"{folder.name}: ", ending="")
                self.stdout.flush()
            begun = perf_counter()
            problems = lint(folder, options["seeds"])
            seconds = round(perf_counter() - begun, 1)
            refused += bool(problems)
            if options["json"]:
                found = [problem.as_dict() for problem in problems]
                self.stdout.write(json.dumps({"pack": folder.name, "seconds": seconds, "problems": found}))
                continue
            self.stdout.write(f"{'refused' if problems else 'ok'} ({seconds:g} s)")
            for problem in problems:
                self.stdout.write(f"  {problem.text}")
        self.stdout.write(f"packs: {len(folders) - refused} ok, {refused} refused")
        if refused:
            sys.exit(1)


def _in_folder(folder: Path) -> int:
    """Run the same command for the site of a data folder and return its exit code.

    In another process, for database and key are chosen when the settings are read.
    """
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder}.", returncode=2)
    place = next(place for place, word in enumerate(sys.argv) if word.partition("=")[0] == "--data")
    words = sys.argv[1:place] + sys.argv[place + (1 if "=" in sys.argv[place] else 2) :]
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    return subprocess.call(command, env={**os.environ, "SANDBOX_DATA": str(folder)})


def _course(named: str | None) -> Course | None:
    """Return the course of an id or a title; None where none is named."""
    if named is None:
        return None
    try:
        found = list(Course.objects.filter(pk=UUID(named)))
    except ValueError:
        found = list(Course.objects.filter(title=named))
    if len(found) == 1:
        return found[0]
    ids = "".join(f"\n  {course.pk}  {course}" for course in found)
    words = f"Several courses are called {named}; name one by its id:{ids}" if found else ""
    raise CommandError(words or f"There is no course {named}.")


def _digest(made: Any) -> str:
    """Return the digest of the pack that a receipt names; empty where it is no receipt."""
    named = made.get("pack") if isinstance(made, dict) else None
    return str(named.get("digest", "")) if isinstance(named, dict) else ""


def lint(folder: Path, count: int) -> tuple[netcore.PackProblem, ...]:
    """Return all that is wrong with the pack of a folder, tried in so many variants and with all faults."""
    try:
        # As bytes: what is no text is one of the problems.
        files = {name: path.read_bytes() for name, path in services.paths_of(folder).items()}
        pack = netcore.read_pack(files)
    except netcore.PackRefused as error:
        return error.problems
    found = netcore.lint(pack, netcore.lint_seeds(pack, count))
    if pack.id != folder.resolve().name:
        message = f"The pack calls itself {pack.id}, and its folder {folder.resolve().name}."
        mend = "Give both the same name."
        found = (netcore.PackProblem(pack.paths["pack"], "/id", "other-folder", message, mend), *found)
    return found


def _folders(names: list[str]) -> list[Path]:
    """Return the folders that names mean; without a name, all that come with the program."""
    return [_folder(name) for name in names] or sorted(
        path.parent for path in services.SHIPPED.glob("*/pack.*")
    )


def _folder(name: str) -> Path:
    """Return the folder that a name means: a path, or the id of a pack that comes with the program."""
    if Path(name).is_dir():
        return Path(name)
    # A path is no id, also where one leads from the folder of all packs to somewhere.
    if name not in {path.parent.name for path in services.SHIPPED.glob("*/pack.*")}:
        raise CommandError(f"There is no folder {name}, and no pack of that id came with the program.")
    return services.SHIPPED / name
