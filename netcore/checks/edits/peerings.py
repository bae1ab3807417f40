"""Candidate edits of peerings: missing links, flags, gateway transit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from netcore.checks.edits.case import Candidate, Case, edit
from netcore.checks.edits.patches import Operation, change, free, put
from netcore.document.models import Peering


def candidates(case: Case) -> Iterator[Candidate]:
    """Yield edits of the links between the virtual networks on the way."""
    links = {(link.vnet, link.remote_vnet): key for key, link in sorted(case.topology.peerings.items())}
    for vnet, other in combinations(_wanted(case), 2):
        ends = [(vnet, other), (other, vnet)]
        missing = [pair for pair in ends if pair not in links]
        if missing:
            # A new link beside an old one also works where the old one carries flags.
            patch = [_made(case, *pair) for pair in missing]
            kind = "peering.pair" if len(missing) == 2 else "peering.link"
            yield edit(kind, *patch, vnet=missing[0][0], other=missing[0][1])
        keys = [links[pair] for pair in ends if pair in links]
        drawn = [(key, case.topology.peerings[key]) for key in keys]
        if any(link.disconnected for _, link in drawn):
            again = [
                change(f"peerings/{key}/disconnected", False) for key, link in drawn if link.disconnected
            ]
            again += [_made(case, *pair) for pair in missing]
            yield edit("peering.remake", *again, vnet=vnet, other=other)
        for key, link in drawn:
            yield from _flags(key, link)
        if len(drawn) == 2:
            for (hub, _), (spoke, _) in (drawn, drawn[::-1]):
                yield edit(
                    "peering.gateway",
                    change(f"peerings/{hub}/allow_gateway_transit", True),
                    change(f"peerings/{spoke}/use_remote_gateways", True),
                    link=hub,
                    other=spoke,
                )


def _flags(key: str, link: Peering) -> Iterator[Candidate]:
    for field, kind in (
        ("allow_access", "peering.access"),
        ("allow_forwarded", "peering.forwarded"),
        ("allow_gateway_transit", "peering.transit"),
        ("use_remote_gateways", "peering.remote"),
    ):
        if not getattr(link, field):
            yield edit(kind, change(f"peerings/{key}/{field}", True), link=key)
    if link.synced_ranges is not None:
        yield edit("peering.sync", change(f"peerings/{key}/synced_ranges", None), link=key)
    if link.subnets or link.remote_subnets:
        fields = [change(f"peerings/{key}/{field}", []) for field in ("subnets", "remote_subnets")]
        yield edit("peering.whole", *fields, link=key)


def _wanted(case: Case) -> list[str]:
    """Return the networks on the way and those that peer with them and own a gateway."""
    found = set(case.vnets)
    owners = {gateway.vnet for gateway in case.topology.gateways.values()}
    for link in case.topology.peerings.values():
        if link.vnet in case.vnets and link.remote_vnet in owners:
            found.add(link.remote_vnet)
    return sorted(found)


def _made(case: Case, vnet: str, other: str) -> Operation:
    key = free(case.topology.peerings, f"{vnet[:36]}-to-{other[:36]}")
    value: dict[str, Any] = {"vnet": vnet, "remote_vnet": other}
    return put(f"peerings/{key}", value)
