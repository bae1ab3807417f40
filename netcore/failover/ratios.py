"""How many times as long one design takes as another in the same trials, whichever of them is the slower."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from netcore.failover.spread import EXACT, Ranked, Spread, Values

Payload = dict[str, Any]

MILLION = 1_000_000
"""Ratios are kept in millionths."""

MOST_US = 9 * 10**12
"""Longer times count as this one: 104 days."""


@dataclass
class Pair:
    """Two designs, trial by trial.

    Args:
        longer: ratios of trials in which the first takes at least as long, in millionths; ``shorter`` those
            of the second over the first.
        no_time: trials in which the first recovers at once and the second later; ``other_no_time`` the
            other way round. ``never`` and ``other_never``: the one never recovers, the other later.
    """

    first: str
    second: str
    n: int = 0
    longer: Spread = field(default_factory=Spread)
    shorter: Spread = field(default_factory=Spread)
    no_time: int = 0
    never: int = 0
    other_no_time: int = 0
    other_never: int = 0

    def add(self, one: Values, other: Values) -> None:
        """Take the times to recover of the same trials."""
        self.n += len(one)
        here, there = one > 0, other > 0
        self.no_time += int(((one == 0) & there).sum())
        self.never += int(((one < 0) & there).sum())
        self.other_no_time += int(((other == 0) & here).sum())
        self.other_never += int(((other < 0) & here).sum())
        both = here & there
        first, second = np.minimum(one[both], MOST_US), np.minimum(other[both], MOST_US)
        slow = first >= second
        rough = self.n > EXACT
        self.longer.add(first[slow] * MILLION // second[slow], rough=rough)
        self.shorter.add(second[~slow] * MILLION // first[~slow], rough=rough)

    def join(self, raw: Payload) -> None:
        """Take over the trials that come behind these, as ``as_dict`` wrote them."""
        for name in ("n", "no_time", "never", "other_no_time", "other_never"):
            setattr(self, name, getattr(self, name) + raw[name])
        self.longer.join(raw["longer"], rough=self.n > EXACT)
        self.shorter.join(raw["shorter"], rough=self.n > EXACT)

    def as_dict(self) -> Payload:
        """Return plain JSON data that ``join`` reads."""
        made = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**made, "longer": self.longer.pairs(), "shorter": self.shorter.pairs()}

    def ratios(self, slow: str) -> Ranked:
        """Return the ratios of one of the two over the other, in order.

        Trials in which the other never recovers, or at once, are left out.
        """
        mine, theirs = self.longer, self.shorter
        none, never = self.no_time, self.never
        if slow != self.first:
            mine, theirs, none, never = theirs, mine, self.other_no_time, self.other_never
        below = [(MILLION / value, count) for value, count in reversed(theirs.pairs()) if value is not None]
        above = [(value / MILLION, count) for value, count in mine.pairs() if value is not None]
        found = [(0.0, none), *below, *above, (inf, never)]
        return Ranked([value for value, count in found if count], [count for _, count in found if count])
