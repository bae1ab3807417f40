"""Failover over time: what a drawing's designs do when a VM dies, event by event and over many trials."""

from __future__ import annotations

from netcore.failover.designs import DESIGNS
from netcore.failover.plan import Design
from netcore.failover.race import designs, race, refusals, simulate
from netcore.failover.trials import trials
from netcore.profiles.timing import TimingProfile, timing_profile
from netcore.profiles.timing_published import PUBLISHED

TIMING_PROFILES: tuple[str, ...] = (PUBLISHED.id,)
"""Ids of the timing profiles there are."""

__all__ = [
    "DESIGNS",
    "TIMING_PROFILES",
    "Design",
    "TimingProfile",
    "designs",
    "race",
    "refusals",
    "simulate",
    "timing_profile",
    "trials",
]
