"""Which routes the host of a NIC has: those of the network, or still the earlier ones (fact D65)."""

from __future__ import annotations

from netcore.control.routes import EffectiveRoute, HopType, RouteSource, Selection
from netcore.forwarding.hops import End
from netcore.forwarding.machines import Port
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Match, Place

_LEADS_TO_AN_OBJECT = frozenset(
    {
        HopType.VNET_PEERING,
        HopType.VNET_GLOBAL_PEERING,
        HopType.VIRTUAL_NETWORK_GATEWAY,
        HopType.INTERFACE_ENDPOINT,
        HopType.CONNECTED_GROUP,
    }
)


def selected(run: Run, port: Port, header: Header) -> Selection:
    """Return what the routes that a NIC's host has say about a destination; says so where they are old."""
    now = run.network.routes(port.id).select(header.destination)
    earlier = run.state.stale.get(port.id)
    if earlier is None or port.id not in earlier.scenario.topology.nics:
        return now
    then = earlier.routes(port.id).select(header.destination)
    if (then.prefix, then.routes) != (now.prefix, now.routes):
        run.step(
            Place.FABRIC,
            Actor.FABRIC,
            f"nics/{port.id}",
            "fabric.stale",
            header,
            nic=port.name,
            destination=header.destination,
        )
    return then


def gone(run: Run, port: Port, header: Header, route: EffectiveRoute, matched: Match) -> End | None:
    """Drop a packet whose route is old and leads to something that is no longer drawn (fact D65)."""
    if not run.state.stale:
        return None
    path = route.target
    if path is None and route.source is not RouteSource.USER and route.next_hop_type in _LEADS_TO_AN_OBJECT:
        path = route.ref
    if path is None:
        return None
    collection, key, *_ = path.split("/")
    if key in getattr(run.network.scenario.topology, collection):
        return None
    return run.drop(
        "ROUTE_INVALID_NH",
        Place.FABRIC,
        Actor.FABRIC,
        f"nics/{port.id}",
        header,
        "gone",
        matched=matched,
        nic=port.name,
        destination=header.destination,
        target=path,
    )
