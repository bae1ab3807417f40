"""What rules let pass between two addresses, as sets of headers.

The rules of a set are asked in order and the first match decides, so each rule takes from what the earlier
ones have left. The answer depends on the addresses only by which rules name them: pairs of addresses with
the same rules share one answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netcore.batch.portsets import EVERYTHING, NOTHING, PortSet, box
from netcore.control.prefixes import AddressSet
from netcore.control.rules import EffectiveRule, RuleAccess, RuleSet
from netcore.document.guests import GuestFirewallRule
from netcore.document.values import Address
from netcore.trace.packet import PROTOCOL_NUMBERS, protocol_number


class Decided(NamedTuple):
    """What the first matching rule of one set does; headers that no rule matches are in none of the three."""

    allowed: PortSet
    denied: PortSet
    always: PortSet


def headers_of(rule: EffectiveRule) -> PortSet:
    """Return the headers that a rule matches between addresses that it names."""
    protocols = None if rule.protocol == "*" else {PROTOCOL_NUMBERS[rule.protocol]}
    return box(protocols, rule.source_ports, rule.destination_ports)


def decided(rules: Iterable[EffectiveRule]) -> Decided:
    """Return what the first match does, of rules that all name the two addresses.

    Args:
        rules: in the order they are asked.
    """
    left = EVERYTHING
    found = dict.fromkeys(RuleAccess, NOTHING)
    for rule in rules:
        if not left:
            break
        hit = left & headers_of(rule)
        found[rule.access] |= hit
        left -= hit
    return Decided(found[RuleAccess.ALLOW], found[RuleAccess.DENY], found[RuleAccess.ALWAYS_ALLOW])


class Filters:
    """Answers about the rule sets of one network, remembered for as long as it lives."""

    __slots__ = ("_by_rules", "_kept", "_naming", "_passed")

    def __init__(self) -> None:
        self._kept: dict[int, RuleSet] = {}
        """What the ids below belong to; kept, for the id of what is gone may come again."""
        self._naming: dict[tuple[int, bool, Address], int] = {}
        self._by_rules: dict[tuple[int, int], Decided] = {}
        self._passed: dict[tuple[bool, tuple[int, ...], tuple[int, ...]], PortSet] = {}

    def passed(
        self, sets: tuple[RuleSet, ...], source: Address, destination: Address, *, closed: bool = False
    ) -> PortSet:
        """Return the headers that rule sets asked one after the other let pass (facts F2, F3, F14).

        Args:
            sets: in the order they are asked.
            closed: where no group is asked, nothing passes but what an admin rule always allows (fact F1).
        """
        naming = tuple(self.naming(rules, source, destination) for rules in sets)
        key = (closed, tuple(map(id, sets)), naming)
        found = self._passed.get(key)
        if found is None:
            found = self._passed[key] = self._pass(sets, naming, closed)
        return found

    def naming(self, rules: RuleSet, source: Address, destination: Address) -> int:
        """Return which rules of a set name both addresses: bit 0 is the first one."""
        return self._side(rules, True, source) & self._side(rules, False, destination)

    def deciding(self, rules: RuleSet, naming: int) -> Decided:
        """Return what the rules of a set decide that ``naming`` names."""
        key = (id(rules), naming)
        found = self._by_rules.get(key)
        if found is None:
            self._kept[id(rules)] = rules
            found = decided(rule for number, rule in enumerate(rules.rules) if naming >> number & 1)
            self._by_rules[key] = found
        return found

    def _pass(self, sets: tuple[RuleSet, ...], naming: tuple[int, ...], closed: bool) -> PortSet:
        open_still, ended = EVERYTHING, NOTHING
        for rules, named in zip(sets, naming, strict=True):
            one = self.deciding(rules, named)
            ended |= open_still & one.always
            open_still -= one.denied | one.always
        if closed and all(rules.where == "admin" for rules in sets):
            return ended
        return open_still | ended

    def _side(self, rules: RuleSet, source: bool, address: Address) -> int:
        key = (id(rules), source, address)
        found = self._naming.get(key)
        if found is None:
            self._kept[id(rules)] = rules
            found = 0
            for number, rule in enumerate(rules.rules):
                if _names(rule.sources if source else rule.destinations, address):
                    found |= 1 << number
            self._naming[key] = found
        return found


def _names(addresses: AddressSet | None, address: Address) -> bool:
    return addresses is None or address in addresses


def firewall_passed(rules: Iterable[GuestFirewallRule], source: Address, destination: Address) -> PortSet:
    """Return the first packets that the firewall of a guest lets pass; what no rule matches passes."""
    left, passed = EVERYTHING, NOTHING
    for rule in rules:
        if rule.source is not None and source not in rule.source:
            continue
        if rule.destination is not None and destination not in rule.destination:
            continue
        protocols = None if rule.protocol == "*" else {protocol_number(rule.protocol)}
        hit = left & box(protocols, destination_ports=tuple(map(_run, rule.destination_ports)))
        if rule.access != "Deny":
            passed |= hit
        left -= hit
    return passed | left


def _run(text: str) -> tuple[int, int]:
    if text == "*":
        return 0, 65_535
    first, _, last = text.partition("-")
    return int(first), int(last or first)
