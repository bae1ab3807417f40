"""Route tables that take one user route after the other, each in microseconds.

A prefix that begins or ends inside an atom splits it: the new atom gets the next number and a copy of the
row of ways, so nothing that is known of others moves. What a route paints is remembered by its length, so
taking it away uncovers the next best one. Then every walk by routes that meets a painted cell is walked
anew. Source: Horn, Kheradmand and Prasad 2017 (Delta-net).

IPv4, for providers whose tables are effective routes. Where one route makes others come or go, ``update``
does it.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

import numpy as np

from netcore.batch import layout as at
from netcore.batch.compile import Compiled
from netcore.batch.loops import fast, inner
from netcore.batch.routes import RouteMaker, Winners, winners_of
from netcore.batch.sheets import Names, Table
from netcore.control.routes import EffectiveRoute, HopType, RouteSource, RouteState
from netcore.errors import NotFound, NotModelled
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Sessions, State
from netcore.words import say

ROOM: Final = 20_000
"""Atoms there is room for before arrays must grow. Ours: some 10,000 routes at once."""

_MOST_STAGES: Final = 8
_CIRCLE: Final = 65_535
"""End of a walk that meets too many next hops."""

_DRAWN, _PUT = 1, 2
"""Of routes with one prefix the larger wins."""


class LiveRoutes:
    """The routes of a compiled network, to be changed; the network itself stays as it is.

    Attributes:
        ways: rows as in ``layout``; those of the network keep their numbers.
    """

    def __init__(self, compiled: Compiled) -> None:
        if compiled.carried.vpc or compiled.carried.by_mac:
            raise NotModelled(say("Route by route only tables of effective routes are changed."))
        network = compiled.network
        self._drawing = drawing_of(network)
        self._compiled = compiled
        number = {
            "vnets": {key: row for row, key in enumerate(compiled.vnet_ids)},
            "nics": {key: row for row, key in enumerate(compiled.nic_ids)},
        }
        self._maker = RouteMaker(
            Run(network, self._drawing, State(), Sessions(), Phase.OPENING),
            number,
            compiled.balancers.number,
            Names(),
            {},
            lambda _: None,
            compiled.routes,
        )
        topology = network.scenario.topology
        subnets = sorted({port.subnet for port in self._drawing.ports.values()})
        self._vnet = [topology.subnets[subnet].vnet for subnet in subnets]
        self._column = {subnet: column for column, subnet in enumerate(subnets)}
        self._columns: dict[str, list[int]] = {}
        for subnet, column in self._column.items():
            self._columns.setdefault(topology.subnets[subnet].route_table or "", []).append(column)
        self._refused = frozenset(
            prefix
            for default in (*network.profile.default_routes, *network.profile.none_prefixes)
            if isinstance(prefix := default, IPv4Network)
        )
        self._endpoints = bool(topology.private_endpoints)
        four = compiled.atoms.count4
        room = four + ROOM
        self._count = four
        self._starts = np.zeros(room, np.uint32)
        self._starts[:four] = compiled.atoms.four
        self._order = np.arange(room, dtype=np.int32)
        self._ways = np.zeros((room, len(subnets)), np.uint16)
        self._owner = np.zeros((room, len(subnets)), np.uint8)
        self._ends = np.zeros((room, len(subnets)), np.uint16)
        self._known: dict[tuple[str, HopType, IPv4Address | None], int] = {}
        self._held: list[dict[tuple[int, int], list[int]]] = []
        for column, subnet in enumerate(subnets):
            self._draw(column, winners_of(network.subnet_routes(subnet).rows))
        self._next = np.full(_CIRCLE, -1, np.int32)
        self._told = 0
        self._is_stage = np.zeros(len(subnets), np.bool_)
        self._tell_stages()
        _walk(self._order, 0, four, 0, True, self._ways, self._next, self._ends)

    @property
    def ways(self) -> Table:
        """Return the rows of ways so far."""
        return self._maker.ways()

    @property
    def crossings(self) -> Table:
        """Return the rows of crossings so far; columns as in ``layout``."""
        return self._maker.crossings()

    def of(self, addresses: Table) -> tuple[Table, Table]:
        """Return for IPv4 addresses, as numbers, what tables say: two arrays [address, subnet of a NIC].

        The first has the row of ``ways`` in the subnet's own table, the second the row at which a walk by
        routes alone ends, or 65535 for a circle. Subnets are in the order of their ids.
        """
        place = np.searchsorted(self._starts[: self._count], addresses, side="right") - 1
        atoms = self._order[place]
        return self._ways[atoms], self._ends[atoms]

    def put(self, table: str, prefix: IPv4Network, hop: HopType, address: IPv4Address | None = None) -> int:
        """Add a user route to a route table, over what the drawing has for the prefix.

        Returns:
            for how many subnets and atoms a walk by routes ends elsewhere now.

        Raises:
            NotModelled: it makes other routes come or go.
            ValueError: there is one for this prefix already.
        """
        if prefix in self._refused or self._endpoints:
            raise NotModelled(say("A user route for {prefix} makes other routes come or go.", prefix=prefix))
        first, length = int(prefix.network_address), prefix.prefixlen
        after = first + (1 << (32 - length))
        begin = self._split(first)
        end = self._split(after) if after < 1 << 32 else self._count
        moved = 0
        for column in self._columns.get(table, ()):
            held = self._held[column].setdefault((first, length), [-1, -1])
            if held[1] >= 0:
                raise ValueError(f"{table} has a route for {prefix} already")
            held[1] = way = self._way(self._vnet[column], hop, address)
            moved += self._paint(begin, end, column, way, length * 2 + _PUT, -1)
        return moved

    def take(self, table: str, prefix: IPv4Network) -> int:
        """Take away a user route that ``put`` has added; returns what ``put`` does.

        Raises:
            NotFound: there is none.
        """
        first, length = int(prefix.network_address), prefix.prefixlen
        after = first + (1 << (32 - length))
        starts = self._starts[: self._count]
        begin = int(starts.searchsorted(np.uint32(first)))
        end = int(starts.searchsorted(np.uint32(after))) if after < 1 << 32 else self._count
        moved = 0
        for column in self._columns.get(table, ()):
            here = self._held[column]
            held = here.get((first, length))
            if held is None or held[1] < 0:
                raise NotFound(
                    say("Nobody has put a route for {prefix} into {table}.", prefix=prefix, table=table)
                )
            held[1] = -1
            if held[0] < 0:
                del here[first, length]
            way, owner = self._best(here, first, length)
            moved += self._paint(begin, end, column, way, owner, length * 2 + _PUT)
        return moved

    def _best(self, here: dict[tuple[int, int], list[int]], first: int, length: int) -> tuple[int, int]:
        """Return the way that covers a prefix now, and who painted it."""
        for shorter in range(length, -1, -1):
            held = here.get((first & _MASKS[shorter], shorter))
            if held is not None:
                put = held[1] >= 0
                return held[put], shorter * 2 + (_PUT if put else _DRAWN)
        return self._maker.none, 0

    def _paint(self, begin: int, end: int, column: int, way: int, owner: int, old: int) -> int:
        everybody = bool(self._is_stage[column])
        return int(
            _paint(
                self._order,
                begin,
                end,
                column,
                everybody,
                self._ways,
                self._owner,
                self._next,
                self._ends,
                way,
                owner,
                old,
            )
        )

    def _split(self, first: int) -> int:
        """Make an address the first of an atom, and return the atom's place in the order of addresses."""
        if self._count == len(self._starts):
            self._grow()
        self._count, place = _split(
            self._starts, self._order, self._count, first, self._ways, self._owner, self._ends
        )
        return int(place)

    def _grow(self) -> None:
        more = len(self._starts)
        for name in ("_starts", "_ways", "_owner", "_ends"):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros_like(array)]))
        self._order = np.concatenate([self._order, np.arange(more, 2 * more, dtype=np.int32)])

    def _draw(self, column: int, winners: Winners) -> None:
        """Paint what the drawing has for one subnet, short prefixes before long ones."""
        found: dict[tuple[int, int], list[int]] = {}
        self._ways[: self._count, column] = self._maker.none
        ordered = sorted((prefix for prefix in winners if prefix.version == 4), key=lambda one: one.prefixlen)
        starts = self._starts[: self._count]
        for prefix in ordered:
            first, last = int(prefix.network_address), int(prefix.broadcast_address)
            way = self._maker.way(self._vnet[column], winners[prefix], [])
            begin, end = np.searchsorted(starts, (first, last + 1))
            self._ways[begin:end, column] = way
            self._owner[begin:end, column] = prefix.prefixlen * 2 + _DRAWN
            found[first, prefix.prefixlen] = [way, -1]
        self._held.append(found)

    def _way(self, vnet: str, hop: HopType, address: IPv4Address | None) -> int:
        key = (vnet, hop, address)
        found = self._known.get(key)
        if found is None:
            hops = () if address is None else (address,)
            state, source = RouteState.ACTIVE, RouteSource.USER
            route = EffectiveRoute(source, state, (_EVERYTHING,), hop, hops)
            found = self._known[key] = self._maker.way(vnet, [route], [])
            self._tell_stages()
        return found

    def _tell_stages(self) -> None:
        """Write down where packets go on that a way hands to an appliance: the column of its subnet."""
        compiled, first = self._compiled, self._told
        ways = self._maker.ways_from(first)
        self._told += len(ways)
        for number, way in enumerate(ways, first):
            kind, thing = way[at.WAY_KIND], way[at.WAY_A]
            if kind == at.WAY_FRONTEND:
                front = compiled.balancers.frontends[thing]
                if front[at.FRONT_RULED] < 1:
                    continue
                rule = compiled.balancers.rules[front[at.FRONT_RULES]]
                if rule[at.RULE_COUNT] < 1:
                    continue
                thing = int(compiled.balancers.members[rule[at.RULE_MEMBERS], at.MEMBER_NIC])
            elif kind != at.WAY_NIC:
                continue
            subnet = self._drawing.ports[compiled.nic_ids[thing]].subnet
            self._next[number] = self._column[subnet]
            self._is_stage[self._column[subnet]] = True


