"""Small pieces of the tables of courses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NamedTuple

from django import template
from django.template.defaultfilters import floatformat
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
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


_KINDS: Final = {
    "P": _("must work"),
    "N": _("must not work"),
    "G": _("must stay as it is"),
    "H": _("hidden"),
    "Q": _("a question"),
}


@register.filter
def check_kind(kind: str) -> SafeString:
    """Return the badge of a kind of check, with its meaning in words."""
    words = _KINDS.get(kind, kind)
    return format_html(
        '<span class="badge" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        words,
        kind,
        words,
    )


@register.filter
def duration(value: timedelta | float | None) -> str:
    """Return a time (seconds, where it is a number) in words as people round it: "1 hour 20 minutes"."""
    if value is None:
        return "–"
    seconds = round(value.total_seconds() if isinstance(value, timedelta) else value)
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    parts = (
        (days, ngettext("{n} day", "{n} days", days)),
        (hours, ngettext("{n} hour", "{n} hours", hours)),
        (minutes, ngettext("{n} minute", "{n} minutes", minutes)),
        (seconds % 60, ngettext("{n} second", "{n} seconds", seconds % 60)),
    )
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    # The two largest will do, and beside ten minutes nobody asks for seconds.
    last = first + (1 if minutes >= 10 and not days and not hours else 2)
    shown = [words.format(n=count) for count, words in parts[first:last] if count or first == len(parts) - 1]
    return " ".join(shown)


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
    if check.given:
        words = gettext("{words}, with what was given").format(words=words)
        style, sign = "cancelled", "◐"
    return format_html(
        '<span class="mark {}" title="{}"><span aria-hidden="true">{}</span> {}'
        '<span class="visually-hidden">{}</span></span>',
        style,
        check.message or words,
        sign,
        points,
        words,
    )
