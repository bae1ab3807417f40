"""One goal in a process of its own: `python -m tests.bench.run_goal G8 5` prints its readings as JSON.

A fresh process for each run: nothing is warm from another goal, and memory is its own.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.bench.goals import goals
from tests.bench.measure import Goal, Mismatch, NotMeasured


def readings(goal: Goal, repetitions: int, tiny: bool = False) -> dict[str, Any]:
    """Return ``{"readings": ...}``, or why there are none as ``not_measured`` or ``mismatch``."""
    try:
        made = goal.prepare(tiny)
        return {"readings": dict(goal.measure(made, repetitions))}
    except NotMeasured as error:
        return {"not_measured": str(error)}
    except Mismatch as error:
        return {"mismatch": str(error)}


if __name__ == "__main__":
    print(json.dumps(readings(goals()[sys.argv[1]], int(sys.argv[2]))))
