"""What gateways hand to the subnets: learned prefixes after the filters of the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netcore.control.announcements import BgpRoute, BgpView, preference
from netcore.control.peering import Peerings
from netcore.control.prefixes import PrefixIndex, inside, order
from netcore.control.tunnels import Tunnel, Tunnels, carries
from netcore.document.models import Topology
from netcore.document.outside import Gateway
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile


@dataclass(frozen=True, slots=True)
class Learned:
    """A prefix that a virtual network reaches by a gateway, or by what a route server has learned from.

    Args:
        hops: addresses of the gateway's instances, or its public address; for a route server the BGP next
            hops. Sorted.
        ref: path of what makes the route in the document: a learned route, a connection, a gateway.
        gateway: empty for a route server.
        remote: the gateway stands in a peered virtual network (fact G6).
        told: it came by BGP and is no host route to a neighbour.
    """

    prefix: Network
    hops: tuple[Address, ...]
    ref: str
    gateway: str
    remote: bool
    told: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that say why the row is there."""
        return ("D10", *(() if self.gateway else ("I2",)), *(("G6",) if self.remote else ()))


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """A way of a gateway to a prefix on its other side.

    Args:
        rank: lowest first: the heavier connection, then the shorter AS path (fact H9).
        tunnel: None where the other side is not drawn.
        told: the other side announced it by BGP; else somebody typed it in.
    """

    prefix: Network
    rank: tuple[int, int]
    ref: str
    tunnel: Tunnel | None
    as_path: tuple[int, ...] = ()
    told: bool = False


