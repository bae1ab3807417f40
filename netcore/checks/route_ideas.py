"""The idea behind a wrong answer to "which route is it": told by the route that was taken for the winner.

Who names a route that is there and loses has a reason, and how it loses says which: it is shorter, or another
source goes before its own. Where the answer fits routes that lose for different reasons, or none, and nothing
else in the drawing explains it, no idea is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netcore.checks.misconceptions import TABLE, Misconception
from netcore.control.network import Network as Net
from netcore.control.routes import EffectiveRoute, HopType, RouteSource, RouteTableView
from netcore.document.models import Topology
from netcore.document.values import Address, Network

Fits = Callable[[EffectiveRoute, Network], bool]
"""Whether a route with a prefix is what an answer says."""

_PEERED = frozenset((HopType.VNET_PEERING, HopType.VNET_GLOBAL_PEERING))
_DIRECT = frozenset((HopType.VNET_LOCAL, *_PEERED, HopType.CONNECTED_GROUP))


def route_idea(net: Net, nic: str, to: Address, said: Mapping[str, str], fits: Fits) -> Misconception | None:
    """Return the idea of whoever named another route than the one that wins; None: the answer does not tell.

    Args:
        nic: id of the NIC whose route it is.
        said: the answer, field by field, in the words of the tools; without what is not asked.
        fits: of a route with one of its prefixes.

    Source: facts D1, D6, D20-D24, D28, G3; the rules are ours.
    """
    view = net.routes(nic)
    choice = view.select(to)
    if choice.prefix is None or not choice.routes:
        return None
    winner = choice.routes[0]
    ideas = {
        _loser(row, prefix, winner, choice.prefix)
        for row, prefix in _holding(view, to)
        if fits(row, prefix) and not (row in choice.routes and prefix == choice.prefix)
    }
    if not ideas:
        ideas = {_absent(net, nic, to, said, winner, choice.prefix, fits)}
    (idea, *others) = ideas
    return TABLE[idea] if idea and not others else None


def _holding(view: RouteTableView, to: Address) -> Iterator[tuple[EffectiveRoute, Network]]:
    for row in view.rows:
        for prefix in row.prefixes:
            if prefix.version == to.version and to in prefix:
                yield row, prefix


def _loser(row: EffectiveRoute, prefix: Network, winner: EffectiveRoute, longest: Network) -> str | None:
    """Return the idea of whoever took a route that holds the destination for the winner."""
    user, gateway, system = RouteSource.USER, RouteSource.GATEWAY, RouteSource.DEFAULT
    pair = (row.source, winner.source)
    if "D21" in row.facts and not row.active and pair == (gateway, system):
        return "bgp-inside"
    if winner.source is user and row.next_hop_type in _DIRECT:
        return "overlooked-route"
    if prefix.prefixlen < longest.prefixlen:
        return "short-route" if row.source is user else "prefix-length"
    if prefix != longest:
        return None
    return {
        (gateway, user): "bgp-before-user",
        (system, user): "system-first",
        (system, gateway): "system-first",
    }.get(pair)


def _absent(
    net: Net,
    nic: str,
    to: Address,
    said: Mapping[str, str],
    winner: EffectiveRoute,
    longest: Network,
    fits: Fits,
) -> str | None:
    """Return the idea of whoever named a route that the NIC has not."""
    topology = net.scenario.topology
    system = winner.source is RouteSource.DEFAULT
    named = said.get("type", "").casefold()
    if named == HopType.NONE.value.casefold():
        if system and winner.next_hop_type is HopType.VNET_LOCAL:
            return "closed-network"
        return "none-stays" if _without_none(net, to, winner, longest) else None
    if named in {hop.value.casefold() for hop in _PEERED}:
        return "transitive-peering" if _behind_a_peer(topology, nic, to) else None
    if any(fits(row, prefix) for row, prefix in _elsewhere(net, nic, to)):
        return "one-table"
    if not (system and winner.next_hop_type is HopType.VNET_LOCAL):
        return None
    if _of_a_subnet(topology, to, said.get("prefix", "")):
        return "subnet-routes"
    return (
        "closed-network" if said.get("source", "").casefold() == RouteSource.USER.value.casefold() else None
    )


def _of_a_subnet(topology: Topology, to: Address, said: str) -> bool:
    """Return whether a prefix is the one of the subnet that an address is in."""
    held = (prefix for subnet in topology.subnets.values() for prefix in subnet.prefixes if to in prefix)
    return said in {str(prefix) for prefix in held}


def _without_none(net: Net, to: Address, winner: EffectiveRoute, longest: Network) -> bool:
    """Return whether a default route of the user took the built-in None route of the destination away."""
    return (
        winner.source is RouteSource.USER
        and longest in net.profile.default_routes
        and net.profile.default_removes_none_rows(winner.source, winner.next_hop_type)
        and any(prefix.version == to.version and to in prefix for prefix in net.profile.none_prefixes)
    )


def _behind_a_peer(topology: Topology, nic: str, to: Address) -> bool:
    """Return whether the destination is in a network that a peer is joined with, and the NIC's own is not."""
    own = topology.subnets[topology.nics[nic].subnet].vnet
    near = {link.remote_vnet for link in topology.peerings.values() if link.vnet == own}
    far = {link.remote_vnet for link in topology.peerings.values() if link.vnet in near}
    there = {
        name for name, vnet in topology.vnets.items() if any(to in prefix for prefix in vnet.address_space)
    }
    return bool(there & far) and not there & (near | {own})


def _elsewhere(net: Net, nic: str, to: Address) -> Iterator[tuple[EffectiveRoute, Network]]:
    """Yield the user routes of other tables that hold the destination, as other NICs have them."""
    topology = net.scenario.topology
    own = topology.subnets[topology.nics[nic].subnet].route_table
    tables = {own}
    for key, one in topology.nics.items():
        table = topology.subnets[one.subnet].route_table
        if table in tables:
            continue
        tables.add(table)
        for row, prefix in _holding(net.routes(key), to):
            if row.source is RouteSource.USER:
                yield row, prefix
