"""Goals in a process of their own: `python -m tests.bench.run_goal G7,G7b 5` prints their readings as JSON.

A fresh process for each run: nothing is warm from another goal, and memory is its own. Goals that measure the
same thing in several ways share its preparation.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.bench.goals import goals
from tests.bench.measure import Goal, Mismatch, NotMeasured

Kept = dict[Callable[[bool], Any], Any]


def readings(goal: Goal, repetitions: int, tiny: bool = False, kept: Kept | None = None) -> dict[str, Any]:
    """Return ``{"readings": ...}``, or why there are none as ``not_measured`` or ``mismatch``.

    Args:
        kept: what was prepared before, by who prepared it; it grows.
    """
    kept = {} if kept is None else kept
    try:
        if goal.prepare not in kept:
            kept[goal.prepare] = goal.prepare(tiny)
        return {"readings": dict(goal.measure(kept[goal.prepare], min(repetitions, goal.repetitions)))}
    except NotMeasured as error:
        return {"not_measured": str(error)}
    except Mismatch as error:
        return {"mismatch": str(error)}


if __name__ == "__main__":
    shared: Kept = {}
    found = {name: readings(goals()[name], int(sys.argv[2]), kept=shared) for name in sys.argv[1].split(",")}
    print(json.dumps(found))
