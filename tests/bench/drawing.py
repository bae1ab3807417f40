"""The standard network as a drawing, so that the product itself can be asked.

What differs from the arrays of ``workload``: a drawing cannot give each subnet other learned routes, so these
are user routes to the gateway; of equal prefixes the winner alone is drawn; and user routes that name a
peering, of which only the hub has some, are left out, as a user route cannot (fact D40).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any, Final

import netcore
from tests.bench.workload import ANY, Hop, Origin, Route, Rule, Workload

POOLS: Final = ("10.0.1.4", "10.0.2.4")
"""Frontends of the two pools of appliances; each stands in the hub's subnet of its third byte."""

FIRST_PRIORITY: Final = 100
GENERAL: Final = 4000
"""The last rules of a group, where the provider's own come otherwise, begin at this priority."""

_PROTOCOLS: Final = {ANY: "*", 6: "tcp", 17: "udp"}

_HOPS: Final = {
    Hop.VNET: "VnetLocal",
    Hop.INTERNET: "Internet",
    Hop.GATEWAY: "VirtualNetworkGateway",
    Hop.NONE: "None",
}


def vm_name(network: Workload, number: int) -> str:
    """Return the id of a VM: its subnet and its place there, such as ``v3-1-17``."""
    subnet, place = divmod(number, network.size.vms)
    return f"{subnet_name(network, subnet)}-{place}"


def subnet_name(network: Workload, number: int) -> str:
    """Return the id of a subnet, such as ``v3-1``."""
    return "v{}-{}".format(*divmod(number, network.size.subnets))


def scenario(network: Workload) -> netcore.Scenario:
    """Return the drawing. It is larger than a document that people may send, so it is not read from one."""
    # As JSON mode: lists stand for tuples.
    return netcore.Scenario.model_validate(document(network))


def document(network: Workload) -> dict[str, Any]:
    """Return the drawing as plain data."""
    size = network.size
    topology: dict[str, dict[str, Any]] = {
        "vnets": {
            f"v{vnet}": {"name": f"v{vnet}", "address_space": [f"10.{vnet}.0.0/16"]}
            for vnet in range(size.vnets)
        },
        "subnets": {
            "gateway": {"name": "GatewaySubnet", "vnet": "v0", "prefixes": ["10.0.255.0/27"]},
        },
        "peerings": {},
        "route_tables": {},
        "security_groups": {},
        "vms": {},
        "nics": {},
        "load_balancers": {f"pool{number}": _balancer(network, number) for number in range(len(POOLS))},
        "gateways": {"vpn": {"name": "vpn", "vnet": "v0"}},
    }
    for vnet in range(1, size.vnets):
        link = {"allow_forwarded": True}
        topology["peerings"][f"hub-{vnet}"] = {
            **link,
            "vnet": "v0",
            "remote_vnet": f"v{vnet}",
            "allow_gateway_transit": True,
        }
        topology["peerings"][f"{vnet}-hub"] = {
            **link,
            "vnet": f"v{vnet}",
            "remote_vnet": "v0",
            "use_remote_gateways": True,
        }
    for number in range(size.vnets * size.subnets):
        _subnet(topology, network, number)
    return {"schema": 1, "name": f"standard network, {len(network.vm_address):,} VMs", "topology": topology}


def _subnet(topology: dict[str, dict[str, Any]], network: Workload, number: int) -> None:
    key = subnet_name(network, number)
    prefix = f"{IPv4Address(int(network.subnet_prefix[number]))}/24"
    topology["route_tables"][key] = {"name": key, "routes": _routes(network.routes[number])}
    topology["security_groups"][key] = {"name": key, "rules": _rules(network.rules[number])}
    topology["subnets"][key] = {
        "name": key,
        "vnet": key.partition("-")[0],
        "prefixes": [prefix],
        "route_table": key,
        "security_group": key,
    }
    size = network.size
    for place in range(size.vms):
        vm = number * size.vms + place
        name = vm_name(network, vm)
        appliance = number in (1, 2) and place < size.pool
        topology["vms"][name] = {"name": name, "guest": {"forwarding": True} if appliance else {}}
        topology["nics"][name] = {
            "name": name,
            "vm": name,
            "subnet": key,
            "ip_forwarding": appliance,
            "configurations": {
                "ip1": {"address": str(IPv4Address(int(network.vm_address[vm]))), "primary": True}
            },
        }


def drawn_routes(routes: list[Route]) -> list[Route]:
    """Return the routes of a table that a drawing can hold: one per prefix, the one that wins."""
    best: dict[tuple[int, int], Route] = {}
    for route in routes:
        held = best.get((route.prefix, route.length))
        if held is None or held.origin < route.origin:
            best[route.prefix, route.length] = route
    return [route for route in best.values() if route.origin is not Origin.SYSTEM and route.hop in _DRAWN]


_DRAWN: Final = (Hop.APPLIANCES, *_HOPS)


def _routes(routes: list[Route]) -> dict[str, dict[str, Any]]:
    found = {}
    for number, route in enumerate(drawn_routes(routes)):
        made = {"prefix": f"{IPv4Address(route.prefix)}/{route.length}"}
        if route.hop is Hop.APPLIANCES:
            made |= {"next_hop_type": "VirtualAppliance", "next_hop_ip": POOLS[route.number]}
        else:
            made["next_hop_type"] = _HOPS[route.hop]
        found[f"r{number}"] = made
    return found


def _rules(both: tuple[list[Rule], list[Rule]]) -> dict[str, dict[str, Any]]:
    found = {}
    for rules, direction in zip(both, ("Outbound", "Inbound"), strict=True):
        for number, rule in enumerate(rules):
            last = len(rules) - number  # the general ones stand at the end
            priority = GENERAL - last if last <= 2 else FIRST_PRIORITY + number
            ports = f"{rule.first_port}-{rule.last_port}" if rule.first_port != rule.last_port else ""
            found[f"{direction[:-5].lower()}-{number}"] = {
                "priority": priority,
                "direction": direction,
                "access": "Allow" if rule.allow else "Deny",
                "protocol": _PROTOCOLS[rule.protocol],
                "source": [f"{IPv4Address(rule.source)}/{rule.source_length}"],
                "destination": [f"{IPv4Address(rule.destination)}/{rule.destination_length}"],
                "destination_ports": [ports or str(rule.first_port)],
            }
    return found


def _balancer(network: Workload, pool: int) -> dict[str, Any]:
    """Return a balancer that gives all ports of its frontend to the first VMs of its subnet."""
    first = (pool + 1) * network.size.vms
    names = [vm_name(network, first + place) for place in range(network.size.pool)]
    rule = {"name": "all", "frontend": "in", "pool": "all", "protocol": "all"}
    return {
        "name": f"pool {pool}",
        "frontends": {"in": {"name": "in", "subnet": f"v0-{pool + 1}", "address": POOLS[pool]}},
        "pools": {
            "all": {
                "name": "all",
                "members": {name: {"nic": name, "configuration": "ip1"} for name in names},
            }
        },
        "rules": {"all": {**rule, "frontend_port": 0, "backend_port": 0}},
    }


def packet(network: Workload, flows: Any, number: int) -> netcore.Packet:
    """Return one of the flows as a question to the engine."""
    return netcore.Packet(
        source=f"vms/{vm_name(network, int(flows.source[number]))}",
        destination=str(IPv4Address(int(flows.destination[number]))),
        protocol=_PROTOCOLS[int(flows.protocol[number])],
        source_port=int(flows.source_port[number]),
        destination_port=int(flows.destination_port[number]),
    )