_EVERYTHING: Final = IPv4Network("0.0.0.0/0")
_MASKS: Final = tuple((0xFFFF_FFFF << (32 - length)) & 0xFFFF_FFFF for length in range(33))


@fast
def _split(
    starts: Table, order: Table, count: Any, first: Any, ways: Table, owner: Table, ends: Table
) -> tuple[Any, Any]:
    """Make an address the first of an atom; return how many there are now, and its place."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if starts[middle] < first:
            low = middle + 1
        else:
            high = middle
    if low < count and starts[low] == first:
        return count, low
    atom = order[low - 1]
    _make_room(starts, low, count)
    _make_room(order, low, count)
    starts[low] = first
    order[low] = count
    for column in range(ways.shape[1]):
        ways[count, column] = ways[atom, column]
        owner[count, column] = owner[atom, column]
        ends[count, column] = ends[atom, column]
    return count + 1, low


@inner
def _make_room(numbers: Table, place: Any, count: Any) -> None:
    """Move all numbers from a place on by one.

    An index that cannot be negative lets the compiler move eight at a time.
    """
    one = np.uint64(1)
    for moved in range(np.uint64(count - place)):
        each = np.uint64(count) - moved
        numbers[each] = numbers[each - one]


@fast
def _paint(
    order: Table,
    begin: Any,
    end: Any,
    column: Any,
    everybody: bool,
    ways: Table,
    owner: Table,
    following: Table,
    ends: Table,
    way: Any,
    painter: Any,
    old: Any,
) -> Any:
    """Paint atoms with a way and walk what meets them; return how many walks end elsewhere.

    Args:
        old: the painter whose cells are painted over; -1: those of all that are no longer than this one.
    """
    moved = 0
    for place in range(begin, end):
        atom = order[place]
        if (old < 0 and owner[atom, column] <= painter) or owner[atom, column] == old:
            changes = ways[atom, column] != way
            ways[atom, column] = way
            owner[atom, column] = painter
            if changes:
                moved += _walked(atom, column, everybody, ways, following, ends)
    return moved


@fast
def _walk(
    order: Table,
    begin: Any,
    end: Any,
    column: Any,
    everybody: bool,
    ways: Table,
    following: Table,
    ends: Table,
) -> Any:
    """Walk all that meets some atoms; return how many walks end elsewhere."""
    moved = 0
    for place in range(begin, end):
        moved += _walked(order[place], column, everybody, ways, following, ends)
    return moved


@inner
def _walked(atom: Any, column: Any, everybody: bool, ways: Table, following: Table, ends: Table) -> Any:
    """Walk to an atom from one table, or from all as they may pass that one."""
    moved = 0
    first, after = column, column + 1
    if everybody:
        first, after = 0, ways.shape[1]
    for table in range(first, after):
        there, way, stages = table, ways[atom, table], 0
        while following[way] >= 0:
            if stages == _MOST_STAGES:
                way = _CIRCLE
                break
            there = following[way]
            way = ways[atom, there]
            stages += 1
        if ends[atom, table] != way:
            ends[atom, table] = way
            moved += 1
    return moved
