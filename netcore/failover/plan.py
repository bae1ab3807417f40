"""One design for one scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from netcore.document.faults import FaultKind
from netcore.document.models import Power
from netcore.errors import NotModelled
from netcore.failover.breakage import vm_of
from netcore.failover.moments import Assumption, Play
from netcore.failover.scene import Scene
from netcore.failover.streams import Streams
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Design:
    """A way to survive a fault.

    Args:
        id: key, such as ``balancer``.
        mechanism: row of the reference on failover, such as ``M4``.
        description: one or two sentences for people.
    """

    id: str
    title: str
    mechanism: str
    description: str


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How often a design acts though nothing failed, and how long that hurts each time.

    Args:
        per_month: events per month.
        window_s: seconds in which new connections may fail, for each of them.
    """

    per_month: float
    window_s: float


class Mechanism(Protocol):
    """What a design does once something is broken."""

    def assumptions(self) -> Iterator[Assumption]:
        """Yield the numbers and statements it rests on."""
        ...

    def play(self, streams: Streams) -> Play:
        """Return one trial."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """One design for one drawing and one fault.

    Args:
        scene: with the settings and changes of the design.
        false_alarms: None where nothing is known that would set it off by mistake.
    """

    design: Design
    scene: Scene
    mechanism: Mechanism
    false_alarms: FalseAlarms | None = None

    def assumptions(self) -> Iterator[Assumption]:
        """Yield what the run rests on: the edits of the drawing first."""
        yield from self.scene.notes
        yield from self.mechanism.assumptions()


def failing_vm(scene: Scene) -> str:
    """Return the VM that a design protects: the fault's, or the one of its steps that is an appliance.

    Raises:
        NotModelled: the fault takes no running VM, or an instance of a gateway besides.
    """
    fault, topology = scene.fault, scene.drawn.topology
    named = fault.vm if fault.vm is not None else _silenced(scene)
    if named is None and fault.kind is FaultKind.NOTHING:
        # Nothing breaks: the design is shown at rest, with the first appliance as the one it would protect.
        named = next((key for key, vm in sorted(topology.vms.items()) if vm.guest.forwarding), None)
    if named is None:
        raise NotModelled(say("The fault {name} takes no appliance away.", name=fault.name))
    vm = vm_of(scene.drawn, fault) if fault.vm is not None else named
    if topology.vms[vm].power is not Power.RUNNING:
        raise NotModelled(say("{name} is drawn as stopped, so it cannot fail.", name=topology.vms[vm].name))
    if scene.breakage.gone:
        gateway = topology.gateways[scene.breakage.gone[0].gateway].name
        raise NotModelled(
            say(
                "The fault also takes an instance of {gateway}, and this design has no times for gateways.",
                gateway=gateway,
            )
        )
    return vm


def _silenced(scene: Scene) -> str | None:
    """Return the first VM that the fault silences, one whose guest forwards before others."""
    vms = scene.drawn.topology.vms
    found = sorted(scene.breakage.silent, key=lambda vm: (not vms[vm].guest.forwarding, vm))
    return found[0] if found else None
