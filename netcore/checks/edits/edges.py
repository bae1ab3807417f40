"""Candidate edits of ways out: NAT, public IPs, gateways, connections, sites."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import change, free, put
from netcore.document.models import Topology
from netcore.document.values import Address

_SPARE = {4: ip_network("203.0.113.0/24"), 6: ip_network("2001:db8:ffff::/120")}
"""Where public addresses of an example come from (RFC 5737, RFC 3849)."""


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits that let a packet out of a virtual network, or bring it to what is outside."""
    for nic_id, destination in case.lookups:
        yield from _out(case.topology, nic_id, destination.version)
    for vnet in case.vnets:
        if not any(found.vnet == vnet for found in case.topology.internet_gateways.values()):
            made = put(f"internet_gateways/{free(case.topology.internet_gateways, 'added')}", _named(vnet))
            yield edit("edge.internet_gateway", made, vnet=vnet)
    yield from _gateways(case)


def _named(vnet: str) -> dict[str, str]:
    return {"name": "added", "vnet": vnet}


def _out(topology: Topology, nic_id: str, version: int) -> Iterator[Candidate]:
    nic = topology.nics[nic_id]
    subnet_id = nic.subnet
    subnet = topology.subnets[subnet_id]
    if subnet.default_outbound is not True:
        path = f"subnets/{subnet_id}/default_outbound"
        yield edit("edge.default", change(path, True), subnet=subnet_id)
    public = _public(topology, version)
    key = free(topology.public_ips, "added")
    new = put(f"public_ips/{key}", {"name": key, "address": str(public)})
    for configuration_id, configuration in nic.configurations.items():
        if configuration.public_ip is None and configuration.address.version == version:
            path = f"nics/{nic_id}/configurations/{configuration_id}/public_ip"
            yield edit("edge.public_ip", new, change(path, key), nic=nic_id)
    for nat in sorted(topology.nat_gateways):
        if subnet.nat_gateway != nat:
            path = f"subnets/{subnet_id}/nat_gateway"
            yield edit("edge.nat", change(path, nat), subnet=subnet_id, nat=nat)
    if subnet.nat_gateway is None and version == 4:
        nat = free(topology.nat_gateways, "added")
        made = put(f"nat_gateways/{nat}", {"name": nat, "public_ips": [key]})
        joined = change(f"subnets/{subnet_id}/nat_gateway", nat)
        yield edit("edge.nat_new", new, made, joined, subnet=subnet_id)
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        for pool_id, pool in balancer.pools.items():
            if nic_id not in {member.nic for member in pool.members.values()}:
                continue
            for frontend_id, frontend in balancer.frontends.items():
                if frontend.public_ip is not None:
                    rule = free(balancer.outbound_rules, "added")
                    value = {"name": rule, "frontend": frontend_id, "pool": pool_id}
                    path = f"load_balancers/{balancer_id}/outbound_rules/{rule}"
                    yield edit("edge.outbound_rule", put(path, value), pool=pool_id, balancer=balancer_id)


def _public(topology: Topology, version: int) -> Address:
    """Return an example address that nothing in the drawing has."""
    taken = {public.address for public in topology.public_ips.values()}
    taken |= {host.address for host in topology.hosts.values()}
    first = int(_SPARE[version].network_address)
    found = (ip_address(first + number) for number in range(254, 0, -1))
    return next((address for address in found if address not in taken), ip_address(first))


def _gateways(case: Case) -> Iterator[Candidate]:
    topology = case.topology
    wanted = (case.trace.packet.destination, case.header.destination)
    for gateway_id, gateway in sorted(topology.gateways.items()):
        for destination in dict.fromkeys(wanted):
            for prefix in case.prefixes_for(destination)[:2]:
                path = f"gateways/{gateway_id}/learned/{free(gateway.learned, 'added')}"
                made = put(path, {"prefix": str(prefix)})
                yield edit("gateway.learn", made, gateway=gateway_id, prefix=prefix)
    for connection_id, connection in sorted(topology.connections.items()):
        path = f"connections/{connection_id}"
        if not connection.up:
            yield edit("connection.up", change(f"{path}/up", True), connection=connection_id)
        if connection.prefixes is not None:
            for prefix in case.prefixes_for(case.header.destination)[:2]:
                prefixes = [*map(str, connection.prefixes), str(prefix)]
                sent = change(f"{path}/prefixes", prefixes)
                yield edit("connection.prefix", sent, connection=connection_id, prefix=prefix)
    for site_id, site in sorted(topology.sites.items()):
        for router_id, router in sorted(site.routers.items()):
            if router.power == "stopped":
                path = f"sites/{site_id}/routers/{router_id}/power"
                yield edit("site.router", change(path, "running"), router=router_id, site=site_id)
