"""A fault: one small thing in a drawing that is no longer as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from netcore.checks.edits.patches import Operation
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


def plain(value: Any) -> Any:
    """Return a value of a model as plain JSON data."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def changed(path: str, before: Any, after: Any) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return patch and undo of one field; ``path`` starts inside the topology."""

    def to(value: Any) -> Operation:
        return {"op": "replace", "path": f"/topology/{path}", "value": plain(value)}

    return (to(after),), (to(before),)


def removed(path: str, before: Any) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return patch and undo of the removal of an entry."""
    place = f"/topology/{path}"
    return ({"op": "remove", "path": place},), ({"op": "add", "path": place, "value": plain(before)},)


def added(path: str, value: Any) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return patch and undo of a new entry."""
    place = f"/topology/{path}"
    return ({"op": "add", "path": place, "value": plain(value)},), ({"op": "remove", "path": place},)
