"""What a provider does, dated: profiles, and rule cards with their sources."""

from __future__ import annotations

from netcore.errors import NotFound
from netcore.profiles.azure import DEFAULT_PROFILE, PROFILES
from netcore.profiles.model import Profile, ProfileInfo, RuleCard

__all__ = ["DEFAULT_PROFILE", "PROFILES", "Profile", "ProfileInfo", "RuleCard", "profile", "profiles"]


def profile(profile_id: str) -> Profile:
    """Return a profile.

    Raises:
        NotFound: there is none of that id.
    """
    found = PROFILES.get(profile_id)
    if found is None:
        raise NotFound(f"There is no profile {profile_id}; there are {', '.join(PROFILES)}.")
    return found


def profiles() -> tuple[ProfileInfo, ...]:
    """Return what there is to choose from, the newest first."""
    return tuple(found.info for found in PROFILES.values())
