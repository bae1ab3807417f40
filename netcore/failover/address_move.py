"""Mechanism M1 (with M2): addresses are moved to the standby by orchestration calls.

    heartbeats missed, standby promoted | token, read | write 1, poll ... | write 2, poll ... | hosts learn
    -------------- detect ------------- | ----------------- control ------------------------ | --- data ---

Private addresses take two writes, for an address has one holder: removed from the failed NIC, then added
to the standby's (fact A20). The second waits until a poll has seen the first end. A public address is
re-associated by one further write. Recovery of new flows with two writes is
``det_ha + auth + obs(T1) + T2 + prog``; with three ``det_ha + auth + obs(T1) + obs(T2) + T3 + prog``.

Source: reference on failover, sections 1.1 (M1, M2), 2.1, 2.2, 2.4; facts A20, A21, D65, J20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netcore.failover.clock import SECOND_US, microseconds
from netcore.failover.moments import (
    EDGE,
    Assumption,
    Change,
    Clocks,
    Dies,
    Move,
    Note,
    Placed,
    Programmed,
    Span,
    Where,
)
from netcore.failover.orchestration import Caller, Operation
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile

USED = (
    "heartbeat.interval",
    "heartbeat.misses",
    "promotion.hold",
    "promotion.noise",
    "auth",
    "control.degraded",
    "operation",
    "operation.degraded",
    "poll.period",
    "poll.overhead",
    "arm.bucket",
    "arm.refill",
    "programming",
    "failure.move",
    "repair",
)
"""Numbers of the timing profile that this mechanism uses."""


@dataclass(frozen=True, slots=True)
class Write:
    """One orchestration call.

    Args:
        text: what it asks for, such as ``PUT fw1-internal without 10.0.0.4``.
        ref: path of the resource that is written.
        change: number of its change in the catalogue, applied at the operation's true end.
        programmed: per sender, number of the change that tells its host; empty where nobody needs telling.
    """

    text: str
    ref: str
    change: int
    programmed: tuple[tuple[str, int], ...] = ()


class AddressMove:
    """The mechanism for one drawing and one failing VM.

    Args:
        vm: the VM that fails; ``standby`` takes over. ``names`` are how people call both.
        moves: what moves; never empty.
        senders: whose hosts send to the private addresses: ``vms/ID`` or ``gateways/ID``.
        timing: the numbers.
    """

    mechanism = "M1"

    def __init__(
        self,
        vm: str,
        standby: str,
        names: tuple[str, str],
        moves: Sequence[Move],
        senders: Sequence[str],
        timing: TimingProfile,
    ) -> None:
        self.vm = vm
        self.standby = standby
        self.names = names
        self.moves = tuple(moves)
        self.timing = timing
        self.catalogue: list[Change] = [Dies(vm)]
        self.writes: tuple[Write, ...] = tuple(self._plan(senders))
        everything = tuple(range(len(self.moves)))
        self._repaired = self._add(Placed(everything, Where.TARGET))
        self._misses = round(timing.value("heartbeat.misses"))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for name in USED:
            number = self.timing[name]
            yield Assumption(f"{name}: {number.meaning}", number.text, number.grade, number.source)
        yield Assumption(
            "hosts: programming",
            "the last sending host learns the new place after the whole programming time, the others after "
            "a uniform share of it; a removed address is gone for all hosts at once",
            "D",
            "ours, after sections 2.1 and 2.4 of the reference on failover",
        )
        yield Assumption(
            "standby: addresses in the guest",
            "the guests of both appliances hold the moving addresses all the time",
            None,
            "fact A10: the platform does not hand them out",
        )

    def play(self, streams: Streams) -> AddressMovePlay:
        """Return one trial."""
        timing, draw = self.timing, streams.uniform
        hello_us = microseconds(timing.value("heartbeat.interval"))
        # The fault falls somewhere between two hellos; the first missed one comes after a part of it.
        first_us = microseconds(draw("heartbeat.phase") * timing.value("heartbeat.interval"))
        missed_us = first_us + (self._misses - 1) * hello_us
        decided_us = missed_us + microseconds(
            timing.value("promotion.hold") + timing["promotion.noise"].draw(draw("promotion.noise"))
        )
        auth_us = microseconds(timing["auth"].draw(draw("auth")))
        degraded = timing["control.degraded"].draw(draw("control.degraded")) > 0
        duration = timing["operation.degraded" if degraded else "operation"]
        caller = Caller(timing)
        operations: list[Operation] = []
        time_us = decided_us + auth_us
        for number in range(len(self.writes)):
            operation = caller.write(time_us, microseconds(duration.draw(draw(f"operation.{number}"))))
            operations.append(operation)
            time_us = operation.seen_us
        play = AddressMovePlay(self, first_us, hello_us, missed_us, decided_us, auth_us, degraded, operations)
        if timing["failure.move"].draw(draw("failure.move")) > 0:
            repair_us = microseconds(timing["repair"].draw(draw("repair")))
            play.fail(max(repair_us, operations[0].seen_us), self._repaired)
            return play
        programming_us = microseconds(timing["programming"].draw(draw("programming")))
        play.changes.append((0, 0))
        for write, operation in zip(self.writes, operations, strict=True):
            play.changes.append((operation.ended_us, write.change))
            for sender, change, delay_us in _delays(write, programming_us, streams):
                play.changes.append((operation.ended_us + delay_us, change))
                play.learned.append((operation.ended_us + delay_us, sender, write))
        play.changes.sort()
        ended_us = operations[-1].ended_us
        play.clocks = Clocks(decided_us, ended_us - decided_us, programming_us)
        return play

    def _add(self, change: Change) -> int:
        self.catalogue.append(change)
        return len(self.catalogue) - 1

    def _plan(self, senders: Sequence[str]) -> Iterator[Write]:
        """Return the writes in order: remove from failed NICs, add to the standby's, re-associate."""
        private = [number for number, move in enumerate(self.moves) if move.public_ip is None]
        public = [number for number, move in enumerate(self.moves) if move.public_ip is not None]
        for nic, numbers in _by_nic(private, [move.source.nic for move in self.moves]):
            # A public address in front of a configuration goes when the configuration goes.
            gone = {self.moves[n].source for n in numbers}
            with_public = tuple(n for n in public if self.moves[n].source in gone)
            change = self._add(Placed((*numbers, *with_public), Where.NOWHERE))
            yield Write(f"PUT {nic} without {self._addresses(numbers)}", f"nics/{nic}", change)
        for nic, numbers in _by_nic(private, [move.target.nic for move in self.moves]):
            change = self._add(Placed(numbers, Where.TARGET, tuple(senders)))
            learn = tuple((sender, self._add(Programmed(numbers, sender))) for sender in senders)
            yield Write(f"PUT {nic} with {self._addresses(numbers)}", f"nics/{nic}", change, learn)
        for number in public:
            move = self.moves[number]
            change = self._add(Placed((number,), Where.TARGET, (EDGE,)))
            learn = ((EDGE, self._add(Programmed((number,), EDGE))),)
            text = f"PUT {move.target.nic} with public address {move.address}"
            yield Write(text, f"public_ips/{move.public_ip}", change, learn)

    def _addresses(self, numbers: Sequence[int]) -> str:
        return ", ".join(str(self.moves[number].address) for number in numbers)


