"""Route tables as arrays: the way a packet goes, by table and atom of the destination."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from netcore.batch import layout
from netcore.batch.answers import CODE_NUMBERS
from netcore.batch.atoms import Atoms, Boundaries
from netcore.batch.loops import fast
from netcore.batch.pages import Paged, Pager
from netcore.batch.sheets import Names, Sheet, Table, column
from netcore.control.owners import Owner
from netcore.control.peering import LinkState
from netcore.control.prefixes import ends
from netcore.control.routes import EffectiveRoute, HopType, RouteSource, RouteState, RouteTableView
from netcore.document.values import Address
from netcore.document.values import Network as Prefix
from netcore.forwarding.fabric import is_server
from netcore.forwarding.hashing import chooser
from netcore.forwarding.run import Run

Way = tuple[int, int, int, int]

_USER = RouteSource.USER

_MANY_CHOOSERS = 4_000_000
"""Most choosers of equal routes that are tabled; beyond it a walk answers."""


@dataclass
class Routes:
    """Tables of routes; columns as in ``layout``.

    Attributes:
        paged: [table, atom], row of ``ways``.
        table_of: subnet id, or path of a door -> table.
        ways, crossings: see ``layout``.
        equals: rows of ``ways`` of groups of equal routes.
        labels: table -> what its groups hash, in the order of their choosers.
    """

    paged: Paged
    table_of: dict[str, int]
    ways: Table
    crossings: Table
    equals: Table
    labels: list[list[str]]

    @property
    def fib(self) -> Table:
        """Return all of ``paged``, made anew at each call."""
        return self.paged.dense()


Asked = Iterable[tuple[str, str, RouteTableView]]
"""Tables: subnet or path of a door, the network that it is read in, and the rows."""


def bound(tables: Asked, boundaries: Boundaries) -> None:
    """Make every prefix of a route a union of atoms, and every next hop an atom."""
    # By id, as most routes share the objects of the drawing, and numbers hash faster.
    addresses: dict[int, Address] = {}
    prefixes: dict[int, Prefix] = {}
    for view in {id(view): view for _, _, view in tables}.values():
        for row in view.settled:
            addresses.update({id(address): address for address in row.next_hop_ips})
            prefixes.update({id(prefix): prefix for prefix in row.prefixes})
        hops = {id(hop): hop for hop in view.alone.hops}.values()  # hashing them takes longer
        addresses.update({id(address): address for _, address in hops if address is not None})
        boundaries.ranges(view.alone.limits)
    for address in addresses.values():
        boundaries.address(address)
    for prefix in prefixes.values():
        boundaries.prefix(prefix)


class RouteMaker:
    """Makes the tables of routes.

    Args:
        number: ``vnets``, ``nics``: id -> row.
        frontends: balancer and frontend -> row.
        doors: path of a door -> row.
        count_hard: told why a way is left to the walk.
        earlier: routes whose ways, crossings and groups of equal ways keep their numbers.

    Attributes:
        none: the way of what no route is for.
    """

    def __init__(
        self,
        run: Run,
        number: Mapping[str, Mapping[str, int]],
        frontends: Mapping[tuple[str, str], int],
        names: Names,
        doors: Mapping[str, int],
        count_hard: Callable[[str], None],
        earlier: Routes | None = None,
    ) -> None:
        self._run = run
        self._network = network = run.network
        self._doors = doors
        self._drawing = run.drawing
        self._number = number
        self._frontends = frontends
        self._names = names
        self._count_hard = count_hard
        self._ways = Sheet(layout.WAY_COLUMNS)
        self._crossings = Sheet(layout.CROSS_COLUMNS)
        self._equals: list[int] = []
        if earlier is not None:
            self._ways.take(earlier.ways)
            self._crossings.take(earlier.crossings)
            self._equals += earlier.equals.tolist()
        self._vpc = network.profile.routing == "vpc-tables"
        self.none = self._ways.once(*_drop("ROUTE_NONE_SYSTEM", no_way_out=True))
        self._known: dict[Hashable, int] = {}

    def ways(self) -> Table:
        """Return the rows of ways so far."""
        return self._ways.table()

    def ways_from(self, first: int) -> list[Sequence[int]]:
        """Return the rows of ways from a number on; costs nothing for the ones before."""
        return self._ways.rows[first:]

    def crossings(self) -> Table:
        """Return the rows of crossings so far."""
        return self._crossings.table()

    def made(self, asked: Asked, atoms: Atoms) -> Routes:
        """Return the tables; those of one network and one view are one."""
        pager = Pager(atoms.count)
        labels: list[list[str]] = []
        table_of: dict[str, int] = {}
        known: dict[Hashable, int] = {}
        for name, vnet, view in asked:
            key = (vnet, id(view))
            if key not in known:
                known[key] = len(known)
                hashed: list[str] = []
                pager.add(*self._table(vnet, view, atoms, hashed))
                labels.append(hashed)
            table_of[name] = known[key]
        if len(self._ways) > 65_535:
            raise OverflowError("a network has more kinds of next hops than 16 bits can number")
        ways, crossings = self._ways.table(), self._crossings.table()
        return Routes(pager.made(), table_of, ways, crossings, column(self._equals), labels)

    def _table(self, vnet: str, view: RouteTableView, atoms: Atoms, labels: list[str]) -> tuple[Table, Table]:
        """Return one table as runs of atoms: the first of each, int64, and its way, uint16."""
        winners = winners_of(view.settled)
        ways = [self.way(vnet, routes, labels) for routes in winners.values()]
        starts, stops = atoms.spans((each.version, *ends(each)) for each in winners)
        # The others lead to one of a few next hops, known by id; any route to one of them tells its way.
        alone = view.alone
        hops = [*map(id, alone.hops)]
        of_hop = {
            hop: self.way(vnet, [view.row(route_id)], labels)
            for hop, route_id in dict(zip(hops, alone.routes, strict=True)).items()
        }
        ways += map(of_hop.__getitem__, hops)
        more = atoms.spans_of(alone.limits)
        begin, end = (
            np.append(np.array(one, np.int64), other) for one, other in ((starts, more[0]), (stops, more[1]))
        )
        order = np.lexsort((-end, begin))
        return _runs(begin[order], end[order], np.array(ways, np.uint16)[order], self.none, atoms.count)

    def way(self, vnet: str, routes: list[EffectiveRoute], labels: list[str]) -> int:
        """Return the way of the routes that win for a prefix, see ``fabric._one_of``."""
        if self._vpc:
            # Of equal routes the first one counts, and its target is the object.
            route = routes[0]
            said = (vnet, route.next_hop_type, route.target, route.next_hop_ips)
            if said not in self._known:
                self._known[said] = self._ways.once(*self._object(vnet, route))
            return self._known[said]
        if len(routes) == 1 and len(routes[0].next_hop_ips) < 2:
            route = routes[0]
            address = route.next_hop_ips[0] if route.next_hop_ips else None
            # What a user route is called does not matter.
            ref = None if route.source is RouteSource.USER else route.ref
            key = (vnet, route.next_hop_type, route.source, address, ref)
            way = self._known.get(key)
            if way is None:
                way = self._known[key] = self._ways.once(*self._single(vnet, route, address))
            return way
        pairs = [(route, address) for route in routes for address in route.next_hop_ips or (None,)]
        members = [self._ways.once(*self._single(vnet, route, address)) for route, address in pairs]
        some_are_hard = any(self._ways.rows[member][0] == layout.WAY_HARD for member in members)
        if some_are_hard and self._run.state.down_instances:
            # Which of them there are to choose from hangs on what runs, see ``fabric._live_hops``.
            return self._ways.once(*self._hard("equal routes to gateways of which one is down"))
        start = len(self._equals)
        self._equals += members
        offset = len(labels)
        labels += [f"{address or route.next_hop_type.value}" for route, address in pairs]
        return self._ways.once(layout.WAY_EQUAL, start, len(members), offset)

    def _single(self, vnet: str, route: EffectiveRoute, address: Address | None) -> Way:
        """Return what one route with one next hop means, see ``fabric.look``."""
        match route.next_hop_type:
            case HopType.NONE:
                user = route.source is RouteSource.USER
                return _drop("ROUTE_NONE_USER" if user else "ROUTE_NONE_SYSTEM")
            case HopType.VNET_LOCAL:
                return layout.WAY_LOCAL, -1, -1, -1
            case HopType.VNET_PEERING | HopType.VNET_GLOBAL_PEERING:
                return self._peer(vnet, route)
            case HopType.VIRTUAL_APPLIANCE:
                return self._appliance(vnet, address)
            case HopType.VIRTUAL_NETWORK_GATEWAY:
                return self._gateway(vnet, route, address)
            case HopType.INTERNET:
                return layout.WAY_INTERNET, -1, -1, -1
            case _:
                return self._hard(f"route to {route.next_hop_type.value}")

    def _object(self, vnet: str, route: EffectiveRoute) -> Way:
        """Return what a route to an object means, see ``vpc._to_target``."""
        kind, _, key = (route.target or "").partition("/")
        match route.next_hop_type:
            case HopType.NONE:
                return _drop("ROUTE_NONE_USER", no_way_out=True)
            case HopType.VNET_LOCAL:
                return layout.WAY_LOCAL, -1, -1, -1
            case HopType.INTERNET if route.target is not None:
                return layout.WAY_INTERNET, self._names.number(route.target), -1, -1
            case HopType.INTERNET:
                return _drop("NO_GATEWAY", no_way_out=True)
            case HopType.VIRTUAL_NETWORK_GATEWAY if route.target is None:
                return _drop("NO_GATEWAY")
            case HopType.VNET_PEERING:
                return self._by_hand(vnet, key)
            case HopType.NAT_GATEWAY:
                return self._nat(key)
            case HopType.VIRTUAL_NETWORK_GATEWAY | HopType.TRANSIT_GATEWAY | HopType.BALANCER_ENDPOINT:
                return self._hard(f"route to {route.next_hop_type.value}")
            case _ if kind == "nics":
                return layout.WAY_NIC, self._number["nics"][key], -1, -1
            case _ if kind == "load_balancers":
                return _drop("NOT_MODELLED")
            case _:
                return _drop("NH_UNREACHABLE")

    def _by_hand(self, vnet: str, key: str) -> Way:
        """Return the way over a peering that a route names, see ``vpc._over_peering``."""
        link = self._network.scenario.topology.peerings[key]
        remote = link.remote_vnet if link.vnet == vnet else link.vnet
        at = self._names.number(f"peerings/{key}")
        if not self._network.peering(vnet, remote).connected:
            return layout.WAY_DROP_AT, CODE_NUMBERS["PEERING_NOT_CONNECTED"], at, -1
        return layout.WAY_BY_HAND, self._number["vnets"][remote], at, -1

    def _nat(self, key: str) -> Way:
        """Return the way through a NAT gateway in a subnet, see ``vpc_edge.translate``."""
        path = f"nat_gateways/{key}"
        if path not in self._doors:
            return self._hard("NAT gateway that stands in no subnet")
        nat = self._network.scenario.topology.nat_gateways[key]
        zone = nat.zone or self._network.scenario.topology.subnets[nat.subnet or ""].zone
        if zone in self._run.state.down_zones:
            return self._hard("NAT gateway whose zone is lost")
        return layout.WAY_NAT, self._doors[path], -1, -1

    def _peer(self, vnet: str, route: EffectiveRoute) -> Way:
        link = self._network.scenario.topology.peerings.get((route.ref or "").removeprefix("peerings/"))
        if link is None or link.remote_vnet == vnet:
            return self._hard("peering that is not drawn")
        remote = link.remote_vnet
        return layout.WAY_PEER, self._number["vnets"][remote], self._crossing(vnet, remote), -1

    def _appliance(self, vnet: str, address: Address | None) -> Way:
        """Return the way to whoever holds a next hop, see ``fabric._to_appliance``."""
        if address is None:
            return _drop("ROUTE_INVALID_NH")
        if address in self._run.state.in_transit:
            return _drop("IP_IN_TRANSIT")
        owner = self._network.owner(vnet, address)
        if owner is None:
            return self._nobody(vnet, address)
        if owner.kind == "endpoint":
            return self._hard("private endpoint as a next hop")
        crossing = -1 if owner.vnet == vnet else self._crossing(vnet, owner.vnet)
        return self.to(owner, crossing)

    def to(self, owner: Owner, crossing: int) -> Way:
        """Return the way to a holder of a next hop."""
        if owner.kind == "nic":
            return layout.WAY_NIC, self._number["nics"][owner.nic], crossing, -1
        return layout.WAY_FRONTEND, self._frontends[owner.balancer, owner.frontend], crossing, -1

    def _nobody(self, vnet: str, address: Address) -> Way:
        """Return what becomes of packets for a next hop that nobody near holds."""
        near = (
            any(
                (owner := self._network.owner(other, address)) is not None and owner.vnet == other
                for other in self._drawing.linked(vnet)
            )
            or any(self._network.owners.held(mate, address) for mate in self._network.peerings.mates(vnet))
            or self._drawing.gateway_at(vnet, address) is not None
        )
        return self._hard("next hop beyond what is peered") if near else _drop("NH_UNREACHABLE")

    def _gateway(self, vnet: str, route: EffectiveRoute, address: Address | None) -> Way:
        if route.source is not RouteSource.USER and route.ref is not None and is_server(route):
            return self._appliance(vnet, address)
        if route.source is RouteSource.USER or route.ref is None:
            serving = self._network.gateways.usable(vnet)
            if not serving:
                return _drop("NO_GATEWAY")
            vpn = self._network.scenario.topology.gateways[serving[0]].kind == "vpn"
            if len(serving) > 1 or not vpn:
                return _drop("ROUTE_INVALID_NH")
        return self._hard("route to a gateway")

    def _crossing(self, vnet: str, remote: str) -> int:
        """Return the row of what a peering carries, see ``crossing.cross``."""
        receiving = self._network.peering(remote, vnet)
        at = f"peerings/{receiving.local_id}" if receiving.local_id else f"vnets/{remote}"
        shut = receiving.state is not LinkState.CONNECTED or not receiving.allow_access
        return self._crossings.once(
            self._number["vnets"][vnet],
            CODE_NUMBERS["PEERING_NOT_CONNECTED"] if shut else 0,
            self._names.number(at),
            int(receiving.allow_forwarded),
            int(receiving.is_global),
        )

    def _hard(self, why: str) -> Way:
        self._count_hard(why)
        return layout.WAY_HARD, -1, -1, -1


@fast
def _runs(starts: Table, stops: Table, ways: Table, none: int, size: int) -> tuple[Table, Table]:
    """Return where runs of atoms begin, and the way of each: that of the longest prefix that holds them.

    Args:
        starts, stops: of prefixes, by start, long runs of atoms before short ones. Of two prefixes one holds
            the other, or they have nothing in common, so those that hold an atom are a stack.
        none: way of atoms without a prefix.
        size: number of atoms.
    """
    most = len(starts)
    cuts, found = np.zeros(2 * most + 1, np.int64), np.full(2 * most + 1, none, np.uint16)
    inside, count, begun = np.empty(most, np.int64), 1, 0
    depth = 0
    while begun < most or depth > 0:
        if depth > 0 and (begun == most or stops[inside[depth - 1]] <= starts[begun]):
            depth -= 1
            at = stops[inside[depth]]
        else:
            at = starts[begun]
            inside[depth] = begun
            depth += 1
            begun += 1
        way = ways[inside[depth - 1]] if depth > 0 else none
        if at == cuts[count - 1]:
            count -= 1  # nothing lies between
        if at < size and (count == 0 or found[count - 1] != way):
            cuts[count], found[count] = at, way
            count += 1
    return cuts[:count], found[:count]


Winners = dict[Prefix, list[EffectiveRoute]]
"""Prefix -> the routes that hold for it."""


def winners_of(rows: Iterable[EffectiveRoute]) -> Winners:
    """Return the routes that hold, by prefix."""
    winners: Winners = {}
    for row in rows:
        if row.state is RouteState.ACTIVE:
            for prefix in row.prefixes:
                winners.setdefault(prefix, []).append(row)
    return winners


def choosers(
    labels: list[list[str]], ports: list[tuple[str, int]], count_hard: Callable[[str], None]
) -> tuple[Table, list[int]]:
    """Return what NICs hash for their equal routes, and where each NIC's begins; -1: a walk answers.

    Args:
        ports: id and table of every NIC.
    """
    values: list[int] = []
    starts: list[int] = []
    for nic, table in ports:
        if len(values) > _MANY_CHOOSERS:
            count_hard("equal routes of very many NICs")
            starts.append(-1)
            continue
        starts.append(len(values))
        values += [chooser(f"routes|{nic}", label) for label in labels[table]]
    return column(values, np.uint64), starts


def _drop(code: str, *, no_way_out: bool = False) -> Way:
    return layout.WAY_DROP, CODE_NUMBERS[code], int(no_way_out), -1
