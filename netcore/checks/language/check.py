"""A check: exactly one verb, some of which hold other checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from netcore.checks.language.changes import Changes
from netcore.checks.language.packets import Avoids, Delivers, Drops, RouteChosen, Symmetric, Visits
from netcore.checks.language.part import LanguagePart, Text
from netcore.checks.language.questions import DiffersAt, Explain, Predict, Question
from netcore.checks.language.structure import Count, Prop, Refused, Unchanged

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
    all: Annotated[tuple[Check, ...], Field(min_length=1, max_length=MOST_PARTS)] | None = None
    any: Annotated[tuple[Check, ...], Field(min_length=2, max_length=MOST_PARTS)] | None = None
    after: After | None = None
    under: Under | None = None
    forall: ForAll | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        if len(self.model_fields_set) != 1 or self.part is None:
            raise ValueError(f"a check has exactly one verb of {', '.join(type(self).model_fields)}")
        return self

    @property
    def verb(self) -> str:
        """Return the verb."""
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
        return () if inner is None else (inner,)


class After(LanguagePart):
    """The grader changes the drawing, then checks."""

    changes: Changes
    check: Check


class Under(LanguagePart):
    """The check holds under each of these rule profiles, whatever the drawing says."""

    profiles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6)]
    check: Check

    @field_validator("profiles", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class ForAll(LanguagePart):
    """The check holds for so many variants: other addresses and names, other order, other source ports."""

    seeds: Annotated[int, Field(ge=1, le=50)] = 5
    check: Check


def inside(check: Check) -> Iterator[Check]:
    """Yield a check and all checks inside it, outer ones first."""
    yield check
    for part in check.parts:
        yield from inside(part)


def questions(check: Check) -> tuple[Question, ...]:
    """Return the questions of a check in the order in which they are written."""
    return tuple(one.part for one in inside(check) if isinstance(one.part, Question))
