"""Rule cards of layer 2 by MAC, packet sizes and tunnels (facts B11, C8-C10, I18). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

GUEST_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "frames-by-mac",
        "Where the provider has a layer 2 inside a subnet, a frame for the MAC of another NIC of that subnet "
        "goes there without any route, and only frames for the router's MAC are routed. Azure has none.",
        ("B11",),
        "Amazon VPC user guide, gateway route tables",
        "2023-06",
        "D",
        "unicast_by_mac",
    ),
    RuleCard(
        "sizes-in-the-fabric",
        "A guest sends IP packets of up to 1500 bytes unless told otherwise. The fabric carries more than "
        "1400 bytes in pieces, and pieces out of order are dropped.",
        ("C8",),
        "Azure, TCP/IP performance tuning for VMs",
        "2023",
        "D",
        "fabric_splits_at",
    ),
    RuleCard(
        "sizes-of-tunnels",
        "For tunnels that VMs build an MTU of 1400 is recommended, and 1350 as the largest segment of TCP.",
        ("C9",),
        "Azure, TCP/IP performance tuning for VMs",
        "2023",
        "D",
        "tunnel_mtu",
    ),
    RuleCard(
        "guest-tunnel",
        "A tunnel between guests hides the inner packet: the fabric delivers the outer one to the NIC of the "
        "far end, so the inner addresses need neither a route nor IP forwarding.",
        ("I18",),
        "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net); Azure Route Server, multi-region design",
        "2024",
        "R",
        "protocols",
    ),
)
