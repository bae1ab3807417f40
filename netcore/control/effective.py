"""How the effective routes of a subnet's NICs come about: candidates, then one winner per prefix.

System routes, gateway routes and user routes compete per prefix (fact D20). Losers stay listed as invalid,
except the built-in None routes, which disappear (facts D6, D7, D9).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, ip_network
from itertools import compress

from netcore.control.gateways import Gateways
from netcore.control.peering import Peerings
from netcore.control.prefixes import PrefixIndex, ends, ends_of, inside, order
from netcore.control.routes import (
    HOP_FACTS,
    HOPS,
    Alone,
    DrawnHop,
    EffectiveRoute,
    HopType,
    RouteSource,
    RouteState,
    RouteTableView,
    display,
    user_ref,
)
from netcore.document.models import Route, Scenario, Subnet, Topology
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile

_SOURCE_RANK = {RouteSource.USER: 0, RouteSource.GATEWAY: 1, RouteSource.DEFAULT: 2}
"""User before BGP before system for the same prefix (fact D20)."""

_SYSTEM_RANK = {
    HopType.VNET_LOCAL: 0,
    HopType.VNET_PEERING: 1,
    HopType.VNET_GLOBAL_PEERING: 1,
    HopType.CONNECTED_GROUP: 2,
    HopType.INTERFACE_ENDPOINT: 3,
    HopType.SERVICE_ENDPOINT: 4,
    HopType.INTERNET: 5,
}

_PREFERRED = (
    HopType.VNET_LOCAL,
    HopType.VNET_PEERING,
    HopType.VNET_GLOBAL_PEERING,
    HopType.CONNECTED_GROUP,
    HopType.SERVICE_ENDPOINT,
)
"""System routes that no BGP route beats, however specific (fact D21)."""


@dataclass(slots=True, eq=False)
class _Candidate:
    """A route before the competition. ``rank`` orders candidates of one prefix, lowest first."""

    source: RouteSource
    hop: HopType
    prefixes: tuple[Network, ...]
    rank: tuple[int, int, str]
    hops: tuple[Address, ...] = ()
    ref: str | None = None
    facts: tuple[str, ...] = ()
    lost: dict[Network, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Prefix -> who overrides it, and the facts that say so."""

    @property
    def name(self) -> str:
        """Return how a loser names this route as its winner."""
        return self.ref or self.hop.value

    def add_rows(self, rows: list[EffectiveRoute]) -> None:
        """Add the rows to show: what is left, and what was lost, by winner."""
        if not self.lost:
            rows.append(self._row(RouteState.ACTIVE, self.prefixes, None, self.facts))
            return
        left = tuple(prefix for prefix in self.prefixes if prefix not in self.lost)
        if left:
            rows.append(self._row(RouteState.ACTIVE, left, None, self.facts))
        by_winner: dict[tuple[str, tuple[str, ...]], list[Network]] = {}
        for prefix in self.prefixes:
            if prefix in self.lost:
                by_winner.setdefault(self.lost[prefix], []).append(prefix)
        for (winner, facts), prefixes in sorted(by_winner.items()):
            rows.append(self._row(RouteState.INVALID, tuple(prefixes), winner, (*self.facts, *facts)))

    def _row(
        self, state: RouteState, prefixes: tuple[Network, ...], winner: str | None, facts: tuple[str, ...]
    ) -> EffectiveRoute:
        return EffectiveRoute(
            self.source, state, prefixes, self.hop, self.hops, self.ref, winner, _once(facts)
        )


