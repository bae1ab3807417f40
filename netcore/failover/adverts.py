"""How a backup of a redundancy group becomes master: advertisements that do not come.

The silence counts from the last advertisement before the fault: ``3.61 - U(0,1)`` s after the fault with
priority 100 and one advertisement a second.

Source: reference on failover, sections 1.1 (M10), 2.2 and 5 (P14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.detection import Heard, Short, away_too, heard_silences
from netcore.failover.moments import Note, Span
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile

USED = ("vrrp.interval", "vrrp.silence")
"""Numbers of the timing profile that advertisements hang on."""


@dataclass(frozen=True, slots=True)
class Adverts:
    """The advertisements of one pair.

    Args:
        standby: who becomes master; ``names`` are how people call the failed one and it.
        silent: when the master sends nothing.
        hold: number of the timing profile for a wait before it acts; empty for none.
        deaf: when the backup itself is away; it waits anew when it is back.
    """

    standby: str
    names: tuple[str, str]
    silent: tuple[Silence, ...]
    timing: TimingProfile
    hold: str = ""
    deaf: tuple[Silence, ...] = ()

    def hear(self, streams: Streams) -> Heard:
        """Return when the backup becomes master in one trial; a silence that is too short is not noticed."""
        timing = self.timing
        since_s = streams.uniform("vrrp.phase") * timing.value("vrrp.interval")
        wait_us = microseconds(max(0.0, timing.value("vrrp.silence") - since_s))
        hold_us = microseconds(timing.value(self.hold)) if self.hold else 0
        short: list[Short] = []
        for begin_us, end_us, back_us in heard_silences(self.silent, self.deaf):
            deaf = end_us is not None and end_us != back_us
            if end_us is None or begin_us + wait_us + (hold_us if deaf else 0) < end_us:
                return Heard((), begin_us + wait_us + hold_us, None, begin_us, tuple(short))
            short.append(Short(begin_us, end_us, (), deaf))
        return Heard((), None, short=tuple(short))

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield it in words; times from the start of the run."""
        number, ref = self.timing["vrrp.silence"], f"vms/{self.standby}"
        if not self.silent or self.silent[0][0] > 0:
            text = f"{self.names[1]} stays backup: the advertisements go on"
            yield Note(fault_us, "detect", "point", text, ref, number.grade, number.source)
        yield from away_too(self.standby, self.names, self.silent, self.deaf, fault_us)
        for short in heard.short:
            why = "it was away itself" if short.deaf else "the advertisements stopped for too short a time"
            text = f"{self.names[1]} stays backup: {why}"
            yield Note(fault_us + short.end_us, "detect", "point", text, ref, number.grade, number.source)
        if heard.decided_us is None:
            return
        end_us = fault_us + heard.decided_us
        text = f"{self.names[1]} says that it is MASTER"
        yield Note(end_us, "detect", "end", text, ref, number.grade, number.source)
        begin_us = fault_us + heard.begun_us
        yield Span("detect", begin_us, end_us, f"{self.names[1]} hears no advertisement of {self.names[0]}")
