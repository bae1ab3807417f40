"""Import a file: POST /imports, and what the worker makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sandbox.runs import runner
from sandbox.runs.models import Run, State
from sandbox.scenarios.models import Scenario, Upload
from tests.sandbox.base import SandboxTest, seed

FORTIGATE = "corpus/arm/nva/fortigate-active-passive-elb-ilb.json"


class ImportTest(SandboxTest):
    """The owner sends a file."""

    def upload(self, content: bytes, name: str = "file.json", client: Client | None = None) -> Any:
        file = SimpleUploadedFile(name, content, "application/json")
        return (client or self.owner_client).post("/api/v1/imports", {"file": file})

    def imported(self, content: bytes, name: str = "file.json") -> Run:
        """Send a file and do its run; return the run."""
        response = self.upload(content, name)
        assert response.status_code == 202, response.content
        return self.done(Run.objects.get(pk=response.json()["run"]["id"]))

    def refused(self, content: bytes) -> Run:
        """Send a file that cannot be imported; check that it says so and saves nothing."""
        run = self.imported(content)
        assert run.state == State.FAILED
        assert "our mistake" not in run.reason
        assert not Scenario.objects.exists()
        names = [event["event"] for event in self.log(run)]
        assert names[-1] == "run.finished"
        return run

    def test_a_document_of_ours(self) -> None:
        run = self.imported(json.dumps(seed("two-firewalls")).encode())
        assert run.state == State.SUCCEEDED, run.reason
        scenario = Scenario.objects.get()
        assert (scenario.owner, scenario.name) == (self.owner, seed("two-firewalls")["name"])
        done = self.log(run)[0]
        assert done["event"] == "import.done"
        assert (done["scenario"], done["url"]) == (str(scenario.pk), f"/scenarios/{scenario.pk}/")
        assert done["notes"] == []

    def test_a_document_of_ours_with_problems_is_imported_too(self) -> None:
        run = self.imported(json.dumps(seed("with-problems")).encode())
        assert run.state == State.SUCCEEDED, run.reason

    def test_a_published_template(self) -> None:
        shared = Path(__file__).resolve().parents[4] / "shared"
        if not shared.is_dir():
            pytest.skip("the shared reference folder is not beside the project")
        run = self.imported((shared / FORTIGATE).read_bytes(), "fortigate.json")
        assert run.state == State.SUCCEEDED, run.reason
        done = self.log(run)[0]
        assert all(note for note in done["notes"])
        scenario = Scenario.objects.get()
        assert scenario.head
        assert scenario.head.counts["vms"] >= 2
        assert scenario.head.counts["load_balancers"] >= 2

    def test_doing_it_twice_makes_one_scenario(self) -> None:
        """A worker that died between saving the scenario and saying so is followed by another one."""
        content = json.dumps(seed("first-packet")).encode()
        run = self.imported(content)
        Run.objects.filter(pk=run.pk).update(state=State.RUNNING, heartbeat=None, last_seq=0)
        Upload.objects.update(content=content)
        run.events.all().delete()
        run = self.done(run)
        assert (run.state, Scenario.objects.count()) == (State.SUCCEEDED, 1)

    def test_the_bytes_are_dropped_when_the_import_ended(self) -> None:
        for content in (json.dumps(seed("first-packet")).encode(), b"no"):
            self.imported(content)
        assert [bytes(upload.content) for upload in Upload.objects.all()] == [b"", b""]

    def test_what_is_not_json(self) -> None:
        for content in (
            b"hello",
            b"\x89PNG\r\n\x1a\n\x00\x00",
            b"",
            b"{",
            b'{"a": NaN}',
            b"\xff\xfe{\x00}\x00",
        ):
            assert self.refused(content).reason

    def test_json_that_is_something_else(self) -> None:
        for content in (
            b"[]",
            b"3",
            b"null",
            b'{"hello": "world"}',
            b'{"schema": 1}',
            b'{"schema": 99, "name": "x"}',
        ):
            assert self.refused(content).reason, content

    def test_ten_thousand_levels_deep(self) -> None:
        for content in (
            b"[" * 10_000 + b"]" * 10_000,
            b'{"schema": 1, "a": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        ):
            assert self.refused(content).reason

    def test_a_million_routes(self) -> None:
        """As many as fit into a file that may be sent: 200,000 short ones are past every limit."""
        document = seed("first-packet")
        routes = {f"r{n}": {"prefix": "10.0.0.0/8", "next_hop_type": "None"} for n in range(80_000)}
        document["topology"]["route_tables"] = {"many": {"name": "many", "routes": routes}}
        content = json.dumps(document, separators=(",", ":")).encode()
        assert len(content) < 5000000
        assert "route" in self.refused(content).reason

    def test_more_than_five_megabytes_is_refused_before_it_is_kept(self) -> None:
        self.error(self.upload(b"x" * 5_000_001), 413)
        self.error(self.upload(b"x" * 50_000_000), 413)
        assert not Upload.objects.exists()

    def test_without_a_file(self) -> None:
        self.error(self.owner_client.post("/api/v1/imports", {}), 422)

    def test_an_odd_file_name(self) -> None:
        run = self.imported(json.dumps(seed("first-packet")).encode(), "a\x00" + "é" * 300 + ".json")
        assert run.state == State.SUCCEEDED

    def test_a_stranger_is_asked_to_sign_in(self) -> None:
        self.error(self.upload(b"{}", client=self.client), 401)

    def test_the_import_of_others_is_not_there(self) -> None:
        run_id = self.upload(b"{}").json()["run"]["id"]
        self.error(self.send(self.mate_client, "GET", f"/runs/{run_id}"), 404)
        runner.execute(run_id)
        self.error(self.send(self.mate_client, "GET", f"/runs/{run_id}/events"), 404)
