"""Between what the numbers of a timing profile may lie, by what they mean. A table of data.

Ours, unless it says otherwise: limits keep every time in the range of integers and every loop short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from netcore.words import say

LARGEST = 1e7
"""No number is larger, so that every time fits and every loop ends."""

LARGEST_SIGMA = 5
"""A wider distribution says nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Between what a number may lie; ``whole``: it counts things one by one."""

    least: float = 0
    most: float = LARGEST
    whole: bool = False

    def refusal(self, value: float) -> str | None:
        """Return what a value must be that is not allowed, as the rest of a sentence; None where it is."""
        if self.whole and value != int(value):
            return say("is a whole number, not {value:g}", value=value)
        if not self.least <= value <= self.most:
            return say(
                "lies between {least:,.10g} and {most:,.10g}, not at {value:,.10g}",
                least=self.least,
                most=self.most,
                value=value,
            )
        return None


_FREE = Limits()
_SHARE = Limits(0, 1)
_PACE = Limits(0.01)
"""It divides or paces something and so cannot be 0."""
_CALL = Limits(0, 86_400)
"""No call takes longer than a day: whoever waits for one looks again and again."""
_IN_A_ROW = Limits(1, 1000, whole=True)
_MULTIPLIER = Limits(1, 255, whole=True)
"""Eight bits, and not 0 (RFC 5880, section 4.1)."""

_LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        # Counts.
        "heartbeat.misses": _IN_A_ROW,
        "nva.probe_threshold": _IN_A_ROW,
        "pollers.count": Limits(1, 8, whole=True),
        "express.bfd_multiplier": _MULTIPLIER,
        "direct.bfd_multiplier": _MULTIPLIER,
        # A bucket below one token never lets a write through.
        "arm.bucket": Limits(1, LARGEST, whole=True),
        "flows.ports": Limits(1, 65_535, whole=True),
        "aws.routes.free": Limits(0, LARGEST, whole=True),
        # Shares of a whole.
        "flows.new": _SHARE,
        "recovered.share": _SHARE,
        "bgp.phase": _SHARE,
        # Paces and what divides.
        "poll.period": _PACE,
        "pollers.busy": Limits(1),
        "heartbeat.interval": _PACE,
        "vrrp.interval": _PACE,
        "arm.refill": _PACE,
        "tcp.rto": _PACE,
        "tcp.rto_max": _PACE,
        "routes.scale": _PACE,
        "aws.routes.rate": _PACE,
        # What a write of routes takes.
        "routes.base": _CALL,
        "routes.span": _CALL,
        "routes.degraded": _CALL,
        "routes.noise": Limits(0, 1000),
    }
)


def limits_of(name: str) -> Limits:
    """Return between what a number of a timing profile may lie."""
    return _LIMITS.get(name, _FREE)
