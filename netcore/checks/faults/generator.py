"""Faults put into a drawing that works: each is seen by itself, and each has a repair of its own.

What a drawing is for is a list of checks, its intents. A fault counts only if by itself it breaks at least
one of them, so that nobody is sent to look for what cannot be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netcore.checks.edits.patches import applied
from netcore.checks.faults.fault import Fault
from netcore.checks.faults.kinds import KINDS
from netcore.checks.flows import representative
from netcore.checks.grading.case import Budget, CannotGrade, Case, Finding
from netcore.checks.grading.evaluate import evaluate
from netcore.checks.grading.packets import same_place
from netcore.checks.language.check import Check
from netcore.checks.reading import compiled
from netcore.checks.why import why
from netcore.control.warnings import warnings
from netcore.document.models import Scenario
from netcore.document.problems import Problem
from netcore.document.reader import dump
from netcore.errors import NetcoreError, NotFound
from netcore.failover.streams import Streams
from netcore.forwarding.walk import trace
from netcore.trace.packet import Packet
from netcore.words import say, say_many

MOST_FAULTS = 12
MOST_TRIED = 150
"""Faults that are tried before the generator gives up; each reads the drawing and asks all its intents."""

MOST_ASKED = 24
"""Faults whose other repairs are looked for; where no more may be asked, a fault is taken as it is."""

INTENTS = 60
"""Packets that stand for a drawing where nobody says what it is for."""

_IN_GUESTS = frozenset(
    {"guest-flag-lost", "address-typed", "mac-typed", "guest-firewall", "neighbour-number"}
)
"""Kinds that nothing in the platform shows: one must look inside a VM."""


class TooFew(NetcoreError):
    """A drawing has not so many faults to put in as were asked for; the message says how many it has."""


@dataclass(frozen=True)
class Put:
    """A fault that was put in.

    Args:
        alarms: numbers of the intents that it breaks by itself.
        difficulty: 1 to 5, ours: the place of the symptom is another one, it shows on the way back only, it
            is inside a guest, it breaks one intent only.
        unique: no other single edit that ``why`` finds mends all its alarms without opening anything. None:
            not looked for.
    """

    fault: Fault
    alarms: tuple[int, ...]
    difficulty: int
    unique: bool | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            **self.fault.as_dict(),
            "alarms": list(self.alarms),
            "difficulty": self.difficulty,
            "unique": self.unique,
        }


@dataclass(frozen=True)
class Broken:
    """A drawing with faults.

    Args:
        faults: in the order in which they were chosen.
        alarms: numbers of the intents that do not hold with all of them.
    """

    scenario: Scenario
    faults: tuple[Put, ...]
    alarms: tuple[int, ...]

    @property
    def document(self) -> dict[str, Any]:
        """Return the drawing as plain data."""
        return dump(self.scenario)

    @property
    def difficulty(self) -> int:
        """Return the sum of all difficulties."""
        return sum(put.difficulty for put in self.faults)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "document": self.document,
            "faults": [put.as_dict() for put in self.faults],
            "alarms": list(self.alarms),
            "difficulty": self.difficulty,
        }


def put_faults(
    scenario: Scenario,
    count: int,
    seed: int,
    kinds: Sequence[str] = (),
    intents: Sequence[Check] = (),
    unique: bool = True,
    quiet: bool = False,
) -> Broken:
    """Return a drawing with faults of different kinds, as far as there are so many.

    Args:
        count: 1 to ``MOST_FAULTS``.
        seed: the same one gives the same faults.
        kinds: keys of ``KINDS``; empty: all.
        intents: what the drawing is for; empty: that packets which are delivered now stay delivered.
        unique: look for other repairs, and take faults that have some only where there are no others.
        quiet: take no fault that a warning of the drawing names, for warnings are shown beside it.

    Raises:
        NotFound: there is no such kind.
        TooFew: the drawing has not so many faults that show, or an intent does not hold to begin with.

    Source: ours.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise NotFound(
            say(
                "There is no kind of fault {unknown}; there are {kinds}.",
                unknown=unknown[0],
                kinds=", ".join(KINDS),
            )
        )
    count = max(1, min(count, MOST_FAULTS))
    asked = tuple(intents) or intents_of(scenario)
    unmet = failing(scenario, asked)
    if unmet:
        number, found = next(iter(unmet.items()))
        raise TooFew(
            say(
                "Intent {number} does not hold before anything is broken: {message}",
                number=number,
                message=found.message,
            )
        )
    taken: list[Put] = []
    spare: list[Put] = []
    now = scenario
    looked = 0
    for fault in _in_turn(scenario, kinds or tuple(KINDS), seed):
        if len(taken) == count:
            break
        after = _on_top(now, taken, fault)
        put = None if after is None else _tried(scenario, fault, asked)
        if after is None or put is None or (quiet and named(scenario, after)):
            continue
        if unique and looked < MOST_ASKED:
            looked += 1
            put = replace(put, unique=not _other_repairs(scenario, put, asked))
            if not put.unique:
                spare.append(put)
                continue
        taken.append(put)
        now = after
    for put in spare:
        after = _on_top(now, taken, put.fault)
        if after is not None and len(taken) < count:
            taken.append(put)
            now = after
    if len(taken) < count:
        raise TooFew(
            say_many(
                "{count} fault can be put into this drawing so that each shows, not {asked}.",
                "{count} faults can be put into this drawing so that each shows, not {asked}.",
                len(taken),
                asked=count,
            )
        )
    return Broken(now, tuple(taken), tuple(failing(now, asked)))


