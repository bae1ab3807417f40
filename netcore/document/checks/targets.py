"""Routes that name objects, and who may use a table: facts D40, D41, L6-L10, L16."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from netcore.document.checks.ground import KINDS, Drawing
from netcore.document.models import NextHopType, Route
from netcore.document.outside import Gateway, InternetGateway
from netcore.document.problems import choices
from netcore.document.values import Network
from netcore.words import say

TARGETS = (
    "nics",
    "nat_gateways",
    "internet_gateways",
    "gateways",
    "peerings",
    "transit_gateways",
    "private_endpoints",
)
"""Collections whose things a route may name (fact L9)."""

_STEERS = ("nics", "nat_gateways", "private_endpoints")
"""What a route inside an own range may lead to (facts L8, L10)."""


def check(drawing: Drawing) -> None:
    """Report references of gateways that lead nowhere, and routes whose target the provider refuses."""
    _references(drawing)
    for table_id, table in drawing.topology.route_tables.items():
        users = list(_users(drawing, table_id))
        for route_id, route in table.routes.items():
            path = ("route_tables", table_id, "routes", route_id)
            if _target(drawing, path, route):
                for vnet in dict.fromkeys(vnet for vnet, _ in users):
                    _at_home(drawing, path, route, vnet)
            if drawing.provider.steering == "whole-subnets" and not isinstance(route.prefix, str):
                for vnet, gateway in dict.fromkeys(users):
                    _inside(drawing, path, route, route.prefix, vnet, gateway)


def _references(drawing: Drawing) -> None:
    topology = drawing.topology
    for key, vnet in topology.vnets.items():
        drawing.refer(("vnets", key, "main_route_table"), "route_tables", vnet.main_route_table)
    for key, nat in topology.nat_gateways.items():
        drawing.refer(("nat_gateways", key, "subnet"), "subnets", nat.subnet)
    for key, gateway in topology.gateways.items():
        drawing.refer(("gateways", key, "route_table"), "route_tables", gateway.route_table)
    attached: dict[str, str] = {}
    for key, way in topology.internet_gateways.items():
        drawing.refer(("internet_gateways", key, "vnet"), "vnets", way.vnet)
        drawing.refer(("internet_gateways", key, "route_table"), "route_tables", way.route_table)
        first = attached.setdefault(way.vnet, key)
        if first != key:
            drawing.add(
                "internet-gateway-twice",
                ("internet_gateways", key, "vnet"),
                say("{vnet}, as internet gateway {first}", vnet=way.vnet, first=first),
                say("one internet gateway in a virtual network"),
                say("Remove one of the two."),
                "L6",
            )
    for key in topology.transit_gateways:
        _transit(drawing, key)
    for key, endpoint in topology.private_endpoints.items():
        kind, _, balancer = endpoint.service.partition("/")
        path = ("private_endpoints", key, "service")
        if kind != "load_balancers" or not drawing.refer(path, "load_balancers", balancer):
            continue
        if topology.load_balancers[balancer].sku != "gateway":
            drawing.add(
                "endpoint-balancer",
                path,
                say(
                    "{balancer}, which is a {sku} balancer",
                    balancer=balancer,
                    sku=topology.load_balancers[balancer].sku,
                ),
                say("a balancer of sku gateway"),
                say("Only a gateway balancer has endpoints."),
                "L18",
            )


def _transit(drawing: Drawing, key: str) -> None:
    """Report what is wrong with one transit gateway (fact L16)."""
    gateway = drawing.topology.transit_gateways[key]
    base = ("transit_gateways", key)
    for name, item in gateway.attachments.items():
        path = (*base, "attachments", name)
        drawing.refer((*path, "vnet"), "vnets", item.vnet)
        drawing.refer((*path, "gateway"), "gateways", item.gateway)
        if (item.vnet is None) == (item.gateway is None):
            drawing.add(
                "transit-attachment",
                path,
                say("both a network and a gateway")
                if item.vnet is not None
                else say("neither a network nor a gateway"),
                say("one virtual network, or one gateway"),
                say("Make one attachment for each thing that is joined."),
                "L16",
            )
        _inner(drawing, (*path, "table"), item.table, say("table of the transit gateway"), gateway.tables)
    for name, table in gateway.tables.items():
        for route_id, route in table.routes.items():
            place = (*base, "tables", name, "routes", route_id, "attachment")
            _inner(drawing, place, route.attachment, say("transit attachment"), gateway.attachments)
        for number, attachment in enumerate(table.propagations):
            _inner(
                drawing,
                (*base, "tables", name, "propagations", number),
                attachment,
                say("transit attachment"),
                gateway.attachments,
            )


def _inner(
    drawing: Drawing, path: tuple[object, ...], key: str | None, kind: str, there: Collection[str]
) -> None:
    if key is not None and key not in there:
        drawing.dangling(("topology", *path), key, kind, there)


def _users(drawing: Drawing, table: str) -> Iterator[tuple[str, bool]]:
    """Yield the networks whose subnets or gateways a table serves; True: for what comes in by a gateway."""
    topology = drawing.topology
    for subnet in topology.subnets.values():
        vnet = topology.vnets.get(subnet.vnet)
        if vnet is not None and (subnet.route_table or vnet.main_route_table) == table:
            yield subnet.vnet, False
    ways: list[InternetGateway | Gateway] = [
        *topology.internet_gateways.values(),
        *topology.gateways.values(),
    ]
    for gateway in ways:
        if gateway.route_table == table and gateway.vnet in topology.vnets:
            yield gateway.vnet, True


def _target(drawing: Drawing, path: tuple[object, ...], route: Route) -> bool:
    """Report a target that is missing, misplaced, refused or not there; return whether one is to be used."""
    named = route.next_hop_type is NextHopType.RESOURCE
    if not named:
        if route.target is not None:
            drawing.add(
                "route-target-unused",
                (*path, "target"),
                route.target,
                say("no target, for the next hop type is {value}", value=route.next_hop_type.value),
                say("Remove the target, or make the type Resource."),
                "D40",
            )
        return False
    if drawing.provider.route_targets != "objects":
        drawing.add(
            "route-target-object",
            (*path, "next_hop_type"),
            f"{NextHopType.RESOURCE.value} {route.target or ''}".strip(),
            say(
                "a next hop type of {name}: VirtualAppliance with an address, VirtualNetworkGateway, "
                "VnetLocal, Internet or None",
                name=drawing.provider.name,
            ),
            say("Name an appliance by its private address."),
            "D41",
        )
        return False
    kind, _, key = (route.target or "").partition("/")
    if route.target is None or kind not in TARGETS or "/" in key:
        drawing.add(
            "route-target",
            (*path, "target"),
            route.target or say("nothing"),
            say(
                "the path of an object, such as nics/ID; of one of {choices}",
                choices=choices(TARGETS, len(TARGETS)),
            ),
            say("Name the object that packets go to."),
            "L9",
        )
        return False
    there = getattr(drawing.topology, kind)
    if key not in there:
        drawing.dangling(
            ("topology", *path, "target"),
            route.target,
            say(KINDS[kind]),
            [f"{kind}/{thing}" for thing in there],
        )
        return False
    return True


def _at_home(drawing: Drawing, path: tuple[object, ...], route: Route, vnet: str) -> None:
    """Report a target that stands in another network than the subnets of the table (fact L9)."""
    topology = drawing.topology
    kind, _, key = (route.target or "").partition("/")
    homes: set[str]
    if kind == "nics":
        homes = {drawing.vnet_of_nic(key) or vnet}
    elif kind in ("nat_gateways", "private_endpoints"):
        subnet = topology.subnets.get(getattr(topology, kind)[key].subnet or "")
        homes = {subnet.vnet if subnet is not None else vnet}
    elif kind in ("internet_gateways", "gateways"):
        homes = {getattr(topology, kind)[key].vnet}
    elif kind == "peerings":
        homes = {topology.peerings[key].vnet, topology.peerings[key].remote_vnet}
    else:
        return
    if vnet not in homes:
        drawing.add(
            "route-target-elsewhere",
            (*path, "target"),
            say("{target} of {choices}", target=route.target, choices=choices(homes)),
            say("an object of {vnet}, whose subnets or gateways use the table", vnet=vnet),
            say("A route leads to objects of its own network; use a table of its own for each network."),
            "L9",
        )


def _inside(
    drawing: Drawing, path: tuple[object, ...], route: Route, prefix: Network, vnet: str, gateway: bool
) -> None:
    """Report a route inside an own range that steers part of a subnet, or not to an appliance (L8, L10)."""
    topology = drawing.topology
    ranges = topology.vnets[vnet].address_space
    within = any(
        prefix.version == own.version and prefix.prefixlen >= own.prefixlen and prefix.overlaps(own)
        for own in ranges
    )
    if not within:
        if gateway and prefix not in ranges:
            drawing.add(
                "gateway-route-outside",
                (*path, "prefix"),
                prefix,
                say("a range of {vnet} or the prefix of one of its subnets", vnet=vnet),
                say(
                    "The table of a gateway is for what comes in; what goes out belongs to the subnets' "
                    "tables."
                ),
                "L10",
            )
        return
    if route.next_hop_type is NextHopType.VNET_LOCAL:
        return
    whole = {p for s in topology.subnets.values() if s.vnet == vnet for p in s.prefixes}
    if prefix not in whole and prefix not in ranges:
        drawing.add(
            "route-part-of-subnet",
            (*path, "prefix"),
            prefix,
            say("a range of {vnet} or the whole prefix of one of its subnets", vnet=vnet),
            say("Inside its own network a route replaces the local one for whole subnets only."),
            "L8",
        )
    appliance = route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
    if not appliance and (route.target or "").split("/")[0] not in _STEERS:
        drawing.add(
            "route-steers-nowhere",
            (*path, "next_hop_type"),
            f"{route.next_hop_type.value} {route.target or ''}".strip(),
            say("a NIC, a NAT gateway or an endpoint of a gateway balancer"),
            say("Traffic inside a network can be led through an appliance, and nowhere else."),
            "L8",
        )
