"""Guests as tables: addresses, routes, services, port forwards, and who shares sessions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from netcore.batch import layout
from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.sheets import Names, Sheet, Table, column
from netcore.control.prefixes import ends
from netcore.document.values import Address
from netcore.forwarding.machines import PLATFORM, Machine, Path
from netcore.forwarding.run import Run, loses
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
    """Make what guests hold and name atoms, besides the addresses of NICs (see ``owners.bound``)."""
    for version, first, last in ranges([each for each in machines.values() if not unsaid(each)]):
        boundaries.range(version, first, last)


def ranges(machines: Iterable[Machine]) -> Iterator[tuple[int, int, int]]:
    """Yield what guests hold and name: IP version, first and last address."""
    for machine in machines:
        addresses = [*machine.own]
        if not _simple(machine):
            for path in machine.paths:
                yield path.prefix.version, *ends(path.prefix)
            addresses += [path.via for path in machine.paths if path.via is not None]
            for entry in machine.guest.port_forwards.values():
                addresses += [entry.to_address, *([] if entry.address is None else [entry.address])]
        for address in addresses:
            yield address.version, int(address), int(address)


def made(
    run: Run,
    atoms: Atoms,
    nic: Mapping[str, int],
    names: Names,
    count_hard: Callable[[str], None],
    vms: Collection[str] | None = None,
) -> Guests:
    """Return the guests as tables.

    Args:
        run: the moment.
        nic: id of a NIC -> its row.
        count_hard: told why a guest is left to the walk.
        vms: ids; None: all.
    """
    machines = run.drawing.machines
    ids = tuple(sorted(machines if vms is None else vms))
    place = {vm: index for index, vm in enumerate(sorted(machines))}
    rows, path = Sheet(layout.VM_COLUMNS), Sheet(layout.PATH_COLUMNS)
    services, forwards = Sheet(layout.SERVICE_COLUMNS), Sheet(layout.FORWARD_COLUMNS)
    own: list[int] = []
    starts: list[int] = []
    paths: list[int] = []
    peers: list[int] = []
    moving, lost = bool(run.state.in_transit), bool(run.state.down_vms or run.state.down_zones)
    for vm in ids:
        machine = machines[vm]
        if not moving and _bare(machine):  # most are, and nothing else is to be asked of them
            number = nic[machine.ports[0].id]
            flags = layout.RUNS if machine.runs and not (lost and loses(run.network, run.state, vm)) else 0
            served, forwarded = len(services.rows), len(forwards.rows)
            at = len(own), 1, number, len(starts), 0, served, -1, forwarded, 0, len(peers), 0
            rows.rows.append((flags, *at, names.number(f"vms/{vm}")))
            own += map(atoms.of, machine.own)
            continue
        why = hard(machine) or _moving(machine, run.state)
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
        rows.add(
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
        rows.table(),
        column(own),
        column(starts),
        column(paths),
        path.table(),
        services.table(),
        forwards.table(),
        column(peers),
    )


def again(guests: Guests, part: Guests) -> Guests:
    """Return guests with the rows of some of them made anew; no other row moves.

    Args:
        part: those that are made anew.
    """
    rows, own = guests.vms.copy(), guests.own
    place = {vm: row for row, vm in enumerate(guests.ids)}
    offsets = {
        layout.VM_ROUTES: len(guests.starts),
        layout.VM_SERVICES: len(guests.services),
        layout.VM_FORWARDS: len(guests.forwards),
        layout.VM_PEERS: len(guests.peers),
    }
    for made_anew, vm in zip(part.vms, part.ids, strict=True):
        row, anew = place[vm], made_anew.copy()
        for column_, offset in offsets.items():
            anew[column_] += offset
        # Addresses of guests stand in the order of their rows.
        start, count = rows[row, [layout.VM_OWN, layout.VM_OWNS]].tolist()
        first, many = anew[[layout.VM_OWN, layout.VM_OWNS]].tolist()
        own = np.concatenate([own[:start], part.own[first : first + many], own[start + count :]])
        rows[row + 1 : len(guests.ids), layout.VM_OWN] += many - count
        anew[layout.VM_OWN] = start
        rows[row] = anew
    paths = np.where(part.paths >= 0, part.paths + len(guests.path), -1)

    def more(one: Table, other: Table, used: int) -> Table:
        return np.concatenate([one, other]) if (part.vms[:, used] > 0).any() else one

    return replace(
        guests,
        vms=rows,
        own=own,
        starts=more(guests.starts, part.starts, layout.VM_ROUTED),
        paths=more(guests.paths, paths, layout.VM_ROUTED),
        path=more(guests.path, part.path, layout.VM_ROUTED),
        services=more(guests.services, part.services, layout.VM_SERVICED),
        forwards=more(guests.forwards, part.forwards, layout.VM_FORWARDED),
        peers=more(guests.peers, part.peers, layout.VM_PEERED),
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


def unsaid(machine: Machine) -> bool:
    """Return whether nothing was said of a guest, and nothing learned: so it is with most."""
    return machine.plain and not machine.learned


def _bare(machine: Machine) -> bool:
    """Return whether nothing was said of a guest, and it has one NIC and one ordinary address."""
    one = len(machine.own) == len(machine.ports) == 1
    return one and unsaid(machine) and PLATFORM.isdisjoint(machine.own)


def _simple(machine: Machine) -> bool:
    """Return whether a guest has one NIC and nothing that would make packets go elsewhere."""
    return machine.usual and not machine.guest.port_forwards


def hard(machine: Machine) -> str:
    """Return why arrays do not carry a guest; empty if they do."""
    if not machine.plain:
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
