"""The gateway: between virtual networks and what is behind its connections.

It forwards without translation (fact H15). What is behind it are tunnels to sites and to other gateways,
and what is not drawn: learned prefixes, and the hosts somebody drew there.
"""

from __future__ import annotations

from typing import Any

from netcore.control.gateways import GatewayRoute, Learned
from netcore.control.routes import HopType, RouteSource, Selection
from netcore.control.tunnels import carries, gateway_subnet
from netcore.document.outside import Gateway
from netcore.document.values import Address, Network
from netcore.forwarding import vpc
from netcore.forwarding.crossing import basic_over_global
from netcore.forwarding.delivery import bring, hand_over
from netcore.forwarding.edge import is_private
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import AtSite, Balance, End, Endpoint, FromGateway, Hop, Stand, ToGateway
from netcore.forwarding.run import Run
from netcore.forwarding.tunnels import gateway_route, instance_runs, knows, other_networks
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.sentences import flow_text
from netcore.words import say


def out(run: Run, hop: ToGateway) -> Hop:
    """Hand a packet to the network behind a gateway."""
    topology = run.network.scenario.topology
    gateway = topology.gateways[hop.gateway]
    header = hop.header
    at = f"gateways/{hop.gateway}"
    refused = _cannot(run, hop.gateway, gateway, header, hop.instance)
    if refused is not None:
        return refused
    run.step(Place.GATEWAY, Actor.FABRIC, at, "gateway.out", header, gateway=gateway.name)
    host_id = run.drawing.hosts_behind.get((hop.gateway, header.destination))
    if host_id is not None:
        return run.deliver(
            Place.GATEWAY,
            Actor.FABRIC,
            f"hosts/{host_id}",
            "gateway.drawn",
            Endpoint(Stand.HOST, host_id, header),
            host=topology.hosts[host_id].name,
            gateway=gateway.name,
            flow=flow_text(header),
        )
    if run.drawing.in_space(gateway.vnet, header.destination) or run.drawing.peer_with(
        gateway.vnet, header.destination
    ):
        return FromGateway(hop.gateway, header)
    found = gateway_route(run, hop.gateway, header, hop.instance)
    if found is None:
        return _no_route(run, hop.gateway, gateway, header)
    return _into(run, hop.gateway, gateway, header, *found)


def enter(run: Run, hop: FromGateway) -> Hop:
    """Bring a packet from behind a gateway into the virtual networks it serves.

    Source: facts G6, H6; D63 for the gateway's own route table; H8 for what goes out again elsewhere.
    """
    topology = run.network.scenario.topology
    gateway = topology.gateways[hop.gateway]
    header = hop.header
    at = f"gateways/{hop.gateway}"
    if run.been_here(at, header):
        return run.drop("LOOP", Place.GATEWAY, Actor.FABRIC, at, header, destination=header.destination)
    came_by = hop.tunnel.instance if hop.tunnel is not None else None
    refused = _cannot(run, hop.gateway, gateway, header, came_by)
    if refused is not None:
        return refused
    if hop.tunnel is not None:
        run.step(
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            "gateway.from_tunnel",
            header,
            gateway=gateway.name,
            connection=topology.connections[hop.tunnel.connection].name,
        )
    if run.network.profile.routing == "vpc-tables":
        return vpc.from_gateway(run, hop)
    steered = _steered(run, hop, gateway)
    if steered is not None:
        return steered
    home = gateway.vnet
    served = home if run.drawing.in_space(home, header.destination) else None
    if served is None:
        served = run.drawing.peer_with(home, header.destination)
        if served is None:
            return _through(run, hop, gateway)
        if not run.network.peering(served, home).uses_remote_gateway:
            return run.drop(
                "GW_TRANSIT_OFF",
                Place.GATEWAY,
                Actor.FABRIC,
                at,
                header,
                matched=Match(kind="peering", ref=None, text=f"{served} <-> {home}"),
                network=run.drawing.vnet_name(served),
                vnet=run.drawing.vnet_name(home),
            )
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.in",
        header,
        gateway=gateway.name,
        network=run.drawing.vnet_name(served),
    )
    owner = run.network.owner(served, header.destination)
    denied = basic_over_global(run, run.network.peering(served, home), header, owner)
    return denied or hand_over(run, served, header, owner, at, None)


