"""Balancers and the edge in the numpy kernel."""

from __future__ import annotations

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.numpy_lookups import holds, owns
from netcore.batch.numpy_memory import canonical, ends_of, ports_of
from netcore.batch.numpy_pins import backend_of
from netcore.batch.numpy_state import (
    BALANCE,
    BEYOND,
    BRING,
    ENTER,
    ESP,
    FLOATING,
    HARD,
    HOST,
    INTERNET,
    NEXT_HOP,
    NO,
    ROUTE,
    TCP,
    UDP,
    State,
)
from netcore.batch.sheets import Table

ICMP = (1, 58)


def edge(s: State, rows: Table) -> None:
    """As ``edge.out``: leave under a public source."""
    everybody = rows
    s.where[rows] = s.t.nics[s.nic[rows], at.NIC_AT]
    private = (s.t.flags[s.dst[rows]] & at.PRIVATE) != 0
    s.drop(rows[private], codes.NO_SUCH_HOST)
    rows = rows[~private]
    slot = s.outward.find(rows, s.nic[rows], *s.keys(rows))
    known = slot >= 0
    s.src[rows[known]] = s.outward.value(slot[known], rows[known], 0)
    s.go(rows[known], BEYOND)
    rows = rows[~known]
    place = holds(s.t, s.nic[rows], s.src[rows])
    out = s.t.outs[place].astype(np.int64)
    kind = np.where(place < 0, at.OUT_NONE, out[:, at.OUT_KIND])
    fits = np.isin(s.protocol[rows], (TCP, UDP))
    fits |= (kind == at.OUT_PLAIN) & np.isin(s.protocol[rows], (*ICMP, ESP))
    hard = kind == at.OUT_HARD
    lost = ~hard & ((kind == at.OUT_NONE) | ~fits)
    s.drop(rows[hard], HARD)
    s.drop(rows[lost], codes.NO_OUTBOUND)
    left = ~hard & ~lost
    rows, kind, out = rows[left], kind[left], out[left]
    new = out[:, at.OUT_ADDRESS].copy()
    pool = np.flatnonzero(kind == at.OUT_POOL)
    if len(pool):
        best = s.choose(rows[pool], s.t.pool_chooser, new[pool], out[pool, at.OUT_COUNT])
        new[pool] = s.t.pool_atoms[best]
    src, sp, dst, dp, protocol = s.five(rows)
    ends, ports, nobody = ends_of(dst, new), ports_of(protocol, dp, sp), np.zeros(len(rows), np.int64)
    before = s.inward.find(rows, nobody, ends, ports)
    same = (
        (s.inward.value(before, rows, 0) == s.nic[rows])
        & (s.inward.value(before, rows, 1) == src)
        & (s.inward.value(before, rows, 2) == sp)
    )
    taken = (before >= 0) & ~same & (kind != at.OUT_PLAIN)
    full = s.inward.put(rows, nobody, ends, ports, s.nic[rows], src, sp)
    s.src[rows] = new
    s.drop(rows[taken | full], HARD)
    s.go(rows[~taken & ~full], BEYOND)
    s.lose_at_edge(everybody)


def beyond(s: State, rows: Table) -> None:
    """As ``edge.beyond``: to a host outside, to nobody drawn, or back in."""
    behind, there = s.t.public_of[s.src[rows]], s.t.public_of[s.dst[rows]]
    hard = (behind >= 0) & (s.t.public[behind, at.PUBLIC_KIND] == at.PUBLIC_HARD)
    nobody = np.zeros(len(rows), np.int64)
    asked = (s.inward.find(rows, nobody, *s.keys(rows)) >= 0) | (
        s.translated.find(rows, nobody, *s.keys(rows)) >= 0
    )
    kind = np.where(there >= 0, s.t.public[there, at.PUBLIC_KIND], -1)
    back = ~hard & (asked | ((kind >= 0) & (kind != at.PUBLIC_HOST)))
    host = ~hard & ~back & (kind == at.PUBLIC_HOST)
    rest = ~hard & ~back & ~host
    s.drop(rows[hard], HARD)
    s.meet(rows[back], s.spot[rows[back]])
    s.go(rows[back], ENTER)
    path = s.t.public[there[host], at.PUBLIC_AT]
    s.deliver(rows[host], HOST, path, path)
    s.deliver(rows[rest], INTERNET, s.dst[rows[rest]], np.full(int(rest.sum()), -1))


