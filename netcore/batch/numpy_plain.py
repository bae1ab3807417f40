"""From NIC to NIC in the numpy kernel: connections that meet plain NICs only, see ``plain``.

Here are those of which ``numpy_courses`` does not know beforehand where they end. Headers of such packets
never change. A packet that meets anything else gives up here, and its connection begins anew on the long way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.answers import STRIDE
from netcore.batch.numpy_lookups import DENIED, chosen, either, flow_seed, judged, place_in
from netcore.batch.sheets import Table

MOST = 8
"""Most NICs of one way that are taken here."""

GIVES_UP = -1
UDP, ICMPV6 = 17, 58

_WAY, _TWICE = np.uint64(STRIDE), np.uint64(STRIDE * STRIDE % 2**64)


@dataclass
class Flight:
    """Plain packets on their way, and what became of them; all columns are of one length.

    Args:
        header: source, its port, destination, its port, protocol.
        fold: folded source and destination.
        six: 1 for IPv6.
        nic: where each packet is.
        seen: NICs of the first packets, one column per step.
        pins: balancers that were met, and the names of the members they chose, one pair per step.
    """

    header: tuple[Table, Table, Table, Table, Table]
    fold: tuple[Table, Table]
    six: Table
    nic: Table
    seen: list[Table] = field(default_factory=list)
    pins: list[tuple[Table, Table]] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.nic)
        self.code = np.full(count, GIVES_UP, np.int64)
        self.where = np.full(count, -1, np.int64)
        self.hops = np.ones(count, np.uint8)
        self.way = np.zeros(count, np.uint64)
        self.met = [self.nic.copy()]

    def back(self) -> Flight:
        """Return the answers to packets that were taken."""
        src, sp, dst, dp, protocol = self.header
        header = (dst, dp, src, sp, protocol)
        return Flight(header, self.fold[::-1], self.six, self.nic.copy(), self.met, self.pins)

    def end(self, rows: Table, code: int | Table, where: Table) -> None:
        """End some packets."""
        self.code[rows], self.where[rows] = code, where

    def knows(self, rows: Table) -> Table:
        """Return whether the NICs of packets have seen the first packets of their flows."""
        found = np.zeros(len(rows), np.bool_)
        for step in self.seen:
            found |= step.take(rows) == self.nic.take(rows)
        return found


def starters(t: SimpleNamespace, vm: Table, header: tuple[Table, ...], six: Table) -> Table:
    """Return the NICs by which plain packets of VMs start, or -1; the source is filled in."""
    src, sp, dst, dp, protocol = header
    nic = t.vms[vm, at.VM_NIC].astype(np.int64)
    fits = (nic >= 0) & ((t.plain[at.PLAIN_FLAGS][nic] & at.PLAIN) != 0) & (protocol != ICMPV6)
    fits &= ((t.flags[dst] & (at.ODD | at.MANY)) == 0) & t.carries[protocol]
    fits &= (protocol != UDP) | (t.free_port[sp] & t.free_port[dp])
    src[:] = t.plain[at.PLAIN_ADDRESS4 + six, nic]
    fits &= (src >= 0) & (src != dst)
    return np.where(fits, nic, -1)


def fly(t: SimpleNamespace, flight: Flight, rows: Table) -> None:
    """Take some packets along until each is taken, lost, or gives up."""
    start = flight.nic[rows]
    flight.way[rows] = t.name_of_vm[t.plain[at.PLAIN_VM][start]] * _WAY + t.name_of_nic[start]
    for _ in range(MOST):
        if not len(rows):
            return
        rows = _denied(t, flight, rows, at.PLAIN_OUT, codes.NSG_OUT)
        rows, following = _led(t, flight, rows)
        fits = (following >= 0) & ((t.plain[at.PLAIN_FLAGS].take(following, mode="wrap") & at.PLAIN) != 0)
        for step in flight.met:
            fits &= step.take(rows) != following
        on = np.flatnonzero(fits)
        rows, following = rows.take(on), following.take(on)
        flight.nic[rows] = following
        flight.met.append(np.full(len(flight.nic), -1, np.int64))
        flight.met[-1][rows] = following
        rows = _denied(t, flight, rows, at.PLAIN_IN, codes.NSG_IN)
        nic = flight.nic.take(rows)
        flight.way[rows] = flight.way.take(rows) * _TWICE + t.arrival.take(nic)
        address = t.plain[at.PLAIN_ADDRESS4 + flight.six.take(rows), nic]
        mine = address == flight.header[2].take(rows)
        taken = np.flatnonzero(mine)
        flight.end(rows.take(taken), 0, t.plain[at.PLAIN_VM_AT].take(nic.take(taken)))
        on = ~mine & ((t.plain[at.PLAIN_FLAGS].take(nic) & at.PASSES_ON) != 0) & (address >= 0)
        rows = rows.take(np.flatnonzero(on))
        flight.way[rows] = flight.way.take(rows) * _WAY + t.name_of_nic.take(flight.nic.take(rows))
        flight.hops[rows] += 1


def _denied(t: SimpleNamespace, flight: Flight, rows: Table, side: int, code: int) -> Table:
    """End what the rules of NICs deny; return the others."""
    chain = t.plain[side].take(flight.nic.take(rows))
    new = np.flatnonzero(chain >= 0)
    if flight.seen:
        new = new.take(np.flatnonzero(~flight.knows(rows.take(new))))
    if not len(new):
        return rows
    asked, chain = rows.take(new), chain.take(new)
    header = tuple(column.take(asked) for column in flight.header)
    start, count = t.chains[chain, at.CHAIN_START], t.chains[chain, at.CHAIN_COUNT]
    denied = new.take(np.flatnonzero(judged(t, start, count, header) == DENIED))  # type: ignore[arg-type]
    flight.end(rows[denied], code, t.plain[at.PLAIN_AT][flight.nic[rows[denied]]])
    left = np.ones(len(rows), np.bool_)
    left[denied] = False
    return rows.take(np.flatnonzero(left))


def _led(t: SimpleNamespace, flight: Flight, rows: Table) -> tuple[Table, Table]:
    """Return the packets that a route leads on, and the NICs it leads them to; -1: they give up."""
    nic, dst = flight.nic.take(rows), flight.header[2].take(rows)
    way = t.fib.at(t.plain[at.PLAIN_TABLE][nic], dst)
    kind = t.way_columns[at.WAY_KIND].take(way)
    drop = np.flatnonzero(kind == at.WAY_DROP)
    flight.end(rows[drop], t.way_columns[at.WAY_A][way[drop]], t.plain[at.PLAIN_AT][nic[drop]])
    internet = np.flatnonzero(kind == at.WAY_INTERNET)
    if len(internet):
        _outside(t, flight, rows[internet])
    on = np.flatnonzero(t.leads_on.take(kind))
    rows, nic, dst, way, kind = (column.take(on) for column in (rows, nic, dst, way, kind))
    a, here = t.way_columns[at.WAY_A].take(way), t.plain[at.PLAIN_VNET].take(nic)
    crossing = either(kind == at.WAY_LOCAL, np.full_like(kind, -1), t.way_columns[at.WAY_B].take(way))
    narrow = np.flatnonzero((crossing >= 0) & ~t.wide_open[crossing])
    if len(narrow):  # what a peering does not carry of others is for the long way, and what it never carries
        inside = t.in_space[t.spaces[flight.header[0][rows[narrow]]], here[narrow]]
        fits = np.ones(len(rows), np.bool_)
        fits[narrow] = t.wide_inside[crossing[narrow]] & inside
        on = np.flatnonzero(fits)
        rows, dst, kind, a, here = (column.take(on) for column in (rows, dst, kind, a, here))
    following = a.copy()
    held = np.flatnonzero((kind == at.WAY_LOCAL) | (kind == at.WAY_PEER))
    found = t.only_nic.take(dst.take(held)).astype(np.int64)
    there = either(kind.take(held) == at.WAY_PEER, a.take(held), here.take(held))
    found |= -(t.plain[at.PLAIN_VNET].take(found, mode="wrap") != there).astype(np.int64)
    following[held] = found
    front = np.flatnonzero(kind == at.WAY_FRONTEND)
    if len(front):
        following[front] = _balanced(t, flight, rows[front], a[front])
    return rows, following


def _outside(t: SimpleNamespace, flight: Flight, rows: Table) -> None:
    """End packets for the Internet that have no way out; those that may have one give up."""
    nic = flight.nic[rows]
    private = (t.flags[flight.header[2][rows]] & at.PRIVATE) != 0
    six = flight.six[rows]
    held = t.plain[at.PLAIN_ADDRESS4 + six, nic] == flight.header[0][rows]
    lost = ~private & (~held | (t.plain[at.PLAIN_WAY4 + six, nic] == at.OUT_NONE))
    flight.end(rows[private], codes.NO_SUCH_HOST, t.plain[at.PLAIN_AT][nic[private]])
    flight.end(rows[lost], codes.NO_OUTBOUND, t.plain[at.PLAIN_AT][nic[lost]])


def _balanced(t: SimpleNamespace, flight: Flight, rows: Table, frontend: Table) -> Table:
    """Return the NICs of the backends of a frontend that a route names, or -1."""
    src, sp, dst, dp, protocol = (column[rows] for column in flight.header)
    front = t.frontends[frontend].astype(np.int64)
    rule = np.full(len(rows), -1, np.int64)
    icmp = np.isin(protocol, (1, ICMPV6))
    count = np.where((front[:, at.FRONT_FLAGS] & at.HARD) != 0, 0, front[:, at.FRONT_RULED])
    for step in range(int(count.max(initial=0))):
        number = np.minimum(front[:, at.FRONT_RULES] + step, len(t.lb_rules) - 1)
        said, port = t.lb_rules[number, at.RULE_PROTOCOL], t.lb_rules[number, at.RULE_PORT]
        fits = ((said == protocol) & ((port == 0) | (port == dp))) | (
            (said < 0) & (~icmp | bool(t.icmp_ha_ports))
        )
        hit = (step < count) & fits & (rule < 0)
        rule[hit] = number[hit]
    entry = t.lb_rules[rule].astype(np.int64)
    start, count = entry[:, at.RULE_MEMBERS], np.where(rule < 0, 0, entry[:, at.RULE_COUNT])
    member = np.full(len(rows), -1, np.int64)
    pinned = np.zeros(len(rows), np.bool_)
    for balancer, name in flight.pins:
        known = np.flatnonzero(balancer[rows] == front[:, at.FRONT_BALANCER])
        pinned[known] = True
        names = t.members[:, at.MEMBER_NAME]
        member[known] = place_in(names, start[known], count[known], name[rows[known]])
    flip = (src > dst) | ((src == dst) & (sp > dp))
    here, there = flight.fold[0][rows], flight.fold[1][rows]
    new = np.flatnonzero(~pinned & (count > 0) & ((entry[:, at.RULE_FLAGS] & at.HARD) == 0))
    seed = flow_seed(
        here[new], there[new], flip[new], sp[new], dp[new], protocol[new], entry[new, at.RULE_DISTRIBUTION]
    )
    member[new] = chosen(t.member_chooser, start[new], count[new], seed)
    balancers, picked = np.full(len(flight.nic), -1, np.int64), np.full(len(flight.nic), -1, np.int64)
    balancers[rows[new]] = front[new, at.FRONT_BALANCER]
    picked[rows[new]] = t.members[member[new], at.MEMBER_NAME]
    flight.pins.append((balancers, picked))
    nic = t.members[member, at.MEMBER_NIC].astype(np.int64)
    six = flight.six[rows]
    same = t.plain[at.PLAIN_ADDRESS4 + six, nic] == t.members[member, at.MEMBER_ADDRESS]
    return np.where((member >= 0) & same, nic, -1)
