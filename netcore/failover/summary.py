"""From columns of trials to the figures that people read; seconds, None for never.

Source: reference on failover, sections 3.1 (metrics, minimum trials, order statistics, paired ratios).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from netcore.failover.clock import SECOND_US
from netcore.failover.columns import Columns
from netcore.failover.outcomes import OUTCOMES
from netcore.failover.plan import Design
from netcore.failover.statistics import distribution, finite_or_none, interval, quantile, weighted_quantile

Payload = dict[str, Any]

FEWEST_FOR_P99 = 1000
"""Under so many trials no p99 is given."""

PROGRESS_POINTS = 40
"""Points of the distribution function while trials go on."""

_CLOCKS = ("detect", "control", "data")
_PHASES = ("detect", "decide", "control", "program")


def progress(found: Columns, design: Design) -> Payload:
    """Return where a design stands: percentiles and a coarse distribution function."""
    ranked = _ranked(found.new)
    return {
        "design": found.design,
        "title": design.title,
        "p50": finite_or_none(quantile(ranked, 0.5)),
        "p95": finite_or_none(quantile(ranked, 0.95)),
        "ecdf": distribution(ranked, PROGRESS_POINTS),
    }


def summary_of(found: Columns, design: Design, target: Payload | None) -> Payload:
    """Return all figures of a design.

    Args:
        target: ``recover_s`` and ``lose_packets``, either of which may be missing or None.
    """
    ranked, n = _ranked(found.new), len(found.new)
    packets = found.scale["packets"]
    lost = sorted(found.lost)
    finite = [value for value in found.new if value is not None]
    return {
        "design": design.id,
        "title": design.title,
        "mechanism": design.mechanism,
        "new": {
            "p50": finite_or_none(quantile(ranked, 0.5)),
            "p95": finite_or_none(quantile(ranked, 0.95)),
            "p99": finite_or_none(quantile(ranked, 0.99)) if n >= FEWEST_FOR_P99 else None,
            "max": finite_or_none(ranked[-1]),
            "mean": sum(finite) / SECOND_US / len(finite) if finite else None,
            "never": 1 - len(finite) / n,
            "by_hand": found.by_hand / n,
        },
        "existing": _existing(found),
        "stall": {"with_rto": _stall(found.stalls), "without_rto": _stall(found.repairs)},
        "lost": {
            "p50": round(quantile(lost, 0.5) / packets),
            "p95": round(quantile(lost, 0.95) / packets),
            "mean": sum(lost) / packets / n,
        },
        "lost_by_cause": {code: count / packets / n for code, count in sorted(found.causes.items())},
        "flows": {
            name: weight / found.scale["flows"] / n
            for name, weight in zip(OUTCOMES, found.outcomes, strict=True)
        },
        "clocks": {name: _median(getattr(found, name)) for name in _CLOCKS},
        "phases": dict(
            zip(
                _PHASES,
                map(_median, (found.detect, found.decide, _after_decision(found), found.data)),
                strict=True,
            )
        ),
        "whole": found.whole or None,
        "beyond": found.beyond / n,
        "dominated": {name: count / n for name, count in zip(_CLOCKS, found.dominated, strict=True)},
        "interval": {"p50": interval(ranked, 0.5), "p95": interval(ranked, 0.95)},
        "ecdf": distribution(ranked),
        "asymmetric": found.crooked / found.scale["attempts"] / n,
        "missed_s": found.missed / found.scale["attempts"] / SECOND_US / n,
        "false_alarms": dict(zip(("per_month", "window_s"), found.false_alarms, strict=True)),
        "dual_active_s": found.dual_active_us / SECOND_US / n,
        "calls": {
            **{
                name: count / n
                for name, count in zip(("writes", "polls", "refusals"), found.calls, strict=True)
            },
            "lowest_tokens": found.lowest_tokens,
        },
        "target": None if not target else _target(found, target),
    }


def ratios(all_found: Sequence[Columns]) -> list[Payload]:
    """Return, for every pair of designs, the median over trials of how much slower one is than the other.

    The slower by its median stands first. Trials in which the faster one never recovers, or at once, are
    left out; ``n`` says how many are left.
    """
    made = []
    for one, other in itertools.combinations(all_found, 2):
        fast, slow = sorted((one, other), key=lambda found: quantile(_ranked(found.new), 0.5))
        pairs = zip(_seconds(slow.new), _seconds(fast.new), strict=True)
        found = sorted(there / here for there, here in pairs if isfinite(here) and here > 0)
        if found:
            made.append(
                {
                    "slow": slow.design,
                    "fast": fast.design,
                    "p50": finite_or_none(quantile(found, 0.5)),
                    "n": len(found),
                }
            )
    return made


def widest(all_found: Sequence[Columns], pairs: Sequence[Payload]) -> Payload | None:
    """Return the pair of the slowest and the fastest design, by their medians."""
    order = sorted(all_found, key=lambda found: quantile(_ranked(found.new), 0.5))
    for pair in pairs:
        if {pair["slow"], pair["fast"]} == {order[0].design, order[-1].design}:
            return {name: pair[name] for name in ("slow", "fast", "p50")}
    return None


def _existing(found: Columns) -> Payload:
    whole = sum(found.existing.values())
    values = list(found.existing.items())
    return {
        "p50": _in_seconds(weighted_quantile(values, 0.5)),
        "p95": _in_seconds(weighted_quantile(values, 0.95)),
        "never": found.existing.get(None, 0) / whole if whole else 0.0,
    }


def _stall(counted: Any) -> Payload:
    """Return how long connections stood still that went on."""
    values = list(counted.items())
    return {
        "p50": _in_seconds(weighted_quantile(values, 0.5)),
        "p95": _in_seconds(weighted_quantile(values, 0.95)),
        "worst": _in_seconds(max(counted, default=None)),
    }


def _target(found: Columns, target: Payload) -> Payload:
    """Return the verdict on a target: the share of trials that meet it, and how far the p95 is inside it."""
    recover_s, lose = target.get("recover_s"), target.get("lose_packets")
    n, packets = len(found.new), found.scale["packets"]
    met = sum(
        (recover_s is None or (new is not None and new <= recover_s * SECOND_US))
        and (lose is None or lost <= lose * packets)
        for new, lost in zip(found.new, found.lost, strict=True)
    )
    p95_s, p95_lost = quantile(_ranked(found.new), 0.95), quantile(sorted(found.lost), 0.95) / packets
    margin_s = None if recover_s is None or not isfinite(p95_s) else recover_s - p95_s
    margin_packets = None if lose is None else lose - p95_lost
    return {
        "recover_s": recover_s,
        "lose_packets": lose,
        "share": met / n,
        "passed": (recover_s is None or p95_s <= recover_s) and (lose is None or p95_lost <= lose),
        "margin_s": margin_s,
        "margin_packets": margin_packets,
    }


def _after_decision(found: Columns) -> list[int | None]:
    return [
        None if control is None else max(0, control - (decide or 0))
        for control, decide in zip(found.control, found.decide, strict=True)
    ]


def _seconds(values: Sequence[int | None]) -> list[float]:
    return [inf if value is None else value / SECOND_US for value in values]


def _ranked(values: Sequence[int | None]) -> list[float]:
    return sorted(_seconds(values))


def _median(values: Sequence[int | None]) -> float | None:
    return finite_or_none(quantile(_ranked(values), 0.5))


def _in_seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / SECOND_US
