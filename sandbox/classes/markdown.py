"""Text of packs and comments: Markdown in, HTML out, nothing in it that a person could run."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Raw HTML is shown as text; images would load from elsewhere, so there are none.
_RENDERER: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@lru_cache(256)
def html(text: str) -> SafeString:
    """Return a Markdown text as HTML that is safe to put on a page."""
    rendered: str = _RENDERER.render(text)
    return mark_safe(rendered)
