"""What gateways hand to the subnets: learned prefixes after the filters of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control.peering import Peerings
from netcore.control.prefixes import inside, order
from netcore.document.models import Topology
from netcore.document.outside import Gateway
from netcore.document.values import Address, Network
from netcore.profiles.model import Profile


@dataclass(frozen=True, slots=True)
class Learned:
    """A prefix that a virtual network reaches by a gateway.

    Args:
        hops: addresses of the gateway's instances, or its public address; sorted.
        ref: path of the learned route in the document.
        remote: the gateway stands in a peered virtual network (fact G6).
    """

    prefix: Network
    hops: tuple[Address, ...]
    ref: str
    gateway: str
    remote: bool


class Gateways:
    """The gateways each virtual network may use."""

    __slots__ = ("_by_vnet", "_peerings", "_profile", "_topology")

    def __init__(self, topology: Topology, peerings: Peerings, profile: Profile) -> None:
        self._topology = topology
        self._peerings = peerings
        self._profile = profile
        self._by_vnet: dict[str, list[str]] = {}
        for gateway_id, gateway in sorted(topology.gateways.items()):
            if gateway.vnet in topology.vnets:
                self._by_vnet.setdefault(gateway.vnet, []).append(gateway_id)

    def own(self, vnet: str) -> tuple[str, ...]:
        """Return the ids of the gateways that stand in a virtual network."""
        return tuple(self._by_vnet.get(vnet, ()))

    def usable(self, vnet: str) -> tuple[str, ...]:
        """Return the ids of the gateways a virtual network may send to: its own, else a peer's (fact G6)."""
        own = self.own(vnet)
        if own:
            return own
        for peering in self._peerings.connected(vnet):
            if peering.uses_remote_gateway and self.own(peering.remote_vnet):
                return self.own(peering.remote_vnet)
        return ()

    def learned(self, vnet: str) -> tuple[Learned, ...]:
        """Return the prefixes a virtual network reaches by a gateway: one row each, sorted by prefix.

        Of several ways to one prefix, ExpressRoute comes before VPN (fact H10), and the shortest AS path
        before a longer one (facts D26, H9).
        """
        best: dict[Network, tuple[tuple[int, int], Learned]] = {}
        for gateway_id in self.usable(vnet):
            gateway = self._topology.gateways[gateway_id]
            hops = self._hops(gateway)
            for key, route in self._accepted(gateway):
                rank = (0 if gateway.kind == "expressroute" else 1, len(route[1]))
                ref = f"gateways/{gateway_id}/learned/{key}"
                learned = Learned(route[0], hops, ref, gateway_id, gateway.vnet != vnet)
                if route[0] not in best or rank < best[route[0]][0]:
                    best[route[0]] = (rank, learned)
        return tuple(found for _, (_, found) in sorted(best.items(), key=lambda item: order(item[0])))

    def _accepted(self, gateway: Gateway) -> list[tuple[str, tuple[Network, tuple[int, ...]]]]:
        """Return what a gateway takes of the prefixes it hears (fact H7)."""
        if len(gateway.learned) > self._profile.gateway_prefix_limit:
            return []
        ranges = self._topology.vnets[gateway.vnet].address_space
        return [
            (key, (route.prefix, route.as_path))
            for key, route in sorted(gateway.learned.items())
            if not any(inside(route.prefix, own) for own in ranges)
        ]

    def _hops(self, gateway: Gateway) -> tuple[Address, ...]:
        """Return the next hop a NIC shows: the instances, or the public address (fact H4)."""
        if gateway.instances:
            return tuple(sorted(gateway.instances, key=lambda address: (address.version, int(address))))
        public = self._topology.public_ips.get(gateway.public_ip) if gateway.public_ip else None
        return (public.address,) if public is not None else ()