def enter(s: State, rows: Table) -> None:
    """As ``edge.enter``: to what holds a public destination."""
    s.kept[rows], s.by_route[rows], s.public[rows] = NO, False, False
    s.near[rows] = at.NEAR_ROUTER
    s.where[rows] = -1
    there = s.t.public_of[s.dst[rows]].astype(np.int64)
    public = s.t.public[there].astype(np.int64)
    kind = np.where(there >= 0, public[:, at.PUBLIC_KIND], -1)
    nobody = np.zeros(len(rows), np.int64)
    sent = s.translated.find(rows, nobody, *s.keys(rows))
    waiting = s.inward.find(rows, nobody, *s.keys(rows))
    hard = kind == at.PUBLIC_HARD
    s.drop(rows[hard], HARD)
    left = ~hard

    i = np.flatnonzero(left & ((sent >= 0) | (kind == at.PUBLIC_VPC)))
    if len(i):
        _by_door(s, rows[i], sent[i], public[i])
    left &= (sent < 0) & (kind != at.PUBLIC_VPC)

    i = np.flatnonzero(left & (waiting >= 0))
    values = [s.inward.value(waiting[i], rows[i], place) for place in range(3)]
    s.nic[rows[i]], s.dst[rows[i]], s.dp[rows[i]] = values
    s.go(rows[i], BRING)
    left &= waiting < 0

    i = np.flatnonzero(left & (kind == at.PUBLIC_FRONTEND))
    s.frontend[rows[i]], s.public[rows[i]] = public[i, at.PUBLIC_ID], True
    s.go(rows[i], BALANCE)

    i = np.flatnonzero(left & (kind == at.PUBLIC_NIC))
    old = s.dst[rows[i]].copy()
    s.nic[rows[i]], s.dst[rows[i]] = public[i, at.PUBLIC_ID], public[i, at.PUBLIC_ADDRESS]
    s.public[rows[i]] = public[i, at.PUBLIC_STANDARD] == 1
    full = s.outward.put(rows[i], s.nic[rows[i]], *s.back_keys(rows[i]), old)
    s.drop(rows[i][full], HARD)
    s.go(rows[i][~full], BRING)

    i = np.flatnonzero(left & (kind == at.PUBLIC_DROP))
    s.drop(rows[i], public[i, at.PUBLIC_CODE], public[i, at.PUBLIC_AT])
    host = (kind == at.PUBLIC_HOST) & ((s.t.flags[s.dst[rows]] & at.PRIVATE) == 0)
    i = np.flatnonzero(left & host)
    s.drop(rows[i], codes.NOT_MODELLED, public[i, at.PUBLIC_AT])
    unknown = (kind < 0) | ((kind == at.PUBLIC_HOST) & ~host)
    s.drop(rows[left & unknown], codes.NO_SUCH_HOST)
    s.lose_at_edge(rows)


def _by_door(s: State, rows: Table, sent: Table, public: Table) -> None:
    """Look packets up in the table of the door that they come in by."""
    back = sent >= 0
    door = np.where(back, s.translated.value(sent, rows, 0), public[:, at.PUBLIC_ID])
    dst = np.where(back, s.translated.value(sent, rows, 1), public[:, at.PUBLIC_ADDRESS])
    s.dp[rows] = np.where(back, s.translated.value(sent, rows, 2), s.dp[rows])
    s.dst[rows] = dst
    s.vnet[rows], s.table[rows] = s.t.doors[door, at.DOOR_VNET], s.t.doors[door, at.DOOR_TABLE]
    s.spot[rows] = s.t.doors[door, at.DOOR_AT]
    s.meet(rows, s.spot[rows])
    s.go(rows, ROUTE)


