"""The guest: what a VM's own system does with a packet that it sends, takes, forwards or translates."""

from __future__ import annotations

from netcore.document.values import Address
from netcore.forwarding import layer2
from netcore.forwarding.hops import End, Endpoint, Hop, Kept, Leave, Receive, Send, Stand
from netcore.forwarding.machines import Machine, Path, Port
from netcore.forwarding.run import Phase, Run, rewritten
from netcore.forwarding.state import Binding, Key, canonical, key_of
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import TCP, UDP, protocol_name
from netcore.trace.sentences import flow_text, socket_text

ALL_NODES = "ff:ff:ff:ff:ff:ff"
"""Where an ARP request is sent to."""


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
    if header.destination in machine.own:
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
    path = machine.path(header.destination)
    if path is None:
        return run.drop(
            "OS_NO_ROUTE",
            Place.GUEST,
            Actor.GUEST,
            f"vms/{hop.vm}",
            header,
            vm=machine.name,
            destination=header.destination,
        )
    if path.tunnel:
        return run.not_modelled(Place.GUEST, f"vms/{hop.vm}", header, "tunnels of guests")
    port = run.drawing.ports[path.nic]
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{hop.vm}",
        path.kind,
        header,
        vm=machine.name,
        nic=port.id,
        source=header.source,
        destination=header.destination,
        prefix=path.prefix,
        via=path.via,
    )
    return _wire(run, machine, path, header, made=True)


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
        nic=port.id,
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
            nic=port.id,
            expected=port.mac,
            found=port.guest_mac,
        )
    if run.been_here(at, header):
        return run.drop("LOOP", Place.GUEST, Actor.GUEST, at, header, destination=header.destination)
    binding = _binding(run, machine, key_of(header))
    if binding is not None:
        return _translate(run, machine, header, binding)
    target = _port_forward(machine, header, hop.kept)
    if target is not None:
        if not machine.guest.forwarding:
            return _forwarding_off(run, machine, header)
        to_address, to_port = target
        return _forward(run, machine, header, to_address, to_port)
    if header.destination in machine.own:
        return _take(run, machine, port, header, Stand.VM)
    if header.destination in port.held or hop.kept is Kept.FLOATING:
        variant = "loopback" if hop.kept is Kept.FLOATING else ""
        if not variant and header.destination != port.held[0]:
            variant = "secondary"
        return run.drop(
            "GUEST_IP_MISMATCH",
            Place.GUEST,
            Actor.GUEST,
            at,
            header,
            variant,
            vm=machine.name,
            nic=port.id,
            destination=header.destination,
        )
    if not machine.guest.forwarding:
        return _forwarding_off(run, machine, header)
    return _forward(run, machine, header, header.destination, header.destination_port)


def serves(machine: Machine, protocol: int, port: int) -> bool:
    """Return whether something in the guest answers a protocol and port; port 0 of a service means any."""
    services = machine.guest.services
    if services is None:
        return True
    name = protocol_name(protocol)
    return any(
        service.protocol in (name, str(protocol)) and service.port in (0, port)
        for service in services.values()
    )


def _take(run: Run, machine: Machine, port: Port | None, header: Header, stand: Stand) -> Hop:
    """Deliver to the guest itself, if something there answers."""
    at = f"vms/{machine.id}"
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


def _port_forward(machine: Machine, header: Header, kept: Kept) -> tuple[Address, int] | None:
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
            if kept is not Kept.FLOATING and header.destination not in machine.own:
                continue
        elif entry.address != header.destination:
            continue
        port = header.destination_port if entry.to_port is None else entry.to_port
        return entry.to_address, port
    return None


def _translate(run: Run, machine: Machine, header: Header, binding: Binding) -> Hop:
    """Apply a translation the guest remembers and send the packet on."""
    denied = _session(run, machine, header)
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
        ttl=header.ttl - 1,
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
    path = machine.path(after.destination)
    if path is None:
        return _no_route(run, machine, after)
    if path.tunnel:
        return run.not_modelled(Place.GUEST, f"vms/{machine.id}", after, "tunnels of guests")
    return _emit(run, machine, path, after)


