"""The fabric: which way a packet goes once it is out of a NIC.

One lookup per packet that a NIC emits, by destination address only; the next hop of a route is the target
itself. Nothing here asks whose packet it is (facts B2, D27, D28, D30).
"""

from __future__ import annotations

from typing import Any

from netcore.control.routes import EffectiveRoute, HopType, RouteSource, Selection
from netcore.document.outside import Gateway
from netcore.document.values import Address, Network
from netcore.forwarding import layer2, vpc
from netcore.forwarding.balancer import answer
from netcore.forwarding.crossing import cross, whose
from netcore.forwarding.delivery import bring, hand_over
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.hops import (
    Balance,
    End,
    Endpoint,
    Hop,
    Look,
    Stand,
    ToEdge,
    ToGateway,
)
from netcore.forwarding.machines import PLATFORM, Port
from netcore.forwarding.programmed import gone, selected
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import UDP, protocol_name
from netcore.words import say

_SENTENCES = {
    HopType.VNET_LOCAL: "fabric.local",
    HopType.VNET_PEERING: "fabric.peering",
    HopType.VNET_GLOBAL_PEERING: "fabric.peering",
    HopType.VIRTUAL_NETWORK_GATEWAY: "fabric.gateway",
    HopType.VIRTUAL_APPLIANCE: "fabric.appliance",
    HopType.INTERNET: "fabric.internet",
    HopType.INTERFACE_ENDPOINT: "fabric.endpoint",
    HopType.CONNECTED_GROUP: "fabric.group",
    HopType.SERVICE_ENDPOINT: "fabric.service",
}


def look(run: Run, hop: Look) -> Hop:
    """Look up where a packet goes that a NIC emits.

    Source: facts C1-C5, D20-D30, D40-D54; A14 for the platform's own addresses.
    """
    port = run.drawing.ports[hop.nic]
    header = hop.header
    at = f"nics/{port.id}"
    denied = _refused(run, port, at, header)
    if denied is not None:
        return denied
    if header.destination in PLATFORM:
        return run.deliver(
            Place.FABRIC,
            Actor.FABRIC,
            at,
            "fabric.platform",
            Endpoint(Stand.PLATFORM, "platform", header),
            destination=header.destination,
        )
    if run.by_bgp is not None:
        run.step(Place.FABRIC, Actor.FABRIC, at, "fabric.not_told", header, **run.by_bgp)
    header = answer(run, port, header)
    switched = layer2.switch(run, port, header)
    if switched is not None:
        return switched
    if run.network.profile.routing == "vpc-tables":
        return vpc.leave(run, port, header)
    selection = selected(run, port, header)
    overridden = tuple(_match(run, row, None) for row in selection.overridden)
    if not selection.routes:
        return run.drop(
            "ROUTE_NONE_SYSTEM",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            "no_route",
            overridden=overridden,
            nic=port.name,
            destination=header.destination,
        )
    route, next_hop, count = _one_of(run, port, header, selection)
    assert selection.prefix is not None
    matched = _match(run, route, selection.prefix)
    lost = gone(run, port, header, route, matched)
    if lost is not None:
        return lost
    if route.next_hop_type is HopType.NONE:
        return _discard(run, port, header, route, selection.prefix, matched, overridden)
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        at,
        "fabric.learned" if is_server(route) else _SENTENCES[route.next_hop_type],
        header,
        matched=matched,
        overridden=overridden,
        facts=_facts(route),
        destination=header.destination,
        route=matched.text,
        next_hop=next_hop,
    )
    if count > 1:
        run.step(
            Place.FABRIC,
            Actor.FABRIC,
            at,
            "fabric.ecmp",
            header,
            matched=matched,
            count=count,
            next_hop=next_hop,
        )
    match route.next_hop_type:
        case HopType.VNET_LOCAL:
            return _to_local(run, port, header)
        case HopType.VNET_PEERING | HopType.VNET_GLOBAL_PEERING:
            return _to_peer(run, port, header, route)
        case HopType.INTERFACE_ENDPOINT:
            return _to_endpoint(run, port, header)
        case HopType.CONNECTED_GROUP:
            return _to_group(run, port, header)
        case HopType.VIRTUAL_APPLIANCE:
            return _to_appliance(run, port, header, next_hop, selection.prefix)
        case HopType.VIRTUAL_NETWORK_GATEWAY:
            return _to_gateway(run, port, header, route, selection.prefix, next_hop)
        case HopType.SERVICE_ENDPOINT:
            return run.deliver(
                Place.EDGE,
                Actor.FABRIC,
                None,
                "edge.service",
                Endpoint(Stand.SERVICE, port.id, header),
                destination=header.destination,
                source=header.source,
            )
        case _:
            return ToEdge(port.id, header)