def balance(s: State, rows: Table) -> None:
    """As ``balancer.balance``: to a published port, or to a member of the rule that matches."""
    front = s.t.frontends[s.frontend[rows]].astype(np.int64)
    s.where[rows] = front[:, at.FRONT_AT]
    s.meet(rows, s.where[rows])
    hard = (front[:, at.FRONT_FLAGS] & at.HARD) != 0
    s.drop(rows[hard], HARD)
    rows, front = rows[~hard], front[~hard]
    publish = _publishing(s, rows, front)
    i = np.flatnonzero(publish >= 0)
    entry = s.t.published[publish[i]].astype(np.int64)
    _give(
        s,
        rows[i],
        front[i, at.FRONT_FLAGS],
        entry[:, at.PUBLISH_NIC],
        entry[:, at.PUBLISH_ADDRESS],
        entry[:, at.PUBLISH_BACKEND_PORT],
        entry[:, at.PUBLISH_FLOATING] == 1,
    )
    rows, front = rows[publish < 0], front[publish < 0]
    rule = _rule(s, rows, front)
    s.drop(rows[rule < 0], codes.LB_NO_RULE)
    rows, front, rule = rows[rule >= 0], front[rule >= 0], rule[rule >= 0]
    if s.watched:
        nic, address, code = backend_of(s, rows, front[:, at.FRONT_BALANCER], rule)
    else:
        member = _member(s, rows, front[:, at.FRONT_BALANCER], rule)
        code = np.select([member == HARD, member < 0], [HARD, codes.LB_NO_HEALTHY], 0)
        nic = s.t.members[member, at.MEMBER_NIC].astype(np.int64)
        address = s.t.members[member, at.MEMBER_ADDRESS].astype(np.int64)
    s.drop(rows[code != 0], code[code != 0])
    found = code == 0
    rows, front, rule, nic, address = rows[found], front[found], rule[found], nic[found], address[found]
    said = s.t.lb_rules[rule]
    _give(
        s,
        rows,
        front[:, at.FRONT_FLAGS],
        nic,
        address,
        said[:, at.RULE_BACKEND_PORT].astype(np.int64),
        said[:, at.RULE_FLOATING] == 1,
    )


def _publishing(s: State, rows: Table, front: Table) -> Table:
    """Return the rows of inbound NAT rules, or -1; a frontend as a next hop publishes nothing."""
    found = np.full(len(rows), -1, np.int64)
    count = np.where(s.by_route[rows], 0, front[:, at.FRONT_PUBLISHES])
    for step in range(int(count.max(initial=0))):
        row = np.minimum(front[:, at.FRONT_PUBLISHED] + step, len(s.t.published) - 1)
        entry = s.t.published[row]
        fits = (entry[:, at.PUBLISH_PROTOCOL] == s.protocol[rows]) & (entry[:, at.PUBLISH_PORT] == s.dp[rows])
        hit = (step < count) & fits & (found < 0)
        found[hit] = row[hit]
    return found


def _rule(s: State, rows: Table, front: Table) -> Table:
    """As ``backends.rule_for``."""
    found = np.full(len(rows), -1, np.int64)
    count = front[:, at.FRONT_RULED]
    icmp = np.isin(s.protocol[rows], ICMP)
    for step in range(int(count.max(initial=0))):
        row = np.minimum(front[:, at.FRONT_RULES] + step, len(s.t.lb_rules) - 1)
        said, port = s.t.lb_rules[row, at.RULE_PROTOCOL], s.t.lb_rules[row, at.RULE_PORT]
        exact = (said == s.protocol[rows]) & ((port == 0) | (port == s.dp[rows]))
        all_ports = (said < 0) & (~icmp | bool(s.t.icmp_ha_ports))
        hit = (step < count) & (exact | all_ports) & (found < 0)
        found[hit] = row[hit]
    return found


