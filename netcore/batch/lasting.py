"""Connections that last: opened at one moment, and asked about at others, when the network has changed.

All of it is the numpy kernel's: what is asked here are thousands of packets and not millions. Beside the fate
of each packet it is told which places the packet came by, and whether a decision fell per flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import ABSENT, Column, Fates, blank
from netcore.batch.compile import Compiled
from netcore.batch.kernel_numpy import both_ways, opening, tables_by_name, third
from netcore.batch.numpy_memory import Section
from netcore.batch.numpy_state import State
from netcore.batch.packets import Packets
from netcore.batch.renumber import Renumbering

_MEMORY = ("security", "nat", "guest", "balanced", "outward", "inward", "translated", "pins")

Meetings = list[tuple[Column, Column]]
"""Rows and the paths of places that they came by, in order."""


@dataclass(frozen=True)
class Watched:
    """What became of connections at a moment, one per row.

    Args:
        names: paths of the document that ``at`` counts.
        forward, back, third: fates of packets, as in ``Answers``.
        hard: bool, arrays do not carry the connection: only a walk knows.
        chose: bool, whether a decision fell per flow: equal routes, or several healthy backends.
        met: where the first packets and the answers came by.
        edge: bool, whether each of them was lost at the Internet's edge.
    """

    names: tuple[str, ...]
    forward: Fates
    back: Fates
    third: Fates
    hard: Column
    chose: Column
    met: tuple[Meetings, Meetings]
    edge: tuple[Column, Column]

    def came_by(self, leg: int, wanted: Collection[str]) -> Column:
        """Return bool [wanted, connections]: whether the packets of a leg came by some places."""
        place = {path: number for number, path in enumerate(wanted)}
        number = np.array([place.get(path, -1) for path in self.names] or [-1], np.int64)
        found = np.zeros((len(place), len(self.hard)), np.bool_)
        for rows, paths in self.met[leg]:
            which = np.where(paths < 0, -1, number[paths])
            known = which >= 0
            found[which[known], rows[known]] = True
        return found

    def points(self, leg: int) -> Iterator[list[str]]:
        """Yield for each connection the resources on the way of a packet, none twice in a row."""
        trail = np.full((len(self.met[leg]), len(self.hard)), -1, np.int64)
        for number, (rows, paths) in enumerate(self.met[leg]):
            trail[number, rows] = paths
        for column in trail.T:
            found = column[column >= 0]
            first = np.ones(len(found), np.bool_)
            first[1:] = found[1:] != found[:-1]
            yield [self.names[path] for path in found[first].tolist()]


@dataclass(frozen=True)
class Opened:
    """Connections after they were opened: who took their packets as what, and what they left behind.

    Args:
        compiled: the network and the moment.
        packets: their first packets.
        alive: bool, whether the answer came home.
        asked: atoms of their destinations.
        header: source, its port, destination, its port, as the first packet had them.
        taken: who took the first packet (kind, number), and under which five-tuple (ends, ports).
    """

    compiled: Compiled
    packets: Packets
    alive: Column
    asked: Column
    header: tuple[Column, ...]
    taken: tuple[Column, ...]
    memory: dict[str, Section]

    def alike(self) -> Column:
        """Return one number per connection: equal where the same backends and guests remember it."""
        count = len(self.alive)
        pins, parts = self.memory["pins"], []
        shown = [np.where(pins.used > n, slot[0] << 32 | slot[3], -1) for n, slot in enumerate(pins.slots)]
        parts += list(np.sort(np.array(shown), axis=0)) if shown else []
        for name in ("guest", "nat"):
            section = self.memory[name]
            for vm in range(len(self.compiled.guests.ids)):
                seen = np.zeros(count, np.bool_)
                for number, slot in enumerate(section.slots):
                    seen |= (section.used > number) & (slot[0] == vm)
                if seen.any():
                    parts.append(seen.astype(np.int64))
        if not parts:
            return np.zeros(count, np.int64)
        found: Column = np.unique(np.array(parts), axis=1, return_inverse=True)[1].reshape(-1)
        return found


def establish(compiled: Compiled, packets: Packets) -> tuple[Watched, Opened]:
    """Return what becomes of new connections, and what they leave behind, as ``walk.establish`` does."""
    s, first = opening(tables_by_name(compiled), packets)
    with np.errstate(over="ignore"):
        return _opened(compiled, packets, s, first)


def _opened(compiled: Compiled, packets: Packets, s: State, first: SimpleNamespace) -> tuple[Watched, Opened]:
    answers = list(blank(len(packets)))
    answers[-1][:] = s.t.send[packets.source, at.SEND_KIND] == at.BY_WALK
    s.watched = True
    home, taken = both_ways(s, first, answers, True)
    chose = s.chose.copy()
    everybody = np.arange(len(packets))
    memory = {name: getattr(s, name).take(everybody) for name in _MEMORY}
    met, edge = s.legs_met, s.ended_at_edge[:2]
    third(s, first, answers, home, taken)
    failed = answers[0][2] != ABSENT
    chose[failed] = s.chose[failed]
    alive = np.zeros(len(packets), np.bool_)
    alive[home] = True
    opened = Opened(compiled, packets, alive, s.asked, first.header, taken, memory)
    return _watched(compiled, answers, chose, met, edge), opened


def new(compiled: Compiled, packets: Packets) -> Watched:
    """Return what becomes of new connections, as ``follow`` does."""
    return establish(compiled, packets)[0]


def resume(opened: Opened, rows: Column, compiled: Compiled, packets: Packets) -> Watched:
    """Return what becomes of later packets of open connections, in another network or at another moment.

    Args:
        rows: which of the connections; their answers came home.
        compiled: the network and the moment that they are asked about.
        packets: their packets, made for that network.
    """
    s, first = opening(tables_by_name(compiled), packets)
    with np.errstate(over="ignore"):
        return _resumed(opened, rows, compiled, packets, s, first)


def _resumed(
    opened: Opened,
    rows: Column,
    compiled: Compiled,
    packets: Packets,
    s: State,
    first: SimpleNamespace,
) -> Watched:
    answers = list(blank(len(packets)))
    hard = answers[-1]
    hard[:] = s.t.send[packets.source, at.SEND_KIND] == at.BY_WALK
    numbers = Renumbering(opened.compiled, compiled, (opened.asked[rows], s.asked))
    kind, who, ends, ports = (column[rows] for column in opened.taken)
    s.open_already = kind, numbers.taker(kind, who), numbers.ends(ends), ports
    for name, section in numbers.memory(opened.memory, rows).items():
        setattr(s, name, section)
    for number, slot in enumerate(s.security.slots):
        nic = np.where((s.security.used > number) & (slot[0] >= 0), slot[0], -1)
        mark = np.int64(1) << ((nic >> 1) * 2 % 64 + (nic & 1))
        s.marks |= np.where(nic >= 0, mark, 0)
    moved = packets.low != opened.packets.low[rows]
    moved |= (packets.high != opened.packets.high[rows]) | (packets.version != opened.packets.version[rows])
    moved |= numbers.atoms(opened.header[0][rows]) != first.header[0]
    hard |= moved | numbers.lost
    s.watched = True
    both_ways(s, first, answers, True)
    return _watched(compiled, answers, s.chose, s.legs_met, s.ended_at_edge)


def _watched(
    compiled: Compiled, answers: list[Column], chose: Column, met: list[Meetings], edge: list[Column]
) -> Watched:
    legs = [Fates(*(each[leg] for each in answers[:-1])) for leg in range(3)]
    edge = [*edge, np.zeros(len(chose), np.bool_)]
    ways = (met[0], met[1]), (edge[0], edge[1])
    return Watched(compiled.names, legs[0], legs[1], legs[2], answers[-1], chose, *ways)
