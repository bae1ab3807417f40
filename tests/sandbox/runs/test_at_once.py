"""The matrix of a small drawing within the answer to the edit: the same run as a worker makes."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from unittest import mock

from django.db import DatabaseError, connection
from django.test import override_settings

from sandbox.runs import at_once, events, queries, reaching, runner, services
from sandbox.runs.models import Event, Kind, Run
from tests.sandbox.base import SandboxTest

MATRIX = {"protocol": "tcp", "ports": [443]}


@override_settings(MATRIX_AT_ONCE=True)
class AtOnceTest(SandboxTest):
    """PATCH /scenarios/ID with `matrix`, in a process that has its kernels."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        engine = at_once._Engine()
        engine.ready = True
        self.enterContext(mock.patch.object(at_once, "engine", engine))

    def edit(self, matrix: Any = MATRIX) -> dict[str, Any]:
        patch = [{"op": "replace", "path": "/name", "value": "Another"}]
        body = {"base": self.head(self.made).number, "matrix": matrix, "patch": patch}
        answer: Any = self.send(self.owner_client, "PATCH", f"/scenarios/{self.made.pk}", body)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def test_it_comes_with_the_answer_and_is_what_a_worker_makes(self) -> None:
        answer = self.edit()
        run = Run.objects.get(pk=answer["run"]["id"])
        assert answer["run"]["state"] == run.state == "succeeded"
        assert (run.kind, run.background, run.revision.number) == ("matrix", True, answer["revision"])  # type: ignore[union-attr]
        by_worker = services.start(self.owner, self.head(self.made), Kind.MATRIX, MATRIX, tell=False)
        runner.execute(by_worker.pk)
        columns = b"".join(queries.columns_of(by_worker.pk, 0))
        assert columns and b64decode(answer["columns"]) == columns
        ours, theirs = (
            list(Event.objects.filter(run=one).order_by("seq").values_list("payload", flat=True))
            for one in (run, by_worker)
        )
        assert ours == theirs

    def test_what_is_large_or_already_in_turn_goes_to_a_worker(self) -> None:
        def goes_to_a_worker(matrix: Any = MATRIX) -> bool:
            answer = self.edit(matrix)
            return answer["run"]["state"] == "queued" and answer["columns"] is None

        assert not goes_to_a_worker()
        for limit in ("MOST_NICS", "MOST_PARTS"):
            with mock.patch.object(at_once, limit, 1):
                assert goes_to_a_worker()
        assert goes_to_a_worker({"protocol": "tcp", "ports": list(range(at_once.MOST_PORTS + 1))})
        assert goes_to_a_worker({"protocol": "tcp", "ports": "interesting"})
        with at_once.turn(self.head(self.made), MATRIX) as mine:
            assert mine
            assert goes_to_a_worker()
        with override_settings(MATRIX_AT_ONCE=False):
            assert goes_to_a_worker()
        assert not goes_to_a_worker()

    def test_the_edit_is_saved_where_it_cannot_be_made(self) -> None:
        with mock.patch.object(reaching, "matrix", side_effect=RuntimeError("ours")):
            answer = self.edit()
        assert (answer["revision"], answer["run"]["state"], answer["columns"]) == (2, "failed", None)
        assert not at_once._turn.locked()

    def test_nothing_is_locked_while_it_is_made(self) -> None:
        seen: list[tuple[list[str], int]] = []
        made = reaching.matrix

        def look(*args: Any) -> Any:
            seen.append((connection.savepoint_ids.copy(), Run.objects.count()))
            return made(*args)

        with mock.patch.object(reaching, "matrix", look):
            assert self.edit()["run"]["state"] == "succeeded"
        assert seen == [(connection.savepoint_ids, 0)]

    def test_the_edit_is_saved_and_no_half_of_a_run_where_it_cannot_be_stored(self) -> None:
        with mock.patch.object(events, "store", side_effect=DatabaseError("away")):
            answer = self.edit()
        assert (answer["revision"], answer["run"]) == (2, None)
        assert not Run.objects.exists()

    def test_kernels_are_loaded_once_in_the_background_and_a_worker_helps_until_then(self) -> None:
        engine = at_once._Engine()
        with (
            mock.patch.object(at_once, "engine", engine),
            mock.patch.object(at_once, "Thread") as thread,
            mock.patch.object(reaching, "warm") as warm,
        ):
            assert [self.edit()["run"]["state"] for _ in range(2)] == ["queued", "queued"]
            assert thread.call_count == 1
            thread.call_args.kwargs["target"]()
            warm.assert_called_once_with()
            assert self.edit()["run"]["state"] == "succeeded"
