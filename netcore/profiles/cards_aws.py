"""Rule cards of the AWS contrasts (facts L1-L21). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_ROUTES = "Amazon VPC user guide, route tables"
_OPTIONS = "Amazon VPC user guide, route table options"
_SUBNETS = "Amazon VPC user guide, subnets and their sizing"
_ENI = "Amazon EC2 user guide, elastic network interfaces"
_SEED = "Ivan Pepelnjak, Azure Networking 101 (ipSpace.net)"

AWS_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "aws-subnet-size",
        "A subnet and a range of a VPC have a mask from /16 to /28; the first four addresses and the last of "
        "a subnet are kept; IPv6 subnets are /64.",
        ("L5",),
        _SUBNETS,
        "2023-06",
        "D",
        "addresses",
    ),
)
"""In the order of the fact sheet."""
