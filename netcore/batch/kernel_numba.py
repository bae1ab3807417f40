"""The compiled kernel: blocks of packets, first on the short way, and what is left on the long one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from netcore.batch import numba_memory as mem
from netcore.batch.answers import blank
from netcore.batch.atoms import Atoms
from netcore.batch.numba_connections import connections
from netcore.batch.numba_plain import memory as memory_of
from netcore.batch.numba_plain import short
from netcore.batch.packets import Packets

BLOCK, LONGEST_BLOCK = 1 << 14, 1 << 18
"""Packets that are answered together, at least and at most: with more of them their columns and answers are
no longer in cache when they are needed again."""

SHARING = 256
"""So many packets of a block begin with the same rules and routes on average, and share what is in cache.
Measured for 2,000 to 40,000 VMs with 512 KiB of cache for each core and 32 MiB for all (S2)."""


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
    asked = np.empty(count, np.int32)
    columns = columns_of(packets, asked)
    addresses = packets.version, packets.high, packets.low
    block = block_of(t, count, threads)
    blocks = iter(range(0, count, block))

    def work() -> None:
        memory, rest = memory_of(min(block, count)), np.empty(min(block, count), np.int64)
        for begin in blocks:  # those that no other thread has taken
            end = min(begin + block, count)
            asked[begin:end] = atoms.find(*(column[begin:end] for column in addresses))
            left = short(t, columns, answers, memory, begin, end, back, rest)
            if left:
                connections(t, columns, answers, *long_memory(), back, rest, left)

    if threads < 2:
        work()
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()


def block_of(t: Any, count: int, threads: int) -> int:
    """Return how many packets are answered together; each thread has some blocks, for one may take longer."""
    most = min(LONGEST_BLOCK, count // (4 * threads))
    if most <= BLOCK:
        return BLOCK
    return max(BLOCK, min(most, SHARING * int(np.count_nonzero(np.bincount(t.buckets)))))


def warm(t: Any, atoms: Atoms) -> None:
    """Have the kernels ready, from the disk where they were kept, without answering anything."""
    packets = Packets.of((), np.zeros(0, np.int32), np.zeros(0, np.uint64))
    for table in (atoms.find4, atoms.find6):
        table(packets.high, packets.low)
    columns, rest = columns_of(packets, np.zeros(0, np.int32)), np.zeros(0, np.int64)
    short(t, columns, blank(0), memory_of(0), 0, 0, True, rest)
    connections(t, columns, blank(0), *long_memory(), True, rest, 0)


def long_memory() -> tuple[Any, Any]:
    """Return what ``connections`` works in."""
    return np.zeros((mem.ROWS, mem.COLUMNS), np.int64), np.zeros(mem.COUNTS, np.int64)


def columns_of(packets: Packets, asked: Any) -> tuple[Any, ...]:
    """Return the columns of packets as kernels take them, with the atoms of their destinations."""
    return (
        packets.source,
        packets.high,
        packets.low,
        asked,
        packets.protocol,
        packets.source_port,
        packets.destination_port,
    )
