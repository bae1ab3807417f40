"""Effective routes: the rows of one NIC's table, and which of them wins for a destination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from netcore.control.prefixes import PrefixIndex, Range, ends
from netcore.document.models import NextHopType, Route
from netcore.document.values import Address, Network
from netcore.words import say


class RouteSource(StrEnum):
    """Where a route comes from; the words of the provider's tools (fact D11)."""

    DEFAULT = "Default"
    """A system route: virtual network, peering, service endpoint, Internet, None."""
    USER = "User"
    """A route of the subnet's route table."""
    GATEWAY = "VirtualNetworkGateway"
    """Learned by a gateway, or typed in for it."""


class RouteState(StrEnum):
    """Whether a route takes part in forwarding (fact D9)."""

    ACTIVE = "Active"
    INVALID = "Invalid"


class HopType(StrEnum):
    """Next hop types as the provider's tools print them (fact D11)."""

    VNET_LOCAL = "VnetLocal"
    VNET_PEERING = "VNetPeering"
    VNET_GLOBAL_PEERING = "VNetGlobalPeering"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    INTERNET = "Internet"
    NONE = "None"
    SERVICE_ENDPOINT = "VirtualNetworkServiceEndpoint"
    INTERFACE_ENDPOINT = "InterfaceEndpoint"
    """A private endpoint (fact D67)."""
    CONNECTED_GROUP = "ConnectedGroup"
    """The virtual networks that a network manager joins directly."""
    NAT_GATEWAY = "NatGateway"
    """A NAT gateway in a subnet of its own (fact L6)."""
    TRANSIT_GATEWAY = "TransitGateway"
    """A router between networks with tables of its own (fact L16)."""
    BALANCER_ENDPOINT = "GatewayBalancerEndpoint"
    """The way to a gateway balancer's appliances (fact L18)."""


class EffectiveRoute(NamedTuple):
    """One row of a NIC's effective routes.

    Args:
        prefixes: one, or all those of a service tag or endpoint; sorted, never empty.
        next_hop_ips: appliance, or gateway instances (several: equal-cost, fact D26); sorted.
        ref: path of what makes the route, such as ``route_tables/spoke/routes/default``; None for
            the built-in Internet and None routes.
        overridden_by: ``ref`` of the winner, or its next hop type where it has none; None when active.
        facts: fact ids of why the row is there and in this state.
        target: path of the object the route leads to, where routes name objects (fact L9); None where
            there is none, or the type says it all.
    """

    source: RouteSource
    state: RouteState
    prefixes: tuple[Network, ...]
    next_hop_type: HopType
    next_hop_ips: tuple[Address, ...] = ()
    ref: str | None = None
    overridden_by: str | None = None
    facts: tuple[str, ...] = ()
    target: str | None = None

    @property
    def active(self) -> bool:
        """Return whether the route takes part in forwarding."""
        return self.state is RouteState.ACTIVE

    @property
    def text(self) -> str:
        """Return the row as one line, such as ``10.0.0.0/16 -> VirtualAppliance 10.0.2.4``."""
        prefix = (
            str(self.prefixes[0])
            if len(self.prefixes) == 1
            else say("{count} prefixes", count=len(self.prefixes))
        )
        hops = f" {self.target}" if self.target else "".join(f" {address}" for address in self.next_hop_ips)
        return f"{prefix} -> {self.next_hop_type.value}{hops}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "source": self.source.value,
            "state": self.state.value,
            "prefixes": [str(prefix) for prefix in self.prefixes],
            "next_hop_type": self.next_hop_type.value,
            "next_hop_ips": [str(address) for address in self.next_hop_ips],
            "ref": self.ref,
            "overridden_by": self.overridden_by,
            "facts": list(self.facts),
            "target": self.target,
        }


HOPS: Final = {hop.value: hop for hop in HopType}

HOP_FACTS: Final = {
    HopType.VIRTUAL_APPLIANCE: "D41",
    HopType.VIRTUAL_NETWORK_GATEWAY: "D44",
    HopType.VNET_LOCAL: "D45",
    HopType.INTERNET: "D46",
    HopType.NONE: "D47",
}
"""What a user route may name, and the facts about it."""

_IN_ORDER = (
    HopType.VNET_LOCAL,
    HopType.VNET_PEERING,
    HopType.VNET_GLOBAL_PEERING,
    HopType.CONNECTED_GROUP,
    HopType.VIRTUAL_NETWORK_GATEWAY,
    HopType.INTERFACE_ENDPOINT,
    HopType.SERVICE_ENDPOINT,
    HopType.VIRTUAL_APPLIANCE,
    HopType.INTERNET,
    HopType.NONE,
)
_DISPLAY = {hop: place for place, hop in enumerate(_IN_ORDER)}
_SOURCE_DISPLAY = {RouteSource.DEFAULT: 0, RouteSource.GATEWAY: 1, RouteSource.USER: 2}


