"""What becomes of flows at each moment: asked of forwarding once per moment, and kept.

Each drawn flow is spread over many source ports, so that hashes give true shares. A *new* connection knows
nothing but the moment. An *existing* one was opened before the fault and carries its sessions, translations
and pins. Ports that meet no decision per flow share one trace.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from netcore.control.network import Network
from netcore.document.models import Flow
from netcore.failover.moments import EDGE, Instance, Member, Moment, View
from netcore.failover.plan import Plan
from netcore.forwarding import walk
from netcore.forwarding.state import State
from netcore.profiles.timing import TimingProfile
from netcore.trace.model import Leg, Outcome, Place, Trace
from netcore.trace.packet import ICMP, Packet, protocol_number

FIRST_PORT = 49152
"""Source ports are counted from here on (RFC 6335: dynamic ports)."""

MOST_PORTS = 4096
"""All flows together are spread over so many source ports at most, so that a large drawing answers."""

FEWEST_PORTS = 4
"""Over so many each flow is spread at least."""

MOST_KEPT = 2000
"""So many moments are kept; hosts that learn in any order make endlessly many."""

ECHOES = ICMP
"""Protocols of single requests: each packet is the first one of its own (reference, section 2.3)."""

Fate = tuple[str | None, str | None]
"""Drop code of the packet and of its answer; None where it is delivered. An answer that was never sent,
because the packet did not arrive, is lost with the packet's code."""

Seen = tuple[Fate, bool]
"""A fate, and whether the flow went through other stateful guests there than back (section 2.5)."""

Way = tuple[Network, State]
"""The network and the moment as one end of a flow takes them to be."""

Key = tuple[
    frozenset[str],
    frozenset[int],
    frozenset[Instance],
    frozenset[Instance],
    frozenset[Member],
    View,
    View,
]
"""What a fate hangs on: dead VMs, lost zones, stopped instances (avoided, unnoticed), members out of
rotation, and the values by which both ends go."""


@dataclass(frozen=True, slots=True)
class Direction:
    """New connections of one flow in one direction at one moment: shares, and lost shares by drop code.

    Args:
        ports: the same as ``codes``, as numbers of source ports.
    """

    delivered: float
    codes: tuple[tuple[str, float], ...]
    ports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FlowFate:
    """One flow at one moment.

    Args:
        new: fate per source port of a connection opened now.
        existing: the same for connections opened before the fault; None where none could be opened.
        crooked: how many of the new ones went through other stateful guests there than back.
    """

    new: tuple[Fate, ...]
    existing: tuple[Fate | None, ...]
    forward: Direction
    back: Direction
    crooked: int = 0

    @property
    def opened(self) -> int:
        """How many of the connection attempts succeed."""
        return sum(fate == (None, None) for fate in self.new)

    @property
    def started(self) -> float:
        """Share of connection attempts that succeed."""
        return self.opened / len(self.new)


Question = tuple[str, str, str, int]
"""Source, destination, protocol and destination port."""


def question_of(flow: Flow) -> Question:
    """Return what the fate of a flow's packets hangs on; flows that ask the same share it."""
    return flow.source, flow.destination, flow.protocol, flow.destination_port


