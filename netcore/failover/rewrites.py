"""Which routes lead to an appliance, and what they become when another one takes over.

A route that names a balancer's frontend leads to nobody in particular. Before the fault the design lets it
name the NIC of the appliance that will fail, as an active and a standby appliance are drawn without one.
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.document.models import NextHopType, Route, RouteTable, Scenario
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.moments import Assumption
from netcore.failover.redraw import changed, redrawn, replaced
from netcore.failover.scene import Scene
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One route table and its routes that change; ``before`` and ``after`` by route id."""

    table: str
    before: dict[str, Route]
    after: dict[str, Route]
    nics: tuple[str, ...]
    """NICs of the standby that the routes lead to afterwards."""

    def set(self, scene: Scene) -> int:
        """Put the rewrite into a scene as a setting with two values and return its number."""
        flag_lost = "flag-lost" in scene.fault.conditions
        return scene.set(
            say("routes of {table}", table=self.table),
            lambda scenario: scenario,
            lambda scenario: self._written(scenario, flag_lost=flag_lost),
        )

    def _written(self, scenario: Scenario, *, flag_lost: bool) -> Scenario:
        made = replaced(scenario, "route_tables", self.table, routes=self._routes(scenario, self.after))
        for nic in self.nics if flag_lost else ():
            made = replaced(made, "nics", nic, ip_forwarding=False)
        return made

    def drawn(self, scenario: Scenario) -> RouteTable:
        """Return the table before the fault."""
        return changed(scenario.topology.route_tables[self.table], routes=self._routes(scenario, self.before))

    def _routes(self, scenario: Scenario, those: dict[str, Route]) -> dict[str, Route]:
        return {**scenario.topology.route_tables[self.table].routes, **those}


def rewrites(scenario: Scenario, vm: str, standby: str) -> tuple[Rewrite, ...]:
    """Return what is rewritten when a standby takes over, by table.

    Raises:
        NotModelled: no route leads to the VM, or the standby has no NIC where one leads.
    """
    found = []
    for key, table in sorted(scenario.topology.route_tables.items()):
        before: dict[str, Route] = {}
        after: dict[str, Route] = {}
        nics: list[str] = []
        for route_id, route in sorted(table.routes.items()):
            here = _nic_of(scenario, vm, route)
            if here is None:
                continue
            there = _twin(scenario, standby, here, f"route_tables/{key}/routes/{route_id}")
            before[route_id], after[route_id] = (_to(scenario, route, nic) for nic in (here, there))
            nics.append(there)
        if after:
            found.append(Rewrite(key, before, after, tuple(dict.fromkeys(nics))))
    if not found:
        name = scenario.topology.vms[vm].name
        raise NotModelled(
            say(
                "No route names an address of {name}, or of a balancer in front of it, so none can be "
                "rewritten.",
                name=name,
            )
        )
    return tuple(found)


def begun(scenario: Scenario, found: tuple[Rewrite, ...]) -> tuple[Scenario, tuple[Assumption, ...]]:
    """Return the drawing before the fault, and what was changed in it."""
    tables = {one.table: one.drawn(scenario) for one in found}
    old = scenario.topology.route_tables
    notes = tuple(
        Assumption(
            say("route_tables/{key}: redrawn", key=key),
            say("routes that named a balancer name the NIC of the active appliance"),
            None,
            say("the design, as an edit of the drawing"),
        )
        for key, table in tables.items()
        if table != old[key]
    )
    return redrawn(scenario, route_tables={**old, **tables}), notes


def forward_tables(scenario: Scenario) -> set[str]:
    """Return the route tables by which the sources of drawn flows send."""
    topology = scenario.topology
    subnets: set[str] = set()
    for flow in scenario.traffic.values():
        kind, _, key = flow.source.partition("/")
        if kind == "vms":
            subnets |= {nic.subnet for nic in topology.nics.values() if nic.vm == key}
            continue
        host = topology.hosts.get(key)
        gateway = topology.gateways.get(host.gateway or "") if host is not None else None
        if gateway is not None:
            subnets |= {
                name
                for name, subnet in topology.subnets.items()
                if subnet.vnet == gateway.vnet and subnet.name.lower() == "gatewaysubnet"
            }
    return {table for key in subnets if (table := topology.subnets[key].route_table) is not None}


def _nic_of(scenario: Scenario, vm: str, route: Route) -> str | None:
    """Return the NIC of a VM that a route leads to, through a balancer too."""
    topology = scenario.topology
    mine = {key: nic for key, nic in sorted(topology.nics.items()) if nic.vm == vm}
    if route.next_hop_type is NextHopType.RESOURCE:
        key = (route.target or "").removeprefix("nics/")
        return key if key in mine else None
    if route.next_hop_type is not NextHopType.VIRTUAL_APPLIANCE or route.next_hop_ip is None:
        return None
    for key, nic in mine.items():
        if any(held.address == route.next_hop_ip for held in nic.configurations.values()):
            return key
    return next((nic for nic in _behind(scenario, route.next_hop_ip) if nic in mine), None)


def _behind(scenario: Scenario, address: Address) -> list[str]:
    """Return the NICs in the pools behind a frontend's address."""
    found = []
    for _, balancer in sorted(scenario.topology.load_balancers.items()):
        for _, rule in sorted(balancer.rules.items()):
            front, pool = balancer.frontends.get(rule.frontend), balancer.pools.get(rule.pool or "")
            if front is not None and front.address == address and pool is not None:
                found += [member.nic for _, member in sorted(pool.members.items())]
    return found


def _twin(scenario: Scenario, standby: str, nic: str, at: str) -> str:
    """Return the standby's NIC in the subnet of another."""
    topology = scenario.topology
    subnet = topology.nics[nic].subnet
    for key, other in sorted(topology.nics.items()):
        if other.vm == standby and other.subnet == subnet:
            return key
    name = topology.vms[standby].name
    raise NotModelled(
        say(
            "{name} has no NIC in subnet {subnet}, so {at} cannot lead to it.",
            name=name,
            subnet=subnet,
            at=at,
        )
    )


def _to(scenario: Scenario, route: Route, nic: str) -> Route:
    """Return a route that leads to a NIC, in the way it was drawn."""
    if route.next_hop_type is NextHopType.RESOURCE:
        return changed(route, target=f"nics/{nic}")
    held = scenario.topology.nics[nic].configurations
    if any(one.address == route.next_hop_ip for one in held.values()):
        return route
    version = route.next_hop_ip.version if route.next_hop_ip is not None else 4
    ordered = sorted(held.items(), key=lambda item: (not item[1].primary, item[0]))
    for _, one in ordered:
        if one.address.version == version:
            return changed(route, next_hop_ip=one.address)
    raise NotModelled(
        say("NIC {nic} has no IPv{version} address that a route could name.", nic=nic, version=version)
    )
