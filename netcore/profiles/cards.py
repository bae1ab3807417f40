"""All rule cards, in the order of the fact sheet."""

from __future__ import annotations

from netcore.profiles.cards_balancers import BALANCER_CARDS
from netcore.profiles.cards_bgp import BGP_CARDS
from netcore.profiles.cards_ground import GROUND_CARDS
from netcore.profiles.cards_guests import GUEST_CARDS
from netcore.profiles.cards_peering import PEERING_CARDS
from netcore.profiles.cards_routes import ROUTE_CARDS
from netcore.profiles.cards_security import SECURITY_CARDS
from netcore.profiles.cards_services import SERVICE_CARDS
from netcore.profiles.model import RuleCard

CARDS: tuple[RuleCard, ...] = (
    *GROUND_CARDS,
    *ROUTE_CARDS,
    *SERVICE_CARDS,
    *BALANCER_CARDS,
    *PEERING_CARDS,
    *GUEST_CARDS,
    *SECURITY_CARDS,
    *BGP_CARDS,
)
