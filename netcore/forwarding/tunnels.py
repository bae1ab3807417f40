"""Which tunnel a flow takes: the best prefix that has a running tunnel, then the hash (facts H3, H9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from netcore.control.gateways import GatewayRoute
from netcore.control.sites import SiteRoute
from netcore.control.tunnels import Tunnel
from netcore.document.models import Topology
from netcore.document.values import Address
from netcore.forwarding.hashing import choose, flow_seed
from netcore.forwarding.run import Run
from netcore.trace.model import Header

R = TypeVar("R")


def instance_runs(run: Run, gateway_id: str, instance: int) -> bool:
    """Return whether an instance of a gateway carries traffic at this moment.

    Of an active-standby gateway the other one takes over: it fails when both do (fact H2).
    """
    down = run.state.down_instances
    if not down:
        return True
    gateway = run.network.scenario.topology.gateways[gateway_id]
    if gateway.kind == "vpn" and len(gateway.instances) < 2:
        return not {(gateway_id, 0), (gateway_id, 1)} <= down
    return (gateway_id, instance) not in down


def runs(run: Run, tunnel: Tunnel) -> bool:
    """Return whether both ends of a tunnel carry traffic at this moment."""
    if not run.state.down_instances:
        return True
    if not instance_runs(run, tunnel.gateway, tunnel.instance):
        return False
    return not tunnel.far_gateway or instance_runs(run, tunnel.far_gateway, tunnel.far_instance)


def gateway_route(
    run: Run, gateway_id: str, header: Header, instance: int | None, without: str = ""
) -> tuple[GatewayRoute, int] | None:
    """Return the route of a gateway that this flow takes, and of how many; None if none has a tunnel.

    Args:
        instance: the one the fabric handed the packet to; it takes its own tunnel where it has one.
        without: connection the packet came by.
    """
    for routes in run.network.gateways.table(gateway_id).matches(header.destination):
        live = [
            route
            for route in routes
            if route.tunnel is None or (route.tunnel.connection != without and runs(run, route.tunnel))
        ]
        if not live:
            continue
        best = [route for route in live if route.rank == live[0].rank]
        if any(route.tunnel is None for route in best):
            return next(route for route in best if route.tunnel is None), 1
        mine = [route for route in best if route.tunnel is not None and route.tunnel.instance == instance]
        ways = mine or best
        return _of_flow(run, f"gateways/{gateway_id}", header, ways, _gateway_label), len(ways)
    return None


def site_route(run: Run, site_id: str, header: Header, without: str = "") -> tuple[SiteRoute, int] | None:
    """Return the route of a site's routers that this flow takes, and of how many; None if none has a tunnel.

    The choice is the site's own and independent of the gateway's (fact H3).
    """
    for routes in run.network.sites.table(site_id).matches(header.destination):
        live = [r for r in routes if r.tunnel.connection != without and runs(run, r.tunnel)]
        if live:
            ways = [route for route in live if len(route.as_path) == len(live[0].as_path)]
            return _of_flow(run, f"sites/{site_id}", header, ways, _site_label), len(ways)
    return None


def other_networks(topology: Topology, gateway_id: str) -> tuple[str, ...]:
    """Return the other gateways of the virtual network a gateway stands in."""
    vnet = topology.gateways[gateway_id].vnet
    return tuple(
        key
        for key, gateway in sorted(topology.gateways.items())
        if gateway.vnet == vnet and key != gateway_id
    )


def knows(run: Run, gateway_id: str, destination: Address) -> bool:
    """Return whether a gateway has any route for an address."""
    return run.network.gateways.table(gateway_id).match(destination) is not None


def _of_flow(run: Run, place: str, header: Header, ways: Sequence[R], label: Callable[[R], str]) -> R:
    if len(ways) == 1:
        return ways[0]
    labels = [label(way) for way in ways]
    return ways[run.choose(labels, choose(place, flow_seed(header), labels))]


def _gateway_label(route: GatewayRoute) -> str:
    return route.tunnel.name if route.tunnel is not None else route.ref


def _site_label(route: SiteRoute) -> str:
    return route.tunnel.name
