"""Where two profiles part: the first step at which one packet fares otherwise under another rule set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from netcore.checks.reading import compiled
from netcore.document.models import Scenario
from netcore.document.problems import Problem
from netcore.forwarding.state import State
from netcore.forwarding.walk import trace
from netcore.profiles import profile as find_profile
from netcore.profiles.model import Profile, RuleCard
from netcore.profiles.switches import choices
from netcore.trace.model import Header, Leg, Outcome, Place, Step, Trace, Verdict
from netcore.trace.packet import Packet
from netcore.words import say

_ASKING = "resolve"
"""Decision by which a guest only finds the MAC to write on a frame; what a frame's MAC does shows later."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one profile says at the place where two part.

    Args:
        profile: id of the profile.
        step: the step; None where this side has no further one, or was refused.
        card: the rule card that decided the step, or that the first problem rests on.
        verdict: how the direction ends under this profile; None when refused.
        problems: why the profile refuses the drawing; empty when it runs.
    """

    profile: str
    step: Step | None = None
    card: RuleCard | None = None
    verdict: Verdict | None = None
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "profile": self.profile,
            "step": None if self.step is None else self.step.model_dump(mode="json"),
            "card": None if self.card is None else self.card.as_dict(),
            "verdict": None if self.verdict is None else self.verdict.model_dump(mode="json"),
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of two traces of one packet.

    Args:
        same: they never differ (or both profiles refuse the drawing for the same problems).
        direction: ``forward`` or ``return``; None when same, or when a profile refuses the drawing.
        packet: 1 the request, 2 the answer, 3 packet 3 of a handshake; None as ``direction``.
        index: number of the step that differs, from 0; one past the last step where only the verdict does.
        trace_a: the whole trace; None when refused.
    """

    same: bool
    a: Side
    b: Side
    direction: str | None = None
    packet: int | None = None
    index: int | None = None
    trace_a: Trace | None = None
    trace_b: Trace | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "same": self.same,
            "direction": self.direction,
            "packet": self.packet,
            "index": self.index,
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "trace_a": None if self.trace_a is None else self.trace_a.as_dict(),
            "trace_b": None if self.trace_b is None else self.trace_b.as_dict(),
        }


def first_divergence(
    scenario: Scenario, packet: Packet, profile_a: str, profile_b: str, state: State | None = None
) -> Divergence:
    """Return the first step where a packet fares otherwise under another profile, with both rule cards.

    Compared is what a step means: where it happens, who decides what, the header after it (MACs aside) and
    which resource decided; never the wording. Where a profile refuses the drawing, that is the difference.

    Args:
        scenario: any document; the profile it names plays no part.

    Raises:
        NotFound: a profile that does not exist, or the packet names something that is not drawn.

    Source: ours; the traces are those of ``trace``.
    """
    rules = find_profile(profile_a), find_profile(profile_b)
    networks = [
        compiled(
            scenario.model_copy(update={"profile": profile.id, "switches": _switches(scenario, profile)})
        )
        for profile in rules
    ]
    traces = [None if network is None else trace(network, packet, state) for network, _ in networks]
    one, other = traces
    if one is None or other is None:
        sides = [
            Side(profile.id, None, _card_of_problem(profile, problems), _verdict(done), problems)
            for profile, (_, problems), done in zip(rules, networks, traces, strict=True)
        ]
        same = one is other and networks[0][1] == networks[1][1]
        return Divergence(same, sides[0], sides[1], trace_a=one, trace_b=other)
    for number, direction, a, b in _legs(one, other):
        parting = _parting(a, b)
        if parting is not None:
            index, *steps = parting
            sides = [_side(*side) for side in zip(rules, (a, b), steps, strict=True)]
            return Divergence(False, sides[0], sides[1], direction, number, index, one, other)
    sides = [Side(profile.id, verdict=_verdict(done)) for profile, done in zip(rules, traces, strict=True)]
    return Divergence(True, sides[0], sides[1], trace_a=one, trace_b=other)


def _switches(scenario: Scenario, profile: Profile) -> dict[str, bool | int | str]:
    """Return the switches of the document that the profile knows."""
    known = choices(profile)
    return {name: value for name, value in scenario.switches.items() if value in known.get(name, ())}


def _legs(one: Trace, other: Trace) -> Iterator[tuple[int, str, Leg | None, Leg | None]]:
    yield 1, "forward", one.forward, other.forward
    yield 2, "return", one.back, other.back
    yield 3, "forward", one.third, other.third


def _parting(a: Leg | None, b: Leg | None) -> tuple[int, Step | None, Step | None] | None:
    """Return where two legs part and both steps; one past the last step where only the verdicts differ."""
    if a is None or b is None:
        first = next((leg.steps[0] for leg in (a, b) if leg is not None and leg.steps), None)
        return None if a is b else (0, first if a else None, first if b else None)
    ours, theirs = ([step for step in leg.steps if not _asks(step) and not _passes(step)] for leg in (a, b))
    for one, other in zip_longest(ours, theirs):
        if one is None or other is None or _meaning(one) != _meaning(other):
            return next(step.index for step in (one, other) if step is not None), one, other
    alike = _fate(a.verdict) == _fate(b.verdict) and _fates(a) == _fates(b)
    return None if alike else (max(len(a.steps), len(b.steps)), None, None)


def _asks(step: Step) -> bool:
    return step.place is Place.GUEST and step.decision == say(_ASKING)


def _passes(step: Step) -> bool:
    """Return whether a step only lets a packet through: providers have other rules for the same answer."""
    return step.place is Place.SECURITY and step.decision != say(Outcome.DROPPED.value)


def _meaning(step: Step) -> tuple[object, ...]:
    matched = step.matched
    # The same route leads the same way under another name; where it leads elsewhere the next step says so.
    routed = step.place is Place.FABRIC and matched is not None and matched.kind == "route"
    return (
        step.place,
        step.actor,
        step.at,
        "" if routed else step.decision,
        _content(step.after),
        None if matched is None else (matched.kind, matched.ref),
    )


def _content(header: Header | None) -> tuple[object, ...] | None:
    """Return what a header says apart from MACs."""
    if header is None:
        return None
    return (
        header.source,
        header.destination,
        header.protocol,
        header.source_port,
        header.destination_port,
        header.ttl,
        header.frame,
        header.fragment,
        _content(header.inner),
    )


def _fate(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.code, verdict.at


def _fates(leg: Leg) -> list[tuple[object, ...]]:
    return [(branch.label, round(branch.share, 9), *_fate(branch.verdict)) for branch in leg.branches]


def _side(profile: Profile, leg: Leg | None, step: Step | None) -> Side:
    if leg is None:
        return Side(profile.id)
    card = profile.cards.get(step.card) if step is not None and step.card is not None else None
    return Side(profile.id, step, card or _card(profile, leg.verdict), leg.verdict)


def _card(profile: Profile, verdict: Verdict) -> RuleCard | None:
    """Return the rule card of a verdict, for a side whose steps have ended."""
    return next((card for fact in verdict.facts if (card := profile.card_for_fact(fact))), None)


def _card_of_problem(profile: Profile, problems: tuple[Problem, ...]) -> RuleCard | None:
    found = (profile.card_for_fact(problem.fact) for problem in problems if problem.fact is not None)
    return next((card for card in found if card is not None), None)


def _verdict(done: Trace | None) -> Verdict | None:
    return None if done is None else done.verdict