def _refused(run: Run, port: Port, at: str, header: Header) -> End | None:
    """Drop protocols and ports that the fabric does not carry (facts C1-C5, A16)."""
    profile = run.network.profile
    if not profile.carries(header.protocol):
        return run.drop(
            "PROTO_BLOCKED",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            _leads(run, port, header),
            protocol=protocol_name(header.protocol),
            allowed=", ".join(protocol_name(number) for number in sorted(profile.protocols)),
        )
    if header.protocol != UDP:
        return None
    if (header.source_port, header.destination_port) == (68, 67) and header.destination not in PLATFORM:
        return run.drop("RESERVED_PORT", Place.FABRIC, Actor.FABRIC, at, header, "dhcp", port=67)
    number = profile.reserves_udp(header.source_port, header.destination_port)
    if number is not None:
        return run.drop("RESERVED_PORT", Place.FABRIC, Actor.FABRIC, at, header, port=number)
    return None


def _leads(run: Run, port: Port, header: Header) -> str:
    """Return where a packet that is not carried would have gone, as a word of the drop code."""
    found = run.network.routes(port.id).select(header.destination).routes
    kinds = {HopType.INTERNET: "internet", HopType.VIRTUAL_NETWORK_GATEWAY: "gateway"}
    return kinds.get(found[0].next_hop_type, "") if found else ""


def _one_of(
    run: Run, port: Port, header: Header, selection: Selection
) -> tuple[EffectiveRoute, Address | None, int]:
    """Return the route and next hop of this flow, and how many there were (fact D26)."""
    ways: list[tuple[EffectiveRoute, Address | None]] = []
    for route in selection.routes:
        ways.extend((route, address) for address in _live_hops(run, port, route) or (None,))
    if len(ways) == 1:
        return (*ways[0], 1)
    labels = [f"{address or route.next_hop_type.value}" for route, address in ways]
    index = run.choose(labels, choose(f"routes|{port.id}", flow_seed(header), labels))
    return (*ways[index], len(ways))


def is_server(route: EffectiveRoute) -> bool:
    """Return whether a route server programmed a route: its next hops are taken as they are (fact I2)."""
    return route.ref is not None and route.ref.startswith("route_servers/")


def _live_hops(run: Run, port: Port, route: EffectiveRoute) -> tuple[Address, ...]:
    """Return the next hops of a route without gateway instances that do not run (fact H3)."""
    if not run.state.down_instances or route.source is not RouteSource.GATEWAY or route.ref is None:
        return route.next_hop_ips
    gateway_id = run.network.gateways.named(port.vnet, route.ref)
    instances = run.network.scenario.topology.gateways[gateway_id].instances if gateway_id else ()
    left = tuple(
        address
        for address in route.next_hop_ips
        if address not in instances or (gateway_id, instances.index(address)) not in run.state.down_instances
    )
    return left or route.next_hop_ips


def _discard(
    run: Run,
    port: Port,
    header: Header,
    route: EffectiveRoute,
    prefix: Network,
    matched: Match,
    overridden: tuple[Match, ...],
) -> Hop:
    """Drop what a route with next hop None matches, silently (facts D47, D54, D1, D5)."""
    values: dict[str, Any] = {"destination": header.destination, "prefix": prefix}
    code, variant = "ROUTE_NONE_USER", ""
    if route.source is not RouteSource.USER:
        code = "ROUTE_NONE_SYSTEM"
        variant, network = whose(run, port.vnet, header.destination)
        if network is not None:
            values |= {"network": run.drawing.vnet_name(network), "vnet": run.drawing.vnet_name(port.vnet)}
    return run.drop(
        code,
        Place.FABRIC,
        Actor.FABRIC,
        f"nics/{port.id}",
        header,
        variant,
        matched=matched,
        overridden=overridden,
        **values,
    )


