"""Peers of trials: the same failover as processes in SimPy, packet by packet or change by change.

Each peer plays one trial: the changes that the mechanism drew for it come at their times, and the flows ask
what becomes of a packet at that moment. Drawing and asking forwarding are not theirs to pay for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

from netcore.failover.clock import SECOND_US
from netcore.failover.designs import plan
from netcore.failover.fates import Fates, FlowFate
from netcore.failover.outcomes import Judge, settled_us
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile
from tests.bench.measure import Mismatch

Changes = Sequence[tuple[int, tuple[FlowFate, ...]]]
"""Time since the fault in microseconds, and what becomes of each flow from then on; the first at 0."""


@dataclass(frozen=True, slots=True)
class Played:
    """What one trial gave.

    Args:
        recovered_us: when new connections succeed again; None is never.
        lost: packets lost, there and back.
        events: how many the simulation took.
    """

    recovered_us: int | None
    lost: float
    events: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial ready to be played by a peer, and what the engine says about it."""

    changes: Changes
    until_us: int
    engine: Played


class Opened:
    """One design of a drawing with all its flows opened, for the engine and its peers alike."""

    def __init__(self, scenario: Any, design: Any, fault: str, timing: TimingProfile) -> None:
        self.plan = plan(scenario, design, scenario.faults[fault], timing)
        self.fates = Fates(self.plan, timing)
        self.judge = Judge(self.fates, timing)
        self.share = timing.value("recovered.share")
        self.hold_us = round(timing.value("recovered.hold") * SECOND_US)

    def trial(self, number: int, seed: int = 1) -> Trial:
        """Return one trial."""
        play = self.plan.mechanism.play(Streams(seed, number))
        scene = self.plan.scene
        changes = [(0, self.fates.at(scene.start))]
        changes += [(time_us, self.fates.at(moment)) for time_us, moment in scene.after(play.changes)]
        found = self.judge.outcome(play)
        engine = Played(found.new_us, found.packets / found.scale.packets, 0)
        return Trial(changes, settled_us(play), engine)


class _World:
    """What all processes of one trial share."""

    def __init__(self, trial: Trial) -> None:
        self.env = simpy.Environment()
        self.until_us = trial.until_us
        self.flows = trial.changes[0][1]
        self.lost = 0.0
        self.events = 0
        self.waiting: list[simpy.Event] = []
        self.env.process(self._change(trial.changes))

    def _change(self, changes: Changes) -> Iterator[Any]:
        for time_us, flows in changes:
            yield self.env.timeout(time_us - self.env.now)
            self.flows = flows
            told, self.waiting = self.waiting, []
            for event in told:
                event.succeed()

    def run(self) -> None:
        """Let the simulation run to its end."""
        self.env.run(until=self.until_us)


def by_packets(trial: Trial, opened: Opened, packets_per_second: int) -> Played:
    """Return a trial in which every packet is an event: it looks at the moment and counts."""
    world = _World(trial)
    gap_us = SECOND_US // packets_per_second
    flows = len(world.flows)
    succeeded = [0] * (trial.until_us // gap_us + 1)
    attempts = [0] * len(succeeded)

    def sender(index: int, side: int) -> Iterator[Any]:
        number = 0
        yield world.env.timeout(index * gap_us // flows)
        while True:
            fate = world.flows[index].new[number % opened.fates.ports]
            if fate[side] is not None:
                world.lost += 1
            if side == 0:
                place = world.env.now // gap_us
                attempts[place] += 1
                succeeded[place] += fate == (None, None)
            number += 1
            world.events += 1
            yield world.env.timeout(gap_us)

    for index in range(flows):
        for side in (0, 1):
            world.env.process(sender(index, side))
    world.run()
    return Played(_recovered(succeeded, attempts, gap_us, opened), world.lost, world.events)


def _recovered(succeeded: list[int], attempts: list[int], gap_us: int, opened: Opened) -> int | None:
    """Return the first moment after which enough packets get through for long enough."""
    begun: int | None = None
    for place, (good, asked) in enumerate(zip(succeeded, attempts, strict=True)):
        if not asked:
            break
        if good >= opened.share * asked:
            begun = place if begun is None else begun
        elif begun is not None and (place - begun) * gap_us >= opened.hold_us:
            break
        else:
            begun = None
    return None if begun is None else begun * gap_us


def by_changes(trial: Trial, opened: Opened, packets_per_second: int) -> Played:
    """Return a trial in which every flow wakes at every change and counts what it lost since the last."""
    world = _World(trial)
    flows = len(world.flows)
    since = [0] * flows

    def count(index: int, fate: FlowFate, now_us: int) -> None:
        lost = 2 - fate.forward.delivered - fate.back.delivered
        world.lost += lost * packets_per_second * (now_us - since[index]) / SECOND_US
        since[index] = now_us

    def flow(index: int) -> Iterator[Any]:
        while True:
            fate = world.flows[index]
            woken = world.env.event()
            world.waiting.append(woken)
            yield woken
            world.events += 1
            count(index, fate, world.env.now)

    for index in range(flows):
        world.env.process(flow(index))
    world.run()
    for index in range(flows):
        count(index, world.flows[index], world.until_us)
    return Played(_first_good(trial, opened), world.lost, world.events)


def _first_good(trial: Trial, opened: Opened) -> int | None:
    """Return the first change after which enough connections succeed for long enough."""
    begun: int | None = None
    for time_us, flows in trial.changes:
        if sum(found.started for found in flows) >= (opened.share - 1e-9) * len(flows):
            begun = time_us if begun is None else begun
        elif begun is not None and time_us - begun >= opened.hold_us:
            return begun
        else:
            begun = None
    return begun


MOST_LOST_APART = 0.005
"""Ours counts shares of a packet, the peer whole ones: losses may differ by so much of themselves."""


def agree(opened: Opened, trials: int, packets_per_second: int) -> str:
    """Return in words how far the engine and the peer of packets are apart, over some trials.

    Raises:
        Mismatch: mean recovery differs by more than the gap between two packets, or losses by more than
            ``MOST_LOST_APART``.
    """
    ours, theirs = [], []
    for number in range(trials):
        trial = opened.trial(number)
        ours.append(trial.engine)
        theirs.append(by_packets(trial, opened, packets_per_second))
    name = opened.plan.design.id
    if _never(ours) != _never(theirs):
        raise Mismatch(f"{name}: in some trials only one of the two recovers")
    recovered, other = (_mean_s(played) for played in (ours, theirs))
    lost, counted = (sum(found.lost for found in played) / trials for played in (ours, theirs))
    words = f"recovery {recovered:.3f} s and {other:.3f} s, lost {lost:,.0f} and {counted:,.0f}"
    if abs(recovered - other) > 1 / packets_per_second or abs(lost - counted) > MOST_LOST_APART * lost:
        raise Mismatch(f"{name}: {words}")
    if all(_never(ours)):
        return f"no recovery, lost {lost:,.0f} and {counted:,.0f}"
    return words


def _never(played: Sequence[Played]) -> list[bool]:
    return [found.recovered_us is None for found in played]


def _mean_s(played: Sequence[Played]) -> float:
    """Return the mean recovery of the trials that recover, in seconds; 0 where none does."""
    known = [found.recovered_us for found in played if found.recovered_us is not None]
    return sum(known) / len(known) / SECOND_US if known else 0.0
