"""The timing profile of a scenario: the one it names, with the numbers that its maker changed."""

from __future__ import annotations

from netcore.document.models import Scenario
from netcore.errors import NetcoreError
from netcore.profiles.timing import TimingProfile, timing_profile


def timing_of(scenario: Scenario) -> TimingProfile:
    """Return the numbers that a scenario is played by.

    Raises:
        NotFound: there is no such profile, or it has no such number.
        TimingError: a changed number cannot be what it is changed to.
    """
    return timing_profile(scenario.timing).changed(scenario.timing_overrides)


def override_error(profile_id: str, name: str, value: object) -> str | None:
    """Return why a number of a timing profile cannot be changed to a value; None: it can."""
    try:
        timing_profile(profile_id).changed({name: value})
    except NetcoreError as error:
        return str(error)
    return None
