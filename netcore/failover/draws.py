"""The random numbers of many trials of one run at once: arrays of what ``Streams`` gives one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from netcore.batch.engines import numba_is_here
from netcore.failover.clock import SECOND_US
from netcore.failover.streams import Streams
from netcore.profiles.timing import Parameter

Numbers = NDArray[np.float64]
Times = NDArray[np.int64]


class Draws:
    """The random numbers of trials ``first`` to ``first + count - 1``.

    Args:
        compiled: None: where numba is there.
    """

    def __init__(self, seed: int, first: int, count: int, *, compiled: bool | None = None) -> None:
        self.seed, self.first, self.count = seed, first, count
        self._compiled = numba_is_here() if compiled is None else compiled

    def uniform(self, name: str) -> Numbers:
        """Return one number in (0, 1) for each trial, to the bit that of ``Streams.uniform``."""
        text = name.encode()
        if self._compiled:
            from netcore.failover import numba_draws

            if len(text) < numba_draws.BLOCK - numba_draws.LONGEST_NUMBER:
                return numba_draws.uniforms(self.seed, self.first, self.count, text)
        trials = range(self.first, self.first + self.count)
        return np.array([Streams(self.seed, trial).uniform(name) for trial in trials])

    def of(self, number: Parameter, name: str) -> Numbers:
        """Return a number of the timing profile for each trial; ``name`` is what it is drawn by."""
        drawn, values = self.uniform(name), number.values
        match number.kind:
            case "uniform":
                return values["low"] + (values["high"] - values["low"]) * drawn
            case "bernoulli":
                return np.where(drawn < values["probability"], 1.0, 0.0)
        # Logarithms of arrays may differ from those of numbers in the last bit.
        return np.array([number.draw(share) for share in drawn.tolist()])


def microseconds(seconds: Numbers) -> Times:
    """Return seconds as integer microseconds, rounded as ``clock.microseconds`` rounds one number."""
    return np.rint(seconds * SECOND_US).astype(np.int64)
