"""Security rules and security admin rules: facts F3, F14 and F15, and the tags that rules name."""

from __future__ import annotations

from netcore.document.checks import groups
from netcore.document.checks.ground import Drawing
from netcore.document.models import AdminRule, Direction, SecurityRule
from netcore.document.problems import choices
from netcore.document.tags import BUILT_IN_TAGS, rule_prefix
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what is wrong with the rules of the security groups, and with what they name."""
    groups.check(drawing)
    for group_id, group in drawing.topology.security_groups.items():
        seen: dict[tuple[Direction, int], str] = {}
        for rule_id, rule in group.rules.items():
            path = ("security_groups", group_id, "rules", rule_id)
            first = seen.setdefault((rule.direction, rule.priority), rule_id)
            if first != rule_id:
                drawing.add(
                    "priority-twice",
                    (*path, "priority"),
                    say("{priority}, as in rule {first}", priority=rule.priority, first=first),
                    say(
                        "each priority once among the {value} rules of a group",
                        value=rule.direction.value.lower(),
                    ),
                    say("Choose a free priority from 100 to 4096."),
                    "F3",
                )
            _entries(drawing, path, rule)
            _ports(drawing, path, rule)
    for rule_id, admin in drawing.topology.admin_rules.items():
        place = ("admin_rules", rule_id)
        for number, vnet in enumerate(admin.vnets):
            drawing.refer((*place, "vnets", number), "vnets", vnet)
        _entries(drawing, place, admin)
        _ports(drawing, place, admin)


def _entries(drawing: Drawing, path: tuple[object, ...], rule: SecurityRule | AdminRule) -> None:
    versions: set[int] = set()
    for field, entries in (("source", rule.source), ("destination", rule.destination)):
        if not entries:
            drawing.add(
                "rule-without-entries",
                (*path, field),
                say("an empty list"),
                say("at least one prefix, address or service tag, or *"),
                say("Write * for any address."),
                "F3",
            )
        for number, entry in enumerate(entries):
            version = _entry(drawing, (*path, field, number), entry)
            if version is not None:
                versions.add(version)
    if len(versions) > 1:
        drawing.add(
            "rule-mixed-versions",
            path,
            say("IPv4 and IPv6 prefixes"),
            say("prefixes of one IP version"),
            say("Make two rules of it, one for each IP version."),
            "F15",
        )


def _entry(drawing: Drawing, path: tuple[object, ...], entry: str) -> int | None:
    """Report an entry that stands for nothing; return the IP version of a prefix."""
    try:
        prefix = rule_prefix(entry)
    except ValueError:
        drawing.add(
            "bad-prefix",
            path,
            entry,
            say("a prefix with no bits set behind its length, an address, a service tag, or *"),
            say("Write it as address/length, such as 10.0.0.0/16."),
            "F3",
        )
        return None
    if prefix is not None:
        return prefix.version
    if entry != "*" and entry not in BUILT_IN_TAGS and entry not in drawing.topology.service_tags:
        known = choices([*BUILT_IN_TAGS, *drawing.topology.service_tags])
        drawing.add(
            "unknown-service-tag",
            path,
            entry,
            say("a prefix, an address, a service tag, or *"),
            say("Known tags: {known}. Others are added to service_tags with their prefixes.", known=known),
            "F3",
        )
    return None


def _ports(drawing: Drawing, path: tuple[object, ...], rule: SecurityRule | AdminRule) -> None:
    for field, texts in (("source_ports", rule.source_ports), ("destination_ports", rule.destination_ports)):
        if not texts:
            drawing.add(
                "rule-without-entries",
                (*path, field),
                say("an empty list"),
                say("a port, a range, or *"),
                say("Write * for any port."),
                "F3",
            )
        for number, text in enumerate(texts):
            if text == "*":
                continue
            first, _, last = text.partition("-")
            if not 0 <= int(first) <= int(last or first) <= 65535:
                drawing.add(
                    "bad-port-range",
                    (*path, field, number),
                    text,
                    say("ports from 0 to 65535, the smaller one first"),
                    say("Write one port, or first-last."),
                    "F3",
                )
