"""The guest: what a VM's own system does with a packet that it sends, takes, forwards or translates."""

from __future__ import annotations

from ipaddress import ip_network

from netcore.document.guests import GuestService
from netcore.document.values import Address
from netcore.forwarding import guest_memory as memory
from netcore.forwarding import guest_tunnels as tunnels
from netcore.forwarding import layer2, sizes
from netcore.forwarding.hops import End, Endpoint, Hop, Kept, Leave, Receive, Send, Stand
from netcore.forwarding.machines import Machine, Path, Port
from netcore.forwarding.redundancy import HELLO_FLOWS
from netcore.forwarding.run import Phase, Run, rewritten
from netcore.forwarding.state import Binding, key_of, reverse
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import protocol_name
from netcore.trace.sentences import flow_text, socket_text
from netcore.words import say

ALL_NODES = "ff:ff:ff:ff:ff:ff"
"""Where an ARP request is sent to."""

EVERYTHING = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
"""Prefix of a route that policy routing makes."""


def send(run: Run, hop: Send) -> Hop:
    """Let a guest originate a packet, or an answer to one.

    Source: facts A10, A13, A23, B3, B10.
    """
    machine = run.drawing.machines[hop.vm]
    header = hop.header
    if not run.runs(hop.vm):
        return _stopped(run, machine, header)
    if header.frame == "arp":
        return _announce(run, machine, header)
    if _owns(run, machine, header.destination):
        run.step(
            Place.GUEST,
            Actor.GUEST,
            f"vms/{hop.vm}",
            "guest.loopback",
            header,
            vm=machine.name,
            destination=header.destination,
        )
        return _take(run, machine, None, header, Stand.SELF)
    path = _way(run, machine, header)
    if path is None:
        return _no_route(run, machine, header)
    denied = memory.firewall(run, machine, "output", header)
    if denied is not None:
        return denied
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{hop.vm}",
        _told(run, path),
        header,
        vm=machine.name,
        nic=machine.port(path.nic).name if path.nic else "",
        tunnel=path.tunnel,
        source=header.source,
        destination=header.destination,
        prefix=path.prefix,
        via=path.via,
    )
    return _wire(run, machine, path, header, made=True)


def _told(run: Run, path: Path) -> str:
    """Return the sentence of a guest's route: where frames go by their MAC its next hop counts (B10, B11)."""
    by_mac = run.network.profile.unicast_by_mac
    return "guest.route_neighbour" if by_mac and path.kind == "guest.route_via" else path.kind


def _announce(run: Run, machine: Machine, header: Header) -> Hop:
    """Put an ARP frame on the wire of the NIC whose subnet the address is in (facts B3, B6)."""
    near = [port for port in machine.ports if any(header.destination in prefix for prefix in port.on_link)]
    port = (*near, *machine.ports)[0]
    gratuitous = header.source == header.destination
    after = rewritten(header, source_mac=port.guest_mac, destination_mac=ALL_NODES)
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        "guest.arp_announce" if gratuitous else "guest.arp_ask",
        header,
        after,
        vm=machine.name,
        nic=port.name,
        asked=header.destination,
        mac=port.guest_mac,
    )
    return Leave(port.id, after)


def receive(run: Run, hop: Receive) -> Hop:
    """Let a guest take, translate or forward a packet that reached it.

    Source: facts A10, A17, A19, E5, J6; sessions and translations are those of the document's guest.
    """
    port = run.drawing.ports[hop.nic]
    assert port.vm is not None  # the NIC hands packets to VMs only
    machine = run.drawing.machines[port.vm]
    at = f"vms/{machine.id}"
    header = hop.header
    if port.guest_mac != port.mac:
        return run.drop(
            "GUEST_MAC_MISMATCH",
            Place.GUEST,
            Actor.GUEST,
            at,
            header,
            "inbound",
            vm=machine.name,
            nic=port.name,
            expected=port.mac,
            found=port.guest_mac,
        )
    if machine.guest.policy_routing:
        run.sessions.ingress[(machine.id, reverse(key_of(header)))] = port.id
    return _process(run, machine, port, header, hop.kept)