def display(row: EffectiveRoute) -> tuple[object, ...]:
    """Return the sort key of rows in the order of display: IPv4 first, then by source and type."""
    first = row.prefixes[0]
    start, end = ends(first)
    return (
        first.version,
        _SOURCE_DISPLAY[row.source],
        _DISPLAY[row.next_hop_type],
        start,
        -end,
        row.state is not RouteState.ACTIVE,
        row.ref or "",
    )


def user_ref(table: str, route_id: str) -> str:
    """Return the path of a route in a route table."""
    return f"route_tables/{table}/routes/{route_id}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a table says about one destination.

    Args:
        prefix: the prefix that won; None when nothing matched.
        routes: active routes of that prefix; several mean one of them per flow (fact D26).
        overridden: invalid routes of that prefix or of longer ones that hold the destination too, longest
            prefix first.
    """

    prefix: Network | None
    routes: tuple[EffectiveRoute, ...]
    overridden: tuple[EffectiveRoute, ...]


NOTHING = Selection(None, (), ())


DrawnHop = tuple[NextHopType, Address | None]
"""Next hop type and address of a user route."""


class Alone(NamedTuple):
    """Routes of a route table, each the only one of its prefix and IPv4; read once, column by column.

    Args:
        table: id of the table.
        routes: by id.
        limits: first and last address of each one's prefix.
        hops: next hop of each; equal ones are the same object, so that readers may go by identity.
    """

    table: str = ""
    routes: Mapping[str, Route] = {}
    limits: Sequence[Range] = ()
    hops: Sequence[DrawnHop] = ()


class RouteTableView:
    """The effective routes of a NIC, ready to be asked.

    Args:
        settled: rows that more than one thing had a say in, in the order of display.
        alone: the others. Most routes are like this, so their rows are made only when somebody asks.
    """

    __slots__ = ("_made", "_rows", "alone", "settled")

    def __init__(self, settled: Iterable[EffectiveRoute], alone: Alone = Alone()) -> None:  # noqa: B008
        self.settled = tuple(settled)
        self.alone = alone
        self._rows: tuple[EffectiveRoute, ...] | None = None
        self._made: PrefixIndex[Selection] | None = None

    @property
    def rows(self) -> tuple[EffectiveRoute, ...]:
        """Return all rows in the order of display."""
        if self._rows is None:
            more = [self.row(route_id) for route_id in self.alone.routes]
            self._rows = tuple(sorted((*self.settled, *more), key=display)) if more else self.settled
        return self._rows

    def row(self, route_id: str) -> EffectiveRoute:
        """Return the row of a route that is alone."""
        route = self.alone.routes[route_id]
        hop = HOPS[route.next_hop_type]
        hops = (route.next_hop_ip,) if route.next_hop_ip is not None else ()
        prefix = route.prefix
        assert not isinstance(prefix, str)
        ref = user_ref(self.alone.table, route_id)
        facts = ("D20", HOP_FACTS[hop])
        return EffectiveRoute(RouteSource.USER, RouteState.ACTIVE, (prefix,), hop, hops, ref, None, facts)

    @property
    def _index(self) -> PrefixIndex[Selection]:
        """The rows prepared for lookups, which those who read all rows never need."""
        if self._made is None:
            self._made = self._prepared()
        return self._made

    def _prepared(self) -> PrefixIndex[Selection]:
        winners: dict[Network, list[EffectiveRoute]] = {}
        losers: dict[Network, list[EffectiveRoute]] = {}
        for row in self.rows:
            for prefix in row.prefixes:
                (winners if row.active else losers).setdefault(prefix, []).append(row)
        return PrefixIndex(
            (prefix, Selection(prefix, tuple(winners.get(prefix, ())), tuple(losers.get(prefix, ()))))
            for prefix in {**winners, **losers}
        )

    def select(self, address: Address) -> Selection:
        """Return the routes that win for a destination: longest prefix of the active ones.

        Source: facts D20 (step 1), D22-D24, D30. What wins within a prefix was settled when the table
        was made.
        """
        overridden: tuple[EffectiveRoute, ...] = ()
        for found in self._index.matches(address):
            if found.routes:
                return (
                    Selection(found.prefix, found.routes, overridden + found.overridden)
                    if overridden
                    else found
                )
            overridden += found.overridden
        return Selection(None, (), overridden) if overridden else NOTHING
