"""What each controller of a race goes by: its name, its pace, its threshold and its rights.

Where a drawing names controllers, those race, each by what is drawn for it and else by the timing profile;
where it names none, ``pollers.count`` race that are all alike and may write everything.

Source: reference on failover, section 1.3; Azure RBAC, overview and best practices; ARM, common deployment
errors. The fact sheet says nothing of rights, so documents are named in place of facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netcore.document.controllers import Controller
from netcore.document.models import Scenario
from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.moments import Assumption
from netcore.profiles.timing import TimingProfile
from netcore.words import say

RBAC = "Azure RBAC, overview: without a role with the action at the scope, access is not allowed"
DENIED = "403 AuthorizationFailed"
"""Status and code of a refusal for want of rights (ARM, common deployment errors)."""


@dataclass(frozen=True, slots=True)
class Controls:
    """One controller at work.

    Args:
        name: how people call it.
        wait_s: from the fault to its first look: from, to; any time between is alike.
        every_us: between two looks.
        tries_us: how long it tries before it believes that nobody answers.
        drawn: what is drawn of it; None: it is one of those that are counted.
    """

    name: str
    wait_s: tuple[float, float]
    every_us: int
    tries_us: int
    drawn: Controller | None = None

    def first_us(self, u: float) -> int:
        """Return when it looks first, since the fault; ``u`` is uniform in (0, 1)."""
        low, high = self.wait_s
        return microseconds(low + (high - low) * u)

    def may(self, tables: Sequence[str]) -> frozenset[int] | None:
        """Return the places of those tables that its identity may write; None: all, and all else."""
        if self.drawn is None or self.drawn.scope == "subscription":
            return None
        own = frozenset(self.drawn.tables)
        return frozenset(place for place, table in enumerate(tables) if table in own)

    def assumption(self) -> Assumption | None:
        """Return what it does and may do in words; None where nothing is drawn of it."""
        if self.drawn is None:
            return None
        if self.drawn.scope == "subscription":
            right = say("may write everything")
        elif self.drawn.tables:
            right = say("may write {tables}", tables=", ".join(dict.fromkeys(self.drawn.tables)))
        else:
            right = say("may write nothing")
        return Assumption(
            say("controller {name}", name=self.name),
            say(
                "looks every {every:g} s, tries for {tries:g} s before it believes, {right}",
                every=self.every_us / SECOND_US,
                tries=self.tries_us / SECOND_US,
                right=right,
            ),
            None,
            say("the drawing"),
        )


def controls(scenario: Scenario, timing: TimingProfile) -> tuple[Controls, ...]:
    """Return who is at work, in the order of the drawing; reads only the numbers that somebody goes by."""
    if not scenario.controllers:
        count = round(timing.value("pollers.count"))
        return tuple(
            _controls(say("poller {number}", number=number), None, timing) for number in range(1, count + 1)
        )
    return tuple(_controls(one.name, one, timing) for one in scenario.controllers.values())


def first(scenario: Scenario, timing: TimingProfile) -> Controls:
    """Return the one that is at work where a design has only one: the first that is drawn."""
    return _controls(say("the poller"), next(iter(scenario.controllers.values()), None), timing)


def _controls(name: str, drawn: Controller | None, timing: TimingProfile) -> Controls:
    interval_s = None if drawn is None else drawn.interval_s
    tries_s = None if drawn is None else drawn.tries_s
    if interval_s is None:
        usual = timing["poller.wait"].values
        wait_s = usual["low"], usual["high"]
    else:
        wait_s = 0.0, interval_s
    every_us = max(SECOND_US, microseconds(wait_s[1]))
    tries_us = microseconds(timing.value("poller.tries") if tries_s is None else tries_s)
    return Controls(name, wait_s, every_us, tries_us, drawn)


def rights() -> Assumption:
    """Return what is assumed of writes without a right."""
    return Assumption(
        say("controllers: rights"),
        say(
            "a write of a table that the identity may not write is refused at once ({denied}) and not tried "
            "again before the next decision; all may read all tables",
            denied=DENIED,
        ),
        "A",
        say(RBAC),
    )


def used(scenario: Scenario, *, alone: bool = False) -> Iterator[str]:
    """Yield the names of the timing numbers that controllers go by, in their order.

    Args:
        alone: only the first one is at work.
    """
    drawn = list(scenario.controllers.values())[: 1 if alone else None]
    if not drawn and not alone:
        yield "pollers.count"
    if not drawn or any(one.interval_s is None for one in drawn):
        yield "poller.wait"
    if not drawn or any(one.tries_s is None for one in drawn):
        yield "poller.tries"
