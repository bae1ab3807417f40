"""The NIC: the platform's own checks where a packet leaves or reaches a VM.

The checks belong to the host, not to the guest: addresses and MAC come from the control plane, and IP
forwarding switches both address checks off (facts E1-E4).
"""

from __future__ import annotations

from ipaddress import IPv6Address

from netcore.document.values import Address
from netcore.forwarding import layer2, sizes
from netcore.forwarding.hops import Admitted, Endpoint, Hop, Kept, Leave, Receive, Secure, Stand, Unwrap
from netcore.forwarding.machines import PLATFORM, Port
from netcore.forwarding.run import Run, rewritten
from netcore.forwarding.state import key_of
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import UDP

DHCPV6_SERVERS = IPv6Address("ff02::1:2")
"""Where a guest asks for an IPv6 address (RFC 8415)."""

ALL_ONES = 2**32 - 1
_MULTICAST = 0xE000_0000
"""First IPv4 address that is not one host's; it comes first as it is quick to ask (fact B5)."""


def leave(run: Run, hop: Leave) -> Hop:
    """Check what a VM puts on the wire: frame, broadcast, source address.

    Source: facts A19, E7 (MAC), B2, B5, E2, E4, A20 (an address in transit belongs to no NIC).
    """
    port = run.drawing.ports[hop.nic]
    header = hop.header
    at = f"nics/{port.id}"
    if port.guest_mac != port.mac:
        return run.drop(
            "GUEST_MAC_MISMATCH",
            Place.NIC,
            Actor.FABRIC,
            at,
            header,
            "outbound",
            vm=run.drawing.machines[port.vm].name if port.vm else port.name,
            nic=port.name,
            expected=port.mac,
            found=port.guest_mac,
        )
    if header.frame == "arp":
        return layer2.arp(run, port, header)
    to_many = _many(port, header.destination)
    if to_many is not None and header.protocol == UDP and _is_dhcp(header):
        return run.deliver(
            Place.FABRIC, Actor.FABRIC, at, "fabric.dhcp", Endpoint(Stand.PLATFORM, "platform", header)
        )
    if to_many is not None:
        return run.drop(to_many, Place.NIC, Actor.FABRIC, at, header, destination=header.destination)
    profile = run.network.profile
    if not profile.unicast_by_mac and header.destination_mac not in (None, profile.router_mac):
        run.step(
            Place.NIC,
            Actor.FABRIC,
            at,
            "nic.mac_ignored",
            header,
            mac=header.destination_mac,
            destination=header.destination,
        )
    if header.source in run.state.in_transit and (header.source in port.held or header.source in port.own):
        return run.drop("IP_IN_TRANSIT", Place.NIC, Actor.FABRIC, at, header, "source", source=header.source)
    if header.source in PLATFORM:
        return run.drop(
            "SRC_NOT_OWNED",
            Place.NIC,
            Actor.FABRIC,
            at,
            header,
            "platform",
            nic=port.name,
            source=header.source,
        )
    if header.source in port.held:
        key = "nic.out_own"
    elif (port.id, key_of(header)) in run.sessions.balanced:
        key = "nic.out_frontend"
    elif port.ip_forwarding:
        key = "nic.out_unchecked"
    else:
        return _foreign_source(run, port, header)
    run.step(Place.NIC, Actor.FABRIC, at, key, header, nic=port.name, source=header.source)
    if header.size_bytes is not None:
        sizes.split_by_fabric(run, at, header)
    return Secure(port.id, header)


def arrive(run: Run, hop: Admitted) -> Hop:
    """Check what the fabric brings to a NIC before the guest sees it.

    Source: facts E3, E4, E8, J6.
    """
    port = run.drawing.ports[hop.nic]
    header = hop.header
    at = f"nics/{port.id}"
    if header.destination in port.held:
        key = "nic.in_own"
    elif hop.kept is Kept.FLOATING:
        key = "nic.in_frontend"
    elif port.ip_forwarding:
        key = "nic.in_unchecked"
    else:
        return run.drop(
            "DST_NOT_OWNED",
            Place.NIC,
            Actor.FABRIC,
            at,
            header,
            "balancer" if hop.kept is Kept.NEXT_HOP else "",
            nic=port.name,
            destination=header.destination,
        )
    # A frame that was switched still bears the MAC of its sender (B11); any other comes from the router.
    switched = header.destination_mac == port.mac
    source_mac = header.source_mac if switched else run.network.profile.router_mac
    after = rewritten(header, source_mac=source_mac, destination_mac=port.mac)
    run.step(Place.NIC, Actor.FABRIC, at, key, header, after, nic=port.name, destination=header.destination)
    if hop.kept is Kept.TUNNEL:
        return Unwrap(port.id, after)
    return Receive(port.id, after, hop.kept)


def _foreign_source(run: Run, port: Port, header: Header) -> Hop:
    """Drop a source the NIC does not hold, and say whose it is where that helps."""
    variant, owner = "", ""
    if header.source in port.own:
        variant = "guest_address"
    elif port.vm is not None:
        others = run.drawing.machines[port.vm].ports
        owner = next((other.name for other in others if header.source in other.held), "")
        variant = "wrong_nic" if owner else ""
    return run.drop(
        "SRC_NOT_OWNED",
        Place.NIC,
        Actor.FABRIC,
        f"nics/{port.id}",
        header,
        variant,
        nic=port.name,
        source=header.source,
        destination=header.destination,
        owner=owner,
    )


def _many(port: Port, destination: Address) -> str | None:
    """Return the drop code of a destination that means many receivers, or None."""
    if destination.version == 6:
        return "MULTICAST" if destination.is_multicast else None
    if int(destination) >= _MULTICAST:
        if destination.is_multicast:
            return "MULTICAST"
        if int(destination) == ALL_ONES:
            return "BROADCAST"
    if any(p.version == 4 and p.prefixlen < 31 and destination == p.broadcast_address for p in port.on_link):
        return "BROADCAST"
    return None


def _is_dhcp(header: Header) -> bool:
    """Return whether a packet for many asks the platform for an address (facts A13, B5)."""
    ports = (header.source_port, header.destination_port)
    if header.destination.version == 6:
        return ports == (546, 547) and header.destination == DHCPV6_SERVERS
    return ports == (68, 67) and not header.destination.is_multicast
