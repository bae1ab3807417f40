"""What the names in security rules stand for: service tags and application groups as address sets.

The built-in tags depend on the subnet that is asked: each network has its own neighbours and gateways.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from ipaddress import ip_network

from netcore.control.gateways import Gateways
from netcore.control.peering import Peerings
from netcore.control.prefixes import AddressSet
from netcore.control.routes import HopType, RouteTableView
from netcore.document.models import Topology
from netcore.document.tags import BUILT_IN_TAGS, rule_prefix
from netcore.document.values import Address, Network

EVERYTHING: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
PLATFORM: tuple[Network, ...] = (ip_network("168.63.129.16/32"),)
"""The address all probes come from (facts A14, F9)."""

PLATFORM_TAGS: dict[str, tuple[Network, ...]] = {
    "AzureLoadBalancer": PLATFORM,
    "AzurePlatformDNS": PLATFORM,
    "AzurePlatformIMDS": (ip_network("169.254.169.254/32"),),
}
"""Tags of the platform's own addresses; rules that name the last two are asked about them (facts F9, F10)."""

NOT_INTERNET: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
"""Addresses that nothing on the Internet has (facts A6, F9)."""

_OF_THE_NETWORK = (HopType.VNET_LOCAL, HopType.VIRTUAL_NETWORK_GATEWAY, HopType.CONNECTED_GROUP)
"""Routes whose prefixes belong to the tag VirtualNetwork, whoever overrides them (fact F8).

Peerings are asked themselves: a route stays where access is off, and the tag goes (fact G4).
"""

Views = Callable[[str], RouteTableView]
"""Effective routes of a subnet by its id."""


class Tags:
    """Address sets of tags and groups, each made once.

    Args:
        views: effective routes of a subnet; what a network knows by peering, gateway or BGP is in them.
    """

    def __init__(self, topology: Topology, peerings: Peerings, gateways: Gateways, views: Views) -> None:
        self._topology = topology
        self._peerings = peerings
        self._gateways = gateways
        self._views = views
        self._tags: dict[tuple[str, str], AddressSet] = {}
        self._lists: dict[tuple[str, tuple[str, ...]], AddressSet] = {}
        self._groups: dict[tuple[str, tuple[str, ...]], AddressSet] = {}

    def of(self, subnet_id: str, names: tuple[str, ...]) -> AddressSet | None:
        """Return the addresses some prefixes, addresses and tags stand for; None for any."""
        found = self._lists.get(("", names))
        if found is not None:
            return found
        if "*" in names:
            return None
        if len(names) == 1 and names[0] in BUILT_IN_TAGS:
            return self.tag(subnet_id, names[0])
        # Names without a built-in tag stand for the same everywhere.
        key = ("" if BUILT_IN_TAGS.isdisjoint(names) else subnet_id, names)
        if key not in self._lists:
            self._lists[key] = self._listed(subnet_id, names)
        return self._lists[key]

    def _listed(self, subnet_id: str, names: tuple[str, ...]) -> AddressSet:
        """Return the addresses of several names together."""
        prefixes: list[Network] = []
        for name in names:
            prefix = rule_prefix(name)
            if prefix is not None:
                prefixes.append(prefix)
            elif name in BUILT_IN_TAGS:
                prefixes.extend(self.tag(subnet_id, name).prefixes())
            else:
                prefixes.extend(self._topology.service_tags.get(name, ()))
        return AddressSet(prefixes)

    def tag(self, subnet_id: str, name: str) -> AddressSet:
        """Return the addresses of a built-in tag as seen from a subnet (facts F8, F9)."""
        key = (subnet_id, name)
        if key not in self._tags:
            if name == "VirtualNetwork":
                self._tags[key] = self._virtual_network(subnet_id)
            elif name == "Internet":
                self._tags[key] = self._internet(subnet_id)
            else:
                self._tags[key] = AddressSet(PLATFORM_TAGS[name])
        return self._tags[key]

    def members(self, subnet_id: str, groups: tuple[str, ...]) -> AddressSet:
        """Return the addresses of the members of application groups, as a subnet may meet them (fact F12).

        Members in networks that this one has no peering with do not count: they may have the same addresses.
        """
        vnet = self._topology.subnets[subnet_id].vnet
        key = (vnet, groups)
        if key not in self._groups:
            near = {vnet, *(peering.remote_vnet for peering in self._peerings.connected(vnet))}
            self._groups[key] = AddressSet(
                ip_network(address)
                for group in groups
                for home, address in self._worn.get(group, ())
                if home in near
            )
        return self._groups[key]

    @cached_property
    def _worn(self) -> dict[str, list[tuple[str, Address]]]:
        """Virtual network and address of every member, by group."""
        found: dict[str, list[tuple[str, Address]]] = {}
        for nic in self._topology.nics.values():
            subnet = self._topology.subnets.get(nic.subnet)
            if subnet is None:
                continue
            for configuration in nic.configurations.values():
                for group in configuration.application_groups:
                    found.setdefault(group, []).append((subnet.vnet, configuration.address))
        return found

    def _ranges(self, vnet: str) -> list[Network]:
        """Return the ranges of a virtual network and of those peered with it (facts F8, G4)."""
        ranges = list(self._topology.vnets[vnet].address_space)
        for peering in self._peerings.connected(vnet):
            if peering.local is not None and peering.local.allow_access:
                ranges.extend(peering.prefixes)
        return ranges

    def _virtual_network(self, subnet_id: str) -> AddressSet:
        subnet = self._topology.subnets[subnet_id]
        prefixes = [*self._ranges(subnet.vnet), *PLATFORM]
        view = self._views(subnet_id)
        for row in view.settled:  # those of user routes are added below
            if row.next_hop_type in _OF_THE_NETWORK:
                prefixes.extend(row.prefixes)
        # A table that takes no gateway routes does not change what is on the other side of the gateway.
        prefixes.extend(learned.prefix for learned in self._gateways.learned(subnet.vnet))
        table = self._topology.route_tables.get(subnet.route_table or "")
        drawn = table.routes if table is not None else {}
        for route_id in drawn.keys() - view.alone.routes.keys():
            prefix = drawn[route_id].prefix
            if isinstance(prefix, str):
                prefixes.extend(self._topology.service_tags.get(prefix, ()))
            else:
                prefixes.append(prefix)
        return AddressSet(prefixes, view.alone.limits)

    def _internet(self, subnet_id: str) -> AddressSet:
        own = self._ranges(self._topology.subnets[subnet_id].vnet)
        return AddressSet(EVERYTHING).without(AddressSet([*NOT_INTERNET, *own]))
