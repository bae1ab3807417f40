"""Warnings about rights: a controller that may not write what it will have to, or may write more than that.

Source: Azure RBAC, overview (without a role at the scope access is not allowed) and best practices (the least
privilege that does the work, no broader scope than that). The fact sheet says nothing of rights.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from netcore.document.faults import FIELDS
from netcore.document.models import Route, Scenario
from netcore.document.problems import Problem, choices, pointer, quoted
from netcore.document.values import Address
from netcore.failover.mechanisms.route_pollers import DESIGN
from netcore.words import say


def warnings(scenario: Scenario) -> tuple[Problem, ...]:
    """Return what the rights of controllers have too little or too much, by place; none without controllers.

    Args:
        scenario: without problems. Looks at each NIC, balancer and route once.
    """
    if not scenario.controllers:
        return ()
    return (*_missing(scenario), *_wide(scenario))


def _missing(scenario: Scenario) -> Iterator[Problem]:
    """Yield, for each VM that fails in a fault, the tables to it that no controller may write."""
    controllers = scenario.controllers
    if any(one.scope == "subscription" for one in controllers.values()):
        return
    first = next(iter(controllers))
    rights = {table for one in controllers.values() for table in one.tables}
    missing: dict[str, list[str]] = {}
    for table, vm in _leading(scenario, _failing(scenario)).items():
        if table not in rights:
            missing.setdefault(vm, []).append(table)
    for vm, tables in missing.items():
        yield Problem(
            "controller-right-missing",
            pointer(("controllers", first, "tables")),
            quoted(say("no right to {tables}, with routes to {vm}", tables=choices(tables), vm=vm)),
            say("controllers that may write all tables with routes to {vm}", vm=vm),
            say(
                "When {vm} fails, the write is refused (403 AuthorizationFailed) and the routes stay.", vm=vm
            ),
        )


def _wide(scenario: Scenario) -> Iterator[Problem]:
    """Yield rights to everything, and to tables in which no route leads to a VM."""
    useful = _leading(scenario, scenario.topology.vms)
    for key, one in scenario.controllers.items():
        if one.scope == "subscription":
            yield Problem(
                "controller-right-wide",
                pointer(("controllers", key, "scope")),
                quoted(say("{name} may write everything", name=one.name)),
                say("a role on the route tables that it rewrites"),
                say("Whoever takes over its identity may change the whole network; name the tables."),
            )
            continue
        unused = [table for table in dict.fromkeys(one.tables) if table not in useful]
        if unused:
            yield Problem(
                "controller-right-unused",
                pointer(("controllers", key, "tables")),
                quoted(say("{name} may write {tables}", name=one.name, tables=choices(unused))),
                say("tables in which a route leads to an appliance"),
                say("There is nothing in them that the controller rewrites; take the right away."),
            )


def _failing(scenario: Scenario) -> set[str]:
    """Return the VMs that fail in faults for which controllers may race."""
    found = set()
    for fault in scenario.faults.values():
        if not fault.designs or DESIGN.id in fault.designs:
            found |= {
                one.vm for one in (fault, *fault.then) if "vm" in FIELDS[one.kind] and one.vm is not None
            }
    return found


def _leading(scenario: Scenario, vms: Collection[str]) -> dict[str, str]:
    """Return the route tables that lead to some VMs, also through a balancer, each with the name of one."""
    held = _held(scenario, vms)
    found = {}
    for table, one in scenario.topology.route_tables.items():
        vm = next((held[hop] for route in one.routes.values() if (hop := _hop(route)) in held), None)
        if vm is not None:
            found[table] = scenario.topology.vms[vm].name
    return found


def _hop(route: Route) -> Address | str | None:
    return route.next_hop_ip if route.target is None else route.target


def _held(scenario: Scenario, vms: Collection[str]) -> dict[Address | str | None, str]:
    """Return what routes may name to lead to some VMs, and which VM that is."""
    topology = scenario.topology
    found: dict[Address | str | None, str] = {}
    of = {key: nic.vm for key, nic in topology.nics.items() if nic.vm is not None and nic.vm in vms}
    for key, vm in of.items():
        found[f"nics/{key}"] = vm
        found |= {one.address: vm for one in topology.nics[key].configurations.values()}
    for balancer in topology.load_balancers.values():
        for rule in balancer.rules.values():
            front, pool = balancer.frontends.get(rule.frontend), balancer.pools.get(rule.pool or "")
            if front is None or pool is None or front.address is None:
                continue
            behind = next((of[member.nic] for member in pool.members.values() if member.nic in of), None)
            if behind is not None:
                found[front.address] = behind
    return found
