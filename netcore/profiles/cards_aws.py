"""Rule cards of the AWS contrasts (facts L1-L21). A table of data."""

from __future__ import annotations

from netcore.profiles.model import Confidence, RuleCard

_ROUTES = "Amazon VPC user guide, route tables"
_OPTIONS = "Amazon VPC user guide, route table options"
_SUBNETS = "Amazon VPC user guide, subnets and their sizing"
_ENI = "Amazon EC2 user guide, elastic network interfaces"
_SEED = "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)"


def _card(
    card: str, statement: str, fact: str, source: str, confidence: Confidence = "D", switch: str | None = None
) -> RuleCard:
    return RuleCard(card, statement, (fact,), source, "2023-06", confidence, switch)


AWS_CARDS: tuple[RuleCard, ...] = (
    _card(
        "aws-frames",
        "Inside a subnet a unicast frame goes to the interface whose MAC address it carries, past any route "
        "table; a frame for the router is routed by the subnet's table; nothing is flooded.",
        "L1",
        _ROUTES,
        switch="unicast_by_mac",
    ),
    _card(
        "aws-neighbours",
        "Neighbours in a subnet can be each other's next hops by their guests' tables alone, with the "
        "source/destination check off; VMs in other subnets cannot.",
        "L2",
        "Tigera Calico documentation, AWS page",
        switch="unicast_by_mac",
    ),
    _card(
        "aws-arp",
        "The platform answers ARP with the MAC address of the interface that owns the address; a gratuitous "
        "ARP moves nothing, and broadcast is not carried.",
        "L3",
        _SUBNETS,
        confidence="R",
        switch="arp",
    ),
    _card(
        "aws-subnet-zone",
        "A subnet lies in one availability zone, and its VMs with it; a VPC spans the zones of its region.",
        "L4",
        _SUBNETS,
    ),
    _card(
        "aws-subnet-size",
        "A subnet and a range of a VPC have a mask from /16 to /28; the first four addresses and the last of "
        "a subnet are kept; IPv6 subnets are /64.",
        "L5",
        _SUBNETS,
        switch="addresses",
    ),
    _card(
        "aws-internet",
        "A VPC reaches the Internet only by an internet gateway that is attached, a route to it and a public "
        "address, which the gateway translates one to one; others leave by a NAT gateway for TCP, UDP and "
        "ICMP, which stands in a subnet and so in a zone.",
        "L6",
        "Amazon VPC user guide, internet gateways and NAT gateways",
        switch="internet_needs_gateway",
    ),
    _card(
        "aws-tables",
        "Every table has a local route per range of the VPC; the longest prefix wins, and for one prefix a "
        "static route before a propagated one; the main table serves subnets without one of their own.",
        "L7",
        _ROUTES,
        switch="routing",
    ),
    _card(
        "aws-more-specific",
        "A route inside the VPC's own range is for the whole prefix of a subnet or of the VPC, and leads to "
        "an interface, a NAT gateway or an endpoint. What stays inside one subnet cannot be led elsewhere.",
        "L8",
        _ROUTES,
        switch="routing",
    ),
    _card(
        "aws-targets",
        "A route leads to an object: an interface, a gateway, an endpoint, a peering. An address drawn "
        "stands for the object that holds it.",
        "L9",
        _ROUTES,
        switch="routing",
    ),
    _card(
        "aws-gateway-tables",
        "An internet gateway and a virtual private gateway may have a table for what comes in, which sends "
        "traffic for a subnet or the whole VPC to an interface or an endpoint.",
        "L10",
        _ROUTES,
    ),
    _card(
        "aws-source-check",
        "Each interface checks that its instance is source or destination of what it sends and gets; the "
        "check is on unless switched off, as for appliances.",
        "L11",
        _ENI,
    ),
    _card(
        "aws-address-move",
        "An address may be given to another interface of the same subnet while both run, and an interface to "
        "another instance of its zone; traffic follows as soon as the platform's mapping has changed.",
        "L12",
        _ENI,
    ),
    _card(
        "aws-zone-failover",
        "An address cannot leave its subnet, and so not its zone: across zones the target of a route moves, "
        "or a balancer decides.",
        "L13",
        _ENI,
    ),
    _card(
        "aws-peering",
        "A peering brings no routes: both sides add them by hand; it is not transitive and lends no gateway.",
        "L14",
        _OPTIONS,
        switch="peering_routes",
    ),
    _card(
        "aws-propagation",
        "A table takes what the VPC's own gateway learned only if it asks for it.",
        "L15",
        _ROUTES,
        switch="gateway_propagation",
    ),
    _card(
        "aws-transit",
        "A transit gateway has tables of its own: an attachment is associated with one, and may propagate "
        "into several; the subnet's own table still needs a static route to the gateway.",
        "L16",
        _OPTIONS,
    ),
    _card(
        "aws-protocols",
        "No IP protocol is blocked, IP-in-IP and GRE included. Packets of 9001 bytes travel inside a VPC, of "
        "1500 bytes through an internet gateway, a VPN or a peering with another region.",
        "L17",
        "Amazon EC2 user guide, network MTU; Tigera Calico documentation, AWS page",
        switch="protocols",
    ),
    _card(
        "aws-gateway-balancer",
        "A gateway balancer wraps packets in GENEVE (UDP 6081) and is reached by an endpoint as a route's "
        "target, so also between VMs. Flows stay with a target that fails unless they are to be rebalanced; "
        "new ones go to healthy ones. It forgets idle TCP flows after 350 seconds, others after 120.",
        "L18",
        "Elastic Load Balancing documentation, Gateway Load Balancers",
        switch="gateway_rebalance",
    ),
    _card(
        "aws-network-balancer",
        "A network balancer's target cannot reach itself by its own balancer while the client's address is "
        "kept, and a frontend spreads over the targets of its own zone unless cross-zone is on. It resets "
        "the open TCP flows of a target that is unhealthy; UDP flows go to a healthy one.",
        "L19",
        "Elastic Load Balancing documentation, Network Load Balancers",
        switch="cross_zone",
    ),
    _card(
        "aws-filters",
        "A security group belongs to interfaces, keeps state and only allows; the default one lets its "
        "members in and everything out. A network access list belongs to a subnet, keeps no state, is "
        "asked where a packet crosses the subnet's border, and denies what no rule allows; without a list "
        "all pass.",
        "L20",
        "common AWS documentation of security groups and network access lists",
        confidence="R",
        switch="filtering",
    ),
    _card(
        "aws-no-routing-protocol",
        "The router of a VPC speaks no routing protocol with VMs; BGP ends at virtual private and transit "
        "gateways.",
        "L21",
        _SEED,
        confidence="R",
        switch="routing",
    ),
)
"""In the order of the fact sheet."""
