"""Effective rules: the security groups of a NIC and its subnet, tags filled in, default rules added.

A rule is prepared once and matched against integers; service tags become address sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Literal, NamedTuple

from netcore.control.gateways import Gateways
from netcore.control.peering import Peerings
from netcore.control.prefixes import AddressSet
from netcore.document.models import Access, Direction, SecurityRule, Topology
from netcore.document.tags import BUILT_IN_TAGS, rule_prefix
from netcore.document.values import Address, Network
from netcore.trace.packet import PROTOCOL_NUMBERS

PortSpan = tuple[int, int]

EVERYTHING: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
PLATFORM: tuple[Network, ...] = (ip_network("168.63.129.16/32"),)
"""The address all probes come from (facts A14, F9)."""

NOT_INTERNET: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
"""Addresses that nothing on the Internet has (facts A6, F9)."""


@dataclass(frozen=True, slots=True)
class EffectiveRule:
    """One rule in force at a NIC.

    Args:
        ref: path in the document; a default rule has ``security_groups/ID/default_rules/NAME``.
        where: the group is attached to the subnet or to the NIC.
        protocol: ``*``, ``tcp``, ``udp``, ``icmp``, ``esp`` or ``ah``.
        sources: None means any address.
        source_names: what the drawing says, such as a tag.
        source_ports: None means any port.
    """

    security_group: str
    where: Literal["subnet", "nic"]
    name: str
    ref: str
    priority: int
    direction: Direction
    access: Access
    protocol: str
    sources: AddressSet | None
    source_names: tuple[str, ...]
    source_ports: tuple[PortSpan, ...] | None
    destinations: AddressSet | None
    destination_names: tuple[str, ...]
    destination_ports: tuple[PortSpan, ...] | None
    default: bool = False

    def matches(
        self, protocol: int, source: Address, source_port: int, destination: Address, destination_port: int
    ) -> bool:
        """Return whether a packet's five-tuple matches (fact F3)."""
        return (
            (self.protocol == "*" or PROTOCOL_NUMBERS[self.protocol] == protocol)
            and (self.sources is None or source in self.sources)
            and (self.destinations is None or destination in self.destinations)
            and _port_in(source_port, self.source_ports)
            and _port_in(destination_port, self.destination_ports)
        )

    @property
    def text(self) -> str:
        """Return the rule as one line, such as ``100 web-in: allow tcp Internet -> 10.0.1.0/24 port 80``."""
        parts = [self.protocol] if self.protocol != "*" else []
        parts.append(",".join(self.source_names))
        if self.source_ports is not None:
            parts.append(f"port {_spans_text(self.source_ports)}")
        parts += ["->", ",".join(self.destination_names)]
        if self.destination_ports is not None:
            parts.append(f"port {_spans_text(self.destination_ports)}")
        return f"{self.priority} {self.name}: {self.access.value.lower()} {' '.join(parts)}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "security_group": self.security_group,
            "where": self.where,
            "name": self.name,
            "ref": self.ref,
            "priority": self.priority,
            "direction": self.direction.value,
            "access": self.access.value,
            "protocol": self.protocol,
            "source": list(self.source_names),
            "source_prefixes": _prefixes_text(self.sources),
            "source_ports": _spans_list(self.source_ports),
            "destination": list(self.destination_names),
            "destination_prefixes": _prefixes_text(self.destinations),
            "destination_ports": _spans_list(self.destination_ports),
            "default": self.default,
        }


class RuleSet(NamedTuple):
    """The rules of one security group at one NIC, by ascending priority; the first match decides."""

    security_group: str
    where: Literal["subnet", "nic"]
    rules: tuple[EffectiveRule, ...]


class _Default(NamedTuple):
    name: str
    priority: int
    access: Access
    source: str
    destination: str


_DEFAULT_RULES: dict[Direction, tuple[_Default, ...]] = {
    Direction.INBOUND: (
        _Default("AllowVnetInBound", 65000, Access.ALLOW, "VirtualNetwork", "VirtualNetwork"),
        _Default("AllowAzureLoadBalancerInBound", 65001, Access.ALLOW, "AzureLoadBalancer", "*"),
        _Default("DenyAllInBound", 65500, Access.DENY, "*", "*"),
    ),
    Direction.OUTBOUND: (
        _Default("AllowVnetOutBound", 65000, Access.ALLOW, "VirtualNetwork", "VirtualNetwork"),
        _Default("AllowInternetOutBound", 65001, Access.ALLOW, "*", "Internet"),
        _Default("DenyAllOutBound", 65500, Access.DENY, "*", "*"),
    ),
}
"""The rules every security group ends with (fact F4)."""


