"""What an edit did to all flows: the answer of ``difference``, in numbers and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from netcore.batch.cells import Fate
from netcore.batch.sheets import Table
from netcore.trace.effects import OF_FLOWS, Effect
from netcore.trace.model import Outcome
from netcore.trace.packet import Packet
from netcore.words import say

if TYPE_CHECKING:
    from netcore.batch.compile import Compiled

Span = tuple[int, int]
"""First and last port."""

INTERNET = "internet"
"""What is asked about for all of the Internet that the drawing does not name."""

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a flow in one drawing.

    Args:
        forward: how the request ended; None where the drawing lacks one of the ends.
        back: how the answer, or packet 3 of a handshake, ended; None where none was sent.
    """

    forward: Fate | None
    back: Fate | None = None

    @property
    def connects(self) -> bool:
        """Whether the request arrived and its answer, where one was sent, came back."""
        return all(fate is not None and fate.outcome is Outcome.DELIVERED for fate in self._fates())

    @property
    def end(self) -> Fate | None:
        """Return how the first packet that failed ended, else the request."""
        for fate in self._fates():
            if fate is None or fate.outcome is not Outcome.DELIVERED:
                return fate
        return self.forward

    def _fates(self) -> Iterator[Fate | None]:
        yield self.forward
        if self.back is not None:
            yield self.back

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "connects": self.connects,
            "forward": _fate_json(self.forward),
            "back": _fate_json(self.back),
        }


@dataclass(frozen=True, slots=True)
class Block:
    """All flows from each sender to each receiver, none of them named twice; nobody sends to itself.

    Args:
        senders: ``vms/ID`` or ``hosts/ID``.
        receivers: ``vms/ID`` and such with the address asked, or ``internet``.
    """

    senders: tuple[str, ...]
    receivers: tuple[tuple[str, str], ...]

    def pairs(self) -> int:
        """Return how many pairs of sender and address there are."""
        senders = frozenset(self.senders)
        own = sum(to in senders for to, _ in self.receivers)
        return len(self.senders) * len(self.receivers) - own

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        receivers = [{"to": to, "address": address} for to, address in self.receivers]
        return {"senders": list(self.senders), "receivers": receivers, "pairs": self.pairs()}


@dataclass(frozen=True, slots=True)
class Told:
    """What a walk of the example adds.

    Args:
        text: the change in words.
        decided: rule or route that decides now, by path; empty where nothing of the kind does.
        passed_before, passed_after: appliances of request and answer in order, ``vms/ID``.
    """

    text: str
    decided: str
    passed_before: tuple[tuple[str, ...], tuple[str, ...]]
    passed_after: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """Flows to which the edit did the same.

    Args:
        effects: at least one.
        protocol: name or number, as people write it; ports are of the destination, and empty where the
            protocol has none.
        spread: which way these flows take is a hash's choice that matters; they were asked port by port,
            and nothing is said of other ports.
        example: the first of the flows.
        tell: walks the example in both drawings when it is asked; see ``told``.
    """

    effects: tuple[Effect, ...]
    blocks: tuple[Block, ...]
    protocol: str
    ports: tuple[Span, ...]
    before: Course
    after: Course
    spread: bool
    example: Packet
    tell: Callable[[], Told] = field(compare=False, repr=False)

    @property
    def told(self) -> Told:
        """Return the change in words, with what decides now."""
        return self.tell()

    @property
    def text(self) -> str:
        """Return the change in words."""
        return self.tell().text

    def pairs(self) -> int:
        """Return how many pairs of sender and address are concerned."""
        return sum(block.pairs() for block in self.blocks)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        told = self.told
        return {
            "effects": [effect.value for effect in self.effects],
            "blocks": [block.as_dict() for block in self.blocks],
            "pairs": self.pairs(),
            "protocol": self.protocol,
            "ports": [list(span) for span in self.ports],
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "spread": self.spread,
            "example": self.example.model_dump(mode="json"),
            "decided": told.decided,
            "passed_before": [list(way) for way in told.passed_before],
            "passed_after": [list(way) for way in told.passed_after],
            "text": told.text,
        }


