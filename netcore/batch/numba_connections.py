"""The compiled kernel: one packet after the other, from place to place as the walk takes it.

A connection has up to three packets: the first one, the answer, and packet 3 of a TCP handshake. Each goes
from guest to NIC to rules to fabric to NIC to guest until one place ends it. The places are numbers, and
each branch of the loop does what the function named beside it does in ``netcore.forwarding``.
"""

from __future__ import annotations

from typing import Any

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch import numba_memory as mem
from netcore.batch import tables as tb
from netcore.batch.answers import OUTCOME_OF_CODE, STRIDE
from netcore.batch.jit import kernel
from netcore.batch.numba_memory import add, ends_of, find, ports_of, put
from netcore.batch.numba_parts import (
    I64,
    U64,
    cell,
    chosen,
    flow_seed,
    holds,
    item,
    item8,
    item64,
    owns,
    paged_at,
    route_of,
    scalar,
    serves,
    source_of,
    way_at,
)
from netcore.batch.numba_places import (
    ANSWER,
    FLOATING,
    FOLLOWING,
    HARD,
    INBOUND,
    NO,
    OPENING,
    OUTBOUND,
    SCTP,
    TCP,
    UDP,
    entry_for,
    folded_six,
    secured,
    shared,
    translated,
    unanswered,
)
from netcore.batch.numba_steps import (
    BALANCE,
    BEYOND,
    BRING,
    DONE,
    EDGE,
    ENTER,
    GO,
    HOST,
    IN_SUBNET,
    ITSELF,
    LOOK,
    NOBODY,
    RECEIVE,
    ROUTE,
    SEND,
    VM,
    WIRE,
    balanced,
    entered,
    forwarded,
    led,
    outside,
)
from netcore.batch.numba_vpc import ROUTER, neighbour, on_link

TOO_MANY = 40
"""Forwards of one packet after which it is walked; its TTL would end it at 64."""

_WAY = U64(STRIDE)


