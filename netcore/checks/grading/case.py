"""What a check is held against: a drawing with its network, the budget, and what a check found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from netcore.checks.diff import walked
from netcore.checks.grading import stopping
from netcore.checks.grading.names import Unknown
from netcore.checks.language.check import Check
from netcore.checks.reading import compiled, ground
from netcore.control.network import Network
from netcore.document import reader
from netcore.document.models import Scenario, Topology
from netcore.document.problems import Problem
from netcore.errors import NotFound
from netcore.forwarding.walk import trace
from netcore.trace.model import Outcome, Trace
from netcore.trace.packet import Packet
from netcore.words import say, say_many

STEPS = 400_000
"""Steps that one check may walk. Ours: some eight seconds on one core at the worst."""

LARGEST = 4_000
"""Things of a drawing that is graded, some six for a VM; a lab has some dozens."""

USUAL = 8
"""Entries of a list that do not count."""

READING = 10
"""Steps that one thing of a drawing costs whenever the drawing is read and compiled anew."""


class CannotGrade(Exception):
    """A check cannot be answered; the message says why. That is no failure of the learner."""


@dataclass
class Budget:
    """Steps that are left for one check: the same on every machine, for it counts work and no time."""

    left: int = STEPS

    def spend(self, steps: int) -> None:
        """Take steps away.

        Raises:
            CannotGrade: none are left.
            Stopped: nobody waits for it any longer.
        """
        stopping.look()
        self.left -= steps
        if self.left < 0:
            raise CannotGrade(
                say("The check needs more steps than one check may take on a drawing of this size.")
            )


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Args:
        share: of the points, 0 to 1; 1 exactly when passed.
        message: what was found, for the learner.
        counterexample: plain JSON data of the smallest one, where there is one.
        size: of the counterexample, smaller ones first.
    """

    share: float
    message: str = ""
    counterexample: dict[str, Any] | None = None
    size: tuple[Any, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether the check holds in full."""
        return self.share == 1


PASSED = Finding(1.0)


def failed(message: str) -> Finding:
    """Return the finding of a check that does not hold and has no counterexample."""
    return Finding(0.0, message)


@dataclass(frozen=True)
class Made:
    """A drawing that changes made of another.

    Args:
        words: what was changed, for messages; empty for the drawing itself.
        patch: operations of JSON Patch that lead from the learner's drawing here; with ``of_start`` from the
            starting drawing.
        of_start: a question is about the starting drawing.
    """

    words: str = ""
    patch: tuple[dict[str, Any], ...] = ()
    of_start: bool = False


@dataclass(frozen=True)
class Case:
    """One drawing under one check.

    Args:
        start: the starting drawing of this learner.
        healthy: the same before faults were put in; None: none were. ``faults``: place and kind of each.
        drawing: the drawing that is looked at; None where it cannot be run, for ``problems``.
        answers: what the learner said to this check.
        source_port: offset of source ports, so that flows fall otherwise in another variant.
        reseat: returns the case and the check of another variant by its number; None inside ``forall``.
        tracer: how packets are followed, where the drawing stands at one moment of a race; None: as drawn.
        kept: what checks of the same grading share, filled as it comes: summaries of races, and the networks
            of those drawings that ``share`` was told of.
        refusal: why the drawing was not even read; empty where it was.
    """

    start: Scenario
    drawing: Scenario | None
    budget: Budget
    problems: tuple[Problem, ...] = ()
    answers: JsonValue = None
    seed: int = 0
    made: Made = field(default_factory=Made)
    source_port: int = 0
    profile: str | None = None
    reseat: Callable[[Case, int, Check], tuple[Case, Check]] | None = None
    tracer: Callable[[Packet], Trace] | None = None
    refusal: str = ""
    healthy: Scenario | None = None
    faults: tuple[tuple[str, str], ...] = ()
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def topology(self) -> Topology:
        """Return the topology of the drawing, which may have problems.

        Raises:
            CannotGrade: there is no drawing at all.
        """
        if self.drawing is None:
            raise CannotGrade(self.refusal or _cannot_run(self.problems))
        return self.drawing.topology

    @cached_property
    def network(self) -> Network:
        """Return the drawing compiled.

        Raises:
            CannotGrade: it has problems.
        """
        topology = self.topology
        self.budget.spend(READING * things(topology.model_dump()))
        place = ("network", id(self.drawing))
        network: Network | None = self.kept[place][1] if place in self.kept else None
        problems = self.problems
        if network is None and self.drawing is not None:
            network, problems = compiled(self.drawing)
            if place in self.kept:
                self.kept[place] = self.drawing, network
        if network is None:
            raise CannotGrade(_cannot_run(problems))
        return network

    def trace(self, packet: Packet) -> Trace:
        """Return what becomes of a packet.

        Raises:
            CannotGrade: it goes beyond what is modelled, or no steps are left.
        """
        self.budget.spend(1)
        try:
            done = self.tracer(packet) if self.tracer else trace(self.network, packet)
        except NotFound as error:
            raise Unknown(str(error)) from error
        self.budget.spend(walked(done))
        for leg in (done.forward, done.back, done.third):
            if leg is not None and leg.verdict.outcome is Outcome.NOT_MODELLED:
                raise CannotGrade(say("Not modelled: {sentence}", sentence=leg.verdict.sentence))
        return done

    def counterexample(self, packet: Packet) -> dict[str, Any]:
        """Return a packet as it is replayed on the learner's own drawing, or on the starting one."""
        return self.replayed("trace", question=packet.model_dump(mode="json", exclude_none=True))

    def place(self, *paths: str) -> dict[str, Any]:
        """Return places of the drawing to look at, for what no packet shows."""
        return self.replayed("drawing", at=list(paths))

    def replayed(self, kind: str, **found: Any) -> dict[str, Any]:
        """Return a counterexample: what is found, and the drawing it is found in."""
        made: dict[str, Any] = {
            "kind": kind,
            **found,
            "patch": list(self.made.patch),
            "changes": self.made.words,
        }
        if self.made.of_start:
            made["base"] = "start"
        return {**made, "profile": self.profile} if self.profile else made

    def under(self, profile: str) -> Case:
        """Return the same drawing under another profile."""
        if self.drawing is None:
            return self
        return replace(
            self,
            drawing=self.drawing.model_copy(update={"profile": profile, "switches": {}}),
            profile=profile,
        )

    def at_start(self) -> Case:
        """Return the case of the starting drawing, under the same profile."""
        start = replace(
            self,
            drawing=self.start,
            problems=(),
            made=Made(of_start=True),
            source_port=0,
            reseat=None,
            tracer=None,
            refusal="",
        )
        return start.under(self.profile) if self.profile else start


def share(kept: dict[Any, Any], drawing: Scenario | None) -> None:
    """Let all checks that share ``kept`` compile a drawing once; it is held, so that its id stays its own."""
    if drawing is not None:
        kept.setdefault(("network", id(drawing)), (drawing, None))


def opened(document: Mapping[str, Any]) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """Return the scenario of plain data, and its problems.

    Raises:
        CannotGrade: it is larger than what is graded, or no document at all.
    """
    if not isinstance(document, Mapping):  # what was stored may be of another time, or of somebody's making
        raise CannotGrade(say("What was handed in is no drawing."))
    topology = document.get("topology", {})
    count = things(topology) if isinstance(topology, dict) else 0
    if count > LARGEST:
        raise CannotGrade(
            say_many(
                "The drawing has {count:,} thing; at most {largest:,} are graded.",
                "The drawing has {count:,} things; at most {largest:,} are graded.",
                count,
                largest=LARGEST,
            )
        )
    reading = reader.read(dict(document), ground())
    return reading.document, reading.problems


def things(value: Any) -> int:
    """Return how many things a drawing has: objects that are not empty, and what lists have beyond the usual.

    The same for a drawing with all its defaults written out, but for guests. Without recursion.
    """
    count = 0
    left = [value]
    while left:
        one = left.pop()
        count += 1 if isinstance(one, dict) else max(0, len(one) - USUAL)
        left.extend(
            entry
            for entry in (one.values() if isinstance(one, dict) else one)
            if isinstance(entry, dict | list) and entry
        )
    return count


def _cannot_run(problems: tuple[Problem, ...]) -> str:
    first = problems[0].text if problems else say("it cannot be read.")
    more = say(" ({count} problems in all)", count=len(problems)) if len(problems) > 1 else ""
    return say("The drawing cannot be run: {first}{more}", first=first, more=more)
