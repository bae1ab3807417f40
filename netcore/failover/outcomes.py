"""What a failover did, by arithmetic: recovery of new and existing flows, losses by cause, five outcomes.

Between two changes nothing moves, so everything follows from the fates per moment and the times between.
All times are microseconds since the fault unless said otherwise, and all sums are of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from netcore.document.faults import FaultKind
from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.course import NEW_WINDOW_S, Course, Series, Weights, course_of
from netcore.failover.fates import FIRST_PORT, MOST_KEPT, Fate, Fates
from netcore.failover.moments import Assumption, Play
from netcore.failover.scene import Scene
from netcore.profiles.timing import TimingProfile
from netcore.words import say

OUTCOMES = ("survived", "stalled", "reset", "hung", "never_started")
"""Every connection ends in exactly one of them."""

NEW_WINDOW_US = NEW_WINDOW_S * SECOND_US

QUIET_US = 15 * SECOND_US
"""So long after the last change people have seen that it holds."""

LEAST_US = 30 * SECOND_US
"""So long after the fault packets are counted at least."""

MOST_RETRANSMISSIONS = 10_000
"""A limit for timing profiles with odd numbers."""


@dataclass(frozen=True, slots=True)
class End:
    """How one open connection ends.

    Args:
        time_us: when it goes on; 0 where it noticed nothing, None for never.
        outcome: one of ``OUTCOMES``.
        stall_us: how long it stood still, as its user sees it: until the next retransmission.
        repair_us: how long the network would not carry it.
    """

    time_us: int | None
    outcome: str
    stall_us: int = 0
    repair_us: int = 0


_STANDS_STILL = End(None, "hung")


@dataclass(frozen=True, slots=True)
class Scale:
    """By what whole numbers are divided.

    Args:
        flows: weights of outcomes, for shares of all connections.
        packets: for packets.
        attempts: weights of connection attempts.
    """

    flows: int
    packets: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial, judged.

    Args:
        new_us: time to recover of new flows; None is never.
        ends: how open connections end, and their weight.
        lost: packets from the fault to the end, forward and back, by drop code; over ``scale.packets``.
        windows_us: how long each direction lost any.
        weights: by ``OUTCOMES``; over ``scale.flows`` their sum is exactly 1.
        crooked: before the fault and per moment with a length; over ``scale.attempts``.
    """

    new_us: int | None
    ends: tuple[tuple[End, int], ...]
    lost: tuple[dict[str, int], dict[str, int]]
    windows_us: tuple[int, int]
    weights: tuple[int, ...]
    crooked: tuple[int, ...]
    scale: Scale

    def until(self, end_us: int, base_us: int) -> Outcome:
        """Return the outcome for somebody who looked away then: what recovers later has not recovered.

        Args:
            base_us: from where ``new_us`` counts; both are times since the fault.
        """
        ends = tuple(
            (_STANDS_STILL if end.time_us is not None and end.time_us > end_us else end, weight)
            for end, weight in self.ends
        )
        new_us = None if self.new_us is None or base_us + self.new_us > end_us else self.new_us
        return replace(self, new_us=new_us, ends=ends)

    @property
    def existing(self) -> tuple[tuple[int | None, int], ...]:
        """Time to recover of open connections and their weight."""
        return tuple((end.time_us, weight) for end, weight in self.ends)

    @property
    def packets(self) -> int:
        """All lost packets; over ``scale.packets``."""
        return sum(self.lost[0].values()) + sum(self.lost[1].values())

    @property
    def shares(self) -> dict[str, float]:
        """Share of all connections by outcome."""
        return {name: weight / self.scale.flows for name, weight in zip(OUTCOMES, self.weights, strict=True)}

    @property
    def lost_forward(self) -> float:
        """Packets lost on their way there; ``lost_back`` the answers."""
        return sum(self.lost[0].values()) / self.scale.packets

    @property
    def lost_back(self) -> float:
        """See ``lost_forward``."""
        return sum(self.lost[1].values()) / self.scale.packets

    @property
    def lost_by_cause(self) -> dict[str, float]:
        """Lost packets of both directions by drop code."""
        codes = sorted({*self.lost[0], *self.lost[1]})
        there, back = self.lost
        return {code: (there.get(code, 0) + back.get(code, 0)) / self.scale.packets for code in codes}


