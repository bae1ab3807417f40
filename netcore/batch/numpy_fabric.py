"""NICs, rules and the fabric in the numpy kernel."""

from __future__ import annotations

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.numpy_lookups import DENIED, ENDS, holder, holds, judged
from netcore.batch.numpy_state import (
    BALANCE,
    BRING,
    EDGE,
    FLOATING,
    GO,
    HARD,
    LOOK,
    NO,
    RECEIVE,
    ROUTE,
    UDP,
    State,
)
from netcore.batch.numpy_vpc import on_link, out, translate
from netcore.batch.sheets import Table

INBOUND, OUTBOUND = 0, 1
IN_SUBNET = -2


def wire(s: State, rows: Table) -> None:
    """As ``nic.leave``, then ``security.leave``."""
    nic = s.nic[rows]
    s.pass_by(rows, s.t.name_of_nic[nic])
    s.hops[rows] += 1
    s.where[rows] = s.t.nics[nic, at.NIC_AT]
    s.meet(rows, s.where[rows])
    flags, kind = s.t.nics[nic, at.NIC_FLAGS], s.t.flags[s.dst[rows]]
    foreign = (holds(s.t, nic, s.src[rows]) < 0) & ((flags & at.FORWARDS) == 0)
    asked = np.flatnonzero(foreign)
    if len(asked):
        ends, ports = s.keys(rows[asked])
        foreign[asked] = s.balanced.find(rows[asked], nic[asked], ends, ports) < 0
    code = np.select(
        [(flags & at.WRONG_MAC) != 0, (kind & at.ODD) != 0, (kind & at.MANY) != 0, foreign],
        [codes.GUEST_MAC_MISMATCH, HARD, codes.MULTICAST, codes.SRC_NOT_OWNED],
        0,
    )
    s.drop(rows[code != 0], code[code != 0])
    rows = rows[code == 0]
    near = s.near[rows] != at.NEAR_ROUTER
    chain = np.where(near, s.t.nics[s.nic[rows], at.NIC_NEAR_OUT], s.t.nics[s.nic[rows], at.NIC_OUT])
    s.go(_secured(s, rows, OUTBOUND, chain), LOOK)


def look(s: State, rows: Table) -> None:
    """As ``fabric.look``, up to the table."""
    _src, sp, _dst, dp, protocol = s.five(rows)
    blocked = ~s.t.carries[protocol]
    kept = (protocol == UDP) & (((sp == 68) & (dp == 67)) | ~s.t.from_port[sp] | ~s.t.to_port[dp])
    s.drop(rows[blocked], codes.PROTO_BLOCKED)
    s.drop(rows[~blocked & kept], codes.RESERVED_PORT)
    rows = rows[~blocked & ~kept]
    _answer(s, rows)
    nic = s.nic[rows]
    s.kept[rows], s.by_route[rows], s.public[rows] = NO, False, False
    s.vnet[rows], s.table[rows] = s.t.nics[nic, at.NIC_VNET], s.t.nics[nic, at.NIC_TABLE]
    s.spot[rows] = s.where[rows]
    rows = rows[s.code[rows] == 0]
    rows = _switch(s, rows)
    if s.t.vpc:
        beside = on_link(s, s.nic[rows], s.dst[rows])
        s.target[rows[beside]] = IN_SUBNET
        s.go(rows[beside], GO)
        rows = rows[~beside]
    s.go(rows, ROUTE)


def route(s: State, rows: Table) -> None:
    """As ``fabric.selected`` and ``fabric._one_of``, or ``vpc.route``."""
    if s.t.vpc:
        again = s.seen.find(rows, -1 - s.spot[rows], *s.keys(rows)) >= 0
        s.drop(rows[again], codes.LOOP, s.spot[rows[again]])
        rows = rows[~again]
        full = s.seen.put(rows, -1 - s.spot[rows], *s.keys(rows))
        s.drop(rows[full], HARD)
        rows = rows[~full]
    target = s.t.fib.at(s.table[rows], s.dst[rows]).astype(np.int64)
    equal = np.flatnonzero(s.t.ways[target, at.WAY_KIND] == at.WAY_EQUAL)
    if len(equal):
        way = s.t.ways[target[equal]].astype(np.int64)
        base = s.t.nics[s.nic[rows[equal]], at.NIC_ECMP].astype(np.int64)
        start = np.maximum(base, 0) + way[:, at.WAY_C]
        best = s.choose(rows[equal], s.t.ecmp_chooser, start, way[:, at.WAY_B]) - start
        target[equal] = s.t.equals[way[:, at.WAY_A] + best]
        s.chose[rows[equal]] = True
        lost = rows[equal[base < 0]]
        s.target[rows] = target
        s.go(rows, GO)
        s.drop(lost, HARD)
        return
    s.target[rows] = target
    s.go(rows, GO)


