"""Input of a run: parameters by kind, checked against the revision before anything is queued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

import netcore
from sandbox.runs import question_parameters
from sandbox.runs.models import QUESTIONS, Kind
from sandbox.runs.refusals import BadParameters as BadParameters
from sandbox.runs.refusals import parse
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision

MAX_TRIALS: Final = 100_000
MAX_DESIGNS: Final = 6
MAX_POINTS: Final = 20
MAX_POINT_TRIALS: Final = 10_000
MAX_SWEEP_TRIALS: Final = 100_000
MAX_COMMAND_CHARS: Final = 20_000
MIN_PACE: Final = 0.25
MAX_PACE: Final = 120.0

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


class _Race(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    fault: str
    designs: Annotated[list[str], Field(min_length=1, max_length=MAX_DESIGNS)]
    seed: Seed | None = None


class _Live(BaseModel):
    """Designs that play while people say what breaks."""

    model_config = ConfigDict(extra="forbid", strict=True)

    designs: Annotated[list[str], Field(min_length=1, max_length=MAX_DESIGNS)]
    protects: Annotated[str, Field(max_length=200)] | None = None
    pace: Annotated[float, Field(ge=MIN_PACE, le=MAX_PACE, allow_inf_nan=False)] = 1.0
    seed: Seed | None = None


class _Inject(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["inject"]
    step: dict[str, Any]


class _Pace(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["pace"]
    pace: Annotated[float, Field(ge=0, le=MAX_PACE, allow_inf_nan=False)]


class _End(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["end"]


class _Command(BaseModel):
    command: Annotated[_Inject | _Pace | _End, Field(discriminator="kind")]


class _Target(BaseModel):
    """What is asked for: seconds until new flows recover, packets that may be lost."""

    model_config = ConfigDict(extra="forbid", strict=True)

    recover_s: Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)] | None = None
    lose_packets: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)] | None = None


Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Trials(_Race):
    """``rates`` are events per month that differ from the defaults."""

    n: Annotated[int, Field(ge=1, le=MAX_TRIALS)] = 1000
    target: _Target | None = None
    rates: dict[str, Rate | None] | None = None


class _Sweep(_Race):
    """One number varied over some values; ``n`` trials for each."""

    parameter: Annotated[str, Field(max_length=120)]
    values: Annotated[
        list[Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=40)]],
        Field(min_length=1, max_length=MAX_POINTS),
    ]
    n: Annotated[int, Field(ge=1, le=MAX_POINT_TRIALS)] = 1000


class _Predicted(BaseModel):
    prediction: netcore.Prediction


class _Compare(BaseModel):
    """One packet under the drawing's own profile and under another one."""

    model_config = ConfigDict(extra="forbid")

    packet: netcore.Packet
    profile: Annotated[str, Field(max_length=120)]


def clean(kind: Kind, parameters: Any, revision: Revision) -> tuple[dict[str, Any], int]:
    """Return the parameters to store and the seed of the run.

    Raises:
        BadParameters: malformed, or they name something the revision does not have.
        scenarios.queries.NotRunnable: the drawing has problems.
    """
    reading = scenario_queries.reading(revision)
    if kind is Kind.COMPARE and reading.document is not None:
        # A profile that refuses the drawing is an answer here, so problems do not stop the run.
        return _clean_compare(parameters, reading.document)
    if reading.document is None or not reading.runnable:
        raise scenario_queries.NotRunnable(scenario_queries.problems(revision))
    document = reading.document
    if kind is Kind.TRACE:
        return _clean_trace(parameters, document), document.seed
    if kind is Kind.WHY:
        packet = parse(netcore.Packet, parameters)
        _check_packet(packet, document, "/parameters")
        return packet.model_dump(mode="json", exclude_none=True), document.seed
    if kind is Kind.LIVE:
        asked = parse(_Live, parameters)
        _check_live(asked, document)
        seed = document.seed if asked.seed is None else asked.seed
        return asked.model_dump(mode="json", exclude={"seed"}), seed
    if kind in QUESTIONS:
        return question_parameters.clean(kind, parameters, revision, document), document.seed
    race = parse(_RACES.get(kind, _Race), parameters)
    _check_race(race, revision, document)
    if isinstance(race, _Sweep):
        _check_sweep(race, document)
    if isinstance(race, _Trials):
        _check_rates(race)
    seed = document.seed if race.seed is None else race.seed
    # What was not asked for is not stored, so that a run without a target reads as before.
    return race.model_dump(mode="json", exclude={"seed"}, exclude_none=True, by_alias=True), seed


def clean_command(raw: Any) -> dict[str, Any]:
    """Return a command to a live run as it is stored.

    Raises:
        BadParameters: it is no command; the message says what one is.
    """
    if len(json.dumps(raw)) > MAX_COMMAND_CHARS:
        message = gettext("A command has at most {limit} characters.").format(limit=MAX_COMMAND_CHARS)
        raise BadParameters([{"pointer": "", "message": message}])
    found = parse(_Command, {"command": raw}).command
    if isinstance(found, _Inject):
        try:
            netcore.check_step(found.step)
        except netcore.NetcoreError as error:
            message = str(error)
            raise BadParameters([{"pointer": "/step", "message": message}]) from error
    return found.model_dump(mode="json")  # type: ignore[no-any-return]


