"""Questions to the learner: predict, explain, differs_at. The truth comes from the engine wherever it can."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from netcore.checks.language.changes import Changes
from netcore.checks.language.part import Code, LanguagePart, OneFlow, Prompt, Text
from netcore.checks.language.timed import DesignId, Figure, FigureName, Race
from netcore.words import say

Ask = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Fact = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=40)]


class Question(LanguagePart):
    """What every question has.

    Args:
        ask: name of the question, where a check has several.
        prompt: the question in words, as the learner reads it.
        of: the drawing it is about: the starting one, or the one that was handed in.
        given: changes of that drawing that the question supposes.
        profile: another rule profile than the drawing's.
        before_run: whether the answer is locked before the engine tells anything of the learner's drawing;
            without it so are predictions about the starting drawing.
    """

    ask: Ask | None = None
    prompt: Prompt
    of: Literal["start", "drawing"] = "start"
    given: Changes = ()
    profile: Text | None = None
    before_run: bool | None = None


ROUTE_FIELDS: Final = MappingProxyType(
    {"type": "next hop type", "source": "source", "prefix": "prefix", "hop": "next hop IP"}
)
"""What a question about a route may ask -> the same in words."""


class RouteForm(LanguagePart):
    """The effective route of a NIC for a destination; the answer is an object of these ``fields``."""

    nic: Text
    to: Text
    fields: Annotated[tuple[Literal["type", "source", "prefix", "hop"], ...], Field(min_length=1)] = (
        "type",
        "source",
    )


class VerdictForm(OneFlow):
    """How a packet ends; the answer is ``delivered`` or a drop code.

    Args:
        codes: what may be chosen beside ``delivered``; empty: every code.
        profiles: asked for each of these; the answer is then an object by profile.
    """

    codes: Codes = ()
    profiles: Annotated[tuple[Text, ...], Field(max_length=6)] = ()


class HopsForm(OneFlow):
    """Every stop of a packet and how it ends; the answer is a ``netcore.Prediction``.

    ``back``: the answer's way is asked too.
    """

    back: bool = False


class ReceiverForm(OneFlow):
    """Who gets a packet; the answer is a VM or host by id, name or path, or ``nobody``."""


class ArpForm(LanguagePart):
    """The ARP entries of a guest; the answer says for each address of ``to`` whose MAC stands there.

    An answer's value is a MAC, ``router``, ``nobody``, or the VM whose own MAC it is.
    """

    vm: Text
    to: Annotated[tuple[Text, ...], Field(min_length=1, max_length=12)]


class ChoiceForm(LanguagePart):
    """One of some sentences; the truth is the author's, so the fact that says so must be named.

    Args:
        options: key -> sentence.
        truth: key of the right one.
        fact: id of the fact it rests on.
    """

    options: Annotated[dict[Ask, Prompt], Field(min_length=2, max_length=12)]
    truth: Ask
    fact: Fact

    @model_validator(mode="after")
    def _truth_is_an_option(self) -> Self:
        if self.truth not in self.options:
            raise ValueError(say("the truth {truth} is none of the options", truth=self.truth))
        return self


class NumberForm(LanguagePart):
    """A number; right when it lies in the band around the truth.

    Args:
        unit: as the learner reads it.
        truth: the author's number, with the ``fact`` it rests on.
        figure: a figure of a race instead.
        within: how far off an answer may be, in the unit; ``within_percent``: of the truth.
    """

    unit: Annotated[str, StringConstraints(max_length=40)] = ""
    truth: float | None = None
    fact: Fact | None = None
    figure: Figure | None = None
    within: Annotated[float, Field(ge=0)] = 0
    within_percent: Annotated[float, Field(ge=0, le=100)] = 0

    @model_validator(mode="after")
    def _one_truth(self) -> Self:
        if (self.truth is None) == (self.figure is None) or (self.truth is None) != (self.fact is None):
            raise ValueError(say("a number has a truth with its fact, or a figure"))
        return self


class BucketForm(LanguagePart):
    """Between which bounds a figure of a race lies; the answer is a key such as ``5-to-30``, or ``never``."""

    figure: Figure
    unit: Annotated[str, StringConstraints(max_length=40)] = "s"
    bounds: Annotated[tuple[float, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError(say("bounds rise from the first to the last"))
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the buckets in their order, ``never`` last."""
        texts = [f"{bound:g}" for bound in self.bounds]
        between = [f"{low}-to-{high}" for low, high in pairwise(texts)]
        return (f"under-{texts[0]}", *between, f"over-{texts[-1]}", "never")


class RankingForm(LanguagePart):
    """Designs in the order of a figure of one race, the smallest first.

    The answer is a list of their ids; those behind the word ``never`` do not recover at all.
    """

    race: Race
    designs: Annotated[tuple[DesignId, ...], Field(min_length=2, max_length=6)]
    figure: FigureName = "new.p50"


class Requirement(LanguagePart):
    """Bounds of one figure; a figure that is never does not keep them."""

    figure: FigureName = "new.p95"
    at_most: float | None = None
    at_least: float | None = None


class DesignForm(LanguagePart):
    """A design that meets requirements; the answer is its id, or ``none``.

    Args:
        prices: design -> price; then the cheapest of those that meet them is right.
        excluded: designs that are wrong whatever their figures, for a reason that the prompt gives.
    """

    race: Race
    designs: Annotated[tuple[DesignId, ...], Field(min_length=1, max_length=6)]
    meets: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=6)]
    prices: dict[DesignId, float] = Field(default_factory=dict)
    excluded: tuple[DesignId, ...] = ()


class Predict(Question):
    """A prediction: exactly one of the forms."""

    route: RouteForm | None = None
    verdict: VerdictForm | None = None
    hops: HopsForm | None = None
    receiver: ReceiverForm | None = None
    arp: ArpForm | None = None
    choice: ChoiceForm | None = None
    number: NumberForm | None = None
    bucket: BucketForm | None = None
    ranking: RankingForm | None = None
    design: DesignForm | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if len(self.forms) != 1:
            raise ValueError(say("a prediction has exactly one form of {forms}", forms=", ".join(_forms())))
        return self

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the forms that are given; exactly one in a prediction that was read."""
        return tuple(name for name in _forms() if getattr(self, name) is not None)

    @property
    def form(self) -> str:
        """Return the form by its name."""
        return self.forms[0]


def _forms() -> list[str]:
    return [name for name in Predict.model_fields if name not in Question.model_fields]


class Diagnose(Question):
    """The faults that were put into the drawing: where, and what kind.

    The answer is an object of ``hop-1``, ``kind-1`` and so on, in any order.

    Args:
        faults: how many are asked for; as many as the pack puts in.
    """

    faults: Annotated[int, Field(ge=1, le=12)]


class Explain(Question, OneFlow):
    """Where a packet ends, and why; the answer is ``{hop, code}``.

    Args:
        hop: False: only the code is asked.
        codes: what may be chosen; empty: every code. The right one is added where it is missing.
        accept: codes that are right as well, such as the note beside a verdict.
    """

    hop: bool = True
    codes: Codes = ()
    accept: Codes = ()


class DiffersAt(Question, OneFlow):
    """The first hop at which two profiles differ about a packet; the answer is ``{hop}`` or ``{hop, rule}``.

    Args:
        profiles: the two.
        rules: ids of rule cards to choose from; empty: the rule is not asked. The deciding cards are added.
    """

    profiles: tuple[Text, Text] = ("azure-2026", "aws")
    rules: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
