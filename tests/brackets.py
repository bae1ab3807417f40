"""A language made of brackets: what is not translated stands there bare."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings


def make_brackets(folder: Path) -> None:
    """Make and compile the catalogues of the language ``la`` in a folder: its words are ours in brackets."""
    with override_settings(LOCALE_PATHS=[folder]):
        call_command("messages", "la")
        for path in sorted(folder.rglob("*.po")):
            path.write_text(bracketed(path.read_text(encoding="utf-8")), encoding="utf-8")
        call_command("compilemessages", locale=["la"], verbosity=0)


def bracketed(catalogue: str) -> str:
    """Return a catalogue whose every translation is the English text in brackets."""

    def fill(found: re.Match[str]) -> str:
        one, many = found["one"], found["many"]
        inner = [re.sub(r'^""\n', "", text or "").replace('\\n"\n"', '\\n"\n"') for text in (one, many)]
        words = ["".join(re.findall(r'^"(.*)"$', text, flags=re.MULTILINE)) for text in inner]
        head = f"msgid {one}" + (f"msgid_plural {many}" if many else "")
        if not many:
            return f'{head}msgstr "{_inside(words[0])}"\n'
        return f'{head}msgstr[0] "{_inside(words[0])}"\nmsgstr[1] "{_inside(words[1])}"\n'

    text = '(?:"[^\\n]*"\\n)+'
    entry = rf"msgid (?P<one>{text})(?:msgid_plural (?P<many>{text}))?(?:msgstr(?:\[\d\])? {text})+"
    header, rest = catalogue.split("\n\n", 1)
    header = header.replace("nplurals=INTEGER; plural=EXPRESSION", "nplurals=2; plural=(n != 1)")
    header = header.replace("#, fuzzy\n", "")
    return f"{header}\n\n{re.sub(entry, fill, rest).replace('#, fuzzy', '#')}"


def _inside(text: str) -> str:
    """Put brackets around a text; new lines at its ends stay there, as msgfmt wants them."""
    found = re.fullmatch(r"((?:\\n)*)(.*?)((?:\\n)*)", text)
    assert found
    return f"{found[1]}⟦{found[2]}⟧{found[3]}"
