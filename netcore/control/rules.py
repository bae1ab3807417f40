"""Effective rules: security admin rules, the security groups of a NIC and its subnet, default rules.

A rule is prepared once and matched against integers; tags and groups become address sets.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from netcore.control.prefixes import AddressSet
from netcore.control.tags import Tags
from netcore.document.models import AdminRule, Direction, SecurityRule, Topology
from netcore.document.tags import ASKED_ABOUT_PLATFORM, BUILT_IN_TAGS
from netcore.document.values import Address
from netcore.profiles.model import Profile
from netcore.trace.packet import PROTOCOL_NUMBERS

PortSpan = tuple[int, int]
Side = tuple[AddressSet | None, tuple[str, ...], bool]
"""One side of a rule: its addresses, None for any; what the drawing says; and whether it names a tag by which
the rule is asked about the platform's own addresses."""
Level = Literal["admin", "subnet", "nic"]
"""Where a rule set stands: before all groups, at the subnet, or at the NIC."""


class RuleAccess(StrEnum):
    """What a rule in force does with a matching packet."""

    ALLOW = "Allow"
    """It passes this set; the next set is asked."""
    DENY = "Deny"
    """It is dropped."""
    ALWAYS_ALLOW = "AlwaysAllow"
    """It passes, and no security group is asked (admin rules only, fact F14)."""


_ACCESS: dict[str, RuleAccess] = {access.value: access for access in RuleAccess}


class EffectiveRule(NamedTuple):
    """One rule in force at a NIC.

    Args:
        security_group: id of the group; empty for a security admin rule.
        where: the group is attached to the subnet or to the NIC; or ``admin``.
        ref: path in the document; a default rule has ``security_groups/ID/default_rules/NAME``.
        protocol: ``*``, ``tcp``, ``udp``, ``icmp``, ``esp`` or ``ah``.
        sources: None means any address.
        source_names: what the drawing says, such as a tag, or ``group ID``.
        source_ports: None means any port.
        platform: it names a tag of the platform's addresses and so is asked about them (fact F10).
        facts: fact ids of why the rule is there.
    """

    security_group: str
    where: Level
    name: str
    ref: str
    priority: int
    direction: Direction
    access: RuleAccess
    protocol: str
    sources: AddressSet | None
    source_names: tuple[str, ...]
    source_ports: tuple[PortSpan, ...] | None
    destinations: AddressSet | None
    destination_names: tuple[str, ...]
    destination_ports: tuple[PortSpan, ...] | None
    default: bool = False
    platform: bool = False
    facts: tuple[str, ...] = ("F3",)

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
    def source_text(self) -> str:
        """Return where the rule lets packets come from, such as ``Internet port 1024-65535``."""
        return _end_text(self.source_names, self.source_ports)

    @property
    def destination_text(self) -> str:
        """Return where the rule lets packets go, such as ``10.0.1.0/24 port 80``."""
        return _end_text(self.destination_names, self.destination_ports)

    @property
    def text(self) -> str:
        """Return the rule as one line, such as ``100 web-in: allow tcp Internet -> 10.0.1.0/24 port 80``."""
        parts = [self.protocol] if self.protocol != "*" else []
        parts += [self.source_text, "->", self.destination_text]
        access = "always allow" if self.access is RuleAccess.ALWAYS_ALLOW else self.access.value.lower()
        return f"{self.priority} {self.name}: {access} {' '.join(parts)}"

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
            "source_text": self.source_text,
            "destination": list(self.destination_names),
            "destination_prefixes": _prefixes_text(self.destinations),
            "destination_ports": _spans_list(self.destination_ports),
            "destination_text": self.destination_text,
            "default": self.default,
            "text": self.text,
            "facts": list(self.facts),
        }


class RuleSet(NamedTuple):
    """Rules asked one after the other at a NIC, by ascending priority; the first match decides.

    ``stateful``: an answer of an allowed flow needs no rule here (facts F5, L20).
    """

    security_group: str
    where: Level
    rules: tuple[EffectiveRule, ...]
    stateful: bool = True

    def first_match(
        self, protocol: int, source: Address, source_port: int, destination: Address, destination_port: int
    ) -> EffectiveRule | None:
        """Return the rule that decides; None where none matches, which only admin rules leave open."""
        for rule in self.rules:
            if rule.matches(protocol, source, source_port, destination, destination_port):
                return rule
        return None


