"""The moments of a failover: what is true of the network between two changes, and the changes between them.

A moment holds only what differs from the drawing. Forwarding itself says what it means for a packet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from netcore.document.models import Scenario
from netcore.document.values import Address
from netcore.profiles.timing import Grade
from netcore.words import say

EDGE = "edge"
"""Who translates public addresses; a sending host like any other as far as programming goes."""

Member = tuple[str, str, str]
"""Balancer id, pool id, member id."""

Instance = tuple[str, int]
"""Gateway id and number of an instance."""

Lane = Literal["fault", "detect", "control", "data", "flows"]

Redraw = Callable[[Scenario], Scenario]

View = tuple[int, ...]
"""Per setting of a scene, which of its values somebody acts by."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a setting.

    Args:
        redraw: puts it into the drawing.
        in_transit: addresses that belong to no NIC meanwhile (facts A20, A21).
        answers: traffic manager and the address it is answered with, where that is not as drawn.
    """

    redraw: Redraw
    in_transit: frozenset[Address] = frozenset()
    answers: tuple[tuple[str, Address], ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing of the drawing that changes during a failover, and the values it can have.

    The first value is that of the start. An address that moves has three: on the appliance that fails,
    nowhere, on the standby.
    """

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true between two changes.

    Args:
        down: VMs that are dead.
        zones: zones that are lost.
        instances: gateway instances that do not run, and are avoided.
        silent: those that do not run, and nobody has noticed yet.
        unhealthy: balancer members out of rotation.
        settings: per setting of the scene, the number of the value that the control plane holds.
        stale: setting, sender, and the value by which its host still goes (facts A21, D65).
        held: setting, client, and the value that it was answered and still keeps.
    """

    down: frozenset[str] = frozenset()
    zones: frozenset[int] = frozenset()
    instances: frozenset[Instance] = frozenset()
    silent: frozenset[Instance] = frozenset()
    unhealthy: frozenset[Member] = frozenset()
    settings: View = ()
    stale: frozenset[tuple[int, str, int]] = frozenset()
    held: frozenset[tuple[int, str, int]] = frozenset()

    def seen_by(self, sender: str, client: str = "") -> View:
        """Return the values by which a sender's host goes; the edge knows public addresses for all.

        Args:
            sender: ``vms/ID``, ``gateways/ID`` or ``EDGE``.
            client: ``vms/ID`` or ``hosts/ID`` that opens the connection: answers of names are its own.
        """
        if not self.stale and not self.held:
            return self.settings
        kept = {number: value for number, who, value in self.held if who == client}
        # Sorted, so that of two that hold for a sender its own counts, and nothing hangs on a hash.
        late = {number: value for number, who, value in sorted(self.stale) if who == EDGE}
        late |= {number: value for number, who, value in sorted(self.stale) if who == sender}
        return tuple(late.get(number, kept.get(number, value)) for number, value in enumerate(self.settings))


class Change(Protocol):
    """Something that ends one moment and begins the next."""

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        ...


@dataclass(frozen=True, slots=True)
class Dies:
    """VMs stop answering, without a word (fact A9)."""

    vms: frozenset[str]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, down=moment.down | self.vms)


@dataclass(frozen=True, slots=True)
class Revives:
    """VMs answer again."""

    vms: frozenset[str]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, down=moment.down - self.vms)


@dataclass(frozen=True, slots=True)
class ZoneTurns:
    """A zone is lost (fact M4), or back."""

    zone: int
    lost: bool

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        zones = moment.zones | {self.zone} if self.lost else moment.zones - {self.zone}
        return replace(moment, zones=zones)


@dataclass(frozen=True, slots=True)
class InstancesTurn:
    """Gateway instances stop, or run again (facts H2, H3)."""

    instances: frozenset[Instance]
    lost: bool

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        there = moment.instances
        turned = there | self.instances if self.lost else there - self.instances
        return replace(moment, instances=turned, silent=moment.silent - self.instances)


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """Instances that stopped are still given packets, until ``InstancesTurn`` says that all know (H3)."""

    instances: frozenset[Instance]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(
            moment, instances=moment.instances - self.instances, silent=moment.silent | self.instances
        )


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A balancer gives members no new flows any more (fact J11)."""

    members: frozenset[Member]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, unhealthy=moment.unhealthy | self.members)


@dataclass(frozen=True, slots=True)
class PutBack:
    """A balancer gives members new flows again (fact J10)."""

    members: frozenset[Member]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        return replace(moment, unhealthy=moment.unhealthy - self.members)


@dataclass(frozen=True, slots=True)
class Sets:
    """The control plane holds another value of some settings.

    Args:
        settings: their numbers in the scene.
        value: number of the value.
        senders: whose hosts must still be told, for each of these settings.
        before: by which value they go until then; None: by the one that it replaces.
    """

    settings: tuple[int, ...]
    value: int
    senders: tuple[str, ...] = ()
    before: int | None = 0

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        there = moment.settings
        values = tuple(self.value if n in self.settings else old for n, old in enumerate(there))
        new = [n for n in self.settings if there[n] != self.value]
        kept = frozenset(one for one in moment.stale if one[0] not in new or one[1] not in self.senders)
        stale = {
            (n, sender, there[n] if self.before is None else self.before)
            for n in new
            for sender in self.senders
        }
        return replace(moment, settings=values, stale=kept | stale)


