"""Timing profiles beside ``published``: copies of it in which some numbers are others, each with its source.

Source: reference on failover, sections 1.1 (M1, M3) and 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from netcore.profiles.timing import Grade, TimingProfile
from netcore.profiles.timing_published import PUBLISHED

Row = tuple[dict[str, float], Grade, str]
"""Values of the distribution, grade, source."""

_VENDORS = "Palo Alto VM-Series on Azure (a few minutes), FortiADC on Azure (several minutes); spread is ours"
_FIELD = "canada-ca, HA and AzLB: 30 s to 20 min in the field, put into a distribution by us"
_HA = "Palo Alto VM-Series deployment guide, HA timers"
_FAST_LOGS = "the faster group in public Terraform apply logs: 2, 3, 3 s; spread is ours"
_DIAGNOSE = "Azure, Diagnose a virtual machine routing problem: a few seconds"

_SLOW: dict[str, Row] = {
    "heartbeat.interval": ({"value": 2}, "A", f"{_HA}: slowest setting"),
    "promotion.hold": ({"value": 2.5}, "A", f"{_HA}: longest hold and extra hold"),
    "operation": ({"median": 120, "sigma": 0.5}, "C", _VENDORS),
    "operation.degraded": ({"median": 400, "sigma": 0.5}, "C", _FIELD),
}

_FAST: dict[str, Row] = {
    "promotion.hold": ({"value": 0.5}, "A", f"{_HA}: shortest hold"),
    "operation": ({"median": 3, "sigma": 0.3}, "B", _FAST_LOGS),
    "poll.period": ({"value": 10}, "D", "general knowledge: common for network resources"),
    "control.degraded": ({"probability": 0}, "D", "assumption: no bad day"),
    "routes.programming": ({"value": 3}, "C", _DIAGNOSE),
}


def _variant(profile_id: str, title: str, rows: Mapping[str, Row]) -> TimingProfile:
    made = dict(PUBLISHED.parameters)
    for name, (values, grade, source) in rows.items():
        made[name] = replace(made[name], values=MappingProxyType(values), grade=grade, source=source)
        made[name].check()
    return TimingProfile(profile_id, title, PUBLISHED.date, MappingProxyType(made))


TIMING_PROFILES: Mapping[str, TimingProfile] = MappingProxyType(
    {
        profile.id: profile
        for profile in (
            PUBLISHED,
            _variant("reported-slow", "Slow days as people report them", _SLOW),
            _variant("optimistic", "The fast end of what is published", _FAST),
        )
    }
)
"""By id, in the order of display."""
