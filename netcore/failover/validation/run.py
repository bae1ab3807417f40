"""Plays the rows and says which of them hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from netcore.errors import NotModelled
from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.designs import DESIGNS
from netcore.failover.spread import NEVER
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams
from netcore.failover.trials import Trials
from netcore.failover.validation.drawings import FAULT
from netcore.failover.validation.rows import ROWS, Case, Check, Row

SEED = 20_210


@dataclass(frozen=True, slots=True)
class Found:
    """What the model says to one case: seconds, inf for never; ``why`` where it says nothing."""

    case: Case
    ranked: tuple[float, ...] = ()
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether every bound is kept."""
        if not self.ranked:
            return False
        above = self.case.above is None or self.ranked[-1] > self.case.above
        return above and all(_kept(check, self.ranked) for check in self.case.checks)

    @property
    def text(self) -> str:
        """Return p5, p50 and p95 in one line, or why there are none."""
        if not self.ranked:
            return self.why
        shown = " / ".join(_seconds(quantile(self.ranked, share)) for share in (0.05, 0.5, 0.95))
        return f"{self.case.text}: {shown}" if self.case.text else shown


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row and what was found."""

    row: Row
    found: tuple[Found, ...]

    @property
    def word(self) -> str:
        """Return ``holds``, ``outside the band`` or ``missing``."""
        if any(not one.ranked for one in self.found):
            return "missing"
        return "holds" if all(one.holds for one in self.found) else "outside the band"

    @property
    def line(self) -> str:
        """Return the row in one line."""
        return f"{self.row.id:<4}{self.word:<17}{self.row.title}: {'; '.join(one.text for one in self.found)}"


def verdicts() -> Iterator[Verdict]:
    """Yield every row in turn, as it is played."""
    for row in ROWS:
        yield Verdict(row, tuple(_play(case) for case in row.cases))


def document(made: Sequence[Verdict]) -> str:
    """Return the page for ``docs/validation.md``."""
    held = sum(verdict.word == "holds" for verdict in made)
    lines = [
        "# Published figures against the model",
        "",
        "Written by `python3 -m netcore validate --write`; change the rows and not this page. Each row plays",
        f"at least 2,000 trials from seed {SEED}. Ours is p5 / p50 / p95 in seconds. A row is missing where",
        "its design cannot be played.",
        "",
        f"{held} of {len(made)} rows hold.",
        "",
        "| Row | Case | Published | Ours | Band | Verdict | Source |",
        "|---|---|---|---|---|---|---|",
    ]
    for verdict in made:
        row = verdict.row
        ours = "<br>".join(one.text for one in verdict.found)
        cells = (row.id, row.title, row.published, ours, row.band, verdict.word, row.source)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _play(case: Case) -> Found:
    design = next((one for one in DESIGNS if one.id == case.design), None)
    if design is None:
        return Found(case, why=f"no design {case.design} yet")
    scenario = case.draw().model_copy(update={"timing_overrides": dict(case.overrides)})
    try:
        plays, block = Trials(scenario, (design,), FAULT, SEED).players[0].trials(SEED, 0, case.n)
    except NotModelled as error:
        return Found(case, why=str(error))
    if case.measure in ("whole", "seen"):
        clocks = np.stack((plays.detect, plays.control, plays.data))
        values = np.where((clocks >= 0).all(axis=0), clocks.sum(axis=0), NEVER)
        if case.measure == "seen":
            lag = np.array([_lag_us(trial) for trial in range(case.n)])
            values = np.where(values >= 0, values + lag, NEVER)
    else:
        values = block.new if case.measure == "new" else getattr(plays, case.measure)
    return Found(case, tuple(sorted(inf if value < 0 else value / SECOND_US for value in values.tolist())))


def _lag_us(trial: int) -> int:
    """Return what a view of effective routes lags behind: U(6,14) s, and U(0,5) s of BGP's own work.

    Source: reference on failover, section 5 (P11); grade D.
    """
    streams = Streams(SEED, trial)
    return microseconds(6 + 8 * streams.uniform("view.lag") + 5 * streams.uniform("view.bgp"))


def _kept(check: Check, ranked: Sequence[float]) -> bool:
    return check.low <= quantile(ranked, check.share) <= check.high


def _seconds(value: float) -> str:
    return "never" if value == inf else f"{value:.1f}"
