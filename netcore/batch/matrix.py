"""All pairs of VMs at once: who reaches whom by one port, and how many headers get through, by class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from netcore.batch import kernel_space as kernel
from netcore.batch.cells import cells
from netcore.batch.classes import Classes
from netcore.batch.compile import Compiled
from netcore.batch.forward import forward
from netcore.batch.kernel_routes import ARRIVES, LOST, UNKNOWN
from netcore.batch.packets import Packets
from netcore.batch.portsets import PORTED
from netcore.batch.sheets import Table
from netcore.batch.space import Space, space_of
from netcore.forwarding.drawing import drawing_of
from netcore.trace.model import Outcome
from netcore.trace.packet import protocol_number

SOURCE_PORT = 49_152
"""Source port of the packet that stands for a port; the first one that systems choose from (RFC 6335)."""


@dataclass(frozen=True)
class Matrix:
    """Who reaches whom with one kind of packet: from each VM to the primary address of each other.

    Where flows are spread, the pair that stands for its classes takes the way of our hash.

    Args:
        vms: ids, ascending; rows and columns of the whole matrix.
        classes: VMs that behave alike.
        by_class: bool [class, class], whether a request arrives.
        own: bool by class, whether a VM reaches itself.
        answered: bool [class, class], whether the connection comes about; None where nobody asked.
        unknown: bool [class, class], whether what becomes of the request is not modelled.
    """

    protocol: int
    port: int
    vms: tuple[str, ...]
    classes: Classes
    by_class: Table
    own: Table
    answered: Table | None = None
    unknown: Table | None = None

    def reaches(self, source: str, destination: str) -> bool:
        """Return whether one VM reaches another, by their ids."""
        one, other = self._row[source], self._row[destination]
        return bool(self.row(one)[other])

    def row(self, number: int) -> Table:
        """Return whom one VM reaches: bool by VM."""
        of = self.classes.of
        found: Table = self.by_class[of[number]][of]
        found[number] = self.own[of[number]]
        return found

    def count(self) -> int:
        """Return how many pairs of VMs reach each other, those of a VM with itself included."""
        sizes = self.classes.sizes
        pairs = np.outer(sizes, sizes)
        pairs[np.diag_indices(len(sizes))] -= sizes
        return int((pairs * self.by_class).sum() + (sizes * self.own).sum())

    def expanded(self) -> Table:
        """Return the whole matrix: bool [VM, VM]; as many bytes as there are pairs."""
        of = self.classes.of
        found: Table = self.by_class[of][:, of]
        found[np.arange(len(of)), np.arange(len(of))] = self.own[of]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Table:
        """Return the whole matrix."""
        return self.expanded() if dtype is None else self.expanded().astype(dtype)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {vm: index for index, vm in enumerate(self.vms)}

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data, by class."""
        return {
            "protocol": self.protocol,
            "port": self.port,
            "classes": [each.as_dict() for each in self.classes.classes],
            "reaches": [np.flatnonzero(row).tolist() for row in self.by_class],
            "answered": None
            if self.answered is None
            else [np.flatnonzero(row).tolist() for row in self.answered],
            "count": self.count(),
        }


def matrix(
    compiled: Compiled,
    protocol: int | str,
    port: int,
    *,
    answers: bool = False,
) -> Matrix:
    """Return who reaches whom with one protocol and destination port.

    Args:
        protocol: number or name.
        answers: also ask whether the answer comes back.

    Raises:
        ValueError: no such protocol.
    """
    number = protocol if isinstance(protocol, int) else protocol_number(protocol)
    space = space_of(compiled)
    classes = space.classes
    count = len(classes.classes)
    arrives = np.full((count, count), UNKNOWN, np.uint8)
    if len(space.rows):
        kind = space.kind_of(number)
        if kind >= 0 and _carried(compiled, number, port):
            _fill(space, kind, port if number in PORTED else 0, arrives)
        else:
            arrives[np.ix_(space.rows, space.rows)] = LOST
    singles = np.array([len(each.vms) == 1 for each in classes.classes], np.bool_)
    alone = np.flatnonzero(singles)
    arrives[alone, alone] = LOST  # no second VM to reach
    answered = np.zeros((count, count), np.bool_) if answers else None
    asked = np.ones((count, count), np.bool_) if answers else arrives == UNKNOWN
    asked[alone, alone] = False
    _ask(compiled, classes, number, port, _where(asked), arrives, answered)
    own = _own(compiled, classes, number, port)
    return Matrix(
        number,
        port,
        compiled.guests.ids,
        classes,
        arrives == ARRIVES,
        own,
        answered,
        arrives == UNKNOWN,
    )