class Gateways:
    """The gateways each virtual network may use, and what they know."""

    def __init__(
        self,
        topology: Topology,
        peerings: Peerings,
        profile: Profile,
        tunnels: Tunnels,
        bgp: Callable[[], BgpView],
    ) -> None:
        self._topology = topology
        self._peerings = peerings
        self._profile = profile
        self._tunnels = tunnels
        self._bgp = bgp
        self._by_server: dict[str, PrefixIndex[Learned]] = {}
        self._routes: dict[str, tuple[GatewayRoute, ...]] = {}
        self._tables: dict[str, PrefixIndex[tuple[GatewayRoute, ...]]] = {}
        self._learned: dict[str, tuple[Learned, ...]] = {}
        self._by_vnet: dict[str, list[str]] = {}
        for gateway_id, gateway in sorted(topology.gateways.items()):
            if gateway.vnet in topology.vnets:
                self._by_vnet.setdefault(gateway.vnet, []).append(gateway_id)

    def own(self, vnet: str) -> tuple[str, ...]:
        """Return the ids of the gateways that stand in a virtual network."""
        return tuple(self._by_vnet.get(vnet, ()))

    def usable(self, vnet: str) -> tuple[str, ...]:
        """Return the ids of the gateways a virtual network may send to: its own, else a peer's (fact G6)."""
        own = self.own(vnet)
        if own:
            return own
        for peering in self._peerings.connected(vnet):
            if peering.uses_remote_gateway and self.own(peering.remote_vnet):
                return self.own(peering.remote_vnet)
        return ()

    def servers(self, vnet: str) -> tuple[str, ...]:
        """Return the route servers that program a virtual network: its own, else a peer's (fact I7)."""
        found = {server.vnet: key for key, server in sorted(self._topology.route_servers.items())}
        if vnet in found:
            return (found[vnet],)
        for peering in self._peerings.connected(vnet):
            if peering.uses_remote_gateway and peering.remote_vnet in found:
                return (found[peering.remote_vnet],)
        return ()

    def by_server(self, vnet: str, destination: Address) -> Learned | None:
        """Return what a route server has learned for an address, if it beats the gateways' routes."""
        index = self._by_server.get(vnet)
        if index is None:
            index = self._by_server[vnet] = PrefixIndex((row.prefix, row) for row in self.learned(vnet))
        found = index.match(destination)
        return found if found is not None and not found.gateway else None

    def learned(self, vnet: str) -> tuple[Learned, ...]:
        """Return the prefixes a virtual network reaches by a gateway: one row each, sorted by prefix.

        Of several ways to one prefix, ExpressRoute comes before VPN (fact H10), and the shortest AS path
        before a longer one (facts D26, H9).
        """
        found = self._learned.get(vnet)
        if found is None:
            found = self._learned[vnet] = self._learn(vnet)
        return found

    def routes(self, gateway_id: str) -> tuple[GatewayRoute, ...]:
        """Return what a gateway knows of its other sides after its filters, by prefix and rank (fact H7)."""
        found = self._routes.get(gateway_id)
        if found is None:
            routes = [*self._shorthand(gateway_id), *self._typed(gateway_id), *self._heard(gateway_id)]
            routes.sort(key=lambda r: (order(r.prefix), r.rank, r.ref, r.tunnel.name if r.tunnel else ""))
            found = self._routes[gateway_id] = tuple(routes)
        return found

    def table(self, gateway_id: str) -> PrefixIndex[tuple[GatewayRoute, ...]]:
        """Return the same routes by prefix, best first."""
        index = self._tables.get(gateway_id)
        if index is None:
            by_prefix: dict[Network, list[GatewayRoute]] = {}
            for route in self.routes(gateway_id):
                by_prefix.setdefault(route.prefix, []).append(route)
            index = self._tables[gateway_id] = PrefixIndex(
                (prefix, tuple(routes)) for prefix, routes in by_prefix.items()
            )
        return index

    def named(self, vnet: str, ref: str) -> str | None:
        """Return the gateway that a row of ``learned`` means by its ``ref``."""
        collection, key, *_ = ref.split("/")
        if collection == "gateways":
            return key if key in self._topology.gateways else None
        if collection != "connections":
            return None
        connection = self._topology.connections.get(key)
        if connection is None:
            return None
        usable = self.usable(vnet)
        return next((end for end in (connection.gateway, connection.remote_gateway) if end in usable), None)

    def _learn(self, vnet: str) -> tuple[Learned, ...]:
        best: dict[Network, tuple[tuple[int, int], Learned]] = {}
        servers = self.servers(vnet)
        setting = self._topology.route_servers[servers[0]].preference if servers else "expressroute"
        for gateway_id in self.usable(vnet):
            gateway = self._topology.gateways[gateway_id]
            groups: dict[Network, list[GatewayRoute]] = {}
            for route in self.routes(gateway_id):
                group = groups.setdefault(route.prefix, [route])
                if group[0] is not route and group[0].rank == route.rank:
                    group.append(route)
            for prefix, group in groups.items():
                rank = (preference(setting, gateway.kind), group[0].rank[1])
                refs = {route.ref for route in group}
                ref = group[0].ref if len(refs) == 1 or group[0].tunnel is None else f"gateways/{gateway_id}"
                remote = gateway.vnet != vnet
                learned = Learned(prefix, self._hops(gateway, group), ref, gateway_id, remote, group[0].told)
                if prefix not in best or rank < best[prefix][0]:
                    best[prefix] = (rank, learned)
        for server in servers:
            for rank, learned in self._programmed(vnet, server, setting):
                if learned.prefix not in best or rank < best[learned.prefix][0]:
                    best[learned.prefix] = (rank, learned)
        return tuple(found for _, (_, found) in sorted(best.items(), key=lambda item: order(item[0])))

    def _shorthand(self, gateway_id: str) -> list[GatewayRoute]:
        """Return what a gateway takes from other sides that are not drawn (fact H7)."""
        gateway = self._topology.gateways[gateway_id]
        if len(gateway.learned) > self._profile.gateway_prefix_limit:
            return []
        return [
            GatewayRoute(
                route.prefix,
                (0, len(route.as_path)),
                f"gateways/{gateway_id}/learned/{key}",
                None,
                route.as_path,
                bool(route.as_path),
            )
            for key, route in sorted(gateway.learned.items())
            if self._takes(gateway, route.prefix)
        ]

    def _typed(self, gateway_id: str) -> list[GatewayRoute]:
        """Return what a gateway was told by hand to send into its connections (fact H6)."""
        return [
            GatewayRoute(prefix, (-tunnel.weight, 0), f"connections/{tunnel.connection}", tunnel)
            for tunnel in self._tunnels.of(gateway_id)
            for prefix in tunnel.static
        ]

    def _heard(self, gateway_id: str) -> list[GatewayRoute]:
        """Return what a gateway was told by BGP over its connections (facts H7, H9)."""
        found: list[GatewayRoute] = []
        if not self._topology.connections:
            return found
        for route in self._bgp().of(f"gateways/{gateway_id}"):
            tunnel = route.tunnel
            if route.state == "refused" or tunnel is None:
                continue
            if tunnel.gateway != gateway_id:
                tunnel = self._tunnels.reverse(tunnel)
            rank = (-tunnel.weight, len(route.as_path))
            ref = f"connections/{tunnel.connection}"
            found.append(GatewayRoute(route.prefix, rank, ref, tunnel, route.as_path, told=True))
        return found

    def _programmed(self, vnet: str, server: str, setting: str) -> list[tuple[tuple[int, int], Learned]]:
        """Return what a route server programs of its neighbours' routes, with their rank (facts I2, I3)."""
        groups: dict[Network, list[BgpRoute]] = {}
        for route in self._bgp().of(f"route_servers/{server}"):
            if route.session is None or route.session.internal or route.state == "refused":
                continue
            hop = route.next_hop
            if hop is not None and hop.version == route.prefix.version:
                groups.setdefault(route.prefix, []).append(route)
        rows = []
        for prefix, routes in groups.items():
            shortest = min(len(route.as_path) for route in routes)
            hops = {r.next_hop for r in routes if r.next_hop is not None and len(r.as_path) == shortest}
            ordered = tuple(sorted(hops, key=lambda address: (address.version, int(address))))
            remote = self._topology.route_servers[server].vnet != vnet
            learned = Learned(prefix, ordered, f"route_servers/{server}", "", remote, told=True)
            rows.append(((preference(setting, "nva"), shortest), learned))
        return rows

    def _takes(self, gateway: Gateway, prefix: Network) -> bool:
        """Return whether a gateway keeps a prefix that it hears (facts H7, K10)."""
        ranges = self._topology.vnets[gateway.vnet].address_space
        return carries(gateway, prefix.version) and not any(inside(prefix, own) for own in ranges)

    def _hops(self, gateway: Gateway, routes: list[GatewayRoute]) -> tuple[Address, ...]:
        """Return the next hop a NIC shows: the instances that have a tunnel there, or the public address.

        Source: facts H4, D26.
        """
        if gateway.instances:
            there = {route.tunnel.instance for route in routes if route.tunnel is not None}
            found = (
                address
                for number, address in enumerate(gateway.instances)
                if number in there or any(route.tunnel is None for route in routes)
            )
            return tuple(sorted(found, key=lambda address: (address.version, int(address))))
        public = self._topology.public_ips.get(gateway.public_ip) if gateway.public_ip else None
        return (public.address,) if public is not None else ()
