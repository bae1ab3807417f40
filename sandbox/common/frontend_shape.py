"""The shape of the document for forms: every model's fields in a few words, from the JSON Schema."""

from __future__ import annotations

import json
from typing import Any

_LEFT_OUT = frozenset({"Scenario", "Topology", "JsonValue", "Position"})


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"scenario": [field], "topology": [collection], "collections": .., "models": ..}``.

    ``collections`` has the model of each collection whose entries are parts; ``models`` the fields of each.

    A field is ``{"type", "required"?, "nullable"?, "default"?, ...}``. ``type`` is one of text, address,
    prefix, integer, number, flag, choice (``choices``), list (``item``, a field), map and part (``model``),
    any. Bounds keep their names: ``minimum``, ``maximum``, ``pattern``, ``min``, ``max`` (letters).
    """
    defs = schema["$defs"]
    collections = {key: _model_of(field) for key, field in defs["Topology"]["properties"].items()}
    models = {
        name: {
            key: {
                **_field(field, defs),
                **({"required": True} if key in model.get("required", ()) else {}),
            }
            for key, field in model["properties"].items()
        }
        for name, model in defs.items()
        if name not in _LEFT_OUT and "properties" in model
    }
    known = {key: model for key, model in collections.items() if model}
    return {
        "scenario": list(defs["Scenario"]["properties"] if "Scenario" in defs else schema["properties"]),
        "topology": list(collections),
        "collections": known,
        "models": models,
    }


def text(schema: dict[str, Any]) -> str:
    """Return the shape as the text of a file."""
    return json.dumps(shape(schema), indent=1) + "\n"


def _model_of(field: dict[str, Any]) -> str | None:
    """Return the model of a map's entries; None where they are no models."""
    inner = next(iter(field.get("patternProperties", {}).values()), field.get("additionalProperties"))
    return inner["$ref"].split("/")[-1] if isinstance(inner, dict) and "$ref" in inner else None


def _field(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    options = field.get("anyOf", [field])
    kept = [option for option in options if option.get("type") != "null"]
    kinds = [_kind(option, defs) for option in kept]
    mixed: dict[str, Any] = {"type": "text" if any(map(_is_text, kinds)) else "any"}
    found = kinds[0] if len(kinds) == 1 else mixed
    if len(kept) < len(options):
        found["nullable"] = True
    if "default" in field:
        found["default"] = field["default"]
    return found


def _is_text(kind: dict[str, Any]) -> bool:
    return kind["type"] in ("text", "prefix", "address")


def _kind(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in field:
        name = field["$ref"].split("/")[-1]
        target = defs[name]
        return _kind(target, defs) if "enum" in target else {"type": "part", "model": name}
    if "enum" in field:
        return {"type": "choice", "choices": field["enum"]}
    kind = field.get("type")
    if kind == "object":
        model = _model_of(field)
        return {"type": "map", "model": model} if model else {"type": "any"}
    if kind == "array":
        return {"type": "list", "item": _kind(field.get("items", {}), defs)}
    bounds: dict[str, Any] = {key: field[key] for key in ("minimum", "maximum", "pattern") if key in field}
    if kind == "string":
        words = field.get("description", "")
        name = "address" if words.startswith("IPv4") else "prefix" if words.startswith("prefix") else "text"
        letters = {"min": field.get("minLength"), "max": field.get("maxLength")}
        return {"type": name, **bounds, **{key: value for key, value in letters.items() if value is not None}}
    if kind in ("integer", "number"):
        return {"type": kind, **bounds}
    return {"type": "flag"} if kind == "boolean" else {"type": "any"}
