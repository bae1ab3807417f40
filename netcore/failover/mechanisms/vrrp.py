"""Mechanism M10 (A7 in AWS): guests share an address by themselves, and the fabric does not follow.

The backup says that it is master at ``3.61 - U(0,1)`` s. In a virtual network the address stays where the
control plane has it, so nothing recovers. On a switch the same change of master moves the address at once.

Source: reference on failover, sections 1.1 (M10), 2.2, 2.4, 4 (5), 5 (P14); facts B5-B7.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.failover import adverts
from netcore.failover.adverts import Adverts
from netcore.failover.detection import Heard
from netcore.failover.moments import Assumption, Clocks, Note, PlainPlay, Sets, Span
from netcore.failover.overlay import AT_TARGET, moving
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.scene import Scene
from netcore.failover.standby import standby_of
from netcore.failover.streams import Streams
from netcore.forwarding import redundancy, walk
from netcore.words import say

DESIGN = Design(
    "vrrp",
    "Redundancy group of guests",
    "M10",
    "The guests share the address by themselves. The backup becomes master in its own eyes; the fabric "
    "goes on delivering to whoever holds the address in the control plane.",
)
SWITCH = Design(
    "vrrp-on-a-switch",
    "Redundancy group on a switch",
    "M10",
    "The same guests on a real switch, for contrast: the address follows the new master at once.",
)


def plan(scene: Scene) -> Plan:
    """Return the design in a virtual network.

    Raises:
        NotModelled: the appliance shares no address and holds none that a group could share.
    """
    vm = failing_vm(scene)
    if scene.drawn.topology.vms[vm].guest.redundancy:
        standby = standby_of(scene.drawn, vm)
    else:
        drawn, _ = moving(scene, vm)
        standby = drawn.standby
    return Plan(DESIGN, scene, Vrrp(scene, vm, standby, None))


def plan_switch(scene: Scene) -> Plan:
    """Return the design on a switch; see ``plan``."""
    vm = failing_vm(scene)
    drawn, settings = moving(scene, vm)
    return Plan(SWITCH, scene, Vrrp(scene, vm, drawn.standby, scene.add(Sets(settings, AT_TARGET))))


class Vrrp:
    """The mechanism for one scene.

    Args:
        vm: the master that fails; ``standby`` is the backup.
        follows: number of the change by which the address follows the master; None: it never does.
    """

    def __init__(self, scene: Scene, vm: str, standby: str, follows: int | None) -> None:
        self.scene, self.follows = scene, follows
        names = (scene.name(vm), scene.name(standby))
        silent, deaf = scene.breakage.silences(vm), scene.breakage.silences(standby)
        priority = adverts.priority_of(scene.drawn, standby)
        self.detector = Adverts(standby, names, silent, scene.timing, priority, deaf=deaf)
        network = scene.network(scene.start.settings)
        found = [group for group in redundancy.groups(network, walk.follow) if len(group.masters) > 1]
        self.split = found if follows is None else []

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        yield from self.detector.assumptions()
        if self.follows is None:
            text = say("the fabric delivers to the holder in the control plane, whoever is master")
            yield Assumption("address: place", text, "A", say("facts B6, B7"))
        else:
            text = say("a switch learns the new place from the first frame of the new master")
            yield Assumption("address: place", text, "C", say("reference on failover, section 1.1 (M10)"))

    def play(self, streams: Streams) -> VrrpPlay:
        """Return one trial."""
        return VrrpPlay(self, self.detector.hear(streams))


class VrrpPlay(PlainPlay):
    """One trial of a redundancy group; see ``moments.Play``."""

    def __init__(self, mechanism: Vrrp, heard: Heard) -> None:
        self.mechanism, self.heard = mechanism, heard
        self.changes = list(mechanism.scene.breakage.timed)
        decided_us, follows = heard.decided_us, mechanism.follows
        self.completes = follows is not None and decided_us is not None
        if follows is not None and decided_us is not None:
            self.changes = sorted([*self.changes, (decided_us, follows)])
        self.acted_us, self.standby = decided_us, mechanism.detector.standby
        detect_us = None if decided_us is None else decided_us - heard.begun_us
        self.clocks = Clocks(detect_us, 0, 0 if self.completes or decided_us is None else None)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        yield from self.mechanism.detector.story(self.heard, fault_us)
        ref = f"vms/{self.mechanism.detector.standby}"
        for group in self.mechanism.split:
            text = say(
                "{masters} are both master of {address}: no hello arrives",
                masters=" and ".join(group.masters),
                address=group.address,
            )
            yield Note(fault_us, "detect", "point", text, ref, "A", say("facts B5, B6"))
        if self.heard.decided_us is None:
            return
        at_us = fault_us + self.heard.decided_us
        if self.mechanism.follows is not None:
            yield Note(at_us, "data", "end", say("the switch learns the new place of the address"), ref, "C")
        else:
            text = say("the fabric does not follow: the address stays where the control plane has it")
            yield Note(at_us, "data", "point", text, ref, "A", say("facts B6, B7"))
