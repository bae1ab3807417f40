"""The short way of the compiled kernel: connections that meet plain NICs only, see ``plain``.

The header of such a packet never changes, so all that must be remembered is which NICs have seen it. Packets
go together, some hundred at a time, and each stage is one short loop over those that are still on their way:
the processor works on several packets at once while it waits for memory, and has few branches to guess.
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

TOGETHER = 256
"""Packets that go together: what is known of them stays in the first cache."""

WIDE = TOGETHER + 8
"""Cells of one row of what is known. No power of two: cells of one packet would be in each other's way in the
cache."""

SHELVES = 1024
"""Packets are sorted by so many bits of where they come from."""

GIVES_UP = -1

(
    ROW, START, NIC, SIX, SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT, PROTOCOL, ASKED, FOLD,
    CODE, PLACE, HOPS, WAY, NEXT, ALL, LIVE, FRONTS, ASKING, SET, SETS, FROM, TO, PORT,
) = range(25)  # fmt: skip
"""Rows of what is known of the packets that go together. Lists of packets are ``ALL`` of a leg, those still
``LIVE``, those for frontends, and those for rules; what follows goes with the last."""

PINS = 25
"""Balancers that were met, one row per step of both legs."""

NAMES = PINS + MOST * 2
"""Names of the members they chose."""

THERE = NAMES + MOST * 2
"""NICs that the first packet has met, one row per step."""

BACK = THERE + MOST + 1
"""Those that the answer has met."""

KNOWN = BACK + MOST + 1

MEMBERS = 256
"""Most members of a pool that the short way chooses from."""

_WAY, _TWICE = U64(STRIDE), U64(STRIDE * STRIDE % 2**64)


def memory(count: int) -> tuple[Any, ...]:
    """Return what ``short`` works in: packets in order, shelves, what is known, scores of members.

    Args:
        count: most packets of a call.
    """
    return (
        np.empty(count * 4, np.int64),
        np.empty(SHELVES + 1, np.int64),
        np.empty(KNOWN * WIDE, np.int64),
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
    order, shelves, s, scores = memory
    _blank(answers, begin, end, back)
    _sort(t, columns, order, shelves, begin, end)
    left = I64(0)
    for first in range(0, end - begin, TOGETHER):
        count = min(I64(TOGETHER), I64(end - begin) - I64(first))
        live, left = _start(t, order, s, I64(first), count, rest, left)
        steps = _fly(t, s, scores, live, I64(0), I64(THERE))
        live, left = _write(s, answers, live, I64(0), back, rest, left)
        _turn(t, s, live)
        _fly(t, s, scores, live, steps, I64(BACK))
        live, left = _write(s, answers, live, I64(1), False, rest, left)
    return left


@part
def spot(row: Any, place: Any) -> Any:
    """Return where something is known of a packet. Numbers known to the compiler cost nothing."""
    return U64(row * WIDE) + U64(place)


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

    Of each: row and whether IPv6; atom of the destination; sender, protocol and ports; folded destination.
    """
    sources, highs, lows, asked, protocols, source_ports, destination_ports = columns
    count4 = scalar(t, tb.COUNT4)
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
        six = I64(asked[row]) >= count4
        protocol = I64(protocols[row])
        ported = (protocol == TCP) | (protocol == UDP) | (protocol == SCTP)
        ports = I64(source_ports[row]) << 16 | I64(destination_ports[row]) if ported else I64(0)
        order[place * U64(4) + U64(0)] = row
        order[place * U64(4) + U64(1)] = I64(asked[row])
        order[place * U64(4) + U64(2)] = I64(sources[row]) << 40 | protocol << 32 | ports
        order[place * U64(4) + U64(3)] = I64(folded_six(highs[row], lows[row]) if six else lows[row])