def _where(table: Table) -> Table:
    """Return row and column of what is true; faster than ``argwhere`` by far where that is little."""
    return np.stack(np.divmod(np.flatnonzero(table), table.shape[1]), axis=1)


def _carried(compiled: Compiled, protocol: int, port: int) -> bool:
    """Return whether the fabric carries the packet that stands for a port (facts C1-C5)."""
    if protocol != 17:
        return True
    return bool(compiled.carried.from_port[SOURCE_PORT] and compiled.carried.to_port[port])


def _fill(space: Space, kind: int, port: int, arrives: Table) -> None:
    """Fill in between which classes one kind of header arrives, as far as arrays carry it."""
    is_icmp = kind == space.icmp
    holding = _holding(space, kind, port)
    ids = space.pairs.ids
    passes = np.where(ids >= 0, holding[ids], 2).astype(np.uint8)
    without = LOST if is_icmp else ARRIVES
    routed = np.where(space.routed == kernel.NO_ICMP, without, space.routed).astype(np.uint8)
    kernel.arrive(space.pairs, routed, holding, passes, is_icmp, space.rows, arrives)


def _holding(space: Space, kind: int, port: int) -> Table:
    """Return by allowed set whether it holds a header."""
    kinds, offsets, sets = len(space.kinds), space.sets.offsets, space.sets
    count = (len(offsets) - 1) // kinds
    starts, ends = offsets[kind : count * kinds : kinds], offsets[kind + 1 :: kinds]
    inside = np.concatenate([[0], np.cumsum((sets.lows <= port) & (port < sets.highs))])
    found: Table = inside[np.maximum(ends[:count], starts)] > inside[starts]
    return found


def _ask(
    compiled: Compiled,
    classes: Classes,
    protocol: int,
    port: int,
    pairs: Table,
    arrives: Table,
    answered: Table | None,
) -> None:
    """Ask one packet for each pair of classes, and fill in what became of it."""
    members = [each.vms for each in classes.classes]
    row_of = {vm: row for row, vm in enumerate(compiled.guests.ids)}
    address = _addresses(compiled)
    senders = np.array([row_of[vms[0]] for vms in members], np.int32)
    first = [address.get(vms[0]) for vms in members]
    second = [address.get(vms[1]) if len(vms) > 1 else None for vms in members]
    chosen = [(a, b, to) for a, b in pairs.tolist() if (to := second[b] if a == b else first[b]) is not None]
    arrives[pairs[:, 0], pairs[:, 1]] = LOST  # where nobody is there to be asked
    if not chosen:
        return
    one, other = (np.array([each[side] for each in chosen]) for side in (0, 1))
    packets = _packets(compiled, senders[one], [each[2] for each in chosen], protocol, port)
    answers = forward(compiled, packets)
    outcome = answers.forward.outcome
    lost = np.where(outcome == _NOT_MODELLED, UNKNOWN, LOST)
    arrives[one, other] = np.where(outcome == _DELIVERED, ARRIVES, lost)
    if answered is not None:
        answered[one, other] = answers.delivered()


_DELIVERED = list(Outcome).index(Outcome.DELIVERED)
_NOT_MODELLED = list(Outcome).index(Outcome.NOT_MODELLED)


def _own(compiled: Compiled, classes: Classes, protocol: int, port: int) -> Table:
    """Return by class whether its VMs reach themselves."""
    row_of = {vm: row for row, vm in enumerate(compiled.guests.ids)}
    address = _addresses(compiled)
    own = np.zeros(len(classes.classes), np.bool_)
    asked = [index for index, each in enumerate(classes.classes) if each.vms[0] in address]
    if asked:
        senders = np.array([row_of[classes.classes[index].vms[0]] for index in asked], np.int32)
        to = [address[classes.classes[index].vms[0]] for index in asked]
        answers = forward(compiled, _packets(compiled, senders, to, protocol, port))
        own[asked] = answers.forward.outcome == _DELIVERED
    return own