def go(s: State, rows: Table) -> None:
    """Go where a route says: what follows the lookup in ``fabric.look`` and ``vpc._to_target``."""
    target = s.target[rows]
    way = s.t.ways[np.maximum(target, 0)].astype(np.int64)
    kind = np.where(target == IN_SUBNET, at.WAY_LOCAL, way[:, at.WAY_KIND])
    s.where[rows] = s.spot[rows]
    s.kept[rows], s.by_route[rows], s.public[rows] = NO, False, False

    def of(*kinds: int) -> Table:
        return np.flatnonzero(np.isin(kind, kinds)) if len(kinds) > 1 else np.flatnonzero(kind == kinds[0])

    i = of(at.WAY_DROP)
    s.drop(rows[i], way[i, at.WAY_A])
    s.drop(rows[of(at.WAY_HARD)], HARD)
    i = of(at.WAY_DROP_AT)
    s.drop(rows[i], way[i, at.WAY_A], way[i, at.WAY_B])
    i = of(at.WAY_INTERNET)
    if s.t.vpc and len(i):
        out(s, rows[i], way[i, at.WAY_A])
    else:
        s.go(rows[i], EDGE)
    i = of(at.WAY_NAT)
    if len(i):
        translate(s, rows[i], way[i, at.WAY_A])
    i = of(at.WAY_LOCAL)
    _hand_over(s, rows[i], s.vnet[rows[i]])
    i = of(at.WAY_PEER)
    _hand_over(s, rows[i], way[i, at.WAY_A], way[i, at.WAY_B])
    i = of(at.WAY_BY_HAND)
    if len(i):
        _by_hand(s, rows[i], way[i, at.WAY_A], way[i, at.WAY_B])
    i = of(at.WAY_NIC, at.WAY_FRONTEND)
    if len(i):
        front = np.where(kind[i] == at.WAY_FRONTEND, way[i, at.WAY_A], -1)
        nic = np.where(kind[i] == at.WAY_NIC, way[i, at.WAY_A], -1)
        s.by_route[rows[i]] = True
        passed = _crossed(s, rows[i], way[i, at.WAY_B], front)
        _to(s, rows[i][passed], nic[passed], front[passed])


def bring(s: State, rows: Table) -> None:
    """As ``delivery.bring``, ``security.enter`` and ``nic.arrive``."""
    nic = s.nic[rows]
    vm = s.t.nics[nic, at.NIC_VM].astype(np.int64)
    s.vm[rows] = vm
    s.where[rows] = s.t.nics[nic, at.NIC_AT]
    s.meet(rows, s.where[rows])
    loose = vm < 0
    stopped = ~loose & ((s.t.vms[vm, at.VM_FLAGS] & at.RUNS) == 0)
    by_route = s.by_route[rows] & (s.kept[rows] == NO)
    s.drop(rows[loose], codes.NO_SUCH_HOST)
    s.drop(rows[stopped & by_route], codes.NH_STOPPED)
    s.drop(rows[stopped & ~by_route], codes.VM_STOPPED)
    rows = rows[~loose & ~stopped]
    near = s.near[rows] != at.NEAR_ROUTER
    chain = np.where(near, s.t.nics[s.nic[rows], at.NIC_NEAR_IN], s.t.nics[s.nic[rows], at.NIC_IN])
    rows = _secured(s, rows, INBOUND, chain)
    nic = s.nic[rows]
    s.pass_by(rows, s.t.name_of_nic[nic])
    foreign = (s.kept[rows] != FLOATING) & ((s.t.nics[nic, at.NIC_FLAGS] & at.FORWARDS) == 0)
    foreign &= holds(s.t, nic, s.dst[rows]) < 0
    s.drop(rows[foreign], codes.DST_NOT_OWNED)
    s.go(rows[~foreign], RECEIVE)


