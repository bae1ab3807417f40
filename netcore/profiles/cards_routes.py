"""Rule cards of routes, IP forwarding, peerings and gateways (facts D, E, G and H). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_UDR = "Azure virtual network traffic routing"
_FAQ = "Azure Virtual Network FAQ"
_PEER = "Azure, Create, change or delete a peering"
_NVA = "Azure Architecture Center, highly available NVAs"
_ARS = "Azure Route Server FAQ"
_NIC = "Azure network interface page"
_FIELD = "published effective routes"
_BGP = "Azure VPN Gateway BGP FAQ"

ROUTE_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "routes-built-in",
        "Every subnet has routes nobody drew: its virtual network stays local, the rest goes to the "
        "Internet, "
        "and unused private ranges are discarded.",
        ("D1",),
        _UDR,
        "2023-05",
        "D",
        "none_prefixes",
    ),
    RuleCard(
        "routes-per-range",
        "The local route stands for a range of the virtual network, not for a subnet.",
        ("D2",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "none-rows-by-range",
        "A discard route goes when a range of the virtual network equals or contains it, and stays when the "
        "range is only a part of it.",
        ("D3", "D4", "D5"),
        _UDR,
        "2023-05",
        "D",
        "none_prefixes",
    ),
    RuleCard(
        "none-rows-by-default-route",
        "A user default route to an appliance or a gateway takes all discard routes of the subnet away; that "
        "a learned default route does the same, and one to the Internet does not, is our reading.",
        ("D6",),
        _UDR,
        "2023-05",
        "I",
        "none_rows_removed_by",
    ),
    RuleCard(
        "none-rows-by-equal-route",
        "A user route with the very prefix of a discard route takes that one away, and leaves no invalid "
        "row.",
        ("D7",),
        _FIELD,
        "2023",
        "R",
    ),
    RuleCard(
        "none-rows-vary",
        "Real NICs show more discard routes than the four documented, and they vary; a profile lists its "
        "own.",
        ("D8",),
        _FIELD,
        "2023",
        "R",
        "none_prefixes",
    ),
    RuleCard(
        "overridden-stay-listed",
        "A system route that is overridden stays listed as invalid; discard routes disappear instead.",
        ("D9",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "routes-optional",
        "A peering adds a route per range of the other network, a gateway one per learned prefix, both to "
        "every subnet; a service endpoint adds one to its own subnet only.",
        ("D10",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-names",
        "A peer of another region shows as VNetGlobalPeering, and the source column reads Default, User or "
        "VirtualNetworkGateway.",
        ("D11",),
        _UDR,
        "2023-05",
        "R",
    ),
    RuleCard(
        "route-selection",
        "The longest prefix wins; of one prefix a user route wins over a learned one, and that over a "
        "system route.",
        ("D20",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-system-over-learned",
        "Routes of the virtual network, its peerings and service endpoints win over learned routes that are "
        "more specific.",
        ("D21",),
        _ARS,
        "2022",
        "D",
    ),
    RuleCard(
        "route-user-inside",
        "A user route inside the virtual network or a peer wins when it is as long as the system route "
        "or longer.",
        ("D22",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-learned-longer",
        "A learned route that is longer wins over a shorter user route.",
        ("D23",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-peering-longer",
        "A peering route that is longer wins over a shorter user route, so a default route to a firewall "
        "does "
        "not catch a peer.",
        ("D24",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-service-tag",
        "A user route may name a service tag. Of one prefix the explicit route comes first, then the "
        "regional "
        "tag, the general one, the regional cloud and the whole cloud.",
        ("D25",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "route-ecmp",
        "Learned routes that are equally good are all installed, and each flow takes one of them.",
        ("D26",),
        _ARS,
        "2022",
        "D",
    ),
    RuleCard(
        "next-hop-final",
        "The next hop of a route is where the packet goes; it is not looked up in turn.",
        ("D27",),
        "Jose Moreno, Azure networking is not like your on-premises network",
        "2023",
        "R",
    ),
    RuleCard(
        "lookup-at-sender",
        "A packet is looked up once at the NIC that sends it, and again only where a VM sends it on.",
        ("D28",),
        "Jose Moreno, Azure Route Server: to encap or not to encap",
        "2022",
        "R",
    ),
    RuleCard(
        "lookup-per-direction",
        "Each direction of a flow is looked up on its own, so paths may differ and stateful appliances "
        "notice.",
        ("D29",),
        _NVA,
        "2025-03",
        "D",
    ),
    RuleCard(
        "lookup-by-destination",
        "Only the destination address is matched against routes: neither source nor port counts.",
        ("D30",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "user-hop-types",
        "A user route leads to an appliance, a gateway, the virtual network, the Internet or nowhere; "
        "peerings "
        "and service endpoints cannot be drawn as next hops.",
        ("D40",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "appliance-hop",
        "The next hop is a private address of a NIC or an internal frontend in the same or a directly peered "
        "virtual network.",
        ("D41",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "appliance-hop-dead",
        "A route to an address nobody holds, or to a stopped VM, stays active, and its packets are dropped.",
        ("D42",),
        _UDR,
        "2023-05",
        "I",
    ),
    RuleCard(
        "appliance-hop-forwards",
        "A next hop needs IP forwarding on its NIC and forwarding in its guest.",
        ("D43",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "gateway-hop",
        "A user route to a gateway needs a VPN gateway, its own or that of a peer whose gateway is used. "
        "That there is a drop without one is our reading.",
        ("D44",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "local-hop",
        "A user route to the virtual network delivers to the holder of the destination, and to nobody "
        "outside.",
        ("D45",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "internet-hop",
        "A route to the Internet takes public destinations to the edge. A private one is dropped there; "
        "that is "
        "our reading.",
        ("D46",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard("none-hop", "A route to nowhere drops without an answer.", ("D47",), _UDR, "2023-05", "D"),
    RuleCard(
        "user-prefix-anything",
        "A user route may have any prefix, also one inside its own subnet, and then steers neighbours.",
        ("D48",),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)",
        "2021",
        "R",
    ),
    RuleCard(
        "appliance-in-own-table",
        "An appliance in a subnet whose table points at it gets back what it sends, until the TTL is "
        "used up.",
        ("D49",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "default-route",
        "Unless overridden, what matches nothing else goes to the Internet, with no gateway to draw.",
        ("D50",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "default-route-user",
        "A user default route to an appliance or gateway takes all that matches nothing longer.",
        ("D51",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "default-route-answers",
        "With the default route overridden, answers to clients on the Internet leave by the appliance, "
        "and the "
        "connection breaks; a user route to the Internet for the client mends it.",
        ("D52",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "default-route-learned",
        "A learned default route takes the Internet away from every subnet that propagation reaches.",
        ("D53",),
        _BGP,
        "2019",
        "D",
    ),
    RuleCard(
        "default-route-none",
        "A default route to nowhere closes the Internet.",
        ("D54",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "table-of-subnet",
        "A subnet has no route table or one, and a table belongs to the region of its subnets.",
        ("D60",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "table-leaving",
        "A route table acts on what leaves the NICs of its subnets, never on what arrives.",
        ("D61",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "table-propagation",
        "A table without gateway propagation takes every learned route from its subnets.",
        ("D62",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "service-endpoint",
        "A service endpoint adds routes to the public prefixes of the service to its subnet, longer than any "
        "default route.",
        ("D66",),
        "Azure virtual network service endpoints",
        "2023",
        "D",
    ),
    RuleCard(
        "ip-forwarding-off",
        "IP forwarding of a NIC is off unless somebody turns it on.",
        ("E1",),
        _NIC,
        "2023",
        "D",
    ),
    RuleCard(
        "source-check",
        "Without IP forwarding a packet leaves only with a source address of its NIC.",
        ("E2",),
        _NIC,
        "2023",
        "D",
    ),
    RuleCard(
        "destination-check",
        "Without IP forwarding a packet enters only with a destination address of its NIC.",
        ("E3",),
        _NIC,
        "2023",
        "D",
    ),
    RuleCard(
        "ip-forwarding-on",
        "IP forwarding turns both checks off for one NIC; each NIC with transit traffic needs it.",
        ("E4",),
        _NIC,
        "2023",
        "D",
    ),
    RuleCard(
        "two-switches",
        "IP forwarding of the NIC does not make the guest forward: that is a switch of its own.",
        ("E5",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "forwarded-needs-snat",
        "What an appliance forwards to the Internet needs its own source translation, since the edge "
        "translates addresses of the sending NIC only.",
        ("E6",),
        _UDR,
        "2023-05",
        "D",
    ),
    RuleCard(
        "balancer-hop-forwarding",
        "A balancer as next hop keeps the destination, so its backends need IP forwarding too.",
        ("E8",),
        _NVA,
        "2025-03",
        "D",
    ),
    RuleCard(
        "peering-two-links",
        "A peering carries traffic only when both virtual networks have a link to the other.",
        ("G1",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "peering-no-overlap",
        "Virtual networks that share addresses cannot be peered.",
        ("G2",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "peering-not-transitive",
        "A peer of a peer is not reached: there is no route to it.",
        ("G3",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "peering-access",
        "A link that does not allow virtual network access stops the traffic, and the other network no "
        "longer "
        "counts as VirtualNetwork.",
        ("G4",),
        _PEER,
        "2018",
        "D",
    ),
    RuleCard(
        "peering-forwarded",
        "The link of the receiving virtual network must allow forwarded traffic for packets whose source is "
        "not of the peer.",
        ("G5",),
        _PEER,
        "2018",
        "D",
    ),
    RuleCard(
        "peering-gateway",
        "A spoke uses the gateway of its hub when its link uses remote gateways, the hub's link allows "
        "transit, "
        "and the spoke has no gateway.",
        ("G6",),
        _PEER,
        "2018",
        "D",
    ),
    RuleCard(
        "gateway-subnet",
        "A gateway stands in a subnet named GatewaySubnet; a virtual network has at most one of each kind.",
        ("H1",),
        "Azure VPN Gateway settings",
        "2024",
        "D",
    ),
    RuleCard(
        "gateway-next-hops",
        "Effective routes show the public address of an active-passive gateway, and both private "
        "addresses of "
        "an active-active one.",
        ("H4",),
        _FIELD,
        "2023",
        "R",
    ),
    RuleCard(
        "gateway-advertises",
        "A gateway tells the other side the ranges of its own virtual network and of peers that use it.",
        ("H6",),
        _BGP,
        "2019",
        "D",
    ),
    RuleCard(
        "gateway-accepts",
        "A gateway drops learned prefixes equal to or inside its virtual network, takes shorter ones and the "
        "default route, and closes the session above 4,000.",
        ("H7",),
        _BGP,
        "2019",
        "D",
        "gateway_prefix_limit",
    ),
    RuleCard(
        "gateway-shorter-path",
        "Of two learned routes with one prefix the shorter AS path wins.",
        ("H9",),
        "Azure VPN Gateway FAQ",
        "2024",
        "D",
    ),
    RuleCard(
        "gateway-expressroute-first",
        "Of one prefix learned both ways ExpressRoute wins over VPN; a longer prefix wins over both.",
        ("H10",),
        "Azure, Configure ExpressRoute and site-to-site coexisting connections",
        "2023",
        "D",
    ),
    RuleCard(
        "gateway-no-nat",
        "A gateway forwards without translating addresses.",
        ("H15",),
        "Azure VPN Gateway FAQ",
        "2024",
        "D",
    ),
    RuleCard(
        "guest-routing-ignored",
        "VMs may run BGP among themselves, but the fabric does not see what they learn, between subnets or "
        "between neighbours.",
        ("I15", "I17"),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)",
        "2021",
        "R",
    ),
)
