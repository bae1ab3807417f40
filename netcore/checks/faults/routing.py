"""Faults of route tables, peerings and gateways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from netcore.checks.faults.fault import Fault, added, changed, removed
from netcore.checks.faults.machines import free_addresses, neighbours
from netcore.control.prefixes import inside
from netcore.document.models import NextHopType, Route, RouteTable, Topology
from netcore.document.values import Address
from netcore.words import say


def table_missing(topology: Topology) -> Iterator[Fault]:
    """A subnet has lost its route table, as after it was made anew (fact D60)."""
    for key, subnet in topology.subnets.items():
        if subnet.route_table is not None:
            at = f"subnets/{key}"
            words = say("The subnet {name} has no route table.", name=subnet.name)
            repair = say(
                "Give {name} the table {route_table}.", name=subnet.name, route_table=subnet.route_table
            )
            edit = changed(f"{at}/route_table", subnet.route_table, None)
            yield Fault("table-missing", at, words, repair, *edit)


def table_swapped(topology: Topology) -> Iterator[Fault]:
    """A subnet has the table of another."""
    with_table = [(key, one) for key, one in topology.subnets.items() if one.route_table is not None]
    for (key, here), (_, there) in combinations(with_table, 2):
        if here.route_table != there.route_table and here.vnet == there.vnet:
            at, other = f"subnets/{key}", there.route_table
            words = say(
                "The subnet {name} has the table {other}, which is meant for {there_name}.",
                name=here.name,
                other=other,
                there_name=there.name,
            )
            repair = say("Give {name} the table {route_table}.", name=here.name, route_table=here.route_table)
            edit = changed(f"{at}/route_table", here.route_table, other)
            yield Fault("table-swapped", at, words, repair, *edit)


def route_missing(topology: Topology) -> Iterator[Fault]:
    """A route is no longer in its table. Of IPv6 routes it opens a way around a firewall."""
    for at, table, path, route in _routes(topology):
        words = say("The table {name} has no route for {prefix}.", name=table.name, prefix=route.prefix)
        repair = say("Add the route for {prefix} to {name}.", prefix=route.prefix, name=table.name)
        yield Fault("route-missing", at, words, repair, *removed(path, route))


def hop_gone(topology: Topology) -> Iterator[Fault]:
    """A route leads to an address at which nobody is any more (facts D41, D42).

    Either no NIC holds it, which a warning of the drawing says, or one that lost its VM still does.
    """
    for at, table, path, route in _routes(topology):
        if route.next_hop_type is not NextHopType.VIRTUAL_APPLIANCE:
            continue
        way = say("route for {prefix} in {name}", prefix=route.prefix, name=table.name)
        repair = say("Let the {way} lead to {next_hop_ip}.", way=way, next_hop_ip=route.next_hop_ip)
        for gone in _abandoned(topology, route.next_hop_ip):
            words = say("The {way} leads to {gone}, a NIC without a VM.", way=way, gone=gone)
            edit = changed(f"{path}/next_hop_ip", route.next_hop_ip, gone)
            yield Fault("hop-gone", at, words, repair, *edit)
        free = _beside(topology, route.next_hop_ip)
        if free is not None:
            words = say("The {way} leads to {gone}, which nobody has.", way=way, gone=free)
            edit = changed(f"{path}/next_hop_ip", route.next_hop_ip, free)
            yield Fault("hop-gone", at, words, repair, *edit)


def family_around(topology: Topology) -> Iterator[Fault]:
    """IPv6 packets are led straight to their VM, around the appliance that IPv4 still passes."""
    for at, table, path, route in _routes(topology):
        if isinstance(route.prefix, str) or route.prefix.version == 4:
            continue
        spaces = [
            space
            for subnet in topology.subnets.values()
            if f"route_tables/{subnet.route_table}" == at
            for space in topology.vnets[subnet.vnet].address_space
        ]
        straight = any(inside(route.prefix, space) for space in spaces)
        if straight and route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE:
            way = say("route for {prefix} in {name}", prefix=route.prefix, name=table.name)
            words = say("The {way} leads straight into the network, around any appliance.", way=way)
            repair = say("Let the {way} lead to {next_hop_ip}.", way=way, next_hop_ip=route.next_hop_ip)
            edit = changed(path, route, {"prefix": str(route.prefix), "next_hop_type": "VnetLocal"})
            yield Fault("family-around", at, words, repair, *edit)


def _routes(topology: Topology) -> Iterator[tuple[str, RouteTable, str, Route]]:
    """Yield path and value of each table, and of each of its routes."""
    for key, table in topology.route_tables.items():
        for name, route in table.routes.items():
            yield f"route_tables/{key}", table, f"route_tables/{key}/routes/{name}", route


def _beside(topology: Topology, address: Address | None) -> Address | None:
    """Return a free address of the subnet that holds another."""
    for key, subnet in topology.subnets.items():
        if address is not None and any(
            address.version == prefix.version and address in prefix for prefix in subnet.prefixes
        ):
            free = [one for one in free_addresses(topology, key) if one.version == address.version]
            return free[-1] if free else None
    return None


def _abandoned(topology: Topology, address: Address | None) -> Iterator[Address]:
    """Yield the addresses of NICs without a VM in the subnet of the NIC that holds another."""
    nics = topology.nics.values()
    here = {
        nic.subnet for nic in nics if any(held.address == address for held in nic.configurations.values())
    }
    for nic in nics:
        for held in nic.configurations.values():
            same = address is not None and held.address.version == address.version
            if same and nic.vm is None and nic.subnet in here and held.address != address:
                yield held.address


def order_swapped(topology: Topology) -> Iterator[Fault]:
    """A route leads to another appliance than before, so that a chain is passed in another order."""
    hops = sorted(
        {route.next_hop_ip for *_, route in _routes(topology) if route.next_hop_ip is not None},
        key=lambda address: (address.version, int(address)),
    )
    for at, table, path, route in _routes(topology):
        for other in hops:
            if route.next_hop_ip in (None, other) or other.version != route.next_hop_ip.version:
                continue
            way = say("route for {prefix} in {name}", prefix=route.prefix, name=table.name)
            repair = say("Let the {way} lead to {next_hop_ip}.", way=way, next_hop_ip=route.next_hop_ip)
            edit = changed(f"{path}/next_hop_ip", route.next_hop_ip, other)
            yield Fault(
                "order-swapped", at, say("The {way} leads to {other}.", way=way, other=other), repair, *edit
            )


def black_hole(topology: Topology) -> Iterator[Fault]:
    """A route to nowhere was left behind after an incident (fact D40)."""
    prefixes = [str(prefix) for subnet in topology.subnets.values() for prefix in subnet.prefixes]
    for key, table in topology.route_tables.items():
        if "left-behind" in table.routes:
            continue
        at = f"route_tables/{key}"
        held = {str(route.prefix) for route in table.routes.values()}
        for prefix in prefixes:
            if prefix not in held:
                words = say("The table {name} sends {prefix} nowhere.", name=table.name, prefix=prefix)
                repair = say("Remove the route for {prefix} from {name}.", prefix=prefix, name=table.name)
                edit = added(f"{at}/routes/left-behind", {"prefix": prefix, "next_hop_type": "None"})
                yield Fault("black-hole", at, words, repair, *edit)


def propagation_off(topology: Topology) -> Iterator[Fault]:
    """A table takes no routes of gateways any more (fact D62)."""
    for key, table in topology.route_tables.items():
        if table.gateway_propagation is not False:
            at = f"route_tables/{key}"
            words = say("The table {name} takes no routes of gateways.", name=table.name)
            repair = say("Let the table {name} take routes of gateways.", name=table.name)
            edit = changed(f"{at}/gateway_propagation", table.gateway_propagation, False)
            yield Fault("propagation-off", at, words, repair, *edit)


def forwarded_refused(topology: Topology) -> Iterator[Fault]:
    """A peering takes no forwarded traffic any more (fact G5)."""
    words, repair = say("takes no forwarded traffic"), say("take forwarded traffic")
    yield from _peerings(topology, "forwarded-refused", "allow_forwarded", words, repair)


def access_refused(topology: Topology) -> Iterator[Fault]:
    """A peering no longer lets the two networks reach each other (fact G4)."""
    words, repair = say("lets the other network not in"), say("let the other network in")
    yield from _peerings(topology, "access-refused", "allow_access", words, repair)


def transit_off(topology: Topology) -> Iterator[Fault]:
    """A peering no longer uses the gateway of the other side (fact G6)."""
    words, repair = (
        say("does not use the gateway of the other side"),
        say("use the gateway of the other side"),
    )
    yield from _peerings(topology, "transit-off", "use_remote_gateways", words, repair)


def _peerings(topology: Topology, kind: str, flag: str, words: str, repair: str) -> Iterator[Fault]:
    """Yield the peerings whose flag was switched off."""
    for key, link in topology.peerings.items():
        if getattr(link, flag):
            at, way = (
                f"peerings/{key}",
                say("peering from {vnet} to {remote_vnet}", vnet=link.vnet, remote_vnet=link.remote_vnet),
            )
            edit = changed(f"{at}/{flag}", True, False)
            yield Fault(
                kind,
                at,
                say("The {way} {words}.", way=way, words=words),
                say("Let the {way} {repair}.", way=way, repair=repair),
                *edit,
            )


def connection_down(topology: Topology) -> Iterator[Fault]:
    """A connection to a site is down."""
    for key, connection in topology.connections.items():
        if connection.up:
            at, words = f"connections/{key}", say("The connection {name} is down.", name=connection.name)
            edit = changed(f"{at}/up", True, False)
            yield Fault("connection-down", at, words, say("Bring {name} up.", name=connection.name), *edit)


def peer_missing(topology: Topology) -> Iterator[Fault]:
    """A route server does not know one of its neighbours (fact I1)."""
    for key, server in topology.route_servers.items():
        at = f"route_servers/{key}"
        for name, peer in server.peers.items():
            words = say(
                "The route server {name} does not know its neighbour {address}.",
                name=server.name,
                address=peer.address,
            )
            repair = say("Tell {name} of the neighbour {address}.", name=server.name, address=peer.address)
            yield Fault("peer-missing", at, words, repair, *removed(f"{at}/peers/{name}", peer))


def one_session_only(topology: Topology) -> Iterator[Fault]:
    """An appliance speaks with one address of a route server only (fact I1)."""
    numbers = {server.asn for server in topology.route_servers.values()}
    for at, vm, path, neighbour in neighbours(topology):
        if neighbour.asn in numbers:
            words = say(
                "{name} has no session with {address} of the route server.",
                name=vm.name,
                address=neighbour.address,
            )
            repair = say("Give {name} the neighbour {address}.", name=vm.name, address=neighbour.address)
            yield Fault("one-session-only", at, words, repair, *removed(path, neighbour))
