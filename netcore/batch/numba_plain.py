"""The short way of the compiled kernel: connections that meet plain NICs only, see ``plain``.

The header of such a packet never changes, so all that must be remembered is which NICs have seen it. Whatever
is not plain gives up, and the connection begins anew on the long way.
"""

from __future__ import annotations

from typing import Any

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.answers import OUTCOME_OF_CODE, STRIDE
from netcore.batch.numba_parts import DENIED, I64, U64, cell, cell8, item, item8, item16, item64, judged, part
from netcore.batch.numba_places import ICMPV6, UDP, member_for, rule_for

MOST = 8
"""Most NICs of one way that the short way takes."""

GIVES_UP = -1

_WAY, _TWICE = U64(STRIDE), U64(STRIDE * STRIDE % 2**64)


@part
def plain_start(t: Any, sender: Any, asked: Any, six: Any, protocol: Any, sp: Any, dp: Any) -> Any:
    """Return the NIC by which a plain packet starts, or -1."""
    if cell(t, tb.SEND, sender, at.SEND_KIND) != at.BY_VM or protocol == ICMPV6:
        return I64(GIVES_UP)
    nic = cell(t, tb.VMS, cell(t, tb.SEND, sender, at.SEND_ID), at.VM_NIC)
    if nic < 0 or not cell(t, tb.PLAIN_NICS, nic, at.PLAIN_FLAGS) & at.PLAIN:
        return I64(GIVES_UP)
    if item8(t, tb.FLAGS, asked) & (at.ODD | at.MANY) or not item8(t, tb.CARRIES, protocol):
        return I64(GIVES_UP)
    if protocol == UDP and (
        (sp in (67, 68)) or (dp in (67, 68)) or not item8(t, tb.FROM_PORT, sp) or not item8(t, tb.TO_PORT, dp)
        or not item8(t, tb.FROM_PORT, dp) or not item8(t, tb.TO_PORT, sp)
    ):  # fmt: skip
        return I64(GIVES_UP)
    source = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six)
    return nic if source >= 0 and source != asked else I64(GIVES_UP)


@part
def plain_leg(
    t: Any, m: Any, n: Any, seen: Any, old: Any, nic: Any, six: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """Take one packet along.

    Args:
        seen: int64, NICs that have seen the flow; those before ``old`` saw its first packet.

    Returns: code, or ``GIVES_UP``; path; hops; way; NIC that took it; how many NICs have seen the flow now.
    """
    count = old
    hops = 1
    where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
    way = item64(t, tb.NAME_OF_VM, cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM)) * _WAY
    way += item64(t, tb.NAME_OF_NIC, nic)
    known, count = remembered(seen, old, count, nic)
    while True:
        if not known:
            chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_OUT)
            start, sets = cell(t, tb.CHAINS, chain, at.CHAIN_START), cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
            if judged(t, start, sets, src, sp, dst, dp, protocol) == DENIED:
                return I64(codes.NSG_OUT), where, hops, way, I64(-1), count
        here = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VNET)
        target = I64(t.fib[cell(t, tb.PLAIN_NICS, nic, at.PLAIN_TABLE), dst])
        kind, a = cell(t, tb.WAYS, target, at.WAY_KIND), cell(t, tb.WAYS, target, at.WAY_A)
        crossing, following, frontend = I64(-1), I64(-1), I64(-1)
        if kind == at.WAY_LOCAL:
            following = item(t, tb.ONLY_NIC, dst)
            if following >= 0 and cell(t, tb.PLAIN_NICS, following, at.PLAIN_VNET) != here:
                following = I64(-1)
        elif kind == at.WAY_PEER:
            following, crossing = item(t, tb.ONLY_NIC, dst), cell(t, tb.WAYS, target, at.WAY_B)
            if following >= 0 and cell(t, tb.PLAIN_NICS, following, at.PLAIN_VNET) != a:
                following = I64(-1)
        elif kind == at.WAY_NIC:
            following, crossing = a, cell(t, tb.WAYS, target, at.WAY_B)
        elif kind == at.WAY_FRONTEND:
            frontend, crossing = a, cell(t, tb.WAYS, target, at.WAY_B)
        elif kind == at.WAY_DROP:
            return a, where, hops, way, I64(-1), count
        elif kind == at.WAY_INTERNET:
            held = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) == src
            lost = not held or cell(t, tb.PLAIN_NICS, nic, at.PLAIN_WAY4 + six) == at.OUT_NONE
            if item8(t, tb.FLAGS, dst) & at.PRIVATE:
                return I64(codes.NO_SUCH_HOST), where, hops, way, I64(-1), count
            return I64(codes.NO_OUTBOUND if lost else GIVES_UP), where, hops, way, I64(-1), count
        if crossing >= 0 and (
            cell(t, tb.CROSSINGS, crossing, at.CROSS_CODE) != 0
            or cell(t, tb.CROSSINGS, crossing, at.CROSS_GLOBAL) != 0
            or (
                cell(t, tb.CROSSINGS, crossing, at.CROSS_FORWARDED) == 0
                and not cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, src), here)
            )
        ):
            return I64(GIVES_UP), where, hops, way, I64(-1), count
        if frontend >= 0:
            if cell(t, tb.FRONTENDS, frontend, at.FRONT_FLAGS) & at.HARD:
                return I64(GIVES_UP), where, hops, way, I64(-1), count
            rule = rule_for(t, frontend, protocol, dp)
            if rule < 0:
                return I64(GIVES_UP), where, hops, way, I64(-1), count
            owner = cell(t, tb.FRONTENDS, frontend, at.FRONT_BALANCER)
            member = member_for(t, m, n, rule, owner, src, sp, dst, dp, protocol, asked, fold)
            if member < 0:
                return I64(GIVES_UP), where, hops, way, I64(-1), count
            following = cell(t, tb.MEMBERS, member, at.MEMBER_NIC)
            if cell(t, tb.PLAIN_NICS, following, at.PLAIN_ADDRESS4 + six) != cell(
                t, tb.MEMBERS, member, at.MEMBER_ADDRESS
            ):
                return I64(GIVES_UP), where, hops, way, I64(-1), count
        if following < 0 or not cell(t, tb.PLAIN_NICS, following, at.PLAIN_FLAGS) & at.PLAIN:
            return I64(GIVES_UP), where, hops, way, I64(-1), count
        nic = following
        where = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_AT)
        known, count = remembered(seen, old, count, nic)
        if count < 0:
            return I64(GIVES_UP), where, hops, way, I64(-1), count
        if not known:
            chain = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_IN)
            start, sets = cell(t, tb.CHAINS, chain, at.CHAIN_START), cell(t, tb.CHAINS, chain, at.CHAIN_COUNT)
            if judged(t, start, sets, src, sp, dst, dp, protocol) == DENIED:
                return I64(codes.NSG_IN), where, hops, way, I64(-1), count
        way = way * _TWICE + item64(t, tb.ARRIVAL, nic)
        if cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) == dst:
            return I64(0), cell(t, tb.PLAIN_NICS, nic, at.PLAIN_VM_AT), hops, way, nic, count
        if not cell(t, tb.PLAIN_NICS, nic, at.PLAIN_FLAGS) & at.PASSES_ON:
            return I64(GIVES_UP), where, hops, way, I64(-1), count
        if cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six) < 0:
            return I64(GIVES_UP), where, hops, way, I64(-1), count
        way = way * _WAY + item64(t, tb.NAME_OF_NIC, nic)
        hops += 1


