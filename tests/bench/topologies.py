"""Hub-and-spoke documents of any size, and flows through them; the same for the same seed."""

from __future__ import annotations

import random
from typing import Any

import netcore

VMS_OF_A_SPOKE = 50
FIREWALL = "10.0.0.100"


def hub_and_spoke(vms: int) -> dict[str, Any]:
    """Return a document with about ``vms`` VMs: spokes of 50, and two firewalls behind a balancer in the hub.

    [a] -- (spoke N) == hub: (balancer) -> {fw1} or {fw2} == (spoke M) -- [b]; the firewalls lead to the
    Internet. Every subnet of a spoke has a route table and a security group of ten rules.
    """
    topology: dict[str, dict[str, Any]] = {
        "vnets": {"hub": {"name": "hub", "address_space": ["10.0.0.0/16"]}},
        "subnets": {"dmz": {"name": "dmz", "vnet": "hub", "prefixes": ["10.0.0.0/24"]}},
        "peerings": {},
        "route_tables": {
            "spoke": {
                "name": "spoke",
                "routes": {
                    "default": {
                        "prefix": "0.0.0.0/0",
                        "next_hop_type": "VirtualAppliance",
                        "next_hop_ip": FIREWALL,
                    }
                },
            }
        },
        "security_groups": {"spoke": {"name": "spoke", "rules": _rules()}},
        "vms": {},
        "nics": {},
        "public_ips": {},
        "load_balancers": {"fw": _balancer()},
        "hosts": {"shop": {"name": "shop", "address": "198.51.100.9"}},
    }
    for number in (1, 2):
        key = f"fw{number}"
        topology["public_ips"][key] = {"name": key, "address": f"203.0.113.{number}"}
        topology["vms"][key] = {"name": key, "guest": {"forwarding": True, "stateful": True}}
        topology["nics"][key] = _nic(key, "dmz", f"10.0.0.{9 + number}", ip_forwarding=True)
        topology["nics"][key]["configurations"]["ip1"]["public_ip"] = key
    for spoke in range(max(2, vms // VMS_OF_A_SPOKE)):
        _spoke(topology, spoke)
    return {"schema": 1, "name": f"hub and spokes, {vms} VMs", "topology": topology}


def _rules() -> dict[str, dict[str, Any]]:
    rules = {
        f"web{number}": {
            "priority": 100 + number,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "tcp",
            "source": [f"10.{100 + number}.0.0/16"],
            "destination_ports": [str(8000 + number)],
        }
        for number in range(8)
    }
    rules["all"] = {"priority": 200, "direction": "Inbound", "access": "Allow", "source": ["10.0.0.0/8"]}
    rules["none"] = {"priority": 300, "direction": "Inbound", "access": "Deny"}
    return rules


def _balancer() -> dict[str, Any]:
    members = {key: {"nic": key, "configuration": "ip1"} for key in ("fw1", "fw2")}
    return {
        "name": "fw",
        "frontends": {"front": {"name": "front", "subnet": "dmz", "address": FIREWALL}},
        "pools": {"pool": {"name": "pool", "members": members}},
        "rules": {
            "all": {
                "name": "all",
                "frontend": "front",
                "pool": "pool",
                "protocol": "all",
                "frontend_port": 0,
                "backend_port": 0,
            }
        },
    }


def _nic(vm: str, subnet: str, address: str, **more: Any) -> dict[str, Any]:
    configurations = {"ip1": {"address": address, "primary": True}}
    return {"name": vm, "vm": vm, "subnet": subnet, "configurations": configurations, **more}


def _spoke(topology: dict[str, dict[str, Any]], number: int) -> None:
    """Add one spoke: a /23 of 10.1.0.0 and up in two subnets of 25 VMs each."""
    vnet = f"s{number}"
    second, third = 1 + number // 128, number % 128 * 2
    topology["vnets"][vnet] = {"name": vnet, "address_space": [f"10.{second}.{third}.0/23"]}
    link = {"vnet": vnet, "remote_vnet": "hub", "allow_forwarded": True}
    topology["peerings"][f"{vnet}-hub"] = link
    topology["peerings"][f"hub-{vnet}"] = {"vnet": "hub", "remote_vnet": vnet}
    for half in (0, 1):
        subnet = f"{vnet}-{half}"
        topology["subnets"][subnet] = {
            "name": subnet,
            "vnet": vnet,
            "prefixes": [f"10.{second}.{third + half}.0/24"],
            "route_table": "spoke",
            "security_group": "spoke",
        }
        for host in range(VMS_OF_A_SPOKE // 2):
            vm = f"{subnet}-{host}"
            topology["vms"][vm] = {"name": vm}
            topology["nics"][vm] = _nic(vm, subnet, f"10.{second}.{third + half}.{4 + host}")


def flows(document: dict[str, Any], count: int, seed: int = 1) -> list[netcore.Packet]:
    """Return packets: half between spokes, three tenths inside one, a fifth to the Internet."""
    draw = random.Random(seed)
    senders = [key for key in document["topology"]["vms"] if key.startswith("s")]
    found = []
    for number in range(count):
        source = draw.choice(senders)
        kind = number % 10
        if kind < 5:
            far = draw.choice(senders)
            while far.split("-")[0] == source.split("-")[0]:
                far = draw.choice(senders)
            destination = "vms/" + far
        elif kind < 8:
            near = [f"{source.split('-')[0]}-{half}-{host}" for half in (0, 1) for host in range(25)]
            destination = "vms/" + draw.choice(near)
        else:
            destination = "hosts/shop"
        found.append(
            netcore.Packet(
                source=f"vms/{source}",
                destination=destination,
                source_port=1024 + draw.randrange(60_000),
                destination_port=draw.choice((443, 8000, 8003)),
            )
        )
    return found


POOLS = {"a": "10.0.8.100", "b": "10.0.9.100"}
"""Frontends of two pools of appliances, one behind the other."""


def two_pools(flow_count: int, members: int = 8, rate: int = 10) -> netcore.Scenario:
    """Return two pools of appliances in a row, watched every 5 s with threshold 2, and flows through both.

    [client] -- (left) --> {a1 ... a8} --> {b1 ... b8} --> (right) -- [server], and back the same way.
    The first appliance of pool a dies after 20 s (fault ``dies``).
    """
    left, right = "10.0.1.0/24", "10.0.2.0/24"
    ways = {
        "left": (left, {right: POOLS["a"]}),
        "right": (right, {left: POOLS["b"]}),
        "a": ("10.0.8.0/24", {right: POOLS["b"]}),
        "b": ("10.0.9.0/24", {left: POOLS["a"]}),
    }
    topology: dict[str, dict[str, Any]] = {
        "vnets": {"hub": {"name": "hub", "address_space": ["10.0.0.0/16"]}},
        "subnets": {
            key: {"name": key, "vnet": "hub", "prefixes": [prefix], "route_table": key}
            for key, (prefix, _) in ways.items()
        },
        "route_tables": {
            key: {"name": key, "routes": {"over": _via(*next(iter(routes.items())))}}
            for key, (_, routes) in ways.items()
        },
        "vms": {key: {"name": key} for key in ("client", "server")},
        "nics": {
            "client": _nic("client", "left", "10.0.1.4"),
            "server": _nic("server", "right", "10.0.2.4"),
        },
        "load_balancers": {},
    }
    for pool, frontend in POOLS.items():
        names = [f"{pool}{number}" for number in range(1, members + 1)]
        for number, key in enumerate(names):
            topology["vms"][key] = {"name": key, "guest": {"forwarding": True}}
            address = f"{topology['subnets'][pool]['prefixes'][0][:-4]}{10 + number}"
            topology["nics"][key] = _nic(key, pool, address, ip_forwarding=True)
        topology["load_balancers"][pool] = _watched(pool, frontend, names)
    flow = {"source": "vms/client", "destination": "vms/server", "protocol": "tcp"}
    traffic = {
        f"f{number}": {
            **flow,
            "name": f"flow {number}",
            "destination_port": 1024 + number,
            "packets_per_second": rate,
        }
        for number in range(flow_count)
    }
    return netcore.load(
        {
            "schema": 1,
            "name": "two pools in a row",
            "topology": topology,
            "traffic": traffic,
            "faults": {"dies": {"name": "a1 dies", "vm": "a1", "at_us": 20_000_000}},
        }
    )


def _via(prefix: str, appliance: str) -> dict[str, str]:
    return {"prefix": prefix, "next_hop_type": "VirtualAppliance", "next_hop_ip": appliance}


def _watched(subnet: str, frontend: str, names: list[str]) -> dict[str, Any]:
    made = _balancer()
    made["name"] = subnet
    made["frontends"]["front"] |= {"subnet": subnet, "address": frontend}
    made["pools"]["pool"]["members"] = {key: {"nic": key, "configuration": "ip1"} for key in names}
    made["probes"] = {
        "alive": {"name": "alive", "protocol": "tcp", "port": 22, "interval_s": 5, "threshold": 2}
    }
    made["rules"]["all"]["probe"] = "alive"
    return made