def put_in(scenario: Scenario, faults: Sequence[Fault], intents: Sequence[Check]) -> Broken:
    """Return a drawing with given faults; what each does by itself is not looked for.

    Raises:
        TooFew: one of them cannot be put in, or the drawing cannot be run with all of them.
    """
    now = scenario
    for fault in faults:
        try:
            after = applied(now, fault.patch)
        except (KeyError, TypeError, AttributeError):
            after = None
        if after is None:
            raise TooFew(
                say("The drawing has no room for the fault {kind} at {at}.", kind=fault.kind, at=fault.at)
            )
        now = after
    network, problems = compiled(now)
    if network is None:
        raise TooFew(say("With its faults the drawing cannot be run: {text}", text=problems[0].text))
    put = tuple(Put(fault, (), 0, None) for fault in faults)
    return Broken(now, put, tuple(failing(now, intents)))


def named(healthy: Scenario, broken: Scenario) -> tuple[Problem, ...]:
    """Return the warnings of a drawing with faults that it does not have without: they name the faults."""
    before, after = (compiled(one)[0] for one in (healthy, broken))
    if before is None or after is None:
        return ()
    known = {(one.code, one.pointer) for one in warnings(before)}
    return tuple(one for one in warnings(after) if (one.code, one.pointer) not in known)


def shows(scenario: Scenario, fault: Fault, intents: Sequence[Check]) -> bool:
    """Return whether a fault by itself breaks one of the intents of a drawing that works."""
    return _tried(scenario, fault, intents) is not None


def other_repairs(scenario: Scenario, fault: Fault, intents: Sequence[Check]) -> list[str]:
    """Return other single edits that mend all alarms of a fault and open nothing, in words."""
    put = _tried(scenario, fault, intents)
    return [] if put is None else _other_repairs(scenario, put, intents)


def intents_of(scenario: Scenario) -> tuple[Check, ...]:
    """Return a check for each packet that stands for a drawing and is delivered in it now."""
    network, _ = compiled(scenario)
    if network is None:
        return ()
    found = [one for one in representative(scenario, INTENTS).packets if trace(network, one).delivered]
    return tuple(_intent(packet) for packet in found)


def _intent(packet: Packet) -> Check:
    flow = {"from": packet.source, "to": packet.destination, "protocol": packet.protocol}
    return Check.model_validate({"delivers": {**flow, "port": packet.destination_port}})


