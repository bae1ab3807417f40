"""What trials come to, compiled: ``outcomes.Judge`` for all trials that go through the same changes.

Times are int64, microseconds since the fault, ``NEVER`` for never.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from netcore.batch.jit import kernel, part
from netcore.failover.spread import NEVER
from netcore.failover.tables import FINE, HUNG, REFUSED, RESET, STALLED, SURVIVED


@part
def _lasts(starts: Any, trial: Any, place: Any) -> Any:
    return place + 1 == starts.shape[1] or starts[trial, place + 1] > starts[trial, place]


@part
def _new(starts: Any, trial: Any, good: Any, hold_us: Any, from_outage: Any) -> Any:
    """Return when new flows recover."""
    base_us, begun_us = np.int64(0), np.int64(NEVER)
    if from_outage:
        for place in range(starts.shape[1]):
            if not good[place] and _lasts(starts, trial, place):
                base_us = starts[trial, place]
                break
    for place in range(starts.shape[1]):
        time_us = starts[trial, place]
        if time_us < base_us:
            continue
        if good[place]:
            if begun_us < 0:
                begun_us = time_us
        elif begun_us >= 0 and time_us - begun_us >= hold_us:
            break
        else:
            begun_us = np.int64(NEVER)
    return begun_us if begun_us < 0 else begun_us - base_us


@part
def _windows(
    starts: Any, trial: Any, until: Any, opening_us: Any, rates: Any, windows: Any, openings: Any
) -> Any:
    """Add how long each moment lasts, and in it the window of new flows.

    Returns: packets lost, over ``scale.packets``.
    """
    lost, count = 0.0, starts.shape[1]
    for place in range(count):
        begin_us, last = starts[trial, place], place + 1 == count
        end_us = until if last else min(starts[trial, place + 1], until)
        if end_us > begin_us:
            windows[place] += end_us - begin_us
            lost += rates[place] * np.float64(end_us - begin_us)
        end_us = opening_us if last else min(starts[trial, place + 1], opening_us)
        if end_us > begin_us:
            openings[place] += end_us - begin_us
    return lost


@part
def _end(starts: Any, trial: Any, tcp: Any, series: Any, steps: Any, row: Any) -> None:
    """Say how an open connection ends: ``row`` is outcome, time, stall and repair."""
    row[0], row[1], row[2], row[3] = SURVIVED, 0, 0, 0
    count, place = len(series), 0
    while place < count and (series[place] == FINE or not _lasts(starts, trial, place)):
        place += 1
    if place == count:
        return
    first_us = starts[trial, place]
    row[0], row[1] = HUNG, NEVER
    if not tcp:
        for later in range(place + 1, count):
            if series[later] == FINE and _lasts(starts, trial, later):
                stall_us = starts[trial, later] - first_us
                row[0], row[1], row[2], row[3] = STALLED, starts[trial, later], stall_us, stall_us
                return
        return
    if series[place] == REFUSED:
        row[0] = RESET
        return
    for step in range(len(steps)):
        step_us = steps[step]
        while place + 1 < count and starts[trial, place + 1] <= first_us + step_us:
            place += 1
        if series[place] == FINE:
            since = place
            while since and (series[since - 1] == FINE or not _lasts(starts, trial, since - 1)):
                since -= 1
            row[0], row[1], row[2] = STALLED, first_us + step_us, step_us
            row[3] = starts[trial, since] - first_us
            return
        if series[place] == REFUSED:
            row[0] = RESET
            return


@kernel
def judge(
    starts: Any,
    until: Any,
    good: Any,
    rates: Any,
    ranks: Any,
    steps: Any,
    tcp: Any,
    series: Any,
    hold_us: Any,
    opening_us: Any,
    from_outage: Any,
    new: Any,
    lost: Any,
    windows: Any,
    openings: Any,
    crooked: Any,
    ends: Any,
) -> None:
    """Judge the trials of one course; arguments are those of ``tables.Judged`` and ``tables.Table``."""
    for trial in range(starts.shape[0]):
        new[trial] = _new(starts, trial, good, hold_us, from_outage)
        lost[trial] = _windows(starts, trial, until[trial], opening_us, rates, windows, openings)
        top = ranks[0]
        for place in range(1, starts.shape[1]):
            if _lasts(starts, trial, place):
                top = max(top, ranks[place])
        crooked[top] += 1
        for number in range(series.shape[0]):
            _end(starts, trial, tcp[number], series[number], steps, ends[number, trial])
