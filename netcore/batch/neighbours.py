"""Whom a guest reaches without a router, where frames go by their MAC (facts B11, L1-L3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netcore.batch import layout
from netcore.batch.atoms import Atoms
from netcore.batch.sheets import Sheet, Table, column
from netcore.document.values import parse_address
from netcore.forwarding import layer2
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run


@dataclass
class Neighbours:
    """Tables of subnets; columns as in ``layout``.

    Attributes:
        subnets: one row per subnet of a NIC.
        spans: first atom of each range of a subnet, and the one behind its last.
        near: atoms that somebody in the subnet answers for, ascending within a subnet; ``near_kind`` and
            ``near_id`` beside it say who takes frames for the MAC that is named.
    """

    subnets: Table
    spans: Table
    near: Table
    near_kind: Table
    near_id: Table


def made(
    run: Run,
    ports: Mapping[str, Port],
    atoms: Atoms,
    nics: Mapping[str, int],
    frontends: Mapping[tuple[str, str], int],
    count_hard: Callable[[str], None],
) -> Neighbours:
    """Return the neighbours of subnets; empty where the router answers for everybody.

    Args:
        ports: subnet -> one of its NICs, in the order of their numbers.
    """
    network = run.network
    subnets, spans = Sheet(layout.SUBNET_COLUMNS), Sheet(layout.SPAN_COLUMNS)
    near: list[tuple[int, int, int]] = []
    for port in ports.values():
        found: dict[int, tuple[int, int]] = {}
        start = len(spans)
        if network.profile.unicast_by_mac:
            for prefix in port.on_link:
                first, last = int(prefix.network_address), int(prefix.broadcast_address)
                spans.add(*atoms.span(prefix.version, first, last))
            found = _takers(run, port, atoms, nics, frontends, count_hard)
        subnets.add(start, len(spans) - start, len(near), len(found))
        near += [(atom, *found[atom]) for atom in sorted(found)]
    return Neighbours(
        subnets.table(),
        spans.table(),
        column([row[0] for row in near]),
        column([row[1] for row in near]),
        column([row[2] for row in near]),
    )


def _takers(
    run: Run,
    port: Port,
    atoms: Atoms,
    nics: Mapping[str, int],
    frontends: Mapping[tuple[str, str], int],
    count_hard: Callable[[str], None],
) -> dict[int, tuple[int, int]]:
    """Return who takes frames for the MAC that is named for each address of a subnet."""
    table = layer2.of_subnet(run.network, run.drawing, port)
    found: dict[int, tuple[int, int]] = {}
    for address, (mac, _) in table.by_address.items():
        owner = table.by_mac[mac]
        if owner.kind == "nic":
            taker = layout.NEAR_NIC, nics[owner.nic]
        elif owner.kind == "frontend":
            taker = layout.NEAR_FRONTEND, frontends[owner.balancer, owner.frontend]
        else:
            count_hard("endpoint as a neighbour")
            taker = layout.NEAR_HARD, -1
        found[atoms.of(address)] = taker
    routers = [prefix[1] for prefix in port.on_link if prefix.version == 4]
    for router in (*routers, parse_address(run.network.profile.ipv6_router)):
        found[atoms.of(router)] = layout.NEAR_ROUTER, -1
    for address in run.state.in_transit:
        found[atoms.of(address)] = layout.NEAR_HARD, -1
    return found
