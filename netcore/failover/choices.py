"""What people may choose from when they ask about a failover: kinds of faults, conditions, rates."""

from __future__ import annotations

from typing import Any

from netcore.document.faults import CONDITIONS, FIELDS, WORDS
from netcore.failover.rates import NOT_COUNTED, RATES, event_of
from netcore.words import say


def choices() -> dict[str, list[dict[str, Any]]]:
    """Return kinds of faults, conditions and rates as plain JSON data, each in the order of display.

    Returns: ``kinds``: ``{kind, words, fields, rate, no_month}`` with the fields of the document that count,
        the name of the rate (of a pause the shortest one) and else why no month is counted;
        ``conditions``: ``{condition, words}``; ``rates``: ``{name, words, per_month, grade, source}``.
    """
    kinds = [
        {
            "kind": kind.value,
            "words": say(words),
            "fields": list(FIELDS[kind]),
            "rate": event_of(kind, None),
            "no_month": say(NOT_COUNTED[kind]) if kind in NOT_COUNTED else None,
        }
        for kind, words in WORDS.items()
    ]
    conditions = [{"condition": name, "words": say(words)} for name, words in CONDITIONS.items()]
    return {"kinds": kinds, "conditions": conditions, "rates": [rate.as_dict() for rate in RATES.values()]}
