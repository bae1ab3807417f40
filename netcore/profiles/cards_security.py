"""Rule cards of application groups, admin rules, private endpoints and SNAT ports. A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

SECURITY_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "rules-application-groups",
        "A rule that names an application group applies to the addresses of its members; members of a group, "
        "and both groups of a rule, are in one virtual network.",
        ("F12",),
        "Azure application security groups",
        "2022",
        "D",
    ),
    RuleCard(
        "rules-private-endpoint",
        "Private endpoints ignore security groups unless the policies of their subnet say otherwise; the "
        "gateway's subnet has no security group.",
        ("F13",),
        "Azure, Manage network policies for private endpoints",
        "2023",
        "D",
    ),
    RuleCard(
        "rules-admin",
        "Security admin rules come before all groups: Deny ends, AlwaysAllow ends and no group is asked, "
        "Allow goes on to the groups.",
        ("F14",),
        "Azure network security groups overview",
        "2025-07",
        "D",
    ),
    RuleCard(
        "nat-gateway-zone",
        "A NAT gateway stands in one zone or in no particular one, and never in several; it dies with its "
        "zone.",
        ("K5",),
        "Azure NAT Gateway overview",
        "2023",
        "D",
    ),
    RuleCard(
        "balancer-snat-ports",
        "A public frontend has 64,000 SNAT ports; each backend gets a share that shrinks as the pool grows, "
        "from 1,024 down to 32. Without a free one, new flows to that destination fail.",
        ("K6",),
        "Azure Load Balancer, outbound connections",
        "2023",
        "D",
        "snat_allotment",
    ),
)
