"""What a private endpoint sends: answers only, and no route table applies to them (fact D67)."""

from __future__ import annotations

from netcore.control.routes import RouteSource
from netcore.forwarding.delivery import hand_over
from netcore.forwarding.hops import FromEndpoint, Hop, ToGateway
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Place


def answer(run: Run, hop: FromEndpoint) -> Hop:
    """Send the answer of an endpoint straight back to who asked (fact D67)."""
    endpoint = run.network.scenario.topology.private_endpoints[hop.endpoint]
    at = f"private_endpoints/{hop.endpoint}"
    header = hop.header
    vnet = run.network.scenario.topology.subnets[endpoint.subnet].vnet
    run.step(
        Place.FABRIC,
        Actor.FABRIC,
        at,
        "endpoint.answer",
        header,
        name=endpoint.name,
        destination=header.destination,
    )
    owner = run.network.owner(vnet, header.destination)
    if owner is None:
        owner = next(
            (
                held
                for mate in run.network.peerings.mates(vnet)
                if (held := run.network.owners.held(mate, header.destination)) is not None
            ),
            None,
        )
    if owner is None:
        gateway = _gateway_to(run, endpoint.subnet, vnet, header)
        if gateway is not None:
            return ToGateway(gateway, header)
    return hand_over(run, owner.vnet if owner else vnet, header, owner, at, None)


def _gateway_to(run: Run, subnet_id: str, vnet: str, header: Header) -> str | None:
    """Return the gateway whose learned route holds a destination best, user routes aside."""
    ways = [
        (prefix.prefixlen, gateway)
        for row in run.network.subnet_routes(subnet_id).rows
        if row.source is RouteSource.GATEWAY and row.ref is not None
        for prefix in row.prefixes
        if header.destination in prefix and (gateway := run.network.gateways.named(vnet, row.ref)) is not None
    ]
    return max(ways)[1] if ways else None