def _secured(s: State, rows: Table, side: int, chain: Table) -> Table:
    """As ``security._filtered``; return the packets that may pass."""
    passing = [np.zeros(0, np.int64)]
    if not s.t.icmpv6_filtered:
        free = s.protocol[rows] == 58
        passing.append(rows[free])
        rows, chain = rows[~free], chain[~free]
    code = codes.NSG_IN if side == INBOUND else codes.NSG_OUT
    nic = s.nic[rows]
    owner = nic * 2 + side
    known = np.zeros(len(rows), np.bool_)
    likely = np.flatnonzero((s.marks[rows] >> (nic * 2 & 63)) & 3)
    if len(likely):
        there = rows[likely]
        known[likely] = (s.security.find(there, owner[likely], *s.keys(there)) >= 0) | (
            s.security.find(there, owner[likely] ^ 1, *s.back_keys(there)) >= 0
        )
        if s.watched and s.t.cuts_flows:
            there = np.flatnonzero(known)
            cut = there[_cut(s, rows[there], side, chain[there])]
            s.drop(rows[cut], code)
            left = np.ones(len(rows), np.bool_)
            left[cut] = False
            rows, chain, owner, nic = rows[left], chain[left], owner[left], nic[left]
            known = known[left]
        elif s.t.cuts:
            s.drop(rows[known], HARD)
            rows, chain, owner, nic = rows[~known], chain[~known], owner[~known], nic[~known]
            known = np.zeros(len(rows), np.bool_)
    old = np.flatnonzero(known)
    start, count = s.t.chains[chain[old], at.CHAIN_STATELESS], s.t.chains[chain[old], at.CHAIN_STATELESSES]
    if count.any():
        denied = judged(s.t, start, count, s.five(rows[old])) == DENIED
        s.drop(rows[old[denied]], code)
        old = old[~denied]
    passing.append(rows[old])
    new = np.flatnonzero(~known)
    there, asked = rows[new], chain[new]
    said = judged(s.t, s.t.chains[asked, at.CHAIN_START], s.t.chains[asked, at.CHAIN_COUNT], s.five(there))
    denied = said == DENIED
    if s.t.public_deny:
        denied |= s.public[there] & (said != ENDS) & (s.t.chains[asked, at.CHAIN_GROUPED] == 0)
    s.drop(there[denied], code)
    there, owner, nic = there[~denied], owner[new][~denied], nic[new][~denied]
    s.marks[there] |= np.int64(1) << ((nic * 2 & 63) + side)
    full = s.security.put(there, owner, *s.keys(there))
    s.drop(there[full], HARD)
    passing.append(there[~full])
    return np.concatenate(passing)


def _cut(s: State, rows: Table, side: int, chain: Table) -> Table:
    """As ``security._cut``: return which flows that were allowed once would not open any more."""
    nic = s.nic[rows]
    mine = s.security.find(rows, nic * 2 + side, *s.keys(rows)) >= 0
    src, sp, dst, dp, protocol = s.five(rows)
    first, second = np.where(mine, src, dst), np.where(mine, dst, src)
    first_port, second_port = np.where(mine, sp, dp), np.where(mine, dp, sp)
    opener = first, first_port, second, second_port, protocol
    outbound = np.where(mine, side, 1 - side) == OUTBOUND
    asked = np.where(outbound, s.t.nics[nic, at.NIC_OUT], s.t.nics[nic, at.NIC_IN])
    said = judged(s.t, s.t.chains[asked, at.CHAIN_START], s.t.chains[asked, at.CHAIN_COUNT], opener)
    found: Table = (said == DENIED) & (s.t.chains[chain, at.CHAIN_COUNT] > 0)
    return found


def _answer(s: State, rows: Table) -> None:
    """As ``balancer.answer``: the answers of backends bear the frontend."""
    if not s.balanced.slots:
        return
    slot = s.balanced.find(rows, s.nic[rows], *s.keys(rows))
    rows, slot = rows[slot >= 0], slot[slot >= 0]
    if not len(rows):
        return
    src, sp, client, port = (s.balanced.value(slot, rows, place) for place in range(4))
    s.src[rows], s.sp[rows] = src, sp
    hidden = client >= 0
    s.dst[rows[hidden]], s.dp[rows[hidden]] = client[hidden], port[hidden]
    s.near[rows[hidden]] = at.NEAR_ROUTER
    behind = s.t.public_of[src]
    public = (behind >= 0) & (s.t.public[behind, at.PUBLIC_KIND] != at.PUBLIC_HOST)
    rows, src = rows[public], src[public]
    full = s.outward.put(rows, s.nic[rows], *s.keys(rows), src)
    s.drop(rows[full], HARD)


