"""A course as numbers, for those that judge many trials of it at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netcore.failover.course import Course, Series
from netcore.failover.outcomes import OUTCOMES, Judge

Times = NDArray[np.int64]

SURVIVED, STALLED, RESET, HUNG = (OUTCOMES.index(name) for name in ("survived", "stalled", "reset", "hung"))

FINE, LOST, REFUSED = 0, 1, 2
"""A packet of an open connection is delivered and answered; is lost, or its answer; meets a reset."""

MOST_BITS = 42
"""Weights of open connections are cut to so many bits together, so that a million trials add up in 64."""


@dataclass(frozen=True, slots=True)
class Table:
    """A course.

    Args:
        course: where it is from.
        good: per moment, whether enough attempts succeed.
        rates: per moment, packets per second that are lost there and back; over ``scale.packets``.
        ranks: per moment, place of its crooked weight in ``crooked``, which is sorted.
        tcp: per kind of open connection, whether it is TCP.
        series: [kinds, moments], ``FINE``, ``LOST`` or ``REFUSED``.
        weights: per kind, of the connections; ``light`` is the same in ``MOST_BITS`` together.
    """

    course: Course
    good: NDArray[np.bool_]
    rates: NDArray[np.float64]
    ranks: Times
    crooked: tuple[int, ...]
    tcp: NDArray[np.bool_]
    series: NDArray[np.int8]
    weights: tuple[int, ...]
    light: Times


@dataclass(frozen=True, slots=True)
class Judged:
    """What the trials of one course come to.

    Args:
        new: per trial, when new flows recover.
        lost: per trial, packets lost; over ``scale.packets``.
        windows: per moment, how long it lasts in all trials together; ``openings`` of the time in which new
            connections are counted.
        crooked: how many trials have which of ``Table.crooked`` as their largest.
        ends: [kinds, trials, 4]: outcome, time, stall and repair of open connections; see ``outcomes.End``.
    """

    new: Times
    lost: NDArray[np.float64]
    windows: Times
    openings: Times
    crooked: Times
    ends: Times

    @classmethod
    def blank(cls, table: Table, trials: int) -> Judged:
        """Return room for so many trials."""
        kinds, moments = table.series.shape
        return cls(
            np.empty(trials, np.int64),
            np.empty(trials, np.float64),
            np.zeros(moments, np.int64),
            np.zeros(moments, np.int64),
            np.zeros(len(table.crooked), np.int64),
            np.empty((kinds, trials, 4), np.int64),
        )


def table_of(judge: Judge, course: Course) -> Table:
    """Return a course as numbers."""
    enough, moments = judge.enough(course), len(course.started)
    crooked = tuple(sorted(set(course.crooked)))
    whole = judge.weights.whole.bit_length()
    weights = tuple(weight for _, _, weight in course.existing)
    rates = [sum(rate for side in sides for _, rate in side) for sides in course.losses]
    return Table(
        course,
        np.array([started >= enough for started in course.started], np.bool_),
        np.array(rates, np.float64),
        np.array([crooked.index(weight) for weight in course.crooked], np.int64),
        crooked,
        np.array([tcp for tcp, _, _ in course.existing], np.bool_),
        np.array([_codes(judge, series) for _, series, _ in course.existing], np.int8).reshape(-1, moments),
        weights,
        np.array([max(1, weight >> max(0, whole - MOST_BITS)) for weight in weights], np.int64),
    )


def _codes(judge: Judge, series: Series) -> list[int]:
    return [FINE if fate == (None, None) else REFUSED if judge.is_reset(fate) else LOST for fate in series]
