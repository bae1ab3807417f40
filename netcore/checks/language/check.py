"""A check: exactly one verb, some of which hold other checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from netcore.checks.language.changes import Changes
from netcore.checks.language.packets import Avoids, Delivers, Drops, RouteChosen, Symmetric, Visits
from netcore.checks.language.part import LanguagePart, Text, or_single
from netcore.checks.language.questions import Diagnose, DiffersAt, Explain, Predict, Question
from netcore.checks.language.structure import Count, Edits, OpensNothing, Prop, Refused, Unchanged
from netcore.checks.language.timed import Arrives, Lost, Race
from netcore.words import say

MOST_PARTS = 40


class Check(LanguagePart):
    """One check: exactly one of these verbs."""

    delivers: Delivers | None = None
    drops: Drops | None = None
    visits: Visits | None = None
    avoids: Avoids | None = None
    symmetric: Symmetric | None = None
    route: RouteChosen | None = None
    prop: Prop | None = None
    count: Count | None = None
    unchanged: Unchanged | None = None
    refused: Refused | None = None
    predict: Predict | None = None
    explain: Explain | None = None
    differs_at: DiffersAt | None = None
    holds: Holds | None = None
    diagnose: Diagnose | None = None
    edits: Edits | None = None
    opens_nothing: OpensNothing | None = None
    lost: Lost | None = None
    never: Never | None = None
    always: Always | None = None
    finally_: Finally | None = Field(default=None, alias="finally")
    all: Annotated[tuple[Check, ...], Field(min_length=1, max_length=MOST_PARTS)] | None = None
    any: Annotated[tuple[Check, ...], Field(min_length=2, max_length=MOST_PARTS)] | None = None
    after: After | None = None
    under: Under | None = None
    forall: ForAll | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        if len(self.model_fields_set) != 1 or self.part is None:
            raise ValueError(
                say(
                    "a check has exactly one verb of {model_fields}",
                    model_fields=", ".join(type(self).model_fields),
                )
            )
        return self

    @property
    def verb(self) -> str:
        """Return the verb, as the field is called."""
        return next(iter(self.model_fields_set))

    @property
    def part(self) -> Any:
        """Return what belongs to the verb."""
        return getattr(self, self.verb)

    @property
    def parts(self) -> tuple[Check, ...]:
        """Return the checks inside this one."""
        if isinstance(self.part, tuple):
            return self.part
        inner = getattr(self.part, "check", None)
        return (inner,) if isinstance(inner, Check) else ()


class After(LanguagePart):
    """The grader changes the drawing, then checks."""

    changes: Changes
    check: Check


class Under(LanguagePart):
    """The check holds under each of these rule profiles, whatever the drawing says."""

    profiles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6, json_schema_extra=or_single)]
    check: Check

    @field_validator("profiles", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class ForAll(LanguagePart):
    """The check holds for so many variants: other addresses and names, other order, other source ports."""

    seeds: Annotated[int, Field(ge=1, le=50)] = 5
    check: Check


class Holds(Question):
    """Whether a check holds in the drawing that the question is about; the answer is ``yes`` or ``no``."""

    check: Check


class Never(LanguagePart):
    """Something that never happens; exactly one of ``arrives``, ``loops`` and ``check``.

    Args:
        arrives: no header gets from one end to the other: proven for all of them, not tried for some.
        loops: no header between any two VMs runs in a circle; proven as well.
        check: at no moment of the ``race`` does this check hold.
    """

    arrives: Arrives | None = None
    loops: Literal[True] | None = None
    check: Check | None = None
    race: Race | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(one is not None for one in (self.arrives, self.loops, self.check)) != 1:
            raise ValueError(say("never is exactly one of arrives, loops and check"))
        if (self.check is None) != (self.race is None):
            raise ValueError(say("check and race belong together"))
        return self


class Always(LanguagePart):
    """The check holds at every moment of a race."""

    race: Race
    check: Check


class Finally(LanguagePart):
    """The check holds when a race has settled."""

    race: Race
    check: Check


def inside(check: Check) -> Iterator[Check]:
    """Yield a check and all checks inside it, outer ones first."""
    yield check
    for part in check.parts:
        yield from inside(part)


def questions(check: Check) -> tuple[Question, ...]:
    """Return the questions of a check in the order in which they are written."""
    return tuple(one.part for one in inside(check) if isinstance(one.part, Question))
