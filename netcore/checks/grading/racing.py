"""Races for checks: the drawing with its fault, figures of many trials, and the moments of one timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netcore import failover
from netcore.checks.grading import changing
from netcore.checks.grading.case import CannotGrade, Case
from netcore.checks.language.timed import CONDITIONS, CONTROLLERS, Race
from netcore.document.models import Scenario
from netcore.errors import NotFound, NotModelled
from netcore.failover.clock import SECOND_US
from netcore.failover.designs import plan
from netcore.failover.race import Lane, fault_of
from netcore.failover.timing import timing_of
from netcore.forwarding.walk import trace
from netcore.trace.model import Trace
from netcore.trace.packet import Packet
from netcore.words import say, say_many

SCENE = 20_000
"""Steps that setting up a race costs: its flows are followed at each moment."""

TRIAL = 20
"""Steps that one trial of one design costs."""

MOMENTS = 200
"""Moments of one timeline that are looked at; more are refused."""


class NotPlayable(Exception):
    """A design cannot be played in a drawing; the message says why."""


def scenario_of(race: Race, case: Case) -> tuple[Case, Scenario]:
    """Return the drawing that a race is played in: whose faults, traffic and timing it says, and its changes.

    Raises:
        CannotGrade: the drawing cannot be run.
        NotPlayable: it has no such fault or traffic.
    """
    if case.drawing is not None and race.setting == "start" and case.drawing is not case.start:
        case = replace(case, drawing=_with_setting(case.start, case.drawing, race))
    case = changing.changed(case, race.given)
    scenario = case.network.scenario
    missing = [flow for flow in race.flows if flow not in scenario.traffic]
    if race.fault not in scenario.faults or missing:
        raise NotPlayable(
            say(
                "The drawing has no fault or traffic called {missing}.",
                missing=", ".join(missing) or race.fault,
            )
        )
    if race.flows:
        kept = {flow: scenario.traffic[flow] for flow in race.flows}
        scenario = scenario.model_copy(update={"traffic": kept})
    return case, scenario


def _with_setting(start: Scenario, drawing: Scenario, race: Race) -> Scenario:
    """Return the drawing with all that tells of a race as at the start, but for what is the race's own."""
    numbers = {name: value for name, value in start.timing_overrides.items() if name not in race.own}
    numbers |= {name: value for name, value in drawing.timing_overrides.items() if name in race.own}
    faults = dict(start.faults)
    if CONDITIONS in race.own and race.fault in faults and race.fault in drawing.faults:
        conditions = drawing.faults[race.fault].conditions
        faults[race.fault] = faults[race.fault].model_copy(update={"conditions": conditions})
    controllers = dict(start.controllers)
    if CONTROLLERS in race.own:
        controllers |= {key: one for key, one in drawing.controllers.items() if key in controllers}
    return drawing.model_copy(
        update={
            "faults": faults,
            "controllers": controllers,
            "traffic": start.traffic,
            "timing": start.timing,
            "timing_overrides": numbers,
        }
    )


def summaries(race: Race, case: Case, designs: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """Return the summary of trials for each design; None where it cannot be played. They share their draws.

    Raises:
        CannotGrade: no steps are left, or the drawing cannot be run.
        NotPlayable: the drawing has no such fault.
    """
    case, scenario = scenario_of(race, case)
    refusals = failover.refusals(scenario, race.fault)
    able = [one for one in failover.DESIGNS if one.id in designs and one.id not in refusals]
    found: dict[str, dict[str, Any] | None] = dict.fromkeys(designs)
    if able:
        # Spent whether or not another check has asked: what a check may do hangs on no other one.
        case.budget.spend((SCENE + TRIAL * race.trials) * len(able))
        key = (
            scenario.model_dump_json(exclude={"layout"}),
            race.fault,
            race.trials,
            tuple(able),
            _seed(case),
        )
        if key not in case.kept:
            made = failover.Trials(scenario, able, race.fault, _seed(case), engine="numpy")
            case.kept[key] = failover.merge([made.chunk(0, race.trials)])["designs"]
        found |= {row["design"]: row for row in case.kept[key]}
    return found


def why_not(race: Race, case: Case, design: str) -> str:
    """Return why a design cannot be played, in words."""
    _, scenario = scenario_of(race, case)
    return failover.refusals(scenario, race.fault).get(design, "It cannot be played.")


def figure_of(summary: dict[str, Any], name: str) -> float | None:
    """Return a figure of a summary; None for never."""
    value: Any = summary
    for part in name.split("."):
        value = value[part]
    return None if value is None else float(value)


def example(race: Race, case: Case, seed: int, designs: Sequence[str] = ()) -> dict[str, Any]:
    """Return a timeline as it is replayed on the learner's own drawing, or on the starting one.

    Args:
        case: of the drawing that the race is played in, as ``scenario_of`` gives it.
        designs: several that are raced side by side; empty: that of the race.
    """
    question = {"fault": race.fault, "designs": list(designs) or [race.design], "seed": seed}
    return case.replayed("failover", question=question)


def _seed(case: Case) -> int:
    return case.start.seed


@dataclass(frozen=True)
class Timeline:
    """One failover of one design, ready to be asked.

    Args:
        case: of the drawing that it is played in.
    """

    race: Race
    case: Case
    seed: int
    lane: Lane

    def metrics(self) -> dict[str, Any]:
        """Return the figures of the whole timeline, as ``failover.metrics`` has them."""
        return self.lane.metrics(self.lane.ends_us)

    def moments(self) -> Iterator[tuple[int, Case]]:
        """Yield time since the fault, in microseconds, and the case of each moment; -1 is before the fault.

        Packets go by what the host of their sender knows at that moment; their answers do as well.

        Raises:
            CannotGrade: there are too many moments.
        """
        scene = self.lane.plan.scene
        stages = [(-1, scene.start), *scene.after(self.lane.play.changes)]
        if len(stages) > MOMENTS:
            raise CannotGrade(
                say_many(
                    "The timeline has {count} moment; at most {moments} are looked at.",
                    "The timeline has {count} moments; at most {moments} are looked at.",
                    len(stages),
                    moments=MOMENTS,
                )
            )
        for time_us, moment in stages:

            def at(packet: Packet, moment: Any = moment) -> Trace:
                view = moment.seen_by(packet.source, packet.source)
                return trace(scene.network(view), packet, scene.state(moment, view))

            drawing = scene.redrawn(moment.settings)
            yield time_us, replace(self.case, drawing=drawing, tracer=at)


def timelines(race: Race, case: Case, count: int) -> Iterator[Timeline]:
    """Yield failovers with seeds that follow the drawing's; what one learned of its moments the next uses.

    Raises:
        CannotGrade: the drawing cannot be run, or no steps are left.
        NotPlayable: the design cannot be played in this drawing.
    """
    made, scenario = scenario_of(race, case)
    made.budget.spend(SCENE)
    timing = timing_of(scenario)
    design = next(one for one in failover.DESIGNS if one.id == race.design)
    lane: Lane | None = None
    try:
        ready = plan(scenario, design, fault_of(scenario, race.fault), timing)
        for seed in range(_seed(case), _seed(case) + count):
            made.budget.spend(TRIAL)
            lane = Lane(ready, race.fault, seed, timing, lane)
            yield Timeline(race, made, seed, lane)
    except (NotModelled, NotFound) as error:
        raise NotPlayable(str(error)) from error


def when(time_us: int) -> str:
    """Return a time since the fault in words."""
    return (
        say("Before the fault")
        if time_us < 0
        else say("{time_us:.1f} s after the fault", time_us=time_us / SECOND_US)
    )
