"""From columns of trials to the figures that people read; seconds, None for never.

Source: reference on failover, sections 3.1 (metrics, minimum trials, order statistics, paired ratios).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from netcore.failover.clock import SECOND_US
from netcore.failover.columns import Columns
from netcore.failover.outcomes import OUTCOMES
from netcore.failover.plan import Design
from netcore.failover.ratios import Pair
from netcore.failover.spread import Ranked, Spread
from netcore.failover.statistics import distribution, finite_or_none, interval, quantile, weighted_quantile
from netcore.words import say

Payload = dict[str, Any]

FEWEST_FOR_P99 = 1000
"""Under so many trials no p99 is given."""

PROGRESS_POINTS = 40
"""Points of the distribution function while trials go on."""

_CLOCKS = ("detect", "control", "data")
_PHASES = {"detect": "detect", "decide": "decide", "control": "asked", "program": "data"}
"""Phase and whose spread it is."""


def progress(found: Columns, design: Design) -> Payload:
    """Return where a design stands: percentiles and a coarse distribution function."""
    ranked = found.spreads["new"].ranked(SECOND_US)
    return {
        "design": found.design,
        "title": say(design.title),
        "p50": finite_or_none(quantile(ranked, 0.5)),
        "p95": finite_or_none(quantile(ranked, 0.95)),
        "ecdf": distribution(ranked, PROGRESS_POINTS),
    }


def summary_of(found: Columns, design: Design, target: Payload | None) -> Payload:
    """Return all figures of a design.

    Args:
        target: ``recover_s`` and ``lose_packets``, either of which may be missing or None; the one that the
            trials were played for.
    """
    n, spreads = found.n, found.spreads
    ranked, lost = spreads["new"].ranked(SECOND_US), spreads["lost"].ranked()
    packets = found.scale["packets"]
    recovered = n - spreads["new"].never
    return {
        "design": design.id,
        "title": say(design.title),
        "mechanism": design.mechanism,
        "new": {
            "p50": finite_or_none(quantile(ranked, 0.5)),
            "p95": finite_or_none(quantile(ranked, 0.95)),
            "p99": finite_or_none(quantile(ranked, 0.99)) if n >= FEWEST_FOR_P99 else None,
            "max": finite_or_none(ranked[-1]),
            "mean": found.new_us / SECOND_US / recovered if recovered else None,
            "never": 1 - recovered / n,
            "by_hand": found.by_hand / n,
        },
        "existing": _existing(spreads["existing"]),
        "stall": {"with_rto": _stall(spreads["stalls"]), "without_rto": _stall(spreads["repairs"])},
        "lost": {
            "p50": round(quantile(lost, 0.5)),
            "p95": round(quantile(lost, 0.95)),
            "mean": sum(found.causes.values()) / packets / n,
        },
        "lost_by_cause": {code: count / packets / n for code, count in sorted(found.causes.items())},
        "flows": {
            name: weight / found.scale["flows"] / n
            for name, weight in zip(OUTCOMES, found.outcomes, strict=True)
        },
        "clocks": {name: _median(spreads[name]) for name in _CLOCKS},
        "phases": {name: _median(spreads[kept]) for name, kept in _PHASES.items()},
        "whole": found.whole or None,
        "beyond": found.beyond / n,
        "dominated": {name: count / n for name, count in zip(_CLOCKS, found.dominated, strict=True)},
        "interval": {"p50": interval(ranked, 0.5), "p95": interval(ranked, 0.95)},
        "ecdf": distribution(ranked),
        "asymmetric": found.crooked / found.scale["attempts"] / n,
        "false_alarms": dict(zip(("per_month", "window_s"), found.false_alarms, strict=True)),
        "dual_active_s": found.dual_active_us / SECOND_US / n,
        "calls": {
            **{
                name: count / n
                for name, count in zip(("writes", "polls", "refusals"), found.calls, strict=True)
            },
            "denied": found.denied / n,
            "lowest_tokens": found.lowest_tokens,
        },
        "target": None if not target else _target(found, target, ranked, lost),
    }


def ratios(pairs: Sequence[Pair], designs: Sequence[Payload]) -> list[Payload]:
    """Return, for every pair of designs, the median over trials of how much slower one is than the other.

    Args:
        designs: what ``summary_of`` gave. The slower by its median stands first, of equals the first.

    Trials in which the faster one never recovers, or at once, are left out; ``n`` says how many are left.
    """
    medians, made = _medians(designs), []
    for pair in pairs:
        fast, slow = sorted((pair.first, pair.second), key=medians.__getitem__)
        found = pair.ratios(slow)
        if found:
            p50 = finite_or_none(quantile(found, 0.5))
            made.append({"slow": slow, "fast": fast, "p50": p50, "n": len(found)})
    return made


def widest(pairs: Sequence[Payload], designs: Sequence[Payload]) -> Payload | None:
    """Return the pair of the slowest and the fastest design, by their medians."""
    medians = _medians(designs)
    order = sorted(medians, key=medians.__getitem__)
    for pair in pairs:
        if {pair["slow"], pair["fast"]} == {order[0], order[-1]}:
            return {name: pair[name] for name in ("slow", "fast", "p50")}
    return None


def _medians(designs: Sequence[Payload]) -> dict[str, float]:
    found = {row["design"]: row["new"]["p50"] for row in designs}
    return {design: inf if p50 is None else p50 for design, p50 in found.items()}


def _existing(spread: Spread) -> Payload:
    values = spread.pairs()
    whole = sum(weight for _, weight in values)
    return {
        "p50": _in_seconds(weighted_quantile(values, 0.5)),
        "p95": _in_seconds(weighted_quantile(values, 0.95)),
        "never": spread.never / whole if whole else 0.0,
    }


def _stall(spread: Spread) -> Payload:
    """Return how long connections stood still that went on."""
    values = spread.pairs()
    return {
        "p50": _in_seconds(weighted_quantile(values, 0.5)),
        "p95": _in_seconds(weighted_quantile(values, 0.95)),
        "worst": _in_seconds(values[-1][0] if values else None),
    }


def _target(found: Columns, target: Payload, new: Ranked, lost: Ranked) -> Payload:
    """Return the verdict on a target: the share of trials that meet it, and how far the p95 is inside it."""
    recover_s, lose = target.get("recover_s"), target.get("lose_packets")
    p95_s, p95_lost = quantile(new, 0.95), quantile(lost, 0.95)
    margin_s = None if recover_s is None or not isfinite(p95_s) else recover_s - p95_s
    margin_packets = None if lose is None else lose - p95_lost
    return {
        "recover_s": recover_s,
        "lose_packets": lose,
        "share": found.met / found.n,
        "passed": (recover_s is None or p95_s <= recover_s) and (lose is None or p95_lost <= lose),
        "margin_s": margin_s,
        "margin_packets": margin_packets,
    }


def _median(spread: Spread) -> float | None:
    return finite_or_none(quantile(spread.ranked(SECOND_US), 0.5))


def _in_seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / SECOND_US
