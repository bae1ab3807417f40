"""A failover by calls to the control plane: somebody notices, asks, and hosts learn what was asked.

    detector                 | token, read | write 1, poll ... | write 2, poll ... | hosts learn
    -------- detect -------- | ----------------- control ------------------------- | --- data ---

What is written, by which numbers, and who notices, each mechanism says itself.

Source: reference on failover, sections 1.3, 2.1, 2.2, 2.4; facts A20, A21, D65.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.controllers import DENIED, RBAC
from netcore.failover.detection import Heard
from netcore.failover.moments import EDGE, Assumption, Calls, Clocks, Note, PlainPlay, Span
from netcore.failover.orchestration import Caller, Operation
from netcore.failover.reach import Reach
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.failover.watches import Seen, Watch
from netcore.words import say

CONTROL_PLANE = ("arm.bucket", "arm.refill", "control.degraded", "repair")
"""Numbers of the timing profile that every call of Azure hangs on."""

POLLS = ("poll.period", "poll.overhead")
"""Those of a caller that learns the end of a call by polls."""


@dataclass(frozen=True, slots=True)
class Write:
    """One call that changes something.

    Args:
        text: what it asks for, such as ``PUT fw1-internal without 10.0.0.4``.
        ref: path of the resource that is written.
        change: number of its change in the catalogue, applied at the operation's true end.
        programmed: per sender, number of the change that tells its host; empty where nobody needs telling.
        told: what hosts learn, such as ``10.0.0.4 is at Appliance 2``.
    """

    text: str
    ref: str
    change: int
    programmed: tuple[tuple[str, int], ...] = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which numbers of the timing profile a mechanism draws.

    Args:
        operation: true duration of one write; ``degraded`` the same on a bad day, None where there is none.
        programming: from the end of a write until the last host knows.
        failure: whether the failover never completes.
        asynchronous: a write is accepted first and polled; else its answer is its end.
        polled: the caller learns the end by polls; else the durations have them in them.
    """

    auth: str = "auth"
    operation: str = "operation"
    degraded: str | None = "operation.degraded"
    programming: str = "programming"
    failure: str = "failure.move"
    asynchronous: bool = True
    polled: bool = True


AWS_CALLS = Numbers(
    auth="aws.script",
    operation="aws.operation",
    degraded=None,
    programming="aws.programming",
    failure="failure.aws",
    asynchronous=False,
)
"""Calls of AWS: their answer is their end, and no bad day of the control plane is known."""


