"""Courses of the short way: which relays a packet goes through, known before it goes anywhere.

Where a packet ends hangs on the routes of its NIC and of the relays that they lead to (``relays``), not on
who of a relay takes it. So one loop finds how all packets of a piece end, and another how their answers do;
what is not known so is left to the loop that takes one packet after the other. The others are put in order by
their relays, and who of a relay takes each packet is asked for all of them at once: vectors of a processor do
that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import tables as tb
from netcore.batch.answers import STRIDE
from netcore.batch.jit import part, stage
from netcore.batch.numba_briefs import at_once, briefs_at, denied, looked_up, refused
from netcore.batch.numba_parts import (
    I64,
    U64,
    cell,
    cell8,
    chosen,
    flow_seed,
    item,
    item8,
    item16,
    item64,
    mixed,
    paged_at,
    pair,
    scalar,
    way_at,
)
from netcore.batch.numba_places import ICMP, folded_six
from netcore.batch.numba_records import note

BINS = 256
"""Lines of relays are put in order by so much of their numbers."""

FEW = 8
"""Fewer packets than this are not worth a vector."""

ROW, HEADER, ENDS, BEGUN, KNOWN, THERE, BACK, KINDS = range(8)
"""Columns of packets in order: row, and above it the atom of the destination; sender, protocol and ports;
source, and above it the first NIC; name of the way so far; the only NIC that holds the destination, above it
whether the rules there deny the packet, and whether there is no such NIC; course there; course back; as
``kinds`` of ``numba_briefs`` has it.

