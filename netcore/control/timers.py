"""Timers of BGP and of gateways as plain arithmetic: what is agreed, and when silence is noticed.

Nothing here has a clock. Times are seconds. What the platform proposes is in
``netcore.profiles.timing_gateways``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The earliest and the latest time after an event, in seconds."""

    earliest_s: float
    latest_s: float


def negotiated(
    keepalive_s: float, hold_s: float, other_keepalive_s: float, other_hold_s: float
) -> tuple[float, float]:
    """Return the keepalive and hold time that two BGP speakers agree on, in seconds.

    The lower hold time counts, and keepalives come at least three times in it. Source: RFC 4271, section
    4.2 and 10; facts I4, H12, H13 say what the platform proposes.

    Example:
        >>> negotiated(60, 180, 3, 9), negotiated(60, 180, 60, 180)
        ((3, 9), (60, 180))
    """
    hold = min(hold_s, other_hold_s)
    return min(keepalive_s, other_keepalive_s, hold / 3), hold


def noticed(keepalive_s: float, hold_s: float, *, graceful: bool = False) -> Window:
    """Return when a neighbour that stops is noticed, counted from its stop.

    A graceful stop says so at once. Silence is noticed when the hold time since the last keepalive is over,
    and that one came up to a whole interval before the stop (fact I4).

    Example:
        >>> noticed(60, 180)
        Window(earliest_s=120, latest_s=180)
    """
    if graceful:
        return Window(0, 0)
    return Window(max(0, hold_s - keepalive_s), hold_s)
