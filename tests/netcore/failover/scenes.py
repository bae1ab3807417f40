"""Drawings that the failover tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import netcore
from tests.netcore.build import net

FAULT = "appliance-1-fails"
SEEDS = Path(__file__).resolve().parents[3] / "sandbox" / "scenarios" / "seeds"

Payload = dict[str, Any]


def seeded(**changes: Any) -> netcore.Scenario:
    """The seeded drawing: {two firewalls} behind a public and an internal balancer, two TCP flows."""
    raw = json.loads((SEEDS / "two-firewalls.json").read_text(encoding="utf-8"))
    return netcore.load(raw | changes)


def pair(protocol: str = "tcp", rate: int = 100, threshold: int = 2, **guest: Any) -> netcore.Scenario:
    """Two appliances between two subnets, without translation; one internal balancer carries both directions.

    [a] -- (left) --> {fw1, fw2 behind 10.0.9.100} --> (right) -- [b]
    """
    drawn = (
        net()
        .vnet("hub", "10.0.0.0/16")
        .table("via", {"10.0.1.0/24": "10.0.9.100", "10.0.2.0/24": "10.0.9.100"})
        .subnet("left", "10.0.1.0/24", table="via")
        .subnet("right", "10.0.2.0/24", table="via")
        .subnet("dmz", "10.0.9.0/24")
        .vm("a", "left", "10.0.1.4")
        .vm("b", "right", "10.0.2.4")
        .appliance("fw1", "dmz", "10.0.9.4", **guest)
        .appliance("fw2", "dmz", "10.0.9.5", **guest)
    )
    raw = drawn.raw
    probe = {"name": "alive", "protocol": "tcp", "port": 22, "interval_s": 5, "threshold": threshold}
    ha_ports = {"name": "ha", "frontend": "in", "pool": "fws", "probe": "alive", "protocol": "all"}
    raw["topology"]["load_balancers"] = {
        "ilb": {
            "name": "ilb",
            "frontends": {"in": {"name": "in", "subnet": "dmz", "address": "10.0.9.100"}},
            "pools": {
                "fws": {
                    "name": "fws",
                    "members": {vm: {"nic": vm, "configuration": "ip1"} for vm in ("fw1", "fw2")},
                }
            },
            "probes": {"alive": probe},
            "rules": {"ha": {**ha_ports, "frontend_port": 0, "backend_port": 0}},
        }
    }
    raw["traffic"] = {
        "a-b": {
            "name": "a to b",
            "source": "vms/a",
            "destination": "vms/b",
            "protocol": protocol,
            "destination_port": 443,
            "packets_per_second": rate,
        }
    }
    raw["faults"] = {FAULT: {"name": "fw1 dies", "vm": "fw1", "at_us": 20_000_000}}
    return netcore.load(raw)


def design(scenario: netcore.Scenario, wanted: str) -> netcore.Design:
    return next(found for found in netcore.designs(scenario) if found.id == wanted)


def race(scenario: netcore.Scenario, wanted: str, seed: int | None = None) -> list[Payload]:
    return list(netcore.simulate(scenario, design(scenario, wanted), FAULT, seed))


def metrics(events: list[Payload]) -> Payload:
    assert events[-1]["event"] == "failover.metrics"
    return events[-1]


def strips(events: list[Payload]) -> list[Payload]:
    return [event for event in events if event["event"] == "failover.strip"]
