"""User routes: facts D20, D25, D40, D41. Whether a next hop answers is for a run to say."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.models import NextHopType, Route
from netcore.document.problems import choices
from netcore.document.values import Network
from netcore.words import say

TAGS_PER_TABLE = 25


def check(drawing: Drawing) -> None:
    """Report what is wrong with the routes of the route tables."""
    for table_id, table in drawing.topology.route_tables.items():
        seen: dict[Network | str, str] = {}
        for route_id, route in table.routes.items():
            path = ("route_tables", table_id, "routes", route_id)
            _prefix(drawing, path, route)
            _next_hop(drawing, path, route)
            first = seen.setdefault(route.prefix, route_id)
            if first != route_id:
                drawing.add(
                    "route-twice",
                    (*path, "prefix"),
                    say("{prefix}, as in route {first}", prefix=route.prefix, first=first),
                    say("each prefix once in a table"),
                    say("Remove one of the two routes."),
                    "D20",
                )
        tags = sum(isinstance(prefix, str) for prefix in seen)
        if tags > TAGS_PER_TABLE:
            drawing.add(
                "too-many-tag-routes",
                ("route_tables", table_id, "routes"),
                say("{tags} routes with service tags", tags=tags),
                say("at most {tags_per_table}", tags_per_table=TAGS_PER_TABLE),
                say("Name prefixes instead of tags, or divide the table."),
                "D25",
            )


def _prefix(drawing: Drawing, path: tuple[object, ...], route: Route) -> None:
    if not isinstance(route.prefix, str) or route.prefix in drawing.topology.service_tags:
        return
    if "/" in route.prefix or route.prefix[:1].isdigit() or ":" in route.prefix:
        drawing.add(
            "bad-prefix",
            (*path, "prefix"),
            route.prefix,
            say("a prefix with no bits set behind its length, or a service tag"),
            say("Write it as address/length, such as 10.0.0.0/16."),
        )
        return
    tags = drawing.topology.service_tags
    hint = (
        say("Tags of the drawing: {choices}.", choices=choices(tags))
        if tags
        else say("Add the tag with its prefixes to service_tags.")
    )
    drawing.add(
        "unknown-service-tag",
        (*path, "prefix"),
        route.prefix,
        say("a prefix or a service tag of the drawing"),
        hint,
        "D25",
    )


def _next_hop(drawing: Drawing, path: tuple[object, ...], route: Route) -> None:
    appliance = route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
    if appliance and route.next_hop_ip is None:
        drawing.add(
            "route-without-next-hop",
            (*path, "next_hop_ip"),
            say("nothing"),
            say("the private address of an appliance or of a balancer frontend"),
            say("Write the address that packets go to."),
            "D41",
        )
    elif not appliance and route.next_hop_ip is not None:
        drawing.add(
            "route-next-hop-unused",
            (*path, "next_hop_ip"),
            route.next_hop_ip,
            say("no address, for the next hop type is {value}", value=route.next_hop_type.value),
            say("Remove the address, or make the type VirtualAppliance."),
            "D40",
        )
    elif (
        route.next_hop_ip is not None
        and not isinstance(route.prefix, str)
        and route.next_hop_ip.version != route.prefix.version
    ):
        drawing.add(
            "route-mixed-versions",
            (*path, "next_hop_ip"),
            route.next_hop_ip,
            say("an IPv{version} address, as the prefix is", version=route.prefix.version),
            say("Use an address of the appliance in the same IP version."),
            "D41",
        )
