"""Whether a pack keeps its promises: references pass, wrong solutions fail where they must, nothing leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netcore.checks.faults.generator import TooFew
from netcore.checks.grading import stopping
from netcore.checks.grading.case import CannotGrade
from netcore.checks.grading.grade import CheckResult, grade, public_checks
from netcore.checks.grading.names import Unknown
from netcore.checks.language.check import inside
from netcore.checks.language.packets import Avoids, Drops
from netcore.checks.language.structure import Count, Prop, Refused, Unchanged
from netcore.checks.packs.lint_faults import FAULTY, faults
from netcore.checks.packs.mapping import mapper
from netcore.checks.packs.models import Pack, PackProblem, Solution
from netcore.checks.packs.solutions import handed_in
from netcore.checks.packs.variants import entries, set_number, solution, variant
from netcore.checks.reading import ground
from netcore.document import reader
from netcore.document.problems import pointer
from netcore.profiles import facts
from netcore.trace.codes import CODES
from netcore.words import say, say_many

SEEDS = (0, 1, 2, 3)
"""Variants that a pack is tried on; 0 is the pack as it is written."""

LEAST_WRONG = 2

MOST_SOLUTIONS = 12
"""In each folder; every one is tried in every variant. Packs that come with the program have up to four."""

LEAST_WORDS = 8
"""Letters that an answer must have to count as given away by a text that holds it."""

_NAMED_FACTS = re.compile(r"\(([A-Z]\d{1,2}(?:, [A-Z]\d{1,2})*)\)")
"""Ids of facts as after.md names them: in brackets, several with commas."""

_GUARDS = (Drops, Avoids, Unchanged, Count, Prop, Refused)
"""Verbs that say what must not be: a pack needs one of them, or a check of kind N or G."""


def lint(pack: Pack, seeds: Sequence[int] = SEEDS) -> tuple[PackProblem, ...]:
    """Return all that is wrong with a pack that was read; empty where it may be published.

    Each problem names the file as the pack has it, the place in it, and what mends it.

    Args:
        seeds: variants that are tried; each costs as much as grading every solution.
    """
    found = [*_points(pack), *_facts(pack), *_variants(pack, seeds)]
    if not found:
        found = list(faults(pack, seeds))
        # Of a drawing that has not the faults it should have, the rest would only say so again.
        if not any(one.code in FAULTY for one in found):
            found += [*_leaks(pack), *_given_away(pack), *_solutions(pack, seeds)]
    return tuple(replace(one, path=_path(pack, one.path)) for one in found)


def lint_seeds(pack: Pack, count: int = len(SEEDS)) -> tuple[int, ...]:
    """Return the first ``count`` seeds, and one more for each set of faults that none of them draws."""
    seeds = list(range(max(1, count)))
    if pack.fault_sets is None:
        return tuple(seeds)
    number = len(pack.fault_sets.sets)
    missing = set(range(number)) - {set_number(pack, seed) for seed in seeds}
    for seed in range(count, count + 100 * number):
        if not missing:
            break
        if (drawn := set_number(pack, seed)) in missing:
            missing.discard(drawn)
            seeds.append(seed)
    return tuple(seeds)


def too_many_solutions(pack: Pack) -> tuple[PackProblem, ...]:
    """Return which folders of solutions hold more than may be stored and tried; this takes no time."""
    return tuple(
        PackProblem(
            folder,
            "",
            "many-solutions",
            say(
                "There are {count} files in {folder}; at most {most} are tried.",
                count=count,
                folder=folder,
                most=MOST_SOLUTIONS,
            ),
            say("Keep those that each prove something else."),
        )
        for folder in ("reference", "wrong", "checkpoints")
        if (count := len(getattr(pack, folder))) > MOST_SOLUTIONS
    )


def _path(pack: Pack, path: str) -> str:
    """Return a path as the pack has it: its file may end in .json."""
    return pack.paths.get(path.rpartition(".")[0], path)


def _points(pack: Pack) -> Iterator[PackProblem]:
    if pack.points != 100:
        more = pack.points - 100
        yield PackProblem(
            "checks.yml",
            "/checks",
            "points",
            say("The points add up to {points}, not to 100.", points=pack.points),
            say("Take {more} away.", more=more) if more > 0 else say("Give {more} more.", more=-more),
        )
    if not pack.reference:
        yield PackProblem(
            "reference",
            "",
            "no-reference",
            say("There is no reference solution."),
            say("Write reference/NAME.yml with the edits and answers that pass everything."),
        )
    if len(pack.wrong) < LEAST_WRONG:
        message = say_many(
            "There is {count} wrong solution; at least {least} are asked for.",
            "There are {count} wrong solutions; at least {least} are asked for.",
            len(pack.wrong),
            least=LEAST_WRONG,
        )
        mend = say("Write wrong/NAME.yml with a mistake that learners make, and the checks it fails.")
        yield PackProblem("wrong", "", "few-wrong", message, mend)
    yield from too_many_solutions(pack)
    if not any(entry.hidden for entry in pack.checks):
        mend = say("Add a check of kind H with hidden: true and a rule, such as one after a change.")
        yield PackProblem("checks.yml", "/checks", "no-hidden", say("There is no hidden check."), mend)
    negative = any(
        entry.kind in "NG" or any(isinstance(one.part, _GUARDS) for one in inside(entry.check))
        for entry in pack.checks
    )
    if not negative:
        message = say("There is no check of something that must stay impossible or unchanged.")
        mend = say("Add a check of kind N or G, such as drops, avoids, unchanged or opens_nothing.")
        yield PackProblem("checks.yml", "/checks", "no-negative", message, mend)


def _facts(pack: Pack) -> Iterator[PackProblem]:
    known = facts()
    mend = say("`python3 manage.py facts` and the page of facts list them.")
    for number, entry in enumerate(pack.checks):
        for one in inside(entry.check):
            for form in ("choice", "number"):
                fact = getattr(getattr(one.part, form, None), "fact", None)
                if fact is not None and fact not in known:
                    message = say("In {check}: there is no fact {fact}.", check=entry.id, fact=fact)
                    pointer = f"/checks/{number}/check"
                    yield PackProblem("checks.yml", pointer, "unknown-fact", message, mend)
    for number, fact in enumerate(pack.about.facts):
        if fact not in known:
            message = say("There is no fact {fact}.", fact=fact)
            yield PackProblem("pack.yml", f"/facts/{number}", "unknown-fact", message, mend)
    for number, line in enumerate(pack.after.splitlines(), start=1):
        for named in _NAMED_FACTS.findall(line):
            for fact in named.split(", "):
                if fact not in known:
                    message = say("There is no fact {fact}.", fact=fact)
                    yield PackProblem("after.md", f"line {number}", "unknown-fact", message, mend)


def _mend_variant(seed: int) -> str:
    return say(
        "`python3 -m netcore variant PACK --seed {seed} --json` shows it; keep prefixes and names apart.",
        seed=seed,
    )


def _variants(pack: Pack, seeds: Sequence[int]) -> Iterator[PackProblem]:
    """Yield variants that cannot be drawn or run, or whose checks go by another id."""
    for number, entry in enumerate(pack.checks):
        if any(mapper(pack.about.variants, seed).text(entry.id) != entry.id for seed in seeds):
            message = say(
                "Variants rewrite a word in the id {id}; answers and grades need one that stays.", id=entry.id
            )
            mend = say("Give the check an id without words that stand below names.")
            yield PackProblem("checks.yml", f"/checks/{number}/id", "id-changes", message, mend)
    for seed in seeds:
        stopping.look()
        try:
            reading = reader.read(variant(pack, seed).document, ground())
            entries(pack, seed)
        except TooFew:
            continue  # told with the faults
        except ValueError as error:
            message = say(
                "Seed {seed} gives checks that cannot be read: {splitlines}",
                seed=seed,
                splitlines=str(error).splitlines()[0],
            )
            yield PackProblem("pack.yml", "/variants", "variant", message, _mend_variant(seed))
            continue
        for problem in reading.problems[:1]:
            message = say("Seed {seed} gives a drawing with a problem: {text}", seed=seed, text=problem.text)
            yield PackProblem("pack.yml", "/variants", "variant", message, _mend_variant(seed))
    rules = pack.about.variants
    text = json.dumps({key: value for key, value in pack.raw.items() if key != "pack"})
    for name in rules.names:
        if name not in text:
            message = say("Nothing is called {name}.", name=name)
            mend = say("Take it away, or write it as the drawing does.")
            yield PackProblem("pack.yml", pointer(("variants", "names", name)), "unused-name", message, mend)
    for name in rules.parameters:
        if f"${name}" not in text:
            message = say("${name} is not used.", name=name)
            mend = say("Take it away, or write ${name} where its value belongs.", name=name)
            place = pointer(("variants", "parameters", name))
            yield PackProblem("pack.yml", place, "unused-parameter", message, mend)


def _leaks(pack: Pack) -> Iterator[PackProblem]:
    """Yield what the learner could read of a hidden check: its words, and what only it names."""
    public = _public_text(pack)
    for number, entry in enumerate(pack.checks):
        if not entry.hidden:
            continue
        place = f"/checks/{number}"
        if entry.title.casefold() in public.casefold():
            message = say("The title of the hidden check {id} stands where a learner reads it.", id=entry.id)
            mend = say("Say it in other words: in the title, or in the text, hints, titles and drawing.")
            yield PackProblem("checks.yml", f"{place}/title", "hidden-leak", message, mend)
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
            mend = say("Tell the rule without names and addresses that stand in no public part of the pack.")
            yield PackProblem("checks.yml", f"{place}/rule", "hidden-leak", message, mend)


def _given_away(pack: Pack) -> Iterator[PackProblem]:
    """Yield right answers that a learner reads before answering: words of the right choice, drop codes."""
    # A drop code as it is written; the word alone may be what the lab is about.
    secret = [
        (say("a drop code that is asked for"), code, re.compile(code))
        for code in sorted(set(_codes(one.answers for one in pack.reference.values())))
    ]
    for entry in pack.checks:
        for one in inside(entry.check):
            choice = getattr(one.part, "choice", None)
            words = "" if choice is None else str(choice.options[choice.truth])
            if len(words) >= LEAST_WORDS:
                # A text may break its lines anywhere.
                pattern = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
                secret.append((say("the right answer of {check}", check=entry.id), words, pattern))
    mend = say("Say it without that; what explains it belongs into after.md.")
    for path, place, text in _read_before(pack):
        for what, words, pattern in secret:
            found = pattern.search(text)
            if found is not None:
                message = say("It gives away {what}: {words}.", what=what, words=words)
                line = f"line {text.count(chr(10), 0, found.start()) + 1}"
                yield PackProblem(path, place or line, "given-away", message, mend)


def _read_before(pack: Pack) -> Iterator[tuple[str, str, str]]:
    """Yield what a learner reads before answering: file, place in it (empty: the line is), text."""
    yield "text.md", "", pack.text
    yield "pack.yml", "/objective", pack.about.objective
    for number, hint in enumerate(pack.about.hints):
        yield "pack.yml", f"/hints/{number}", hint
    for number, entry in enumerate(pack.checks):
        if not entry.hidden:
            yield "checks.yml", f"/checks/{number}/title", entry.title


def _codes(value: Any) -> Iterator[str]:
    """Yield the drop codes inside plain data."""
    if isinstance(value, str):
        yield from [value] if value in CODES else []
    elif isinstance(value, Mapping):
        yield from _codes(value.values())
    elif isinstance(value, Iterable):
        for one in value:
            yield from _codes(one)


def _public_text(pack: Pack) -> str:
    start = variant(pack, 0)
    shown = [one.as_dict() for one in public_checks(pack, 0)]
    titles = [one.title for one in pack.checkpoints.values()]
    told = (start.text, *start.hints, start.title, start.objective, *titles)
    return "\n".join((*told, json.dumps([start.document, shown])))


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
            stopping.look()
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
                        say("Name only what the starting drawing has, or what an edit before has added."),
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

    def place(self, check: str) -> int:
        """Return the number of a check in its file, from 0."""
        return [entry.id for entry in self.pack.checks].index(check)

    def answer(self, check: str) -> str:
        """Return where the solution answers a check; empty where it does not."""
        return f"/answers/{check}" if check in self.given.answers else ""

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
            mend = say(
                "Mend the solution, or the check: /checks/{number} of checks.yml.",
                number=tried.place(result.check),
            )
            yield PackProblem(tried.path, tried.answer(result.check), "reference-fails", message, mend)


def _wrong(tried: _Tried) -> Iterator[PackProblem]:
    for result in tried.results(tried.given.fails):
        if result.state != "failed":
            message = say(
                "{check} is {state} (seed {seed}), not failed.",
                check=result.check,
                state=result.state,
                seed=tried.seed,
            )
            mend = (
                say("What cannot be graded is no mistake; let the solution fail by what it does.")
                if result.state == "ungraded"
                else say("Take it from fails, or make the check see the mistake.")
            )
            yield PackProblem(tried.path, "/fails", "wrong-passes", message, mend)
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
        mend = say(
            "Write gives: [{words}], or take the edits away that do more.", words=", ".join(sorted(gives))
        )
        yield PackProblem(tried.path, "/gives", "checkpoint-gives", message, mend)
    elif all(one.state == "passed" for one in after):
        message = say("It passes everything, so it is a reference solution.")
        mend = say("Take away edits, so that something is left to do, or move it to reference.")
        yield PackProblem(tried.path, "", "checkpoint-solves", message, mend)


def _tested(pack: Pack, seed: int, kept: dict[Any, Any]) -> Iterator[PackProblem]:
    """Yield a problem where the untouched drawing, without any answer, passes everything."""
    # Lazily: the first check that does not pass is answer enough.
    results = grade(pack, variant(pack, seed).document, {}, seed, kept=kept)
    if all(result.state == "passed" for result in results):
        message = say("The untouched drawing passes everything.")
        mend = say("Break something in scenario.yml, or ask for something that is not there yet.")
        yield PackProblem("checks.yml", "", "nothing-to-do", message, mend)
