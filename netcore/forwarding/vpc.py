"""The fabric of a VPC: layer 2 inside a subnet, the subnet's table between subnets, objects as targets.

A frame for the MAC address of a neighbour goes to that neighbour, whatever packet it carries; only a frame
for the router's MAC is routed (facts B11, L1, L2). Gateways have tables of their own for what comes in (L10).
"""

from __future__ import annotations

from typing import Any

from netcore.control.routes import EffectiveRoute, HopType
from netcore.document.values import Network
from netcore.forwarding import transit, vpc_edge
from netcore.forwarding.delivery import bring, hand_over
from netcore.forwarding.edge import is_private
from netcore.forwarding.hops import End, FromGateway, Hop, Inspect, Routed, ToGateway
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run
from netcore.forwarding.sizes import fits
from netcore.trace.model import Actor, Header, Match, Place
from netcore.words import say


def leave(run: Run, port: Port, header: Header) -> Hop:
    """Take a packet that a NIC hands to the router of its subnet, by the subnet's table.

    Source: facts L7, L8 (what stays in a subnet is not routed). Frames for a neighbour's MAC never come here.
    """
    at = f"nics/{port.id}"
    if any(header.destination in prefix for prefix in port.on_link):
        run.step(Place.FABRIC, Actor.FABRIC, at, "vpc.neighbour", header, destination=header.destination)
        owner = run.network.owner(port.vnet, header.destination)
        return hand_over(run, port.vnet, header, owner, at, port.vm)
    return Routed(port.vnet, at, port.id, run.network.routes(port.id), header, port.vm)


def from_gateway(run: Run, hop: FromGateway) -> Hop:
    """Take a packet that a gateway brings in: by the gateway's table, else to where it belongs.

    Source: facts L10, L14 (other networks have no use of it), L16 (attached to a transit gateway, it leads
    there).
    """
    gateway = run.network.scenario.topology.gateways[hop.gateway]
    header = hop.header
    attached = transit.attachment_of_gateway(run, hop.gateway)
    if attached is not None:
        return transit.enter(run, *attached, header)
    at = f"gateways/{hop.gateway}"
    if not run.drawing.in_space(gateway.vnet, header.destination):
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
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "gateway.in",
        header,
        gateway=gateway.name,
        network=run.drawing.vnet_name(gateway.vnet),
    )
    table = run.network.table_routes(gateway.vnet, gateway.route_table)
    return Routed(gateway.vnet, at, gateway.name, table, header)


def route(run: Run, hop: Routed) -> Hop:
    """Send a packet where a table says: the longest prefix, then the object its route names.

    Source: facts L6-L9, L14-L16, L18; D47 for a route that discards.
    """
    start, header = hop, hop.header
    if run.been_here(say("{at} table", at=hop.at), header):
        return run.drop("LOOP", Place.FABRIC, Actor.FABRIC, hop.at, header, destination=header.destination)
    selection = hop.table.select(header.destination)
    if not selection.routes:
        return _no_route(run, start, header)
    found = selection.routes[0]
    prefix = selection.prefix
    assert prefix is not None
    matched = as_match(run, found, prefix)
    if found.next_hop_type is HopType.NONE:
        return run.drop(
            "ROUTE_NONE_USER",
            Place.FABRIC,
            Actor.FABRIC,
            start.at,
            header,
            matched=matched,
            destination=header.destination,
            prefix=prefix,
        )
    by_address = found.target is not None and bool(found.next_hop_ips)
    local = found.next_hop_type is HopType.VNET_LOCAL
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        start.at,
        "vpc.local" if local else "vpc.by_address" if by_address else "vpc.target",
        header,
        matched=matched,
        overridden=tuple(as_match(run, row, row.prefixes[0]) for row in selection.overridden),
        facts=found.facts,
        destination=header.destination,
        route=matched.text,
        target=found.target or "nothing",
    )
    if local:
        owner = run.network.owners.held(start.vnet, header.destination)
        return hand_over(run, start.vnet, header, owner, start.at, start.sender)
    return _to_target(run, start, found, prefix, header)


def _to_target(run: Run, start: Routed, found: EffectiveRoute, prefix: Network, header: Header) -> Hop:
    """Hand a packet to the object that a route names (fact L9)."""
    kind, _, key = (found.target or "").partition("/")
    match found.next_hop_type:
        case HopType.INTERNET if found.target is not None:
            return vpc_edge.out(run, start.vnet, start.at, key, header)
        case HopType.INTERNET:
            return run.drop(
                "NO_GATEWAY",
                Place.FABRIC,
                Actor.FABRIC,
                start.at,
                header,
                "internet",
                prefix=prefix,
                vnet=run.drawing.vnet_name(start.vnet),
            )
        case HopType.NAT_GATEWAY:
            return vpc_edge.translate(run, start.at, key, header)
        case HopType.VIRTUAL_NETWORK_GATEWAY if found.target is not None:
            fitting = fits(run, start.at, say("gateway {key}", key=key), header)
            return fitting if isinstance(fitting, End) else ToGateway(key, fitting)
        case HopType.VIRTUAL_NETWORK_GATEWAY:
            return run.drop(
                "NO_GATEWAY",
                Place.FABRIC,
                Actor.FABRIC,
                start.at,
                header,
                prefix=prefix,
                vnet=run.drawing.vnet_name(start.vnet),
            )
        case HopType.VNET_PEERING:
            return _over_peering(run, start, key, header)
        case HopType.TRANSIT_GATEWAY:
            return _to_transit(run, start, key, header)
        case HopType.BALANCER_ENDPOINT:
            return _into_endpoint(run, start, key, header)
        case _ if kind == "nics":
            held = run.drawing.ports[key].held
            return bring(run, key, header, prefix=prefix, next_hop=held[0] if held else None)
        case _ if kind == "load_balancers":
            return run.not_modelled(
                Place.FABRIC,
                start.at,
                header,
                say(
                    "balancer {key} as the target of route {prefix}, for only an endpoint of a gateway "
                    "balancer can be one",
                    key=key,
                    prefix=prefix,
                ),
            )
        case _:
            return run.drop(
                "NH_UNREACHABLE",
                Place.FABRIC,
                Actor.FABRIC,
                start.at,
                header,
                "not_own",
                vnet=run.drawing.vnet_name(start.vnet),
                next_hop=found.next_hop_ips[0] if found.next_hop_ips else "nothing",
                prefix=prefix,
            )


