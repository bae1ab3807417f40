"""Small drawings for the rows of validation, as plain JSON data."""

from __future__ import annotations

from typing import Any

from netcore.document.models import Scenario

Raw = dict[str, Any]

FAULT = "fault"
BALANCED = "10.0.9.100"
"""Where the balancer of ``pair`` stands."""


def pair(fault: Raw, public: bool = False, routes: int = 2) -> Scenario:
    """Two appliances between two subnets behind one internal balancer, probed on TCP/22 each 5 s, twice.

    Args:
        fault: what breaks besides its name; ``vm`` is ``fw1``.
        public: a public address stands in front of the first appliance.
        routes: so many of the one table lead to the balancer.
    """
    probe = {"name": "alive", "protocol": "tcp", "port": 22, "interval_s": 5, "threshold": 2}
    rule = {"name": "ha", "frontend": "in", "pool": "fws", "probe": "alive", "protocol": "all"}
    members = {vm: {"nic": vm, "configuration": "ip1"} for vm in ("fw1", "fw2")}
    topology: Raw = {
        "vnets": {"hub": {"name": "hub", "address_space": ["10.0.0.0/16"]}},
        "route_tables": {
            "via": {"name": "via", "routes": {**_via("10.0.9.100"), **_more(routes, "10.0.9.100")}}
        },
        "subnets": {
            "left": {"name": "left", "vnet": "hub", "prefixes": ["10.0.1.0/24"], "route_table": "via"},
            "right": {"name": "right", "vnet": "hub", "prefixes": ["10.0.2.0/24"], "route_table": "via"},
            "dmz": {"name": "dmz", "vnet": "hub", "prefixes": ["10.0.9.0/24"]},
        },
        "vms": {vm: {"name": vm, "guest": {"forwarding": vm.startswith("fw")}} for vm in _PLACES},
        "nics": {vm: _nic(vm, *place) for vm, place in _PLACES.items()},
        "load_balancers": {
            "ilb": {
                "name": "ilb",
                "frontends": {"in": {"name": "in", "subnet": "dmz", "address": BALANCED}},
                "pools": {"fws": {"name": "fws", "members": members}},
                "probes": {"alive": probe},
                "rules": {"ha": {**rule, "frontend_port": 0, "backend_port": 0}},
            }
        },
    }
    if public:
        topology["public_ips"] = {"outside": {"name": "outside", "address": "203.0.113.10"}}
        topology["nics"]["fw1"]["configurations"]["ip1"]["public_ip"] = "outside"
    return _scenario(topology, fault)


def gateway(fault: Raw, kind: str = "vpn", bfd: bool = False) -> Scenario:
    """A VM, a gateway with two instances of which one works, and a host of an office behind it.

    Args:
        kind: ``vpn`` or ``expressroute``; with a circuit the office's router speaks BGP.
    """
    router: Raw = {"name": "r", "address": "192.168.1.1"}
    connection: Raw = {"name": "c", "gateway": "gw", "site": "office"}
    if kind == "expressroute":
        neighbour = {"address": "192.168.1.2", "asn": 12076}
        announced = {"all": {"prefix": "192.168.1.0/24"}}
        router["bgp"] = {"asn": 65010, "neighbours": {"edge": neighbour}, "announces": announced}
        connection |= {"bgp": True, "bfd": bfd}
    subnets = {"app": ("app", "10.0.1.0/24"), "gws": ("GatewaySubnet", "10.0.255.0/27")}
    topology: Raw = {
        "vnets": {"hub": {"name": "hub", "address_space": ["10.0.0.0/16"]}},
        "subnets": {
            key: {"name": name, "vnet": "hub", "prefixes": [prefix]}
            for key, (name, prefix) in subnets.items()
        },
        "vms": {"a": {"name": "a"}},
        "nics": {"a": _nic("a", "app", "10.0.1.4")},
        "gateways": {"gw": {"name": "gw", "vnet": "hub", "kind": kind}},
        "sites": {"office": {"name": "office", "prefixes": ["192.168.1.0/24"], "routers": {"r": router}}},
        "hosts": {"desk": {"name": "desk", "address": "192.168.1.9", "site": "office"}},
        "connections": {"c": connection},
    }
    return _scenario(topology, {"vm": None, "gateway": "gw", **fault}, "hosts/desk")


