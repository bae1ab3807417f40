"""What a failover did, by arithmetic: recovery of new and existing flows, losses by cause, five outcomes.

Between two changes nothing moves, so everything follows from the fates per moment and the times between.
All times are microseconds since the fault unless said otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.fates import FIRST_PORT, MOST_KEPT, Fate, Fates, FlowFate
from netcore.failover.moments import Assumption, Play
from netcore.profiles.timing import TimingProfile
from netcore.trace.packet import TCP, protocol_number

OUTCOMES = ("survived", "stalled", "reset", "hung", "never_started")
"""Every connection ends in exactly one of them."""

NEW_WINDOW_US = 60 * SECOND_US
"""New connections are counted as opened at a steady pace for so long after the fault."""

MOST_RETRANSMISSIONS = 10_000
"""A limit for timing profiles with odd numbers."""

Series = tuple[Fate, ...]
"""Fate of one existing connection, moment by moment."""


@dataclass(frozen=True, slots=True)
class Course:
    """The moments of one sequence of changes, without their times.

    Args:
        fates: per moment, per flow; the first is that of the start, the others come with the changes.
        started: per moment, share of all connection attempts that succeed; each flow weighs the same.
        existing: whether it is TCP, fates moment by moment -> share of all connections that were open.
        unopened: share of connections that could not be opened before the fault.
    """

    fates: tuple[tuple[FlowFate, ...], ...]
    started: tuple[float, ...]
    existing: tuple[tuple[bool, Series, float], ...]
    unopened: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial, judged.

    Args:
        new_us: time to recover of new flows; None is never.
        existing: time to recover (0 where nothing was noticed, None is never) and share of connections.
        lost_forward: packets from the fault to ``until_us``; ``lost_back`` the answers.
        shares: by ``OUTCOMES``; their sum is 1.
    """

    new_us: int | None
    existing: tuple[tuple[int | None, float], ...]
    lost_forward: float
    lost_back: float
    lost_by_cause: dict[str, float]
    windows_us: tuple[int, int]
    shares: dict[str, float]


class Judge:
    """Judges the trials of one plan; asks for the fates of each sequence of changes once.

    Args:
        fates: of the plan.
        timing: retransmission clock, state check, definition of recovery.
    """

    def __init__(self, fates: Fates, timing: TimingProfile) -> None:
        self._fates = fates
        self._traffic = tuple(fates.plan.scene.drawn.traffic.values())
        self._tcp = tuple(protocol_number(flow.protocol) == TCP for flow in self._traffic)
        self._share = timing.value("recovered.share")
        self._hold_us = microseconds(timing.value("recovered.hold"))
        self._new = timing["flows.new"].values["value"]
        self._resets = timing.choice("state_check") == "reset"
        self._steps = tuple(retransmissions(timing))
        self._courses: dict[tuple[int, ...], Course] = {}

    def assumptions(self) -> Iterable[Assumption]:
        """Yield what the judgement adds to the mechanism's numbers."""
        yield Assumption(
            "flows: source ports",
            f"each flow is spread over {self._fates.ports} source ports from {FIRST_PORT} on; our hash "
            "stands for the provider's, which nobody knows",
            "D",
            "ours, so that shares show",
        )
        yield Assumption(
            "flows: new ones",
            f"a share of {self._new:g} of all connections is opened at a steady pace in the first "
            f"{NEW_WINDOW_US // SECOND_US} s after the fault; the others were open before",
            "D",
            "ours, after section 2.3 of the reference on failover",
        )
        yield Assumption(
            "packets: rate",
            "each direction of a flow carries its drawn rate; an answer whose packet is lost is lost with "
            "it, under the same drop code",
            "D",
            "ours, after section 2.4 of the reference on failover",
        )

    def course(self, play: Play) -> Course:
        """Return the moments a trial goes through; kept per sequence of changes."""
        key = tuple(change for _, change in play.changes)
        found = self._courses.get(key)
        if found is None:
            if len(self._courses) >= MOST_KEPT:
                self._courses.clear()
            found = self._courses[key] = self._course(key)
        return found

    def outcome(self, play: Play, until_us: int | None = None) -> Outcome:
        """Return a trial's outcome.

        Args:
            until_us: where packets stop being counted; None: ``settled_us(play)``.
        """
        course = self.course(play)
        starts = [0, *(time_us for time_us, _ in play.changes)]
        end_us = settled_us(play) if until_us is None else until_us
        recovered = tuple(
            (*self._existing(tcp, series, starts), share) for tcp, series, share in course.existing
        )
        shares = dict.fromkeys(OUTCOMES, 0.0)
        shares["never_started"] += (1 - self._new) * course.unopened
        for _, outcome, share in recovered:
            shares[outcome] += (1 - self._new) * share
        failed = self._failed(course, starts)
        shares["never_started"] += self._new * failed
        shares["survived"] += self._new * (1 - failed)
        forward, back, causes, windows = self._lost(course, starts, end_us)
        return Outcome(
            self._recovered(course, starts),
            tuple((time_us, share) for time_us, _, share in recovered),
            forward,
            back,
            causes,
            windows,
            shares,
        )

    def _course(self, changes: Sequence[int]) -> Course:
        scene = self._fates.plan.scene
        moment = scene.start
        fates = [self._fates.at(moment)]
        for number in changes:
            moment = scene.catalogue[number].apply(moment)
            fates.append(self._fates.at(moment))
        started = tuple(sum(flow.started for flow in flows) / len(flows) for flows in fates)
        counted: Counter[tuple[bool, Series]] = Counter()
        unopened = total = 0
        for index, tcp in enumerate(self._tcp):
            for series in zip(*(flows[index].existing for flows in fates), strict=True):
                total += 1
                known = tuple(fate for fate in series if fate is not None)
                if len(known) < len(series):
                    unopened += 1
                else:
                    counted[(tcp, known)] += 1
        existing = tuple((tcp, series, count / total) for (tcp, series), count in counted.items())
        return Course(tuple(fates), started, existing, unopened / total)

    def _recovered(self, course: Course, starts: Sequence[int]) -> int | None:
        """Return the first moment after which enough attempts succeed for long enough."""
        begun: int | None = None
        for time_us, started in zip(starts, course.started, strict=True):
            # A sliver below the share is rounding of shares added in another order.
            if started >= self._share - 1e-9:
                begun = time_us if begun is None else begun
            elif begun is not None and time_us - begun >= self._hold_us:
                return begun
            else:
                begun = None
        return begun

    def _existing(self, tcp: bool, series: Series, starts: Sequence[int]) -> tuple[int | None, str]:
        """Return when an open connection goes on (0: it noticed nothing) and which outcome that is."""
        places = [
            place for place, fate in enumerate(series) if fate != (None, None) and _lasts(starts, place)
        ]
        if not places:
            return 0, "survived"
        first_us = starts[places[0]]
        if not tcp:
            for place in range(places[0] + 1, len(series)):
                if series[place] == (None, None) and _lasts(starts, place):
                    return starts[place], "stalled"
            return None, "hung"
        place = places[0]
        if self._resets and _unknown(series[place]):
            return None, "reset"
        for step_us in self._steps:
            while place + 1 < len(starts) and starts[place + 1] <= first_us + step_us:
                place += 1
            if series[place] == (None, None):
                return first_us + step_us, "stalled"
            if self._resets and _unknown(series[place]):
                return None, "reset"
        return None, "hung"

    def _failed(self, course: Course, starts: Sequence[int]) -> float:
        """Return the share of new connections that never start."""
        failed = 0.0
        for place, started in enumerate(course.started):
            end_us = starts[place + 1] if place + 1 < len(starts) else NEW_WINDOW_US
            failed += (1 - started) * max(0, min(end_us, NEW_WINDOW_US) - min(starts[place], NEW_WINDOW_US))
        return failed / NEW_WINDOW_US

    def _lost(
        self, course: Course, starts: Sequence[int], until_us: int
    ) -> tuple[float, float, dict[str, float], tuple[int, int]]:
        """Return packets lost forward and back, by cause, and how long each direction lost any."""
        lost, windows = [0.0, 0.0], [0, 0]
        causes: dict[str, float] = {}
        for place, flows in enumerate(course.fates):
            end_us = starts[place + 1] if place + 1 < len(starts) else until_us
            window_us = max(0, min(end_us, until_us) - starts[place])
            if not window_us:
                continue
            for side in (0, 1):
                broken = False
                for flow, fate in zip(self._traffic, flows, strict=True):
                    for code, share in (fate.back if side else fate.forward).codes:
                        packets = flow.packets_per_second * share * window_us / SECOND_US
                        causes[code] = causes.get(code, 0.0) + packets
                        lost[side] += packets
                        broken = True
                windows[side] += window_us if broken else 0
        return lost[0], lost[1], dict(sorted(causes.items())), (windows[0], windows[1])


