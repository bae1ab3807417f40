"""Who holds an address: the fabric delivers to NICs and balancer frontends, and to nothing else (A22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from netcore.control.peering import Peerings
from netcore.control.prefixes import PrefixIndex
from netcore.document.models import Topology
from netcore.document.values import Address

PublicKind = Literal["nic", "frontend", "nat_gateway", "gateway"]


class Owner(NamedTuple):
    """Holder of a private address.

    ``nic`` and ``configuration`` are set for a NIC, ``balancer`` and ``frontend`` for a frontend,
    ``endpoint`` for a private endpoint.
    """

    kind: Literal["nic", "frontend", "endpoint"]
    vnet: str
    address: Address
    nic: str = ""
    configuration: str = ""
    balancer: str = ""
    frontend: str = ""
    endpoint: str = ""

    @property
    def ref(self) -> str:
        """Return the path of the holder in the document."""
        if self.kind == "nic":
            return f"nics/{self.nic}"
        if self.kind == "endpoint":
            return f"private_endpoints/{self.endpoint}"
        return f"load_balancers/{self.balancer}/frontends/{self.frontend}"


@dataclass(frozen=True, slots=True)
class PublicOwner:
    """Holder of a public address (fact K1). The ids that do not apply are empty."""

    kind: PublicKind
    public_ip: str
    address: Address
    nic: str = ""
    configuration: str = ""
    balancer: str = ""
    frontend: str = ""
    nat_gateway: str = ""
    gateway: str = ""


class Owners:
    """Holders of private addresses, per virtual network.

    The same address in two virtual networks that are not peered has two holders that never meet.
    """

    __slots__ = ("_held", "_peers")

    def __init__(self, topology: Topology, peerings: Peerings) -> None:
        self._held: dict[str, dict[Address, Owner]] = {vnet: {} for vnet in topology.vnets}
        for nic_id, nic in topology.nics.items():
            subnet = topology.subnets.get(nic.subnet)
            if subnet is None or subnet.vnet not in self._held:
                continue
            held = self._held[subnet.vnet]
            for key, configuration in nic.configurations.items():
                address = configuration.address
                held.setdefault(address, Owner("nic", subnet.vnet, address, nic_id, key))
        for balancer_id, balancer in topology.load_balancers.items():
            for key, frontend in balancer.frontends.items():
                subnet = topology.subnets.get(frontend.subnet) if frontend.subnet else None
                if frontend.address is None or subnet is None or subnet.vnet not in self._held:
                    continue
                owner = Owner("frontend", subnet.vnet, frontend.address, balancer=balancer_id, frontend=key)
                self._held[subnet.vnet].setdefault(frontend.address, owner)
        for endpoint_id, endpoint in topology.private_endpoints.items():
            subnet = topology.subnets.get(endpoint.subnet)
            if subnet is not None and subnet.vnet in self._held:
                owner = Owner("endpoint", subnet.vnet, endpoint.address, endpoint=endpoint_id)
                self._held[subnet.vnet].setdefault(endpoint.address, owner)
        self._peers: dict[str, PrefixIndex[str]] = {
            vnet: PrefixIndex(
                (prefix, peering.remote_vnet)
                for peering in peerings.connected(vnet)
                if peering.allow_access
                for prefix in peering.prefixes
            )
            for vnet in topology.vnets
        }

    def held(self, vnet: str, address: Address) -> Owner | None:
        """Return who holds an address in one virtual network."""
        return self._held.get(vnet, {}).get(address)

    def held_in(self, vnet: str) -> tuple[Owner, ...]:
        """Return the holders of all addresses of a virtual network, in the order of the document."""
        return tuple(self._held.get(vnet, {}).values())

    def find(self, vnet: str, address: Address) -> Owner | None:
        """Return who holds an address in a virtual network or in one directly peered with it.

        Source: facts A22, D41 (directly peered only), G1, G3, G4.
        """
        held = self._held.get(vnet)
        if held is None:
            return None
        owner = held.get(address)
        if owner is not None:
            return owner
        peer = self._peers[vnet].match(address)
        return self._held[peer].get(address) if peer is not None else None


def public_owners(topology: Topology) -> dict[Address, PublicOwner]:
    """Return who holds each public address object that is in use (fact K1)."""
    addresses = {key: public.address for key, public in topology.public_ips.items()}
    found: dict[Address, PublicOwner] = {}

    def add(public_ip: str | None, kind: PublicKind, **ids: str) -> None:
        if public_ip is not None and public_ip in addresses:
            address = addresses[public_ip]
            found.setdefault(address, PublicOwner(kind, public_ip, address, **ids))

    for nic_id, nic in topology.nics.items():
        for key, configuration in nic.configurations.items():
            add(configuration.public_ip, "nic", nic=nic_id, configuration=key)
    for balancer_id, balancer in topology.load_balancers.items():
        for key, frontend in balancer.frontends.items():
            add(frontend.public_ip, "frontend", balancer=balancer_id, frontend=key)
    for nat_id, nat in topology.nat_gateways.items():
        for public_ip in nat.public_ips:
            add(public_ip, "nat_gateway", nat_gateway=nat_id)
    for gateway_id, gateway in topology.gateways.items():
        add(gateway.public_ip, "gateway", gateway=gateway_id)
    return found
