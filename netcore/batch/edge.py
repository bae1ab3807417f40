"""Ways out to the Internet as tables: one per address of a NIC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address

import numpy as np

from netcore.batch import layout
from netcore.batch.atoms import Atoms
from netcore.batch.sheets import Sheet, Table, column
from netcore.document.values import Address
from netcore.forwarding.edge import way_out
from netcore.forwarding.gateway_balancer import chained
from netcore.forwarding.hashing import chooser
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run
from netcore.trace.model import Header
from netcore.trace.packet import TCP

_ANYWHERE = {4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}
"""A destination; which way out a source takes does not depend on it."""


class WaysOut:
    """Makes the ways out; see ``layout`` for the columns.

    Attributes:
        held: atoms of NICs' addresses, those of one NIC together.
        outs: beside ``held``.
        pool_atoms, pool_chooser: addresses of NAT gateways, and what the hash mixes in for each.
    """

    def __init__(self, run: Run, atoms: Atoms, count_hard: Callable[[str], None]) -> None:
        self._run = run
        self._atoms = atoms
        self._count_hard = count_hard
        balancers = run.network.scenario.topology.load_balancers.values()
        self._outbound_rules = any(balancer.outbound_rules for balancer in balancers)
        self._topology = run.network.scenario.topology
        self._public = bool(self._topology.public_ips) and not run.network.profile.internet_needs_gateway
        self._subnets: dict[str, bool] = {}
        self._outs = Sheet(layout.OUT_COLUMNS)
        self._held: list[int] = []
        self._pools: dict[str, tuple[int, int]] = {}
        self._pool_atoms: list[int] = []
        self._choosers: list[int] = []

    def add(self, port: Port, atoms: Sequence[int]) -> int:
        """Add the addresses of a NIC, whose atoms are known, and return where they begin."""
        start = len(self._held)
        self._held += atoms
        if self._may_have(port):
            self._outs.rows += [self._out(port, address) for address in port.held]
        else:
            self._outs.rows += [(layout.OUT_NONE, -1, 0)] * len(port.held)
        return start

    def tables(self) -> tuple[Table, Table, Table, Table]:
        """Return ``held``, ``outs``, ``pool_atoms`` and ``pool_chooser``."""
        return (
            column(self._held),
            self._outs.table(),
            column(self._pool_atoms),
            column(self._choosers, np.uint64),
        )

    def _out(self, port: Port, source: Address) -> tuple[int, int, int]:
        header = Header.model_construct(
            source=source, destination=_ANYWHERE[source.version], protocol=TCP, source_port=1024
        )
        way = way_out(self._run, port, header)
        if way is None:
            return layout.OUT_NONE, -1, 0
        if way.lost_zone is not None:
            self._count_hard("way out whose zone is lost")
            return layout.OUT_HARD, -1, 0
        if way.key in ("edge.nat_gateway", "edge.nat_unzoned"):
            return self._pool(port)
        if chained(self._run, way.address) is not None:
            self._count_hard("way out behind a gateway balancer")
            return layout.OUT_HARD, -1, 0
        kind = layout.OUT_PLAIN if way.key == "edge.public_ip" else layout.OUT_PORTS
        return kind, self._atoms.of(way.address), 1

    def _may_have(self, port: Port) -> bool:
        """Return whether there is anything on the drawing that may be a way out of a NIC."""
        known = self._subnets.get(port.subnet)
        if known is None:
            profile = self._run.network.profile
            subnet = self._topology.subnets[port.subnet]
            default = profile.default_outbound if subnet.default_outbound is None else subnet.default_outbound
            known = self._outbound_rules or default or subnet.nat_gateway is not None
            known = self._subnets[port.subnet] = known and not profile.internet_needs_gateway
        return known or (self._public and self._has_public(port))

    def _has_public(self, port: Port) -> bool:
        """Return whether an address of a NIC has a public one of its own."""
        configurations = self._topology.nics[port.id].configurations.values()
        return any(held.public_ip is not None for held in configurations)

    def _pool(self, port: Port) -> tuple[int, int, int]:
        """Return the addresses of the NAT gateway of a subnet, see ``edge._nat_gateway``."""
        topology = self._run.network.scenario.topology
        nat = topology.subnets[port.subnet].nat_gateway or ""
        if nat not in self._pools:
            public = [
                topology.public_ips[key].address for key in sorted(topology.nat_gateways[nat].public_ips)
            ]
            addresses = [address for address in public if address.version == 4]
            if any(chained(self._run, address) is not None for address in addresses):
                self._count_hard("way out behind a gateway balancer")
                return layout.OUT_HARD, -1, 0
            self._pools[nat] = self.keep(nat, tuple(addresses))
        return (layout.OUT_POOL, *self._pools[nat])

    def keep(self, nat: str, addresses: tuple[Address, ...]) -> tuple[int, int]:
        """Keep the addresses of a NAT gateway; return where they begin, and how many they are."""
        start = len(self._pool_atoms)
        self._pool_atoms += [self._atoms.of(address) for address in addresses]
        self._choosers += [chooser(f"nat|{nat}", str(address)) for address in addresses]
        return start, len(addresses)
