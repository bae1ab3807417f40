"""How much faster trials are with more workers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import Goal, Mismatch, NotMeasured, Readings, Target

ROOT = Path(__file__).resolve().parents[3]
TRIALS, TINY = 100_000, 4_000
"""From 4,000 on a run calls for help."""


def prepare(tiny: bool) -> int:
    """Return how many trials a run has.

    Raises:
        NotMeasured: there is no broker on this machine.
    """
    if not shutil.which("redis-server") and not shutil.which("valkey-server"):
        raise NotMeasured("there is no redis-server and no valkey-server for the workers to speak through")
    return TINY if tiny else TRIALS


def measure(trials: int, repetitions: int) -> Readings:
    """Return how many times as many trials a second two worker processes do as one.

    Raises:
        NotMeasured: broker, database or workers broke.
        Mismatch: two workers write another log than one.
    """
    # A tiny run compares the logs alone: each more of it takes seconds.
    times = repetitions if trials > TINY else 0
    command = [sys.executable, "-m", "tests.bench.fleet", str(trials), str(times)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise NotMeasured(f"the workers could not be measured: {last[0][:200]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if "mismatch" in found:
        raise Mismatch(found["mismatch"])
    return {"over one": found["readings"]}


GOALS = (
    Goal(
        "S9",
        "trials a second with two worker processes",
        (Target("over one", ">=", 1.8),),
        prepare,
        measure,
        processes=1,
        repetitions=3,
    ),
)
