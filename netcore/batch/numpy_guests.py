"""Guests in the numpy kernel: what they send, take, translate and forward."""

from __future__ import annotations

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.numpy_lookups import holds, owns, route_of, serves, source_of
from netcore.batch.numpy_memory import Section, canonical, ends_of, ports_of
from netcore.batch.numpy_state import (
    ANSWER,
    FLOATING,
    FOLLOWING,
    HARD,
    ITSELF,
    OPENING,
    TCP,
    UDP,
    VM,
    WIRE,
    State,
)
from netcore.batch.numpy_vpc import resolve
from netcore.batch.sheets import Table

TOO_MANY = 40


def send(s: State, rows: Table) -> None:
    """As ``guest.send``."""
    vm = s.vm[rows]
    s.pass_by(rows, s.t.name_of_vm[vm])
    s.where[rows] = s.t.vms[vm, at.VM_AT]
    s.meet(rows, s.where[rows])
    flags = s.t.vms[vm, at.VM_FLAGS]
    stopped = (flags & at.RUNS) == 0
    hard = ~stopped & ((flags & at.HARD) != 0)
    s.drop(rows[stopped], codes.VM_STOPPED)
    s.drop(rows[hard], HARD)
    rows = rows[~stopped & ~hard]
    mine = owns(s.t, s.vm[rows], s.dst[rows])
    _take(s, rows[mine], ITSELF)
    rows = rows[~mine]
    nic, via = route_of(s.t, s.vm[rows], s.dst[rows], s.four(s.dst[rows]))
    s.drop(rows[nic < 0], codes.OS_NO_ROUTE)
    there = nic >= 0
    _emit(s, rows[there], nic[there], via[there])


def receive(s: State, rows: Table) -> None:
    """As ``guest.receive``."""
    vm = s.vm[rows]
    s.pass_by(rows, s.t.name_of_vm[vm])
    s.where[rows] = s.t.vms[vm, at.VM_AT]
    s.meet(rows, s.where[rows])
    hard = (s.t.vms[vm, at.VM_FLAGS] & at.HARD) != 0
    wrong = ~hard & ((s.t.nics[s.nic[rows], at.NIC_FLAGS] & at.WRONG_MAC) != 0)
    s.drop(rows[hard], HARD)
    s.drop(rows[wrong], codes.GUEST_MAC_MISMATCH)
    rows = rows[~hard & ~wrong]
    again = s.seen.find(rows, s.vm[rows], *s.keys(rows)) >= 0
    s.drop(rows[again], codes.LOOP)
    rows = rows[~again]
    full = s.seen.put(rows, s.vm[rows], *s.keys(rows))
    s.drop(rows[full], HARD)
    rows = rows[~full]
    bound, _ = _shared(s, s.nat, rows, *s.keys(rows))
    known = bound >= 0
    _translate(s, rows[known], bound[known])
    rows = rows[~known]
    entry = _entry(s, rows)
    aimed = entry >= 0
    found = s.t.forwards[entry[aimed]].astype(np.int64)
    port = np.where(found[:, at.FORWARD_TO_PORT] < 0, s.dp[rows[aimed]], found[:, at.FORWARD_TO_PORT])
    _forward(s, rows[aimed], found[:, at.FORWARD_TO], port)
    rows = rows[~aimed]
    mine = owns(s.t, s.vm[rows], s.dst[rows])
    _take(s, rows[mine], VM)
    rows = rows[~mine]
    foreign = (s.kept[rows] == FLOATING) | (holds(s.t, s.nic[rows], s.dst[rows]) >= 0)
    s.drop(rows[foreign], codes.GUEST_IP_MISMATCH)
    rows = rows[~foreign]
    _forward(s, rows, s.dst[rows], s.dp[rows])


def _take(s: State, rows: Table, kind: int) -> None:
    """Deliver to guests, where something there answers."""
    vm = s.vm[rows]
    s.deliver(rows, kind, vm, s.t.vms[vm, at.VM_AT])
    if s.phase == OPENING:
        idle = ~serves(s.t, vm, s.protocol[rows], s.dp[rows])
        s.drop(rows[idle], codes.NO_SERVICE)


def _shared(s: State, section: Section, rows: Table, ends: Table, ports: Table) -> tuple[Table, Table]:
    """Return the slot of what guests, or those they share sessions with, remember; and by whom."""
    vm = s.vm[rows]
    slot = section.find(rows, vm, ends, ports)
    start, count = s.t.vms[vm, at.VM_PEERS], s.t.vms[vm, at.VM_PEERED]
    for step in range(int(count.max(initial=0))):
        left = np.flatnonzero((slot < 0) & (step < count))
        peer = s.t.peers[start[left] + step]
        slot[left] = section.find(rows[left], peer, ends[left], ports[left])
    return slot, vm


def _entry(s: State, rows: Table) -> Table:
    """As ``guest._port_forward``: the row of the entry, or -1."""
    vm = s.vm[rows]
    found = np.full(len(rows), -1, np.int64)
    count = s.t.vms[vm, at.VM_FORWARDED]
    if not count.any():
        return found
    for_me = (s.kept[rows] == FLOATING) | owns(s.t, vm, s.dst[rows])
    for step in range(int(count.max(initial=0))):
        row = np.minimum(s.t.vms[vm, at.VM_FORWARDS] + step, len(s.t.forwards) - 1)
        entry = s.t.forwards[row]
        port, address = entry[:, at.FORWARD_PORT], entry[:, at.FORWARD_ADDRESS]
        fits = (entry[:, at.FORWARD_PROTOCOL] == s.protocol[rows]) & ((port == 0) | (port == s.dp[rows]))
        fits &= np.where(address < 0, for_me, address == s.dst[rows])
        hit = (step < count) & fits & (found < 0)
        found[hit] = row[hit]
    return found


