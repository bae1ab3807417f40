"""The figures of a stretch of trials of one design: columns per trial, and sums of whole numbers.

Two stretches are joined by joining columns and adding sums. Whole numbers add up the same in any order, so
the figures of all trials do not hang on how they were cut.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from netcore.failover.moments import Play
from netcore.failover.outcomes import OUTCOMES, Outcome, Scale

Payload = dict[str, Any]

Count = list[list[int | None]]
"""Pairs of value and weight, sorted by value, None last."""


@dataclass
class Columns:
    """What some trials of one design gave. All times are microseconds, None for never.

    Args:
        design: its id.
        new: per trial, until new flows recover; ``lost`` packets over ``scale["packets"]``; then the clocks.
        by_hand: trials that somebody repaired; their ``new`` is the time of the repair.
        dominated: trials in which detect, control or data took longest.
        existing: weight of open connections by time to recover.
        stalls: the same by how long a stall lasted for its user; ``repairs`` for the network.
        outcomes: weights in the order of ``OUTCOMES``.
        causes: lost packets by drop code.
        calls: writes, polls and refusals.
        lowest_tokens: least level of the bucket of writes in any trial.
        missed: attempts that fail, times microseconds.
        crooked: largest of each trial; see ``outcomes.Outcome``.
        whole: why the clocks cannot be told apart; empty where they can. No clock dominates then.
        beyond: trials in which the clocks run beyond the recovery of new flows.
        false_alarms: per month, and seconds that each hurts; the same in every trial.
    """

    design: str
    scale: dict[str, int] = field(default_factory=dict)
    new: list[int | None] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    detect: list[int | None] = field(default_factory=list)
    decide: list[int | None] = field(default_factory=list)
    control: list[int | None] = field(default_factory=list)
    data: list[int | None] = field(default_factory=list)
    by_hand: int = 0
    dominated: list[int] = field(default_factory=lambda: [0, 0, 0])
    existing: Counter[int | None] = field(default_factory=Counter)
    stalls: Counter[int | None] = field(default_factory=Counter)
    repairs: Counter[int | None] = field(default_factory=Counter)
    outcomes: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    causes: Counter[str] = field(default_factory=Counter)
    calls: list[int] = field(default_factory=lambda: [0, 0, 0])
    lowest_tokens: float | None = None
    dual_active_us: int = 0
    missed: int = 0
    crooked: int = 0
    false_alarms: tuple[float, float] = (0.0, 0.0)
    whole: str = ""
    beyond: int = 0

    def add(self, play: Play, outcome: Outcome) -> None:
        """Keep the figures of one more trial."""
        self.scale = _plain(outcome.scale)
        self.new.append(outcome.new_us)
        self.lost.append(outcome.packets)
        self._clocks(play)
        self.beyond += play.clocks.beyond_us(outcome.new_us) > 0
        self.by_hand += outcome.new_us is not None and play.by_hand_us is not None
        for end, weight in outcome.ends:
            self.existing[end.time_us] += weight
            if end.outcome == "stalled":
                self.stalls[end.stall_us] += weight
                self.repairs[end.repair_us] += weight
        self.outcomes = [old + more for old, more in zip(self.outcomes, outcome.weights, strict=True)]
        for side in outcome.lost:
            self.causes.update(side)
        made = play.calls
        self.calls = [
            old + more for old, more in zip(self.calls, (made.writes, made.polls, made.refusals), strict=True)
        ]
        self.lowest_tokens = _least(self.lowest_tokens, made.lowest_tokens)
        self.dual_active_us += play.dual_active_us
        self.missed += outcome.missed
        self.crooked += max(outcome.crooked, default=0)

    def _clocks(self, play: Play) -> None:
        clocks = play.clocks
        values = (clocks.detect_us, clocks.control_us, clocks.data_us)
        for kept, value in zip((self.detect, self.control, self.data), values, strict=True):
            kept.append(value)
        self.decide.append(play.decide_us)
        self.whole = clocks.whole
        if clocks.whole:
            return
        known = [float("inf") if value is None else value for value in values]
        self.dominated[known.index(max(known))] += 1

    def join(self, other: Columns) -> None:
        """Take over the trials that come behind these."""
        self.scale = other.scale or self.scale
        self.false_alarms, self.whole = other.false_alarms, other.whole
        for name in ("new", "lost", "detect", "decide", "control", "data"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("dominated", "outcomes", "calls"):
            mine, more = getattr(self, name), getattr(other, name)
            setattr(self, name, [old + new for old, new in zip(mine, more, strict=True)])
        for name in ("existing", "stalls", "repairs", "causes"):
            getattr(self, name).update(getattr(other, name))
        for name in ("by_hand", "dual_active_us", "missed", "crooked", "beyond"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lowest_tokens = _least(self.lowest_tokens, other.lowest_tokens)

    def as_dict(self) -> Payload:
        """Return plain JSON data that ``columns`` reads."""
        made = asdict(self)
        for name in ("existing", "stalls", "repairs"):
            made[name] = _pairs(getattr(self, name))
        made["false_alarms"] = list(self.false_alarms)
        made["causes"] = dict(sorted(self.causes.items()))
        return made


def columns(raw: Payload) -> Columns:
    """Return columns that ``as_dict`` wrote."""
    counted = {name: Counter(dict(raw[name])) for name in _COUNTED}
    alarms = tuple(raw["false_alarms"])
    return Columns(**{**raw, **counted, "causes": Counter(raw["causes"]), "false_alarms": alarms})


_COUNTED = ("existing", "stalls", "repairs")


def _plain(scale: Scale) -> dict[str, int]:
    return {"flows": scale.flows, "packets": scale.packets, "attempts": scale.attempts}


def _least(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return min(known) if known else None


def _pairs(counted: Counter[int | None]) -> Count:
    return [
        [value, counted[value]]
        for value in sorted(counted, key=lambda value: float("inf") if value is None else value)
    ]
