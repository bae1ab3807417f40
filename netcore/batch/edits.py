"""What an edit changes in a document, and how far its consequences go.

An edit of a kind that is not known here, or with consequences that cannot be told beforehand, has no plan:
the network is compiled anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from netcore.document.checks.edges import GATEWAY_SUBNET
from netcore.document.models import NIC, Scenario, Subnet, Topology, VirtualMachine
from netcore.document.part import Part

_SUBNET: Final = frozenset({"name", "route_table", "security_group", "service_endpoints"})
_NIC: Final = frozenset({"name", "security_group", "ip_forwarding", "configurations"})


@dataclass
class Plan:
    """How far an edit goes.

    Args:
        subnets: whose routes or rules may be others now.
        groups: security groups that say something else.
        nics: NICs that have other security groups.
        vms: VMs that are something else themselves, or whose NICs are.
        renamed: VMs that have, or whose NICs have, other names only.
        vnets: virtual networks that a changed peering joins.
        carries: peerings that carry forwarded packets now, or no longer, and are as before otherwise.
        drawn: whether subnets came or went.
    """

    subnets: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    nics: set[str] = field(default_factory=set)
    vms: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    vnets: set[str] = field(default_factory=set)
    carries: set[str] = field(default_factory=set)
    drawn: bool = False


class _Unplanned(Exception):
    """An edit that has no plan."""


def plan_of(before: Scenario, after: Scenario) -> Plan | None:
    """Return how far an edit goes; None where that is not known."""
    if before.profile != after.profile or before.switches != after.switches:
        return None
    one, other = before.topology, after.topology
    plan = Plan()
    tables: set[str] = set()
    try:
        for name in Topology.model_fields:
            here, there = getattr(one, name), getattr(other, name)
            if here is there:
                continue
            for key in _differing(here, there):
                if name == "route_tables":
                    tables.add(key)
                elif name == "security_groups":
                    plan.groups.add(key)
                elif name in _PLANNERS:
                    _PLANNERS[name](plan, one, other, key)
                else:
                    return None
    except _Unplanned:
        return None
    if tables and one.route_servers:
        return None  # a session of a route server may depend on a table (fact D63)
    for topology in (one, other):
        for key, subnet in topology.subnets.items():
            if subnet.route_table in tables or subnet.vnet in plan.vnets:
                plan.subnets.add(key)
    return plan


def _differing(one: Any, other: Any) -> Iterator[str]:
    """Yield the keys at which two collections differ."""
    for key in {**one, **other}:
        here, there = one.get(key), other.get(key)
        if here is not there and here != there:
            yield key


def _fields(one: Part, other: Part) -> set[str]:
    """Return the fields in which two parts of one kind differ."""
    names = type(one).model_fields
    return {name for name in names if getattr(one, name) != getattr(other, name)}


def _need(true: bool) -> None:
    if not true:
        raise _Unplanned


def _subnet(plan: Plan, before: Topology, after: Topology, key: str) -> None:
    one, other = before.subnets.get(key), after.subnets.get(key)
    if one is None or other is None:
        # Nothing else names it: what does, differs as well, or would be a problem.
        drawn: Subnet | None = one or other
        _need(drawn is not None and not drawn.name.endswith("Subnet") and not drawn.default_outbound)
        plan.drawn = True
        plan.subnets.add(key)
        return
    changed = _fields(one, other)
    _need(changed <= _SUBNET)
    if "name" in changed:  # some names mean something
        _need(not one.name.endswith("Subnet") and not other.name.endswith("Subnet"))
    if changed != {"name"}:
        plan.subnets.add(key)


def _vm(plan: Plan, before: Topology, after: Topology, key: str) -> None:
    one, other = before.vms.get(key), after.vms.get(key)
    if one is None or other is None:
        raise _Unplanned
    if _fields(one, other) == {"name"}:
        plan.renamed.add(key)
        return
    _need(not _speaks(one) and not _speaks(other))
    plan.vms.add(key)


def _speaks(vm: VirtualMachine) -> bool:
    """Return whether a guest arranges something with other guests."""
    guest = vm.guest
    return guest.bgp is not None or bool(guest.redundancy) or guest.session_sync


def _nic(plan: Plan, before: Topology, after: Topology, key: str) -> None:
    one, other = before.nics.get(key), after.nics.get(key)
    if one is None or other is None:
        raise _Unplanned
    changed = _fields(one, other)
    _need(changed <= _NIC)
    if "security_group" in changed:
        plan.nics.add(key)
    if changed == {"security_group"}:
        return
    if one.vm is None:
        raise _Unplanned
    if changed <= {"name", "security_group"}:
        plan.renamed.add(one.vm)
        return
    _need("configurations" not in changed or _only_addresses(one, other))
    _need(not _speaks(before.vms[one.vm]) and not _speaks(after.vms[one.vm]))
    plan.vms.add(one.vm)


def _only_addresses(one: NIC, other: NIC) -> bool:
    """Return whether a NIC has other addresses, and neither groups nor public addresses besides."""
    both = (*one.configurations.values(), *other.configurations.values())
    return not any(each.application_groups or each.public_ip or each.gateway_balancer for each in both)


def _peering(plan: Plan, before: Topology, after: Topology, key: str) -> None:
    for topology in (before, after):
        # What is learned somewhere may travel over peerings.
        _need(not (topology.connections or topology.sites or topology.route_servers))
        _need(not (topology.connected_groups or topology.transit_gateways))
        _need(all(vm.guest.bgp is None for vm in topology.vms.values()))
        _need(all(balancer.sku != "gateway" for balancer in topology.load_balancers.values()))
    links = [link for topology in (before, after) if (link := topology.peerings.get(key)) is not None]
    if len(links) == 2 and _fields(*links) == {"allow_forwarded"}:
        plan.carries.add(key)  # no table and no tag hangs on it
        return
    plan.vnets |= {vnet for link in links for vnet in (link.vnet, link.remote_vnet)}


_PLANNERS: Final[dict[str, Callable[[Plan, Topology, Topology, str], None]]] = {
    "subnets": _subnet,
    "vms": _vm,
    "nics": _nic,
    "peerings": _peering,
}


def gateway_subnets(topology: Topology) -> set[str]:
    """Return the subnets by whose tables gateways send."""
    if not topology.gateways:
        return set()
    return {key for key, subnet in topology.subnets.items() if subnet.name == GATEWAY_SUBNET}


def edited(before: Scenario, after: Scenario) -> tuple[str, ...]:
    """Return the paths of what two documents say otherwise, such as ``route_tables/spoke/routes/default``."""
    found = [name for name in ("profile", "switches") if getattr(before, name) != getattr(after, name)]
    for name in Topology.model_fields:
        found += _edited(name, getattr(before.topology, name), getattr(after.topology, name))
    return tuple(found)


def _edited(path: str, one: Any, other: Any) -> Iterator[str]:
    """Yield the deepest paths at which two values differ."""
    if one is other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            if key not in one or key not in other:
                yield f"{path}/{key}"
            else:
                yield from _edited(f"{path}/{key}", one[key], other[key])
    elif isinstance(one, Part) and type(one) is type(other):
        if one != other:
            for name in type(one).model_fields:
                yield from _edited(f"{path}/{name}", getattr(one, name), getattr(other, name))
    elif one != other:
        yield path
