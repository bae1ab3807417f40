"""What a provider does, as data: a dated profile of switches, and the rule cards that explain them.

The code of control and forwarding asks a profile and never a provider's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any, Literal

from netcore.document.checks.edges import FRONTEND_PORTS
from netcore.document.checks.ground import AddressRules, ProviderRules
from netcore.document.values import Network
from netcore.words import say

Confidence = Literal["D", "R", "I"]
"""D: the vendor documents it. R: widely reported. I: inferred, a modelling decision."""

DEFAULT_ROUTES: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One rule of a profile, with its source.

    Args:
        id: readable and stable, such as ``route-same-prefix``.
        statement: the rule, in our words.
        facts: fact ids it rests on.
        source: short name of the document.
        date: year of the text, or year and month.
        switch: name of the profile's field that changes it; None when it is fixed.
    """

    id: str
    statement: str
    facts: tuple[str, ...]
    source: str
    date: str
    confidence: Confidence
    switch: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "id": self.id,
            "statement": say(self.statement),
            "facts": list(self.facts),
            "source": self.source,
            "date": self.date,
            "confidence": self.confidence,
            "switch": self.switch,
        }


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """A rule that every security group ends with (fact F4).

    Args:
        direction: ``Inbound`` or ``Outbound``.
        access: ``Allow`` or ``Deny``.
        source: a built-in tag, or ``*``.
        destination: a built-in tag, or ``*``.
    """

    direction: str
    name: str
    priority: int
    access: str
    source: str
    destination: str


