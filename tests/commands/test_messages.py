"""manage.py messages: both catalogues of a language, kept and compiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command


def test_both_catalogues_hold_what_people_read(tmp_path: Path, settings: Any) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    call_command("messages", "la")
    folder = tmp_path / "la" / "LC_MESSAGES"
    pages, workbench = (folder / f"{name}.po" for name in ("django", "djangojs"))
    assert 'msgid "My scenarios"' in pages.read_text(encoding="utf-8")
    words = pages.read_text(encoding="utf-8")
    for said in (
        "The drawing has no such NIC.",
        "Dropped at {place}: {reason}",
        "A VM is paused, memory kept",
    ):
        assert f'msgid "{said}"' in words, said  # a refusal, a sentence of the engine, a table of the engine
    assert 'msgid_plural "{count} subnets"' in words
    assert 'msgid_plural "{n} problems"' in workbench.read_text(encoding="utf-8")
    assert 'msgid "Looking for runs"' in workbench.read_text(encoding="utf-8")
    workbench.write_text(
        workbench.read_text(encoding="utf-8").replace(
            'msgid "Looking for runs"\nmsgstr ""', 'msgid "Looking for runs"\nmsgstr "Quaero"'
        ),
        encoding="utf-8",
    )
    call_command("messages", "la")
    assert 'msgstr "Quaero"' in workbench.read_text(encoding="utf-8")
    assert b"Quaero" in workbench.with_suffix(".mo").read_bytes()
