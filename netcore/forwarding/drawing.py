"""What the walk reads from a drawing once per network, so that a packet costs no search."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from netcore.control.network import Network
from netcore.control.prefixes import AddressSet, PrefixIndex
from netcore.document.balancers import PoolMember
from netcore.document.values import Address
from netcore.forwarding.machines import Machine, machines_of, ports_of
from netcore.words import say

T = TypeVar("T")

_KINDS = {"nics": "NIC", "private_endpoints": "private endpoint", "gateways": "gateway"}
"""Words for what may hold an address."""


class Drawing:
    """Lookups the places share. One per ``Network``; immutable apart from what it has already computed.

    Args:
        network: compiled network.
    """

    def __init__(self, network: Network) -> None:
        topology = network.scenario.topology
        self._topology = topology
        self._profile = network.profile
        self.ports = ports_of(topology)
        self.machines = machines_of(network.scenario, self.ports, network.learned_guest_routes)
        self.hosts_outside: dict[Address, str] = {}
        self.hosts_behind: dict[tuple[str, Address], str] = {}
        for host_id, host in sorted(topology.hosts.items()):
            if host.site is not None:
                continue
            if host.gateway is None:
                self.hosts_outside.setdefault(host.address, host_id)
            else:
                self.hosts_behind.setdefault((host.gateway, host.address), host_id)
        self._read_links(network)
        self.shares_addresses = any(machine.guest.redundancy for machine in self.machines.values())
        self.inner_pool_nics = frozenset(_nics_of_inner_balancers(topology))
        self._cards: dict[tuple[str, ...], str | None] = {}
        self._kept: dict[tuple[int, int], tuple[object, object, Any]] = {}
        self._memo: dict[tuple[Any, ...], Any] = {}

    def _read_links(self, network: Network) -> None:
        """Read which virtual networks are joined, and what lies in each."""
        topology = network.scenario.topology
        self._network_tunnels = network.tunnels
        self._spaces = {vnet_id: AddressSet(vnet.address_space) for vnet_id, vnet in topology.vnets.items()}
        self._links: dict[str, set[str]] = {vnet_id: set() for vnet_id in topology.vnets}
        for link in topology.peerings.values():
            if link.vnet in self._links and link.remote_vnet in self._links:
                self._links[link.vnet].add(link.remote_vnet)
                self._links[link.remote_vnet].add(link.vnet)
        self._neighbours = {
            vnet_id: tuple(sorted(o for o in others if network.peering(vnet_id, o).connected))
            for vnet_id, others in self._links.items()
        }
        self._reach = {
            vnet_id: PrefixIndex(
                (prefix, peering.remote_vnet)
                for peering in network.peerings.connected(vnet_id)
                for prefix in peering.prefixes
            )
            for vnet_id in topology.vnets
        }
        self._subnets = {
            vnet_id: PrefixIndex(
                (prefix, prefix)
                for subnet in topology.subnets.values()
                if subnet.vnet == vnet_id
                for prefix in subnet.prefixes
            )
            for vnet_id in topology.vnets
        }

    def edited(self, network: Network, vms: Collection[str] = (), *, links: bool = False) -> Drawing:
        """Return the lookups of a network that differs in routes and rules only, and in who has which.

        Args:
            vms: VMs about which something else is said, or about their NICs.
            links: whether peerings or subnets are others.
        """
        found = copy.copy(self)
        found._topology = topology = network.scenario.topology
        found._kept, found._memo = {}, {}
        if vms:
            nics = [port.id for vm in vms for port in self.machines[vm].ports]
            ports = ports_of(topology, nics)
            found.ports = {**self.ports, **ports}
            moved = machines_of(network.scenario, ports, network.learned_guest_routes, vms)
            found.machines = {**self.machines, **moved}
        if links:
            found._read_links(network)
        _DRAWINGS[network] = found
        return found

    def card(self, facts: tuple[str, ...]) -> str | None:
        """Return the id of the rule card of the first fact that has one."""
        if facts not in self._cards:
            found = (self._profile.card_for_fact(fact) for fact in facts)
            self._cards[facts] = next((card.id for card in found if card is not None), None)
        return self._cards[facts]

    def kept(self, of: object, also: object, compute: Callable[[], T]) -> T:
        """Return what belongs to two things, computed at the first call; they are told apart by identity."""
        key = (id(of), id(also))
        found = self._kept.get(key)
        if found is None:
            # The two are kept as well, so that nothing else can ever have their identity.
            found = self._kept[key] = (of, also, compute())
        made: T = found[2]
        return made

    def memo(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        """Return what depends on the drawing only, computed at the first call."""
        if key not in self._memo:
            self._memo[key] = compute()
        return self._memo[key]

    def name(self, ref: str) -> str:
        """Return what people call the thing at a path such as ``nics/fw1``.

        A member of a pool is called as its VM, and what has no name by its last key.
        """
        collection, *keys = ref.split("/")
        thing: Any = getattr(self._topology, collection, None)
        for key in keys:
            thing = thing.get(key) if isinstance(thing, Mapping) else getattr(thing, key, None)
        if isinstance(thing, PoolMember):
            return self.member_name(thing)
        return str(getattr(thing, "name", keys[-1] if keys else ref))

    def title(self, ref: str) -> str:
        """Return the holder of an address in words: ``NIC web1-nic``, ``frontend inside of inner``."""
        collection, key, *more = ref.split("/")
        if collection == "load_balancers" and more:
            return say(
                "frontend {name} of {balancer}",
                name=self.name(ref),
                balancer=self.name(f"{collection}/{key}"),
            )
        return f"{say(_KINDS[collection])} {self.name(ref)}" if collection in _KINDS else self.name(ref)

    def member_name(self, member: PoolMember) -> str:
        """Return what people call a backend: its VM, or its NIC where that is attached to none."""
        port = self.ports.get(member.nic)
        if port is None:
            return member.nic
        return port.name if port.vm is None else self.machines[port.vm].name

    def vnet_name(self, vnet: str) -> str:
        """Return the name of a virtual network as people read it."""
        return self._topology.vnets[vnet].name

    def vm_of(self, nic: str) -> str | None:
        """Return the VM a NIC belongs to."""
        return self.ports[nic].vm

    def in_space(self, vnet: str, address: Address) -> bool:
        """Return whether an address lies in the address space of a virtual network."""
        return address in self._spaces[vnet]

    def linked(self, vnet: str) -> tuple[str, ...]:
        """Return the virtual networks that have at least one peering link with this one, sorted."""
        return tuple(sorted(self._links[vnet]))

    def neighbours(self, vnet: str) -> tuple[str, ...]:
        """Return the virtual networks whose peering with this one is connected, sorted."""
        return self._neighbours[vnet]

    def peer_with(self, vnet: str, address: Address) -> str | None:
        """Return the directly peered virtual network that an address is reached in."""
        return self._reach[vnet].match(address)

    def is_reserved(self, vnet: str, address: Address) -> bool:
        """Return whether the platform keeps an address of a subnet for itself (facts A1, B8)."""
        prefix = self._subnets[vnet].match(address)
        if prefix is None or prefix.version == 6:
            return False
        offset = int(address) - int(prefix.network_address)
        return offset in self._profile.reserved_offsets or address == prefix.broadcast_address

    def guest_holding(self, vnet: str, address: Address) -> str | None:
        """Return the name of a VM of a virtual network whose guest believes it holds an address (fact B7)."""
        found: dict[tuple[str, Address], str] = self.memo(("in guests",), lambda: _in_guests(self.machines))
        return found.get((vnet, address))

    def gateway_at(self, vnet: str, address: Address) -> tuple[str, int] | None:
        """Return the gateway of this or a directly peered network, and its instance, that has an address."""
        for key, gateway in sorted(self._topology.gateways.items()):
            near = gateway.vnet == vnet or gateway.vnet in self._neighbours[vnet]
            addresses = self._network_tunnels.addresses(key) if near else ()
            if address in addresses:
                return key, addresses.index(address)
        return None

    def member_address(self, member: PoolMember, version: int | None) -> Address | None:
        """Return the address of a backend; None if it is gone, or not of the IP version asked for."""
        nic = self._topology.nics.get(member.nic)
        configuration = nic.configurations.get(member.configuration) if nic else None
        if configuration is None or (version is not None and configuration.address.version != version):
            return None
        return configuration.address


def _in_guests(machines: Mapping[str, Machine]) -> dict[tuple[str, Address], str]:
    """Return the name of the first guest of a virtual network that believes it holds an address."""
    found: dict[tuple[str, Address], str] = {}
    for machine in machines.values():
        for port in machine.ports:
            shared = {group.address for group in machine.guest.redundancy.values()}
            for address in machine.own | shared:
                found.setdefault((port.vnet, address), machine.name)
    return found


def _nics_of_inner_balancers(topology: Any) -> set[str]:
    """Return the NICs in a pool of a Standard balancer whose frontends are all private (fact J19)."""
    return {
        member.nic
        for balancer in topology.load_balancers.values()
        if balancer.sku == "standard"
        and balancer.frontends
        and all(frontend.public_ip is None for frontend in balancer.frontends.values())
        for pool in balancer.pools.values()
        for member in pool.members.values()
    }


_DRAWINGS: WeakKeyDictionary[Network, Drawing] = WeakKeyDictionary()


def drawing_of(network: Network) -> Drawing:
    """Return what the walk has read from a network; the same object at each call."""
    drawing = _DRAWINGS.get(network)
    if drawing is None:
        drawing = _DRAWINGS[network] = Drawing(network)
    return drawing