class AddressMovePlay:
    """One trial of an address move; see ``moments.Play``."""

    def __init__(
        self,
        mechanism: AddressMove,
        first_us: int,
        hello_us: int,
        missed_us: int,
        decided_us: int,
        auth_us: int,
        degraded: bool,
        operations: list[Operation],
    ) -> None:
        self.mechanism = mechanism
        self.first_us = first_us
        self.hello_us = hello_us
        self.missed_us = missed_us
        self.decided_us = decided_us
        self.auth_us = auth_us
        self.degraded = degraded
        self.operations = operations
        self.changes: list[tuple[int, int]] = []
        self.learned: list[tuple[int, str, Write]] = []
        self.clocks = Clocks(decided_us, 0, 0)
        self.completes = True

    def fail(self, repair_us: int, repaired: int) -> None:
        """Let the first operation fail and somebody repair it by hand."""
        self.completes = False
        self.changes = [(0, 0), (repair_us, repaired)]
        self.clocks = Clocks(self.decided_us, repair_us - self.decided_us, 0)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        yield from self._detect(fault_us)
        yield from self._control(fault_us)
        if not self.completes:
            return
        timing = self.mechanism.timing["programming"]
        for time_us, sender, write in self.learned:
            who = "the edge" if sender == EDGE else f"host of {sender.partition('/')[2]}"
            ref = write.ref if sender == EDGE else sender
            text = f"{who} programmed: {write.text.partition(' with ')[2]} is at {self.mechanism.names[1]}"
            yield Note(fault_us + time_us, "data", "point", text, ref, timing.grade, timing.source)
        end_us = fault_us + self.operations[-1].ended_us
        yield Span("data", end_us, end_us + self.clocks.data_us, "sending hosts learn the new place")

    def _detect(self, fault_us: int) -> Iterator[Note | Span]:
        failed, standby = self.mechanism.names
        timing = self.mechanism.timing
        hello, hold = timing["heartbeat.misses"], timing["promotion.hold"]
        misses = round(hello.values["value"])
        for number in range(misses):
            time_us = fault_us + self.first_us + number * self.hello_us
            text = f"hello {number + 1} of {misses} from {failed} missed"
            yield Note(
                time_us, "detect", "point", text, f"vms/{self.mechanism.vm}", hello.grade, hello.source
            )
        ref = f"vms/{self.mechanism.standby}"
        start_us = fault_us + self.missed_us
        text = f"{standby} waits {hold.text} before it takes over"
        yield Note(start_us, "detect", "start", text, ref, hold.grade, hold.source)
        end_us = fault_us + self.decided_us
        noise = timing["promotion.noise"]
        yield Note(end_us, "detect", "end", f"{standby} takes over", ref, noise.grade, noise.source)
        yield Span("detect", fault_us, end_us, f"{standby} notices that {failed} is gone")

    def _control(self, fault_us: int) -> Iterator[Note | Span]:
        timing = self.mechanism.timing
        auth = timing["auth"]
        begin_us = fault_us + self.decided_us
        yield Note(
            begin_us, "control", "start", "token and first read asked for", None, auth.grade, auth.source
        )
        if self.degraded:
            bad = timing["control.degraded"]
            text = "the control plane has a bad day: every operation is slow"
            yield Note(begin_us, "control", "point", text, None, bad.grade, bad.source)
        writes = zip(self.mechanism.writes, self.operations, strict=True)
        for number, (write, operation) in enumerate(writes):
            yield from self._operation(fault_us, write, operation)
            if not self.completes:
                yield from self._repair(fault_us, write, operation)
                return
            end_us = fault_us + operation.ended_us
            last = number == len(self.operations) - 1
            seen_us = end_us if last else fault_us + operation.seen_us
            text = write.text if last else f"{write.text}, until a poll sees its end"
            yield Span("control", fault_us + operation.called_us, seen_us, text)
        yield Span("control", begin_us, begin_us + self.auth_us, "token and first read")

    def _operation(self, fault_us: int, write: Write, operation: Operation) -> Iterator[Note]:
        timing = self.mechanism.timing
        duration = timing["operation.degraded" if self.degraded else "operation"]
        poll, limit = timing["poll.period"], timing["arm.bucket"]
        for time_us, wait_s in operation.refusals:
            text = f"{write.text} refused (429), Retry-After {wait_s} s"
            yield Note(fault_us + time_us, "control", "point", text, write.ref, limit.grade, limit.source)
        overhead = timing["poll.overhead"]
        sent_us = fault_us + operation.sent_us
        yield Note(sent_us, "control", "start", f"{write.text} sent", write.ref)
        accepted_us = fault_us + operation.accepted_us
        text = f"{write.text} accepted (202)"
        yield Note(accepted_us, "control", "point", text, write.ref, overhead.grade, overhead.source)
        for time_us, done in operation.poll_times():
            text = (
                ("polled: Succeeded" if self.completes else "polled: Failed")
                if done
                else "polled: still InProgress"
            )
            yield Note(fault_us + time_us, "control", "point", text, write.ref, poll.grade, poll.source)
        if self.completes:
            after_s = (operation.ended_us - operation.sent_us) / SECOND_US
            text = f"{write.text} is done, {after_s:.1f} s after the call"
            end_us = fault_us + operation.ended_us
            yield Note(end_us, "control", "end", text, write.ref, duration.grade, duration.source)

    def _repair(self, fault_us: int, write: Write, operation: Operation) -> Iterator[Note | Span]:
        failure, repair = self.mechanism.timing["failure.move"], self.mechanism.timing["repair"]
        seen_us = fault_us + operation.seen_us
        yield Note(
            seen_us,
            "control",
            "end",
            "the failover does not complete",
            write.ref,
            failure.grade,
            failure.source,
        )
        yield Span("control", fault_us + operation.called_us, seen_us, f"{write.text}: failed")
        end_us = fault_us + self.changes[-1][0]
        yield Note(
            end_us, "control", "end", "the addresses are moved by hand", None, repair.grade, repair.source
        )
        yield Span("control", seen_us, end_us, "waiting for repair by hand")


def _by_nic(numbers: Sequence[int], nics: Sequence[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield NICs in the order of first use, each with its moves."""
    for nic in dict.fromkeys(nics[number] for number in numbers):
        yield nic, tuple(number for number in numbers if nics[number] == nic)


def _delays(write: Write, programming_us: int, streams: Streams) -> Iterator[tuple[str, int, int]]:
    """Yield sender, change and delay per host: a uniform share of the whole, the last host all of it."""
    shares = [
        (streams.uniform(f"programming.{sender}"), sender, change) for sender, change in write.programmed
    ]
    last = max(shares, default=None)
    for share, sender, change in shares:
        delay_us = programming_us if (share, sender, change) == last else round(share * programming_us)
        yield sender, change, delay_us