def _cannot(run: Run, gateway_id: str, gateway: Gateway, header: Header, instance: int | None) -> End | None:
    """Drop what a gateway does not carry, or what reaches an instance that does not run (K10, H2, H3)."""
    at = f"gateways/{gateway_id}"
    if not carries(gateway, header.destination.version):
        return run.drop("NO_GATEWAY", Place.GATEWAY, Actor.FABRIC, at, header, "family", gateway=gateway.name)
    count = max(2, len(gateway.instances))
    if not any(instance_runs(run, gateway_id, number) for number in range(count)):
        return run.drop("NO_GATEWAY", Place.GATEWAY, Actor.FABRIC, at, header, "down", gateway=gateway.name)
    if (gateway_id, instance) in run.state.silent_instances:
        return run.drop("NO_GATEWAY", Place.GATEWAY, Actor.FABRIC, at, header, "silent", gateway=gateway.name)
    return None


def _into(
    run: Run, gateway_id: str, gateway: Gateway, header: Header, route: GatewayRoute, count: int
) -> Hop:
    """Send a packet into the tunnel of a route, or to the other side that is not drawn."""
    topology = run.network.scenario.topology
    at = f"gateways/{gateway_id}"
    tunnel = route.tunnel
    refused = _cannot(run, gateway_id, gateway, header, tunnel.instance if tunnel is not None else None)
    if refused is not None:
        return refused
    if tunnel is None:
        if route.prefix.prefixlen == 0:
            return run.not_modelled(
                Place.GATEWAY,
                at,
                header,
                say(
                    "what the network behind gateway {name} does with {destination} is not drawn",
                    name=gateway.name,
                    destination=header.destination,
                ),
            )
        return run.deliver(
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            "gateway.undrawn",
            Endpoint(Stand.BEHIND, gateway_id, header),
            gateway=gateway.name,
            prefix=route.prefix,
        )
    connection = topology.connections[tunnel.connection]
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        f"connections/{tunnel.connection}",
        "gateway.one_tunnel" if count > 1 else "gateway.tunnel",
        header,
        matched=Match(
            kind="route",
            ref=f"connections/{tunnel.connection}",
            text=say("{prefix} -> connection {name}", prefix=route.prefix, name=connection.name),
        ),
        gateway=gateway.name,
        connection=connection.name,
        prefix=route.prefix,
        count=count,
        tunnel=tunnel.name,
    )
    if tunnel.site:
        return AtSite(tunnel, header)
    return FromGateway(tunnel.far_gateway, header, run.network.tunnels.reverse(tunnel))


def _no_route(run: Run, gateway_id: str, gateway: Gateway, header: Header) -> Hop:
    """Say why a gateway has no way for a packet (facts H7, H6)."""
    at = f"gateways/{gateway_id}"
    destination = header.destination
    lost = run.network.tunnels.lost(gateway_id, destination)
    if lost is not None or knows(run, gateway_id, destination):
        return run.drop(
            "GW_ROUTE_WITHDRAWN", Place.GATEWAY, Actor.FABRIC, at, header, destination=destination
        )
    if not run.network.tunnels.connected(gateway_id):
        return run.not_modelled(
            Place.GATEWAY,
            at,
            header,
            say(
                "what the network behind gateway {name} does with {destination} is not drawn",
                name=gateway.name,
                destination=destination,
            ),
        )
    return run.drop(
        "NO_SUCH_HOST",
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        header,
        "gateway",
        gateway=gateway.name,
        destination=destination,
    )


def _through(run: Run, hop: FromGateway, gateway: Gateway) -> Hop:
    """Pass a packet from one other side of a gateway to another, where that works (facts H8, H11)."""
    topology = run.network.scenario.topology
    header = hop.header
    at = f"gateways/{hop.gateway}"
    came = hop.tunnel
    names: dict[str, Any] = {"gateway": gateway.name, "destination": header.destination}
    served = run.network.gateways.by_server(gateway.vnet, header.destination)
    if served is not None:
        return _to_peer(run, hop, gateway, served)
    found = gateway_route(run, hop.gateway, header, None, came.connection if came is not None else "")
    if found is not None and (came is not None or found[0].tunnel is not None):
        route, count = found
        told = route.told and (came is None or came.bgp)
        if not told or gateway.kind != "vpn":
            variant = "branches" if gateway.kind == "vpn" else "circuits"
            return run.drop("GW_TRANSIT_OFF", Place.GATEWAY, Actor.FABRIC, at, header, variant, **names)
        run.step(Place.GATEWAY, Actor.FABRIC, at, "gateway.transit", header, **names)
        return _into(run, hop.gateway, gateway, header, route, count)
    for other in other_networks(topology, hop.gateway):
        if knows(run, other, header.destination):
            if run.network.exchanges(hop.gateway, other):
                return ToGateway(other, header)
            names["other"] = topology.gateways[other].name
            return run.drop("GW_TRANSIT_OFF", Place.GATEWAY, Actor.FABRIC, at, header, "gateways", **names)
    if not is_private(header.destination):
        return run.not_modelled(
            Place.GATEWAY,
            at,
            header,
            say("how the network behind gateway {name} reaches the Internet", name=gateway.name),
        )
    return run.drop("NO_SUCH_HOST", Place.GATEWAY, Actor.FABRIC, at, header, "gateway", **names)


