"""One learner's copy of a pack: the same seed gives the same bytes; seed 0 is the pack as it is written."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from netcore.checks.faults.fault import Fault
from netcore.checks.faults.generator import Broken, Put, put_faults, put_in
from netcore.checks.packs.mapping import between, drawn, mapper, shuffled
from netcore.checks.packs.models import Checks, Entry, FaultSets, Pack, Solution
from netcore.checks.reading import ground
from netcore.document.reader import dump, read
from netcore.words import language_code, say

LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Variant:
    """What one learner gets.

    Args:
        document: the starting drawing, as plain data.
        text: story and task in Markdown.
        hints: three, from a question to the mechanism.
        healthy: the drawing before faults were put in; nobody but the grader sees it, nor ``faults``.
        alarms: titles of the checks that fail because of faults.
        after: what is told once the work is done, in Markdown; not part of ``as_dict``.
    """

    seed: int
    title: str
    objective: str
    document: dict[str, Any]
    text: str
    hints: tuple[str, ...]
    healthy: dict[str, Any]
    faults: tuple[Put, ...] = ()
    alarms: tuple[str, ...] = ()
    after: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data: what a learner may see from the start."""
        return {
            "seed": self.seed,
            "title": self.title,
            "objective": self.objective,
            "document": self.document,
            "text": self.text,
            "hints": list(self.hints),
            "alarms": list(self.alarms),
        }


def variant(pack: Pack, seed: int) -> Variant:
    """Return the variant of a seed, 0 to 2**63 - 1; no two parts of it share anything that can be changed.

    Raises:
        TooFew: the drawing does not bear the faults that the pack asks for.
    """
    about = pack.about
    rewritten = mapper(about.variants, seed)
    healthy = healthy_document(pack, seed)
    text = rewritten.text(pack.raw["text"])
    document = healthy
    faults: tuple[Put, ...] = ()
    alarms: tuple[str, ...] = ()
    if about.variants.faults is not None:
        broken, alarms = _broken(seed, _ByDigest(pack), language_code())
        document, faults = dump(broken.scenario), broken.faults
        text = text.replace("$alarms", "\n".join(f"- {title}" for title in alarms))
    return Variant(
        seed=seed,
        title=rewritten.text(about.title),
        objective=rewritten.text(about.objective),
        document=document,
        text=text,
        hints=tuple(rewritten.text(hint) for hint in about.hints),
        healthy=deepcopy(healthy),
        faults=faults,
        alarms=alarms,
        after=rewritten.text(pack.raw.get("after", "")),
    )


def healthy_document(pack: Pack, seed: int) -> dict[str, Any]:
    """Return the drawing of a variant before faults are put in."""
    made: dict[str, Any] = mapper(pack.about.variants, seed).data(pack.raw["scenario"])
    if pack.about.variants.shuffle:
        made = shuffled(made, seed)
    return made | {"seed": seed} if seed else made


@lru_cache(256)
def _broken(seed: int, kept: _ByDigest, _language: str) -> tuple[Broken, tuple[str, ...]]:
    """Return the drawing with faults, told in a language, and the titles of what fails."""
    pack = kept.pack
    rules = pack.about.variants
    scenario = read(healthy_document(pack, seed), ground()).document
    if scenario is None or rules.faults is None:
        raise ValueError(say("The pack {id} has no drawing for seed {seed}.", id=pack.id, seed=seed))
    asked = [entry for entry in entries(pack, seed) if entry.id in rules.faults.intents]
    intents = [entry.check for entry in asked]
    if pack.fault_sets is None:
        broken = put_faults(scenario, rules.faults.count, seed, rules.faults.kinds, intents, quiet=True)
    else:
        given = faults_of(pack, pack.fault_sets, set_number(pack, seed), seed)
        broken = put_in(scenario, given, intents)
    return broken, tuple(asked[number].title for number in broken.alarms)


def set_number(pack: Pack, seed: int) -> int:
    """Return which of its sets of faults a seed has, from 0."""
    return 0 if pack.fault_sets is None else drawn(seed, "faults", len(pack.fault_sets.sets))


