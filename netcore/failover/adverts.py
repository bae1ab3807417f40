"""How a backup of a redundancy group becomes master: advertisements that do not come.

A backup waits for three advertisements and its skew, ``3 I + I (256 - priority) / 256``, counted from the
last one before the fault: ``3.61 - U(0,1)`` s after the fault with priority 100 and one a second.

Source: reference on failover, sections 1.1 (M10), 2.2 and 5 (P14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netcore.document.models import Scenario
from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.detection import Heard, Short, away_too, heard_silences
from netcore.failover.moments import Assumption, Note, Span
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile
from netcore.words import say

USED = ("vrrp.interval",)
"""Numbers of the timing profile that advertisements hang on."""


USUAL_PRIORITY = 100
"""Priority of a backup that is drawn without a group (RFC 5798)."""

_SOURCE = "RFC 5798: three advertisements and the skew of the priority"


def silence_s(interval_s: float, priority: int) -> float:
    """Return the longest silence before a backup is master, in seconds (RFC 5798, section 6.1)."""
    return interval_s * (3 + (256 - priority) / 256)


def priority_of(scenario: Scenario, vm: str) -> int:
    """Return the highest priority that a VM has in a redundancy group, or the usual one."""
    groups = scenario.topology.vms[vm].guest.redundancy.values()
    return max((group.priority for group in groups), default=USUAL_PRIORITY)


@dataclass(frozen=True, slots=True)
class Adverts:
    """The advertisements of one pair.

    Args:
        standby: who becomes master; ``names`` are how people call the failed one and it.
        silent: when the master sends nothing.
        priority: of the standby, 0 to 255.
        hold: number of the timing profile for a wait before it acts; empty for none.
        deaf: when the backup itself is away; it waits anew when it is back.
    """

    standby: str
    names: tuple[str, str]
    silent: tuple[Silence, ...]
    timing: TimingProfile
    priority: int
    hold: str = ""
    deaf: tuple[Silence, ...] = ()

    @property
    def silence_s(self) -> float:
        """Longest silence before the backup is master, in seconds."""
        return silence_s(self.timing.value("vrrp.interval"), self.priority)

    @property
    def hold_us(self) -> int:
        """Wait of the new master before it acts, in microseconds."""
        return microseconds(self.timing.value(self.hold)) if self.hold else 0

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers it rests on."""
        for name in (*USED, *([self.hold] if self.hold else [])):
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        text = say(
            "{silence_s:.2f} s, with priority {priority}", silence_s=self.silence_s, priority=self.priority
        )
        yield Assumption(say("advertisements: longest silence before a backup is master"), text, "C", _SOURCE)

    def hear(self, streams: Streams) -> Heard:
        """Return when the backup becomes master in one trial; a silence that is too short is not noticed."""
        timing = self.timing
        since_s = streams.uniform("vrrp.phase") * timing.value("vrrp.interval")
        wait_us, hold_us = microseconds(self.silence_s - since_s), self.hold_us
        short: list[Short] = []
        for begin_us, end_us, back_us in heard_silences(self.silent, self.deaf):
            deaf = end_us is not None and end_us != back_us
            if end_us is None or begin_us + wait_us + (hold_us if deaf else 0) < end_us:
                return Heard((), begin_us + wait_us + hold_us, None, begin_us, tuple(short))
            short.append(Short(begin_us, end_us, (), deaf))
        return Heard((), None, short=tuple(short))

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield it in words; times from the start of the run."""
        failed, standby = self.names
        ref = f"vms/{self.standby}"
        if not self.silent or self.silent[0][0] > 0:
            text = say("{standby} stays backup: the advertisements go on", standby=standby)
            yield Note(fault_us, "detect", "point", text, ref, "C", _SOURCE)
        yield from away_too(self.standby, self.names, self.silent, self.deaf, fault_us)
        for short in heard.short:
            why = (
                say("it was away itself")
                if short.deaf
                else say("the advertisements stopped for too short a time")
            )
            text = say("{standby} stays backup: {why}", standby=standby, why=why)
            yield Note(fault_us + short.end_us, "detect", "point", text, ref, "C", _SOURCE)
        if heard.decided_us is None:
            return
        end_us, begin_us = fault_us + heard.decided_us, fault_us + heard.begun_us
        master_us = end_us - self.hold_us
        text = say("{standby} says that it is MASTER", standby=standby)
        yield Note(master_us, "detect", "point" if self.hold else "end", text, ref, "C", _SOURCE)
        yield Span(
            "detect",
            begin_us,
            master_us,
            say("{standby} hears no advertisement of {failed}", standby=standby, failed=failed),
        )
        if self.hold:
            hold = self.timing[self.hold]
            text = say("{standby} has waited {text} and takes over", standby=standby, text=hold.text)
            yield Note(end_us, "detect", "end", text, ref, hold.grade, hold.source)
            yield Span("detect", master_us, end_us, say("{standby} waits before it acts", standby=standby))
