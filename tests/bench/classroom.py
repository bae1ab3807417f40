"""Gradings by real workers: `python -m tests.bench.classroom 200 3` prints their readings as JSON.

A class hands in one lab, some of it right and some wrong, each learner in a variant of their own. All of
it is graded by the real queue with one worker process and then with two; every check must come out the
same. Next to them stands the grader alone: the same gradings in one process, without database and queue.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import tests.services  # noqa: F401  starts the broker and says where the database is
from tests.bench.fleet import LONGEST_S, queued_s, workers

LAB = "lab-14-half-a-conversation"
COLLECTS_S = 2.0
"""So often what the broker dropped is told again, as in the sandbox itself; a slow machine needs it."""

Rows = dict[Any, list[tuple[str, str, float]]]


def readings(submissions: int, repetitions: int) -> dict[str, Any]:
    """Return readings by target; or a ``mismatch``.

    Args:
        repetitions: 0 compares the results and reads nothing.
    """
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    handed_in, owner = a_class(submissions)
    found: dict[int, list[float]] = {1: [], 2: []}
    results: list[Rows] = []
    for count in found:
        with workers(count, "grading") as pids:
            for number in range(repetitions + 1):
                seconds, rows = graded(handed_in, owner, pids)
                results.append(rows)
                if number:  # the first has everything loaded
                    found[count].append(seconds)
    alone = [bare(handed_in) for _ in range(repetitions + 1)]
    if any(rows != results[0] for rows in results):
        return {"mismatch": "two workers grade otherwise than one"}
    if alone[0][1] != results[0]:
        return {"mismatch": "workers grade otherwise than the grader alone"}
    bare_s = [seconds for seconds, _ in alone[1:]]
    return {
        "readings": {
            "two workers over one": [one / two for one, two in zip(found[1], found[2], strict=True)],
            "one worker over the grader alone": [
                seconds / one for seconds, one in zip(bare_s, found[1], strict=True)
            ],
            "a second, two workers": [submissions / two for two in found[2]],
        }
    }


def a_class(size: int) -> tuple[list[Any], Any]:
    """Return submissions of so many learners to one lab, none of them graded, and who teaches."""
    import netcore
    from sandbox.accounts.models import User
    from sandbox.classes import packs as stored
    from sandbox.classes.services import exercises, packs, people, work
    from sandbox.runs.models import Kind, Run
    from sandbox.scenarios import services as scenarios

    owner = User.objects.create_user("owner", password="owner-password")
    course = people.create_course(owner, "Bench")
    version = packs.publish(None, None, packs.files_of(packs.SHIPPED / LAB))
    exercise = exercises.add(course, [version])[0]
    pack = stored.pack_of(version)
    solutions = [("reference", name) for name in sorted(pack.reference)]
    solutions += [("wrong", name) for name in sorted(pack.wrong)]
    right = sorted(pack.reference)[0]
    made = []
    for number in range(size):
        user = User.objects.create_user(f"learner{number}")
        attempt = work.start(exercise, people.enrol(course, user), user)
        solution = netcore.solution(pack, *solutions[number % len(solutions)], attempt.seed)
        answers = netcore.solution(pack, "reference", right, attempt.seed).answers | dict(solution.answers)
        drawing = work.drawing(attempt, user)
        scenarios.replace(drawing, netcore.handed_in(pack, solution, attempt.seed), user)
        for check in stored.public_checks(version, attempt.seed):
            if check["questions"]:
                work.lock_answer(attempt, user, check["id"], answers[check["id"]])
        made.append(work.submit(attempt, user, tell=False)[0])
    Run.objects.filter(kind=Kind.GRADE).delete()  # these nobody was told of
    return made, owner


def graded(handed_in: Sequence[Any], owner: Any, pids: Sequence[int]) -> tuple[float, Rows]:
    """Return how long workers take from the first grading that begins to the last that ends, and all results.

    Time in which a worker could have worked and had no processor, for others on the machine had them, does
    not count: of the workers, the one that took longest says how long it was.
    """
    from sandbox.classes.models import CheckRow, Grading
    from sandbox.classes.services import grading
    from sandbox.runs.models import Run
    from sandbox.runs.tasks import collect
    from tests.sandbox.runs.worker import until

    waited = [queued_s(pid) for pid in pids]
    trials = grading.regrade(handed_in, handed_in[0].attempt.pack, owner)
    mine = Grading.objects.filter(pk__in=[one.pk for one in trials])
    collected = time.monotonic()

    def over() -> bool:
        nonlocal collected
        if time.monotonic() - collected > COLLECTS_S:
            collect()
            collected = time.monotonic()
        return not mine.filter(finished=None).exists()

    until(over, LONGEST_S, "the last grading")
    runs = Run.objects.filter(grading__in=mine)
    until(lambda: not runs.filter(finished=None).exists(), LONGEST_S, "the end of the last run")
    began = min(run.started for run in runs if run.started)
    passed = (max(run.finished for run in runs if run.finished) - began).total_seconds()
    worked = [passed - (queued_s(pid) - before) for pid, before in zip(pids, waited, strict=True)]
    found: Rows = {}
    for row in CheckRow.objects.filter(grading__in=mine).order_by("position").select_related("grading"):
        found.setdefault(row.grading.submission_id, []).append((row.check_id, row.state, row.earned))
    return max(worked), found


def bare(handed_in: Sequence[Any]) -> tuple[float, Rows]:
    """Return how long the grader alone takes for the same in this process, and its results."""
    import netcore
    from sandbox.classes import packs

    pack = packs.pack_of(handed_in[0].attempt.pack)
    cases = [(one.pk, one.revision.document, one.answers, one.attempt.seed) for one in handed_in]
    found: Rows = {}
    began = time.process_time()
    for key, document, answers, seed in cases:
        results = netcore.grade(pack, document, answers, seed)
        found[key] = [(one.check, one.state, one.earned) for one in results]
    return time.process_time() - began, found


if __name__ == "__main__":
    print(json.dumps(readings(int(sys.argv[1]), int(sys.argv[2]))))
