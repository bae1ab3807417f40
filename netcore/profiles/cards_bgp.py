"""Rule cards of gateways with connections, of sites and of BGP (facts H, I, D63, K10). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_BGP = "Azure VPN Gateway BGP FAQ"
_FAQ = "Azure VPN Gateway FAQ"
_HA = "Azure, Highly available cross-premises connectivity"
_ARS = "Azure Route Server FAQ"
_TROUBLE = "Azure, Troubleshoot Route Server"
_REGIONS = "Azure, Multi-region networking with Route Server"

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
    RuleCard(
        "gateway-interval-edge",
        "The provider's edge of a circuit proposes 60 and 180 seconds and agrees to as little as 3 "
        "and 10. BFD "
        "with 300 ms and three misses notices silence in about 0.9 s.",
        ("H12",),
        "Azure, Configure BFD over ExpressRoute",
        "2023",
        "D",
    ),
    RuleCard(
        "gateway-interval-vpn",
        "A VPN gateway keeps to 60 and 180 seconds and has no BFD.",
        ("H13",),
        "reported by operators",
        "2021",
        "R",
    ),
    RuleCard(
        "no-bgp-with-the-network",
        "Nothing speaks BGP with the virtual network's own router. What does: a route server, and a gateway "
        "over its connections.",
        ("H16",),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)",
        "2021",
        "R",
    ),
    RuleCard(
        "server-speakers",
        "A route server is two speakers with AS number 65515 in the RouteServerSubnet, .4 and .5 of it. Its "
        "neighbours are appliances in its own or directly peered networks, and each should speak to both. A "
        "session is taken to come up when both sides have each other's address and number and both run; "
        "security rules on the way are not asked.",
        ("I1",),
        _ARS,
        "2021",
        "D",
    ),
    RuleCard(
        "server-control-only",
        "A route server carries no packets. What it learns stands in effective routes with the BGP next hop, "
        "and packets go straight there.",
        ("I2",),
        _ARS,
        "2021",
        "D",
    ),
    RuleCard(
        "server-equal-paths",
        "Of several appliances with one prefix those with the shortest AS path are programmed; several such "
        "share the flows.",
        ("I3",),
        _ARS,
        "2021",
        "D",
    ),
    RuleCard(
        "server-timers",
        "A route server proposes 60 and 180 seconds and agrees to less. Until the hold time is over, "
        "packets go "
        "to an appliance that died.",
        ("I4",),
        _ARS,
        "2021",
        "D",
    ),
    RuleCard(
        "server-limits",
        "One route server per virtual network, eight neighbours, and 1,000 routes of each; above that the "
        "session closes.",
        ("I5",),
        "Azure Route Server limits",
        "2021",
        "D",
        "route_server_route_limit",
    ),
    RuleCard(
        "server-not-inside",
        "Prefixes equal to or inside the virtual network or a directly peered one are not programmed; wider "
        "ones are.",
        ("I6",),
        _ARS,
        "2021",
        "D",
    ),
    RuleCard(
        "server-spokes",
        "A spoke gets the routes, and is announced, only when it uses remote gateways and the hub allows "
        "transit.",
        ("I7",),
        _TROUBLE,
        "2022",
        "D",
    ),
    RuleCard(
        "server-own-default",
        "An appliance that announces the default route gets it on its own NIC too: its packets come "
        "back to it, "
        "unless its subnet routes the Internet itself.",
        ("I8",),
        _TROUBLE,
        "2022",
        "D",
    ),
    RuleCard(
        "server-two-regions",
        "Between the hubs of two regions a learned prefix points every subnet at the own appliance, the "
        "appliance's included: a loop. A tunnel between the appliances, or tables without "
        "propagation, end it.",
        ("I9",),
        _REGIONS,
        "2022",
        "D",
    ),
    RuleCard(
        "server-own-number",
        "A route server refuses paths with 65515 in them; the appliance between two of them must rewrite it.",
        ("I10",),
        _REGIONS,
        "2022",
        "D",
    ),
    RuleCard(
        "server-next-hop",
        "The announced next hop may be a third address, such as a balancer in front of the appliances.",
        ("I11",),
        "Azure Route Server, next hop IP support",
        "2022",
        "D",
    ),
    RuleCard(
        "server-branches",
        "Gateways and route server exchange routes only with branch-to-branch on, and with a VPN "
        "gateway only "
        "if it is active-active with AS number 65515. NO_ADVERTISE keeps a route from everybody else.",
        ("I12",),
        "Azure Route Server, ExpressRoute and VPN",
        "2021",
        "D",
    ),
    RuleCard(
        "server-preference",
        "For one prefix ExpressRoute comes first, or VPN and appliances, or the shortest AS path, as "
        "the route "
        "server is set; a longer prefix always wins. Of a gateway and an appliance that are equal "
        "the gateway "
        "is taken, which is inferred.",
        ("I13",),
        "Azure Route Server, routing preference",
        "2023",
        "D",
    ),
    RuleCard(
        "server-recursion",
        "A route server announces the virtual network with itself as next hop, so that an appliance "
        "in another "
        "subnet reaches that next hop by the very route. A static route for the RouteServerSubnet mends it.",
        ("I14",),
        "Azure, Troubleshoot Route Server; ipSpace.net",
        "2022",
        "R",
    ),
    RuleCard(
        "guest-routes-need-a-table",
        "A prefix behind an appliance is reached when the table of the sending subnet names the "
        "appliance and "
        "the appliance forwards; the same holds for every subnet that sends the packet on.",
        ("I16",),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net), comments",
        "2021",
        "R",
    ),
    RuleCard(
        "guest-routes-loop",
        "Two subnets whose tables point at each other's appliance for one prefix send the packet to and fro.",
        ("I19",),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net), comments",
        "2021",
        "R",
    ),
)
