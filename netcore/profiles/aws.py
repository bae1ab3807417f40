"""The AWS profile: how a VPC reads the same drawing, for contrast."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from types import MappingProxyType

from netcore.document.checks.ground import AddressRules, ProviderRules
from netcore.profiles.azure import AZURE_2026
from netcore.profiles.cards import CARDS
from netcore.profiles.cards_aws import AWS_CARDS
from netcore.profiles.model import RuleCard

_KEPT_TEXT = (
    "A4 A7 A8 A9 A10 A11 A12 A13 A14 A15 A17 A18 A19 A20 A22 A23 B11 B5 B6 B7 B8 B9 C4 C6 D28 D29 D30 D42 "
    "D47 D49 D54 D61 E5 E6 E7 F3 F7 G2 H1 H15 I15 I16 I18 I19 J1 J2 J6 J11 J12 J13 K1 K8 M1 M4"
)
_KEPT = frozenset(_KEPT_TEXT.split())
"""Facts that hold here as well, so that their cards serve both providers."""

_INSTEAD = MappingProxyType(
    {
        **dict.fromkeys(("A1", "A2", "A3", "A5", "A6"), "L5"),
        **dict.fromkeys(("B1", "B2", "B10", "I17"), "L1"),
        **dict.fromkeys(("B3", "B4"), "L3"),
        **dict.fromkeys(("C1", "C2", "C3", "C5", "C7", "C8", "C9", "A16"), "L17"),
        **dict.fromkeys(("D1", "D2", "D5", "D10", "D20", "D44", "D45", "D60"), "L7"),
        **dict.fromkeys(("D48", "D22"), "L8"),
        **dict.fromkeys(("D27", "D40", "D41", "D43"), "L9"),
        **dict.fromkeys(("D46", "D50", "K2", "K3", "K4", "K5", "K9", "C11"), "L6"),
        **dict.fromkeys(("D62", "D26"), "L15"),
        **dict.fromkeys(("E1", "E2", "E3", "E4", "E8"), "L11"),
        **dict.fromkeys(("F1", "F2", "F4", "F5", "F6", "F8", "F10", "F11", "F15"), "L20"),
        **dict.fromkeys(("G1", "G3", "G4", "G5", "G6", "G7", "G8"), "L14"),
        **dict.fromkeys(("H6", "H7", "H16", "I1"), "L21"),
        **dict.fromkeys(("J3", "J4", "J5", "J21"), "L18"),
        **dict.fromkeys(("J7", "J15", "J16", "F9"), "L19"),
        "A20": "L12",
        "M2": "L4",
    }
)
"""Fact of the other provider -> the one that stands in its place."""

CARDS_HERE: tuple[RuleCard, ...] = (
    *(card for card in CARDS if any(fact in _KEPT and fact not in _INSTEAD for fact in card.facts)),
    *AWS_CARDS,
)

AWS = replace(
    AZURE_2026,
    id="aws",
    title="AWS",
    date="2023-06",
    description=(
        "AWS as its documentation of 2023 has it: a frame's MAC address decides inside a subnet, routes name "
        "objects, a subnet lies in one zone, and nothing leads to the Internet that is not drawn."
    ),
    cards=MappingProxyType({card.id: card for card in CARDS_HERE}),
    protocols=frozenset(range(256)),
    reserved_udp_ports=frozenset(),
    reserved_udp_source_ports=frozenset(),
    addresses=AddressRules(
        reserved_offsets=(0, 1, 2, 3),
        subnet_longest=28,
        subnet_shortest=16,
        ipv6_subnet=64,
        refused=tuple(
            ip_network(text)
            for text in ("224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8")
        ),
        private=AZURE_2026.addresses.private,
        per_nic=50,
        per_vnet=256_000,
        range_longest=28,
        range_shortest=16,
    ),
    drawing=ProviderRules(
        name="AWS",
        route_targets="objects",
        steering="whole-subnets",
        subnet_zones="one",
        platform_subnets=False,
        nic_groups="allow-only",
        rule_groups="security_groups",
        unknown=MappingProxyType(
            {
                "admin_rules": "L20",
                "application_groups": "L20",
                "route_servers": "L21",
                "connected_groups": "L14",
                "use_remote_gateways": "L14",
                "peered_subnets": "L14",
                "service_endpoints": "L9",
                "endpoint_policies": "L8",
                "gateway_balancer": "L18",
                "outbound_rules": "L6",
                "floating_ip": "L19",
            }
        ),
        instead=_INSTEAD,
    ),
    default_routes=(),
    none_prefixes=(),
    default_outbound=False,
    gateway_propagation=False,
    implicit_public_deny=False,
    routing="vpc-tables",
    unicast_by_mac=True,
    arp="owner",
    router_mac="02:00:00:00:00:01",
    internet_needs_gateway=True,
    address_move_s=0,
    route_programming_s=5,
    guest_mtu=9001,
    fabric_splits_at=None,
    tunnel_mtu=None,
    filtering="groups-and-lists",
    icmpv6_filtered=True,
    default_security_rules=(),
    peering_routes=False,
    cross_zone=False,
    gateway_rebalance=False,
    resets_unhealthy=True,
    gateway_idle_s=(350, 120),
    outside_mtu=1500,
    tunnel_kind="geneve",
    tunnel_internal=(6081, 0),
    tunnel_external=(6081, 0),
    hop_names=MappingProxyType({"VnetLocal": "local"}),
    instead=_INSTEAD,
)
"""The router's MAC address is ours: the real one differs from subnet to subnet."""
