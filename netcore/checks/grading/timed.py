"""Verbs over time and over all headers: lost, never, always, finally."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from netcore.batch.compile import Compiled
from netcore.batch.reach import by_pair, everything, headers_named
from netcore.checks.grading import figures, names, places, racing
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.packets import measured
from netcore.checks.grading.racing import NotPlayable, Timeline
from netcore.checks.language.check import Always, Check, Finally, Never
from netcore.checks.language.timed import Arrives, Lost, Race
from netcore.failover.clock import SECOND_US
from netcore.trace.packet import Packet, protocol_name
from netcore.words import say

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
            return failed(
                f"{figures.design(part.race.design)}: {racing.why_not(part.race, case, part.race.design)}"
            )
        value = racing.figure_of(summary, part.figure)
        if _within(value, part):
            return PASSED
        message = figures.broken(part, part.race.design, value, part.race.trials)
        return _with_example(part, case, message)
    except NotPlayable as error:
        return failed(str(error))


def _within(value: float | None, part: Lost) -> bool:
    if value is None:  # never
        return part.at_most is None
    return (part.at_most is None or value <= part.at_most) and (
        part.at_least is None or value >= part.at_least
    )


def _with_example(part: Lost, case: Case, message: str) -> Finding:
    """Return the finding with the shortest of some timelines that break the bound; never is longest.

    One timeline alone breaks no bound of a figure that is none of it, such as a share: there it is the first
    one, and where none of those that are played breaks the bound, the longest.
    """
    metric = _SECONDS.get(part.figure, "")
    played: list[tuple[float, int, Case]] = []
    broken: list[tuple[float, int, Case]] = []
    for line in racing.timelines(part.race, case, EXAMPLES if metric else 1):
        time_us = line.metrics()[metric] if metric else 0
        value = None if time_us is None else time_us / SECOND_US
        played.append((inf if value is None else value, line.seed, line.case))
        if metric and not _within(value, part):
            broken.append(played[-1])
    value, seed, made = min(broken or [max(played, key=lambda one: one[:2])], key=lambda one: one[:2])
    return Finding(0.0, message, racing.example(part.race, made, seed), (value,))


def never(part: Never, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether something never happens."""
    if part.arrives is not None:
        return _never_arrives(part.arrives, case)
    if part.loops:
        return _never_loops(case)
    if part.race is None or part.check is None:
        raise CannotGrade(say("The check says nothing."))
    inner = part.check
    return _moments(part.race, case, lambda moment: not evaluate(inner, moment).passed, say("holds"))


def always(part: Always, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether a check holds at every moment of a race."""
    return _moments(part.race, case, lambda moment: evaluate(part.check, moment), say("does not hold"))


def finally_(part: Finally, case: Case, evaluate: Evaluate) -> Finding:
    """Return whether a check holds when a race has settled."""
    return _moments(
        part.race, case, lambda moment: evaluate(part.check, moment), say("does not hold"), last=True
    )


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
        return failed(f"{figures.design(race.design)}: {error}")
    if not broken:
        return PASSED
    time_us, seed, why, line = min(broken, key=lambda one: one[:2])
    when = say("When all has settled") if last else racing.when(time_us)
    example = racing.example(race, line.case, seed)
    at_us = max(0, line.lane.fault.at_us + time_us)
    return Finding(
        0.0,
        say("{when} it {words}.{why}", when=when, words=words, why=why),
        {**example, "t_us": at_us},
        (time_us,),
    )


def _never_arrives(part: Arrives, case: Case) -> Finding:
    compiled = Compiled(case.network)
    ends = _end(case, part.source), _end(case, part.to)
    found: list[tuple[tuple[object, ...], str, Packet]] = []
    unknown: list[str] = []
    try:
        headers = headers_named(part.protocol, part.ports)
        for proof in by_pair(compiled, *ends, headers, lambda cells: case.budget.spend(PROOF * cells)):
            unknown += proof.unknown
            if proof.counterexample is not None:
                packet = _replayed(proof.counterexample)
                found.append((measured(case, packet), proof.by_choice, packet))
    except ValueError as error:
        raise CannotGrade(say("The check names headers that there are not: {error}.", error=error)) from error
    except CannotGrade:  # no steps are left, but what has arrived is enough to fail
        if not found:
            raise
    if not found and unknown:
        raise CannotGrade(say("Not modelled: {unknown}", unknown=min(unknown)))
    if not found:
        return PASSED
    smallest, by_choice, packet = min(found, key=lambda one: one[0])
    choice = f", if the choice falls on {by_choice}" if by_choice else ""
    port = f"/{packet.destination_port}" if packet.destination_port else ""
    message = say(
        "It arrives: {source} -> {destination} {protocol}{port}{choice}.",
        source=places.end(case.topology, packet.source),
        destination=places.end(case.topology, packet.destination),
        protocol=packet.protocol,
        port=port,
        choice=choice,
    )
    return Finding(0.0, message, case.counterexample(packet), smallest)


def _never_loops(case: Case) -> Finding:
    found: list[tuple[tuple[object, ...], str, Packet]] = []
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
        message = say(
            "{source} -> {destination} runs in a circle.",
            source=places.end(case.topology, one.source),
            destination=one.cells.destination,
        )
        found.append((measured(case, packet), message, packet))
    if not found:
        return PASSED
    smallest, message, packet = min(found, key=lambda one: one[0])
    return Finding(0.0, message, case.counterexample(packet), smallest)


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