def _process(run: Run, machine: Machine, port: Port | None, header: Header, kept: Kept) -> Hop:
    """Take, translate or forward a packet; ``port`` is None for one that came out of a tunnel."""
    at = f"vms/{machine.id}"
    if run.been_here(at, header):
        return run.drop("LOOP", Place.GUEST, Actor.GUEST, at, header, destination=header.destination)
    binding = memory.binding(run, machine, key_of(header))
    if binding is not None:
        return _translate(run, machine, header, binding)
    target = _port_forward(run, machine, header, kept)
    if target is not None:
        if not machine.guest.forwarding:
            return _forwarding_off(run, machine, header)
        to_address, to_port = target
        return _forward(run, machine, header, to_address, to_port)
    if _owns(run, machine, header.destination):
        return _take(run, machine, port, header, Stand.VM)
    if port is not None and (header.destination in port.held or kept is Kept.FLOATING):
        variant = "loopback" if kept is Kept.FLOATING else ""
        if not variant and header.destination != port.held[0]:
            variant = "secondary"
        if any(group.address == header.destination for group in machine.guest.redundancy.values()):
            variant = "backup"
        return run.drop(
            "GUEST_IP_MISMATCH",
            Place.GUEST,
            Actor.GUEST,
            at,
            header,
            variant,
            vm=machine.name,
            nic=port.name,
            destination=header.destination,
        )
    if not machine.guest.forwarding:
        return _forwarding_off(run, machine, header)
    return _forward(run, machine, header, header.destination, header.destination_port)


def serves(machine: Machine, protocol: int, port: int) -> bool:
    """Return whether something in the guest answers a protocol and port; port 0 of a service means any."""
    services = machine.guest.services
    if services is None or (machine.guest.redundancy and (protocol, port) in HELLO_FLOWS):
        return True
    return bool(serving(machine, protocol, port))


def serving(machine: Machine, protocol: int, port: int) -> tuple[GuestService, ...]:
    """Return the drawn services of a guest that answer a protocol and port."""
    name = protocol_name(protocol)
    return tuple(
        service
        for _, service in sorted((machine.guest.services or {}).items())
        if service.protocol in (name, str(protocol)) and service.port in (0, port)
    )


def _take(run: Run, machine: Machine, port: Port | None, header: Header, stand: Stand) -> Hop:
    """Deliver to the guest itself, if something there answers; a tunnel packet is unwrapped first."""
    at = f"vms/{machine.id}"
    denied = memory.firewall(run, machine, "input", header)
    if denied is not None:
        return denied
    if header.inner is not None:
        inner = tunnels.leave(run, machine, header)
        return inner if isinstance(inner, End) else _process(run, machine, None, inner, Kept.NO)
    if run.phase is Phase.OPENING and not serves(machine, header.protocol, header.destination_port):
        services = machine.guest.services or {}
        served = ", ".join(
            f"{service.protocol}/{service.port}" if service.port else service.protocol
            for _, service in sorted(services.items())
        )
        return run.drop(
            "NO_SERVICE",
            Place.GUEST,
            Actor.GUEST,
            at,
            header,
            vm=machine.name,
            service=flow_text(header).rsplit(" ", 1)[-1],
            served=served or "nothing",
        )
    return run.deliver(
        Place.GUEST,
        Actor.GUEST,
        at,
        "guest.accept",
        Endpoint(stand, machine.id, header),
        vm=machine.name,
        flow=flow_text(header),
    )


def _owns(run: Run, machine: Machine, address: Address) -> bool:
    """Return whether a guest holds an address at this moment; a shared one while it is master (B6, B7)."""
    return address in machine.own or (machine.id, address) in (run.state.masters or ())


def _port_forward(run: Run, machine: Machine, header: Header, kept: Kept) -> tuple[Address, int] | None:
    """Return where a guest's port forwarding sends a packet; None if no entry is for it.

    An entry without an address is for whatever address the packet came to this guest for: its own, or a
    frontend that floating IP kept. Packets that only pass through are none of its business.
    """
    name = protocol_name(header.protocol)
    for _, entry in sorted(machine.guest.port_forwards.items()):
        if entry.protocol not in (name, str(header.protocol)) or entry.port not in (
            0,
            header.destination_port,
        ):
            continue
        if entry.address is None:
            if kept is not Kept.FLOATING and not _owns(run, machine, header.destination):
                continue
        elif entry.address != header.destination:
            continue
        port = header.destination_port if entry.to_port is None else entry.to_port
        return entry.to_address, port
    return None


def _translate(run: Run, machine: Machine, header: Header, binding: Binding) -> Hop:
    """Apply a translation the guest remembers and send the packet on."""
    denied = memory.session(run, machine, header) or memory.firewall(run, machine, "forward", header)
    if denied is not None:
        return denied
    if header.ttl <= 1:
        return _expired(run, machine, header)
    after = rewritten(
        header,
        source=binding.source,
        source_port=binding.source_port,
        destination=binding.destination,
        destination_port=binding.destination_port,
    )
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        "guest.untranslate",
        header,
        after,
        vm=machine.name,
        old=flow_text(header),
        new=flow_text(after),
    )
    path = _way(run, machine, after)
    if path is None:
        return _no_route(run, machine, after)
    return _emit(run, machine, path, after)