@kernel
def connections(
    t: Any,
    columns: Any,
    answers: Any,
    m: Any,
    n: Any,
    back: Any,
    rows: Any,
    count: Any,
) -> None:
    """Answer packets.

    Args:
        t: ``Tables``.
        columns: source, high, low, atom of the destination, protocol, source port, destination port.
        answers: outcome, code, at, hops, way: [3, packets], one row per packet of a connection; then hard:
            bool [packets], True where the walk must answer.
        m, n: memory of one connection, used anew for each.
        back: whether answers and packets 3 are asked for too.
        rows, count: which packets, int64, and how many of them.
    """
    outcome, code_of, at_of, hops_of, way_of, hard = answers
    source_column, high_column, low_column, asked_column, protocol_column, sp_column, dp_column = columns
    count4 = scalar(t, tb.COUNT4)
    vpc = scalar(t, tb.VPC) == 1
    for index in range(count):
        row = rows[index]
        sender = I64(source_column[row])
        high, low = high_column[row], low_column[row]
        asked = I64(asked_column[row])
        fold = low if asked < count4 else folded_six(high, low)
        protocol = I64(protocol_column[row])
        first_sp, first_dp = I64(0), I64(0)
        if protocol in (TCP, UDP, SCTP):
            first_sp, first_dp = I64(sp_column[row]), I64(dp_column[row])
        kind = cell(t, tb.SEND, sender, at.SEND_KIND)
        if kind == at.BY_WALK:
            hard[row] = True
            continue
        origin_kind = I64(VM if kind == at.BY_VM else HOST)
        origin = cell(t, tb.SEND, sender, at.SEND_ID)
        first_src = cell(t, tb.SEND, sender, at.SEND_SOURCE4)
        if origin_kind == VM:
            first_src = scalar(t, tb.UNSPECIFIED4) if asked < count4 else scalar(t, tb.UNSPECIFIED6)
            if owns(t, origin, asked):
                first_src = asked
            elif not cell(t, tb.VMS, origin, at.VM_FLAGS) & at.HARD:
                out_nic, _ = route_of(t, origin, asked)
                found = I64(-1) if out_nic < 0 else source_of(t, out_nic, asked)
                first_src = found if found >= 0 else first_src
        for section in range(mem.COUNTS):
            n[section] = 0
        phase = OPENING
        start_kind, start = origin_kind, origin
        src, sp, dst, dp = first_src, first_sp, asked, first_dp
        taken_kind, taken, taken_ends, taken_ports = I64(NOBODY), I64(-1), I64(0), I64(0)
        while True:
            place = I64(SEND if start_kind == VM else ENTER)
            code, where, hops, way, forwards = I64(0), I64(-1), 0, U64(0), 0
            vm, nic, frontend = start, I64(-1), I64(-1)
            target, table, here, spot = I64(-1), I64(-1), I64(-1), I64(-1)
            near, near_id = I64(ROUTER), I64(-1)
            kept, by_route, public = I64(NO), False, False
            end_kind, end_id, end_at = I64(NOBODY), I64(-1), I64(-1)
            n[mem.SEEN] = 0
            while place != DONE:
                if place == SEND:
                    way = way * _WAY + item64(t, tb.NAME_OF_VM, vm)
                    flags = cell(t, tb.VMS, vm, at.VM_FLAGS)
                    where = cell(t, tb.VMS, vm, at.VM_AT)
                    place = I64(DONE)
                    if not flags & at.RUNS:
                        code = I64(codes.VM_STOPPED)
                    elif flags & at.HARD:
                        code = I64(HARD)
                    elif owns(t, vm, dst):
                        end_kind, end_id, end_at = I64(ITSELF), vm, where
                        if phase == OPENING and not serves(t, vm, protocol, dp):
                            code = I64(codes.NO_SERVICE)
                    else:
                        nic, via = route_of(t, vm, dst)
                        if nic < 0:
                            code = I64(codes.OS_NO_ROUTE)
                        else:
                            code, near, near_id = neighbour(t, nic, via, dst)
                            place = I64(WIRE if code == 0 else DONE)
                if place == WIRE:
                    # nic.leave, then security.leave
                    way = way * _WAY + item64(t, tb.NAME_OF_NIC, nic)
                    hops += 1
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = I64(DONE)
                    flags = cell(t, tb.NICS, nic, at.NIC_FLAGS)
                    odd = item8(t, tb.FLAGS, dst)
                    if flags & at.WRONG_MAC:
                        code = I64(codes.GUEST_MAC_MISMATCH)
                    elif odd & at.ODD:
                        code = I64(HARD)
                    elif odd & at.MANY:
                        code = I64(codes.MULTICAST)
                    elif (
                        not flags & at.FORWARDS
                        and holds(t, nic, src) < 0
                        and find(m, n, mem.BALANCED, nic, ends_of(src, dst), ports_of(protocol, sp, dp)) < 0
                    ):
                        code = I64(codes.SRC_NOT_OWNED)
                    else:
                        chain = cell(t, tb.NICS, nic, at.NIC_OUT if near == ROUTER else at.NIC_NEAR_OUT)
                        code = secured(t, m, n, nic, OUTBOUND, chain, src, sp, dst, dp, protocol, False)
                        if code == 0:
                            place = I64(LOOK)
                if place == LOOK:
                    here, table = cell(t, tb.NICS, nic, at.NIC_VNET), cell(t, tb.NICS, nic, at.NIC_TABLE)
                    spot = where
                    kept, by_route, public = I64(NO), False, False
                    place = I64(DONE)
                    if not item8(t, tb.CARRIES, protocol):
                        code = I64(codes.PROTO_BLOCKED)
                    elif protocol == UDP and (
                        (sp == 68 and dp == 67)
                        or not item8(t, tb.FROM_PORT, sp)
                        or not item8(t, tb.TO_PORT, dp)
                    ):
                        code = I64(codes.RESERVED_PORT)
                    else:
                        if n[mem.BALANCED] > 0:
                            # balancer.answer
                            ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                            known = find(m, n, mem.BALANCED, nic, ends, ports)
                            if known >= 0:
                                src, sp = m[known, mem.FIRST], m[known, mem.SECOND]
                                if m[known, mem.THIRD] >= 0:
                                    dst, dp = m[known, mem.THIRD], m[known, mem.FOURTH]
                                    near = I64(ROUTER)
                                behind = item(t, tb.PUBLIC_OF, src)
                                if (
                                    behind >= 0
                                    and cell(t, tb.PUBLIC, behind, at.PUBLIC_KIND) != at.PUBLIC_HOST
                                ):
                                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                                    if not put(m, n, mem.OUTWARD, nic, ends, ports, src, -1, -1, -1):
                                        code = I64(HARD)
                        if code != 0:
                            pass
                        elif near == at.NEAR_FRONTEND:
                            frontend, place = near_id, I64(BALANCE)
                        elif near == at.NEAR_NIC and near_id == nic:
                            code = I64(codes.NO_L2)
                        elif near == at.NEAR_NIC:
                            nic, place = near_id, I64(BRING)
                        elif vpc and on_link(t, nic, dst):
                            target, place = I64(IN_SUBNET), I64(GO)
                        else:
                            place = I64(ROUTE)
                if place == ROUTE:
                    # fabric.selected and fabric._one_of, or vpc.route
                    place = I64(GO)
                    if vpc:
                        ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                        if find(m, n, mem.SEEN, -1 - spot, ends, ports) >= 0:
                            code, where, place = I64(codes.LOOP), spot, I64(DONE)
                        elif not add(m, n, mem.SEEN, -1 - spot, ends, ports):
                            code, place = I64(HARD), I64(DONE)
                    target = way_at(t, paged_at(t, tb.FIB), table, dst)
                    if cell(t, tb.WAYS, target, at.WAY_KIND) == at.WAY_EQUAL:
                        base = cell(t, tb.NICS, nic, at.NIC_ECMP)
                        if base < 0:
                            code, place = I64(HARD), I64(DONE)
                        else:
                            base += cell(t, tb.WAYS, target, at.WAY_C)
                            equal = cell(t, tb.WAYS, target, at.WAY_B)
                            seed = flow_seed(t, asked, fold, src, sp, dst, dp, protocol, 0)
                            best = chosen(t, tb.ECMP_CHOOSER, base, equal, seed) - base
                            target = item(t, tb.EQUALS, cell(t, tb.WAYS, target, at.WAY_A) + best)
                if place == GO:
                    kept, public = I64(NO), False
                    code, where, place, nic, frontend, by_route, src = led(
                        t, m, n, target, here, spot, nic, src, sp, dst, dp, protocol, asked, fold
                    )
                    place = place if code == 0 else I64(DONE)
                if place == EDGE:
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = I64(DONE)
                    if item8(t, tb.FLAGS, dst) & at.PRIVATE:
                        code = I64(codes.NO_SUCH_HOST)
                    else:
                        code, src = translated(t, m, n, nic, src, sp, dst, dp, protocol, asked, fold)
                        place = I64(BEYOND if code == 0 else DONE)
                if place == BEYOND:
                    code, where, place, end_kind, end_id = outside(t, m, n, src, sp, dst, dp, protocol)
                    end_at = where
                if place == ENTER:
                    near, kept, by_route = I64(ROUTER), I64(NO), False
                    code, where, place, there, public, dst, dp = entered(t, m, n, src, sp, dst, dp, protocol)
                    nic = there if place == BRING else nic
                    frontend = there if place == BALANCE else frontend
                    if place == ROUTE:
                        here = cell(t, tb.DOORS, there, at.DOOR_VNET)
                        table = cell(t, tb.DOORS, there, at.DOOR_TABLE)
                        spot = cell(t, tb.DOORS, there, at.DOOR_AT)
                    place = place if code == 0 else I64(DONE)
                if place == BALANCE:
                    where = cell(t, tb.FRONTENDS, frontend, at.FRONT_AT)
                    code, nic, kept, public, src, dst, dp = balanced(
                        t, m, n, frontend, by_route, public, src, sp, dst, dp, protocol, asked, fold
                    )
                    place = I64(BRING if code == 0 else DONE)
                if place == BRING:
                    # delivery.bring, security.enter, nic.arrive
                    vm = cell(t, tb.NICS, nic, at.NIC_VM)
                    where = cell(t, tb.NICS, nic, at.NIC_AT)
                    place = I64(DONE)
                    if vm < 0:
                        code = I64(codes.NO_SUCH_HOST)
                    elif not cell(t, tb.VMS, vm, at.VM_FLAGS) & at.RUNS:
                        code = I64(codes.NH_STOPPED if by_route and kept == NO else codes.VM_STOPPED)
                    else:
                        chain = cell(t, tb.NICS, nic, at.NIC_IN if near == ROUTER else at.NIC_NEAR_IN)
                        code = secured(t, m, n, nic, INBOUND, chain, src, sp, dst, dp, protocol, public)
                        if code == 0:
                            way = way * _WAY + item64(t, tb.NAME_OF_NIC, nic)
                            forwards_any = cell(t, tb.NICS, nic, at.NIC_FLAGS) & at.FORWARDS
                            if not forwards_any and kept != FLOATING and holds(t, nic, dst) < 0:
                                code = I64(codes.DST_NOT_OWNED)
                            else:
                                place = I64(RECEIVE)
                if place == RECEIVE:
                    way = way * _WAY + item64(t, tb.NAME_OF_VM, vm)
                    where = cell(t, tb.VMS, vm, at.VM_AT)
                    flags = cell(t, tb.VMS, vm, at.VM_FLAGS)
                    place = I64(DONE)
                    ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                    if flags & at.HARD:
                        code = I64(HARD)
                    elif cell(t, tb.NICS, nic, at.NIC_FLAGS) & at.WRONG_MAC:
                        code = I64(codes.GUEST_MAC_MISMATCH)
                    elif find(m, n, mem.SEEN, vm, ends, ports) >= 0:
                        code = I64(codes.LOOP)
                    elif forwards > TOO_MANY or not add(m, n, mem.SEEN, vm, ends, ports):
                        code = I64(HARD)
                    else:
                        bound, entry = I64(-1), I64(-1)
                        if n[mem.NAT] > 0:
                            bound = shared(t, m, n, mem.NAT, vm, ends, ports)
                        if bound < 0 and cell(t, tb.VMS, vm, at.VM_FORWARDED) > 0:
                            entry = entry_for(t, vm, dst, dp, protocol, kept)
                        to_address, to_port, passes = dst, dp, True
                        if bound < 0 and entry >= 0:
                            to_address = cell(t, tb.FORWARDS, entry, at.FORWARD_TO)
                            said = cell(t, tb.FORWARDS, entry, at.FORWARD_TO_PORT)
                            to_port = dp if said < 0 else said
                        elif bound < 0 and owns(t, vm, dst):
                            passes = False
                            end_kind, end_id, end_at = I64(VM), vm, where
                            if phase == OPENING and not serves(t, vm, protocol, dp):
                                code = I64(codes.NO_SERVICE)
                        elif bound < 0 and (kept == FLOATING or holds(t, nic, dst) >= 0):
                            passes, code = False, I64(codes.GUEST_IP_MISMATCH)
                        if passes and bound < 0 and not flags & at.FORWARDS:
                            code = I64(codes.OS_FORWARDING_OFF)
                        elif passes:
                            forwards += 1
                            code, nic, near, near_id, src, sp, dst, dp = forwarded(
                                t, m, n, vm, flags, phase, bound, to_address, to_port,
                                src, sp, dst, dp, protocol,
                            )  # fmt: skip
                            place = I64(WIRE if code == 0 else DONE)
            if code == HARD:
                break
            if code == 0 and phase != OPENING:
                # run.deliver: only who has opened the connection takes its packets
                ends, ports = ends_of(src, dst), ports_of(protocol, sp, dp)
                fits = end_kind == origin_kind and end_id == origin
                if phase == ANSWER:
                    fits = fits and ends == ends_of(asked, first_src)
                    fits = fits and ports == ports_of(protocol, first_dp, first_sp)
                else:
                    fits = fits and ends == ends_of(first_src, asked)
                    fits = fits and ports == ports_of(protocol, first_sp, first_dp)
                    far = end_kind == taken_kind and end_id == taken
                    fits = fits or (far and ends == taken_ends and ports == taken_ports)
                if not fits:
                    code, where = I64(codes.STATE_MISSING), end_at
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
