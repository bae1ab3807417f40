"""Pairs that stand for others: what is said of them is what is said where every pair is asked on its own."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

import netcore
from netcore.batch.compile import Compiled
from netcore.batch.difference import Comparison
from netcore.batch.parties import Pairs
from netcore.batch.sheets import Table
from netcore.trace.effects import Effect
from netcore.trace.model import Outcome
from tests.bench import drawing, workload
from tests.netcore.build import Net, net
from tests.properties.clouds import PLAIN, cloud
from tests.properties.edits import GUESTS, HEAVY, LIGHT, LINKS, MOVES, Edit, edit

Said = tuple[tuple[Effect, ...], tuple[tuple[Outcome, str | None] | None, ...]]
"""Effects, and outcome and code of each packet; who of alike appliances it was is a hash's choice."""


class Alone(Comparison):
    """Asks every pair."""

    def like(self, pairs: Pairs, mark: Table) -> tuple[Table, Table]:
        self.shared = super().like(pairs, mark)[0]
        return np.arange(len(mark)), np.zeros(len(mark), np.bool_)


def said_by(comparison: Comparison) -> dict[tuple[str, str, str], list[tuple[int, int, Said]]]:
    """Return what a comparison says by sender, address and protocol: runs of ports, ascending."""
    found: dict[tuple[str, str, str], list[tuple[int, int, Said]]] = {}
    for change in comparison.result().changes:
        ends = [each for course in (change.before, change.after) for each in (course.forward, course.back)]
        said = change.effects, tuple(None if end is None else (end.outcome, end.code) for end in ends)
        for block in change.blocks:
            for sender in block.senders:
                for to, address in block.receivers:
                    if to != sender:
                        runs = found.setdefault((sender, address, change.protocol), [])
                        runs += [(first, last, said) for first, last in change.ports or ((0, 0),)]
    return {key: joined(sorted(runs, key=lambda run: run[:2])) for key, runs in found.items()}


def joined(runs: list[tuple[int, int, Said]]) -> list[tuple[int, int, Said]]:
    """Return runs without a cut where the same is said on both sides."""
    found: list[tuple[int, int, Said]] = []
    for first, last, said in runs:
        if found and found[-1][1] + 1 == first and found[-1][2] == said:
            found[-1] = (found[-1][0], last, said)
        else:
            found.append((first, last, said))
    return found


def hub_and_spokes(seed: int) -> Net:
    """Return two pools of appliances in a hub, and spokes with many routes and rules: all is plain."""
    drawn = net()
    scenario = drawing.scenario(workload.build(replace(workload.TINY, seed=seed)))
    drawn.raw = netcore.dump(scenario)
    return drawn


def compared(drawn: Net, luck: random.Random, kinds: tuple[Edit, ...]) -> tuple[int, int]:
    """Hold an edit to its pairs one by one; return how many have stand-ins, and how many changed."""
    network = edit(drawn, luck, kinds)
    if network is None:
        return 0, 0
    before, after = Compiled(drawn.network()), Compiled(network)
    alone = Alone(before, after, None)
    wanted = said_by(alone)
    assert said_by(Comparison(before, after, None)) == wanted
    return int((alone.shared != np.arange(len(alone.shared))).sum()), len(wanted)


@pytest.mark.parametrize("kinds", [LIGHT, LIGHT + LINKS, MOVES, GUESTS, HEAVY])
def test_they_fare_as_the_pairs_that_they_stand_for(kinds: tuple[Edit, ...]) -> None:
    drawn = hub_and_spokes(7)
    counts = [compared(drawn, random.Random(seed), kinds) for seed in range(16)]
    assert max(shared for shared, _ in counts) > 100
    assert max(changed for _, changed in counts) > 10


@pytest.mark.parametrize("profile", ["azure-2026", "azure-2021", "aws"])
def test_so_they_do_where_not_all_is_plain(profile: str) -> None:
    counts = [
        compared(cloud(seed // 4 + 700, profile, PLAIN), random.Random(seed), LIGHT + MOVES)
        for seed in range(16)
    ]
    assert sum(changed for _, changed in counts) > 10
