"""Layer 2 as the guest sees it: whose MAC it asks for, what it is told, and what becomes of its frames.

Two kinds of fabric: one names its router for every address and looks at IP destinations only (facts B2, B3);
the other names the NIC that owns the address and hands a frame to the NIC whose MAC it bears (fact B11).
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control.network import Network
from netcore.control.owners import Owner
from netcore.document.values import Address
from netcore.forwarding.delivery import bring
from netcore.forwarding.drawing import Drawing
from netcore.forwarding.hops import Balance, End, Endpoint, Hop, Stand
from netcore.forwarding.machines import Machine, Path, Port, derived_mac
from netcore.forwarding.run import Run, rewritten
from netcore.trace.model import Actor, Header, Match, Place
from netcore.words import say


def resolve(
    run: Run, machine: Machine, port: Port, path: Path, header: Header, *, made: bool = False
) -> Header | End:
    """Put MAC addresses on a packet that a guest emits: its own, and that of the next hop.

    A guest keeps what it was told: a walk records one question of a NIC for one neighbour once.

    Args:
        made: the packet may bear a destination MAC that somebody chose by hand.

    Source: facts B3, B4, B11.
    """
    profile = run.network.profile
    if made and header.destination_mac is not None:
        return rewritten(header, source_mac=port.guest_mac)
    one_answer = profile.arp == "router"
    to_all = any(
        prefix.version == 4 and header.destination == prefix.broadcast_address for prefix in port.on_link
    )
    if to_all or header.destination.is_multicast:
        return rewritten(header, source_mac=port.guest_mac)
    asked = asked_for(run.network, port, _resolved(machine, port, path), header.destination)
    at = f"vms/{machine.id}"
    mac: str | None = profile.router_mac
    if asked is not None:
        mac = told(run.network, run.drawing, port, asked)
        if mac is None or (not one_answer and asked in run.state.in_transit):
            return unanswered(run, at, header, asked)
    key = "guest.arp" if one_answer else "guest.arp_owner"
    if header.destination.version == 6 and mac == profile.router_mac:
        key = "guest.neighbour"
    after = rewritten(header, source_mac=port.guest_mac, destination_mac=mac)
    if (port.id, asked) in run.resolved:
        return after
    run.resolved.add((port.id, asked))
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        key,
        header,
        after,
        vm=machine.name,
        nic=port.name,
        asked=profile.ipv6_router if asked is None else asked,
        mac=mac,
    )
    return after


def _resolved(machine: Machine, port: Port, path: Path) -> Address | None:
    """Return the next hop whose MAC is needed; None: the router's, by which a distant next hop is reached.

    A routing daemon names next hops in other subnets; another route of the guest leads there.
    """
    via = path.via
    if via is None or any(via in prefix for prefix in port.on_link):
        return via
    return via if machine.path(via) in (None, path) else None


def unanswered(run: Run, at: str, header: Header, asked: Address) -> End:
    """Drop what waits for a MAC that nobody names."""
    if asked in run.state.in_transit:
        return run.drop("IP_IN_TRANSIT", Place.GUEST, Actor.GUEST, at, header, destination=asked)
    return run.drop("NO_SUCH_HOST", Place.GUEST, Actor.GUEST, at, header, "unanswered", destination=asked)


def asked_for(network: Network, port: Port, via: Address | None, destination: Address) -> Address | None:
    """Return whose MAC a guest asks for: a neighbour's, that of its next hop, or of its router.

    None: the default router of IPv6, which announces itself and need not be asked for.
    """
    if destination.version == 6 and network.profile.arp == "router":
        return None
    if any(destination in prefix for prefix in port.on_link):
        return destination
    if via is not None and via.version == destination.version:
        return via
    if destination.version == 6:
        return None
    prefix = next((p for p in port.on_link if p.version == 4), None)
    return destination if prefix is None else prefix[1]


def told(network: Network, drawing: Drawing, port: Port, asked: Address) -> str | None:
    """Return the MAC that the platform names for an address; None: it does not answer.

    Source: facts B3 (always the router) and L3 (the owner's, from the platform's own table).
    """
    profile = network.profile
    if profile.arp == "router" or is_router(network, port, asked):
        return profile.router_mac
    found = of_subnet(network, drawing, port).by_address.get(asked)
    return None if found is None else found[0]


def is_router(network: Network, port: Port, address: Address) -> bool:
    """Return whether an address is that of the router of a NIC's subnet."""
    if str(address) == network.profile.ipv6_router:
        return True
    return any(address == prefix[1] for prefix in port.on_link if prefix.version == 4)


