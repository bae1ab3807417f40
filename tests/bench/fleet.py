"""Trials by real workers: `python -m tests.bench.fleet 100000 5` prints their readings as JSON.

A broker, a database and Celery workers of their own, each worker a process that does one thing at a time. A
run of trials is started as a person starts it, with one worker there and then with two; the log must be the
same.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tests.services  # noqa: F401  starts the broker and says where the database is

RACE = {"fault": "appliance-1-fails", "designs": ["address-move", "balancer"], "seed": 7}
LONGEST_S = 300

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "error")


def readings(trials: int, repetitions: int) -> dict[str, Any]:
    """Return how many times as many trials a second two workers do as one; or a ``mismatch``.

    Args:
        repetitions: 0 compares the logs and reads nothing.
    """
    import django

    django.setup()
    from django.core.management import call_command

    from sandbox.accounts.models import User
    from sandbox.scenarios import queries, services
    from tests.sandbox.base import seed

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("owner", password="owner-password")
    revision = queries.revision(services.create(owner, seed("two-firewalls")))
    logs: list[Any] = []
    found: dict[int, list[float]] = {1: [], 2: []}
    for count in found:
        with workers(count) as pids:
            for number in range(repetitions + 1):
                seconds, log = played(owner, revision, trials, pids)
                logs.append(log)
                if number:  # the first has everything loaded
                    found[count].append(seconds)
    if any(log != logs[0] for log in logs):
        return {"mismatch": "the log of two workers is not that of one"}
    return {"readings": [one / two for one, two in zip(found[1], found[2], strict=True)]}


@contextlib.contextmanager
def workers(count: int, queue: str = "batch") -> Iterator[Sequence[int]]:
    """Run so many workers of a queue, ready for work; yields their processes."""
    from celery import current_app

    from tests.sandbox.runs.worker import celery, until

    with contextlib.ExitStack() as stack:
        pids = [
            stack.enter_context(
                celery("worker", "-P", "solo", "-Q", queue, "-n", f"worker{number}@%h", *QUIET)
            ).pid
            for number in range(count)
        ]
        until(lambda: len(current_app.control.ping(timeout=1) or ()) == count, 120, "workers that answer")
        yield pids


def played(owner: Any, revision: Any, trials: int, pids: Sequence[int]) -> tuple[float, Any]:
    """Return how long trials take from the first that is told to the last, and the log of the run.

    Time in which a worker could have worked and had no processor, for others on the machine had them, does
    not count: of the workers, the one that took longest says how long it was.
    """
    from sandbox.runs import services
    from sandbox.runs.models import Kind, Run, State
    from tests.sandbox.runs.worker import until

    run = services.start(owner, revision, Kind.TRIALS, {**RACE, "n": trials})
    until(lambda: Run.objects.get(pk=run.pk).last_seq > 0, LONGEST_S, "the first trials")
    began, waited = time.monotonic(), [queued_s(pid) for pid in pids]
    until(lambda: not Run.objects.get(pk=run.pk).is_open, LONGEST_S, "the end of the run")
    passed = time.monotonic() - began
    done = Run.objects.get(pk=run.pk)
    assert done.state == State.SUCCEEDED, done.reason
    worked = [passed - (queued_s(pid) - before) for pid, before in zip(pids, waited, strict=True)]
    return max(worked), list(run.events.order_by("seq").values_list("payload", flat=True))


def queued_s(pid: int) -> float:
    """Return how long a process was ready and had no processor; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    print(json.dumps(readings(int(sys.argv[1]), int(sys.argv[2]))))
