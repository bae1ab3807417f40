"""Connections and sites: facts H1, H5, H11, H14, and what they refer to."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.outside import Connection, Gateway
from netcore.document.problems import choices
from netcore.words import say

RESERVED_ASNS = frozenset({8074, 8075, 12076, 65515, *range(65517, 65521)})
"""Numbers the platform keeps for itself (fact H5)."""

PLATFORM_ASN = 65515
"""What gateways and route servers say unless told otherwise (facts H5, I1)."""


def check(drawing: Drawing) -> None:
    """Report what is wrong with gateways as ends of connections, and with connections and sites."""
    joined: dict[str, list[str]] = {}
    for connection_id, connection in drawing.topology.connections.items():
        _connection(drawing, connection_id, connection)
        for gateway_id in (connection.gateway, connection.remote_gateway):
            if gateway_id is not None:
                joined.setdefault(gateway_id, []).append(connection_id)
    for gateway_id, gateway in drawing.topology.gateways.items():
        _gateway(drawing, gateway_id, gateway, joined.get(gateway_id, []))
    _sites(drawing)
    platform_only(drawing, "GatewaySubnet", "H1")


def reserved(drawing: Drawing, path: tuple[object, ...], asn: int, hint: str) -> None:
    """Report an AS number that the platform keeps for itself (fact H5)."""
    if asn in RESERVED_ASNS:
        drawing.add("asn-reserved", path, asn, say("an AS number that is not reserved"), hint, "H5")


def named_subnet(drawing: Drawing, vnet: str, name: str) -> str | None:
    """Return the id of the subnet of a virtual network with a name, whatever its capitals."""
    for subnet_id in drawing.subnets_of_vnet.get(vnet, ()):
        if drawing.topology.subnets[subnet_id].name.lower() == name.lower():
            return subnet_id
    return None


def _connection(drawing: Drawing, connection_id: str, connection: Connection) -> None:
    path = ("connections", connection_id)
    topology = drawing.topology
    known = drawing.refer((*path, "gateway"), "gateways", connection.gateway)
    drawing.refer((*path, "remote_gateway"), "gateways", connection.remote_gateway)
    site_known = drawing.refer((*path, "site"), "sites", connection.site)
    ends = [end for end in (connection.site, connection.remote_gateway) if end is not None]
    if len(ends) != 1 or connection.remote_gateway == connection.gateway:
        found = " and ".join(ends) if ends else say("no far end")
        drawing.add(
            "connection-ends",
            path,
            found
            if connection.remote_gateway != connection.gateway
            else say("{found}, which is its own gateway", found=found),
            say("one far end: a site, or another gateway"),
            say("Name the site or the other gateway that it leads to."),
        )
    if connection.router is not None and site_known and connection.site is not None:
        routers = topology.sites[connection.site].routers
        if connection.router not in routers:
            pointer = ("topology", *path, "router")
            drawing.dangling(
                pointer, connection.router, say("router of site {site}", site=connection.site), routers
            )
    if not known:
        return
    gateway = topology.gateways[connection.gateway]
    if gateway.kind == "expressroute":
        _circuit(drawing, path, connection)
    elif connection.bfd:
        drawing.add(
            "bfd-without-circuit",
            (*path, "bfd"),
            say("BFD on a connection of {name}, a VPN gateway", name=gateway.name),
            say("BFD on ExpressRoute connections only"),
            say("Switch BFD off: a VPN gateway notices by BGP or by its tunnel."),
            fact="H12",
        )


def _circuit(drawing: Drawing, path: tuple[object, ...], connection: Connection) -> None:
    """Report what an ExpressRoute connection cannot be (fact H11)."""
    if not connection.bgp:
        drawing.add(
            "circuit-without-bgp",
            (*path, "bgp"),
            "false",
            say("true, for ExpressRoute knows no static routes"),
            say("Switch BGP on, and give the site's router a neighbour with AS number 12076."),
            "H11",
        )
    if connection.remote_gateway is not None:
        drawing.add(
            "connection-ends",
            (*path, "remote_gateway"),
            connection.remote_gateway,
            say("a site, for ExpressRoute joins no two gateways"),
            say("Use VPN gateways between virtual networks."),
            "H11",
        )


def _gateway(drawing: Drawing, gateway_id: str, gateway: Gateway, joined: list[str]) -> None:
    path = ("gateways", gateway_id)
    if gateway.asn != PLATFORM_ASN:
        hint = say("Keep {platform_asn}, or take one such as 65010.", platform_asn=PLATFORM_ASN)
        reserved(drawing, (*path, "asn"), gateway.asn, hint)
    if gateway.kind == "vpn":
        _own_subnet(drawing, path, gateway, joined)
    if gateway.routing != "policy-based":
        return
    bgp = [key for key in joined if drawing.topology.connections[key].bgp]
    if gateway.kind == "expressroute" or len(joined) > 1 or bgp or len(gateway.instances) > 1:
        if gateway.kind == "expressroute":
            found = say("an ExpressRoute gateway")
        elif len(joined) > 1:
            found = say("{count} connections: {choices}", count=len(joined), choices=choices(joined))
        else:
            found = say("BGP on {bgp}", bgp=bgp[0]) if bgp else say("two active instances")
        drawing.add(
            "policy-based",
            (*path, "routing"),
            found,
            say("one static tunnel, which is all a policy-based VPN gateway has"),
            say("Make the gateway route-based, or keep one connection without BGP."),
            "H8",
        )


def _own_subnet(drawing: Drawing, path: tuple[object, ...], gateway: Gateway, joined: list[str]) -> None:
    """Report a connected gateway without its subnet, and instances outside it (facts H1, H14)."""
    if gateway.vnet not in drawing.topology.vnets:
        return
    subnet_id = named_subnet(drawing, gateway.vnet, "GatewaySubnet")
    if subnet_id is None:
        if joined:
            drawing.add(
                "gateway-without-subnet",
                (*path, "vnet"),
                say("{vnet}, which has no subnet named GatewaySubnet", vnet=gateway.vnet),
                say("a virtual network with a subnet named GatewaySubnet"),
                say("Add one to {vnet}, /27 or larger.", vnet=gateway.vnet),
                "H1",
            )
        return
    prefixes = drawing.topology.subnets[subnet_id].prefixes
    for number, address in enumerate(gateway.instances):
        if not any(address in prefix for prefix in prefixes):
            drawing.add(
                "gateway-instance",
                (*path, "instances", number),
                address,
                say("an address of subnet {subnet_id}", subnet_id=subnet_id),
                say("The instances of a VPN gateway have addresses of the GatewaySubnet."),
                "H14",
            )


def _sites(drawing: Drawing) -> None:
    """Report AS numbers of site routers that no gateway would speak to."""
    for site_id, site in drawing.topology.sites.items():
        for router_id, router in site.routers.items():
            if router.bgp is not None:
                path = ("sites", site_id, "routers", router_id, "bgp", "asn")
                reserved(drawing, path, router.bgp.asn, say("Take a private one such as 65010."))


def platform_only(drawing: Drawing, name: str, fact: str) -> None:
    """Report NICs in a subnet that belongs to the platform."""
    for nic_id, nic in drawing.topology.nics.items():
        subnet = drawing.topology.subnets.get(nic.subnet)
        if subnet is not None and subnet.name.lower() == name.lower():
            drawing.add(
                "platform-subnet",
                ("nics", nic_id, "subnet"),
                say("{subnet}, the {name}", subnet=nic.subnet, name=subnet.name),
                say("a subnet for VMs"),
                say(
                    "Only the platform's own machines stand in the {name}; choose another subnet.",
                    name=subnet.name,
                ),
                fact,
            )
