"""Three people and what they do, for every test of the sandbox.

``owner`` made the scenario, ``mate`` is signed in and holds the share link when a test makes one,
``stranger`` is nobody.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, TestCase, TransactionTestCase

import sandbox.scenarios
from sandbox.accounts.models import User
from sandbox.runs import runner
from sandbox.runs import services as runs
from sandbox.runs.models import Event, Kind, Run
from sandbox.scenarios import queries, services
from sandbox.scenarios.models import Revision, Scenario

API = "/api/v1"
SEEDS = Path(sandbox.scenarios.__file__).parent / "seeds"

OUTBOUND = {"source": "vms/web1", "destination": "hosts/client", "protocol": "tcp", "destination_port": 443}
FAULT = "appliance-1-fails"
DESIGNS = ("address-move", "balancer")


def text_of(response: Any) -> str:
    """Return the text of an answer, also of one that is sent piece by piece."""
    if not response.streaming:
        return str(response.content.decode(errors="replace"))

    async def pieces() -> bytes:
        return b"".join([part async for part in aiter(response)])

    whole = async_to_sync(pieces)() if response.is_async else b"".join(response.streaming_content)
    return whole.decode(errors="replace")


def seed(name: str) -> dict[str, Any]:
    """Return a seeded document: two-firewalls, first-packet, hub-and-spokes, with-problems."""
    document: dict[str, Any] = json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8"))
    return document


class People:
    """Owner, mate and stranger with a browser each, and helpers."""

    def setUp(self) -> None:
        """Make the people; forget rates and limits of other tests."""
        super().setUp()  # type: ignore[misc]
        cache.clear()
        self.owner = User.objects.create_user("owner", password="owner-password")
        self.mate = User.objects.create_user("mate", password="mate-password")
        self.owner_client, self.mate_client, self.client = Client(), Client(), Client()
        self.owner_client.force_login(self.owner)
        self.mate_client.force_login(self.mate)

    def scenario(self, name: str = "two-firewalls") -> Scenario:
        """Return a new scenario of the owner."""
        return services.create(self.owner, seed(name))

    def head(self, scenario: Scenario) -> Revision:
        """Return the newest revision, read again."""
        found = queries.revision(Scenario.objects.get(pk=scenario.pk))
        assert found is not None
        return found

    def queued(self, scenario: Scenario, kind: Kind = Kind.TRACE, parameters: Any = None) -> Run:
        """Return a queued run of the owner that no broker was told of."""
        revision = self.head(scenario)
        return runs.start(
            self.owner, revision, kind, dict(OUTBOUND) if parameters is None else parameters, tell=False
        )

    def trials(self, scenario: Scenario, n: int = 1000, seed: int = 7) -> Run:
        """Return queued trials of both designs."""
        designs = list(DESIGNS)
        return self.queued(scenario, Kind.TRIALS, {"fault": FAULT, "designs": designs, "n": n, "seed": seed})

    def done(self, run: Run) -> Run:
        """Do a run as a worker would and return its row."""
        runner.execute(run.pk)
        return Run.objects.get(pk=run.pk)

    def log(self, run: Run) -> list[dict[str, Any]]:
        """Return all stored events of a run, numbered."""
        rows = Event.objects.filter(run=run).order_by("seq").values_list("seq", "payload")
        return [{"seq": seq, **payload} for seq, payload in rows]

    def send(self, client: Client, method: str, path: str, body: Any = None) -> HttpResponse:
        """Send JSON to the API and return the answer."""
        data = "" if body is None else json.dumps(body)
        return client.generic(method, f"{API}{path}", data, content_type="application/json")  # type: ignore[return-value]

    def missing(self, client: Client) -> int:
        """Return the status for what is not theirs: 404, and 401 for who is signed out."""
        return 401 if client is self.client else 404

    def error(self, response: HttpResponse, status: int) -> dict[str, Any]:
        """Check the status and the one shape of errors; return the inner part."""
        assert response.status_code == status, (response.status_code, response.content[:500])
        body = json.loads(response.content)
        assert set(body) >= {"error"}
        assert body["error"]["code"]
        assert body["error"]["message"]
        error: dict[str, Any] = body["error"]
        return error


class SandboxTest(People, TestCase):
    """Each test in a transaction that is undone.

    A heart beats from a thread with a connection of its own, which cannot see what this transaction wrote
    and would call the lease lost; so hearts do not beat here.
    """

    def setUp(self) -> None:
        """Keep hearts still."""
        super().setUp()
        still = mock.patch.object(runner, "BEAT_S", 3600.0)
        still.start()
        self.addCleanup(still.stop)


class CommittedTest(People, TransactionTestCase):
    """Each test with real commits, for sockets, threads and other processes."""
