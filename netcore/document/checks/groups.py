"""Application groups: who may wear them, and which rules may name them; fact F12 with its limits."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.models import SecurityRule
from netcore.words import say

GROUPS_PER_CONFIGURATION = 20
RULES_PER_GROUP = 1_000


def check(drawing: Drawing) -> None:
    """Report what is wrong with application groups and with the rules that name them."""
    homes = _members(drawing)
    for group_id, group in drawing.topology.security_groups.items():
        if len(group.rules) > RULES_PER_GROUP:
            drawing.add(
                "too-many-rules",
                ("security_groups", group_id, "rules"),
                say("{count:,} rules", count=len(group.rules)),
                say("at most {rules_per_group:,}", rules_per_group=RULES_PER_GROUP),
                say("Join prefixes and ports in one rule, or name application groups and service tags."),
                "F12",
            )
        for rule_id, rule in group.rules.items():
            _rule(drawing, ("security_groups", group_id, "rules", rule_id), rule, homes)


def _members(drawing: Drawing) -> dict[str, str]:
    """Report members out of place; return the virtual network of each group's first member."""
    homes: dict[str, str] = {}
    for nic_id, nic in drawing.topology.nics.items():
        vnet = drawing.vnet_of_nic(nic_id)
        for key, configuration in nic.configurations.items():
            path = ("nics", nic_id, "configurations", key, "application_groups")
            worn = configuration.application_groups
            if len(worn) > GROUPS_PER_CONFIGURATION:
                drawing.add(
                    "too-many-groups",
                    path,
                    say("{count} application groups", count=len(worn)),
                    say(
                        "at most {groups_per_configuration}",
                        groups_per_configuration=GROUPS_PER_CONFIGURATION,
                    ),
                    say("Give the rules prefixes instead, or join groups."),
                    "F12",
                )
            for number, group in enumerate(worn):
                if not drawing.refer((*path, number), "application_groups", group) or vnet is None:
                    continue
                home = homes.setdefault(group, vnet)
                if home != vnet:
                    drawing.add(
                        "group-in-two-vnets",
                        (*path, number),
                        say(
                            "{group} in {vnet}, which has members in {home}",
                            group=group,
                            vnet=vnet,
                            home=home,
                        ),
                        say("all members of an application group in one virtual network"),
                        say("Make a group for each virtual network."),
                        "F12",
                    )
    return homes


def _rule(drawing: Drawing, path: tuple[object, ...], rule: SecurityRule, homes: dict[str, str]) -> None:
    sides = (
        ("source", rule.source, rule.source_groups),
        ("destination", rule.destination, rule.destination_groups),
    )
    for field, entries, groups in sides:
        for number, group in enumerate(groups):
            drawing.refer((*path, f"{field}_groups", number), drawing.provider.rule_groups, group)
        if groups and entries != ("*",):
            drawing.add(
                "rule-groups-and-prefixes",
                (*path, field),
                ", ".join(entries) or say("an empty list"),
                say("* where {field}_groups names groups", field=field),
                say("A rule names groups or prefixes on one side, not both; make two rules of it."),
                "F12",
            )
    named = dict.fromkeys((*rule.source_groups, *rule.destination_groups))
    vnets = dict.fromkeys(homes[group] for group in named if group in homes)
    if len(vnets) > 1:
        drawing.add(
            "rule-groups-apart",
            path,
            say("groups with members in {vnets}", vnets=" and ".join(vnets)),
            say("groups whose members are all in one virtual network"),
            say("Write prefixes for the side that is in another virtual network."),
            "F12",
        )
