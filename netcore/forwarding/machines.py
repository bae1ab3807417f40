"""The guests of a drawing, prepared for walking: which addresses and routes each believes in.

Read from the document once per network; nothing here knows what the fabric does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from ipaddress import IPv4Address, ip_network
from typing import NamedTuple

from netcore.control.guest_firewall import by_hook
from netcore.control.prefixes import PrefixIndex
from netcore.document.guests import Guest, GuestFirewallRule, GuestRoute
from netcore.document.models import IPConfiguration, Scenario, Topology
from netcore.document.values import Address, Network

PLATFORM = frozenset({IPv4Address("168.63.129.16"), IPv4Address("169.254.169.254")})
"""Addresses at which the platform itself answers; DHCP installs host routes for them (facts A14, A15)."""


_HOST_ROUTES = tuple(ip_network(host) for host in sorted(PLATFORM))
_DEFAULT = ((4, ip_network("0.0.0.0/0")), (6, ip_network("::/0")))


_PLAIN = Guest()
_NO_FIREWALL: Mapping[str, tuple[GuestFirewallRule, ...]] = {}


class Port(NamedTuple):
    """One NIC as the walk needs it.

    Args:
        held: the NIC's control-plane addresses, primary first.
        own: the guest's addresses on it, the one it sends from first.
        on_link: prefixes of the subnet, which the guest takes for directly connected.
        mtu: what somebody typed into the guest; None: what the profile gives.
        leases: those of ``own`` that DHCP handed out.
    """

    id: str
    name: str
    vm: str | None
    subnet: str
    vnet: str
    held: tuple[Address, ...]
    own: tuple[Address, ...]
    on_link: tuple[Network, ...]
    mac: str
    guest_mac: str
    ip_forwarding: bool
    mtu: int | None = None
    leases: tuple[Address, ...] = ()

    def source(self, version: int) -> Address | None:
        """Return the address the guest sends from, IPv4 or IPv6; None if it has none of that family."""
        return next((address for address in self.own if address.version == version), None)


class Path(NamedTuple):
    """One line of a guest's routing table; ``kind`` is the sentence that explains it.

    ``nic`` is empty where the route leads into a ``tunnel``.
    """

    kind: str
    prefix: Network
    nic: str
    via: Address | None = None
    tunnel: str = ""


@dataclass(eq=False)  # not frozen: there are thousands, and a frozen one takes four times as long to make
class Machine:
    """One VM as the walk needs it; never changes.

    Args:
        ports: its NICs, the primary one first, then by id.
        own: addresses its guest answers to, those of loopback and tunnels included; shared addresses of
            redundancy groups are not among them, for only one member holds such an address.
        learned: routes that its routing daemon has installed, best first.
        peers: VMs whose sessions it shares.
        firewall: rules of the guest's firewall by hook, smallest priority first.
        plain: whether nothing was said of its guest, as with most.
    """

    id: str
    name: str
    runs: bool
    guest: Guest
    ports: tuple[Port, ...]
    own: frozenset[Address]
    learned: tuple[GuestRoute, ...]
    peers: tuple[str, ...]
    firewall: Mapping[str, tuple[GuestFirewallRule, ...]]
    plain: bool

    def port(self, nic: str) -> Port:
        """Return one of its NICs."""
        return next(port for port in self.ports if port.id == nic)

    def source(self, path: Path, version: int) -> Address | None:
        """Return the address the guest sends from by one of its routes, or None.

        A tunnel without an address of its own lends that of the first NIC.
        """
        if not path.tunnel:
            return self.port(path.nic).source(version)
        inner = self.guest.tunnels[path.tunnel].address
        if inner is not None and inner.version == version:
            return inner
        return next((found for port in self.ports if (found := port.source(version))), None)

    def path(self, destination: Address) -> Path | None:
        """Return the guest route for a destination, or None."""
        return self._by_prefix.match(destination)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The guest's routing table, longest prefix first; hand-made before connected, learned, default."""
        return _paths(self.guest, self.ports, self.learned)

    @cached_property
    def held(self) -> tuple[Address, ...]:
        """Return the addresses that the fabric holds for its NICs, NIC by NIC."""
        return tuple(address for port in self.ports for address in port.held)

    @property
    def usual(self) -> bool:
        """Return whether it has one NIC, and no routes but those that DHCP and the subnet give."""
        return len(self.ports) == 1 and not self.guest.routes and not self.learned

    @cached_property
    def _by_prefix(self) -> PrefixIndex[Path]:
        """The routing table prepared for lookups; of routes with one prefix the first one counts."""
        return PrefixIndex((path.prefix, path) for path in reversed(self.paths))


