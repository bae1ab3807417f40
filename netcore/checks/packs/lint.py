"""Whether a pack keeps its promises: references pass, wrong solutions fail where they must, nothing leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from netcore.checks.grading.case import CannotGrade
from netcore.checks.grading.grade import CheckResult, grade, public_checks
from netcore.checks.grading.names import Unknown
from netcore.checks.language.check import inside
from netcore.checks.language.packets import Avoids, Drops
from netcore.checks.language.structure import Count, Prop, Refused, Unchanged
from netcore.checks.packs.mapping import mapper
from netcore.checks.packs.models import Pack, PackProblem
from netcore.checks.packs.solutions import handed_in
from netcore.checks.packs.variants import entries, solution, variant
from netcore.checks.reading import ground
from netcore.document import reader
from netcore.profiles import facts

SEEDS = (0, 1, 2, 3)
"""Variants that a pack is tried on; 0 is the pack as it is written."""

LEAST_WRONG = 2

_GUARDS = (Drops, Avoids, Unchanged, Count, Prop, Refused)
"""Verbs that say what must not be: a pack needs one of them, or a check of kind N or G."""


def lint(pack: Pack) -> tuple[PackProblem, ...]:
    """Return all that is wrong with a pack that was read; empty where it may be published."""
    found = [*_points(pack), *_facts(pack), *_variants(pack)]
    if not found:
        found += _leaks(pack)
        for name in sorted(pack.reference):
            found += _reference(pack, name)
        for name in sorted(pack.wrong):
            found += _wrong(pack, name)
        found += _tested(pack)
    return tuple(found)


def _points(pack: Pack) -> Iterator[PackProblem]:
    if pack.points != 100:
        yield PackProblem(
            "checks.yml", "/checks", "points", f"The points add up to {pack.points}, not to 100."
        )
    if not pack.reference:
        yield PackProblem("reference", "", "no-reference", "There is no reference solution.")
    if len(pack.wrong) < LEAST_WRONG:
        message = f"There are {len(pack.wrong)} wrong solutions; at least {LEAST_WRONG} are asked for."
        yield PackProblem("wrong", "", "few-wrong", message)
    if not any(entry.hidden for entry in pack.checks):
        yield PackProblem("checks.yml", "/checks", "no-hidden", "There is no hidden check.")
    negative = any(
        entry.kind in "NG" or any(isinstance(one.part, _GUARDS) for one in inside(entry.check))
        for entry in pack.checks
    )
    if not negative:
        message = "There is no check of something that must stay impossible or unchanged."
        yield PackProblem("checks.yml", "/checks", "no-negative", message)


def _facts(pack: Pack) -> Iterator[PackProblem]:
    known = facts()
    for number, entry in enumerate(pack.checks):
        for one in inside(entry.check):
            for form in ("choice", "number"):
                fact = getattr(getattr(one.part, form, None), "fact", None)
                if fact is not None and fact not in known:
                    pointer = f"/checks/{number}/check"
                    yield PackProblem("checks.yml", pointer, "unknown-fact", f"There is no fact {fact}.")
    for fact in pack.about.facts:
        if fact not in known:
            yield PackProblem("pack.yml", "/facts", "unknown-fact", f"There is no fact {fact}.")


def _variants(pack: Pack) -> Iterator[PackProblem]:
    """Yield variants that cannot be drawn or run, or whose checks go by another id."""
    for number, entry in enumerate(pack.checks):
        if any(mapper(pack.about.variants, seed).text(entry.id) != entry.id for seed in SEEDS):
            message = f"Variants rewrite a word in the id {entry.id}; answers and grades need one that stays."
            yield PackProblem("checks.yml", f"/checks/{number}/id", "id-changes", message)
    for seed in SEEDS:
        try:
            reading = reader.read(variant(pack, seed).document, ground())
            entries(pack, seed)
        except ValueError as error:
            message = f"Seed {seed} gives checks that cannot be read: {str(error).splitlines()[0]}"
            yield PackProblem("pack.yml", "/variants", "variant", message)
            continue
        for problem in reading.problems[:1]:
            message = f"Seed {seed} gives a drawing with a problem: {problem.text}"
            yield PackProblem("pack.yml", "/variants", "variant", message)
    rules = pack.about.variants
    text = json.dumps({key: value for key, value in pack.raw.items() if key != "pack"})
    for name in rules.names:
        if name not in text:
            yield PackProblem("pack.yml", "/variants/names", "unused-name", f"Nothing is called {name}.")
    for name in rules.parameters:
        if f"${name}" not in text:
            yield PackProblem("pack.yml", "/variants/parameters", "unused-parameter", f"${name} is not used.")


def _leaks(pack: Pack) -> Iterator[PackProblem]:
    """Yield what the learner could read of a hidden check: its words, and what only it names."""
    public = _public_text(pack)
    for number, entry in enumerate(pack.checks):
        if not entry.hidden:
            continue
        pointer = f"/checks/{number}"
        if entry.title.casefold() in public.casefold():
            message = f"The title of the hidden check {entry.id} stands where a learner reads it."
            yield PackProblem("checks.yml", f"{pointer}/title", "hidden-leak", message)
        told = set(_tokens(entry.rule or ""))
        inner = set(
            _tokens(json.dumps(entry.check.model_dump(mode="json", by_alias=True, exclude_unset=True)))
        )
        secret = sorted(token for token in inner & told if token not in public)
        if secret:
            message = f"The rule of {entry.id} tells what only the hidden check knows: {', '.join(secret)}."
            yield PackProblem("checks.yml", f"{pointer}/rule", "hidden-leak", message)


def _public_text(pack: Pack) -> str:
    start = variant(pack, 0)
    shown = [one.as_dict() for one in public_checks(pack, 0)]
    return "\n".join((start.text, *start.hints, start.title, json.dumps([start.document, shown])))


def _tokens(text: str) -> list[str]:
    """Return addresses, and names with a digit: words that could only be known."""
    found = re.findall(r"[A-Za-z0-9_.:/-]+", text)
    return [one.strip(".:") for one in found if re.search(r"\d", one) and len(one.strip(".:")) > 3]


def _reference(pack: Pack, name: str) -> Iterator[PackProblem]:
    path = f"reference/{name}.yml"
    for seed in SEEDS:
        found = _graded(pack, "reference", name, seed)
        if isinstance(found, PackProblem):
            yield found
            return
        bad = [result for result in found if result.state != "passed"]
        for result in bad:
            message = f"It does not pass {result.check} (seed {seed}, {result.state}): {result.message}"
            yield PackProblem(path, "", "reference-fails", message)
        if bad:
            return


def _wrong(pack: Pack, name: str) -> Iterator[PackProblem]:
    path = f"wrong/{name}.yml"
    for seed in SEEDS:
        found = _graded(pack, "wrong", name, seed)
        if isinstance(found, PackProblem):
            yield found
            return
        failing = {result.check for result in found if result.state == "failed"}
        for check in pack.wrong[name].fails:
            if check not in failing:
                state = next(result.state for result in found if result.check == check)
                yield PackProblem(
                    path, "/fails", "wrong-passes", f"{check} is {state} (seed {seed}), not failed."
                )
                return


def _tested(pack: Pack) -> Iterator[PackProblem]:
    """Yield a problem where the untouched drawing, without any answer, passes everything."""
    results = list(grade(pack, variant(pack, 0).document, {}, 0))
    if results and all(result.state == "passed" for result in results):
        yield PackProblem("checks.yml", "", "nothing-to-do", "The untouched drawing passes everything.")


def _graded(pack: Pack, folder: str, name: str, seed: int) -> list[CheckResult] | PackProblem:
    """Return the results of a solution, or why it cannot be graded."""
    path = f"{folder}/{name}.yml"
    try:
        given = solution(pack, folder, name, seed)
        document = handed_in(pack, given, seed)
    except (Unknown, CannotGrade, ValueError) as error:
        return PackProblem(path, "", "solution", f"It cannot be made for seed {seed}: {error}")
    return list(grade(pack, document, given.answers, seed, for_author=True))
