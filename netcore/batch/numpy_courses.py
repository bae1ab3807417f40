"""The short way of the numpy kernel: where connections end is known beforehand for most, see ``relays``.

All packets of a piece are asked the rules of their first NIC; those that leave it, where they end; those that
arrive there, the rules of the last NIC; and who of a relay takes each is asked last. What is not known so is
left to the other ways of the kernel.

Two things decide how long this takes. A piece fits into the nearer caches. And nothing is picked from a long
column by a mask: processors guess where packets go on, and guess wrong. Rows are picked by their numbers, and
one of two numbers by arithmetic.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.answers import OUTCOME_OF_CODE, STRIDE
from netcore.batch.numpy_ends import BY_RELAY, KIND_BITS, OUTSIDE, UDP, UNSURE, Side
from netcore.batch.numpy_lookups import DENIED, U64, Spot, chosen, either, flow_seed, judged, mixed
from netcore.batch.packets import Packets
from netcore.batch.sheets import Table

PIECE = 1 << 14

_FAMILY_AND_ICMP = (1 << KIND_BITS) - 1
_TWICE, _PASS = U64(STRIDE * STRIDE % 2**64), U64(STRIDE**3 % 2**64)


class Ends(NamedTuple):
    """How packets end, in order of how many relays they go through.

    Args:
        code: int64, 0 or a code.
        line: int64, relays on the way.
        begins: for each step of lines, where those begin that go through so many relays or more.
    """

    code: Table
    line: Table
    begins: list[int]


class Headers(NamedTuple):
    """What few packets of a piece are asked; by row of the piece.

    Args:
        protocol, sp, dp: int64.
        fold: uint64, destinations as hashes see them.
    """

    protocol: Table
    sp: Table
    dp: Table
    fold: Table


class Some(NamedTuple):
    """Some packets of a piece; all columns are int64 and of one length.

    Args:
        row: which packets of the piece they are.
        start: ends that they leave, see ``numpy_ends``.
        src, dst: atoms.
        port: atoms of destination ports.
        kind: family and protocol, see ``numpy_ends``.
    """

    row: Table
    start: Table
    src: Table
    dst: Table
    port: Table
    kind: Table

    def take(self, rows: Table) -> Some:
        """Return some of them."""
        return Some(*(column.take(rows) for column in self))


def short(t: SimpleNamespace, packets: Packets, answers: list[Any], back: bool) -> Table:
    """Answer the packets of a piece of which it is known where they end, and where their answers do.

    Args:
        answers: as in ``kernel_numpy.answer``, of these packets.
        back: whether answers are asked for too.

    Returns: rows of the others.
    """
    headers, some, fits, many = _begin(t, packets)
    rest = [np.flatnonzero(~fits)]
    if len(rest[0]) == len(fits):
        return rest[0]
    lost = many | _refused(t, t.leaving, headers, some, some.start, some.dst)
    code = codes.NSG_OUT + many * np.int64(codes.MULTICAST - codes.NSG_OUT)
    start = some.start
    # Who goes on is written over.
    _write(answers, 0, slice(None), code, t.end_at.take(start), np.uint8(1), t.begun.take(start))
    some = some.take(np.flatnonzero(fits & ~lost))
    known, unknown, ends = _ends(t, some, some.start, some.src, some.dst)
    rest.append(some.row.take(unknown))
    some = some.take(known)
    last = t.holder.take(some.dst)
    arrived = np.flatnonzero(ends.code == 0)
    there = some.take(arrived)
    refused = _refused(t, t.coming, headers, there, last.take(arrived), there.src)
    ends.code[arrived] = refused * np.int64(codes.NSG_IN)
    _carry(t, headers, some, some.start, last, ends, answers, 0)
    if back:
        taken = np.flatnonzero(ends.code == 0)
        some, last = some.take(taken), last.take(taken)
        known, unknown, ends = _ends(t, some, last, some.dst, some.src)
        rest.append(some.row.take(unknown))
        some, last = some.take(known), last.take(known)
        _carry(t, headers, some, last, some.start, ends, answers, 1)
    return np.concatenate(rest)


def _begin(t: SimpleNamespace, packets: Packets) -> tuple[Headers, Some, Table, Table]:
    """Return the packets, which of them fit the short way, and which go to many receivers."""
    dst = t.atoms.find(packets.version, packets.high, packets.low, numpy=True).astype(np.int64)
    source, protocol, sp, dp = (
        column.astype(np.int64)
        for column in (packets.source, packets.protocol, packets.source_port, packets.destination_port)
    )
    portless = np.flatnonzero(~t.ported.take(protocol))
    sp[portless] = dp[portless] = 0
    start, kind, fold = t.starter.take(source), t.kind.take(protocol), packets.low
    fits = start >= 0
    start = np.maximum(start, 0)
    six = packets.version == 6
    if six.any():
        start += six * np.int64(len(t.here) // 2)
        kind |= six * np.int64(2)
        fold = either(six, mixed(packets.high) ^ fold, fold)
    src, flags = t.address.take(start), t.kinds.take(dst)
    fits &= (src >= 0) & (src != dst) & ((flags & (at.ODD | BY_RELAY)) == 0) & t.travels.take(protocol)
    fits &= (t.free_port.take(sp) & t.free_port.take(dp)) | (protocol != UDP)
    port = t.port_atom.take(dp).astype(np.int64)
    some = Some(np.arange(len(dst)), start, np.maximum(src, 0), dst, port, kind)
    return Headers(protocol, sp, dp, fold), some, fits, (flags & at.MANY) != 0


def _refused(t: SimpleNamespace, side: Side, headers: Headers, some: Some, end: Table, far: Table) -> Table:
    """Return whether the rules of ends deny packets.

    Args:
        far: addresses of the other ends.
    """
    row = side.chain.take(end) + 1
    words = side.words.take(row)
    matching = side.own.take(end)
    protocols = len(side.protocol) // len(side.words)
    matching &= side.protocol.take(row * protocols + (some.kind >> KIND_BITS))
    for begin, classes, wanted in (
        (side.far, side.far_classes, far),
        (side.port, side.port_classes, some.port),
    ):
        vector = classes.at(row, Spot.of(wanted))
        vector *= words
        vector += begin.take(row)
        matching &= t.bits.take(vector)
    denied: Table = (matching & -matching & side.denying.take(row)) != 0
    none = np.flatnonzero(matching == 0)
    none = none[words.take(none) != 1]
    if len(none):  # there is more to these than the first rules of an only set
        chain = t.chains[row.take(none) - 1].astype(np.int64)
        asked = some.take(none)
        protocol, sp, dp, _ = (column.take(asked.row) for column in headers)
        header = asked.src, sp, asked.dst, dp, protocol
        denied[none] = judged(t, chain[:, at.CHAIN_START], chain[:, at.CHAIN_COUNT], header) == DENIED
    return denied


def _course(t: SimpleNamespace, some: Some, first: Table, src: Table, dst: Table) -> tuple[Table, Table]:
    """Return how packets end that have left their first end, and the lines of relays they go through.

    The end is 0, where who holds the destination takes a packet if the rules there let it, or a code, or
    ``UNSURE``.
    """
    spot, here = Spot.of(dst), t.here.take(first)
    course = way = t.fib_of.at(first, spot)
    relayed = np.flatnonzero(t.way_relays.take(way))
    if len(relayed):
        course = way.copy()
        course[relayed] = t.behind.at(way.take(relayed), spot.take(relayed)) + t.first_course
    end, line, vnet = t.course_end.take(course), t.course_line.take(course), t.course_vnet.take(course)
    vnet = either(vnet < 0, here, vnet)
    sure = t.course_takes.take((course << KIND_BITS) + (some.kind & _FAMILY_AND_ICMP))
    sure &= (end != 0) | (t.lands.take(dst) == vnet)
    inside = t.course_inside.take(course)
    for asks, network in ((t.way_asks.take(way), here), (inside >= 0, inside)):
        rows = np.flatnonzero(asks)
        if len(rows):
            sure[rows] &= t.in_space[t.spaces.take(src.take(rows)), network.take(rows)]
    out = np.flatnonzero(end == OUTSIDE)
    if len(out):
        shut = (line.take(out) != 0) | t.no_way_out.take(first.take(out))
        nowhere = (t.kinds.take(dst.take(out)) & at.PRIVATE) != 0
        code = UNSURE + shut * np.int64(codes.NO_OUTBOUND - UNSURE)
        end[out] = code + nowhere * (codes.NO_SUCH_HOST - code)
    end |= sure - np.int64(1)  # all bits, which is UNSURE
    return end, line


def _ends(t: SimpleNamespace, some: Some, first: Table, src: Table, dst: Table) -> tuple[Table, Table, Ends]:
    """Return which packets are known how they end, in an order that suits ``_carry``, the others, and how."""
    code, line = _course(t, some, first, src, dst)
    unsure = code == UNSURE
    length = np.maximum(t.line_length.take(line), unsure * np.uint8(at.MOST_RELAYS + 1))
    rows = [np.flatnonzero(length == relays) for relays in range(len(t.line_steps) + 1)]
    begins = np.cumsum([len(some) for some in rows[:-1]]).tolist()
    known = np.concatenate(rows)
    return known, np.flatnonzero(unsure), Ends(code.take(known), line.take(known), begins)


def _carry(
    t: SimpleNamespace,
    headers: Headers,
    some: Some,
    first: Table,
    last: Table,
    ends: Ends,
    answers: list[Any],
    leg: int,
) -> None:
    """Name the ways of packets and write what became of them.

    Args:
        some: the packets in the order of ``_ends``.
        first, last: ends that they leave first and reach last.
    """
    way, where = t.begun.take(first), t.end_at.take(first)
    hops = np.ones(len(way), np.uint8)
    seeds: Table | None = None
    for begin, steps in zip(ends.begins, t.line_steps, strict=True):
        if begin == len(way):
            break
        relay = steps.take(ends.line[begin:])
        if seeds is None or not t.one_hash:
            seeds = _seeds(t, headers, some, begin, t.relay_distribution.take(relay))
        seeds = seeds[len(seeds) - len(relay) :]
        start, count = t.relay_start.take(relay), t.relay_count.take(relay)
        member = chosen(t.relay_chooser, start, count, seeds)
        way[begin:] *= _PASS
        way[begin:] += t.relay_passes.take(member)
        where[begin:] = t.relay_at.take(member)
        hops[begin:] += 1
    taken = np.flatnonzero(ends.code == 0)
    to = last.take(taken)
    way[taken] = way.take(taken) * _TWICE + t.arriving.take(to)
    where[taken] = t.taken_at.take(to)
    denied = np.flatnonzero(ends.code == codes.NSG_IN)
    where[denied] = t.end_at.take(last.take(denied))
    _write(answers, leg, some.row, ends.code, where, hops, way)


def _seeds(t: SimpleNamespace, headers: Headers, some: Some, begin: int, distribution: Table) -> Table:
    """Return the hashes of flows from a row on; they are the same there and back."""
    src, dst = some.src[begin:], some.dst[begin:]
    protocol, sp, dp, fold = (column.take(some.row[begin:]) for column in headers)
    return flow_seed(t.fold.take(src), fold, src > dst, sp, dp, protocol, distribution)


def _write(answers: list[Any], leg: int, rows: Any, code: Table, where: Table, hops: Any, way: Table) -> None:
    """Write what became of packets into the answers."""
    for whole, part in zip(answers, (OUTCOME_OF_CODE.take(code), code, where, hops, way), strict=False):
        whole[leg, rows] = part