@stage
def _start(t: Any, order: Any, s: Any, first: Any, count: Any, rest: Any, left: Any) -> Any:
    """Read packets; those that start plain are all of the leg. Returns: how many; how many are left."""
    count4 = scalar(t, tb.COUNT4)
    started = I64(0)
    for slot in range(THERE - PINS):
        for i in range(count):
            s[spot(PINS + slot, i)] = -1
    for i in range(count):
        place = U64(first + i)
        row, asked, header = (
            order[place * U64(4) + U64(0)],
            order[place * U64(4) + U64(1)],
            order[place * U64(4) + U64(2)],
        )
        sender, protocol = header >> 40, header >> 32 & 255
        sp, dp = header >> 16 & 65_535, header & 65_535
        six = I64(asked >= count4)
        by_vm = cell(t, tb.SEND, sender, at.SEND_KIND) == at.BY_VM
        vm = cell(t, tb.SEND, sender, at.SEND_ID) if by_vm else I64(0)
        nic = cell(t, tb.VMS, vm, at.VM_NIC)
        fits = by_vm & (nic >= 0) & (protocol != ICMPV6)
        nic = max(nic, I64(0))
        source = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six)
        fits &= (cell(t, tb.PLAIN_NICS, nic, at.PLAIN_FLAGS) & at.PLAIN) != 0
        fits &= (item8(t, tb.FLAGS, asked) & (at.ODD | at.MANY)) == 0
        fits &= item8(t, tb.CARRIES, protocol) != 0
        fits &= (protocol != UDP) | ((item8(t, tb.FREE_PORT, sp) & item8(t, tb.FREE_PORT, dp)) != 0)
        fits &= (source >= 0) & (source != asked)
        s[spot(ROW, i)], s[spot(START, i)], s[spot(NIC, i)], s[spot(SIX, i)] = row, nic, nic, six
        s[spot(SOURCE, i)], s[spot(SOURCE_PORT, i)] = source, sp
        s[spot(DESTINATION, i)], s[spot(DESTINATION_PORT, i)] = asked, dp
        s[spot(PROTOCOL, i)], s[spot(ASKED, i)] = protocol, asked
        s[spot(FOLD, i)] = order[place * U64(4) + U64(3)]
        s[spot(ALL, started)] = i
        started += I64(fits)
        rest[left] = row
        left += I64(not fits)
    return started, left


@stage
def _turn(t: Any, s: Any, live: Any) -> None:
    """Make answers of the packets that were taken."""
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        s[spot(ALL, k)] = s[spot(LIVE, k)]
        s[spot(SOURCE, i)], s[spot(DESTINATION, i)] = s[spot(DESTINATION, i)], s[spot(SOURCE, i)]
        s[spot(SOURCE_PORT, i)], s[spot(DESTINATION_PORT, i)] = (
            s[spot(DESTINATION_PORT, i)],
            s[spot(SOURCE_PORT, i)],
        )


@stage
def _fly(t: Any, s: Any, scores: Any, live: Any, before: Any, met: Any) -> Any:
    """Take packets along until each has ended or given up.

    Args:
        before: steps that the first packets have taken; 0 for these themselves.
        met: row of the NICs that they meet.

    Returns: how many steps the longest way had.
    """
    for k in range(live):
        i = U64(s[spot(ALL, k)])
        nic = s[spot(NIC, i)]
        s[spot(LIVE, k)] = s[spot(ALL, k)]
        s[spot(CODE, i)], s[spot(HOPS, i)], s[spot(met, i)] = GIVES_UP, 1, nic
        s[spot(PLACE, i)] = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
        way = item64(t, tb.NAME_OF_VM, cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM)) * _WAY
        s[spot(WAY, i)] = I64(way + item64(t, tb.NAME_OF_NIC, nic))
    step = I64(0)
    while live > 0 and step < MOST:
        live = _filter(t, s, live, before, I64(at.PLAIN_OUT), I64(codes.NSG_OUT))
        live, fronts = _lead(t, s, live)
        live = _balance(t, s, scores, live, fronts, before + step)
        live = _enter(t, s, live, met, step)
        live = _filter(t, s, live, before, I64(at.PLAIN_IN), I64(codes.NSG_IN))
        live = _arrive(t, s, live)
        step += 1
    return step


