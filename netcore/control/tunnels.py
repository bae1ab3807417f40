"""Tunnels: what each connection of the drawing comes to, seen from one gateway.

A connection with a site or another gateway is one tunnel per running pair of ends: each instance of an
active-active gateway has its own (fact H3), and both edges of an ExpressRoute circuit have theirs (fact H11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network

from netcore.control.peering import Peerings
from netcore.document.models import Topology
from netcore.document.outside import Connection, Gateway
from netcore.document.values import Address, Network


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One tunnel, seen from its gateway.

    Args:
        connection: id of the connection.
        instance: number of the gateway's instance that holds it, from 0.
        site: the far end's site, or empty where a gateway is there.
        router: id of the site's router; empty for a site drawn without routers.
        far_gateway: the far end's gateway, or empty.
        static: prefixes this gateway sends into it without being told.
        weight: the larger, the sooner taken; ExpressRoute only (fact H9).
    """

    connection: str
    gateway: str
    instance: int
    site: str = ""
    router: str = ""
    far_gateway: str = ""
    far_instance: int = 0
    static: tuple[Network, ...] = ()
    bgp: bool = False
    weight: int = 0

    @property
    def name(self) -> str:
        """Return a short name, unique at its gateway and at its far end."""
        end = f"{self.router or self.site}" if self.site else f"{self.far_gateway}:{self.far_instance}"
        return f"{self.connection} {self.gateway}:{self.instance}-{end}"

    @property
    def router_ref(self) -> str:
        """Return the path of the far router, or of the site drawn without one."""
        return f"sites/{self.site}/routers/{self.router}" if self.router else f"sites/{self.site}"


