"""Where arrays of packets are answered: by the kernels as far as they carry, else by the walk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from netcore.batch import kernel_numpy
from netcore.batch.answers import Answers, Column, Fates, answer_of, blank, clear, put
from netcore.batch.compile import Compiled
from netcore.batch.engines import Engine, numba_is_here
from netcore.batch.packets import Packets
from netcore.batch.packets import packets_of as _packets_of
from netcore.batch.tables import tables_of
from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.forwarding.state import State
from netcore.forwarding.walk import follow
from netcore.trace.packet import Packet


def warm() -> None:
    """Have the compiled kernel ready before the first packets come; does nothing without numba.

    It is kept on disk beside this file, or where ``NUMBA_CACHE_DIR`` says, which the caller may set.
    """
    if numba_is_here():
        from netcore.batch import kernel_numba

        empty = Scenario.model_validate({"schema": 1, "name": "nothing"})
        compiled = Compiled(Network(empty))
        kernel_numba.warm(tables_of(compiled), compiled.atoms)


def packets_of(compiled: Compiled, packets: Sequence[Packet]) -> Packets:
    """Return packets as arrays for a compiled network; see ``packets.packets_of`` for what it raises."""
    return _packets_of(compiled.senders, packets)


def forward(
    compiled: Compiled,
    packets: Packets,
    *,
    threads: int = 1,
    engine: Engine | None = None,
    back: bool = True,
    state: State | None = None,
) -> Answers:
    """Return what becomes of every packet and of its answer, as ``follow`` would say it.

    Args:
        compiled: arrays of the network.
        packets: made for the same network.
        threads: of the compiled kernel.
        engine: None takes numba where it is installed, else numpy.
        back: whether answers and packets 3 of handshakes are asked for too.
        state: the moment; None: that of ``compiled``. With connections that are open, hosts that lag or SNAT
            ports that are taken, every packet is walked.
    """
    if state is not None:
        compiled = compiled.at(state)
    if not carried(compiled.state):
        engine = "walk"
    names = list(compiled.names)
    by_kernel = engine == "numba" or (engine is None and numba_is_here())
    legs = 1 if by_kernel and not back else 3
    found = blank(len(packets), legs, filled=not by_kernel)  # the compiled kernel fills in everything
    hard = found[-1]
    if by_kernel:
        from netcore.batch import kernel_numba

        kernel_numba.answer(tables_of(compiled), compiled.atoms, packets, found, threads, back=back)
    elif engine != "walk":
        kernel_numpy.answer(compiled, packets, found, threads, back=back)
    else:
        hard[:] = True
    fates = [Fates(*(each[leg] for each in found[:-1])) for leg in range(legs)]
    _by_walk(compiled, packets, fates if back else fates[:1], np.flatnonzero(hard), names)
    first, second, third = fates if legs == 3 else (*fates, *[Fates.absent(len(packets))] * 2)
    return Answers(tuple(names), first, second, third, hard)


def carried(state: State) -> bool:
    """Return whether arrays carry a moment."""
    return not (state.stale or state.ports_in_use or state.pins or state.sessions)


def _by_walk(compiled: Compiled, packets: Packets, legs: list[Fates], rows: Column, names: list[str]) -> None:
    """Answer some rows by walking them one by one."""
    if not len(rows):
        return
    number = {name: index for index, name in enumerate(names)}
    for fates in legs:
        clear(fates, rows)
    for row in rows.tolist():
        found = answer_of(follow(compiled.network, packets.packet(row), compiled.state))
        for fates, fate in zip(legs, (found.forward, found.back, found.third), strict=False):
            put(fates, row, fate, number, names)
