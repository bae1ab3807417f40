"""A fault: one small thing in a drawing that is no longer as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from netcore.checks.edits.patches import Operation, change, put, remove
from netcore.document.models import Topology

Makers = Callable[[Topology], Iterator["Fault"]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that may be put into a drawing.

    Args:
        kind: key of ``KINDS``.
        at: path of the resource that a person would name: ``nics/fw1``, ``route_tables/spoke`` and so on.
        sentence: what has happened.
        repair: what mends it.
        patch: operations of RFC 6902 that put it in; ``undo`` takes it out again.
    """

    kind: str
    at: str
    sentence: str
    repair: str
    patch: tuple[Operation, ...]
    undo: tuple[Operation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "kind": self.kind,
            "at": self.at,
            "sentence": self.sentence,
            "repair": self.repair,
            "patch": [dict(one) for one in self.patch],
            "undo": [dict(one) for one in self.undo],
        }


Edit = tuple[tuple[Operation, ...], tuple[Operation, ...]]
"""Patch and undo; paths start inside the topology."""


def changed(path: str, before: Any, after: Any) -> Edit:
    """Return the edit of one field."""
    return (change(path, _plain(after)),), (change(path, _plain(before)),)


def removed(path: str, before: Any) -> Edit:
    """Return the removal of an entry."""
    return (remove(path),), (put(path, _plain(before)),)


def added(path: str, value: dict[str, Any]) -> Edit:
    """Return the edit that adds an entry, given as plain JSON data."""
    return (put(path, value),), (remove(path),)


def joined(edits: Iterable[Edit]) -> Edit:
    """Return several edits as one, in the order of the patch; what was done last is undone first."""
    patches, undos = zip(*edits, strict=True)
    return tuple(chain.from_iterable(patches)), tuple(chain.from_iterable(reversed(undos)))


def _plain(value: Any) -> Any:
    """Return a value of a model as plain JSON data."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)
