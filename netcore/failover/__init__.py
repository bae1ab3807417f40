"""Failover over time: what a drawing's designs do when a VM dies, event by event and over many trials."""

from __future__ import annotations

from netcore.failover.designs import Design
from netcore.failover.race import designs, simulate
from netcore.failover.trials import trials
from netcore.profiles.timing import TimingProfile, timing_profile
from netcore.profiles.timing_published import PUBLISHED

TIMING_PROFILES: tuple[str, ...] = (PUBLISHED.id,)
"""Ids of the timing profiles there are."""

__all__ = ["TIMING_PROFILES", "Design", "TimingProfile", "designs", "simulate", "timing_profile", "trials"]
