"""Lookups of the numpy kernel: each takes columns and returns a column. ``t`` has every table by its name."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from netcore.batch import layout as at
from netcore.batch.sheets import Table
from netcore.forwarding.hashing import MULTIPLIERS, SHIFTS, START

PASSES, DENIED, ENDS = 0, 1, 2

U64 = np.uint64


def mixed(numbers: Table) -> Table:
    """As ``hashing.mix``."""
    first, second, third = (U64(shift) for shift in SHIFTS)
    found = (numbers ^ (numbers >> first)) * U64(MULTIPLIERS[0])
    found = (found ^ (found >> second)) * U64(MULTIPLIERS[1])
    result: Table = found ^ (found >> third)
    return result


def flow_seed(
    here: Table, there: Table, flip: Table, sp: Table, dp: Table, protocol: Table, distribution: Table
) -> Table:
    """As ``hashing.flow_seed``.

    Args:
        here, there: folded source and destination.
        flip: the canonical order of the ends is the other one.
        distribution: index into ``layout.DISTRIBUTIONS``.
    """
    first, second = np.where(flip, there, here), np.where(flip, here, there)
    first_port, second_port = np.where(flip, dp, sp).astype(U64), np.where(flip, sp, dp).astype(U64)
    number = protocol.astype(U64)
    ends = mixed(mixed(first ^ U64(START)) ^ second)
    ports = first_port << U64(24) | second_port << U64(8) | number
    more = np.where(distribution == 0, ports, np.where(distribution == 2, number, U64(0)))
    return mixed(ends ^ more)


def place_in(values: Table, start: Table, count: Table, wanted: Table) -> Table:
    """Return for each run of ``values`` the place of a value, or -1."""
    found = np.full(len(wanted), -1, np.int64)
    for step in range(int(count.max(initial=0))):
        place = np.minimum(start + step, len(values) - 1)
        hit = (step < count) & (values[place] == wanted) & (found < 0)
        found[hit] = place[hit]
    return found


def holds(t: SimpleNamespace, nic: Table, atom: Table) -> Table:
    """Return the place of an address among those of a NIC, or -1."""
    return place_in(t.held, t.nics[nic, at.NIC_HELD], t.nics[nic, at.NIC_HELDS], atom)


def owns(t: SimpleNamespace, vm: Table, atom: Table) -> Table:
    """Return whether a guest holds an address."""
    return place_in(t.own, t.vms[vm, at.VM_OWN], t.vms[vm, at.VM_OWNS], atom) >= 0


def serves(t: SimpleNamespace, vm: Table, protocol: Table, port: Table) -> Table:
    """Return whether a guest answers a protocol and port."""
    count = t.vms[vm, at.VM_SERVICED]
    found: Table = count < 0
    for step in range(int(count.max(initial=0))):
        row = np.minimum(t.vms[vm, at.VM_SERVICES] + step, len(t.services) - 1)
        said = t.services[row, at.SERVICE_PORT]
        fits = (t.services[row, at.SERVICE_PROTOCOL] == protocol) & ((said == 0) | (said == port))
        found |= (step < count) & fits
    return found


def holder(t: SimpleNamespace, vnet: Table, atom: Table) -> Table:
    """Return the row of who holds an address in a network, or -1."""
    start = t.first[atom].astype(np.int64)
    return place_in(t.hold[:, at.HOLD_VNET], start, t.after[atom] - start, vnet)


def source_of(t: SimpleNamespace, nic: Table, four: Table) -> Table:
    """Return the address a guest sends from by a NIC, of the family that is asked for, or -1."""
    found: Table = np.where(four, t.nics[nic, at.NIC_SOURCE4], t.nics[nic, at.NIC_SOURCE6]).astype(np.int64)
    return found


def route_of(t: SimpleNamespace, vm: Table, atom: Table, four: Table) -> tuple[Table, Table]:
    """Return NIC and neighbour of guests' routes; NIC -1: there is none."""
    nic = t.vms[vm, at.VM_NIC].astype(np.int64)
    via = np.full(len(vm), -1, np.int64)
    many = nic < 0
    nic[~many & (source_of(t, nic, four) < 0)] = -1
    for guest in np.unique(vm[many]).tolist():
        rows = np.flatnonzero(many & (vm == guest))
        start = int(t.vms[guest, at.VM_ROUTES])
        count = int(t.vms[guest, at.VM_ROUTED])
        if count == 0:  # a guest that is left to the walk
            continue
        place = start + np.searchsorted(t.starts[start : start + count], atom[rows], side="right") - 1
        path = t.paths[place]
        nic[rows] = np.where(path < 0, -1, t.path[path, at.PATH_NIC])
        via[rows] = np.where(path < 0, -1, t.path[path, at.PATH_VIA])
    return nic, via