def _session(s: State, rows: Table, ends: Table, ports: Table) -> Table:
    """As ``guest_memory.session``, under a given name; return the rows that may pass."""
    stateful = (s.t.vms[s.vm[rows], at.VM_FLAGS] & at.STATEFUL) != 0
    if not stateful.any():
        return rows
    free, rows = rows[~stateful], rows[stateful]
    ends, ports = ends[stateful], ports[stateful]
    slot, vm = _shared(s, s.guest, rows, ends, ports)
    known = slot >= 0
    if s.phase == ANSWER:
        s.guest.write(slot[known], rows[known], 0, 1)
    missing = np.zeros(len(rows), np.bool_)
    if s.phase == FOLLOWING:
        half = s.guest.value(slot, rows, 0) == 0
        missing |= known & half & (s.protocol[rows] == TCP)
    if s.phase != OPENING:
        missing |= ~known & (s.protocol[rows] != UDP)
    new = ~known & ~missing
    full = np.zeros(len(rows), np.bool_)
    full[new] = s.guest.put(rows[new], vm[new], ends[new], ports[new], 0)
    s.drop(rows[missing], codes.STATE_MISSING)
    s.drop(rows[full], HARD)
    return np.concatenate([free, rows[~missing & ~full]])


def _allowed(s: State, rows: Table) -> Table:
    """Return the packets that have not been forwarded too often."""
    s.forwards[rows] += 1
    tired = s.forwards[rows] > TOO_MANY
    s.drop(rows[tired], HARD)
    return rows[~tired]


def _translate(s: State, rows: Table, bound: Table) -> None:
    """Apply translations that guests remember."""
    if not len(rows):
        return
    values = np.full((4, s.count), -1, np.int64)
    values[:, rows] = [s.nat.value(bound, rows, place) for place in range(4)]
    if s.phase == ANSWER:
        one, its_port, other, other_port = values[:, rows]
        ends, ports = canonical(one, its_port, other, other_port, s.protocol[rows])
    else:
        ends, ports = canonical(*s.five(rows))
    rows = _session(s, rows, ends, ports)
    rows = _allowed(s, rows)
    s.src[rows], s.sp[rows], s.dst[rows], s.dp[rows] = values[:, rows]
    nic, via = route_of(s.t, s.vm[rows], s.dst[rows], s.four(s.dst[rows]))
    s.drop(rows[nic < 0], codes.OS_NO_ROUTE)
    there = nic >= 0
    _emit(s, rows[there], nic[there], via[there])


def _forward(s: State, rows: Table, to_address: Table, to_port: Table) -> None:
    """Forward packets, with the translations and sessions of guests."""
    if not len(rows):
        return
    off = (s.t.vms[s.vm[rows], at.VM_FLAGS] & at.FORWARDS) == 0
    s.drop(rows[off], codes.OS_FORWARDING_OFF)
    aim = np.full((2, s.count), -1, np.int64)
    aim[:, rows] = to_address, to_port
    rows = rows[~off]
    rows = _session(s, rows, *canonical(*s.five(rows)))
    rows = _allowed(s, rows)
    src, sp, dst, dp, protocol = s.five(rows)
    to_address, to_port = aim[:, rows]
    nic, via = route_of(s.t, s.vm[rows], to_address, s.four(to_address))
    s.drop(rows[nic < 0], codes.OS_NO_ROUTE)
    there = nic >= 0
    rows, src, sp, dst, dp, protocol = (column[there] for column in (rows, src, sp, dst, dp, protocol))
    nic, via, to_address, to_port = (column[there] for column in (nic, via, to_address, to_port))
    new = source_of(s.t, nic, s.four(to_address))
    hides = ((s.t.vms[s.vm[rows], at.VM_FLAGS] & at.SNAT) != 0) & (new >= 0)
    new = np.where(hides, new, src)
    changed = (new != src) | (to_address != dst) | (to_port != dp)
    full = np.zeros(len(rows), np.bool_)
    if changed.any():
        c = np.flatnonzero(changed)
        vm = s.vm[rows[c]]
        full[c] = s.nat.put(
            rows[c], vm, ends_of(src[c], dst[c]), ports_of(protocol[c], sp[c], dp[c]),
            new[c], sp[c], to_address[c], to_port[c],
        )  # fmt: skip
        full[c] |= s.nat.put(
            rows[c], vm, ends_of(to_address[c], new[c]), ports_of(protocol[c], to_port[c], sp[c]),
            dst[c], dp[c], src[c], sp[c],
        )  # fmt: skip
    s.src[rows], s.dst[rows], s.dp[rows] = new, to_address, to_port
    s.drop(rows[full], HARD)
    _emit(s, rows[~full], nic[~full], via[~full])


def _emit(s: State, rows: Table, nic: Table, via: Table) -> None:
    """Put packets on the wire of NICs, with MAC addresses."""
    s.nic[rows] = nic
    s.go(resolve(s, rows, via), WIRE)
