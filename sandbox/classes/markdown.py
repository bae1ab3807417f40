"""Text of packs and comments: Markdown in, HTML out, nothing in it that a person could run."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

import netcore

# Raw HTML is shown as text; images would load from elsewhere, so there are none.
_RENDERER: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

_FACTS: Final = re.compile(r"\(([A-Z]\d{1,2}(?:, [A-Z]\d{1,2})*)\)(?!\()")


@lru_cache(256)
def html(text: str) -> SafeString:
    """Return a Markdown text as HTML that is safe to put on a page."""
    rendered: str = _RENDERER.render(text)
    return mark_safe(rendered)


def html_with_facts(text: str) -> SafeString:
    """Return a Markdown text as HTML in which ids of facts, such as (D20, D28), lead to the page of facts."""
    known, page = netcore.facts(), reverse("workbench:facts")

    def linked(found: re.Match[str]) -> str:
        ids = found[1].split(", ")
        return f"({', '.join(f'[{one}]({page}?q={one})' if one in known else one for one in ids)})"

    return html(_FACTS.sub(linked, text))
