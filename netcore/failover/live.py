"""A race that people steer while it plays: told up to a time, and open behind it.

It begins in quiet, as a fault of kind ``nothing``, and whatever is injected becomes a step of that fault. So
what was played is an ordinary fault, and racing that again tells the same.

After each injection the designs are planned anew with one step more. What was told before it stays as it is,
for nothing that a lane tells hangs on what comes later.

Source: ours.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from netcore.document.faults import Fault, FaultKind, FaultStep
from netcore.document.models import Power, Scenario
from netcore.document.reader import dump
from netcore.errors import NotFound, NotModelled
from netcore.failover.clock import SECOND_US
from netcore.failover.designs import plan, refused
from netcore.failover.plan import Design
from netcore.failover.race import Lane, Payload, simulated_time
from netcore.failover.redraw import changed
from netcore.failover.timing import timing_of
from netcore.words import say

HORIZON_US = 10**13
"""Nobody plays so long: the greatest time a document can hold."""

MOST_STEPS = 200
"""So many steps a fault can have."""

STOPS = {FaultKind.CRASH, FaultKind.PAUSE, FaultKind.GRACEFUL_STOP, FaultKind.PAIR_RESTARTS}
"""Kinds that silence a VM, which must run before that."""

_LONGEST_NAME = 120


class LiveRace:
    """Several designs side by side, while people say what breaks.

    Args:
        designs: in the order of display.
        seed: None takes the scenario's.
        protects: id of the VM that the designs protect; None: the first appliance in the order of ids.
        name: of the fault.

    Attributes:
        position_us: all up to here has been told.

    Raises:
        NotFound: there is no such VM or design.
        NotModelled: a design cannot be played in this drawing, even while nothing breaks.
    """

    def __init__(
        self,
        scenario: Scenario,
        designs: Sequence[Design],
        seed: int | None = None,
        protects: str | None = None,
        name: str = "Live",
    ) -> None:
        vms = scenario.topology.vms
        if protects is not None and protects not in vms:
            raise NotFound(
                say("The drawing has no VM {protects}, so no design can protect it.", protects=protects)
            )
        self._scenario = scenario
        self._timing = timing_of(scenario)
        self._seed = scenario.seed if seed is None else seed
        self._name = name
        self._id = _free_id(scenario)
        self._fault = _quiet(scenario, protects, name)
        self.position_us = 0
        self._lanes = [self._lane(design, self._fault, None) for design in designs]
        self._told = [self._timeline(lane) for lane in self._lanes]

    def _lane(self, design: Design, fault: Fault, before: Lane | None) -> Lane:
        made = plan(self._scenario, design, fault, self._timing)
        return Lane(made, self._id, self._seed, self._timing, before)

    def _timeline(self, lane: Lane) -> list[Payload]:
        """Return what a lane tells if nothing more is injected, without what never ends."""
        return [one for one in lane.timeline(HORIZON_US) if simulated_time(one) < HORIZON_US]

    def start(self) -> list[Payload]:
        """Return the first event of each design, then what holds at time 0."""
        begun = [lane.started(None) for lane in self._lanes]
        return [*begun, *self._between(-1, 0)]

    def until(self, t_us: int) -> list[Payload]:
        """Return what happens behind the position up to a time, in order, and move the position there.

        Strips and spans come at their end, so one that is still open is not among them.
        """
        found = self._between(self.position_us, t_us)
        self.position_us = max(self.position_us, t_us)
        return found

    def _between(self, after_us: int, t_us: int) -> list[Payload]:
        parts = [[one for one in told if after_us < simulated_time(one) <= t_us] for told in self._told]
        return list(heapq.merge(*parts, key=simulated_time))

    def inject(self, step: Mapping[str, Any], t_us: int) -> int:
        """Let something break, or be mended, and return when: at a time, but behind the position.

        Args:
            step: a step of a fault without its time.

        Raises:
            NetcoreError: it cannot be played in this drawing, or by none of the designs. Nothing changed.
        """
        if t_us < self.position_us:
            raise NotModelled(
                say(
                    "It is {position_us:g} s already, so nothing can happen at {t_us:g} s.",
                    position_us=self.position_us / SECOND_US,
                    t_us=t_us / SECOND_US,
                )
            )
        if len(self._fault.then) >= MOST_STEPS:
            raise NotModelled(
                say(
                    "A fault has at most {most_steps} steps; end this run and begin another.",
                    most_steps=MOST_STEPS,
                )
            )
        at_us = max(t_us, self.position_us + 1)
        made = _step(step, at_us)
        self._check(made)
        fault = changed(self._fault, then=(*self._fault.then, made))
        lanes = [self._lane(lane.plan.design, fault, lane) for lane in self._lanes]
        before = [len(lane.plan.scene.left_out) for lane in self._lanes]
        reasons = [lane.plan.scene.left_out[count:] for lane, count in zip(lanes, before, strict=True)]
        if lanes and all(reasons):
            raise NotModelled(" ".join(dict.fromkeys(why for left in reasons for _, why in left)))
        told = [self._timeline(lane) for lane in lanes]
        self._fault, self._lanes, self._told = fault, lanes, told
        return at_us

    def _check(self, step: FaultStep) -> None:
        """Refuse what makes no sense at this moment, though a drawn fault may say so.

        Raises:
            NotModelled: the VM is down already, or runs already.
        """
        vms = self._scenario.topology.vms
        machine = vms.get(step.vm) if step.vm is not None else None
        if step.kind is FaultKind.NOTHING:
            raise NotModelled(say("A step of kind nothing changes nothing; name what breaks."))
        if step.vm is None or machine is None or not self._lanes:
            return
        if machine.power is not Power.RUNNING:
            raise NotModelled(
                say("{name} is drawn as stopped; start it in the drawing first.", name=machine.name)
            )
        silences = self._lanes[0].plan.scene.breakage.silences(step.vm)
        down = any(begin <= step.after_us and (end is None or step.after_us < end) for begin, end in silences)
        if step.kind in STOPS and down:
            raise NotModelled(say("{name} is down already; restore it first.", name=machine.name))
        if step.kind is FaultKind.RESTORE and not down:
            raise NotModelled(say("{name} runs already; there is nothing to restore.", name=machine.name))

    @property
    def settled(self) -> bool:
        """Whether nothing more happens unless something is injected."""
        return not any(simulated_time(one) > self.position_us for told in self._told for one in told)

    def end(self, t_us: int) -> list[Payload]:
        """Return the rest up to a time, what is open then cut there, and the metrics of each design."""
        after_us = self.position_us
        end_us = max(after_us, t_us)
        parts = [
            [one for one in lane.timeline(end_us) if simulated_time(one) > after_us or one not in told]
            for lane, told in zip(self._lanes, self._told, strict=True)
        ]
        self.position_us = end_us
        metrics = [lane.metrics(end_us) for lane in self._lanes]
        return [*heapq.merge(*parts, key=simulated_time), *metrics]

    def fault(self) -> Fault:
        """Return what was played, as a fault; its name tells what was done."""
        return changed(self._fault, name=self._words())

    def saved(self) -> dict[str, Any]:
        """Return the document with what was played as one fault more."""
        faults = {**self._scenario.faults, self._id: self.fault()}
        return dump(changed(self._scenario, faults=faults))

    @property
    def fault_id(self) -> str:
        """Id of the fault in the document that is saved."""
        return self._id

    def _words(self) -> str:
        parts = [_words(self._scenario, step) for step in self._fault.then]
        whole = f"{self._name}: {', '.join(parts) if parts else 'nothing happened'}"
        return (
            whole
            if len(whole) <= _LONGEST_NAME
            else say("{name}: {count} steps, {whole}...", name=self._name, count=len(parts), whole=whole[:80])
        )


def _quiet(scenario: Scenario, protects: str | None, name: str) -> Fault:
    """Return the fault that a live race begins with: nothing breaks."""
    if protects is None:
        vms = sorted(scenario.topology.vms.items())
        protects = next((key for key, vm in vms if vm.guest.forwarding), None)
    return Fault(kind=FaultKind.NOTHING, vm=protects, name=name, at_us=0)


def live_refusals(scenario: Scenario, protects: str | None = None) -> dict[str, str]:
    """Return why designs cannot be raced live, by their id: they cannot be played even in quiet."""
    return refused(scenario, _quiet(scenario, protects, "Live"), timing_of(scenario))


def check_step(step: Mapping[str, Any]) -> None:
    """Check the form of a step of a fault without its time.

    Raises:
        NotModelled: it is none; the message names the place.
    """
    _step(step, 0)


def _step(step: Mapping[str, Any], at_us: int) -> FaultStep:
    try:
        return FaultStep.model_validate({**step, "after_us": at_us})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        place = "/".join(str(part) for part in found["loc"]) or say("the step")
        raise NotModelled(
            say("This is no step of a fault: at {place}, {found}.", place=place, found=found["msg"])
        ) from error


def _words(scenario: Scenario, step: FaultStep) -> str:
    """Return a step in a few words, such as ``crash of Appliance 1 at 12.5 s``."""
    vm = scenario.topology.vms.get(step.vm or "")
    what = vm.name if vm is not None else step.link or step.gateway or step.region or step.address
    of = say(" of {what}", what=what) if what else ""
    return say(
        "{value}{of} at {after_us:.1f} s", value=step.kind.value, of=of, after_us=step.after_us / SECOND_US
    )


def _free_id(scenario: Scenario) -> str:
    number = 1
    while f"live-{number}" in scenario.faults:
        number += 1
    return f"live-{number}"
