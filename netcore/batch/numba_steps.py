"""Steps of the compiled kernel: what a place does with a packet, and where it sends it next.

A step returns a code first: 0 where the packet goes on. ``HARD`` sends the connection to the walk.
"""

from __future__ import annotations

from typing import Any

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.numba_memory import ends_of, find, ports_of, put
from netcore.batch.numba_parts import (
    I64,
    cell,
    cell8,
    holder,
    item,
    item8,
    item16,
    part,
    route_of,
    scalar,
    source_of,
)
from netcore.batch.numba_places import (
    FLOATING,
    HARD,
    NEXT_HOP,
    NO,
    crossed,
    given,
    member_for,
    publishing,
    rule_for,
    session,
)
from netcore.batch.numba_vpc import ROUTER, neighbour, vpc_nat, vpc_out

SEND, WIRE, LOOK, ROUTE, GO, EDGE, BEYOND, ENTER, BALANCE, BRING, RECEIVE, DONE = range(12)
"""Places: guest.send; nic.leave and security.leave; fabric.look; its table, or vpc.route; the next hop and
delivery.hand_over; edge.out, edge.beyond and edge.enter; balancer.balance; delivery.bring, security.enter and
nic.arrive; guest.receive and its forwarding; the end."""

VM, HOST, INTERNET, ITSELF, NOBODY = 0, 1, 2, 3, -1
"""Who took a packet."""

IN_SUBNET = -2
"""Instead of a way: the destination is a neighbour, and no table is asked."""


@part
def led(
    t: Any, m: Any, n: Any, target: Any, here: Any, spot: Any, nic: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """Go where a route says: the end of ``fabric.look``, or ``vpc._to_target``.

    Returns: code, path, place, NIC, frontend, whether the route names them, source.
    """
    code, where, place = I64(0), spot, I64(DONE)
    kind = I64(at.WAY_LOCAL) if target == IN_SUBNET else cell(t, tb.WAYS, target, at.WAY_KIND)
    front, other, held, crossing, by_route = I64(-1), I64(-1), I64(-1), I64(-1), False
    handing = False
    a = I64(-1) if target == IN_SUBNET else cell(t, tb.WAYS, target, at.WAY_A)
    b = I64(-1) if target == IN_SUBNET else cell(t, tb.WAYS, target, at.WAY_B)
    if kind == at.WAY_LOCAL:
        held, handing = holder(t, here, dst), True
    elif kind == at.WAY_PEER:
        held, crossing, handing = holder(t, a, dst), b, True
    elif kind == at.WAY_NIC:
        other, crossing, by_route, handing = a, b, True, True
    elif kind == at.WAY_FRONTEND:
        front, crossing, by_route, handing = a, b, True, True
    elif kind == at.WAY_DROP:
        code = a
    elif kind == at.WAY_DROP_AT:
        code, where = a, b
    elif kind == at.WAY_INTERNET and scalar(t, tb.VPC) == 0:
        place = I64(EDGE)
    elif kind == at.WAY_INTERNET:
        where, place = a, I64(BEYOND)
        code, src = vpc_out(t, here, src, dst)
    elif kind == at.WAY_NAT:
        where, place = cell(t, tb.DOORS, a, at.DOOR_AT), I64(BEYOND)
        code, src = vpc_nat(t, m, n, a, src, sp, dst, dp, protocol, asked, fold)
    elif kind == at.WAY_BY_HAND:
        where = b
        if not cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, dst), a):
            code = I64(codes.NO_SUCH_HOST)
        elif not cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, src), here):
            code = I64(codes.PEERING_FORWARDED_OFF)
        else:
            held, handing = holder(t, a, dst), True
    else:
        code = I64(HARD)
    if not handing:
        return code, where, place, nic, front, by_route, src
    odd = False
    if held >= 0:
        kind = cell(t, tb.HOLD, held, at.HOLD_KIND)
        number = cell(t, tb.HOLD, held, at.HOLD_ID)
        front = number if kind == at.HELD_BY_FRONTEND else front
        other = number if kind == at.HELD_BY_NIC else other
        odd = kind == at.HELD_BY_ENDPOINT
    if crossing >= 0:
        code, there = crossed(t, m, n, crossing, nic, src, sp, front)
        if code != 0:
            return code, there, place, nic, front, by_route, src
    if front >= 0:
        return code, where, I64(BALANCE), nic, front, by_route, src
    if other >= 0:
        return code, where, I64(BRING), other, front, by_route, src
    code = I64(HARD) if odd else I64(codes.NO_SUCH_HOST)
    return code, where, place, nic, front, by_route, src


