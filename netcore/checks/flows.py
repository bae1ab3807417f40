"""Representative packets of a drawing: enough to see what an edit does, few enough to ask them all.

VMs that the network cannot tell apart (same subnets, groups, flags, pools and guest) are one class; two of
each class stand for all. Asked are the drawn traffic, then every pair of a sender (VM of a class, host) and a
destination (VM of a class, host, frontend, private endpoint, published address, an address on the
Internet that nobody has drawn), first with the usual service, then with the other services that rules,
balancers and guests of the drawing name. Where that is more than the limit, evenly spaced ones are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from netcore.document.models import Scenario, Topology
from netcore.trace.packet import Packet

USUAL = ("tcp", 443)
OTHERS = 3
"""Services asked besides the usual one."""

PER_CLASS = 2
"""VMs of one class that are asked, so that traffic inside the class is seen."""

_UNDRAWN = ("198.51.100.254", "203.0.113.254", "192.0.2.254")


@dataclass(frozen=True, slots=True)
class Flows:
    """Packets that stand for a drawing.

    Args:
        packets: in the order in which they are asked.
        total: how many there would be without the limit.
    """

    packets: tuple[Packet, ...]
    total: int


def representative(scenario: Scenario, limit: int) -> Flows:
    """Return the packets that stand for a drawing, at most ``limit``; the same ones at every call.

    Source: ours; the rule is in the docstring of the module.
    """
    drawn = tuple(dict.fromkeys(_drawn(scenario)))[:limit]
    known = set(drawn)
    rest = [packet for packet in _pairs(scenario.topology) if packet not in known]
    room = limit - len(drawn)
    taken = rest if len(rest) <= room else [rest[index * len(rest) // room] for index in range(room)]
    return Flows((*drawn, *taken), len(drawn) + len(rest))


def outside(topology: Topology) -> str:
    """Return an address on the Internet that nothing in the drawing has."""
    taken = {str(host.address) for host in topology.hosts.values()}
    ranges = [prefix for vnet in topology.vnets.values() for prefix in vnet.address_space]
    for text in _UNDRAWN:
        if text not in taken and not any(ip_address(text) in prefix for prefix in ranges):
            return text
    return _UNDRAWN[0]


def _drawn(scenario: Scenario) -> Iterator[Packet]:
    topology = scenario.topology
    for _, flow in sorted(scenario.traffic.items()):
        kind, _, name = flow.source.partition("/")
        if name in (topology.vms if kind == "vms" else topology.hosts if kind == "hosts" else ()):
            yield Packet(
                source=flow.source,
                destination=flow.destination,
                protocol=flow.protocol,
                source_port=flow.source_port,
                destination_port=flow.destination_port,
            )


def _pairs(topology: Topology) -> Iterator[Packet]:
    vms = [f"vms/{vm}" for vm in _classes(topology)]
    hosts = [f"hosts/{host}" for host in sorted(topology.hosts)]
    places = [*vms, *hosts, *_addresses(topology), outside(topology)]
    for protocol, port in _services(topology):
        for source in (*vms, *hosts):
            for destination in places:
                if source != destination:
                    yield Packet(
                        source=source, destination=destination, protocol=protocol, destination_port=port
                    )


def _classes(topology: Topology) -> list[str]:
    """Return the VMs that stand for all, sorted by id; those without an address are left out."""
    pools: dict[str, list[str]] = {}
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        for pool_id, pool in sorted(balancer.pools.items()):
            for member in pool.members.values():
                pools.setdefault(member.nic, []).append(f"{balancer_id}/{pool_id}")
    nics: dict[str, list[tuple[object, ...]]] = {}
    for nic_id, nic in sorted(topology.nics.items()):
        if nic.vm is not None and nic.configurations:
            groups = sorted(
                {group for found in nic.configurations.values() for group in found.application_groups}
            )
            public = any(found.public_ip is not None for found in nic.configurations.values())
            kind = (
                nic.subnet,
                nic.security_group,
                nic.ip_forwarding,
                public,
                *groups,
                *pools.get(nic_id, ()),
            )
            nics.setdefault(nic.vm, []).append(kind)
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for vm_id, vm in sorted(topology.vms.items()):
        if vm_id in nics:
            mark = (vm.power, vm.zone, vm.guest.model_dump_json(), *nics[vm_id])
            seen[mark] += 1
            if seen[mark] <= PER_CLASS:
                found.append(vm_id)
    return found


def _addresses(topology: Topology) -> list[str]:
    """Return the addresses of frontends, private endpoints and public IPs."""
    found = [
        str(frontend.address)
        for balancer in topology.load_balancers.values()
        for frontend in balancer.frontends.values()
        if frontend.address is not None
    ]
    found += [str(endpoint.address) for endpoint in topology.private_endpoints.values()]
    found += [str(public.address) for public in topology.public_ips.values()]
    return sorted(set(found))


def _services(topology: Topology) -> list[tuple[str, int]]:
    """Return the services to ask for: the usual one, and those that the drawing names most often."""
    named: Counter[tuple[str, int]] = Counter()
    for group in topology.security_groups.values():
        for rule in group.rules.values():
            for ports in rule.destination_ports:
                if ports != "*" and rule.protocol in ("*", "tcp", "udp"):
                    protocol = "tcp" if rule.protocol == "*" else rule.protocol
                    named[protocol, int(ports.split("-")[0])] += 1
    for balancer in topology.load_balancers.values():
        for balancing in balancer.rules.values():
            if balancing.protocol != "all":
                named[balancing.protocol, balancing.frontend_port] += 1
    for vm in topology.vms.values():
        for service in (vm.guest.services or {}).values():
            if service.protocol in ("tcp", "udp"):
                named[service.protocol, service.port] += 1
    named.pop(USUAL, None)
    often = sorted(named, key=lambda service: (-named[service], service))[: OTHERS - 1]
    return [USUAL, *often, ("icmp", 0)]
