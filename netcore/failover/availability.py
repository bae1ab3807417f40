"""What a design means for a month: downtime from rates of events and windows, against an error budget.

``unavailable per month = sum(rate * mean window)``; whole windows count, though some attempts succeed in
them. What a design does by mistake counts as well: timers that notice a crash sooner take a late keepalive
for one more often (section 4, scenario 9).

Source: reference on failover, section 2.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netcore.failover.rates import RATES
from netcore.words import say

Payload = dict[str, Any]

MONTH_S = 30 * 86_400

TARGET = 0.9999
"""Share of a month that people ask for: 259 s are left (reference, section 2.7)."""


def availability(
    summary: Payload, rates: Mapping[str, float] | None = None, target: float = TARGET
) -> list[Payload]:
    """Return the month of each design of a summary of trials; none where the fault has no rate.

    Args:
        summary: ``trials.summary``; its ``rate_of`` names the event that the fault stands for, None for none.
        rates: events per month, by name; what is left out has its default.
        target: share of the month that is asked for, below 1.

    Returns: per design ``{design, event, words, per_month, grade, source, window_s, false_per_month,
        false_seconds, seconds, availability, target, budget_s, budget_used, met}``; ``seconds`` has
        ``false_seconds`` in it. A trial that never recovers counts as a whole month.
    """
    if summary["rate_of"] is None:
        return []
    rate = RATES[summary["rate_of"]]
    changed = rates is not None and rate.name in rates
    per_month = rates[rate.name] if rates is not None and changed else rate.per_month
    budget_s = (1 - target) * MONTH_S
    found = []
    for row in summary["designs"]:
        never = row["new"]["never"]
        window_s = (row["new"]["mean"] or 0.0) * (1 - never) + never * MONTH_S
        alarms = row["false_alarms"]
        false_s = alarms["per_month"] * alarms["window_s"]
        seconds = min(float(MONTH_S), per_month * window_s + false_s)
        found.append(
            {
                "design": row["design"],
                "event": rate.name,
                "words": rate.words,
                "per_month": per_month,
                "grade": rate.grade,
                "source": say("changed by the person who runs it") if changed else say(rate.source),
                "window_s": window_s,
                "false_per_month": alarms["per_month"],
                "false_seconds": false_s,
                "seconds": seconds,
                "availability": 1 - seconds / MONTH_S,
                "target": target,
                "budget_s": budget_s,
                "budget_used": seconds / budget_s,
                "met": seconds <= budget_s,
            }
        )
    return found
