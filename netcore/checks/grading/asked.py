"""What a learner sees of a question: the words, and what an answer looks like; never what is right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from netcore.checks.faults.kinds import KINDS
from netcore.checks.language.check import Holds
from netcore.checks.language.questions import Diagnose, DiffersAt, Explain, Predict, Question
from netcore.checks.packs.variants import in_order
from netcore.control.routes import HopType, RouteSource
from netcore.failover.designs import DESIGNS
from netcore.trace.codes import CODES


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    Args:
        name: key in the answer; empty where the answer is the value itself.
        kind: choice, hop (a VM, NIC or other resource of the drawing), address, prefix, number, owner (whose
            MAC), order (a list of the keys of ``choices``) or hops (a ``netcore.Prediction``).
        choices: of a choice: value -> words.
    """

    name: str
    kind: str
    choices: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"name": self.name, "kind": self.kind, "choices": self.choices}


@dataclass(frozen=True)
class Asked:
    """A question as a learner sees it.

    Args:
        ask: key of the answer inside the check's; empty where the check has one question only.
        form: a form of ``predict``, explain, differs_at, holds or diagnose.
        flow: the packet it is about, as a trace is asked; None where it is about none.
        unit: of a number.
        profiles: rule profiles that it is about, where it names some.
    """

    ask: str
    form: str
    prompt: str
    fields: tuple[Field, ...]
    unit: str = ""
    flow: str | None = None
    profiles: tuple[str, ...] = ()

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
        }


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
        fields = (Field("code", "choice", _codes(question.codes)),)
        fields = (Field("hop", "hop"), *fields) if question.hop else fields
    elif isinstance(question, Diagnose):
        form = "diagnose"
        kinds = {kind: words for kind, (words, _) in KINDS.items()}
        for number in range(1, question.faults + 1):
            fields += (Field(f"hop-{number}", "hop"), Field(f"kind-{number}", "choice", kinds))
    elif isinstance(question, Holds):
        form, fields = "holds", (Field("", "choice", {"yes": "yes", "no": "no"}),)
    elif isinstance(question, DiffersAt):
        form, profiles = "differs_at", question.profiles
        fields = (Field("hop", "hop"),)
        if question.rules:
            fields += (Field("rule", "choice", {rule: rule for rule in question.rules}),)
    return Asked(
        ask=question.ask or "",
        form=form,
        prompt=question.prompt,
        fields=fields,
        unit=unit,
        flow=None if flow is None else flow.text,
        profiles=profiles,
    )


def _predicted(question: Predict, seed: int, name: str) -> tuple[Field, ...]:
    given = getattr(question, question.form)
    if question.form == "choice":
        return (Field("", "choice", in_order(given.options, seed, name)),)
    if question.form == "route":
        kinds = {
            "type": Field("type", "choice", {one.value: one.value for one in HopType}),
            "source": Field("source", "choice", {one.value: one.value for one in RouteSource}),
            "prefix": Field("prefix", "prefix"),
            "hop": Field("hop", "address"),
        }
        return tuple(kinds[field] for field in given.fields)
    if question.form == "verdict":
        choices = {"delivered": "delivered", **_codes(given.codes)}
        return tuple(Field(profile, "choice", choices) for profile in given.profiles or ("",))
    if question.form == "arp":
        return tuple(Field(to, "owner") for to in given.to)
    if question.form == "bucket":
        return (Field("", "choice", {key: _bucket(key, given.unit) for key in given.keys}),)
    if question.form == "design":
        return (Field("", "choice", {**_titles(given.designs), "none": "none of them"}),)
    if question.form == "ranking":
        return (
            Field("", "order", {**in_order(_titles(given.designs), seed, name), "never": "never recovers"}),
        )
    kinds_of = {"hops": "hops", "receiver": "hop", "number": "number"}
    return (Field("", kinds_of[question.form]),)


def _bucket(key: str, unit: str) -> str:
    """Return a bucket in words: ``5-to-30`` is 5 to 30 s."""
    return key if key == "never" else f"{key.replace('-', ' ')} {unit}"


def _titles(designs: tuple[str, ...]) -> dict[str, str]:
    return {one.id: one.title for one in DESIGNS if one.id in designs}


def _codes(codes: tuple[str, ...]) -> dict[str, str]:
    """Return drop codes with their usual reason in words; empty stands for all."""
    return {code: re.sub(r"\{\w+\}", "…", CODES[code].reason.text) for code in codes or sorted(CODES)}
