"""Who holds an address, as tables: private ones by virtual network, public ones once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from netcore.batch import layout
from netcore.batch.answers import CODE_NUMBERS
from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.sheets import Names, Sheet, Table
from netcore.control.network import Network
from netcore.control.owners import Owner, PublicOwner
from netcore.forwarding.drawing import Drawing
from netcore.forwarding.gateway_balancer import chained
from netcore.forwarding.run import Run


@dataclass
class Owners:
    """Tables of holders; columns as in ``layout``.

    Attributes:
        first: int32 by atom, first row of ``hold``, or -1; the rows of an atom stand together.
        after: int32 by atom, the row behind its last.
        hold: private holders.
        public_of: int32 by atom, row of ``public`` or -1.
        public: public holders, and hosts outside.
    """

    first: Table
    after: Table
    hold: Table
    public_of: Table
    public: Table


def bound(network: Network, drawing: Drawing, boundaries: Boundaries) -> None:
    """Make every held address an atom."""
    topology = network.scenario.topology
    ports = drawing.ports.values()
    held = [address for port in ports for address in port.held]
    held += [address for port in ports if port.own != port.held for address in port.own]
    owners = (owner for vnet in topology.vnets for owner in network.owners.held_in(vnet))
    held += [owner.address for owner in owners if owner.kind != "nic"]
    held += [public.address for public in topology.public_ips.values()]
    held += [host.address for host in topology.hosts.values()]
    boundaries.addresses(held)


def made(
    run: Run,
    atoms: Atoms,
    number: Mapping[str, Mapping[str, int]],
    frontends: Mapping[tuple[str, str], int],
    doors: Mapping[str, int],
    names: Names,
    count_hard: Callable[[str], None],
) -> Owners:
    """Return who holds which address.

    Args:
        number: ``vnets``, ``nics``: id -> row.
        frontends: balancer and frontend -> row.
        doors: path of a door -> row.
    """
    network = run.network
    held: list[tuple[int, int, int, int, int]] = []
    endpoints: dict[str, int] = {}
    translated, moving = network.profile.internet_needs_gateway, run.state.in_transit
    for vnet in network.scenario.topology.vnets:
        place = number["vnets"][vnet]
        owners = [*network.owners.held_in(vnet)]
        at = atoms.of_many([owner.address for owner in owners]).tolist()
        for owner, atom in zip(owners, at, strict=True):
            kind, row = _holder(owner, number["nics"], frontends, endpoints)
            behind = _public_of_holder(network, owner, atoms) if translated else -1
            if moving and owner.address in moving:
                kind, row = layout.HELD_BY_ENDPOINT, -1
            held.append((atom, place, kind, row, behind))
    known = {row[:2] for row in held}
    for address in run.state.in_transit:
        count_hard("address in transit")
        for place in number["vnets"].values():
            if (atoms.of(address), place) not in known:
                held.append((atoms.of(address), place, layout.HELD_BY_ENDPOINT, -1, -1))
    held.sort()
    first, after = np.full(atoms.count, -1, np.int32), np.full(atoms.count, -1, np.int32)
    hold = Sheet(layout.HOLD_COLUMNS)
    hold.rows += [found for _, *found in held]
    holders = np.array([atom for atom, *_ in held], np.int64)
    after[holders] = np.arange(1, len(held) + 1)  # the last row of an atom counts
    first[holders[::-1]] = np.arange(len(held) - 1, -1, -1)  # and here the first
    public_of, public = _public(run, atoms, number["nics"], frontends, doors, names, count_hard)
    return Owners(first, after, hold.table(), public_of, public)


def _holder(
    owner: Owner,
    nics: Mapping[str, int],
    frontends: Mapping[tuple[str, str], int],
    endpoints: dict[str, int],
) -> tuple[int, int]:
    if owner.kind == "nic":
        return layout.HELD_BY_NIC, nics[owner.nic]
    if owner.kind == "frontend":
        return layout.HELD_BY_FRONTEND, frontends[owner.balancer, owner.frontend]
    return layout.HELD_BY_ENDPOINT, endpoints.setdefault(owner.endpoint, len(endpoints))


def _public_of_holder(network: Network, owner: Owner, atoms: Atoms) -> int:
    """Return the public address that stands for a private one, see ``vpc_edge._public_of``; or -1.

    Only where addresses are translated on the way to the Internet.
    """
    if owner.kind != "nic":
        return -1
    topology = network.scenario.topology
    public = topology.public_ips.get(
        topology.nics[owner.nic].configurations[owner.configuration].public_ip or ""
    )
    return -1 if public is None else atoms.of(public.address)


def _public(
    run: Run,
    atoms: Atoms,
    nics: Mapping[str, int],
    frontends: Mapping[tuple[str, str], int],
    doors: Mapping[str, int],
    names: Names,
    count_hard: Callable[[str], None],
) -> tuple[Table, Table]:
    """Return what takes packets for a public address: its object, else a host outside."""
    network, drawing = run.network, run.drawing
    rows = Sheet(layout.PUBLIC_COLUMNS)
    public_of = np.full(atoms.count, -1, np.int32)
    for address, host in drawing.hosts_outside.items():
        public_of[atoms.of(address)] = rows.add(
            layout.PUBLIC_HOST, -1, -1, 0, names.number(f"hosts/{host}"), CODE_NUMBERS["NOT_MODELLED"]
        )
    for public_ip in network.scenario.topology.public_ips.values():
        owner = network.public_owner(public_ip.address)
        if owner is None:
            continue
        if chained(run, public_ip.address) is not None:
            count_hard("public address behind a gateway balancer")
            row = rows.add(layout.PUBLIC_HARD, -1, -1, 0, -1, 0)
        elif owner.kind == "nat_gateway" and _lost_zone(run, owner):
            count_hard("NAT gateway whose zone is lost")
            row = rows.add(layout.PUBLIC_HARD, -1, -1, 0, -1, 0)
        else:
            row = rows.add(*_taker(network, owner, atoms, nics, frontends, doors, names))
        public_of[atoms.of(public_ip.address)] = row
    return public_of, rows.table()


def _lost_zone(run: Run, owner: PublicOwner) -> bool:
    """Return whether a NAT gateway has gone with its zone."""
    nat = run.network.scenario.topology.nat_gateways[owner.nat_gateway]
    return nat.zone in run.state.down_zones


def _taker(
    network: Network,
    owner: PublicOwner,
    atoms: Atoms,
    nics: Mapping[str, int],
    frontends: Mapping[tuple[str, str], int],
    doors: Mapping[str, int],
    names: Names,
) -> tuple[int, ...]:
    topology = network.scenario.topology
    if owner.kind == "frontend":
        front = frontends[owner.balancer, owner.frontend]
        at = names.number(f"load_balancers/{owner.balancer}")
        return layout.PUBLIC_FRONTEND, front, -1, 0, at, 0
    if owner.kind == "nic":
        private = topology.nics[owner.nic].configurations[owner.configuration].address
        standard = int(topology.public_ips[owner.public_ip].sku == "standard")
        at = names.number(f"nics/{owner.nic}")
        if network.profile.internet_needs_gateway:
            path = network.vpc.internet_gateway(topology.subnets[topology.nics[owner.nic].subnet].vnet)
            if path is None:
                return layout.PUBLIC_DROP, -1, -1, 0, at, CODE_NUMBERS["NO_GATEWAY"]
            return layout.PUBLIC_VPC, doors[path], atoms.of(private), 0, at, 0
        return layout.PUBLIC_NIC, nics[owner.nic], atoms.of(private), standard, at, 0
    if owner.kind == "nat_gateway":
        at = names.number(f"nat_gateways/{owner.nat_gateway}")
        return layout.PUBLIC_DROP, -1, -1, 0, at, CODE_NUMBERS["STATE_MISSING"]
    at = names.number(f"gateways/{owner.gateway}")
    return layout.PUBLIC_DROP, -1, -1, 0, at, CODE_NUMBERS["NOT_MODELLED"]