@part
def outside(t: Any, m: Any, n: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """As ``edge.beyond``. Returns: code, path, place, who takes it, and under which number."""
    behind, there = item(t, tb.PUBLIC_OF, src), item(t, tb.PUBLIC_OF, dst)
    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
    if behind >= 0 and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) == at.PUBLIC_HARD:
        return I64(HARD), I64(-1), I64(DONE), I64(NOBODY), I64(-1)
    waited = find(m, n, mem.INWARD, 0, ends, ports) >= 0 or find(m, n, mem.TRANSLATED, 0, ends, ports) >= 0
    if waited or (there >= 0 and cell(t, tb.PUBLIC, there, at.PUBLIC_KIND) != at.PUBLIC_HOST):
        return I64(0), I64(-1), I64(ENTER), I64(NOBODY), I64(-1)
    if there >= 0:
        path = cell(t, tb.PUBLIC, there, at.PUBLIC_AT)
        return I64(0), path, I64(DONE), I64(HOST), path
    return I64(0), I64(-1), I64(DONE), I64(INTERNET), dst


@part
def entered(t: Any, m: Any, n: Any, src: Any, sp: Any, dst: Any, dp: Any, protocol: Any) -> Any:
    """As ``edge.enter``.

    Returns: code, path, place, what is there (NIC, frontend or door), whether by a Standard public address,
        destination and its port.
    """
    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
    there = item(t, tb.PUBLIC_OF, dst)
    kind = I64(-1) if there < 0 else cell(t, tb.PUBLIC, there, at.PUBLIC_KIND)
    if kind == at.PUBLIC_HARD:
        return I64(HARD), I64(-1), I64(DONE), I64(-1), False, dst, dp
    sent = find(m, n, mem.TRANSLATED, 0, ends, ports)
    if sent >= 0:
        door = m[sent, mem.FIRST]
        return I64(0), I64(-1), I64(ROUTE), door, False, m[sent, mem.SECOND], m[sent, mem.THIRD]
    waiting = find(m, n, mem.INWARD, 0, ends, ports)
    if waiting >= 0:
        nic = m[waiting, mem.FIRST]
        return I64(0), I64(-1), I64(BRING), nic, False, m[waiting, mem.SECOND], m[waiting, mem.THIRD]
    if there < 0:
        return I64(codes.NO_SUCH_HOST), I64(-1), I64(DONE), I64(-1), False, dst, dp
    number, path = cell(t, tb.PUBLIC, there, at.PUBLIC_ID), cell(t, tb.PUBLIC, there, at.PUBLIC_AT)
    behind = cell(t, tb.PUBLIC, there, at.PUBLIC_ADDRESS)
    if kind == at.PUBLIC_FRONTEND:
        return I64(0), I64(-1), I64(BALANCE), number, True, dst, dp
    if kind == at.PUBLIC_VPC:
        return I64(0), I64(-1), I64(ROUTE), number, False, behind, dp
    if kind == at.PUBLIC_NIC:
        standard = cell(t, tb.PUBLIC, there, at.PUBLIC_STANDARD) == 1
        room = put(
            m, n, mem.OUTWARD, number, ends_of(behind, src), ports_of(protocol, dp, sp), dst, -1, -1, -1
        )
        code = I64(0) if room else I64(HARD)
        return code, I64(-1), I64(BRING), number, standard, behind, dp
    if kind == at.PUBLIC_HOST and item8(t, tb.FLAGS, dst) & at.PRIVATE:
        return I64(codes.NO_SUCH_HOST), I64(-1), I64(DONE), I64(-1), False, dst, dp
    return cell(t, tb.PUBLIC, there, at.PUBLIC_CODE), path, I64(DONE), I64(-1), False, dst, dp