A course is the code at its end, and above it the line of relays.
"""

COLUMNS = 8
"""So that a packet is one line of the cache."""

_CODE = 16
_ONE_CODE, UNSURE = U64((1 << _CODE) - 1), U64((1 << 64) - 1)
_LOW, _ONES = U64((1 << 32) - 1), I64((1 << 32) - 1)
_WAY, _TWICE = U64(STRIDE), U64(STRIDE * STRIDE % 2**64)
_PASS = U64(STRIDE**3 % 2**64)


def turns(count: int) -> tuple[Any, ...]:
    """Return what courses are worked out in.

    Args:
        count: most packets of a call.
    """
    return (
        np.empty(count, np.int64),  # places
        np.empty(BINS + 1, np.int64),
        np.empty(count, np.uint64),  # names of ways
        np.empty(count, np.uint64),  # seeds of flows
        np.empty(count, np.uint64),  # scores of members
        np.empty(count, np.int64),  # members
    )


def _codes() -> Any:
    """Return the code at the end of a course; what a drop says by itself is added to it.

    By kind of lead, whether nothing is there outside, and whether rules deny the packet.
    """
    found = np.zeros((at.LEAD_KINDS + 1, 2, 2), np.int64)
    found[: at.LEAD_PEER + 1, :, 1] = codes.NSG_IN
    found[at.LEAD_INTERNET, 0], found[at.LEAD_INTERNET, 1] = codes.NO_OUTBOUND, codes.NO_SUCH_HOST
    return found.ravel()


_CODES = _codes()


@part
def read(order: Any, place: Any) -> Any:
    """Return row, destination, sender, protocol, and both ports of a packet."""
    first, header = order[U64(place), ROW], I64(order[U64(place), HEADER])
    return (
        I64(first & _LOW),
        I64(first >> U64(32)),
        header >> 40,
        header >> 32 & 255,
        header >> 16 & 65_535,
        header & 65_535,
    )


@stage
def settle(t: Any, order: Any, going: Any, back: Any, places: Any) -> Any:
    """Find the courses of packets that have left their first NIC, and of their answers.

    Args:
        places: int64 [3, packets], filled with the places of packets whose courses are known, of their
            answers, and of the other packets.

    Returns: how many packets, answers and others there are.
    """
    count4, rules, fibs = scalar(t, tb.COUNT4), briefs_at(t), (paged_at(t, tb.FIB), paged_at(t, tb.BEYOND))
    packets, answers, others = places
    known, taken, left = I64(0), I64(0), I64(0)
    for place in range(going):
        held = item(t, tb.ONLY_NIC, I64(order[U64(place), ROW] >> U64(32)))
        order[U64(place), KNOWN] = U64(held < 0) << U64(33) | U64(held & ~(held >> 63))
    for place in range(going):
        nic, src = I64(order[U64(place), KNOWN] & _LOW), I64(order[U64(place), ENDS] & _LOW)
        order[U64(place), THERE] = looked_up(t, rules, nic, 0, src)
    for place in range(going):
        nic, src = I64(order[U64(place), KNOWN] & _LOW), I64(order[U64(place), ENDS] & _LOW)
        looked = order[U64(place), THERE]
        no = denied(t, rules, nic, 0, looked, order[U64(place), KINDS], src)
        if not at_once(t, rules, looked, src >= count4):
            _, dst, _, protocol, sp, dp = read(order, place)
            no = refused(t, rules, I64(looked & _LOW) - 1, src, sp, dst, dp, protocol)
        order[U64(place), KNOWN] |= U64(no) << U64(32)
    for place in range(going):
        start, _ = ends(order, place)
        order[U64(place), THERE] = U64(_way(t, fibs, start, I64(order[U64(place), ROW] >> U64(32))))
    for place in range(going):
        _, dst, _, protocol, _, _ = read(order, place)
        start, src = ends(order, place)
        word, way = I64(order[U64(place), KNOWN]), I64(order[U64(place), THERE])
        nic, no, held = word & _ONES, word >> 32 & 1, (word >> 33) == 0
        course, sure = _course(t, fibs, way, start, nic, held, src, dst, I64(dst >= count4), protocol, no)
        order[U64(place), THERE] = U64(course)
        packets[U64(known)], others[U64(left)] = place, place
        known, left = known + I64(sure), left + I64(not sure)
    if not back:
        return known, taken, left
    for index in range(known):
        place = packets[U64(index)]
        answers[U64(taken)] = place
        taken += I64((order[U64(place), THERE] & _ONE_CODE) == U64(0))
    asked, taken, unsure = taken, I64(0), left
    for index in range(asked):
        place = answers[U64(index)]
        nic, src = I64(order[U64(place), KNOWN] & _LOW), I64(order[U64(place), ENDS] & _LOW)
        order[U64(place), BACK] = U64(_way(t, fibs, nic, src))
    for index in range(asked):
        place = answers[U64(index)]
        _, src, _, protocol, _, _ = read(order, place)
        start, dst = ends(order, place)
        nic, way = I64(order[U64(place), KNOWN] & _LOW), I64(order[U64(place), BACK])
        held = item(t, tb.ONLY_NIC, dst) == start
        course, sure = _course(t, fibs, way, nic, start, held, src, dst, I64(src >= count4), protocol, I64(0))
        order[U64(place), BACK] = U64(course)
        if not sure:
            order[U64(place), THERE] = UNSURE
        answers[U64(taken)], others[U64(left)] = place, place
        taken, left = taken + I64(sure), left + I64(not sure)
    if left > unsure:
        asked, known = known, I64(0)
        for index in range(asked):
            place = packets[U64(index)]
            packets[U64(known)] = place
            known += I64(order[U64(place), THERE] != UNSURE)
    return known, taken, left


@part
def ends(order: Any, place: Any) -> Any:
    """Return the first NIC of a packet and its source."""
    both = order[U64(place), ENDS]
    return I64(both >> U64(32)), I64(both & _LOW)


@part
def _way(t: Any, fibs: Any, nic: Any, dst: Any) -> Any:
    """Return the way that the table of a NIC has for a destination."""
    return way_at(t, fibs[0], cell(t, tb.PLAIN_NICS, nic, at.PLAIN_TABLE), dst)


@part
def _course(
    t: Any,
    fibs: Any,
    way: Any,
    first: Any,
    nic: Any,
    held: Any,
    src: Any,
    dst: Any,
    six: Any,
    protocol: Any,
    no: Any,
) -> Any:
    """Return the course of a packet, and whether it is known.

    Numbers are chosen by masks and small tables: nobody can guess where routes lead, and compilers like
    branches.

    Args:
        fibs: where the ways of tables are, and the courses behind relays.
        way: what the table of the NIC that it has left says of its destination.
        first: that NIC.
        nic: the NIC that must take it in the end.
        held: whether nobody but that NIC holds its destination.
        no: 1: the rules there deny it.
    """
    _, behind = fibs
    here = cell(t, tb.PLAIN_NICS, first, at.PLAIN_VNET)
    lead, relay = cell(t, tb.LEADS, way, at.LEADS_ON), cell(t, tb.LEADS, way, at.LEADS_RELAY)
    none = (relay - 1) >> 63
    beyond = scalar(t, tb.FIRST_COURSE) + way_at(t, behind, (relay - 1) & ~none, dst)
    row = _either(none, way, beyond)
    kind, line = cell(t, tb.COURSES, row, at.COURSE_KIND), cell(t, tb.COURSES, row, at.COURSE_LINE)
    last, vnet = cell(t, tb.COURSES, row, at.COURSE_HERE), cell(t, tb.COURSES, row, at.COURSE_VNET)
    inside = cell(t, tb.COURSES, row, at.COURSE_INSIDE)
    asked = six << 1 | I64(protocol == ICMP)
    sure = (cell(t, tb.COURSES, row, at.COURSE_TAKES) >> asked & 1) != 0
    space = item16(t, tb.SPACES, src)
    sure &= (cell8(t, tb.IN_SPACE, space, here) != 0) | ((lead & at.LEAD_INSIDE) == 0)
    sure &= (cell8(t, tb.IN_SPACE, space, inside & ~(inside >> 63)) != 0) | (inside < 0)
    vnet = _either(vnet >> 63, _either(last >> 63, here, last), vnet)
    flags = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_FLAGS)
    takes = held & ((flags & at.PLAIN) != 0) & (cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VNET) == vnet)
    takes &= cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) == dst
    nowhere = item8(t, tb.FLAGS, dst) & at.PRIVATE
    shut = (line != 0) | (cell(t, tb.PLAIN_NICS, first, at.PLAIN_WAY4 + six) == at.OUT_NONE)
    sure &= (cell(t, tb.PLAIN_NICS, first, at.PLAIN_FLAGS) & at.RELAYS) == 0
    sure &= ((not held) | ((flags & at.RELAYS) == 0)) & (
        (kind == at.LEAD_DROP)
        | ((kind == at.LEAD_INTERNET) & ((nowhere != 0) | shut))
        | ((kind <= at.LEAD_PEER) & takes)
    )
    code = _CODES[U64(kind << 2 | nowhere << 1 | no)] + cell(t, tb.COURSES, row, at.COURSE_CODE)
    return code | line << _CODE, sure


@part
def _either(mask: Any, one: Any, other: Any) -> Any:
    """Return one number where all bits of a mask are set, else the other, without a branch to guess."""
    return other ^ ((one ^ other) & mask)


@stage
def carry(
    t: Any, columns: Any, order: Any, places: Any, count: Any, leg: Any, work: Any, record: Any, begin: Any
) -> None:
    """Take packets or their answers along their courses.

    Args:
        places: those of the packets; put in another order.
        leg: 0: packets; 1: answers.
        work: as made by ``turns``.
        record: as made by ``records``, for the rows from ``begin`` on.
    """
    spare, bins, ways, _, _, _ = work
    _sort(order, places, spare, count, THERE + leg, bins)
    first = I64(0)
    while first < count:
        line = order[U64(places[U64(first)]), THERE + leg] >> U64(_CODE)
        end = first
        while end < count and order[U64(places[U64(end)]), THERE + leg] >> U64(_CODE) == line:
            place = places[U64(end)]
            nic = I64(order[U64(place), KNOWN] & _LOW)
            ways[U64(end)] = order[U64(place), BEGUN] if leg == 0 else begun(t, nic)
            end += 1
        hops, start = _relayed(t, columns, order, places, first, end, I64(line), work)
        _end(t, order, places, first, end, leg, hops, start, work, record, begin)
        first = end


@part
def _sort(order: Any, places: Any, spare: Any, count: Any, column: Any, bins: Any) -> None:
    """Put places in order, those of one course side by side."""
    for number in range(BINS + 1):
        bins[number] = 0
    for index in range(count):
        spare[U64(index)] = places[U64(index)]
        bins[_bin(order, places[U64(index)], column) + U64(1)] += 1
    for number in range(BINS):
        bins[number + 1] += bins[number]
    for index in range(count):
        number = _bin(order, spare[U64(index)], column)
        places[U64(bins[number])] = spare[U64(index)]
        bins[number] += 1


@part
def _bin(order: Any, place: Any, column: Any) -> Any:
    return order[U64(place), column] >> U64(_CODE) & U64(BINS - 1)


@part
def _relayed(
    t: Any, columns: Any, order: Any, places: Any, begin: Any, end: Any, line: Any, work: Any
) -> Any:
    """Add to the names of ways who takes each packet on a course.

    Returns: how often each packet is put on the wire, and the start of the last relay's members.
    """
    _, _, ways, seeds, scores, members = work
    hops, start, known = I64(1), I64(0), I64(-1)
    for step in range(at.MOST_RELAYS):
        relay = cell(t, tb.LINES, line, step)
        if relay == 0:
            break
        hops += 1
        start, size = cell(t, tb.RELAYS, relay, at.RELAY_START), cell(t, tb.RELAYS, relay, at.RELAY_COUNT)
        distribution = cell(t, tb.RELAYS, relay, at.RELAY_DISTRIBUTION)
        if size > 1 and known != distribution:
            known = distribution
            _seeds(t, columns, order, places, begin, end, distribution, seeds)
        if size > 1 and end - begin >= FEW:
            _choose(t, start, size, begin, end, seeds, scores, members)
        else:
            for index in range(begin, end):
                members[U64(index)] = chosen(t, tb.RELAY_CHOOSER, start, size, seeds[U64(index)]) - start
        for index in range(begin, end):
            ways[U64(index)] = ways[U64(index)] * _PASS + item64(
                t, tb.RELAY_PASSES, start + members[U64(index)]
            )
    return hops, start


@part
def _seeds(
    t: Any, columns: Any, order: Any, places: Any, begin: Any, end: Any, distribution: Any, seeds: Any
) -> None:
    """Fill in the seeds of flows."""
    count4 = scalar(t, tb.COUNT4)
    _, highs, lows, _, _, _, _ = columns
    for index in range(begin, end):
        row, dst, _, protocol, sp, dp = read(order, places[U64(index)])
        _, src = ends(order, places[U64(index)])
        fold = lows[U64(row)] if dst < count4 else folded_six(highs[U64(row)], lows[U64(row)])
        seeds[U64(index)] = flow_seed(t, dst, fold, src, sp, dst, dp, protocol, distribution)


@part
def _choose(
    t: Any, start: Any, size: Any, begin: Any, end: Any, seeds: Any, scores: Any, members: Any
) -> None:
    """As ``chosen``, member by member for all packets."""
    one = item64(t, tb.RELAY_CHOOSER, start)
    for index in range(begin, end):
        scores[U64(index)], members[U64(index)] = mixed(seeds[U64(index)] ^ one), 0
    for member in range(1, size):
        one = item64(t, tb.RELAY_CHOOSER, start + member)
        for index in range(begin, end):
            score = mixed(seeds[U64(index)] ^ one)
            better = score > scores[U64(index)]
            members[U64(index)] = I64(member) if better else members[U64(index)]
            scores[U64(index)] = score if better else scores[U64(index)]


@part
def _end(
    t: Any, order: Any, places: Any, start: Any, end: Any, leg: Any, hops: Any, members_at: Any, work: Any,
    record: Any, begin: Any,
) -> None:  # fmt: skip
    """Write down what became of packets of one course."""
    _, _, ways, _, _, members = work
    for index in range(start, end):
        place = places[U64(index)]
        row, code = order[U64(place), ROW] & _LOW, order[U64(place), THERE + leg] & _ONE_CODE
        first, _ = ends(order, place)
        last = I64(order[U64(place), KNOWN] & _LOW)
        if leg == 1:
            first, last = last, first
        where, way = cell(t, tb.PLAIN_NICS, first, at.PLAIN_AT), ways[U64(index)]
        if hops > 1:
            where = item(t, tb.RELAY_AT, members_at + members[U64(index)])
        gate = cell(t, tb.PLAIN_NICS, last, at.PLAIN_AT)
        taken = cell(t, tb.PLAIN_NICS, last, at.PLAIN_VM_AT)
        where = gate if code == U64(codes.NSG_IN) else where
        where = taken if code == U64(0) else where
        arrived = way * _TWICE + pair(t, tb.PLAIN_NICS, last, at.PLAIN_ARRIVAL)
        note(record, I64(row) - begin, code, where, hops, arrived if code == U64(0) else way)


@part
def begun(t: Any, nic: Any) -> Any:
    """Return the name of a way that has its guest and a NIC, from the row of the NIC alone."""
    name = pair(t, tb.PLAIN_NICS, nic, at.PLAIN_NAME)
    vm = pair(t, tb.PLAIN_NICS, nic, at.PLAIN_ARRIVAL) - name * _WAY
    return vm * _WAY + name
