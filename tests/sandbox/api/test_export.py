"""GET export.csv and export.json of a run, by its owner and by whoever holds a share link."""

from __future__ import annotations

import csv
import io

import netcore
from sandbox.runs.models import Kind
from sandbox.sharing import services as sharing
from tests.sandbox.base import FAULT, SandboxTest

RACE = {"fault": FAULT, "designs": ["balancer"], "seed": 7}


class ExportTest(SandboxTest):
    """Trials of the owner, shared."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.run_done = self.done(self.queued(self.made, Kind.TRIALS, {**RACE, "n": 20}))
        self.other = self.done(self.queued(self.made, Kind.FAILOVER, RACE))
        self.share, self.token = sharing.create(self.made, self.owner, [self.run_done.pk])

    def test_a_csv_says_what_repeats_the_run(self) -> None:
        answer = self.send(self.owner_client, "GET", f"/runs/{self.run_done.pk}/export.csv")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/csv")
        assert "attachment" in answer["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.content.decode())))
        head = {row[0]: row[1] for row in rows if len(row) == 2}
        assert (head["seed"], head["engine"]) == ("7", netcore.ENGINE_VERSION)
        assert (head["parameters.n"], head["parameters.fault"]) == ("20", FAULT)
        assert ["designs"] in rows
        assert ["distribution"] in rows

    def test_a_json_holds_the_figures(self) -> None:
        found = self.send(self.owner_client, "GET", f"/runs/{self.run_done.pk}/export.json").json()
        assert found["about"]["parameters"]["n"] == 20
        assert [event["event"] for event in found["events"]] == ["trials.summary"]
        found = self.send(self.owner_client, "GET", f"/runs/{self.other.pk}/export.json").json()
        assert found["events"][-1]["event"] == "failover.metrics"

    def test_whoever_holds_the_link_gets_the_shared_run_and_no_other(self) -> None:
        mine = self.send(self.owner_client, "GET", f"/runs/{self.run_done.pk}/export.csv").content
        for client in (self.client, self.mate_client):
            shared = f"/shared/{self.token}/runs/{self.run_done.pk}/export"
            answer = self.send(client, "GET", f"{shared}.csv")
            assert (answer.status_code, answer.content) == (200, mine)
            assert answer["Referrer-Policy"] == "no-referrer"
            assert self.send(client, "GET", f"{shared}.json").status_code == 200
            for kind in ("csv", "json"):
                other = f"/shared/{self.token}/runs/{self.other.pk}/export.{kind}"
                self.error(self.send(client, "GET", other), 404)
                self.error(
                    self.send(client, "GET", f"/runs/{self.run_done.pk}/export.{kind}"), self.missing(client)
                )
        sharing.revoke(self.share)
        self.error(
            self.send(self.client, "GET", f"/shared/{self.token}/runs/{self.run_done.pk}/export.csv"), 404
        )