class Judge:
    """Judges the trials of one plan; asks for the fates of each sequence of changes once.

    Args:
        fates: of the plan.
        timing: retransmission clock, state check, definition of recovery.
        scene: whose changes are judged; None: that of the fates. Its moments must mean the same.
    """

    def __init__(self, fates: Fates, timing: TimingProfile, scene: Scene | None = None) -> None:
        self._fates = fates
        self._scene = fates.plan.scene if scene is None else scene
        flows = tuple(fates.plan.scene.drawn.traffic.values())
        self._share = timing.value("recovered.share")
        self.hold_us = microseconds(timing.value("recovered.hold"))
        self._new = timing["flows.new"].values["value"]
        self.weights = Weights(flows, self._new, fates.ports)
        self.scale = Scale(
            self.weights.whole * NEW_WINDOW_US,
            fates.ports * SECOND_US,
            sum(self.weights.attempts) * fates.ports,
        )
        self._resets = timing.choice("state_check") == "reset"
        self.steps = tuple(retransmissions(timing))
        self._courses: dict[tuple[int, ...], Course] = {}

    def assumptions(self) -> Iterable[Assumption]:
        """Yield what the judgement adds to the mechanism's numbers."""
        yield Assumption(
            say("flows: source ports"),
            say(
                "each flow is spread over {ports} source ports from {first_port} on; our hash stands for "
                "the provider's, which nobody knows",
                ports=self._fates.ports,
                first_port=FIRST_PORT,
            ),
            "D",
            say("ours, so that shares show"),
        )
        yield Assumption(
            say("flows: new ones"),
            say(
                "where a flow does not say otherwise, a share of {new:g} of its connections is opened at "
                "a steady pace in the first {new_window_s} s after the fault; the others were open before",
                new=self._new,
                new_window_s=NEW_WINDOW_S,
            ),
            "D",
            say("ours, after section 2.3 of the reference on failover"),
        )
        yield Assumption(
            "packets: rate",
            say(
                "each direction of a flow carries its drawn rate; an answer whose packet is lost is lost "
                "with it, under the same drop code"
            ),
            "D",
            say("ours, after section 2.4 of the reference on failover"),
        )

    def course(self, changes: tuple[int, ...]) -> Course:
        """Return the moments that a sequence of changes goes through; kept."""
        found = self._courses.get(changes)
        if found is None:
            if len(self._courses) >= MOST_KEPT:
                self._courses.clear()
            found = course_of(self._fates, self.weights, changes, self._scene.catalogue)
            self._courses[changes] = found
        return found

    def outcome(self, play: Play, until_us: int | None = None) -> Outcome:
        """Return a trial's outcome.

        Args:
            until_us: where packets stop being counted; None: ``settled_us(play)``.
        """
        course = self.course(_order(play))
        starts = [0, *(time_us for time_us, _ in play.changes)]
        end_us = settled_us(play) if until_us is None else until_us
        ends = tuple((self._end(tcp, series, starts), weight) for tcp, series, weight in course.existing)
        lost, windows = _lost(course, starts, end_us)
        return Outcome(
            self._recovered(course, starts),
            ends,
            lost,
            windows,
            self._shared_out(course, ends, starts),
            tuple(
                crooked for place, crooked in enumerate(course.crooked) if not place or _lasts(starts, place)
            ),
            self.scale,
        )

    def base_us(self, play: Play) -> int:
        """Return from when a trial's recovery of new flows counts, since the fault."""
        return self._quiet_us(self.course(_order(play)), [0, *(time_us for time_us, _ in play.changes)])

    def outages(self, play: Play) -> list[tuple[int, int | None]]:
        """Return from when to when too many attempts fail, in order; None: it never ends."""
        found: list[tuple[int, int | None]] = []
        course = self.course(_order(play))
        starts = [0, *(time_us for time_us, _ in play.changes)]
        begun: int | None = None
        for place, (time_us, started) in enumerate(zip(starts, course.started, strict=True)):
            if not _lasts(starts, place):
                continue
            if started < self.enough(course):
                begun = time_us if begun is None else begun
            elif begun is not None:
                found.append((begun, time_us))
                begun = None
        if begun is not None:
            found.append((begun, None))
        return found

    @property
    def from_outage(self) -> bool:
        """Whether recovery counts from the first outage, as where a timeline begins in quiet."""
        return self._scene.fault.kind is FaultKind.NOTHING

    def enough(self, course: Course) -> float:
        """Return the weight of attempts that must succeed for new flows to count as recovered."""
        # A sliver below the share is rounding of the share itself.
        return (self._share - 1e-9) * course.attempts

    def _shared_out(
        self, course: Course, ends: Iterable[tuple[End, int]], starts: Sequence[int]
    ) -> tuple[int, ...]:
        """Return the weight of each outcome over ``scale.flows``."""
        weights = dict.fromkeys(OUTCOMES, 0)
        weights["never_started"] = course.unopened * NEW_WINDOW_US
        for end, weight in ends:
            weights[end.outcome] += weight * NEW_WINDOW_US
        if self.weights.opens:
            failed = _missed(course, starts, NEW_WINDOW_US)
            weights["never_started"] += failed
            weights["survived"] += course.attempts * NEW_WINDOW_US - failed
        assert all(0 <= weight <= self.scale.flows for weight in weights.values()), weights
        return tuple(weights.values())

    def _recovered(self, course: Course, starts: Sequence[int]) -> int | None:
        """Return the first moment after which enough attempts succeed for long enough."""
        begun: int | None = None
        enough = self.enough(course)
        base_us = self._quiet_us(course, starts) if self.from_outage else 0
        for time_us, started in zip(starts, course.started, strict=True):
            if time_us < base_us:
                continue
            if started >= enough:
                begun = time_us if begun is None else begun
            elif begun is not None and time_us - begun >= self.hold_us:
                return begun - base_us
            else:
                begun = None
        return None if begun is None else begun - base_us

    def _quiet_us(self, course: Course, starts: Sequence[int]) -> int:
        """Return when the first outage begins; 0 where there is none."""
        for place, (time_us, started) in enumerate(zip(starts, course.started, strict=True)):
            if started < self.enough(course) and _lasts(starts, place):
                return time_us
        return 0

    def _end(self, tcp: bool, series: Series, starts: Sequence[int]) -> End:
        """Return how an open connection ends."""
        places = [
            place for place, fate in enumerate(series) if fate != (None, None) and _lasts(starts, place)
        ]
        if not places:
            return End(0, "survived")
        place = places[0]
        first_us = starts[place]
        if not tcp:
            for later in range(place + 1, len(series)):
                if series[later] == (None, None) and _lasts(starts, later):
                    return End(starts[later], "stalled", starts[later] - first_us, starts[later] - first_us)
            return End(None, "hung")
        if self.is_reset(series[place]):
            return End(None, "reset")
        for step_us in self.steps:
            while place + 1 < len(starts) and starts[place + 1] <= first_us + step_us:
                place += 1
            if series[place] == (None, None):
                return End(
                    first_us + step_us, "stalled", step_us, _open_since(series, starts, place) - first_us
                )
            if self.is_reset(series[place]):
                return End(None, "reset")
        return End(None, "hung")

    def is_reset(self, fate: Fate) -> bool:
        """Return whether somebody answers the packet with a reset: a balancer, or a guest that is set to.

        A guest does so where it keeps state and has not seen the connection open; see ``state_check``.
        """
        return "LB_FLOW_RESET" in fate or (self._resets and "STATE_MISSING" in fate)


