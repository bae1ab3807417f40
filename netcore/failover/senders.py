"""Whose hosts send towards an address, and so have to learn where it is (facts A21, D65)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from netcore.document.models import Scenario
from netcore.document.values import Address


def senders_to(scenario: Scenario, addresses: Collection[Address], without: Collection[str]) -> Iterator[str]:
    """Yield who sends to private addresses: VMs and gateways of subnets routed to them, and traffic.

    Args:
        without: VM ids that are left out.

    Returns: ``vms/ID`` and ``gateways/ID``, sorted.
    """
    topology = scenario.topology
    tables = {
        key
        for key, table in topology.route_tables.items()
        if any(route.next_hop_ip in addresses for route in table.routes.values())
    }
    named = {flow.source for flow in scenario.traffic.values() if flow.destination in map(str, addresses)}
    found = set(_of_tables(scenario, tables)) | {name for name in named if name.startswith("vms/")}
    yield from sorted(found - {f"vms/{vm}" for vm in without})


def senders_by(scenario: Scenario, table: str, without: Collection[str]) -> Iterator[str]:
    """Yield who sends by a route table, sorted."""
    yield from sorted(set(_of_tables(scenario, {table})) - {f"vms/{vm}" for vm in without})


def _of_tables(scenario: Scenario, tables: Collection[str]) -> Iterator[str]:
    topology = scenario.topology
    subnets = {key: subnet for key, subnet in topology.subnets.items() if subnet.route_table in tables}
    for nic in topology.nics.values():
        if nic.vm and nic.subnet in subnets:
            yield f"vms/{nic.vm}"
    vnets = {subnet.vnet for subnet in subnets.values() if subnet.name.lower() == "gatewaysubnet"}
    for key, gateway in topology.gateways.items():
        if gateway.vnet in vnets:
            yield f"gateways/{key}"