def faults_of(pack: Pack, sets: FaultSets, number: int, seed: int) -> list[Fault]:
    """Return a set of faults in the names of a variant."""
    rewritten = mapper(pack.about.variants, seed)
    found = []
    for fault in sets.sets[number]:
        steps = [step.model_dump(mode="json", exclude_unset=True, by_alias=True) for step in fault.patch]
        patch = tuple(rewritten.data(steps))
        found.append(Fault(fault.kind, rewritten.text(fault.at), "", "", patch, ()))
    return found


def drawn_sets(pack: Pack, count: int) -> dict[str, Any]:
    """Return ``faults.yml`` of a pack as plain data: sets of faults of the scenario as it is written.

    Each fault shows by itself, no warning names it, and as far as there are enough no other edit mends it.

    Raises:
        TooFew: the drawing does not bear the faults that the pack asks for.
        ValueError: the pack puts no faults into its drawing.
    """
    rules = pack.about.variants.faults
    scenario = read(mapper(pack.about.variants, 0).data(pack.raw["scenario"]), ground()).document
    if rules is None or scenario is None:
        raise ValueError(f"The pack {pack.id} puts no faults into its drawing.")
    intents = [entry.check for entry in pack.checks if entry.id in rules.intents]
    sets = [
        put_faults(scenario, rules.count, number, rules.kinds, intents, quiet=True).faults
        for number in range(count)
    ]
    return {
        "sets": [
            [{"kind": put.fault.kind, "at": put.fault.at, "patch": list(put.fault.patch)} for put in one]
            for one in sets
        ]
    }


@lru_cache(256)
def _entries(seed: int, pack: _ByDigest) -> tuple[Entry, ...]:
    made = mapper(pack.pack.about.variants, seed)
    return Checks.model_validate(made.data(pack.pack.raw["checks"])).checks


class _ByDigest:
    """A pack that equals another of the same digest, so that its checks are read once a variant."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByDigest) and self.pack.digest == other.pack.digest

    def __hash__(self) -> int:
        return hash(self.pack.digest)


def entries(pack: Pack, seed: int) -> tuple[Entry, ...]:
    """Return the checks of a variant, in the order of the pack."""
    return pack.checks if seed == 0 else _entries(seed, _ByDigest(pack))


def solution(pack: Pack, folder: str, name: str, seed: int) -> Solution:
    """Return a solution of ``reference`` or ``wrong`` as it would be for a variant."""
    return rewritten_solution(pack, pack.raw[f"{folder}/{name}"], seed)


def rewritten_solution(pack: Pack, raw: Any, seed: int) -> Solution:
    """Return a solution of plain data as it would be for a variant.

    Raises:
        ValidationError: it is none.
    """
    made = mapper(pack.about.variants, seed)
    if pack.about.variants.faults is not None:
        made.parameters["faults"] = _right(variant(pack, seed).faults)
    return Solution.model_validate(made.data(raw))


def _right(faults: tuple[Put, ...]) -> dict[str, Any]:
    """Return the right answer to ``diagnose``."""
    rows = enumerate(faults, start=1)
    return {
        key: value
        for number, put in rows
        for key, value in ((f"hop-{number}", put.fault.at), (f"kind-{number}", put.fault.kind))
    }


def in_order(options: dict[str, str], seed: int, name: str) -> dict[str, str]:
    """Return options of a question in an order of the variant's."""
    return dict(
        sorted(options.items(), key=lambda item: drawn(seed, f"option|{name}|{item[0]}", 1 << 30))
        if seed
        else options.items()
    )


def in_variant(pack: Pack, seed: int, text: str) -> str:
    """Return a text that speaks of the pack as it is written, such as a place in it, as a learner has it."""
    return mapper(pack.about.variants, seed).text(text)


def as_written(pack: Pack, seed: int, text: str) -> str:
    """Return a text of a learner's variant as the pack has it, so that what learners did is comparable."""
    return between(pack.about.variants, seed, 0).text(text)
