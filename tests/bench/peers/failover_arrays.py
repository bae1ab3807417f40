"""The peer of trials in numpy: all flows of one trial at once, moment by moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from netcore.failover.clock import SECOND_US
from netcore.failover.fates import FlowFate
from netcore.failover.moments import Moment
from netcore.failover.outcomes import settled_us
from netcore.failover.streams import Streams
from tests.bench.peers.failover import Opened

Rates = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Per flow: lost packets a second of both directions, and share of connections that succeed."""


class Arrays:
    """Plays trials of one design with arrays over flows; a moment becomes arrays when it is first met."""

    def __init__(self, opened: Opened, seed: int) -> None:
        self._opened = opened
        self._seed = seed
        self._known: dict[Moment, Rates] = {}
        flows = opened.plan.scene.drawn.traffic.values()
        self._per_second = np.array([flow.packets_per_second for flow in flows], float)

    def _rates(self, moment: Moment) -> Rates:
        found = self._known.get(moment)
        if found is None:
            fates: Sequence[FlowFate] = self._opened.fates.at(moment)
            lost = np.array([2 - fate.forward.delivered - fate.back.delivered for fate in fates])
            found = self._per_second * lost, np.array([fate.started for fate in fates])
            self._known[moment] = found
        return found

    def play(self, number: int) -> tuple[NDArray[np.float64], int | None]:
        """Return lost packets per flow and when new connections recover, of one trial."""
        scene = self._opened.plan.scene
        play = self._opened.plan.mechanism.play(Streams(self._seed, number))
        moments = [(0, scene.start), *scene.after(play.changes)]
        times = np.array([time_us for time_us, _ in moments])
        lasts = np.diff(np.append(times, settled_us(play))) / SECOND_US
        rates = [self._rates(moment) for _, moment in moments]
        lost = np.zeros(len(self._per_second))
        for seconds, (rate, _) in zip(lasts, rates, strict=True):
            lost += rate * seconds
        good = np.array([started.mean() for _, started in rates]) >= self._opened.share - 1e-9
        return lost, self._recovered(times, good)

    def _recovered(self, times: NDArray[np.int64], good: NDArray[np.bool_]) -> int | None:
        begun: int | None = None
        for time_us, enough in zip(times.tolist(), good.tolist(), strict=True):
            if enough:
                begun = time_us if begun is None else begun
            elif begun is not None and time_us - begun >= self._opened.hold_us:
                return begun
            else:
                begun = None
        return begun