class EffectiveRules:
    """Makes the rules in force at the NICs of a drawing."""

    __slots__ = ("_gateways", "_peerings", "_sets", "_topology")

    def __init__(self, topology: Topology, peerings: Peerings, gateways: Gateways) -> None:
        self._topology = topology
        self._peerings = peerings
        self._gateways = gateways
        self._sets: dict[tuple[str, str], AddressSet] = {}

    def at(self, subnet_id: str, nic_group: str | None, direction: Direction) -> tuple[RuleSet, ...]:
        """Return the rule sets at a NIC in evaluation order (F2); empty means everything is allowed (F1)."""
        subnet_group = self._topology.subnets[subnet_id].security_group
        groups: list[tuple[str | None, Literal["subnet", "nic"]]] = [
            (subnet_group, "subnet"),
            (nic_group, "nic"),
        ]
        if direction is Direction.OUTBOUND:
            groups.reverse()
        return tuple(
            RuleSet(group, where, self._rules(subnet_id, group, where, direction))
            for group, where in groups
            if group is not None and group in self._topology.security_groups
        )

    def _rules(
        self, subnet_id: str, group: str, where: Literal["subnet", "nic"], direction: Direction
    ) -> tuple[EffectiveRule, ...]:
        drawn = self._topology.security_groups[group].rules
        rules = [
            self._drawn_rule(subnet_id, group, where, rule_id, rule)
            for rule_id, rule in sorted(drawn.items(), key=lambda item: (item[1].priority, item[0]))
            if rule.direction is direction
        ]
        for default in _DEFAULT_RULES[direction]:
            rules.append(
                EffectiveRule(
                    group,
                    where,
                    default.name,
                    f"security_groups/{group}/default_rules/{default.name}",
                    default.priority,
                    direction,
                    default.access,
                    "*",
                    self._set(subnet_id, (default.source,)),
                    (default.source,),
                    None,
                    self._set(subnet_id, (default.destination,)),
                    (default.destination,),
                    None,
                    True,
                )
            )
        return tuple(rules)

    def _drawn_rule(
        self, subnet_id: str, group: str, where: Literal["subnet", "nic"], rule_id: str, rule: SecurityRule
    ) -> EffectiveRule:
        return EffectiveRule(
            group,
            where,
            rule_id,
            f"security_groups/{group}/rules/{rule_id}",
            rule.priority,
            rule.direction,
            rule.access,
            rule.protocol,
            self._set(subnet_id, rule.source),
            rule.source,
            _spans(rule.source_ports),
            self._set(subnet_id, rule.destination),
            rule.destination,
            _spans(rule.destination_ports),
        )

    def _set(self, subnet_id: str, names: tuple[str, ...]) -> AddressSet | None:
        """Return the addresses some prefixes, addresses and tags stand for; None for any."""
        if "*" in names:
            return None
        if len(names) == 1 and names[0] in BUILT_IN_TAGS:
            return self.tag(subnet_id, names[0])
        prefixes: list[Network] = []
        for name in names:
            prefix = rule_prefix(name)
            if prefix is not None:
                prefixes.append(prefix)
            elif name in BUILT_IN_TAGS:
                prefixes.extend(self.tag(subnet_id, name).prefixes())
            else:
                prefixes.extend(self._topology.service_tags.get(name, ()))
        return AddressSet(prefixes)

    def tag(self, subnet_id: str, name: str) -> AddressSet:
        """Return the addresses of a built-in tag as seen from a subnet (facts F8, F9)."""
        key = (subnet_id, name)
        if key not in self._sets:
            if name == "VirtualNetwork":
                self._sets[key] = self._virtual_network(subnet_id)
            elif name == "Internet":
                self._sets[key] = self._internet(subnet_id)
            else:
                self._sets[key] = AddressSet(PLATFORM)
        return self._sets[key]

    def _ranges(self, vnet: str) -> list[Network]:
        """Return the ranges of a virtual network and of those peered with it (facts F8, G4)."""
        ranges = list(self._topology.vnets[vnet].address_space)
        for peering in self._peerings.connected(vnet):
            if peering.local is not None and peering.local.allow_access:
                ranges.extend(peering.prefixes)
        return ranges

    def _virtual_network(self, subnet_id: str) -> AddressSet:
        subnet = self._topology.subnets[subnet_id]
        prefixes = [*self._ranges(subnet.vnet), *PLATFORM]
        prefixes.extend(learned.prefix for learned in self._gateways.learned(subnet.vnet))
        table = self._topology.route_tables.get(subnet.route_table or "")
        for route in table.routes.values() if table is not None else ():
            if isinstance(route.prefix, str):
                prefixes.extend(self._topology.service_tags.get(route.prefix, ()))
            else:
                prefixes.append(route.prefix)
        return AddressSet(prefixes)

    def _internet(self, subnet_id: str) -> AddressSet:
        own = self._ranges(self._topology.subnets[subnet_id].vnet)
        return AddressSet(EVERYTHING).without(AddressSet([*NOT_INTERNET, *own]))


def _spans(texts: Iterable[str]) -> tuple[PortSpan, ...] | None:
    spans = []
    for text in texts:
        if text == "*":
            return None
        first, _, last = text.partition("-")
        spans.append((int(first), int(last or first)))
    return tuple(spans)


def _port_in(port: int, spans: tuple[PortSpan, ...] | None) -> bool:
    return spans is None or any(first <= port <= last for first, last in spans)


def _spans_list(spans: tuple[PortSpan, ...] | None) -> list[str]:
    if spans is None:
        return ["*"]
    return [str(first) if first == last else f"{first}-{last}" for first, last in spans]


def _spans_text(spans: tuple[PortSpan, ...]) -> str:
    return ",".join(_spans_list(spans))


def _prefixes_text(addresses: AddressSet | None) -> list[str]:
    return ["*"] if addresses is None else [str(prefix) for prefix in addresses.prefixes()]