@stage
def _filter(t: Any, s: Any, live: Any, before: Any, side: Any, code: Any) -> Any:
    """Ask the rules of NICs that have not seen the flow. Returns: how many are live.

    As ``judged``, in loops of one lookup each, as far as the first 64 rules of the first set decide.
    """
    asked, passed = I64(0), I64(0)
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        nic = s[spot(NIC, i)]
        chain = cell(t, tb.PLAIN_NICS, nic, side)
        passes = chain < 0
        for step in range(before + 1 if before > 0 else 0):
            passes |= s[spot(THERE + step, i)] == nic
        chain = max(chain, I64(0))
        s[spot(SETS, asked)] = cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
        s[spot(SET, asked)] = item(t, tb.CHAIN_SETS, cell(t, tb.CHAINS, chain, at.CHAIN_START))
        s[spot(ASKING, asked)] = s[spot(LIVE, k)]
        s[spot(LIVE, passed)] = s[spot(LIVE, k)]
        passed += I64(passes)
        asked += I64(not passes)
    for k in range(asked):
        i, number = U64(s[spot(ASKING, k)]), s[spot(SET, k)]
        s[spot(FROM, k)] = page_of(t, tb.SOURCE_CLASS, number, s[spot(SOURCE, i)])
        s[spot(TO, k)] = page_of(t, tb.DESTINATION_CLASS, number, s[spot(DESTINATION, i)])
        s[spot(PORT, k)] = page_of(
            t, tb.DESTINATION_PORT_CLASS, number, item16(t, tb.PORT_ATOM, s[spot(DESTINATION_PORT, i)])
        )
    for k in range(asked):
        i, number = U64(s[spot(ASKING, k)]), s[spot(SET, k)]
        words = cell(t, tb.SETS, number, at.SET_WORDS)
        a = on_page(t, tb.SOURCE_CLASS, s[spot(FROM, k)], s[spot(SOURCE, i)])
        b = on_page(t, tb.DESTINATION_CLASS, s[spot(TO, k)], s[spot(DESTINATION, i)])
        e = on_page(
            t,
            tb.DESTINATION_PORT_CLASS,
            s[spot(PORT, k)],
            item16(t, tb.PORT_ATOM, s[spot(DESTINATION_PORT, i)]),
        )
        s[spot(FROM, k)] = cell(t, tb.SETS, number, at.SET_SOURCE) + a * words
        s[spot(TO, k)] = cell(t, tb.SETS, number, at.SET_DESTINATION) + b * words
        s[spot(PORT, k)] = cell(t, tb.SETS, number, at.SET_DESTINATION_PORT) + e * words
    for k in range(asked):
        i, number, sets = U64(s[spot(ASKING, k)]), s[spot(SET, k)], s[spot(SETS, k)]
        words = cell(t, tb.SETS, number, at.SET_WORDS)
        protocol = cell(t, tb.SETS, number, at.SET_PROTOCOL)
        protocol += item8(t, tb.PROTOCOL_CLASS, s[spot(PROTOCOL, i)]) * words
        matching = item64(t, tb.BITS, s[spot(FROM, k)]) & item64(t, tb.BITS, s[spot(TO, k)])
        matching &= item64(t, tb.BITS, s[spot(PORT, k)]) & item64(t, tb.BITS, protocol)
        lowest = matching & (~matching + U64(1))
        allow = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALLOW))
        always = lowest & item64(t, tb.BITS, cell(t, tb.SETS, number, at.SET_ALWAYS))
        denied = (matching != U64(0)) & ((allow | always) == U64(0))
        open_ = ((matching == U64(0)) & (words > 1)) | ((sets > 1) & (not denied) & (always == U64(0)))
        if open_ or cell(t, tb.SETS, number, at.SET_ANY_SOURCE_PORT) == 0:
            chain = cell(t, tb.PLAIN_NICS, s[spot(NIC, i)], side)
            said = judged(
                t, cell(t, tb.CHAINS, chain, at.CHAIN_START), sets,
                s[spot(SOURCE, i)], s[spot(SOURCE_PORT, i)],
                s[spot(DESTINATION, i)], s[spot(DESTINATION_PORT, i)], s[spot(PROTOCOL, i)],
            )  # fmt: skip
            denied = said == DENIED
        s[spot(CODE, i)] = code if denied else s[spot(CODE, i)]
        s[spot(LIVE, passed)] = s[spot(ASKING, k)]
        passed += I64(not denied)
    return passed


