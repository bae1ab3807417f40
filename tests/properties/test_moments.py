"""Arrays at a moment: every answer is that of the walk with the same state, packet by packet."""

from __future__ import annotations

import random

import pytest

import netcore
from netcore.batch.answers import answer_of
from netcore.batch.compile import Compiled
from netcore.batch.forward import Engine, forward, packets_of
from netcore.forwarding.walk import follow
from tests.properties.clouds import PLAIN, cloud, packets

PROFILES = ("azure-2026", "azure-2021", "aws")
ENGINES: tuple[Engine, ...] = ("numba", "numpy")


def moment(luck: random.Random, network: netcore.Network, *, transit: bool = True) -> netcore.State:
    """Return a moment as failovers make them: dead VMs, members out of rotation, moving addresses, zones."""
    topology = network.scenario.topology
    members = [
        (balancer_id, pool_id, member)
        for balancer_id, balancer in sorted(topology.load_balancers.items())
        for pool_id, pool in sorted(balancer.pools.items())
        for member in sorted(pool.members)
    ]
    held = sorted(
        {
            configuration.address
            for nic in topology.nics.values()
            for configuration in nic.configurations.values()
        },
        key=lambda address: (address.version, int(address)),
    )
    hops = sorted(
        {route.next_hop_ip for table in topology.route_tables.values() for route in table.routes.values()}
        - {None},
        key=lambda address: (address.version, int(address)),
    )
    moving = [*luck.sample(held, min(1, len(held))), *luck.sample(hops, min(1, len(hops)))]
    return netcore.State(
        down_vms=frozenset(vm for vm in sorted(topology.vms) if luck.random() < 0.2),
        unhealthy=frozenset(member for member in members if luck.random() < 0.4),
        in_transit=frozenset(moving if transit and luck.random() < 0.5 else ()),
        down_zones=frozenset(zone for zone in (1, 2, 3) if luck.random() < 0.15),
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_every_answer_at_a_moment_is_that_of_the_walk(profile: str) -> None:
    luck, shares = random.Random(profile), []
    for seed in range(100, 110):
        drawn = cloud(seed, profile, PLAIN if seed % 2 else None)
        network = drawn.network()
        compiled = Compiled(network)
        asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, 60, odd=False)]
        for _ in range(3):
            state = moment(luck, network)
            expected = [answer_of(follow(network, packet, state)) for packet in asked]
            for engine in ENGINES:
                answers = forward(compiled, packets_of(compiled, asked), engine=engine, state=state)
                for row, packet in enumerate(asked):
                    assert answers.answer(row) == expected[row], (engine, seed, state, packet)
                shares.append(float(answers.by_walk.mean()))
    print(f"{profile}: {sum(shares) / len(shares):.1%} by the walk")
    assert sum(shares) / len(shares) < 0.5
