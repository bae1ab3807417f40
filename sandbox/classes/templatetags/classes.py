"""Small pieces of the tables of courses."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django import template
from django.template.defaultfilters import floatformat
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()


class Mark(NamedTuple):
    """How a check that went some way is shown: class of the style sheet, sign, words."""

    style: str
    sign: str
    words: str | Promise


_MARKS: Final = {
    "passed": Mark("delivered", "✓", _("passed")),
    "failed": Mark("dropped", "✕", _("failed")),
    "ungraded": Mark("unmodelled", "▨", _("could not be graded")),
}


@register.filter
def check_mark(state: str) -> Mark:
    """Return how a state of a check (``CheckState``) is shown."""
    return _MARKS[state]


@register.simple_tag
def check_cell(row: dict[str, Any], check_id: str) -> SafeString | str:
    """Return one cell of the gradebook of an exercise: points with a mark, in words for those who listen."""
    held = row["overrides"].get(check_id)
    check = row["checks"].get(check_id)
    if held is not None:
        return format_html(
            '<span title="{}">✎ {}<span class="visually-hidden"> {}</span></span>',
            by_hand := gettext("set by hand"),
            floatformat(held, -1),
            by_hand,
        )
    if check is None:
        return ""
    style, sign, words = check_mark(check.state)
    points = "" if check.state == "ungraded" else floatformat(check.earned, -1)
    return format_html(
        '<span class="mark {}" title="{}"><span aria-hidden="true">{}</span> {}'
        '<span class="visually-hidden">{}</span></span>',
        style,
        check.message or words,
        sign,
        points,
        words,
    )
