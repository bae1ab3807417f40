"""The socket of a shared run: /ws/shared/<token>/runs/<uuid>/."""

from __future__ import annotations

import json

from asgiref.sync import sync_to_async

from sandbox.runs.models import Kind, LiveCommand, Run, State
from sandbox.sharing import services
from tests.sandbox.base import CommittedTest
from tests.sandbox.runs.test_socket import Socket, numbers


class SharedSocketTest(CommittedTest):
    """A link to a queued run."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario()
        self.run_row = self.queued(self.made)
        self.share, self.token = services.create(self.made, self.owner, [self.run_row.pk])
        self.path = f"/ws/shared/{self.token}/runs/{self.run_row.pk}/"

    async def test_a_stranger_watches_the_run(self) -> None:
        socket = await Socket(self.path, self.client).open()
        assert (await socket.message())["type"] == "hello"
        run = await sync_to_async(self.done)(self.run_row)
        messages = []
        while run.last_seq not in numbers(messages):
            messages.append(await socket.message())
        assert numbers(messages) == list(range(1, run.last_seq + 1))
        await socket.disconnect()

    async def test_a_holder_cannot_cancel(self) -> None:
        for client in (self.client, self.mate_client):
            socket = await Socket(self.path, client).open()
            await socket.message()
            await socket.send_to(json.dumps({"type": "cancel"}))
            assert (await socket.message())["type"] == "error"
            await socket.disconnect()
        run = await sync_to_async(Run.objects.get)(pk=self.run_row.pk)
        assert (run.state, run.cancel) == (State.QUEUED, False)

    async def test_a_holder_watches_a_live_run_and_cannot_steer_it(self) -> None:
        parameters = {"designs": ["balancer"], "protects": "fw1"}
        run = await sync_to_async(self.queued)(self.made, Kind.LIVE, parameters)
        _, token = await sync_to_async(services.create)(self.made, self.owner, [run.pk])
        socket = await Socket(f"/ws/shared/{token}/runs/{run.pk}/", self.client).open()
        assert (await socket.message())["type"] == "hello"
        await socket.send_to(json.dumps({"type": "command", "command": {"kind": "end"}}))
        answer = await socket.message()
        assert answer["type"] == "error"
        assert "steer" in answer["message"]
        await socket.disconnect()
        assert not await sync_to_async(LiveCommand.objects.exists)()

    async def test_revocation_closes_open_sockets(self) -> None:
        await sync_to_async(self.done)(
            self.run_row
        )  # a finished run is looked at rarely: the hint must do it
        socket = await Socket(self.path, self.client).open()
        await socket.until("events")
        await sync_to_async(services.revoke)(self.share)
        assert await socket.close_code() == 4404

    async def test_a_wrong_token_or_run_gets_4404(self) -> None:
        other = await sync_to_async(self.queued)(self.made)
        for path in (
            f"/ws/shared/{'x' * 32}/runs/{self.run_row.pk}/",
            f"/ws/shared/{self.token}/runs/{other.pk}/",
            f"/ws/shared/{self.token}/runs/nonsense/",
        ):
            socket = await Socket(path, self.owner_client).open()
            assert await socket.close_code() == 4404, path
