"""Reading a pack: all problems of all files at once."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from netcore.checks.language.part import LanguagePart
from netcore.checks.packs import yaml_text
from netcore.checks.packs.mapping import mapper
from netcore.checks.packs.models import (
    About,
    Checks,
    FaultSets,
    Pack,
    PackProblem,
    Solution,
    Variants,
    digest_of,
)
from netcore.checks.reading import ground
from netcore.document import reader
from netcore.document.problems import pointer
from netcore.errors import NetcoreError
from netcore.words import say, say_many

MOST_FILES = 60
MOST_BYTES = 4_000_000
MOST_TEXT = 60_000

_NAME = re.compile(r"^(pack|scenario|checks|faults)\.(yml|yaml|json)$|^(text|after)\.md$")
_SOLUTION = re.compile(r"^(reference|wrong|checkpoints)/[a-z0-9][a-z0-9-]{0,59}\.(yml|yaml|json)$")
_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")

Model = TypeVar("Model", bound=LanguagePart)


class PackRefused(NetcoreError):
    """A pack cannot be read; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: tuple[PackProblem, ...]) -> None:
        super().__init__(
            say_many("The pack has {count} problem.", "The pack has {count} problems.", len(problems))
        )
        self.problems = problems


def read_pack(files: Mapping[str, bytes]) -> Pack:
    """Return the pack that files describe.

    Args:
        files: path inside the folder, with ``/`` -> content.

    Raises:
        PackRefused: it has problems; all of them are told.
    """
    problems = list(_outside(files))
    if problems:
        raise PackRefused(tuple(problems))
    raw: dict[str, Any] = {}
    for path in sorted(files):
        name, _, kind = path.rpartition(".")
        if kind == "md":
            continue
        if name in raw:
            message = say("There are two files {name}.", name=name)
            mend = say("Keep one of them: .yml or .json.")
            problems.append(PackProblem(path, "", "file-twice", message, mend))
            continue
        try:
            raw[name] = yaml_text.parse(files[path])
        except yaml_text.YamlRefused as refused:
            place = f"line {refused.line}" if refused.line else ""
            mend = say(
                "Files are plain YAML or JSON; quote a text that holds ': ', '#' or starts with a bracket."
            )
            problems.append(PackProblem(path, place, "not-yaml", f"{refused}.", mend))
            raw[name] = None
    names = {path.rpartition(".")[0]: path for path in files}
    about = _part(About, "pack", raw, names, problems)
    as_written = mapper(_rules(raw) if about is None else about.variants, 0)
    text, after = (as_written.text(_text(files, name, problems)) for name in ("text.md", "after.md"))
    written = raw
    raw = {name: given if name == "pack" else as_written.data(given) for name, given in raw.items()}
    checks = _part(Checks, "checks", raw, names, problems)
    solutions = {
        name: _part(Solution, name, raw, names, problems)
        for name in raw
        if name.startswith(("reference/", "wrong/", "checkpoints/"))
    }
    sets = _part(FaultSets, "faults", raw, names, problems) if "faults" in raw else None
    if sets is not None and about is not None and about.variants.faults is None:
        message = say("The pack puts no faults into its drawing: variants have no faults.")
        mend = say("Write variants: faults: with count and intents into pack.yml, or take the file away.")
        problems.append(PackProblem(names["faults"], "", "faults-unused", message, mend))
    problems += _scenario(raw.get("scenario"), names.get("scenario", "scenario.yml"))
    if checks is not None:
        problems += _checks(checks, solutions, names)
    if problems or about is None or checks is None:
        raise PackRefused(tuple(problems))

    def solutions_of(folder: str) -> dict[str, Solution]:
        return {
            name.partition("/")[2]: one
            for name, one in solutions.items()
            if one is not None and name.startswith(f"{folder}/")
        }

    return Pack(
        about=about,
        checks=checks.checks,
        text=text,
        after=after,
        fault_sets=sets,
        reference=solutions_of("reference"),
        wrong=solutions_of("wrong"),
        checkpoints=solutions_of("checkpoints"),
        digest=digest_of(files),
        paths=names,
        raw={
            **written,
            **{name: files.get(f"{name}.md", b"").decode("utf-8-sig") for name in ("text", "after")},
        },
    )


