"""How often in a month things break: one event for each kind of fault, or the reason why none is counted.

Source: reference on failover, sections 2.6 and 2.7; what they do not give is an assumption of ours (grade D).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from netcore.document.faults import FaultKind
from netcore.profiles.timing import Grade
from netcore.words import say

_STATED = "assumption; reference on failover, section"
_ASSUMED = "assumption, no published figure found"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happens.

    Args:
        name: key, such as ``pause-5``.
        words: what happens, as people count it, such as ``crashes of a VM``.
        per_month: events in 30 days, for each VM, link, gateway instance, zone or region.
    """

    name: str
    words: str
    per_month: float
    source: str
    grade: Grade = "D"

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "name": self.name,
            "words": say(self.words),
            "per_month": self.per_month,
            "grade": self.grade,
            "source": say(self.source),
        }


RATES: Mapping[str, Rate] = MappingProxyType(
    {
        rate.name: rate
        for rate in (
            Rate("crash", "crashes of a VM", 30 / 90, f"{_STATED} 2.7: one in 90 days"),
            Rate("pause-5", "pauses up to 5 s", 0.3, f"{_STATED} 2.6"),
            Rate("pause-10", "pauses of 5 to 10 s", 0.1, f"{_STATED} 2.6"),
            Rate("pause-30", "longer pauses", 1 / 18, f"{_STATED} 2.6"),
            Rate("forwarding-stops", "guests that stop forwarding", 30 / 90, f"{_ASSUMED}: as crashes"),
            Rate("graceful-stop", "stops of a VM in order", 1, f"{_ASSUMED}: one update a month"),
            Rate("link-lost", "losses of a link", 1 / 12, f"{_ASSUMED}: one a year"),
            Rate("zone-lost", "losses of a zone", 1 / 60, f"{_STATED} 2.7: one in 5 years"),
            Rate("region-lost", "losses of a region", 1 / 120, f"{_ASSUMED}: half as often as a zone"),
            Rate("gateway-planned", "maintenances of a gateway instance", 1, f"{_ASSUMED}: one a month"),
            Rate("gateway-unplanned", "crashes of a gateway instance", 30 / 90, f"{_STATED} 2.7: as a VM"),
        )
    }
)
"""In the order of display."""

NOT_COUNTED: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.PROBE_BLOCKED: "A denied probe is a test or a mistake; no rate of it is known.",
        FaultKind.PAIR_RESTARTS: "How often both are away at once hangs on what they share.",
        FaultKind.RESTORE: "Nothing is lost here: a VM runs again.",
        FaultKind.MOVE_ADDRESS: "An operator moves an address when it suits; no rate of it is known.",
        FaultKind.EDIT: "An edit of the drawing comes when somebody makes it.",
        FaultKind.NOTHING: "Nothing fails here.",
    }
)
"""Kinds of fault that no month is counted for, and why."""


def event_of(kind: FaultKind, lasts_us: int | None) -> str | None:
    """Return under which name of ``RATES`` a fault counts; None: under none, see ``NOT_COUNTED``.

    Args:
        lasts_us: how long a pause takes, in microseconds; None is 5 s, as for ``Break.lasts_us``.
    """
    if kind in NOT_COUNTED:
        return None
    if kind is FaultKind.PAUSE:
        seconds = 5.0 if lasts_us is None else lasts_us / 1e6
        return "pause-5" if seconds <= 5 else "pause-10" if seconds <= 10 else "pause-30"
    return kind.value
