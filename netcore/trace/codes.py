"""The one table of what a packet's end can be called: drop codes, their sentences, facts and remedies.

A code says why in one word; a *reason* of that code says it for one situation. Templates are filled by
``explain``; nothing else in netcore words a drop. The names are those of the design, section 3.3, and of
the exercises' reason codes; ``LB_HAIRPIN`` and ``AMBIGUOUS`` are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from netcore.trace import codes_network, codes_services
from netcore.trace.reasons import Code
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason with its values filled in."""

    text: str
    mend: str | None
    facts: tuple[str, ...]
    assumption: str | None


CODES: Mapping[str, Code] = MappingProxyType(
    {row.name: row for row in (*codes_network.ROWS, *codes_services.ROWS)}
)
"""Every code by its name."""


def explain(code: str, variant: str = "", **values: Any) -> Explanation:
    """Return the filled reason of a code.

    Args:
        code: a key of ``CODES``.
        variant: a key of the code's ``variants``; empty for the usual reason.
        values: what the templates name; a missing one is a programming error.

    Raises:
        KeyError: unknown code or variant, or a value is missing.

    Example:
        >>> explain("OS_FORWARDING_OFF", vm="fw1", destination="10.0.2.4").text
        'The packet for 10.0.2.4 reached fw1, and its guest does not forward.'
    """
    row = CODES[code]
    reason = row.variants[variant] if variant else row.reason
    mend = row.mend if reason.mend is None else reason.mend
    return Explanation(
        text=say(reason.text, **values),
        mend=say(mend, **values) or None if mend else None,
        facts=reason.facts or row.facts,
        assumption=say(reason.assumption) if reason.assumption else None,
    )
