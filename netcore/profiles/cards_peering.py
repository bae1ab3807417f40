"""Rule cards of special routes, private endpoints, peering across regions, and regions (facts D, G and M).

A table of data.
"""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_PEER = "Azure, Create, change or delete a peering"
_PEER16 = "Azure virtual network peering overview"
_FAQ = "Azure Virtual Network FAQ"

PEERING_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "routes-shown",
        "Effective routes exist per NIC and are shown while its VM runs; gateways show none.",
        ("D12",),
        "Azure, Diagnose a virtual machine routing problem",
        "2023",
        "D",
    ),
    RuleCard(
        "route-server-subnet",
        "The RouteServerSubnet takes neither a route table nor a security group.",
        ("D64",),
        "Azure Route Server FAQ",
        "2022",
        "D",
    ),
    RuleCard(
        "routes-programmed-late",
        "New routes reach a NIC's host seconds later, now and then half a minute; until then it sends by the "
        "old ones.",
        ("D65",),
        "Azure, Diagnose a virtual machine routing problem; field reports",
        "2023",
        "D",
    ),
    RuleCard(
        "route-equals-system-route",
        "A user route that repeats a system route word for word has been reported to disable both; the model "
        "lets the user route win and warns.",
        ("D69",),
        "issue 94578 of the Azure documentation",
        "2022",
        "R",
    ),
    RuleCard(
        "private-endpoint",
        "A private endpoint adds a route for its one address to its network and to directly peered ones. No "
        "shorter user route catches it, unless the endpoint's subnet has network policies for route tables "
        "and the route is at least as long as the range that the endpoint is in.",
        ("D67",),
        "Azure, Manage network policies for private endpoints",
        "2023",
        "D",
        "endpoint_routes",
    ),
    RuleCard(
        "peering-before-gateway",
        "Of a peering and gateways between the same two virtual networks, the peering carries the traffic.",
        ("D68",),
        _PEER,
        "2018",
        "D",
    ),
    RuleCard(
        "peering-next-hop",
        "A user route may name an appliance or an internal balancer of a directly peered network, also in "
        "another region.",
        ("G7",),
        _PEER16,
        "2016",
        "D",
    ),
    RuleCard(
        "peering-global-basic",
        "The frontend of a Basic balancer is not reached over a global peering, that of a Standard one is; "
        "whether gateways may be used over one depends on the year.",
        ("G8",),
        _FAQ,
        "2024-07",
        "D",
        "global_transit",
    ),
    RuleCard(
        "peering-no-cost",
        "A peering adds no hop and no delay of its own; a virtual network has at most 500 of them.",
        ("G9",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "peering-ranges",
        "The other side reaches a range that is added to a peered network only when its link is "
        "synchronised; until then it uses the ranges it knows.",
        ("G10",),
        _PEER,
        "2018",
        "R",
    ),
    RuleCard(
        "peering-spoke-to-spoke",
        "Spoke to spoke through a hub needs a route in each spoke, something in the hub that forwards, and "
        "links of both spokes that allow forwarded traffic.",
        ("G11",),
        _PEER,
        "2018",
        "D",
    ),
    RuleCard(
        "peering-regions",
        "Virtual networks of different regions can be peered; a virtual network itself never spans regions.",
        ("G12",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "region-one",
        "A virtual network belongs to one region, and so do the route tables of its subnets.",
        ("M1",),
        _FAQ,
        "2024-07",
        "D",
    ),
    RuleCard(
        "region-joining",
        "Regions are joined by global peering or by VPN, which knows no regions.",
        ("M5",),
        "Azure VPN Gateway FAQ",
        "2024",
        "D",
    ),
)
