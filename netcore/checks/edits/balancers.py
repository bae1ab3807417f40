"""Candidate edits of balancers: rules, pools, probes, floating IP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import change, free, put
from netcore.document.balancers import LoadBalancer
from netcore.trace.packet import TCP, UDP, protocol_name

_DISTRIBUTIONS = ("5-tuple", "source-ip", "source-ip-protocol")


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits of the balancers on the way, and of those whose frontend the packet was sent to."""
    for balancer_id in dict.fromkeys((*case.balancers, *_asked(case))):
        balancer = case.topology.load_balancers[balancer_id]
        yield from _rules(case, balancer_id, balancer)
        yield from _probes(case, balancer_id, balancer)
        yield from _pools(case, balancer_id, balancer)
        for field, wanted, kind in (
            ("cross_zone", True, "lb.cross_zone"),
            ("preserve_client_ip", False, "lb.client_ip"),
        ):
            if getattr(balancer, field) is not wanted:
                path = f"load_balancers/{balancer_id}/{field}"
                yield edit(kind, change(path, wanted), balancer=balancer_id)


def _asked(case: Case) -> list[str]:
    """Return the balancers that have the destination as a frontend."""
    topology = case.topology
    wanted = {case.header.destination, case.trace.packet.destination}
    found = []
    for key, balancer in sorted(topology.load_balancers.items()):
        for frontend in balancer.frontends.values():
            public = topology.public_ips.get(frontend.public_ip or "")
            if frontend.address in wanted or (public is not None and public.address in wanted):
                found.append(key)
    return found


def _rules(case: Case, balancer_id: str, balancer: LoadBalancer) -> Iterator[Candidate]:
    path = f"load_balancers/{balancer_id}/rules"
    header = case.header
    key = free(balancer.rules, "added")
    for frontend in sorted(balancer.frontends):
        for pool in sorted(balancer.pools):
            made: dict[str, Any] = {"name": key, "frontend": frontend, "pool": pool}
            values = {"balancer": balancer_id, "frontend": frontend, "pool": pool}
            probe = next(iter(sorted(balancer.probes)), None)
            if header.protocol in (TCP, UDP) and header.destination_port:
                name, port = protocol_name(header.protocol), header.destination_port
                rule = {**made, "probe": probe, "protocol": name, "frontend_port": port, "backend_port": port}
                yield edit("lb.rule", put(f"{path}/{key}", rule), service=f"{name}/{port}", **values)
            rule = {**made, "probe": probe, "protocol": "all", "frontend_port": 0, "backend_port": 0}
            yield edit("lb.ha", put(f"{path}/{key}", rule), **values)
    for rule_id, drawn in sorted(balancer.rules.items()):
        if drawn.probe is not None:
            off = change(f"{path}/{rule_id}/probe", None)
            yield edit("lb.probe_off", off, rule=rule_id, balancer=balancer_id)
        turned = change(f"{path}/{rule_id}/floating_ip", not drawn.floating_ip)
        state = "off" if drawn.floating_ip else "on"
        yield edit("lb.floating", turned, rule=rule_id, balancer=balancer_id, state=state)
        for distribution in _DISTRIBUTIONS:
            if distribution != drawn.distribution:
                other = change(f"{path}/{rule_id}/distribution", distribution)
                yield edit(
                    "lb.distribution", other, rule=rule_id, balancer=balancer_id, distribution=distribution
                )


def _probes(case: Case, balancer_id: str, balancer: LoadBalancer) -> Iterator[Candidate]:
    topology = case.topology
    members = [member.nic for pool in balancer.pools.values() for member in pool.members.values()]
    nics = [topology.nics[nic] for nic in members if nic in topology.nics]
    served = {
        service.port
        for nic in nics
        if nic.vm in topology.vms
        for service in (topology.vms[nic.vm].guest.services or {}).values()
        if service.protocol == "tcp"
    }
    for probe_id, probe in sorted(balancer.probes.items()):
        path = f"load_balancers/{balancer_id}/probes/{probe_id}"
        if probe.all_down != "all":
            yield edit("lb.all_down", change(f"{path}/all_down", "all"), balancer=balancer_id)
        for port in sorted(served - {probe.port})[:4]:
            asks = change(f"{path}/port", port)
            yield edit("lb.probe_port", asks, probe=probe_id, balancer=balancer_id, port=port)
        for nic in nics:
            services = topology.vms[nic.vm].guest.services if nic.vm in topology.vms else None
            if services is not None:
                made = {"protocol": "tcp", "port": probe.port}
                put_service = put(f"vms/{nic.vm}/guest/services/{free(services, 'probed')}", made)
                yield edit("guest.service", put_service, vm=nic.vm, service=f"tcp/{probe.port}")
    groups = {nic.security_group for nic in nics} | {
        topology.subnets[nic.subnet].security_group for nic in nics
    }
    for group in sorted(group for group in groups if group in topology.security_groups):
        rules = topology.security_groups[group].rules
        taken = {rule.priority for rule in rules.values() if rule.direction == "Inbound"}
        priority = next((n for n in range(min(taken, default=4097) - 1, 99, -1) if n not in taken), None)
        if priority is not None:
            rule = {
                "priority": priority,
                "direction": "Inbound",
                "access": "Allow",
                "source": ["AzureLoadBalancer"],
            }
            path = f"security_groups/{group}/rules/{free(rules, 'probes')}"
            yield edit("lb.probe_allow", put(path, rule), group=group, priority=priority)


def _pools(case: Case, balancer_id: str, balancer: LoadBalancer) -> Iterator[Candidate]:
    pooled = {member.nic for pool in balancer.pools.values() for member in pool.members.values()}
    for pool_id, pool in sorted(balancer.pools.items()):
        path = f"load_balancers/{balancer_id}/pools/{pool_id}/members"
        for member_id, member in sorted(pool.members.items()):
            if member.admin_state == "down":
                up = change(f"{path}/{member_id}/admin_state", "none")
                yield edit("lb.admin", up, member=member_id, balancer=balancer_id)
        if pool.members:
            continue
        for nic_id, nic in sorted(case.topology.nics.items()):
            first = next((key for key, found in nic.configurations.items() if found.primary), None)
            if nic_id not in pooled and first is not None and nic.vm is not None:
                made = put(f"{path}/{free(pool.members, nic_id)}", {"nic": nic_id, "configuration": first})
                yield edit("lb.member", made, nic=nic_id, pool=pool_id, balancer=balancer_id)
