"""Guests as tables: addresses, routes, services, port forwards, and who shares sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from netcore.batch import layout
from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.sheets import Names, Sheet, Table, column
from netcore.document.values import Address
from netcore.forwarding.machines import PLATFORM, Machine, Path
from netcore.forwarding.run import Run
from netcore.forwarding.state import State
from netcore.trace.packet import protocol_number

_TOO_LONG = 2**15
"""Longest run of guest routes that is tabled."""


@dataclass
class Guests:
    """Tables of guests; columns as in ``layout``.

    Attributes:
        vms: one row per VM, in the order of ``ids``.
        own: atoms of addresses the guests hold.
        starts, paths: routes of guests as intervals: first atom, and row of ``path`` or -1.
        path: the NIC a route leads to.
        services, forwards, peers: see ``layout``.
    """

    ids: tuple[str, ...]
    vms: Table
    own: Table
    starts: Table
    paths: Table
    path: Table
    services: Table
    forwards: Table
    peers: Table
    reasons: dict[str, int] = field(default_factory=dict)


def bound(machines: Mapping[str, Machine], boundaries: Boundaries) -> None:
    """Make what guests hold and name atoms."""
    for machine in machines.values():
        for address in machine.own:
            boundaries.address(address)
        if _simple(machine):
            continue
        for path in machine.paths:
            boundaries.prefix(path.prefix)
            if path.via is not None:
                boundaries.address(path.via)
        for entry in machine.guest.port_forwards.values():
            boundaries.address(entry.to_address)
            if entry.address is not None:
                boundaries.address(entry.address)


def made(
    run: Run,
    atoms: Atoms,
    nic: Mapping[str, int],
    names: Names,
    count_hard: Callable[[str], None],
) -> Guests:
    """Return the guests as tables.

    Args:
        run: the moment.
        nic: id of a NIC -> its row.
        count_hard: told why a guest is left to the walk.
    """
    machines = run.drawing.machines
    ids = tuple(sorted(machines))
    place = {vm: index for index, vm in enumerate(ids)}
    vms, path = Sheet(layout.VM_COLUMNS), Sheet(layout.PATH_COLUMNS)
    services, forwards = Sheet(layout.SERVICE_COLUMNS), Sheet(layout.FORWARD_COLUMNS)
    own: list[int] = []
    starts: list[int] = []
    paths: list[int] = []
    peers: list[int] = []
    for vm in ids:
        machine = machines[vm]
        why = _hard(machine) or _moving(machine, run.state)
        if why:
            count_hard(why)
        routes = len(starts)
        simple = _simple(machine)
        if not simple and not why:
            _routes(machine, atoms, nic, path, starts, paths)
        served = len(services)
        for service in (machine.guest.services or {}).values():
            services.add(protocol_number(service.protocol), service.port)
        forwarded = len(forwards)
        if not why:
            for _, entry in sorted(machine.guest.port_forwards.items()):
                forwards.add(
                    protocol_number(entry.protocol),
                    entry.port,
                    -1 if entry.address is None else atoms.of(entry.address),
                    atoms.of(entry.to_address),
                    -1 if entry.to_port is None else entry.to_port,
                )
        vms.add(
            _flags(machine, run.runs(vm), bool(why)),
            len(own),
            len(machine.own),
            nic[machine.ports[0].id] if simple and machine.ports else -1,
            routes,
            len(starts) - routes,
            served,
            -1 if machine.guest.services is None else len(services) - served,
            forwarded,
            len(forwards) - forwarded,
            len(peers),
            len(machine.peers),
            names.number(f"vms/{vm}"),
        )
        own += sorted(atoms.of(address) for address in machine.own)
        peers += [place[peer] for peer in machine.peers]
    return Guests(
        ids,
        vms.table(),
        column(own),
        column(starts),
        column(paths),
        path.table(),
        services.table(),
        forwards.table(),
        column(peers),
    )


def running(run: Run, guests: Guests) -> Table:
    """Return the rows of VMs with what runs at another moment."""
    vms = guests.vms.copy()
    for row, vm in enumerate(guests.ids):
        vms[row, layout.VM_FLAGS] &= ~layout.RUNS
        vms[row, layout.VM_FLAGS] |= layout.RUNS * run.runs(vm)
    return vms


def _moving(machine: Machine, state: State) -> str:
    """Return why arrays do not carry a guest at a moment; empty if they do."""
    held = (address for port in machine.ports for address in (*port.held, *port.own))
    return "" if state.in_transit.isdisjoint(held) else "address in transit"


def _simple(machine: Machine) -> bool:
    """Return whether a guest has one NIC and nothing that would make packets go elsewhere."""
    return machine.usual and not machine.guest.port_forwards


def _hard(machine: Machine) -> str:
    """Return why arrays do not carry a guest; empty if they do."""
    if machine.guest.tunnels:
        return "guest with tunnels"
    if machine.guest.redundancy:
        return "guest in a redundancy group"
    if machine.guest.policy_routing:
        return "guest with policy routing"
    if machine.firewall:
        return "guest with a firewall"
    if not PLATFORM.isdisjoint(machine.own):
        return "guest that holds an address of the platform"
    return ""


def _flags(machine: Machine, runs: bool, hard: bool) -> int:
    guest = machine.guest
    return (
        layout.RUNS * runs
        | layout.FORWARDS * guest.forwarding
        | layout.SNAT * guest.snat
        | layout.STATEFUL * guest.stateful
        | layout.HARD * hard
    )


def _routes(
    machine: Machine,
    atoms: Atoms,
    nic: Mapping[str, int],
    path: Sheet,
    starts: list[int],
    paths: list[int],
) -> None:
    """Add a guest's routing table as intervals of atoms."""
    values = np.full(atoms.count, -1, np.int32)
    # Painted short before long, and of equal ones the best last, for it is the first of the table.
    for route in reversed(machine.paths):
        first, end = atoms.span(
            route.prefix.version, int(route.prefix.network_address), int(route.prefix.broadcast_address)
        )
        values[first:end] = path.once(nic[route.nic], _neighbour(machine, route, atoms))
    cuts = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    assert len(cuts) < _TOO_LONG
    starts += cuts.tolist()
    paths += values[cuts].tolist()


def _neighbour(machine: Machine, route: Path, atoms: Atoms) -> int:
    """Return the atom of the neighbour whose MAC a route asks for, or -1 (see ``layer2._resolved``)."""
    via: Address | None = route.via
    if via is None:
        return -1
    on_link = machine.port(route.nic).on_link
    if any(via in prefix for prefix in on_link) or machine.path(via) in (None, route):
        return atoms.of(via)
    return -1
