"""The compiled kernel: blocks of packets, each in an order that is kind to caches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from netcore.batch import numba_memory as mem
from netcore.batch.answers import ABSENT, blank
from netcore.batch.atoms import Atoms
from netcore.batch.numba_connections import connections
from netcore.batch.numba_plain import MOST
from netcore.batch.packets import Packets

BLOCK = 1 << 19
"""Packets that are answered together: the more, the longer one subnet's tables stay in cache."""


def answer(
    t: Any, atoms: Atoms, packets: Packets, answers: tuple[Any, ...], threads: int = 1, *, back: bool = True
) -> None:
    """Fill in the answers to packets.

    Args:
        t: ``Tables``.
        answers: outcome, code, at, hops, way: [3, packets]; hard: bool [packets].
        back: whether answers and packets 3 are asked for too.
    """
    count = len(packets)
    legs = 3 if back else 1
    kinds = t.buckets[packets.source]
    size = min(BLOCK, -(-count // max(1, threads)) or 1)
    blocks = [np.arange(begin, min(begin + size, count)) for begin in range(0, count, size)]

    def work(rows: Any) -> None:
        # Those of one subnet together: its tables stay in cache.
        rows = rows[np.argsort(kinds[rows], kind="stable")]
        m, n = np.zeros((mem.ROWS, mem.COLUMNS), np.int64), np.zeros(mem.COUNTS, np.int64)
        seen = np.zeros(MOST * 4, np.int64)
        found = blank(len(rows), legs)
        connections(t, columns_of(atoms, packets, rows), found, m, n, seen, back, len(rows))
        for leg in range(legs):
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


def warm(t: Any, atoms: Atoms) -> None:
    """Have the kernel ready, from the disk where it was kept, without answering anything."""
    packets = Packets.of((), np.zeros(0, np.int32), np.zeros(0, np.uint64))
    m, n = np.zeros((mem.ROWS, mem.COLUMNS), np.int64), np.zeros(mem.COUNTS, np.int64)
    seen = np.zeros(MOST * 4, np.int64)
    for table in (atoms.find4, atoms.find6):
        table(packets.high, packets.low)
    connections(t, columns_of(atoms, packets, np.arange(0)), blank(0), m, n, seen, True, 0)


def columns_of(atoms: Atoms, packets: Packets, rows: Any) -> tuple[Any, ...]:
    """Return the columns of some packets, with the atoms of their destinations."""
    high, low = packets.high[rows], packets.low[rows]
    return (
        packets.source[rows],
        high,
        low,
        atoms.find(packets.version[rows], high, low),
        packets.protocol[rows],
        packets.source_port[rows],
        packets.destination_port[rows],
    )
