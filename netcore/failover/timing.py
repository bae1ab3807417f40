"""The timing profile of a scenario: the one it names, with the numbers that its maker changed."""

from __future__ import annotations

from netcore.document.models import Scenario
from netcore.profiles.timing import TimingProfile, timing_profile


def timing_of(scenario: Scenario) -> TimingProfile:
    """Return the numbers that a scenario is played by.

    Raises:
        NotFound: there is no such profile.
    """
    return timing_profile(scenario.timing)
