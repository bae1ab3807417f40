"""Subnets of the platform's own machines: what may not be attached to them (facts D63, D64, F13)."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.models import Subnet
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report route tables and security groups that the platform refuses on its own subnets."""
    if not drawing.provider.platform_subnets:
        return
    for subnet_id, subnet in drawing.topology.subnets.items():
        match subnet.name.lower():
            case "gatewaysubnet":
                _group(drawing, subnet_id, subnet, "F13")
                _gateway_table(drawing, subnet_id, subnet)
            case "routeserversubnet":
                _group(drawing, subnet_id, subnet, "D64")
                _no_table(drawing, subnet_id, subnet)
            case _:
                pass


def _group(drawing: Drawing, subnet_id: str, subnet: Subnet, fact: str) -> None:
    if subnet.security_group is not None:
        drawing.add(
            "platform-subnet-group",
            ("subnets", subnet_id, "security_group"),
            subnet.security_group,
            say("no security group on {name}", name=subnet.name),
            say("Attach it to the subnets of the VMs instead."),
            fact,
        )


def _no_table(drawing: Drawing, subnet_id: str, subnet: Subnet) -> None:
    if subnet.route_table is not None:
        drawing.add(
            "platform-subnet-table",
            ("subnets", subnet_id, "route_table"),
            subnet.route_table,
            say("no route table on {name}", name=subnet.name),
            say(
                "Route servers exchange routes and forward nothing; put the routes on the subnets of the VMs."
            ),
            "D64",
        )


def _gateway_table(drawing: Drawing, subnet_id: str, subnet: Subnet) -> None:
    """Report what the table of a GatewaySubnet may not say (fact D63)."""
    table = drawing.topology.route_tables.get(subnet.route_table or "")
    if table is None:
        return
    if table.gateway_propagation is False:
        drawing.add(
            "gateway-subnet-propagation",
            ("subnets", subnet_id, "route_table"),
            say("{route_table}, which takes no gateway routes", route_table=subnet.route_table),
            say("a table on {name} that takes them", name=subnet.name),
            say("Without its own routes the gateway stops working; switch propagation on."),
            "D63",
        )
    for route_id, route in table.routes.items():
        if not isinstance(route.prefix, str) and route.prefix.version == 4 and route.prefix.prefixlen == 0:
            drawing.add(
                "gateway-subnet-default",
                ("subnets", subnet_id, "route_table"),
                say(
                    "{route_table} with route {route_id} for {prefix}",
                    route_table=subnet.route_table,
                    route_id=route_id,
                    prefix=route.prefix,
                ),
                say("a table on {name} without a default route", name=subnet.name),
                say("Name the ranges of the virtual networks instead."),
                "D63",
            )
