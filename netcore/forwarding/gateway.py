"""The gateway: between virtual networks and the networks behind a VPN or a leased line.

It forwards without translation (fact H15). What is behind it is known by learned prefixes and by the
hosts somebody drew there.
"""

from __future__ import annotations

from netcore.document.outside import Gateway
from netcore.forwarding.delivery import hand_over
from netcore.forwarding.edge import is_private
from netcore.forwarding.hops import Endpoint, FromGateway, Hop, Stand, ToGateway
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.sentences import flow_text


def out(run: Run, hop: ToGateway) -> Hop:
    """Hand a packet to the network behind a gateway."""
    gateway = run.network.scenario.topology.gateways[hop.gateway]
    header = hop.header
    at = f"gateways/{hop.gateway}"
    run.step(Place.GATEWAY, Actor.FABRIC, at, "gateway.out", header, gateway=gateway.name)
    host_id = run.drawing.hosts_behind.get((hop.gateway, header.destination))
    if host_id is not None:
        host = run.network.scenario.topology.hosts[host_id]
        return run.deliver(
            Place.GATEWAY,
            Actor.FABRIC,
            f"hosts/{host_id}",
            "gateway.drawn",
            Endpoint(Stand.HOST, host_id, header),
            host=host.name,
            gateway=gateway.name,
            flow=flow_text(header),
        )
    prefixes = [route.prefix for route in gateway.learned.values() if header.destination in route.prefix]
    if not prefixes or max(prefix.prefixlen for prefix in prefixes) == 0:
        return run.not_modelled(
            Place.GATEWAY,
            at,
            header,
            f"what the network behind gateway {gateway.name} does with {header.destination} is not drawn",
        )
    return run.deliver(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.undrawn",
        Endpoint(Stand.BEHIND, hop.gateway, header),
        gateway=gateway.name,
        prefix=max(prefixes, key=lambda prefix: prefix.prefixlen),
    )


def enter(run: Run, hop: FromGateway) -> Hop:
    """Bring a packet from behind a gateway into the virtual networks it serves (facts G6, H6)."""
    topology = run.network.scenario.topology
    gateway = topology.gateways[hop.gateway]
    header = hop.header
    at = f"gateways/{hop.gateway}"
    if _steered(run, gateway, header):
        return run.not_modelled(
            Place.GATEWAY,
            at,
            header,
            f"the route table of the GatewaySubnet of {run.drawing.vnet_name(gateway.vnet)}",
        )
    home = gateway.vnet
    served = home if run.drawing.in_space(home, header.destination) else None
    if served is None:
        peer = run.drawing.peer_with(home, header.destination)
        if peer is None and not is_private(header.destination):
            return run.not_modelled(
                Place.GATEWAY,
                at,
                header,
                f"how the network behind gateway {gateway.name} reaches the Internet",
            )
        if peer is None:
            return run.drop(
                "NO_SUCH_HOST",
                Place.GATEWAY,
                Actor.FABRIC,
                at,
                header,
                "gateway",
                gateway=gateway.name,
                destination=header.destination,
            )
        if not run.network.peering(peer, home).uses_remote_gateway:
            return run.drop(
                "GW_TRANSIT_OFF",
                Place.GATEWAY,
                Actor.FABRIC,
                at,
                header,
                matched=Match(kind="peering", ref=None, text=f"{peer} <-> {home}"),
                network=run.drawing.vnet_name(peer),
                vnet=run.drawing.vnet_name(home),
            )
        served = peer
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.in",
        header,
        gateway=gateway.name,
        network=run.drawing.vnet_name(served),
    )
    return hand_over(run, served, header, run.network.owner(served, header.destination), at, None)


def _steered(run: Run, gateway: Gateway, header: Header) -> bool:
    """Return whether a route table on the gateway's own subnet has a say; that is not modelled yet (D63)."""
    topology = run.network.scenario.topology
    for subnet in topology.subnets.values():
        if subnet.vnet != gateway.vnet or subnet.name != "GatewaySubnet" or subnet.route_table is None:
            continue
        table = topology.route_tables.get(subnet.route_table)
        for route in table.routes.values() if table is not None else ():
            if not isinstance(route.prefix, str) and header.destination in route.prefix:
                return True
    return False
