"""Rule cards of security groups, balancers and the Internet edge (facts F, J and K). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_NSG = "Azure network security groups overview"
_HOW = "Azure, How network security groups filter traffic"
_FAQ = "Azure Virtual Network FAQ"
_TAGS = "Azure service tags overview"
_LB = "Azure Load Balancer concepts"
_PROBE = "Azure Load Balancer health probes page"
_NVA = "Azure Architecture Center, highly available NVAs"
_OUT = "Azure Load Balancer, outbound connections"
_NAT = "Azure NAT Gateway overview"

SERVICE_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "no-group-open",
        "Without a security group on the NIC and the subnet everything passes, except what comes in by a "
        "Standard public address: that needs a group that allows it.",
        ("F1",),
        _HOW,
        "2025-07",
        "D",
        "implicit_public_deny",
    ),
    RuleCard(
        "groups-both",
        "Inward the group of the subnet is asked first, outward that of the NIC, and both must allow, also "
        "between neighbours.",
        ("F2",),
        _HOW,
        "2025-07",
        "D",
    ),
    RuleCard(
        "rules-by-priority",
        "Rules are read by rising priority, from 100 to 4096, and the first that matches decides.",
        ("F3",),
        _NSG,
        "2025-07",
        "D",
    ),
    RuleCard(
        "rules-default",
        "Every group ends with default rules: the virtual network and the balancer's probes come in, the "
        "virtual network and the Internet may be reached, all else is denied.",
        ("F4",),
        _NSG,
        "2025-07",
        "D",
        "default_security_rules",
    ),
    RuleCard(
        "rules-stateful",
        "The answer of an allowed flow needs no rule, and a changed rule acts on new flows only.",
        ("F5",),
        _NSG,
        "2025-07",
        "D",
        "security_change_cuts_flows",
    ),
    RuleCard(
        "rules-before-route",
        "Outbound rules are asked before the route is looked up, inbound rules on arrival.",
        ("F6",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "rules-see-private",
        "Inbound rules see the private destination and the original client, outbound rules the private "
        "source.",
        ("F7",),
        _NSG,
        "2025-07",
        "D",
    ),
    RuleCard(
        "tag-virtual-network",
        "VirtualNetwork means the own ranges, those of peers and gateways, the platform's address and the "
        "prefixes of the subnet's user routes, the default route included.",
        ("F8",),
        _TAGS,
        "2021",
        "D",
    ),
    RuleCard(
        "tag-load-balancer",
        "AzureLoadBalancer means the probes from 168.63.129.16; a group that denies them takes its VM out of "
        "the pool.",
        ("F9",),
        _TAGS,
        "2021",
        "D",
    ),
    RuleCard(
        "rules-not-platform",
        "Traffic with the platform's own addresses does not ask ordinary rules.",
        ("F10",),
        _NSG,
        "2025-07",
        "D",
    ),
    RuleCard(
        "rules-transit",
        "The default rules of an appliance deny what passes from the virtual network to the Internet; that "
        "needs an inbound rule.",
        ("F11",),
        "published labs",
        "2023",
        "R",
    ),
    RuleCard(
        "rules-one-version",
        "One security rule does not mix IPv4 and IPv6 prefixes, and none can filter ICMPv6.",
        ("F15",),
        "Azure IPv6 for virtual networks overview",
        "2023-08",
        "D",
        "icmpv6_filtered",
    ),
    RuleCard(
        "balancer-passes",
        "A balancer passes packets on with the client's source; the answer goes straight to the client, with "
        "the frontend as source.",
        ("J1",),
        _LB,
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-hash",
        "A new flow is spread by a hash over five fields, or over three or two where the rule says so.",
        ("J2",),
        "Azure Load Balancer distribution modes",
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-symmetric",
        "Both directions of a flow through an HA-ports frontend as next hop pick the same backend.",
        ("J3",),
        _NVA,
        "2025-03",
        "D",
    ),
    RuleCard(
        "balancer-ha-ports",
        "HA ports carry all ports of an internal Standard balancer, and of no other.",
        ("J4",),
        "Azure Load Balancer HA ports overview",
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-icmp",
        "Balancer rules carry TCP and UDP. ICMP through HA ports is told both ways; here it passes.",
        ("J5",),
        _LB,
        "2023",
        "I",
        "icmp_ha_ports",
    ),
    RuleCard(
        "balancer-floating",
        "The destination becomes the backend's, unless floating IP is on: then it stays the frontend, which "
        "the guest must own. As a next hop the destination stays either way.",
        ("J6",),
        "Azure Load Balancer floating IP",
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-probe",
        "Probes come from 168.63.129.16, at least five seconds apart.",
        ("J7",),
        _PROBE,
        "2023-10",
        "D",
    ),
    RuleCard(
        "balancer-member-down",
        "New flows avoid a backend that fails its probes; its established TCP flows stay with it, UDP flows "
        "move.",
        ("J11",),
        _PROBE,
        "2023-10",
        "D",
    ),
    RuleCard(
        "balancer-all-down",
        "With no healthy backend there are no new flows; a Standard balancer with several backends keeps the "
        "established TCP ones.",
        ("J12",),
        _PROBE,
        "2023-10",
        "D",
    ),
    RuleCard(
        "balancer-hairpin",
        "A backend that calls its own internal frontend fails when the hash picks the caller itself.",
        ("J15",),
        _LB,
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-one-network",
        "All backends of a pool stand in one virtual network, and an internal frontend has a private address "
        "of a subnet that peers reach.",
        ("J17",),
        _LB,
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-no-default-outbound",
        "A backend of an internal Standard balancer has no default outbound access.",
        ("J19",),
        _OUT,
        "2023",
        "D",
    ),
    RuleCard(
        "public-address",
        "A public address belongs to an IP configuration, a gateway or a frontend; the edge translates "
        "one to "
        "one, and the guest never sees it.",
        ("K1",),
        _OUT,
        "2023",
        "D",
    ),
    RuleCard(
        "outbound-order",
        "To the Internet a packet takes the NAT gateway of its subnet, else its own public address, else an "
        "outbound rule, else default outbound access.",
        ("K2",),
        _NAT,
        "2023",
        "D",
    ),
    RuleCard(
        "default-outbound",
        "A subnet with default outbound access reaches the Internet from an address nobody chose, with "
        "TCP and "
        "UDP only; subnets made since 2026 have none unless asked for.",
        ("K3",),
        "Azure default outbound access",
        "2026-01",
        "D",
        "default_outbound",
    ),
    RuleCard(
        "nat-gateway",
        "A NAT gateway carries TCP and UDP over IPv4, and nothing that was not asked for from inside.",
        ("K4",),
        _NAT,
        "2023",
        "D",
    ),
    RuleCard(
        "outbound-rule-primary",
        "An outbound rule serves the primary IP configuration of a backend; a secondary one needs a public "
        "address of its own.",
        ("K7",),
        _OUT,
        "2023",
        "D",
    ),
    RuleCard(
        "inbound-needs-public",
        "From the Internet a VM is reached only by a public address, a balancer or an appliance.",
        ("K8",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "ipv6-outbound",
        "IPv6 reaches the Internet only by a public IPv6 address or an outbound rule.",
        ("K9",),
        "Azure IPv6 for virtual networks overview",
        "2023-08",
        "D",
    ),
)
