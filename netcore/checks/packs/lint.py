"""Whether a pack keeps its promises: references pass, wrong solutions fail where they must, nothing leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netcore.checks.faults.generator import TooFew, named, shows
from netcore.checks.grading.case import CannotGrade
from netcore.checks.grading.grade import CheckResult, grade, public_checks
from netcore.checks.grading.names import Unknown
from netcore.checks.language.check import inside
from netcore.checks.language.packets import Avoids, Drops
from netcore.checks.language.questions import Explain
from netcore.checks.language.structure import Count, Prop, Refused, Unchanged
from netcore.checks.packs.mapping import mapper
from netcore.checks.packs.models import Pack, PackProblem, Solution
from netcore.checks.packs.solutions import handed_in
from netcore.checks.packs.variants import entries, solution, variant
from netcore.checks.reading import compiled, ground
from netcore.control.warnings import warnings
from netcore.document import reader
from netcore.profiles import facts
from netcore.trace.codes import CODES
from netcore.words import say, say_many

SEEDS = (0, 1, 2, 3)
"""Variants that a pack is tried on; 0 is the pack as it is written."""

LEAST_WRONG = 2

LEAST_WORDS = 8
"""Letters that an answer must have to count as given away by a text that holds it."""

_GUARDS = (Drops, Avoids, Unchanged, Count, Prop, Refused)
"""Verbs that say what must not be: a pack needs one of them, or a check of kind N or G."""


def lint(pack: Pack, seeds: Sequence[int] = SEEDS) -> tuple[PackProblem, ...]:
    """Return all that is wrong with a pack that was read; empty where it may be published.

    Args:
        seeds: variants that are tried; each costs as much as grading every solution.
    """
    found = [*_points(pack), *_facts(pack), *_variants(pack, seeds)]
    if not found:
        found += [*_leaks(pack), *_given_away(pack), *_faults(pack, seeds)]
        found += _solutions(pack, seeds)
    return tuple(found)


def _points(pack: Pack) -> Iterator[PackProblem]:
    if pack.points != 100:
        yield PackProblem(
            "checks.yml",
            "/checks",
            "points",
            say("The points add up to {points}, not to 100.", points=pack.points),
        )
    if not pack.reference:
        yield PackProblem("reference", "", "no-reference", say("There is no reference solution."))
    if len(pack.wrong) < LEAST_WRONG:
        message = say_many(
            "There is {count} wrong solution; at least {least} are asked for.",
            "There are {count} wrong solutions; at least {least} are asked for.",
            len(pack.wrong),
            least=LEAST_WRONG,
        )
        yield PackProblem("wrong", "", "few-wrong", message)
    if not any(entry.hidden for entry in pack.checks):
        yield PackProblem("checks.yml", "/checks", "no-hidden", say("There is no hidden check."))
    negative = any(
        entry.kind in "NG" or any(isinstance(one.part, _GUARDS) for one in inside(entry.check))
        for entry in pack.checks
    )
    if not negative:
        message = say("There is no check of something that must stay impossible or unchanged.")
        yield PackProblem("checks.yml", "/checks", "no-negative", message)


def _facts(pack: Pack) -> Iterator[PackProblem]:
    known = facts()
    for number, entry in enumerate(pack.checks):
        for one in inside(entry.check):
            for form in ("choice", "number"):
                fact = getattr(getattr(one.part, form, None), "fact", None)
                if fact is not None and fact not in known:
                    pointer = f"/checks/{number}/check"
                    yield PackProblem(
                        "checks.yml", pointer, "unknown-fact", say("There is no fact {fact}.", fact=fact)
                    )
    for fact in pack.about.facts:
        if fact not in known:
            yield PackProblem(
                "pack.yml", "/facts", "unknown-fact", say("There is no fact {fact}.", fact=fact)
            )


def _variants(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield variants that cannot be drawn or run, or whose checks go by another id."""
    for number, entry in enumerate(pack.checks):
        if any(mapper(pack.about.variants, seed).text(entry.id) != entry.id for seed in seeds):
            message = say(
                "Variants rewrite a word in the id {id}; answers and grades need one that stays.", id=entry.id
            )
            yield PackProblem("checks.yml", f"/checks/{number}/id", "id-changes", message)
    for seed in seeds:
        try:
            reading = reader.read(variant(pack, seed).document, ground())
            entries(pack, seed)
        except ValueError as error:
            message = say(
                "Seed {seed} gives checks that cannot be read: {splitlines}",
                seed=seed,
                splitlines=str(error).splitlines()[0],
            )
            yield PackProblem("pack.yml", "/variants", "variant", message)
            continue
        for problem in reading.problems[:1]:
            message = say("Seed {seed} gives a drawing with a problem: {text}", seed=seed, text=problem.text)
            yield PackProblem("pack.yml", "/variants", "variant", message)
    rules = pack.about.variants
    text = json.dumps({key: value for key, value in pack.raw.items() if key != "pack"})
    for name in rules.names:
        if name not in text:
            yield PackProblem(
                "pack.yml", "/variants/names", "unused-name", say("Nothing is called {name}.", name=name)
            )
    for name in rules.parameters:
        if f"${name}" not in text:
            yield PackProblem(
                "pack.yml", "/variants/parameters", "unused-parameter", say("${name} is not used.", name=name)
            )