def _switch(s: State, rows: Table) -> Table:
    """As ``layer2.switch``; return the packets that are to be routed."""
    near = s.near[rows]
    front, nic = near == at.NEAR_FRONTEND, near == at.NEAR_NIC
    s.frontend[rows[front]] = s.near_id[rows[front]]
    s.meet(rows[front], s.t.frontends[s.near_id[rows[front]], at.FRONT_REF])
    s.go(rows[front], BALANCE)
    same = nic & (s.near_id[rows] == s.nic[rows])
    s.drop(rows[same], codes.NO_L2)
    other = rows[nic & ~same]
    s.nic[other] = s.near_id[other]
    s.go(other, BRING)
    left: Table = rows[~front & ~nic]
    return left


def _by_hand(s: State, rows: Table, there: Table, path: Table) -> None:
    """As ``vpc._over_peering``."""
    s.where[rows] = path
    outside = ~s.t.in_space[s.t.spaces[s.dst[rows]], there]
    transit = ~outside & ~s.t.in_space[s.t.spaces[s.src[rows]], s.vnet[rows]]
    s.drop(rows[outside], codes.NO_SUCH_HOST)
    s.drop(rows[transit], codes.PEERING_FORWARDED_OFF)
    passed = ~outside & ~transit
    s.meet(rows[passed], path[passed])
    _hand_over(s, rows[passed], there[passed])


def _hand_over(s: State, rows: Table, vnet: Table, crossing: Table | None = None) -> None:
    """As ``delivery.hand_over``, after the peering where there is one."""
    if not len(rows):
        return
    held = holder(s.t, vnet, s.dst[rows])
    kind = np.where(held >= 0, s.t.hold[held, at.HOLD_KIND], -1)
    number = s.t.hold[held, at.HOLD_ID].astype(np.int64)
    front = np.where(kind == at.HELD_BY_FRONTEND, number, -1)
    nic = np.where(kind == at.HELD_BY_NIC, number, -1)
    if crossing is not None:
        passed = _crossed(s, rows, crossing, front)
        rows, kind, nic, front = rows[passed], kind[passed], nic[passed], front[passed]
    s.drop(rows[kind < 0], codes.NO_SUCH_HOST)
    s.drop(rows[kind == at.HELD_BY_ENDPOINT], HARD)
    known = (kind >= 0) & (kind != at.HELD_BY_ENDPOINT)
    _to(s, rows[known], nic[known], front[known])


def _to(s: State, rows: Table, nic: Table, front: Table) -> None:
    """Bring packets to NICs, or to the frontends of balancers."""
    by_front = front >= 0
    s.frontend[rows[by_front]] = front[by_front]
    s.meet(rows[by_front], s.t.frontends[front[by_front], at.FRONT_REF])
    s.go(rows[by_front], BALANCE)
    s.nic[rows[~by_front]] = nic[~by_front]
    s.go(rows[~by_front], BRING)


def _crossed(s: State, rows: Table, crossing: Table, front: Table) -> Table:
    """As ``crossing.cross``; return whether each packet passes. No crossing, -1, lets it pass."""
    row = s.t.crossings[np.maximum(crossing, 0)]
    none = crossing < 0
    shut = ~none & (row[:, at.CROSS_CODE] != 0)
    basic = ~none & ~shut & (front >= 0) & (row[:, at.CROSS_GLOBAL] == 1)
    basic &= (s.t.frontends[front, at.FRONT_FLAGS] & at.BASIC) != 0
    inside = s.t.in_space[s.t.spaces[s.src[rows]], np.maximum(row[:, at.CROSS_FROM], 0)]
    refused = ~none & ~shut & ~basic & (row[:, at.CROSS_FORWARDED] == 0) & ~inside
    refused &= ~s.balanced.anybody(rows, s.nic[rows], s.src[rows], s.sp[rows])
    s.drop(rows[shut], row[shut, at.CROSS_CODE], row[shut, at.CROSS_AT])
    s.drop(rows[basic], codes.NO_SUCH_HOST, s.t.frontends[front[basic], at.FRONT_REF])
    s.drop(rows[refused], codes.PEERING_FORWARDED_OFF, row[refused, at.CROSS_AT])
    found: Table = ~shut & ~basic & ~refused
    over = found & ~none
    s.meet(rows[over], row[over, at.CROSS_AT])
    return found
