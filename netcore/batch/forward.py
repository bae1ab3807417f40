"""Where arrays of packets are answered: by the kernels as far as they carry, else by the walk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from netcore.batch.answers import Answers, Column, Fates, answer_of, clear, put
from netcore.batch.compile import Compiled
from netcore.batch.packets import Packets
from netcore.batch.packets import packets_of as _packets_of
from netcore.forwarding.walk import follow
from netcore.trace.packet import Packet

Engine = Literal["numba", "numpy", "walk"]


def packets_of(compiled: Compiled, packets: Sequence[Packet]) -> Packets:
    """Return packets as arrays for a compiled network; see ``packets.packets_of`` for what it raises."""
    return _packets_of(compiled.senders, packets)


def forward(
    compiled: Compiled, packets: Packets, *, threads: int = 1, engine: Engine | None = None
) -> Answers:
    """Return what becomes of every packet and of its answer, as ``follow`` would say it.

    Args:
        compiled: arrays of the network.
        packets: made for the same network.
        threads: of the compiled kernel.
        engine: None takes numba where it is installed, else numpy.
    """
    count = len(packets)
    names = list(compiled.names)
    forward_, back, third = Fates.empty(count), Fates.empty(count), Fates.empty(count)
    hard = np.ones(count, np.bool_)
    _by_walk(compiled, packets, (forward_, back, third), np.flatnonzero(hard), names)
    return Answers(tuple(names), forward_, back, third, hard)


def _by_walk(
    compiled: Compiled, packets: Packets, legs: tuple[Fates, Fates, Fates], rows: Column, names: list[str]
) -> None:
    """Answer some rows by walking them one by one."""
    number = {name: index for index, name in enumerate(names)}
    for fates in legs:
        clear(fates, rows)
    for row in rows.tolist():
        found = answer_of(follow(compiled.network, packets.packet(row)))
        for fates, fate in zip(legs, (found.forward, found.back, found.third), strict=True):
            put(fates, row, fate, number, names)
