"""Faults of route tables, peerings and gateways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from netcore.checks.faults.fault import Fault, added, changed, removed
from netcore.checks.faults.machines import free_addresses
from netcore.document.models import NextHopType, Topology
from netcore.document.values import Address


def table_missing(topology: Topology) -> Iterator[Fault]:
    """A subnet has lost its route table, as after it was made anew (fact D60)."""
    for key, subnet in topology.subnets.items():
        if subnet.route_table is not None:
            patch, undo = changed(f"subnets/{key}/route_table", subnet.route_table, None)
            words = f"The subnet {subnet.name} has no route table."
            repair = f"Give {subnet.name} the table {subnet.route_table}."
            yield Fault("table-missing", f"subnets/{key}", words, repair, patch, undo)


def table_swapped(topology: Topology) -> Iterator[Fault]:
    """A subnet has the table of another."""
    with_table = [(key, one) for key, one in topology.subnets.items() if one.route_table is not None]
    for (one, here), (_, there) in combinations(with_table, 2):
        if here.route_table != there.route_table and here.vnet == there.vnet:
            patch, undo = changed(f"subnets/{one}/route_table", here.route_table, there.route_table)
            words = (
                f"The subnet {here.name} has the table {there.route_table}, which is meant for {there.name}."
            )
            repair = f"Give {here.name} the table {here.route_table}."
            yield Fault("table-swapped", f"subnets/{one}", words, repair, patch, undo)


def route_missing(topology: Topology) -> Iterator[Fault]:
    """A route is no longer in its table. Of IPv6 routes it opens a way around a firewall."""
    for key, table in topology.route_tables.items():
        for name, route in table.routes.items():
            patch, undo = removed(f"route_tables/{key}/routes/{name}", route)
            words = f"The table {table.name} has no route for {route.prefix}."
            repair = f"Add the route for {route.prefix} to {table.name}."
            yield Fault("route-missing", f"route_tables/{key}", words, repair, patch, undo)


def hop_gone(topology: Topology) -> Iterator[Fault]:
    """A route leads to an address that nobody has any more (facts D41, D42)."""
    for key, table in topology.route_tables.items():
        for name, route in table.routes.items():
            gone = _beside(topology, route.next_hop_ip)
            if route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE and gone is not None:
                patch, undo = changed(
                    f"route_tables/{key}/routes/{name}/next_hop_ip", route.next_hop_ip, gone
                )
                words = f"The route for {route.prefix} in {table.name} leads to {gone}, which nobody has."
                repair = f"Let the route for {route.prefix} in {table.name} lead to {route.next_hop_ip}."
                yield Fault("hop-gone", f"route_tables/{key}", words, repair, patch, undo)


def _beside(topology: Topology, address: Address | None) -> Address | None:
    """Return a free address of the subnet that holds another."""
    for key, subnet in topology.subnets.items():
        if address is not None and any(
            address.version == prefix.version and address in prefix for prefix in subnet.prefixes
        ):
            free = [one for one in free_addresses(topology, key) if one.version == address.version]
            return free[-1] if free else None
    return None


def order_swapped(topology: Topology) -> Iterator[Fault]:
    """A route leads to another appliance than before, so that a chain is passed in another order."""
    hops = sorted(
        {
            route.next_hop_ip
            for table in topology.route_tables.values()
            for route in table.routes.values()
            if route.next_hop_ip is not None
        },
        key=lambda address: (address.version, int(address)),
    )
    for key, table in topology.route_tables.items():
        for name, route in table.routes.items():
            for other in hops:
                if route.next_hop_ip in (None, other) or other.version != route.next_hop_ip.version:
                    continue
                patch, undo = changed(
                    f"route_tables/{key}/routes/{name}/next_hop_ip", route.next_hop_ip, other
                )
                words = f"The route for {route.prefix} in {table.name} leads to {other}."
                repair = f"Let the route for {route.prefix} in {table.name} lead to {route.next_hop_ip}."
                yield Fault("order-swapped", f"route_tables/{key}", words, repair, patch, undo)


def black_hole(topology: Topology) -> Iterator[Fault]:
    """A route to nowhere was left behind after an incident (fact D40)."""
    for key, table in topology.route_tables.items():
        for subnet in topology.subnets.values():
            for prefix in subnet.prefixes:
                held = any(str(route.prefix) == str(prefix) for route in table.routes.values())
                if not held and "left-behind" not in table.routes:
                    value = {"prefix": str(prefix), "next_hop_type": "None"}
                    patch, undo = added(f"route_tables/{key}/routes/left-behind", value)
                    words = f"The table {table.name} sends {prefix} nowhere."
                    repair = f"Remove the route for {prefix} from {table.name}."
                    yield Fault("black-hole", f"route_tables/{key}", words, repair, patch, undo)


def propagation_off(topology: Topology) -> Iterator[Fault]:
    """A table takes no routes of gateways any more (fact D62)."""
    for key, table in topology.route_tables.items():
        if table.gateway_propagation is not False:
            patch, undo = changed(f"route_tables/{key}/gateway_propagation", table.gateway_propagation, False)
            words = f"The table {table.name} takes no routes of gateways."
            repair = f"Let the table {table.name} take routes of gateways."
            yield Fault("propagation-off", f"route_tables/{key}", words, repair, patch, undo)


def forwarded_refused(topology: Topology) -> Iterator[Fault]:
    """A peering takes no forwarded traffic any more (fact G5)."""
    yield from _peerings(
        topology,
        "forwarded-refused",
        "allow_forwarded",
        True,
        "takes no forwarded traffic",
        "take forwarded traffic",
    )


def access_refused(topology: Topology) -> Iterator[Fault]:
    """A peering no longer lets the two networks reach each other (fact G4)."""
    yield from _peerings(
        topology,
        "access-refused",
        "allow_access",
        True,
        "lets the other network not in",
        "let the other network in",
    )


def transit_off(topology: Topology) -> Iterator[Fault]:
    """A peering no longer uses the gateway of the other side (fact G6)."""
    yield from _peerings(
        topology,
        "transit-off",
        "use_remote_gateways",
        True,
        "does not use the gateway of the other side",
        "use the gateway of the other side",
    )


def _peerings(
    topology: Topology, kind: str, field: str, good: bool, words: str, mend: str
) -> Iterator[Fault]:
    for key, link in topology.peerings.items():
        if getattr(link, field) is good:
            patch, undo = changed(f"peerings/{key}/{field}", good, not good)
            name = f"The peering from {link.vnet} to {link.remote_vnet}"
            yield Fault(
                kind,
                f"peerings/{key}",
                f"{name} {words}.",
                f"Let {name[:1].lower()}{name[1:]} {mend}.",
                patch,
                undo,
            )


def connection_down(topology: Topology) -> Iterator[Fault]:
    """A connection to a site is down."""
    for key, connection in topology.connections.items():
        if connection.up:
            patch, undo = changed(f"connections/{key}/up", True, False)
            words = f"The connection {connection.name} is down."
            yield Fault(
                "connection-down", f"connections/{key}", words, f"Bring {connection.name} up.", patch, undo
            )


def peer_missing(topology: Topology) -> Iterator[Fault]:
    """A route server does not know one of its neighbours (fact I1)."""
    for key, server in topology.route_servers.items():
        for name, peer in server.peers.items():
            patch, undo = removed(f"route_servers/{key}/peers/{name}", peer)
            words = f"The route server {server.name} does not know its neighbour {peer.address}."
            repair = f"Tell {server.name} of the neighbour {peer.address}."
            yield Fault("peer-missing", f"route_servers/{key}", words, repair, patch, undo)


def one_session_only(topology: Topology) -> Iterator[Fault]:
    """An appliance speaks with one address of a route server only (fact I1)."""
    numbers = {server.asn for server in topology.route_servers.values()}
    for key, vm in topology.vms.items():
        for name, neighbour in (vm.guest.bgp.neighbours if vm.guest.bgp else {}).items():
            if neighbour.asn in numbers:
                patch, undo = removed(f"vms/{key}/guest/bgp/neighbours/{name}", neighbour)
                words = f"{vm.name} has no session with {neighbour.address} of the route server."
                repair = f"Give {vm.name} the neighbour {neighbour.address}."
                yield Fault("one-session-only", f"vms/{key}", words, repair, patch, undo)
