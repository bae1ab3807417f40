"""What gateways hand to the subnets: learned prefixes after the filters of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control.peering import Peerings
from netcore.control.prefixes import PrefixIndex, inside, order
from netcore.control.tunnels import Tunnel, Tunnels, carries
from netcore.document.models import Topology
from netcore.document.outside import Gateway
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile


@dataclass(frozen=True, slots=True)
class Learned:
    """A prefix that a virtual network reaches by a gateway.

    Args:
        hops: addresses of the gateway's instances, or its public address; sorted.
        ref: path of what makes the route in the document: a learned route, a connection, a gateway.
        remote: the gateway stands in a peered virtual network (fact G6).
    """

    prefix: Network
    hops: tuple[Address, ...]
    ref: str
    gateway: str
    remote: bool


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

    def __init__(self, topology: Topology, peerings: Peerings, profile: Profile, tunnels: Tunnels) -> None:
        self._topology = topology
        self._peerings = peerings
        self._profile = profile
        self._tunnels = tunnels
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
            routes = [*self._shorthand(gateway_id), *self._typed(gateway_id)]
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
        connection = self._topology.connections.get(key)
        if connection is None:
            return None
        usable = self.usable(vnet)
        return next((end for end in (connection.gateway, connection.remote_gateway) if end in usable), None)

    def _learn(self, vnet: str) -> tuple[Learned, ...]:
        best: dict[Network, tuple[tuple[int, int], Learned]] = {}
        for gateway_id in self.usable(vnet):
            gateway = self._topology.gateways[gateway_id]
            groups: dict[Network, list[GatewayRoute]] = {}
            for route in self.routes(gateway_id):
                group = groups.setdefault(route.prefix, [route])
                if group[0] is not route and group[0].rank == route.rank:
                    group.append(route)
            for prefix, group in groups.items():
                rank = (0 if gateway.kind == "expressroute" else 1, group[0].rank[1])
                refs = {route.ref for route in group}
                ref = group[0].ref if len(refs) == 1 or group[0].tunnel is None else f"gateways/{gateway_id}"
                learned = Learned(prefix, self._hops(gateway, group), ref, gateway_id, gateway.vnet != vnet)
                if prefix not in best or rank < best[prefix][0]:
                    best[prefix] = (rank, learned)
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
