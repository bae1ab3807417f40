"""What a provider does, dated: profiles, and rule cards with their sources."""

from __future__ import annotations

from types import MappingProxyType

from netcore.errors import NotFound
from netcore.profiles.aws import AWS
from netcore.profiles.azure import AZURE_2021, AZURE_2026, DEFAULT_PROFILE
from netcore.profiles.model import Profile, ProfileInfo, RuleCard
from netcore.words import say

__all__ = [
    "DEFAULT_PROFILE",
    "PROFILES",
    "Profile",
    "ProfileInfo",
    "RuleCard",
    "facts",
    "profile",
    "profiles",
    "rule_cards",
]

PROFILES = MappingProxyType({found.id: found for found in (AZURE_2026, AZURE_2021, AWS)})
"""All profiles by id; the first one is for a document that names none."""


def profile(profile_id: str) -> Profile:
    """Return a profile.

    Raises:
        NotFound: there is none of that id.
    """
    found = PROFILES.get(profile_id)
    if found is None:
        raise NotFound(
            say(
                "There is no profile {profile_id}; there are {profiles}.",
                profile_id=profile_id,
                profiles=", ".join(PROFILES),
            )
        )
    return found


def profiles() -> tuple[ProfileInfo, ...]:
    """Return what there is to choose from, the newest first."""
    return tuple(found.info for found in PROFILES.values())


def profile_title(profile_id: str) -> str:
    """Return the title of a profile; of one that is not known, its id."""
    found = PROFILES.get(profile_id)
    return profile_id if found is None else say(found.title)


def rule_cards(profile_id: str | None = None) -> tuple[RuleCard, ...]:
    """Return the rule cards of a profile; of all profiles, each once, where None is given.

    Raises:
        NotFound: there is no such profile.
    """
    chosen = PROFILES.values() if profile_id is None else (profile(profile_id),)
    return tuple({card.id: card for found in chosen for card in found.cards.values()}.values())


def facts() -> dict[str, dict[str, str]]:
    """Return every implemented fact by id: statement, source, confidence. No two cards share a fact."""
    return {
        fact: {"statement": say(card.statement), "source": card.source, "confidence": card.confidence}
        for card in rule_cards()
        for fact in card.facts
    }
