"""What the checks stand on: the document, an index over it, and the report they write to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from netcore.document.models import Scenario, Topology
from netcore.document.problems import Report, choices
from netcore.document.values import Network
from netcore.words import say


@dataclass(frozen=True, kw_only=True)
class AddressRules:
    """What a profile says about addresses.

    Args:
        reserved_offsets: offsets from the start of an IPv4 subnet that nobody gets, besides the last (A1).
        subnet_longest: longest IPv4 prefix of a subnet (fact A2).
        subnet_shortest: shortest IPv4 prefix of a subnet (fact A2).
        ipv6_subnet: the one length of IPv6 subnets (fact A3).
        refused: prefixes that no address space may touch (fact A5).
        private: IPv4 and IPv6 prefixes that are not on the Internet (fact A6).
        per_nic: addresses of one NIC (fact A12).
        per_vnet: addresses of one virtual network (fact A12).
        range_longest: longest IPv4 prefix of a range of a virtual network (fact L5).
        range_shortest: shortest IPv4 prefix of a range of a virtual network (fact L5).
    """

    reserved_offsets: tuple[int, ...]
    subnet_longest: int
    subnet_shortest: int
    ipv6_subnet: int
    refused: tuple[Network, ...]
    private: tuple[Network, ...]
    per_nic: int
    per_vnet: int
    range_longest: int = 32
    range_shortest: int = 0


@dataclass(frozen=True, kw_only=True)
class ProviderRules:
    """What a profile says a drawing may hold, besides addresses.

    Args:
        name: what people call the provider.
        route_targets: a route names its appliance by address, or any target as an object (D41, L9).
        steering: routes inside an own range: any prefix, or only those of whole subnets (D48, L8).
        subnet_zones: a subnet spans the zones, or lies in one (facts M2, L4).
        nic_groups: what rules of a NIC's security group may say (facts F3, L20).
        platform_subnets: names such as GatewaySubnet set a subnet apart (facts D63, D64).
        rule_groups: the collection that rules name groups of (facts F12, L20).
        unknown: words of the drawing the provider does not know -> fact id.
        instead: fact -> the fact of this provider that stands in its place.
    """

    name: str = "Azure"
    route_targets: Literal["addresses", "objects"] = "addresses"
    steering: Literal["any", "whole-subnets"] = "any"
    subnet_zones: Literal["all", "one"] = "all"
    nic_groups: Literal["allow-and-deny", "allow-only"] = "allow-and-deny"
    platform_subnets: bool = True
    rule_groups: Literal["application_groups", "security_groups"] = "application_groups"
    unknown: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What exists outside the document.

    Args:
        profiles: profile id -> what it says about addresses; the first is used for a document that
            names an unknown one.
        timings: ids of timing profiles.
        providers: profile id -> what else it says about drawings; one that is missing is a plain one.
        switches: profile id -> its switches and what each may be set to.
        override_error: timing profile, number, value -> why it cannot have that value; None: it can.
        designs: ids of the failover designs there are.
    """

    profiles: Mapping[str, AddressRules]
    timings: Collection[str]
    providers: Mapping[str, ProviderRules] = field(default_factory=dict)
    switches: Mapping[str, Mapping[str, Collection[bool | int | str]]] = field(default_factory=dict)
    override_error: Callable[[str, str, object], str | None] = lambda profile, name, value: None
    designs: Collection[str] = ()


KINDS = {
    "vnets": "virtual network",
    "subnets": "subnet",
    "peerings": "peering link",
    "route_tables": "route table",
    "security_groups": "security group",
    "vms": "VM",
    "nics": "NIC",
    "public_ips": "public IP",
    "load_balancers": "balancer",
    "nat_gateways": "NAT gateway",
    "gateways": "gateway",
    "connections": "connection",
    "sites": "site",
    "route_servers": "route server",
    "internet_gateways": "internet gateway",
    "transit_gateways": "transit gateway",
    "private_endpoints": "private endpoint",
    "connected_groups": "connected group",
    "application_groups": "application group",
    "admin_rules": "security admin rule",
    "traffic_managers": "traffic manager",
    "hosts": "host",
    "service_tags": "service tag",
}
"""Collections of the topology, and what one of each is called."""


class Drawing:
    """The document under examination.

    Args:
        scenario: its shape is right; nothing else is known of it.
        addresses: what its profile says about addresses.
        provider: what its profile says besides.
    """

    def __init__(
        self,
        scenario: Scenario,
        addresses: AddressRules,
        report: Report,
        provider: ProviderRules | None = None,
    ) -> None:
        self.provider = provider or ProviderRules()
        self.scenario = scenario
        self.topology: Topology = scenario.topology
        self.addresses = addresses
        self.report = report

    def add(
        self,
        code: str,
        path: tuple[object, ...],
        found: object,
        expected: str,
        hint: str,
        fact: str | None = None,
    ) -> None:
        """Report a problem; ``path`` starts inside the topology."""
        fact = self.provider.instead.get(fact, fact) if fact is not None else None
        self.report.add(code, ("topology", *path), found, expected, hint, fact)

    def refer(self, path: tuple[object, ...], collection: str, key: str | None) -> bool:
        """Return whether a reference of the topology leads somewhere; reports it when not. None is fine."""
        if key is None or key in getattr(self.topology, collection):
            return True
        self.dangling(("topology", *path), key, say(KINDS[collection]), getattr(self.topology, collection))
        return False

    def dangling(self, path: tuple[object, ...], key: str, kind: str, there: Collection[str]) -> None:
        """Report a reference to something that is not there; ``path`` starts at the document."""
        hint = (
            say("Choose one of: {choices}.", choices=choices(there))
            if there
            else say("The drawing has no {kind} yet; add it.", kind=kind)
        )
        self.report.add(
            "dangling-reference", path, key, say("the id of a {kind} of the drawing", kind=kind), hint
        )

    @cached_property
    def nics_of_vm(self) -> dict[str, list[str]]:
        """NIC ids by VM id, in the order of the document."""
        found: dict[str, list[str]] = {}
        for nic_id, nic in self.topology.nics.items():
            if nic.vm is not None:
                found.setdefault(nic.vm, []).append(nic_id)
        return found

    @cached_property
    def subnets_of_vnet(self) -> dict[str, list[str]]:
        """Subnet ids by virtual network id, in the order of the document."""
        found: dict[str, list[str]] = {}
        for subnet_id, subnet in self.topology.subnets.items():
            found.setdefault(subnet.vnet, []).append(subnet_id)
        return found

    def vnet_of_nic(self, nic_id: str) -> str | None:
        """Return the virtual network of a NIC, where the drawing says."""
        nic = self.topology.nics.get(nic_id)
        subnet = self.topology.subnets.get(nic.subnet) if nic is not None else None
        return subnet.vnet if subnet is not None and subnet.vnet in self.topology.vnets else None
