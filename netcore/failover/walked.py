"""Flows that are walked: a packet per source port, from place to place, at each moment.

Ports that meet no decision per flow share one trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netcore.control.network import Network
from netcore.failover.flow_fate import ECHOES, Fate, FlowFate, Key, direction_of, key_of, sender
from netcore.failover.moments import Moment
from netcore.failover.plan import Plan
from netcore.forwarding import walk
from netcore.forwarding.state import State
from netcore.trace.model import Leg, Outcome, Place, Trace
from netcore.trace.packet import Packet, protocol_number

Seen = tuple[Fate, bool]
"""A fate, and whether the flow went through other stateful guests there than back (section 2.5)."""

Way = tuple[Network, State]
"""The network and the moment as one end of a flow takes them to be."""


class WalkedFlow:
    """One drawn flow, and its connections that were open before the fault."""

    def __init__(self, plan: Plan, key: str, ports: Sequence[int]) -> None:
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
        key = key_of(moment, here, there)
        found = self._kept.get(key)
        if found is None:
            scene = self._plan.scene
            ways = [
                (scene.network(view), scene.state(moment, view))
                for view in ((here,) if here == there else (here, there))
            ]
            seen = self._new(ways)
            new = tuple(fate for fate, _ in seen)
            forward, back = (direction_of([fate[side] for fate in new]) for side in (0, 1))
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
