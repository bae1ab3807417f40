"""What trials come to, where nothing is compiled: ``numba_judge`` in arrays over trials."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netcore.failover.spread import NEVER
from netcore.failover.tables import FINE, HUNG, REFUSED, RESET, STALLED, SURVIVED, Judged, Table

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]


def judge(
    starts: Times,
    until: Times,
    table: Table,
    steps: Times,
    hold_us: int,
    opening_us: int,
    from_outage: bool,
    made: Judged,
) -> None:
    """Judge the trials of one course.

    Args:
        starts: [trials, moments].
    """
    moments = starts.shape[1]
    lasts = np.ones(starts.shape, np.bool_)
    lasts[:, :-1] = starts[:, 1:] > starts[:, :-1]
    made.new[:] = _new(starts, lasts, table.good, hold_us, from_outage)
    made.lost[:] = 0.0
    top = np.full(len(starts), table.ranks[0])
    for place in range(moments):
        begin_us, last = starts[:, place], place + 1 == moments
        for end_us, kept in ((until, made.windows), (np.full_like(until, opening_us), made.openings)):
            passed = np.maximum(0, (end_us if last else np.minimum(starts[:, place + 1], end_us)) - begin_us)
            kept[place] += passed.sum()
            if kept is made.windows:
                made.lost[:] += table.rates[place] * passed
        if place:
            top = np.where(lasts[:, place], np.maximum(top, table.ranks[place]), top)
    np.add.at(made.crooked, top, 1)
    for number, (tcp, series) in enumerate(zip(table.tcp, table.series, strict=True)):
        made.ends[number] = _ends(starts, lasts, bool(tcp), series, steps)


def _new(starts: Times, lasts: Flags, good: Flags, hold_us: int, from_outage: bool) -> Times:
    """Return when new flows recover."""
    base = np.zeros(len(starts), np.int64)
    if from_outage:
        bad = lasts & ~good
        rows = np.flatnonzero(bad.any(axis=1))
        base[rows] = starts[rows, bad[rows].argmax(axis=1)]
    begun = np.full(len(starts), NEVER, np.int64)
    over = np.zeros(len(starts), np.bool_)
    for place, enough in enumerate(good.tolist()):
        at = starts[:, place]
        asked = ~over & (at >= base)
        if enough:
            begun = np.where(asked & (begun < 0), at, begun)
            continue
        over |= asked & (begun >= 0) & (at - begun >= hold_us)
        begun = np.where(asked & ~over, NEVER, begun)
    return np.where(begun < 0, NEVER, begun - base)


def _ends(starts: Times, lasts: Flags, tcp: bool, series: Any, steps: Times) -> Times:
    """Return how open connections of one kind end: [trials, 4]."""
    trials, moments = starts.shape
    made = np.zeros((trials, 4), np.int64)
    made[:, 0] = SURVIVED
    bad = lasts & (series != FINE)
    hit = np.flatnonzero(bad.any(axis=1))
    place = bad.argmax(axis=1)
    made[hit, 0], made[hit, 1] = HUNG, NEVER
    if not tcp:
        for row in hit.tolist():
            first_us = starts[row, place[row]]
            later = np.flatnonzero(lasts[row, place[row] + 1 :] & (series[place[row] + 1 :] == FINE))
            if len(later):
                time_us = starts[row, place[row] + 1 + later[0]]
                made[row] = (STALLED, time_us, time_us - first_us, time_us - first_us)
        return made
    first = starts[np.arange(trials), place]
    refused = series[place[hit]] == REFUSED
    made[hit[refused], 0] = RESET
    waiting = hit[~refused]
    # Since when a connection that gets through at a place would have got through.
    since = np.tile(np.arange(moments), (trials, 1))
    for at in range(1, moments):
        through = (series[at - 1] == FINE) | ~lasts[:, at - 1]
        since[:, at] = np.where(through, since[:, at - 1], at)
    for step_us in steps.tolist():
        if not len(waiting):
            break
        due = first[waiting] + step_us
        at = np.maximum((starts[waiting] <= due[:, None]).sum(axis=1) - 1, place[waiting])
        found = series[at]
        rows = waiting[found == FINE]
        made[rows, 0], made[rows, 1], made[rows, 2] = STALLED, first[rows] + step_us, step_us
        made[rows, 3] = starts[rows, since[rows, at[found == FINE]]] - first[rows]
        made[waiting[found == REFUSED], 0] = RESET
        waiting = waiting[(found != FINE) & (found != REFUSED)]
    return made
