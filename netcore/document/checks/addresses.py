"""Addresses of NICs, frontends and gateways: facts A1, A7, A8, A11, A12."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from netcore.document.checks.ground import Drawing
from netcore.document.values import Address, Network
from netcore.words import say


@dataclass(frozen=True)
class _Held:
    """An address of the drawing: where it stands, who holds it, and in which subnet."""

    path: tuple[object, ...]
    holder: str
    address: Address
    vnet: str
    subnet: str | None


def check(drawing: Drawing) -> None:
    """Report what is wrong with private addresses."""
    holders: dict[tuple[str, Address], _Held] = {}
    counts: dict[str, int] = {}
    for held in _held(drawing):
        counts[held.vnet] = counts.get(held.vnet, 0) + 1
        if held.subnet is not None:
            _in_subnet(drawing, held, held.subnet)
        first = holders.setdefault((held.vnet, held.address), held)
        if first is not held:
            drawing.add(
                "address-twice",
                held.path,
                say("{address}, which {holder} holds", address=held.address, holder=first.holder),
                say("an address that nothing else in {vnet} holds", vnet=held.vnet),
                say("Choose a free address; an address belongs to one resource at a time."),
                "A8",
            )
    for vnet, count in counts.items():
        if count > drawing.addresses.per_vnet:
            drawing.add(
                "too-many-addresses",
                ("vnets", vnet),
                say("{count} addresses in use", count=count),
                say("at most {per_vnet}", per_vnet=drawing.addresses.per_vnet),
                say("Divide the virtual network."),
                "A12",
            )


def _held(drawing: Drawing) -> list[_Held]:
    """Return every private address of the drawing whose virtual network is known."""
    topology = drawing.topology
    found: list[_Held] = []

    def add(path: tuple[object, ...], holder: str, address: Address, subnet_id: str) -> None:
        subnet = topology.subnets.get(subnet_id)
        if subnet is not None and subnet.vnet in topology.vnets:
            found.append(_Held(path, holder, address, subnet.vnet, subnet_id))

    for nic_id, nic in topology.nics.items():
        for key, configuration in nic.configurations.items():
            path = ("nics", nic_id, "configurations", key, "address")
            add(path, say("NIC {nic_id}", nic_id=nic_id), configuration.address, nic.subnet)
    for balancer_id, balancer in topology.load_balancers.items():
        for key, frontend in balancer.frontends.items():
            if frontend.address is not None and frontend.subnet is not None:
                path = ("load_balancers", balancer_id, "frontends", key, "address")
                add(
                    path,
                    say("frontend {key} of {balancer_id}", key=key, balancer_id=balancer_id),
                    frontend.address,
                    frontend.subnet,
                )
    for endpoint_id, endpoint in topology.private_endpoints.items():
        place = ("private_endpoints", endpoint_id, "address")
        add(
            place,
            say("private endpoint {endpoint_id}", endpoint_id=endpoint_id),
            endpoint.address,
            endpoint.subnet,
        )
    for gateway_id, gateway in topology.gateways.items():
        vnet = topology.vnets.get(gateway.vnet)
        for number, address in enumerate(gateway.instances):
            # The edges of ExpressRoute show addresses outside the virtual network; those are not held in it.
            if vnet is not None and any(address in prefix for prefix in vnet.address_space):
                instance = ("gateways", gateway_id, "instances", number)
                found.append(
                    _Held(
                        instance,
                        say("gateway {gateway_id}", gateway_id=gateway_id),
                        address,
                        gateway.vnet,
                        None,
                    )
                )
    return found


def _in_subnet(drawing: Drawing, held: _Held, subnet_id: str) -> None:
    subnet = drawing.topology.subnets[subnet_id]
    prefix = next((prefix for prefix in subnet.prefixes if held.address in prefix), None)
    if prefix is None:
        _outside(drawing, held, subnet_id)
    elif prefix.version == 4 and held.address in reserved(prefix, drawing.addresses.reserved_offsets):
        first = prefix.network_address + max(drawing.addresses.reserved_offsets, default=-1) + 1
        drawing.add(
            "address-reserved",
            held.path,
            held.address,
            say(
                "an address from {first} to {broadcast_address} in subnet {subnet_id}",
                first=first,
                broadcast_address=prefix.broadcast_address - 1,
                subnet_id=subnet_id,
            ),
            say("The platform keeps the first four addresses and the last one of every subnet."),
            "A1",
        )


def reserved(prefix: Network, offsets: tuple[int, ...]) -> set[Address]:
    """Return the addresses of an IPv4 subnet that nobody gets (fact A1)."""
    start = int(prefix.network_address)
    return {prefix.broadcast_address, *(ip_address(start + offset) for offset in offsets)}


def _outside(drawing: Drawing, held: _Held, subnet_id: str) -> None:
    """Report an address outside its subnet; that of a sister subnet is named (A11)."""
    prefixes = [p for p in drawing.topology.subnets[subnet_id].prefixes if p.version == held.address.version]
    sister = next(
        (
            other
            for other in drawing.subnets_of_vnet.get(held.vnet, ())
            if any(held.address in prefix for prefix in drawing.topology.subnets[other].prefixes)
        ),
        None,
    )
    place = ", ".join(map(str, prefixes)) or say(
        "which has no IPv{version} prefix", version=held.address.version
    )
    drawing.add(
        "address-outside-subnet",
        held.path,
        say("{address} of subnet {sister}", address=held.address, sister=sister) if sister else held.address,
        say("an address of subnet {subnet_id}, {place}", subnet_id=subnet_id, place=place),
        say("All addresses of a NIC belong to one subnet; add a second NIC for the other subnet.")
        if sister
        else say("Choose an address inside the subnet."),
        "A11" if sister else "A7",
    )
