"""Faults of security groups, balancers and ways out."""

from __future__ import annotations

from collections.abc import Iterator

from netcore.checks.faults.fault import Fault, added, changed, joined, removed
from netcore.document.models import Access, Direction, SecurityGroup, SecurityRule, Topology
from netcore.words import say


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
        at = f"security_groups/{key}"
        edits = [added(f"{at}/rules/no-probes", rule)]
        if first == 100 and 101 not in inbound:  # no priority is left before the first rule, so it steps back
            edits.insert(0, changed(f"{at}/rules/{inbound[100]}/priority", 100, 101))
        elif first == 100:
            continue
        words = say("The group {name} denies the balancer's probes.", name=group.name)
        repair = say("Remove the rule no-probes from {name}.", name=group.name)
        yield Fault("probe-blocked", at, words, repair, *joined(edits))


def _allowing(topology: Topology) -> Iterator[tuple[str, SecurityGroup, str, SecurityRule]]:
    """Yield path and value of each security group, and of each of its rules that allow."""
    for key, group in topology.security_groups.items():
        for name, rule in group.rules.items():
            if rule.access is Access.ALLOW:
                yield f"security_groups/{key}", group, name, rule


def denied(topology: Topology) -> Iterator[Fault]:
    """A rule denies what it is meant to let in (fact F3)."""
    for at, group, name, rule in _allowing(topology):
        if rule.direction is Direction.INBOUND:
            words = say("The rule {name} of {group_name} denies.", name=name, group_name=group.name)
            repair = say("Let the rule {name} of {group_name} allow.", name=name, group_name=group.name)
            edit = changed(f"{at}/rules/{name}/access", Access.ALLOW, Access.DENY)
            yield Fault("denied", at, words, repair, *edit)


def wrong_port(topology: Topology) -> Iterator[Fault]:
    """The port of a rule was mistyped: two of its digits changed places."""
    for at, group, name, rule in _allowing(topology):
        port, *others = rule.destination_ports
        if not port.isdigit() or len(port) < 2:
            continue
        swapped = port[:-2] + port[-1] + port[-2]
        if swapped != port and not swapped.startswith("0") and int(swapped) <= 65_535:
            words = say(
                "The rule {name} of {group_name} lets port {swapped} in, and not {port}.",
                name=name,
                group_name=group.name,
                swapped=swapped,
                port=port,
            )
            repair = say(
                "Let the rule {name} of {group_name} let port {port} in.",
                name=name,
                group_name=group.name,
                port=port,
            )
            path = f"{at}/rules/{name}/destination_ports"
            yield Fault("wrong-port", at, words, repair, *changed(path, [port, *others], [swapped, *others]))


def rule_missing(topology: Topology) -> Iterator[Fault]:
    """A rule that lets something in is gone."""
    for at, group, name, rule in _allowing(topology):
        words = say("The group {name} has no rule {rule} any more.", name=group.name, rule=name)
        repair = say("Add the rule {name} to {group_name}.", name=name, group_name=group.name)
        yield Fault("rule-missing", at, words, repair, *removed(f"{at}/rules/{name}", rule))


def probe_port(topology: Topology) -> Iterator[Fault]:
    """A probe asks a port that nothing answers at (fact J7)."""
    for key, balancer in topology.load_balancers.items():
        for name, probe in balancer.probes.items():
            other = 8_081 if probe.port != 8_081 else 8_082
            at = f"load_balancers/{key}"
            words = say(
                "The probe {name} of {balancer_name} asks port {other}.",
                name=probe.name,
                balancer_name=balancer.name,
                other=other,
            )
            repair = say(
                "Let the probe {name} of {balancer_name} ask port {port}.",
                name=probe.name,
                balancer_name=balancer.name,
                port=probe.port,
            )
            edit = changed(f"{at}/probes/{name}/port", probe.port, other)
            yield Fault("probe-port", at, words, repair, *edit)


def member_down(topology: Topology) -> Iterator[Fault]:
    """All members of a pool were taken out by hand for maintenance, and not put back (fact J13)."""
    for key, balancer in topology.load_balancers.items():
        for name, pool in balancer.pools.items():
            if pool.members and all(member.admin_state == "none" for member in pool.members.values()):
                at = f"load_balancers/{key}"
                words = say(
                    "The members of the pool {name} of {balancer_name} are taken out by hand.",
                    name=pool.name,
                    balancer_name=balancer.name,
                )
                repair = say("Put the members of {name} back.", name=pool.name)
                edits = [
                    changed(f"{at}/pools/{name}/members/{member}/admin_state", "none", "down")
                    for member in pool.members
                ]
                yield Fault("member-down", at, words, repair, *joined(edits))


def nat_detached(topology: Topology) -> Iterator[Fault]:
    """A subnet has lost its NAT gateway (fact K2)."""
    for key, subnet in topology.subnets.items():
        if subnet.nat_gateway is not None:
            at = f"subnets/{key}"
            words = say("The subnet {name} has no NAT gateway.", name=subnet.name)
            repair = say(
                "Give {name} the NAT gateway {nat_gateway}.", name=subnet.name, nat_gateway=subnet.nat_gateway
            )
            edit = changed(f"{at}/nat_gateway", subnet.nat_gateway, None)
            yield Fault("nat-detached", at, words, repair, *edit)


def public_address_gone(topology: Topology) -> Iterator[Fault]:
    """A NIC has lost its public address (fact K1)."""
    for key, nic in topology.nics.items():
        for name, one in nic.configurations.items():
            if one.public_ip is not None:
                at = f"nics/{key}"
                words = say("{name} has no public address.", name=nic.name)
                repair = say(
                    "Give {name} the public address {public_ip}.", name=nic.name, public_ip=one.public_ip
                )
                edit = changed(f"{at}/configurations/{name}/public_ip", one.public_ip, None)
                yield Fault("public-address-gone", at, words, repair, *edit)
