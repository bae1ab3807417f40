"""Sessions of an appliance with the two instances of a route server, through its silences.

    keepalive | fault .... hold time over | last NIC has lost the route
              | -------- detect --------- | ---------- data ----------

Each instance notices by itself: ``H - U(0,K)`` after the fault with the times that both sides agreed on. A
route is gone when the last instance has withdrawn it.

Source: reference on failover, sections 0 (6), 1.1 (M6), 2.2, 4 (scenario 9); facts I1, I4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor

from netcore.control.bgp import Session
from netcore.document.values import Address
from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams

MONTH_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Held:
    """A session with one instance of a route server; the agreed times are in seconds."""

    server: str
    address: Address
    keepalive_s: float
    hold_s: float

    def false_per_month(self, late: float) -> float:
        """Return how often it ends in a month though nobody failed.

        It ends when all keepalives of a hold time are late. Each is late by its own luck, so that a run of
        them begins once in ``1 / ((1 - late) * late**n)`` keepalives. Ours, grade D: real delays come in
        bursts, which make it worse.
        """
        # Thirds are not exact, so that 10 / (10 / 3) might come out just below 3.
        in_a_row = max(1, floor(self.hold_s / self.keepalive_s + 1e-9))
        return float(MONTH_S / self.keepalive_s * (1 - late) * late**in_a_row)


@dataclass(frozen=True, slots=True)
class Loss:
    """One silence of an appliance that was announced when it began; microseconds since the fault.

    Args:
        expired: when each instance ends its session, if the silence lasts so long.
        noticed: the same; empty where it is back before the last of them would.
        told: the appliance ended its sessions itself.
        spread_us: from the last of them until the last NIC has lost the route.
        back_us: when the routes are there again; None where they are not.
    """

    begin_us: int
    end_us: int | None
    told: bool
    expired: tuple[int, ...]
    noticed: tuple[int, ...]
    spread_us: int
    back_us: int | None

    @property
    def withdrawn_us(self) -> int | None:
        """When the last instance withdraws; None where not all do."""
        return max(self.noticed) if self.noticed else None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An appliance as its route server knows it.

    Args:
        sessions: those that are up before the fault; never empty.
        silences: when it answers nothing; they do not overlap.
        told: beginnings of silences before which it ends its sessions.
    """

    vm: str
    sessions: tuple[Held, ...]
    silences: tuple[Silence, ...]
    told: frozenset[int]

    def losses(self, scene: Scene, streams: Streams) -> Iterator[Loss]:
        """Yield what becomes of its routes in one trial; a silence while they are away adds nothing."""
        away_until: int | None = 0
        for number, (begin_us, _) in enumerate(self.silences):
            if away_until is None or begin_us < away_until:
                continue
            loss = self._loss(scene, streams, number)
            yield loss
            if loss.noticed:
                away_until = loss.back_us

    def _loss(self, scene: Scene, streams: Streams, number: int) -> Loss:
        begin_us, end_us = self.silences[number]

        def draw(name: str, which: str = "") -> int:
            found = scene.timing[name].draw(streams.uniform(f"{name}.{self.vm}.{number}{which}"))
            return microseconds(found)

        told = begin_us in self.told
        if told:
            # The stop itself is a word to both instances; they hear it together.
            ends = (begin_us + draw("server.goodbye"),) * len(self.sessions)
        else:
            ends = tuple(
                begin_us + microseconds(one.hold_s) - round(one.keepalive_s * draw("bgp.phase", f".{place}"))
                for place, one in enumerate(self.sessions)
            )
        if not told and end_us is not None and max(ends) >= end_us:
            return Loss(begin_us, end_us, told, ends, (), 0, None)
        spread_us = draw("server.withdraw")
        back_us = self._back(scene, streams, number, max(ends) + spread_us, spread_us)
        return Loss(begin_us, end_us, told, ends, ends, spread_us, back_us)

    def _back(self, scene: Scene, streams: Streams, number: int, gone_us: int, spread_us: int) -> int | None:
        """Return when its routes are there again: sessions are up, and the routes have spread."""
        for place in range(number, len(self.silences)):
            end_us = self.silences[place][1]
            if end_us is None:
                return None
            name = f"server.open.{self.vm}.{number}"
            opened_us = microseconds(scene.timing["server.open"].draw(streams.uniform(name)))
            back_us = max(gone_us, end_us + opened_us + spread_us)
            following = self.silences[place + 1 : place + 2]
            if not following or following[0][0] >= back_us:
                return back_us
        return None


def held(sessions: Sequence[Session], vm: str) -> tuple[Held, ...]:
    """Return the sessions of a VM with route servers that are up, in a stable order."""
    found = []
    for session in sessions:
        for end, other in (session.ends, session.ends[::-1]):
            if session.up and end.kind == "server" and other.speaker == f"vms/{vm}" and end.address:
                server = end.speaker.partition("/")[2]
                found.append(Held(server, end.address, session.keepalive_s, session.hold_s))
    return tuple(found)
