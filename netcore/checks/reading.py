"""What a document stands on, and a document compiled or its problems."""

from __future__ import annotations

from functools import cache

from netcore import failover
from netcore.control.network import Network
from netcore.document.checks import check
from netcore.document.checks.ground import Ground
from netcore.document.models import Scenario
from netcore.document.problems import Problem
from netcore.profiles import PROFILES
from netcore.profiles.switches import choices


@cache
def ground() -> Ground:
    """Return what exists outside documents: profiles, timing profiles and failover designs."""
    addresses = {key: profile.addresses for key, profile in PROFILES.items()}
    providers = {key: profile.drawing for key, profile in PROFILES.items()}
    switches = {key: choices(profile) for key, profile in PROFILES.items()}
    designs = tuple(design.id for design in failover.DESIGNS)
    return Ground(addresses, failover.TIMING_PROFILES, providers, switches, failover.override_error, designs)


def compiled(scenario: Scenario) -> tuple[Network | None, tuple[Problem, ...]]:
    """Return the network of a document, or None and the problems it has."""
    problems = check(scenario, ground())
    return (None, problems) if problems else (Network(scenario), ())
