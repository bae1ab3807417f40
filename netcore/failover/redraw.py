"""Small edits of a drawing, which never changes itself: each returns a new one."""

from __future__ import annotations

from typing import TypeVar

from netcore.document.models import Access, Direction, Scenario, SecurityGroup, SecurityRule
from netcore.words import say

Part = TypeVar("Part")

PLATFORM = "168.63.129.16/32"
"""Where probes come from (facts A14, F9)."""


def changed(part: Part, **fields: object) -> Part:
    """Return a part of the document with some fields replaced."""
    return part.model_copy(update=fields)  # type: ignore[attr-defined, no-any-return]


def redrawn(scenario: Scenario, **collections: object) -> Scenario:
    """Return the scenario with some collections of its topology replaced."""
    return changed(scenario, topology=changed(scenario.topology, **collections))


def replaced(scenario: Scenario, collection: str, key: str, **fields: object) -> Scenario:
    """Return the scenario with some fields of one resource replaced.

    Example:
        >>> replaced(scenario, "nics", "fw1", ip_forwarding=False)  # doctest: +SKIP
    """
    there = getattr(scenario.topology, collection)
    return redrawn(scenario, **{collection: {**there, key: changed(there[key], **fields)}})


def removed(scenario: Scenario, collection: str, *keys: str) -> Scenario:
    """Return the scenario without some resources."""
    there = getattr(scenario.topology, collection)
    return redrawn(scenario, **{collection: {key: part for key, part in there.items() if key not in keys}})


def probe_blocked(scenario: Scenario, vm: str) -> Scenario:
    """Return the scenario in which the NICs of a VM let no probe in: the documented way to test (fact F9)."""
    groups, nics = dict(scenario.topology.security_groups), dict(scenario.topology.nics)
    for key, nic in scenario.topology.nics.items():
        if nic.vm != vm:
            continue
        old = groups.get(nic.security_group or "")
        rules = old.rules if old is not None else {}
        # Priorities are unique only in a drawing that people wrote; here the denial has to come first.
        moved = {
            name: changed(rule, priority=rule.priority + 1) if rule.direction is Direction.INBOUND else rule
            for name, rule in rules.items()
        }
        deny = SecurityRule(
            priority=LOWEST, direction=Direction.INBOUND, access=Access.DENY, source=(PLATFORM,)
        )
        name = f"probe-blocked-{key}"[:80]
        title = say("{name}, probes blocked", name=old.name if old is not None else nic.name)[:120]
        groups[name] = SecurityGroup(name=title, rules={**moved, "deny-probes": deny})
        nics[key] = changed(nic, security_group=name)
    return redrawn(scenario, security_groups=groups, nics=nics)


LOWEST = 100
"""Smallest priority of a security rule (fact F3)."""
