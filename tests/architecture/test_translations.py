"""What people read can be translated: templates by Django's catalogues, the front end by its layer."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from sandbox.common.launch import frontend
from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
NAMES = {r"\bmin\b", "VNet Sandbox", "CSV", "JSON", "UTC", "ZIP", "AWS:", "Azure:"}
"""What is called so in every language."""
SAID = {"alt", "aria-label", "aria-description", "content", "data-confirm", "placeholder", "title"}
"""Attributes that are read to people."""


def untranslated(source: str) -> list[str]:
    """Return the texts of a template that stand outside of its translations."""
    bare, inside, classes = "", False, False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            inside = word == "blocktranslate" or (inside and word != "endblocktranslate")
            classes = token.contents == "block body_class"
        if token.token_type == TokenType.TEXT and not inside and not classes:
            bare += token.contents
        elif token.token_type != TokenType.COMMENT:
            bare += " \x00 "  # with spaces: it may stand between attributes
    found: list[str] = []

    class Reader(HTMLParser):
        keeps = False

        def handle_data(self, data: str) -> None:
            if not self.keeps:
                found.extend(data.split("\x00"))

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.keeps = dict(attrs).get("translate") == "no"  # keywords of a language
            described = dict(attrs).get("name") == "description"
            for name, value in attrs:
                if value and name in SAID and (name != "content" or described):
                    found.extend(value.split("\x00"))

        def handle_endtag(self, tag: str) -> None:
            self.keeps = False

    Reader().feed(bare)
    without = (re.sub("|".join(NAMES), "", text) for text in found)
    return [text.strip() for text in without if re.search(r"[^\W\d_]{2}", text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_say_nothing_outside_of_translations(path: Path) -> None:
    assert untranslated(path.read_text(encoding="utf-8")) == []


def test_bare_words_are_found() -> None:
    source = """{% load i18n %}<p title="Two words">One {{ x }} two <b>{% translate "three" %}</b>
        {% blocktranslate %}four{% endblocktranslate %}<img alt="{% translate 'five' %}"></p>"""
    assert untranslated(source) == ["Two words", "One", "two"]


@pytest.mark.parametrize(
    "said",
    [
        "<p>Two words</p>",
        '<p title="Two words" />',
        "<p aria-label={`Two ${a}`} />",
        "<p>{a ? 'Two words' : b}</p>",
        "<p>{a && 'words'}</p>",
    ],
)
def test_bare_words_of_the_front_end_are_found(said: str) -> None:
    source = f"export const a = (b: string, a: string): unknown => {said};\n"
    done = subprocess.run(
        [
            frontend.program("node"),
            "node_modules/eslint/bin/eslint.js",
            "--stdin",
            "--stdin-filename=panels/Tab.tsx",
        ],
        cwd=frontend.SOURCES,
        input=source,
        capture_output=True,
        text=True,
        env=frontend.environment(),
    )
    assert "People read this" in done.stdout, done.stdout + done.stderr
