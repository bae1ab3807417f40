"""Small pieces of the tables of courses."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_MARKS: Final = {
    "passed": ("delivered", "✓", "passed"),
    "failed": ("dropped", "✕", "failed"),
    "ungraded": ("unmodelled", "▨", "could not be graded"),
}


@register.simple_tag
def check_cell(row: dict[str, Any], check_id: str) -> SafeString | str:
    """Return one cell of the gradebook of an exercise: points with a mark, in words for those who listen."""
    held = row["overrides"].get(check_id)
    check = row["checks"].get(check_id)
    if held is not None:
        return format_html(
            '<span title="set by hand">✎ {}<span class="visually-hidden"> set by hand</span></span>',
            floatformat(held, -1),
        )
    if check is None:
        return ""
    kind, sign, words = _MARKS[check.state]
    points = "" if check.state == "ungraded" else floatformat(check.earned, -1)
    return format_html(
        '<span class="mark {}" title="{}"><span aria-hidden="true">{}</span> {}'
        '<span class="visually-hidden">{}</span></span>',
        kind,
        check.message or words,
        sign,
        points,
        words,
    )
