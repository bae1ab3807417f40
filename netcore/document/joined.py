"""What a peering joins: which prefixes of the other side one side reaches (facts G1, G2, G10)."""

from __future__ import annotations

from netcore.document.models import Peering, Topology
from netcore.document.values import Network


def remote_prefixes(topology: Topology, link: Peering, mirror: Peering | None) -> tuple[Network, ...]:
    """Return the prefixes that the virtual network of ``link`` reaches by a peering, in the drawing's order.

    A full peering joins all ranges of the other side, as far as the link knows them (``synced_ranges``). A
    subnet peering joins the subnets that both links name: a list that is empty names all of them.

    Args:
        link: its remote virtual network is in the topology.
        mirror: the link of the other side, where there is one.

    Source: fact G10; recorded subnet peerings (fact G2). That the intersection counts where the two links
    disagree is ours.
    """
    chosen = chosen_subnets(link, mirror)
    if chosen is None:
        ranges = topology.vnets[link.remote_vnet].address_space
        return tuple(dict.fromkeys(ranges if link.synced_ranges is None else link.synced_ranges))
    found = [
        prefix
        for subnet_id, subnet in topology.subnets.items()
        if subnet_id in chosen and subnet.vnet == link.remote_vnet
        for prefix in subnet.prefixes
    ]
    return tuple(dict.fromkeys(found))


def chosen_subnets(link: Peering, mirror: Peering | None) -> frozenset[str] | None:
    """Return the remote subnets that both links of a peering name; None where neither names any."""
    named = [set(names) for names in (link.remote_subnets, mirror.subnets if mirror else ()) if names]
    return frozenset(set.intersection(*named)) if named else None
