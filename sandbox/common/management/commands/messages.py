"""`manage.py messages LANGUAGE...`: make or update the catalogues of a language, and compile them.

A language is two files in `locale/LANGUAGE/LC_MESSAGES`: `django.po` for pages, refusals and what the
engine says, `djangojs.po` for the workbench. Fill them, run the command again, and the language can be
chosen in the settings.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from sandbox.common.launch import frontend, texts
from sandbox.common.launch.stages import ROOT, Trouble, run

_SCRIPT = frontend.SOURCES / "texts.mjs"


class Command(BaseCommand):
    help = "Make or update the catalogues of languages, and compile them. Needs the gettext programs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("languages", nargs="+", help="codes such as de or pt_BR")

    def handle(self, *args: Any, **options: Any) -> None:
        languages: list[str] = options["languages"]
        for folder in settings.LOCALE_PATHS:
            Path(folder).mkdir(parents=True, exist_ok=True)
        try:
            frontend.install()
            workbench = run([frontend.program("node"), str(_SCRIPT)], "the texts of the front end")
        except Trouble as trouble:
            sys.exit(str(trouble))
        try:
            # In folders of their own: beside a folder called `locale`, Django would write into that one.
            with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
                for name in ("sandbox", "templates"):
                    Path(name).symlink_to(ROOT / name)
                Path("engine.py").write_text(texts.as_source(texts.engine_texts()), encoding="utf-8")
                self._make("django", languages, ["html", "svg", "txt", "py"], symlinks=True)
            with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
                Path("texts.js").write_text(workbench, encoding="utf-8")
                self._make("djangojs", languages, ["js"], no_location=True)
                call_command("compilemessages", locale=languages, verbosity=0)
        except CommandError as error:
            sys.exit(f"{error}\nThis needs gettext: `apt-get install gettext` or `brew install gettext`.")

    def _make(self, domain: str, languages: list[str], extensions: list[str], **more: Any) -> None:
        call_command(
            "makemessages",
            domain=domain,
            locale=languages,
            extensions=extensions,
            no_obsolete=True,
            verbosity=0,
            **more,
        )