@dataclass(frozen=True, slots=True)
class Leaves:
    """The control plane takes away one value of some settings where they hold it; else nothing changes."""

    settings: tuple[int, ...]
    held: int
    value: int

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        values = tuple(
            self.value if n in self.settings and old == self.held else old
            for n, old in enumerate(moment.settings)
        )
        return replace(moment, settings=values)


@dataclass(frozen=True, slots=True)
class Programmed:
    """The host of one sender has learned the values of some settings."""

    settings: tuple[int, ...]
    sender: str

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        mine = {one for one in moment.stale if one[0] in self.settings and one[1] == self.sender}
        return replace(moment, stale=moment.stale - mine)


@dataclass(frozen=True, slots=True)
class Answers:
    """Name servers give another value from now on; clients keep the one they have until they ask again."""

    setting: int
    value: int
    clients: tuple[str, ...]

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        before = moment.settings[self.setting]
        keeping = {who for number, who, _ in moment.held if number == self.setting}
        more = {(self.setting, who, before) for who in self.clients if who not in keeping}
        values = tuple(
            self.value if number == self.setting else old for number, old in enumerate(moment.settings)
        )
        return replace(moment, settings=values, held=moment.held | more)


@dataclass(frozen=True, slots=True)
class AsksAgain:
    """A client asks the name servers again, and goes by what they say now."""

    setting: int
    client: str

    def apply(self, moment: Moment) -> Moment:
        """Return the moment after it."""
        mine = {one for one in moment.held if one[:2] == (self.setting, self.client)}
        return replace(moment, held=moment.held - mine)


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
    """The three clocks of a failover, apart; microseconds. None: the clock never stops.

    A clock behind one that never stops is 0. ``whole`` says why the three cannot be told apart, where only
    their sum is known: it is on one of them, and the other two are 0 without meaning it.
    """

    detect_us: int | None
    control_us: int | None
    data_us: int | None
    whole: str = ""

    def until(self, end_us: int) -> Clocks:
        """Return the clocks as they stand at a time since the fault; one that still runs never stopped."""
        found: list[int | None] = []
        stopped_us = 0
        for value in (self.detect_us, self.control_us, self.data_us):
            late = value is None or stopped_us + value > end_us
            found.append(None if late and stopped_us <= end_us else 0 if late else value)
            stopped_us = end_us + 1 if late else stopped_us + (value or 0)
        detect_us, control_us, data_us = found
        return Clocks(detect_us, control_us, data_us, self.whole)

    def beyond_us(self, new_us: int | None) -> int:
        """Return how long they run beyond the recovery of new flows, for calls that no flow needs."""
        known = (self.detect_us, self.control_us, self.data_us)
        if new_us is None or None in known:
            return 0
        return max(0, sum(value or 0 for value in known) - new_us)


@dataclass(frozen=True, slots=True)
class Calls:
    """What a trial asked of the control plane.

    Args:
        refusals: writes that were refused for now (429), and tried again.
        lowest_tokens: least level of the bucket of writes (reference on failover, section 1.3).
        denied: writes that were refused for good (403), as the caller has no right to them.
    """

    writes: int = 0
    polls: int = 0
    refusals: int = 0
    lowest_tokens: float | None = None
    denied: int = 0


class Play(Protocol):
    """One trial of a mechanism: when its changes come.

    ``changes`` are pairs of time since the fault and number in the scene's catalogue, in order of time;
    those of the fault itself are among them. ``completes`` is False where the failover never ends by
    itself; then the last change is the repair by hand, if anybody notices at all. ``by_hand_us`` is when
    somebody mended it, None where nobody had to; ``dual_active_us`` how long two held themselves active.
    ``standby`` is the VM that takes over, where the design has one and acts once only; ``acted_us`` when it
    began to.
    """

    changes: list[tuple[int, int]]
    clocks: Clocks
    completes: bool
    by_hand_us: int | None
    dual_active_us: int
    standby: str | None
    acted_us: int | None

    @property
    def calls(self) -> Calls:
        """What it asked of the control plane."""
        ...

    @property
    def decide_us(self) -> int:
        """Time from the decision to the first write."""
        ...

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times are counted from the start of the run, in any order."""
        ...


class PlainPlay:
    """What is true of a play unless its mechanism says otherwise: no calls, no person, one that is active."""

    by_hand_us: int | None = None
    dual_active_us: int = 0
    standby: str | None = None
    acted_us: int | None = None

    @property
    def calls(self) -> Calls:
        """Nothing is asked of the control plane."""
        return Calls()

    @property
    def decide_us(self) -> int:
        """Nobody writes, so nothing lies before it."""
        return 0


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number or statement a run rests on."""

    name: str
    value: str
    grade: Grade | None
    source: str

    def as_dict(self) -> dict[str, str | None]:
        """Return plain JSON data."""
        return {
            "name": say(self.name),
            "value": say(self.value),
            "grade": self.grade,
            "source": say(self.source),
        }
