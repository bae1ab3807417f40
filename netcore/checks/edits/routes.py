"""Candidate edits of routes: add, change, remove, detach, propagate, service endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import change, free, put, remove
from netcore.document.models import Topology

APPLIANCES = 16
"""Most appliances that are tried as next hop."""


class Hop(NamedTuple):
    """A next hop as a route writes it, and in words."""

    type: str
    ip: str | None
    target: str | None
    text: str


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits of the route tables that decided."""
    topology = case.topology
    for nic, destination in case.lookups:
        subnet_id = topology.nics[nic].subnet
        table = case.table_of(nic)
        hops = _hops(case, subnet_id, destination.version)
        if table is not None:
            drawn = topology.route_tables[table]
            if drawn.gateway_propagation is not True:
                path = f"route_tables/{table}/gateway_propagation"
                yield edit("table.propagation", change(path, True), table=table)
            yield from _drawn(table, drawn.routes, hops)
            if topology.subnets[subnet_id].route_table == table:
                path = f"subnets/{subnet_id}/route_table"
                yield edit("table.detach", change(path, None), table=table, subnet=subnet_id)
        for prefix in case.prefixes_for(destination):
            for hop in hops:
                yield _added(topology, subnet_id, table, str(prefix), hop)
        for tag, prefixes in topology.service_tags.items():
            endpoints = topology.subnets[subnet_id].service_endpoints
            if tag not in endpoints and any(
                destination.version == prefix.version and destination in prefix for prefix in prefixes
            ):
                path = f"subnets/{subnet_id}/service_endpoints"
                yield edit("subnet.endpoint", change(path, [*endpoints, tag]), tag=tag, subnet=subnet_id)


def _drawn(table: str, routes: dict[str, Any], hops: list[Hop]) -> Iterator[Candidate]:
    """Yield changes of the routes that are there."""
    for route_id, route in sorted(routes.items()):
        path = f"route_tables/{table}/routes/{route_id}"
        yield edit("route.remove", remove(path), route=route_id, table=table)
        for hop in hops:
            raw = _route(str(route.prefix), hop)
            if raw != route.model_dump(mode="json"):
                yield edit("route.change", change(path, raw), route=route_id, table=table, hop=hop.text)


def _added(topology: Topology, subnet: str, table: str | None, prefix: str, hop: Hop) -> Candidate:
    route = _route(prefix, hop)
    if table is not None:
        key = free(topology.route_tables[table].routes, "added")
        path = f"route_tables/{table}/routes/{key}"
        return edit("route.add", put(path, route), table=table, prefix=prefix, hop=hop.text)
    key = free(topology.route_tables, f"{subnet[:60]}-routes")
    region = topology.vnets[topology.subnets[subnet].vnet].region
    made = {"name": key, "region": region, "gateway_propagation": True, "routes": {"added": route}}
    return edit(
        "route.table",
        put(f"route_tables/{key}", made),
        change(f"subnets/{subnet}/route_table", key),
        subnet=subnet,
        prefix=prefix,
        hop=hop.text,
    )


def _route(prefix: str, hop: Hop) -> dict[str, Any]:
    return {"prefix": prefix, "next_hop_type": hop.type, "next_hop_ip": hop.ip, "target": hop.target}


def _hops(case: Case, subnet: str, version: int) -> list[Hop]:
    """Return the next hops worth trying: what forwards, and what the network has."""
    topology = case.topology
    vnet = topology.subnets[subnet].vnet
    forwarding = [
        (nic_id, str(found.address))
        for nic_id, nic in sorted(topology.nics.items())
        if nic.ip_forwarding
        for found in nic.configurations.values()
        if found.primary and found.address.version == version
    ]
    # Those on the way first: a mirror route leads to the appliance that the other direction passes.
    forwarding.sort(key=lambda pair: pair[0] not in case.nics)
    frontends = [
        str(frontend.address)
        for _, balancer in sorted(topology.load_balancers.items())
        for frontend in balancer.frontends.values()
        if frontend.address is not None
        and frontend.address.version == version
        and any(rule.protocol == "all" for rule in balancer.rules.values())
    ]
    addresses = [address for _, address in forwarding[:APPLIANCES]] + frontends[:APPLIANCES]
    targets = []
    if case.network.profile.drawing.route_targets == "objects":
        targets = [f"nics/{nic_id}" for nic_id, _ in forwarding[:APPLIANCES]] + _objects(topology, vnet)
    hops = [Hop("VirtualAppliance", address, None, f"VirtualAppliance {address}") for address in addresses]
    hops += [Hop(kind, None, None, kind) for kind in ("VnetLocal", "VirtualNetworkGateway", "Internet")]
    hops += [Hop("Resource", None, target, target) for target in targets]
    return hops


def _objects(topology: Topology, vnet: str) -> list[str]:
    """Return what a route of a virtual network may name besides NICs."""
    found = []
    for collection in ("internet_gateways", "gateways", "nat_gateways", "transit_gateways"):
        found += [
            f"{collection}/{key}"
            for key, there in sorted(getattr(topology, collection).items())
            if getattr(there, "vnet", vnet) == vnet
        ]
    return found + [f"peerings/{key}" for key, link in sorted(topology.peerings.items()) if link.vnet == vnet]
