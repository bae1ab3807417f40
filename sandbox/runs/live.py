"""A live run: a paced clock, and the inbox of what people ask for meanwhile.

The worker is the only clock. At each tick it tells what has happened up to now, then takes what is in the
inbox, in order, each at the time at which it stands. The log of events is the truth: who takes the run over
tells what is stored again as it is, and the clock goes on behind it. Without a worker time stands still.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from django.utils.timezone import now

import netcore
from sandbox.accounts.models import User
from sandbox.runs import queries
from sandbox.runs.models import Event, LiveCommand, Run

Payload = dict[str, Any]

LIVE_S: Final = 20 * 60
"""Seconds of wall time after which a live run ends by itself."""

IDLE_S: Final = 10 * 60
"""It ends as well when everything has settled and nobody has asked for anything for so long."""

TICK_S: Final = 0.05
CLOCK_S: Final = 1.0
SECOND_US: Final = 1_000_000


def race_of(run: Run, scenario: netcore.Scenario) -> netcore.LiveRace:
    """Return the race of a live run as it begins."""
    known = {design.id: design for design in netcore.all_designs()}
    designs = [known[name] for name in run.parameters["designs"]]
    return netcore.live_race(scenario, designs, run.seed, run.parameters["protects"])


def play(run: Run, race: netcore.LiveRace) -> Iterator[Payload | None]:
    """Yield the events of a live run up to the metrics; None at each tick."""
    clock = _Clock(float(run.parameters["pace"]))
    asked = ("designs", "protects", "pace")
    yield {"event": "live.started", **{key: run.parameters[key] for key in asked}}
    yield from race.start()
    last, ended, over = 0, False, False
    for payload in _repeated(run, race, clock):
        yield payload
        if payload["event"] == "live.command":
            last, ended = payload["number"], payload["command"]["kind"] == "end"
        over = over or payload.get("over", False)
    ended = ended or over
    clock.go()
    told = asked_s = time.monotonic()
    while not ended:
        t_us = clock.now_us()
        yield from race.until(t_us)
        for row in queries.commands_after(run.pk, last):
            payload = _obeyed(row, race, clock, t_us)
            yield payload
            last, asked_s = row.number, time.monotonic()
            if row.command["kind"] == "pace":
                yield clock.payload(t_us)
            ended = row.command["kind"] == "end"
            if ended:
                break
        moment = time.monotonic()
        if moment - told >= CLOCK_S:
            told = moment
            yield clock.payload(t_us)
        late = run.started is not None and (now() - run.started).total_seconds() >= LIVE_S
        ended = ended or late or (moment - asked_s >= IDLE_S and race.settled)
        yield None
        if not ended:
            time.sleep(TICK_S)
    if not over:
        yield clock.payload(race.position_us) | {"over": True}
    yield from race.end(race.position_us)


class _Clock:
    """Simulated time, paced by the clock on the wall; it stands until ``go``."""

    def __init__(self, pace: float) -> None:
        self.pace = pace
        self._base_us = 0
        self._since: float | None = None

    def go(self) -> None:
        """Go on from where it stands."""
        self._since = time.monotonic()

    def set(self, t_us: int, pace: float | None = None) -> None:
        """Stand at a time; go on from there if it went."""
        self._base_us = max(self._base_us, t_us)
        self.pace = self.pace if pace is None else pace
        if self._since is not None:
            self._since = time.monotonic()

    def now_us(self) -> int:
        """Return the simulated time."""
        if self._since is None:
            return self._base_us
        return self._base_us + round((time.monotonic() - self._since) * self.pace * SECOND_US)

    def payload(self, t_us: int) -> Payload:
        """Return the event that tells it."""
        return {"event": "live.clock", "t_us": t_us, "pace": self.pace}


def _obeyed(row: LiveCommand, race: netcore.LiveRace, clock: _Clock, t_us: int) -> Payload:
    """Do what a command asks for and return the event about it; a refusal is one as well."""
    accepted, reason = True, ""
    if row.command["kind"] == "inject":
        try:
            race.inject(row.command["step"], t_us)
        except netcore.NetcoreError as error:
            accepted, reason = False, str(error)
        # Planning anew takes a while, in which time stands still.
        clock.set(t_us)
    elif row.command["kind"] == "pace":
        clock.set(t_us, float(row.command["pace"]))
    return {
        "event": "live.command",
        "number": row.number,
        "t_us": t_us,
        "by": _display_name(row.person),
        "command": row.command,
        "accepted": accepted,
        "reason": reason,
    }


def _display_name(person: User) -> str:
    """Return what others may read: never an address of mail."""
    return person.get_full_name() or person.get_username().partition("@")[0]


def _repeated(run: Run, race: netcore.LiveRace, clock: _Clock) -> Iterator[Payload]:
    """Yield what is stored behind the start, and bring race and clock to where they stood."""
    stored: list[Payload] = list(
        Event.objects.filter(run=run).order_by("seq").values_list("payload", flat=True)
    )
    for payload in stored:
        if payload["event"] not in ("live.clock", "live.command"):
            continue
        yield from race.until(payload["t_us"])
        clock.set(payload["t_us"], payload.get("pace"))
        if payload["event"] == "live.command" and payload["accepted"]:
            command = payload["command"]
            if command["kind"] == "inject":
                race.inject(command["step"], payload["t_us"])
            elif command["kind"] == "pace":
                clock.set(payload["t_us"], float(command["pace"]))
        yield payload
    # What was told behind the last of them was told in one tick.
    told = [one for one in stored if one["event"].startswith("failover.")]
    last_us = max((int(one.get("t_us") or one.get("to_us") or 0) for one in told), default=0)
    if last_us > race.position_us:
        yield from race.until(last_us)
        clock.set(last_us)
