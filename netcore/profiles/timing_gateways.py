"""Published times of gateways, circuits and route servers (facts H2, H12, H13, I4). A table of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from netcore.profiles.timing import Grade


@dataclass(frozen=True, slots=True)
class BgpTimers:
    """What a speaker of the platform proposes, in seconds.

    Args:
        keepalive_min_s: lowest keepalive it agrees to; with ``hold_min_s``.
    """

    keepalive_s: int
    hold_s: int
    keepalive_min_s: int
    hold_min_s: int
    source: str
    grade: Grade


PLATFORM_TIMERS: Mapping[Literal["vpn", "expressroute", "route-server"], BgpTimers] = MappingProxyType(
    {
        "vpn": BgpTimers(60, 180, 60, 180, "reported, not in the vendor's text (H13); no BFD", "D"),
        "expressroute": BgpTimers(60, 180, 3, 10, "Azure, Configure BFD over ExpressRoute (H12)", "A"),
        "route-server": BgpTimers(60, 180, 1, 3, "Azure Route Server FAQ (I4)", "A"),
    }
)

BFD_INTERVAL_S = 0.3
"""Between two BFD packets of an ExpressRoute edge, both ways (fact H12)."""

BFD_MULTIPLIER = 3
"""BFD packets that must be missed (fact H12)."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """How long traffic of a gateway stands still, in seconds.

    Args:
        all_flows: every flow is hit; else only those of the instance that went.
    """

    low_s: float
    high_s: float
    all_flows: bool
    source: str
    grade: Grade


_HA = "Azure, Highly available cross-premises connectivity, 2016"

INTERRUPTIONS: Mapping[tuple[str, bool], Interruption] = MappingProxyType(
    {
        ("active-standby", True): Interruption(10, 15, True, _HA, "A"),
        ("active-standby", False): Interruption(60, 90, True, _HA, "A"),
        ("active-active", True): Interruption(0, 15, False, "no figure published; not above standby's", "D"),
        ("active-active", False): Interruption(0, 90, False, "no figure published; not above standby's", "D"),
    }
)
"""By mode, and by whether the event was planned (facts H2, H3)."""
