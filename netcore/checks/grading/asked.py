"""What a learner sees of a question: the words, and what an answer looks like; never what is right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from netcore.checks.faults.kinds import KINDS
from netcore.checks.language.check import Holds, inside
from netcore.checks.language.questions import (
    ROUTE_FIELDS,
    Diagnose,
    DiffersAt,
    Explain,
    Predict,
    Question,
)
from netcore.checks.packs.variants import in_order
from netcore.control.routes import HopType, RouteSource
from netcore.failover.designs import DESIGNS
from netcore.profiles import profile_title, rule_cards
from netcore.trace.codes import CODES
from netcore.words import say

Withheld = Literal["", "races", "packets"]
"""What the engine does not tell of a learner's drawing until a question is answered.

Nothing is withheld, what becomes of it over time, or (so over time as well) what becomes of packets."""

_ABOUT_PACKETS = frozenset({"route", "verdict", "hops", "receiver", "arp"})
_ABOUT_RACES = frozenset({"bucket", "ranking", "design"})
_STRUCTURE = frozenset({"prop", "count", "unchanged", "refused", "edits"})
_TIMED = frozenset({"lost", "always", "finally_"})


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    Args:
        name: key in the answer; empty where the answer is the value itself.
        kind: choice, hop (a VM, NIC or other resource of the drawing), address, prefix, number, owner (whose
            MAC), order (a list of the keys of ``choices``) or hops (a ``netcore.Prediction``).
        choices: of a choice: value -> words.
        label: what is asked, in words; empty where the question says it all.
    """

    name: str
    kind: str
    choices: dict[str, str] = field(default_factory=dict)
    label: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"name": self.name, "kind": self.kind, "choices": self.choices, "label": self.label}


@dataclass(frozen=True)
class Asked:
    """A question as a learner sees it.

    Args:
        ask: key of the answer inside the check's; empty where the check has one question only.
        form: a form of ``predict``, explain, differs_at, holds or diagnose.
        flow: the packet it is about, as a trace is asked; None where it is about none.
        unit: of a number.
        profiles: rule profiles that it is about, where it names some.
        withholds: what is told only when it is answered, because it would be the answer.
    """

    ask: str
    form: str
    prompt: str
    fields: tuple[Field, ...]
    unit: str = ""
    flow: str | None = None
    profiles: tuple[str, ...] = ()
    withholds: Withheld = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "ask": self.ask,
            "form": self.form,
            "prompt": self.prompt,
            "fields": [one.as_dict() for one in self.fields],
            "unit": self.unit,
            "flow": self.flow,
            "profiles": list(self.profiles),
            "withholds": self.withholds,
        }


def withholds(question: Question) -> Withheld:
    """Return what the engine must not tell before a question is answered.

    Source: ours. A trace of another port, the matrix and the routes show the same way, so nothing finer than
    packets and races is told apart.
    """
    before = question.before_run
    if before is None:
        before = question.of == "start" and isinstance(question, Predict | Holds)
    if not before:
        return ""
    if isinstance(question, Predict):
        if question.form in _ABOUT_PACKETS:
            return "packets"
        timed = question.form in _ABOUT_RACES or (question.number and question.number.figure)
        return "races" if timed else ""
    if isinstance(question, Holds):
        verbs = {one.verb for one in inside(question.check) if not one.parts or one.verb in _TIMED}
        return "" if verbs <= _STRUCTURE else "races" if verbs & _TIMED else "packets"
    return "packets"


