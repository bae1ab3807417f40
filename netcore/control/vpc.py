"""Effective routes where route tables belong to people alone: a VPC (facts L6-L9, L14-L16).

A table has one local route per range of the network, the routes of its drawing, and what the network's own
gateway learned, where the table asks for it. Targets are objects; an address in a drawing stands for the
object that holds it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from netcore.control.gateways import Gateways
from netcore.control.prefixes import order
from netcore.control.routes import EffectiveRoute, HopType, RouteSource, RouteState, RouteTableView
from netcore.document.models import NextHopType, Route, Scenario, Topology
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile

_RANK = {RouteSource.USER: 0, RouteSource.DEFAULT: 1, RouteSource.GATEWAY: 2}
"""Static before propagated for the same prefix (fact L7); a route for a range of the network itself replaces
the local one (fact L8)."""

_BY_COLLECTION = {
    "nics": HopType.VIRTUAL_APPLIANCE,
    "load_balancers": HopType.VIRTUAL_APPLIANCE,
    "nat_gateways": HopType.NAT_GATEWAY,
    "internet_gateways": HopType.INTERNET,
    "gateways": HopType.VIRTUAL_NETWORK_GATEWAY,
    "peerings": HopType.VNET_PEERING,
    "transit_gateways": HopType.TRANSIT_GATEWAY,
    "private_endpoints": HopType.BALANCER_ENDPOINT,
}
"""What kind of next hop an object is; keys are collections of the topology (fact L9)."""

_DISPLAY = (RouteSource.DEFAULT, RouteSource.GATEWAY, RouteSource.USER)


class _Row(NamedTuple):
    source: RouteSource
    prefix: Network
    hop: HopType
    target: str | None
    ref: str | None
    hops: tuple[Address, ...]
    facts: tuple[str, ...]


class VpcTables:
    """Makes the routes of subnets and of gateways from the tables of a drawing.

    Args:
        scenario: the drawing.
        profile: which rules hold.
        gateways: what the networks' gateways have learned.
    """

    __slots__ = ("_gateways", "_holders", "_profile", "_topology")

    def __init__(self, scenario: Scenario, profile: Profile, gateways: Gateways) -> None:
        self._topology = scenario.topology
        self._profile = profile
        self._gateways = gateways
        self._holders: dict[tuple[str, Address | None], tuple[HopType, str]] | None = None

    def kind(self, subnet_id: str) -> Hashable:
        """Return what the rows of a subnet depend on: subnets of one kind have the same rows."""
        subnet = self._topology.subnets[subnet_id]
        return subnet.vnet, subnet.route_table or self._topology.vnets[subnet.vnet].main_route_table

    def view(self, subnet_id: str) -> RouteTableView:
        """Return the routes of a subnet: those of its own table, or of the network's main one (fact L7)."""
        subnet = self._topology.subnets[subnet_id]
        table = subnet.route_table or self._topology.vnets[subnet.vnet].main_route_table
        return RouteTableView(self.table_rows(subnet.vnet, table))

    def table_rows(self, vnet: str, table_id: str | None) -> tuple[EffectiveRoute, ...]:
        """Return the rows of a table as a network sees it; None has local routes only (facts L7, L10)."""
        drawn = [*self._local(vnet), *self._static(vnet, table_id), *self._propagated(vnet, table_id)]
        best: dict[Network, _Row] = {}
        for row in sorted(drawn, key=lambda row: (_RANK[row.source], row.ref or "")):
            best.setdefault(row.prefix, row)
        rows = []
        for row in drawn:
            winner = best[row.prefix]
            lost = winner is not row
            rows.append(
                EffectiveRoute(
                    row.source,
                    RouteState.INVALID if lost else RouteState.ACTIVE,
                    (row.prefix,),
                    row.hop,
                    row.hops,
                    row.ref,
                    (winner.ref or winner.hop.value) if lost else None,
                    row.facts,
                    target=row.target,
                )
            )
        return tuple(
            sorted(
                rows,
                key=lambda row: (
                    row.prefixes[0].version,
                    _DISPLAY.index(row.source),
                    order(row.prefixes[0]),
                    row.ref or "",
                ),
            )
        )

    def _local(self, vnet: str) -> Iterator[_Row]:
        """Yield the local route of each range (fact L7)."""
        for prefix in dict.fromkeys(self._topology.vnets[vnet].address_space):
            yield _Row(RouteSource.DEFAULT, prefix, HopType.VNET_LOCAL, None, f"vnets/{vnet}", (), ("L7",))

    def _static(self, vnet: str, table_id: str | None) -> Iterator[_Row]:
        """Yield the routes of the drawing with the objects they mean (facts L8, L9)."""
        table = self._topology.route_tables.get(table_id or "")
        for route_id, route in sorted(table.routes.items()) if table is not None else ():
            hop, target = self._target(vnet, route)
            hops = (route.next_hop_ip,) if route.next_hop_ip is not None else ()
            ref = f"route_tables/{table_id}/routes/{route_id}"
            for prefix in self._prefixes(route):
                inside = any(
                    prefix.version == own.version and prefix.overlaps(own)
                    for own in self._topology.vnets[vnet].address_space
                    if prefix.prefixlen >= own.prefixlen
                )
                facts = ("L7", "L8", "L9") if inside else ("L7", "L9")
                yield _Row(RouteSource.USER, prefix, hop, target, ref, hops, facts)

    def _propagated(self, vnet: str, table_id: str | None) -> Iterator[_Row]:
        """Yield what the network's own gateway learned, where the table asks for it (fact L15)."""
        table = self._topology.route_tables.get(table_id or "")
        if table is None or not self._profile.propagates(table.gateway_propagation):
            return
        for learned in self._gateways.learned(vnet):
            if not learned.remote:
                target = f"gateways/{learned.gateway}"
                hop = HopType.VIRTUAL_NETWORK_GATEWAY
                yield _Row(RouteSource.GATEWAY, learned.prefix, hop, target, learned.ref, (), ("L7", "L15"))

    def _prefixes(self, route: Route) -> tuple[Network, ...]:
        """Return what a route is for: a prefix, or those of a list by name."""
        if not isinstance(route.prefix, str):
            return (route.prefix,)
        return tuple(sorted(set(self._topology.service_tags.get(route.prefix, ())), key=order))

    def _target(self, vnet: str, route: Route) -> tuple[HopType, str | None]:
        """Return the object a route leads to; None where there is none (facts L6, L9)."""
        match route.next_hop_type:
            case NextHopType.RESOURCE:
                collection = (route.target or "").split("/")[0]
                return _BY_COLLECTION.get(collection, HopType.NONE), route.target
            case NextHopType.VIRTUAL_APPLIANCE:
                return self._holder(vnet, route.next_hop_ip)
            case NextHopType.INTERNET:
                return HopType.INTERNET, self.internet_gateway(vnet)
            case NextHopType.VIRTUAL_NETWORK_GATEWAY:
                own = self._gateways.own(vnet)
                return HopType.VIRTUAL_NETWORK_GATEWAY, f"gateways/{own[0]}" if own else None
            case NextHopType.VNET_LOCAL:
                return HopType.VNET_LOCAL, None
            case _:
                return HopType.NONE, None

    def _holder(self, vnet: str, address: Address | None) -> tuple[HopType, str | None]:
        """Return the object of a network that holds an address a route names."""
        if self._holders is None:
            self._holders = {}
            for holder, subnet_id, held, path in _held(self._topology):
                subnet = self._topology.subnets.get(subnet_id or "")
                if subnet is not None:
                    self._holders.setdefault((subnet.vnet, held), (holder, path))
        return self._holders.get((vnet, address), (HopType.VIRTUAL_APPLIANCE, None))

    def internet_gateway(self, vnet: str) -> str | None:
        """Return the path of the internet gateway attached to a network, or None (fact L6)."""
        found = (
            key for key, gateway in sorted(self._topology.internet_gateways.items()) if gateway.vnet == vnet
        )
        key = next(found, None)
        return None if key is None else f"internet_gateways/{key}"


def _held(topology: Topology) -> Iterator[tuple[HopType, str | None, Address | None, str]]:
    """Yield what can hold an address: what it is as a next hop, its subnet, the address, its path."""
    for key, nic in topology.nics.items():
        for configuration in nic.configurations.values():
            yield HopType.VIRTUAL_APPLIANCE, nic.subnet, configuration.address, f"nics/{key}"
    for key, endpoint in topology.private_endpoints.items():
        yield HopType.BALANCER_ENDPOINT, endpoint.subnet, endpoint.address, f"private_endpoints/{key}"
    for key, balancer in topology.load_balancers.items():
        for frontend in balancer.frontends.values():
            yield HopType.VIRTUAL_APPLIANCE, frontend.subnet, frontend.address, f"load_balancers/{key}"
