"""One failover of one design, told event by event in the order of simulated time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from netcore.document.faults import Fault, FaultKind
from netcore.document.models import Scenario
from netcore.errors import NotFound
from netcore.failover.clock import SECOND_US, Clock
from netcore.failover.designs import DESIGNS, plan, playable, refused
from netcore.failover.fates import Direction, Fates, FlowFate
from netcore.failover.moments import Moment, Note, Play, Span
from netcore.failover.outcomes import Judge, Outcome, settled_us
from netcore.failover.plan import Design, Plan
from netcore.failover.statistics import weighted_quantile
from netcore.failover.streams import Streams
from netcore.failover.timing import timing_of
from netcore.failover.ways import Ways
from netcore.profiles.timing import TimingProfile
from netcore.words import say

Payload = dict[str, Any]

LEAD_US = 5 * SECOND_US
"""So long before the fault a run begins, if the fault is not earlier."""

_DIRECTIONS = ("forward", "return")


def designs(scenario: Scenario, fault: str | None = None) -> tuple[Design, ...]:
    """Return the designs that can be played for a fault, or for at least one, in order of display.

    Raises:
        NotFound: the scenario has no such fault.
    """
    timing = timing_of(scenario)
    faults = scenario.faults.values() if fault is None else [fault_of(scenario, fault)]
    found = {made.design.id for one in faults for made in playable(scenario, one, timing)}
    return tuple(design for design in DESIGNS if design.id in found)


def refusals(scenario: Scenario, fault: str) -> dict[str, str]:
    """Return why designs cannot be played for a fault, by their id.

    Raises:
        NotFound: the scenario has no such fault.
    """
    return refused(scenario, fault_of(scenario, fault), timing_of(scenario))


def simulate(
    scenario: Scenario, design: Design, fault: str, seed: int | None = None, duration_us: int | None = None
) -> Iterator[Payload]:
    """Yield the events of one failover: ``failover.started``, all others by time, ``failover.metrics``.

    Times count from 0; the run begins 5 s before the fault, which comes at its drawn time.

    Args:
        fault: key of the scenario's faults.
        seed: None takes the scenario's.
        duration_us: when it ends; None: when everything has settled.

    Raises:
        NotFound: the scenario has no such fault, or there is no such design.
        NotModelled: the design cannot be played for this fault.
    """
    timing = timing_of(scenario)
    made = plan(scenario, design, fault_of(scenario, fault), timing)
    return Lane(made, fault, scenario.seed if seed is None else seed, timing).events(duration_us)


def race(
    scenario: Scenario, designs: Sequence[Design], fault: str, seed: int | None = None
) -> Iterator[Payload]:
    """Yield the events of several designs side by side, in the order of simulated time.

    All see the same draws and end at the same time. First come all ``failover.started``, last all
    ``failover.metrics``, each in the order of ``designs``.

    Raises:
        NotFound, NotModelled: see ``simulate``.
    """
    timing = timing_of(scenario)
    drawn = fault_of(scenario, fault)
    chosen = scenario.seed if seed is None else seed
    lanes = [Lane(plan(scenario, design, drawn, timing), fault, chosen, timing) for design in designs]
    end_us = max((lane.ends_us for lane in lanes), default=0)
    # merge() compares the heads of the lanes only, so each design keeps its own order.
    yield from heapq.merge(*(lane.events(end_us) for lane in lanes), key=simulated_time)


def simulated_time(payload: Payload) -> float:
    """Return when an event is told: at its time or its end, all ``failover.started`` first, metrics last."""
    for field in ("t_us", "to_us"):
        if field in payload:
            return float(payload[field])
    return float("inf") if payload["event"] == "failover.metrics" else -1.0


def fault_of(scenario: Scenario, fault: str) -> Fault:
    """Return a fault.

    Raises:
        NotFound: the scenario has no such fault.
    """
    found = scenario.faults.get(fault)
    if found is None:
        raise NotFound(say("The scenario has no fault {fault}.", fault=fault))
    return found


class Lane:
    """One trial of one plan on its way to events.

    Args:
        before: the same design with fewer steps of the fault; what it knows of its moments is used again.
    """

    def __init__(
        self, made: Plan, fault_id: str, seed: int, timing: TimingProfile, before: Lane | None = None
    ) -> None:
        self.plan = made
        self.fault_id = fault_id
        self.fault = made.scene.fault
        self.seed = seed
        self.timing = timing
        self.play = made.mechanism.play(Streams(seed, 0))
        self.start_us = max(0, self.fault.at_us - LEAD_US)
        self.ends_us = _ends_us(self.play, self.fault.at_us)
        self.duration_us = self.ends_us
        self.fates, self.ways = self._known(before)
        self.judge = Judge(self.fates, timing, made.scene)

    def _known(self, before: Lane | None) -> tuple[Fates, Ways]:
        """Return what becomes of flows, from the lane before where its moments mean the same."""
        if before is not None and before.plan.scene.same_settings(self.plan.scene):
            return before.fates, before.ways
        fates = Fates(self.plan, self.timing)
        return fates, Ways(self.plan, fates)

    def events(self, duration_us: int | None) -> Iterator[Payload]:
        """Yield all events; None: until everything has settled."""
        until_us = self.ends_us if duration_us is None else duration_us
        yield self.started(until_us)
        yield from self.timeline(until_us)
        yield self.metrics(until_us)

    def timeline(self, duration_us: int) -> Iterator[Payload]:
        """Yield what happens up to a time, in order; what lasts longer is cut there."""
        self.duration_us = duration_us
        intervals = self._intervals()
        clock: Clock[Payload] = Clock()
        for note in (*self.play.story(self.fault.at_us), *self._own_notes(intervals)):
            if isinstance(note, Note):
                clock.at(note.t_us, self._note(note), 0)
            elif note.from_us < duration_us:
                end_us = min(note.to_us, duration_us)
                clock.at(end_us, self._span(replace(note, to_us=end_us)), 1)
        for payload in self._strips(intervals):
            clock.at(payload["to_us"], payload, 2)
        for payload in self._moments():
            clock.at(payload["t_us"], payload, 3)
        for time_us, payload in clock.run():
            if time_us > duration_us:
                return
            yield payload

    def started(self, duration_us: int | None) -> Payload:
        """Return the first event; a duration of None is left open, for the run is live."""
        scenario, design = self.plan.scene.drawn, self.plan.design
        assumptions = (*self.plan.assumptions(), *self.judge.assumptions())
        return {
            "event": "failover.started",
            "design": design.id,
            "title": say(design.title),
            "mechanism": design.mechanism,
            "seed": self.seed,
            "fault": {
                "id": self.fault_id,
                "name": self.fault.name,
                "kind": self.fault.kind.value,
                "vm": self.fault.vm,
                "at_us": self.fault.at_us,
            },
            **({"live": True} if duration_us is None else {"duration_us": duration_us}),
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

    def _intervals(self) -> list[tuple[int, int, tuple[FlowFate, ...]]]:
        """Return from, to and fates of the flows, without gaps, from the start of the run to its end."""
        moment: Moment = self.plan.scene.start
        begun_us = self.start_us
        found = []
        for time_us, number in self.play.changes:
            now_us = self.fault.at_us + time_us
            if now_us >= self.duration_us:
                break
            if now_us > begun_us:
                found.append((begun_us, now_us, self.fates.at(moment)))
                begun_us = now_us
            moment = self.plan.scene.catalogue[number].apply(moment)
        found.append((begun_us, self.duration_us, self.fates.at(moment)))
        return found

    def _moments(self) -> Iterator[Payload]:
        """Yield what the drawing shows from the start of the run on, and after each change."""
        start = self.plan.scene.start
        yield self.ways.event(self.start_us, start, self.fates.at(start))
        for time_us, moment in self.plan.scene.after(self.play.changes):
            if self.fault.at_us + time_us > self.duration_us:
                return
            yield self.ways.event(self.fault.at_us + time_us, moment, self.fates.at(moment))

    def _strips(self, intervals: list[tuple[int, int, tuple[FlowFate, ...]]]) -> Iterator[Payload]:
        """Yield the stretches in which nothing changes for one flow in one direction."""
        for index, flow in enumerate(self.plan.scene.drawn.traffic):
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

    def _own_notes(self, intervals: list[tuple[int, int, tuple[FlowFate, ...]]]) -> Iterator[Note | Span]:
        """Yield the fault and what it means for flows."""
        scenario, at_us = self.plan.scene.drawn, self.fault.at_us
        yield from self._not_played()
        for number, (time_us, text, ref) in enumerate(self.plan.scene.breakage.text):
            named = number == 0 and self.fault.kind is not FaultKind.NOTHING
            words = f"{self.fault.name}: {text}" if named else text
            yield Note(at_us + time_us, "fault", "point", words, ref, None, say("the drawing"))
        for index, flow in enumerate(scenario.traffic.values()):
            last = None
            for from_us, _, flows in intervals:
                fate = flows[index]
                shares = say(
                    "{started:.0%} of new and {open_share:.0%} of open connections",
                    started=fate.started,
                    open_share=_open_share(fate),
                )
                if last is not None and shares != last:
                    yield Note(
                        from_us,
                        "flows",
                        "point",
                        say("{name}: {shares} get through", name=flow.name, shares=shares),
                    )
                last = shares
        for begun_us, end_us in self.judge.outages(self.play):
            if end_us is None:
                text = say("new connections fail, to the end of the run")
                yield Span("flows", at_us + begun_us, self.duration_us, text)
                continue
            yield Note(at_us + end_us, "flows", "end", say("new connections succeed again"))
            yield Span("flows", at_us + begun_us, at_us + end_us, say("new connections fail"))

    def _not_played(self) -> Iterator[Note]:
        """Yield which steps of the fault this design leaves out, and which it does nothing about."""
        scene, at_us, play = self.plan.scene, self.fault.at_us, self.play
        for time_us, why in scene.left_out:
            text = say("not played in this lane: {why}", why=why)
            yield Note(at_us + time_us, "fault", "point", text, None, None, say("what the model covers"))
        if play.standby is None or play.acted_us is None:
            return
        name, ref = scene.name(play.standby), f"vms/{play.standby}"
        for begin_us, end_us in scene.breakage.silences(play.standby):
            if end_us is None or end_us > play.acted_us:
                text = say(
                    "{name} is away after it began to take over: this design's second failover is not "
                    "modelled",
                    name=name,
                )
                yield Note(at_us + max(begin_us, play.acted_us), "detect", "point", text, ref, "D", "ours")

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

    def metrics(self, duration_us: int) -> Payload:
        """Return the last event; packets are counted up to a time on the clock of the run.

        Where that is before everything has settled, what would have come later is not told.
        """
        end_us, calls = duration_us - self.fault.at_us, self.play.calls
        outcome, clocks = self.judge.outcome(self.play, end_us), self.play.clocks
        completes, decided_us = self.play.completes, self.play.decide_us
        if duration_us < self.ends_us:
            base_us = self.judge.base_us(self.play)
            outcome, clocks = outcome.until(end_us, base_us), clocks.until(end_us - base_us)
            completes = completes and None not in (clocks.detect_us, clocks.control_us)
            decided_us = (
                0 if clocks.detect_us is None else min(decided_us, end_us - base_us - clocks.detect_us)
            )
        never = sum(share for time_us, share in outcome.existing if time_us is None)
        whole = sum(share for _, share in outcome.existing)
        forward, back = round(outcome.lost_forward), round(outcome.lost_back)
        control_us = clocks.control_us
        return {
            "event": "failover.metrics",
            "design": self.plan.design.id,
            "completes": completes,
            "by_hand": outcome.new_us is not None and self.play.by_hand_us is not None,
            "detect_us": clocks.detect_us,
            "control_us": control_us,
            "data_us": clocks.data_us,
            "whole": clocks.whole or None,
            "beyond_us": clocks.beyond_us(outcome.new_us),
            "phases_us": {
                "detect": clocks.detect_us,
                "decide": decided_us,
                "control": None if control_us is None else max(0, control_us - decided_us),
                "program": clocks.data_us,
            },
            "recover_new_us": outcome.new_us,
            "recover_existing_us": {
                "p50": weighted_quantile(outcome.existing, 0.5),
                "p95": weighted_quantile(outcome.existing, 0.95),
                "never": never / whole if whole else 0.0,
            },
            "stall_us": {
                "with_rto": _stall(outcome, "stall_us"),
                "without_rto": _stall(outcome, "repair_us"),
            },
            "asymmetric": {
                "before": outcome.crooked[0] / outcome.scale.attempts if outcome.crooked else 0.0,
                "worst": max(outcome.crooked, default=0) / outcome.scale.attempts,
                "after": outcome.crooked[-1] / outcome.scale.attempts if outcome.crooked else 0.0,
            },
            "dual_active_us": self.play.dual_active_us,
            "calls": {
                "writes": calls.writes,
                "polls": calls.polls,
                "refusals": calls.refusals,
                "denied": calls.denied,
                "lowest_tokens": calls.lowest_tokens,
            },
            "windows_us": dict(zip(_DIRECTIONS, outcome.windows_us, strict=True)),
            "lost": {"forward": forward, "return": back, "total": forward + back},
            "lost_by_cause": {code: round(packets) for code, packets in outcome.lost_by_cause.items()},
            "flows": outcome.shares,
        }


def _stall(outcome: Outcome, field: str) -> Payload:
    """Return how long connections stood still that went on, in microseconds."""
    values = [(getattr(end, field), weight) for end, weight in outcome.ends if end.outcome == "stalled"]
    return {
        "p95": weighted_quantile(values, 0.95),
        "worst": max((value for value, weight in values if weight), default=None),
    }


def _ends_us(play: Play, at_us: int) -> int:
    """Return when a run may end: everything has settled and the whole story is told."""
    told = (part.t_us if isinstance(part, Note) else part.to_us for part in play.story(at_us))
    return max(at_us + settled_us(play), max(told, default=0) + SECOND_US)


def _open_share(fate: FlowFate) -> float:
    """Return the share of the connections opened before the fault whose packets get through."""
    known = [found for found in fate.existing if found is not None]
    return sum(found == (None, None) for found in known) / len(known) if known else 0.0
