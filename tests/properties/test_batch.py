"""Arrays of packets: every answer is that of the walk, packet by packet, by numba and by numpy."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import netcore
from netcore.batch.answers import answer_of
from netcore.batch.forward import Engine, forward, packets_of
from netcore.errors import NotFound, NotModelled
from netcore.forwarding.walk import follow
from tests.conftest import ROOT
from tests.netcore.cases import FOLDER, cases
from tests.properties.clouds import HABITS, PLAIN, cloud, packets

PROFILES = ("azure-2026", "azure-2021", "aws")
ENGINES: tuple[Engine, ...] = ("numba", "numpy")
SEEDS = sorted((ROOT / "sandbox/scenarios/seeds").glob("*.json"))


def check(network: netcore.Network, asked: list[netcore.Packet]) -> float:
    """Hold both engines to the walk; return the share of packets that they left to it."""
    compiled = netcore.compile_network(network)
    expected = [answer_of(follow(network, packet)) for packet in asked]
    shares = []
    for engine in ENGINES:
        answers = forward(compiled, packets_of(compiled, asked), engine=engine)
        for row, packet in enumerate(asked):
            assert answers.answer(row) == expected[row], (engine, packet)
        shares.append(float(answers.by_walk.mean()))
    assert shares[0] == shares[1]
    return shares[0]


def between(network: netcore.Network, count: int) -> Iterator[netcore.Packet]:
    """Yield packets between the addresses of a network and some around them."""
    luck = random.Random(count)
    topology = network.scenario.topology
    senders = [f"vms/{vm}" for vm in topology.vms] + [f"hosts/{host}" for host in topology.hosts]
    held = [
        configuration.address
        for nic in topology.nics.values()
        for configuration in nic.configurations.values()
    ]
    held += [public.address for public in topology.public_ips.values()]
    held += [host.address for host in topology.hosts.values()]
    held += [
        front.address
        for balancer in topology.load_balancers.values()
        for front in balancer.frontends.values()
        if front.address is not None
    ]
    for _ in range(count if senders and held else 0):
        yield netcore.Packet(
            source=luck.choice(senders),
            destination=str(luck.choice([*held, "10.0.0.77", "203.0.113.99", "192.168.9.9"])),
            protocol=luck.choice(("tcp", "tcp", "udp", "icmp", "esp")),
            source_port=luck.choice((49152, 50001)),
            destination_port=luck.choice((443, 80, 53, 22, 8080)),
        )


@pytest.mark.parametrize("profile", PROFILES)
def test_every_answer_is_that_of_the_walk(profile: str) -> None:
    shares = []
    for seed in range(14):
        drawn = cloud(seed, profile)
        asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, 120)]
        shares.append(check(drawn.network(), asked))
    print(f"{profile}: {sum(shares) / len(shares):.1%} by the walk")


@pytest.mark.parametrize("profile", PROFILES)
def test_what_arrays_must_carry_is_not_left_to_the_walk(profile: str) -> None:
    """Groups, translations, balancers, ways out, IPv6, appliances: only odd destinations are walked."""
    shares = []
    for seed in range(50, 58):
        drawn = cloud(seed, profile, PLAIN)
        asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, 120, odd=False)]
        shares.append(check(drawn.network(), asked))
    print(f"{profile}: {sum(shares) / len(shares):.1%} by the walk")
    assert sum(shares) / len(shares) < 0.01


def test_plain_habits_are_most_of_all() -> None:
    assert set(PLAIN) < set(HABITS)


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_golden_cases(case: Path) -> None:
    reading = netcore.read_text((case / "scenario.json").read_bytes())
    if reading.document is None or reading.problems:
        return
    network = netcore.compile(reading.document)
    compiled = netcore.compile_network(network)
    asked = list(between(network, 40))
    flows = json.loads((case / "flows.json").read_text(encoding="utf-8"))
    for raw in flows.get("packets", {}).values():
        packet = netcore.Packet(**{key: value for key, value in raw.items() if key != "moment"})
        try:
            packets_of(compiled, [packet])
        except (NotFound, NotModelled):
            continue
        asked.append(packet)
    check(network, asked)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_seeds(seed: Path) -> None:
    reading = netcore.read_text(seed.read_bytes())
    if reading.document is not None and not reading.problems:
        network = netcore.compile(reading.document)
        check(network, list(between(network, 80)))