def _clean_trace(parameters: Any, document: netcore.Scenario) -> dict[str, Any]:
    """Return a packet and, where somebody committed to one, the prediction that is held against its trace."""
    asked = dict(parameters) if isinstance(parameters, dict) else parameters
    guessed = asked.pop("prediction", None) if isinstance(asked, dict) else None
    packet = parse(netcore.Packet, asked)
    _check_packet(packet, document, "/parameters")
    stored: dict[str, Any] = packet.model_dump(mode="json", exclude_none=True)
    if guessed is not None:
        prediction = parse(_Predicted, {"prediction": guessed}).prediction
        try:
            netcore.check_prediction(prediction, document.topology)
        except netcore.NotFound as error:
            raise BadParameters([{"pointer": "/parameters/prediction", "message": str(error)}]) from error
        stored["prediction"] = prediction.model_dump(mode="json", exclude_defaults=True)
    return stored


def _clean_compare(parameters: Any, document: netcore.Scenario) -> tuple[dict[str, Any], int]:
    asked = parse(_Compare, parameters)
    _check_packet(asked.packet, document, "/parameters/packet")
    if asked.profile not in {profile.id for profile in netcore.profiles()}:
        message = gettext("There is no profile {profile!r}.").format(profile=asked.profile)
        raise BadParameters([{"pointer": "/parameters/profile", "message": message}])
    return asked.model_dump(mode="json", exclude_none=True), document.seed


def _check_packet(packet: netcore.Packet, document: netcore.Scenario, pointer: str) -> None:
    """Raise where an end of the packet is neither drawn nor an address."""
    wrong = []
    for field in ("source", "destination"):
        end = str(getattr(packet, field))
        kind, _, key = end.partition("/")
        named = ("vms", "hosts", "traffic_managers") if field == "destination" else ("vms", "hosts")
        if kind in named and key:
            if key not in getattr(document.topology, kind):
                wrong.append(
                    {
                        "pointer": f"{pointer}/{field}",
                        "message": gettext("The drawing has no {end}.").format(end=end),
                    }
                )
        elif not _is_address(end):
            message = gettext(
                "{end!r} is neither an address nor the name of a VM, host or traffic manager."
            ).format(end=end)
            wrong.append({"pointer": f"{pointer}/{field}", "message": message})
    if wrong:
        raise BadParameters(wrong)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _check_sweep(sweep: _Sweep, document: netcore.Scenario) -> None:
    """Raise where the number cannot be varied to one of the values, or there are too many trials."""
    wrong = []
    if sweep.n * len(sweep.values) > MAX_SWEEP_TRIALS:
        message = gettext("A sweep may have {limit} trials at most over all its values.").format(
            limit=MAX_SWEEP_TRIALS
        )
        wrong.append({"pointer": "/parameters/n", "message": message})
    by_id = {design.id: design for design in netcore.all_designs()}
    chosen = [by_id[design] for design in sweep.designs]
    used = [found.name for found in netcore.sweep_parameters(document, sweep.fault, chosen)]
    if sweep.parameter not in used:
        hint = netcore.near_names(sweep.parameter, used)
        message = gettext("These designs use no number {parameter!r} for this fault. {hint}").format(
            parameter=sweep.parameter, hint=hint
        )
        raise BadParameters([{"pointer": "/parameters/parameter", "message": message}])
    for place, value in enumerate(sweep.values):
        try:
            netcore.sweep_scenario(document, sweep.parameter, value)
        except netcore.NetcoreError as error:
            wrong.append({"pointer": f"/parameters/values/{place}", "message": str(error)})
    if wrong:
        raise BadParameters(wrong)


def _check_live(asked: _Live, document: netcore.Scenario) -> None:
    if asked.protects is not None and asked.protects not in document.topology.vms:
        message = gettext("The drawing has no VM {protects!r}.").format(protects=asked.protects)
        raise BadParameters([{"pointer": "/parameters/protects", "message": message}])
    _check_designs(asked.designs, netcore.live_refusals(document, asked.protects))


def _check_rates(trials: _Trials) -> None:
    """Raise where a rate is of something that is not counted."""
    known = [rate["name"] for rate in netcore.failover_choices()["rates"]]
    wrong = [
        {
            "pointer": f"/parameters/rates/{name}",
            "message": gettext("There is no rate {name!r:.80}; there are {known}.").format(
                name=name, known=", ".join(known)
            ),
        }
        for name in trials.rates or {}
        if name not in known
    ]
    if wrong:
        raise BadParameters(wrong)


def _check_race(race: _Race, revision: Revision, document: netcore.Scenario) -> None:
    if race.fault not in document.faults:
        message = gettext("The drawing has no fault {fault!r}.").format(fault=race.fault)
        raise BadParameters([{"pointer": "/parameters/fault", "message": message}])
    _check_designs(race.designs, scenario_queries.refusals(revision, race.fault))


def _check_designs(designs: list[str], refused: Mapping[str, str]) -> None:
    wrong = []
    known = {design.id for design in netcore.all_designs()}
    for place, design in enumerate(designs):
        what = ""
        if design not in known:
            what = gettext("is not one there is.")
        elif design in refused:
            what = gettext("is not one this drawing can play. {refused}").format(refused=refused[design])
        elif design in designs[:place]:
            what = gettext("is there twice.")
        if what:
            pointer = f"/parameters/designs/{place}"
            wrong.append(
                {
                    "pointer": pointer,
                    "message": gettext("The design {design!r} {what}").format(design=design, what=what),
                }
            )
    if wrong:
        raise BadParameters(wrong)


_RACES: Final[dict[Kind, type[_Race]]] = {Kind.TRIALS: _Trials, Kind.SWEEP: _Sweep}
