"""The log of a run and the messages of its socket: typed payloads, and the one way to append."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from sandbox.runs import fanout, queries
from sandbox.runs.columns import Columns
from sandbox.runs.models import Event, EventColumns, Run, State
from sandbox.runs.queries import RunPayload

Payload = dict[str, Any]
"""A stored event without its number: ``event`` names it, the rest is its data."""


class WithColumns(Payload):
    """An event whose numbers travel beside it as columns, in ``content``; the event says how to know them."""

    def __init__(self, columns: Columns) -> None:
        """Encode a table of ``columns``."""
        self.content = columns.encode()
        digest = hashlib.sha256(self.content).hexdigest()
        size = len(self.content)
        super().__init__(
            event="run.columns", table=columns.table, rows=columns.rows, bytes=size, sha256=digest
        )


class Hello(TypedDict):
    """First message of a socket."""

    type: Literal["hello"]
    run: RunPayload


class Events(TypedDict):
    """Events in order, each with ``seq`` and ``event``."""

    type: Literal["events"]
    events: list[Payload]


class StateMessage(TypedDict):
    """The run changed its state."""

    type: Literal["state"]
    run: RunPayload


class Error(TypedDict):
    """A command was not understood or not allowed."""

    type: Literal["error"]
    message: str


class LeaseLost(Exception):
    """Another worker has the run, or it ended: stop at once, write nothing."""


def append(
    run_id: UUID,
    token: str,
    last_seq: int,
    payloads: Sequence[Payload],
    finish: tuple[State, str] | None = None,
) -> int:
    """Store events behind number ``last_seq`` in one transaction, send a hint, return the new last number.

    Args:
        token: the lease; nothing is written unless it is still the run's.
        finish: state and reason that end the run; ``run.finished`` is appended as the last event.

    Raises:
        LeaseLost: the lease is not ours any more, or the log is not where we left it.
    """
    payloads = list(payloads)
    changes: dict[str, Any] = {"heartbeat": now()}
    state = State.RUNNING
    if finish is not None:
        state, reason = finish
        payloads.append(finished_payload(state, reason))
        changes |= {"state": state, "reason": reason, "finished": changes["heartbeat"], "token": ""}
    with transaction.atomic():
        ours = Run.objects.filter(pk=run_id, token=token, state=State.RUNNING, last_seq=last_seq)
        if not ours.update(last_seq=last_seq + len(payloads), **changes):
            raise LeaseLost
        store(run_id, last_seq, payloads)
    tell(run_id, last_seq, payloads, state)
    return last_seq + len(payloads)


def finish_lapsed(run_id: UUID, state: State, reason: str) -> bool:
    """End a running run whose worker is gone and store its last event; False when a worker has it."""
    with transaction.atomic():
        lapsed = queries.lapsed(now()).select_for_update().filter(pk=run_id)
        run = lapsed.first()
        if run is None:
            return False
        store(run_id, run.last_seq, [finished_payload(state, reason)])
        run.state, run.reason, run.token, run.finished = state, reason, "", now()
        run.last_seq += 1
        run.save(update_fields=["state", "reason", "token", "finished", "last_seq"])
    transaction.on_commit(lambda: fanout.hint(run_id))
    return True


def store(run_id: UUID, last_seq: int, payloads: Sequence[Payload]) -> None:
    """Insert events behind number ``last_seq``; the caller holds the row of the run in a transaction."""
    Event.objects.bulk_create(
        [Event(run_id=run_id, seq=last_seq + n, payload=payload) for n, payload in enumerate(payloads, 1)]
    )
    EventColumns.objects.bulk_create(
        [
            EventColumns(run_id=run_id, seq=last_seq + n, content=payload.content)
            for n, payload in enumerate(payloads, 1)
            if isinstance(payload, WithColumns)
        ]
    )


def encode(value: Any) -> str:
    """Return JSON as sockets send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def tell(run_id: UUID, last_seq: int, payloads: Sequence[Payload], state: State = State.RUNNING) -> None:
    """Send a hint that brings stored events behind number ``last_seq``, unless they are too long for one."""
    texts, chars = [], 0
    for n, payload in enumerate(payloads, 1):
        texts.append(encode({"seq": last_seq + n, **payload}))
        chars += len(texts[-1])
        if chars > fanout.HINT_CHARS:
            return fanout.hint(run_id)
    return fanout.hint(run_id, fanout.Hint(last_seq, texts, state))


def size_of(payload: Payload) -> int:
    """Return how many bytes an event takes: its JSON text and its columns."""
    return len(json.dumps(payload)) + (len(payload.content) if isinstance(payload, WithColumns) else 0)


def finished_payload(state: State, reason: str) -> Payload:
    """Return the last event of every run."""
    return {"event": "run.finished", "state": str(state), "reason": reason}