def _to_local(run: Run, port: Port, header: Header) -> Hop:
    """Deliver inside the sender's own virtual network (fact D45)."""
    owner = run.network.owner(port.vnet, header.destination)
    if owner is not None and owner.vnet != port.vnet:
        owner = None
    return hand_over(run, port.vnet, header, owner, f"nics/{port.id}", port.vm)


def _to_peer(run: Run, port: Port, header: Header, route: EffectiveRoute) -> Hop:
    """Deliver to a holder in the virtual network that a peering leads to."""
    link = run.network.scenario.topology.peerings.get((route.ref or "").removeprefix("peerings/"))
    remote = link.remote_vnet if link else run.drawing.peer_with(port.vnet, header.destination)
    if remote is None or remote == port.vnet:
        return hand_over(run, port.vnet, header, None, f"nics/{port.id}", port.vm)
    owner = run.network.owners.held(remote, header.destination)
    denied = cross(run, port, header, remote, owner)
    if denied is not None:
        return denied
    return hand_over(run, remote, header, owner, f"nics/{port.id}", port.vm)


def _to_endpoint(run: Run, port: Port, header: Header) -> Hop:
    """Deliver to a private endpoint here or in a directly peered virtual network (fact D67)."""
    owner = run.network.owners.held(port.vnet, header.destination)
    remote = None if owner is not None else run.drawing.peer_with(port.vnet, header.destination)
    if remote is not None:
        owner = run.network.owners.held(remote, header.destination)
        denied = cross(run, port, header, remote, owner)
        if denied is not None:
            return denied
    return hand_over(run, remote or port.vnet, header, owner, f"nics/{port.id}", port.vm)


def _to_group(run: Run, port: Port, header: Header) -> Hop:
    """Deliver to another member of a connected group, directly; what is not recorded is not modelled."""
    at = f"nics/{port.id}"
    vnet = run.drawing.vnet_name(port.vnet)
    mates = [
        mate
        for mate in run.network.peerings.mates(port.vnet)
        if run.drawing.in_space(mate, header.destination)
    ]
    if len(mates) != 1:
        names = " and ".join(run.drawing.vnet_name(mate) for mate in mates) or "nobody"
        return run.not_modelled(
            Place.FABRIC,
            at,
            header,
            say(
                "which member of the connected group of {vnet} gets {destination}: {names} have it",
                vnet=vnet,
                destination=header.destination,
                names=names,
            ),
        )
    if not run.drawing.in_space(port.vnet, header.source):
        return run.not_modelled(
            Place.FABRIC,
            at,
            header,
            say("whether a connected group carries what {vnet} only forwards", vnet=vnet),
        )
    owner = run.network.owners.held(mates[0], header.destination)
    return hand_over(run, mates[0], header, owner, at, port.vm)


def _to_appliance(run: Run, port: Port, header: Header, next_hop: Address | None, prefix: Network) -> Hop:
    """Hand a packet to the holder of a route's next hop address (facts D27, D41-D43, J6, E8)."""
    at = f"nics/{port.id}"
    if next_hop is None:
        return run.drop(
            "ROUTE_INVALID_NH", Place.FABRIC, Actor.FABRIC, at, header, "no_address", prefix=prefix
        )
    if next_hop in run.state.in_transit:
        return run.drop("IP_IN_TRANSIT", Place.FABRIC, Actor.FABRIC, at, header, destination=next_hop)
    owner = run.network.owner(port.vnet, next_hop)
    if owner is None:
        return _no_next_hop(run, port, header, next_hop, prefix)
    if owner.vnet != port.vnet:
        denied = cross(run, port, header, owner.vnet, owner)
        if denied is not None:
            return denied
    if owner.kind == "endpoint":
        return run.not_modelled(
            Place.FABRIC,
            at,
            header,
            say(
                "private endpoint {endpoint} as the next hop of route {prefix}",
                endpoint=owner.endpoint,
                prefix=prefix,
            ),
        )
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        owner.ref,
        "fabric.deliver",
        header,
        matched=Match.model_construct(
            kind="owner",
            ref=owner.ref,
            text=say("{next_hop} is held by {ref}", next_hop=next_hop, ref=owner.ref),
        ),
        facts=("D27", "D41"),
        address=next_hop,
        owner=run.drawing.title(owner.ref),
    )
    if owner.kind == "frontend":
        return Balance(owner.balancer, owner.frontend, header, port.vm, prefix)
    return bring(run, owner.nic, header, prefix=prefix, next_hop=next_hop)


