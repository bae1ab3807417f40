"""A trace as a text: what happened and why, in the order in which it happened.

Every sentence comes from the steps and verdicts, worded in ``sentences`` and ``codes``; here they are only
put in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from netcore.trace.model import Answer, Branch, Leg, Outcome, Step, Trace
from netcore.trace.sentences import NARRATION, flow_text, share_text
from netcore.words import say


class Role(StrEnum):
    """What a paragraph is in the text."""

    SUMMARY = "summary"
    """The first one: what becomes of the connection."""
    HEADING = "heading"
    """Which packet is followed next."""
    STEP = "step"
    OVERRIDDEN = "overridden"
    """What would have decided otherwise."""
    ASSUMPTION = "assumption"
    """What is inferred and not documented."""
    BRANCH = "branch"
    """One of the ways that flows divide over."""
    VERDICT = "verdict"
    MEND = "mend"
    """What would help."""


class Paragraph(Answer):
    """One sentence of the text.

    Args:
        packet: 1 the request, 2 the answer, 3 packet 3 of a handshake; None for the summary.
        at: path of the resource in the document, where it is about one.
        step: index of the step it is about.
        facts: fact ids it rests on.
    """

    role: Role
    text: str
    packet: int | None = None
    at: str | None = None
    step: int | None = None
    facts: tuple[str, ...] = ()


def explain(trace: Trace) -> tuple[Paragraph, ...]:
    """Return a trace as plain sentences: the summary, then each direction step by step, then its verdict.

    No sentence is told twice: steps that say what was said before are named by their numbers, ways that end
    alike are told together. What was assumed is named where it counted first.

    Source: ours; the sentences are those of the steps.
    """
    told = [Paragraph(role=Role.SUMMARY, text=say(NARRATION[_summary(trace)]))]
    said: set[str] = set()
    for number, name, leg in _legs(trace):
        told.extend(_leg(trace, number, name, leg, said))
    return tuple(told)


def _legs(trace: Trace) -> Iterator[tuple[int, str, Leg]]:
    yield 1, "request", trace.forward
    if trace.back is not None:
        yield 2, "answer", trace.back
    if trace.third is not None:
        yield 3, "handshake", trace.third


def _summary(trace: Trace) -> str:
    outcome = trace.verdict.outcome
    if outcome is Outcome.AMBIGUOUS:
        return "depends"
    if outcome is Outcome.NOT_MODELLED:
        return "open"
    if outcome is Outcome.DELIVERED:
        return "one way" if trace.back is None else "arrives"
    if trace.third is not None:
        return "handshake fails"
    return "request fails" if trace.back is None else "answer fails"


def _leg(trace: Trace, number: int, name: str, leg: Leg, said: set[str]) -> Iterator[Paragraph]:
    header = leg.steps[0].before if leg.steps else trace.packet
    heading = say(NARRATION[name], flow=flow_text(header))
    yield Paragraph(role=Role.HEADING, text=heading, packet=number)
    verdict = leg.verdict
    ending = leg.branches[0].verdict if leg.branches else verdict
    again: list[Step] = []
    for step in leg.steps:
        silent = step is leg.steps[-1] and step.reason in ending.sentence
        if step.reason in said and not silent:
            again.append(step)
            continue
        yield from _again(number, again)
        again = []
        yield from _step(number, step, said, silent=silent)
    yield from _again(number, again)
    yield from _branches(number, leg, said)
    if verdict.sentence in said:
        text = say(NARRATION["ends again"], which=say(NARRATION[f"the {name}"]))
    else:
        text = verdict.sentence
    said.add(verdict.sentence)
    yield Paragraph(role=Role.VERDICT, text=text, packet=number, at=verdict.at, facts=verdict.facts)
    if verdict.mend is not None and verdict.mend not in said:
        said.add(verdict.mend)
        mend = say(NARRATION["mend"], mend=verdict.mend)
        yield Paragraph(role=Role.MEND, text=mend, packet=number, at=verdict.at)


def _step(number: int, step: Step, said: set[str], *, silent: bool) -> Iterator[Paragraph]:
    """Yield what a step says; a ``silent`` one is said by the verdict, and only what goes with it is told."""

    def told(role: Role, text: str, facts: tuple[str, ...] = ()) -> Paragraph:
        said.add(text)
        return Paragraph(role=role, text=text, packet=number, at=step.at, step=step.index, facts=facts)

    if not silent:
        yield told(Role.STEP, step.reason, step.facts)
    for other in step.overridden:
        text = say(NARRATION["overridden"], other=other.text)
        if text not in said:
            yield told(Role.OVERRIDDEN, text)
    if step.assumption is not None:
        text = say(NARRATION["assumption"], assumption=step.assumption)
        if text not in said:
            yield told(Role.ASSUMPTION, text)


def _again(number: int, steps: list[Step]) -> Iterator[Paragraph]:
    """Yield one sentence for steps in a row whose sentences were told before."""
    if not steps:
        return
    first, last = steps[0], steps[-1]
    one = first is last
    text = say(
        NARRATION["step again" if one else "steps again"],
        first=first.index + 1,
        last=last.index + 1,
        packet=number,
    )
    yield Paragraph(role=Role.STEP, text=text, packet=number, at=first.at, step=first.index)


def _branches(number: int, leg: Leg, said: set[str]) -> Iterator[Paragraph]:
    """Yield the ways that flows divide over, those that end alike together."""
    alike: dict[str, list[Branch]] = {}
    for branch in leg.branches:
        alike.setdefault(branch.verdict.sentence, []).append(branch)
    for sentence, found in alike.items():
        verdict = found[0].verdict
        labels = [branch.label for branch in found]
        shown = ", ".join(labels[:LABELS])
        if len(labels) > LABELS:
            shown = say("{shown} and {count} more", shown=shown, count=len(labels) - LABELS)
        if sentence in leg.verdict.sentence:
            ending = say(NARRATION["as the verdict"])
        elif sentence in said:
            ending = say(NARRATION["as before"])
        else:
            ending = sentence
        if ending == sentence:
            said.add(sentence)
        text = say(
            NARRATION["branch"],
            share=share_text(sum(branch.share for branch in found)),
            label=shown,
            sentence=ending,
        )
        if text in said:
            continue
        said.add(text)
        yield Paragraph(role=Role.BRANCH, text=text, packet=number, at=verdict.at, facts=verdict.facts)


LABELS = 4
"""So many ways that end alike are named."""
