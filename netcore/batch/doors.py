"""Doors of a VPC: internet gateways, and NAT gateways in subnets; they have tables of their own.

Source: facts L6, L10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netcore.batch import layout
from netcore.batch.sheets import Names, Sheet, Table
from netcore.control.network import Network
from netcore.control.routes import RouteTableView
from netcore.document.values import Address


@dataclass(frozen=True)
class Door:
    """One door: its path, the network and the table that it looks packets up in, its public addresses."""

    path: str
    vnet: str
    view: RouteTableView
    addresses: tuple[Address, ...] = ()


def doors_of(network: Network) -> tuple[Door, ...]:
    """Return the doors of a network whose tables belong to people; else none."""
    if network.profile.routing != "vpc-tables":
        return ()
    topology = network.scenario.topology
    found = []
    for vnet in sorted(topology.vnets):
        path = network.vpc.internet_gateway(vnet)
        if path is not None:
            table = topology.internet_gateways[path.partition("/")[2]].route_table
            found.append(Door(path, vnet, network.table_routes(vnet, table)))
    for key, nat in sorted(topology.nat_gateways.items()):
        if nat.subnet is not None and nat.subnet in topology.subnets:
            addresses = [
                topology.public_ips[name].address
                for name in sorted(nat.public_ips)
                if name in topology.public_ips
            ]
            vnet = topology.subnets[nat.subnet].vnet
            found.append(
                Door(f"nat_gateways/{key}", vnet, network.subnet_routes(nat.subnet), tuple(addresses))
            )
    return tuple(found)


def table_of(
    doors: tuple[Door, ...],
    table_number: dict[str, int],
    vnets: dict[str, int],
    names: Names,
    pool: Callable[[str, tuple[Address, ...]], tuple[int, int]],
) -> Table:
    """Return the doors as a table.

    Args:
        table_number: path of a door -> row of ``fib``.
        pool: keeps addresses and what the hash mixes in for each; returns start and count.
    """
    sheet = Sheet(layout.DOOR_COLUMNS)
    for door in doors:
        sheet.add(
            vnets[door.vnet],
            table_number[door.path],
            names.number(door.path),
            *pool(door.path.partition("/")[2], door.addresses),
        )
    return sheet.table()