class Changes(Sequence[Change]):
    """All changes of an edit, by effect, those of most pairs first; each is made when it is first asked for.

    An edit may have thousands, as each rule and place where flows end makes another one, and people look at
    few of them. What is known of all without making them stands in columns, one row per change.

    Args:
        make: makes a change by its number.
        effects: int64, a bit for each of ``OF_FLOWS``.
        pairs: int64, pairs of sender and address that are concerned.
        outside: bool, whether the Internet is among the receivers.
    """

    def __init__(self, make: Callable[[int], Change], effects: Table, pairs: Table, outside: Table) -> None:
        self._make = make
        self._made: dict[int, Change] = {}
        self.effects, self.pairs, self.outside = effects, pairs, outside

    def __len__(self) -> int:
        return len(self.effects)

    @overload
    def __getitem__(self, number: int) -> Change: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Change, ...]: ...

    def __getitem__(self, number: int | slice) -> Change | tuple[Change, ...]:
        """Return a change, the same object each time, or some."""
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        place = range(len(self))[number]
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._make(place)
        return found

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence has equal changes in this order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def having(self, effect: Effect) -> Table:
        """Return bool by change whether it has an effect."""
        found: Table = (self.effects >> OF_FLOWS.index(effect) & 1).astype(np.bool_)
        return found

    def aside(self) -> Table:
        """Return bool by change whether it is one that people seldom mean.

        These are Internet access lost, answers lost, and answers that come by other ways.
        """
        found: Table = self.outside & self.having(Effect.CLOSED)
        return found | self.having(Effect.ANSWER_LOST) | self.having(Effect.ASYMMETRIC)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that an edit did to the flows of a drawing.

    Asked are TCP, UDP, ICMP, ESP and AH, from every VM and host to every address that somebody
    in either drawing has, and to the Internet.

    Args:
        changes: see ``Changes``.
        edited: paths of what the documents say otherwise, such as ``route_tables/spoke/routes/default``.
        source_ports: what is said holds for requests from these ports; rules do not tell them apart.
        asked: flows that stand for all others and were compared.
        touched: pairs of sender and address that the edit may concern, as far as they are told apart.
        spread_ports: destination ports that were asked where a hash matters.
        updated: whether tables were brought up to date, and not made anew.
        notes: what is not said, and why.
        later: the second drawing as arrays, to ask about the next edit with; None where many edits were
            written upon each other and it is better compiled anew.
    """

    changes: Changes
    edited: tuple[str, ...]
    source_ports: Span
    asked: int
    touched: int
    spread_ports: tuple[int, ...]
    updated: bool
    notes: tuple[str, ...] = ()
    later: Compiled | None = field(default=None, compare=False, repr=False)

    def of(self, effect: Effect) -> tuple[Change, ...]:
        """Return the changes that have an effect."""
        return self._chosen(self.changes.having(effect))

    def side_effects(self) -> tuple[Change, ...]:
        """Return what people seldom mean: Internet access lost, answers lost, and answers by other ways."""
        return self._chosen(self.changes.aside())

    def _chosen(self, which: Table) -> tuple[Change, ...]:
        return tuple(self.changes[number] for number in np.flatnonzero(which).tolist())

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "changes": [change.as_dict() for change in self.changes],
            "side_effects": np.flatnonzero(self.changes.aside()).tolist(),
            "edited": list(self.edited),
            "source_ports": list(self.source_ports),
            "asked": self.asked,
            "touched": self.touched,
            "spread_ports": list(self.spread_ports),
            "updated": self.updated,
            "notes": list(self.notes),
        }


def _fate_json(fate: Fate | None) -> dict[str, Any] | None:
    if fate is None:
        return None
    return {"outcome": fate.outcome.value, "code": fate.code, "at": fate.at}


def ports_text(ports: tuple[Span, ...]) -> str:
    """Return ports as people write them, such as ``80,8000-8999``."""
    if ports == ((0, 65_535),):
        return say("all ports")
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)


def names_text(names: list[str]) -> str:
    """Return who is meant, such as ``web1 and 11 like it``."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return say("{names} and {count} like it", names=names[0], count=len(names) - 1)