@part
def remembered(seen: Any, old: Any, count: Any, nic: Any) -> Any:
    """Return whether a NIC saw the flow's first packet, and the new count; -1: the packet comes by twice.

    A NIC that the first packet did not pass is noted too: what comes back to it is for the long way.
    """
    for place in range(old):
        if seen[place] == nic:
            if seen[place + MOST * 2] == old:
                return True, I64(-1)
            seen[place + MOST * 2] = old
            return True, count
    for place in range(old, count):
        if seen[place] == nic:
            return False, I64(-1)
    if count >= MOST * 2:
        return False, I64(-1)
    seen[count] = nic
    seen[count + MOST * 2] = old
    return False, count + 1


@part
def plain(
    t: Any, m: Any, n: Any, seen: Any, row: Any, sender: Any, six: Any, sp: Any, dp: Any, protocol: Any,
    asked: Any, fold: Any, back: Any, outcome: Any, code_of: Any, at_of: Any, hops_of: Any, way_of: Any,
) -> Any:  # fmt: skip
    """Answer a plain connection; False: it is not one, and nothing is answered that counts."""
    nic = plain_start(t, sender, asked, six, protocol, sp, dp)
    if nic < 0:
        return False
    n[mem.PINS] = 0
    src = cell(t, tb.PLAIN_NICS, nic, at.PLAIN_ADDRESS4 + six)
    code, where, hops, way, taker, count = plain_leg(
        t, m, n, seen, I64(0), nic, six, src, sp, asked, dp, protocol, asked, fold
    )
    if code < 0:
        return False
    outcome[0, row] = OUTCOME_OF_CODE[code]
    code_of[0, row] = code
    at_of[0, row] = where
    hops_of[0, row] = hops
    way_of[0, row] = way
    if code != 0 or not back:
        return True
    code, where, hops, way, end, count = plain_leg(
        t, m, n, seen, count, taker, six, asked, dp, src, sp, protocol, asked, fold
    )
    if code < 0 or (code == 0 and end != nic):
        return False
    outcome[1, row] = OUTCOME_OF_CODE[code]
    code_of[1, row] = code
    at_of[1, row] = where
    hops_of[1, row] = hops
    way_of[1, row] = way
    return True
