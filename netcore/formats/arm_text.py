"""Composite formatting as ``format()`` of a template knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from netcore.formats.arm_expressions import limit_length
from netcore.formats.arm_syntax import ExpressionError
from netcore.words import say

MAX_WIDTH = 1000
_HOLE = re.compile(r"\{\{|\}\}|\{(\d{1,3})(?:,(-?\d{1,4}))?(?::([^{}]*))?\}")


def format_text(to_text: Callable[[Any], str]) -> Callable[..., str]:
    """Return ``format(pattern, ...)`` built on a function that writes one value."""

    def format_(pattern: Any, *values: Any) -> str:
        if not isinstance(pattern, str):
            raise ExpressionError(say("the pattern is not a string"))

        length = len(pattern)

        def fill(match: re.Match[str]) -> str:
            if match.group(1) is None:
                return match.group()[0]
            index = int(match.group(1))
            if index >= len(values):
                raise ExpressionError(say("there is no value for {{{index}}}", index=index))
            text = _formatted(values[index], match.group(3), to_text)
            nonlocal length
            length += len(text)
            limit_length(length)
            width = int(match.group(2) or 0)
            if abs(width) > MAX_WIDTH:
                raise ExpressionError(say("a width of {width}", width=width))
            return text.ljust(-width) if width < 0 else text.rjust(width)

        return _HOLE.sub(fill, pattern)

    return format_


def padded(text: str, width: int, fill: str) -> str:
    """Return ``text`` padded on the left to ``width`` characters."""
    if width > MAX_WIDTH:
        raise ExpressionError(say("a width of {width}", width=width))
    return text.rjust(width, fill or " ")


def _formatted(value: Any, form: str | None, to_text: Callable[[Any], str]) -> str:
    if not form or isinstance(value, bool) or not isinstance(value, int | float):
        return to_text(value)
    kind, digits = (form[0].upper(), int(form[1:]) if form[1:].isdigit() and len(form) < 4 else None)
    if set(form) <= {"0"}:
        return f"{int(value):0{len(form)}d}"
    if kind == "D":
        return f"{int(value):0{digits or 1}d}"
    if kind == "X":
        return f"{int(value):0{digits or 1}{'X' if form[0] == 'X' else 'x'}}"
    if kind == "N":
        return f"{value:,.{2 if digits is None else digits}f}"
    if kind == "F":
        return f"{value:.{2 if digits is None else digits}f}"
    return to_text(value)
