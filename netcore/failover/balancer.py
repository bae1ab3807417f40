"""Mechanism M4: a balancer's probes notice that an appliance is dead, and new flows avoid it.

    probe 1 ... probe n unanswered | agents of the balancer
    ----------- detect ----------- | -------- data --------

Silent crash: ``U(0,I) + n*I + U(0.1,1)``, for each failed probe waits out its timeout, which is the
interval. Refused (reset or non-200): ``U(0,I) + (n-1)*I + U(0.1,1)``. Interval and threshold are drawn.
Nothing of the control plane is involved.

Source: reference on failover, sections 1.1 (M4), 2.2; facts J7-J13, J20, J22.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netcore.control import probes
from netcore.control.probes import Counting
from netcore.document.balancers import LoadBalancer, Probe
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Change, Clocks, Dies, Member, Note, Span, TakenOut
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile

USED = ("probe.failure", "probe.http_timeout", "probe.spread", "failure.balancer", "repair")
"""Numbers of the timing profile that this mechanism uses."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One probe that watches the failing VM, and the pool members that hang on it.

    Args:
        interval_us: time between two probes.
        timeout_us: how long a probe waits for its answer; 0 where it is refused at once.
        threshold: failures in a row that take the members out.
        members: pool members.
        change: number of the change in the catalogue.
        names: of the balancers, for people.
    """

    interval_us: int
    timeout_us: int
    threshold: int
    members: tuple[Member, ...]
    change: int
    names: tuple[str, ...]


class BalancerFailover:
    """The mechanism for one drawing and one failing VM.

    Args:
        vm: the VM that fails; ``name`` is how people call it.
        members: its pool members, each with the balancer's name and the probe that watches it, or None.
        timing: the numbers.
        counting: how many probes count, as the provider's profile has it.
    """

    mechanism = "M4"

    def __init__(
        self,
        vm: str,
        name: str,
        members: Sequence[tuple[Member, str, Probe | None]],
        timing: TimingProfile,
        counting: Counting = "threshold",
    ) -> None:
        self.vm = vm
        self.name = name
        self.timing = timing
        self.counting = counting
        self.catalogue: list[Change] = [Dies(vm)]
        self.probes = {
            probe: [m for m in members if m[2] == probe] for _, _, probe in members if probe is not None
        }
        self.unwatched = tuple(member for member, _, probe in members if probe is None)
        self.watches = tuple(self._watch(probe) for probe in self.probes)
        self._repaired = self._add(TakenOut(frozenset(member for member, _, _ in members)))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for probe, watched in self.probes.items():
            names = ", ".join(dict.fromkeys(name for _, name, _ in watched))
            needed = probes.failures_needed(probe, self.counting)
            text = f"{probe.protocol}/{probe.port}, every {probe.interval_s} s, {needed} failures"
            yield Assumption(f"probe of {names}", text, "A", "the drawing; meaning after facts J7-J9")
        for name in USED:
            number = self.timing[name]
            yield Assumption(f"{name}: {number.meaning}", number.text, number.grade, number.source)
        yield Assumption(
            "probe: phase",
            "all probes of one VM are sent in step, by the host it runs on",
            "D",
            "ours, after fact J7: each host probes its own VMs",
        )

    def play(self, streams: Streams) -> BalancerPlay:
        """Return one trial."""
        timing, draw = self.timing, streams.uniform
        phase = draw(f"probe.phase.{self.vm}")
        spread_us = microseconds(timing["probe.spread"].draw(draw(f"probe.spread.{self.vm}")))
        play = BalancerPlay(self, phase, spread_us)
        if not self.watches or timing["failure.balancer"].draw(draw("failure.balancer")) > 0:
            play.fail(microseconds(timing["repair"].draw(draw("repair"))), self._repaired)
            return play
        play.changes.append((0, 0))
        for watch in self.watches:
            play.changes.append((play.decided_us(watch) + spread_us, watch.change))
        play.changes.sort()
        play.clocks = Clocks(max(map(play.decided_us, self.watches)), 0, spread_us)
        # A member no probe watches stays in rotation for good.
        return play

    def _watch(self, probe: Probe) -> Watch:
        refused = self.timing.choice("probe.failure") == "refused"
        http_limit_us = microseconds(self.timing.value("probe.http_timeout"))
        watched = self.probes[probe]
        members = tuple(member for member, _, _ in watched)
        return Watch(
            interval_us=microseconds(probe.interval_s),
            timeout_us=probes.wait_us(probe, "refused" if refused else "timeout", http_limit_us),
            threshold=probes.failures_needed(probe, self.counting),
            members=members,
            change=self._add(TakenOut(frozenset(members))),
            names=tuple(dict.fromkeys(name for _, name, _ in watched)),
        )

    def _add(self, change: Change) -> int:
        self.catalogue.append(change)
        return len(self.catalogue) - 1


class BalancerPlay:
    """One trial of a balancer; see ``moments.Play``."""

    def __init__(self, mechanism: BalancerFailover, phase: float, spread_us: int) -> None:
        self.mechanism = mechanism
        self.phase = phase
        self.spread_us = spread_us
        self.changes: list[tuple[int, int]] = []
        self.clocks = Clocks(0, 0, 0)
        self.completes = True

    def decided_us(self, watch: Watch) -> int:
        """Return when the last of the failures a probe needs has been noticed."""
        return self._noticed_us(watch, watch.threshold)

    def fail(self, repair_us: int, repaired: int) -> None:
        """Let the members stay in rotation until somebody takes them out by hand."""
        self.completes = False
        self.changes = [(0, 0), (repair_us, repaired)]
        detect_us = max(map(self.decided_us, self.mechanism.watches), default=repair_us)
        self.clocks = Clocks(min(detect_us, repair_us), 0, max(0, repair_us - detect_us))

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        mechanism = self.mechanism
        timing, name, ref = mechanism.timing, mechanism.name, f"vms/{mechanism.vm}"
        refused = timing.choice("probe.failure") == "refused"
        spread = timing["probe.spread"]
        for watch, probe in zip(mechanism.watches, mechanism.probes, strict=True):
            whose = " and ".join(watch.names)
            for number in range(watch.threshold):
                time_us = fault_us + self._noticed_us(watch, number + 1)
                how = "refused" if refused else "unanswered"
                text = f"probe {number + 1} of {watch.threshold} on {name} {how}"
                source = f"fact J9; {probe.protocol}/{probe.port} as drawn"
                yield Note(time_us, "detect", "point", text, ref, "A", source)
            decided_us = fault_us + self.decided_us(watch)
            yield Span("detect", fault_us, decided_us, f"{whose}: {watch.threshold} probes fail")
            if self.completes:
                end_us = decided_us + self.spread_us
                for balancer, pool, member in watch.members:
                    at = f"load_balancers/{balancer}/pools/{pool}/members/{member}"
                    text = f"{name} is out of the rotation of pool {pool} of {balancer}"
                    yield Note(end_us, "data", "point", text, at, spread.grade, spread.source)
                yield Span("data", decided_us, end_us, f"{whose}: the balancer's agents learn it")
        if mechanism.unwatched:
            text = f"no probe watches {name} in {', '.join(sorted({m[0] for m in mechanism.unwatched}))}"
            yield Note(fault_us, "detect", "point", text, ref, "A", "fact J7")
        if not self.completes:
            failure, repair = timing["failure.balancer"], timing["repair"]
            start_us = fault_us + self.clocks.detect_us
            end_us = fault_us + self.changes[-1][0]
            text = f"{name} stays in rotation"
            yield Note(start_us, "data", "start", text, ref, failure.grade, failure.source)
            text = f"{name} is taken out by hand"
            yield Note(end_us, "data", "end", text, ref, repair.grade, repair.source)
            yield Span("data", start_us, end_us, "waiting for repair by hand")

    def _noticed_us(self, watch: Watch, failures: int) -> int:
        """Return when so many failures after the fault have been noticed."""
        return probes.decided_us(watch.interval_us, failures, watch.timeout_us, self.phase)


def watched_members(
    balancers: dict[str, LoadBalancer], nics: set[str]
) -> list[tuple[Member, str, Probe | None]]:
    """Return the pool members on some NICs that a rule uses, with balancer name and probe.

    Where rules of one pool name different probes, the slowest stands for all: the pool is healed when the
    last rule avoids the member.
    """
    found: list[tuple[Member, str, Probe | None]] = []
    for balancer_id, balancer in sorted(balancers.items()):
        for pool_id, pool in sorted(balancer.pools.items()):
            rules = [rule for _, rule in sorted(balancer.rules.items()) if rule.pool == pool_id]
            if not rules:
                continue
            probes = [balancer.probes.get(rule.probe) if rule.probe else None for rule in rules]
            slowest: Probe | None = None
            if all(probe is not None for probe in probes):
                slowest = max(
                    (probe for probe in probes if probe is not None), key=lambda p: p.interval_s * p.threshold
                )
            found.extend(
                ((balancer_id, pool_id, member_id), balancer.name, slowest)
                for member_id, member in sorted(pool.members.items())
                if member.nic in nics
            )
    return found
