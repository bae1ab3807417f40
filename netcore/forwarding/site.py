"""The site: routers and hosts of a place outside the cloud, behind its connections.

A site forwards without translation. Its routers send by what they know of each gateway, whatever way the
packet came (fact H3).
"""

from __future__ import annotations

from typing import Any

from netcore.control.tunnels import Tunnel
from netcore.forwarding.edge import is_private
from netcore.forwarding.hops import AtSite, Endpoint, FromGateway, FromSite, Hop, Stand
from netcore.forwarding.run import Run
from netcore.forwarding.tunnels import site_route
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.sentences import flow_text
from netcore.words import say


def arrive(run: Run, hop: AtSite) -> Hop:
    """Take a packet out of a tunnel and bring it to its host, or to another tunnel of the site."""
    topology = run.network.scenario.topology
    header = hop.header
    site = topology.sites[hop.tunnel.site]
    at = hop.tunnel.router_ref
    names: dict[str, Any] = {"router": router_name(run, hop.tunnel), "site": site.name}
    if run.been_here(at, header):
        return run.drop("LOOP", Place.GATEWAY, Actor.GUEST, at, header, destination=header.destination)
    host_id = run.network.sites.host(hop.tunnel.site, header.destination)
    if host_id is not None:
        return run.deliver(
            Place.GATEWAY,
            Actor.GUEST,
            f"hosts/{host_id}",
            "site.drawn",
            Endpoint(Stand.HOST, host_id, header),
            host=topology.hosts[host_id].name,
            flow=flow_text(header),
            **names,
        )
    own = [router.address for router in site.routers.values()]
    if header.destination in own or any(header.destination in prefix for prefix in site.prefixes):
        return run.deliver(
            Place.GATEWAY,
            Actor.GUEST,
            at,
            "site.undrawn",
            Endpoint(Stand.SITE, hop.tunnel.site, header),
            destination=header.destination,
            **names,
        )
    return _on(run, hop.tunnel.site, at, header, hop.tunnel.connection)


def depart(run: Run, hop: FromSite) -> Hop:
    """Bring a packet that a place in a site sends to the tunnel that the site's routers choose."""
    topology = run.network.scenario.topology
    header = hop.header
    site = topology.sites[hop.site]
    local = run.network.sites.host(hop.site, header.destination) is not None
    if local or any(header.destination in prefix for prefix in site.prefixes):
        return run.not_modelled(
            Place.GATEWAY, f"sites/{hop.site}", header, say("traffic between two places outside the cloud")
        )
    return _on(run, hop.site, f"sites/{hop.site}", header, "")


def router_name(run: Run, tunnel: Tunnel) -> str:
    """Return what to call the router at the far end of a tunnel."""
    site = run.network.scenario.topology.sites[tunnel.site]
    return site.routers[tunnel.router].name if tunnel.router else say("the router of {name}", name=site.name)


def _on(run: Run, site_id: str, at: str, header: Header, came: str) -> Hop:
    """Send a packet into the tunnel this flow takes, or say why there is none."""
    topology = run.network.scenario.topology
    found = site_route(run, site_id, header, came)
    if found is None:
        return _no_route(run, site_id, at, header)
    route, count = found
    run.step(
        Place.GATEWAY,
        Actor.GUEST,
        route.tunnel.router_ref,
        "site.one_of" if count > 1 else "site.out",
        header,
        matched=Match(
            kind="route",
            ref=f"connections/{route.tunnel.connection}",
            text=say(
                "{prefix} -> connection {name}",
                prefix=route.prefix,
                name=topology.connections[route.tunnel.connection].name,
            ),
        ),
        router=router_name(run, route.tunnel),
        connection=topology.connections[route.tunnel.connection].name,
        gateway=topology.gateways[route.tunnel.gateway].name,
        prefix=route.prefix,
        count=count,
        tunnel=route.tunnel.name,
    )
    return FromGateway(route.tunnel.gateway, header, route.tunnel)


def _no_route(run: Run, site_id: str, at: str, header: Header) -> Hop:
    """Say why no router of a site has a tunnel for a destination (facts G6, H6, H7, K10)."""
    topology = run.network.scenario.topology
    site = topology.sites[site_id]
    destination = header.destination
    values: dict[str, Any] = {"site": site.name, "destination": destination}
    if run.network.sites.table(site_id).match(destination) is not None:
        return run.drop("GW_ROUTE_WITHDRAWN", Place.GATEWAY, Actor.GUEST, at, header, "site", **values)
    connections = [(k, c) for k, c in sorted(topology.connections.items()) if c.site == site_id]
    up = {tunnel.connection for tunnel in run.network.tunnels.to_site(site_id)}
    for key, connection in connections:
        gateway = topology.gateways[connection.gateway]
        home = gateway.vnet
        served = any(destination in prefix for prefix in run.network.tunnels.served(connection.gateway))
        if served:
            variant = "site" if key not in up else "no_session"
            return run.drop(
                "GW_ROUTE_WITHDRAWN",
                Place.GATEWAY,
                Actor.GUEST,
                at,
                header,
                variant,
                connection=connection.name,
                **values,
            )
        near = run.drawing.in_space(home, destination)
        peer = None if near else run.drawing.peer_with(home, destination)
        if destination.version == 6 and gateway.kind == "vpn" and (near or peer is not None):
            return run.drop(
                "NO_GATEWAY", Place.GATEWAY, Actor.GUEST, at, header, "family", gateway=gateway.name
            )
        if peer is not None:
            return run.drop(
                "GW_TRANSIT_OFF",
                Place.GATEWAY,
                Actor.GUEST,
                at,
                header,
                matched=Match(kind="peering", ref=None, text=f"{peer} <-> {home}"),
                network=run.drawing.vnet_name(peer),
                vnet=run.drawing.vnet_name(home),
            )
    if not is_private(destination):
        return run.not_modelled(
            Place.GATEWAY, at, header, say("how site {name} reaches the Internet", name=site.name)
        )
    return run.drop("NO_SUCH_HOST", Place.GATEWAY, Actor.GUEST, at, header, "site", **values)
