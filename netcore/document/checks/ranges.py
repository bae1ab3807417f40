"""Address spaces and subnets: facts A2-A5, A7, D60, and what a subnet refers to."""

from __future__ import annotations

from netcore.document.checks.ground import AddressRules, Drawing
from netcore.document.models import Subnet
from netcore.document.values import Network
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report what is wrong with the address spaces and subnets."""
    for vnet_id in drawing.topology.vnets:
        _vnet(drawing, vnet_id)
    for subnet_id, subnet in drawing.topology.subnets.items():
        _subnet(drawing, subnet_id, subnet)
    for subnet_ids in drawing.subnets_of_vnet.values():
        _overlaps(drawing, subnet_ids)


def overlapping(
    entries: list[tuple[Network, tuple[object, ...]]],
) -> list[tuple[tuple[object, ...], Network, tuple[object, ...], Network]]:
    """Return entries that overlap an earlier one: place and prefix of both, the earlier one second.

    One sweep over the sorted prefixes; an entry is reported once, against one that holds it.
    """
    rank = {place: number for number, (_, place) in enumerate(entries)}
    found = []
    for version in (4, 6):
        holder: tuple[Network, tuple[object, ...]] | None = None
        ordered = sorted(
            (entry for entry in entries if entry[0].version == version),
            key=lambda entry: (int(entry[0].network_address), entry[0].prefixlen, rank[entry[1]]),
        )
        for prefix, place in ordered:
            if holder is None or int(prefix.network_address) > int(holder[0].broadcast_address):
                holder = (prefix, place)
            elif rank[place] > rank[holder[1]]:
                found.append((place, prefix, holder[1], holder[0]))
            else:
                found.append((holder[1], holder[0], place, prefix))
    return sorted(found, key=lambda item: rank[item[0]])


def _vnet(drawing: Drawing, vnet_id: str) -> None:
    vnet = drawing.topology.vnets[vnet_id]
    path = ("vnets", vnet_id, "address_space")
    if not any(prefix.version == 4 for prefix in vnet.address_space):
        found = ", ".join(map(str, vnet.address_space)) or say("no range")
        drawing.add(
            "vnet-without-ipv4",
            path,
            found,
            say("at least one IPv4 range"),
            say("A virtual network is IPv4 or dual stack."),
            "A4",
        )
    for number, prefix in enumerate(vnet.address_space):
        shortest, longest = drawing.addresses.range_shortest, drawing.addresses.range_longest
        if prefix.version == 4 and not shortest <= prefix.prefixlen <= longest:
            drawing.add(
                "range-size",
                (*path, number),
                prefix,
                say("an IPv4 range from /{shortest} to /{longest}", shortest=shortest, longest=longest),
                say("Take several ranges where one is not enough."),
                "L5",
            )
        for refused in drawing.addresses.refused:
            if prefix.version == refused.version and prefix.overlaps(refused):
                drawing.add(
                    "range-refused",
                    (*path, number),
                    prefix,
                    say("a range outside {refused}", refused=refused),
                    say("The platform keeps that range for itself."),
                    "A5",
                )
    entries: list[tuple[Network, tuple[object, ...]]] = [
        (prefix, (*path, number)) for number, prefix in enumerate(vnet.address_space)
    ]
    for place, prefix, _, other in overlapping(entries):
        drawing.add(
            "range-overlap",
            place,
            prefix,
            say("a range that does not overlap {other}", other=other),
            say("Ranges of one virtual network do not overlap; remove one of the two."),
            "A7",
        )


def _subnet(drawing: Drawing, subnet_id: str, subnet: Subnet) -> None:
    path = ("subnets", subnet_id)
    known = drawing.refer((*path, "vnet"), "vnets", subnet.vnet)
    drawing.refer((*path, "route_table"), "route_tables", subnet.route_table)
    drawing.refer((*path, "security_group"), "security_groups", subnet.security_group)
    drawing.refer((*path, "nat_gateway"), "nat_gateways", subnet.nat_gateway)
    for number, tag in enumerate(subnet.service_endpoints):
        drawing.refer((*path, "service_endpoints", number), "service_tags", tag)
    if not any(prefix.version == 4 for prefix in subnet.prefixes):
        found = ", ".join(map(str, subnet.prefixes)) or say("no prefix")
        drawing.add(
            "subnet-without-ipv4",
            (*path, "prefixes"),
            found,
            say("at least one IPv4 prefix"),
            say("A subnet is IPv4 or dual stack, for every NIC needs an IPv4 address."),
            "A4",
        )
    for number, prefix in enumerate(subnet.prefixes):
        _prefix(drawing, (*path, "prefixes", number), prefix)
        if known:
            _within(drawing, (*path, "prefixes", number), prefix, subnet.vnet)
    if known:
        _region(drawing, path, subnet)


def _prefix(drawing: Drawing, path: tuple[object, ...], prefix: Network) -> None:
    rules = drawing.addresses
    if prefix.version == 6:
        if prefix.prefixlen != rules.ipv6_subnet:
            drawing.add(
                "subnet-size",
                path,
                prefix,
                say("an IPv6 prefix of length /{ipv6_subnet}", ipv6_subnet=rules.ipv6_subnet),
                say("IPv6 subnets are always /{ipv6_subnet}.", ipv6_subnet=rules.ipv6_subnet),
                "A3",
            )
    elif not rules.subnet_shortest <= prefix.prefixlen <= rules.subnet_longest:
        drawing.add(
            "subnet-size",
            path,
            prefix,
            say(
                "an IPv4 prefix from /{subnet_shortest} to /{subnet_longest}",
                subnet_shortest=rules.subnet_shortest,
                subnet_longest=rules.subnet_longest,
            ),
            say(
                "Of a /{subnet_longest}, {left} addresses are left for NICs.",
                subnet_longest=rules.subnet_longest,
                left=_left(rules),
            ),
            "A2",
        )


def _left(rules: AddressRules) -> str:
    """Return in words how many addresses of the smallest subnet are left for NICs."""
    left = (1 << (32 - rules.subnet_longest)) - len(rules.reserved_offsets) - 1
    return {3: "three", 11: "eleven"}.get(left, str(left))


def _within(drawing: Drawing, path: tuple[object, ...], prefix: Network, vnet_id: str) -> None:
    vnet = drawing.topology.vnets[vnet_id]
    for own in vnet.address_space:
        if own.version == prefix.version and prefix.overlaps(own) and prefix.prefixlen >= own.prefixlen:
            return
    space = ", ".join(str(own) for own in vnet.address_space) or say("no range")
    drawing.add(
        "subnet-outside-vnet",
        path,
        prefix,
        say("a prefix inside the address space of {vnet_id}: {space}", vnet_id=vnet_id, space=space),
        say("Choose another prefix, or add a range to {vnet_id}.", vnet_id=vnet_id),
        "A7",
    )


def _region(drawing: Drawing, path: tuple[object, ...], subnet: Subnet) -> None:
    table = drawing.topology.route_tables.get(subnet.route_table or "")
    region = drawing.topology.vnets[subnet.vnet].region
    if table is not None and table.region != region:
        drawing.add(
            "route-table-region",
            (*path, "route_table"),
            say("{route_table} in {region}", route_table=subnet.route_table, region=table.region),
            say("a route table in {region}", region=region),
            say("A route table serves subnets of its own region; add one there."),
            "D60",
        )


def _overlaps(drawing: Drawing, subnet_ids: list[str]) -> None:
    entries: list[tuple[Network, tuple[object, ...]]] = [
        (prefix, ("subnets", subnet_id, "prefixes", number))
        for subnet_id in subnet_ids
        for number, prefix in enumerate(drawing.topology.subnets[subnet_id].prefixes)
    ]
    for place, prefix, other_place, other in overlapping(entries):
        drawing.add(
            "subnet-overlap",
            place,
            prefix,
            say(
                "a prefix that does not overlap {other} of subnet {other_place}",
                other=other,
                other_place=other_place[1],
            ),
            say("Subnets of one virtual network do not overlap; choose a free prefix."),
            "A7",
        )
