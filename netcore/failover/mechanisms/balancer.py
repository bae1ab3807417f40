"""Mechanism M4: a balancer's probes notice that an appliance is dead, and new flows avoid it.

    probe 1 ... probe n unanswered | agents of the balancer
    ----------- detect ----------- | -------- data --------

Silent crash: ``U(0,I) + n*I + U(0.1,1)``, for each failed probe waits out its timeout, which is the
interval. Refused (reset or non-200): ``U(0,I) + (n-1)*I + U(0.1,1)``. Interval and threshold are drawn.
What each probe meets forwarding says, so that a probe that stays green while nothing is forwarded, or one
that a security rule denies, is no special case. Nothing of the control plane is involved.

Source: reference on failover, sections 1.1 (M4), 2.2, 2.6; facts J7-J13, J20, J22.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from netcore.control.probes import succeeds
from netcore.document.balancers import LoadBalancer
from netcore.document.faults import FaultKind
from netcore.document.models import Power
from netcore.errors import NotModelled
from netcore.failover.clock import microseconds
from netcore.failover.draws import Draws
from netcore.failover.moments import Assumption, Clocks, Member, Note, PlainPlay, Span
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.plays import Many
from netcore.failover.probing import AZURE, Probing
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.failover.watches import Seen, met_by, slowest, watches
from netcore.words import say

DESIGN = Design(
    "balancer",
    "Balancer with probes",
    "M4",
    "Both appliances stand behind a balancer. Its probes notice the failed one, and new flows avoid it.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: no balancer gives flows to the appliance, or nobody else can take them.
    """
    need_provider(scene, "Azure")
    return Plan(DESIGN, scene, BalancerFailover(scene, watched_vm(scene)))


def watched_vm(scene: Scene) -> str:
    """Return the VM that a balancer with probes protects.

    Raises:
        NotModelled: no balancer gives flows to the appliance, or nobody else can take them.
    """
    vm = failing_vm(scene)
    if not members_of(scene, vm, "standard"):
        # What breaks stands behind no balancer, but a probe may ask through it.
        vm = next(touched(scene), vm)
    check_pools(scene, vm, "standard")
    return vm


def touched(scene: Scene) -> Iterator[str]:
    """Yield VMs whose probes the fault makes fail, though they run."""
    topology = scene.drawn.topology
    for balancer_id, balancer in sorted(topology.load_balancers.items()):
        for pool_id, pool in sorted(balancer.pools.items()):
            _, probe = slowest(balancer, pool_id)
            for member_id, member in sorted(pool.members.items()):
                nic = topology.nics.get(member.nic)
                if probe is None or nic is None or nic.vm is None or is_gateway(balancer):
                    continue
                if met_by(scene, (balancer_id, pool_id, member_id), probe):
                    yield nic.vm


def check_pools(scene: Scene, vm: str, kind: str) -> None:
    """Refuse a drawing in which no other member of the pools of a VM can take its flows.

    Args:
        kind: ``gateway`` for gateway balancers, ``standard`` for all others.
    """
    members = members_of(scene, vm, kind)
    if not members:
        what = say("gateway balancer") if kind == "gateway" else say("balancer")
        raise NotModelled(say("No {what} gives flows to {name}.", what=what, name=scene.name(vm)))
    topology = scene.drawn.topology
    for balancer, pool, _ in members:
        others = {
            topology.nics[member.nic].vm
            for member in topology.load_balancers[balancer].pools[pool].members.values()
            if member.nic in topology.nics
        } - {vm, None}
        if not any(topology.vms[other].power is Power.RUNNING for other in others if other is not None):
            raise NotModelled(
                say(
                    "Nobody can take over from {name}: pool {pool} of {balancer} has no other member.",
                    name=scene.name(vm),
                    pool=pool,
                    balancer=balancer,
                )
            )


