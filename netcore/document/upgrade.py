"""Brings older documents up to the present schema, step by step, and to the present names of numbers.

There is one schema so far, so there is no step yet; a step is a function from the raw document of one number
to that of the next, entered in ``STEPS`` under the number it starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

CURRENT = 1

STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


_INTERVALS_OF_SILENCE = 3 + (256 - 100) / 256
"""Advertisements in the longest silence before a backup of priority 100 is master (RFC 5798, section 6.1)."""


def upgraded(raw: Any) -> Any:
    """Return a raw document of the present schema; what it cannot place is returned as it is."""
    while isinstance(raw, dict) and type(raw.get("schema")) is int and raw["schema"] in STEPS:
        raw = STEPS[raw["schema"]](raw)
    return _with_interval(raw)


def _with_interval(raw: Any) -> Any:
    """Tell the time between two advertisements instead of the silence that followed from it."""
    overrides = raw.get("timing_overrides") if isinstance(raw, dict) else None
    if not isinstance(overrides, dict) or "vrrp.silence" not in overrides:
        return raw
    kept = {name: value for name, value in overrides.items() if name != "vrrp.silence"}
    silence = overrides["vrrp.silence"]
    silence = silence.get("value") if isinstance(silence, dict) else silence
    if isinstance(silence, int | float) and not isinstance(silence, bool):
        kept.setdefault("vrrp.interval", silence / _INTERVALS_OF_SILENCE)
    return {**raw, "timing_overrides": kept}
