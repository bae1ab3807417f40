"""Tasks of the product's worker that send one event, for `celery worker -I tests.bench.telling`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sandbox.celery import app
from sandbox.runs import events


@app.task(name="bench.tell", ignore_result=True)
def tell(run_id: str, last_seq: int, payload: dict[str, Any]) -> None:
    """Send an event as ``events.append`` does, but store nothing, as the peer stores nothing."""
    events.tell(UUID(run_id), last_seq, [payload])


@app.task(name="bench.append", ignore_result=True)
def append(run_id: str, token: str, last_seq: int, payload: dict[str, Any]) -> None:
    """Store an event and send it."""
    events.append(UUID(run_id), token, last_seq, [payload])
