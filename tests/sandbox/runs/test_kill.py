"""kill -9 in the middle of the trials: the run finishes, no event is lost, none is there twice.

Real Redis, a real prefork worker and the real collector, each a process of its own.
"""

from __future__ import annotations

import os
import signal
from typing import Any, ClassVar

from sandbox.runs import services
from sandbox.runs.models import Kind, Run, State
from tests.sandbox.base import DESIGNS, FAULT, CommittedTest
from tests.sandbox.runs.worker import beat, children, until, worker

TRIALS = 60_000
ENOUGH = 4
"""So many events are stored before the kill."""


class KillTest(CommittedTest):
    """Trials that take some seconds."""

    whole: ClassVar[list[dict[str, Any]]] = []
    """What a run tells that nothing happens to."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        designs = list(DESIGNS)
        self.parameters = {"fault": FAULT, "designs": designs, "n": TRIALS, "seed": 11}
        if not self.whole:
            whole = self.done(self.queued(self.made, Kind.TRIALS, self.parameters))
            assert whole.state == State.SUCCEEDED, whole.reason
            KillTest.whole = self.log(whole)
        assert len(self.whole) > 4 * ENOUGH, "too few events to kill between"

    def start(self) -> Run:
        return services.start(self.owner, self.head(self.made), Kind.TRIALS, self.parameters)

    def now(self, run: Run) -> Run:
        return Run.objects.get(pk=run.pk)

    def wait_for_some_events(self, run: Run) -> None:
        until(lambda: self.now(run).last_seq >= ENOUGH, 60, "the first events")
        assert self.now(run).state == State.RUNNING, "the run was over before it could be killed"

    def check(self, run: Run, attempts: int) -> None:
        until(lambda: not self.now(run).is_open, 90, "the end of the run")
        found = self.now(run)
        assert (found.state, found.attempts) == (State.SUCCEEDED, attempts), found.reason
        assert self.log(run) == self.whole

    def test_kill_the_pool_process(self) -> None:
        with beat(), worker() as process:
            run = self.start()
            self.wait_for_some_events(run)
            for child in children(process):
                os.kill(child, signal.SIGKILL)
            self.check(run, attempts=2)
            assert process.poll() is None, "the worker itself lives on"

    def test_kill_the_worker_with_all_its_processes(self) -> None:
        with beat():
            with worker() as process:
                run = self.start()
                self.wait_for_some_events(run)
                os.killpg(process.pid, signal.SIGKILL)
            assert self.now(run).state == State.RUNNING
            with worker():
                self.check(run, attempts=2)

    def test_a_cancel_reaches_the_worker(self) -> None:
        with worker():
            run = self.start()
            self.wait_for_some_events(run)
            services.cancel(self.now(run))
            until(lambda: not self.now(run).is_open, 20, "the end of the run")
        found: Any = self.now(run)
        assert found.state == State.CANCELLED
        kept = self.log(run)
        assert kept[:-1] == self.whole[: len(kept) - 1]
        assert len(kept) < len(self.whole)

    def test_a_run_started_while_no_worker_was_there(self) -> None:
        run = self.start()
        with beat(), worker():
            self.check(run, attempts=1)
