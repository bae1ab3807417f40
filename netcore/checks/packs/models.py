"""The files of an exercise pack as frozen models; ``schemas`` gives what is published of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from netcore.checks.faults.kinds import known_kind
from netcore.checks.language.changes import Changes, Operation
from netcore.checks.language.check import Check, questions
from netcore.checks.language.part import LanguagePart
from netcore.checks.language.questions import Fact
from netcore.document.values import PrefixText
from netcore.words import say

PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
FaultKindId = Annotated[str, AfterValidator(known_kind)]
Parameter = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Scalar = str | int | float | bool


class Addresses(LanguagePart):
    """A prefix that each learner gets another one for; the bits behind its length stay as they are."""

    prefix: PrefixText = Field(alias="from")
    to: Annotated[tuple[PrefixText, ...], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        for other in self.to:
            if (other.version, other.prefixlen) != (self.prefix.version, self.prefix.prefixlen):
                raise ValueError(
                    say("{other} is not of the length of {prefix}", other=other, prefix=self.prefix)
                )
        return self


class Faults(LanguagePart):
    """Faults that are put into the drawing of the scenario, which works.

    Args:
        count: how many.
        kinds: of these; empty: all kinds there are.
        intents: ids of checks that hold in the scenario; each fault breaks at least one of them.
    """

    count: Annotated[int, Field(ge=1, le=12)]
    kinds: Annotated[tuple[FaultKindId, ...], Field(max_length=60)] = ()
    intents: Annotated[tuple[PackId, ...], Field(min_length=1, max_length=60)]


class GivenFault(LanguagePart):
    """One fault of a set.

    Args:
        at: path of the resource that a person would name, such as ``nics/fw1-nic``.
        patch: what puts it into the scenario as it is written; rewritten for each variant.
    """

    kind: FaultKindId
    at: Line
    patch: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=20)]


class FaultSets(LanguagePart):
    """``faults.yml``: sets of faults that were found before, of which each learner gets one.

    ``python3 -m netcore break PACK --sets N`` writes it. Without the file faults are looked for whenever a
    variant is made, which takes seconds.
    """

    sets: Annotated[
        tuple[Annotated[tuple[GivenFault, ...], Field(min_length=1, max_length=12)], ...],
        Field(min_length=1, max_length=200),
    ]


class Variants(LanguagePart):
    """What differs from learner to learner.

    Args:
        faults: the starting drawing is the scenario with faults; ``$alarms`` in the text lists what fails.
        addresses: prefixes that are moved, in everything that the pack has.
        names: word -> words that may stand for it: ids, names of things, in the text too.
        parameters: ``$name`` in any file -> the values it may have; a value may be an object, ``$name.part``.
        shuffle: the order of resources differs.
    """

    addresses: Annotated[tuple[Addresses, ...], Field(max_length=20)] = ()
    names: Annotated[dict[Line, Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]], Field()] = (
        Field(default_factory=dict)
    )
    parameters: dict[
        Parameter,
        Annotated[tuple[Scalar | dict[Parameter, Scalar], ...], Field(min_length=1, max_length=60)],
    ] = Field(default_factory=dict)
    shuffle: bool = True
    faults: Faults | None = None


class About(LanguagePart):
    """``pack.yml``.

    Args:
        version: raised whenever the outcome of a check may change.
        facts: ids of the facts it teaches.
        statements: ids of the statements of the course it covers, such as S10.
        hints: a question, the place to look, the mechanism.
    """

    version_of_format: Literal[1] = Field(alias="schema")
    id: PackId
    title: Line
    track: Line
    minutes: Annotated[int, Field(ge=1, le=600)]
    version: Annotated[int, Field(ge=1, le=100_000)]
    objective: Words
    hints: Annotated[tuple[Words, ...], Field(min_length=3, max_length=3)]
    facts: Annotated[tuple[Fact, ...], Field(max_length=60)] = ()
    statements: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^S[0-9]{2}$")], ...], Field(max_length=40)
    ] = ()
    variants: Variants = Field(default_factory=Variants)


class Entry(LanguagePart):
    """One row of ``checks.yml``.

    Args:
        kind: P positive, N negative, G guard, H hidden, Q question.
        rule: hidden checks only: the rule that was broken, in words; all that a learner reads of a failure.
        partial: the points are shared equally by the parts of ``all``.
        in_order: its questions are asked as they are written; else each learner has another order.
    """

    id: PackId
    kind: Literal["P", "N", "G", "H", "Q"]
    title: Line
    points: Annotated[int, Field(ge=0, le=100)]
    hidden: bool = False
    rule: Words | None = None
    partial: bool = False
    in_order: bool = False
    check: Check

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "H") != self.hidden:
            raise ValueError(say("kind H and hidden: true belong together"))
        if self.hidden != (self.rule is not None):
            raise ValueError(
                say("a hidden check, and only it, has a rule: what a learner reads when it fails")
            )
        if self.partial and self.check.verb != "all":
            raise ValueError(say("partial belongs to a check whose verb is all"))
        asked = questions(self.check)
        names = [question.ask for question in asked]
        if self.hidden and asked:
            raise ValueError(say("a hidden check asks nothing: nobody could answer"))
        if len(asked) > 1 and (None in names or len(set(names)) < len(names)):
            raise ValueError(say("a check with several questions gives each an ask of its own"))
        return self


class Checks(LanguagePart):
    """``checks.yml``."""

    checks: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=60)]


class Solution(LanguagePart):
    """A file of ``reference/``, ``wrong/`` or ``checkpoints/``.

    Args:
        edits: changes of the starting drawing.
        document: the whole drawing instead.
        answers: check id -> answer; for a check with several questions an object by ask. ``$faults`` is the
            right answer to ``diagnose``.
        healthy: the drawing is the scenario before faults were put in.
        fails: ids of the checks that a wrong solution must fail.
        gives: ids of the checks that a checkpoint does for the learner, in whole or in part: whoever goes on
            from it earns nothing more for them.
    """

    title: Line
    edits: Changes = ()
    document: dict[str, JsonValue] | None = None
    healthy: bool = False
    answers: dict[str, JsonValue] = Field(default_factory=dict)
    fails: Annotated[tuple[PackId, ...], Field(max_length=60)] = ()
    gives: Annotated[tuple[PackId, ...], Field(max_length=60)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.document is not None and (self.edits or self.healthy):
            raise ValueError(say("a solution has a document of its own, or edits"))
        return self


@dataclass(frozen=True)
class PackProblem:
    """One thing that is wrong with a pack.

    Args:
        path: of the file in the pack; empty means the folder.
        pointer: JSON Pointer into the file, or ``line N``; empty means the whole file.
        code: stable, such as ``unknown-field``.
    """

    path: str
    pointer: str
    code: str
    message: str
    hint: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return plain JSON data."""
        return {
            "path": self.path,
            "pointer": self.pointer,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }

    @property
    def text(self) -> str:
        """Return the problem in one line."""
        path = self.path or say("the pack")
        place = f"{path} {self.pointer}" if self.pointer else path
        return f"{place}: {self.code}: {self.message} {self.hint}".rstrip()