def _forward(run: Run, machine: Machine, header: Header, to_address: Address, to_port: int) -> Hop:
    """Forward a packet, with the translations and the session table of the guest."""
    at = f"vms/{machine.id}"
    denied = memory.session(run, machine, header) or memory.firewall(run, machine, "forward", header)
    if denied is not None:
        return denied
    if header.ttl <= 1:
        return _expired(run, machine, header)
    aimed = header
    if (to_address, to_port) != (header.destination, header.destination_port):
        aimed = rewritten(header, destination=to_address, destination_port=to_port)
        run.step(
            Place.GUEST,
            Actor.GUEST,
            at,
            "guest.port_forward",
            header,
            aimed,
            vm=machine.name,
            old=socket_text(header.destination, header.destination_port, header.protocol),
            new=socket_text(to_address, to_port, header.protocol),
        )
    path = _way(run, machine, aimed)
    if path is None:
        return _no_route(run, machine, aimed)
    after = aimed
    new_source = machine.source(path, aimed.destination.version) if machine.guest.snat else None
    if new_source is not None and new_source != aimed.source:
        after = rewritten(aimed, source=new_source)
        run.step(
            Place.GUEST,
            Actor.GUEST,
            at,
            "guest.snat",
            aimed,
            after,
            vm=machine.name,
            old=aimed.source,
            new=new_source,
        )
    if after is not header:
        memory.remember_translation(run, machine, header, after)
    return _emit(run, machine, path, after)


def _emit(run: Run, machine: Machine, path: Path, header: Header) -> Hop:
    """Send on a packet by the NIC or tunnel that the guest's routing table chooses, with one hop less."""
    after = rewritten(header, ttl=header.ttl - 1)
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        "guest.forward_tunnel" if path.tunnel else "guest.forward",
        header,
        after,
        vm=machine.name,
        nic=machine.port(path.nic).name if path.nic else "",
        tunnel=path.tunnel,
        destination=header.destination,
        ttl=after.ttl,
    )
    return _wire(run, machine, path, after, forwarded=True)


def _way(run: Run, machine: Machine, header: Header) -> Path | None:
    """Return the guest's route for a packet; with policy routing an answer goes back by its NIC (J18)."""
    if machine.guest.policy_routing:
        nic = run.sessions.ingress.get((machine.id, key_of(header)))
        if nic is not None:
            return Path("guest.policy", EVERYTHING[header.destination.version], nic)
    return machine.path(header.destination)


def _wire(
    run: Run, machine: Machine, path: Path, header: Header, *, made: bool = False, forwarded: bool = False
) -> Hop:
    """Put a packet on the wire of a NIC: wrapped where its route leads into tunnels, and with MAC addresses.

    Args:
        made: the packet may bear a MAC that somebody chose by hand.
        forwarded: the guest only passes it on.
    """
    while path.tunnel:
        limit = tunnels.mtu_bytes(run.network, machine, path)
        fitting = sizes.fit(
            run,
            machine,
            header,
            limit,
            through=say("tunnel {tunnel}", tunnel=path.tunnel),
            forwarded=forwarded,
        )
        if isinstance(fitting, End):
            return fitting
        outer = tunnels.enter(run, machine, path, fitting)
        if isinstance(outer, End):
            return outer
        denied = memory.firewall(run, machine, "output", outer)
        if denied is not None:
            return denied
        found = machine.path(outer.destination)
        if found is None:
            return _no_route(run, machine, outer)
        path, header, made, forwarded = found, outer, False, False
    run.by_bgp = None
    if path.kind == "guest.learned":
        run.by_bgp = {"vm": machine.name, "prefix": path.prefix, "via": path.via}
    port = run.drawing.ports[path.nic]
    limit = port.mtu or run.network.profile.guest_mtu
    fitting = sizes.fit(run, machine, header, limit, through=say("NIC {id}", id=port.id), forwarded=forwarded)
    if isinstance(fitting, End):
        return fitting
    header = fitting
    framed = layer2.resolve(run, machine, run.drawing.ports[path.nic], path, header, made=made)
    return framed if isinstance(framed, End) else Leave(path.nic, framed)


def _stopped(run: Run, machine: Machine, header: Header) -> End:
    return run.drop("VM_STOPPED", Place.GUEST, Actor.GUEST, f"vms/{machine.id}", header, vm=machine.name)


def _forwarding_off(run: Run, machine: Machine, header: Header) -> End:
    return run.drop(
        "OS_FORWARDING_OFF",
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        header,
        vm=machine.name,
        destination=header.destination,
    )


def _expired(run: Run, machine: Machine, header: Header) -> End:
    return run.drop(
        "TTL", Place.GUEST, Actor.GUEST, f"vms/{machine.id}", header, vm=machine.name, ttl=header.ttl
    )


def _no_route(run: Run, machine: Machine, header: Header) -> End:
    return run.drop(
        "OS_NO_ROUTE",
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        header,
        vm=machine.name,
        destination=header.destination,
    )
