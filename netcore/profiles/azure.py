"""The two Azure profiles: as documented in 2026, and as the seed article found it in 2021."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from types import MappingProxyType

from netcore.document.checks.ground import AddressRules, ProviderRules
from netcore.document.values import Network
from netcore.profiles.cards import CARDS
from netcore.profiles.model import Profile

ICMP, TCP, UDP, ESP, AH, ICMPV6 = 1, 6, 17, 50, 51, 58


def _prefixes(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


_ADDRESSES = AddressRules(
    reserved_offsets=(0, 1, 2, 3),
    subnet_longest=29,
    subnet_shortest=2,
    ipv6_subnet=64,
    refused=_prefixes(
        "224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"
    ),
    private=_prefixes(
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "168.63.129.16/32",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ),
    per_nic=256,
    per_vnet=65_536,
)

_DRAWING = ProviderRules(
    unknown={
        "transit_gateways": "G3",
        "main_route_table": "D60",
        "gateway_route_table": "D63",
        "balancer_endpoints": "J21",
        "cross_zone": "J16",
        "preserve_client_ip": "J1",
        "rebalance": "J11",
    }
)
"""What only another provider has: routers between networks, main tables, tables of gateways, endpoints."""

AZURE_2026 = Profile(
    id="azure-2026",
    title="Azure 2026",
    date="2026-01",
    description=(
        "Azure as documented in 2024 to 2026: ESP and AH pass between VMs, and new subnets have no way "
        "to the Internet unless one is drawn."
    ),
    cards=MappingProxyType({card.id: card for card in CARDS}),
    protocols=frozenset({ICMP, TCP, UDP, ESP, AH, ICMPV6}),
    reserved_udp_ports=frozenset({65330, 4791}),
    reserved_udp_source_ports=frozenset(),
    addresses=_ADDRESSES,
    drawing=_DRAWING,
    none_prefixes=_prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
    default_outbound=False,
)

AZURE_2021 = replace(
    AZURE_2026,
    id="azure-2021",
    title="Azure 2021",
    date="2021",
    description=(
        "Azure as the seed article and the documentation of 2019 to 2021 have it: only TCP, UDP and ICMP "
        "pass between VMs, and every subnet reaches the Internet by default."
    ),
    protocols=frozenset({ICMP, TCP, UDP, ICMPV6}),
    reserved_udp_ports=frozenset(),
    reserved_udp_source_ports=frozenset({65330}),
    addresses=replace(_ADDRESSES, subnet_shortest=8),
    # The seed article is of the time before it; the fact says since when it is there.
    drawing=replace(_DRAWING, unknown={**_DRAWING.unknown, "route_servers": "H16"}),
    default_outbound=True,
    traceroute=False,
    vpn_failover="2016",
)

DEFAULT_PROFILE = AZURE_2026
