"""Questions about one packet, and about two drawings: trace, explain, why, compare, diff and so on."""

from __future__ import annotations

import argparse

import netcore
from netcore.command_line import inputs
from netcore.command_line.output import NO, YES, flow, rows


def _asked(options: argparse.Namespace) -> tuple[netcore.Scenario, netcore.Packet]:
    document = inputs.scenario(options.file)
    return document, inputs.packet(options, document)


def trace(options: argparse.Namespace) -> int:
    """Follow one packet and its answer; steps count from 1, as in the browser."""
    if options.explain:
        return explain(options)
    answer = netcore.trace(*_asked(options))
    if options.json:
        rows([answer.as_dict()])
        return YES if answer.delivered else NO
    for title, leg in (("forward", answer.forward), ("return", answer.back), ("forward", answer.third)):
        if leg is None:
            continue
        print(title)
        for step in leg.steps:
            facts = f"  [{', '.join(step.facts)}]" if step.facts else ""
            print(f"  {step.index + 1:>2} {step.place:<9} {step.at or '':<40} {step.reason}{facts}")
        print(f"  {leg.verdict.sentence} {leg.verdict.mend or ''}".rstrip())
    return YES if answer.delivered else NO


def explain(options: argparse.Namespace) -> int:
    """Tell as a text what happens to one packet and its answer."""
    answer = netcore.trace(*_asked(options))
    told = netcore.explain(answer)
    if options.json:
        rows(paragraph.model_dump(mode="json") for paragraph in told)
        return YES if answer.delivered else NO
    for paragraph in told:
        outer = paragraph.role in ("summary", "heading")
        print(paragraph.text if outer else f"  {paragraph.text}")
    return YES if answer.delivered else NO


def traceroute(options: argparse.Namespace) -> int:
    """Show the hops that a traceroute along a packet's way shows."""
    document, packet = _asked(options)
    found = netcore.traceroute(document, packet)
    if options.json:
        rows(hop.as_dict() for hop in found)
    elif found:
        for hop in found:
            print(f"{hop.number:>3}  {hop.at or '*'}")
    else:
        print(f"Profile {document.profile} has no traceroute.")
    return YES if found and found[-1].at is not None else NO


def why(options: argparse.Namespace) -> int:
    """Show which single edits would deliver a packet that is not."""
    found = netcore.why(*_asked(options))
    if options.json:
        rows([found.as_dict()])
        return YES if found.trace.delivered else NO
    print(found.verdict.sentence)
    for number, edit in enumerate(found.edits, start=1):
        print(f"{number:>3}. {edit.sentence}")
        for title, changes in (("opens", edit.opens), ("breaks", edit.breaks), ("reroutes", edit.reroutes)):
            if changes:
                shown = "; ".join(flow(change.packet) for change in changes[:3])
                print(f"     {title} {len(changes)} of {found.asked} packets asked: {shown}")
    if found.best is not None:
        print(f"Furthest: {found.best.sentence} Then: {found.best.verdict.sentence}")
    if not found.trace.delivered:
        print(f"{len(found.edits)} edits deliver it; {found.tried} tried, {found.left_out} left out")
    return YES if found.trace.delivered else NO


def compare(options: argparse.Namespace) -> int:
    """Show where one packet fares otherwise under another profile."""
    reading = inputs.reading(options.file)
    if reading.document is None:
        raise netcore.DocumentError(reading.problems)
    document = reading.document  # a profile may refuse it: that is an answer here
    found = netcore.first_divergence(document, inputs.packet(options, document), *options.profiles)
    if options.json:
        rows([found.as_dict()])
        return YES if found.same else NO
    if found.index is not None:
        print(f"packet {found.packet} ({found.direction}), step {found.index + 1}")
    for side in (found.a, found.b):
        print(side.profile)
        for problem in side.problems:
            print(f"  {problem.text}")
        if side.step is not None:
            print(f"  {side.step.place} {side.step.at or ''}: {side.step.reason}")
        if side.card is not None:
            print(f"  {side.card.id} [{', '.join(side.card.facts)}]: {side.card.statement}")
        if side.verdict is not None and (
            side.step is None or not _says(side.verdict.sentence, side.step.reason)
        ):
            print(f"  {side.verdict.sentence}")
    print("same" if found.same else "different")
    return YES if found.same else NO


def _says(sentence: str, reason: str) -> bool:
    """Return whether a verdict only repeats the reason of the step above it."""
    return sentence == f"Delivered: {reason}"


def diff(options: argparse.Namespace) -> int:
    """Show what became of packets otherwise between two documents."""
    found = netcore.diff(inputs.scenario(options.file), inputs.scenario(options.after))
    if options.json:
        rows([found.as_dict()])
        return NO if found.changes else YES
    for change in found.changes:
        print(f"{change.effect}: {flow(change.packet)}")
        for title, fate in (("before", change.before), ("after", change.after)):
            way = " > ".join(fate.forward) + (f" | {' > '.join(fate.back)}" if fate.back else "")
            print(f"  {title:<6} {'-' if fate.verdict is None else fate.verdict.sentence}")
            print(f"         {way}".rstrip())
    print(f"{len(found.changes)} changes; {found.asked} of {found.total} packets asked")
    return NO if found.changes else YES


def difference(options: argparse.Namespace) -> int:
    """Show everything that an edit did to the flows of a document, by classes of VMs and sets of ports."""
    found = netcore.difference(inputs.scenario(options.file), inputs.scenario(options.after))
    if options.json:
        rows([found.as_dict()])
        return NO if found.changes else YES
    for title, changes in (("side effects", found.side_effects()), ("changes", found.changes)):
        if changes:
            print(f"{title}:")
        for change in changes:
            print(
                f"  {', '.join(effect.value.replace('_', ' ') for effect in change.effects)}: {change.text}"
            )
    first, last = found.source_ports
    for note in found.notes:
        print(note)
    print(f"{len(found.changes)} changes, for source ports {first} to {last}; {found.asked} flows compared")
    return NO if found.changes else YES
