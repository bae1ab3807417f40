"""Runs that ask about all headers: matrix, reach, exposed. Numbers as columns, words as events."""

from __future__ import annotations

from typing import Any

import netcore
from sandbox.runs import queries, reaching
from sandbox.runs.columns import Read, decode
from sandbox.runs.models import Kind, Run, State
from sandbox.runs.tables import REACH_SETS
from sandbox.scenarios import services
from tests.sandbox.base import SandboxTest, seed


class ReachingTest(SandboxTest):
    """The owner's scenario with two firewalls, done by a worker."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def asked(self, kind: Kind, parameters: Any) -> tuple[Run, list[dict[str, Any]], list[Read]]:
        run = self.done(self.queued(self.made, kind, parameters))
        assert run.state == State.SUCCEEDED, run.reason
        return run, self.log(run), decode(b"".join(queries.columns_of(run.pk, 0)))

    def network(self) -> netcore.Network:
        return netcore.compile(netcore.load(self.head(self.made).document))

    def test_a_matrix_is_what_single_traces_say(self) -> None:
        _, log, tables = self.asked(Kind.MATRIX, {"protocol": "tcp", "ports": [443, 22]})
        vms = next(table for table in tables if table.table == "vms").columns
        cells = {table.about["port"]: table.columns for table in tables if table.table == "cells"}
        answered = {table.about["port"]: table.columns for table in tables if table.table == "answered"}
        network, of = self.network(), dict(zip(vms["id"], vms["class"].tolist(), strict=True))
        checked = 0
        for port in (443, 22):
            for one in vms["id"]:
                for other in vms["id"]:
                    if one == other:
                        continue
                    packet = netcore.Packet(
                        source=f"vms/{one}", destination=f"vms/{other}", destination_port=port
                    )
                    traced, at = netcore.trace(network, packet), (of[one], of[other])
                    arrived = traced.forward.verdict.outcome == "delivered"
                    if traced.forward.branches:
                        continue  # spread over appliances: one way stands for it
                    assert bool(cells[port]["reaches"][at]) == arrived, (one, other, port)
                    assert bool(answered[port]["answered"][at]) == traced.delivered, (one, other, port)
                    checked += 1
        assert checked > 10
        told = [event for event in log if event["event"] == "matrix.port"]
        assert [(event["port"], event["done"], event["of"]) for event in told] == [(443, 1, 2), (22, 2, 2)]
        assert log[-2]["event"] == "matrix.done"
        assert log[-2]["vms"] == len(vms["id"])

    def test_the_first_event_comes_before_anything_is_compiled(self) -> None:
        events = reaching.matrix(self.head(self.made), "tcp", [443])
        assert next(events) == {"event": "matrix.began", "protocol": "tcp", "ports": [443], "of": 1}

    def test_interesting_ports_are_those_that_the_drawing_names_and_one_that_it_does_not(self) -> None:
        document = seed("two-firewalls")
        group = document["topology"]["security_groups"]["nsg-allow-all"]
        group["rules"] = {
            "web": {
                "priority": 100,
                "direction": "Inbound",
                "access": "Allow",
                "destination_ports": ["8000-8080"],
            },
            "dns": {
                "priority": 110,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "udp",
                "destination_ports": ["53"],
            },
        }
        self.made = services.create(self.owner, document)
        run = self.queued(self.made, Kind.MATRIX, {"protocol": "tcp", "ports": "interesting"})
        ports = run.parameters["ports"]
        assert 8000 in ports
        assert 1 in ports
        assert not {53, 8080, 8081} & set(ports)

    def test_reach_of_all_vms_says_headers_as_boxes(self) -> None:
        _, log, tables = self.asked(Kind.REACH, {"source": "vms/web1"})
        answers = next(table for table in tables if table.table == "answers").columns
        headers = next(table for table in tables if table.table == "headers").columns
        compiled = netcore.compile_network(self.network())
        for number, to in enumerate(answers["to"]):
            (found,) = netcore.reach(compiled, "vms/web1", answers["address"][number])
            count = 0
            for row in range(len(headers["answer"])):
                if headers["answer"][row] == number and headers["set"][row] == 2:
                    sides = [
                        int(headers[f"last_{side}"][row]) - int(headers[f"first_{side}"][row]) + 1
                        for side in ("protocol", "source_port", "port")
                    ]
                    count += sides[0] * sides[1] * sides[2]
            assert count == found.cells.may_arrive.count(), to
        done = log[-2]
        assert done["event"] == "reach.done"
        assert sum(done["counts"].values()) == answers["vms"].sum() == done["addresses"]
        others = {f"vms/{vm}" for vm in seed("two-firewalls")["topology"]["vms"]} - {"vms/web1"}
        assert set(answers["to"]) == others, "no two of them behave alike"
        assert log[0]["sets"] == list(REACH_SETS)

    def test_reach_of_one_address_with_some_headers(self) -> None:
        parameters = {
            "source": "internet",
            "destination": "vms/web1",
            "protocol": "tcp",
            "ports": "22,443-444",
        }
        run, log, _ = self.asked(Kind.REACH, parameters)
        assert run.parameters == parameters
        assert log[-2]["event"] == "reach.done"

    def test_what_is_exposed_is_what_the_engine_says(self) -> None:
        _, log, tables = self.asked(Kind.EXPOSED, {})
        found = netcore.exposed(netcore.compile_network(self.network()))
        assert found, "nothing to compare"
        exposures = next(table for table in tables if table.table == "exposures").columns
        assert exposures["address"] == [str(one.address) for one in found]
        assert exposures["senders"] == [one.senders_text for one in found]
        assert [one["connects"] for one in log[-2]["examples"]] == [one.connects.text() for one in found]

    def test_what_is_not_modelled_is_counted_and_said(self) -> None:
        found = reaching._reasons(
            self.network(), netcore.classes_of(netcore.compile_network(self.network())), _pair(), "tcp", 443
        )
        assert found[0]["reason"]

    def test_a_log_is_repeated_to_the_byte(self) -> None:
        for kind, parameters in (
            (Kind.MATRIX, {"protocol": "tcp", "ports": [443]}),
            (Kind.REACH, {"source": "vms/web1"}),
            (Kind.EXPOSED, {}),
        ):
            one, other = (self.asked(kind, parameters)[1] for _ in range(2))
            assert one == other


def _pair() -> Any:
    import numpy as np

    return np.array([[0, 1]])
