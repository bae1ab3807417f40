"""A trace as a text: what happened and why, in the order in which it happened.

Every sentence comes from the steps and verdicts, worded in ``sentences`` and ``codes``; here they are only
put in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from netcore.trace.model import Answer, Branch, Leg, Outcome, Step, Trace
from netcore.trace.sentences import NARRATION, flow_text, share_text


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

    Where flows divide, every way is told with its share. What was assumed is named where it counted.

    Source: ours; the sentences are those of the steps.
    """
    told = [Paragraph(role=Role.SUMMARY, text=NARRATION[_summary(trace)])]
    for number, name, leg in _legs(trace):
        told.extend(_leg(trace, number, name, leg))
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


def _leg(trace: Trace, number: int, name: str, leg: Leg) -> Iterator[Paragraph]:
    header = leg.steps[0].before if leg.steps else trace.packet
    heading = NARRATION[name].format(flow=flow_text(header))
    yield Paragraph(role=Role.HEADING, text=heading, packet=number)
    ending = leg.branches[0].verdict if leg.branches else leg.verdict
    for step in leg.steps:
        final = step is leg.steps[-1] and ending.sentence.endswith(step.reason)
        yield from _step(number, step, silent=final)
    for branch in leg.branches:
        yield _branch(number, branch)
    verdict = leg.verdict
    yield Paragraph(
        role=Role.VERDICT, text=verdict.sentence, packet=number, at=verdict.at, facts=verdict.facts
    )
    if verdict.mend is not None:
        mend = NARRATION["mend"].format(mend=verdict.mend)
        yield Paragraph(role=Role.MEND, text=mend, packet=number, at=verdict.at)


def _step(number: int, step: Step, *, silent: bool) -> Iterator[Paragraph]:
    """Yield what a step says; a ``silent`` one is said by the verdict, and only what goes with it is told."""

    def told(role: Role, text: str, facts: tuple[str, ...] = ()) -> Paragraph:
        return Paragraph(role=role, text=text, packet=number, at=step.at, step=step.index, facts=facts)

    if not silent:
        yield told(Role.STEP, step.reason, step.facts)
    for other in step.overridden:
        yield told(Role.OVERRIDDEN, NARRATION["overridden"].format(other=other.text))
    if step.assumption is not None:
        yield told(Role.ASSUMPTION, NARRATION["assumption"].format(assumption=step.assumption))


def _branch(number: int, branch: Branch) -> Paragraph:
    verdict = branch.verdict
    text = NARRATION["branch"].format(
        share=share_text(branch.share), label=branch.label, sentence=verdict.sentence
    )
    return Paragraph(role=Role.BRANCH, text=text, packet=number, at=verdict.at, facts=verdict.facts)
