"""What a drawing must satisfy before it can be run: one module per part of the drawing."""

from __future__ import annotations

from netcore.document.checks import (
    addresses,
    balancers,
    bgp,
    connections,
    edges,
    endpoints,
    guests,
    machines,
    names,
    peerings,
    platform,
    provider,
    ranges,
    routes,
    security,
    story,
    targets,
)
from netcore.document.checks.ground import Drawing, Ground
from netcore.document.models import Scenario
from netcore.document.problems import Problem, Report

PASSES = (
    ranges.check,
    platform.check,
    peerings.check,
    routes.check,
    targets.check,
    security.check,
    machines.check,
    guests.check,
    addresses.check,
    balancers.check,
    edges.check,
    connections.check,
    names.check,
    endpoints.check,
    provider.check,
    bgp.check,
    story.check,
)
"""In the order in which a person draws, so that causes stand before consequences."""


def check(scenario: Scenario, ground: Ground) -> tuple[Problem, ...]:
    """Return all problems of a document whose shape is right."""
    report = Report()
    story.check_profile(scenario, ground, report)
    rules = ground.profiles.get(scenario.profile) or next(iter(ground.profiles.values()))
    drawing = Drawing(scenario, rules, report, ground.providers.get(scenario.profile))
    for run in PASSES:
        run(drawing)
    return report.all()