def derived_mac(nic: str) -> str:
    """Return the MAC address of a NIC drawn without one: stable for its id (fact A18).

    Example:
        >>> derived_mac("web1")[:8]
        '00:0d:3a'
    """
    tail = blake2b(nic.encode(), digest_size=3).hexdigest()
    return f"00:0d:3a:{tail[:2]}:{tail[2:4]}:{tail[4:]}"


def ports_of(topology: Topology, nics: Iterable[str] | None = None) -> dict[str, Port]:
    """Return every NIC whose subnet exists, by id.

    Args:
        nics: ids; None: all.
    """
    ports: dict[str, Port] = {}
    subnets, vms = topology.subnets, topology.vms
    for nic_id in topology.nics if nics is None else nics:
        nic = topology.nics[nic_id]
        subnet = subnets.get(nic.subnet)
        if subnet is None:
            continue
        held = _held(nic.configurations)
        leases = own = _leases(held)
        vm = vms.get(nic.vm) if nic.vm else None
        believed = vm.guest.interfaces.get(nic_id) if vm else None
        guest_mac = mtu = None
        if believed is not None:
            typed, guest_mac, mtu = believed.address, believed.mac, believed.mtu
            leases = tuple([a for a in leases if typed is None or a.version != typed.version])
            own = (*((typed,) if typed else ()), *leases, *believed.added)
        mac = nic.mac or derived_mac(nic_id)
        ports[nic_id] = Port(
            nic_id,
            nic.name,
            nic.vm,
            nic.subnet,
            subnet.vnet,
            held,
            own,
            subnet.prefixes,
            mac,
            guest_mac or mac,
            nic.ip_forwarding,
            mtu,
            leases,
        )
    return ports


def _held(configurations: Mapping[str, IPConfiguration]) -> tuple[Address, ...]:
    """Return the addresses of a NIC, primary ones first."""
    if len(configurations) > 1:
        configurations = dict(sorted(configurations.items(), key=lambda item: (not item[1].primary, item[0])))
    return tuple([configuration.address for configuration in configurations.values()])


def _leases(held: tuple[Address, ...]) -> tuple[Address, ...]:
    """Return what DHCP and DHCPv6 hand out: one address per IP version (facts A10, A13).

    Args:
        held: addresses of the NIC, primary ones first.
    """
    if len(held) == 1:
        return held
    first: dict[int, Address] = {}
    for address in held:
        first.setdefault(address.version, address)
    return tuple(first[version] for version in sorted(first))


def machines_of(
    scenario: Scenario,
    ports: dict[str, Port],
    learned: Mapping[str, tuple[GuestRoute, ...]],
    vms: Collection[str] | None = None,
) -> dict[str, Machine]:
    """Return every VM by id.

    Args:
        ports: all NICs of the VMs asked about.
        learned: VM id -> routes that its routing daemon has installed, best first.
        vms: ids; None: all.
    """
    topology = scenario.topology
    by_vm: dict[str, list[Port]] = {}
    for port in ports.values():
        if port.vm is not None:
            by_vm.setdefault(port.vm, []).append(port)
    ids = topology.vms if vms is None else vms
    partners = _partners(topology) if any(topology.vms[vm].guest.session_sync for vm in ids) else {}
    machines: dict[str, Machine] = {}
    for vm_id in ids:
        vm = topology.vms[vm_id]
        guest = vm.guest
        plain = not guest.model_fields_set or guest == _PLAIN
        own_ports = by_vm.get(vm_id, [])
        if len(own_ports) > 1:
            own_ports.sort(key=lambda p: (not topology.nics[p.id].primary, p.id))
        own = [address for port in own_ports for address in port.own]
        if not plain:
            own += guest.loopback
            own += [tunnel.address for tunnel in guest.tunnels.values() if tunnel.address is not None]
        machines[vm_id] = Machine(
            vm_id,
            vm.name,
            vm.power == "running",
            guest,
            tuple(own_ports),
            frozenset(own),
            learned.get(vm_id, ()),
            partners.get(vm_id, ()) if guest.session_sync else (),
            _NO_FIREWALL if plain else by_hook(guest),
            plain,
        )
    return machines


