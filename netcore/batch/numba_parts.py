"""Parts of the compiled kernel that look something up: addresses, rules, hashes, holders, memory.

``t`` is ``Tables`` everywhere. Atoms and rows are int64, hashes uint64: mixed, they would become floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import layout as at
from netcore.batch import tables as tb
from netcore.batch.jit import part
from netcore.batch.pages import BITS, SIZE
from netcore.batch.tables import CELLS, WIDTHS
from netcore.forwarding.hashing import MULTIPLIERS, START

I64: Any = np.int64
U64: Any = np.uint64
_FIRST, _SECOND, _START = U64(MULTIPLIERS[0]), U64(MULTIPLIERS[1]), U64(START)
_S30, _S27, _S31, _S24, _S8 = U64(30), U64(27), U64(31), U64(24), U64(8)


@part
def cell(t: Any, table: Any, row: Any, column: Any) -> Any:
    """Return a number of a table with columns."""
    return I64(t.numbers[U64(t.base[U64(table * 2)] + row * WIDTHS[table] + column)])


@part
def item(t: Any, table: Any, row: Any) -> Any:
    """Return a number of a table with one column."""
    return I64(t.numbers[U64(t.base[U64(table * 2)] + row)])


@part
def paged_at(t: Any, table: Any) -> Any:
    """Return where a table in pages begins, its pages a row, and where what they say begins."""
    return (
        t.base[U64(table * 2)],
        t.base[U64(table * 2 + 1)],
        t.base[U64((table + CELLS) * 2)],
    )


@part
def way_at(t: Any, paged: Any, row: Any, column: Any) -> Any:
    """Return the way that a table in pages has for an address."""
    pages, width, cells = paged
    page = I64(t.way_pages[U64(pages + row * width + (column >> BITS))])
    return I64(t.way_cells[U64(cells + (page << BITS) + (column & (SIZE - 1)))])


@part
def class_at(t: Any, paged: Any, row: Any, column: Any) -> Any:
    """Return the class that a table in pages has for an address or port."""
    pages, width, cells = paged
    page = I64(t.class_pages[U64(pages + row * width + (column >> BITS))])
    return I64(t.class_cells[U64(cells + (page << BITS) + (column & (SIZE - 1)))])


@part
def pair(t: Any, table: Any, row: Any, column: Any) -> Any:
    """Return a word that stands in two numbers of a table with columns."""
    place = U64(t.base[U64(table * 2)] + row * WIDTHS[table] + column)
    return U64(np.uint32(t.numbers[place])) | U64(np.uint32(t.numbers[place + U64(1)])) << U64(32)


@part
def item16(t: Any, table: Any, row: Any) -> Any:
    """Return a short number of a table with one column."""
    return I64(t.shorts[U64(t.base[U64(table * 2)] + row)])


@part
def item64(t: Any, table: Any, row: Any) -> Any:
    """Return a word of a table."""
    return t.words[U64(t.base[U64(table * 2)] + row)]


@part
def item8(t: Any, table: Any, row: Any) -> Any:
    """Return a small number of a table with one column."""
    return I64(t.small[U64(t.base[U64(table * 2)] + row)])


@part
def cell8(t: Any, table: Any, row: Any, column: Any) -> Any:
    """Return a small number of a table with columns."""
    return I64(t.small[U64(t.base[U64(table * 2)] + row * t.base[U64(table * 2 + 1)] + column)])


@part
def scalar(t: Any, place: Any) -> Any:
    """Return a single value."""
    return t.scalars[place]


PASSES, DENIED, ENDS = 0, 1, 2
"""What a chain of rule sets says; it ends early where an admin rule always allows."""


@part
def mixed(number: Any) -> Any:
    """As ``hashing.mix``."""
    number = (number ^ (number >> _S30)) * _FIRST
    number = (number ^ (number >> _S27)) * _SECOND
    return number ^ (number >> _S31)


@part
def folded(t: Any, atom: Any, asked: Any, fold: Any) -> Any:
    """Return an address as hashes see it; only the asked destination may not be alone in its atom."""
    known = item64(t, tb.FOLD, atom)
    return U64(fold) if atom == asked else known


@part
def flow_seed(
    t: Any, asked: Any, fold: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, distribution: Any
) -> Any:
    """As ``hashing.flow_seed``; the numbers of atoms are in the order of addresses."""
    # Without branches: nobody can guess which end is the higher one.
    flip = (src > dst) | ((src == dst) & (sp > dp))
    here, there = folded(t, src, asked, fold), folded(t, dst, asked, fold)
    low, high = (there if flip else here), (here if flip else there)
    first, second = (dp if flip else sp), (sp if flip else dp)
    ends = mixed(mixed(low ^ _START) ^ high)
    if distribution == 1:
        return mixed(ends)
    if distribution == 2:
        return mixed(ends ^ U64(protocol))
    return mixed(ends ^ (U64(first) << _S24 | U64(second) << _S8 | U64(protocol)))


@part
def judged(t: Any, start: Any, count: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """Return what rule sets say, one after the other, see ``security._ask``."""
    kind = item8(t, tb.PROTOCOL_CLASS, protocol)
    from_atom, to_atom = item16(t, tb.PORT_ATOM, sp), item16(t, tb.PORT_ATOM, dp)
    sources, destinations = paged_at(t, tb.SOURCE_CLASS), paged_at(t, tb.DESTINATION_CLASS)
    from_ports, to_ports = paged_at(t, tb.SOURCE_PORT_CLASS), paged_at(t, tb.DESTINATION_PORT_CLASS)
    said = I64(PASSES)
    for place in range(start, start + count):
        number = item(t, tb.CHAIN_SETS, place)
        words = cell(t, tb.SETS, number, at.SET_WORDS)
        a = cell(t, tb.SETS, number, at.SET_SOURCE) + class_at(t, sources, number, src) * words
        b = cell(t, tb.SETS, number, at.SET_DESTINATION) + class_at(t, destinations, number, dst) * words
        c = cell(t, tb.SETS, number, at.SET_PROTOCOL) + kind * words
        e = cell(t, tb.SETS, number, at.SET_DESTINATION_PORT) + class_at(t, to_ports, number, to_atom) * words
        any_port = cell(t, tb.SETS, number, at.SET_ANY_SOURCE_PORT) == 1
        d = I64(0)
        if not any_port:
            d = cell(t, tb.SETS, number, at.SET_SOURCE_PORT)
            d += class_at(t, from_ports, number, from_atom) * words
        word, matching = I64(-1), U64(0)
        while matching == U64(0) and word + 1 < words:
            word += 1
            matching = (
                item64(t, tb.BITS, a + word)
                & item64(t, tb.BITS, b + word)
                & item64(t, tb.BITS, c + word)
                & item64(t, tb.BITS, e + word)
            )
            if not any_port:
                matching &= item64(t, tb.BITS, d + word)
        # Without branches: nobody can guess what rules say.
        lowest = matching & (~matching + U64(1))
        allow = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALLOW) + word)
        always = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALWAYS) + word)
        refused = I64(DENIED) if always == U64(0) else I64(ENDS)
        said = I64(PASSES) if (matching == U64(0)) | (allow != U64(0)) else refused
        if place + 1 < start + count and said != PASSES:
            break
    return said


@part
def holder(t: Any, vnet: Any, atom: Any) -> Any:
    """Return the row of who holds an address in a network, or -1."""
    for row in range(item(t, tb.FIRST, atom), item(t, tb.AFTER, atom)):
        if cell(t, tb.HOLD, row, at.HOLD_VNET) == vnet:
            return I64(row)
    return I64(-1)


@part
def holds(t: Any, nic: Any, atom: Any) -> Any:
    """Return the place of an address among those of a NIC, or -1."""
    start = cell(t, tb.NICS, nic, at.NIC_HELD)
    for place in range(start, start + cell(t, tb.NICS, nic, at.NIC_HELDS)):
        if item(t, tb.HELD, place) == atom:
            return I64(place)
    return I64(-1)


@part
def owns(t: Any, vm: Any, atom: Any) -> Any:
    """Return whether a guest holds an address."""
    start = cell(t, tb.VMS, vm, at.VM_OWN)
    for place in range(start, start + cell(t, tb.VMS, vm, at.VM_OWNS)):
        if item(t, tb.OWN, place) == atom:
            return True
    return False


@part
def serves(t: Any, vm: Any, protocol: Any, port: Any) -> Any:
    """As ``guest.serves``."""
    count = cell(t, tb.VMS, vm, at.VM_SERVICED)
    if count < 0:
        return True
    start = cell(t, tb.VMS, vm, at.VM_SERVICES)
    for row in range(start, start + count):
        said = cell(t, tb.SERVICES, row, at.SERVICE_PORT)
        if cell(t, tb.SERVICES, row, at.SERVICE_PROTOCOL) == protocol and (said == 0 or said == port):
            return True
    return False


@part
def source_of(t: Any, nic: Any, atom: Any) -> Any:
    """Return the address a guest sends from by a NIC to a destination, or -1."""
    if atom < scalar(t, tb.COUNT4):
        return cell(t, tb.NICS, nic, at.NIC_SOURCE4)
    return cell(t, tb.NICS, nic, at.NIC_SOURCE6)


@part
def route_of(t: Any, vm: Any, atom: Any) -> Any:
    """Return NIC and neighbour of a guest's route for a destination; NIC -1: there is none."""
    only = cell(t, tb.VMS, vm, at.VM_NIC)
    if only >= 0:
        if source_of(t, only, atom) < 0:
            return I64(-1), I64(-1)
        return only, I64(-1)
    left = cell(t, tb.VMS, vm, at.VM_ROUTES)
    right = left + cell(t, tb.VMS, vm, at.VM_ROUTED)
    while right - left > 1:
        middle = (left + right) // 2
        if item(t, tb.STARTS, middle) <= atom:
            left = middle
        else:
            right = middle
    row = item(t, tb.PATHS, left)
    if row < 0:
        return I64(-1), I64(-1)
    return cell(t, tb.PATH, row, at.PATH_NIC), cell(t, tb.PATH, row, at.PATH_VIA)


@part
def chosen(t: Any, choosers: Any, start: Any, count: Any, seed: Any) -> Any:
    """Return the place of the highest hash, the first of equals; see ``hashing.choose``."""
    # Without branches: nobody can guess which one is highest, and a wrong guess costs as much as hashes.
    best = I64(start)
    score = mixed(seed ^ item64(t, choosers, start))
    for place in range(start + 1, start + count):
        other = mixed(seed ^ item64(t, choosers, place))
        better = other > score
        best = I64(place) if better else best
        score = other if better else score
    return best
