"""Connections that last, in arrays: fates, ways and choices are the walk's, also in a changed network."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import netcore
from netcore.batch import lasting
from netcore.batch.answers import ABSENT, CODE_NAMES
from netcore.batch.compile import Compiled
from netcore.batch.forward import packets_of
from netcore.failover.ways import _points
from netcore.forwarding import walk
from netcore.trace.model import Leg
from tests.netcore.build import Net
from tests.properties.clouds import PLAIN, cloud, packets
from tests.properties.test_moments import PROFILES, moment

Topology = dict[str, Any]


def hold(watched: lasting.Watched, asked: list[tuple[netcore.Network, netcore.Packet, netcore.State]]) -> int:
    """Hold what arrays tell of connections to the walk; return how many they carry."""
    points = [list(watched.points(leg)) for leg in (0, 1)]
    for row, (network, packet, state) in enumerate(asked):
        if watched.hard[row]:
            continue
        traced, followed = walk.trace(network, packet, state), walk.follow(network, packet, state)
        legs: list[Leg | None] = [followed.forward, followed.back, followed.third]
        for fates, leg in zip((watched.forward, watched.back, watched.third), legs, strict=True):
            code = None if fates.outcome[row] == ABSENT else CODE_NAMES[int(fates.code[row])]
            assert code == (None if leg is None else leg.verdict.code or ""), (packet, state)
        for number, leg in enumerate(legs[:2]):
            if leg is not None:
                found = points[number][row]
                if watched.edge[number][row] and found[-1:] != ["internet"]:
                    found = [*found, "internet"]
                assert found == _points(leg), (packet, state)
        branched = any(
            leg is not None and leg.branches for leg in (traced.forward, traced.back, traced.third)
        )
        assert branched == bool(watched.chose[row]), (packet, state)
    return int((~watched.hard).sum())


def changed(drawn: Net, luck: random.Random) -> Net:
    """Return another drawing of the same ends: other rules, routes, members, and addresses that moved."""
    made = copy.deepcopy(drawn)
    for change in luck.sample((_rule, _hop, _address, _vm, _member, _public), luck.randint(1, 3)):
        before = copy.deepcopy(made.raw)
        try:
            change(made.raw["topology"], luck)
        except (KeyError, IndexError):
            made.raw = before
        if made.problems():
            made.raw = before
    return made


def _rule(topology: Topology, luck: random.Random) -> None:
    rules = topology["security_groups"][luck.choice(sorted(topology["security_groups"]))]["rules"]
    rule = rules[luck.choice(sorted(rules))]
    rule["access"] = "deny" if rule["access"] == "allow" else "allow"


def _hop(topology: Topology, luck: random.Random) -> None:
    routes = topology["route_tables"][luck.choice(sorted(topology["route_tables"]))]["routes"]
    holders = [one for nic in topology["nics"].values() for one in nic["configurations"].values()]
    route = routes[luck.choice(sorted(routes))]
    route["next_hop_ip"] = luck.choice(sorted(one["address"] for one in holders))


def _configuration(topology: Topology, luck: random.Random, fits: Callable[[Any], bool]) -> tuple[Any, str]:
    found = [
        (nic, key)
        for nic in sorted(topology["nics"])
        for key, one in sorted(topology["nics"][nic]["configurations"].items())
        if fits(one)
    ]
    nic, key = luck.choice(found)
    return topology["nics"][nic]["configurations"], key


def _address(topology: Topology, luck: random.Random) -> None:
    there, key = _configuration(topology, luck, lambda one: not one.get("primary", True))
    moved = there.pop(key)
    if luck.random() < 0.6:
        topology["nics"][luck.choice(sorted(topology["nics"]))]["configurations"]["moved"] = moved


def _public(topology: Topology, luck: random.Random) -> None:
    there, key = _configuration(topology, luck, lambda one: one.get("public_ip"))
    moved = there[key].pop("public_ip")
    there, key = _configuration(topology, luck, lambda one: not one.get("public_ip"))
    there[key]["public_ip"] = moved


def _vm(topology: Topology, luck: random.Random) -> None:
    topology["vms"][luck.choice(sorted(topology["vms"]))]["power"] = "stopped"


def _member(topology: Topology, luck: random.Random) -> None:
    pools = topology["load_balancers"][luck.choice(sorted(topology["load_balancers"]))]["pools"]
    members = pools[luck.choice(sorted(pools))]["members"]
    if luck.random() < 0.5:
        members.pop(luck.choice(sorted(members)))
    else:
        members[luck.choice(sorted(members))]["admin_state"] = luck.choice(("up", "down"))


@pytest.mark.parametrize("profile", PROFILES)
def test_open_connections_fare_as_the_walk_says(profile: str) -> None:
    luck, carried, whole = random.Random(profile), 0, 0
    for seed in range(300, 310):
        drawn = cloud(seed, profile, PLAIN if seed % 2 else None)
        network = drawn.network()
        asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, 40, odd=False)]
        compiled = Compiled(network)
        told, opened = lasting.establish(compiled, packets_of(compiled, asked))
        quiet = netcore.State()
        carried += hold(told, [(network, packet, quiet) for packet in asked])
        whole += len(asked)
        alive = np.flatnonzero(opened.alive & ~told.hard)
        left = {row: walk.establish(network, asked[row]) for row in alive.tolist()}
        for other in (network, changed(drawn, luck).network()):
            state = moment(luck, other)
            if other is not network and luck.random() < 0.5:
                state = replace(state, probed=network, down_vms=frozenset())
            there = compiled.at(state) if other is network else Compiled(other, state)
            late = packets_of(there, [asked[row] for row in alive])
            carried += hold(
                lasting.resume(opened, alive, there, late),
                [
                    (other, asked[row], replace(state, sessions=left[row].sessions, pins=left[row].pins))
                    for row in alive.tolist()
                ],
            )
            whole += len(alive)
    print(f"{profile}: {1 - carried / whole:.1%} left to the walk")
    assert carried / whole > 0.7
