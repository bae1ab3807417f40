"""What gateways, circuits and route servers propose to their BGP neighbours (facts H12, H13, I4).

A table of data; how long failovers of gateways take is in the timing profiles.
"""

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
