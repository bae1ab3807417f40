"""Problems: what is wrong with a drawing, each with its place, what was found, what was expected, a hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from netcore.words import say

MAX_PROBLEMS = 1000
"""More than this help nobody; the last one then says how many are not listed."""

MAX_FOUND = 120
"""Characters of the drawing that a problem quotes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a drawing.

    Args:
        code: stable, such as ``address-reserved``.
        pointer: JSON Pointer (RFC 6901) into the document; empty means the whole document.
        found: what the drawing has there.
        expected: what would be right.
        hint: what would help; one sentence.
        fact: id of the fact it rests on, where there is one.
    """

    code: str
    pointer: str
    found: str
    expected: str
    hint: str
    fact: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "code": self.code,
            "pointer": self.pointer,
            "found": self.found,
            "expected": self.expected,
            "hint": self.hint,
            "fact": self.fact,
        }

    @property
    def text(self) -> str:
        """Return the problem in one line."""
        fact = f" ({self.fact})" if self.fact else ""
        place = self.pointer or say("the document")
        return say(
            "{place}: found {found}, expected {expected}. {hint}{fact}",
            place=place,
            found=self.found,
            expected=self.expected,
            hint=self.hint,
            fact=fact,
        )


@dataclass
class Report:
    """Collects the problems of one reading, in the order they are found."""

    found: list[Problem] = field(default_factory=list)
    more: int = 0

    def add(
        self,
        code: str,
        path: Iterable[object],
        found: object,
        expected: str,
        hint: str,
        fact: str | None = None,
    ) -> None:
        """Add one problem; ``path`` becomes the pointer."""
        if len(self.found) >= MAX_PROBLEMS:
            self.more += 1
            return
        self.found.append(Problem(code, pointer(path), quoted(found), expected, hint, fact))

    def all(self) -> tuple[Problem, ...]:
        """Return the problems; beyond ``MAX_PROBLEMS`` the last one counts the rest."""
        if not self.more:
            return tuple(self.found)
        rest = Problem(
            "more-problems",
            "",
            say("{more} more problems", more=self.more),
            say("a document without problems"),
            say(
                "The first {max_problems} are listed; mend those and check again.", max_problems=MAX_PROBLEMS
            ),
        )
        return (*self.found, rest)


def pointer(path: Iterable[object]) -> str:
    """Return a JSON Pointer.

    Example:
        >>> pointer(["layout", "vms/fw1", "x"])
        '/layout/vms~1fw1/x'
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def quoted(found: object) -> str:
    """Return a value of the drawing as a problem quotes it: one line, not too long."""
    text = " ".join(str(found).split())
    return text if len(text) <= MAX_FOUND else text[: MAX_FOUND - 3] + "..."


def choices(ids: Iterable[str], limit: int = 8) -> str:
    """Return the first few ids as a list in words.

    Example:
        >>> choices(["b", "a"])
        'a, b'
    """
    names = sorted(ids)
    shown = ", ".join(names[:limit])
    return (
        shown
        if len(names) <= limit
        else say("{shown} and {count} more", shown=shown, count=len(names) - limit)
    )
