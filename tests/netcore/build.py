"""Small documents in few words, for tests.

    net().vnet("hub", "10.0.0.0/16").subnet("dmz", "10.0.1.0/24").vm("a", "dmz", "10.0.1.4").network()

Every method adds to the document and returns the builder. A subnet belongs to the virtual network named last
unless it says another; the first NIC of a VM has the VM's id. ``set`` reaches everything else.
"""

from __future__ import annotations

import copy
from typing import Any, Self

import netcore


def net(profile: str = "azure-2026", name: str = "test") -> Net:
    """Return an empty document to add to."""
    return Net(profile, name)


class Net:
    """A document in the making."""

    def __init__(self, profile: str, name: str) -> None:
        self.raw: dict[str, Any] = {"schema": 1, "name": name, "profile": profile, "topology": {}}
        self._vnet = ""

    def _put(self, collection: str, key: str, value: dict[str, Any]) -> Self:
        self.raw["topology"].setdefault(collection, {})[key] = value
        return self

    def vnet(self, key: str, *ranges: str, region: str = "westeurope") -> Self:
        self._vnet = key
        return self._put("vnets", key, {"name": key, "region": region, "address_space": list(ranges)})

    def subnet(
        self,
        key: str,
        *prefixes: str,
        vnet: str | None = None,
        table: str | None = None,
        group: str | None = None,
        **more: Any,
    ) -> Self:
        value: dict[str, Any] = {"name": key, "vnet": vnet or self._vnet, "prefixes": list(prefixes), **more}
        if table:
            value["route_table"] = table
        if group:
            value["security_group"] = group
        return self._put("subnets", key, value)

    def peer(self, one: str, other: str, there: dict[str, Any] | None = None, **here: Any) -> Self:
        """Add both links. Flags given by name go on both; ``there`` changes those of ``other``."""
        self.link(one, other, **here)
        return self.link(other, one, **{**here, **(there or {})})

    def link(self, vnet: str, remote: str, **flags: Any) -> Self:
        """Add one link, with id ``vnet-remote``."""
        return self._put("peerings", f"{vnet}-{remote}", {"vnet": vnet, "remote_vnet": remote, **flags})

    def table(self, key: str, routes: dict[str, str] | None = None, propagation: bool = True) -> Self:
        """Add a route table; prefix -> next hop type, an appliance's address, or an object's path."""
        self._put("route_tables", key, {"name": key, "gateway_propagation": propagation, "routes": {}})
        for number, (prefix, hop) in enumerate((routes or {}).items(), start=1):
            self.route(key, f"r{number}", prefix, hop)
        return self

    def route(self, table: str, key: str, prefix: str, hop: str) -> Self:
        value = {"prefix": prefix, "next_hop_type": hop}
        if "/" in hop:
            value = {"prefix": prefix, "next_hop_type": "Resource", "target": hop}
        elif hop[0].isdigit() or ":" in hop:
            value = {"prefix": prefix, "next_hop_type": "VirtualAppliance", "next_hop_ip": hop}
        self.raw["topology"]["route_tables"][table]["routes"][key] = value
        return self

    def group(self, key: str, *rules: str) -> Self:
        """Add a security group; a rule reads ``100 in allow tcp Internet 10.0.1.4 80,443``, ``*`` for any."""
        drawn = {}
        for text in rules:
            priority, way, access, protocol, source, destination, ports = text.split()
            drawn[f"{way}-{priority}"] = {
                "priority": int(priority),
                "direction": {"in": "Inbound", "out": "Outbound"}[way],
                "access": access.capitalize(),
                "protocol": protocol,
                "source": source.split(","),
                "destination": destination.split(","),
                "destination_ports": ports.split(","),
            }
        return self._put("security_groups", key, {"name": key, "rules": drawn})

    def vm(
        self,
        key: str,
        subnet: str,
        *addresses: str,
        power: str = "running",
        zone: int | None = None,
        guest: dict[str, Any] | None = None,
        **nic: Any,
    ) -> Self:
        """Add a VM with one NIC of the same id; the first address is primary."""
        value: dict[str, Any] = {"name": key, "power": power, "guest": guest or {}}
        if zone is not None:
            value["zone"] = zone
        self._put("vms", key, value)
        return self.nic(key, key, subnet, *addresses, **nic)

    def appliance(self, key: str, subnet: str, *addresses: str, **guest: Any) -> Self:
        """Add a VM that forwards, with IP forwarding on."""
        return self.vm(key, subnet, *addresses, guest={"forwarding": True, **guest}, ip_forwarding=True)

    def nic(
        self,
        key: str,
        vm: str | None,
        subnet: str,
        *addresses: str,
        group: str | None = None,
        public: str | None = None,
        **more: Any,
    ) -> Self:
        """Add a NIC. It is the primary one of its VM when it is the first; ``public`` is a public IP's id."""
        configurations: dict[str, dict[str, Any]] = {
            f"ip{number}": {"address": address, "primary": number == 1}
            for number, address in enumerate(addresses, start=1)
        }
        if public:
            configurations["ip1"]["public_ip"] = public
        others = self.raw["topology"].get("nics", {}).values()
        value: dict[str, Any] = {
            "name": key,
            "subnet": subnet,
            "primary": not any(other.get("vm") == vm for other in others),
            "configurations": configurations,
            **more,
        }
        if vm is not None:
            value["vm"] = vm
        if group:
            value["security_group"] = group
        return self._put("nics", key, value)

    def public(self, key: str, address: str, sku: str = "standard") -> Self:
        return self._put("public_ips", key, {"name": key, "address": address, "sku": sku})

    def balancer(
        self,
        key: str,
        members: list[str],
        *,
        subnet: str | None = None,
        address: str | None = None,
        public: str | None = None,
        rules: tuple[str, ...] = ("all",),
        probe: int | None = None,
        outbound: bool = False,
        sku: str = "standard",
        **rule: Any,
    ) -> Self:
        """Add a balancer with frontend ``front``, pool ``pool`` and rules such as ``tcp/80`` or ``all``.

        Members are NIC ids; their first IP configuration is the backend. ``rule`` goes on every rule.
        """
        frontend: dict[str, Any] = {"name": "front"}
        frontend.update(public_ip=public) if public else frontend.update(subnet=subnet, address=address)
        drawn = {}
        for text in rules:
            protocol, _, port = text.partition("/")
            drawn[text.replace("/", "-")] = {
                "name": text,
                "frontend": "front",
                "pool": "pool",
                "protocol": protocol,
                "frontend_port": int(port or 0),
                "backend_port": int(port or 0),
                **({"probe": "probe"} if probe else {}),
                **rule,
            }
        value: dict[str, Any] = {
            "name": key,
            "sku": sku,
            "frontends": {"front": frontend},
            "pools": {
                "pool": {
                    "name": "pool",
                    "members": {nic: {"nic": nic, "configuration": "ip1"} for nic in members},
                }
            },
            "probes": {"probe": {"name": "probe", "port": probe}} if probe else {},
            "rules": drawn,
        }
        if outbound:
            value["outbound_rules"] = {"out": {"name": "out", "frontend": "front", "pool": "pool"}}
        return self._put("load_balancers", key, value)

    def nat(self, key: str, *public_ips: str) -> Self:
        return self._put("nat_gateways", key, {"name": key, "public_ips": list(public_ips)})

    def gateway(self, key: str, *learned: str, vnet: str | None = None, **more: Any) -> Self:
        """Add a gateway that has learned some prefixes."""
        routes = {f"l{number}": {"prefix": prefix} for number, prefix in enumerate(learned, start=1)}
        return self._put(
            "gateways", key, {"name": key, "vnet": vnet or self._vnet, "learned": routes, **more}
        )

    def site(self, key: str, *prefixes: str, routers: dict[str, str] | None = None, **more: Any) -> Self:
        """Add a site; ``routers`` are ids with their addresses. ``set`` gives a router BGP."""
        drawn = {name: {"name": name, "address": address} for name, address in (routers or {}).items()}
        value = {"name": key, "prefixes": list(prefixes), "routers": drawn, **more}
        return self._put("sites", key, value)

    def connect(self, key: str, gateway: str, site: str | None = None, **more: Any) -> Self:
        """Add a connection of a gateway with a site, or with ``remote_gateway``."""
        value = {"name": key, "gateway": gateway, **more}
        return self._put("connections", key, {**value, "site": site} if site else value)

    def internet_gateway(self, key: str, vnet: str | None = None, table: str | None = None) -> Self:
        value: dict[str, Any] = {"name": key, "vnet": vnet or self._vnet}
        return self._put("internet_gateways", key, {**value, "route_table": table} if table else value)

    def nat_in(self, key: str, subnet: str, *public_ips: str) -> Self:
        """Add a NAT gateway that stands in a subnet."""
        return self._put("nat_gateways", key, {"name": key, "subnet": subnet, "public_ips": list(public_ips)})

    def transit(
        self,
        key: str,
        attachments: dict[str, tuple[str, str | None]],
        tables: dict[str, tuple[dict[str, str | None], list[str]]],
    ) -> Self:
        """Add a transit gateway: attachment -> network (or ``gateways/ID``) and table; table -> static
        routes (prefix -> attachment, None discards) and propagating attachments."""
        drawn: dict[str, Any] = {}
        for name, (what, table) in attachments.items():
            kind, _, thing = what.rpartition("/")
            drawn[name] = {"gateway" if kind else "vnet": thing, **({"table": table} if table else {})}
        made = {
            name: {
                "name": name,
                "routes": {
                    f"r{number}": {"prefix": prefix, **({"attachment": to} if to else {})}
                    for number, (prefix, to) in enumerate(static.items(), start=1)
                },
                "propagations": spread,
            }
            for name, (static, spread) in tables.items()
        }
        return self._put("transit_gateways", key, {"name": key, "attachments": drawn, "tables": made})

    def host(self, key: str, address: str, gateway: str | None = None, site: str | None = None) -> Self:
        value = {"name": key, "address": address}
        if site:
            value["site"] = site
        return self._put("hosts", key, {**value, "gateway": gateway} if gateway else value)

    def tag(self, key: str, *prefixes: str) -> Self:
        self.raw["topology"].setdefault("service_tags", {})[key] = list(prefixes)
        return self

    def set(self, path: str, value: Any) -> Self:
        """Set one field, such as ``subnets/dmz/route_table``; the path starts inside the topology."""
        *way, last = path.split("/")
        at = self.raw["topology"]
        for part in way:
            at = at.setdefault(part, {})
        at[last] = value
        return self

    def document(self) -> dict[str, Any]:
        """Return a copy of the document as plain JSON data."""
        return copy.deepcopy(self.raw)

    def scenario(self) -> netcore.Scenario:
        """Return the scenario; raises ``DocumentError`` when it has problems."""
        return netcore.load(self.raw)

    def network(self) -> netcore.Network:
        """Return the compiled network; raises ``DocumentError`` when the document has problems."""
        return netcore.compile(self.scenario())

    def problems(self) -> list[tuple[str, str]]:
        """Return code and pointer of every problem."""
        return [(problem.code, problem.pointer) for problem in netcore.read(self.raw).problems]
