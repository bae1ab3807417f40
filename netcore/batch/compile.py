"""A network at a moment as arrays: what the control plane and the drawing say, read once.

Nothing here decides anything: routes, rules, owners, health and ways out are asked of the rooms below and
written down as numbers. What arrays do not carry is marked hard, and a packet that meets it is walked.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from netcore.batch import balancers, edge, guests, layout, neighbours, owners, routes
from netcore.batch.atoms import Boundaries
from netcore.batch.distinct import distinct
from netcore.batch.doors import Door, doors_of
from netcore.batch.doors import table_of as door_table
from netcore.batch.rules import Rules
from netcore.batch.sheets import Names, Sheet, Table, column
from netcore.control.network import Network
from netcore.control.rules import RuleSet
from netcore.document.models import Direction
from netcore.document.values import Address, parse_address
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.edge import NOT_PUBLIC, STAND_IN
from netcore.forwarding.hashing import named
from netcore.forwarding.machines import PLATFORM, Port
from netcore.forwarding.request import UNSPECIFIED
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State

_PORTS = 65_536


@dataclass(frozen=True)
class Carried:
    """What the fabric carries, by protocol and port.

    Args:
        protocol: bool [256].
        from_port, to_port: bool [65536]; False: UDP with it is dropped.
        icmp_ha_ports: a rule of HA ports carries ICMP.
        icmpv6_filtered: rules see ICMPv6.
        public_deny: without a group nothing comes in by a Standard public address.
        by_mac: frames go to the NIC whose MAC they bear.
        vpc: tables belong to people, and doors have some of their own.
        cuts: rules of today end flows of yesterday, and lists of subnets are asked anew.
    """

    protocol: Table
    from_port: Table
    to_port: Table
    icmp_ha_ports: bool
    icmpv6_filtered: bool
    public_deny: bool
    cuts: bool
    by_mac: bool
    vpc: bool


class Compiled:
    """A network as plain arrays, ready for millions of packets; never changes.

    Args:
        network: what it was made of; the walk that answers what arrays do not carry needs it.
        state: the moment; None is a quiet one. What connections left behind is not read from it.

    Attributes:
        senders: paths of what may send, VMs first.
        names: paths that verdicts name.
        atoms: addresses; ``flags`` is uint8 by atom.
        rules: rule sets and chains.
        routes, owners, balancers, guests, neighbours, doors: see there.
        nics: one row per NIC in the order of ``nic_ids``.
        held, outs, pool_atoms, pool_chooser: addresses of NICs and their ways out.
        ecmp_chooser: uint64, what NICs hash for equal routes.
        spaces: uint16 by atom, class of the networks whose address space holds it; ``in_space``: bool
            [class, network].
        name_of_nic, name_of_vm: uint64, as ways are named.
    """

    def __init__(self, network: Network, state: State | None = None) -> None:
        self.network = network
        self.state = state = state or State()
        self._hard: Counter[str] = Counter()
        topology = network.scenario.topology
        drawing = drawing_of(network)
        run = Run(network, drawing, state, Sessions(), Phase.OPENING)
        names = Names()
        self.vnet_ids = tuple(sorted(topology.vnets))
        self.nic_ids = tuple(sorted(drawing.ports))
        ports = [drawing.ports[nic] for nic in self.nic_ids]
        number = {
            "vnets": {key: index for index, key in enumerate(self.vnet_ids)},
            "nics": {key: index for index, key in enumerate(self.nic_ids)},
        }
        doors = doors_of(network)
        door_rows = {door.path: index for index, door in enumerate(doors)}
        tables = [
            *(
                (subnet, topology.subnets[subnet].vnet, network.subnet_routes(subnet))
                for subnet in sorted({port.subnet for port in ports})
            ),
            *((door.path, door.vnet, door.view) for door in doors),
        ]
        chains = _all_chains(network, ports)
        self.rules = Rules(chain for four in chains for chain in four)
        boundaries = Boundaries()
        self.rules.bound(boundaries)
        routes.bound(tables, boundaries)
        owners.bound(network, drawing, boundaries)
        guests.bound(drawing.machines, boundaries)
        _bound(network, ports, boundaries)
        for address in state.in_transit:
            boundaries.address(address)
        self.atoms = boundaries.atoms()
        self.rules.fill(self.atoms)
        self.guests = guests.made(run, self.atoms, number["nics"], names, self._count)
        self.balancers = balancers.made(run, self.atoms, number["nics"], names, self._count)
        fronts = self.balancers.number
        self.owners = owners.made(run, self.atoms, number, fronts, door_rows, names, self._count)
        maker = routes.RouteMaker(run, number, fronts, names, door_rows, self._count)
        self.routes = maker.made(tables, self.atoms)
        self.flags = self._flags(ports)
        self.spaces, self.in_space = self._spaces()
        self.nics = self._nics(run, ports, chains, doors, names)
        self.neighbours = neighbours.made(
            run,
            {port.subnet: port for port in sorted(ports, key=lambda port: port.subnet)},
            self.atoms,
            number["nics"],
            fronts,
            self._count,
        )
        self.carried = _carried(network)
        self._put_senders(names)
        self.names = tuple(names.texts)

    @cached_property
    def name_of_nic(self) -> Table:
        """Return what packets' ways are named by; who only counts headers never asks."""
        return column([named(f"nics/{nic}") for nic in self.nic_ids], np.uint64)

    @cached_property
    def name_of_vm(self) -> Table:
        """Return the same for VMs."""
        return column([named(f"vms/{vm}") for vm in self.guests.ids], np.uint64)

    def at(self, state: State) -> Compiled:
        """Return the same network at another moment; most of it is the same object."""
        if _lasting(state) != _lasting(self.state):
            return Compiled(self.network, state)
        run = Run(self.network, drawing_of(self.network), state, Sessions(), Phase.OPENING)
        names = Names(self.names)
        made = copy(self)
        made.state = state
        made.guests = replace(self.guests, vms=guests.running(run, self.guests))
        nics = {key: index for index, key in enumerate(self.nic_ids)}
        made.balancers = balancers.made(run, self.atoms, nics, names, lambda _: None)
        assert len(names.texts) == len(self.names)
        return made

    def hard(self) -> dict[str, int]:
        """Return what arrays do not carry, and how many things of the network are so."""
        return dict(sorted((+self._hard).items()))

    def _count(self, why: str) -> None:
        self._hard[why] += 1

    def _flags(self, ports: list[Port]) -> Table:
        """Return what each atom is."""
        flags = np.zeros(self.atoms.count, np.uint8)
        for prefix in NOT_PUBLIC:
            first, last = int(prefix.network_address), int(prefix.broadcast_address)
            start, end = self.atoms.span(prefix.version, first, last)
            flags[start:end] |= layout.PRIVATE
        for prefix in self.network.profile.addresses.private:
            first, last = int(prefix.network_address), int(prefix.broadcast_address)
            start, end = self.atoms.span(prefix.version, first, last)
            flags[start:end] |= layout.NOWHERE
        start, end = self.atoms.span(4, 0xE000_0000, 0xEFFF_FFFF)
        flags[start:end] |= layout.MANY
        start, end = self.atoms.span(6, 0xFF << 120, (1 << 128) - 1)
        flags[start:end] |= layout.ODD
        for address in _odd(ports):
            flags[self.atoms.of(address)] |= layout.ODD
        return flags

    def _spaces(self) -> tuple[Table, Table]:
        """Return which networks' address spaces hold each atom, by class."""
        inside = np.zeros((self.atoms.count, len(self.vnet_ids) or 1), np.bool_)
        for index, vnet in enumerate(self.vnet_ids):
            for prefix in self.network.scenario.topology.vnets[vnet].address_space:
                first, last = int(prefix.network_address), int(prefix.broadcast_address)
                start, end = self.atoms.span(prefix.version, first, last)
                inside[start:end, index] = True
        firsts, kind = distinct(list(np.packbits(inside, axis=1).T))
        return kind.astype(np.uint16), np.ascontiguousarray(inside[firsts])

    def _nics(
        self,
        run: Run,
        ports: list[Port],
        chains: list[tuple[tuple[RuleSet, ...], ...]],
        doors: tuple[Door, ...],
        names: Names,
    ) -> Table:
        """Return the NICs, and fill in their addresses, their choosers and the doors."""
        out = edge.WaysOut(run, self.atoms, self._count)
        tables = [(port.id, self.routes.table_of[port.subnet]) for port in ports]
        self.ecmp_chooser, ecmp = routes.choosers(self.routes.labels, tables, self._count)
        subnets = {key: index for index, key in enumerate(sorted({port.subnet for port in ports}))}
        vms = {vm: index for index, vm in enumerate(self.guests.ids)}
        vnets = {vnet: index for index, vnet in enumerate(self.vnet_ids)}
        sheet = Sheet(layout.NIC_COLUMNS)
        shared: dict[tuple[str, int], tuple[int, ...]] = {}  # by subnet, and by identity of the chains
        held = self.atoms.of_many([address for port in ports for address in port.held]).tolist()
        done = 0
        for port, four, equal in zip(ports, chains, ecmp, strict=True):
            atoms = held[done : done + len(port.held)]
            done += len(atoms)
            same = shared.get((port.subnet, id(four)))
            if same is None:
                same = shared[port.subnet, id(four)] = (
                    vnets[port.vnet],
                    subnets[port.subnet],
                    self.routes.table_of[port.subnet],
                    *(self.rules.number[id(chain)] for chain in four),
                )
            flags = layout.FORWARDS * port.ip_forwarding | layout.WRONG_MAC * (port.guest_mac != port.mac)
            row = (
                vms[port.vm] if port.vm is not None else -1,
                *same,
                flags,
                out.add(port, atoms),
                len(atoms),
                names.number(f"nics/{port.id}"),
                *self._sources(port, atoms),
                equal,
            )
            sheet.rows.append(row)
        self.doors = door_table(doors, self.routes.table_of, vnets, names, out.keep)
        self.held, self.outs, self.pool_atoms, self.pool_chooser = out.tables()
        return sheet.table()

    def _sources(self, port: Port, held: list[int]) -> tuple[int, int]:
        """Return the atoms that the guest sends from, IPv4 and IPv6, or -1.

        Args:
            held: those of the addresses that the NIC holds; most guests send from the only one.
        """
        if port.own == port.held and len(held) == 1:
            return (held[0], -1) if port.held[0].version == 4 else (-1, held[0])
        found = {4: -1, 6: -1}
        for address in reversed(port.own):  # the first one of each family counts
            found[address.version] = self.atoms.of(address)
        return found[4], found[6]

    def _put_senders(self, names: Names) -> None:
        topology = self.network.scenario.topology
        hosts = sorted(topology.hosts)
        self.senders = (*(f"vms/{vm}" for vm in self.guests.ids), *(f"hosts/{host}" for host in hosts))
        sheet = Sheet(layout.SEND_COLUMNS)
        sheet.rows += [(layout.BY_VM, index, -1, -1) for index in range(len(self.guests.ids))]
        for key in hosts:
            host = topology.hosts[key]
            outside = host.gateway is None and host.site is None
            if not outside:
                self._count("host behind a gateway or in a site")
            kind = layout.BY_HOST if outside else layout.BY_WALK
            # The walk sends from the one address of the host, whatever the destination is.
            atom = self.atoms.of(host.address)
            sheet.add(kind, names.number(f"hosts/{key}"), atom, atom)
        self.send = sheet.table()
        self.unspecified = (self.atoms.of(UNSPECIFIED[4]), self.atoms.of(UNSPECIFIED[6]))


