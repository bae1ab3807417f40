"""Questions about all headers: what may be asked, how many at a time, how long, how much, and until when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

from asgiref.sync import sync_to_async

import netcore
from sandbox.runs import queries, reaching, runner, services, tasks
from sandbox.runs.columns import decode
from sandbox.runs.models import Kind, Run, State
from sandbox.sharing import services as sharing
from tests.sandbox.base import CommittedTest, SandboxTest
from tests.sandbox.runs.test_socket import Socket, numbers

MATRIX = {"protocol": "tcp", "ports": [443, 22, 80]}


class StartTest(SandboxTest):
    """The owner's scenario with two firewalls."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()

    def start(self, kind: str, parameters: Any) -> Any:
        body = {"kind": kind, "parameters": parameters}
        return self.send(self.owner_client, "POST", f"/scenarios/{self.made.pk}/runs", body)

    def test_parameters_that_do_not_fit_are_refused_with_their_place_and_in_words(self) -> None:
        for kind, parameters, pointer, words in (
            ("matrix", {}, "ports", "interesting"),
            ("matrix", {"protocol": "tcq", "ports": [1]}, "protocol", "no protocol"),
            ("matrix", {"protocol": "300", "ports": [1]}, "protocol", "0 to 255"),
            ("matrix", {"protocol": "icmp", "ports": [80]}, "ports", "no ports"),
            ("matrix", {"ports": [443, 443]}, "ports", "twice"),
            ("matrix", {"ports": list(range(65))}, "ports", "64"),
            ("matrix", {"ports": [65_536]}, "ports", "65535"),
            ("matrix", {"ports": "all"}, "ports", "interesting"),
            ("reach", {}, "source", "required"),
            ("reach", {"source": "vms/nobody"}, "source", "no VM or host"),
            ("reach", {"source": "subnets/web"}, "source", "no VM or host"),
            ("reach", {"source": "vms/web1", "destination": "vms/nobody"}, "destination", "no address"),
            ("reach", {"source": "vms/web1", "ports": "80-22"}, "ports", "smaller first"),
            ("reach", {"source": "vms/web1", "ports": "80,70000"}, "ports", "65535"),
            ("reach", {"source": "vms/web1", "ports": "http"}, "ports", "match"),
            ("reach", {"source": "vms/web1", "protocol": "icmp", "ports": "80"}, "ports", "no ports"),
            ("exposed", {"address": "203.0.113.4"}, "address", "not permitted"),
        ):
            error = self.error(self.start(kind, parameters), 422)
            assert error["pointer"].startswith(f"/parameters/{pointer}"), (kind, parameters, error)
            assert words in error["message"] + str(error.get("problems")), (kind, parameters, error)

    def test_what_was_left_to_us_is_written_out(self) -> None:
        assert self.start("matrix", {"protocol": "icmp"}).json()["parameters"] == {
            "protocol": "icmp",
            "ports": [0],
        }
        ports = self.start("matrix", {"ports": "interesting"}).json()["parameters"]["ports"]
        assert ports
        assert ports == sorted(set(ports))

    def test_they_wait_in_a_queue_of_their_own(self) -> None:
        with (
            mock.patch.object(tasks.execute, "apply_async") as told,
            self.captureOnCommitCallbacks(execute=True),
        ):
            self.start("matrix", MATRIX)
            self.start("reach", {"source": "vms/web1"})
            self.start("exposed", {})
        assert [call.kwargs["queue"] for call in told.call_args_list] == ["questions"] * 3

    def test_a_person_has_three_open_at_a_time_and_may_still_trace(self) -> None:
        for _ in range(services.OPEN_QUESTIONS_PER_PERSON):
            assert self.start("exposed", {}).status_code == 202
        assert "questions about all headers" in self.error(self.start("matrix", MATRIX), 429)["message"]
        packet = {"source": "vms/web1", "destination": "hosts/client"}
        assert self.start("trace", packet).status_code == 202

    def test_a_drawing_with_problems_is_refused(self) -> None:
        self.made = self.scenario("with-problems")
        assert self.error(self.start("exposed", {}), 422)["code"] == "not_runnable"


