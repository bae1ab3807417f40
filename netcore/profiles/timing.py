"""Timing profiles: every number a failover run uses, with its distribution, unit, grade and source.

A profile is data. ``published`` holds what documents, logs and stated assumptions give; ``changed`` makes a
copy in which a person's own numbers stand, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, isfinite, log, log1p
from statistics import NormalDist
from types import MappingProxyType
from typing import Any, Literal

from netcore.errors import NetcoreError, NotFound
from netcore.profiles.pert import pert
from netcore.profiles.timing_limits import LARGEST, LARGEST_SIGMA, limits_of
from netcore.words import say

Grade = Literal["A", "B", "C", "D"]
"""A official document, B measured, C single statement or derivation, D assumption of ours."""

Kind = Literal["constant", "uniform", "lognormal", "bernoulli", "pert", "exponential", "choice"]

_FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "constant": ("value",),
        "uniform": ("low", "high"),
        "lognormal": ("median", "sigma"),
        "bernoulli": ("probability",),
        "pert": ("low", "mode", "high"),
        "exponential": ("mean",),
    }
)
_NORMAL = NormalDist()


class TimingError(NetcoreError):
    """A number of a timing profile cannot be what it is asked to be; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a timing profile.

    Args:
        name: key, such as ``operation``.
        meaning: what it is, in words.
        kind: distribution.
        values: the distribution's fields: ``value``; ``low``, ``high``; ``median``, ``sigma``;
            ``probability``; ``low``, ``mode``, ``high`` (beta-PERT, shape 4); ``mean``. Empty for a choice.
        unit: such as ``s``, ``1``, ``1/s``.
        grade: how sure, A to D.
        source: whose statement it is.
        choice: the chosen option, for ``choice`` only.
        options: what may be chosen.
    """

    name: str
    meaning: str
    kind: Kind
    values: Mapping[str, float]
    unit: str
    grade: Grade
    source: str
    choice: str = ""
    options: tuple[str, ...] = ()

    def draw(self, u: float) -> float:
        """Return the value below which a share ``u`` of all values lies (inverse distribution function).

        Args:
            u: uniform in (0, 1). A constant ignores it; a Bernoulli number gives 1.0 where ``u`` is below
                its probability, else 0.0.
        """
        values = self.values
        match self.kind:
            case "lognormal":
                return exp(log(values["median"]) + values["sigma"] * _NORMAL.inv_cdf(u))
            case "uniform":
                return values["low"] + (values["high"] - values["low"]) * u
            case "bernoulli":
                return 1.0 if u < values["probability"] else 0.0
            case "pert":
                return pert(values["low"], values["mode"], values["high"], u)
            case "exponential":
                return -values["mean"] * log1p(-u)
            case "constant":
                return values["value"]
        raise TimingError(say("{name} is a choice and not a number.", name=self.name))

    @property
    def mean(self) -> float:
        """Return the mean of all values; of a Bernoulli number, its probability."""
        values = self.values
        match self.kind:
            case "lognormal":
                return values["median"] * exp(values["sigma"] ** 2 / 2)
            case "uniform":
                return (values["low"] + values["high"]) / 2
            case "bernoulli":
                return values["probability"]
            case "pert":
                return (values["low"] + 4 * values["mode"] + values["high"]) / 6
            case "exponential":
                return values["mean"]
            case "constant":
                return values["value"]
        raise TimingError(say("{name} is a choice and not a number.", name=self.name))

    @property
    def text(self) -> str:
        """Return the value as one line, such as ``lognormal, median 8 s, sigma 0.7``."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        values = self.values
        match self.kind:
            case "constant":
                return f"{values['value']:g}{unit}"
            case "uniform":
                return say(
                    "uniform from {values:g} to {values_2:g}{unit}",
                    values=values["low"],
                    values_2=values["high"],
                    unit=unit,
                )
            case "lognormal":
                return say(
                    "lognormal, median {values:g}{unit}, sigma {values_2:g}",
                    values=values["median"],
                    unit=unit,
                    values_2=values["sigma"],
                )
            case "bernoulli":
                return say("probability {values:g}", values=values["probability"])
            case "pert":
                ends = say(
                    "{values:g} to {values_2:g}{unit}",
                    values=values["low"],
                    values_2=values["high"],
                    unit=unit,
                )
                return say(
                    "beta-PERT from {ends}, most likely {values:g}{unit}",
                    ends=ends,
                    values=values["mode"],
                    unit=unit,
                )
            case "exponential":
                return say("exponential, mean {values:g}{unit}", values=values["mean"], unit=unit)
        return self.choice

    def changed(self, value: Any) -> Parameter:
        """Return a copy with other values, graded D and marked as the person's own.

        Args:
            value: a number for a constant or a Bernoulli number, an option for a choice, else a mapping
                of some of the distribution's fields.

        Raises:
            TimingError: not a value this distribution can have.
        """
        if self.kind == "choice":
            if value not in self.options:
                raise TimingError(
                    say(
                        "{name} is one of {options}, not {value!r}.",
                        name=self.name,
                        options=", ".join(self.options),
                        value=value,
                    )
                )
            return replace(self, choice=value, grade="D", source=EDITED)
        fields = _FIELDS[self.kind]
        given = value if isinstance(value, Mapping) else {fields[0]: value}
        if not isinstance(value, Mapping) and len(fields) > 1:
            raise TimingError(
                say(
                    "{name} needs the fields {fields}, not one number.",
                    name=self.name,
                    fields=", ".join(fields),
                )
            )
        unknown = sorted(set(given) - set(fields))
        if unknown:
            raise TimingError(
                say(
                    "{name} has no field {map}; it has {fields}.",
                    name=self.name,
                    map=", ".join(map(str, unknown)),
                    fields=", ".join(fields),
                )
            )
        numbers = {**self.values, **{field: _number(self.name, number) for field, number in given.items()}}
        made = replace(self, values=MappingProxyType(numbers), grade="D", source=EDITED)
        made.check()
        return made

    def check(self) -> None:
        """Refuse values that make no distribution.

        Raises:
            TimingError: a negative time, an empty range, a probability outside 0 to 1, a part of a thing
                that is counted one by one.
        """
        values, limits = self.values, limits_of(self.name)
        if any(value > LARGEST for value in values.values()) or values.get("sigma", 0) > LARGEST_SIGMA:
            raise TimingError(
                say(
                    "{name} may be {largest:g} at most, and a sigma {largest_sigma}.",
                    name=self.name,
                    largest=LARGEST,
                    largest_sigma=LARGEST_SIGMA,
                )
            )
        bounded = {"constant": ("value",), "uniform": ("low", "high"), "lognormal": ("median",)}
        for field in bounded.get(self.kind, ()):
            if refusal := limits.refusal(values[field]):
                raise TimingError(say("{name} {refusal}.", name=self.name, refusal=refusal))
        if self.kind == "choice":
            if self.choice not in self.options:
                raise TimingError(
                    say(
                        "{name} is one of {options}, not {choice!r}.",
                        name=self.name,
                        options=", ".join(self.options),
                        choice=self.choice,
                    )
                )
        elif self.kind == "bernoulli":
            if not 0 <= values["probability"] <= 1:
                raise TimingError(say("{name} is a probability and lies between 0 and 1.", name=self.name))
        elif self.kind == "uniform":
            if not 0 <= values["low"] <= values["high"]:
                raise TimingError(say("{name} goes from low to high, both not negative.", name=self.name))
        elif self.kind == "lognormal":
            if values["median"] <= 0 or values["sigma"] < 0:
                raise TimingError(
                    say("{name} needs a median above 0 and a sigma that is not negative.", name=self.name)
                )
        elif self.kind == "pert":
            if not 0 <= values["low"] <= values["mode"] <= values["high"]:
                raise TimingError(
                    say("{name} goes from low over mode to high, none negative.", name=self.name)
                )
        elif self.kind == "exponential" and values["mean"] <= 0:
            raise TimingError(say("{name} needs a mean above 0.", name=self.name))

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "name": self.name,
            "meaning": say(self.meaning),
            "distribution": self.kind,
            "values": {"choice": self.choice} if self.kind == "choice" else dict(self.values),
            "options": list(self.options),
            "text": self.text,
            "unit": self.unit,
            "grade": self.grade,
            "source": say(self.source),
        }


