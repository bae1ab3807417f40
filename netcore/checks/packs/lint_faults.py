"""Whether faults keep their promises: each set can be put in, shows, and is named by nothing on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from netcore.checks.faults.fault import Fault
from netcore.checks.faults.generator import TooFew, failing, meet, named, put_in, shows
from netcore.checks.language.check import Check, inside
from netcore.checks.language.questions import Explain
from netcore.checks.packs.models import Faults, FaultSets, Pack, PackProblem
from netcore.checks.packs.variants import entries, faults_of, healthy_document, variant
from netcore.checks.reading import compiled, ground
from netcore.control.warnings import warnings
from netcore.document import reader
from netcore.document.models import Scenario
from netcore.words import say

FAULTY = frozenset({"faults", "fault-count", "fault-twice", "fault-hides", "intent-unknown", "intent-fails"})
"""Codes after which solutions are not tried: the drawing to solve is not as it should be."""


def faults(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield what is wrong with faults: a warning beside the drawing names one, or one does not show.

    Warnings are shown to everybody who opens a drawing. So where a pack asks what is wrong with its starting
    drawing, none may stand there that is not there without faults.
    """
    rules = pack.about.variants.faults
    if rules is None:
        yield from _warned(pack, seeds[0])
        return
    found = list(_intents(pack, rules))
    if pack.fault_sets is not None and not found:
        found = list(_sets(pack, rules, pack.fault_sets))
    yield from found or _drawn(pack, seeds)


def _warned(pack: Pack, seed: int) -> Iterator[PackProblem]:
    """Yield a warning of the starting drawing where the pack asks what is wrong with it."""
    asks = any(
        isinstance(one.part, Explain) and one.part.of == "start" and not one.part.given
        for entry in pack.checks
        for one in inside(entry.check)
    )
    drawing = _read(variant(pack, seed).document)
    network = compiled(drawing)[0] if asks and drawing is not None else None
    for warning in warnings(network)[:1] if network is not None else ():
        message = say(
            "A warning beside the drawing names what is asked for: {text}",
            text=warning.text,
        )
        mend = say("Draw the same trouble in a way that the platform does not warn of.")
        yield PackProblem("scenario.yml", warning.pointer, "warning-tells", message, mend)


def _intents(pack: Pack, rules: Faults) -> Iterator[PackProblem]:
    """Yield what is no intent: no check, a hidden one, whose title alarms would tell, or one that fails."""
    known = {entry.id: entry for entry in pack.checks}
    drawing = _read(healthy_document(pack, 0)) if not set(rules.intents) - set(known) else None
    for number, intent in enumerate(rules.intents):
        place = f"/variants/faults/intents/{number}"
        if intent not in known:
            message = say("There is no check {one}.", one=intent)
            mend = say("Intents are ids of checks.yml: {ids}.", ids=", ".join(known))
            yield PackProblem("pack.yml", place, "intent-unknown", message, mend)
        elif known[intent].hidden:
            message = say("The hidden check {id} is an intent, and alarms tell its title.", id=intent)
            mend = say("Take it from the intents.")
            yield PackProblem("pack.yml", place, "hidden-leak", message, mend)
        elif drawing is not None:
            for finding in failing(drawing, [known[intent].check]).values():
                message = say(
                    "{id} does not hold before anything is broken: {message}",
                    id=intent,
                    message=finding.message,
                )
                mend = say("Mend scenario.yml: it is the network that works.")
                yield PackProblem("pack.yml", place, "intent-fails", message, mend)


def _sets(pack: Pack, rules: Faults, sets: FaultSets) -> Iterator[PackProblem]:
    """Yield what is wrong with ``faults.yml``: of all sets, for each learner has one of them."""
    healthy = _read(healthy_document(pack, 0))
    if healthy is None:
        return
    intents = [entry.check for entry in entries(pack, 0) if entry.id in rules.intents]
    mend = say("`python3 -m netcore break PACK --sets {number}` writes sound ones.", number=len(sets.sets))
    showing: dict[tuple[str, str, str], bool] = {}
    seen: list[set[tuple[str, str, str]]] = []
    for number in range(len(sets.sets)):
        place = f"/sets/{number}"
        given = faults_of(pack, sets, number, 0)
        if len(given) != rules.count:
            message = say(
                "The set has {count} faults, and variants ask for {asked}.",
                count=len(given),
                asked=rules.count,
            )
            yield PackProblem("faults.yml", place, "fault-count", message, mend)
        for one, other in combinations(given, 2):
            if meet(one, other):
                message = say("Two faults lie in one place, {at}, and hide each other.", at=one.at)
                yield PackProblem("faults.yml", place, "fault-twice", message, mend)
        keys = {_key(one) for one in given}
        if keys in seen:
            message = say("The set is the same as set {number}.", number=seen.index(keys))
            yield PackProblem("faults.yml", place, "fault-twice", message, mend)
        seen.append(keys)
        problem = _put(healthy, given, intents, place, mend)
        if problem is not None:
            yield problem
            continue
        for step, fault in enumerate(given):
            if not showing.setdefault(_key(fault), shows(healthy, fault, intents)):
                message = say(
                    "The fault {kind} at {at} breaks no intent by itself.", kind=fault.kind, at=fault.at
                )
                yield PackProblem("faults.yml", f"{place}/{step}", "fault-hides", message, mend)


def _put(
    healthy: Scenario, given: Sequence[Fault], intents: Sequence[Check], place: str, mend: str
) -> PackProblem | None:
    """Return why a set cannot be in a drawing: no room, or a warning that names one of its faults."""
    try:
        broken = put_in(healthy, given, intents)
    except TooFew as error:
        return PackProblem("faults.yml", place, "faults", str(error), mend)
    for warning in named(healthy, broken.scenario)[:1]:
        message = say("A warning beside the drawing names a fault: {text}", text=warning.text)
        return PackProblem("faults.yml", place, "warning-tells", message, mend)
    return None


def _drawn(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield why a variant has not its faults, of the first seed at which it is so."""
    for seed in seeds:
        try:
            made = variant(pack, seed)
        except TooFew as error:
            message = say("Seed {seed}: {error}", seed=seed, error=error)
            mend = say("Ask for fewer faults, allow more kinds, or name more intents.")
            yield PackProblem("pack.yml", "/variants/faults", "faults", message, mend)
            return
        healthy, broken = _read(made.healthy), _read(made.document)
        if healthy is None or broken is None:
            continue
        for warning in named(healthy, broken)[:1]:
            message = say(
                "Seed {seed} shows a warning beside the drawing that names a fault: {text}",
                seed=seed,
                text=warning.text,
            )
            mend = say("Leave the kind of this fault out of kinds.")
            yield PackProblem("pack.yml", "/variants/faults/kinds", "warning-tells", message, mend)
            return


def _read(document: object) -> Scenario | None:
    return reader.read(document, ground()).document


def _key(fault: Fault) -> tuple[str, str, str]:
    return fault.kind, fault.at, str(fault.patch)