def _lasting(state: State) -> tuple[object, ...]:
    """Return what of a moment is in more tables than those of guests and balancers."""
    return state.in_transit, state.down_zones, bool(state.down_instances), state.probed


def _all_chains(network: Network, ports: list[Port]) -> list[tuple[tuple[RuleSet, ...], ...]]:
    """Return what each NIC asks, see ``chains_of``; NICs of one subnet and one group ask the same."""
    nics = network.scenario.topology.nics
    known: dict[tuple[str, str | None], tuple[tuple[RuleSet, ...], ...]] = {}
    found = []
    for port in ports:
        key = port.subnet, nics[port.id].security_group
        if key not in known:
            known[key] = chains_of(network, port)
        found.append(known[key])
    return found


def chains_of(network: Network, port: Port) -> tuple[tuple[RuleSet, ...], ...]:
    """Return what a NIC asks: out, in, and both for frames of neighbours (see ``security._asked_of``)."""
    outbound = network.rules(port.id, Direction.OUTBOUND)
    inbound = network.rules(port.id, Direction.INBOUND)
    if network.profile.filtering != "groups-and-lists":
        return outbound, inbound, outbound, inbound
    near = [tuple(rules for rules in chain if rules.where != "subnet") for chain in (outbound, inbound)]
    return outbound, inbound, *near