@dataclass(frozen=True)
class Pack:
    """A pack that was read.

    Args:
        raw: plain data before any variant: ``scenario``, ``checks``, ``text``, ``reference/NAME`` and so on.
        text: story and task in Markdown.
        after: what there is to say once the work is done, in Markdown; may be empty.
        fault_sets: what ``faults.yml`` holds; None without it.
        checkpoints: drawings on the way that learners may go on from, by name.
        digest: SHA-256 of all files, in hexadecimal.
        paths: file without its ending -> file.
    """

    about: About
    checks: tuple[Entry, ...]
    text: str
    reference: Mapping[str, Solution]
    wrong: Mapping[str, Solution]
    digest: str
    raw: Mapping[str, Any] = field(repr=False)
    fault_sets: FaultSets | None = None
    after: str = ""
    checkpoints: Mapping[str, Solution] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id of the pack."""
        return self.about.id

    @property
    def version(self) -> int:
        """Return the version of the pack."""
        return self.about.version

    @cached_property
    def points(self) -> int:
        """Return the sum of all points."""
        return sum(entry.points for entry in self.checks)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the files of a pack: names and contents, whatever their order."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{len(name)}:{name}{len(files[name])}:".encode())
        whole.update(files[name])
    return whole.hexdigest()


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each kind of file of a pack, by name; the scenario's is the document's."""
    kinds: tuple[tuple[str, type[LanguagePart]], ...] = (
        ("pack", About),
        ("checks", Checks),
        ("solution", Solution),
        ("faults", FaultSets),
    )
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {name: draft | model.model_json_schema(by_alias=True) for name, model in kinds}