def chained(fault: Raw) -> Scenario:
    """A host reaches a VM by a public balancer; two appliances behind a gateway balancer see it first."""
    both = {vm: {"nic": vm, "configuration": "ip1"} for vm in ("fw1", "fw2")}
    probe = {"name": "alive", "protocol": "tcp", "port": 22, "interval_s": 5, "threshold": 2}
    chain = {"name": "chain", "frontend": "in", "pool": "fws", "probe": "alive", "protocol": "all"}
    web = {"name": "web", "frontend": "out", "pool": "web", "protocol": "tcp"}
    allow = {"priority": 100, "direction": "Inbound", "access": "Allow"}
    topology: Raw = {
        "vnets": {
            "provider": {"name": "provider", "address_space": ["10.9.0.0/16"]},
            "consumer": {"name": "consumer", "address_space": ["10.0.0.0/16"]},
        },
        "subnets": {
            "dmz": {"name": "dmz", "vnet": "provider", "prefixes": ["10.9.0.0/24"]},
            "web": {"name": "web", "vnet": "consumer", "prefixes": ["10.0.0.0/24"], "security_group": "open"},
        },
        "security_groups": {"open": {"name": "open", "rules": {"in": allow}}},
        "vms": {vm: {"name": vm, "guest": {"forwarding": vm != "web"}} for vm in ("fw1", "fw2", "web")},
        "nics": {
            "fw1": {**_nic("fw1", "dmz", "10.9.0.4"), "ip_forwarding": False},
            "fw2": {**_nic("fw2", "dmz", "10.9.0.5"), "ip_forwarding": False},
            "web": _nic("web", "web", "10.0.0.4"),
        },
        "public_ips": {"site": {"name": "site", "address": "203.0.113.4"}},
        "hosts": {"client": {"name": "client", "address": "198.51.100.7"}},
        "load_balancers": {
            "glb": {
                "name": "glb",
                "sku": "gateway",
                "frontends": {"in": {"name": "in", "subnet": "dmz", "address": "10.9.0.100"}},
                "pools": {"fws": {"name": "fws", "members": both}},
                "probes": {"alive": probe},
                "rules": {"chain": {**chain, "frontend_port": 0, "backend_port": 0}},
            },
            "elb": {
                "name": "elb",
                "frontends": {"out": {"name": "out", "public_ip": "site", "gateway_balancer": "glb"}},
                "pools": {"web": {"name": "web", "members": {"web": {"nic": "web", "configuration": "ip1"}}}},
                "rules": {"web": {**web, "frontend_port": 443, "backend_port": 443}},
            },
        },
    }
    return _scenario(topology, fault, "203.0.113.4", "hosts/client")


def vpc(fault: Raw, target: str = "nics/fw1", routes: int = 2) -> Scenario:
    """Two appliances between two subnets of a VPC, by routes that name the first one.

    Args:
        target: its interface, or its address.
        routes: so many of the one table lead there.
    """
    hop: Raw = {"next_hop_type": "Resource", "target": target}
    if "/" not in target:
        hop = {"next_hop_type": "VirtualAppliance", "next_hop_ip": target}
    ways = {key: {"prefix": way["prefix"], **hop} for key, way in _via(target).items()}
    more = {key: {"prefix": way["prefix"], **hop} for key, way in _more(routes, target).items()}
    groups = {"in": {"priority": 100, "direction": "Inbound", "access": "Allow"}}
    subnets = {"left": "10.0.1.0/24", "right": "10.0.2.0/24", "dmz": "10.0.9.0/24"}
    topology: Raw = {
        "vnets": {"vpc": {"name": "vpc", "address_space": ["10.0.0.0/16"]}},
        "route_tables": {"via": {"name": "via", "routes": {**ways, **more}}},
        "subnets": {
            key: {"name": key, "vnet": "vpc", "prefixes": [prefix]}
            | ({} if key == "dmz" else {"route_table": "via"})
            for key, prefix in subnets.items()
        },
        "security_groups": {"open": {"name": "open", "rules": groups}},
        "vms": {vm: {"name": vm, "guest": {"forwarding": vm.startswith("fw")}} for vm in _PLACES},
        "nics": {vm: {**_nic(vm, *place), "security_group": "open"} for vm, place in _PLACES.items()},
    }
    return _scenario(topology, fault, profile="aws")


def vpc_interface(fault: Raw) -> Scenario:
    """The same by routes that name a second interface of the first appliance, which can be detached."""
    raw = vpc(fault, "nics/moving").model_dump(mode="json", by_alias=True, exclude_unset=True)
    held = {"primary": {"address": "10.0.9.40", "primary": True}}
    drawn = {"name": "moving", "vm": "fw1", "subnet": "dmz", "primary": False, "ip_forwarding": True}
    raw["topology"]["nics"]["moving"] = {**drawn, "security_group": "open", "configurations": held}
    return Scenario.model_validate(raw)