def _forward(run: Run, machine: Machine, header: Header, to_address: Address, to_port: int) -> Hop:
    """Forward a packet, with the translations and the session table of the guest."""
    at = f"vms/{machine.id}"
    denied = _session(run, machine, header)
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
    path = machine.path(aimed.destination)
    if path is None:
        return _no_route(run, machine, aimed)
    if path.tunnel:
        return run.not_modelled(Place.GUEST, at, aimed, "tunnels of guests")
    after = aimed
    port = run.drawing.ports[path.nic]
    new_source = port.source(aimed.destination.version) if machine.guest.snat else None
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
        _remember_translation(run, machine, header, after)
    return _emit(run, machine, path, rewritten(after, ttl=after.ttl - 1))


def _emit(run: Run, machine: Machine, path: Path, header: Header) -> Hop:
    """Put a forwarded packet on the wire of the NIC the guest's routing table chooses."""
    run.step(
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        "guest.forward",
        header,
        vm=machine.name,
        nic=path.nic,
        destination=header.destination,
        ttl=header.ttl,
    )
    return _wire(run, machine, path, header)


def _wire(run: Run, machine: Machine, path: Path, header: Header, *, made: bool = False) -> Hop:
    """Put a packet on the wire of a NIC, once the guest knows the MAC of the next hop."""
    framed = layer2.resolve(run, machine, run.drawing.ports[path.nic], path, header, made=made)
    return framed if isinstance(framed, End) else Leave(path.nic, framed)


def _remember_translation(run: Run, machine: Machine, before: Header, after: Header) -> None:
    """Remember a translation for later packets of the flow and for its answers."""
    run.sessions.nat[(machine.id, key_of(before))] = Binding(
        after.source, after.source_port, after.destination, after.destination_port
    )
    answer = (
        after.protocol,
        after.destination,
        after.destination_port,
        after.source,
        after.source_port,
    )
    run.sessions.nat[(machine.id, answer)] = Binding(
        before.destination, before.destination_port, before.source, before.source_port
    )


def _binding(run: Run, machine: Machine, key: Key) -> Binding | None:
    """Return the translation a guest, or one it shares sessions with, remembers for a five-tuple."""
    for vm in (machine.id, *machine.peers):
        found = run.sessions.nat.get((vm, key))
        if found is not None:
            return found
    return None


def _session(run: Run, machine: Machine, header: Header) -> End | None:
    """Let a stateful guest look up or open a session; return the drop if it may not pass.

    A guest's table is keyed by the packet as it arrives. Connections of TCP and echoes of ICMP must be seen
    from their first packet on; UDP has no first packet, so any opens a session.
    """
    guest = machine.guest
    if not guest.stateful:
        return None
    at = f"vms/{machine.id}"
    arriving = key_of(header)
    binding = _binding(run, machine, arriving)
    name = canonical(arriving)
    if binding is not None and run.phase is Phase.ANSWER:
        # The answer carries the translated addresses; the session was opened under the original ones.
        name = canonical(
            (
                header.protocol,
                binding.source,
                binding.source_port,
                binding.destination,
                binding.destination_port,
            )
        )
    holder = next((vm for vm in (machine.id, *machine.peers) if (vm, name) in run.sessions.guest), None)
    if holder is not None:
        answered = run.sessions.guest[(holder, name)]
        if run.phase is Phase.FOLLOWING and not answered and header.protocol == TCP:
            return run.drop(
                "STATE_MISSING", Place.GUEST, Actor.GUEST, at, header, "handshake", vm=machine.name
            )
        if run.phase is Phase.ANSWER:
            run.sessions.guest[(holder, name)] = True
        key = "guest.session_known" if holder == machine.id else "guest.session_synced"
        peer = run.drawing.machines[holder].name
        run.step(
            Place.GUEST, Actor.GUEST, at, key, header, vm=machine.name, flow=flow_text(header), peer=peer
        )
        return None
    if run.phase is not Phase.OPENING and header.protocol != UDP:
        variant = "answer" if run.phase is Phase.ANSWER else ""
        return run.drop("STATE_MISSING", Place.GUEST, Actor.GUEST, at, header, variant, vm=machine.name)
    run.sessions.guest[(machine.id, name)] = False
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        "guest.session_new",
        header,
        vm=machine.name,
        flow=flow_text(header),
    )
    return None


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
