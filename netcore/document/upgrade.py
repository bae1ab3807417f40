"""Brings documents of older schema numbers up to the present one, step by step.

There is one schema so far, so there is no step yet; a step is a function from the raw document of one number
to that of the next, entered in ``STEPS`` under the number it starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

CURRENT = 1

STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upgraded(raw: Any) -> Any:
    """Return a raw document of the present schema; what it cannot place is returned as it is."""
    while isinstance(raw, dict) and type(raw.get("schema")) is int and raw["schema"] in STEPS:
        raw = STEPS[raw["schema"]](raw)
    return raw
