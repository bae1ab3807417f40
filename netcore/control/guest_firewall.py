"""The firewall inside a guest: which of its rules decides about a first packet."""

from __future__ import annotations

from collections.abc import Sequence

from netcore.document.guests import Guest, GuestFirewallRule
from netcore.trace.model import Header
from netcore.trace.packet import protocol_number


def by_hook(guest: Guest) -> dict[str, tuple[GuestFirewallRule, ...]]:
    """Return the rules of a guest's firewall by hook, in the order they are asked."""
    hooks: dict[str, tuple[GuestFirewallRule, ...]] = {}
    if not guest.firewall:
        return hooks
    for _, rule in sorted(guest.firewall.items(), key=lambda item: (item[1].priority, item[0])):
        hooks[rule.hook] = (*hooks.get(rule.hook, ()), rule)
    return hooks


def denying(rules: Sequence[GuestFirewallRule], header: Header) -> GuestFirewallRule | None:
    """Return the rule that denies the first packet of a flow, or None; what no rule matches is allowed.

    Args:
        rules: of one hook, in the order they are asked.
    """
    rule = next((rule for rule in rules if _matches(rule, header)), None)
    return rule if rule is not None and rule.access == "Deny" else None


def _matches(rule: GuestFirewallRule, header: Header) -> bool:
    if rule.protocol != "*" and protocol_number(rule.protocol) != header.protocol:
        return False
    if rule.source is not None and header.source not in rule.source:
        return False
    if rule.destination is not None and header.destination not in rule.destination:
        return False
    return any(_within(text, header.destination_port) for text in rule.destination_ports)


def _within(text: str, port: int) -> bool:
    first, _, last = text.partition("-")
    return text == "*" or int(first) <= port <= int(last or first)
