"""The moments of a failover: what is true of the network between two changes, and the changes between them.

A moment holds only what differs from the drawing. Forwarding itself says what it means for a packet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal, Protocol

from netcore.document.values import Address
from netcore.profiles.timing import Grade

EDGE = "edge"
"""Who translates public addresses; a sending host like any other as far as programming goes."""

Member = tuple[str, str, str]
"""Balancer id, pool id, member id."""

Lane = Literal["fault", "detect", "control", "data", "flows"]


class Where(IntEnum):
    """Where the control plane has put an address that moves."""

    SOURCE = 0
    """On the appliance that fails."""
    NOWHERE = 1
    """Removed from there and not yet added elsewhere (fact A20)."""
    TARGET = 2
    """On the standby."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An IP configuration of a NIC."""

    nic: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Move:
    """An address that changes its holder.

    Args:
        public_ip: id of the public address object; None for a private address.
        prefix_holder: what held it in the drawing, such as ``load_balancers/ilb/frontends/inside``.
    """

    address: Address
    source: Holder
    target: Holder
    public_ip: str | None
    drawn_at: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true between two changes.

    Args:
        down: VMs that are dead.
        unhealthy: balancer members out of rotation.
        where: per move of the design, where the control plane has the address.
        stale: move number and sender whose host still sends to the old place.
    """

    down: frozenset[str] = frozenset()
    unhealthy: frozenset[Member] = frozenset()
    where: tuple[Where, ...] = ()
    stale: frozenset[tuple[int, str]] = frozenset()

    def seen_by(self, sender: str) -> tuple[Where, ...]:
        """Return where a sender's host takes the addresses to be; the edge knows public ones for all.

        Args:
            sender: ``vms/ID``, ``gateways/ID`` or ``EDGE``.
        """
        return tuple(
            Where.SOURCE if {(number, sender), (number, EDGE)} & self.stale else where
            for number, where in enumerate(self.where)
        )


class Change(Protocol):
    """Something that ends one moment and begins the next."""

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        ...


@dataclass(frozen=True, slots=True)
class Dies:
    """A VM stops answering, without a word (fact A9)."""

    vm: str

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, down=moment.down | {self.vm})


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A balancer gives members no new flows any more (fact J11)."""

    members: frozenset[Member]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, unhealthy=moment.unhealthy | self.members)


@dataclass(frozen=True, slots=True)
class Placed:
    """The control plane has put addresses somewhere.

    Args:
        moves: numbers of the moves.
        senders: whose hosts must still be told, for each of these moves.
    """

    moves: tuple[int, ...]
    where: Where
    senders: tuple[str, ...] = ()

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        where = tuple(self.where if n in self.moves else old for n, old in enumerate(moment.where))
        stale = {(n, sender) for n in self.moves for sender in self.senders}
        return replace(moment, where=where, stale=moment.stale | stale)


@dataclass(frozen=True, slots=True)
class Programmed:
    """The host of one sender has learned where addresses are."""

    moves: tuple[int, ...]
    sender: str

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, stale=moment.stale - {(n, self.sender) for n in self.moves})


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happens on a lane of the timeline. ``t_us`` is counted from the start of the run."""

    t_us: int
    lane: Lane
    kind: Literal["start", "end", "point"]
    text: str
    ref: str | None = None
    grade: Grade | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a lane."""

    lane: Lane
    from_us: int
    to_us: int
    text: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three clocks of a failover, apart; microseconds."""

    detect_us: int
    control_us: int
    data_us: int


class Play(Protocol):
    """One trial of a mechanism: when its changes come.

    ``changes`` are pairs of time since the fault and number in the mechanism's ``catalogue``, in order of
    time. ``completes`` is False where the failover never ends by itself; then the last change is the
    repair by hand.
    """

    changes: list[tuple[int, int]]
    clocks: Clocks
    completes: bool

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times are counted from the start of the run, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number or statement a run rests on."""

    name: str
    value: str
    grade: Grade | None
    source: str

    def as_dict(self) -> dict[str, str | None]:
        """Return plain JSON data."""
        return {"name": self.name, "value": self.value, "grade": self.grade, "source": self.source}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The moments of one trial: pairs of start (since the fault) and moment; the first starts at 0."""

    moments: tuple[tuple[int, Moment], ...] = field(default=())