def _open_since(series: Series, starts: Sequence[int], place: int) -> int:
    """Return from when on a connection would have got through that gets through at a place."""
    while place and (series[place - 1] == (None, None) or not _lasts(starts, place - 1)):
        place -= 1
    return starts[place]


def _missed(course: Course, starts: Sequence[int], until_us: int) -> int:
    """Return the weight of attempts that fail, times microseconds, up to a time."""
    missed = 0
    for place, started in enumerate(course.started):
        end_us = starts[place + 1] if place + 1 < len(starts) else until_us
        missed += (course.attempts - started) * max(0, min(end_us, until_us) - min(starts[place], until_us))
    return missed


def _lost(
    course: Course, starts: Sequence[int], until_us: int
) -> tuple[tuple[dict[str, int], dict[str, int]], tuple[int, int]]:
    """Return lost packets forward and back by drop code, and how long each direction lost any."""
    lost: tuple[dict[str, int], dict[str, int]] = ({}, {})
    windows = [0, 0]
    for place, rates in enumerate(course.losses):
        end_us = starts[place + 1] if place + 1 < len(starts) else until_us
        window_us = max(0, min(end_us, until_us) - starts[place])
        if not window_us:
            continue
        for side, (codes, kept) in enumerate(zip(rates, lost, strict=True)):
            for code, rate in codes:
                kept[code] = kept.get(code, 0) + rate * window_us
            windows[side] += window_us if codes else 0
    return lost, (windows[0], windows[1])


def _order(play: Play) -> tuple[int, ...]:
    return tuple(change for _, change in play.changes)


def settled_us(play: Play) -> int:
    """Return when nothing changes any more and people have seen that it holds."""
    last_us = max((time_us for time_us, _ in play.changes), default=0)
    return max(last_us + QUIET_US, LEAST_US)


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


def _lasts(starts: Sequence[int], place: int) -> bool:
    return place + 1 == len(starts) or starts[place + 1] > starts[place]
