"""Questions about a drawing as it stands: problems, routes, rules, guests, health, warnings, switches."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import netcore
from netcore.command_line import inputs
from netcore.command_line.output import NO, YES, problem_lines, rows, table


def check(options: argparse.Namespace) -> int:
    """Say all problems of a document."""
    problems = inputs.reading(options.file).problems
    if options.json:
        rows(problem.as_dict() for problem in problems)
    elif problems:
        print(*problem_lines(problems), sep="\n")
    print(f"problems: {len(problems)}", file=sys.stderr if options.json else sys.stdout)
    return NO if problems else YES


def routes(options: argparse.Namespace) -> int:
    """Show the effective routes of a NIC, and what overrides those that do not count."""
    document = inputs.scenario(options.file)
    nic = inputs.nic(options.nic, document)
    network = netcore.compile(document)
    found = [row.as_dict() for row in netcore.effective_routes(network, nic)]
    if options.json:
        rows(found)
        return YES
    shown, why = netcore.routes_shown(network, f"nics/{nic}")
    if not shown:
        print(f"The platform would not show them: {why}")
    heads = ["Source", "State", "Address prefixes", "Next hop type", "Next hop IP"]
    keys = ["source", "state", "prefixes", "next_hop_type", "next_hop_ips"]
    for head, key in (("Target", "target"), ("Overridden by", "overridden_by")):
        if any(row[key] for row in found):
            heads.append(head)
            keys.append(key)
    table(heads, ([row[key] for key in keys] for row in found))
    return YES


def rules(options: argparse.Namespace) -> int:
    """Show the security rules in force at a NIC in the order in which they are asked."""
    document = inputs.scenario(options.file)
    nic = inputs.nic(options.nic, document)
    network = netcore.compile(document)
    groups = document.topology.security_groups
    sides = [options.direction] if options.direction else list(netcore.Direction)
    for side in sides:
        found = netcore.effective_rules(network, nic, side)
        if options.json:
            rows(rule.as_dict() for rule in found)
            continue
        print(f"{netcore.Direction(side).value}: {'no rule' if not found else len(found)}")
        if found:
            heads = ("Level", "Group", "Priority", "Name", "Access", "Protocol", "Source", "Destination")
            table(
                heads,
                (
                    (
                        rule.where,
                        groups[rule.security_group].name if rule.security_group in groups else None,
                        rule.priority,
                        rule.name,
                        rule.access.value,
                        rule.protocol,
                        rule.source_text,
                        rule.destination_text,
                    )
                    for rule in found
                ),
                indent="  ",
            )
    return YES


def guest(options: argparse.Namespace) -> int:
    """Show what the guest of a VM believes."""
    document = inputs.scenario(options.file)
    view = netcore.guest_view(document, inputs.vm(options.vm, document)).as_dict()
    if options.json:
        rows([view])
        return YES
    lists = {title: value for title, value in view.items() if isinstance(value, list | tuple)}
    table((), ((title, value) for title, value in view.items() if title not in lists))
    for title, value in lists.items():
        _print_list(title, value)
    return YES


def _print_list(title: str, value: Any) -> None:
    """Print one list of a guest as a table; addresses of a NIC in one cell."""
    if not value:
        print(f"{title}: none")
        return
    print(title)
    if not isinstance(value[0], dict):
        table(("address",), ([line] for line in value), indent="  ")
        return
    keys = [key for key in value[0] if any(line[key] not in (None, "", ()) for line in value)]
    heads = [key.replace("_", " ") for key in keys]
    table(heads, ([_cell(line[key]) for key in keys] for line in value), indent="  ")


def _cell(value: Any) -> Any:
    """Return a cell; the addresses of a NIC as words, such as ``10.0.0.4 (lease)``."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [f"{part['address']} ({part['origin']}{_foreign(part)})" for part in value]
    return value


def _foreign(address: dict[str, Any]) -> str:
    return "" if address["given"] else ", unknown to the platform"


def health(options: argparse.Namespace) -> int:
    """Show what each balancing rule holds of each backend."""
    found = netcore.backend_health(inputs.scenario(options.file))
    if options.json:
        rows(
            {
                "balancer": row.balancer,
                "rule": row.rule,
                "pool": row.pool,
                "member": row.member,
                "healthy": row.healthy,
                "reason": row.reason,
            }
            for row in found
        )
    elif found:
        heads = ("Balancer", "Rule", "Pool", "Backend", "Healthy", "Why not")
        lines = ((row.balancer, row.rule, row.pool, row.member, row.healthy, row.reason) for row in found)
        table(heads, lines)
    else:
        print("The document has no balancing rule with a backend.")
    return YES if all(row.healthy for row in found) else NO


def warnings(options: argparse.Namespace) -> int:
    """Say what the maker of a drawing should know although it runs."""
    found = netcore.warnings(inputs.scenario(options.file))
    if options.json:
        rows(problem.as_dict() for problem in found)
    elif found:
        print(*problem_lines(found), sep="\n")
    print(f"warnings: {len(found)}", file=sys.stderr if options.json else sys.stdout)
    return NO if found else YES


def switches(options: argparse.Namespace) -> int:
    """Show the open points of the sources: what holds here, what the profile says, what else there is."""
    document = inputs.scenario(options.file)
    found = netcore.switches(document.profile)
    lines = [
        {"switch": name, "here": document.switches.get(name, one["default"]), **one}
        for name, one in found.items()
    ]
    if options.json:
        rows(lines)
        return YES
    print(f"profile {document.profile}")
    heads = ("Switch", "Here", "Profile", "Choices", "What it decides")
    keys = ("switch", "here", "default", "choices", "text")
    table(heads, ([line[key] for key in keys] for line in lines))
    return YES
