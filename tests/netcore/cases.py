"""Golden cases: a scenario, what is asked of it, and the answer as plain data.

A case is a folder ``tests/cases/<topic>/<name>`` with ``scenario.json``; ``flows.json``, which has packets
by name and the NICs whose effective routes are asked; and ``expected.json``, which ``manage.py golden``
rewrites.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import netcore
from netcore.forwarding.probes import noticed
from netcore.forwarding.state import State
from netcore.forwarding.walk import establish, follow
from netcore.trace.model import Leg

FOLDER = Path(__file__).parents[1] / "cases"


def cases() -> list[Path]:
    """Return the folders of all cases, sorted."""
    return sorted(path.parent for path in FOLDER.rglob("scenario.json"))


def answers(case: Path) -> dict[str, Any]:
    """Return what the engine says to everything a case asks; only the problems where there are some."""
    reading = netcore.read_text((case / "scenario.json").read_bytes())
    if reading.document is None or reading.problems:
        return {"problems": [[problem.code, problem.pointer] for problem in reading.problems]}
    flows = json.loads((case / "flows.json").read_text(encoding="utf-8"))
    network = netcore.compile(reading.document)
    return {
        "packets": {name: _packet(network, raw) for name, raw in flows.get("packets", {}).items()},
        "routes": {nic: _routes(network, nic) for nic in flows.get("routes", ())},
    }


def _packet(network: netcore.Network, raw: dict[str, Any]) -> dict[str, Any]:
    packet = netcore.Packet(**{key: value for key, value in raw.items() if key != "moment"})
    state = _moment(network, packet, raw.get("moment", {}))
    done = netcore.trace(network, packet, state)
    alone = follow(network, packet, state)
    return {
        "forward": _leg(done.forward, alone.forward),
        "back": None if done.back is None else _leg(done.back, alone.back or done.back),
        "branches": sorted({branch.verdict.outcome.value for branch in done.forward.branches}),
    }


def _moment(network: netcore.Network, packet: netcore.Packet, raw: dict[str, Any]) -> State | None:
    """Return the moment a packet is sent in: what is lost, what probes noticed, and an open connection.

    Keys: ``down_vms``, ``down_zones``, ``unhealthy`` (balancer, pool, member), ``noticed`` (probes have
    seen who is dead) and ``established`` (the connection was opened when all was well).
    """
    if not raw:
        return None
    state = establish(network, packet) if raw.get("established") else State()
    state = replace(
        state,
        down_vms=frozenset(raw.get("down_vms", ())),
        down_zones=frozenset(raw.get("down_zones", ())),
        down_instances=frozenset(tuple(instance) for instance in raw.get("down_instances", ())),
        unhealthy=frozenset(tuple(member) for member in raw.get("unhealthy", ())),
    )
    return noticed(network, state) if raw.get("noticed") else state


def _leg(leg: Leg, alone: Leg) -> dict[str, Any]:
    """Return the verdict over all branches, and the way of exactly this flow."""
    path: list[str] = []
    for step in alone.steps:
        if step.at is not None and (not path or path[-1] != step.at):
            path.append(step.at)
    end = alone.steps[-1].after if alone.steps else None
    return {
        "verdict": leg.verdict.outcome.value,
        "code": leg.verdict.code,
        "at": leg.verdict.at,
        "path": path if len(path) <= 40 else [*path[:40], "..."],
        "source": str(end.source) if end else None,
        "destination": str(end.destination) if end else None,
    }


def _routes(network: netcore.Network, nic: str) -> list[list[str]]:
    """Return one row for each prefix: source, state, prefix, next hop type, next hop IPs."""
    return sorted(
        [
            row.source.value,
            row.state.value,
            str(prefix),
            row.next_hop_type.value,
            " ".join(map(str, row.next_hop_ips)),
        ]
        for row in netcore.effective_routes(network, nic)
        for prefix in row.prefixes
    )


def text_of(answer: dict[str, Any]) -> str:
    """Return the text of ``expected.json``."""
    return json.dumps(answer, indent=2, sort_keys=True) + "\n"