class EndTest(SandboxTest):
    """A matrix of three ports that does not come to its end."""

    def setUp(self) -> None:
        super().setUp()
        self.run_row = self.queued(self.scenario(), Kind.MATRIX, MATRIX)

    def ports(self) -> list[int]:
        tables = decode(b"".join(queries.columns_of(self.run_row.pk, 0)))
        return [table.about["port"] for table in tables if table.table == "cells"]

    def test_a_cancel_is_heard_between_two_ports_and_keeps_what_was_found(self) -> None:
        real, asked = netcore.matrix, []

        def matrix(*args: Any, **more: Any) -> Any:
            asked.append(args)
            if len(asked) == 2:
                Run.objects.filter(pk=self.run_row.pk).update(cancel=True)
            return real(*args, **more)

        with (
            mock.patch.object(netcore, "matrix", matrix, create=True),
            mock.patch.object(runner, "FLUSH_S", 0),
        ):
            run = self.done(self.run_row)
        assert run.state == State.CANCELLED
        assert "kept" in run.reason
        assert self.ports() == [443, 22]
        assert len(asked) == 2

    def test_more_bytes_than_a_run_may_store(self) -> None:
        with mock.patch.object(runner, "MAX_BYTES", 3_000):
            run = self.done(self.run_row)
        assert run.state == State.FAILED
        assert "may store" in run.reason
        size = sum(map(len, queries.columns_of(run.pk, 0)))
        assert size < 3_000

    def test_more_time_than_a_run_may_take(self) -> None:
        with mock.patch.dict(runner.TIME_LIMITS_S, {Kind.MATRIX: 0}):
            run = self.done(self.run_row)
        assert run.state == State.FAILED
        assert "took longer" in run.reason

    def test_a_worker_that_comes_second_stores_nothing_twice(self) -> None:
        whole = self.done(self.queued(self.run_row.scenario, Kind.MATRIX, MATRIX))  # type: ignore[arg-type]

        real = reaching.matrix

        def two_ports(*args: Any) -> Iterator[Any]:
            for payload in real(*args):
                yield payload
                if payload is not None and payload.get("port") == 22:
                    raise runner.LeaseLost

        with mock.patch("sandbox.runs.work.reaching.matrix", two_ports):
            runner.execute(self.run_row.pk)
        lost = Run.objects.filter(pk=self.run_row.pk)
        assert lost.get().state == State.RUNNING
        lost.update(heartbeat=None)
        run = self.done(self.run_row)
        assert (run.state, run.attempts) == (State.SUCCEEDED, 2)
        assert self.log(run) == self.log(whole)
        content = [b"".join(queries.columns_of(one.pk, 0)) for one in (run, whole)]
        assert content[0] == content[1]


class WatchTest(CommittedTest):
    """Who watches a matrix over a socket."""

    def setUp(self) -> None:
        super().setUp()
        self.run_row = self.queued(self.scenario(), Kind.MATRIX, MATRIX)
        assert self.run_row.scenario is not None
        _, self.token = sharing.create(self.run_row.scenario, self.owner, [self.run_row.pk])

    async def test_tables_are_announced_live_to_the_owner_and_to_holders_of_the_link(self) -> None:
        paths = (
            (f"/ws/runs/{self.run_row.pk}/", self.owner_client),
            (f"/ws/shared/{self.token}/runs/{self.run_row.pk}/", self.client),
        )
        sockets = [await Socket(*one).open() for one in paths]
        run = await sync_to_async(self.done)(self.run_row)
        for socket in sockets:
            messages: list[dict[str, Any]] = []
            while run.last_seq not in numbers(messages):
                messages.append(await socket.message())
            events = [event for message in messages for event in message.get("events", ())]
            tables = [event["table"] for event in events if event["event"] == "run.columns"]
            assert tables.count("cells") == len(MATRIX["ports"])
            assert all(len(json.dumps(event)) < 10_000 for event in events)
            await socket.disconnect()

    async def test_strangers_are_shown_out(self) -> None:
        for client in (self.mate_client, self.client):
            socket = await Socket(f"/ws/runs/{self.run_row.pk}/", client).open()
            assert await socket.close_code() == 4404
