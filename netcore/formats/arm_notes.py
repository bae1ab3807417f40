"""What an import hands back: a document, and in words what was assumed or left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from netcore.words import say

NoteKind = Literal["left out", "assumed", "placeholder", "unclear"]
"""``left out``: in the file, not in the document. ``assumed``: in the document, not in the file.
``placeholder``: stands for a resource the file only refers to. ``unclear``: could not be worked out."""

MAX_NOTES = 1000


@dataclass(frozen=True, slots=True)
class ImportNote:
    """One thing a person should know about an import.

    Args:
        kind: see ``NoteKind``.
        resource: type and name as the file has them, or the part of the file.
        text: one sentence.
        ref: path in the document, such as ``vnets/hub``, where there is one.
    """

    kind: NoteKind
    resource: str
    text: str
    ref: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"kind": self.kind, "resource": self.resource, "text": self.text, "ref": self.ref}


@dataclass(frozen=True, slots=True)
class Import:
    """A document as plain JSON data, and the notes in the order of the file."""

    scenario: dict[str, Any]
    notes: tuple[ImportNote, ...]


@dataclass
class Notes:
    """Collects notes; says each thing once."""

    found: dict[ImportNote, None] = field(default_factory=dict)
    more: int = 0

    def add(self, kind: NoteKind, resource: str, text: str, ref: str | None = None) -> None:
        """Add one note."""
        note = ImportNote(kind, resource[:300], text[:600], ref)
        if note in self.found:
            return
        if len(self.found) >= MAX_NOTES:
            self.more += 1
            return
        self.found[note] = None

    def all(self) -> tuple[ImportNote, ...]:
        """Return the notes in the order they were added."""
        if not self.more:
            return tuple(self.found)
        rest = ImportNote("unclear", say("the file"), say("{more} more notes are not shown.", more=self.more))
        return (*self.found, rest)