@stage
def _lead(t: Any, s: Any, live: Any) -> Any:
    """Go where routes say. Returns: how many are led to a NIC, and how many to a frontend."""
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        table = cell(t, tb.PLAIN_NICS, s[spot(NIC, i)], at.PLAIN_TABLE)
        s[spot(TO, k)] = page_of(t, tb.FIB, table, s[spot(DESTINATION, i)])
        s[spot(NEXT, i)] = item(t, tb.ONLY_NIC, s[spot(DESTINATION, i)])
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        s[spot(TO, k)] = on_page(t, tb.FIB, s[spot(TO, k)], s[spot(DESTINATION, i)])
        s[spot(FROM, k)] = cell(t, tb.PLAIN_NICS, max(s[spot(NEXT, i)], I64(0)), at.PLAIN_VNET)
    led, fronts = I64(0), I64(0)
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        nic, dst, target, held = s[spot(NIC, i)], s[spot(DESTINATION, i)], s[spot(TO, k)], s[spot(NEXT, i)]
        here = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VNET)
        kind, a = cell(t, tb.WAYS, target, at.WAY_KIND), cell(t, tb.WAYS, target, at.WAY_A)
        peer, by_route, front = kind == at.WAY_PEER, kind == at.WAY_NIC, kind == at.WAY_FRONTEND
        held = held if s[spot(FROM, k)] == (a if peer else here) else I64(-1)
        s[spot(NEXT, i)] = a if by_route | front else held
        crosses = peer | by_route | front
        crossing = cell(t, tb.WAYS, target, at.WAY_B) if crosses else I64(-1)
        link = max(crossing, I64(0))
        shut = (cell(t, tb.CROSSINGS, link, at.CROSS_CODE) != 0) | (
            cell(t, tb.CROSSINGS, link, at.CROSS_GLOBAL) != 0
        )
        inside = cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, s[spot(SOURCE, i)]), here) != 0
        shut |= (cell(t, tb.CROSSINGS, link, at.CROSS_FORWARDED) == 0) & (not inside)
        on = ((kind == at.WAY_LOCAL) | crosses) & ((crossing < 0) | (not shut))
        if kind == at.WAY_DROP:
            s[spot(CODE, i)] = a
        elif kind == at.WAY_INTERNET:
            s[spot(CODE, i)] = _outside(t, nic, s[spot(SIX, i)], s[spot(SOURCE, i)], dst)
        s[spot(FRONTS, fronts)] = s[spot(LIVE, k)]
        s[spot(LIVE, led)] = s[spot(LIVE, k)]
        fronts += I64(on & front)
        led += I64(on & (not front))
    return led, fronts


@part
def _outside(t: Any, nic: Any, six: Any, src: Any, dst: Any) -> Any:
    """Return why a packet for the Internet is lost at once; those that may have a way out give up."""
    if item8(t, tb.FLAGS, dst) & at.PRIVATE:
        return I64(codes.NO_SUCH_HOST)
    held = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) == src
    lost = not held or cell(t, tb.PLAIN_NICS, nic, at.PLAIN_WAY4 + six) == at.OUT_NONE
    return I64(codes.NO_OUTBOUND) if lost else I64(GIVES_UP)


@stage
def _balance(t: Any, s: Any, scores: Any, live: Any, fronts: Any, pins: Any) -> Any:
    """Choose backends; ``pins`` counts the steps so far. Returns: how many are led to a NIC now."""
    for k in range(fronts):
        i = U64(s[spot(FRONTS, k)])
        frontend, protocol = s[spot(NEXT, i)], s[spot(PROTOCOL, i)]
        rule = rule_for(t, frontend, protocol, s[spot(DESTINATION_PORT, i)])
        if rule < 0 or cell(t, tb.FRONTENDS, frontend, at.FRONT_FLAGS) & at.HARD:
            continue
        start, count = cell(t, tb.LB_RULES, rule, at.RULE_MEMBERS), cell(t, tb.LB_RULES, rule, at.RULE_COUNT)
        if count == 0 or count > MEMBERS or cell(t, tb.LB_RULES, rule, at.RULE_FLAGS) & at.HARD:
            continue
        owner = cell(t, tb.FRONTENDS, frontend, at.FRONT_BALANCER)
        pin = I64(-1)
        for step in range(pins):
            pin = I64(step) if s[spot(PINS + step, i)] == owner else pin
        member = I64(-1)
        if pin >= 0:
            name = s[spot(NAMES + pin, i)]
            for place in range(start, start + count):
                member = I64(place) if cell(t, tb.MEMBERS, place, at.MEMBER_NAME) == name else member
        else:
            seed = flow_seed(
                t, s[spot(ASKED, i)], U64(s[spot(FOLD, i)]),
                s[spot(SOURCE, i)], s[spot(SOURCE_PORT, i)],
                s[spot(DESTINATION, i)], s[spot(DESTINATION_PORT, i)],
                protocol, cell(t, tb.LB_RULES, rule, at.RULE_DISTRIBUTION),
            )  # fmt: skip
            member = start + _highest(t, scores, start, count, seed)
        if member < 0:
            continue
        s[spot(PINS + pins, i)], s[spot(NAMES + pins, i)] = owner, cell(t, tb.MEMBERS, member, at.MEMBER_NAME)
        nic = cell(t, tb.MEMBERS, member, at.MEMBER_NIC)
        s[spot(NEXT, i)] = nic
        s[spot(LIVE, live)] = s[spot(FRONTS, k)]
        address = cell(t, tb.MEMBERS, member, at.MEMBER_ADDRESS)
        live += I64(cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + s[spot(SIX, i)]) == address)
    return live


