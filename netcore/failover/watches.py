"""Probes that watch backends through a fault: when they take one out of the rotation, and put it back.

What a probe meets at each moment forwarding says. Times are microseconds since the fault.

Source: facts J7-J12; reference on failover, sections 2.2 (M4) and 2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from netcore.control import probes
from netcore.control.network import Network
from netcore.control.probes import Counting, Meets, Turn
from netcore.document.balancers import LoadBalancer, Probe
from netcore.failover.clock import microseconds
from netcore.failover.draws import Draws, Times
from netcore.failover.draws import microseconds as many_microseconds
from netcore.failover.moments import Assumption, Member, Note, PutBack, Span, TakenOut
from netcore.failover.probing import AZURE, Probing
from netcore.failover.scene import Scene
from netcore.failover.standing import need_member
from netcore.failover.streams import Streams
from netcore.forwarding.probes import probe_meets
from netcore.profiles.timing import TimingProfile
from netcore.words import say, say_many

MORE_PROBES = 12
"""So many probes are sent beyond those that decide, so that a backend that comes back is seen."""

Met = tuple[tuple[int, Meets], ...]
"""From when on a probe meets what; the first entry is from the fault on."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A probe that failed while its member was in rotation; ``number`` counts those in a row from 1."""

    sent_us: int
    known_us: int
    meets: Meets
    number: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a watch made of one trial.

    Args:
        failed: each failed probe of a member in rotation: when it was sent, when it was known to have failed,
            what it met, and which one in a row it was.
        out_us: when the member left the rotation, as the probes decided; None is never.
        changes: when the agents of the balancer act, and the numbers of the changes.
    """

    failed: tuple[Failed, ...]
    out_us: int | None
    spread_us: int
    turns: tuple[Turn, ...]
    changes: tuple[tuple[int, int], ...]

    def since(self, time_us: int | None) -> Seen:
        """Return the same without what came before a time; None is all of it."""
        if time_us is None:
            return Seen((), None, self.spread_us, (), ())
        failed = tuple(one for one in self.failed if one.sent_us >= time_us)
        kept = tuple(turn for turn in self.turns if turn.at_us >= time_us)
        out_us = next((turn.at_us for turn in kept if not turn.up), None)
        changes = tuple(change for change in self.changes if change[0] - self.spread_us >= time_us)
        return Seen(failed, out_us, self.spread_us, kept, changes)


@dataclass(frozen=True, slots=True)
class Watch:
    """One probe that watches one VM, and the pool members that hang on it.

    Args:
        met: what it meets when.
        members: pool members; ``names`` are those of their balancers, for people.
        out: number of the change that takes them out; ``back`` puts them back.
    """

    probe: Probe
    vm: str
    name: str
    met: Met
    members: tuple[Member, ...]
    names: tuple[str, ...]
    out: int
    back: int
    timing: TimingProfile
    counting: Counting
    probing: Probing = AZURE

    @property
    def silence_us(self) -> int:
        """After how long an unanswered probe has failed."""
        return self.probing.silence_us(self.probe, self.timing)

    @property
    def needed(self) -> int:
        """Failures in a row that take the members out."""
        return probes.failures_needed(self.probe, self.counting)

    def assumption(self) -> Assumption:
        """Return what is drawn about the probe."""
        probe = self.probe
        text = say(
            "{protocol}/{port}, every {interval_s} s, {needed} failures",
            protocol=probe.protocol,
            port=probe.port,
            interval_s=probe.interval_s,
            needed=self.needed,
        )
        return Assumption(
            say("probe of {names}", names=", ".join(self.names)),
            text,
            "A",
            say("the drawing; meaning after {source}", source=self.probing.source),
        )

    def see(self, streams: Streams) -> Seen:
        """Return what the probes find in one trial."""
        timing = self.timing
        interval_us = microseconds(self.probe.interval_s)
        phase_us = round(streams.uniform(f"probe.phase.{self.vm}") * interval_us)
        spread = timing[self.probing.spread]
        spread_us = microseconds(spread.draw(streams.uniform(f"{self.probing.spread}.{self.vm}")))
        last_us = self.met[-1][0]
        count = (last_us - phase_us) // interval_us + 1 if last_us > phase_us else 0
        count += self.needed + (MORE_PROBES if self.met[-1][1] == "ok" else 0)
        answers = [
            self._answer(phase_us + number * interval_us)
            for number in self._telling(phase_us, interval_us, count)
        ]
        found = probes.turns(self.probe, answers, self.counting, silence_us=self.silence_us)
        out = next((turn for turn in found if not turn.up), None)
        return Seen(
            tuple(self._failed(answers, found)),
            out.at_us if out is not None else None,
            spread_us,
            found,
            tuple((turn.at_us + spread_us, self.back if turn.up else self.out) for turn in found),
        )

    def many(self, draws: Draws) -> tuple[Times, Times] | None:
        """Return when the members leave the rotation for good, as probes decide, and how long agents take.

        None where they may come back, or do not leave: then ``see`` tells each trial.
        """
        if len(self.met) > 1 or probes.succeeds(self.probe, self.met[0][1]):
            return None
        interval_us, number = microseconds(self.probe.interval_s), self.timing[self.probing.spread]
        phase = np.rint(draws.uniform(f"probe.phase.{self.vm}") * interval_us).astype(np.int64)
        spread = many_microseconds(draws.of(number, f"{self.probing.spread}.{self.vm}"))
        silence_us = self.silence_us if self.met[0][1] == "timeout" else 0
        return phase + (self.needed - 1) * interval_us + silence_us, spread

    def _telling(self, phase_us: int, interval_us: int, count: int) -> list[int]:
        """Return the numbers of the probes that can decide, in order; ``count`` is how many are sent.

        What probes meet changes at few times: a change itself, and a silence before it, which an end in time
        makes an answer. Behind each, so many count as may be needed in a row; the others find what is known.
        """
        # Flapping costs one success more each time, and there cannot be more flaps than changes (fact J10).
        enough = max(self.needed, probes.successes_needed(self.probe, self.counting, len(self.met)))
        if count <= enough:
            return list(range(count))
        numbers: set[int] = set()
        for time_us in {0, *(at_us - back_us for at_us, _ in self.met for back_us in (0, self.silence_us))}:
            first = max(0, -(-(time_us - phase_us) // interval_us))
            numbers.update(range(min(first, count), min(first + enough, count)))
        return sorted(numbers)

    def _failed(self, answers: Sequence[tuple[int, Meets]], turns: Sequence[Turn]) -> Iterator[Failed]:
        """Yield the failed probes of a member in rotation."""
        back = {turn.at_us for turn in turns if turn.up}
        up, row = True, 0
        for sent_us, meets in answers:
            good = probes.succeeds(self.probe, meets)
            if up and not good:
                row += 1
                known_us = sent_us + (self.silence_us if meets == "timeout" else 0)
                yield Failed(sent_us, known_us, meets, row)
                up = row < self.needed
            else:
                up, row = up or (good and sent_us in back), 0

    def begun_us(self, sent_us: int) -> int:
        """Return since when what a probe meets has been so that it fails."""
        begun_us: int | None = None
        for time_us, meets in self.met:
            if time_us <= sent_us:
                bad = not probes.succeeds(self.probe, meets)
                begun_us = (time_us if begun_us is None else begun_us) if bad else None
        return sent_us if begun_us is None else begun_us

    def _answer(self, sent_us: int) -> tuple[int, Meets]:
        """Return what a probe meets, and when: as it is sent, or when a silence ends in time."""
        meets: Meets = "ok"
        at_us, until_us = sent_us, sent_us + self.silence_us
        for begin_us, one in self.met:
            if begin_us <= sent_us:
                meets = one
            elif begin_us < until_us and meets == "timeout" and one != "timeout":
                at_us, meets = begin_us, one
        return at_us, meets

    def story(self, seen: Seen, fault_us: int, *, acted: bool) -> Iterator[Note | Span]:
        """Yield what the probes find, in words.

        Args:
            acted: False where the balancer does nothing about it.
        """
        name, ref, spread = self.name, f"vms/{self.vm}", self.timing[self.probing.spread]
        source = say(
            "{source}; {protocol}/{port} as drawn",
            source=self.probing.source,
            protocol=self.probe.protocol,
            port=self.probe.port,
        )
        whose = " and ".join(self.names)
        begun_us = 0
        for failed in seen.failed:
            how = say("unanswered") if failed.meets == "timeout" else say("refused")
            text = say(
                "probe {number} of {needed} on {name} {how}",
                number=failed.number,
                needed=self.needed,
                name=name,
                how=how,
            )
            yield Note(fault_us + failed.known_us, "detect", "point", text, ref, "A", source)
            begun_us = self.begun_us(failed.sent_us) if failed.number == 1 else begun_us
            if failed.number == self.needed:
                text = say_many(
                    "{whose}: {count} probe fail", "{whose}: {count} probes fail", self.needed, whose=whose
                )
                yield Span("detect", fault_us + begun_us, fault_us + failed.known_us, text)
        if not acted:
            return
        for turn in seen.turns:
            end_us = fault_us + turn.at_us + seen.spread_us
            for balancer, pool, member in self.members:
                at = f"load_balancers/{balancer}/pools/{pool}/members/{member}"
                text = say(_TURNED[turn.up], vm=name, pool=pool, balancer=balancer)
                yield Note(end_us, "data", "point", text, at, spread.grade, spread.source)
            yield Span(
                "data",
                fault_us + turn.at_us,
                end_us,
                say("{whose}: the balancer's agents learn it", whose=whose),
            )


_TURNED = {
    True: "{vm} is in the rotation of pool {pool} of {balancer} again",
    False: "{vm} is out of the rotation of pool {pool} of {balancer}",
}


def watches(
    scene: Scene, wanted: Callable[[LoadBalancer], bool], probing: Probing = AZURE
) -> tuple[tuple[Watch, ...], tuple[tuple[Member, str], ...]]:
    """Return the probes that a fault makes fail, and the members it touches that no probe watches.

    Where rules of one pool name different probes, the slowest stands for all: the pool is healed when the
    last rule avoids the member.

    Args:
        wanted: which balancers count.
        probing: how they probe.

    Returns: the probes, and pairs of member and its VM.
    """
    found: dict[tuple[str, Probe, Met], list[Member]] = {}
    unwatched: list[tuple[Member, str]] = []
    topology = scene.drawn.topology
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        for pool_id, pool in sorted(balancer.pools.items()) if wanted(balancer) else ():
            used, probe = _from_fault(scene, balancer_id, pool_id, slowest(balancer, pool_id))
            for member_id, drawn in sorted(pool.members.items()) if used else ():
                nic = topology.nics.get(drawn.nic)
                member = (balancer_id, pool_id, member_id)
                if nic is None or nic.vm is None:
                    continue
                if probe is None:
                    if scene.breakage.silences(nic.vm):
                        unwatched.append((member, nic.vm))
                elif met := met_by(scene, member, probe):
                    found.setdefault((nic.vm, probe, met), []).append(member)
    counting = scene.network(scene.start.settings).profile.probe_counting
    made = []
    for (vm, probe, met), members in found.items():
        names = tuple(dict.fromkeys(topology.load_balancers[balancer].name for balancer, _, _ in members))
        out, back = scene.add(TakenOut(frozenset(members))), scene.add(PutBack(frozenset(members)))
        made.append(
            Watch(
                probe,
                vm,
                scene.name(vm),
                met,
                tuple(members),
                names,
                out,
                back,
                scene.timing,
                counting,
                probing,
            )
        )
    return tuple(made), tuple(unwatched)


def slowest(balancer: LoadBalancer, pool: str) -> tuple[bool, Probe | None]:
    """Return whether a rule uses a pool, and the slowest probe of its rules; None where one has none."""
    rules = [rule for _, rule in sorted(balancer.rules.items()) if rule.pool == pool]
    found = [balancer.probes.get(rule.probe) if rule.probe else None for rule in rules]
    known = [probe for probe in found if probe is not None]
    if not rules or len(known) < len(found):
        return bool(rules), None
    return True, max(known, key=lambda probe: probe.interval_s * probe.threshold)


def met_by(scene: Scene, member: Member, probe: Probe) -> Met:
    """Return what a probe of a member meets through the fault; empty where it is answered all the time.

    A fault may redraw the probe itself: from then on it asks as redrawn, at the pace of ``probe``.

    Raises:
        NotModelled: the fault takes the member away, or the pool or balancer that it is in.
    """
    refused = scene.timing.choice("probe.failure") == "refused"
    found: list[tuple[int, Meets]] = []
    for time_us, moment in scene.after(scene.breakage.timed):
        view = moment.settings
        network = scene.network(view)
        need_member(network.scenario, member, time_us)
        meets = probe_meets(network, scene.state(moment, view), member, _asked(network, member, probe))
        dead = meets == "timeout" and refused
        found.append((time_us, "refused" if dead else meets))
    if all(meets == "ok" for _, meets in found):
        return ()
    before = [(0, _at_start(scene, member, probe))] if found[0][0] > 0 else []
    return (*before, *found)


def _asked(network: Network, member: Member, drawn: Probe) -> Probe:
    """Return the probe as it is drawn at a moment; the one given where none is left."""
    balancer = network.scenario.topology.load_balancers.get(member[0])
    _, probe = slowest(balancer, member[1]) if balancer is not None else (False, None)
    return probe or drawn


def _from_fault(
    scene: Scene, balancer: str, pool: str, drawn: tuple[bool, Probe | None]
) -> tuple[bool, Probe | None]:
    """Return what ``slowest`` finds where the fault redraws the probe at once; else what was drawn."""
    used, probe = drawn
    time_us, moment = next(scene.after(scene.breakage.timed), (1, scene.start))
    if probe is None or time_us > 0:
        return drawn
    return used, _asked(scene.network(moment.settings), (balancer, pool, ""), probe)


def _at_start(scene: Scene, member: Member, probe: Probe) -> Meets:
    view = scene.start.settings
    return probe_meets(scene.network(view), scene.state(scene.start, view), member, probe)
