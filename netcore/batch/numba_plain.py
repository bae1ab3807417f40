"""The short way of the compiled kernel: connections that meet plain NICs only, see ``plain``.

The header of such a packet never changes, so all that must be remembered is which NICs have seen it and
which members balancers chose. Packets are sorted by where they come from, and the rules of their first NIC
are asked for all of them in one loop, whose branches a processor guesses right. For most of those that leave
it ``numba_courses`` finds where they end. The others go one after the other, from NIC to NIC and back, with
what is known of them in registers.
Whatever is not plain gives up, and the connection begins anew on the long way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import tables as tb
from netcore.batch.answers import ABSENT, STRIDE
from netcore.batch.jit import kernel, part, stage
from netcore.batch.numba_briefs import at_once, briefs_at, denied, kinds, looked_up, refused
from netcore.batch.numba_courses import (
    BEGUN,
    COLUMNS,
    ENDS,
    HEADER,
    KINDS,
    KNOWN,
    ROW,
    THERE,
    begun,
    carry,
    ends,
    read,
    settle,
    turns,
)
from netcore.batch.numba_parts import (
    I64,
    U64,
    cell,
    cell8,
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
from netcore.batch.numba_places import ICMPV6, SCTP, TCP, UDP, folded_six, rule_for
from netcore.batch.numba_records import absent, note, records, write_out

MOST = 8
"""Most NICs that one packet reaches on the short way."""

SHELVES = 1024
"""Packets are sorted by so many bits of where they come from."""

PIECE = 1024
"""So many of them go on together: what is known of them stays in the nearer cache."""

GIVES_UP = -1

MEMBERS = 256
"""Most members of a pool that the short way chooses from."""

BACK, OWNER, NAME, NOTES = MOST + 1, 2 * (MOST + 1), 4 * (MOST + 1), 6 * (MOST + 1)
"""Places in the notes of one connection: NICs that the first packet has met begin at 0, then those that its
answer has met, balancers, and the names of the members they chose."""

_WAY, _TWICE = U64(STRIDE), U64(STRIDE * STRIDE % 2**64)
_ROWS = U64((1 << 32) - 1)


def memory(count: int) -> tuple[Any, ...]:
    """Return what ``short`` works in.

    Packets in order, shelves, packets of a piece, their places and courses, notes of one connection, scores.

    Args:
        count: most packets of a call.
    """
    piece = min(count, PIECE)
    return (
        np.empty((count, 2), np.uint64),
        np.empty(SHELVES + 1, np.int64),
        np.empty((piece, COLUMNS), np.uint64),
        np.empty((3, piece), np.int64),
        turns(piece),
        np.empty(NOTES, np.int64),
        np.empty(MEMBERS, np.uint64),
        records(count),
    )


@kernel
def short(t: Any, columns: Any, answers: Any, memory: Any, begin: Any, end: Any, back: Any, rest: Any) -> Any:
    """Answer the plain connections among the packets from ``begin`` to ``end``.

    Args:
        t: ``Tables``.
        columns: source, high, low, atom of the destination, protocol, source port, destination port.
        answers: as in ``connections``.
        memory: as made by ``memory``.
        back: whether answers are asked for too.
        rest: int64, filled with the rows that are for the long way.

    Returns: how many are for the long way.
    """
    queue, shelves, order, places, work, notes, scores, made = memory
    _sort(t, columns, queue, shelves, begin, end)
    if back:
        absent(made[1], end - begin)
    left = I64(0)
    for first in range(0, end - begin, PIECE):
        count = min(end - begin - first, PIECE)
        going, left = _start(t, queue, first, count, order, made[0], begin, rest, left)
        known, taken, others = settle(t, order, going, back, places)
        carry(t, columns, order, places[0], known, I64(0), work, made[0], begin)
        if back:
            carry(t, columns, order, places[1], taken, I64(1), work, made[1], begin)
        left = _fly(t, columns, order, places[2], others, notes, scores, made, begin, back, rest, left)
    write_out(made[0], answers, I64(0), begin, end)
    if back:
        write_out(made[1], answers, I64(1), begin, end)
        _no_third(answers, begin, end)
    return left


@stage
def _no_third(answers: Any, begin: Any, end: Any) -> None:
    """Fill in that no packets 3 were sent; all other columns of them are 0."""
    outcome, _, at_of, _, _, _ = answers
    for row in range(begin, end):
        outcome[2, row] = ABSENT
    for row in range(begin, end):
        at_of[2, row] = -1


@stage
def _sort(t: Any, columns: Any, queue: Any, shelves: Any, begin: Any, end: Any) -> None:
    """Order packets by where they come from, for what they ask first to stay in cache.

    Of each: row, and above it the atom of the destination; sender, protocol and ports.
    """
    sources, _, _, asked, protocols, source_ports, destination_ports = columns
    for shelf in range(SHELVES + 1):
        shelves[shelf] = 0
    for row in range(begin, end):
        shelves[U64(t.buckets[U64(sources[row])] % SHELVES + 1)] += 1
    for shelf in range(SHELVES):
        shelves[shelf + 1] += shelves[shelf]
    for row in range(begin, end):
        shelf = U64(t.buckets[U64(sources[row])] % SHELVES)
        place = U64(shelves[shelf])
        shelves[shelf] += 1
        protocol = I64(protocols[row])
        ported = (protocol == TCP) | (protocol == UDP) | (protocol == SCTP)
        ports = I64(source_ports[row]) << 16 | I64(destination_ports[row]) if ported else I64(0)
        queue[place, ROW] = U64(asked[row]) << U64(32) | U64(row)
        queue[place, HEADER] = U64(I64(sources[row]) << 40 | protocol << 32 | ports)


@stage
def _start(
    t: Any, queue: Any, first: Any, count: Any, order: Any, record: Any, begin: Any, rest: Any, left: Any
) -> Any:
    """Ask the rules of the first NICs, and write down that they deny: who goes on is written over.

    Returns: how many go on, which are the first in order now; how many are left for the long way.
    """
    count4, rules = scalar(t, tb.COUNT4), briefs_at(t)
    for place in range(count):
        _, asked, sender, protocol, sp, dp = read(queue, first + place)
        nic = item(t, tb.PLAIN_SENDER, sender)
        fits = (nic >= 0) & (protocol != ICMPV6)
        nic &= ~(nic >> 63)
        source = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + I64(asked >= count4))
        odd = item8(t, tb.FLAGS, asked)
        fits &= (odd & at.ODD) == 0
        fits &= item8(t, tb.CARRIES, protocol) != 0
        fits &= (protocol != UDP) | ((_free(t, sp) & _free(t, dp)) != 0)
        fits &= (source >= 0) & (source != asked)
        order[U64(place), ENDS] = U64(nic) << U64(32) | U64(source & ~(source >> 63))
        order[U64(place), KNOWN] = U64(odd & at.MANY) << U64(1) | U64(fits)
        order[U64(place), KINDS] = kinds(t, protocol, dp)
        order[U64(place), THERE] = looked_up(t, rules, nic, 1, asked)
    going = I64(0)
    for place in range(count):
        row, asked, _, protocol, sp, dp = read(queue, first + place)
        nic, source = ends(order, place)
        looked, kind, known = order[U64(place), THERE], order[U64(place), KINDS], order[U64(place), KNOWN]
        fits, many = known & U64(1) != U64(0), known > U64(1)
        no = denied(t, rules, nic, 1, looked, kind, asked)
        if not at_once(t, rules, looked, asked >= count4):
            no = refused(t, rules, I64(looked & _ROWS) - 1, source, sp, asked, dp, protocol)
        way = begun(t, nic)
        code = I64(codes.MULTICAST) if many else I64(codes.NSG_OUT)
        note(record, row - begin, code, cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT), 1, way)
        order[U64(going), ROW] = queue[U64(first + place), ROW]
        order[U64(going), HEADER] = queue[U64(first + place), HEADER]
        order[U64(going), ENDS] = order[U64(place), ENDS]
        order[U64(going), BEGUN] = way
        order[U64(going), KINDS] = kind
        going += I64(fits & (not no) & (not many))
        rest[left] = row
        left += I64(not fits)
    return going, left


@part
def _free(t: Any, port: Any) -> Any:
    """Return 1 where UDP with a port is carried both ways, else 0."""
    return item8(t, tb.FREE_BITS, port >> 3) >> (port & 7) & 1


@part
def _lead(t: Any, nic: Any, dst: Any) -> Any:
    """Return where the routes of a NIC lead, as ``plain.leads`` has it."""
    table = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_TABLE)
    way = way_at(t, paged_at(t, tb.FIB), table, dst)
    return cell(t, tb.LEADS, way, at.LEADS_ON)


@stage
def _fly(
    t: Any, columns: Any, order: Any, others: Any, count: Any, notes: Any, scores: Any, made: Any,
    begin: Any, back: Any, rest: Any, left: Any,
) -> Any:  # fmt: skip
    """Take the packets that have left their first NIC to where they end, and their answers back.

    Returns: how many are left for the long way.
    """
    _, highs, lows, _, _, _, _ = columns
    count4, rules = scalar(t, tb.COUNT4), briefs_at(t)
    for index in range(count):
        place = others[U64(index)]
        row, asked, _, protocol, sp, dp = read(order, place)
        six = I64(asked >= count4)
        start, src = ends(order, place)
        dst, nic, leg, seen, pins = asked, start, I64(0), I64(0), I64(0)
        hashed, seed, marks = I64(-1), U64(0), I64(0)
        known = order[U64(place), KNOWN]
        last = I64(known & _ROWS)
        while True:
            first = leg * BACK
            code, hops, step = I64(GIVES_UP), I64(1), I64(0)
            where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
            way = begun(t, nic)
            notes[first], marks = nic, I64(1) << (nic & 63)
            while step < MOST:
                if step > 0:  # the rules of the first NIC have been asked
                    chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT)
                    new = chain >= 0 and not _met(notes, I64(0), seen, nic)
                    if new and refused(t, rules, chain, src, sp, dst, dp, protocol):
                        code = I64(codes.NSG_OUT)
                        break
                here = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VNET)
                lead = _lead(t, nic, dst)
                kind, a = lead & at.LEAD_KINDS, lead >> at.LEAD_BITS
                following = a
                if kind >= at.LEAD_ENDS:
                    if kind == at.LEAD_DROP:
                        code = a
                    elif kind == at.LEAD_INTERNET:
                        code = _outside(t, nic, six, src, dst)
                    break
                inside = (lead & at.LEAD_INSIDE) == 0 or cell8(
                    t, tb.IN_SPACE, item16(t, tb.SPACES, src), here
                ) != 0
                if not inside:
                    break
                if kind <= at.LEAD_PEER:
                    following = item(t, tb.ONLY_NIC, dst)
                    there = here if kind == at.LEAD_LOCAL else a
                    if following < 0 or cell(t, tb.PLAIN_NICS, following, at.PLAIN_VNET) != there:
                        break
                elif kind == at.LEAD_FRONTEND:
                    rule = rule_for(t, a, protocol, dp)
                    if rule < 0:
                        break
                    owner = cell(t, tb.FRONTENDS, a, at.FRONT_BALANCER)
                    pin = I64(-1)
                    for noted in range(pins):
                        pin = notes[U64(NAME + noted)] if notes[U64(OWNER + noted)] == owner else pin
                    if pin < 0:
                        distribution = cell(t, tb.LB_RULES, rule, at.RULE_DISTRIBUTION)
                        if hashed != distribution:
                            hashed = distribution
                            fold = lows[row] if six == 0 else folded_six(highs[row], lows[row])
                            seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, distribution)
                    member = _member(t, scores, a, rule, pin, seed)
                    if member < 0:
                        break
                    if pin < 0:
                        notes[U64(OWNER + pins)] = owner
                        notes[U64(NAME + pins)] = cell(t, tb.MEMBERS, member, at.MEMBER_NAME)
                        pins += 1
                    following = cell(t, tb.MEMBERS, member, at.MEMBER_NIC)
                    address = cell(t, tb.MEMBERS, member, at.MEMBER_ADDRESS)
                    if cell(t, tb.PLAIN_NICS, following, at.PLAIN_ADDRESS4 + six) != address:
                        break
                flags = cell(t, tb.PLAIN_NICS, following, at.PLAIN_FLAGS)
                mark = I64(1) << (following & 63)
                again = (marks & mark) != 0 and _met(notes, first, step + 1, following)
                if (flags & at.PLAIN) == 0 or again:
                    break
                step += 1
                nic, marks = following, marks | mark
                notes[U64(first + step)] = nic
                where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
                chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_IN)
                new = chain >= 0 and not _met(notes, I64(0), seen, nic)
                if new:
                    if leg == 0 and nic == last:
                        no = known >> U64(32) & U64(1) != U64(0)
                    else:
                        no = refused(t, rules, chain, src, sp, dst, dp, protocol)
                    if no:
                        code = I64(codes.NSG_IN)
                        break
                address = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six)
                way = way * _TWICE + pair(t, tb.PLAIN_NICS, nic, at.PLAIN_ARRIVAL)
                if address == dst:
                    code = I64(0)
                    where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM_AT)
                    break
                if (flags & at.PASSES_ON) == 0 or address < 0:
                    break
                way = way * _WAY + pair(t, tb.PLAIN_NICS, nic, at.PLAIN_NAME)
                hops += 1
            if code < 0 or (code == 0 and leg == 1 and nic != start):
                rest[left] = row
                left += 1
                break
            note(made[leg], row - begin, code, where, hops, way)
            if leg == 1 or code > 0 or not back:
                break
            leg, seen = I64(1), step + 1
            src, sp, dst, dp = dst, dp, src, sp
    return left


@part
def _met(notes: Any, first: Any, count: Any, nic: Any) -> Any:
    """Return whether a NIC is among those noted."""
    found = False
    for place in range(first, first + count):
        found |= notes[U64(place)] == nic
    return found


@part
def _outside(t: Any, nic: Any, six: Any, src: Any, dst: Any) -> Any:
    """Return why a packet for the Internet is lost at once; those that may have a way out give up."""
    if item8(t, tb.FLAGS, dst) & at.PRIVATE:
        return I64(codes.NO_SUCH_HOST)
    held = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) == src
    lost = not held or cell(t, tb.PLAIN_NICS, nic, at.PLAIN_WAY4 + six) == at.OUT_NONE
    return I64(codes.NO_OUTBOUND) if lost else I64(GIVES_UP)


@part
def _member(t: Any, scores: Any, frontend: Any, rule: Any, pin: Any, seed: Any) -> Any:
    """Return the member of the pool behind a rule that a flow goes to, or -1.

    Args:
        pin: name of the member that the balancer chose before for the same flow, or -1.
        seed: of the flow.
    """
    start, count = cell(t, tb.LB_RULES, rule, at.RULE_MEMBERS), cell(t, tb.LB_RULES, rule, at.RULE_COUNT)
    hard = (
        cell(t, tb.FRONTENDS, frontend, at.FRONT_FLAGS) | cell(t, tb.LB_RULES, rule, at.RULE_FLAGS)
    ) & at.HARD
    found = I64(-1)
    if hard or count == 0 or count > MEMBERS:
        return found
    if pin >= 0:
        for place in range(start, start + count):
            found = I64(place) if cell(t, tb.MEMBERS, place, at.MEMBER_NAME) == pin else found
        return found
    # As ``chosen``, in two loops: the first one is made of vectors.
    for place in range(count):
        scores[place] = mixed(seed ^ item64(t, tb.MEMBER_CHOOSER, start + place))
    best, score = I64(0), scores[0]
    for place in range(1, count):
        better = scores[place] > score
        best = I64(place) if better else best
        score = scores[place] if better else score
    return start + best