EDITED = "changed by the person who runs it"
"""Source of a number that is not the profile's own."""

STATED = frozenset(
    {
        "routes.programming",
        "nva.probe_interval",
        "nva.probe_threshold",
        "nva.bgp_keepalive",
        "nva.bgp_hold",
        "nva.move",
    }
)
"""Numbers that facts state (D65, J20) and that no failover is played by, so that they are not offered.

A route rewrite is programmed by ``programming``: the published times of controllers end where it does.
"""


@dataclass(frozen=True, slots=True)
class TimingProfile:
    """A dated set of numbers for failover runs.

    Args:
        id: key, what ``Scenario.timing`` names.
        parameters: by name, in the order of display.
    """

    id: str
    title: str
    date: str
    parameters: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> Parameter:
        """Return a parameter.

        Raises:
            NotFound: the profile has no such number.
        """
        found = self.parameters.get(name)
        if found is None:
            raise NotFound(say("Timing profile {id} has no number {name}.", id=self.id, name=name))
        return found

    def value(self, name: str) -> float:
        """Return a constant."""
        return self[name].values["value"]

    def choice(self, name: str) -> str:
        """Return the chosen option of a choice."""
        return self[name].choice

    def changed(self, overrides: Mapping[str, Any]) -> TimingProfile:
        """Return a copy in which some numbers are replaced.

        Args:
            overrides: parameter name -> see ``Parameter.changed``, such as ``{"poll.period": 10,
                "operation": {"median": 20}}``.

        Raises:
            NotFound: no such number.
            TimingError: not a value this number can have.

        Example:
            >>> timing_profile("published").changed({"poll.period": 10})["poll.period"].text
            '10 s'
        """
        made = dict(self.parameters)
        for name, value in overrides.items():
            made[name] = self[name].changed(value)
        return replace(self, parameters=MappingProxyType(made))

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data, numbers in the order of display, without those of ``STATED``."""
        return {
            "id": self.id,
            "title": say(self.title),
            "date": self.date,
            "numbers": [row.as_dict() for name, row in self.parameters.items() if name not in STATED],
        }


def timing_profile(profile_id: str = "published") -> TimingProfile:
    """Return a timing profile.

    Raises:
        NotFound: there is no such profile.
    """
    # Imported here: the tables need the classes above.
    from netcore.profiles.timing_variants import TIMING_PROFILES

    found = TIMING_PROFILES.get(profile_id)
    if found is None:
        raise NotFound(say("There is no timing profile {profile_id}.", profile_id=profile_id))
    return found


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TimingError(say("{name} takes numbers, not {value!r}.", name=name, value=value))
    return float(value)
