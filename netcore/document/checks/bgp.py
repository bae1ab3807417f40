"""Route servers and BGP speakers: facts I1, I5, H5, and what they refer to."""

from __future__ import annotations

from netcore.document.checks.connections import PLATFORM_ASN, named_subnet, platform_only, reserved
from netcore.document.checks.ground import Drawing
from netcore.document.outside import RouteServer
from netcore.document.values import Address
from netcore.words import say

PEERS = 8
SUBNET = "RouteServerSubnet"


def check(drawing: Drawing) -> None:
    """Report what is wrong with the route servers."""
    first: dict[str, str] = {}
    for server_id, server in drawing.topology.route_servers.items():
        path = ("route_servers", server_id)
        if not drawing.refer((*path, "vnet"), "vnets", server.vnet):
            continue
        earlier = first.setdefault(server.vnet, server_id)
        if earlier != server_id:
            drawing.add(
                "route-server-twice",
                path,
                say("a second route server in {vnet}", vnet=server.vnet),
                say("one only, which is {earlier}", earlier=earlier),
                say("Remove one of the two, or place it in another virtual network."),
                "I5",
            )
        if server.asn != PLATFORM_ASN:
            drawing.add(
                "route-server-asn",
                (*path, "asn"),
                server.asn,
                str(PLATFORM_ASN),
                say("Route servers have that AS number, and it cannot be changed."),
                "I1",
            )
        _place(drawing, path, server)
        _peers(drawing, path, server)
    platform_only(drawing, SUBNET, "I1")


def _place(drawing: Drawing, path: tuple[object, ...], server: RouteServer) -> None:
    """Report a missing RouteServerSubnet, and addresses that are not two of it (fact I1)."""
    subnet_id = named_subnet(drawing, server.vnet, SUBNET)
    if subnet_id is None:
        drawing.add(
            "route-server-subnet",
            (*path, "vnet"),
            say("{vnet}, which has no subnet named {subnet}", vnet=server.vnet, subnet=SUBNET),
            say("a virtual network with a subnet named {subnet}", subnet=SUBNET),
            say("Add one to {vnet}, /27 or larger.", vnet=server.vnet),
            "I1",
        )
        return
    prefixes = drawing.topology.subnets[subnet_id].prefixes
    own = {a for a in server.addresses if a.version == 4 and any(a in prefix for prefix in prefixes)}
    if server.addresses and (len(server.addresses) != 2 or len(own) != 2):
        drawing.add(
            "route-server-addresses",
            (*path, "addresses"),
            ", ".join(map(str, server.addresses)),
            say("two IPv4 addresses of subnet {subnet_id}", subnet_id=subnet_id),
            say("Leave them out: the platform takes the first two that are free."),
            "I1",
        )


def _peers(drawing: Drawing, path: tuple[object, ...], server: RouteServer) -> None:
    if len(server.peers) > PEERS:
        drawing.add(
            "route-server-peers",
            (*path, "peers"),
            say("{count} neighbours", count=len(server.peers)),
            say("at most {peers}", peers=PEERS),
            say("Let fewer appliances speak to the route server."),
            "I5",
        )
    seen: dict[Address, str] = {}
    for key, peer in server.peers.items():
        place = (*path, "peers", key)
        reserved(drawing, (*place, "asn"), peer.asn, say("Take a private one such as 65001."))
        earlier = seen.setdefault(peer.address, key)
        if earlier != key:
            drawing.add(
                "route-server-peer-twice",
                (*place, "address"),
                say("{address}, as neighbour {earlier}", address=peer.address, earlier=earlier),
                say("each address once"),
                say("Remove one of the two."),
                "I5",
            )
