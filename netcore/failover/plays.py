"""Many trials of one design as arrays: when its changes come, and its clocks.

A mechanism that says its trials in arrays (``Many``) is asked for all of them at once, and one by one only
for those that it leaves out. Any other is asked one by one. Both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from netcore.failover.draws import Draws
from netcore.failover.moments import Play
from netcore.failover.outcomes import LEAST_US, QUIET_US, settled_us
from netcore.failover.plan import Mechanism
from netcore.failover.spread import NEVER
from netcore.failover.streams import Streams

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]

Groups = dict[tuple[int, ...], tuple[Times, Times]]
"""Sequence of changes -> places of the trials that go through it, and their times: [trials, changes]."""


@dataclass(frozen=True, slots=True)
class Many:
    """Trials of a mechanism that nobody has to mend and that makes no calls, as arrays; microseconds.

    Args:
        numbers: of the changes in the catalogue; every trial has all of them.
        times: [trials, changes], in the order of ``numbers``.
        alone: trials that are not told here and must be played one by one.
    """

    numbers: Sequence[int]
    times: Times
    detect: Times
    control: Times
    data: Times
    alone: Flags


@runtime_checkable
class PlaysMany(Protocol):
    """A mechanism that can say many trials at once."""

    def many(self, draws: Draws) -> Many | None:
        """Return the trials of ``draws`` as ``play`` gives them one by one; None: not for this fault."""
        ...


@dataclass(slots=True)
class Plays:
    """Trials in a row, by their place in it.

    Args:
        detect: clocks of each; ``NEVER`` where one does not stop. ``decide`` is a part of ``control``.
        apart: whether the clocks can be told apart; ``whole`` says why not, of the last trial.
        mended: whether somebody mended it by hand.
        until: when nothing changes any more; see ``outcomes.settled_us``.
        calls: writes, polls and refusals of all; ``denied``: writes that nobody had the right to.
    """

    detect: Times
    decide: Times
    control: Times
    data: Times
    apart: Flags
    mended: Flags
    until: Times
    groups: Groups = field(default_factory=dict)
    whole: str = ""
    calls: tuple[int, int, int] = (0, 0, 0)
    denied: int = 0
    lowest_tokens: float | None = None
    dual_active_us: int = 0

    def __len__(self) -> int:
        """Return how many trials there are."""
        return len(self.until)


def plays_of(
    mechanism: Mechanism, draws: Draws, between: Callable[[], None] | None = None, *, singly: bool = False
) -> Plays:
    """Return the trials of ``draws``.

    Args:
        between: called before each trial that is played by itself.
        singly: ask for every trial by itself, whatever the mechanism can.
    """
    count = draws.count
    detect, decide, control, data = np.zeros((4, count), np.int64)
    apart, mended = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    made = Plays(detect, decide, control, data, apart, mended, np.full(count, LEAST_US, np.int64))
    alone = np.ones(count, np.bool_)
    found = mechanism.many(draws) if isinstance(mechanism, PlaysMany) and not singly else None
    if found is not None:
        alone = found.alone
        _take(made, found)
    rest: dict[tuple[int, ...], list[tuple[int, list[int]]]] = {}
    for place in np.flatnonzero(alone).tolist():
        if between is not None:
            between()
        play = mechanism.play(Streams(draws.seed, draws.first + place))
        _put(made, place, play)
        times, changes = [time_us for time_us, _ in play.changes], tuple(one for _, one in play.changes)
        rest.setdefault(changes, []).append((place, times))
    for changes, rows in rest.items():
        places = np.array([place for place, _ in rows], np.int64)
        table = np.array([times for _, times in rows], np.int64).reshape(len(rows), len(changes))
        _group(made.groups, changes, places, table)
    return made


def _take(made: Plays, found: Many) -> None:
    """Put trials that a mechanism told at once into their places."""
    places = np.flatnonzero(~found.alone)
    for mine, theirs in (
        (made.detect, found.detect),
        (made.control, found.control),
        (made.data, found.data),
    ):
        mine[places] = theirs[places]
    # By time, and changes of one time by number, as single plays are sorted.
    numbers = np.array(sorted(found.numbers), np.int64)
    times = found.times[places][:, np.argsort(np.array(found.numbers), kind="stable")]
    order = np.argsort(times, axis=1, kind="stable")
    times = np.take_along_axis(times, order, axis=1)
    if len(places) and len(numbers):
        made.until[places] = np.maximum(times[:, -1] + QUIET_US, LEAST_US)
    if not len(places):
        return
    ways = order[:1] if (order == order[:1]).all() else np.unique(order, axis=0)
    for way in ways:
        mine = (order == way).all(axis=1)
        _group(made.groups, tuple(numbers[way].tolist()), places[mine], times[mine])


def _put(made: Plays, place: int, play: Play) -> None:
    """Put a single trial into its place."""
    clocks = play.clocks
    for kept, time_us in (
        (made.detect, clocks.detect_us),
        (made.decide, play.decide_us),
        (made.control, clocks.control_us),
        (made.data, clocks.data_us),
    ):
        kept[place] = NEVER if time_us is None else time_us
    made.apart[place], made.mended[place] = not clocks.whole, play.by_hand_us is not None
    made.until[place] = settled_us(play)
    if place == len(made) - 1:
        made.whole = clocks.whole
    calls = play.calls
    writes, polls, refusals = made.calls
    made.calls = (writes + calls.writes, polls + calls.polls, refusals + calls.refusals)
    made.denied += calls.denied
    made.lowest_tokens = least(made.lowest_tokens, calls.lowest_tokens)
    made.dual_active_us += play.dual_active_us


def _group(groups: Groups, changes: tuple[int, ...], places: Times, times: Times) -> None:
    there = groups.get(changes)
    if there is not None:
        places, times = np.concatenate((there[0], places)), np.concatenate((there[1], times))
    groups[changes] = places, times


def least(*found: float | None) -> float | None:
    """Return the smallest of those that are known."""
    return min((value for value in found if value is not None), default=None)
