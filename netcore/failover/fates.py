"""What becomes of flows at each moment: asked of forwarding once per moment, and kept.

Each drawn flow is spread over many source ports, so that hashes give true shares. A *new* connection knows
nothing but the moment. An *existing* one was opened before the fault and carries its sessions, translations
and pins.
"""

from __future__ import annotations

from netcore.failover.crowd import Crowd
from netcore.failover.flow_fate import (
    Direction,
    Fate,
    FlowFate,
    Question,
    question_of,
    sender,
)
from netcore.failover.moments import Moment
from netcore.failover.plan import Plan
from netcore.profiles.timing import TimingProfile

__all__ = [
    "FIRST_PORT",
    "MOST_KEPT",
    "Direction",
    "Fate",
    "Fates",
    "FlowFate",
    "Question",
    "question_of",
    "sender",
]

FIRST_PORT = 49152
"""Source ports are counted from here on (RFC 6335: dynamic ports)."""

MOST_PORTS = 4096
"""All flows together are spread over so many source ports at most, so that a large drawing answers."""

FEWEST_PORTS = 4
"""Over so many each flow is spread at least."""

MOST_KEPT = 2000
"""So many moments are kept; hosts that learn in any order make endlessly many."""


class Fates:
    """The flows of one plan.

    Args:
        timing: says over how many ports a flow is spread; fewer where many flows are drawn that are unlike.
            ``ports`` is how many it became.
    """

    def __init__(self, plan: Plan, timing: TimingProfile) -> None:
        self.plan = plan
        traffic = plan.scene.drawn.traffic
        unlike: dict[Question, str] = {}
        for key, drawn in traffic.items():
            unlike.setdefault(question_of(drawn), key)
        room = max(FEWEST_PORTS, MOST_PORTS // max(1, len(unlike)))
        self.ports = max(1, min(round(timing.value("flows.ports")), room))
        place = {question: number for number, question in enumerate(unlike)}
        self._places = [place[question_of(drawn)] for drawn in traffic.values()]
        self._unlike = tuple(unlike.values())
        self._opened: Crowd | None = None
        self._kept: dict[Moment, tuple[FlowFate, ...]] = {}

    @property
    def crowd(self) -> Crowd:
        """The flows that are unlike, in the order in which the document's traffic names them first."""
        if self._opened is None:
            ports = range(FIRST_PORT, FIRST_PORT + self.ports)
            self._opened = Crowd(self.plan, self._unlike, ports)
        return self._opened

    def at(self, moment: Moment) -> tuple[FlowFate, ...]:
        """Return what becomes of each flow at a moment, in the order of the document's traffic.

        The first call opens all connections.
        """
        found = self._kept.get(moment)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            fates = self.crowd.at(moment)
            found = self._kept[moment] = tuple(fates[place] for place in self._places)
        return found
