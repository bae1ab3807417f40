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
)
