"""How a goal is measured: the same answer first, then ours and a peer in turn, and their ratio each time."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

WIDEST = 0.25
"""Readings that spread over more than this share of their median are discarded."""

IN_TURN = 3
"""So often something is read for one figure where one reading would say little; the median counts."""

T = TypeVar("T")


class NotMeasured(Exception):
    """There is no figure, and why."""


class Mismatch(Exception):
    """Ours and the peer answer differently; no figure is given."""


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of a goal.

    Args:
        name: what is compared, such as ``pytricia``; no two of a goal have the same.
        sense: whether the figure must reach the limit or stay within it.
        spread: False where a figure is a count or an error, which needs no quiet machine.
        range: of an exponent: how many times the smallest size the largest one is.
    """

    name: str
    sense: Literal[">=", "<="]
    limit: float
    spread: bool = True
    range: float = 0

    def spread_of(self, values: Sequence[float]) -> float:
        """Return how far readings lie apart, as a share; those of an exponent by the times they stand for.

        Example:
            >>> round(Target("exponent", "<=", 0.05, range=100).spread_of([0.0, 0.05]), 2)
            0.26
        """
        if self.range:
            return float(self.range ** (max(values) - min(values)) - 1)
        return spread(values)

    def met(self, value: float) -> bool:
        """Return whether a figure keeps the promise."""
        return value >= self.limit if self.sense == ">=" else value <= self.limit

    def worst(self, values: Sequence[float]) -> float:
        """Return the figure that counts of several processes."""
        return min(values) if self.sense == ">=" else max(values)


Readings = Mapping[str, Sequence[float] | str]
"""Per target: one figure for each repetition, or why there is none."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Args:
        prepare: ``prepare(tiny)`` makes what is measured and passes the gate of correctness; ``tiny`` is for
            tests. Raises Mismatch or NotMeasured.
        measure: ``measure(made, repetitions)`` gives the readings of all targets.
        processes, repetitions: most of both, where each more of them takes minutes.
    """

    id: str
    title: str
    targets: tuple[Target, ...]
    prepare: Callable[[bool], Any]
    measure: Callable[[Any, int], Readings]
    processes: int = 3
    repetitions: int = 5


def same(what: str, ours: object, peer: object) -> None:
    """Pass if two answers are equal.

    Raises:
        Mismatch: they are not.
    """
    if ours != peer:
        raise Mismatch(f"{what}: {str(ours)[:200]} and {str(peer)[:200]}")


def seconds(work: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """Return how long something takes; processor time counts what others on the machine do the least.

    Python looks for garbage before and not meanwhile, as ``timeit`` does it: what lies around from preparing
    is nobody's work.
    """
    gc.collect()
    gc.disable()
    try:
        began = clock()
        work()
        return max(clock() - began, 1e-9)
    finally:
        gc.enable()


def by_size(sizes: Sequence[T], once: Callable[[T], float], repetitions: int) -> list[list[float]]:
    """Return for each repetition what each size takes: of three readings the median.

    An exponent sets one size against another. If each were read once, what disturbs the machine meanwhile
    would be taken for growth.
    """
    return [
        [statistics.median(once(size) for _ in range(IN_TURN)) for size in sizes] for _ in range(repetitions)
    ]


def paired(
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    repetitions: int,
    shares: tuple[float, float] = (1, 1),
    clock: Callable[[], float] = time.process_time,
) -> list[float]:
    """Return how many times as long the peer takes for one unit of work, once for each repetition.

    Args:
        shares: how many units each of the two does.
    """
    ours()  # caches are warm, and whatever compiles has compiled
    found = []
    for _ in range(repetitions):
        mine, others = seconds(ours, clock), seconds(peer, clock)
        found.append(others / shares[1] / (mine / shares[0]))
    return found


def spread(values: Sequence[float]) -> float:
    """Return the distance of the largest and the smallest as a share of the median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / abs(middle) if middle else 0.0


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent of growth: the least-squares slope of logarithms.

    Example:
        >>> round(slope([10, 100, 1000], [1, 10, 100]), 3)
        1.0
    """
    across, up = [math.log(size) for size in sizes], [math.log(value) for value in values]
    mean, level = statistics.mean(across), statistics.mean(up)
    pairs = list(zip(across, up, strict=True))
    return sum((x - mean) * (y - level) for x, y in pairs) / sum((x - mean) ** 2 for x, _ in pairs)


def engine(*names: str) -> Any:
    """Return functions of the engine's front door.

    Raises:
        NotMeasured: it does not have them yet.
    """
    import netcore

    missing = [name for name in names if not hasattr(netcore, name)]
    if missing:
        raise NotMeasured(f"netcore.batch has no {' and no '.join(missing)} yet")
    return tuple(getattr(netcore, name) for name in names)


def missing(reason: str) -> Callable[[bool], Any]:
    """Return a preparation that cannot be made."""

    def prepare(_tiny: bool) -> Any:
        raise NotMeasured(reason)

    return prepare


def no_readings(_made: Any, _repetitions: int) -> Readings:
    """Return nothing: for goals that only have a reason."""
    return {}
