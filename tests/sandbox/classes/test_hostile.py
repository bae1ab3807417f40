"""What somebody hands in to break the grader ends in a sentence, is no zero, and holds up nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

from django.utils.timezone import now

from netcore.checks.grading.case import LARGEST, Budget
from sandbox.classes.models import Attempt, CheckRow, GradeEvent, Grading
from sandbox.classes.services import work
from sandbox.runs import queries, runner, tasks
from sandbox.runs import services as runs
from sandbox.runs.models import Kind, Run, State
from sandbox.scenarios.models import Revision, Scenario
from tests.sandbox.classes.base import ClassroomTest


class HostileTest(ClassroomTest):
    """One learner hands in what should break; another one waits for an honest grading."""

    def setUp(self) -> None:
        super().setUp()
        self.set = self.exercise()
        self.attempt = self.begun(self.set)
        self.user = self.users["learner"]
        self.drawing = work.drawing(self.attempt, self.user)
        self.start: dict[str, Any] = self.head(self.drawing).document

    def hand_in(self, document: Any) -> Run:
        """Store a revision as nobody should be able to, hand it in and have it graded; return the run."""
        forged = Revision.objects.create(scenario=self.drawing, number=2, document=document, author=self.user)
        Scenario.objects.filter(pk=self.drawing.pk).update(head=forged)
        _, grading = work.submit(self.attempt, self.user, tell=False)
        return self.done(Run.objects.get(pk=grading.run_id))

    def rows(self) -> list[CheckRow]:
        return list(Grading.objects.get(submission__attempt=self.attempt).rows.all())

    def could_not_be_graded(self, run: Run, words: str) -> None:
        """Pass if a grading ended in words and without a score, and somebody else's goes on."""
        assert run.state == State.SUCCEEDED, run.reason
        judged = [row for row in self.rows() if row.kind != "Q"]
        assert judged
        for row in judged:
            assert (row.state, row.earned) == ("ungraded", 0), row
            assert words in row.message or row.hidden, row.message
        found = Attempt.objects.get(pk=self.attempt.pk)
        assert found.ungraded == sum(row.points for row in judged)
        page = self.clients["learner"].get(f"/submissions/{self.attempt.submissions.get().pk}/").content
        assert b"ungraded" in page or b"could not be graded" in page
        self.others_go_on()

    def others_go_on(self) -> None:
        other = self.begun(self.set, "other_learner")
        self.solve(other)
        self.graded(other)
        assert Attempt.objects.get(pk=other.pk).score == 100

    def with_routes(self, count: int) -> dict[str, Any]:
        subnet = next(iter(self.start["topology"]["subnets"]))
        hop = {"next_hop_type": "VirtualAppliance", "next_hop_ip": "10.0.0.9"}
        routes = {
            f"r{n}": {**hop, "prefix": f"{20 + n // 65536}.{n // 256 % 256}.{n % 256}.0/24"}
            for n in range(count)
        }
        topology = json.loads(json.dumps(self.start["topology"]))
        topology["route_tables"] = {"t": {"name": "t", "routes": routes}}
        topology["subnets"][subnet]["route_table"] = "t"
        return {**self.start, "topology": topology}

    def test_ten_thousand_routes(self) -> None:
        self.could_not_be_graded(self.hand_in(self.with_routes(10_000)), "at most")

    def test_a_drawing_at_the_limit_of_size(self) -> None:
        run = self.hand_in(self.with_routes(LARGEST - 100))
        assert run.state == State.SUCCEEDED, run.reason
        assert {row.state for row in self.rows()} <= {"passed", "failed", "ungraded"}
        assert all(row.message for row in self.rows() if row.state != "passed" and not row.hidden)
        self.others_go_on()

    def test_packets_that_go_round_for_ever(self) -> None:
        topology = json.loads(json.dumps(self.start["topology"]))
        vms = list(topology["vms"])
        ip = {
            nic["vm"]: next(iter(nic["configurations"].values()))["address"]
            for nic in topology["nics"].values()
        }
        for number, (name, subnet) in enumerate(topology["subnets"].items()):
            hop = ip[vms[number % len(vms)]]
            route = {"prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance", "next_hop_ip": hop}
            local = {**route, "prefix": subnet["prefixes"][0]}
            tables = topology.setdefault("route_tables", {})
            tables[f"t{number}"] = {"name": f"t{number}", "routes": {"all": route, "own": local}}
            topology["subnets"][name]["route_table"] = f"t{number}"
        for nic in topology["nics"].values():
            nic["ip_forwarding"] = True
        for vm in topology["vms"].values():
            vm["guest"] = {**vm.get("guest", {}), "forwarding": True}
        run = self.hand_in({**self.start, "topology": topology})
        assert run.state == State.SUCCEEDED, run.reason
        states = {row.check_id: row.state for row in self.rows()}
        assert states["all-talk"] == "failed"
        self.others_go_on()

    def test_what_is_no_drawing(self) -> None:
        for number, document in enumerate(
            ([], "text", 7, {"schema": 99}, {"schema": 1, "topology": {"vnets": "x"}})
        ):
            with self.subTest(number):
                self.could_not_be_graded(self.hand_in(document), "")
                Grading.objects.filter(submission__attempt=self.attempt).delete()
                Attempt.objects.filter(pk=self.attempt.pk).update(scenario=None)
                self.attempt = self.begun(self.exercise())
                self.drawing = work.drawing(self.attempt, self.user)
                self.set = self.attempt.exercise

    def test_deep_nesting(self) -> None:
        deep: Any = {}
        for _ in range(400):
            deep = {"a": deep}
        run = self.hand_in({**self.start, "topology": {**self.start["topology"], "vms": {"x": deep}}})
        assert run.state in (State.SUCCEEDED, State.FAILED)
        if run.state == State.SUCCEEDED:
            assert all(row.state == "ungraded" for row in self.rows() if row.kind != "Q")
        else:
            assert "nested too deeply" in run.reason
        self.others_go_on()

    def test_a_check_that_would_take_for_ever_is_cut_off_by_steps(self) -> None:
        checks = """checks:
  - id: for-ever
    kind: P
    title: Every pair, in fifty variants
    points: 100
    check: {forall: {seeds: 50, check: {delivers: vms/* <-> vms/*}}}
"""
        files = dict(self.attempt.pack.files)
        files["checks.yml"] = checks
        for path in [one for one in files if one.startswith(("wrong/", "reference/"))]:
            files[path] = "title: one\nedits: []\n" + (
                "fails: [for-ever]\n" if path.startswith("wrong") else ""
            )
        version = self.pack_from(files, self.course)
        Attempt.objects.filter(pk=self.attempt.pk).update(pack=version)
        self.attempt.refresh_from_db()
        with mock.patch("netcore.checks.grading.grade.Budget", side_effect=lambda: Budget(600)):
            run = self.hand_in(self.start)
        self.could_not_be_graded(run, "more steps than one check may take")
        assert Attempt.objects.get(pk=self.attempt.pk).score is None
        assert not GradeEvent.objects.filter(attempt=self.attempt).exists()

    def test_beyond_its_time_or_memory_it_ends_in_a_sentence_and_takes_nothing(self) -> None:
        with mock.patch.dict(runner.TIME_LIMITS_S, {Kind.GRADE: -1}):
            run = self.hand_in(self.start)
        assert run.state == State.FAILED and "longer than" in run.reason
        with mock.patch("sandbox.classes.runner.netcore.grade", side_effect=MemoryError):
            _, grading = work.submit(self.attempt, self.user, tell=False)
            run = self.done(Run.objects.get(pk=grading.run_id))
        assert run.state == State.FAILED and "more memory" in run.reason
        assert Attempt.objects.get(pk=self.attempt.pk).score is None
        self.others_go_on()

    def test_fifty_of_one_person_do_not_delay_the_first_of_another(self) -> None:
        revision = self.head(self.drawing)
        for _ in range(50):
            gone = {"grading": str(uuid4()), "show": "all"}
            runs.start_grading(self.user, revision, gone, many=True, tell=False)
        other = self.begun(self.set, "other_learner")
        self.solve(other)
        _, grading = work.submit(other, self.users["other_learner"], tell=False)
        for _ in range(2):
            tasks.grade(str(uuid4()))
        grading.refresh_from_db()
        assert grading.finished is not None
        assert Run.objects.filter(owner=self.user, state=State.QUEUED).count() >= 48

    def test_one_that_hangs_holds_up_nobody_else(self) -> None:
        _, hangs = work.submit(self.attempt, self.user, tell=False)
        self.break_it(self.attempt)  # the same again would be the one that hangs
        work.submit(self.attempt, self.user, tell=False)
        Run.objects.filter(pk=hangs.run_id).update(
            state=State.RUNNING, started=now(), heartbeat=now() + timedelta(hours=1), token="held"
        )
        other = self.begun(self.set, "other_learner")
        _, grading = work.submit(other, self.users["other_learner"], tell=False)
        assert queries.next_grading() == grading.run_id