def _bound(network: Network, ports: list[Port], boundaries: Boundaries) -> None:
    """Make special ranges unions of atoms."""
    for address in (*PLATFORM, *UNSPECIFIED.values(), *_odd(ports)):
        boundaries.address(address)
    for prefix in (*NOT_PUBLIC, *network.profile.addresses.private):
        boundaries.prefix(prefix)
    boundaries.range(4, 0xE000_0000, 0xEFFF_FFFF)
    boundaries.range(6, 0xFF << 120, (1 << 128) - 1)
    for vnet in network.scenario.topology.vnets.values():
        for prefix in vnet.address_space:
            boundaries.prefix(prefix)
    for subnet in network.scenario.topology.subnets.values():
        for prefix in subnet.prefixes:
            boundaries.prefix(prefix)
    if network.profile.unicast_by_mac:
        boundaries.address(parse_address(network.profile.ipv6_router))
        for port in ports:
            for prefix in port.on_link:
                if prefix.version == 4:
                    boundaries.address(prefix[1])
    if network.profile.default_outbound or any(
        subnet.default_outbound for subnet in network.scenario.topology.subnets.values()
    ):
        for last in range(1, 255):
            boundaries.range(4, STAND_IN + last, STAND_IN + last)


def _odd(ports: list[Port]) -> set[Address]:
    """Return destinations that mean many receivers, or the platform."""
    found: set[Address] = set(PLATFORM)
    on_link = {id(port.on_link): port.on_link for port in ports}  # NICs of one subnet have the same
    for prefixes in on_link.values():
        found |= {prefix.broadcast_address for prefix in prefixes if prefix.version == 4}
    found.add(type(UNSPECIFIED[4])(0xFFFF_FFFF))
    return found


def _carried(network: Network) -> Carried:
    profile = network.profile
    from_port, to_port = np.ones(_PORTS, np.bool_), np.ones(_PORTS, np.bool_)
    from_port[[*profile.reserved_udp_ports, *profile.reserved_udp_source_ports]] = False
    to_port[list(profile.reserved_udp_ports)] = False
    return Carried(
        np.array([profile.carries(number) for number in range(256)], np.bool_),
        from_port,
        to_port,
        profile.icmp_ha_ports,
        profile.icmpv6_filtered,
        profile.implicit_public_deny,
        profile.security_change_cuts_flows and profile.filtering == "groups-and-lists",
        profile.unicast_by_mac,
        profile.routing == "vpc-tables",
    )
