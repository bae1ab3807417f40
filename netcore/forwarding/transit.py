"""The transit gateway: a router between networks with tables of its own (fact L16).

What comes from an attachment is looked up in the table that the attachment is associated with; what that
table holds is typed in, or propagated by attachments.
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control.prefixes import PrefixIndex
from netcore.document.outside import TransitGateway
from netcore.document.values import Network
from netcore.forwarding.hops import Hop, Routed, ToGateway
from netcore.forwarding.run import Run
from netcore.trace.model import Actor, Header, Match, Place


@dataclass(frozen=True, slots=True)
class _Way:
    """One route of a table; ``attachment`` None discards."""

    prefix: Network
    attachment: str | None
    ref: str


def attachment_of_network(run: Run, gateway: str, vnet: str) -> str | None:
    """Return by which attachment a network hangs on a transit gateway, or None."""
    attachments = run.network.scenario.topology.transit_gateways[gateway].attachments
    return next((key for key, item in sorted(attachments.items()) if item.vnet == vnet), None)


def attachment_of_gateway(run: Run, gateway: str) -> tuple[str, str] | None:
    """Return the transit gateway and attachment that a gateway leads to, or None."""
    found: dict[str, tuple[str, str]] = run.drawing.memo(
        ("transit gateways",),
        lambda: {
            item.gateway: (key, name)
            for key, transit in sorted(run.network.scenario.topology.transit_gateways.items())
            for name, item in sorted(transit.attachments.items())
            if item.gateway is not None
        },
    )
    return found.get(gateway)


def enter(run: Run, gateway: str, attachment: str, header: Header) -> Hop:
    """Take a packet from an attachment and hand it to another, by the table of the first (fact L16)."""
    topology = run.network.scenario.topology
    transit = topology.transit_gateways[gateway]
    at = f"transit_gateways/{gateway}"
    table = transit.attachments[attachment].table
    if table is None or table not in transit.tables:
        return run.drop(
            "ROUTE_NONE_SYSTEM",
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            header,
            "no_association",
            gateway=transit.name,
            attachment=attachment,
        )
    if run.been_here(at, header):
        return run.drop("LOOP", Place.GATEWAY, Actor.FABRIC, at, header, destination=header.destination)
    index: PrefixIndex[_Way] = run.drawing.memo(
        ("transit", gateway, table), lambda: _index(run, gateway, transit, table)
    )
    way = index.match(header.destination)
    if way is None:
        return run.drop(
            "ROUTE_NONE_SYSTEM",
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            header,
            "transit",
            gateway=transit.name,
            table=transit.tables[table].name,
            destination=header.destination,
        )
    matched = Match(kind="route", ref=way.ref, text=f"{way.prefix} -> {way.attachment or 'discarded'}")
    if way.attachment is None:
        return run.drop(
            "ROUTE_NONE_USER",
            Place.GATEWAY,
            Actor.FABRIC,
            at,
            header,
            "transit",
            matched=matched,
            destination=header.destination,
            prefix=way.prefix,
            table=transit.tables[table].name,
        )
    run.step(
        Place.GATEWAY,
        Actor.FABRIC,
        at,
        "transit.route",
        header,
        matched=matched,
        gateway=transit.name,
        table=transit.tables[table].name,
        attachment=way.attachment,
    )
    target = transit.attachments[way.attachment]
    if target.vnet is None:
        assert target.gateway is not None  # the checks of the document see to it
        return ToGateway(target.gateway, header)
    return _arrive(run, target.vnet, at, transit.name, header)


def _arrive(run: Run, vnet: str, at: str, name: str, header: Header) -> Hop:
    """Bring a packet into an attached network: by its main table, for attachments have no subnet here."""
    if not run.drawing.in_space(vnet, header.destination):
        run.step(
            Place.GATEWAY, Actor.FABRIC, at, "transit.main_table", header, network=run.drawing.vnet_name(vnet)
        )
    main = run.network.scenario.topology.vnets[vnet].main_route_table
    return Routed(vnet, f"vnets/{vnet}", name, run.network.table_routes(vnet, main), header)


def _index(run: Run, gateway: str, transit: TransitGateway, table: str) -> PrefixIndex[_Way]:
    """Return the routes of a table: typed in before propagated for the same prefix."""
    at = f"transit_gateways/{gateway}"
    found: dict[Network, _Way] = {}
    for key, static in sorted(transit.tables[table].routes.items()):
        found.setdefault(
            static.prefix, _Way(static.prefix, static.attachment, f"{at}/tables/{table}/routes/{key}")
        )
    for key in sorted(transit.tables[table].propagations):
        for prefix in _announced(run, transit, key):
            found.setdefault(prefix, _Way(prefix, key, f"{at}/attachments/{key}"))
    return PrefixIndex(found.items())


def _announced(run: Run, transit: TransitGateway, attachment: str) -> tuple[Network, ...]:
    """Return the prefixes that an attachment propagates: a network's ranges, or what a gateway learned."""
    item = transit.attachments.get(attachment)
    topology = run.network.scenario.topology
    if item is None:
        return ()
    if item.vnet is not None:
        return topology.vnets[item.vnet].address_space
    gateway = topology.gateways.get(item.gateway or "")
    if gateway is None:
        return ()
    learned = run.network.gateways.learned(gateway.vnet)
    return tuple(route.prefix for route in learned if route.gateway == item.gateway)
