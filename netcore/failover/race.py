"""One failover of one design, told event by event in the order of simulated time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netcore.document.models import Fault, Scenario
from netcore.errors import NotFound
from netcore.failover.clock import SECOND_US, Clock
from netcore.failover.designs import DESIGNS, Design, Plan, plan, playable
from netcore.failover.fates import Direction, Fates, FlowFate
from netcore.failover.moments import Moment, Note, Play, Span
from netcore.failover.outcomes import Judge, Outcome, settled_us, weighted_quantile
from netcore.failover.streams import Streams
from netcore.profiles.timing import TimingProfile, timing_profile

Payload = dict[str, Any]

LEAD_US = 5 * SECOND_US
"""So long before the fault a run begins, if the fault is not earlier."""

_DIRECTIONS = ("forward", "return")


def designs(scenario: Scenario) -> tuple[Design, ...]:
    """Return the designs that can be played for at least one fault of the scenario, in order of display."""
    timing = timing_profile(scenario.timing)
    found: set[str] = set()
    for vm in dict.fromkeys(fault.vm for fault in scenario.faults.values()):
        found |= {made.design.id for made in playable(scenario, vm, timing)}
    return tuple(design for design in DESIGNS if design.id in found)


def simulate(scenario: Scenario, design: Design, fault: str, seed: int | None = None) -> Iterator[Payload]:
    """Yield the events of one failover: ``failover.started``, all others by time, ``failover.metrics``.

    Times count from 0; the run begins 5 s before the fault, which comes at its drawn time. All designs of
    a scenario end at the same time under one seed, so that they can be shown side by side.

    Args:
        fault: key of the scenario's faults.
        seed: None takes the scenario's.

    Raises:
        NotFound: the scenario has no such fault, or there is no such design.
        NotModelled: the design cannot be played for this fault.
    """
    timing = timing_profile(scenario.timing)
    drawn = fault_of(scenario, fault)
    made = plan(scenario, design, drawn.vm, timing)
    return _Race(made, fault, drawn, scenario.seed if seed is None else seed, timing).events()


def fault_of(scenario: Scenario, fault: str) -> Fault:
    """Return a fault.

    Raises:
        NotFound: the scenario has no such fault.
    """
    found = scenario.faults.get(fault)
    if found is None:
        raise NotFound(f"The scenario has no fault {fault}.")
    return found


class _Race:
    """One trial of one plan on its way to events."""

    def __init__(self, made: Plan, fault_id: str, fault: Fault, seed: int, timing: TimingProfile) -> None:
        self.plan = made
        self.fault_id = fault_id
        self.fault = fault
        self.seed = seed
        self.timing = timing
        self.play = made.mechanism.play(Streams(seed, 0))
        self.start_us = max(0, fault.at_us - LEAD_US)
        self.duration_us = max(
            _ends_us(other.mechanism.play(Streams(seed, 0)), fault.at_us)
            for other in playable(made.scenario, fault.vm, timing)
        )

    def events(self) -> Iterator[Payload]:
        """Yield all events."""
        fates = Fates(self.plan, self.timing)
        judge = Judge(fates, self.timing)
        yield self._started(judge)
        outcome = judge.outcome(self.play, self.duration_us - self.fault.at_us)
        intervals = self._intervals(fates)
        clock: Clock[Payload] = Clock()
        for note in (*self.play.story(self.fault.at_us), *self._own_notes(intervals, outcome)):
            if isinstance(note, Note):
                clock.at(note.t_us, self._note(note), 0)
            else:
                clock.at(note.to_us, self._span(note), 1)
        for payload in self._strips(intervals):
            clock.at(payload["to_us"], payload, 2)
        for _, payload in clock.run():
            yield payload
        yield self._metrics(outcome)

    def _started(self, judge: Judge) -> Payload:
        scenario, design = self.plan.scenario, self.plan.design
        assumptions = (*self.plan.assumptions(), *judge.assumptions())
        return {
            "event": "failover.started",
            "design": design.id,
            "title": design.title,
            "mechanism": design.mechanism,
            "seed": self.seed,
            "fault": {
                "id": self.fault_id,
                "name": self.fault.name,
                "vm": self.fault.vm,
                "at_us": self.fault.at_us,
            },
            "duration_us": self.duration_us,
            "flows": [
                {
                    "id": key,
                    "name": flow.name,
                    "protocol": flow.protocol,
                    "packets_per_second": flow.packets_per_second,
                }
                for key, flow in scenario.traffic.items()
            ],
            "assumptions": [assumption.as_dict() for assumption in assumptions],
        }

    def _intervals(self, fates: Fates) -> list[tuple[int, int, tuple[FlowFate, ...]]]:
        """Return from, to and fates of the flows, without gaps, from the start of the run to its end."""
        moment: Moment = self.plan.start
        begun_us = self.start_us
        found = []
        for time_us, number in self.play.changes:
            now_us = self.fault.at_us + time_us
            if now_us > begun_us:
                found.append((begun_us, now_us, fates.at(moment)))
                begun_us = now_us
            moment = self.plan.mechanism.catalogue[number].apply(moment)
        found.append((begun_us, self.duration_us, fates.at(moment)))
        return found

    def _strips(self, intervals: list[tuple[int, int, tuple[FlowFate, ...]]]) -> Iterator[Payload]:
        """Yield the stretches in which nothing changes for one flow in one direction."""
        for index, flow in enumerate(self.plan.scenario.traffic):
            for side, direction in enumerate(_DIRECTIONS):
                merged: list[tuple[int, int, Direction]] = []
                for from_us, to_us, flows in intervals:
                    fate = flows[index].back if side else flows[index].forward
                    if merged and merged[-1][2] == fate:
                        merged[-1] = (merged[-1][0], to_us, fate)
                    else:
                        merged.append((from_us, to_us, fate))
                for from_us, to_us, fate in merged:
                    yield {
                        "event": "failover.strip",
                        "design": self.plan.design.id,
                        "flow": flow,
                        "direction": direction,
                        "from_us": from_us,
                        "to_us": to_us,
                        "delivered": fate.delivered,
                        "codes": dict(fate.codes),
                    }

    def _own_notes(
        self, intervals: list[tuple[int, int, tuple[FlowFate, ...]]], outcome: Outcome
    ) -> Iterator[Note | Span]:
        """Yield the fault and what it means for flows."""
        scenario, at_us = self.plan.scenario, self.fault.at_us
        name = scenario.topology.vms[self.fault.vm].name
        text = f"{self.fault.name}: {name} stops answering"
        yield Note(at_us, "fault", "point", text, f"vms/{self.fault.vm}", None, "fact A9; the drawing")
        for index, flow in enumerate(scenario.traffic.values()):
            last = None
            for from_us, _, flows in intervals:
                fate = flows[index]
                shares = f"{fate.started:.0%} of new and {_open_share(fate):.0%} of open connections"
                if last is not None and shares != last:
                    yield Note(from_us, "flows", "point", f"{flow.name}: {shares} get through")
                last = shares
        if outcome.new_us:
            yield Note(at_us + outcome.new_us, "flows", "end", "new connections succeed again")
            yield Span("flows", at_us, at_us + outcome.new_us, "new connections fail")

    def _note(self, note: Note) -> Payload:
        return {
            "event": "failover.event",
            "design": self.plan.design.id,
            "t_us": note.t_us,
            "lane": note.lane,
            "kind": note.kind,
            "text": note.text,
            "ref": note.ref,
            "grade": note.grade,
            "source": note.source,
        }

    def _span(self, span: Span) -> Payload:
        return {
            "event": "failover.span",
            "design": self.plan.design.id,
            "lane": span.lane,
            "from_us": span.from_us,
            "to_us": span.to_us,
            "text": span.text,
        }

    def _metrics(self, outcome: Outcome) -> Payload:
        clocks = self.play.clocks
        never = sum(share for time_us, share in outcome.existing if time_us is None)
        whole = sum(share for _, share in outcome.existing)
        forward, back = round(outcome.lost_forward), round(outcome.lost_back)
        return {
            "event": "failover.metrics",
            "design": self.plan.design.id,
            "completes": self.play.completes,
            "detect_us": clocks.detect_us,
            "control_us": clocks.control_us,
            "data_us": clocks.data_us,
            "recover_new_us": outcome.new_us,
            "recover_existing_us": {
                "p50": weighted_quantile(outcome.existing, 0.5),
                "p95": weighted_quantile(outcome.existing, 0.95),
                "never": never / whole if whole else 0.0,
            },
            "windows_us": dict(zip(_DIRECTIONS, outcome.windows_us, strict=True)),
            "lost": {"forward": forward, "return": back, "total": forward + back},
            "lost_by_cause": {code: round(packets) for code, packets in outcome.lost_by_cause.items()},
            "flows": outcome.shares,
        }


def _ends_us(play: Play, at_us: int) -> int:
    """Return when a run may end: everything has settled and the whole story is told."""
    told = (part.t_us if isinstance(part, Note) else part.to_us for part in play.story(at_us))
    return max(at_us + settled_us(play), max(told, default=0) + SECOND_US)


def _open_share(fate: FlowFate) -> float:
    """Return the share of the connections opened before the fault whose packets get through."""
    known = [found for found in fate.existing if found is not None]
    return sum(found == (None, None) for found in known) / len(known) if known else 0.0
