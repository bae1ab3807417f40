"""Mechanism M4 with an active/passive pair: the standby answers the probe only once it has taken over.

    probes of the active one fail  | agents
    hellos missed, standby decides | next probe answered | agents
    ------------------ detect --------------------------- | - data -

Recovery is ``max(the balancer marks A down, det_ha + U(0,I) + U(0.1,1))``. Between the two both or none are
in rotation.

Source: reference on failover, sections 1.1 (M4), 2.2, 2.3; facts J7-J12.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.errors import NotModelled
from netcore.failover import detection
from netcore.failover.clock import microseconds
from netcore.failover.detection import Heard, Hellos
from netcore.failover.mechanisms.balancer import BalancerFailover, BalancerPlay, check_pools, members_of
from netcore.failover.moments import Assumption, Clocks, Note, PlainPlay, PutBack, Span
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.standby import standby_of
from netcore.failover.streams import Streams
from netcore.failover.watches import slowest
from netcore.words import say

DESIGN = Design(
    "balancer-active-passive",
    "Balancer in front of an active/passive pair",
    "M4",
    "The standby does not answer the balancer's probe until it has missed enough hellos and taken over.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: no balancer with a probe gives flows to both appliances.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    check_pools(scene, vm, "standard")
    return Plan(DESIGN, scene, ActivePassive(scene, vm, standby_of(scene.drawn, vm)))


class ActivePassive:
    """The mechanism for one scene.

    Args:
        vm: the active appliance; ``standby`` takes over.
    """

    def __init__(self, scene: Scene, vm: str, standby: str) -> None:
        self.scene = scene
        self.timing = scene.timing
        self.standby = standby
        mine = set(members_of(scene, vm, "standard"))
        pools = {member[:2] for member in mine}
        others = frozenset(
            (balancer, pool, key)
            for balancer, pool in pools
            for key in scene.drawn.topology.load_balancers[balancer].pools[pool].members
        ) - frozenset(mine)
        taking = frozenset(set(members_of(scene, standby, "standard")) & others)
        if not taking:
            raise NotModelled(
                say(
                    "{name} stands behind no balancer of {name_2}.",
                    name=scene.name(standby),
                    name_2=scene.name(vm),
                )
            )
        scene.out_at_start = others
        self.balancer = BalancerFailover(scene, vm)
        names = (scene.name(vm), scene.name(standby))
        silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
        self.hellos = Hellos(vm, standby, names, silent, self.timing, deaf)
        probes = [slowest(scene.drawn.topology.load_balancers[b], p)[1] for b, p in sorted(pools)]
        self.interval_s = max((probe.interval_s for probe in probes if probe is not None), default=0)
        if not self.interval_s:
            raise NotModelled(
                say(
                    "No probe watches {name}, so a balancer cannot see it take over.",
                    name=scene.name(standby),
                )
            )
        self.taking = taking
        self.others = others
        self.enter = scene.add(PutBack(taking))

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements it rests on."""
        yield from self.balancer.assumptions()
        for name in detection.USED:
            number = self.timing[name]
            yield Assumption(f"{name}: {say(number.meaning)}", number.text, number.grade, number.source)
        yield Assumption(
            say("standby: enters the rotation"),
            say("with the first probe it answers after it has taken over"),
            "D",
            say("ours, after section 2.2 of the reference on failover"),
        )

    def _stay_out(self, out: BalancerPlay, entered_us: int | None) -> None:
        """Let who is out at the start stay so until it took over, whatever its probes meet."""
        changes = list(self.scene.breakage.timed)
        for place, watch in enumerate(self.balancer.watches):
            if self.others.issuperset(watch.members):
                waits = not self.taking.issuperset(watch.members)
                out.seen[place] = out.seen[place].since(None if waits else entered_us)
            changes.extend(out.seen[place].changes)
        if out.by_hand_us is None:
            out.changes = sorted(changes)

    def play(self, streams: Streams) -> ActivePassivePlay:
        """Return one trial."""
        out, heard = self.balancer.play(streams), self.hellos.hear(streams)
        wait_us = microseconds(streams.uniform(f"probe.phase.{self.standby}") * self.interval_s)
        spread = self.timing["probe.spread"].draw(streams.uniform(f"probe.spread.{self.standby}"))
        probed_us = None if heard.decided_us is None else heard.decided_us + wait_us
        entered_us = None if probed_us is None else probed_us + microseconds(spread)
        self._stay_out(out, entered_us)
        play = ActivePassivePlay(self, out, heard)
        play.standby, play.acted_us = self.standby, heard.decided_us
        play.probed_us, play.entered_us = probed_us, entered_us
        if heard.decided_us is None or entered_us is None or probed_us is None:
            return play
        play.changes = sorted([*out.changes, (entered_us, self.enter)])
        if out.by_hand_us is not None:
            return play
        marked_us = None if out.clocks.detect_us is None else out.clocks.detect_us + (out.clocks.data_us or 0)
        if marked_us is not None:
            last_us = max(marked_us, entered_us - heard.begun_us)
            detect_us = out.clocks.detect_us or 0
            if last_us == entered_us - heard.begun_us:
                detect_us = probed_us - heard.begun_us
            play.clocks = Clocks(detect_us, 0, last_us - detect_us)
        return play


class ActivePassivePlay(PlainPlay):
    """One trial; see ``moments.Play``."""

    def __init__(self, mechanism: ActivePassive, out: BalancerPlay, heard: Heard) -> None:
        self.mechanism = mechanism
        self.out = out
        self.heard = heard
        self.changes = list(out.changes)
        self.clocks = out.clocks if heard.decided_us is not None else Clocks(None, 0, 0)
        self.completes = out.completes and heard.decided_us is not None
        self.by_hand_us = out.by_hand_us
        self.dual_active_us = heard.dual_active_us
        self.probed_us: int | None = None
        self.entered_us: int | None = None
        if not mechanism.scene.breakage.timed:
            self.clocks, self.completes = Clocks(0, 0, 0), True

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        mechanism = self.mechanism
        yield from self.out.story(fault_us)
        yield from mechanism.hellos.story(self.heard, fault_us)
        if self.entered_us is None or self.probed_us is None:
            return
        name = mechanism.scene.name(mechanism.standby)
        number = mechanism.timing["probe.spread"]
        at, ref = fault_us + self.entered_us, f"vms/{mechanism.standby}"
        text = say("{name} answers the probe and is in the rotation", name=name)
        yield Note(at, "data", "point", text, ref, number.grade, number.source)
        yield Span(
            "data", fault_us + self.probed_us, at, say("the balancer's agents learn of {name}", name=name)
        )
