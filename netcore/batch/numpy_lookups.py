"""Lookups of the numpy kernel: each takes columns and returns a column. ``t`` has every table by its name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.pages import BITS, SIZE, Paged
from netcore.batch.sheets import Table
from netcore.forwarding.hashing import MULTIPLIERS, SHIFTS, START

PASSES, DENIED, ENDS = 0, 1, 2

U64 = np.uint64

_SHIFTS, _MULTIPLIERS = [U64(shift) for shift in SHIFTS], [U64(number) for number in MULTIPLIERS]


class Spot(NamedTuple):
    """Columns of tables in pages, int64: which page of a row, and the place on it."""

    page: Table
    place: Table

    @classmethod
    def of(cls, column: Table) -> Spot:
        """Return the spots of columns."""
        return cls(column >> BITS, column & (SIZE - 1))

    def take(self, rows: Table) -> Spot:
        """Return some of them."""
        return Spot(self.page.take(rows), self.place.take(rows))


class Rows(NamedTuple):
    """Rows of a table in pages, by what asks for them.

    Args:
        begin: int64 by who asks, where its row begins in ``pages``.
        pages, cells: as in ``Paged``, flat.
    """

    begin: Table
    pages: Table
    cells: Table

    @classmethod
    def of(cls, paged: Paged, rows: Table) -> Rows:
        """Return rows of a table, by number."""
        width = paged.pages.shape[1]
        return cls(rows.astype(np.int64) * width, paged.pages.ravel(), paged.cells.ravel())

    def at(self, who: Table, spot: Spot) -> Table:
        """Return what the rows of some who ask say, int64."""
        place = self.pages.take(self.begin.take(who) + spot.page).astype(np.int64)
        place <<= BITS
        place += spot.place
        found: Table = self.cells.take(place).astype(np.int64)
        return found


def either(which: Table, one: Table, other: Table) -> Table:
    """Return numbers of one column where ``which`` is true, else of the other.

    As ``np.where`` for numbers, by arithmetic: that one has processors guess, and they guess wrong.
    """
    found: Table = one ^ other
    found &= -which.astype(found.dtype)
    found ^= other
    return found


def mixed(numbers: Table) -> Table:
    """As ``hashing.mix``."""
    found: Table = numbers >> _SHIFTS[0]
    found ^= numbers
    found *= _MULTIPLIERS[0]
    shifted = found >> _SHIFTS[1]
    found ^= shifted
    found *= _MULTIPLIERS[1]
    found ^= np.right_shift(found, _SHIFTS[2], out=shifted)
    return found


def flow_seed(
    here: Table, there: Table, flip: Table, sp: Table, dp: Table, protocol: Table, distribution: Table
) -> Table:
    """As ``hashing.flow_seed``.

    Args:
        here, there: folded source and destination.
        flip: the canonical order of the ends is the other one.
        distribution: index into ``layout.DISTRIBUTIONS``.
    """
    swap = -flip.astype(U64)
    other = (here ^ there) & swap
    ends = mixed(mixed(here ^ other ^ U64(START)) ^ there ^ other)
    sp, dp, number = sp.astype(U64), dp.astype(U64), protocol.astype(U64)
    other = (sp ^ dp) & swap
    ports = (sp ^ other) << U64(24) | (dp ^ other) << U64(8) | number
    number &= -(distribution != 1).astype(U64)
    return mixed(ends ^ either(distribution == 0, ports, number))


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
    said = np.full(len(start), PASSES, np.int8)
    open_ = np.arange(len(start))
    for step in range(int(count.max(initial=0))):
        open_ = open_.take(np.flatnonzero(count.take(open_) > step))
        if not len(open_):
            break
        number = t.chain_sets.take(start.take(open_) + step).astype(np.int64)
        verdict = _first(t, number, *(column.take(open_) for column in header))
        said[open_] = verdict
        open_ = open_.take(np.flatnonzero(verdict == PASSES))
    return said


def _first(
    t: SimpleNamespace, number: Table, src: Table, sp: Table, dst: Table, dp: Table, protocol: Table
) -> Table:
    """Return what the first rule that matches in one set says."""
    row = t.set_columns
    words = row[at.SET_WORDS].take(number)
    to_port = t.port_atom.take(dp).astype(np.int64)
    offsets = [
        row[at.SET_SOURCE].take(number) + t.source.at(number, src) * words,
        row[at.SET_DESTINATION].take(number) + t.destination.at(number, dst) * words,
        row[at.SET_PROTOCOL].take(number) + t.protocol_class.take(protocol) * words,
        row[at.SET_DESTINATION_PORT].take(number) + t.destination_port.at(number, to_port) * words,
    ]
    if not row[at.SET_ANY_SOURCE_PORT].take(number).all():
        from_port = t.port_atom.take(sp).astype(np.int64)
        offsets.append(row[at.SET_SOURCE_PORT].take(number) + t.source_port.at(number, from_port) * words)
    said = np.full(len(number), PASSES, np.int8)
    open_ = np.arange(len(number))
    for word in range(int(words.max(initial=0))):
        open_ = open_.take(np.flatnonzero(words.take(open_) > word))
        matching = t.bits.take(offsets[0].take(open_) + word)
        for offset in offsets[1:]:
            matching &= t.bits.take(offset.take(open_) + word)
        hit = np.flatnonzero(matching)
        decided, lowest = open_.take(hit), matching.take(hit)
        lowest &= -lowest
        its = number.take(decided)
        denies = (lowest & t.bits.take(row[at.SET_ALLOW].take(its) + word)) == 0
        always = (lowest & t.bits.take(row[at.SET_ALWAYS].take(its) + word)) != 0
        said[decided] = denies * (DENIED + always * (ENDS - DENIED))
        open_ = open_.take(np.flatnonzero(matching == 0))
        if not len(open_):
            break
    return said


def chosen(choosers: Table, start: Table, count: Table, seed: Table) -> Table:
    """Return the place of the highest hash of each run, the first of equals."""
    found = start.astype(np.int64)
    sizes = np.flatnonzero(np.bincount(np.maximum(count, 0))).tolist()
    for size in sizes:
        if len(sizes) == 1:
            return found + _highest(choosers, found, size, seed)
        rows = np.flatnonzero(count == size)
        found[rows] += _highest(choosers, found.take(rows), size, seed.take(rows))
    return found


def _highest(choosers: Table, start: Table, count: int, seed: Table) -> Table:
    """Return which member of runs of one length has the highest hash; 0 where they are empty."""
    number = np.zeros(len(start), np.uint16)
    if count < 2:
        return number
    best = mixed(seed ^ choosers.take(start))
    for step in range(1, count):
        score = mixed(seed ^ choosers[step:].take(start))
        # A later step is a higher number.
        np.maximum(number, (score > best) * np.uint16(step), out=number)
        np.maximum(best, score, out=best)
    return number
