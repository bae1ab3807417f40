"""Failover over time: what a drawing's designs do when a VM dies, event by event and over many trials."""

from __future__ import annotations

from netcore.failover.availability import availability
from netcore.failover.designs import DESIGNS
from netcore.failover.live import LiveRace, check_step, live_refusals
from netcore.failover.plan import Design
from netcore.failover.race import designs, race, refusals, simulate
from netcore.failover.sweeping import sweep
from netcore.failover.timing import override_error
from netcore.failover.trials import Joined, Trials, merge, stretches, trial_chunk, trials
from netcore.profiles.timing import TimingProfile, timing_profile
from netcore.profiles.timing_variants import TIMING_PROFILES as _PROFILES

TIMING_PROFILES: tuple[str, ...] = tuple(_PROFILES)
"""Ids of the timing profiles there are."""

__all__ = [
    "DESIGNS",
    "TIMING_PROFILES",
    "Design",
    "Joined",
    "LiveRace",
    "TimingProfile",
    "Trials",
    "availability",
    "check_step",
    "designs",
    "live_refusals",
    "merge",
    "override_error",
    "race",
    "refusals",
    "simulate",
    "stretches",
    "sweep",
    "timing_profile",
    "trial_chunk",
    "trials",
]