def settled_us(play: Play) -> int:
    """Return when nothing changes any more and people have seen that it holds: 15 s after the last change."""
    last_us = max((time_us for time_us, _ in play.changes), default=0)
    return max(last_us + 15 * SECOND_US, 30 * SECOND_US)


def retransmissions(timing: TimingProfile) -> list[int]:
    """Return when a TCP sender tries again after its first lost packet: 0.2, 0.6, 1.4, 3, 6.2 s and so on.

    Source: reference on failover, fact 8; the pause doubles up to its limit.
    """
    pause, limit = timing.value("tcp.rto"), timing.value("tcp.rto_max")
    give_up, time = timing.value("tcp.give_up"), 0.0
    steps: list[int] = []
    while time + pause < give_up - 1e-6 and len(steps) < MOST_RETRANSMISSIONS:
        time += pause
        steps.append(microseconds(time))
        pause = min(2 * pause, limit)
    return steps


def quantile(ranked: Sequence[float], share: float) -> float:
    """Return the smallest of sorted values with at least ``share`` of them at or below (order statistic)."""
    return ranked[max(0, min(len(ranked), ceil(share * len(ranked) - 1e-9)) - 1)]


def weighted_quantile(values: Iterable[tuple[int | None, float]], share: float) -> int | None:
    """Return the value with at least ``share`` of the weight at or below; None, for never, comes last."""
    ranked = sorted((time_us, weight) for time_us, weight in _finite(values) if weight > 0)
    total = sum(weight for _, weight in ranked)
    reached = 0.0
    for time_us, weight in ranked:
        reached += weight
        if reached >= share * total - 1e-9:
            return None if time_us == float("inf") else int(time_us)
    return None


def _finite(values: Iterable[tuple[int | None, float]]) -> list[tuple[float, float]]:
    return [(float("inf") if time_us is None else time_us, weight) for time_us, weight in values]


def _lasts(starts: Sequence[int], place: int) -> bool:
    return place + 1 == len(starts) or starts[place + 1] > starts[place]


def _unknown(fate: Fate) -> bool:
    """Return whether a stateful guest met the connection and did not know it."""
    return "STATE_MISSING" in fate