def _member(s: State, rows: Table, balancer: Table, rule: Table) -> Table:
    """As ``backends.backend_for``: the row of the member; -1: nobody; or ``HARD``."""
    said = s.t.lb_rules[rule].astype(np.int64)
    start, count = said[:, at.RULE_MEMBERS], said[:, at.RULE_COUNT]
    ends, ports = canonical(*s.five(rows))
    pin = s.pins.find(rows, balancer, ends, ports)
    name = s.pins.value(pin, rows, 0)
    found = np.full(len(rows), -1, np.int64)
    for step in range(int(count.max(initial=0))):
        row = np.minimum(start + step, len(s.t.members) - 1)
        hit = (step < count) & (pin >= 0) & (s.t.members[row, at.MEMBER_NAME] == name)
        found[hit] = row[hit]
    pinned = found >= 0
    vm = s.t.nics[s.t.members[found, at.MEMBER_NIC], at.NIC_VM]
    dead = pinned & ((vm < 0) | ((s.t.vms[vm, at.VM_FLAGS] & at.RUNS) == 0))
    hard = dead | ((said[:, at.RULE_FLAGS] & at.HARD) != 0)
    hard |= (pin >= 0) & ~pinned & (said[:, at.RULE_WHOLE] == 0)
    new = np.flatnonzero(~pinned & ~hard & (count > 0))
    if len(new):
        best = s.choose(
            rows[new], s.t.member_chooser, start[new], count[new], said[new, at.RULE_DISTRIBUTION]
        )
        found[new] = best
        picked = s.t.members[best, at.MEMBER_NAME].astype(np.int64)
        hard[new] |= s.pins.put(rows[new], balancer[new], ends[new], ports[new], picked)
    found[hard] = HARD
    return found


def _give(
    s: State, rows: Table, flags: Table, nic: Table, address: Table, backend_port: Table, floating: Table
) -> None:
    """Bring packets to backends: as they are where a route named the frontend, else as ``balancer._give``."""
    if not len(rows):
        return
    other = s.four(address) != s.four(s.dst[rows])
    s.drop(rows[other], codes.NOT_MODELLED)
    by_route = s.by_route[rows] & ~other
    s.nic[rows[by_route]], s.kept[rows[by_route]] = nic[by_route], NEXT_HOP
    s.go(rows[by_route], BRING)
    mine = ~other & ~by_route
    client = (flags & at.AS_CLIENT) != 0
    public = mine & client & s.public[rows]
    s.drop(rows[public], codes.NOT_MODELLED)
    vm = s.t.nics[nic, at.NIC_VM]
    hairpin = mine & ~client & (vm >= 0) & owns(s.t, vm, s.src[rows])
    s.drop(rows[hairpin], codes.LB_HAIRPIN)
    left = mine & ~public & ~hairpin
    rows, flags, nic, address = rows[left], flags[left], nic[left], address[left]
    backend_port, floating, client = backend_port[left], floating[left], client[left]
    src, sp, dst, dp, _ = (column.copy() for column in s.five(rows))
    s.src[rows] = np.where(client, dst, src)
    s.dst[rows] = np.where(floating & ~client, dst, address)
    s.dp[rows] = np.where(backend_port != 0, backend_port, dp)
    asker, its_port = np.where(client, src, -1), np.where(client, sp, -1)
    full = s.balanced.put(rows, nic, *s.back_keys(rows), dst, dp, asker, its_port)
    s.nic[rows] = nic
    s.kept[rows] = np.where(floating & ~client, FLOATING, NO)
    s.public[rows] &= ((flags & at.STANDARD) != 0) & ~client
    s.drop(rows[full], HARD)
    s.go(rows[~full], BRING)
