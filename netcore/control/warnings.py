"""Warnings: what a drawing may hold, and what its maker should know of it. It stays runnable.

A warning is a ``Problem`` by shape, with a code of its own; it stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.control.network import Network
from netcore.control.prefixes import inside
from netcore.control.routes import EffectiveRoute, HopType, RouteSource
from netcore.document.problems import Problem, pointer, quoted
from netcore.words import say


def warnings(network: Network) -> tuple[Problem, ...]:
    """Return the warnings of a network, by pointer; a route of several subnets is named once.

    Source: facts D69, D41, D42, D63.
    """
    found: dict[tuple[str, str], Problem] = {}
    for subnet_id, subnet in network.scenario.topology.subnets.items():
        if subnet.route_table is None:
            continue
        rows = network.subnet_routes(subnet_id).rows
        for problem in (
            *_identical(network, subnet.vnet, rows),
            *_unheld(network, subnet.vnet, rows),
            *_own_subnet(network, subnet_id, rows),
        ):
            found.setdefault((problem.pointer, problem.code), problem)
    return tuple(problem for _, problem in sorted(found.items()))


def _user(rows: tuple[EffectiveRoute, ...]) -> Iterator[EffectiveRoute]:
    return (row for row in rows if row.source is RouteSource.USER)


def _at(row: EffectiveRoute, field: str) -> str:
    return pointer(("topology", *(row.ref or "").split("/"), field))


def _identical(network: Network, vnet: str, rows: tuple[EffectiveRoute, ...]) -> Iterator[Problem]:
    """Yield user routes that repeat a system route: same prefix, same next hop type (fact D69)."""
    if network.profile.card_for_fact("D69") is None:
        return
    system = {
        (prefix, row.next_hop_type)
        for row in rows
        if row.source is RouteSource.DEFAULT
        for prefix in row.prefixes
    }
    own = network.scenario.topology.vnets[vnet].address_space
    system |= {
        (prefix, HopType.NONE)
        for prefix in network.profile.none_prefixes
        if not any(inside(prefix, mine) for mine in own)
    }
    for row in _user(rows):
        for prefix in row.prefixes:
            if (prefix, row.next_hop_type) in system:
                yield Problem(
                    "route-equals-system",
                    _at(row, "prefix"),
                    quoted(
                        say(
                            "{prefix} -> {value}, which is a system route already",
                            prefix=prefix,
                            value=row.next_hop_type.value,
                        )
                    ),
                    say("a route that says something else, or none"),
                    say("Such a pair has been reported to disable both routes; remove the user route."),
                    "D69",
                )


def _unheld(network: Network, vnet: str, rows: tuple[EffectiveRoute, ...]) -> Iterator[Problem]:
    """Yield next hop addresses that nobody holds where the route is used (facts D41, D42)."""
    instances = {
        address for gateway in network.scenario.topology.gateways.values() for address in gateway.instances
    }
    for row in _user(rows):
        for address in row.next_hop_ips:
            if address not in instances and network.owner(vnet, address) is None:
                yield Problem(
                    "next-hop-unheld",
                    _at(row, "next_hop_ip"),
                    quoted(address),
                    say(
                        "an address that something in {vnet} or in a directly peered network holds", vnet=vnet
                    ),
                    say("Packets for this route are dropped; there is no fallback to another route."),
                    "D42",
                )


def _own_subnet(network: Network, subnet_id: str, rows: tuple[EffectiveRoute, ...]) -> Iterator[Problem]:
    """Yield routes of a GatewaySubnet that lead its own addresses away (fact D63)."""
    subnet = network.scenario.topology.subnets[subnet_id]
    if subnet.name.lower() != "gatewaysubnet" or not network.profile.drawing.platform_subnets:
        return
    for row in _user(rows):
        if row.next_hop_type is HopType.VNET_LOCAL:
            continue
        for prefix in row.prefixes:
            if any(inside(prefix, own) for own in subnet.prefixes):
                yield Problem(
                    "gateway-subnet-own",
                    _at(row, "prefix"),
                    quoted(say("{prefix}, inside {name}", prefix=prefix, name=subnet.name)),
                    say("routes for other ranges"),
                    say(
                        "Instances of the gateway reach each other here; a route that leads this away can "
                        "break it."
                    ),
                    "D63",
                )
