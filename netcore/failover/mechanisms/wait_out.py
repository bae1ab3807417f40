"""Mechanism M12: a host event pauses a VM, nothing acts, and it goes on where it stopped.

Source: reference on failover, sections 1.1 (M12) and 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.document.faults import FaultKind
from netcore.errors import NotModelled
from netcore.failover.clock import SECOND_US
from netcore.failover.moments import Assumption, Clocks, Note, PlainPlay, Span
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.words import say

DESIGN = Design(
    "wait-out",
    "A pause waited out",
    "M12",
    "Nobody acts. The VM stands still for the length of the pause, and its connections go on after it.",
)


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: the fault pauses nobody.
    """
    if scene.fault.kind is not FaultKind.PAUSE:
        raise NotModelled(
            say("The fault {name} is no pause, so waiting does not end it.", name=scene.fault.name)
        )
    return Plan(DESIGN, scene, WaitOut(scene, failing_vm(scene)))


class WaitOut(PlainPlay):
    """The mechanism for one scene; it is its own play, for nothing is drawn by lot."""

    def __init__(self, scene: Scene, vm: str) -> None:
        self.vm = vm
        self.name = scene.name(vm)
        self.changes = list(scene.breakage.timed)
        self.ends_us = max(end or 0 for _, end in scene.breakage.silences(vm))
        self.clocks = Clocks(0, 0, self.ends_us)
        self.completes = True

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the statement this mechanism rests on."""
        text = say(
            "{name} stands still for {ends_us:g} s and keeps its memory",
            name=self.name,
            ends_us=self.ends_us / SECOND_US,
        )
        yield Assumption("pause", text, "A", say("Azure VM maintenance and updates page, 2024-04"))

    def play(self, streams: Streams) -> WaitOut:
        """Return one trial; all are the same."""
        return self

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        text, ref = say("{name} stands still; nobody acts", name=self.name), f"vms/{self.vm}"
        yield Note(fault_us, "data", "start", text, ref, "A", say("reference on failover, section 1.1 (M12)"))
        yield Span("data", fault_us, fault_us + self.ends_us, text)