def _to_peer(run: Run, hop: FromGateway, gateway: Gateway, learned: Learned) -> Hop:
    """Hand a packet from behind a gateway to what a route server has learned from (facts I2, I3, I12)."""
    header = hop.header
    at = f"gateways/{hop.gateway}"
    labels = [str(address) for address in learned.hops]
    index = 0
    if len(labels) > 1:
        index = run.choose(labels, choose(at, flow_seed(header), labels))
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.to_peer",
        header,
        matched=Match(kind="route", ref=learned.ref, text=f"{learned.prefix} -> {labels[index]}"),
        prefix=learned.prefix,
        next_hop=labels[index],
    )
    return to_next_hop(run, at, gateway.vnet, header, learned.hops[index], learned.prefix)


def _steered(run: Run, hop: FromGateway, gateway: Gateway) -> Hop | None:
    """Apply the user routes of the gateway's own subnet to what enters by it (fact D63).

    None: they have no say, or leave the packet to its virtual network.
    """
    subnet = gateway_subnet(run.network.scenario.topology, gateway.vnet)
    if subnet is None:
        return None
    header = hop.header
    selection: Selection = run.network.subnet_routes(subnet).select(header.destination)
    if not selection.routes or selection.prefix is None:
        return None
    route = selection.routes[0]
    if route.source is not RouteSource.USER:
        return None
    text = f"{route.source.value} {route.text}"
    matched = Match(kind="route", ref=route.ref, text=text)
    at = f"gateways/{hop.gateway}"
    if route.next_hop_type is HopType.NONE:
        return run.drop(
            "ROUTE_NONE_USER",
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            header,
            matched=matched,
            destination=header.destination,
            prefix=selection.prefix,
        )
    if route.next_hop_type is not HopType.VIRTUAL_APPLIANCE or not route.next_hop_ips:
        return None
    next_hop = route.next_hop_ips[0]
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.steered",
        header,
        matched=matched,
        destination=header.destination,
        route=text,
        next_hop=next_hop,
    )
    return to_next_hop(run, at, gateway.vnet, header, next_hop, selection.prefix)


def to_next_hop(run: Run, at: str, vnet: str, header: Header, next_hop: Address, prefix: Network) -> Hop:
    """Hand a packet to the holder of a next hop address, from a gateway (facts D41, D27, G5)."""
    if next_hop in run.state.in_transit:
        return run.drop("IP_IN_TRANSIT", Place.GATEWAY, Actor.FABRIC, at, header, destination=next_hop)
    owner = run.network.owner(vnet, next_hop)
    names: dict[str, Any] = {"vnet": run.drawing.vnet_name(vnet)}
    if owner is None:
        return run.drop(
            "NH_UNREACHABLE",
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            header,
            next_hop=next_hop,
            prefix=prefix,
            **names,
        )
    if owner.kind == "endpoint":
        what = say(
            "private endpoint {endpoint} as the next hop of route {prefix}",
            endpoint=owner.endpoint,
            prefix=prefix,
        )
        return run.not_modelled(Place.GATEWAY, at, header, what)
    if owner.vnet != vnet:
        receiving = run.network.peering(owner.vnet, vnet)
        denied = basic_over_global(run, receiving, header, owner)
        if denied is not None:
            return denied
        if not receiving.allow_forwarded and not receiving.uses_remote_gateway:
            return run.drop(
                "PEERING_FORWARDED_OFF",
                Place.GATEWAY,
                Actor.FABRIC,
                f"peerings/{receiving.local_id}",
                header,
                source=header.source,
                network=run.drawing.vnet_name(owner.vnet),
                **names,
            )
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        "fabric.deliver",
        header,
        matched=Match(
            kind="owner",
            ref=owner.ref,
            text=say("{next_hop} is held by {ref}", next_hop=next_hop, ref=owner.ref),
        ),
        facts=("D27", "D41"),
        address=next_hop,
        owner=run.drawing.title(owner.ref),
    )
    if owner.kind == "frontend":
        return Balance(owner.balancer, owner.frontend, header, None, prefix)
    return bring(run, owner.nic, header, prefix=prefix, next_hop=next_hop)