@part
def _highest(t: Any, scores: Any, start: Any, count: Any, seed: Any) -> Any:
    """As ``chosen``, in two loops: the first one is made of vectors."""
    for place in range(count):
        scores[place] = mixed(seed ^ item64(t, tb.MEMBER_CHOOSER, start + place))
    best, score = I64(0), scores[0]
    for place in range(1, count):
        better = scores[place] > score
        best = I64(place) if better else best
        score = scores[place] if better else score
    return best


@stage
def _enter(t: Any, s: Any, live: Any, met: Any, step: Any) -> Any:
    """Go to the next NICs: plain ones that the packet has not met. Returns: how many are live."""
    entered = I64(0)
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        following = s[spot(NEXT, i)]
        fits = following >= 0
        following = max(following, I64(0))
        fits &= (cell(t, tb.PLAIN_NICS, following, at.PLAIN_FLAGS) & at.PLAIN) != 0
        for before in range(step + 1):
            fits &= s[spot(met + before, i)] != following
        s[spot(NIC, i)], s[spot(met + step + 1, i)] = following, following
        s[spot(PLACE, i)] = cell(t, tb.PLAIN_NICS, following, at.PLAIN_AT)
        s[spot(LIVE, entered)] = s[spot(LIVE, k)]
        entered += I64(fits)
    return entered


@stage
def _arrive(t: Any, s: Any, live: Any) -> Any:
    """End what a guest takes, pass on what an appliance forwards. Returns: how many are live."""
    on = I64(0)
    for k in range(live):
        i = U64(s[spot(LIVE, k)])
        nic = s[spot(NIC, i)]
        address = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + s[spot(SIX, i)])
        mine = address == s[spot(DESTINATION, i)]
        passes = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_FLAGS) & at.PASSES_ON
        way = U64(s[spot(WAY, i)]) * _TWICE + pair(t, tb.PLAIN_NICS, nic, at.PLAIN_ARRIVAL)
        s[spot(WAY, i)] = I64(way if mine else way * _WAY + pair(t, tb.PLAIN_NICS, nic, at.PLAIN_NAME))
        s[spot(HOPS, i)] += I64(not mine)
        s[spot(CODE, i)] = I64(0) if mine else I64(GIVES_UP)
        s[spot(PLACE, i)] = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM_AT) if mine else s[spot(PLACE, i)]
        s[spot(LIVE, on)] = s[spot(LIVE, k)]
        on += I64((not mine) & (passes != 0) & (address >= 0))
    return on


@stage
def _write(s: Any, answers: Any, live: Any, leg: Any, back: Any, rest: Any, left: Any) -> Any:
    """Write what became of packets. Returns: how many are answered, being live now; how many are left."""
    outcome, code_of, at_of, hops_of, way_of, _ = answers
    taken = I64(0)
    for k in range(live):
        i = U64(s[spot(ALL, k)])
        code, row = s[spot(CODE, i)], U64(s[spot(ROW, i)])
        home = (leg == 0) | (s[spot(NIC, i)] == s[spot(START, i)])
        if code > 0 or (code == 0 and home):
            outcome[leg, row] = OUTCOME_OF_CODE[U64(code)]
            code_of[leg, row] = code
            at_of[leg, row] = s[spot(PLACE, i)]
            hops_of[leg, row] = s[spot(HOPS, i)]
            way_of[leg, row] = U64(s[spot(WAY, i)])
            s[spot(LIVE, taken)] = s[spot(ALL, k)]
            taken += I64(back and code == 0)
        else:
            rest[left] = row
            left += 1
    return taken, left
