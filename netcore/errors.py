"""The errors netcore raises on purpose."""

from __future__ import annotations

from typing import Any

from netcore.words import say


class NetcoreError(Exception):
    """Base of all of them."""


class DocumentError(NetcoreError):
    """A document cannot be run; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: tuple[Any, ...]) -> None:
        super().__init__(say("The document has {count} problems.", count=len(problems)))
        self.problems = problems


class FormatError(NetcoreError):
    """A file of another kind cannot be read.

    Args:
        message: what is wrong.
        place: where in the file.
        mend: what would help.
    """

    def __init__(self, message: str, place: str = "the file", mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.mend = mend


class NotFound(NetcoreError):
    """Something named does not exist in the document."""


class NotModelled(NetcoreError):
    """The question goes beyond what is modelled; the message says where."""
