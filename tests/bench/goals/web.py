"""What the web promises: many watchers, little delay, small messages. None of it is measured yet, and why."""

from __future__ import annotations

from tests.bench.measure import Goal, Target, missing, no_readings

_TABLE = (
    "watchers of the sandbox read the table of events when a hint comes; the bench has no server, clients "
    "and broker of its own yet to press on that"
)
_CODEC = "events travel as rows of JSON; the sandbox has no encoding in columns yet"


def _goal(name: str, title: str, reason: str, *targets: Target) -> Goal:
    return Goal(name, title, targets, missing(reason), no_readings)


GOALS = (
    _goal(
        "G9",
        "fan-out to 200 clients, events of 226 bytes",
        _TABLE,
        Target("pub/sub layer, each event", ">=", 5),
        Target("core layer, each event", ">=", 8),
        Target("pub/sub layer, coalesced", ">=", 40),
        Target("core layer, coalesced", ">=", 70),
    ),
    _goal(
        "G9b",
        "200 clients, 20 messages a second",
        _TABLE,
        Target("p95 over the pub/sub layer's", "<=", 0.1),
        Target("lost", "<=", 0, spread=False),
        Target("lost after an outage of 5 s", "<=", 0, spread=False),
    ),
    _goal(
        "G9c",
        "one client stops reading for 60 s",
        _TABLE,
        Target("server grows, MB", "<=", 5, spread=False),
        Target("p95 of the others", "<=", 1.2),
    ),
    _goal(
        "G10",
        "from queueing a run to its first event",
        _TABLE,
        Target("p50 over the pub/sub layer's", "<=", 0.5),
        Target("p95 over the pub/sub layer's", "<=", 0.55),
    ),
    _goal(
        "G11",
        "encoding 50 events",
        _CODEC,
        Target("rows of JSON, time", ">=", 100),
        Target("rows of JSON, bytes", ">=", 6, spread=False),
    ),
    _goal("S8", "cost of a delivery over clients, 50 to 500", _TABLE, Target("exponent", "<=", 0.15)),
)