def members_of(scene: Scene, vm: str, kind: str) -> tuple[Member, ...]:
    """Return the pool members on the NICs of a VM that a rule uses, of one kind of balancer."""
    topology = scene.drawn.topology
    nics = {key for key, nic in topology.nics.items() if nic.vm == vm}
    return tuple(
        (balancer_id, pool_id, member_id)
        for balancer_id, balancer in sorted(topology.load_balancers.items())
        if is_gateway(balancer) is (kind == "gateway")
        for pool_id, pool in sorted(balancer.pools.items())
        if any(rule.pool == pool_id for rule in balancer.rules.values())
        for member_id, member in sorted(pool.members.items())
        if member.nic in nics
    )


def is_gateway(balancer: LoadBalancer) -> bool:
    """Return whether a balancer is one of whole gateways (fact J21)."""
    return balancer.sku.lower() == "gateway"


class BalancerFailover:
    """The mechanism for one scene.

    Args:
        vm: whom it protects. Every pool member that the fault touches is watched, whoever it is.
        kind: see ``check_pools``.
        probing: how the balancers probe.
    """

    def __init__(
        self,
        scene: Scene,
        vm: str,
        kind: str = "standard",
        mechanism: str = "M4",
        probing: Probing = AZURE,
    ) -> None:
        self.probing = probing
        self.mechanism = mechanism
        self.scene = scene
        self.vm = vm
        self.name = scene.name(vm)
        self.timing = scene.timing
        self.watches, self.unwatched = watches(
            scene, lambda balancer: is_gateway(balancer) is (kind == "gateway"), probing
        )

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        for watch in self.watches:
            yield watch.assumption()
        for name in self.probing.used:
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        yield from self.probing.notes

    def play(self, streams: Streams) -> BalancerPlay:
        """Return one trial."""
        timing, draw = self.timing, streams.uniform
        play = BalancerPlay(self)
        play.changes = list(self.scene.breakage.timed)
        play.seen = [watch.see(streams) for watch in self.watches]
        first = [seen.out_us for seen in play.seen]
        noticed = [time_us for time_us in first if time_us is not None]
        if self.unwatched or len(noticed) < len(first):
            # Somebody stays in rotation for good, though nothing gets through there.
            play.completes = False
        if not noticed:
            play.clocks = Clocks(None if self._broken else 0, 0, 0)
            play.completes = not self._broken
            return play
        failed = timing["failure.balancer"].draw(draw("failure.balancer")) > 0
        if failed or "failover-fails" in self.scene.fault.conditions:
            play.fail(microseconds(timing["repair"].draw(draw("repair"))))
            return play
        for seen in play.seen:
            play.changes.extend(seen.changes)
        play.changes.sort()
        spread_us = max(seen.spread_us for seen in play.seen if seen.out_us == max(noticed))
        play.clocks = Clocks(max(noticed) - self.begun_us(play.seen), 0, spread_us)
        return play

    def many(self, draws: Draws) -> Many | None:
        """Return trials as ``play`` gives them, where every member that is watched leaves for good.

        Those that somebody mends by hand are left to ``play``.
        """
        conditions, quiet = self.scene.fault.conditions, self.scene.fault.kind is FaultKind.NOTHING
        seen = [found for watch in self.watches if (found := watch.many(draws)) is not None]
        if not seen or len(seen) < len(self.watches) or quiet or "failover-fails" in conditions:
            return None
        timed, failure = self.scene.breakage.timed, self.timing["failure.balancer"]
        out, spread = (np.stack(columns) for columns in zip(*seen, strict=True))
        last = out.max(axis=0)
        broken = np.repeat(np.array([time_us for time_us, _ in timed], np.int64)[None], draws.count, axis=0)
        return Many(
            [*(number for _, number in timed), *(watch.out for watch in self.watches)],
            np.concatenate((broken, (out + spread).T), axis=1),
            last,
            np.zeros(draws.count, np.int64),
            np.where(out == last, spread, 0).max(axis=0),
            draws.of(failure, "failure.balancer") > 0,
        )

    def begun_us(self, seen: Sequence[Seen]) -> int:
        """Return since when the probes that were noticed have failed; the clocks begin there."""
        first = [
            watch.begun_us(one.failed[0].sent_us)
            for watch, one in zip(self.watches, seen, strict=True)
            if one.out_us is not None
        ]
        return min(first) if first and self.scene.fault.kind is FaultKind.NOTHING else 0

    @property
    def _broken(self) -> bool:
        """Whether the fault takes anything from anybody."""
        return bool(self.scene.breakage.timed)


