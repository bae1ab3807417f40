"""What the web promises: many watchers, little delay, small messages; watchers are those of ``watching``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import netcore
from sandbox.runs.columns import Columns, decode
from sandbox.runs.tables import HEADERS, REACH_SETS, header_columns, sets_of
from tests.bench import ours, workload
from tests.bench.measure import Goal, NotMeasured, Readings, Target, paired, same

ROOT = Path(__file__).resolve().parents[3]
WATCHERS, GROWING, TOLD, CLICKS = 200, 500, 300, 40
"""Clients of one server; most of them where their number grows; tasks, and runs, one after the other."""

EVENTS = 50
ENCODED, WRITTEN = 20_000, 200
"""So many times the columns and the rows are encoded; the first takes about a microsecond."""

Json = dict[str, Any]


def prepare_watchers(tiny: bool) -> bool:
    """Return whether few watchers are enough.

    Raises:
        NotMeasured: there is no broker on this machine.
    """
    if not shutil.which("redis-server") and not shutil.which("valkey-server"):
        raise NotMeasured("there is no redis-server and no valkey-server that hints could go through")
    return tiny


def _watched(task: str, clients: int, script: str = "watching") -> Callable[[bool, int], Readings]:
    """Return the measurement of one task of a script; every watcher must receive every event."""

    def measure(tiny: bool, repetitions: int) -> Readings:
        if tiny and task != "fan":
            raise NotMeasured(
                "a tiny run counts deliveries alone: each more of it starts a server for seconds"
            )
        watching = 3 if tiny else clients
        command = [sys.executable, "-m", f"tests.bench.{script}", task, str(watching), str(repetitions)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no word"]
            raise NotMeasured(f"the watchers could not be measured: {last[0][:200]}")
        found: Readings = json.loads(done.stdout.splitlines()[-1])
        return found

    return measure


class Events(NamedTuple):
    """The same events twice: as a run of ``reach`` keeps them, and as rows."""

    columns: Columns
    rows: list[Json]


def prepare_events(_tiny: bool) -> Events:
    """Return 50 boxes of headers that one VM reaches others by, after both forms have said the same."""
    compiled = ours.compiled(workload.build(workload.TINY))
    vms = compiled.guests.ids
    answers = [one for vm in vms[1:] for one in netcore.reach(compiled, f"vms/{vms[0]}", f"vms/{vm}")]
    whole = decode(header_columns([sets_of(one) for one in answers], 0).encode())[0].columns
    if len(whole["set"]) < EVENTS:
        raise NotMeasured(
            f"the network has only {len(whole['set'])} boxes of headers, and {EVENTS} are asked"
        )
    made = Events(
        HEADERS.rows({name: column[:EVENTS] for name, column in whole.items()}),
        [row for row, _ in zip(_rows(answers), range(EVENTS), strict=False)],
    )
    read = decode(made.columns.encode())[0].columns
    for number, row in enumerate(made.rows):
        of = answers[int(read["answer"][number])]
        same("destination", str(of.cells.destination), row["destination"])
        same("set", REACH_SETS[int(read["set"][number])], row["set"])
        for side, name in (("source_port", "source_ports"), ("port", "ports"), ("protocol", "protocols")):
            same(name, [int(read[f"{end}_{side}"][number]) for end in ("first", "last")], row[name])
    return made


def _rows(answers: list[Any]) -> Iterator[Json]:
    """Yield the events as rows, each with all that it says."""
    for of in answers:
        for name, headers in zip(REACH_SETS, sets_of(of), strict=True):
            read = decode(header_columns([[headers]], 0).encode())[0].columns
            for number in range(len(read["set"])):
                ends = {
                    many: [int(read[f"{end}_{one}"][number]) for end in ("first", "last")]
                    for one, many in (
                        ("protocol", "protocols"),
                        ("source_port", "source_ports"),
                        ("port", "ports"),
                    )
                }
                yield {
                    "event": "reach.headers",
                    "source": of.source,
                    "to": of.to,
                    "destination": str(of.cells.destination),
                    "set": name,
                    **ends,
                }


def measure_events(made: Events, repetitions: int) -> Readings:
    """Return how much longer rows take, written as the socket of a run writes events, and how much larger."""

    def write() -> bytes:
        message = {"type": "events", "events": made.rows}
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

    def columns() -> None:
        for _ in range(ENCODED):
            made.columns.encode()

    def rows() -> None:
        for _ in range(WRITTEN):
            write()

    return {
        "rows of JSON, time": paired(columns, rows, repetitions, shares=(ENCODED, WRITTEN)),
        "rows of JSON, bytes": [len(write()) / len(made.columns.encode())] * repetitions,
    }


GOALS = (
    Goal(
        "G9",
        "fan-out to 200 clients, events of 226 bytes: processor time of the server for a delivery",
        (
            Target("pub/sub layer, each event", ">=", 5),
            Target("core layer, each event", ">=", 8),
            Target("pub/sub layer, coalesced", ">=", 40),
            Target("core layer, coalesced", ">=", 70),
        ),
        prepare_watchers,
        _watched("fan", WATCHERS),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G9b",
        "200 clients, 20 messages a second; neither side stores them, but what is told during an outage is",
        (
            Target("p95 over the pub/sub layer's", "<=", 0.1),
            Target("lost", "<=", 0, spread=False),
            Target("lost after an outage of 5 s", "<=", 0, spread=False),
        ),
        prepare_watchers,
        _watched("rate", WATCHERS),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G9c",
        "one of 50 clients stops reading for 60 s",
        (
            Target("server grows, MB", "<=", 5, spread=False),
            Target("p95 of the others", "<=", 1.2),
        ),
        prepare_watchers,
        _watched("slow", 50),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G10",
        "from a task's delay() to its event at a socket, prefork 1; neither side stores it",
        (
            Target("p50 over the pub/sub layer's", "<=", 0.5),
            Target("p95 over the pub/sub layer's", "<=", 0.55),
        ),
        prepare_watchers,
        _watched("told", TOLD, "starting"),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G10b",
        "from asking for a run over the API to its first event, stored and at the socket, next to 0.1 s",
        (
            Target("p50", "<=", 1),
            Target("p95", "<=", 1),
        ),
        prepare_watchers,
        _watched("clicked", CLICKS, "starting"),
        processes=1,
        repetitions=3,
    ),
    Goal(
        "G11",
        "encoding 50 events",
        (
            Target("rows of JSON, time", ">=", 100),
            Target("rows of JSON, bytes", ">=", 6, spread=False),
        ),
        prepare_events,
        measure_events,
    ),
    Goal(
        "S8",
        "cost of a delivery over clients, 50 to 500",
        (Target("exponent", "<=", 0.15, range=10),),
        prepare_watchers,
        _watched("grow", GROWING),
        processes=1,
        repetitions=3,
    ),
)