def asked(question: Question, seed: int, check: str) -> Asked:
    """Return a question without its answer; options stand in the order of the variant."""
    form = "explain"
    fields: tuple[Field, ...] = ()
    flow = getattr(question, "flow", None)
    profiles: tuple[str, ...] = (question.profile,) if question.profile else ()
    unit = ""
    if isinstance(question, Predict):
        form = question.form
        given = getattr(question, form)
        flow = getattr(given, "flow", None)
        profiles = getattr(given, "profiles", ()) or profiles
        unit = getattr(given, "unit", "")
        fields = _predicted(question, seed, f"{check}|{question.ask}")
    elif isinstance(question, Explain):
        codes = in_order(_codes(question.codes), seed, f"{check}|{question.ask}")
        fields = (Field("code", "choice", codes, say("why")),)
        fields = (Field("hop", "hop", label=say("where it ends")), *fields) if question.hop else fields
    elif isinstance(question, Diagnose):
        form = "diagnose"
        kinds = {kind: say(words) for kind, (words, _) in KINDS.items()}
        for number in range(1, question.faults + 1):
            where = say("fault {number}: where", number=number)
            kind = say("fault {number}: kind", number=number)
            fields += (
                Field(f"hop-{number}", "hop", label=where),
                Field(f"kind-{number}", "choice", kinds, kind),
            )
    elif isinstance(question, Holds):
        form, fields = "holds", (Field("", "choice", {"yes": say("yes"), "no": say("no")}),)
    elif isinstance(question, DiffersAt):
        form, profiles = "differs_at", question.profiles
        fields = (Field("hop", "hop", label=say("where they part")),)
        if question.rules:
            cards = {card.id: say(card.statement).partition(". ")[0].rstrip(".") for card in rule_cards()}
            rules = {rule: cards.get(rule, rule) for rule in question.rules}
            shown = in_order(rules, seed, f"{check}|{question.ask}")
            fields += (Field("rule", "choice", shown, say("by which rule")),)
    return Asked(
        ask=question.ask or "",
        form=form,
        prompt=question.prompt,
        fields=fields,
        unit=unit,
        flow=None if flow is None else flow.text,
        profiles=profiles,
        withholds=withholds(question),
    )


def _predicted(question: Predict, seed: int, name: str) -> tuple[Field, ...]:
    given = getattr(question, question.form)
    if question.form == "choice":
        return (Field("", "choice", in_order(given.options, seed, name)),)
    if question.form == "route":
        kinds: dict[str, tuple[str, dict[str, str]]] = {
            "type": ("choice", {one.value: one.value for one in HopType}),
            "source": ("choice", {one.value: one.value for one in RouteSource}),
            "prefix": ("prefix", {}),
            "hop": ("address", {}),
        }
        return tuple(Field(one, *kinds[one], label=say(ROUTE_FIELDS[one])) for one in given.fields)
    if question.form == "verdict":
        choices = {"delivered": "delivered", **in_order(_codes(given.codes), seed, name)}
        return tuple(
            Field(profile, "choice", choices, profile_title(profile) if profile else "")
            for profile in given.profiles or ("",)
        )
    if question.form == "arp":
        return tuple(Field(to, "owner", label=to) for to in given.to)
    if question.form == "bucket":
        return (Field("", "choice", {key: _bucket(key, given.unit) for key in given.keys}),)
    if question.form == "design":
        return (Field("", "choice", {**_titles(given.designs), "none": say("none of them")}),)
    if question.form == "ranking":
        return (
            Field(
                "", "order", {**in_order(_titles(given.designs), seed, name), "never": say("never recovers")}
            ),
        )
    kinds_of = {"hops": "hops", "receiver": "hop", "number": "number"}
    return (Field("", kinds_of[question.form]),)


def _bucket(key: str, unit: str) -> str:
    """Return a bucket in words: ``5-to-30`` is 5 to 30 s."""
    return say("never") if key == "never" else f"{key.replace('-', ' ')} {unit}".strip()


def _titles(designs: tuple[str, ...]) -> dict[str, str]:
    return {one.id: say(one.title) for one in DESIGNS if one.id in designs}


def _codes(codes: tuple[str, ...]) -> dict[str, str]:
    """Return drop codes with their usual reason in words; empty stands for all."""
    return {code: re.sub(r"\{\w+\}", "…", CODES[code].reason.text) for code in codes or sorted(CODES)}
