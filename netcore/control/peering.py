"""Peerings: what the two links between two virtual networks add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from netcore.document.joined import remote_prefixes
from netcore.document.models import Peering, Topology
from netcore.document.values import Network


class LinkState(StrEnum):
    """State of a peering as the drawing has it (fact G1)."""

    CONNECTED = "connected"
    """Both links are there."""
    INITIATED = "initiated"
    """Only one of the two links is there; nothing flows."""
    DISCONNECTED = "disconnected"
    """A link was deleted once; nothing flows until both are made anew."""
    NONE = "none"
    """No link at all."""


@dataclass(frozen=True, slots=True)
class PeeringState:
    """The peering of one virtual network with another, seen from the first.

    Args:
        local: the link of this virtual network, and its id.
        remote: the link of the other one, and its id.
        prefixes: what this virtual network reaches of the other one; empty unless connected (facts G2, G10).
        is_global: the two stand in different regions (facts G8, G12).
        transit: whether a gateway may be used over it as far as regions go (fact G8).
    """

    vnet: str
    remote_vnet: str
    local_id: str | None = None
    local: Peering | None = None
    remote_id: str | None = None
    remote: Peering | None = None
    prefixes: tuple[Network, ...] = ()
    is_global: bool = False
    transit: bool = True

    @property
    def state(self) -> LinkState:
        """Return what the two links add up to (fact G1)."""
        links = [link for link in (self.local, self.remote) if link is not None]
        if not links:
            return LinkState.NONE
        if any(link.disconnected for link in links):
            return LinkState.DISCONNECTED
        return LinkState.CONNECTED if len(links) == 2 else LinkState.INITIATED

    @property
    def connected(self) -> bool:
        """Return whether both links are there, and neither has lost its mirror."""
        return self.state is LinkState.CONNECTED

    @property
    def allow_access(self) -> bool:
        """Return whether both links allow virtual network access (fact G4)."""
        return (
            self.local is not None
            and self.remote is not None
            and self.local.allow_access
            and self.remote.allow_access
        )

    @property
    def allow_forwarded(self) -> bool:
        """Return whether this virtual network lets in packets that the other one only forwards (fact G5).

        The link of the virtual network that receives decides: ask with the receiver first.
        """
        return self.local is not None and self.local.allow_forwarded

    @property
    def uses_remote_gateway(self) -> bool:
        """Return whether this virtual network uses the gateway of the other one (fact G6)."""
        return (
            self.local is not None
            and self.remote is not None
            and self.transit
            and self.local.use_remote_gateways
            and self.remote.allow_gateway_transit
        )


class Peerings:
    """All peerings of a drawing, by pair of virtual networks.

    Args:
        global_transit: whether a gateway may be used by virtual networks of other regions (fact G8).
    """

    __slots__ = ("_groups", "_neighbours", "_pairs")

    def __init__(self, topology: Topology, *, global_transit: bool = True) -> None:
        links: dict[tuple[str, str], tuple[str, Peering]] = {}
        for link_id, link in sorted(topology.peerings.items()):
            if link.vnet in topology.vnets and link.remote_vnet in topology.vnets:
                links.setdefault((link.vnet, link.remote_vnet), (link_id, link))
        self._pairs: dict[tuple[str, str], PeeringState] = {}
        self._neighbours: dict[str, list[str]] = {}
        for here, there in sorted({*links, *((b, a) for a, b in links)}):
            local_id, local = links.get((here, there), (None, None))
            remote_id, remote = links.get((there, here), (None, None))
            far = topology.vnets[here].region != topology.vnets[there].region
            pair = PeeringState(
                here,
                there,
                local_id,
                local,
                remote_id,
                remote,
                is_global=far,
                transit=global_transit or not far,
            )
            if local is not None and pair.connected and here != there:
                pair = replace(pair, prefixes=remote_prefixes(topology, local, remote))
                self._neighbours.setdefault(here, []).append(there)
            self._pairs[here, there] = pair
        self._groups: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for group_id, group in sorted(topology.connected_groups.items()):
            members = sorted({vnet for vnet in group.vnets if vnet in topology.vnets})
            for vnet in members:
                near = {vnet, *self._neighbours.get(vnet, ())}
                mates = tuple(other for other in members if other not in near)
                self._groups.setdefault(vnet, []).append((group_id, mates))

    def between(self, vnet: str, remote_vnet: str) -> PeeringState:
        """Return the peering of ``vnet`` with ``remote_vnet``, seen from the first."""
        return self._pairs.get((vnet, remote_vnet)) or PeeringState(vnet, remote_vnet)

    def connected(self, vnet: str) -> list[PeeringState]:
        """Return the connected peerings of a virtual network, by id of the other one."""
        return [self._pairs[vnet, other] for other in self._neighbours.get(vnet, ())]

    def groups(self, vnet: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return the connected groups of a virtual network: id, and the members it reaches by the group.

        Members that it is also peered with are left out: the peering comes first, as recorded.
        """
        return self._groups.get(vnet, [])

    def mates(self, vnet: str) -> tuple[str, ...]:
        """Return the virtual networks that are reached by connected groups only, sorted."""
        return tuple(sorted({mate for _, mates in self.groups(vnet) for mate in mates}))
