"""Sites: what the routers of a place outside the cloud know, and so by which tunnel they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netcore.control.announcements import BgpView
from netcore.control.prefixes import PrefixIndex, order
from netcore.control.tunnels import Tunnel, Tunnels
from netcore.document.models import Topology
from netcore.document.values import Address, Network


@dataclass(frozen=True, slots=True)
class SiteRoute:
    """A route of a site's router into a tunnel.

    Args:
        as_path: empty for what was typed in by hand.
    """

    prefix: Network
    tunnel: Tunnel
    as_path: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "prefix": str(self.prefix),
            "connection": self.tunnel.connection,
            "gateway": self.tunnel.gateway,
            "instance": self.tunnel.instance,
            "router": self.tunnel.router,
            "as_path": list(self.as_path),
        }


class Sites:
    """What the routers of every site know.

    Args:
        topology: the drawing.
        tunnels: those that are up.
        bgp: what was announced, worked out when first asked for.
    """

    def __init__(self, topology: Topology, tunnels: Tunnels, bgp: Callable[[], BgpView]) -> None:
        self._topology = topology
        self._tunnels = tunnels
        self._bgp = bgp
        self._indexes: dict[str, PrefixIndex[tuple[SiteRoute, ...]]] = {}
        self._behind: dict[tuple[str, Address], str] = {}
        for host_id, host in sorted(topology.hosts.items()):
            if host.site is not None:
                self._behind.setdefault((host.site, host.address), host_id)

    def host(self, site: str, address: Address) -> str | None:
        """Return the id of the host of a site that has an address."""
        return self._behind.get((site, address))

    def routes(self, site: str) -> tuple[SiteRoute, ...]:
        """Return the routes of all running routers of a site, by prefix, AS path and tunnel.

        By hand a router is told what the gateway serves; by BGP what the gateway announces (fact H6).
        """
        found: list[SiteRoute] = []
        for tunnel in self._tunnels.to_site(site):
            if not tunnel.bgp:
                found += (SiteRoute(prefix, tunnel) for prefix in self._tunnels.served(tunnel.gateway))
        for router_id in self._topology.sites[site].routers:
            for route in self._bgp().of(f"sites/{site}/routers/{router_id}"):
                if route.tunnel is not None and route.state != "refused":
                    found.append(SiteRoute(route.prefix, route.tunnel, route.as_path))
        found.sort(key=lambda route: (order(route.prefix), len(route.as_path), route.tunnel.name))
        return tuple(found)

    def table(self, site: str) -> PrefixIndex[tuple[SiteRoute, ...]]:
        """Return the same routes by prefix, shortest AS path first."""
        index = self._indexes.get(site)
        if index is None:
            by_prefix: dict[Network, list[SiteRoute]] = {}
            for route in self.routes(site):
                by_prefix.setdefault(route.prefix, []).append(route)
            index = self._indexes[site] = PrefixIndex(
                (prefix, tuple(routes)) for prefix, routes in by_prefix.items()
            )
        return index