def _rules(raw: Mapping[str, Any]) -> Variants:
    """Return the variants of a ``pack.yml`` that is wrong elsewhere, so that parameters have values."""
    try:
        return Variants.model_validate(raw["pack"]["variants"])
    except (KeyError, TypeError, ValueError):
        return Variants()


def _outside(files: Mapping[str, bytes]) -> Iterator[PackProblem]:
    """Yield what is wrong before any file is opened: names, number, size, what is missing."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        yield PackProblem(
            "",
            "",
            "too-large",
            say(
                "A pack has at most {most_files} files of {most_bytes:,} bytes in all.",
                most_files=MOST_FILES,
                most_bytes=MOST_BYTES,
            ),
            say("Take files away that no pack has, and solutions that prove nothing."),
        )
        return
    for path in sorted(files):
        if not _NAME.match(path) and not _SOLUTION.match(path):
            yield PackProblem(
                path,
                "",
                "unknown-file",
                say("A pack does not have such a file."),
                say(
                    "It has pack.yml, scenario.yml, checks.yml, text.md, reference/*.yml and wrong/*.yml, "
                    "and may have after.md, faults.yml and checkpoints/*.yml."
                ),
            )
    there = {path.rpartition(".")[0] for path in files}
    for name in ("pack", "scenario", "checks", "text"):
        if name not in there:
            yield PackProblem(
                "",
                "",
                "missing-file",
                say("There is no {name}.{ending}.", name=name, ending="md" if name == "text" else "yml"),
                say("Write it; a pack has pack.yml, scenario.yml, checks.yml and text.md."),
            )


def _text(files: Mapping[str, bytes], path: str, problems: list[PackProblem]) -> str:
    """Return a file in Markdown; empty where the pack has none."""
    if path not in files:
        return ""
    try:
        text = files[path].decode("utf-8-sig")
    except UnicodeDecodeError:
        mend = say("Save it as UTF-8.")
        problems.append(PackProblem(path, "", "not-text", say("It is not text in UTF-8."), mend))
        return ""
    if len(text) > MOST_TEXT or not text.strip():
        message = say(
            "A text has 1 to {most_text:,} characters; here are {text:,}.",
            most_text=MOST_TEXT,
            text=len(text),
        )
        mend = (
            say("Shorten it.") if text.strip() else say("Write it, or take the file away: after.md may lack.")
        )
        problems.append(PackProblem(path, "", "text-size", message, mend))
    for number, line in enumerate(re.sub(r"`[^`\n]*`", "", text).splitlines(), start=1):
        if _HTML.search(line):
            problems.append(
                PackProblem(
                    path,
                    f"line {number}",
                    "raw-html",
                    say("Raw HTML is not shown."),
                    say("Write it in Markdown."),
                )
            )
    return text


def _part(
    model: type[Model],
    name: str,
    raw: Mapping[str, Any],
    names: Mapping[str, str],
    problems: list[PackProblem],
) -> Model | None:
    """Return one file as its model, or None and its problems in the list."""
    given = raw.get(name)
    path = names.get(name, f"{name}.yml")
    if given is None:
        if not any(problem.path == path for problem in problems):
            mend = say("Fill it, or take it away if the pack can do without it.")
            problems.append(PackProblem(path, "", "empty-file", say("There is nothing in it."), mend))
        return None
    try:
        json.dumps(given, allow_nan=False)
        return model.model_validate(given)
    except ValueError as error:
        if not isinstance(error, ValidationError):
            problems.append(PackProblem(path, "", "not-json", f"{error}."))
            return None
        problems += shape_problems(path, error)
        return None


def shape_problems(path: str, error: ValidationError) -> list[PackProblem]:
    """Return what pydantic found, one problem a place; a place that is wrong inside is told there only."""
    found = error.errors(include_url=False)
    places = [tuple(one["loc"]) for one in found]
    problems: dict[tuple[object, ...], PackProblem] = {}
    for one in found:
        place = tuple(one["loc"])
        if any(other != place and other[: len(place)] == place for other in places):
            continue
        kind = one["type"]
        code, hint = (
            {"missing": "missing-field", "extra_forbidden": "unknown-field"}.get(kind, "bad-value"),
            "",
        )
        message = str(one["msg"]).removeprefix("Value error, ")
        if kind == "extra_forbidden":
            message = say("there is no field {place} here", place=place[-1])
            close = difflib.get_close_matches(str(place[-1])[:60], _words(), 1, 0.75)
            hint = say("Did you mean {close}?", close=close[0]) if close and close[0] != place[-1] else ""
        elif kind == "missing":
            message = say("the field {place} is missing", place=place[-1])
        problems.setdefault(place, PackProblem(path, pointer(place), code, _sentence(message), hint))
    return list(problems.values())


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _words() -> list[str]:
    """Return every field of every file of a pack."""
    found: set[str] = {"schema", "from"}
    left: list[type[Any]] = [LanguagePart]
    while left:
        model = left.pop()
        found.update(model.model_fields)
        left += model.__subclasses__()
    return sorted(found)


def _scenario(raw: Any, path: str) -> Iterator[PackProblem]:
    """Yield the problems of the starting drawing."""
    if raw is None:
        return
    reading = reader.read(raw, ground())
    for problem in reading.problems:
        yield PackProblem(
            path,
            problem.pointer,
            problem.code,
            say("Found {found}, expected {expected}.", found=problem.found, expected=problem.expected),
            problem.hint,
        )


def _checks(
    checks: Checks, solutions: Mapping[str, Solution | None], names: Mapping[str, str]
) -> Iterator[PackProblem]:
    """Yield what does not fit between the files: ids twice, and solutions that name checks there are not."""
    ids = [entry.id for entry in checks.checks]
    for number, one in enumerate(ids):
        if one in ids[:number]:
            message = say("There are two checks {one}.", one=one)
            mend = say("Give each check an id of its own.")
            yield PackProblem(names["checks"], f"/checks/{number}/id", "id-twice", message, mend)
    for name, solution in solutions.items():
        if solution is None:
            continue
        path = names[name]
        yield from _unknown(path, solution, ids)
        if name.startswith("wrong/") and not solution.fails:
            message = say("A wrong solution names the checks it must fail.")
            mend = say("Write fails: [CHECK]; the checks are {ids}.", ids=", ".join(ids))
            yield PackProblem(path, "/fails", "fails-nothing", message, mend)
        if name.startswith("checkpoints/"):
            for field in ("answers", "fails"):
                if getattr(solution, field):
                    message = say("A checkpoint is a drawing to go on from; it answers and fails nothing.")
                    mend = say("Take {field} away.", field=field)
                    yield PackProblem(path, f"/{field}", "not-a-checkpoint", message, mend)
        elif solution.gives:
            message = say("Only a checkpoint gives checks.")
            mend = say("Take gives away, or move the file to checkpoints.")
            yield PackProblem(path, "/gives", "not-a-checkpoint", message, mend)


def _unknown(path: str, solution: Solution, ids: list[str]) -> Iterator[PackProblem]:
    """Yield the checks that a solution names and the pack has not."""
    fields = {
        "answers": {one: pointer(("answers", one)) for one in solution.answers},
        "fails": {one: f"/fails/{number}" for number, one in enumerate(solution.fails)},
        "gives": {one: f"/gives/{number}" for number, one in enumerate(solution.gives)},
    }
    for named in fields.values():
        for one, place in named.items():
            if one not in ids:
                close = difflib.get_close_matches(one[:60], ids, 1, 0.6)
                mend = (
                    say("Did you mean {close}?", close=close[0])
                    if close
                    else say("The checks are {ids}.", ids=", ".join(ids))
                )
                message = say("There is no check {one}.", one=one)
                yield PackProblem(path, place, "unknown-check", message, mend)
