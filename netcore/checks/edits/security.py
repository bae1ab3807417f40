"""Candidate edits of security groups, application groups and admin rules."""

from __future__ import annotations

from collections.abc import Iterator

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import change, free, put, remove
from netcore.document.models import Topology
from netcore.trace.model import Header, Place, Step
from netcore.trace.packet import ICMP, TCP, UDP
from netcore.trace.sentences import flow_text

_NAMES = {TCP: "tcp", UDP: "udp", 50: "esp", 51: "ah", 1: "icmp"}


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits of what denied the packet, and of what could have."""
    for step in case.steps[::-1]:
        if step.place is Place.SECURITY:
            yield from _at(case, step)
    for rule_id in sorted(case.topology.admin_rules):
        yield edit("admin.remove", remove(f"admin_rules/{rule_id}"), rule=rule_id)


def _at(case: Case, step: Step) -> Iterator[Candidate]:
    topology = case.topology
    header = step.before
    holders = _holders(topology, step)
    groups = dict.fromkeys(group for _, group in holders if group in topology.security_groups)
    ref = step.matched.ref.split("/") if step.matched is not None and step.matched.ref else []
    if len(ref) > 1 and ref[0] == "security_groups" and ref[1] in topology.security_groups:
        groups = dict.fromkeys((ref[1], *groups))
    for group in groups:
        for side in ("Inbound", "Outbound"):
            yield from allowed(topology, group, side, header, ref)
        for rule_id, rule in sorted(topology.security_groups[group].rules.items()):
            path = f"security_groups/{group}/rules/{rule_id}"
            if rule.access == "Deny":
                yield edit("security.turn", change(f"{path}/access", "Allow"), rule=rule_id, group=group)
                yield edit("security.remove", remove(path), rule=rule_id, group=group)
            for wanted in (*rule.source_groups, *rule.destination_groups):
                yield from _members(case, wanted)
    for holder, held in holders:
        if held is not None:
            yield edit("security.detach", change(f"{holder}/security_group", None), group=held, holder=holder)
    if not groups:
        yield from _attached(topology, holders, header)


def allowed(topology: Topology, group: str, side: str, header: Header, ref: list[str]) -> Iterator[Candidate]:
    """Yield the rule that lets exactly this flow pass, just before the rule that denied it."""
    rules = topology.security_groups[group].rules
    taken = {rule.priority for rule in rules.values() if rule.direction == side}
    denying = rules.get(ref[3]) if len(ref) > 3 and ref[1] == group and ref[2] == "rules" else None
    below = denying.priority if denying is not None else 4097
    for start in dict.fromkeys((below, min(taken, default=4097))):
        priority = next((number for number in range(start - 1, 99, -1) if number not in taken), None)
        if priority is not None:
            yield edit(
                "security.allow",
                put(f"security_groups/{group}/rules/{free(rules, 'allowed')}", _rule(priority, side, header)),
                flow=flow_text(header),
                side=side.lower(),
                group=group,
                priority=priority,
            )


def _rule(priority: int, side: str, header: Header) -> dict[str, object]:
    ported = header.protocol in (TCP, UDP)
    return {
        "priority": priority,
        "direction": side,
        "access": "Allow",
        "protocol": "icmp" if header.protocol in ICMP else _NAMES.get(header.protocol, "*"),
        "source": [str(header.source)],
        "destination": [str(header.destination)],
        "destination_ports": [str(header.destination_port)] if ported and header.destination_port else ["*"],
    }


def _holders(topology: Topology, step: Step) -> list[tuple[str, str | None]]:
    """Return the paths of NIC and subnet at a step, each with its security group."""
    kind, _, name = (step.at or "").partition("/")
    found: list[tuple[str, str | None]] = []
    if kind == "nics" and name in topology.nics:
        nic = topology.nics[name]
        found = [(f"nics/{name}", nic.security_group)]
        found.append((f"subnets/{nic.subnet}", topology.subnets[nic.subnet].security_group))
    elif kind == "subnets" and name in topology.subnets:
        found = [(f"subnets/{name}", topology.subnets[name].security_group)]
    return found


def _attached(
    topology: Topology, holders: list[tuple[str, str | None]], header: Header
) -> Iterator[Candidate]:
    """Yield a new group for a NIC that nothing opens."""
    key = free(topology.security_groups, "allowed")
    made = {"name": key, "rules": {"allowed": _rule(100, "Inbound", header)}}
    for holder, _ in holders:
        yield edit(
            "security.attach",
            put(f"security_groups/{key}", made),
            change(f"{holder}/security_group", key),
            holder=holder,
            flow=flow_text(header),
        )


def _members(case: Case, group: str) -> Iterator[Candidate]:
    for nic_id in case.nics:
        for key, found in case.topology.nics[nic_id].configurations.items():
            if group in case.topology.application_groups and group not in found.application_groups:
                path = f"nics/{nic_id}/configurations/{key}/application_groups"
                patch = change(path, [*found.application_groups, group])
                yield edit("security.member", patch, nic=nic_id, group=group)
