"""Faults of security groups, balancers and ways out."""

from __future__ import annotations

from collections.abc import Iterator

from netcore.checks.faults.fault import Fault, added, changed, removed
from netcore.document.models import Access, Direction, Topology


def probe_blocked(topology: Topology) -> Iterator[Fault]:
    """A security group denies the balancer's probes (facts F3, J7)."""
    pooled = {
        member.nic
        for balancer in topology.load_balancers.values()
        for pool in balancer.pools.values()
        for member in pool.members.values()
    }
    groups = {
        group
        for nic in pooled & set(topology.nics)
        for group in (
            topology.nics[nic].security_group,
            topology.subnets[topology.nics[nic].subnet].security_group,
        )
        if group is not None
    }
    for key in sorted(groups):
        group = topology.security_groups[key]
        inbound = {
            rule.priority: name for name, rule in group.rules.items() if rule.direction is Direction.INBOUND
        }
        first = min(inbound, default=4097)
        rule = {
            "priority": max(first - 1, 100),
            "direction": "Inbound",
            "access": "Deny",
            "source": ["AzureLoadBalancer"],
        }
        patch, undo = added(f"security_groups/{key}/rules/no-probes", rule)
        if first == 100 and 101 not in inbound:  # no priority is left before the first rule, so it steps back
            there, back = changed(f"security_groups/{key}/rules/{inbound[100]}/priority", 100, 101)
            patch, undo = there + patch, undo + back
        elif first == 100:
            continue
        words = f"The group {group.name} denies the balancer's probes."
        repair = f"Remove the rule no-probes from {group.name}."
        yield Fault("probe-blocked", f"security_groups/{key}", words, repair, patch, undo)


def denied(topology: Topology) -> Iterator[Fault]:
    """A rule denies what it is meant to let in (fact F3)."""
    for key, group in topology.security_groups.items():
        for name, rule in group.rules.items():
            if rule.access is Access.ALLOW and rule.direction is Direction.INBOUND:
                patch, undo = changed(f"security_groups/{key}/rules/{name}/access", "Allow", "Deny")
                words = f"The rule {name} of {group.name} denies."
                repair = f"Let the rule {name} of {group.name} allow."
                yield Fault("denied", f"security_groups/{key}", words, repair, patch, undo)


def wrong_port(topology: Topology) -> Iterator[Fault]:
    """The port of a rule was mistyped: two of its digits changed places."""
    for key, group in topology.security_groups.items():
        for name, rule in group.rules.items():
            port = rule.destination_ports[0]
            swapped = port[:-2] + port[-1] + port[-2] if len(port) > 1 else port
            if (
                rule.access is Access.ALLOW
                and port.isdigit()
                and swapped != port
                and not swapped.startswith("0")
                and int(swapped) <= 65_535
            ):
                path = f"security_groups/{key}/rules/{name}/destination_ports"
                patch, undo = changed(
                    path, list(rule.destination_ports), [swapped, *rule.destination_ports[1:]]
                )
                words = f"The rule {name} of {group.name} lets port {swapped} in, and not {port}."
                repair = f"Let the rule {name} of {group.name} let port {port} in."
                yield Fault("wrong-port", f"security_groups/{key}", words, repair, patch, undo)


def rule_missing(topology: Topology) -> Iterator[Fault]:
    """A rule that lets something in is gone."""
    for key, group in topology.security_groups.items():
        for name, rule in group.rules.items():
            if rule.access is Access.ALLOW:
                patch, undo = removed(f"security_groups/{key}/rules/{name}", rule)
                words = f"The group {group.name} has no rule {name} any more."
                repair = f"Add the rule {name} to {group.name}."
                yield Fault("rule-missing", f"security_groups/{key}", words, repair, patch, undo)


def probe_port(topology: Topology) -> Iterator[Fault]:
    """A probe asks a port that nothing answers at (fact J7)."""
    for key, balancer in topology.load_balancers.items():
        for name, probe in balancer.probes.items():
            other = 8_081 if probe.port != 8_081 else 8_082
            patch, undo = changed(f"load_balancers/{key}/probes/{name}/port", probe.port, other)
            words = f"The probe {probe.name} of {balancer.name} asks port {other}."
            repair = f"Let the probe {probe.name} of {balancer.name} ask port {probe.port}."
            yield Fault("probe-port", f"load_balancers/{key}", words, repair, patch, undo)


def member_down(topology: Topology) -> Iterator[Fault]:
    """All members of a pool were taken out by hand for maintenance, and not put back (fact J13)."""
    for key, balancer in topology.load_balancers.items():
        for name, pool in balancer.pools.items():
            if pool.members and all(member.admin_state == "none" for member in pool.members.values()):
                steps = [
                    changed(f"load_balancers/{key}/pools/{name}/members/{member}/admin_state", "none", "down")
                    for member in pool.members
                ]
                patch = tuple(one for there, _ in steps for one in there)
                undo = tuple(one for _, back in steps for one in back)
                words = f"The members of the pool {pool.name} of {balancer.name} are taken out by hand."
                repair = f"Put the members of {pool.name} back."
                yield Fault("member-down", f"load_balancers/{key}", words, repair, patch, undo)


def nat_detached(topology: Topology) -> Iterator[Fault]:
    """A subnet has lost its NAT gateway (fact K2)."""
    for key, subnet in topology.subnets.items():
        if subnet.nat_gateway is not None:
            patch, undo = changed(f"subnets/{key}/nat_gateway", subnet.nat_gateway, None)
            words = f"The subnet {subnet.name} has no NAT gateway."
            repair = f"Give {subnet.name} the NAT gateway {subnet.nat_gateway}."
            yield Fault("nat-detached", f"subnets/{key}", words, repair, patch, undo)


def public_address_gone(topology: Topology) -> Iterator[Fault]:
    """A NIC has lost its public address (fact K1)."""
    for key, nic in topology.nics.items():
        for name, one in nic.configurations.items():
            if one.public_ip is not None:
                path = f"nics/{key}/configurations/{name}/public_ip"
                patch, undo = changed(path, one.public_ip, None)
                words = f"{nic.name} has no public address."
                repair = f"Give {nic.name} the public address {one.public_ip}."
                yield Fault("public-address-gone", f"nics/{key}", words, repair, patch, undo)
