"""What each kind of run computes: an iterator of events, the same every time it is asked.

A run that lost its worker is computed again from the start and what is stored already is skipped, so an
iterator here must depend on nothing but the row: revision, parameters, seed, engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid5

from django.utils.translation import gettext, ngettext

import netcore
from sandbox.runs import chunks, differing, live, reaching
from sandbox.runs.models import Kind, Run
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenario_services
from sandbox.scenarios.models import Revision

Payload = dict[str, Any]

_OURS: Final = re.compile(rb'"schema"\s*:\s*\d')
_ARM: Final = re.compile(rb'"\$schema"\s*:')


class RunRefused(Exception):
    """The work cannot be done, and the reason is not our mistake.

    ``payload`` is stored as an event before the run fails; None when the reason says it all.
    """

    def __init__(self, reason: str, payload: Payload | None = None) -> None:
        """Keep the reason and the event."""
        super().__init__(reason)
        self.payload = payload


def work(run: Run) -> Iterator[Payload | None]:
    """Return the events of a run, without the last one (``run.finished``); None where it waits.

    Raises:
        RunRefused: while iterating; see there.
        netcore.NetcoreError: while iterating; the message is for people.
    """
    payloads = _WORK[Kind(run.kind)](run)
    return payloads if run.mends else map(_without_mends, payloads)


def _without_mends(value: Any) -> Any:
    """Return an event, or a part of one, without what would help."""
    if isinstance(value, dict):
        return {key: None if key == "mend" else _without_mends(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        said = (one for one in value if not (isinstance(one, dict) and one.get("role") == "mend"))
        return [_without_mends(one) for one in said]
    return value


def register(kind: Kind, compute: Callable[[Run], Iterator[Payload | None]]) -> None:
    """Let a room above this one compute a kind of run; called once, when the room is ready."""
    _WORK[kind] = compute


def _revision(run: Run) -> Revision:
    if run.revision is None:
        raise RunRefused(gettext("The run names no revision."))
    return run.revision


def _trace(run: Run) -> Iterator[Payload]:
    network = scenario_queries.network(_revision(run))
    asked = {key: value for key, value in run.parameters.items() if key != "prediction"}
    packet = netcore.Packet.model_validate(asked)
    done = netcore.trace(network, packet, netcore.State())
    judgement = None
    if "prediction" in run.parameters:
        prediction = netcore.Prediction.model_validate(run.parameters["prediction"])
        judgement = netcore.judge(network, done, prediction)
    if judgement is not None and judgement.open:
        # Step by step: what has not been predicted yet is told to nobody, also not to who reads along.
        yield from netcore.told(done, judgement)
        yield {"event": "trace.prediction", **judgement.as_dict()}
        return
    yield from netcore.trace_steps(network, packet, netcore.State())
    for packet_number, leg in ((1, done.forward), (2, done.back), (3, done.third)):
        for number, branch in enumerate(leg.branches if leg else ()):
            ways = branch.model_dump(mode="json")
            yield {"event": "trace.branch", "packet": packet_number, "number": number, **ways}
    text = [paragraph.model_dump(mode="json") for paragraph in netcore.explain(done)]
    yield {"event": "trace.text", "paragraphs": text}
    if judgement is not None:
        yield {"event": "trace.prediction", **judgement.as_dict()}


def _compare(run: Run) -> Iterator[Payload]:
    """Trace one packet under two profiles: the steps of both, then where they part."""
    reading = scenario_queries.reading(_revision(run))
    if reading.document is None:
        raise RunRefused(gettext("The drawing cannot be read."))
    packet = netcore.Packet.model_validate(run.parameters["packet"])
    own, other = reading.document.profile, run.parameters["profile"]
    known = {profile.id for profile in netcore.profiles()}
    if own not in known:
        raise RunRefused(gettext("The drawing's own profile {own} does not exist.").format(own=own))
    found = netcore.first_divergence(reading.document, packet, own, other)
    answer = found.as_dict()
    for side in ("a", "b"):
        traced = answer.pop(f"trace_{side}") or {}
        for number, direction, part in (
            (1, "forward", "forward"),
            (2, "return", "back"),
            (3, "forward", "third"),
        ):
            leg = traced.get(part)
            if leg is not None:
                shares = [{k: branch[k] for k in ("label", "share", "verdict")} for branch in leg["branches"]]
                at = {"side": side, "packet": number, "direction": direction}
                yield {
                    "event": "compare.leg",
                    **at,
                    "steps": leg["steps"],
                    "verdict": leg["verdict"],
                    "branches": shares,
                }
    yield {"event": "compare.done", **answer}


_SIDE_EFFECTS_TOLD: Final = 20
"""So many packets are named for each kind of side effect of an edit; the counts are complete."""


def _why(run: Run) -> Iterator[Payload]:
    """Say every single edit that would deliver the packet, best first, with what else it does."""
    packet = netcore.Packet.model_validate(run.parameters)
    found = netcore.why(scenario_queries.network(_revision(run)), packet).as_dict()
    for number, edit in enumerate(found.pop("edits")):
        yield {
            "event": "why.edit",
            "number": number,
            **{key: edit[key] for key in ("kind", "sentence", "patch")},
            **{key: _side_effects(edit[key]) for key in ("opens", "breaks", "reroutes")},
        }
    yield {
        "event": "why.done",
        **{key: found[key] for key in ("verdict", "tried", "left_out", "asked", "total", "best")},
    }


def _side_effects(changes: list[dict[str, Any]]) -> dict[str, Any]:
    asked = ("source", "destination", "protocol", "destination_port")
    told = [
        {**{key: change["packet"][key] for key in asked}, "effect": change["effect"]}
        for change in changes[:_SIDE_EFFECTS_TOLD]
    ]
    return {"count": len(changes), "packets": told}


def _failover(run: Run) -> Iterator[Payload]:
    """Play the designs side by side: events of all designs in the order of simulated time."""
    scenario = netcore.load(_revision(run).document)
    yield from netcore.race(scenario, chunks.designs(run), run.parameters["fault"], run.seed)


def _live(run: Run) -> Iterator[Payload | None]:
    """Play what people ask for while it plays, and keep it as a fault of a new scenario.

    The log is the truth: what is stored is told again as it is, and the clock goes on behind it.
    """
    race = live.race_of(run, netcore.load(_revision(run).document))
    yield from live.play(run, race)
    document, name = race.saved(), _revision(run).document["name"]
    date = f"{run.started or run.created:%Y-%m-%d}"
    document["name"] = gettext("{name} (live, {date})").format(name=name[:90], date=date)
    try:
        made = scenario_services.create(run.owner, document, scenario_id=uuid5(run.id, "live"))
    except scenario_services.Invalid as error:
        raise RunRefused(
            gettext("What was played could not be saved: {error}").format(error=error)
        ) from error
    except scenario_services.TooManyScenarios as error:
        raise RunRefused(
            gettext("What was played could not be saved: {error}").format(error=error)
        ) from error
    restrictions.bind(made, _revision(run).scenario)
    yield {
        "event": "live.saved",
        "fault": race.fault_id,
        "scenario": str(made.id),
        "url": made.get_absolute_url(),
        "revision": 1,
    }


def _trials(run: Run) -> Iterator[Payload]:
    """Join the stretches of the trials in their order, whoever played them."""
    parameters = run.parameters
    joined = netcore.join_trials()
    for _, columns in chunks.played(run, chunks.questions(run)):
        joined.take(columns)
        yield joined.progress(parameters["n"])
    yield joined.summary(parameters.get("rates"))


def _sweep(run: Run) -> Iterator[Payload]:
    """Join the stretches of each point; a point is told when all of it is there."""
    parameters = run.parameters
    name, values, n = parameters["parameter"], parameters["values"], parameters["n"]
    points: list[Payload] = []
    joined = netcore.join_trials()
    for part, columns in chunks.played(run, chunks.questions(run)):
        joined.take(columns)
        if joined.done == n:
            points.append(netcore.sweep_point(name, values[part], joined.summary()))
            yield points[-1]
            joined = netcore.join_trials()
    yield netcore.sweep_summary(name, n, run.seed, points)


def _matrix(run: Run) -> Iterator[Payload | None]:
    return reaching.matrix(_revision(run), run.parameters["protocol"], run.parameters["ports"])


def _reach(run: Run) -> Iterator[Payload | None]:
    return reaching.reach(_revision(run), run.parameters)


def _exposed(run: Run) -> Iterator[Payload | None]:
    return reaching.exposed(_revision(run))


def _difference(run: Run) -> Iterator[Payload | None]:
    after = _revision(run)
    before = scenario_queries.revision(after.scenario, run.parameters["before"])
    if before is None:
        raise RunRefused(
            gettext("Revision {number} is there no more.").format(number=run.parameters["before"])
        )
    return differing.difference(before, after)


def _import(run: Run) -> Iterator[Payload]:
    """Read the file and save what it holds as a new scenario.

    The id of the scenario follows from the run's, so doing this twice makes one scenario.
    """
    content = bytes(run.upload.content) if run.upload else b""
    if not content:
        raise RunRefused(gettext("The file is empty, so there is nothing to import."))
    document, notes = _read_file(content)
    try:
        scenario = scenario_services.create(run.owner, document, scenario_id=uuid5(run.id, "scenario"))
    except scenario_services.Invalid as error:
        raise _refused_document(error.problems) from error
    except scenario_services.TooManyScenarios as error:
        raise RunRefused(str(error)) from error
    yield {
        "event": "import.done",
        "scenario": str(scenario.id),
        "url": scenario.get_absolute_url(),
        "name": scenario.name,
        "notes": notes,
    }


def _read_file(content: bytes) -> tuple[dict[str, Any], list[Any]]:
    """Return the document of a file and the notes of the importer; our own format or ARM."""
    if _OURS.search(content) and not _ARM.search(content):
        reading = netcore.read_text(content)
        if reading.document is None:
            raise _refused_document([problem.as_dict() for problem in reading.problems])
        return netcore.dump(reading.document), []
    try:
        imported = netcore.import_arm(content)
    except netcore.FormatError as error:
        refusal = {
            "event": "import.refused",
            "message": error.message,
            "place": error.place,
            "mend": error.mend,
        }
        raise RunRefused(" ".join(filter(None, (error.message, error.mend))), refusal) from error
    # Notes are plain data classes; JSON and back leaves nothing else in the log.
    return imported.scenario, json.loads(json.dumps([note.as_dict() for note in imported.notes]))


def _refused_document(problems: list[dict[str, Any]]) -> RunRefused:
    first = problems[0] if problems else {}
    reason = ngettext(
        "The file is not a scenario that can be read ({count} problem). "
        "First, at {place}: found {found}, expected {expected}.",
        "The file is not a scenario that can be read ({count} problems). "
        "First, at {place}: found {found}, expected {expected}.",
        len(problems),
    ).format(
        count=len(problems),
        place=first.get("pointer") or gettext("the top"),
        found=first.get("found"),
        expected=first.get("expected"),
    )
    return RunRefused(reason, {"event": "import.refused", "message": reason, "problems": problems[:200]})


_WORK: Final[dict[Kind, Callable[[Run], Iterator[Payload | None]]]] = {  # and those that are registered
    Kind.TRACE: _trace,
    Kind.COMPARE: _compare,
    Kind.WHY: _why,
    Kind.FAILOVER: _failover,
    Kind.LIVE: _live,
    Kind.TRIALS: _trials,
    Kind.SWEEP: _sweep,
    Kind.MATRIX: _matrix,
    Kind.REACH: _reach,
    Kind.EXPOSED: _exposed,
    Kind.DIFFERENCE: _difference,
    Kind.IMPORT: _import,
}
