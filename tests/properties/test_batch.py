"""Arrays of packets: every answer is that of the walk, packet by packet."""

from __future__ import annotations

import pytest

import netcore
from netcore.batch.answers import answer_of
from netcore.batch.forward import Engine, forward, packets_of
from netcore.forwarding.walk import follow
from tests.properties.clouds import cloud, packets

PROFILES = ("azure-2026", "azure-2021", "aws")


def differences(seed: int, profile: str, count: int, engine: Engine) -> tuple[list[str], float]:
    """Return where arrays and walk differ, and the share of packets that the walk answered for arrays."""
    drawn = cloud(seed, profile)
    network = drawn.network()
    compiled = netcore.compile_network(network)
    asked = [netcore.Packet(**raw) for raw in packets(seed, drawn, count)]
    answers = forward(compiled, packets_of(compiled, asked), engine=engine)
    found = []
    for row, packet in enumerate(asked):
        expected = answer_of(follow(network, packet))
        if answers.answer(row) != expected:
            found.append(f"cloud {seed} {profile} {packet.model_dump()}: {answers.answer(row)} != {expected}")
    return found, float(answers.by_walk.mean())


@pytest.mark.parametrize("profile", PROFILES)
def test_every_answer_is_that_of_the_walk(profile: str) -> None:
    for seed in range(8):
        found, _ = differences(seed, profile, 60, "walk")
        assert not found, found[0]