class BalancerPlay(PlainPlay):
    """One trial of a balancer; see ``moments.Play``."""

    def __init__(self, mechanism: BalancerFailover) -> None:
        self.mechanism = mechanism
        self.seen: list[Seen] = []
        self.changes: list[tuple[int, int]] = []
        self.clocks = Clocks(0, 0, 0)
        self.completes = True
        self.stays_us = 0

    def fail(self, wait_us: int) -> None:
        """Let the members stay in rotation until somebody takes those out by hand that still do not answer.

        Args:
            wait_us: from the first failure until somebody does.
        """
        self.completes = False
        mechanism = self.mechanism
        noticed = [one.out_us for one in self.seen if one.out_us is not None]
        begun_us, detect_us = mechanism.begun_us(self.seen), max(noticed)
        self.stays_us, self.by_hand_us = min(noticed), max(begun_us + wait_us, min(noticed))
        changes = list(mechanism.scene.breakage.timed)
        for watch, seen in zip(mechanism.watches, self.seen, strict=True):
            for turn in seen.turns:
                hand_us = max(self.by_hand_us, turn.at_us)
                back = any(turn.at_us < other.at_us <= hand_us for other in seen.turns if other.up)
                if not turn.up and not back:
                    changes.append((hand_us, watch.out))
                    break
        self.changes = sorted(changes)
        last_us = max(self.by_hand_us, detect_us)
        self.clocks = Clocks(detect_us - begun_us, 0, last_us - detect_us)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        mechanism = self.mechanism
        for watch, seen in zip(mechanism.watches, self.seen, strict=True):
            yield from watch.story(seen, fault_us, acted=self.by_hand_us is None)
        yield from self._unwatched(mechanism.unwatched, fault_us)
        if self._unnoticed(first_us := mechanism.scene.breakage.first_us):
            text = say("every probe of {name} goes on being answered", name=mechanism.name)
            at = f"vms/{mechanism.vm}"
            source = say("{source}: a probe asks a port", source=mechanism.probing.source)
            yield Note(fault_us + (first_us or 0), "detect", "point", text, at, "A", source)
        if self.by_hand_us is not None:
            timing = mechanism.timing
            failure, repair = timing["failure.balancer"], timing["repair"]
            start_us, end_us = fault_us + self.stays_us, fault_us + self.by_hand_us
            ref = f"vms/{mechanism.vm}"
            text = say("{name} stays in rotation", name=mechanism.name)
            yield Note(start_us, "data", "start", text, ref, failure.grade, failure.source)
            text = say("{name} is taken out by hand", name=mechanism.name)
            yield Note(end_us, "data", "end", text, ref, repair.grade, repair.source)
            yield Span("data", start_us, end_us, say("waiting for repair by hand"))

    def _unnoticed(self, first_us: int | None) -> bool:
        """Return whether the first change of the fault makes no probe fail, and takes nobody unwatched."""
        mechanism = self.mechanism
        if first_us is None:
            return False
        met = any(
            time_us <= first_us and not succeeds(watch.probe, meets)
            for watch in mechanism.watches
            for time_us, meets in watch.met
        )
        silent = mechanism.scene.breakage.silences
        return not met and not any(
            begin_us <= first_us for _, vm in mechanism.unwatched for begin_us, _ in silent(vm)[:1]
        )

    def _unwatched(self, members: Sequence[tuple[Member, str]], fault_us: int) -> Iterator[Note]:
        scene = self.mechanism.scene
        for vm in dict.fromkeys(vm for _, vm in members):
            where = ", ".join(sorted({member[0] for member, whose in members if whose == vm}))
            text, source = (
                say("no probe watches {name} in {where}", name=scene.name(vm), where=where),
                self.mechanism.probing.source,
            )
            for begin_us, _ in scene.breakage.silences(vm):
                yield Note(fault_us + begin_us, "detect", "point", text, f"vms/{vm}", "A", source)
