"""Answers as arrays, and what of a walk they keep: the one definition that every engine must meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from netcore.forwarding.hashing import MASK, named
from netcore.trace.codes import CODES
from netcore.trace.model import Leg, Outcome, Place, Step, Trace

Column = NDArray[Any]

OUTCOMES: Final = tuple(Outcome)
"""Outcome by number; 0 is delivered."""

CODE_NAMES: Final = ("", *sorted(CODES))
"""Code by number; 0 is none, as of what was delivered."""

CODE_NUMBERS: Final = {name: number for number, name in enumerate(CODE_NAMES)}

OUTCOME_OF_CODE: Final = np.array(
    [0, *(OUTCOMES.index(CODES[name].outcome) for name in CODE_NAMES[1:])], np.uint8
)

ABSENT: Final = 255
"""Outcome of a packet that was not sent, such as the answer to one that was lost."""

STRIDE: Final = 0x9E37_79B9_7F4A_7C15
"""Odd, so that the order of places counts in the name of a way."""


@dataclass(frozen=True)
class Fates:
    """What became of one packet of each connection: the first, its answer, or packet 3 of a handshake.

    Args:
        outcome: uint8, index into ``OUTCOMES``, or ``ABSENT``.
        code: uint16, index into ``CODE_NAMES``.
        at: int32, index into ``Answers.names``; -1 where the verdict names no place.
        hops: uint8, how often a guest has put the packet on the wire.
        way: uint64, name of the way; equal for equal ways, see ``name_of_way``.
    """

    outcome: Column
    code: Column
    at: Column
    hops: Column
    way: Column

    @classmethod
    def empty(cls, count: int) -> Fates:
        """Return fates of packets that were not sent."""
        return cls(
            np.full(count, ABSENT, np.uint8),
            np.zeros(count, np.uint16),
            np.full(count, -1, np.int32),
            np.zeros(count, np.uint8),
            np.zeros(count, np.uint64),
        )

    @classmethod
    def absent(cls, count: int) -> Fates:
        """Return the same for reading only, in the memory of one packet."""
        one = cls.empty(1)
        return cls(*(np.broadcast_to(getattr(one, field.name), count) for field in fields(cls)))


@dataclass(frozen=True)
class Fate:
    """What became of one packet; ``at`` is the path that the verdict names."""

    outcome: Outcome
    code: str | None
    at: str | None
    hops: int
    way: int


@dataclass(frozen=True)
class Answer:
    """What became of one connection; ``back`` and ``third`` are None where they were not sent."""

    forward: Fate
    back: Fate | None
    third: Fate | None

    @property
    def fate(self) -> Fate:
        """Return that of the first packet that failed, else of the request."""
        for fate in (self.forward, self.back, self.third):
            if fate is not None and fate.outcome is not Outcome.DELIVERED:
                return fate
        return self.forward


@dataclass(frozen=True)
class Answers:
    """Answers to many packets, one per row.

    Args:
        names: paths of the document that ``at`` counts.
        forward: the first packets.
        back: their answers.
        third: packets 3 of handshakes, where one fails.
        by_walk: bool, whether a walk has answered, for arrays do not carry what the packet met.
    """

    names: tuple[str, ...]
    forward: Fates
    back: Fates
    third: Fates
    by_walk: Column

    def __len__(self) -> int:
        return len(self.by_walk)

    def answer(self, row: int) -> Answer:
        """Return one answer in words."""
        forward = self._fate(self.forward, row)
        assert forward is not None
        return Answer(forward, self._fate(self.back, row), self._fate(self.third, row))

    def delivered(self) -> Column:
        """Return bool: whether the request arrived and, where one was sent, so did the answer."""
        good: Column = self.forward.outcome == 0
        for later in (self.back, self.third):
            good &= (later.outcome == 0) | (later.outcome == ABSENT)
        return good

    def _fate(self, fates: Fates, row: int) -> Fate | None:
        if fates.outcome[row] == ABSENT:
            return None
        at = int(fates.at[row])
        return Fate(
            OUTCOMES[int(fates.outcome[row])],
            CODE_NAMES[int(fates.code[row])] or None,
            self.names[at] if at >= 0 else None,
            int(fates.hops[row]),
            int(fates.way[row]),
        )


def blank(count: int, legs: int = 3, *, filled: bool = True) -> tuple[Column, ...]:
    """Return answers to be filled in: outcome, code, at, hops, way, hard.

    Args:
        filled: whether they say that nothing was sent; else outcome and at say anything. (What is 0 costs
            nothing until it is written.)
    """
    found: tuple[Column, ...] = (
        np.empty((legs, count), np.uint8),
        np.zeros((legs, count), np.uint16),
        np.empty((legs, count), np.int32),
        np.zeros((legs, count), np.uint8),
        np.zeros((legs, count), np.uint64),
        np.zeros(count, np.bool_),
    )
    if filled:
        found[0][:], found[2][:] = ABSENT, -1
    return found


def answer_of(trace: Trace) -> Answer:
    """Return what arrays keep of a walk without branches."""
    return Answer(
        _fate_of(trace.forward),
        None if trace.back is None else _fate_of(trace.back),
        None if trace.third is None else _fate_of(trace.third),
    )


def way_of(leg: Leg) -> tuple[str, ...]:
    """Return the guests and NICs that a packet has reached, in order: ``vms/ID`` and ``nics/ID``."""
    return tuple(_places(leg.steps))


def name_of_way(places: Iterable[str]) -> int:
    """Return the 64 bits that stand for a way; two ways have the same ones by chance only."""
    name = 0
    for place in places:
        name = (name * STRIDE + named(place)) & MASK
    return name


def put(fates: Fates, row: int, fate: Fate | None, number: dict[str, int], names: list[str]) -> None:
    """Write one fate into its row; paths without a number get the next one."""
    if fate is None:
        return
    fates.outcome[row] = OUTCOMES.index(fate.outcome)
    fates.code[row] = CODE_NUMBERS[fate.code or ""]
    if fate.at is not None and fate.at not in number:
        number[fate.at] = len(names)
        names.append(fate.at)
    fates.at[row] = -1 if fate.at is None else number[fate.at]
    fates.hops[row] = fate.hops
    fates.way[row] = fate.way


def clear(fates: Fates, rows: Column) -> None:
    """Make rows those of packets that were not sent."""
    blank = Fates.empty(1)
    for field in fields(Fates):
        getattr(fates, field.name)[rows] = getattr(blank, field.name)[0]


def _places(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield what steps of guests and NICs happened at; several steps at one place are one."""
    last: Step | None = None
    guest = ""
    for step in steps:
        at = step.at or ""
        if step.place is Place.GUEST:
            if at != guest:
                yield at
            guest = at
        elif step.place is Place.NIC:
            if last is None or (last.place, last.at) != (Place.NIC, at):
                yield at
            guest = ""
        last = step


def _fate_of(leg: Leg) -> Fate:
    places = way_of(leg)
    hops = sum(after.startswith("nics/") and before.startswith("vms/") for before, after in pairwise(places))
    verdict = leg.verdict
    return Fate(verdict.outcome, verdict.code, verdict.at, hops, name_of_way(places))
