"""The figures of trials of one design: how their values lie, and sums of whole numbers.

Two stretches are joined by adding up. Whole numbers add up the same in any order, so the figures of all
trials do not hang on how they were cut, and they take no more room for more trials.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from netcore.failover.outcomes import OUTCOMES
from netcore.failover.plays import Plays, least
from netcore.failover.reduction import Block
from netcore.failover.spread import EXACT, NEVER, Spread, Values
from netcore.failover.tables import STALLED

Payload = dict[str, Any]

SPREADS = (
    "new",
    "lost",
    "detect",
    "decide",
    "control",
    "asked",
    "data",
    "existing",
    "stalls",
    "repairs",
)


def _spreads() -> dict[str, Spread]:
    return {name: Spread() for name in SPREADS}


@dataclass
class Columns:
    """What some trials of one design gave. All times are microseconds, None for never.

    Args:
        design: its id.
        scale: by what whole numbers are divided; see ``outcomes.Scale``.
        n: how many trials.
        spreads: per trial: ``new``, until new flows recover; ``lost`` packets; then the clocks, of which
            ``asked`` is ``control`` without ``decide``. Per open connection, by weight: ``existing``, when
            it goes on; ``stalls``, how long a stall lasted for its user, ``repairs`` for the network.
        new_us: times of all trials that recover, added up.
        by_hand: trials that somebody repaired; their ``new`` is the time of the repair.
        met: trials that meet the target.
        dominated: trials in which detect, control or data took longest.
        outcomes: weights in the order of ``OUTCOMES``.
        causes: lost packets by drop code, over ``scale["packets"]``.
        calls: writes, polls and refusals; ``denied``: writes that the caller had no right to.
        lowest_tokens: least level of the bucket of writes in any trial.
        crooked: largest of each trial; see ``outcomes.Outcome``.
        whole: why the clocks cannot be told apart; empty where they can. No clock dominates then.
        beyond: trials in which the clocks run beyond the recovery of new flows.
        false_alarms: per month, and seconds that each hurts; the same in every trial.
    """

    design: str
    scale: dict[str, int] = field(default_factory=dict)
    n: int = 0
    spreads: dict[str, Spread] = field(default_factory=_spreads)
    new_us: int = 0
    by_hand: int = 0
    met: int = 0
    dominated: list[int] = field(default_factory=lambda: [0, 0, 0])
    outcomes: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    causes: Counter[str] = field(default_factory=Counter)
    calls: list[int] = field(default_factory=lambda: [0, 0, 0])
    denied: int = 0
    lowest_tokens: float | None = None
    dual_active_us: int = 0
    crooked: int = 0
    false_alarms: tuple[float, float] = (0.0, 0.0)
    whole: str = ""
    beyond: int = 0

    def add(self, plays: Plays, block: Block) -> None:
        """Keep the figures of more trials."""
        self.n += len(plays)
        decided = np.maximum(0, plays.control - plays.decide)
        self._spread("new", block.new)
        self._spread("lost", np.floor(block.lost + 0.5).astype(np.int64))
        self._spread("detect", plays.detect)
        self._spread("decide", plays.decide)
        self._spread("control", plays.control)
        self._spread("asked", np.where(plays.control < 0, NEVER, decided))
        self._spread("data", plays.data)
        ends, stalled = block.ends, block.ends[:, 0] == STALLED
        self._spread("existing", ends[:, 1], block.weights)
        self._spread("stalls", ends[stalled, 2], block.weights[stalled])
        self._spread("repairs", ends[stalled, 3], block.weights[stalled])
        recovered = block.new >= 0
        self.new_us += int(block.new[recovered].sum())
        self.by_hand += int((recovered & plays.mended).sum())
        self._clocks(plays, block.new)
        self._sums(block.outcomes, list(plays.calls))
        self.denied += plays.denied
        self.causes.update(block.causes)
        self.lowest_tokens = least(self.lowest_tokens, plays.lowest_tokens)
        self.dual_active_us += plays.dual_active_us
        self.crooked += block.crooked

    def _spread(self, name: str, values: Values, weights: Values | int = 1) -> None:
        self.spreads[name].add(values, weights, rough=self.n > EXACT)

    def _clocks(self, plays: Plays, new: Values) -> None:
        clocks = np.stack((plays.detect, plays.control, plays.data))
        known = (clocks >= 0).all(axis=0) & (new >= 0)
        self.beyond += int((known & (clocks.sum(axis=0) > new)).sum())
        self.whole = plays.whole
        # Never lasts longest; of equals the first one counts.
        longest = np.where(clocks < 0, np.iinfo(np.int64).max, clocks)[:, plays.apart].argmax(axis=0)
        more = np.bincount(longest, minlength=len(clocks)).tolist()
        self.dominated = [old + new for old, new in zip(self.dominated, more, strict=True)]

    def _sums(self, outcomes: list[int], calls: list[int]) -> None:
        self.outcomes = [old + new for old, new in zip(self.outcomes, outcomes, strict=True)]
        self.calls = [old + new for old, new in zip(self.calls, calls, strict=True)]

    def join(self, raw: Payload) -> None:
        """Take over the trials that come behind these, as ``as_dict`` wrote them."""
        self.scale, self.whole = raw["scale"], raw["whole"]
        self.false_alarms = (raw["false_alarms"][0], raw["false_alarms"][1])
        self._sums(raw["outcomes"], raw["calls"])
        self.dominated = [old + new for old, new in zip(self.dominated, raw["dominated"], strict=True)]
        self.causes.update(raw["causes"])
        for name in ("n", "new_us", "by_hand", "met", "dual_active_us", "crooked", "beyond"):
            setattr(self, name, getattr(self, name) + raw[name])
        for name, spread in self.spreads.items():
            spread.join(raw["spreads"][name], rough=self.n > EXACT)
        # A stretch that an older engine played has none.
        self.denied += raw.get("denied", 0)
        self.lowest_tokens = least(self.lowest_tokens, raw["lowest_tokens"])

    def as_dict(self) -> Payload:
        """Return plain JSON data that ``join`` reads."""
        made = {name: getattr(self, name) for name in self.__dataclass_fields__}
        made["spreads"] = {name: spread.pairs() for name, spread in self.spreads.items()}
        return {**made, "causes": dict(sorted(self.causes.items())), "false_alarms": list(self.false_alarms)}
