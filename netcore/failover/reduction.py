"""Many trials of one design judged at once: what ``Judge`` says of each, added up.

Trials that go through the same changes differ in their times alone, so a course is made once and judged for
all of them together, compiled where numba is there. The walk of forwarding stays the judge of a course, and
``Judge`` is what this must agree with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from netcore.batch.engines import numba_is_here
from netcore.failover import numpy_judge
from netcore.failover.course import Course
from netcore.failover.fates import MOST_KEPT
from netcore.failover.outcomes import NEW_WINDOW_US, OUTCOMES, Judge
from netcore.failover.plays import Plays
from netcore.failover.tables import HUNG, Judged, Table, table_of

Times = NDArray[np.int64]
Engine = Literal["numba", "numpy"]

NEVER_STARTED = OUTCOMES.index("never_started")


@dataclass(slots=True)
class Block:
    """What trials in a row come to.

    Args:
        new: per trial, when new flows recover.
        lost: per trial, packets lost.
        ends: how open connections end: [kinds and trials, 4]; ``weights`` of each, see ``Table.light``.
        outcomes: weights in the order of ``OUTCOMES``, over ``scale.flows``.
        causes: lost packets by drop code, over ``scale.packets``.
        crooked: largest of each trial, added up, over ``scale.attempts``.
    """

    new: Times
    lost: NDArray[np.float64]
    ends: Times
    weights: Times
    outcomes: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    causes: Counter[str] = field(default_factory=Counter)
    crooked: int = 0


class Reduction:
    """Judges trials of one plan.

    Args:
        engine: None: numba where it is there.
    """

    def __init__(self, judge: Judge, engine: Engine | None = None) -> None:
        self.judge = judge
        self._compiled = numba_is_here() if engine is None else engine == "numba"
        self._steps = np.array(judge.steps, np.int64)
        self._tables: dict[int, Table] = {}

    def block(self, plays: Plays, between: Callable[[], None] | None = None) -> Block:
        """Return what trials come to.

        Args:
            between: called before each course, for one that is new may take long.
        """
        count = len(plays)
        made = Block(np.empty(count, np.int64), np.empty(count), *_no_ends())
        ends, weights = [made.ends], [made.weights]
        for changes, (places, times) in plays.groups.items():
            if between is not None:
                between()
            table = self._table(self.judge.course(changes))
            found = self._judged(table, times, plays.until[places])
            made.new[places] = found.new
            made.lost[places] = found.lost / self.judge.scale.packets
            ends.append(found.ends.reshape(-1, 4))
            weights.append(np.repeat(table.light, len(places)))
            self._add(made, table, found, len(places))
        made.ends, made.weights = np.concatenate(ends), np.concatenate(weights)
        return made

    def _table(self, course: Course) -> Table:
        found = self._tables.get(id(course))
        if found is None or found.course is not course:
            if len(self._tables) >= MOST_KEPT:
                self._tables.clear()
            found = self._tables[id(course)] = table_of(self.judge, course)
        return found

    def _judged(self, table: Table, times: Times, until: Times) -> Judged:
        made = Judged.blank(table, len(times))
        starts = np.zeros((len(times), times.shape[1] + 1), np.int64)
        starts[:, 1:] = times
        hold_us, from_outage = self.judge.hold_us, self.judge.from_outage
        if not self._compiled:
            numpy_judge.judge(starts, until, table, self._steps, hold_us, NEW_WINDOW_US, from_outage, made)
            return made
        from netcore.failover import numba_judge

        numba_judge.judge(
            starts,
            until,
            table.good,
            table.rates,
            table.ranks,
            self._steps,
            table.tcp,
            table.series,
            hold_us,
            NEW_WINDOW_US,
            from_outage,
            made.new,
            made.lost,
            made.windows,
            made.openings,
            made.crooked,
            made.ends,
        )
        return made

    def _add(self, made: Block, table: Table, found: Judged, count: int) -> None:
        """Add the sums of some trials; whole numbers of any size, so that nothing hangs on their order."""
        course, outcomes = table.course, made.outcomes
        outcomes[NEVER_STARTED] += course.unopened * NEW_WINDOW_US * count
        for kind, weight in enumerate(table.weights):
            for outcome, trials in enumerate(
                np.bincount(found.ends[kind, :, 0], minlength=HUNG + 1).tolist()
            ):
                outcomes[outcome] += weight * NEW_WINDOW_US * trials
        if self.judge.weights.opens:
            failed = sum(
                (course.attempts - started) * passed_us
                for started, passed_us in zip(course.started, found.openings.tolist(), strict=True)
            )
            outcomes[NEVER_STARTED] += failed
            outcomes[0] += course.attempts * NEW_WINDOW_US * count - failed
        for sides, passed_us in zip(course.losses, found.windows.tolist(), strict=True):
            if passed_us:
                for codes in sides:
                    for code, rate in codes:
                        made.causes[code] += rate * passed_us
        made.crooked += sum(
            weight * trials for weight, trials in zip(table.crooked, found.crooked.tolist(), strict=True)
        )


def _no_ends() -> tuple[Times, Times]:
    return np.empty((0, 4), np.int64), np.empty(0, np.int64)
