"""Rule cards of gateways with connections, of sites and of BGP (facts H, I, D63, K10). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_BGP = "Azure VPN Gateway BGP FAQ"
_FAQ = "Azure VPN Gateway FAQ"
_HA = "Azure, Highly available cross-premises connectivity"
_FIELD = "published effective routes"

BGP_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "gateway-subnet-table",
        "What enters by a gateway follows the user routes of the GatewaySubnet: routes for ranges of the "
        "cloud send it through an appliance first.",
        ("D63",),
        "Azure virtual network traffic routing; Azure VPN Gateway settings",
        "2023-05",
        "D",
    ),
    RuleCard(
        "gateway-two-instances",
        "Every VPN gateway has two instances. Of an active-standby one the second takes over when the first "
        "fails; while neither runs, nothing passes.",
        ("H2",),
        _HA,
        "2016",
        "D",
    ),
    RuleCard(
        "gateway-active-active",
        "Each instance of an active-active gateway has tunnels of its own. Flows are spread over all of "
        "them and stay with theirs until its instance fails; the far end chooses the way back by itself.",
        ("H3",),
        _HA,
        "2016",
        "D",
    ),
    RuleCard(
        "gateway-asn",
        "A gateway says 65515 unless told otherwise. Some AS numbers are reserved, and neighbours of "
        "different networks need different ones.",
        ("H5",),
        _BGP,
        "2019",
        "D",
    ),
    RuleCard(
        "gateway-transit",
        "A VPN gateway passes packets from one connection to another where both speak BGP. Between VPN and "
        "ExpressRoute nothing passes without a route server that exchanges routes between branches.",
        ("H8",),
        _FAQ,
        "2024",
        "D",
    ),
    RuleCard(
        "circuit",
        "An ExpressRoute connection speaks BGP, over two sessions at a time, with AS number 12076 on the "
        "provider's side. It takes up to 4,000 prefixes and a default route, and is no transit between "
        "sites.",
        ("H11",),
        "Azure ExpressRoute routing requirements",
        "2023",
        "D",
    ),
    RuleCard(
        "gateway-bgp-address",
        "A gateway speaks BGP from an address of its GatewaySubnet, an active-active one from two. Each side "
        "needs a host route to the other's address, and effective routes show it.",
        ("H14",),
        _BGP,
        "2019",
        "D",
    ),
    RuleCard(
        "gateway-ipv4",
        "A VPN gateway carries IPv4 only; it may stand in a network that has IPv6 as well.",
        ("K10",),
        "Azure, IPv6 for virtual networks",
        "2024",
        "D",
    ),
)