class Tunnels:
    """All tunnels that are up, and what the gateways serve.

    Args:
        topology: the drawing.
        peerings: who uses whose gateway.
    """

    def __init__(self, topology: Topology, peerings: Peerings) -> None:
        self._topology = topology
        self._peerings = peerings
        self._served: dict[str, tuple[Network, ...]] = {}

    def of(self, gateway: str) -> tuple[Tunnel, ...]:
        """Return the tunnels of a gateway that are up, by connection, instance and far end."""
        return self._by_gateway.get(gateway, ())

    def to_site(self, site: str) -> tuple[Tunnel, ...]:
        """Return the tunnels that are up between a site and the gateways."""
        return self._by_site.get(site, ())

    def connected(self, gateway: str) -> bool:
        """Return whether a gateway has any connection drawn, up or not."""
        return any(gateway in (c.gateway, c.remote_gateway) for c in self._topology.connections.values())

    def reverse(self, tunnel: Tunnel) -> Tunnel:
        """Return a tunnel between two gateways as the far one sees it."""
        return next(
            other
            for other in self.of(tunnel.far_gateway)
            if (other.far_gateway, other.far_instance, other.instance)
            == (tunnel.gateway, tunnel.instance, tunnel.far_instance)
        )

    def lost(self, gateway: str, destination: Address) -> str | None:
        """Return the id of a connection that is down and would reach an address by typed-in prefixes."""
        up = {tunnel.connection for tunnel in self.of(gateway)}
        for key, connection in sorted(self._topology.connections.items()):
            if key in up or gateway not in (connection.gateway, connection.remote_gateway):
                continue
            prefixes = self._static(gateway, connection, hand_made=True)
            if any(destination in prefix for prefix in prefixes):
                return key
        return None

    def typed(self, gateway: str) -> tuple[Network, ...]:
        """Return the prefixes typed in for a gateway's connections that are up (fact H6)."""
        found: dict[Network, None] = {}
        for tunnel in self.of(gateway):
            connection = self._topology.connections[tunnel.connection]
            found.update(dict.fromkeys(self._static(gateway, connection, hand_made=True)))
        return tuple(found)

    def served(self, gateway: str) -> tuple[Network, ...]:
        """Return the ranges a gateway answers for: its virtual network's and those of peers that use it.

        Source: facts H6, G6; a VPN gateway carries IPv4 only (fact K10).
        """
        found = self._served.get(gateway)
        if found is None:
            drawn = self._topology.gateways[gateway]
            own = self._topology.vnets.get(drawn.vnet)
            ranges = list(own.address_space) if own is not None else []
            for peering in self._peerings.connected(drawn.vnet):
                if self._peerings.between(peering.remote_vnet, drawn.vnet).uses_remote_gateway:
                    ranges += peering.prefixes
            found = self._served[gateway] = tuple(
                dict.fromkeys(prefix for prefix in ranges if carries(drawn, prefix.version))
            )
        return found

    def addresses(self, gateway: str) -> tuple[Address, ...]:
        """Return the addresses a gateway speaks BGP from: its instances, or the last one of its subnet.

        Source: fact H14; that an active-standby gateway takes the last usable address is observed, not
        documented.
        """
        drawn = self._topology.gateways[gateway]
        if drawn.instances:
            return drawn.instances
        subnet = gateway_subnet(self._topology, drawn.vnet)
        if subnet is None:
            return ()
        prefixes = self._topology.subnets[subnet].prefixes
        return tuple(prefix[-2] for prefix in prefixes if prefix.version == 4)[:1]

    @cached_property
    def _by_gateway(self) -> dict[str, tuple[Tunnel, ...]]:
        found: dict[str, list[Tunnel]] = {}
        for tunnel in self._all():
            found.setdefault(tunnel.gateway, []).append(tunnel)
        return {key: tuple(sorted(tunnels, key=lambda t: t.name)) for key, tunnels in found.items()}

    @cached_property
    def _by_site(self) -> dict[str, tuple[Tunnel, ...]]:
        found: dict[str, list[Tunnel]] = {}
        for tunnels in self._by_gateway.values():
            for tunnel in tunnels:
                if tunnel.site:
                    found.setdefault(tunnel.site, []).append(tunnel)
        return {key: tuple(sorted(tunnels, key=lambda t: t.name)) for key, tunnels in found.items()}

    def _all(self) -> Iterator[Tunnel]:
        pairs: dict[frozenset[str], list[str]] = {}
        for key, connection in sorted(self._topology.connections.items()):
            if connection.gateway not in self._topology.gateways:
                continue
            if connection.remote_gateway is None:
                yield from self._with_site(key, connection)
            elif connection.remote_gateway in self._topology.gateways:
                pairs.setdefault(frozenset((connection.gateway, connection.remote_gateway)), []).append(key)
        for gateways, keys in sorted(pairs.items(), key=lambda item: item[1]):
            if len(gateways) == 2:
                yield from self._between(sorted(gateways), keys)

    def _with_site(self, key: str, connection: Connection) -> Iterator[Tunnel]:
        """Yield the tunnels of a connection with a site, if both ends run."""
        site = self._topology.sites.get(connection.site or "")
        if site is None or connection.site is None or not connection.up:
            return
        router = router_of(self._topology, connection)
        if router is not None and site.routers[router].power != "running":
            return
        gateway = self._topology.gateways[connection.gateway]
        for instance in range(instances_of(gateway)):
            yield Tunnel(
                key,
                connection.gateway,
                instance,
                site=connection.site,
                router=router or "",
                static=self._static(connection.gateway, connection),
                bgp=connection.bgp,
                weight=connection.weight if gateway.kind == "expressroute" else 0,
            )

    def _between(self, gateways: list[str], keys: list[str]) -> Iterator[Tunnel]:
        """Yield the tunnels between two gateways: one drawn connection is enough, two must both be up."""
        drawn = {self._topology.connections[key].gateway: key for key in reversed(keys)}
        connections = [self._topology.connections[key] for key in keys]
        if not all(connection.up for connection in connections):
            return
        bgp = all(connection.bgp for connection in connections)
        for near, far in (gateways, gateways[::-1]):
            key = drawn.get(near, keys[0])
            static = self._static(near, self._topology.connections[key])
            for instance in range(instances_of(self._topology.gateways[near])):
                for far_instance in range(instances_of(self._topology.gateways[far])):
                    yield Tunnel(
                        key,
                        near,
                        instance,
                        far_gateway=far,
                        far_instance=far_instance,
                        static=static,
                        bgp=bgp,
                    )

    def _static(self, gateway: str, connection: Connection, hand_made: bool = False) -> tuple[Network, ...]:
        """Return what a gateway sends into a connection without being told by BGP (facts H6, H14).

        Args:
            hand_made: leave out the addresses of BGP neighbours.
        """
        topology = self._topology
        prefixes: list[Network] = []
        here = connection.gateway == gateway
        if here and connection.prefixes is not None:
            prefixes += connection.prefixes
        elif not connection.bgp:
            if connection.remote_gateway is None:
                site = topology.sites.get(connection.site or "")
                prefixes += site.prefixes if site is not None else ()
            else:
                other = connection.remote_gateway if here else connection.gateway
                vnet = (
                    topology.vnets.get(topology.gateways[other].vnet) if other in topology.gateways else None
                )
                prefixes += vnet.address_space if vnet is not None else ()
        if connection.bgp and not hand_made and topology.gateways[gateway].kind == "vpn":
            prefixes += (ip_network(address) for address in self._neighbours(gateway, connection))
        own = topology.gateways[gateway]
        return tuple(dict.fromkeys(prefix for prefix in prefixes if carries(own, prefix.version)))

    def _neighbours(self, gateway: str, connection: Connection) -> tuple[Address, ...]:
        """Return the BGP addresses of a connection's far end."""
        if connection.remote_gateway is not None:
            far = connection.remote_gateway if connection.gateway == gateway else connection.gateway
            return self.addresses(far) if far in self._topology.gateways else ()
        site = self._topology.sites.get(connection.site or "")
        router = router_of(self._topology, connection)
        return (site.routers[router].address,) if site is not None and router is not None else ()


def instances_of(gateway: Gateway) -> int:
    """Return how many instances of a gateway carry traffic at once.

    An active-standby gateway has two as well, of which one carries traffic (fact H2); ExpressRoute always
    has a redundant pair (fact H11).
    """
    if gateway.kind == "expressroute":
        return max(2, len(gateway.instances))
    return max(1, len(gateway.instances))


def carries(gateway: Gateway, version: int) -> bool:
    """Return whether a gateway carries an IP version: VPN gateways are IPv4 only (fact K10)."""
    return version == 4 or gateway.kind != "vpn"


def gateway_subnet(topology: Topology, vnet: str) -> str | None:
    """Return the id of the subnet named GatewaySubnet of a virtual network (fact H1)."""
    return subnet_named(topology, vnet, "GatewaySubnet")


def subnet_named(topology: Topology, vnet: str, name: str) -> str | None:
    """Return the id of the subnet of a virtual network that has a name, whatever its capitals."""
    for key, subnet in sorted(topology.subnets.items()):
        if subnet.vnet == vnet and subnet.name.lower() == name.lower():
            return key
    return None


def router_of(topology: Topology, connection: Connection) -> str | None:
    """Return the id of the router a connection ends at: the named one, or the site's first."""
    site = topology.sites.get(connection.site or "")
    if site is None:
        return None
    if connection.router is not None:
        return connection.router if connection.router in site.routers else None
    return min(site.routers, default=None)
