"""Checks over time and over all headers: lost, never, always, finally, and races for questions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from netcore.checks.language.changes import Changes
from netcore.checks.language.part import LanguagePart, Text, or_single
from netcore.document.part import Protocol
from netcore.failover.designs import DESIGNS
from netcore.profiles.timing import timing_profile
from netcore.words import say

MOST_TRIALS = 1_000


def _known(design: str) -> str:
    known = {one.id for one in DESIGNS}
    if design not in known:
        raise ValueError(
            say(
                "there is no design {design}; there are {known}",
                design=design,
                known=", ".join(sorted(known)),
            )
        )
    return design


DesignId = Annotated[str, AfterValidator(_known)]

FIGURES = (
    *(f"new.{name}" for name in ("p50", "p95", "max", "mean", "never", "by_hand")),
    *(f"existing.{name}" for name in ("p50", "p95", "never")),
    *(f"lost.{name}" for name in ("p50", "p95", "mean")),
    *(f"flows.{name}" for name in ("survived", "stalled", "reset", "hung", "never_started")),
    *(f"clocks.{name}" for name in ("detect", "control", "data")),
    *(f"phases.{name}" for name in ("detect", "decide", "control", "program")),
    *(f"stall.with_rto.{name}" for name in ("p50", "p95", "worst")),
    *(f"calls.{name}" for name in ("writes", "polls", "refusals", "denied")),
    "asymmetric",
    "dual_active_s",
)
"""Figures of trials: seconds, packets, or shares; ``new`` is how long until new connections succeed again,
``new.by_hand`` the share of trials in which a person had to see to it."""


def _figure(text: str) -> str:
    if text not in FIGURES:
        raise ValueError(
            say("there is no figure {text}; there are {figures}", text=text, figures=", ".join(FIGURES))
        )
    return text


FigureName = Annotated[str, AfterValidator(_figure)]


CONDITIONS = "conditions"
CONTROLLERS = "controllers"


def _own(name: str) -> str:
    if name not in (CONDITIONS, CONTROLLERS) and name not in timing_profile().parameters:
        raise ValueError(
            say(
                "{name} is neither {conditions} nor {controllers} nor a number of timing",
                name=name,
                conditions=CONDITIONS,
                controllers=CONTROLLERS,
            )
        )
    return name


OwnName = Annotated[str, AfterValidator(_own)]


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


class Race(LanguagePart):
    """A failover that is played.

    Args:
        fault: id of a fault.
        design: one design.
        flows: ids of the traffic that counts; empty: all of it.
        setting: whose faults, traffic and timing: those of the starting drawing, or those handed in.
        own: with the setting of the start, what counts as handed in all the same: numbers of timing by name,
            ``conditions`` for those of the fault, and ``controllers`` for how the controllers of the start go
            about it and what they may write; who is at work stays as at the start.
        given: changes that the grader makes before.
        trials: how many are played for figures; ``seeds``: how many timelines are looked at moment by moment.
    """

    fault: Text
    design: DesignId
    flows: Annotated[
        tuple[Text, ...], BeforeValidator(_listed), Field(max_length=20, json_schema_extra=or_single)
    ] = ()
    setting: Literal["start", "drawing"] = "start"
    own: Annotated[tuple[OwnName, ...], Field(max_length=40)] = ()
    given: Changes = ()
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 200
    seeds: Annotated[int, Field(ge=1, le=20)] = 3

    @model_validator(mode="after")
    def _of_the_start(self) -> Self:
        if self.own and self.setting == "drawing":
            raise ValueError(say("own is for the setting start: with drawing all of it is the learner's own"))
        return self


class Lost(LanguagePart):
    """A figure of a race keeps within bounds; ``new.p95`` at most t means: in 95 % of the trials within t."""

    race: Race
    figure: FigureName = "new.p95"
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_most is None and self.at_least is None:
            raise ValueError(say("name a bound: at_most, at_least, or both"))
        return self


class Arrives(LanguagePart):
    """Headers between two ends: VMs, hosts, ``subnets/ID``, ``vnets/ID``, ``internet``, ``*`` or addresses.

    Args:
        protocol: None: every protocol.
        ports: destination ports such as ``22,8000-8080``; None: all.
    """

    source: Text = Field(alias="from")
    to: Text
    protocol: Protocol | None = None
    ports: Annotated[str, StringConstraints(pattern=r"^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$")] | None = None


class Figure(LanguagePart):
    """A figure of a race, as the truth of a question."""

    race: Race
    figure: FigureName