class Detector(Protocol):
    """Who notices the fault."""

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers it rests on, where ``ByCalls.used`` does not name them."""
        ...

    def hear(self, streams: Streams) -> Heard:
        """Return when, in one trial."""
        ...

    def story(self, heard: Heard, fault_us: int) -> Iterator[Note | Span]:
        """Yield it in words; times from the start of the run."""
        ...


class ByCalls:
    """A mechanism that calls the control plane.

    Args:
        mechanism: row of the reference, such as ``M1``.
        target: what people call the one that takes over.
        writes: in order; each waits until the end of the one before it has been seen.
        repaired: number of the change that a person makes who repairs the failover by hand.
        used: all numbers it draws, for the list of assumptions.
        reach: whether who calls can reach the control plane at all; None is not asked.
        standby: the VM that takes over.
        beside: probes of balancers that stay in the drawing and act for themselves.

    Attributes:
        denied: places of the writes that the caller has no right to; see ``controllers``.
    """

    denied: frozenset[int] = frozenset()

    def __init__(
        self,
        scene: Scene,
        mechanism: str,
        target: str,
        detector: Detector,
        writes: Sequence[Write],
        repaired: int,
        used: Sequence[str],
        numbers: Numbers | None = None,
        reach: Reach | None = None,
        beside: Sequence[Watch] = (),
        standby: str | None = None,
    ) -> None:
        self.scene = scene
        self.standby = standby
        self.mechanism = mechanism
        self.target = target
        self.detector = detector
        self.writes = tuple(writes)
        self.repaired = repaired
        self.used = tuple(used)
        self.numbers = numbers or Numbers()
        self.reach = reach
        self.beside = tuple(beside)
        self.timing = scene.timing

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        yield from self.detector.assumptions()
        for name in self.used:
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        for watch in self.beside:
            yield watch.assumption()
        if self.reach is not None:
            yield from self.reach.assumptions()
        if any(write.programmed for write in self.writes):
            yield Assumption(
                "hosts: programming",
                say(
                    "the last sending host learns the new state after the whole programming time, the others "
                    "after a uniform share of it; what is removed is gone for all hosts at once"
                ),
                "D",
                say("ours, after sections 2.1 and 2.4 of the reference on failover"),
            )

    def durations(self, streams: Streams, degraded: bool) -> Iterator[float]:
        """Yield the true duration of each write in turn, in seconds."""
        numbers = self.numbers
        name = numbers.degraded if degraded and numbers.degraded is not None else numbers.operation
        for number in range(len(self.writes)):
            yield self.timing[name].draw(streams.uniform(f"operation.{number}"))

    def play(self, streams: Streams) -> CallsPlay:
        """Return one trial."""
        heard = self.detector.hear(streams)
        play = CallsPlay(self, heard)
        play.seen = [watch.see(streams) for watch in self.beside]
        own = [change for seen in play.seen for change in seen.changes]
        play.changes = sorted([*self.scene.breakage.timed, *own])
        if heard.decided_us is None:
            play.completes = False
            play.clocks = Clocks(None, 0, 0)
            return play
        draw, timing = streams.uniform, self.timing
        decided_us = heard.decided_us
        repair_us = heard.begun_us + microseconds(timing["repair"].draw(draw("repair")))
        if self.reach is not None and (reached_us := self.reach.after(decided_us)) != decided_us:
            # Who cannot be reached before somebody repairs it by hand does not call any more.
            if reached_us is None or reached_us > max(repair_us, decided_us):
                play.cut_off = True
                play.fail(repair_us)
                return play
            play.waited_us, decided_us = reached_us - decided_us, reached_us
        play.auth_us = microseconds(timing[self.numbers.auth].draw(draw("auth")))
        play.degraded = self._degraded(streams)
        caller = Caller(timing, asynchronous=self.numbers.asynchronous, polled=self.numbers.polled)
        time_us = decided_us + play.auth_us
        for place, seconds in enumerate(self.durations(streams, play.degraded)):
            if place in self.denied:
                play.denied.append((time_us, self.writes[place]))
                continue
            play.writes.append(self.writes[place])
            operation = caller.write(time_us, microseconds(seconds))
            play.operations.append(operation)
            time_us = operation.seen_us
        play.lowest_tokens = caller.lowest_tokens
        failed = timing[self.numbers.failure].draw(draw(self.numbers.failure)) > 0
        if play.operations and (failed or "failover-fails" in self.scene.fault.conditions):
            play.denied = [one for one in play.denied if one[0] <= play.operations[0].called_us]
            play.fail(max(repair_us, play.operations[0].seen_us))
            return play
        self._apply(play, streams)
        if play.denied:
            play.mend(max(repair_us, time_us))
        return play

    def _degraded(self, streams: Streams) -> bool:
        if self.numbers.degraded is None:
            return False
        if "control-plane-degraded" in self.scene.fault.conditions:
            return True
        return self.timing["control.degraded"].draw(streams.uniform("control.degraded")) > 0

    def _apply(self, play: CallsPlay, streams: Streams) -> None:
        """Let the operations take effect at their true ends, and hosts learn of it."""
        number = self.timing[self.numbers.programming]
        programming_us = microseconds(number.draw(streams.uniform(self.numbers.programming)))
        for write, operation in zip(play.writes, play.operations, strict=True):
            play.changes.append((operation.ended_us, write.change))
            for sender, change, delay_us in delays(write, programming_us, streams):
                play.changes.append((operation.ended_us + delay_us, change))
                play.learned.append((operation.ended_us + delay_us, sender, write))
        play.changes.sort()
        if not play.operations:
            return
        ended_us = play.operations[-1].ended_us
        decided_us = play.heard.decided_us or 0
        detect_us = decided_us - play.heard.begun_us
        play.clocks = Clocks(detect_us, ended_us - decided_us, programming_us)


class CallsPlay(PlainPlay):
    """One trial of a failover by calls; see ``moments.Play``."""

    def __init__(self, mechanism: ByCalls, heard: Heard) -> None:
        self.mechanism = mechanism
        self.heard = heard
        self.dual_active_us = heard.dual_active_us
        self.standby, self.acted_us = mechanism.standby, heard.decided_us
        self.auth_us = 0
        self.waited_us = 0
        self.degraded = False
        self.cut_off = False
        self.failed = False
        self.writes: list[Write] = []
        self.operations: list[Operation] = []
        self.denied: list[tuple[int, Write]] = []
        self.changes: list[tuple[int, int]] = []
        self.learned: list[tuple[int, str, Write]] = []
        self.clocks = Clocks(None, 0, 0)
        self.completes = True
        self.seen: list[Seen] = []
        self.lowest_tokens: float | None = None

    @property
    def decide_us(self) -> int:
        """Waiting for a way to the control plane, and for the token."""
        return self.waited_us + self.auth_us

    @property
    def calls(self) -> Calls:
        """What was asked of the control plane."""
        made = self.operations[:1] if self.failed else self.operations
        polls = sum(operation.polls for operation in made)
        refusals = sum(len(one.refusals) for one in made)
        return Calls(len(made), polls, refusals, self.lowest_tokens, len(self.denied))

    def fail(self, repair_us: int) -> None:
        """Let the first operation fail, or never be sent, and somebody repair it by hand."""
        self.failed = True
        self.mend(repair_us)

    def mend(self, repair_us: int) -> None:
        """Let somebody do by hand what is not done."""
        decided_us = self.heard.decided_us or 0
        repair_us = max(repair_us, decided_us)
        self.completes = False
        self.by_hand_us = repair_us
        self.changes = sorted([*self.changes, (repair_us, self.mechanism.repaired)])
        self.clocks = Clocks(decided_us - self.heard.begun_us, repair_us - decided_us, 0)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        yield from self.mechanism.detector.story(self.heard, fault_us)
        for watch, seen in zip(self.mechanism.beside, self.seen, strict=True):
            yield from watch.story(seen, fault_us, acted=True)
        if self.heard.decided_us is None:
            return
        yield from self._control(fault_us)
        if self.failed or not self.operations:
            return
        number = self.mechanism.timing[self.mechanism.numbers.programming]
        for time_us, sender, write in self.learned:
            who = (
                say("the edge")
                if sender == EDGE
                else say("host of {partition}", partition=sender.partition("/")[2])
            )
            ref = write.ref if sender == EDGE else sender
            text = say("{who} programmed: {told}", who=who, told=write.told)
            yield Note(fault_us + time_us, "data", "point", text, ref, number.grade, number.source)
        end_us = fault_us + self.operations[-1].ended_us
        if self.completes:
            yield Span(
                "data", end_us, end_us + (self.clocks.data_us or 0), say("sending hosts learn the new state")
            )

    def _control(self, fault_us: int) -> Iterator[Note | Span]:
        timing, numbers = self.mechanism.timing, self.mechanism.numbers
        auth = timing[numbers.auth]
        begin_us = fault_us + (self.heard.decided_us or 0)
        if self.cut_off or self.waited_us:
            who = self.mechanism.reach.caller if self.mechanism.reach is not None else ""
            text = say(
                "the call of {partition} does not reach the control plane", partition=who.partition("/")[2]
            )
            yield Note(
                begin_us, "control", "point", text, who, None, say("the drawing, as forwarding sees it")
            )
        if self.cut_off:
            yield from self._repaired(fault_us, begin_us)
            return
        begin_us += self.waited_us
        yield Note(
            begin_us, "control", "start", say("token and first read asked for"), None, auth.grade, auth.source
        )
        if self.degraded:
            bad = timing["control.degraded"]
            text = say("the control plane has a bad day: every operation is slow")
            yield Note(begin_us, "control", "point", text, None, bad.grade, bad.source)
        for time_us, write in self.denied:
            text = say(
                "{text} refused ({denied}): the identity of the caller may not write it; the routes stay",
                text=write.text,
                denied=DENIED,
            )
            yield Note(fault_us + time_us, "control", "point", text, write.ref, "A", say(RBAC))
        for number, (write, operation) in enumerate(zip(self.writes, self.operations, strict=True)):
            yield from self._operation(fault_us, write, operation)
            if self.failed:
                seen_us = fault_us + operation.seen_us
                yield Span(
                    "control", fault_us + operation.called_us, seen_us, say("{text}: failed", text=write.text)
                )
                yield from self._repair(fault_us, seen_us, say("the failover does not complete"), write.ref)
                return
            end_us = fault_us + operation.ended_us
            last = number == len(self.operations) - 1
            seen_us = end_us if last else fault_us + operation.seen_us
            polled = numbers.asynchronous and numbers.polled and not last
            text = say("{text}, until a poll sees its end", text=write.text) if polled else write.text
            yield Span("control", fault_us + operation.called_us, seen_us, text)
        yield Span("control", begin_us, begin_us + self.auth_us, say("token and first read"))
        if self.denied:
            ends = [one.ended_us for one in self.operations]
            yield from self._repaired(fault_us, fault_us + max(ends, default=self.denied[-1][0]))

    def _operation(self, fault_us: int, write: Write, operation: Operation) -> Iterator[Note]:
        timing, numbers = self.mechanism.timing, self.mechanism.numbers
        degraded = self.degraded and numbers.degraded is not None
        duration = timing[(numbers.degraded or "") if degraded else numbers.operation]
        for time_us, wait_s in operation.refusals:
            limit = timing["arm.bucket"]
            text = say("{text} refused (429), Retry-After {wait_s} s", text=write.text, wait_s=wait_s)
            yield Note(fault_us + time_us, "control", "point", text, write.ref, limit.grade, limit.source)
        sent_us = fault_us + operation.sent_us
        yield Note(sent_us, "control", "start", say("{text} sent", text=write.text), write.ref)
        if numbers.asynchronous and numbers.polled:
            overhead, poll = timing["poll.overhead"], timing["poll.period"]
            accepted_us = fault_us + operation.accepted_us
            text = say("{text} accepted (202)", text=write.text)
            yield Note(accepted_us, "control", "point", text, write.ref, overhead.grade, overhead.source)
            if operation.untold:
                seen_us = fault_us + operation.seen_us
                text = say(
                    "polled {untold} times more before that: still InProgress", untold=operation.untold
                )
                yield Note(seen_us, "control", "point", text, write.ref, poll.grade, poll.source)
            for time_us, done in operation.poll_times():
                end = "Failed" if self.failed else "Succeeded"
                text = say("polled: {end}", end=end if done else say("still InProgress"))
                yield Note(fault_us + time_us, "control", "point", text, write.ref, poll.grade, poll.source)
        if not self.failed:
            after_s = (operation.ended_us - operation.sent_us) / SECOND_US
            text = say("{text} is done, {after_s:.1f} s after the call", text=write.text, after_s=after_s)
            end_us = fault_us + operation.ended_us
            yield Note(end_us, "control", "end", text, write.ref, duration.grade, duration.source)

    def _repair(self, fault_us: int, seen_us: int, text: str, ref: str | None) -> Iterator[Note | Span]:
        failure = self.mechanism.timing[self.mechanism.numbers.failure]
        yield Note(seen_us, "control", "end", text, ref, failure.grade, failure.source)
        yield from self._repaired(fault_us, seen_us)

    def _repaired(self, fault_us: int, seen_us: int) -> Iterator[Note | Span]:
        repair = self.mechanism.timing["repair"]
        end_us = fault_us + (self.by_hand_us or 0)
        done = say("the failover is finished by hand")
        yield Note(end_us, "control", "end", done, None, repair.grade, repair.source)
        yield Span("control", seen_us, end_us, say("waiting for repair by hand"))


def delays(write: Write, programming_us: int, streams: Streams) -> Iterator[tuple[str, int, int]]:
    """Yield sender, change and delay per host: a uniform share of the whole, the last host all of it."""
    shares = [
        (streams.uniform(f"programming.{sender}"), sender, change) for sender, change in write.programmed
    ]
    last = max(shares, default=None)
    for share, sender, change in shares:
        delay_us = programming_us if (share, sender, change) == last else round(share * programming_us)
        yield sender, change, delay_us
