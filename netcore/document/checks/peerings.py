"""Peerings and connected groups: facts G2 and G6, and what they refer to."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.checks.ranges import overlapping
from netcore.document.joined import chosen_subnets
from netcore.document.models import Peering
from netcore.document.values import Network
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what is wrong with the peering links."""
    links: dict[tuple[str, str], str] = {}
    for link_id, link in drawing.topology.peerings.items():
        path = ("peerings", link_id)
        here = drawing.refer((*path, "vnet"), "vnets", link.vnet)
        there = drawing.refer((*path, "remote_vnet"), "vnets", link.remote_vnet)
        if not (here and there):
            continue
        if link.vnet == link.remote_vnet:
            drawing.add(
                "peering-self",
                (*path, "remote_vnet"),
                link.remote_vnet,
                say("another virtual network"),
                say("A virtual network needs no peering with itself; remove the link."),
                "G1",
            )
            continue
        first = links.setdefault((link.vnet, link.remote_vnet), link_id)
        if first != link_id:
            drawing.add(
                "peering-twice",
                path,
                say(
                    "a second link from {vnet} to {remote_vnet}", vnet=link.vnet, remote_vnet=link.remote_vnet
                ),
                say("one link only, which is {first}", first=first),
                say("Remove one of the two."),
                "G1",
            )
        _subnets(drawing, link_id, link)
    for group_id, group in drawing.topology.connected_groups.items():
        for number, vnet in enumerate(group.vnets):
            drawing.refer(("connected_groups", group_id, "vnets", number), "vnets", vnet)
    _overlaps(drawing, links)
    _gateways(drawing, links)


def _subnets(drawing: Drawing, link_id: str, link: Peering) -> None:
    """Report subnets of a subnet peering that are not of the virtual network they are named for."""
    for field, names, vnet in (
        ("subnets", link.subnets, link.vnet),
        ("remote_subnets", link.remote_subnets, link.remote_vnet),
    ):
        for number, name in enumerate(names):
            path = ("peerings", link_id, field, number)
            if drawing.refer(path, "subnets", name) and drawing.topology.subnets[name].vnet != vnet:
                drawing.add(
                    "peering-subnet",
                    path,
                    say("{name} of {vnet}", name=name, vnet=drawing.topology.subnets[name].vnet),
                    say("a subnet of {vnet}", vnet=vnet),
                    say("A subnet peering joins subnets of its own two virtual networks."),
                    "G2",
                )


def _overlaps(drawing: Drawing, links: dict[tuple[str, str], str]) -> None:
    """Report peerings between overlapping address spaces, and of one network with two that overlap."""
    pairs: set[frozenset[str]] = set()
    peers: dict[str, dict[str, str]] = {}
    for (here, there), link_id in links.items():
        peers.setdefault(here, {})[there] = link_id
        if frozenset((here, there)) in pairs:
            continue
        pairs.add(frozenset((here, there)))
        clash = _clash(_joined(drawing, links, there, here), _joined(drawing, links, here, there))
        if clash is not None:
            drawing.add(
                "peering-overlap",
                ("peerings", link_id),
                say(
                    "{clash} of {here} and {other} of {there}",
                    clash=clash[0],
                    here=here,
                    other=clash[1],
                    there=there,
                ),
                say("address spaces that do not overlap"),
                say("Give one of the two virtual networks another range; overlapping ones cannot be peered."),
                "G2",
            )
    for here, remotes in peers.items():
        entries: list[tuple[Network, tuple[object, ...]]] = [
            (prefix, (there, number))
            for there in remotes
            for number, prefix in enumerate(_joined(drawing, links, here, there))
        ]
        told: set[object] = set()
        for place, prefix, other_place, other in overlapping(entries):
            if place[0] == other_place[0] or place[0] in told:
                continue
            told.add(place[0])
            drawing.add(
                "peering-overlap",
                ("peerings", remotes[str(place[0])]),
                say(
                    "{prefix} of {place} and {other} of {other_place}, both peered with {here}",
                    prefix=prefix,
                    place=place[0],
                    other=other,
                    other_place=other_place[0],
                    here=here,
                ),
                say("peers whose address spaces do not overlap"),
                say(
                    "From {here} the two could not be told apart; give one of them another range.", here=here
                ),
                "G2",
            )


def _joined(
    drawing: Drawing, links: dict[tuple[str, str], str], here: str, there: str
) -> tuple[Network, ...]:
    """Return what ``here`` reaches or will reach of ``there``: ranges, or only the subnets that are peered.

    Ranges that one link does not know yet count as well (fact G10).
    """
    topology = drawing.topology
    link = topology.peerings.get(links.get((here, there), ""))
    mirror = topology.peerings.get(links.get((there, here), ""))
    chosen = chosen_subnets(link, mirror) if link is not None else None
    if link is None and mirror is not None and mirror.subnets:
        chosen = frozenset(mirror.subnets)
    if chosen is None:
        known = (link.synced_ranges if link is not None else None) or ()
        return tuple(dict.fromkeys((*topology.vnets[there].address_space, *known)))
    return tuple(
        prefix
        for subnet_id, subnet in topology.subnets.items()
        if subnet_id in chosen and subnet.vnet == there
        for prefix in subnet.prefixes
    )


def _clash(here: tuple[Network, ...], there: tuple[Network, ...]) -> tuple[Network, Network] | None:
    for own in here:
        for other in there:
            if own.version == other.version and own.overlaps(other):
                return own, other
    return None


def _gateways(drawing: Drawing, links: dict[tuple[str, str], str]) -> None:
    """Report uses of a remote gateway that the platform refuses (fact G6)."""
    with_gateway = {gateway.vnet for gateway in drawing.topology.gateways.values()}
    used: dict[str, str] = {}
    for (here, there), link_id in links.items():
        link = drawing.topology.peerings[link_id]
        if not link.use_remote_gateways:
            continue
        path = ("peerings", link_id, "use_remote_gateways")
        mirror = links.get((there, here))
        fault = _remote_gateway_fault(drawing, link, mirror, with_gateway, used.get(here))
        used.setdefault(here, link_id)
        if fault is not None:
            drawing.add("remote-gateway", path, *fault, "G6")


def _remote_gateway_fault(
    drawing: Drawing, link: Peering, mirror: str | None, with_gateway: set[str], first: str | None
) -> tuple[str, str, str] | None:
    here, there = link.vnet, link.remote_vnet
    if here in with_gateway:
        return (
            say("true, although {here} has a gateway of its own", here=here),
            "false",
            say("Switch it off, or remove the gateway of {here}.", here=here),
        )
    if first is not None:
        return (
            say("true, as on the link {first}", first=first),
            say("one link that uses remote gateways"),
            say("Switch one of them off."),
        )
    if there not in with_gateway and all(s.vnet != there for s in drawing.topology.route_servers.values()):
        return (
            say("true, although {there} has no gateway", there=there),
            say("a remote virtual network with a gateway"),
            say("Add a gateway to {there} first.", there=there),
        )
    if mirror is None or not drawing.topology.peerings[mirror].allow_gateway_transit:
        return (
            say("true, although {there} does not allow gateway transit", there=there),
            say("a link from {there} to {here} with allow_gateway_transit", there=there, here=here),
            say("Switch on gateway transit on the other link first."),
        )
    return None