def _paths(guest: Guest, ports: tuple[Port, ...], learned: tuple[GuestRoute, ...]) -> tuple[Path, ...]:
    """Return a guest's routing table, best first (facts A13, A15, A23, B4, B10)."""
    ranked: list[tuple[int, int, str, Path]] = []

    def add(rank: int, path: Path, tie: str) -> None:
        ranked.append((-path.prefix.prefixlen, rank, tie, path))

    for route_id, route in sorted(guest.routes.items()):
        path = _drawn(route, guest, ports, "guest.route" if route.via is None else "guest.route_via")
        if path is not None:
            add(0, path, route_id)
    for number, route in enumerate(learned):
        path = _drawn(route, guest, ports, "guest.learned")
        if path is not None:
            add(2, path, f"{number:06}")
    for port in ports:
        for prefix in port.on_link:
            if port.source(prefix.version) is not None:
                add(1, Path("guest.connected", prefix, port.id), "")
    for version, default in _DEFAULT:
        primary = ports[0] if ports else None
        if primary is None or primary.source(version) is None:
            continue
        if version == 4:
            for host in _HOST_ROUTES:
                add(3, Path("guest.host_route", host, primary.id), str(host))
        add(4, Path("guest.default", default, primary.id), "")
    ranked.sort(key=lambda item: item[:3])
    return tuple(item[3] for item in ranked)


def _drawn(route: GuestRoute, guest: Guest, ports: tuple[Port, ...], kind: str) -> Path | None:
    """Return a route that somebody gave a guest, or None where it leads nowhere."""
    if route.tunnel is not None:
        if route.tunnel not in guest.tunnels:
            return None
        return Path("guest.route_tunnel", route.prefix, "", route.via, route.tunnel)
    nic = route.nic if route.nic is not None else _nic_towards(route.via, ports)
    if nic is None or all(port.id != nic for port in ports):
        return None
    return Path(kind, route.prefix, nic, route.via)


def _nic_towards(via: Address | None, ports: tuple[Port, ...]) -> str | None:
    """Return the NIC whose subnet holds a guest's next hop; the primary one if none does."""
    if via is not None:
        for port in ports:
            if any(via in prefix for prefix in port.on_link):
                return port.id
    return ports[0].id if ports else None


def _partners(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Return for each VM with shared sessions the others it shares them with.

    Two of them share when one balancer pool holds both, or when their NICs stand in the same subnets
    (an active and a standby appliance without a balancer). Source: ours; the document says "pool or pair".
    """
    syncing = {vm_id for vm_id, vm in topology.vms.items() if vm.guest.session_sync}
    groups: dict[tuple[str, ...], set[str]] = {}
    subnets: dict[str, set[str]] = {}
    for nic in topology.nics.values():
        if nic.vm is not None and nic.vm in syncing:
            subnets.setdefault(nic.vm, set()).add(nic.subnet)
    for vm_id, places in subnets.items():
        groups.setdefault(("pair", *sorted(places)), set()).add(vm_id)
    for balancer_id, balancer in topology.load_balancers.items():
        for pool_id, pool in balancer.pools.items():
            for member in pool.members.values():
                backend = topology.nics.get(member.nic)
                if backend is not None and backend.vm is not None and backend.vm in syncing:
                    groups.setdefault(("pool", balancer_id, pool_id), set()).add(backend.vm)
    partners: dict[str, set[str]] = {}
    for members in groups.values():
        for vm_id in members:
            partners.setdefault(vm_id, set()).update(members - {vm_id})
    return {vm_id: tuple(sorted(others)) for vm_id, others in partners.items()}
