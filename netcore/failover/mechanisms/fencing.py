"""Mechanism M13: a cluster has the failed node switched off by the control plane, then starts its service.

The published 10-15 min cover the loss of the node, the power-off and the start; only then do the addresses
of the service lead to the other node.

Source: reference on failover, section 1.1 (M13).
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.failover.breakage import Silence
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption, Calls, Clocks, Note, PlainPlay, Sets, Span
from netcore.failover.overlay import AT_TARGET, moving
from netcore.failover.plan import Design, Plan, failing_vm
from netcore.failover.provider import need_provider
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.words import say

DESIGN = Design(
    "fencing",
    "Failed node fenced by the control plane",
    "M13",
    "The cluster has the failed node switched off before the other one starts the service, so that never "
    "both run it.",
)

WHOLE = "The published time covers the loss of the node, the power-off and the start together."


def plan(scene: Scene) -> Plan:
    """Return the design for a scene.

    Raises:
        NotModelled: nothing leads to the VM that another node could serve, or nobody can take it over.
    """
    need_provider(scene, "Azure")
    vm = failing_vm(scene)
    drawn, settings = moving(scene, vm)
    return Plan(DESIGN, scene, Fencing(scene, vm, drawn.standby, scene.add(Sets(settings, AT_TARGET))))


class Fencing:
    """The mechanism for one scene.

    Args:
        started: number of the change by which the standby serves.
    """

    def __init__(self, scene: Scene, vm: str, standby: str, started: int) -> None:
        self.scene, self.number, self.started = scene, scene.timing["fencing"], started
        self.standby, self.names = standby, (scene.name(vm), scene.name(standby))
        self.silent: tuple[Silence, ...] = scene.breakage.silences(vm)

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements this mechanism rests on."""
        number = self.number
        yield Assumption(
            say("fencing: {meaning}", meaning=say(number.meaning)), number.text, number.grade, number.source
        )
        text = say("the published time covers everything; a node that is back before its end is not fenced")
        yield Assumption("fencing: whole", text, "D", say("ours; no figure for the parts was found"))

    def play(self, streams: Streams) -> FencingPlay:
        """Return one trial."""
        wait_us = microseconds(self.number.draw(streams.uniform("fencing")))
        for begin_us, end_us in self.silent:
            if end_us is None or begin_us + wait_us < end_us:
                return FencingPlay(self, begin_us + wait_us, begin_us)
        return FencingPlay(self, None)


class FencingPlay(PlainPlay):
    """One trial of fencing; see ``moments.Play``. ``ends_us`` None: the node is back before it is fenced."""

    def __init__(self, mechanism: Fencing, ends_us: int | None, begun_us: int = 0) -> None:
        self.mechanism, self.ends_us, self.begun_us = mechanism, ends_us, begun_us
        self.standby, self.acted_us = mechanism.standby, ends_us
        own = [] if ends_us is None else [(ends_us, mechanism.started)]
        self.changes = sorted([*mechanism.scene.breakage.timed, *own])
        self.completes = ends_us is not None
        control_us = (ends_us or begun_us) - begun_us
        self.clocks = Clocks(None if ends_us is None else 0, control_us, 0, WHOLE)

    @property
    def calls(self) -> Calls:
        """One call switches the failed node off."""
        return Calls(writes=0 if self.ends_us is None else 1)

    def story(self, fault_us: int) -> Iterator[Note | Span]:
        """Yield what happens, in words; times from the start of the run."""
        if self.ends_us is None:
            return
        number, (failed, standby) = self.mechanism.number, self.mechanism.names
        end_us = fault_us + self.ends_us
        ref = f"vms/{self.mechanism.standby}"
        text = say(
            "{failed} is switched off, and the service starts on {standby}", failed=failed, standby=standby
        )
        yield Note(end_us, "control", "end", text, ref, number.grade, number.source)
        yield Span(
            "control", fault_us + self.begun_us, end_us, say("the cluster fences {failed}", failed=failed)
        )
