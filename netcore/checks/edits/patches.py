"""JSON Patches on a document, applied to the parts they touch only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from netcore.document.models import Scenario, Topology

Operation = dict[str, Any]
"""One operation of RFC 6902: ``op``, ``path``, ``value``."""


def put(path: str, value: Any) -> Operation:
    """Return the operation that adds something to a map; ``path`` starts inside the topology."""
    return {"op": "add", "path": f"/topology/{path}", "value": value}


def change(path: str, value: Any) -> Operation:
    """Return the operation that gives a field another value; ``path`` starts inside the topology."""
    return {"op": "replace", "path": f"/topology/{path}", "value": value}


def remove(path: str) -> Operation:
    """Return the operation that removes something from a map; ``path`` starts inside the topology."""
    return {"op": "remove", "path": f"/topology/{path}"}


def applied(scenario: Scenario, operations: Sequence[Operation]) -> Scenario | None:
    """Return the document after a patch; None if a value does not fit. Problems are not looked for.

    Only the resources that the patch touches are read anew, so that many edits of a large drawing are
    tried quickly. Ids hold no characters that JSON Pointer escapes.
    """
    touched: dict[tuple[str, str], dict[str, Any] | None] = {}
    for operation in operations:
        _, _, collection, key, *way = operation["path"].split("/")
        place = (collection, key)
        if place not in touched:
            found = getattr(scenario.topology, collection).get(key)
            touched[place] = None if found is None else found.model_dump(mode="json", by_alias=True)
        if not way:
            touched[place] = operation.get("value")
            continue
        at: Any = touched[place]
        for part in way[:-1]:
            at = at[part]
        if operation["op"] == "remove":
            del at[way[-1]]
        else:
            at[way[-1]] = operation["value"]
    collections: dict[str, dict[str, Any]] = {}
    for (collection, key), raw in touched.items():
        entries = collections.setdefault(collection, dict(getattr(scenario.topology, collection)))
        if raw is None:
            entries.pop(key, None)
            continue
        try:
            entries[key] = _model(collection).model_validate_json(json.dumps(raw), strict=True)
        except ValidationError:
            return None
    topology = scenario.topology.model_copy(update=collections)
    return scenario.model_copy(update={"topology": topology})


@cache
def _model(collection: str) -> type[BaseModel]:
    """Return the model of the resources of a collection."""
    model: type[BaseModel] = get_args(Topology.model_fields[collection].annotation)[1]
    return model


def free(taken: Any, stem: str) -> str:
    """Return an id that is not in use: the stem, or the stem with a number.

    Example:
        >>> free({"to-b": 1}, "to-b")
        'to-b-2'
    """
    if stem not in taken:
        return stem
    return next(name for number in range(2, 100_000) if (name := f"{stem}-{number}") not in taken)
