"""Which worker takes which queue: one of them never takes trials."""

from __future__ import annotations

import pytest

from sandbox.common.management.commands import demo
from sandbox.runs.models import Kind
from sandbox.runs.tasks import QUEUES
from tests.conftest import ROOT


def test_the_demo_has_a_worker_that_takes_no_trials() -> None:
    queues = {name: command[command.index("-Q") + 1] for name, command in demo._workers().items()}
    assert queues == {
        "worker": "interactive",
        "batch": "batch",
        "live": "live",
        "questions": "questions",
        "grading": "grading",
    }
    assert set(queues.values()) == set(QUEUES.values())


@pytest.mark.parametrize("queue", ["interactive", "batch", "live", "questions", "grading"])
def test_so_have_the_containers(queue: str) -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    assert compose.count(f"--queues={queue},") == 1
    assert compose.count("celery, -A, sandbox, worker") == 5


def test_trials_are_batch_and_traces_are_not() -> None:
    assert (QUEUES[Kind.TRIALS], QUEUES[Kind.TRACE]) == ("batch", "interactive")
