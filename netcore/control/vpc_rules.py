"""Effective rules where groups of NICs only allow and lists of subnets keep no state (fact L20)."""

from __future__ import annotations

from ipaddress import ip_network

from netcore.control.prefixes import AddressSet
from netcore.control.rules import (
    EffectiveRule,
    EffectiveRules,
    Level,
    RuleAccess,
    RuleSet,
    Side,
    asked_about_platform,
)
from netcore.document.models import Direction

DEFAULT_GROUP = "default"
"""Name of the group that NICs without one wear."""

_LAST = 65_535


class VpcRules(EffectiveRules):
    """Makes the rules in force at the NICs of a drawing: the group of the NIC, the list of the subnet.

    Every NIC wears a group; without one drawn it is the network's default group, which lets its members in
    and everything out. A subnet without a list lets everything pass.
    """

    __slots__ = ()

    def at(self, subnet_id: str, nic_group: str | None, direction: Direction) -> tuple[RuleSet, ...]:
        """Return the rule sets at a NIC in evaluation order: outbound the group first, inbound the list."""
        group = nic_group if nic_group in self._topology.security_groups else None
        rules = self._default_group(subnet_id, direction) if group is None else ()
        if group is not None:
            rules = self._rules(subnet_id, group, "nic", direction)
        sets = [RuleSet(group or DEFAULT_GROUP, "nic", rules)]
        listed = self._topology.subnets[subnet_id].security_group
        if listed is not None and listed in self._topology.security_groups:
            found = self._rules(subnet_id, listed, "subnet", direction)
            sets.append(RuleSet(listed, "subnet", found, stateful=False))
        return tuple(sets if direction is Direction.OUTBOUND else reversed(sets))

    def _rules(
        self, subnet_id: str, group: str, where: Level, direction: Direction
    ) -> tuple[EffectiveRule, ...]:
        """Return the drawn rules and a last one: deny, or allow where nothing is said of what leaves."""
        drawn = self._topology.security_groups[group].rules
        rules = [
            self._rule(
                subnet_id,
                group,
                where,
                key,
                f"security_groups/{group}/rules/{key}",
                rule,
                rule.source_groups,
                rule.destination_groups,
            )
            for key, rule in sorted(drawn.items(), key=lambda item: (item[1].priority, item[0]))
            if rule.direction is direction
        ]
        open_out = where == "nic" and direction is Direction.OUTBOUND and not rules
        access = RuleAccess.ALLOW if open_out else RuleAccess.DENY
        ref = f"security_groups/{group}/default_rules"
        rules.append(_last(group, where, ref, direction, access, None, "*"))
        return tuple(rules)

    def _default_group(self, subnet_id: str, direction: Direction) -> tuple[EffectiveRule, ...]:
        """Return the rules of the group that NICs of a network wear without one drawn."""
        vnet = self._topology.subnets[subnet_id].vnet
        ref = f"vnets/{vnet}/default_group"
        if direction is Direction.OUTBOUND:
            return (_last(DEFAULT_GROUP, "nic", ref, direction, RuleAccess.ALLOW, None, "*"),)
        members = self._members_of(None, vnet)
        return (
            _last(
                DEFAULT_GROUP,
                "nic",
                ref,
                direction,
                RuleAccess.ALLOW,
                members,
                f"group {DEFAULT_GROUP}",
                _LAST - 1,
            ),
            _last(DEFAULT_GROUP, "nic", ref, direction, RuleAccess.DENY, None, "*"),
        )

    def _end(self, subnet_id: str, names: tuple[str, ...], groups: tuple[str, ...]) -> Side:
        """Return one side of a rule; groups are those of NICs here."""
        if not groups:
            return super()._end(subnet_id, names, groups)
        prefixes = [prefix for group in groups for prefix in self._members_of(group, None).prefixes()]
        said = tuple(f"group {group}" for group in groups)
        return AddressSet(prefixes), said, asked_about_platform(names)

    def _members_of(self, group: str | None, vnet: str | None) -> AddressSet:
        """Return the addresses of the NICs that wear a group; of one network, where one is given."""
        subnets = self._topology.subnets
        return AddressSet(
            ip_network(configuration.address)
            for nic in self._topology.nics.values()
            if nic.security_group == group
            and nic.subnet in subnets
            and vnet in (None, subnets[nic.subnet].vnet)
            for configuration in nic.configurations.values()
        )


def _last(
    group: str,
    where: Level,
    ref: str,
    direction: Direction,
    access: RuleAccess,
    sources: AddressSet | None,
    source_name: str,
    priority: int = _LAST,
) -> EffectiveRule:
    """Return one of the rules that nobody draws."""
    name = f"{access.value.lower()}-{'all' if sources is None else 'members'}"
    return EffectiveRule(
        group,
        where,
        name,
        f"{ref}/{name}",
        priority,
        direction,
        access,
        "*",
        sources,
        (source_name,),
        None,
        None,
        ("*",),
        None,
        default=True,
        facts=("L20",),
    )
