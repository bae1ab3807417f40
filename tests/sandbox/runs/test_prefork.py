"""Compiled kernels in a prefork pool: the parent has used them, its children use them, and none of them dies.

Real Redis and a real worker, each a process of its own.
"""

from __future__ import annotations

from unittest import mock

import pytest
from celery.signals import worker_init

from netcore.failover import numba_judge
from sandbox.runs import services, tasks
from sandbox.runs.models import Kind, Run, State
from tests.sandbox.base import CommittedTest
from tests.sandbox.runs.worker import children, until, worker

MATRIX = {"protocol": "tcp", "ports": [443, 22, 80, 8080]}
START_S = 300
"""The first worker on a machine compiles; on a busy one that takes its time."""


class PreforkTest(CommittedTest):
    """Two processes of a worker that only answers questions: its parent has the kernels before it forks."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def start(self) -> Run:
        return services.start(self.owner, self.head(self.made), Kind.MATRIX, MATRIX)

    def test_matrices_in_two_children_of_a_parent_that_used_the_kernels(self) -> None:
        told = []
        with worker(concurrency=2, queues="questions") as process:
            until(lambda: len(children(process)) >= 2, START_S, "the pool")
            pool = set(children(process))
            for _ in range(2):
                runs = [self.start(), self.start()]
                for run in runs:
                    until(lambda run=run: not self.now(run).is_open, 60, "a matrix")  # type: ignore[misc]
                    found = self.now(run)
                    assert (found.state, found.attempts) == (State.SUCCEEDED, 1), found.reason
                    told.append([event for event in self.log(found) if event["event"] == "matrix.port"])
            assert set(children(process)) == pool, "no process of the pool has died"
        assert len(told) == 4
        assert all(one == told[0] for one in told)

    def now(self, run: Run) -> Run:
        return Run.objects.get(pk=run.pk)


@pytest.mark.parametrize(
    ("queues", "waits"),
    [
        ({"questions"}, True),
        ({"batch"}, True),
        ({"interactive", "questions"}, False),
        ({"batch", "questions"}, False),
        ({"live"}, False),
    ],
)
def test_only_a_worker_of_one_heavy_queue_waits_for_its_kernels(queues: set[str], waits: bool) -> None:
    sender = mock.Mock()
    sender.app.amqp.queues.consume_from = dict.fromkeys(queues)
    with mock.patch.object(tasks, "warm") as warm:
        worker_init.send(sender=sender)
    assert warm.called == waits


def test_a_kernel_that_cannot_be_made_ready_stops_no_worker(caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch("netcore.warm", side_effect=OSError("disk full")):
        tasks.warm("questions")
    assert "could not be made ready" in caplog.text


def test_a_worker_of_trials_has_judged_some_before_it_forks(caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch.object(numba_judge, "judge", wraps=numba_judge.judge) as judge:
        tasks.warm("batch")
    assert judge.called
    assert "could not be made ready" not in caplog.text