class Fates:
    """The flows of one plan.

    Args:
        timing: says over how many ports a flow is spread; fewer where many flows are drawn that are unlike.
            ``ports`` is how many it became.
    """

    def __init__(self, plan: Plan, timing: TimingProfile) -> None:
        self.plan = plan
        unlike = {question_of(drawn) for drawn in plan.scene.drawn.traffic.values()}
        room = max(FEWEST_PORTS, MOST_PORTS // len(unlike))
        self.ports = max(1, min(round(timing.value("flows.ports")), room))
        self._flows: list[_Flow] | None = None
        self._kept: dict[Moment, tuple[FlowFate, ...]] = {}

    def at(self, moment: Moment) -> tuple[FlowFate, ...]:
        """Return what becomes of each flow at a moment, in the order of the document's traffic.

        The first call opens all connections: about a millisecond per port of each flow that is unlike others.
        """
        if self._flows is None:
            ports = [FIRST_PORT + number for number in range(self.ports)]
            alike: dict[Question, _Flow] = {}
            for key, drawn in self.plan.scene.drawn.traffic.items():
                if question_of(drawn) not in alike:
                    alike[question_of(drawn)] = _Flow(self.plan, key, ports)
            self._flows = [alike[question_of(drawn)] for drawn in self.plan.scene.drawn.traffic.values()]
        found = self._kept.get(moment)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[moment] = tuple(flow.at(moment) for flow in self._flows)
        return found


class _Flow:
    """One drawn flow, and its connections that were open before the fault."""

    def __init__(self, plan: Plan, key: str, ports: list[int]) -> None:
        drawn = plan.scene.drawn.traffic[key]
        self._plan = plan
        self._packets = [
            Packet(
                source=drawn.source,
                destination=drawn.destination,
                protocol=drawn.protocol,
                source_port=port,
                destination_port=drawn.destination_port,
            )
            for port in ports
        ]
        self._kept: dict[Key, FlowFate] = {}
        self._echoes = protocol_number(drawn.protocol) in ECHOES
        scene = plan.scene
        start = scene.start
        network, state = scene.network(start.settings), scene.state(start, start.settings)
        quiet = walk.follow(network, self._packets[0], state)
        self._client = drawn.source
        self._here = sender(plan, drawn.source)
        self._there = sender(plan, quiet.forward.verdict.at or "")
        opened = [walk.establish(network, packet, state) for packet in self._packets]
        alive = [fate == (None, None) for fate, _ in self._new([(network, state)])]
        self._open = [at if alive[index] else None for index, at in enumerate(opened)]
        groups: dict[tuple[object, ...], list[int]] = {}
        for index, at in enumerate(self._open):
            if at is not None:
                groups.setdefault(_left_behind(at), []).append(index)
        self._groups = list(groups.values())

    def at(self, moment: Moment) -> FlowFate:
        """Return what becomes of the flow at a moment."""
        here, there = (moment.seen_by(end, self._client) for end in (self._here, self._there))
        key = (
            moment.down,
            moment.zones,
            moment.instances,
            moment.silent,
            moment.unhealthy,
            here,
            there,
        )
        found = self._kept.get(key)
        if found is None:
            scene = self._plan.scene
            ways = [
                (scene.network(view), scene.state(moment, view))
                for view in ((here,) if here == there else (here, there))
            ]
            seen = self._new(ways)
            new = tuple(fate for fate, _ in seen)
            forward, back = (_direction([fate[side] for fate in new]) for side in (0, 1))
            crooked = sum(other for _, other in seen)
            existing = self._each_anew(new) if self._echoes else self._existing(ways)
            found = self._kept[key] = FlowFate(new, existing, forward, back, crooked)
        return found

    def _new(self, ways: list[Way]) -> tuple[Seen, ...]:
        """Return the fate of a new connection per port; one trace serves all where nothing falls per flow."""
        shared = _shared(ways, self._packets[0])
        if shared is not None:
            return (shared,) * len(self._packets)
        return tuple(_fate(ways, packet) for packet in self._packets)

    def _each_anew(self, new: tuple[Fate, ...]) -> tuple[Fate | None, ...]:
        """Return the fates of echoes: each request opens anew, so that a ping goes on as a new one would."""
        return tuple(
            fate if opened is not None else None for fate, opened in zip(new, self._open, strict=True)
        )

    def _existing(self, ways: list[Way]) -> tuple[Fate | None, ...]:
        """Return the fate of each connection that was open; those with the same pins share a trace."""
        fates: list[Fate | None] = [None] * len(self._packets)
        for group in self._groups:
            shared: Fate | None = None
            for place, index in enumerate(group):
                carried = [(network, _carrying(state, self._open[index])) for network, state in ways]
                if place == 0:
                    found = _shared(carried, self._packets[index])
                    shared = None if found is None else found[0]
                fates[index] = shared or _fate(carried, self._packets[index])[0]
        return tuple(fates)


def _left_behind(opened: State) -> tuple[object, ...]:
    """Return who remembers a connection: pool members it is pinned to, and guests that saw or rewrote it.

    Connections with the same answer share their fate; hashes over routes give them different ones.
    """
    pins = tuple(sorted((balancer, member) for (balancer, _), member in opened.pins.items()))
    kept = opened.sessions
    if kept is None:
        return (pins,)
    return pins, frozenset(vm for vm, _ in kept.guest), frozenset(vm for vm, _ in kept.nat)


def sender(plan: Plan, name: str) -> str:
    """Return whose host sends for an end of a flow: its VM, the gateway in front of a host, or the edge."""
    kind, _, key = name.partition("/")
    if kind == "vms":
        return name
    host = plan.scene.drawn.topology.hosts.get(key) if kind == "hosts" else None
    return EDGE if host is None or host.gateway is None else f"gateways/{host.gateway}"


def _carrying(state: State, opened: State | None) -> State:
    """Return the moment with what a connection left behind when it was opened."""
    return state if opened is None else replace(state, sessions=opened.sessions, pins=opened.pins)


def _fate(ways: list[Way], packet: Packet) -> Seen:
    """Return the fate of exactly this flow under our hash."""
    traces = [walk.follow(network, packet, state) for network, state in ways]
    return _read(traces), _crooked(traces, ways)


def _shared(ways: list[Way], packet: Packet) -> Seen | None:
    """Return the fate of a packet if no decision on its way falls per flow, else None."""
    traces = []
    for network, state in ways:
        trace = walk.trace(network, packet, state)
        if any(leg is not None and leg.branches for leg in (trace.forward, trace.back, trace.third)):
            return None
        traces.append(trace)
    return _read(traces), _crooked(traces, ways)


def _crooked(traces: list[Trace], ways: list[Way]) -> bool:
    """Return whether the answer met a stateful guest that the packet did not, or came back past one."""
    first, last = traces[0], traces[-1]
    if last.back is None:
        return False
    there, back = _boxes(first.forward, ways[0][0]), _boxes(last.back, ways[-1][0])
    whole = last.back.verdict.outcome is Outcome.DELIVERED
    return bool(back - there) or (whole and there != back)


def _boxes(leg: Leg, network: Network) -> set[str]:
    """Return the stateful guests on a way."""
    vms = network.scenario.topology.vms
    named = {(step.at or "").partition("/") for step in leg.steps if step.place is Place.GUEST}
    return {key for kind, _, key in named if kind == "vms" and key in vms and vms[key].guest.stateful}


def _read(traces: list[Trace]) -> Fate:
    """Return the fate that one trace tells, or two where the ends see the network differently.

    The first is the sender's view and decides about the packet, the last is the receiver's and decides
    about the answer. What stops the packet in the receiver's view stops its answer too.
    """
    first, last = traces[0], traces[-1]
    forward = _code(first.third or first.forward)
    if forward is not None and first.third is None:
        return forward, forward
    return forward, _code(last.back if last.back is not None else last.forward)


def _code(leg: Leg) -> str | None:
    verdict = leg.verdict
    return None if verdict.outcome is Outcome.DELIVERED else verdict.code or verdict.outcome.value.upper()


def _direction(codes: list[str | None]) -> Direction:
    counted = Counter(codes)
    delivered = counted.pop(None, 0) / len(codes)
    ports = tuple(sorted((code, count) for code, count in counted.items() if code is not None))
    return Direction(delivered, tuple((code, count / len(codes)) for code, count in ports), ports)
