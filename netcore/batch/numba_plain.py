"""The short way of the compiled kernel: connections that meet plain NICs only, see ``plain``.

The header of such a packet never changes, so all that must be remembered is which NICs have seen it and
which members balancers chose. Packets are sorted by where they come from, and the rules of their first NIC
are asked for all of them in one loop, whose branches a processor guesses right. Those that leave it go one
after the other, from NIC to NIC and back, with what is known of them in registers.
Whatever is not plain gives up, and the connection begins anew on the long way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import tables as tb
from netcore.batch.answers import ABSENT, OUTCOME_OF_CODE, STRIDE
from netcore.batch.jit import kernel, part, stage
from netcore.batch.numba_parts import (
    DENIED,
    I64,
    U64,
    cell,
    cell8,
    flow_seed,
    item,
    item8,
    item16,
    item64,
    judged,
    mixed,
    on_page,
    page_of,
    pair,
    scalar,
)
from netcore.batch.numba_places import ICMPV6, SCTP, TCP, UDP, folded_six, rule_for

MOST = 8
"""Most NICs that one packet reaches on the short way."""

SHELVES = 1024
"""Packets are sorted by so many bits of where they come from."""

GIVES_UP = -1

MEMBERS = 256
"""Most members of a pool that the short way chooses from."""

BACK, OWNER, NAME, NOTES = MOST + 1, 2 * (MOST + 1), 4 * (MOST + 1), 6 * (MOST + 1)
"""Places in the notes of one connection: NICs that the first packet has met begin at 0, then those that its
answer has met, balancers, and the names of the members they chose."""

_WAY, _TWICE = U64(STRIDE), U64(STRIDE * STRIDE % 2**64)
_ROWS = U64((1 << 32) - 1)


def memory(count: int) -> tuple[Any, ...]:
    """Return what ``short`` works in: packets in order, shelves, notes of one connection, scores of members.

    Args:
        count: most packets of a call.
    """
    return (
        np.empty((count, 2), np.uint64),
        np.empty(SHELVES + 1, np.int64),
        np.empty(NOTES, np.int64),
        np.empty(MEMBERS, np.uint64),
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
    order, shelves, notes, scores = memory
    _blank(answers, begin, end, back)
    _sort(t, columns, order, shelves, begin, end)
    going, left = _start(t, order, answers, I64(end - begin), rest)
    return _fly(t, columns, order, going, notes, scores, answers, back, rest, left)


@stage
def _blank(answers: Any, begin: Any, end: Any, back: Any) -> None:
    """Fill in that nothing was sent. It brings the rows into the cache, in order."""
    outcome, code_of, at_of, hops_of, way_of, hard = answers
    for leg in range(3 if back else 1):
        for row in range(begin, end):
            outcome[leg, row] = ABSENT
        for row in range(begin, end):
            code_of[leg, row] = 0
        for row in range(begin, end):
            at_of[leg, row] = -1
        for row in range(begin, end):
            hops_of[leg, row] = 0
        for row in range(begin, end):
            way_of[leg, row] = 0
    for row in range(begin, end):
        hard[row] = False


@stage
def _sort(t: Any, columns: Any, order: Any, shelves: Any, begin: Any, end: Any) -> None:
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
        order[place, 0] = U64(asked[row]) << U64(32) | U64(row)
        order[place, 1] = U64(I64(sources[row]) << 40 | protocol << 32 | ports)


@part
def _read(order: Any, place: Any) -> Any:
    """Return row, destination, sender, protocol, and both ports of a packet."""
    first, header = order[U64(place), 0], I64(order[U64(place), 1])
    return (
        I64(first & _ROWS),
        I64(first >> U64(32)),
        header >> 40,
        header >> 32 & 255,
        header >> 16 & 65_535,
        header & 65_535,
    )


@stage
def _start(t: Any, order: Any, answers: Any, count: Any, rest: Any) -> Any:
    """Ask the rules of the first NICs, and write down that they deny: who goes on is written over.

    Returns: how many go on, which are the first in order now; how many are left for the long way.
    """
    outcome, code_of, at_of, hops_of, way_of, _ = answers
    count4 = scalar(t, tb.COUNT4)
    going, left = I64(0), I64(0)
    denied_outcome = OUTCOME_OF_CODE[codes.NSG_OUT]
    for place in range(count):
        row, asked, sender, protocol, sp, dp = _read(order, place)
        nic = item(t, tb.PLAIN_SENDER, sender)
        fits = (nic >= 0) & (protocol != ICMPV6)
        nic = max(nic, I64(0))
        source = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + I64(asked >= count4))
        fits &= (item8(t, tb.FLAGS, asked) & (at.ODD | at.MANY)) == 0
        fits &= item8(t, tb.CARRIES, protocol) != 0
        fits &= (protocol != UDP) | ((item8(t, tb.FREE_PORT, sp) & item8(t, tb.FREE_PORT, dp)) != 0)
        fits &= (source >= 0) & (source != asked)
        chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT)
        denied = (chain >= 0) & _denied(t, max(chain, I64(0)), max(source, I64(0)), sp, asked, dp, protocol)
        way = item64(t, tb.NAME_OF_VM, cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM)) * _WAY
        outcome[0, row] = denied_outcome
        code_of[0, row] = codes.NSG_OUT
        at_of[0, row] = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
        hops_of[0, row] = 1
        way_of[0, row] = way + item64(t, tb.NAME_OF_NIC, nic)
        order[U64(going), 0], order[U64(going), 1] = order[U64(place), 0], order[U64(place), 1]
        going += I64(fits & (not denied))
        rest[left] = row
        left += I64(not fits)
    return going, left


@part
def _denied(t: Any, chain: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """Return whether a chain of rules denies a packet.

    As ``judged``, without a loop as far as the first 64 rules of the first set decide.
    """
    number = item(t, tb.CHAIN_SETS, cell(t, tb.CHAINS, chain, at.CHAIN_START))
    sets = cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
    port = item16(t, tb.PORT_ATOM, dp)
    a = on_page(t, tb.SOURCE_CLASS, page_of(t, tb.SOURCE_CLASS, number, src), src)
    b = on_page(t, tb.DESTINATION_CLASS, page_of(t, tb.DESTINATION_CLASS, number, dst), dst)
    e = on_page(t, tb.DESTINATION_PORT_CLASS, page_of(t, tb.DESTINATION_PORT_CLASS, number, port), port)
    c = item8(t, tb.PROTOCOL_CLASS, protocol)
    words = cell(t, tb.SETS, number, at.SET_WORDS)
    matching = item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_SOURCE) + a * words)
    matching &= item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_DESTINATION) + b * words)
    matching &= item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_PROTOCOL) + c * words)
    matching &= item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_DESTINATION_PORT) + e * words)
    lowest = matching & (~matching + U64(1))
    allow = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALLOW))
    always = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALWAYS))
    denied = (matching != U64(0)) & ((allow | always) == U64(0))
    more = ((matching == U64(0)) & (words > 1)) | ((sets > 1) & (not denied) & (always == U64(0)))
    if more or cell(t, tb.SETS, number, at.SET_ANY_SOURCE_PORT) == 0:
        start = cell(t, tb.CHAINS, chain, at.CHAIN_START)
        denied = judged(t, start, sets, src, sp, dst, dp, protocol) == DENIED
    return denied


@stage
def _fly(
    t: Any, columns: Any, order: Any, going: Any, notes: Any, scores: Any, answers: Any, back: Any,
    rest: Any, left: Any,
) -> Any:  # fmt: skip
    """Take the packets that have left their first NIC to where they end, and their answers back.

    Returns: how many are left for the long way.
    """
    outcome, code_of, at_of, hops_of, way_of, _ = answers
    _, highs, lows, _, _, _, _ = columns
    count4 = scalar(t, tb.COUNT4)
    for place in range(going):
        row, asked, sender, protocol, sp, dp = _read(order, place)
        six = I64(asked >= count4)
        start = item(t, tb.PLAIN_SENDER, sender)
        src, dst = cell(t, tb.PLAIN_NICS, start, at.PLAIN_ADDRESS4 + six), asked
        nic, leg, seen, pins = start, I64(0), I64(0), I64(0)
        hashed, seed = I64(-1), U64(0)
        while True:
            first = leg * BACK
            code, hops, step = I64(GIVES_UP), I64(1), I64(0)
            where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
            way = item64(t, tb.NAME_OF_VM, cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM)) * _WAY
            way += item64(t, tb.NAME_OF_NIC, nic)
            notes[first] = nic
            while step < MOST:
                if leg + step > 0:  # the rules of the first NIC have been asked
                    chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT)
                    new = chain >= 0 and not _met(notes, I64(0), seen, nic)
                    if new and _denied(t, chain, src, sp, dst, dp, protocol):
                        code = I64(codes.NSG_OUT)
                        break
                here = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VNET)
                table = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_TABLE)
                lead = item(t, tb.LEADS, on_page(t, tb.FIB, page_of(t, tb.FIB, table, dst), dst))
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
                    for known in range(pins):
                        pin = notes[U64(NAME + known)] if notes[U64(OWNER + known)] == owner else pin
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
                if (flags & at.PLAIN) == 0 or _met(notes, first, step + 1, following):
                    break
                step += 1
                nic = following
                notes[U64(first + step)] = nic
                where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
                chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_IN)
                new = chain >= 0 and not _met(notes, I64(0), seen, nic)
                if new and _denied(t, chain, src, sp, dst, dp, protocol):
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
            outcome[leg, row] = OUTCOME_OF_CODE[U64(code)]
            code_of[leg, row] = code
            at_of[leg, row] = where
            hops_of[leg, row] = hops
            way_of[leg, row] = way
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
