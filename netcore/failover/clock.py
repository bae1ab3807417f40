"""Simulated time: a heap of what happens next."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

SECOND_US = 1_000_000


def microseconds(seconds: float) -> int:
    """Return seconds as integer microseconds, rounded to the nearest.

    Example:
        >>> microseconds(0.7)
        700000
    """
    return round(seconds * SECOND_US)


class Clock(Generic[Thing]):
    """Things in the order of simulated time.

    Equal times are ordered by priority (smaller first) and then by who was put in first, so that nothing
    hangs on the order of a hash.
    """

    __slots__ = ("_counter", "_heap", "now_us")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Thing]] = []
        self._counter = 0
        self.now_us = 0

    def at(self, time_us: int, thing: Thing, priority: int = 0) -> None:
        """Put a thing on the clock.

        Raises:
            ValueError: the time has passed already.
        """
        if time_us < self.now_us:
            raise ValueError(f"{time_us} us has passed; it is {self.now_us} us")
        heappush(self._heap, (time_us, priority, self._counter, thing))
        self._counter += 1

    def run(self) -> Iterator[tuple[int, Thing]]:
        """Take things off the clock until none is left; more may be put on meanwhile.

        Returns: pairs of time and thing; time never goes back.
        """
        while self._heap:
            self.now_us, _, _, thing = heappop(self._heap)
            yield self.now_us, thing