class EffectiveRoutes:
    """Makes the effective routes of subnets; all NICs of a subnet have the same (facts D1, D12).

    Args:
        scenario: the drawing.
        profile: which rules hold.
    """

    def __init__(self, scenario: Scenario, profile: Profile, peerings: Peerings, gateways: Gateways) -> None:
        self._topology: Topology = scenario.topology
        self._profile = profile
        self._peerings = peerings
        self._gateways = gateways
        self._hops: dict[DrawnHop, DrawnHop] = {}

    def kind(self, subnet_id: str) -> Hashable:
        """Return what the rows of a subnet depend on: subnets of one kind have the same rows."""
        subnet = self._topology.subnets[subnet_id]
        return subnet.vnet, subnet.route_table, subnet_id if subnet.service_endpoints else ""

    def view(self, subnet_id: str) -> RouteTableView:
        """Return the routes of a subnet."""
        subnet = self._topology.subnets[subnet_id]
        table = self._topology.route_tables.get(subnet.route_table or "")
        system = [*self._system(subnet), *self._endpoints(subnet_id, subnet)]
        learned = list(self._learned(subnet))
        if table is None:
            alone, user = Alone(), []
        else:
            alone = self._alone(subnet.route_table or "", table.routes, [*system, *learned])
            user = self._user(alone, table.routes)
        self._give_up_endpoints(system, user)
        self._hold_back_learned(system, learned)
        winners = _compete([*system, *learned, *user])
        rows: list[EffectiveRoute] = []
        for candidate in (*system, *learned, *user):
            candidate.add_rows(rows)
        rows.extend(self._none_rows(subnet, winners))
        return RouteTableView(sorted(rows, key=display), alone)

    def _system(self, subnet: Subnet) -> Iterator[_Candidate]:
        """Yield virtual network, peering and Internet routes (facts D1, D2, D10, D11)."""
        topology = self._topology
        vnet = topology.vnets[subnet.vnet]
        for prefix in dict.fromkeys(vnet.address_space):
            yield _system(HopType.VNET_LOCAL, (prefix,), f"vnets/{subnet.vnet}", ("D1", "D2"))
        for peering in self._peerings.connected(subnet.vnet):
            hop = HopType.VNET_GLOBAL_PEERING if peering.is_global else HopType.VNET_PEERING
            for prefix in peering.prefixes:
                yield _system(hop, (prefix,), f"peerings/{peering.local_id}", ("D10", "D11"))
        for group_id, mates in self._peerings.groups(subnet.vnet):
            prefixes = self._group_prefixes(subnet.vnet, mates)
            if prefixes:
                yield _system(HopType.CONNECTED_GROUP, prefixes, f"connected_groups/{group_id}", ("D10",))
        if self._profile.endpoint_routes:
            for endpoint_id in self._private_endpoints(subnet.vnet):
                prefix = ip_network(topology.private_endpoints[endpoint_id].address)
                ref = f"private_endpoints/{endpoint_id}"
                yield _system(HopType.INTERFACE_ENDPOINT, (prefix,), ref, ("D67", "D11"))
        for default in self._profile.default_routes:
            if default.version == 4 or any(prefix.version == 6 for prefix in vnet.address_space):
                yield _system(HopType.INTERNET, (default,), None, ("D1", "D50"))

    def _group_prefixes(self, vnet: str, mates: tuple[str, ...]) -> tuple[Network, ...]:
        """Return the ranges of the other members of a connected group that do not lie in a network's own."""
        own = self._topology.vnets[vnet].address_space
        found = {
            prefix
            for mate in mates
            for prefix in self._topology.vnets[mate].address_space
            if not any(inside(prefix, mine) for mine in own)
        }
        return tuple(sorted(found, key=order))

    def _private_endpoints(self, vnet: str) -> Iterator[str]:
        """Yield the private endpoints of a network and of those directly peered with it (fact D67)."""
        yield from self._endpoints_of.get(vnet, ())
        for peering in self._peerings.connected(vnet):
            for endpoint_id in self._endpoints_of.get(peering.remote_vnet, ()):
                address = self._topology.private_endpoints[endpoint_id].address
                if any(address in prefix for prefix in peering.prefixes):
                    yield endpoint_id

    @cached_property
    def _endpoints_of(self) -> dict[str, list[str]]:
        """Private endpoints by virtual network."""
        found: dict[str, list[str]] = {}
        for endpoint_id, endpoint in sorted(self._topology.private_endpoints.items()):
            subnet = self._topology.subnets.get(endpoint.subnet)
            if subnet is not None:
                found.setdefault(subnet.vnet, []).append(endpoint_id)
        return found

    def _give_up_endpoints(self, system: Iterable[_Candidate], user: Iterable[_Candidate]) -> None:
        """Mark routes of private endpoints as lost that a user route overrides although it is shorter.

        That takes network policies for route tables on the endpoint's subnet, and a user route that holds
        the endpoint and is at least as long as the range of the network the endpoint is in (fact D67).
        """
        endpoints = [candidate for candidate in system if candidate.hop is HopType.INTERFACE_ENDPOINT]
        if not endpoints:
            return
        drawn = PrefixIndex((prefix, candidate) for candidate in user for prefix in candidate.prefixes)
        for candidate in endpoints:
            endpoint = self._topology.private_endpoints[(candidate.ref or "").split("/")[1]]
            subnet = self._topology.subnets[endpoint.subnet]
            if subnet.endpoint_policies not in ("route-tables", "all"):
                continue
            prefix = candidate.prefixes[0]
            ranges = self._topology.vnets[subnet.vnet].address_space
            home = max((own.prefixlen for own in ranges if inside(prefix, own)), default=prefix.prefixlen)
            winner = drawn.covering(prefix)
            if winner is not None and any(
                inside(prefix, named) and home <= named.prefixlen < prefix.prefixlen
                for named in winner.prefixes
            ):
                candidate.lost[prefix] = (winner.name, ("D67",))

    def _endpoints(self, subnet_id: str, subnet: Subnet) -> Iterator[_Candidate]:
        """Yield one route per service endpoint of the subnet, with all prefixes of the service (D10, D66)."""
        for tag in dict.fromkeys(subnet.service_endpoints):
            prefixes = tuple(sorted(set(self._topology.service_tags.get(tag, ())), key=order))
            if prefixes:
                yield _system(HopType.SERVICE_ENDPOINT, prefixes, f"subnets/{subnet_id}", ("D10", "D66"))

    def _learned(self, subnet: Subnet) -> Iterator[_Candidate]:
        """Yield gateway routes, unless the route table stops their propagation (facts D10, D62)."""
        table = self._topology.route_tables.get(subnet.route_table or "")
        if table is not None and not self._profile.propagates(table.gateway_propagation):
            return
        for route in self._gateways.learned(subnet.vnet):
            yield _Candidate(
                RouteSource.GATEWAY,
                HopType.VIRTUAL_NETWORK_GATEWAY,
                (route.prefix,),
                (_SOURCE_RANK[RouteSource.GATEWAY], 0, ""),
                route.hops,
                route.ref,
                route.facts,
            )

    def _user(self, alone: Alone, drawn: Mapping[str, Route]) -> list[_Candidate]:
        """Return the user routes that may have rivals (facts D40, D25): those that are not alone."""
        found = []
        for route_id in sorted(drawn.keys() - alone.routes.keys()):
            route = drawn[route_id]
            hop = HOPS[route.next_hop_type]
            prefixes, rank = self._user_prefixes(route)
            facts = ("D20", "D25", HOP_FACTS[hop]) if rank else ("D20", HOP_FACTS[hop])
            if prefixes:
                ref = user_ref(alone.table, route_id)
                hops = (route.next_hop_ip,) if route.next_hop_ip is not None else ()
                ranks = (_SOURCE_RANK[RouteSource.USER], rank, ref)
                found.append(_Candidate(RouteSource.USER, hop, prefixes, ranks, hops, ref, facts))
        return found

    def _alone(self, table: str, drawn: Mapping[str, Route], others: Iterable[_Candidate]) -> Alone:
        """Return the user routes whose prefix nothing else has or asks about; nothing is to be settled.

        Args:
            others: all candidates that are no user routes.
        """
        none = Alone(table)
        said = [route.prefix for route in drawn.values()]
        limits = ends_of([prefix for prefix in said if isinstance(prefix, IPv4Network)])
        distinct = {*limits}
        if len(distinct) < len(said) or self._topology.private_endpoints:
            return none
        known = self._hops
        hops = [
            known.setdefault(hop, hop)
            for route in drawn.values()
            for hop in [(route.next_hop_type, route.next_hop_ip)]
        ]
        asked = {*map(ends, (*self._profile.default_routes, *self._profile.none_prefixes))}
        asked.update(ends(prefix) for candidate in others for prefix in candidate.prefixes)
        if asked.isdisjoint(distinct):
            return Alone(table, drawn, limits, hops)
        kept = [limit not in asked for limit in limits]
        routes = dict(compress(drawn.items(), kept))
        return Alone(table, routes, [*compress(limits, kept)], [*compress(hops, kept)])

    def _user_prefixes(self, route: Route) -> tuple[tuple[Network, ...], int]:
        """Return the prefixes of a user route, and its rank among user routes of one prefix (fact D25)."""
        if not isinstance(route.prefix, str):
            return (route.prefix,), 0
        regional = "." in route.prefix
        cloud = route.prefix.split(".")[0] == "AzureCloud"
        rank = (3 if regional else 4) if cloud else (1 if regional else 2)
        return tuple(sorted(set(self._topology.service_tags.get(route.prefix, ())), key=order)), rank

    def _hold_back_learned(self, system: Iterable[_Candidate], learned: list[_Candidate]) -> None:
        """Mark gateway routes inside a network, peering or service endpoint route as lost (fact D21)."""
        if not learned:
            return
        preferred = PrefixIndex(
            (prefix, candidate)
            for candidate in system
            if candidate.hop in _PREFERRED
            for prefix in candidate.prefixes
        )
        for candidate in learned:
            for prefix in candidate.prefixes:
                winner = preferred.covering(prefix)
                if winner is not None:
                    candidate.lost[prefix] = (winner.name, ("D21",))

    def _none_rows(self, subnet: Subnet, winners: dict[Network, _Candidate]) -> Iterator[EffectiveRoute]:
        """Yield the built-in None routes that are left (facts D1, D3-D9)."""
        removed = {
            default.version
            for default in self._profile.default_routes
            if default in winners
            and self._profile.default_removes_none_rows(winners[default].source, winners[default].hop)
        }
        ranges = self._topology.vnets[subnet.vnet].address_space
        for prefix in self._profile.none_prefixes:
            gone = prefix.version in removed or prefix in winners
            if gone or any(inside(prefix, own) for own in ranges):
                continue
            yield EffectiveRoute(
                RouteSource.DEFAULT, RouteState.ACTIVE, (prefix,), HopType.NONE, facts=("D1", "D5", "D47")
            )