def _leaks(pack: Pack) -> Iterator[PackProblem]:
    """Yield what the learner could read of a hidden check: its words, and what only it names."""
    public = _public_text(pack)
    for number, entry in enumerate(pack.checks):
        if not entry.hidden:
            continue
        pointer = f"/checks/{number}"
        if entry.title.casefold() in public.casefold():
            message = say("The title of the hidden check {id} stands where a learner reads it.", id=entry.id)
            yield PackProblem("checks.yml", f"{pointer}/title", "hidden-leak", message)
        told = set(_tokens(entry.rule or ""))
        inner = set(
            _tokens(json.dumps(entry.check.model_dump(mode="json", by_alias=True, exclude_unset=True)))
        )
        secret = sorted(token for token in inner & told if token not in public)
        if secret:
            message = say(
                "The rule of {id} tells what only the hidden check knows: {secret}.",
                id=entry.id,
                secret=", ".join(secret),
            )
            yield PackProblem("checks.yml", f"{pointer}/rule", "hidden-leak", message)


def _given_away(pack: Pack) -> Iterator[PackProblem]:
    """Yield right answers that a learner reads before answering: words of the right choice, drop codes."""
    told = {
        "text.md": variant(pack, 0).text,
        "pack.yml": "\n".join((*pack.about.hints, pack.about.objective)),
    }
    codes = set(_codes(one.answers for one in pack.reference.values()))
    chosen = {
        str(choice.options[choice.truth]): entry.id
        for entry in pack.checks
        for one in inside(entry.check)
        if (choice := getattr(one.part, "choice", None)) is not None
    }
    for path, text in told.items():
        # A drop code as it is written; the word alone may be what the lab is about.
        found = [(say("a drop code that is asked for"), code) for code in sorted(codes) if code in text]
        found += [
            (say("the right answer of {check}", check=check), words)
            for words, check in chosen.items()
            if len(words) >= LEAST_WORDS and words.casefold() in text.casefold()
        ]
        for what, words in found:
            message = say(
                "It gives away {what}: {words}. What explains it belongs into after.md.",
                what=what,
                words=words,
            )
            yield PackProblem(path, "", "given-away", message)


def _codes(value: Any) -> Iterator[str]:
    """Yield the drop codes inside plain data."""
    if isinstance(value, str):
        yield from [value] if value in CODES else []
    elif isinstance(value, Mapping):
        yield from _codes(value.values())
    elif isinstance(value, Iterable):
        for one in value:
            yield from _codes(one)


