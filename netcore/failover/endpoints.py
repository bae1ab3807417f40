"""Probes of public endpoints through a fault: when a traffic manager degrades one, and trusts it again.

Times are microseconds since the fault. Whether an endpoint answers at a moment forwarding says.

Source: reference on failover, sections 1.1 (M11) and 2.2: ``U(0,I) + tolerated*I + timeout``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from netcore.document.outside import TrafficManager
from netcore.document.values import Address
from netcore.failover.clock import microseconds
from netcore.failover.moments import Moment
from netcore.failover.scene import Scene
from netcore.failover.watches import Watch
from netcore.forwarding.walk import endpoint_up

Down = tuple[int | None, int | None]
"""From and to when an endpoint answers no probe. None as from: since before the fault; as to: for good."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An endpoint is degraded (``up`` False), or trusted again.

    ``sent_us`` are the probes that decided: the failed ones in a row, or the one that was answered.
    """

    at_us: int
    up: bool
    sent_us: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Probing:
    """How endpoints are probed, in microseconds."""

    interval_us: int
    timeout_us: int
    tolerated: int

    @classmethod
    def of(cls, manager: TrafficManager) -> Probing:
        """Return how a traffic manager probes."""
        return cls(microseconds(manager.probe_interval_s), microseconds(manager.timeout_s), manager.tolerated)

    def turns(self, downs: Sequence[Down], phase_us: int) -> Iterator[Turn]:
        """Yield what the probes make of the times in which an endpoint is down.

        Args:
            downs: in order of time.
            phase_us: when the first probe after the fault is sent.
        """
        for begin, end in self._joined(downs, phase_us):
            if begin is not None:
                first = self._at_or_after(begin, phase_us)
                sent = tuple(first + number * self.interval_us for number in range(self.tolerated + 1))
                at_us = sent[-1] + self.timeout_us
                if end is not None and end < at_us:
                    continue
                yield Turn(at_us, False, sent)
            if end is not None:
                answered = self._answered(end, phase_us)
                yield Turn(max(answered, end), True, (answered,))

    def misses(self, downs: Sequence[Down], phase_us: int) -> Iterator[tuple[int, int]]:
        """Yield when each unanswered probe of a time that began after the start is sent, and its number.

        Those behind the one that decides are left out.
        """
        for begin, end in self._joined(downs, phase_us):
            if begin is None:
                continue
            first = self._at_or_after(begin, phase_us)
            for number in range(self.tolerated + 1):
                sent_us = first + number * self.interval_us
                if end is None or sent_us < self._answered(end, phase_us):
                    yield sent_us, number + 1

    def _joined(self, downs: Sequence[Down], phase_us: int) -> Iterator[Down]:
        """Yield the times that probes tell apart: with no answered probe between them, two are one."""
        kept: Down | None = None
        for begin, end in downs:
            if kept is not None and kept[1] is not None and begin is not None:
                if self._answered(kept[1], phase_us) >= begin:
                    kept = (kept[0], end)
                    continue
                yield kept
            kept = (begin, end)
        if kept is not None:
            yield kept

    def _at_or_after(self, time_us: int, phase_us: int) -> int:
        return phase_us + max(0, -(-(time_us - phase_us) // self.interval_us)) * self.interval_us

    def _answered(self, end_us: int, phase_us: int) -> int:
        """Return when the first probe is sent that an endpoint up from ``end_us`` answers in time."""
        return self._at_or_after(end_us - self.timeout_us + 1, phase_us)


def downs_of(scene: Scene, manager: str, address: Address, watches: Collection[Watch]) -> tuple[Down, ...]:
    """Return when an endpoint answers no probe, through the fault.

    Args:
        watches: balancers' probes; what they find counts at once, for a balancer is quicker than a name.
    """
    found: list[Down] = []
    down = not _up(scene, scene.start, manager, address)
    begin: int | None = None
    for time_us, moment in scene.after(scene.breakage.timed):
        up = _up(scene, _noticed(scene, moment, time_us, watches), manager, address)
        if down and up:
            found.append((begin, time_us))
        elif not down and not up:
            begin = time_us
        down = not up
    return (*found, (begin, None)) if down else tuple(found)


def _noticed(scene: Scene, moment: Moment, time_us: int, watches: Collection[Watch]) -> Moment:
    """Return the moment once balancers have taken out who does not answer them."""
    for watch in watches:
        meets = [meets for begin_us, meets in watch.met if begin_us <= time_us]
        if meets and meets[-1] != "ok":
            moment = scene.catalogue[watch.out].apply(moment)
    return moment


def _up(scene: Scene, moment: Moment, manager: str, address: Address) -> bool:
    view = moment.settings
    return endpoint_up(scene.network(view), scene.state(moment, view), manager, address)
