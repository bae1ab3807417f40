"""What a worker does to grade a submission: one event a check, then everything is written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

import netcore
from sandbox.classes import packs, queries, recording
from sandbox.classes.models import CheckRow, CheckState, Exercise, Grading
from sandbox.runs.models import Run
from sandbox.runs.work import RunRefused
from sandbox.scenarios.patch import PatchError, apply

Payload = dict[str, Any]

ALL: Final = "all"
RULES: Final = "rules"
VISIBLE: Final = "visible"
NOTHING: Final = "nothing"
"""What the log of a grading tells: every check (staff), the visible ones and which hidden rules were
broken, the visible ones, or only that one more is done. The log is readable by whoever owns the run, so it
never holds more than they may see."""


def grade(run: Run) -> Iterator[Payload]:
    """Yield ``grade.check`` for each check and ``grade.done``; the rows are stored before the last event."""
    grading = (
        Grading.objects.filter(pk=run.parameters["grading"])
        .select_related("submission__attempt", "submission__revision", "pack")
        .defer("pack__files")
        .first()
    )
    if grading is None:
        raise RunRefused(gettext("What was to be graded is there no more."))
    submission = grading.submission
    attempt, show = submission.attempt, run.parameters["show"]
    right = show == ALL or bool(run.parameters.get("right"))
    pack = packs.pack_of(grading.pack)
    document = submission.revision.document
    results = []
    for number, result in enumerate(netcore.grade(pack, document, submission.answers, attempt.seed), 1):
        results.append(result)
        yield {
            "event": "grade.check",
            "number": number,
            "of": len(pack.checks),
            **_told(result, show, right=right),
        }
    # A question may be about the drawing at the start, so its packet says nothing of the one handed in.
    ends = [
        ("", "") if one.kind == queries.QUESTION else ending(pack, attempt.seed, document, one.counterexample)
        for one in results
    ]
    rows = [_row(grading, number, *found) for number, found in enumerate(zip(results, ends, strict=True), 1)]
    recording.finish(grading.pk, rows, drawn(pack, attempt.seed, document))
    yield {"event": "grade.done", "checks": len(results)}


def _told(result: netcore.CheckResult, show: str, *, right: bool) -> Payload:
    if show == NOTHING or (show == VISIBLE and result.hidden):
        return {"check": None}
    if show == RULES and result.hidden:
        return {"check": None, "hidden": True, **hidden_shown(result)}
    kept = ("check", "kind", "title", "hidden", "points", "earned", "state", "message")
    told = {key: value for key, value in result.as_dict().items() if key in kept}
    # What is said of a wrong answer is the right one.
    return told if right or result.kind != queries.QUESTION else {**told, "message": ""}


def told_now(run_id: UUID, events: list[Payload]) -> list[Payload]:
    """Return stored events ``grade.check`` of a run with what its learner may see by the rules of now.

    Rules change, and a learner may read the log for as long as it is kept. It never tells more than when the
    grading was queued.
    """
    grading = (
        Grading.objects.filter(run=run_id).select_related("submission__attempt__exercise", "run").first()
    )
    if grading is None or grading.run is None:
        return [_only_done(event) for event in events]
    if grading.run.parameters.get("show") == ALL:
        return events
    exercise = grading.submission.attempt.exercise
    return [_by_rules(event, exercise) for event in events]


def _by_rules(event: Payload, exercise: Exercise) -> Payload:
    if not exercise.shows_results or (event.get("hidden") and not exercise.shows_hidden):
        return _only_done(event)
    if event.get("kind") == queries.QUESTION and not exercise.shows_right and "message" in event:
        return {**event, "message": ""}
    return event


def _only_done(event: Payload) -> Payload:
    kept = ("seq", "event", "number", "of")
    return {**{key: value for key, value in event.items() if key in kept}, "check": None}


def hidden_shown(result: netcore.CheckResult | CheckRow) -> Payload:
    """Return what a learner may see of a hidden check: how it went, and the rule only where it was broken."""
    broken = result.state == CheckState.FAILED
    return {
        "kind": result.kind,
        "points": result.points,
        "earned": result.earned,
        "state": result.state,
        "title": result.title if broken else "",
    }


def ending(pack: netcore.Pack, seed: int, document: Any, counterexample: Any) -> tuple[str, str]:
    """Return drop code and place where the packet of a counterexample ends, in the names of the pack.

    Two empty texts where there is no packet, or the drawing it is about cannot be run.
    """
    found = counterexample or {}
    if found.get("kind") != "trace":
        return "", ""
    try:
        network = netcore.compile(netcore.load(drawing_of(pack, seed, document, found)))
        packet = netcore.Packet.model_validate(found["question"])
        verdict = netcore.trace(network, packet, netcore.State()).verdict
    except (netcore.NetcoreError, PatchError):
        return "", ""
    at = netcore.as_written(pack, seed, verdict.at or "")
    return (verdict.code or "delivered")[:40], at[:200]


def drawing_of(pack: netcore.Pack, seed: int, document: Any, counterexample: Payload) -> Any:
    """Return the drawing a counterexample is about: the learner's, changed as the check changed it.

    A question is about the starting drawing of the learner's variant.

    Raises:
        PatchError: the patch does not fit, which only another version of the pack can cause.
    """
    if counterexample.get("base") == "start":
        document = netcore.dump(netcore.load(netcore.variant(pack, seed).document))
    patch = list(counterexample.get("patch") or ())
    if counterexample.get("profile"):
        patch.append({"op": "add", "path": "/profile", "value": counterexample["profile"]})
    return apply(document, patch) if patch else document


def drawn(pack: netcore.Pack, seed: int, document: Any) -> str:
    """Return the digest of a drawing in the names of the pack; "" while it is the start, or no drawing."""
    if not isinstance(document, dict):
        return ""
    start = netcore.load(netcore.variant(pack, seed).document)
    if netcore.dump(start).get("topology") == document.get("topology"):
        return ""
    written = netcore.as_written(pack, seed, json.dumps(document.get("topology")))
    return hashlib.sha256(json.dumps(json.loads(written), sort_keys=True).encode()).hexdigest()


def _row(grading: Grading, number: int, result: netcore.CheckResult, ends: tuple[str, str]) -> CheckRow:
    return CheckRow(
        grading=grading,
        position=number,
        check_id=result.check,
        kind=result.kind,
        title=result.title,
        hidden=result.hidden,
        points=result.points,
        earned=result.earned,
        state=result.state,
        message=result.message,
        counterexample=result.counterexample,
        code=ends[0],
        at=ends[1],
    )
