"""How an appliance pair notices that one of them is gone: hellos that do not come.

Times are microseconds since the fault.

Source: reference on failover, sections 1.1 (M1, M10), 2.1 and 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.moments import Note, Span
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile

USED = ("heartbeat.interval", "heartbeat.misses", "promotion.hold", "promotion.noise")
"""Numbers of the timing profile that hellos hang on."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the standby heard of the other.

    Args:
        missed_us: when each hello was missed that led to the takeover; empty where it never came to one.
        decided_us: when the standby takes over; None is never.
        both: from when to when both hold themselves active, because the other is back; None where not.
    """

    missed_us: tuple[int, ...]
    decided_us: int | None
    both: tuple[int, int] | None = None

    @property
    def dual_active_us(self) -> int:
        """How long both hold themselves active."""
        return 0 if self.both is None else self.both[1] - self.both[0]


@dataclass(frozen=True, slots=True)
class Hellos:
    """The hellos of one pair.

    Args:
        vm: who is watched; ``names`` are how people call it and the standby.
        silent: when it sends nothing.
    """

    vm: str
    standby: str
    names: tuple[str, str]
    silent: tuple[Silence, ...]
    timing: TimingProfile

    def hear(self, streams: Streams) -> Heard:
        """Return what the standby heard in one trial.

        The fault falls somewhere between two hellos. A silence that is over before enough hellos were
        missed is not noticed; once enough are, the standby takes over, whatever it hears later.
        """
        timing, draw = self.timing, streams.uniform
        interval_us = microseconds(timing.value("heartbeat.interval"))
        phase_us = microseconds(draw("heartbeat.phase") * timing.value("heartbeat.interval"))
        hold_us = microseconds(
            timing.value("promotion.hold") + timing["promotion.noise"].draw(draw("promotion.noise"))
        )
        misses = round(timing.value("heartbeat.misses"))
        for begin_us, end_us in self.silent:
            missed = tuple(begin_us + phase_us + number * interval_us for number in range(misses))
            if end_us is None:
                return Heard(missed, missed[-1] + hold_us)
            if missed[-1] < end_us:
                decided_us = missed[-1] + hold_us
                # The other comes back as it was, and steps down with the first hello it hears.
                from_us = max(decided_us, end_us)
                heard_us = from_us + round(draw("heartbeat.heard") * interval_us)
                return Heard(missed, decided_us, (from_us, heard_us))
        return Heard((), None)

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield what the standby heard, in words; times from the start of the run."""
        failed, standby = self.names
        timing, ref = self.timing, f"vms/{self.standby}"
        hello, hold, noise = timing["heartbeat.misses"], timing["promotion.hold"], timing["promotion.noise"]
        if heard.decided_us is None:
            why = "hellos go on" if not self.silent else "the silence is too short"
            text = f"{standby} notices nothing: {why}"
            yield Note(fault_us, "detect", "point", text, ref, hello.grade, hello.source)
            return
        for number, time_us in enumerate(heard.missed_us, 1):
            text = f"hello {number} of {len(heard.missed_us)} from {failed} missed"
            at_us = fault_us + time_us
            yield Note(at_us, "detect", "point", text, f"vms/{self.vm}", hello.grade, hello.source)
        if heard.missed_us:
            text = f"{standby} waits {hold.text} before it takes over"
            start_us = fault_us + heard.missed_us[-1]
            yield Note(start_us, "detect", "start", text, ref, hold.grade, hold.source)
        end_us = fault_us + heard.decided_us
        yield Note(end_us, "detect", "end", f"{standby} takes over", ref, noise.grade, noise.source)
        if heard.both is not None:
            from_us, to_us = (fault_us + time_us for time_us in heard.both)
            text = f"{failed} is back as it was: both are active until it hears a hello of {standby}"
            source = "ours, after section 2.6 of the reference on failover"
            yield Note(from_us, "detect", "point", text, f"vms/{self.vm}", "D", source)
            yield Span("detect", from_us, to_us, "both are active")
        yield Span("detect", fault_us, end_us, f"{standby} notices that {failed} is gone")