@part
def balanced(
    t: Any, m: Any, n: Any, frontend: Any, by_route: Any, public: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any, asked: Any, fold: Any,
) -> Any:  # fmt: skip
    """As ``balancer.balance``.

    Returns: code, NIC of the backend, why the destination is kept, whether by a Standard public address,
        source, destination and its port.
    """
    flags = cell(t, tb.FRONTENDS, frontend, at.FRONT_FLAGS)
    if flags & at.HARD:
        return I64(HARD), I64(-1), I64(NO), False, src, dst, dp
    publish = I64(-1) if by_route else publishing(t, frontend, protocol, dp)
    if publish >= 0:
        nic = cell(t, tb.PUBLISHED, publish, at.PUBLISH_NIC)
        address = cell(t, tb.PUBLISHED, publish, at.PUBLISH_ADDRESS)
        port = cell(t, tb.PUBLISHED, publish, at.PUBLISH_BACKEND_PORT)
        floating = cell(t, tb.PUBLISHED, publish, at.PUBLISH_FLOATING) == 1
    else:
        rule = rule_for(t, frontend, protocol, dp)
        if rule < 0:
            return I64(codes.LB_NO_RULE), I64(-1), I64(NO), False, src, dst, dp
        owner = cell(t, tb.FRONTENDS, frontend, at.FRONT_BALANCER)
        member = member_for(t, m, n, rule, owner, src, sp, dst, dp, protocol, asked, fold)
        if member < 0:
            code = I64(HARD) if member == HARD else I64(codes.LB_NO_HEALTHY)
            return code, I64(-1), I64(NO), False, src, dst, dp
        nic = cell(t, tb.MEMBERS, member, at.MEMBER_NIC)
        address = cell(t, tb.MEMBERS, member, at.MEMBER_ADDRESS)
        port = cell(t, tb.LB_RULES, rule, at.RULE_BACKEND_PORT)
        floating = cell(t, tb.LB_RULES, rule, at.RULE_FLOATING) == 1
    count4 = scalar(t, tb.COUNT4)
    if (address < count4) != (dst < count4):
        return I64(codes.NOT_MODELLED), I64(-1), I64(NO), False, src, dst, dp
    if by_route:
        return I64(0), nic, I64(NEXT_HOP), public, src, dst, dp
    code, src, dst, dp = given(
        t, m, n, flags, nic, address, port, floating, public, src, sp, dst, dp, protocol
    )
    hides = flags & at.AS_CLIENT
    kept = I64(FLOATING) if floating and not hides else I64(NO)
    return code, nic, kept, public and flags & at.STANDARD != 0 and not hides, src, dst, dp


@part
def forwarded(
    t: Any, m: Any, n: Any, vm: Any, flags: Any, phase: Any, bound: Any, to_address: Any, to_port: Any,
    src: Any, sp: Any, dst: Any, dp: Any, protocol: Any,
) -> Any:  # fmt: skip
    """Forward a packet with the session, the translations and the route of a guest.

    Args:
        bound: row of the translation that it remembers, or -1.
        to_address, to_port: where its port forwarding sends the packet, else its own destination.

    Returns: code, NIC, who takes the frame (kind and row), source, its port, destination, its port.
    """
    code = I64(0)
    if flags & at.STATEFUL:
        code = session(t, m, n, vm, src, sp, dst, dp, protocol, phase, bound)
    nic, near, near_id = I64(-1), I64(ROUTER), I64(-1)
    if code != 0:
        return code, nic, near, near_id, src, sp, dst, dp
    old_src, old_sp, old_dst, old_dp = src, sp, dst, dp
    if bound >= 0:
        src, sp = m[bound, mem.FIRST], m[bound, mem.SECOND]
        dst, dp = m[bound, mem.THIRD], m[bound, mem.FOURTH]
    else:
        dst, dp = to_address, to_port
    nic, via = route_of(t, vm, dst)
    if nic < 0:
        return I64(codes.OS_NO_ROUTE), nic, near, near_id, src, sp, dst, dp
    if bound < 0:
        new = source_of(t, nic, dst) if flags & at.SNAT else I64(-1)
        src = new if new >= 0 else src
        if src != old_src or dst != old_dst or dp != old_dp:
            ends, ports = ends_of(old_src, old_dst), ports_of(protocol, old_sp, old_dp)
            back, back_ports = ends_of(dst, src), ports_of(protocol, dp, sp)
            if not (
                put(m, n, mem.NAT, vm, ends, ports, src, sp, dst, dp)
                and put(m, n, mem.NAT, vm, back, back_ports, old_dst, old_dp, old_src, old_sp)
            ):
                return I64(HARD), nic, near, near_id, src, sp, dst, dp
    code, near, near_id = neighbour(t, nic, via, dst)
    return code, nic, near, near_id, src, sp, dst, dp
