"""Security groups: singular and plural fields, service tags, application security groups."""

from __future__ import annotations

import re
from typing import Any

from netcore.document.tags import BUILT_IN_TAGS
from netcore.formats.arm_draft import SECURITY_GROUPS, Draft
from netcore.formats.arm_network import local_ids, need_tag, parts
from netcore.formats.arm_props import Props, to_prefix
from netcore.words import say

RULES = f"{SECURITY_GROUPS}/securityrules"
_PROTOCOLS = {
    "*": "*",
    "any": "*",
    "all": "*",
    "tcp": "tcp",
    "udp": "udp",
    "icmp": "icmp",
    "esp": "esp",
    "ah": "ah",
}
_PORTS = re.compile(r"\*|\d{1,5}(-\d{1,5})?")


def map_security_groups(draft: Draft) -> None:
    """Fill ``security_groups``. Needs the addresses of the NICs for application security groups."""
    for resource in draft.of(SECURITY_GROUPS):
        key = draft.ids["security_groups"][resource.id.lower()]
        entries = parts(draft, resource, "securityRules", RULES)
        rules: dict[str, Any] = {}
        for local, (name, props) in zip(local_ids([name for name, _ in entries]), entries, strict=True):
            rule = _rule(draft, name, props)
            if rule is not None:
                rules[local] = rule
        draft.topology["security_groups"][key] = {"name": resource.short[:120], "rules": rules}
    parents = {r.id.lower() for r in draft.of(SECURITY_GROUPS)}
    for child in draft.of(RULES):
        if child.id.lower().rsplit("/", 2)[0] not in parents:
            draft.notes.add("left out", child.label, say("Its security group is not in this file."))


def _rule(draft: Draft, name: str, props: Props) -> dict[str, Any] | None:
    """Return one rule, or None with a note that says why not."""
    rule: dict[str, Any] = {}
    priority = props.number("priority")
    direction, access = props.text("direction").capitalize(), props.text("access").capitalize()
    protocol = _PROTOCOLS.get(props.text("protocol").lower())
    why = None
    if priority is None or not 100 <= priority <= 4096:
        why = say("its priority is {priority}; 100 to 4096 are allowed.", priority=priority)
    elif direction not in ("Inbound", "Outbound") or access not in ("Allow", "Deny") or protocol is None:
        why = say("its direction, access or protocol is not one we know.")
    else:
        rule |= {"priority": priority, "direction": direction, "access": access, "protocol": protocol}
        for side in ("source", "destination"):
            rule[side] = _places(draft, props, side)
            rule[f"{side}_ports"] = _ports(props, side)
            if not rule[side] or not rule[f"{side}_ports"]:
                why = why or say("its {side} names nothing that can be read.", side=side)
    if why is not None:
        draft.notes.add("left out", props.label, say("Rule {name}: {why}", name=name, why=why))
        return None
    return rule


def _ports(props: Props, side: str) -> list[str]:
    texts = props.texts(f"{side}PortRange", f"{side}PortRanges")
    found = [text.replace(" ", "") for text in texts]
    if any(text in ("*", "0-65535") for text in found):
        return ["*"]
    return [text for text in found if _PORTS.fullmatch(text) and all(int(p) < 65536 for p in text.split("-"))]


def _places(draft: Draft, props: Props, side: str) -> list[str]:
    found: dict[str, None] = {}
    for text in props.texts(f"{side}AddressPrefix", f"{side}AddressPrefixes"):
        found.update(dict.fromkeys(_place(draft, props, text)))
    for group in props.refs(f"{side}ApplicationSecurityGroups"):
        members = draft.application_groups.get(group.lower(), [])
        name = group.rpartition("/")[2]
        draft.notes.add(
            "assumed" if members else "left out",
            props.label,
            say(
                "The application security group {name} is written as the addresses of its members "
                "({members}).",
                name=name,
                members=", ".join(members[:5]) or say("none in this file"),
            ),
        )
        found.update(dict.fromkeys(members))
    return list(found)


def _place(draft: Draft, props: Props, text: str) -> list[str]:
    if text.lower() in ("*", "any"):
        return ["*"]
    if re.match(r"[\d.]+(/\d+)?$", text) or ":" in text:
        network = to_prefix(text)
        if network is None:
            draft.notes.add("unclear", props.label, say("{text!r} is not a prefix.", text=text[:60]))
            return []
        written = str(network) if "/" in text else str(network.network_address)
        if written.split("/")[0] != text.split("/")[0].lower() and network.version == 4:
            draft.notes.add(
                "assumed", props.label, say("{text} is written as {network}.", text=text, network=network)
            )
        return [written]
    for tag in BUILT_IN_TAGS:
        if text.lower() == tag.lower():
            return [tag]
    need_tag(draft, text[:120], props.label)
    return [text[:120]]
