"""What a design means for a month: downtime from rates of events and windows, against an error budget.

``unavailable per month = sum(rate * mean window * share)``; whole windows count (share 1), and beside it the
windows weighed by the share of attempts that fail in them. What a design does by mistake counts as well:
timers that notice a crash sooner take a late keepalive for one more often (section 4, scenario 9).

Source: reference on failover, section 2.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Payload = dict[str, Any]

MONTH_S = 30 * 86_400

TARGET = 0.9999
"""Share of a month that people ask for: 259 s are left (reference, section 2.7)."""

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {
        "crash": 30 / 90,
        "pause-5": 0.3,
        "pause-10": 0.1,
        "pause-30": 1 / 18,
        "zone-lost": 1 / 60,
    }
)
"""Events per month and instance; all of them assumptions, grade D (sections 2.6 and 2.7)."""

_LIKE = {"zone-lost": "zone-lost", "region-lost": "zone-lost"}


def event_of(kind: str, lasts_us: int | None) -> str:
    """Return under which rate a fault counts: a pause by its length, a lost zone, all else as a crash."""
    if kind == "pause":
        seconds = (lasts_us or 0) / 1e6
        return "pause-5" if seconds <= 5 else "pause-10" if seconds <= 10 else "pause-30"
    return _LIKE.get(kind, "crash")


def availability(
    summary: Payload, rates: Mapping[str, float] | None = None, target: float = TARGET
) -> list[Payload]:
    """Return the month of each design of a summary of trials.

    Args:
        summary: ``trials.summary``; its ``rate_of`` names the event that the fault stands for.
        rates: events per month, by name; what is left out has its default.
        target: share of the month that is asked for, below 1.

    Returns: per design ``{design, event, per_month, grade, source, window_s, false_per_month, false_seconds,
        seconds, weighed_seconds, availability, budget_s, budget_used, met}``; ``seconds`` has
        ``false_seconds`` in it. A trial that never recovers counts as a whole month.
    """
    known = {**DEFAULT_RATES, **(rates or {})}
    event = summary["rate_of"]
    per_month = known[event]
    changed = rates is not None and event in rates
    budget_s = (1 - target) * MONTH_S
    found = []
    for row in summary["designs"]:
        never = row["new"]["never"]
        window_s = (row["new"]["mean"] or 0.0) * (1 - never) + never * MONTH_S
        alarms = row["false_alarms"]
        false_s = alarms["per_month"] * alarms["window_s"]
        seconds = min(float(MONTH_S), per_month * window_s + false_s)
        missed_s = min(MONTH_S, row["missed_s"] + never * MONTH_S)
        found.append(
            {
                "design": row["design"],
                "event": event,
                "per_month": per_month,
                "grade": "D",
                "source": "changed by the person who runs it" if changed else "assumption",
                "window_s": window_s,
                "false_per_month": alarms["per_month"],
                "false_seconds": false_s,
                "seconds": seconds,
                "weighed_seconds": min(float(MONTH_S), per_month * missed_s),
                "availability": 1 - seconds / MONTH_S,
                "target": target,
                "budget_s": budget_s,
                "budget_used": seconds / budget_s,
                "met": seconds <= budget_s,
            }
        )
    return found