def switch(run: Run, port: Port, header: Header) -> Hop | None:
    """Hand a frame to the NIC of the same subnet whose MAC it bears; None: it is to be routed.

    Nothing is flooded: a frame for a MAC that is nobody's in the subnet ends here.

    Source: facts B11, L1.
    """
    profile = run.network.profile
    mac = header.destination_mac
    if not profile.unicast_by_mac or mac is None or mac == profile.router_mac:
        return None
    at = f"nics/{port.id}"
    owner = of_subnet(run.network, run.drawing, port).by_mac.get(mac)
    if owner is None or owner.nic == port.id:
        return run.drop("NO_L2", Place.FABRIC, Actor.FABRIC, at, header, "unknown_mac", mac=mac)
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        "fabric.switch",
        header,
        matched=Match(
            kind="owner", ref=owner.ref, text=say("{mac} is the MAC of {ref}", mac=mac, ref=owner.ref)
        ),
        mac=mac,
        owner=run.drawing.title(owner.ref),
    )
    if owner.kind == "frontend":
        return Balance(owner.balancer, owner.frontend, header, port.vm)
    return bring(run, owner.nic, header)


def arp(run: Run, port: Port, header: Header) -> Hop:
    """Answer an ARP frame that a VM puts on the wire; no other VM ever sees it.

    Source: facts B3, B6, A20, L3: a gratuitous ARP moves no address, for the platform's own table decides.
    """
    at = f"nics/{port.id}"
    asked = header.destination
    if header.source == asked:
        owner = run.network.owner(port.vnet, asked)
        return run.drop(
            "NO_L2",
            Place.NIC,
            Actor.FABRIC,
            at,
            header,
            "gratuitous" if owner is None else "gratuitous_held",
            address=asked,
            mac=port.guest_mac,
            owner="" if owner is None else run.drawing.title(owner.ref),
        )
    mac = None if asked in run.state.in_transit else told(run.network, run.drawing, port, asked)
    if mac is None:
        return unanswered(run, at, header, asked)
    one_answer = run.network.profile.arp == "router"
    return run.deliver(
        Place.NIC,
        Actor.FABRIC,
        at,
        "nic.arp" if one_answer else "nic.arp_owner",
        Endpoint(Stand.PLATFORM, "platform", header),
        asked=asked,
        mac=mac,
    )


def neighbours(network: Network, drawing: Drawing, port: Port) -> tuple[tuple[Owner, str, str | None], ...]:
    """Return who else holds an address of a NIC's subnet: holder, its MAC, and what the guest is told.

    Sorted by address, IPv4 first.
    """
    held = of_subnet(network, drawing, port).by_address
    return tuple(
        (owner, mac, told(network, drawing, port, address))
        for address, (mac, owner) in sorted(held.items(), key=lambda item: (item[0].version, int(item[0])))
        if owner.nic != port.id
    )


@dataclass(frozen=True, slots=True)
class SubnetTable:
    """The platform's own table of a subnet: who holds which address, and under which MAC."""

    by_address: dict[Address, tuple[str, Owner]]
    by_mac: dict[str, Owner]


def of_subnet(network: Network, drawing: Drawing, port: Port) -> SubnetTable:
    """Return the platform's table of the subnet of a NIC."""

    def compute() -> SubnetTable:
        by_address: dict[Address, tuple[str, Owner]] = {}
        for owner in network.owners.held_in(port.vnet):
            if owner.kind == "nic" and drawing.ports[owner.nic].subnet == port.subnet:
                by_address[owner.address] = drawing.ports[owner.nic].mac, owner
            elif owner.kind != "nic" and any(owner.address in prefix for prefix in port.on_link):
                by_address[owner.address] = derived_mac(owner.ref), owner
        by_mac: dict[str, Owner] = {}
        for mac, owner in by_address.values():
            by_mac.setdefault(mac, owner)
        return SubnetTable(by_address, by_mac)

    table: SubnetTable = drawing.memo(("layer 2", port.subnet), compute)
    return table