@lru_cache
def _once(facts: tuple[str, ...]) -> tuple[str, ...]:
    """Return facts without repetition; there are few combinations."""
    return tuple(dict.fromkeys(facts))


def _system(
    hop: HopType, prefixes: tuple[Network, ...], ref: str | None, facts: tuple[str, ...]
) -> _Candidate:
    rank = (_SOURCE_RANK[RouteSource.DEFAULT], _SYSTEM_RANK[hop], ref or "")
    return _Candidate(RouteSource.DEFAULT, hop, prefixes, rank, (), ref, facts)


def _compete(candidates: list[_Candidate]) -> dict[Network, _Candidate]:
    """Settle every prefix, mark the losers, and return the winners (facts D20 step 2, D25).

    A gateway route that a system route holds back takes no part; but where a user route of the same prefix
    wins, that is what overrides it.
    """
    winners: dict[Network, _Candidate] = {}
    contested: dict[Network, list[_Candidate]] = {}
    for candidate in candidates:
        for prefix in candidate.prefixes:
            first = winners.setdefault(prefix, candidate)
            if first is not candidate or candidate.lost:
                contested.setdefault(prefix, [first]).append(candidate)
    for prefix, rivals in contested.items():
        winner = min(rivals, key=lambda rival: (prefix in rival.lost, rival.rank))
        if prefix in winner.lost:
            del winners[prefix]
            continue
        winners[prefix] = winner
        for rival in rivals:
            if rival is winner:
                continue
            if prefix not in rival.lost or winner.source is RouteSource.USER:
                facts = ("D25",) if rival.source is RouteSource.USER else ("D9", "D20")
                rival.lost[prefix] = (winner.name, facts)
    return winners