def _no_route(run: Run, start: Routed, header: Header) -> End:
    """Say what is missing: nothing leads anywhere that nobody has drawn (facts L6, L7, L14)."""
    values: dict[str, Any] = {"nic": start.name, "destination": header.destination}
    variant = "no_route"
    peer = run.drawing.peer_with(start.vnet, header.destination)
    if peer is not None and not run.network.profile.peering_routes:
        variant = "peer_by_hand"
        values["network"] = run.drawing.vnet_name(peer)
    elif not is_private(header.destination):
        variant = "no_way_out"
    return run.drop("ROUTE_NONE_SYSTEM", Place.FABRIC, Actor.FABRIC, start.at, header, variant, **values)


def _over_peering(run: Run, start: Routed, peering: str, header: Header) -> Hop:
    """Pass into a peered network; what is neither from here nor for there does not pass (fact L14)."""
    link = run.network.scenario.topology.peerings[peering]
    remote = link.remote_vnet if link.vnet == start.vnet else link.vnet
    at = f"peerings/{peering}"
    state = run.network.peering(start.vnet, remote)
    names: dict[str, Any] = {
        "vnet": run.drawing.vnet_name(start.vnet),
        "network": run.drawing.vnet_name(remote),
    }
    if not state.connected:
        return run.drop("PEERING_NOT_CONNECTED", Place.FABRIC, Actor.FABRIC, at, header, **names)
    if not run.drawing.in_space(remote, header.destination):
        return run.drop(
            "NO_SUCH_HOST",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            "",
            destination=header.destination,
            **names,
        )
    if not run.drawing.in_space(start.vnet, header.source):
        return run.drop(
            "PEERING_FORWARDED_OFF",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            "transit",
            source=header.source,
            **names,
        )
    vnets = run.network.scenario.topology.vnets
    if vnets[start.vnet].region != vnets[remote].region:
        fitting = fits(run, at, say("the peering with {names}", names=names["network"]), header)
        if isinstance(fitting, End):
            return fitting
        header = fitting
    matched = Match(kind="peering", ref=at, text=f"{names['vnet']} <-> {names['network']}")
    run.step(Place.FABRIC, Actor.FABRIC, at, "fabric.crossing", header, matched=matched, **names)
    return hand_over(
        run, remote, header, run.network.owners.held(remote, header.destination), at, start.sender
    )


def _into_endpoint(run: Run, start: Routed, key: str, header: Header) -> Hop:
    """Lead a packet through an appliance of a gateway balancer, then on by the endpoint's own table.

    It works between any two places, for the route decides (fact L18).
    """
    topology = run.network.scenario.topology
    endpoint = topology.private_endpoints[key]
    kind, _, balancer = endpoint.service.partition("/")
    at = f"private_endpoints/{key}"
    if kind != "load_balancers":
        return run.not_modelled(
            Place.FABRIC,
            at,
            header,
            say("endpoint {name} of a service as the target of a route", name=endpoint.name),
        )
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        at,
        "vpc.endpoint",
        header,
        endpoint=endpoint.name,
        balancer=topology.load_balancers[balancer].name,
    )
    table = run.network.subnet_routes(endpoint.subnet)
    vnet = topology.subnets[endpoint.subnet].vnet
    return Inspect(balancer, header, True, Routed(vnet, at, endpoint.name, table, header, start.sender))


def _to_transit(run: Run, start: Routed, gateway: str, header: Header) -> Hop:
    """Hand a packet to a transit gateway, if the network is attached to it (fact L16)."""
    attachment = transit.attachment_of_network(run, gateway, start.vnet)
    if attachment is None:
        return run.drop(
            "NH_UNREACHABLE",
            Place.FABRIC,
            Actor.FABRIC,
            start.at,
            header,
            "not_attached",
            vnet=run.drawing.vnet_name(start.vnet),
            gateway=run.network.scenario.topology.transit_gateways[gateway].name,
        )
    return transit.enter(run, gateway, attachment, header)


def as_match(run: Run, found: EffectiveRoute, prefix: Network) -> Match:
    """Return a route as the answer shows it: prefix that matched, and its target."""
    addresses = ", ".join(str(address) for address in found.next_hop_ips)
    hop = found.target or " ".join(
        filter(None, (run.network.profile.hop_name(found.next_hop_type.value), addresses))
    )
    source = (
        "propagated" if found.ref and found.source.value == "VirtualNetworkGateway" else found.source.value
    )
    return Match.model_construct(
        kind="route",
        ref=found.ref,
        text=say("{source} route {prefix} -> {hop}", source=source, prefix=prefix, hop=hop),
    )