def _no_next_hop(run: Run, port: Port, header: Header, next_hop: Address, prefix: Network) -> Hop:
    """Say why nobody takes packets for a next hop address (facts D41, D42, G1, G4)."""
    at = f"nics/{port.id}"
    names: dict[str, Any] = {"vnet": run.drawing.vnet_name(port.vnet)}
    for other in run.drawing.linked(port.vnet):
        owner = run.network.owner(other, next_hop)
        if owner is not None and owner.vnet == other:
            denied = cross(run, port, header, other, owner)
            if denied is not None:
                return denied
    if any(run.network.owners.held(mate, next_hop) for mate in run.network.peerings.mates(port.vnet)):
        return run.not_modelled(
            Place.FABRIC,
            at,
            header,
            say("a next hop {next_hop} that only the connected group reaches", next_hop=next_hop),
        )
    gateway = run.drawing.gateway_at(port.vnet, next_hop)
    if gateway is not None:
        run.step(
            Place.FABRIC,
            Actor.FABRIC,
            f"gateways/{gateway[0]}",
            "fabric.gateway_address",
            header,
            address=next_hop,
            gateway=run.network.scenario.topology.gateways[gateway[0]].name,
        )
        return ToGateway(gateway[0], header, gateway[1])
    return run.drop(
        "NH_UNREACHABLE", Place.FABRIC, Actor.FABRIC, at, header, next_hop=next_hop, prefix=prefix, **names
    )


def _to_gateway(
    run: Run,
    port: Port,
    header: Header,
    route: EffectiveRoute,
    prefix: Network,
    next_hop: Address | None,
) -> Hop:
    """Hand a packet to the gateway that a route means (facts D44, G6, H15)."""
    at = f"nics/{port.id}"
    if route.source is not RouteSource.USER and route.ref is not None:
        if is_server(route):
            return _to_appliance(run, port, header, next_hop, prefix)
        gateway_id = run.network.gateways.named(port.vnet, route.ref)
        if gateway_id is not None:
            instances = run.network.scenario.topology.gateways[gateway_id].instances
            return ToGateway(gateway_id, header, instances.index(next_hop) if next_hop in instances else None)
    serving = run.network.gateways.usable(port.vnet)
    if not serving:
        return run.drop(
            "NO_GATEWAY",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            prefix=prefix,
            vnet=run.drawing.vnet_name(port.vnet),
        )
    if len(serving) > 1 or not _is_vpn(run.network.scenario.topology.gateways[serving[0]]):
        return run.drop(
            "ROUTE_INVALID_NH",
            Place.FABRIC,
            Actor.FABRIC,
            at,
            header,
            "not_vpn",
            prefix=prefix,
            gateway=run.network.scenario.topology.gateways[serving[0]].name,
        )
    return ToGateway(serving[0], header)


def _is_vpn(gateway: Gateway) -> bool:
    return gateway.kind == "vpn"


def _match(run: Run, route: EffectiveRoute, prefix: Network | None) -> Match:
    return run.drawing.kept(route, prefix, lambda: _as_match(route, prefix))


def _as_match(route: EffectiveRoute, prefix: Network | None) -> Match:
    """Return a route as the answer shows it: source, prefix that matched, next hop."""
    shown = prefix if prefix is not None else route.prefixes[0]
    hops = "".join(f" {address}" for address in route.next_hop_ips)
    return Match.model_construct(
        kind="route",
        ref=route.ref,
        text=say(
            "{value} route {shown} -> {next_hop_type_value}{hops}",
            value=route.source.value,
            shown=shown,
            next_hop_type_value=route.next_hop_type.value,
            hops=hops,
        ),
    )


def _facts(route: EffectiveRoute) -> tuple[str, ...]:
    """Return the facts of a lookup: longest prefix first, then those of the row that won."""
    return ("D20", *(fact for fact in route.facts if fact != "D20"))