def _addresses(compiled: Compiled) -> dict[str, Any]:
    """Return the primary address of each VM that has one."""
    drawing = drawing_of(compiled.network)
    found: dict[str, Any] = drawing.memo(
        ("primary addresses",),
        lambda: {vm: machine.held[0] for vm, machine in drawing.machines.items() if machine.held},
    )
    return found


def _packets(compiled: Compiled, senders: Table, to: list[Any], protocol: int, port: int) -> Packets:
    numbers = [int(address) for address in to]
    count = len(to)
    ported = protocol in PORTED
    return Packets(
        compiled.senders,
        senders,
        np.array([number >> 64 for number in numbers], np.uint64),
        np.array([number & 0xFFFF_FFFF_FFFF_FFFF for number in numbers], np.uint64),
        np.array([address.version for address in to], np.uint8),
        np.full(count, protocol, np.uint8),
        np.full(count, SOURCE_PORT if ported else 0, np.uint16),
        np.full(count, port if ported else 0, np.uint16),
    )


@dataclass(frozen=True)
class Counts:
    """How many headers arrive however flows are spread, from the VMs of each subnet to those of each other.

    Args:
        subnets: ids, ascending.
        headers: Python integers [sending subnet, receiving subnet].
        by_cells: pairs of classes that were walked, as arrays do not carry them.
    """

    subnets: tuple[str, ...]
    headers: Table
    by_cells: int


def reach_counts(compiled: Compiled) -> Counts:
    """Return the number of headers that arrive, exactly; a VM's packets to itself are left out.

    A header is protocol, source port and destination port from one VM to one address of another. What is
    IPv6 or not plain is asked of ``cells``.
    """
    space = space_of(compiled)
    subnets = tuple(sorted({port.subnet for port in drawing_of(compiled.network).ports.values()}))
    classes = space.classes
    total = np.zeros((len(subnets), len(subnets)), object)
    pairs = _not_plain(space)
    if len(space.rows):
        names, starts = np.unique(space.subnets, return_index=True)
        found, left_out = kernel.count_headers(
            space.pairs,
            space.routed,
            space.sets,
            np.append(starts, len(space.rows)).astype(np.int64),
            classes.sizes[space.rows],
            space.icmp,
        )
        total[np.ix_(names, names)] = np.add.reduceat(found, starts, axis=1).astype(object)
        pairs += space.rows[_where(left_out.view(np.bool_))].tolist()
    pairs = [(a, b) for a, b in pairs if a != b or len(classes.classes[a].vms) > 1]
    for a, b in pairs:
        _add_by_cells(compiled, classes, subnets, total, a, b)
    return Counts(subnets, total, len(pairs))


def _not_plain(space: Space) -> list[tuple[int, int]]:
    """Return the pairs of classes of which one is not plain."""
    every = range(len(space.classes.classes))
    plain = set(space.rows.tolist())
    others = [number for number in every if number not in plain]
    return [(a, b) for a in others for b in every] + [(a, b) for a in sorted(plain) for b in others]


def _add_by_cells(
    compiled: Compiled, classes: Classes, subnets: tuple[str, ...], total: Table, one: int, other: int
) -> None:
    """Add what arrives between two classes, asked header space by header space."""
    machines = drawing_of(compiled.network).machines
    senders, receivers = classes.classes[one].vms, classes.classes[other].vms
    to = receivers[1] if one == other else receivers[0]
    if not machines[senders[0]].ports:
        return
    pairs = len(senders) * (len(receivers) - (one == other))
    row = subnets.index(machines[senders[0]].ports[0].subnet)
    for port in machines[to].ports:
        for address in port.held:
            found = cells(compiled.network, f"vms/{senders[0]}", address)
            arriving = found.those(
                lambda way: way.arrived and way.forward.at == f"vms/{to}", every=True
            ).count()
            total[row, subnets.index(port.subnet)] += arriving * pairs
