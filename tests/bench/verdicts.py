"""From the readings of several processes to one line for each promise."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.measure import WIDEST, Goal, Target

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 900
"""A process that takes longer is given up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one promise.

    Args:
        value: the figure that counts; None where there is none.
        reason: why there is no figure.
        spread: widest of the runs that count.
        discarded: how many runs spread too much, of ``runs``.
    """

    goal: Goal
    target: Target
    value: float | None
    reason: str = ""
    mismatch: bool = False
    spread: float = 0.0
    discarded: int = 0
    runs: int = 0

    @property
    def word(self) -> str:
        """``ok``, ``FAIL`` or ``not measured``."""
        if self.mismatch:
            return "FAIL"
        if self.value is None:
            return "not measured"
        return "ok" if self.target.met(self.value) else "FAIL"

    @property
    def line(self) -> str:
        """The promise as one line, such as ``G3 76.2 >= 75 ok (1 thread; spread 4 %)``."""
        if self.value is None:
            return f"{self.goal.id} {self.word}: {self.reason} ({self.target.name})"
        words = [self.target.name]
        if self.target.spread:
            words.append(f"spread {self.spread:.0%}")
        if self.discarded:
            words.append(f"{self.discarded} of {self.runs} runs discarded, they spread over {WIDEST:.0%}")
        bound = f"{self.target.sense} {self.target.limit:g}"
        return f"{self.goal.id} {number(self.value)} {bound} {self.word} ({'; '.join(words)})"


def number(value: float) -> str:
    """Return a figure with three digits that count.

    Example:
        >>> number(19_512.3), number(76.21), number(0.0581), number(1.2e-16)
        ('19,512', '76.2', '0.0581', '1.2e-16')
    """
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def alike(chosen: Iterable[Goal]) -> list[list[Goal]]:
    """Return goals in groups that share their preparation, in the order of the first of each."""
    groups: dict[Callable[[bool], Any], list[Goal]] = {}
    for goal in chosen:
        groups.setdefault(goal.prepare, []).append(goal)
    return list(groups.values())


def in_processes(group: Sequence[Goal], processes: int, repetitions: int) -> Iterator[dict[str, Any]]:
    """Yield what each process says, by goal; the first in which no goal has readings ends it.

    Args:
        processes: most of them; goals that take long have fewer.
    """
    names = [goal.id for goal in group]
    command = [sys.executable, "-m", "tests.bench.run_goal", ",".join(names), str(repetitions)]
    for _ in range(min([processes, *(goal.processes for goal in group)])):
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            yield _without(names, f"it takes more than {LONGEST_S // 60} minutes")
            return
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no word"]
            yield _without(names, f"the measurement broke: {last[0][:200]}")
            return
        found = json.loads(done.stdout.splitlines()[-1])
        yield found
        if not any("readings" in one for one in found.values()):
            return


def _without(names: Iterable[str], why: str) -> dict[str, Any]:
    return {name: {"not_measured": why} for name in names}


def judge(goal: Goal, runs: Sequence[dict[str, Any]]) -> list[Verdict]:
    """Return the verdict of each promise of a goal.

    Args:
        runs: see ``run_goal.readings``, one for each process.
    """
    for run in runs:
        if "mismatch" in run:
            words = f"ours and the peer differ: {run['mismatch']}"
            return [Verdict(goal, target, None, words, mismatch=True) for target in goal.targets]
        if "not_measured" in run:
            return [Verdict(goal, target, None, run["not_measured"]) for target in goal.targets]
    return [
        _judged(goal, target, [run["readings"].get(target.name) for run in runs]) for target in goal.targets
    ]


def _judged(goal: Goal, target: Target, runs: list[list[float] | str | None]) -> Verdict:
    lists: list[list[float]] = []
    for run in runs:
        if run is None or isinstance(run, str):
            return Verdict(goal, target, None, run or "nothing was read")
        lists.append(run)
    kept = [run for run in lists if not target.spread or target.spread_of(run) <= WIDEST]
    if not kept:
        seen = ", ".join(
            f"{number(statistics.median(run))} with {target.spread_of(run):.0%}" for run in lists
        )
        return Verdict(goal, target, None, f"the readings spread over {WIDEST:.0%} of their median: {seen}")
    value = target.worst([statistics.median(run) for run in kept])
    wide = max(target.spread_of(run) for run in kept)
    return Verdict(goal, target, value, spread=wide, discarded=len(lists) - len(kept), runs=len(lists))
