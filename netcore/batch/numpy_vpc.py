"""Neighbours and doors in the numpy kernel, for providers whose frames go by MAC (facts L1-L10)."""

from __future__ import annotations

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.numpy_lookups import holder, place_in
from netcore.batch.numpy_state import BEYOND, HARD, TCP, UDP, State
from netcore.batch.sheets import Table


def on_link(s: State, nic: Table, atom: Table) -> Table:
    """Return whether addresses lie in the subnets of NICs."""
    subnet = s.t.nics[nic, at.NIC_SUBNET]
    start, count = s.t.subnets[subnet, at.SUBNET_SPANS], s.t.subnets[subnet, at.SUBNET_SPANNED]
    found = np.zeros(len(nic), np.bool_)
    for step in range(int(count.max(initial=0))):
        row = np.minimum(start + step, len(s.t.spans) - 1)
        inside = (s.t.spans[row, at.SPAN_FIRST] <= atom) & (atom < s.t.spans[row, at.SPAN_END])
        found |= (step < count) & inside
    return found


def resolve(s: State, rows: Table, via: Table) -> Table:
    """As ``layer2.resolve``: say who takes the frames; return the packets that got a MAC."""
    s.near[rows] = at.NEAR_ROUTER
    if not s.t.by_mac or not len(rows):
        return rows
    nic, dst = s.nic[rows], s.dst[rows]
    beside = on_link(s, nic, dst)
    asked = np.where(beside, dst, via)
    asks = beside | ((via >= 0) & (s.four(via) == s.four(dst)))
    asks &= (s.t.flags[dst] & (at.ODD | at.MANY)) == 0
    ask = np.flatnonzero(asks)
    subnet = s.t.nics[nic[ask], at.NIC_SUBNET]
    place = place_in(
        s.t.near, s.t.subnets[subnet, at.SUBNET_NEAR], s.t.subnets[subnet, at.SUBNET_NEARS], asked[ask]
    )
    s.near[rows[ask]] = s.t.near_kind[place]
    s.near_id[rows[ask]] = s.t.near_id[place]
    nobody = rows[ask[place < 0]]
    odd = rows[ask[(place >= 0) & (s.t.near_kind[place] == at.NEAR_HARD)]]
    s.drop(nobody, codes.NO_SUCH_HOST)
    s.drop(odd, HARD)
    fine = np.ones(len(rows), np.bool_)
    fine[ask[place < 0]] = False
    fine[ask[(place >= 0) & (s.t.near_kind[place] == at.NEAR_HARD)]] = False
    return rows[fine]


def out(s: State, rows: Table, gateway: Table) -> None:
    """As ``vpc_edge.out``: leave by an internet gateway."""
    s.where[rows] = gateway
    src, dst = s.src[rows], s.dst[rows]
    private = (s.t.flags[dst] & at.NOWHERE) != 0
    behind = s.t.public_of[src]
    kind = np.where(behind >= 0, s.t.public[behind, at.PUBLIC_KIND], -1)
    front, hard = kind == at.PUBLIC_FRONTEND, kind == at.PUBLIC_HARD
    held = holder(s.t, s.vnet[rows], src)
    new = np.where(held >= 0, s.t.hold[held, at.HOLD_PUBLIC], -1)
    s.drop(rows[private], codes.NO_SUCH_HOST)
    s.drop(rows[~private & hard], HARD)
    left = ~private & ~hard
    s.drop(rows[left & ~front & (new < 0)], codes.NO_OUTBOUND)
    s.src[rows[left & ~front & (new >= 0)]] = new[left & ~front & (new >= 0)]
    s.meet(rows[left & ~front & (new >= 0)], gateway[left & ~front & (new >= 0)])
    s.go(rows[left & (front | (new >= 0))], BEYOND)
    s.lose_at_edge(rows)


def translate(s: State, rows: Table, door: Table) -> None:
    """As ``vpc_edge.translate``: pass a NAT gateway in a subnet."""
    s.where[rows] = s.t.doors[door, at.DOOR_AT]
    carried = np.isin(s.protocol[rows], (1, 58, TCP, UDP)) & s.four(s.src[rows])
    target = s.t.fib.at(s.t.doors[door, at.DOOR_TABLE], s.dst[rows])
    kind = s.t.ways[target, at.WAY_KIND]
    leads = kind == at.WAY_INTERNET
    nowhere = ((kind == at.WAY_DROP) & (s.t.ways[target, at.WAY_B] == 1)) | (kind == at.WAY_NAT)
    s.drop(rows[~carried | (nowhere & ~leads)], codes.NO_OUTBOUND)
    s.drop(rows[carried & ~leads & ~nowhere], codes.NOT_MODELLED)
    s.lose_at_edge(rows)
    passes = carried & leads
    rows, door = rows[passes], door[passes]
    start, count = s.t.doors[door, at.DOOR_POOL], s.t.doors[door, at.DOOR_COUNT]
    empty = count == 0
    new = s.t.pool_atoms[s.choose(rows, s.t.pool_chooser, start, count)].astype(np.int64)
    src, sp = s.src[rows].copy(), s.sp[rows]
    s.src[rows] = new
    full = s.translated.put(rows, np.zeros(len(rows), np.int64), *s.back_keys(rows), door, src, sp)
    s.drop(rows[full | empty], HARD)
    s.meet(rows, s.where[rows])
    s.go(rows[~full & ~empty], BEYOND)