def route_server(fault: Raw, keepalive_s: int, hold_s: int) -> Scenario:
    """Two appliances announce the way between two spokes to a route server in their hub."""
    servers = {f"rs{number}": {"address": f"10.0.3.{number + 3}", "asn": 65515} for number in (1, 2)}

    def speaker(number: int) -> Raw:
        bgp = {"asn": 65000 + number, "keepalive_s": keepalive_s, "hold_s": hold_s, "neighbours": servers}
        announced = {"spokes": {"prefix": "10.0.0.0/8"}}
        return {"forwarding": True, "snat": True, "bgp": {**bgp, "announces": announced}}

    spokes = {"left": ("10.1.0.0/16", "10.1.1.0/24"), "right": ("10.2.0.0/16", "10.2.1.0/24")}
    peerings: Raw = {}
    for spoke in spokes:
        lend = {"allow_gateway_transit": True, "allow_forwarded": True}
        use = {"use_remote_gateways": True, "allow_forwarded": True}
        peerings[f"hub-{spoke}"] = {"vnet": "hub", "remote_vnet": spoke, **lend}
        peerings[f"{spoke}-hub"] = {"vnet": spoke, "remote_vnet": "hub", **use}
    topology: Raw = {
        "vnets": {"hub": {"name": "hub", "address_space": ["10.0.0.0/16"]}}
        | {key: {"name": key, "address_space": [space]} for key, (space, _) in spokes.items()},
        "subnets": {
            "dmz": {"name": "dmz", "vnet": "hub", "prefixes": ["10.0.1.0/24"]},
            "servers": {"name": "RouteServerSubnet", "vnet": "hub", "prefixes": ["10.0.3.0/27"]},
        }
        | {key: {"name": key, "vnet": key, "prefixes": [prefix]} for key, (_, prefix) in spokes.items()},
        "peerings": peerings,
        "vms": {"a": {"name": "a"}, "b": {"name": "b"}}
        | {f"fw{number}": {"name": f"fw{number}", "guest": speaker(number)} for number in (1, 2)},
        "nics": {
            "a": _nic("a", "left", "10.1.1.4"),
            "b": _nic("b", "right", "10.2.1.4"),
            "fw1": _nic("fw1", "dmz", "10.0.1.4"),
            "fw2": _nic("fw2", "dmz", "10.0.1.5"),
        },
        "route_servers": {
            "rs": {
                "name": "rs",
                "vnet": "hub",
                "peers": {
                    f"fw{number}": {
                        "name": f"fw{number}",
                        "address": f"10.0.1.{number + 3}",
                        "asn": 65000 + number,
                    }
                    for number in (1, 2)
                },
            }
        },
    }
    return _scenario(topology, fault)


_PLACES = {
    "a": ("left", "10.0.1.4"),
    "b": ("right", "10.0.2.4"),
    "fw1": ("dmz", "10.0.9.4"),
    "fw2": ("dmz", "10.0.9.5"),
}


def _via(address: str) -> Raw:
    ways = {"r1": "10.0.1.0/24", "r2": "10.0.2.0/24"}
    hop = {"next_hop_type": "VirtualAppliance", "next_hop_ip": address}
    return {key: {"prefix": prefix, **hop} for key, prefix in ways.items()}


def _more(routes: int, address: str) -> Raw:
    """Return the routes beyond the two that carry traffic, to benchmark addresses that nobody draws."""
    hop = {"next_hop_type": "VirtualAppliance", "next_hop_ip": address}
    return {
        f"more-{number}": {"prefix": f"198.18.{number // 256}.{number % 256}/32", **hop}
        for number in range(routes - 2)
    }


def named(fault: Raw, ttl_s: int = 30, sticky: float = 0) -> Scenario:
    """A server with a public address in each of two regions, behind one name: 30 s, 3 tolerated, 10 s."""
    allow = {"priority": 100, "direction": "Inbound", "access": "Allow"}
    regions = {"1": "westeurope", "2": "northeurope"}
    topology: Raw = {
        "vnets": {
            f"net{n}": {"name": f"net{n}", "region": region, "address_space": [f"10.{n}.0.0/16"]}
            for n, region in regions.items()
        },
        "subnets": {
            f"app{n}": {
                "name": f"app{n}",
                "vnet": f"net{n}",
                "prefixes": [f"10.{n}.1.0/24"],
                "security_group": "open",
            }
            for n in regions
        },
        "security_groups": {"open": {"name": "open", "rules": {"in": allow}}},
        "vms": {f"web{n}": {"name": f"web{n}"} for n in regions},
        "nics": {f"web{n}": _nic(f"web{n}", f"app{n}", f"10.{n}.1.4") for n in regions},
        "public_ips": {f"pip{n}": {"name": f"pip{n}", "address": f"203.0.113.{n}0"} for n in regions},
        "hosts": {"client": {"name": "client", "address": "198.51.100.7"}},
        "traffic_managers": {
            "site": {
                "name": "site.example",
                "endpoints": [f"203.0.113.{n}0" for n in regions],
                "ttl_s": ttl_s,
                "sticky": sticky,
            }
        },
    }
    for n in regions:
        topology["nics"][f"web{n}"]["configurations"]["ip1"]["public_ip"] = f"pip{n}"
    return _scenario(topology, {"vm": "web1", **fault}, "traffic_managers/site", "hosts/client")


def _nic(vm: str, subnet: str, address: str) -> Raw:
    configurations = {"ip1": {"address": address, "primary": True}}
    forwards = vm.startswith("fw")
    return {
        "name": vm,
        "vm": vm,
        "subnet": subnet,
        "ip_forwarding": forwards,
        "configurations": configurations,
    }


def _scenario(
    topology: Raw, fault: Raw, to: str = "vms/b", source: str = "vms/a", profile: str = "azure-2026"
) -> Scenario:
    flow = {"name": "flow", "source": source, "destination": to, "packets_per_second": 100}
    raw = {
        "schema": 1,
        "name": "validation",
        "profile": profile,
        "topology": topology,
        "traffic": {"a-b": flow},
        "faults": {FAULT: {"name": "fault", "vm": "fw1", **fault}},
    }
    return Scenario.model_validate(raw)