class EffectiveRules:
    """Makes the rules in force at the NICs of a drawing."""

    __slots__ = ("_known", "_profile", "_read", "_tags", "_topology")

    def __init__(self, topology: Topology, tags: Tags, profile: Profile) -> None:
        self._topology = topology
        self._tags = tags
        self._profile = profile
        self._read: dict[str, dict[Direction, list[tuple[int, str, SecurityRule]]]] = {}
        self._known: dict[tuple[str, ...], Side] = {}

    def at(self, subnet_id: str, nic_group: str | None, direction: Direction) -> tuple[RuleSet, ...]:
        """Return the rule sets at a NIC in evaluation order; empty means everything is allowed.

        Admin rules come first (fact F14), then groups: inbound that of the subnet, outbound that of the NIC
        (facts F1, F2). The NIC's group may be None, and so may the subnet's.
        """
        subnet_group = self._topology.subnets[subnet_id].security_group
        groups: list[tuple[str | None, Level]] = [(subnet_group, "subnet"), (nic_group, "nic")]
        if direction is Direction.OUTBOUND:
            groups.reverse()
        sets = [
            RuleSet(group, where, self._rules(subnet_id, group, where, direction))
            for group, where in groups
            if group is not None and group in self._topology.security_groups
        ]
        admin = self._admin(subnet_id, direction)
        return (RuleSet("", "admin", admin), *sets) if admin else tuple(sets)

    def _admin(self, subnet_id: str, direction: Direction) -> tuple[EffectiveRule, ...]:
        """Return the security admin rules for a subnet's network (fact F14)."""
        vnet = self._topology.subnets[subnet_id].vnet
        drawn = sorted(self._topology.admin_rules.items(), key=lambda item: (item[1].priority, item[0]))
        return tuple(
            self._rule(subnet_id, "", "admin", rule.name, f"admin_rules/{key}", rule)
            for key, rule in drawn
            if rule.direction is direction and (not rule.vnets or vnet in rule.vnets)
        )

    def _rules(
        self, subnet_id: str, group: str, where: Level, direction: Direction
    ) -> tuple[EffectiveRule, ...]:
        path = f"security_groups/{group}/rules/"
        rules = [
            self._rule(
                subnet_id,
                group,
                where,
                rule_id,
                path + rule_id,
                rule,
                rule.source_groups,
                rule.destination_groups,
            )
            for _, rule_id, rule in self._drawn(group)[direction]
        ]
        for default in self._profile.default_security_rules:
            if default.direction != direction.value:
                continue
            rules.append(
                EffectiveRule(
                    group,
                    where,
                    default.name,
                    f"security_groups/{group}/default_rules/{default.name}",
                    default.priority,
                    direction,
                    RuleAccess(default.access),
                    "*",
                    self._tags.of(subnet_id, (default.source,)),
                    (default.source,),
                    None,
                    self._tags.of(subnet_id, (default.destination,)),
                    (default.destination,),
                    None,
                    default=True,
                    facts=("F4",),
                )
            )
        return tuple(rules)

    def _drawn(self, group: str) -> dict[Direction, list[tuple[int, str, SecurityRule]]]:
        """Return the rules of a group by direction, with priority and id, in order; read once."""
        found = self._read.get(group)
        if found is None:
            out: list[tuple[int, str, SecurityRule]] = []
            into: list[tuple[int, str, SecurityRule]] = []
            for rule_id, rule in self._topology.security_groups[group].rules.items():
                side = out if rule.direction is Direction.OUTBOUND else into
                side.append((rule.priority, rule_id, rule))
            for side in (out, into):
                side.sort(key=itemgetter(0, 1))
            found = self._read[group] = {Direction.OUTBOUND: out, Direction.INBOUND: into}
        return found

    def _rule(
        self,
        subnet_id: str,
        group: str,
        where: Level,
        name: str,
        ref: str,
        rule: SecurityRule | AdminRule,
        source_groups: tuple[str, ...] = (),
        destination_groups: tuple[str, ...] = (),
    ) -> EffectiveRule:
        """Return a rule of the drawing with its tags and groups filled in (facts F3, F12, F14)."""
        facts: tuple[str, ...] = ("F14",) if where == "admin" else ("F3",)
        if source_groups or destination_groups:
            facts = (*facts, "F12")
            one, other = None, None
        else:  # most sides are known
            one, other = self._known.get(rule.source), self._known.get(rule.destination)
        sources, source_names, asked = one or self._end(subnet_id, rule.source, source_groups)
        destinations, destination_names, asked_too = other or self._end(
            subnet_id, rule.destination, destination_groups
        )
        return EffectiveRule(
            group,
            where,
            name,
            ref,
            rule.priority,
            rule.direction,
            _ACCESS[rule.access],
            rule.protocol,
            sources,
            source_names,
            _spans(rule.source_ports),
            destinations,
            destination_names,
            _spans(rule.destination_ports),
            False,
            asked or asked_too,
            facts,
        )

    def _end(self, subnet_id: str, names: tuple[str, ...], groups: tuple[str, ...]) -> Side:
        """Return one side of a rule."""
        if groups:
            said = tuple(f"group {group}" for group in groups)
            return self._tags.members(subnet_id, groups), said, asked_about_platform(names)
        found = self._known.get(names)
        if found is None:
            found = self._tags.of(subnet_id, names), names, asked_about_platform(names)
            if BUILT_IN_TAGS.isdisjoint(names):  # others stand for the same everywhere
                self._known[names] = found
        return found


@lru_cache(1 << 12)
def _spans(texts: tuple[str, ...]) -> tuple[PortSpan, ...] | None:
    spans = []
    for text in texts:
        if text == "*":
            return None
        first, _, last = text.partition("-")
        spans.append((int(first), int(last or first)))
    return tuple(spans)


def asked_about_platform(names: tuple[str, ...]) -> bool:
    """Return whether names of a rule make it one that is asked about the platform's addresses (fact F10)."""
    return not ASKED_ABOUT_PLATFORM.isdisjoint(names)


def _port_in(port: int, spans: tuple[PortSpan, ...] | None) -> bool:
    return spans is None or any(first <= port <= last for first, last in spans)


def _end_text(names: tuple[str, ...], spans: tuple[PortSpan, ...] | None) -> str:
    text = ",".join(names)
    return text if spans is None else f"{text} port {','.join(_spans_list(spans))}"


def _spans_list(spans: tuple[PortSpan, ...] | None) -> list[str]:
    if spans is None:
        return ["*"]
    return [str(first) if first == last else f"{first}-{last}" for first, last in spans]


def _prefixes_text(addresses: AddressSet | None) -> list[str]:
    return ["*"] if addresses is None else [str(prefix) for prefix in addresses.prefixes()]