def judged(
    t: SimpleNamespace, start: Table, count: Table, header: tuple[Table, Table, Table, Table, Table]
) -> Table:
    """Return what chains of rule sets say, set by set."""
    src, sp, dst, dp, protocol = header
    said = np.full(len(src), PASSES, np.int8)
    open_ = np.arange(len(src))
    for step in range(int(count.max(initial=0))):
        open_ = open_[step < count[open_]]
        if not len(open_):
            break
        number = t.chain_sets[start[open_] + step].astype(np.int64)
        verdict = _first(t, number, *(column[open_] for column in (src, sp, dst, dp, protocol)))
        said[open_] = np.where(verdict == ENDS, ENDS, np.where(verdict == DENIED, DENIED, PASSES))
        open_ = open_[verdict == PASSES]
    return said


def _first(
    t: SimpleNamespace, number: Table, src: Table, sp: Table, dst: Table, dp: Table, protocol: Table
) -> Table:
    """Return what the first rule that matches in one set says."""
    row = t.set_columns
    words = row[at.SET_WORDS][number]
    to_port = t.port_atom[dp].astype(np.int64)
    offsets = [
        row[at.SET_SOURCE][number] + t.source.at(number, src) * words,
        row[at.SET_DESTINATION][number] + t.destination.at(number, dst) * words,
        row[at.SET_PROTOCOL][number] + t.protocol_class[protocol] * words,
        row[at.SET_DESTINATION_PORT][number] + t.destination_port.at(number, to_port) * words,
    ]
    if not row[at.SET_ANY_SOURCE_PORT][number].all():
        from_port = t.port_atom[sp].astype(np.int64)
        offsets.append(row[at.SET_SOURCE_PORT][number] + t.source_port.at(number, from_port) * words)
    said = np.full(len(number), PASSES, np.int8)
    open_ = np.arange(len(number))
    for word in range(int(words.max(initial=0))):
        open_ = open_[word < words[open_]]
        matching = t.bits[offsets[0][open_] + word]
        for offset in offsets[1:]:
            matching = matching & t.bits[offset[open_] + word]
        hit = matching != 0
        decided, lowest = open_[hit], matching[hit] & (~matching[hit] + U64(1))
        allow = lowest & t.bits[row[at.SET_ALLOW][number[decided]] + word]
        always = lowest & t.bits[row[at.SET_ALWAYS][number[decided]] + word]
        said[decided] = np.where(allow != 0, PASSES, np.where(always != 0, ENDS, DENIED))
        open_ = open_[~hit]
        if not len(open_):
            break
    return said


def chosen(choosers: Table, start: Table, count: Table, seed: Table) -> Table:
    """Return the place of the highest hash of each run, the first of equals."""
    best = start.astype(np.int64)
    score = mixed(seed ^ choosers[np.minimum(best, len(choosers) - 1)])
    for step in range(1, int(count.max(initial=0))):
        place = np.minimum(start + step, len(choosers) - 1)
        other = mixed(seed ^ choosers[place])
        better = (step < count) & (other > score)
        best[better], score[better] = place[better], other[better]
    return best
