"""Start a run: POST /scenarios/{id}/runs."""

from __future__ import annotations

from typing import Any
from unittest import mock

from django.test import override_settings

from sandbox.runs import tasks
from sandbox.runs.models import Kind, Run, State
from sandbox.scenarios import queries
from tests.sandbox.base import FAULT, OUTBOUND, SandboxTest


class StartTest(SandboxTest):
    """The owner's scenario with two firewalls."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def start(self, kind: str, parameters: Any, **more: Any) -> Any:
        body = {"kind": kind, "parameters": parameters, **more}
        return self.send(self.owner_client, "POST", f"/scenarios/{self.made.pk}/runs", body)

    def test_queues_the_run_and_tells_the_broker_after_the_commit(self) -> None:
        with mock.patch.object(tasks.execute, "apply_async") as told:
            with self.captureOnCommitCallbacks() as callbacks:
                response = self.start("trace", OUTBOUND)
            assert response.status_code == 202, response.content
            told.assert_not_called()
            for callback in callbacks:
                callback()
        body = response.json()
        assert (body["state"], body["kind"], body["revision"]) == ("queued", "trace", 1)
        assert (body["scenario"], body["last_seq"]) == (str(self.made.pk), 0)
        assert body["engine"]
        told.assert_called_once()
        assert told.call_args.args[0] == (body["id"],)
        assert not told.call_args.kwargs["retry"]

    def test_a_broker_that_is_away_is_no_error(self) -> None:
        with (
            mock.patch.object(tasks.execute, "apply_async", side_effect=ConnectionError("gone")),
            self.assertLogs("sandbox.runs.tasks", "WARNING"),
            self.captureOnCommitCallbacks(execute=True),
        ):
            response = self.start("trace", OUTBOUND)
        assert response.status_code == 202
        assert Run.objects.get().published is None

    def test_trials_go_to_the_queue_of_long_work(self) -> None:
        with (
            mock.patch.object(tasks.execute, "apply_async") as told,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.start("trials", {"fault": FAULT, "designs": self.designs(), "n": 1000})
            self.start("failover", {"fault": FAULT, "designs": self.designs()})
        assert [call.kwargs["queue"] for call in told.call_args_list] == ["batch", "interactive"]

    def test_the_seed_is_the_drawings_or_the_one_asked_for(self) -> None:
        race = {"fault": FAULT, "designs": self.designs()}
        assert self.start("failover", race).json()["seed"] == self.head(self.made).document["seed"]
        assert self.start("failover", race | {"seed": 99}).json()["seed"] == 99

    def test_a_run_of_an_older_revision(self) -> None:
        patch = [{"op": "replace", "path": "/name", "value": "x"}]
        self.send(self.owner_client, "PATCH", f"/scenarios/{self.made.pk}", {"base": 1, "patch": patch})
        assert self.start("trace", OUTBOUND).json()["revision"] == 2
        assert self.start("trace", OUTBOUND, revision=1).json()["revision"] == 1
        self.error(self.start("trace", OUTBOUND, revision=9), 404)

    def test_parameters_that_do_not_fit_are_refused_with_their_place(self) -> None:
        designs = self.designs()
        for kind, parameters, pointer in (
            ("trace", OUTBOUND | {"source": "vms/nobody"}, "/parameters/source"),
            ("trace", OUTBOUND | {"destination": "hosts/nobody"}, "/parameters/destination"),
            ("trace", OUTBOUND | {"destination": "traffic_managers/none"}, "/parameters/destination"),
            ("trace", OUTBOUND | {"source": "traffic_managers/none"}, "/parameters/source"),
            ("trace", OUTBOUND | {"destination_port": 70000}, "/parameters/destination_port"),
            ("trace", OUTBOUND | {"colour": "blue"}, "/parameters/colour"),
            ("trace", {}, "/parameters/source"),
            ("failover", {"fault": "nothing", "designs": designs}, "/parameters/fault"),
            ("failover", {"fault": FAULT, "designs": ["magic"]}, "/parameters/designs/0"),
            ("failover", {"fault": FAULT, "designs": designs[:1] * 2}, "/parameters/designs/1"),
            ("failover", {"fault": FAULT, "designs": []}, "/parameters/designs"),
            ("trials", {"fault": FAULT, "designs": designs, "n": 100_001}, "/parameters/n"),
            ("trials", {"fault": FAULT, "designs": designs, "n": 0}, "/parameters/n"),
            ("trials", {"fault": FAULT, "designs": designs, "n": True}, "/parameters/n"),
            ("trials", {"fault": FAULT, "designs": designs, "n": 10, "seed": -1}, "/parameters/seed"),
        ):
            error = self.error(self.start(kind, parameters), 422)
            assert (error["code"], error["pointer"]) == ("parameters", pointer), parameters
        assert not Run.objects.exists()

    def test_a_drawing_with_problems_is_not_run(self) -> None:
        self.made = self.scenario("with-problems")
        error = self.error(self.start("trace", {"source": "vms/pc1", "destination": "vms/pc2"}), 422)
        assert error["code"] == "not_runnable"
        assert len(error["problems"]) > 4

    def test_an_import_is_not_started_here(self) -> None:
        self.error(self.start("import", {}), 422)

    @override_settings(OPEN_RUNS_PER_PERSON=2)
    def test_a_person_has_so_many_runs_at_a_time(self) -> None:
        self.start("trace", OUTBOUND)
        self.start("trace", OUTBOUND)
        assert "2 runs" in self.error(self.start("trace", OUTBOUND), 429)["message"]
        Run.objects.filter(pk=Run.objects.first().pk).update(state=State.SUCCEEDED)  # type: ignore[union-attr]
        assert self.start("trace", OUTBOUND).status_code == 202

    def test_a_person_has_so_many_trials_at_a_time(self) -> None:
        trials = {"fault": FAULT, "designs": self.designs(), "n": 1000}
        answers = [self.start("trials", trials).status_code for _ in range(4)]
        assert answers == [202, 202, 202, 429]
        assert self.start("trace", OUTBOUND).status_code == 202

    def test_lists_the_runs_of_a_scenario_newest_first(self) -> None:
        first = self.start("trace", OUTBOUND).json()["id"]
        second = self.start("trace", OUTBOUND).json()["id"]
        with self.assertNumQueries(4):  # session, person, scenario, runs
            items = self.send(self.owner_client, "GET", f"/scenarios/{self.made.pk}/runs").json()["items"]
        assert [item["id"] for item in items] == [second, first]

    def designs(self) -> list[str]:
        return [design["id"] for design in queries.designs_and_faults(self.head(self.made))["designs"]][:2]

    def test_kind_is_stored(self) -> None:
        self.start("trace", OUTBOUND)
        assert Run.objects.get().kind == Kind.TRACE