def _faults(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield what is wrong with faults: a warning beside the drawing names one, or one does not show.

    Warnings are shown to everybody who opens a drawing. So where a pack asks what is wrong with its starting
    drawing, none may stand there that is not there without faults.
    """
    asks = any(
        isinstance(one.part, Explain) and one.part.of == "start" and not one.part.given
        for entry in pack.checks
        for one in inside(entry.check)
    )
    rules = pack.about.variants.faults
    for seed in seeds:
        try:
            made = variant(pack, seed)
        except TooFew as error:
            yield PackProblem(
                "pack.yml", "/variants/faults", "faults", say("Seed {seed}: {error}", seed=seed, error=error)
            )
            return
        broken, healthy = (reader.read(one, ground()).document for one in (made.document, made.healthy))
        if broken is None or healthy is None:
            continue
        if rules is not None:
            found = named(healthy, broken)
        else:
            network = compiled(broken)[0]
            found = warnings(network) if asks and network is not None else ()
        for warning in found[:1]:
            message = say(
                "Seed {seed} shows a warning beside the drawing that names what is asked for: {text}",
                seed=seed,
                text=warning.text,
            )
            yield PackProblem("scenario.yml", "", "warning-tells", message)
            return
        if rules is None:
            return  # one drawing but for names and addresses
        intents = [entry.check for entry in entries(pack, seed) if entry.id in rules.intents]
        for put in made.faults:
            if pack.fault_sets is not None and not shows(healthy, put.fault, intents):
                message = say(
                    "Seed {seed}: the fault {kind} at {at} breaks no intent by itself.",
                    seed=seed,
                    kind=put.fault.kind,
                    at=put.fault.at,
                )
                yield PackProblem("faults.yml", "", "fault-hides", message)
                return


def _public_text(pack: Pack) -> str:
    start = variant(pack, 0)
    shown = [one.as_dict() for one in public_checks(pack, 0)]
    return "\n".join((start.text, *start.hints, start.title, json.dumps([start.document, shown])))


def _tokens(text: str) -> list[str]:
    """Return addresses, and names with a digit: words that could only be known."""
    found = re.findall(r"[A-Za-z0-9_.:/-]+", text)
    return [one.strip(".:") for one in found if re.search(r"\d", one) and len(one.strip(".:")) > 3]


def _solutions(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield what solutions and checkpoints do not keep; of each that of the first seed at which it is so.

    All solutions of a seed share what was compiled and played for it, and of a wrong one nothing is graded
    but the checks that it must fail: trying a pack is most of the work of a lint.
    """
    tried = [
        *((f"reference/{name}.yml", _reference, "reference", name) for name in sorted(pack.reference)),
        *((f"wrong/{name}.yml", _wrong, "wrong", name) for name in sorted(pack.wrong)),
        *((f"checkpoints/{name}.yml", _checkpoint, "checkpoints", name) for name in sorted(pack.checkpoints)),
    ]
    found: dict[str, list[PackProblem]] = {}
    untouched: list[PackProblem] = []
    for seed in seeds:
        kept: dict[Any, Any] = {}
        if seed == seeds[0]:
            untouched = list(_tested(pack, seed, kept))
        for path, judge, folder, name in tried:
            if path in found:
                continue
            try:
                given = solution(pack, folder, name, seed)
                document = handed_in(pack, given, seed)
                problems = list(judge(_Tried(pack, path, given, document, seed, kept)))
            except (Unknown, CannotGrade, ValueError) as error:
                problems = [
                    PackProblem(
                        path,
                        "",
                        "solution",
                        say("It cannot be made for seed {seed}: {error}", seed=seed, error=error),
                    )
                ]
            if problems:
                found[path] = problems
    for path, *_ in tried:
        yield from found.get(path, ())
    yield from untouched


@dataclass(frozen=True)
class _Tried:
    """A solution in one variant."""

    pack: Pack
    path: str
    given: Solution
    document: dict[str, Any]
    seed: int
    kept: dict[Any, Any]

    def results(self, only: Collection[str] | None = None) -> list[CheckResult]:
        """Return the results of some checks, or of all."""
        return list(
            grade(
                self.pack,
                self.document,
                self.given.answers,
                self.seed,
                for_author=True,
                only=only,
                kept=self.kept,
            )
        )


def _reference(tried: _Tried) -> Iterator[PackProblem]:
    for result in tried.results():
        if result.state != "passed":
            message = say(
                "It does not pass {check} (seed {seed}, {state}): {message}",
                check=result.check,
                seed=tried.seed,
                state=result.state,
                message=result.message,
            )
            yield PackProblem(tried.path, "", "reference-fails", message)


def _wrong(tried: _Tried) -> Iterator[PackProblem]:
    for result in tried.results(tried.given.fails):
        if result.state != "failed":
            message = say(
                "{check} is {state} (seed {seed}), not failed.",
                check=result.check,
                state=result.state,
                seed=tried.seed,
            )
            yield PackProblem(tried.path, "/fails", "wrong-passes", message)
            return


def _checkpoint(tried: _Tried) -> Iterator[PackProblem]:
    """Yield where a checkpoint does another part of the work than it says, all of it, or none."""
    pack = tried.pack
    start = variant(pack, tried.seed).document
    before = {one.check: one for one in grade(pack, start, {}, tried.seed, kept=tried.kept)}
    after = tried.results()
    gives = {one.check for one in after if one.earned > before[one.check].earned}
    if gives != set(tried.given.gives):
        words = ", ".join(sorted(gives)) or "nothing"
        message = say(
            "It gives {words} (seed {seed}), and says that it gives other checks.",
            words=words,
            seed=tried.seed,
        )
        yield PackProblem(tried.path, "/gives", "checkpoint-gives", message)
    elif all(one.state == "passed" for one in after):
        message = say("It passes everything, so it is a reference solution.")
        yield PackProblem(tried.path, "", "checkpoint-solves", message)


def _tested(pack: Pack, seed: int, kept: dict[Any, Any]) -> Iterator[PackProblem]:
    """Yield a problem where the untouched drawing, without any answer, passes everything."""
    # Lazily: the first check that does not pass is answer enough.
    results = grade(pack, variant(pack, seed).document, {}, seed, kept=kept)
    if all(result.state == "passed" for result in results):
        yield PackProblem("checks.yml", "", "nothing-to-do", say("The untouched drawing passes everything."))