DEFAULT_SECURITY_RULES = (
    DefaultRule("Inbound", "AllowVnetInBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    DefaultRule("Inbound", "AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer", "*"),
    DefaultRule("Inbound", "DenyAllInBound", 65500, "Deny", "*", "*"),
    DefaultRule("Outbound", "AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    DefaultRule("Outbound", "AllowInternetOutBound", 65001, "Allow", "*", "Internet"),
    DefaultRule("Outbound", "DenyAllOutBound", 65500, "Deny", "*", "*"),
)
"""The last one of each direction matches everything, so that a group always decides (fact F4)."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What a person chooses a profile by."""

    id: str
    title: str
    date: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A dated rule set. Each field below the cards is a switch; its name stands on the cards it changes.

    Args:
        protocols: IP protocol numbers carried between VMs (facts C1-C3, N1).
        reserved_udp_ports: UDP ports nobody may use, as source or destination (fact C5).
        reserved_udp_source_ports: UDP ports nobody may use as source (fact C5).
        addresses: what addresses, ranges and subnets must satisfy (facts A1-A6, A12).
        none_prefixes: prefixes of the built-in None routes (facts D1, D8).
        none_rows_removed_by: next hop types of a user default route that remove the None routes (D6, N4).
        none_rows_removed_by_gateway: a learned default route removes them too (D6, N4).
        route_server_route_limit: routes a route server takes of a neighbour before it closes (fact I5).
        gateway_prefix_limit: prefixes a gateway learns before it drops the session (fact H7).
        default_outbound: whether a subnet that does not say so has default outbound access (K3, N7).
        gateway_propagation: whether a route table that does not say so takes gateway routes (D62, L15).
        endpoint_routes: whether a private endpoint adds a route to networks (fact D67).
        global_transit: whether a gateway may be used over a global peering (fact G8).
        icmp_ha_ports: whether an HA-ports rule carries ICMP (J5, N3).
        probe_counting: how many probes take a backend out and bring it back (J8, J10, N2): as many as the
            threshold both ways, as many and then one (``number-of-probes``), or one both ways.
        tunnel_kind: what a gateway balancer and its appliances wrap packets in (facts J21, L18).
        tunnel_internal: port and key of the tunnel on the consumer's side, where the pool names none.
        tunnel_external: the same on the side of the Internet.
        traceroute: whether traceroute works at all; the fabric shows no hop either way (B9, N8).
        implicit_public_deny: a Standard public address needs a security group that allows (fact F1).
        vpn_failover: whose text tells how long a VPN gateway's failover takes (facts H2, N6).
        address_move_s: seconds in which an address moves by calls (facts A21, N9).
        route_programming_s: seconds until every host sends by a changed table (facts D65, N9).
        drawing: what a drawing may hold, besides addresses (facts D40, D41, L4, L8, L9, L20).
        routing: who fills the tables: system routes beside those of people (fact D1), or only a local route
            per range (facts L7, L9).
        internet_needs_gateway: only an internet gateway of the network leads out (facts D50, L6).
        filtering: one stateful mechanism at both levels, or stateful groups of NICs that only allow and
            stateless lists of subnets (facts F1, F2, L20).
        peering_routes: a peering brings its routes by itself (facts D10, G1, L14).
        cross_zone: a balancer that does not say so spreads over all zones (facts J16, L19).
        preserve_client_ip: a balancer that does not say so leaves the client's source on (facts J1, L19).
        gateway_rebalance: flows of a gateway balancer's dead appliance move to another one; None: as those
            of any balancer do (facts J11, L18).
        resets_unhealthy: a balancer answers packets of an established TCP flow with a reset once the flow's
            member is out of rotation (fact L19); otherwise the flow stays with it (J11).
        gateway_idle_s: seconds after which a gateway balancer forgets an idle flow: of TCP, of the rest
            (fact L18); None: what its rule says (fact J14).
        outside_mtu: largest IP packet that leaves by a gateway or to another region (fact L17); None: as
            inside.
        hop_names: how the provider's tools call next hop types, where they differ (facts D11, L7).
        instead: fact -> the fact of this provider that stands in its place.
        arp: who is named when a guest asks for a neighbour's MAC: always the ``router`` (B3), or the
            ``owner`` of the address, and nobody where it has none (L3).
        router_mac: MAC of the subnet's router (facts B3, B4).
        ipv6_router: address of the default router that IPv6 guests learn (fact B4).
        unicast_by_mac: inside a subnet a frame goes to the NIC whose MAC it bears, and no route is asked
            (facts B11, L1); otherwise the destination MAC does not count (B2).
        guest_mtu: largest IP packet that a guest sends unless told otherwise (facts C8, L17).
        fabric_splits_at: larger packets travel in pieces (fact C8); None: they travel whole.
        tunnel_mtu: MTU recommended for tunnels of VMs (fact C9); None: no such advice.
        unicast_hello_protocol: IP protocol of the hellos of groups with unicast peers (facts B6, C3).
        default_security_rules: what every security group ends with; the last of each direction matches
            everything (fact F4).
        security_change_cuts_flows: a flow ends when the rules no longer allow it (facts F5, N5).
        icmpv6_filtered: whether security groups see ICMPv6 (fact F15).
        nat_ports_per_address: SNAT ports of each public address of a NAT gateway (fact K4).
        frontend_snat_ports: SNAT ports of each public frontend of a balancer (fact K6).
        snat_allotment: largest pool size -> SNAT ports that each backend gets, ascending (fact K6).
    """

    id: str
    title: str
    date: str
    description: str
    cards: Mapping[str, RuleCard]

    addresses: AddressRules
    protocols: frozenset[int]
    reserved_udp_ports: frozenset[int]
    reserved_udp_source_ports: frozenset[int]
    default_routes: tuple[Network, ...] = DEFAULT_ROUTES
    none_prefixes: tuple[Network, ...] = ()
    none_rows_removed_by: frozenset[str] = frozenset({"VirtualAppliance", "VirtualNetworkGateway"})
    none_rows_removed_by_gateway: bool = True
    gateway_prefix_limit: int = 4000
    route_server_route_limit: int = 1000
    default_outbound: bool = False
    gateway_propagation: bool = True
    endpoint_routes: bool = True
    global_transit: bool = True
    icmp_ha_ports: bool = True
    probe_counting: Literal["threshold", "number-of-probes", "one"] = "threshold"
    tunnel_kind: Literal["vxlan", "geneve"] = "vxlan"
    tunnel_internal: tuple[int, int] = (10_800, 800)
    tunnel_external: tuple[int, int] = (10_801, 801)
    traceroute: bool = True
    vpn_failover: Literal["2016", "2025"] = "2025"
    address_move_s: int = 60
    route_programming_s: int = 30
    implicit_public_deny: bool = True
    drawing: ProviderRules = field(default_factory=ProviderRules)
    routing: Literal["system-routes", "vpc-tables"] = "system-routes"
    unicast_by_mac: bool = False
    arp: Literal["router", "owner"] = "router"
    router_mac: str = "12:34:56:78:9a:bc"
    internet_needs_gateway: bool = False
    filtering: Literal["stateful-levels", "groups-and-lists"] = "stateful-levels"
    peering_routes: bool = True
    cross_zone: bool = True
    preserve_client_ip: bool = True
    gateway_rebalance: bool | None = None
    resets_unhealthy: bool = False
    gateway_idle_s: tuple[int, int] | None = None
    outside_mtu: int | None = None
    hop_names: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    ipv6_router: str = "fe80::1234:5678:9abc"
    guest_mtu: int = 1500
    fabric_splits_at: int | None = 1400
    tunnel_mtu: int | None = 1400
    unicast_hello_protocol: int = 17
    default_security_rules: tuple[DefaultRule, ...] = DEFAULT_SECURITY_RULES
    security_change_cuts_flows: bool = False
    icmpv6_filtered: bool = False
    nat_ports_per_address: int = 64_512
    frontend_snat_ports: int = FRONTEND_PORTS
    snat_allotment: tuple[tuple[int, int], ...] = (
        (50, 1024),
        (100, 512),
        (200, 256),
        (400, 128),
        (800, 64),
        (1000, 32),
    )
    _by_fact: Mapping[str, RuleCard] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_fact: dict[str, RuleCard] = {}
        for card in self.cards.values():
            for fact in card.facts:
                by_fact.setdefault(fact, card)
        object.__setattr__(self, "_by_fact", MappingProxyType(by_fact))

    @property
    def reserved_offsets(self) -> tuple[int, ...]:
        """Return the offsets from the start of an IPv4 subnet that nobody gets, besides the last (A1)."""
        return self.addresses.reserved_offsets

    @property
    def info(self) -> ProfileInfo:
        """Return what a person chooses the profile by."""
        return ProfileInfo(self.id, say(self.title), self.date, say(self.description))

    def card_for_fact(self, fact: str) -> RuleCard | None:
        """Return the rule card of a fact id, or of the fact that stands in its place here."""
        return self._by_fact.get(self.instead.get(fact, fact))

    def facts_here(self, facts: tuple[str, ...]) -> tuple[str, ...]:
        """Return facts with those replaced that this provider answers by facts of its own, each once."""
        if not self.instead:
            return facts
        return tuple(dict.fromkeys(self.instead.get(fact, fact) for fact in facts))

    def hop_name(self, next_hop_type: str) -> str:
        """Return how the provider's tools call a next hop type of effective routes."""
        return self.hop_names.get(next_hop_type, next_hop_type)

    def vpn_interruption_s(self, *, planned: bool) -> tuple[int, int]:
        """Return the shortest and longest time in seconds a VPN gateway's failover takes (facts H2, N6)."""
        if planned:
            return 10, 15
        return (60, 90) if self.vpn_failover == "2016" else (60, 180)

    def propagates(self, said: bool | None) -> bool:
        """Return whether a route table takes gateway routes, given what it says itself (facts D62, L15)."""
        return self.gateway_propagation if said is None else said

    def carries(self, protocol: int) -> bool:
        """Return whether an IP protocol passes between VMs (facts C1-C3)."""
        return protocol in self.protocols

    def reserves_udp(self, source_port: int, destination_port: int) -> int | None:
        """Return the UDP port of a packet that the platform keeps for itself, or None (fact C5)."""
        if source_port in self.reserved_udp_ports or source_port in self.reserved_udp_source_ports:
            return source_port
        return destination_port if destination_port in self.reserved_udp_ports else None

    def default_removes_none_rows(self, source: str, next_hop_type: str) -> bool:
        """Return whether the winning default route removes the built-in None routes (fact D6).

        Args:
            source: ``Default``, ``User`` or ``VirtualNetworkGateway``.
            next_hop_type: as in effective routes.
        """
        if source == "User":
            return next_hop_type in self.none_rows_removed_by
        return source == "VirtualNetworkGateway" and self.none_rows_removed_by_gateway
