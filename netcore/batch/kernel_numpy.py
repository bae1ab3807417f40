"""The numpy kernel: all packets of a chunk from place to place, each place for all that are there.

Written anew from the walk and not from the compiled kernel, so that each is a check of the other. It answers
everything where numba is missing. Where it is known beforehand how connections end, that is enough
(``numpy_courses``); others go from NIC to NIC while nothing but plain NICs is met (``numpy_plain``), and what
is left goes the long way.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np

from netcore.batch import codes, numpy_edge, numpy_fabric, numpy_guests
from netcore.batch import layout as at
from netcore.batch.answers import OUTCOME_OF_CODE, blank
from netcore.batch.compile import Compiled
from netcore.batch.numpy_courses import PIECE, short
from netcore.batch.numpy_ends import course_tables
from netcore.batch.numpy_lookups import mixed, owns, route_of, source_of
from netcore.batch.numpy_memory import ends_of, ports_of
from netcore.batch.numpy_plain import Flight, fly, starters
from netcore.batch.numpy_state import (
    ANSWER,
    BALANCE,
    BEYOND,
    BRING,
    EDGE,
    ENTER,
    FOLLOWING,
    GO,
    HARD,
    HOST,
    ITSELF,
    LOOK,
    OPENING,
    RECEIVE,
    ROUTE,
    SEND,
    TCP,
    UDP,
    VM,
    WIRE,
    State,
)
from netcore.batch.packets import Packets
from netcore.batch.plain import plain_tables
from netcore.batch.sheets import Table
from netcore.batch.tables import named_tables, paged_tables

CHUNK = 1 << 16
SCTP = 132

_PLACES = (
    (SEND, numpy_guests.send),
    (WIRE, numpy_fabric.wire),
    (LOOK, numpy_fabric.look),
    (ROUTE, numpy_fabric.route),
    (GO, numpy_fabric.go),
    (EDGE, numpy_edge.edge),
    (BEYOND, numpy_edge.beyond),
    (ENTER, numpy_edge.enter),
    (BALANCE, numpy_edge.balance),
    (BRING, numpy_fabric.bring),
    (RECEIVE, numpy_guests.receive),
)


def tables_by_name(compiled: Compiled) -> SimpleNamespace:
    """Return every table by its name, and the single values."""
    carried, tables = compiled.carried, named_tables(compiled)
    crossings, kinds = tables["crossings"], np.arange(at.WAY_DROP_AT + 1)
    wide = (crossings[:, at.CROSS_CODE] == 0) & (crossings[:, at.CROSS_GLOBAL] == 0)
    return SimpleNamespace(
        **tables,
        way_columns=np.ascontiguousarray(tables["ways"].T, np.int64),
        set_columns=np.ascontiguousarray(tables["sets"].T, np.int64),
        leads_on=np.isin(kinds, (at.WAY_LOCAL, at.WAY_PEER, at.WAY_NIC, at.WAY_FRONTEND)),
        wide_inside=wide,
        wide_open=wide & (crossings[:, at.CROSS_FORWARDED] != 0),
        **plain_tables(compiled),
        **course_tables(compiled),
        **paged_tables(compiled),
        atoms=compiled.atoms,
        count4=compiled.atoms.count4,
        unspecified=compiled.unspecified,
        icmp_ha_ports=carried.icmp_ha_ports,
        icmpv6_filtered=carried.icmpv6_filtered,
        public_deny=carried.public_deny,
        cuts=carried.cuts,
        cuts_flows=compiled.network.profile.security_change_cuts_flows,
        roster=compiled.balancers.roster,
        rosters=compiled.balancers.rosters,
        by_mac=carried.by_mac,
        vpc=carried.vpc,
    )


def answer(
    compiled: Compiled, packets: Packets, answers: tuple[Any, ...], threads: int = 1, *, back: bool = True
) -> None:
    """Fill in the answers to packets.

    Args:
        answers: outcome, code, at, hops, way: [3, packets]; hard: bool [packets].
        back: whether answers and packets 3 are asked for too.
    """
    t = tables_by_name(compiled)

    def known(begin: int) -> Table:
        piece = slice(begin, begin + PIECE)
        with np.errstate(over="ignore"):
            return begin + short(t, packets.take(piece), [each[..., piece] for each in answers], back)

    def others(rows: Table) -> None:
        with np.errstate(over="ignore"):
            _chunk(t, packets, rows, answers, back)

    with ThreadPoolExecutor(threads) as pool:
        over: Any = map if threads < 2 else pool.map
        rest = np.concatenate([np.zeros(0, np.int64), *over(known, range(0, len(packets), PIECE))])
        list(over(others, np.split(rest, range(CHUNK, len(rest), CHUNK))))


def _chunk(t: SimpleNamespace, packets: Packets, rows: Table, answers: tuple[Any, ...], back: bool) -> None:
    """Answer some packets: plain connections from NIC to NIC, the others on the long way."""
    for way in (_plain, _long):
        if not len(rows):
            return
        found = list(blank(len(rows)))
        left = way(t, packets.take(rows), found, back)
        for whole, part in zip(answers, found, strict=True):
            whole[..., rows] = part
        rows = rows[left]


def _asked(t: SimpleNamespace, packets: Packets) -> Table:
    """Return the atoms of destinations."""
    found = t.atoms.find(packets.version, packets.high, packets.low, numpy=True)
    return found.astype(np.int64)  # type: ignore[no-any-return]


def _plain(t: SimpleNamespace, packets: Packets, answers: list[Any], back: bool) -> Table:
    """Answer plain connections; return the rows of the others."""
    asked = _asked(t, packets)
    send = t.send[packets.source]
    protocol = packets.protocol.astype(np.int64)
    ported = np.isin(protocol, (TCP, UDP, SCTP))
    sp = np.where(ported, packets.source_port, 0).astype(np.int64)
    dp = np.where(ported, packets.destination_port, 0).astype(np.int64)
    six = (asked >= t.count4).astype(np.int64)
    header = (np.zeros(len(asked), np.int64), sp, asked, dp, protocol)
    vm = np.where(send[:, at.SEND_KIND] == at.BY_VM, send[:, at.SEND_ID], 0)
    start = starters(t, vm, header, six)
    start[send[:, at.SEND_KIND] != at.BY_VM] = -1
    rows = np.flatnonzero(start >= 0)
    fold = np.where(packets.version == 4, packets.low, mixed(packets.high) ^ packets.low)
    flight = Flight(header, (t.fold[header[0]], fold), six, start.copy())
    fly(t, flight, rows)
    done: Table = flight.code >= 0
    legs = [(flight, np.flatnonzero(done))]
    if back:
        taken = np.flatnonzero(flight.code == 0)
        answer = flight.back()
        fly(t, answer, taken)
        home = (answer.code > 0) | ((answer.code == 0) & (answer.nic == start))
        done[taken] = home[taken]
        legs = [(flight, np.flatnonzero(done)), (answer, taken[home[taken]])]
    for leg, (which, where) in enumerate(legs):
        columns = OUTCOME_OF_CODE[which.code[where]], which.code[where], which.where[where]
        for whole, part in zip(answers, (*columns, which.hops[where], which.way[where]), strict=False):
            whole[leg, where] = part
    return np.flatnonzero(~done)


def _long(t: SimpleNamespace, packets: Packets, answers: list[Any], back: bool) -> Table:
    """Answer connections of any kind: the first packets, their answers, packets 3; no rows are left."""
    s, first = opening(t, packets)
    answers[-1][:] = t.send[packets.source, at.SEND_KIND] == at.BY_WALK
    asked, taken = both_ways(s, first, answers, back)
    third(s, first, answers, asked, taken)
    return asked[:0]


def both_ways(
    s: State, first: SimpleNamespace, answers: list[Any], back: bool
) -> tuple[Table, tuple[Table, ...]]:
    """Take the first packets and their answers along; of connections that are open, later ones.

    Returns: rows whose answers came home, and who had taken the packets, as what.
    """
    hard = answers[-1]
    everybody = np.flatnonzero(~hard)
    s.phase = OPENING if s.open_already is None else FOLLOWING
    _leg(s, everybody)
    if s.open_already is not None:
        _only_known(s, everybody[s.protocol[everybody] == TCP], (first.there, s.open_already))
    _write(s, answers, everybody, OPENING)
    s.leave_leg(everybody)
    hard |= s.code == HARD
    taken = s.end_kind.copy(), s.end_id.copy(), *s.keys(np.arange(s.count))
    asked = everybody[(s.code[everybody] == 0) & (s.end_kind[everybody] != ITSELF)]
    if not back or not len(asked):
        return asked[:0], taken
    s.src[asked], s.dst[asked] = s.dst[asked], s.src[asked]
    s.sp[asked], s.dp[asked] = s.dp[asked], s.sp[asked]
    s.reset()
    s.met = s.legs_met[1]
    s.phase = ANSWER
    s.vm[asked] = taken[1][asked]
    hosts = asked[taken[0][asked] == HOST]
    s.meet(hosts, taken[1][hosts])
    s.place[asked] = np.where(taken[0][asked] == VM, SEND, ENTER)
    _run(s)
    _only_known(s, asked, (first.back,))
    _write(s, answers, asked, ANSWER)
    s.leave_leg(asked)
    hard |= s.code == HARD
    return asked[s.code[asked] == 0], taken


def third(
    s: State, first: SimpleNamespace, answers: list[Any], asked: Table, taken: tuple[Table, ...]
) -> None:
    """Take packets 3 of handshakes along, where a stateful guest has not seen the answer."""
    hard = answers[-1]
    asked = asked[s.protocol[asked] == TCP]
    asked = asked[s.guest.any_value(asked, 0, 0)]
    if not len(asked):
        return
    s.reset()
    s.met = []
    s.phase = FOLLOWING
    s.src[asked], s.sp[asked], s.dst[asked], s.dp[asked] = (column[asked] for column in first.header)
    _leg(s, asked)
    _only_known(s, asked, (first.there, taken))
    hard |= s.code == HARD
    failed = asked[s.code[asked] != 0]
    _write(s, answers, failed, FOLLOWING)


def opening(t: SimpleNamespace, packets: Packets) -> tuple[State, SimpleNamespace]:
    """Return the chunk with its first headers, and who has opened the connections with them."""
    asked = _asked(t, packets)
    fold = np.where(packets.version == 4, packets.low, mixed(packets.high) ^ packets.low)
    protocol = packets.protocol.astype(np.int64)
    s = State(t, asked, fold, protocol)
    ported = np.isin(protocol, (TCP, UDP, SCTP))
    s.sp = np.where(ported, packets.source_port, 0).astype(np.int64)
    s.dp = np.where(ported, packets.destination_port, 0).astype(np.int64)
    s.dst = asked.copy()
    send = t.send[packets.source].astype(np.int64)
    by_vm = send[:, at.SEND_KIND] == at.BY_VM
    s.origin_kind, s.origin = np.where(by_vm, VM, HOST), send[:, at.SEND_ID]
    s.src = send[:, at.SEND_SOURCE4].copy()
    rows = np.flatnonzero(by_vm)
    four = s.four(asked[rows])
    vm = s.origin[rows]
    source = np.where(four, *t.unspecified).astype(np.int64)
    nic, _ = route_of(t, vm, asked[rows], four)
    found = source_of(t, nic, four)
    fine = (nic >= 0) & (found >= 0) & ((t.vms[vm, at.VM_FLAGS] & at.HARD) == 0)
    source[fine] = found[fine]
    s.src[rows] = np.where(owns(t, vm, asked[rows]), asked[rows], source)
    header = s.src.copy(), s.sp.copy(), s.dst.copy(), s.dp.copy()
    src, sp, dst, dp = header
    there = s.origin_kind, s.origin, ends_of(src, dst), ports_of(protocol, sp, dp)
    back = s.origin_kind, s.origin, ends_of(dst, src), ports_of(protocol, dp, sp)
    return s, SimpleNamespace(header=header, there=there, back=back)


def _leg(s: State, rows: Table) -> None:
    """Send packets from where their connections were opened."""
    s.vm[rows] = s.origin[rows]
    hosts = rows[s.origin_kind[rows] == HOST]
    s.meet(hosts, s.origin[hosts])
    s.place[rows] = np.where(s.origin_kind[rows] == VM, SEND, ENTER)
    _run(s)


def _run(s: State) -> None:
    """Take packets from place to place until all have come to an end."""
    while True:
        moved = False
        for place, act in _PLACES:
            rows = np.flatnonzero(s.place == place)
            if len(rows):
                act(s, rows)
                moved = True
        if not moved:
            return


def _only_known(s: State, rows: Table, known: tuple[tuple[Table, ...], ...]) -> None:
    """As ``run.deliver``: only who has opened a connection takes its packets."""
    rows = rows[s.code[rows] == 0]
    ends, ports = s.keys(rows)
    mine = np.zeros(len(rows), np.bool_)
    for kind, who, its_ends, its_ports in known:
        mine |= (
            (s.end_kind[rows] == kind[rows])
            & (s.end_id[rows] == who[rows])
            & (ends == its_ends[rows])
            & (ports == its_ports[rows])
        )
    lost = rows[~mine]
    s.drop(lost, codes.STATE_MISSING, s.end_at[lost])
    s.lose_at_edge(lost[s.end_kind[lost] != VM])


def _write(s: State, answers: list[Any], rows: Table, leg: int) -> None:
    """Write what became of packets into the answers."""
    outcome, code, where, hops, way, _ = answers
    said = np.maximum(s.code[rows], 0)
    outcome[leg, rows] = OUTCOME_OF_CODE[said]
    code[leg, rows] = said
    where[leg, rows] = s.where[rows]
    hops[leg, rows] = s.hops[rows]
    way[leg, rows] = s.way[rows]
