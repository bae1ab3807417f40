"""Verbs over time and over all headers: lost, never, always, finally."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from netcore.batch.compile import Compiled
from netcore.batch.reach import everything, headers_named
from netcore.batch.reach import never as proof
from netcore.checks.grading import names, racing
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.racing import NotPlayable, Timeline
from netcore.checks.language.check import Always, Check, Finally, Never
from netcore.checks.language.timed import Arrives, Lost, Race
from netcore.failover.clock import SECOND_US
from netcore.trace.packet import Packet, protocol_name

Evaluate = Callable[[Check, Case], Finding]

PROOF = 120
"""Steps that a proof costs for each cell, a set of headers that fare alike: some 2 ms."""

EXAMPLES = 12
"""Timelines that are played to find the shortest one that breaks a bound."""

_SECONDS = {"new.p50": "recover_new_us", "new.p95": "recover_new_us", "new.max": "recover_new_us"}
"""Figures whose counterexample is a timeline with that metric out of bounds."""


def lost(part: Lost, case: Case) -> Finding:
    """Return whether a figure of many trials keeps within its bounds."""
    try:
        summary = racing.summaries(part.race, case, [part.race.design])[part.race.design]
        if summary is None:
            return failed(f"{part.race.design}: {racing.why_not(part.race, case, part.race.design)}")
        value = racing.figure_of(summary, part.figure)
        if _within(value, part):
            return PASSED
        message = f"{part.figure} of {part.race.design} is {_shown(value)} over {part.race.trials} trials."
        return _with_example(part, case, message)
    except NotPlayable as error:
        return failed(str(error))


def _within(value: float | None, part: Lost) -> bool:
    if value is None:  # never
        return part.at_most is None
    return (part.at_most is None or value <= part.at_most) and (
        part.at_least is None or value >= part.at_least
    )


def _shown(value: float | None) -> str:
    return "never" if value is None else f"{value:.4g}"


def _with_example(part: Lost, case: Case, message: str) -> Finding:
    """Return the finding with the shortest of some timelines that break the bound; never is longest."""
    metric = _SECONDS.get(part.figure, "")
    broken: list[tuple[float, int, Case]] = []
    if metric and part.at_most is not None:
        for line in racing.timelines(part.race, case, EXAMPLES):
            time_us = line.metrics()[metric]
            value = None if time_us is None else time_us / SECOND_US
            if not _within(value, part):
                broken.append((inf if value is None else value, line.seed, line.case))
    if not broken:
        return failed(message)
    value, seed, made = min(broken, key=lambda one: one[:2])
    return Finding(0.0, message, racing.example(part.race, made, seed), (value,))


def never(part: Never, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether something never happens."""
    if part.arrives is not None:
        return _never_arrives(part.arrives, case)
    if part.loops:
        return _never_loops(case)
    if part.race is None or part.check is None:
        raise CannotGrade("The check says nothing.")
    inner = part.check
    return _moments(part.race, case, lambda moment: not evaluate(inner, moment).passed, "holds")


def always(part: Always, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether a check holds at every moment of a race."""
    return _moments(part.race, case, lambda moment: evaluate(part.check, moment), "does not hold")


def finally_(part: Finally, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether a check holds when a race has settled."""
    return _moments(part.race, case, lambda moment: evaluate(part.check, moment), "does not hold", last=True)


def _moments(
    race: Race,
    case: Case,
    holds: Callable[[Case], Finding | bool],
    words: str,
    last: bool = False,
) -> Finding:
    """Return whether something is so at all moments of some timelines; the earliest other one is told."""
    broken: list[tuple[int, int, str, Timeline]] = []
    try:
        for line in racing.timelines(race, case, race.seeds):
            stages = list(line.moments())
            for time_us, moment in stages[-1:] if last else stages:
                found = holds(moment)
                passed = found if isinstance(found, bool) else found.passed
                if not passed:
                    why = "" if isinstance(found, bool) else f" {found.message}"
                    broken.append((time_us, line.seed, why, line))
                    break
    except NotPlayable as error:
        return failed(f"{race.design}: {error}")
    if not broken:
        return PASSED
    time_us, seed, why, line = min(broken, key=lambda one: one[:2])
    when = "When all has settled" if last else racing.when(time_us)
    example = racing.example(race, line.case, seed)
    at_us = max(0, line.lane.fault.at_us + time_us)
    return Finding(0.0, f"{when} it {words}.{why}", {**example, "t_us": at_us}, (time_us,))


def _never_arrives(part: Arrives, case: Case) -> Finding:
    compiled = Compiled(case.network)
    ends = _end(case, part.source), _end(case, part.to)
    try:
        headers = headers_named(part.protocol, part.ports)
        found = proof(compiled, *ends, headers, lambda cells: case.budget.spend(PROOF * cells))
    except ValueError as error:
        raise CannotGrade(f"The check names headers that there are not: {error}.") from error
    if found.holds is None:
        raise CannotGrade(f"Not modelled: {found.unknown[0]}")
    if found.counterexample is None:
        return PASSED
    packet = _replayed(found.counterexample)
    choice = f", if the choice falls on {found.by_choice}" if found.by_choice else ""
    port = f"/{packet.destination_port}" if packet.destination_port else ""
    message = f"It arrives: {packet.source} -> {packet.destination} {packet.protocol}{port}{choice}."
    return Finding(0.0, message, case.counterexample(packet))


def _never_loops(case: Case) -> Finding:
    for one in everything(Compiled(case.network)):
        case.budget.spend(PROOF * len(one.cells.cells))
        first = one.cells.looping.first()
        if first is None:
            continue
        packet = Packet(
            source=one.source,
            destination=str(one.cells.destination),
            protocol=protocol_name(first.protocol),
            source_port=first.source_port,
            destination_port=first.destination_port,
        )
        message = f"{one.source} -> {one.cells.destination} runs in a circle."
        return Finding(0.0, message, case.counterexample(packet))
    return PASSED


def _end(case: Case, text: str) -> str:
    """Return an end of a proof by ids: what the engine takes, from what an author writes."""
    topology = case.topology
    kind, _, name = text.partition("/")
    if text in ("internet", "*") or names.is_address(text):
        return text
    if name and kind in ("vms", "hosts", "subnets", "vnets"):
        return f"{kind}/{names.entry(topology, kind, name)}"
    return names.ends(topology, text)[0]


def _replayed(packet: Packet) -> Packet:
    """Return a packet of a proof by the name of its protocol, as people ask for it."""
    return packet.model_copy(update={"protocol": protocol_name(int(packet.protocol))})
