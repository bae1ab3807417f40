"""How an appliance pair notices that one of them is gone: hellos that do not come.

Times are microseconds since the fault.

Source: reference on failover, sections 1.1 (M1, M10), 2.1 and 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Note, Span
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile
from netcore.words import say

USED = ("heartbeat.interval", "heartbeat.misses", "promotion.hold", "promotion.noise")
"""Numbers of the timing profile that hellos hang on."""


@dataclass(frozen=True, slots=True)
class Short:
    """A silence that nobody acts on: it was over too soon, or who listened went away.

    Args:
        missed_us: when hellos were missed meanwhile.
        deaf: the standby itself went away, and counts anew when it is back.
    """

    begin_us: int
    end_us: int
    missed_us: tuple[int, ...] = ()
    deaf: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What the standby heard of the other.

    Args:
        missed_us: when each hello was missed that led to the takeover; empty where it never came to one.
        decided_us: when the standby takes over; None is never.
        begun_us: since when what it acts on has been silent.
        short: earlier silences that were too short: how many hellos were missed, and when it was over.
        both: from when to when both hold themselves active, because the other is back; None where not.
    """

    missed_us: tuple[int, ...]
    decided_us: int | None
    both: tuple[int, int] | None = None
    begun_us: int = 0
    short: tuple[Short, ...] = ()

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
        deaf: when the standby itself is away; it counts anew when it is back.
    """

    vm: str
    standby: str
    names: tuple[str, str]
    silent: tuple[Silence, ...]
    timing: TimingProfile
    deaf: tuple[Silence, ...] = ()

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
        short: list[Short] = []
        for begin_us, end_us, back_us in heard_silences(self.silent, self.deaf):
            missed = tuple(begin_us + phase_us + number * interval_us for number in range(misses))
            decided_us = missed[-1] + hold_us
            deaf = end_us is not None and end_us != back_us
            if end_us is not None and (decided_us if deaf else missed[-1]) >= end_us:
                heard = tuple(time_us for time_us in missed if time_us < end_us)
                short.append(Short(begin_us, end_us, heard, deaf))
                continue
            both = None
            if back_us is not None:
                # The other comes back as it was, and steps down with the first hello it hears.
                from_us = max(decided_us, back_us)
                both = (from_us, from_us + round(draw("heartbeat.heard") * interval_us))
            return Heard(missed, decided_us, both, begin_us, tuple(short))
        return Heard((), None, short=tuple(short))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield nothing: who uses hellos names ``USED`` among its own numbers."""
        yield from ()

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield what the standby heard, in words; times from the start of the run."""
        failed, standby = self.names
        timing, ref = self.timing, f"vms/{self.standby}"
        hello, noise = timing["heartbeat.misses"], timing["promotion.noise"]
        if not self.silent or self.silent[0][0] > 0:
            text = say("{standby} notices nothing: hellos go on", standby=standby)
            yield Note(fault_us, "detect", "point", text, ref, hello.grade, hello.source)
        yield from away_too(self.standby, self.names, self.silent, self.deaf, fault_us)
        for short in heard.short:
            yield from self._missed(short.missed_us, fault_us)
            why = (
                say("it is away itself and counts anew later")
                if short.deaf
                else say("the silence is too short")
            )
            text = say("{standby} notices nothing: {why}", standby=standby, why=why)
            yield Note(fault_us + short.end_us, "detect", "point", text, ref, hello.grade, hello.source)
        if heard.decided_us is None:
            return
        yield from self._missed(heard.missed_us, fault_us)
        end_us = fault_us + heard.decided_us
        yield Note(
            end_us,
            "detect",
            "end",
            say("{standby} takes over", standby=standby),
            ref,
            noise.grade,
            noise.source,
        )
        if heard.both is not None:
            from_us, to_us = (fault_us + time_us for time_us in heard.both)
            text = say(
                "{failed} is back as it was: both are active until it hears a hello of {standby}",
                failed=failed,
                standby=standby,
            )
            source = say("ours, after section 2.6 of the reference on failover")
            yield Note(from_us, "detect", "point", text, f"vms/{self.vm}", "D", source)
            yield Span("detect", from_us, to_us, say("both are active"))
        begin_us = fault_us + heard.begun_us
        yield Span(
            "detect",
            begin_us,
            end_us,
            say("{standby} notices that {failed} is gone", standby=standby, failed=failed),
        )

    def _missed(self, missed_us: tuple[int, ...], fault_us: int) -> Iterator[Note]:
        hello, ref = self.timing["heartbeat.misses"], f"vms/{self.vm}"
        needed = round(self.timing.value("heartbeat.misses"))
        for number, time_us in enumerate(missed_us, 1):
            text = say(
                "hello {number} of {needed} from {names} missed",
                number=number,
                needed=needed,
                names=self.names[0],
            )
            yield Note(fault_us + time_us, "detect", "point", text, ref, hello.grade, hello.source)
        if missed_us and len(missed_us) == needed:
            hold, ref = self.timing["promotion.hold"], f"vms/{self.standby}"
            text = say("{names} waits {text} before it takes over", names=self.names[1], text=hold.text)
            yield Note(fault_us + missed_us[-1], "detect", "start", text, ref, hold.grade, hold.source)


def away_too(
    standby: str, names: tuple[str, str], silent: Sequence[Silence], deaf: Sequence[Silence], fault_us: int
) -> Iterator[Note]:
    """Yield that a standby cannot notice a silence, for it is away itself when that begins."""
    for begin_us, _ in silent:
        if any(away <= begin_us and (back is None or begin_us < back) for away, back in deaf):
            text = say(
                "{standby} is away itself, so nobody notices that {failed} is gone",
                standby=names[1],
                failed=names[0],
            )
            source = say("ours: who does not run cannot take over")
            yield Note(fault_us + begin_us, "detect", "point", text, f"vms/{standby}", "D", source)


def heard_silences(
    silent: Sequence[Silence], deaf: Sequence[Silence]
) -> Iterator[tuple[int, int | None, int | None]]:
    """Yield the stretches of silences that somebody hears who is away at times.

    Args:
        silent, deaf: in order, without overlaps.

    Returns: from, to, and when the silent one is back. To is earlier where who listens went away before;
        None is never.
    """
    for begin_us, back_us in silent:
        from_us: int | None = begin_us
        for away_us, here_us in deaf:
            if from_us is None or (back_us is not None and away_us >= back_us):
                break
            if here_us is not None and here_us <= from_us:
                continue
            if away_us > from_us:
                yield from_us, away_us, back_us
            from_us = here_us
        if from_us is not None and (back_us is None or from_us < back_us):
            yield from_us, back_us, back_us
