"""Text of packs and comments: Markdown in, HTML out, nothing in it that a person could run."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from markdown_it import MarkdownIt

import netcore

# Raw HTML is shown as text; images would load from elsewhere, so there are none.
_RENDERER: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _table_open(renderer: Any, tokens: Any, at: int, options: Any, env: Any) -> str:
    """Return a box around a table, called by its headings: a wider one moves in it, by keyboard too."""
    end = next(place for place in range(at, len(tokens)) if tokens[place].type == "thead_close")
    cells = (token.children or () for token in tokens[at:end] if token.type == "inline")
    words = ("".join(part.content for part in parts).strip() for parts in cells)
    label = escape(", ".join(word for word in words if word) or gettext("Table"))
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">\n<table>\n'


_RENDERER.add_render_rule("table_open", _table_open)
_RENDERER.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")

_FACTS: Final = re.compile(r"\(([A-Z]\d{1,2}(?:, [A-Z]\d{1,2})*)\)(?!\()")


def html(text: str) -> SafeString:
    """Return a Markdown text as HTML that is safe to put on a page."""
    return _html(text, get_language())


@lru_cache(256)
def _html(text: str, language: str | None) -> SafeString:
    rendered: str = _RENDERER.render(text)
    return mark_safe(rendered)


def html_with_facts(text: str) -> SafeString:
    """Return a Markdown text as HTML in which ids of facts, such as (D20, D28), lead to the page of facts."""
    known, page = netcore.facts(), reverse("workbench:facts")

    def linked(found: re.Match[str]) -> str:
        ids = found[1].split(", ")
        return f"({', '.join(f'[{one}]({page}?q={one})' if one in known else one for one in ids)})"

    return html(_FACTS.sub(linked, text))
