"""The guest's view: what the system of one VM believes, beside what the platform gave it.

Most lessons are the gap between the two (design, section 3.1). Nothing here sends a packet, except the
hellos of redundancy groups.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from ipaddress import ip_network
from typing import Any, Literal

from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.forwarding import guest_tunnels, layer2, redundancy
from netcore.forwarding.drawing import Drawing, drawing_of
from netcore.forwarding.machines import Machine, Path, Port
from netcore.forwarding.run import loses
from netcore.forwarding.state import State
from netcore.forwarding.walk import follow
from netcore.words import say

Origin = Literal["lease", "typed", "missing"]
"""lease: DHCP handed it out. typed: somebody wrote it into the guest. missing: the platform gave it, and the
guest does not hold it (fact A10)."""

EVERYTHING = ip_network("0.0.0.0/0")

_KINDS = {
    "guest.default": "default",
    "guest.host_route": "platform",
    "guest.connected": "connected",
    "guest.route": "static",
    "guest.route_via": "static",
    "guest.route_tunnel": "static",
    "guest.learned": "learned",
}


@dataclass(frozen=True, slots=True)
class GuestAddress:
    """An address of a NIC; ``given``: the platform knows it there, so others can reach it (facts A17, B7)."""

    address: str
    origin: Origin
    given: bool


@dataclass(frozen=True, slots=True)
class GuestNIC:
    """One NIC. ``mac`` is what the platform gave, ``guest_mac`` what the guest sends from (fact A19)."""

    id: str
    subnet: str
    mac: str
    guest_mac: str
    mtu_bytes: int
    addresses: tuple[GuestAddress, ...]


@dataclass(frozen=True, slots=True)
class GuestNeighbour:
    """A line of the ARP or neighbour table, as it would be if the guest had asked for everybody.

    ``mac`` is what the guest is told; None: nobody answers. ``own_mac`` is the MAC of the NIC that really
    holds the address; empty for the router.
    """

    nic: str
    address: str
    mac: str | None
    own_mac: str
    holder: str
    kind: Literal["router", "neighbour"]


@dataclass(frozen=True, slots=True)
class GuestRouteLine:
    """A line of the guest's routing table, best first.

    Args:
        kind: connected, static, learned (by a routing daemon), platform (host route of DHCP) or default.
        via: next hop, where the route has one; for DHCP's routes the router of the subnet.
        via_ignored: the fabric does not look at that next hop (facts B10, I15, I17).
        source: the address the guest sends from by this route; None where it has none of the family.
    """

    prefix: str
    kind: str
    nic: str | None
    tunnel: str | None
    via: str | None
    via_ignored: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class GuestTunnel:
    """A tunnel end of the guest; ``far_end`` is the VM that holds the remote address, where one does."""

    id: str
    kind: str
    local: str | None
    remote: str
    port: int | None
    key: int
    address: str | None
    mtu_bytes: int
    far_end: str | None


@dataclass(frozen=True, slots=True)
class GuestRole:
    """What the guest is in a redundancy group (facts B6, B7).

    Args:
        role: master, backup or down.
        heard: whether another member hears its hellos.
        holder: what has the address in the platform; None: nobody, so no other VM reaches it.
    """

    id: str
    kind: str
    group: int
    address: str
    role: str
    heard: bool
    holder: str | None


@dataclass(frozen=True, slots=True)
class GuestView:
    """What the guest of one VM believes at this moment."""

    vm: str
    name: str
    runs: bool
    forwarding: bool
    loopback: tuple[str, ...]
    nics: tuple[GuestNIC, ...]
    neighbours: tuple[GuestNeighbour, ...]
    routes: tuple[GuestRouteLine, ...]
    tunnels: tuple[GuestTunnel, ...]
    redundancy: tuple[GuestRole, ...]
    firewall: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def guest_view(network: Network | Scenario, vm_id: str, state: State | None = None) -> GuestView:
    """Return what the guest of a VM believes: addresses, neighbours, routes, tunnels, roles, firewall.

    Args:
        network: compiled, or a scenario without problems.
        state: the moment; None is a quiet network.

    Raises:
        NotFound: the document has no such VM.

    Source: facts A10, A13, A15, A17-A19, A23, B3, B4, B6, B7, B10, B11.
    """
    compiled = Network(network) if isinstance(network, Scenario) else network
    drawing = drawing_of(compiled)
    machine = drawing.machines.get(vm_id)
    if machine is None:
        raise NotFound(say("The document has no VM {vm_id}.", vm_id=vm_id))
    state = state or State()
    guest = machine.guest
    return GuestView(
        vm=vm_id,
        name=machine.name,
        runs=machine.runs and not loses(compiled, state, vm_id),
        forwarding=guest.forwarding,
        loopback=tuple(map(str, guest.loopback)),
        nics=tuple(_nic(compiled, port) for port in machine.ports),
        neighbours=tuple(line for port in machine.ports for line in _neighbours(compiled, drawing, port)),
        routes=tuple(_route(compiled, machine, path) for path in machine.paths),
        tunnels=_tunnels(compiled, machine),
        redundancy=_roles(compiled, machine, state),
        firewall=tuple(
            {"id": key, **rule.model_dump(mode="json")}
            for key, rule in sorted(guest.firewall.items(), key=lambda item: (item[1].priority, item[0]))
        ),
    )


def _nic(network: Network, port: Port) -> GuestNIC:
    leased = set(port.leases)
    addresses = [
        GuestAddress(str(address), "lease" if address in leased else "typed", address in port.held)
        for address in dict.fromkeys(port.own)
    ]
    addresses += [GuestAddress(str(a), "missing", True) for a in port.held if a not in port.own]
    mtu = port.mtu or network.profile.guest_mtu
    return GuestNIC(port.id, port.subnet, port.mac, port.guest_mac, mtu, tuple(addresses))


def _neighbours(network: Network, drawing: Drawing, port: Port) -> list[GuestNeighbour]:
    """Return the router, and everybody else in the subnet of a NIC."""
    profile = network.profile
    lines = [
        GuestNeighbour(port.id, str(prefix[1]), profile.router_mac, "", "router", "router")
        for prefix in port.on_link
        if prefix.version == 4
    ]
    if port.source(6) is not None:
        lines.append(GuestNeighbour(port.id, profile.ipv6_router, profile.router_mac, "", "router", "router"))
    for owner, mac, told in layer2.neighbours(network, drawing, port):
        lines.append(GuestNeighbour(port.id, str(owner.address), told, mac, owner.ref, "neighbour"))
    return lines


def _route(network: Network, machine: Machine, path: Path) -> GuestRouteLine:
    source = machine.source(path, path.prefix.version)
    via: Address | None = path.via
    ignored = via is not None and not path.tunnel
    if path.nic:
        port = machine.port(path.nic)
        if via is None and path.kind in ("guest.default", "guest.host_route"):
            via = _router(port, path.prefix.version)
        elif via is not None:
            router = layer2.is_router(network, port, via)
            ignored = not router and not network.profile.unicast_by_mac
    shown = str(via) if via is not None else None
    if shown is None and path.kind == "guest.default" and path.prefix.version == 6:
        shown = network.profile.ipv6_router
    return GuestRouteLine(
        str(path.prefix),
        _KINDS[path.kind],
        path.nic or None,
        path.tunnel or None,
        shown,
        ignored,
        None if source is None else str(source),
    )


def _router(port: Port, version: int) -> Address | None:
    prefix = next((p for p in port.on_link if p.version == version == 4), None)
    return None if prefix is None else prefix[1]


def _tunnels(network: Network, machine: Machine) -> tuple[GuestTunnel, ...]:
    lines = []
    for tunnel_id, tunnel in sorted(machine.guest.tunnels.items()):
        owner = network.owner(machine.ports[0].vnet, tunnel.remote)
        nic = network.scenario.topology.nics.get(owner.nic) if owner is not None else None
        lines.append(
            GuestTunnel(
                tunnel_id,
                tunnel.kind,
                None if tunnel.local is None else str(tunnel.local),
                str(tunnel.remote),
                guest_tunnels.port_of(tunnel),
                tunnel.key,
                None if tunnel.address is None else str(tunnel.address),
                guest_tunnels.mtu_bytes(network, machine, Path("", EVERYTHING, "", tunnel=tunnel_id)),
                nic.vm if nic is not None else None,
            )
        )
    return tuple(lines)


def _roles(network: Network, machine: Machine, state: State) -> tuple[GuestRole, ...]:
    lines = []
    for group in redundancy.groups(network, follow, state) if machine.guest.redundancy else ():
        for member in group.members:
            if member.vm == machine.id:
                heard = any(hello.heard_by for hello in member.hellos)
                lines.append(
                    GuestRole(
                        member.id, group.kind, group.group, group.address, member.role, heard, group.holder
                    )
                )
    return tuple(lines)
