"""The compiled kernel: one packet after the other, from place to place as the walk takes it.

A connection has up to three packets: the first one, the answer, and packet 3 of a TCP handshake. Each goes
from guest to NIC to rules to fabric to NIC to guest until one place ends it. The places are numbers, and
each branch of the loop does what the function named beside it does in ``netcore.forwarding``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.answers import ABSENT, OUTCOME_OF_CODE, STRIDE
from netcore.batch.numba_memory import add, ends_of, find, ports_of, put
from netcore.batch.numba_parts import (
    U64,
    atom_of,
    cell,
    cell8,
    chosen,
    flow_seed,
    holder,
    holds,
    item,
    item8,
    item16,
    item64,
    owns,
    route_of,
    scalar,
    serves,
    source_of,
)
from netcore.batch.numba_places import (
    ANSWER,
    FLOATING,
    FOLLOWING,
    HARD,
    INBOUND,
    NEXT_HOP,
    NO,
    OPENING,
    OUTBOUND,
    SCTP,
    TCP,
    UDP,
    crossed,
    entry_for,
    folded_six,
    given,
    member_for,
    publishing,
    rule_for,
    secured,
    session,
    shared,
    translated,
    unanswered,
)
from netcore.batch.numba_vpc import ROUTER, neighbour, on_link, vpc_nat, vpc_out
from netcore.batch.packets import Packets

SEND, WIRE, LOOK, ROUTE, GO, HAND, EDGE, BEYOND, ENTER, BALANCE, BRING, RECEIVE, FORWARD, DONE = range(14)
"""Places: guest.send; nic.leave and security.leave; fabric.look; the next hop; delivery.hand_over;
delivery.bring, security.enter and nic.arrive; guest.receive; guest's forwarding; balancer.balance and its
rewrite; edge.out, edge.beyond and edge.enter; the end."""

VM, HOST, INTERNET, ITSELF, NOBODY = 0, 1, 2, 3, -1
"""Who took a packet."""

IN_SUBNET = -2
"""Instead of a way: the destination is a neighbour, and no table is asked."""

TOO_MANY = 40
"""Forwards of one packet after which it is walked; its TTL would end it at 64."""

_WAY = U64(STRIDE)

BLOCK = 1 << 16
"""Packets that are answered together; what they read and write fits in the second cache."""


@njit(nogil=True, error_model="numpy", cache=True, _nrt=False)
def connections(
    t: Any,
    columns: Any,
    outcome: Any,
    code_of: Any,
    at_of: Any,
    hops_of: Any,
    way_of: Any,
    hard: Any,
    m: Any,
    n: Any,
    back: Any,
    count: Any,
) -> None:
    """Answer packets.

    Args:
        t: ``Tables``.
        columns: source, high, low, version, protocol, source port, destination port.
        outcome, code_of, at_of, hops_of, way_of: [3, packets], one row per packet of a connection.
        hard: bool; True where the walk must answer.
        m, n: memory of one connection, used anew for each.
        back: whether answers and packets 3 are asked for too.
    """
    source_column, high_column, low_column, version_column, protocol_column, sp_column, dp_column = columns
    count4 = scalar(t, tb.COUNT4)
    vpc = scalar(t, tb.VPC) == 1
    for row in range(count):
        sender = np.int64(source_column[row])
        version = version_column[row]
        high, low = high_column[row], low_column[row]
        asked = atom_of(t, version, high, low)
        fold = low if version == 4 else folded_six(high, low)
        protocol = np.int64(protocol_column[row])
        first_sp, first_dp = np.int64(0), np.int64(0)
        if protocol == TCP or protocol == UDP or protocol == SCTP:
            first_sp, first_dp = np.int64(sp_column[row]), np.int64(dp_column[row])
        kind = cell(t, tb.SEND, sender, at.SEND_KIND)
        if kind == at.BY_WALK:
            hard[row] = True
            continue
        origin_kind = VM if kind == at.BY_VM else HOST
        origin = cell(t, tb.SEND, sender, at.SEND_ID)
        if origin_kind == VM:
            first_src = np.int64(scalar(t, tb.UNSPECIFIED4) if asked < count4 else scalar(t, tb.UNSPECIFIED6))
            if owns(t, origin, asked):
                first_src = asked
            elif not cell(t, tb.VMS, origin, at.VM_FLAGS) & at.HARD:
                out_nic, _ = route_of(t, origin, asked)
                if out_nic >= 0:
                    found = source_of(t, out_nic, asked)
                    first_src = found if found >= 0 else first_src
        else:
            first_src = cell(t, tb.SEND, sender, at.SEND_SOURCE4)
        for section in range(mem.COUNTS):
            n[section] = 0
        phase = OPENING
        start_kind, start = origin_kind, origin
        src, sp, dst, dp = first_src, first_sp, asked, first_dp
        taken_kind, taken, taken_ends, taken_ports = NOBODY, np.int64(-1), np.int64(0), np.int64(0)
        while True:
            place = SEND if start_kind == VM else ENTER
            code, where, hops, way, forwards = np.int64(0), np.int64(-1), 0, U64(0), 0
            vm, nic, vnet, frontend = start, np.int64(-1), np.int64(-1), np.int64(-1)
            crossing, target, door = np.int64(-1), np.int64(-1), np.int64(-1)
            table, here, spot = np.int64(-1), np.int64(-1), np.int64(-1)
            near, near_id = np.int64(ROUTER), np.int64(-1)
            kept, by_route, public = NO, False, False
            to_address, to_port = np.int64(-1), np.int64(-1)
            backend, backend_address = np.int64(-1), np.int64(-1)
            backend_port, floating = np.int64(0), False
            end_kind, end_id, end_at = NOBODY, np.int64(-1), np.int64(-1)
            n[mem.SEEN] = 0
            while place != DONE:
                if place == SEND:
                    way = way * _WAY + item64(t, tb.NAME_OF_VM, vm)
                    flags = cell(t, tb.VMS, vm, at.VM_FLAGS)
                    where = cell(t, tb.VMS, vm, at.VM_AT)
                    place = DONE
                    if not flags & at.RUNS:
                        code = codes.VM_STOPPED
                    elif flags & at.HARD:
                        code = HARD
                    elif owns(t, vm, dst):
                        end_kind, end_id, end_at = ITSELF, vm, where
                        if phase == OPENING and not serves(t, vm, protocol, dp):
                            code = codes.NO_SERVICE
                    else:
                        nic, via = route_of(t, vm, dst)
                        if nic < 0:
                            code = codes.OS_NO_ROUTE
                        else:
                            code, near, near_id = neighbour(t, nic, via, dst)
                            place = WIRE if code == 0 else DONE
                if place == WIRE:
                    # nic.leave, then security.leave
                    way = way * _WAY + item64(t, tb.NAME_OF_NIC, nic)
                    hops += 1
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = DONE
                    flags = cell(t, tb.NICS, nic, at.NIC_FLAGS)
                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                    if flags & at.WRONG_MAC:
                        code = codes.GUEST_MAC_MISMATCH
                    elif item8(t, tb.FLAGS, dst) & at.ODD:
                        code = HARD
                    elif item8(t, tb.FLAGS, dst) & at.MANY:
                        code = codes.MULTICAST
                    elif (
                        holds(t, nic, src) < 0
                        and find(m, n, mem.BALANCED, nic, ends, ports) < 0
                        and not flags & at.FORWARDS
                    ):
                        code = codes.SRC_NOT_OWNED
                    else:
                        chain = cell(t, tb.NICS, nic, at.NIC_OUT if near == ROUTER else at.NIC_NEAR_OUT)
                        code = secured(t, m, n, nic, OUTBOUND, chain, src, sp, dst, dp, protocol, False)
                        if code == 0:
                            place = LOOK
                if place == LOOK:
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = DONE
                    if not item8(t, tb.CARRIES, protocol):
                        code = codes.PROTO_BLOCKED
                    elif protocol == UDP and (
                        (sp == 68 and dp == 67)
                        or not item8(t, tb.FROM_PORT, sp)
                        or not item8(t, tb.TO_PORT, dp)
                    ):
                        code = codes.RESERVED_PORT
                    else:
                        # balancer.answer
                        known = find(m, n, mem.BALANCED, nic, ends_of(src, dst), ports_of(protocol, sp, dp))
                        if known >= 0:
                            src, sp = m[known, mem.FIRST], m[known, mem.SECOND]
                            if m[known, mem.THIRD] >= 0:
                                dst, dp = m[known, mem.THIRD], m[known, mem.FOURTH]
                                near = np.int64(ROUTER)
                            behind = item(t, tb.PUBLIC_OF, src)
                            if behind >= 0 and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) != at.PUBLIC_HOST:
                                ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                                if not put(m, n, mem.OUTWARD, nic, ends, ports, src, -1, -1, -1):
                                    code = HARD
                        kept, by_route, public = NO, False, False
                        here, table = cell(t, tb.NICS, nic, at.NIC_VNET), cell(t, tb.NICS, nic, at.NIC_TABLE)
                        spot = where
                        if code != 0:
                            pass
                        elif near == at.NEAR_FRONTEND:
                            frontend, place = near_id, BALANCE
                        elif near == at.NEAR_NIC and near_id == nic:
                            code = codes.NO_L2
                        elif near == at.NEAR_NIC:
                            nic, place = near_id, BRING
                        elif vpc and on_link(t, nic, dst):
                            target, place = np.int64(IN_SUBNET), GO
                        else:
                            place = ROUTE
                if place == ROUTE:
                    # fabric.selected, or vpc.route
                    place = GO
                    if vpc:
                        ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                        if find(m, n, mem.SEEN, -1 - spot, ends, ports) >= 0:
                            code, where, place = codes.LOOP, spot, DONE
                        elif not add(m, n, mem.SEEN, -1 - spot, ends, ports):
                            code, place = HARD, DONE
                    target = np.int64(t.fib[table, dst])
                    if cell(t, tb.WAYS, target, at.WAY_KIND) == at.WAY_EQUAL:
                        base = cell(t, tb.NICS, nic, at.NIC_ECMP)
                        if base < 0:
                            code, place = HARD, DONE
                        else:
                            base += cell(t, tb.WAYS, target, at.WAY_C)
                            count = cell(t, tb.WAYS, target, at.WAY_B)
                            seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, 0)
                            best = chosen(t, tb.ECMP_CHOOSER, base, count, seed) - base
                            target = item(t, tb.EQUALS, cell(t, tb.WAYS, target, at.WAY_A) + best)
                if place == GO:
                    kind = np.int64(at.WAY_LOCAL)
                    if target != IN_SUBNET:
                        kind = cell(t, tb.WAYS, target, at.WAY_KIND)
                    where = spot
                    kept, by_route, public = NO, False, False
                    place = DONE
                    crossing = np.int64(-1)
                    held = np.int64(-1)
                    if kind == at.WAY_DROP:
                        code = cell(t, tb.WAYS, target, at.WAY_A)
                    elif kind == at.WAY_HARD:
                        code = HARD
                    elif kind == at.WAY_DROP_AT:
                        code, where = cell(t, tb.WAYS, target, at.WAY_A), cell(t, tb.WAYS, target, at.WAY_B)
                    elif kind == at.WAY_INTERNET and vpc:
                        where = cell(t, tb.WAYS, target, at.WAY_A)
                        code, src = vpc_out(t, here, src, dst)
                        place = BEYOND if code == 0 else DONE
                    elif kind == at.WAY_NAT:
                        door = cell(t, tb.WAYS, target, at.WAY_A)
                        where = cell(t, tb.DOORS, door, at.DOOR_AT)
                        code, src = vpc_nat(t, m, n, door, src, sp, dst, dp, protocol, asked, fold)
                        place = BEYOND if code == 0 else DONE
                    elif kind == at.WAY_BY_HAND:
                        where, there = cell(t, tb.WAYS, target, at.WAY_B), cell(t, tb.WAYS, target, at.WAY_A)
                        if not cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, dst), there):
                            code = codes.NO_SUCH_HOST
                        elif not cell8(t, tb.IN_SPACE, item16(t, tb.SPACES, src), here):
                            code = codes.PEERING_FORWARDED_OFF
                        else:
                            held = holder(t, there, dst)
                            place = HAND
                    elif kind == at.WAY_INTERNET:
                        place = EDGE
                    elif kind == at.WAY_LOCAL:
                        held = holder(t, here, dst)
                        place = HAND
                    elif kind == at.WAY_PEER:
                        held = holder(t, cell(t, tb.WAYS, target, at.WAY_A), dst)
                        crossing = cell(t, tb.WAYS, target, at.WAY_B)
                        place = HAND
                    else:
                        crossing = cell(t, tb.WAYS, target, at.WAY_B)
                        by_route = True
                        place = HAND
                    if place == HAND:
                        front = np.int64(-1)
                        other = np.int64(-1)
                        if by_route and kind == at.WAY_FRONTEND:
                            front = cell(t, tb.WAYS, target, at.WAY_A)
                        elif by_route:
                            other = cell(t, tb.WAYS, target, at.WAY_A)
                        elif held >= 0 and cell(t, tb.HOLD, held, at.HOLD_KIND) == at.HELD_BY_FRONTEND:
                            front = cell(t, tb.HOLD, held, at.HOLD_ID)
                        elif held >= 0 and cell(t, tb.HOLD, held, at.HOLD_KIND) == at.HELD_BY_NIC:
                            other = cell(t, tb.HOLD, held, at.HOLD_ID)
                        if crossing >= 0:
                            code, there = crossed(t, m, n, crossing, nic, src, sp, front)
                            where = there if code != 0 else where
                        place = DONE
                        if code != 0:
                            pass
                        elif front >= 0:
                            frontend, place = front, BALANCE
                        elif other >= 0:
                            nic, place = other, BRING
                        elif held >= 0:
                            code = HARD
                        else:
                            code = codes.NO_SUCH_HOST
                if place == EDGE:
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = DONE
                    if item8(t, tb.FLAGS, dst) & at.PRIVATE:
                        code = codes.NO_SUCH_HOST
                    else:
                        code, src = translated(t, m, n, nic, src, sp, dst, dp, protocol, asked, fold)
                        if code == 0:
                            place = BEYOND
                if place == BEYOND:
                    place = DONE
                    behind = item(t, tb.PUBLIC_OF, src)
                    there = item(t, tb.PUBLIC_OF, dst)
                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                    asked_back = (
                        find(m, n, mem.INWARD, 0, ends, ports) >= 0
                        or find(m, n, mem.TRANSLATED, 0, ends, ports) >= 0
                    )
                    if behind >= 0 and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) == at.PUBLIC_HARD:
                        code = HARD
                    elif asked_back or (
                        there >= 0 and cell(t, tb.PUBLIC, there, at.PUBLIC_KIND) != at.PUBLIC_HOST
                    ):
                        place = ENTER
                    elif there >= 0:
                        where = cell(t, tb.PUBLIC, there, at.PUBLIC_AT)
                        end_kind, end_id, end_at = HOST, where, where
                    else:
                        where = np.int64(-1)
                        end_kind, end_id, end_at = INTERNET, dst, where
                if place == ENTER:
                    place = DONE
                    kept, by_route, public = NO, False, False
                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                    there = item(t, tb.PUBLIC_OF, dst)
                    kind = cell(t, tb.PUBLIC, there, at.PUBLIC_KIND) if there >= 0 else -1
                    waiting = find(m, n, mem.INWARD, 0, ends, ports)
                    sent = find(m, n, mem.TRANSLATED, 0, ends, ports)
                    where = np.int64(-1)
                    near = np.int64(ROUTER)
                    if kind == at.PUBLIC_HARD:
                        code = HARD
                    elif sent >= 0 or kind == at.PUBLIC_VPC:
                        if sent >= 0:
                            door, dst, dp = m[sent, mem.FIRST], m[sent, mem.SECOND], m[sent, mem.THIRD]
                        else:
                            door = cell(t, tb.PUBLIC, there, at.PUBLIC_ID)
                            dst = cell(t, tb.PUBLIC, there, at.PUBLIC_ADDRESS)
                        here, table = (
                            cell(t, tb.DOORS, door, at.DOOR_VNET),
                            cell(t, tb.DOORS, door, at.DOOR_TABLE),
                        )
                        spot = cell(t, tb.DOORS, door, at.DOOR_AT)
                        place = ROUTE
                    elif waiting >= 0:
                        nic, dst, dp = m[waiting, mem.FIRST], m[waiting, mem.SECOND], m[waiting, mem.THIRD]
                        place = BRING
                    elif kind == at.PUBLIC_FRONTEND:
                        frontend, public, place = cell(t, tb.PUBLIC, there, at.PUBLIC_ID), True, BALANCE
                    elif kind == at.PUBLIC_NIC:
                        nic = cell(t, tb.PUBLIC, there, at.PUBLIC_ID)
                        old_dst = dst
                        dst = cell(t, tb.PUBLIC, there, at.PUBLIC_ADDRESS)
                        public = cell(t, tb.PUBLIC, there, at.PUBLIC_STANDARD) == 1
                        back = ports_of(protocol, dp, sp)
                        if put(m, n, mem.OUTWARD, nic, ends_of(dst, src), back, old_dst, -1, -1, -1):
                            place = BRING
                        else:
                            code = HARD
                    elif kind == at.PUBLIC_DROP:
                        code = cell(t, tb.PUBLIC, there, at.PUBLIC_CODE)
                        where = cell(t, tb.PUBLIC, there, at.PUBLIC_AT)
                    elif kind == at.PUBLIC_HOST and not item8(t, tb.FLAGS, dst) & at.PRIVATE:
                        code = codes.NOT_MODELLED
                        where = cell(t, tb.PUBLIC, there, at.PUBLIC_AT)
                    else:
                        code = codes.NO_SUCH_HOST
                if place == BALANCE:
                    where = cell(t, tb.FRONTENDS, frontend, at.FRONT_AT)
                    place = DONE
                    flags = cell(t, tb.FRONTENDS, frontend, at.FRONT_FLAGS)
                    if flags & at.HARD:
                        code = HARD
                    else:
                        publish = np.int64(-1)
                        if not by_route:
                            publish = publishing(t, frontend, protocol, dp)
                        if publish >= 0:
                            backend = cell(t, tb.PUBLISHED, publish, at.PUBLISH_NIC)
                            backend_address = cell(t, tb.PUBLISHED, publish, at.PUBLISH_ADDRESS)
                            backend_port = cell(t, tb.PUBLISHED, publish, at.PUBLISH_BACKEND_PORT)
                            floating = cell(t, tb.PUBLISHED, publish, at.PUBLISH_FLOATING) == 1
                        else:
                            rule = rule_for(t, frontend, protocol, dp)
                            if rule < 0:
                                code = codes.LB_NO_RULE
                            else:
                                owner = cell(t, tb.FRONTENDS, frontend, at.FRONT_BALANCER)
                                member = member_for(
                                    t, m, n, rule, owner, src, sp, dst, dp, protocol, asked, fold
                                )
                                if member < 0:
                                    code = member if member == HARD else codes.LB_NO_HEALTHY
                                else:
                                    backend = cell(t, tb.MEMBERS, member, at.MEMBER_NIC)
                                    backend_address = cell(t, tb.MEMBERS, member, at.MEMBER_ADDRESS)
                                    backend_port = cell(t, tb.LB_RULES, rule, at.RULE_BACKEND_PORT)
                                    floating = cell(t, tb.LB_RULES, rule, at.RULE_FLOATING) == 1
                        if code != 0:
                            pass
                        elif (backend_address < count4) != (dst < count4):
                            code = codes.NOT_MODELLED
                        elif by_route:
                            nic, kept, place = backend, NEXT_HOP, BRING
                        else:
                            code, src, dst, dp = given(
                                t,
                                m,
                                n,
                                flags,
                                backend,
                                backend_address,
                                backend_port,
                                floating,
                                public,
                                src,
                                sp,
                                dst,
                                dp,
                                protocol,
                            )
                            if code == 0:
                                nic, place = backend, BRING
                                kept = FLOATING if floating and not flags & at.AS_CLIENT else NO
                                public = public and flags & at.STANDARD != 0 and not flags & at.AS_CLIENT
                if place == BRING:
                    # delivery.bring, security.enter, nic.arrive
                    vm = cell(t, tb.NICS, nic, at.NIC_VM)
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = DONE
                    if vm < 0:
                        code = codes.NO_SUCH_HOST
                    elif not cell(t, tb.VMS, vm, at.VM_FLAGS) & at.RUNS:
                        code = codes.NH_STOPPED if by_route and kept == NO else codes.VM_STOPPED
                    else:
                        chain = cell(t, tb.NICS, nic, at.NIC_IN if near == ROUTER else at.NIC_NEAR_IN)
                        code = secured(t, m, n, nic, INBOUND, chain, src, sp, dst, dp, protocol, public)
                        if code == 0:
                            way = way * _WAY + item64(t, tb.NAME_OF_NIC, nic)
                            flags = cell(t, tb.NICS, nic, at.NIC_FLAGS)
                            if holds(t, nic, dst) < 0 and kept != FLOATING and not flags & at.FORWARDS:
                                code = codes.DST_NOT_OWNED
                            else:
                                place = RECEIVE
                if place == RECEIVE:
                    way = way * _WAY + item64(t, tb.NAME_OF_VM, vm)
                    where = cell(t, tb.VMS, vm, at.VM_AT)
                    flags = cell(t, tb.VMS, vm, at.VM_FLAGS)
                    place = DONE
                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                    if flags & at.HARD:
                        code = HARD
                    elif cell(t, tb.NICS, nic, at.NIC_FLAGS) & at.WRONG_MAC:
                        code = codes.GUEST_MAC_MISMATCH
                    elif find(m, n, mem.SEEN, vm, ends, ports) >= 0:
                        code = codes.LOOP
                    elif not add(m, n, mem.SEEN, vm, ends, ports):
                        code = HARD
                    else:
                        to_address = np.int64(-1)
                        bound = np.int64(-1)
                        if n[mem.NAT] > 0:
                            bound = shared(t, m, n, mem.NAT, vm, ends, ports)
                        entry = np.int64(-1)
                        if bound < 0 and cell(t, tb.VMS, vm, at.VM_FORWARDED) > 0:
                            entry = entry_for(t, vm, dst, dp, protocol, kept)
                        forwarding = flags & at.FORWARDS
                        if bound >= 0:
                            place = FORWARD
                        elif entry >= 0:
                            to_address = cell(t, tb.FORWARDS, entry, at.FORWARD_TO)
                            to_port = cell(t, tb.FORWARDS, entry, at.FORWARD_TO_PORT)
                            to_port = dp if to_port < 0 else to_port
                            place = FORWARD
                        elif owns(t, vm, dst):
                            end_kind, end_id, end_at = VM, vm, where
                            if phase == OPENING and not serves(t, vm, protocol, dp):
                                code = codes.NO_SERVICE
                        elif kept == FLOATING or holds(t, nic, dst) >= 0:
                            code = codes.GUEST_IP_MISMATCH
                        else:
                            to_address, to_port = dst, dp
                            place = FORWARD
                        if place == FORWARD and bound < 0 and not forwarding:
                            code, place = codes.OS_FORWARDING_OFF, DONE
                        if place == FORWARD:
                            # guest's session, translation and route
                            place = DONE
                            forwards += 1
                            if forwards > TOO_MANY:
                                code = HARD
                            elif flags & at.STATEFUL:
                                code = session(t, m, n, vm, src, sp, dst, dp, protocol, phase, bound)
                            if code == 0:
                                old_src, old_sp, old_dst, old_dp = src, sp, dst, dp
                                if bound >= 0:
                                    src, sp = m[bound, mem.FIRST], m[bound, mem.SECOND]
                                    dst, dp = m[bound, mem.THIRD], m[bound, mem.FOURTH]
                                else:
                                    dst, dp = to_address, to_port
                                nic, via = route_of(t, vm, dst)
                                if nic < 0:
                                    code = codes.OS_NO_ROUTE
                                elif bound < 0:
                                    new = source_of(t, nic, dst) if flags & at.SNAT else np.int64(-1)
                                    src = new if new >= 0 else src
                                    if src != old_src or dst != old_dst or dp != old_dp:
                                        there = ports_of(protocol, dp, sp)
                                        if not (
                                            put(m, n, mem.NAT, vm, ends, ports, src, sp, dst, dp)
                                            and put(
                                                m,
                                                n,
                                                mem.NAT,
                                                vm,
                                                ends_of(dst, src),
                                                there,
                                                old_dst,
                                                old_dp,
                                                old_src,
                                                old_sp,
                                            )
                                        ):
                                            code = HARD
                                if code == 0:
                                    code, near, near_id = neighbour(t, nic, via, dst)
                                    place = WIRE if code == 0 else DONE
            if code == HARD:
                break
            if code == 0 and phase != OPENING:
                # run.deliver: only who has opened the connection takes its packets
                ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                opener = (
                    end_kind == origin_kind
                    and end_id == origin
                    and (
                        (
                            phase == ANSWER
                            and ends == ends_of(asked, first_src)
                            and ports == ports_of(protocol, first_dp, first_sp)
                        )
                        or (
                            phase == FOLLOWING
                            and ends == ends_of(first_src, asked)
                            and ports == ports_of(protocol, first_sp, first_dp)
                        )
                    )
                )
                far = (
                    phase == FOLLOWING
                    and end_kind == taken_kind
                    and end_id == taken
                    and ends == taken_ends
                    and ports == taken_ports
                )
                if not opener and not far:
                    code = codes.STATE_MISSING
                    where = end_at
            if phase == FOLLOWING and code == 0:
                break
            outcome[phase, row] = OUTCOME_OF_CODE[code]
            code_of[phase, row] = code
            at_of[phase, row] = where
            hops_of[phase, row] = hops
            way_of[phase, row] = way
            if code != 0 or phase == FOLLOWING or end_kind == ITSELF or not back:
                break
            if phase == OPENING:
                taken_kind, taken = end_kind, end_id
                taken_ends, taken_ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                phase = ANSWER
                start_kind, start = taken_kind, taken
                src, sp, dst, dp = dst, dp, src, sp
            else:
                if protocol != TCP or not unanswered(m, n):
                    break
                phase = FOLLOWING
                start_kind, start = origin_kind, origin
                src, sp, dst, dp = first_src, first_sp, asked, first_dp
        hard[row] = code == HARD


def answer(
    t: Any, packets: Packets, answers: tuple[Any, ...], threads: int = 1, *, back: bool = True
) -> None:
    """Fill in the answers to packets.

    Args:
        t: ``Tables``.
        answers: outcome, code, at, hops, way: [3, packets]; hard: bool [packets].
        back: whether answers and packets 3 are asked for too.
    """
    count = len(packets)
    kinds = t.buckets[packets.source]
    blocks = [np.arange(begin, min(begin + BLOCK, count)) for begin in range(0, count, BLOCK)]

    def work(rows: Any) -> None:
        # Those of one subnet together: its tables stay in cache.
        rows = rows[np.argsort(kinds[rows], kind="stable")]
        m, n = np.zeros((mem.ROWS, mem.COLUMNS), np.int64), np.zeros(mem.COUNTS, np.int64)
        found = blank(len(rows))
        connections(t, columns_of(packets, rows), *found, m, n, back, len(rows))
        for leg in range(3):
            if leg == 0 or (found[0][leg] != ABSENT).any():
                for whole, part in zip(answers[:-1], found[:-1], strict=True):
                    whole[leg, rows] = part[leg]
        answers[-1][rows] = found[-1]

    if threads < 2:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, blocks))


def columns_of(packets: Packets, rows: Any) -> tuple[Any, ...]:
    """Return the columns of some packets."""
    return (
        packets.source[rows],
        packets.high[rows],
        packets.low[rows],
        packets.version[rows],
        packets.protocol[rows],
        packets.source_port[rows],
        packets.destination_port[rows],
    )


def blank(count: int) -> tuple[Any, ...]:
    """Return answers to be filled in: outcome, code, at, hops, way, hard."""
    return (
        np.full((3, count), ABSENT, np.uint8),
        np.zeros((3, count), np.uint16),
        np.full((3, count), -1, np.int32),
        np.zeros((3, count), np.uint8),
        np.zeros((3, count), np.uint64),
        np.zeros(count, np.bool_),
    )
