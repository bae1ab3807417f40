"""From a request to the first header: who sends, from which address, to which."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from netcore.control.network import Network
from netcore.document.values import Address, parse_address
from netcore.errors import NotFound
from netcore.forwarding import names
from netcore.forwarding.drawing import Drawing, drawing_of
from netcore.forwarding.hops import Endpoint, Stand
from netcore.forwarding.machines import Machine
from netcore.forwarding.state import State, key_of
from netcore.trace.model import Header
from netcore.trace.packet import TCP, UDP, Packet, protocol_number
from netcore.words import say

UNSPECIFIED = {4: ip_address("0.0.0.0"), 6: ip_address("::")}
"""Source of a guest that has no address of the family."""

SCTP = 132


def resolve(
    network: Network, drawing: Drawing, packet: Packet, state: State, knock: names.Knock
) -> tuple[Endpoint, Header]:
    """Return who sends a requested packet, and its header as it is put on the wire.

    A VM as destination means its primary address; for a sender on the Internet its first public address,
    where it has one. The sender's guest chooses NIC and source by its own routes (facts A23, B10). A name
    means the address that its connection was opened to, else the one it is answered with now.

    Args:
        knock: see ``names``.

    Raises:
        NotFound: the packet names something that is not in the document, a VM without an address, or a
            destination that is neither a name nor an address.
    """
    kind, _, name = packet.destination.partition("/")
    if kind != names.COLLECTION:
        return _addressed(network, drawing, packet)
    manager = network.scenario.topology.traffic_managers.get(name)
    flows = state.sessions.flows if state.sessions is not None else ()
    for address in manager.endpoints if manager is not None and flows else ():
        origin, header = _addressed(network, drawing, packet, address)
        if (origin.name, key_of(header)) in flows:
            return origin, header
    answered = names.answer(network, state, name, knock)
    origin, header = _addressed(network, drawing, packet, answered.address)
    return replace(origin, answered=answered), header


def address_of(network: Network, source: str, destination: str) -> Address | None:
    """Return the address that a destination means for a sender; None: a name, which the moment answers.

    Raises:
        NotFound: as ``resolve``.
    """
    if destination.partition("/")[0] == names.COLLECTION:
        return None
    sender, _, key = source.partition("/")
    host = network.scenario.topology.hosts.get(key) if sender == "hosts" else None
    outside = host is not None and host.gateway is None and host.site is None
    return _address(network, drawing_of(network), destination, outside)


def _addressed(
    network: Network, drawing: Drawing, packet: Packet, destination: Address | None = None
) -> tuple[Endpoint, Header]:
    """Return sender and header; ``destination`` stands for the packet's own where that is a name."""
    topology = network.scenario.topology
    kind, _, name = packet.source.partition("/")
    protocol = protocol_number(packet.protocol) if packet.frame == "ip" else 0
    ported = protocol in (TCP, UDP, SCTP)
    outside = False
    if kind == "hosts":
        if name not in topology.hosts:
            raise NotFound(say("The document has no host {name}.", name=name))
        outside = topology.hosts[name].gateway is None and topology.hosts[name].site is None
        destination = destination or _address(network, drawing, packet.destination, outside)
        source = topology.hosts[name].address
        stand = Stand.HOST
    else:
        if name not in drawing.machines:
            raise NotFound(say("The document has no VM {name}.", name=name))
        destination = destination or _address(network, drawing, packet.destination, outside)
        source = _source(drawing, drawing.machines[name], destination)
        stand = Stand.VM
    header = Header(
        source=packet.source_address or source,
        destination=destination,
        protocol=protocol,
        source_port=packet.source_port if ported else 0,
        destination_port=packet.destination_port if ported else 0,
        ttl=packet.ttl,
        destination_mac=packet.destination_mac,
        size_bytes=packet.size_bytes,
        dont_fragment=packet.dont_fragment,
        fragment=packet.fragment,
        frame=packet.frame,
    )
    return Endpoint(stand, name, header), header


def _address(network: Network, drawing: Drawing, text: str, outside: bool) -> Address:
    """Return the address a request's destination means."""
    topology = network.scenario.topology
    kind, _, name = text.partition("/")
    if kind == "hosts":
        if name not in topology.hosts:
            raise NotFound(say("The document has no host {name}.", name=name))
        return topology.hosts[name].address
    if kind == "vms":
        if name not in drawing.machines:
            raise NotFound(say("The document has no VM {name}.", name=name))
        found = _public(network, drawing.machines[name]) if outside else None
        if found is None:
            held = drawing.machines[name].held
            if not held:
                raise NotFound(say("VM {name} has no address.", name=name))
            found = held[0]
        return found
    try:
        return parse_address(text)
    except ValueError:
        raise NotFound(
            say("{text} is neither vms/ID, hosts/ID, traffic_managers/ID nor an address.", text=text)
        ) from None


def _public(network: Network, machine: Machine) -> Address | None:
    """Return the first public address of a VM, primary NIC and configuration first."""
    topology = network.scenario.topology
    for port in machine.ports:
        configurations = topology.nics[port.id].configurations
        for _, configuration in sorted(
            configurations.items(), key=lambda item: (not item[1].primary, item[0])
        ):
            public = topology.public_ips.get(configuration.public_ip or "")
            if public is not None:
                return public.address
    return None


def _source(drawing: Drawing, machine: Machine, destination: Address) -> Address:
    """Return the address a guest sends from: its first one on the NIC that its routes choose."""
    if destination in machine.own:
        return destination
    path = machine.path(destination)
    found = machine.source(path, destination.version) if path is not None else None
    return found or UNSPECIFIED[destination.version]
