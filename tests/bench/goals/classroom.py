"""How fast a class is graded, and how much faster with more workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.goals.fleet import prepare as broker
from tests.bench.measure import Goal, Mismatch, NotMeasured, Readings, Target

ROOT = Path(__file__).resolve().parents[3]
CLASS, TINY = 200, 4


def prepare(tiny: bool) -> int:
    """Return how many submissions there are.

    Raises:
        NotMeasured: there is no broker on this machine.
    """
    broker(tiny)
    return TINY if tiny else CLASS


def measure(submissions: int, repetitions: int) -> Readings:
    """Return the readings of ``tests.bench.classroom``.

    Raises:
        NotMeasured: broker, database or workers broke.
        Mismatch: workers grade otherwise than one, or than the grader alone.
    """
    times = repetitions if submissions > TINY else 0
    command = [sys.executable, "-m", "tests.bench.classroom", str(submissions), str(times)]
    # As in production: SQLite has one writer at a time, and so nothing to share out.
    environment = {"DJANGO_SETTINGS_MODULE": "sandbox.settings.local", **os.environ, "DB": "pg"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise NotMeasured(f"the workers could not be measured: {last[0][:200]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if "mismatch" in found:
        raise Mismatch(found["mismatch"])
    read: Readings = found["readings"]
    return read


GOALS = (
    Goal(
        "C1",
        f"{CLASS} submissions of one lab graded through the queue",
        (
            Target("two workers over one", ">=", 1.8),
            Target("one worker over the grader alone", ">=", 0.6),
            Target("a second, two workers", ">=", 10),
        ),
        prepare,
        measure,
        processes=1,
        repetitions=3,
    ),
)
