"""Flows in arrays: all that are unlike are asked about at once, moment by moment.

What arrays do not carry is walked, flow by flow. Both say the same: a walk is what arrays are held to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from netcore.batch import lasting
from netcore.batch.answers import ABSENT, CODE_NAMES, OUTCOMES
from netcore.batch.compile import Compiled
from netcore.batch.lasting import Watched
from netcore.batch.packets import LOW, Packets
from netcore.control.network import Network
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.failover.flow_fate import ECHOES, Fate, FlowFate, Key, direction_of, key_of, sender
from netcore.failover.moments import Moment, View
from netcore.failover.plan import Plan
from netcore.failover.walked import WalkedFlow
from netcore.forwarding.request import address_of
from netcore.trace.packet import protocol_number

Column = NDArray[Any]

FEWEST = 64
"""So many connections must be asked about, or they are walked: arrays are made for many."""

MOST_VIEWS = 64
"""Compiled networks that are kept."""

MOST_KEPT = 2000
"""So many states of the network are kept."""

_CODES = 1 << 16
"""Two drop codes are one number: that of the packet times this, and that of its answer."""

_NEVER = -1
"""Instead of two codes: the connection could not be opened before the fault."""


class Way(NamedTuple):
    """How one packet fares: ``points`` are the resources on its way, in order."""

    direction: str
    outcome: str
    code: str | None
    at: str | None
    points: list[str]


class Crowd:
    """The flows of one plan that are unlike.

    Args:
        flows: their keys in the document's traffic.
        ports: the source ports that each is spread over.
    """

    def __init__(self, plan: Plan, flows: Sequence[str], ports: Sequence[int]) -> None:
        self._plan = plan
        self._flows = flows
        self._ports = ports
        self._walked: dict[int, WalkedFlow] = {}
        self._bases: dict[View, Compiled] = {}
        self._kept: dict[Key, dict[int, FlowFate]] = {}
        self._told: dict[bytes, tuple[Any, ...]] = {}
        drawn = [plan.scene.drawn.traffic[key] for key in flows]
        self._drawn = drawn
        self._echoes = np.array([protocol_number(flow.protocol) in ECHOES for flow in drawn], np.bool_)
        self._ends: dict[int, tuple[str, str, str]] = {}
        """Of the flows in arrays: whose hosts send for both ends, and who opens the connections."""
        if len(flows) * len(ports) >= FEWEST:
            self._open()

    def _open(self) -> None:
        """Open all connections at the moment before the fault."""
        scene = self._plan.scene
        start = scene.start
        compiled = self._compiled(start, start.settings)
        packets, fit = self._packets(compiled, np.arange(len(self._flows)))
        told, self._opened = lasting.establish(compiled, packets)
        pairs, chose = _pairs([told]), told.chose
        shape = (len(self._flows), len(self._ports))
        alive = _shared(pairs.reshape(shape), chose.reshape(shape)) == 0
        # One that shares the fate of another port, and would not open by itself, is for the walk.
        odd = told.hard.reshape(shape) | (alive & ~self._opened.alive.reshape(shape))
        self._alive = alive
        self._alike = self._opened.alike().reshape(shape)
        takers = np.array([*told.names, ""])[told.forward.at.reshape(shape)]
        self._takers = takers
        there = takers[:, 0].tolist()
        for flow in np.flatnonzero(fit & ~odd.any(axis=1)).tolist():
            at = there[flow]
            client = self._drawn[flow].source
            self._ends[flow] = sender(self._plan, client), sender(self._plan, at), client

    def at(self, moment: Moment) -> list[FlowFate]:
        """Return what becomes of each flow at a moment."""
        seen: dict[tuple[str, str], View] = {}
        groups: dict[tuple[View, View], list[int]] = {}
        found: dict[int, FlowFate] = {}
        for flow in range(len(self._flows)):
            if flow not in self._ends:
                found[flow] = self._walk(flow, moment)
                continue
            mine, other, client = self._ends[flow]
            for end in (mine, other):
                if (end, client) not in seen:
                    seen[end, client] = moment.seen_by(end, client)
            groups.setdefault((seen[mine, client], seen[other, client]), []).append(flow)
        for (here, there), flows in groups.items():
            key = key_of(moment, here, there)
            if len(self._kept) >= MOST_KEPT and key not in self._kept:
                self._kept.clear()
            kept = self._kept.setdefault(key, {})
            asked = [flow for flow in flows if flow not in kept]
            if asked:
                kept |= self._asked(moment, (here,) if here == there else (here, there), np.array(asked))
            found |= {flow: kept[flow] for flow in flows}
        return [found[flow] for flow in range(len(self._flows))]

    def taker(self, flow: int, port: int) -> str | None:
        """Return who takes a flow's packet from a source port in quiet; None: a walk knows."""
        return str(self._takers[flow, port - self._ports[0]]) if flow in self._ends else None

    def ways(
        self, moment: Moment, asked: Sequence[tuple[int, int]], views: tuple[View, View]
    ) -> list[list[Way] | None]:
        """Return the ways of single packets of flows, and of their answers; None: a walk knows.

        Args:
            asked: flow and source port.
            views: by which both ends go; the packet is that of the first, the answer that of the second.
        """
        known = [flow for flow in dict.fromkeys(flow for flow, _ in asked) if flow in self._ends]
        if len(asked) < FEWEST or not known:
            return [None] * len(asked)
        place = {flow: number for number, flow in enumerate(known)}
        rows = [
            place[flow] * len(self._ports) + port - self._ports[0] for flow, port in asked if flow in place
        ]
        sides, fit = [], np.ones(len(rows), np.bool_)
        for view in dict.fromkeys(views):
            compiled = self._compiled(moment, view)
            packets, fits = self._packets(compiled, np.array(known))
            sides.append(lasting.new(compiled, packets.take(np.array(rows))))
            fit &= np.repeat(fits, len(self._ports))[rows] & ~sides[-1].hard
        found = iter(_ways(sides[0], sides[-1]))
        usable = iter(fit.tolist())
        told: list[list[Way] | None] = []
        for flow, _ in asked:
            if flow not in place:
                told.append(None)
                continue
            ways = next(found)
            told.append(ways if next(usable) else None)
        return told

    def _walk(self, flow: int, moment: Moment) -> FlowFate:
        if flow not in self._walked:
            self._walked[flow] = WalkedFlow(self._plan, self._flows[flow], self._ports)
        return self._walked[flow].at(moment)

    def _asked(self, moment: Moment, views: tuple[View, ...], flows: Column) -> dict[int, FlowFate]:
        """Return the fates of some flows whose ends see the network alike."""
        shape = (len(flows), len(self._ports))
        sides = [self._compiled(moment, view) for view in views]
        made = [self._packets(compiled, flows) for compiled in sides]
        fit = np.logical_and.reduce([fits for _, fits in made])
        alive = np.flatnonzero(self._alive[flows] & ~self._echoes[flows, None])
        rows = (flows[:, None] * shape[1] + np.arange(shape[1])).reshape(-1)[alive]
        new, old = [], []
        hard = np.zeros(shape[0] * shape[1], np.bool_)
        for compiled, (packets, _) in zip(sides, made, strict=True):
            new.append(lasting.new(compiled, packets))
            old.append(lasting.resume(self._opened, rows, compiled, packets.take(alive)))
            hard |= new[-1].hard
            hard[alive] |= old[-1].hard
        chose = np.logical_or.reduce([told.chose for told in new]).reshape(shape)
        fates = _shared(_pairs(new).reshape(shape), chose)
        crooked = _shared(_crooked(new, sides).reshape(shape), chose).sum(axis=1)
        existing = np.where(self._alive[flows] & self._echoes[flows, None], fates, _NEVER)
        existing.reshape(-1)[alive] = self._like_first(_pairs(old), old, rows)
        walked = ~fit | hard.reshape(shape).any(axis=1)
        return {
            flow: self._walk(flow, moment)
            if walked[place]
            else self._flow_fate(fates[place], existing[place], int(crooked[place]))
            for place, flow in enumerate(flows.tolist())
        }

    def _like_first(self, pairs: Column, told: Sequence[Watched], rows: Column) -> Column:
        """Return fates of connections; those that the same places remember share one if no hash decides."""
        chose = np.logical_or.reduce([each.chose for each in told])
        alike = self._alike.reshape(-1)[rows]
        group = (rows // len(self._ports)) * (int(self._alike.max(initial=0)) + 1) + alike
        _, first, member = np.unique(group, return_index=True, return_inverse=True)
        leader = first[member.reshape(-1)]
        found: Column = np.where(chose[leader], pairs, pairs[leader])
        return found

    def _flow_fate(self, fates: Column, existing: Column, crooked: int) -> FlowFate:
        name = fates.tobytes()
        if name not in self._told:
            new = tuple(_fate(pair) for pair in fates.tolist())
            self._told[name] = new, *(direction_of([fate[side] for fate in new]) for side in (0, 1))
        new, forward, back = self._told[name]
        opened = tuple(None if pair == _NEVER else _fate(pair) for pair in existing.tolist())
        return FlowFate(new, opened, forward, back, crooked)

    def _compiled(self, moment: Moment, view: View) -> Compiled:
        """Return the network at a moment as one end sees it."""
        scene = self._plan.scene
        state = scene.state(moment, view)
        base = self._bases.get(view)
        if base is None:
            if len(self._bases) >= MOST_VIEWS:
                self._bases.clear()
            base = self._bases[view] = Compiled(scene.network(view), state)
        return base if base.state == state else base.at(state)

    def _packets(self, compiled: Compiled, flows: Column) -> tuple[Packets, Column]:
        """Return first packets of flows, port by port, and which flows arrays can ask about at all."""
        place = {path: number for number, path in enumerate(compiled.senders)}
        source, version, high, low, protocol, number = ([] for _ in range(6))
        fit = []
        for flow in flows.tolist():
            drawn = self._drawn[flow]
            address = _destination(compiled.network, drawn.source, drawn.destination)
            fit.append(address is not None and drawn.source in place)
            value = 0 if address is None else int(address)
            source.append(place.get(drawn.source, 0))
            version.append(4 if address is None else address.version)
            high.append(value >> 64 if version[-1] == 6 else 0)
            low.append(value & LOW)
            protocol.append(protocol_number(drawn.protocol))
            number.append(drawn.destination_port)
        count = len(self._ports)

        def spread(values: Sequence[int], kind: Any) -> Column:
            return np.repeat(np.array(values, kind), count)

        packets = Packets.of(
            compiled.senders,
            spread(source, np.int32),
            spread(low, np.uint64),
            spread(protocol, np.uint8),
            np.tile(np.array(self._ports, np.uint16), len(flows)),
            spread(number, np.uint16),
            spread(high, np.uint64),
            spread(version, np.uint8),
        )
        return packets, np.array(fit, np.bool_)


def _ways(first: Watched, last: Watched) -> Iterator[list[Way]]:
    """Yield for each connection the ways of its packet and, where that arrives, of its answer."""
    legs = [
        (direction, watched.forward if leg == 0 else watched.back, watched, leg, watched.points(leg))
        for leg, (direction, watched) in enumerate((("forward", first), ("return", last)))
    ]
    for row in range(len(first.hard)):
        found: list[Way] = []
        for direction, fates, watched, leg, points in legs:
            way = next(points)
            if fates.outcome[row] == ABSENT or (leg == 1 and first.forward.outcome[row] != 0):
                continue
            if watched.edge[leg][row] and way[-1:] != ["internet"]:
                way.append("internet")
            at = int(fates.at[row])
            found.append(
                Way(
                    direction,
                    OUTCOMES[int(fates.outcome[row])].value,
                    CODE_NAMES[int(fates.code[row])] or None,
                    watched.names[at] if at >= 0 else None,
                    way,
                )
            )
        yield found


def _destination(network: Network, source: str, text: str) -> Address | None:
    """Return the address of a flow's destination; None: it is a name, or nobody in this network."""
    try:
        return address_of(network, source, text)
    except NotFound:
        return None


def _fate(pair: int) -> Fate:
    return CODE_NAMES[pair // _CODES] or None, CODE_NAMES[pair % _CODES] or None


def _pairs(told: Sequence[Watched]) -> Column:
    """Return the fates of connections, two codes in one number; see ``walked._read``."""
    first, last = told[0], told[-1]
    third = first.third.outcome != ABSENT
    forward = np.where(third, first.third.code, first.forward.code).astype(np.int64)
    back = np.where(last.back.outcome != ABSENT, last.back.code, last.forward.code).astype(np.int64)
    found: Column = forward * _CODES + np.where((forward != 0) & ~third, forward, back)
    return found


def _shared(values: Column, chose: Column) -> Column:
    """Return values by flow and port: where no hash decides, all ports have that of the first."""
    found: Column = np.where(chose[:, :1], values, values[:, :1])
    return found


def _crooked(told: Sequence[Watched], sides: Sequence[Compiled]) -> Column:
    """Return whether an answer met a stateful guest that the packet did not, or came back past one."""
    vms = [side.network.scenario.topology.vms for side in (sides[0], sides[-1])]
    stateful = [{f"vms/{key}" for key, vm in each.items() if vm.guest.stateful} for each in vms]
    wanted = sorted(stateful[0] | stateful[1])
    last = told[-1]
    there, back = (
        watched.came_by(leg, wanted) & np.array([[path in mine] for path in wanted], np.bool_).reshape(-1, 1)
        for leg, (watched, mine) in enumerate(zip((told[0], last), stateful, strict=True))
    )
    other = (back & ~there).any(axis=0)
    other |= (last.back.outcome == 0) & (there != back).any(axis=0)
    found: Column = other & (last.back.outcome != ABSENT)
    return found