def _in_turn(scenario: Scenario, kinds: Sequence[str], seed: int) -> Iterator[Fault]:
    """Yield faults that could be put in, kind after kind in a drawn order, so that kinds differ."""
    streams = Streams(seed, 0)
    rows: list[list[Fault]] = []
    for kind in sorted(kinds, key=lambda kind: streams.uniform(f"kind|{kind}")):
        found = list(KINDS[kind][1](scenario.topology))
        rows.append(sorted(found, key=lambda fault: streams.uniform(f"fault|{fault.kind}|{fault.sentence}")))
    tried = 0
    for turn in range(max(map(len, rows), default=0)):
        for row in rows:
            if turn < len(row) and tried < MOST_TRIED:
                tried += 1
                yield row[turn]


def _on_top(now: Scenario, taken: Sequence[Put], fault: Fault) -> Scenario | None:
    """Return the drawing with one fault more; None where it meets another or could not be run."""
    if any(meet(fault, other.fault) for other in taken):
        return None
    return _running(now, fault)


def _running(scenario: Scenario, fault: Fault) -> Scenario | None:
    """Return the drawing with a fault; None where it could not be run."""
    after = applied(scenario, fault.patch)
    return None if after is None or compiled(after)[0] is None else after


def meet(one: Fault, other: Fault) -> bool:
    """Return whether two faults lie in one place, so that one would hide or undo the other."""
    return one.at == other.at or bool(
        {step["path"] for step in one.patch} & {step["path"] for step in other.patch}
    )


def failing(scenario: Scenario, intents: Sequence[Check]) -> dict[int, Finding]:
    """Return the intents that do not hold, by number; what cannot be answered counts as held."""
    case = Case(start=scenario, drawing=scenario, budget=Budget())
    found = {}
    for number, intent in enumerate(intents):
        try:
            finding = evaluate(intent, replace(case, budget=Budget()))
        except CannotGrade:
            continue
        if not finding.passed:
            found[number] = finding
    return found


def _tried(scenario: Scenario, fault: Fault, intents: Sequence[Check]) -> Put | None:
    """Return what a fault does by itself; None where the drawing could not be run, or nothing shows it."""
    after = _running(scenario, fault)
    if after is None:
        return None
    alarms = failing(after, intents)
    if not alarms:
        return None
    return Put(fault, tuple(alarms), _difficulty(after, fault, list(alarms.values())), None)


def _difficulty(broken: Scenario, fault: Fault, alarms: list[Finding]) -> int:
    packet = _packet(alarms)
    score = 1 + (fault.kind in _IN_GUESTS) + (len(alarms) == 1)
    network, _ = compiled(broken)
    if packet is None or network is None:
        return min(score + 1, 5)
    done = trace(network, packet)
    score += not same_place(broken.topology, fault.at, done.verdict.at)
    score += done.forward.verdict.code is None
    return min(score, 5)


def _packet(alarms: Sequence[Finding]) -> Packet | None:
    """Return the smallest packet that shows a fault; None where no packet does."""
    told = [one for one in alarms if one.counterexample and one.counterexample["kind"] == "trace"]
    if not told:
        return None
    first = min(told, key=lambda one: one.size)
    return Packet.model_validate((first.counterexample or {})["question"])


def _other_repairs(healthy: Scenario, put: Put, intents: Sequence[Check]) -> list[str]:
    """Return single edits that mend all alarms of a fault, open nothing, and are not its undoing."""
    broken = applied(healthy, put.fault.patch)
    network = None if broken is None else compiled(broken)[0]
    mine = [intents[number] for number in put.alarms]
    packet = None if broken is None else _packet(list(failing(broken, mine).values()))
    if broken is None or network is None or packet is None:
        return []
    others = []
    for edit in why(network, packet, packets=INTENTS).edits:
        after = applied(broken, edit.patch)
        same = after is not None and after.topology == healthy.topology
        if after is None or same or edit.opens or compiled(after)[0] is None:
            continue
        if not failing(after, mine):
            others.append(edit.sentence)
    return others
