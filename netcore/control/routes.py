"""Effective routes: the rows of one NIC's table, and which of them wins for a destination."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from netcore.control.prefixes import PrefixIndex
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


class RouteTableView:
    """The effective routes of a NIC, ready to be asked.

    Args:
        rows: in the order of display.
    """

    __slots__ = ("_made", "rows")

    def __init__(self, rows: Iterable[EffectiveRoute]) -> None:
        self.rows = tuple(rows)
        self._made: PrefixIndex[Selection] | None = None

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
