"""Values for parameters that have no default: made up, repeatable, and said in a note."""

from __future__ import annotations

import json
import re
from typing import Any

from netcore.formats.arm_places import LOCATION


def generate(name: str, definition: dict[str, Any], number: int) -> tuple[Any, str]:
    """Return a value for a parameter and how to say it.

    Args:
        number: how many were made before, so that two ranges do not overlap.
    """
    kind = str(definition.get("type", "string")).lower()
    allowed = definition.get("allowedValues")
    if isinstance(allowed, list) and allowed:
        value = [allowed[0]] if kind == "array" else allowed[0]
        return value, f"{json.dumps(value)[:80]}, the first allowed value"
    if kind.startswith("secure"):
        return ({}, "an empty object") if kind == "secureobject" else ("generated-Secret1", "a made-up secret")
    if kind == "int":
        value = definition.get("minValue")
        return (value, f"{value}, the least allowed") if isinstance(value, int) else (1, "1")
    if kind == "bool":
        return False, "false"
    if kind == "array":
        return [], "an empty list"
    if kind == "object":
        return {}, "an empty object"
    text = _text(name, definition, number)
    return text, f'"{text}"'


def _text(name: str, definition: dict[str, Any], number: int) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower().replace("_", " ").replace("-", " ").split()
    flat = "".join(words)
    if flat.endswith("location") or flat.endswith("region"):
        return LOCATION
    if re.search(r"(addressprefix|addressspace|cidr|iprange|subnetprefix|vnetprefix)(es|s)?\d*$", flat):
        return f"10.{number % 256}.0.0/{24 if 'subnet' in flat else 16}"
    if re.search(r"(ipaddress|privateip|publicip|peerip|\bip)$", flat) and "name" not in words:
        return f"192.0.2.{number % 250 + 1}"
    text = re.sub(r"[^A-Za-z0-9-]", "-", name) or "value"
    least = definition.get("minLength")
    most = definition.get("maxLength")
    if isinstance(least, int):
        text = text.ljust(min(least, 100), "x")
    return text[:most] if isinstance(most, int) and most > 0 else text
