"""The packets of one chunk in the numpy kernel: one column per field, and who is where."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import STRIDE
from netcore.batch.numpy_lookups import chosen, flow_seed
from netcore.batch.numpy_memory import Section, ends_of, ports_of
from netcore.batch.sheets import Table

SEND, WIRE, LOOK, ROUTE, GO, HAND, EDGE, BEYOND, ENTER, BALANCE, BRING, RECEIVE, FORWARD, DONE = range(14)

OPENING, ANSWER, FOLLOWING = 0, 1, 2
NO, NEXT_HOP, FLOATING = 0, 1, 2
VM, HOST, INTERNET, ITSELF, NOBODY = 0, 1, 2, 3, -1
TCP, UDP, ESP = 6, 17, 50
HARD = -9


class State:
    """One chunk of connections.

    Args:
        t: every table by its name.
        asked: atom of the destination that was asked for; the only address that is not alone in its atom.
        fold: that address as hashes see it.
        protocol: IP protocol numbers.

    Attributes:
        watched: what packets meet is noted, and established flows count; see ``lasting``.
        open_already: who has taken the packets of these connections, and as what; None: they are new.
        chose: whether a decision fell per flow.
        at_edge: whether packets were lost at the Internet's edge.
        met: rows and the paths of places that packets come by now, in order.
        legs_met, ended_at_edge: the same of the first packets and of their answers.
    """

    def __init__(self, t: SimpleNamespace, asked: Table, fold: Table, protocol: Table) -> None:
        self.t = t
        self.count = count = len(asked)
        self.asked = asked
        self.fold = fold
        self.protocol = protocol
        self.phase = OPENING
        self.watched = False
        self.open_already: tuple[Table, ...] | None = None
        self.chose = np.zeros(count, np.bool_)
        self.at_edge = np.zeros(count, np.bool_)
        self.met: list[tuple[Table, Table]] = []
        self.legs_met: list[list[tuple[Table, Table]]] = [self.met, []]
        self.ended_at_edge: list[Table] = []
        self.security = Section(count, 0)
        self.marks = np.zeros(count, np.int64)
        self.seen = Section(count, 0)
        self.nat = Section(count, 4)
        self.guest = Section(count, 1)
        self.balanced = Section(count, 4)
        self.outward = Section(count, 1)
        self.inward = Section(count, 3)
        self.translated = Section(count, 3)
        self.pins = Section(count, 1)
        self.place = np.full(count, DONE, np.int8)
        self.src: Table = np.zeros(count, np.int64)
        self.sp: Table = np.zeros(count, np.int64)
        self.dst: Table = np.zeros(count, np.int64)
        self.dp: Table = np.zeros(count, np.int64)
        self.origin: Table = np.zeros(count, np.int64)
        self.origin_kind: Table = np.zeros(count, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget where the last packets were, and keep what they left behind."""
        count = self.count
        self.code = np.zeros(count, np.int64)
        self.where = np.full(count, -1, np.int64)
        self.hops = np.zeros(count, np.uint8)
        self.way = np.zeros(count, np.uint64)
        self.vm = np.full(count, -1, np.int64)
        self.nic = np.full(count, -1, np.int64)
        self.table = np.full(count, -1, np.int64)
        self.vnet = np.full(count, -1, np.int64)
        self.spot = np.full(count, -1, np.int64)
        self.target = np.full(count, -1, np.int64)
        self.frontend = np.full(count, -1, np.int64)
        self.near = np.full(count, at.NEAR_ROUTER, np.int64)
        self.near_id = np.full(count, -1, np.int64)
        self.kept = np.zeros(count, np.int8)
        self.by_route = np.zeros(count, np.bool_)
        self.public = np.zeros(count, np.bool_)
        self.forwards = np.zeros(count, np.int64)
        self.end_kind = np.full(count, NOBODY, np.int64)
        self.end_id = np.full(count, -1, np.int64)
        self.end_at = np.full(count, -1, np.int64)
        self.seen.forget()
        self.at_edge = np.zeros(count, np.bool_)

    def five(self, rows: Table) -> tuple[Table, Table, Table, Table, Table]:
        """Return source, its port, destination, its port and protocol."""
        return self.src[rows], self.sp[rows], self.dst[rows], self.dp[rows], self.protocol[rows]

    def keys(self, rows: Table) -> tuple[Table, Table]:
        """Return the five-tuples."""
        src, sp, dst, dp, protocol = self.five(rows)
        return ends_of(src, dst), ports_of(protocol, sp, dp)

    def back_keys(self, rows: Table) -> tuple[Table, Table]:
        """Return the five-tuples of the answers."""
        src, sp, dst, dp, protocol = self.five(rows)
        return ends_of(dst, src), ports_of(protocol, dp, sp)

    def drop(self, rows: Table, code: int | Table, where: Table | None = None) -> None:
        """End some packets with a code."""
        self.code[rows] = code
        self.place[rows] = DONE
        if where is not None:
            self.where[rows] = where

    def meet(self, rows: Table, paths: Table) -> None:
        """Note which places packets come by."""
        if self.watched:
            self.met.append((rows, paths))

    def leave_leg(self, rows: Table) -> None:
        """Note where packets ended."""
        self.meet(rows, self.where[rows])
        self.ended_at_edge.append(self.at_edge)

    def lose_at_edge(self, rows: Table) -> None:
        """Note which of some packets have just been lost at the Internet's edge."""
        self.at_edge[rows] |= self.code[rows] > 0

    def go(self, rows: Table, place: int) -> None:
        """Send some packets to a place."""
        self.place[rows] = place

    def deliver(self, rows: Table, kind: int, taker: Table, where: Table) -> None:
        """End some packets at who takes them."""
        self.end_kind[rows] = kind
        self.end_id[rows] = taker
        self.end_at[rows] = where
        self.where[rows] = where
        self.place[rows] = DONE

    def pass_by(self, rows: Table, names: Table) -> None:
        """Add places to the ways of some packets."""
        self.way[rows] = self.way[rows] * np.uint64(STRIDE) + names

    def four(self, atom: Table) -> Table:
        """Return whether addresses are IPv4."""
        found: Table = atom < self.t.count4
        return found

    def seed(self, rows: Table, distribution: Table | int = 0) -> Table:
        """Return the hashes of flows."""
        src, sp, dst, dp, protocol = self.five(rows)
        here, there = self._folded(rows, src), self._folded(rows, dst)
        flip = (src > dst) | ((src == dst) & (sp > dp))
        if isinstance(distribution, int):
            distribution = np.full(len(rows), distribution)
        return flow_seed(here, there, flip, sp, dp, protocol, distribution)

    def choose(
        self, rows: Table, choosers: Table, start: Table, count: Table, distribution: Table | int = 0
    ) -> Table:
        """Return the place that each flow's hash takes among some choosers."""
        return chosen(choosers, start, count, self.seed(rows, distribution))

    def _folded(self, rows: Table, atom: Table) -> Table:
        found: Table = np.where(atom == self.asked[rows], self.fold[rows], self.t.fold[atom])
        return found
